//! Service documents as hostile or careless feeds may have them: good ones with something in them changed.

#![no_main]

use std::sync::LazyLock;

use arbitrary::{Arbitrary, Result, Unstructured};
use chrono::{NaiveDate, NaiveTime};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use signpost::directory::needs::NeedList;
use signpost::directory::synthetic::{Spec, Synthetic};
use signpost::open_referral::mapping::document_from;
use signpost::places::Gazetteer;
use signpost_fuzz::documents;

/// Good documents of every sort.
static DOCUMENTS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let needs = NeedList::embedded().unwrap();
    let today = NaiveDate::from_ymd_opt(2026, 6, 1).unwrap();
    let spec = Spec { services: 64, seed: 7, today, now: today.and_time(NaiveTime::MIN).and_utc() };
    let listings = Synthetic::new(spec, &needs, Gazetteer::embedded()).unwrap();
    listings.listings().filter_map(|listing| document_from(&listing, None).ok()).collect()
});

/// Every name of a field that stands in them.
static FIELDS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut fields: Vec<String> = EXTRA_FIELDS.iter().map(|field| (*field).to_owned()).collect();
    DOCUMENTS.iter().for_each(|document| collect(document, &mut fields, &mut Vec::new()));
    fields.sort_unstable();
    fields.dedup();
    fields
});

/// Every text that stands in them, once.
static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut texts: Vec<String> = AWKWARD.iter().map(|text| (*text).to_owned()).collect();
    DOCUMENTS.iter().for_each(|document| collect(document, &mut Vec::new(), &mut texts));
    texts.sort_unstable();
    texts.dedup();
    texts
});

const EXTRA_FIELDS: [&str; 24] = [
    "minimum_age",
    "maximum_age",
    "eligibility_description",
    "eligibility",
    "until",
    "count",
    "timezone",
    "wkst",
    "byweekno",
    "byyearday",
    "valid_from",
    "valid_to",
    "taxonomy_terms",
    "fees",
    "wait_time",
    "assurer_email",
    "attention",
    "transportation",
    "extension",
    "tax_id",
    "parent_organization_id",
    "extent",
    "contact_id",
    "physical_addresses",
];

const AWKWARD: [&str; 60] = [
    "",
    " ",
    "-",
    "n/a",
    "null",
    "0",
    "-1",
    "1e400",
    "NaN",
    "24:00",
    "23:59:60",
    "09:00Z",
    "9:00",
    "0900",
    "24:00:00",
    "00:00",
    "0000-01-01",
    "9999-12-31",
    "2026-02-29",
    "+10000-01-01",
    "2026-03-29T01:30:00+01:00",
    "2026-06-30T23:59:60Z",
    "-262143-01-01T00:00:00Z",
    "2026-01-01T00:00:00+23:59",
    "MO",
    "MO-FR",
    "SU-MO",
    "6MO",
    "-1FR",
    "1MO,MO",
    "MO,,TU",
    "31",
    "-31",
    "1,-1,1",
    "0",
    "WEEKLY",
    "MONTHLY",
    "Women only.",
    "18 to 25",
    "Men aged 30 to 20",
    "Over 18s only. Under 16s only.",
    "must be 18+",
    "No arson.",
    "confidential address",
    "é",
    "\u{0}",
    "\u{feff}",
    "M14 5RQ",
    "m145rq",
    "EN; PL",
    "en-GB",
    "zh-Hant",
    "English and Polish",
    "free",
    "£5 per week",
    "GB-CHC",
    "GB-COH",
    "mailto:a@b.c",
    "jane.smith@example.org",
    "info@example.org",
];

fn collect(value: &Value, fields: &mut Vec<String>, texts: &mut Vec<String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(field, member)| {
            fields.push(field.clone());
            collect(member, fields, texts);
        }),
        Value::Array(items) => items.iter().for_each(|item| collect(item, fields, texts)),
        Value::String(text) => texts.push(text.clone()),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn text(u: &mut Unstructured<'_>) -> Result<String> {
    Ok(match u.int_in_range(0..=7)? {
        0 => String::arbitrary(u)?,
        1 => format!("{}{}", u.choose(&TEXTS)?, u.choose(&AWKWARD)?),
        2 => format!("{} {}", u.choose(&AWKWARD)?, u.choose(&TEXTS)?),
        3 | 4 => (*u.choose(&AWKWARD)?).to_owned(),
        _ => u.choose(&TEXTS)?.clone(),
    })
}

fn leaf(u: &mut Unstructured<'_>) -> Result<Value> {
    Ok(match u.int_in_range(0..=9)? {
        0 => Value::Null,
        1 => json!(bool::arbitrary(u)?),
        2 => json!(i64::arbitrary(u)?),
        3 => json!(f64::arbitrary(u)?),
        4 => json!(u.int_in_range(-3..=120)?),
        _ => json!(text(u)?),
    })
}

/// Some part of a document, to be changed.
fn part<'v>(value: &'v mut Value, u: &mut Unstructured<'_>) -> Result<&'v mut Value> {
    let children = match value {
        Value::Object(members) => members.len(),
        Value::Array(items) => items.len(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    };
    if children == 0 || u.ratio(1_u8, 6_u8)? {
        return Ok(value);
    }
    let at = u.choose_index(children)?;
    let child = match value {
        Value::Object(members) => members.values_mut().nth(at),
        Value::Array(items) => items.get_mut(at),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    };
    part(child.unwrap(), u)
}

fn change(document: &mut Value, u: &mut Unstructured<'_>) -> Result<()> {
    let copied = if u.ratio(1_u8, 8_u8)? { Some(part(&mut document.clone(), u)?.clone()) } else { None };
    let part = part(document, u)?;
    match part {
        Value::Object(members) => match u.int_in_range(0..=4)? {
            0 if !members.is_empty() => {
                let at = u.choose_index(members.len())?;
                let field = members.keys().nth(at).cloned().unwrap();
                members.remove(&field);
            }
            1 if !members.is_empty() => {
                let at = u.choose_index(members.len())?;
                let field = members.keys().nth(at).cloned().unwrap();
                let member = members.remove(&field).unwrap();
                members.insert(u.choose(&FIELDS)?.clone(), member);
            }
            2 => drop(members.insert(u.choose(&FIELDS)?.clone(), copied.unwrap_or(json!([])))),
            _ => drop(members.insert(u.choose(&FIELDS)?.clone(), leaf(u)?)),
        },
        Value::Array(items) => match u.int_in_range(0..=4)? {
            0 => items.reverse(),
            1 => drop(items.pop()),
            2 => items.extend(copied),
            _ => items.extend(items.last().cloned()),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => *part = leaf(u)?,
    }
    Ok(())
}

#[derive(Debug)]
struct Document(Value);

impl<'a> Arbitrary<'a> for Document {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut document = u.choose(&DOCUMENTS)?.clone();
        for _ in 0..u.int_in_range(1..=8)? {
            change(&mut document, u)?;
        }
        Ok(Self(document))
    }
}

fuzz_target!(|document: Document| documents::check(&document.0));
