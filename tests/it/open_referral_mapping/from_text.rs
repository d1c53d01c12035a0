//! What a text states outright about who may come, and what it only seems to state.

use entity::enums::RuleEvidence;
use signpost::{
    directory::listing::{Eligibility, Ruled},
    open_referral::from_text,
};

/// The rules in one line, as `age 18-25; woman; required veteran`.
pub(super) fn summary(eligibility: &Eligibility) -> String {
    let mut parts = Vec::new();
    let years = |bound: Option<f64>| bound.map_or(String::new(), |years| years.to_string());
    if let Some(Ruled { rule, .. }) = &eligibility.age {
        parts.push(format!("age {}-{}", years(rule.min), years(rule.max)));
    }
    if let Some(Ruled { rule, .. }) = &eligibility.genders {
        parts.push(rule.iter().map(|gender| gender.as_str()).collect::<Vec<_>>().join("+"));
    }
    if let Some(Ruled { rule, .. }) = &eligibility.substance_use {
        let days = rule.abstinent_days.map_or(String::new(), |days| format!(" {days}"));
        parts.push(format!("{}{days}", rule.rule.as_str()));
    }
    if let Some(Ruled { rule, .. }) = &eligibility.offences {
        let list =
            |kinds: &[entity::enums::OffenceType]| kinds.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join("+");
        parts.push(format!("offences -{} ~{}", list(&rule.excluded), list(&rule.considered)));
    }
    for (characteristic, rule) in &eligibility.characteristics {
        parts.push(format!("{} {}", rule.rule.as_str(), characteristic.as_str()));
    }
    parts.join("; ")
}

/// Text, rules, leftover. A leftover of `=` is the whole text.
const ELIGIBILITY: &[(&str, &str, &str)] = &[
    // Gender.
    ("Women only", "woman", ""),
    ("Women only.", "woman", ""),
    ("Women-only service", "woman", ""),
    ("This is a women-only service.", "woman", ""),
    ("Men only. People under probation supervision.", "man; required under_supervision", ""),
    ("Women only. People under probation supervision.", "woman; required under_supervision", ""),
    ("People under probation supervision.", "required under_supervision", ""),
    ("Female only", "woman", ""),
    ("Open only to men.", "man", ""),
    ("For women", "woman", ""),
    ("Women (including trans women) only", "woman", ""),
    ("Women and non-binary people only.", "woman+non_binary", ""),
    ("Open to all genders", "woman+man+non_binary", ""),
    ("People of any gender", "woman+man+non_binary", ""),
    ("Single homeless men", "man; required homeless", "="),
    ("Women living in Salford only", "woman", "="),
    ("Women living in Salford", "woman", "="),
    ("Men and women", "", "="),
    ("Men and women aged 18+", "age 18-", "="),
    ("not just women", "", "="),
    ("Not only for women", "", "="),
    ("Women only group on Tuesdays", "", "="),
    ("Women only on Tuesdays", "", "="),
    ("Thursdays: women only", "", "="),
    ("Women only sessions", "", "="),
    ("There is a women only space.", "", "="),
    ("Women only in the mornings", "", "="),
    ("Women only in the annexe", "", "="),
    ("Welcomes women", "", "="),
    ("Women welcome", "", "="),
    ("We accept women", "", "="),
    ("Primarily for women", "", "="),
    ("Mainly men", "", "="),
    ("Aimed at women", "", "="),
    ("Women and children", "", "="),
    ("Women and their families", "", "="),
    ("Women, men and couples", "", "="),
    ("Women only. Men may come with their partner.", "", "="),
    ("Women only, except on Fridays", "", "="),
    ("Women only. Exceptions can be made.", "", "="),
    ("Women only. Bring a photo ID.", "woman", "Bring a photo ID."),
    ("Women only. Men only.", "", "="),
    // Age.
    ("18 to 25", "age 18-25", ""),
    ("18-25", "age 18-25", ""),
    ("18 – 25 year olds", "age 18-25", ""),
    ("aged 16-24", "age 16-24", ""),
    ("Age range: 16 to 24", "age 16-24", ""),
    ("Young people aged 16 to 24", "age 16-24", ""),
    ("Between the ages of 16 and 24", "age 16-24", ""),
    ("between 16 and 24 years old", "age 16-24", ""),
    ("over 18s", "age 18-", ""),
    ("Over 18's only", "age 18-", ""),
    ("Over the age of 18", "age 18-", ""),
    ("under 25s only", "age -24", ""),
    ("Under the age of 25.", "age -24", ""),
    ("Up to the age of 25", "age -25", ""),
    ("25 and under", "age -25", ""),
    ("18+", "age 18-", ""),
    ("18 plus", "age 18-", ""),
    ("Aged 18 and over", "age 18-", ""),
    ("Must be 18 or over", "age 18-", ""),
    ("Clients must be at least 16 years old", "age 16-", ""),
    ("Minimum age 17.5", "age 17.5-", ""),
    ("Eighteen and over", "age 18-", ""),
    ("All ages", "age -", ""),
    ("Open to people of any age", "age -", ""),
    ("Women aged 18+", "age 18-; woman", ""),
    ("Men only (18+)", "age 18-; man", ""),
    ("18+ women only", "age 18-; woman", ""),
    ("We work with men aged 18 to 25.", "age 18-25; man", ""),
    ("Over 18s, men only", "age 18-; man", ""),
    ("Over 55s living in Bolton", "age 55-", "="),
    ("usually 18-25", "", "="),
    ("Ages 18-25 (up to 30 depending on circumstances)", "", "="),
    ("Over 18s, normally", "", "="),
    ("Adults", "", "="),
    ("Adults only", "", "="),
    ("Young people", "", "="),
    ("Open 9-5", "", "="),
    ("10-12", "", "="),
    ("24/7", "", "="),
    ("18", "", "="),
    ("Families with children aged birth to 18 years", "", "="),
    ("Parents of children under 5", "", "="),
    ("Over 50s and those living with dementia", "", "="),
    ("Over 18s only. Under 18s with a parent.", "", "="),
    ("Aged 25 to 18", "", "="),
    ("Aged 18 to 999", "", "="),
    ("16-17 year olds may be considered", "", "="),
    // Drink and drugs.
    ("Must be abstinent", "abstinence_required", ""),
    ("Clients must be abstinent from drugs and alcohol.", "abstinence_required", ""),
    ("Must have been abstinent for at least 14 days.", "abstinence_required 14", ""),
    ("Must have been abstinent for 2 weeks", "abstinence_required 14", ""),
    ("Abstinent only", "abstinence_required", ""),
    ("Over 18 and abstinent", "age 18-; abstinence_required", ""),
    ("Must be drug and alcohol free.", "abstinence_required", ""),
    ("You do not need to be abstinent.", "active_use_accepted", ""),
    ("People who are still using are welcome.", "active_use_accepted", ""),
    ("Active use accepted", "active_use_accepted", ""),
    ("Must not attend under the influence of drugs or alcohol.", "not_when_intoxicated", ""),
    ("We cannot accept people with a history of substance misuse.", "history_excluded", ""),
    ("Must be abstinent from gambling", "", "="),
    ("Must be abstinent from alcohol", "", "="),
    ("Must be working towards abstinence", "", "="),
    ("Abstinence-based programme", "", "="),
    // Offences.
    ("We cannot accept arson or sexual offences.", "offences -arson+sexual ~", ""),
    ("Cannot accept arson or sexual offences", "offences -arson+sexual ~", ""),
    ("No sex offenders.", "offences -sexual ~", ""),
    ("We do not accept people with convictions for arson.", "offences -arson ~", ""),
    ("We can't work with anyone convicted of sexual offences or violence.", "offences -sexual+violence ~", ""),
    ("Arson and sexual offences are excluded.", "offences -arson+sexual ~", ""),
    ("Arson considered on a case by case basis.", "offences - ~arson", ""),
    ("No offences are excluded.", "offences - ~", ""),
    ("We cannot accept recent arson", "", "="),
    ("We cannot accept serious violence", "", "="),
    ("We may not be able to accept arson", "", "="),
    ("We support people convicted of sexual offences", "", "="),
    ("Victims of sexual offences", "", "="),
    ("We cannot accept arson unless it is more than ten years ago", "", "="),
    // Characteristics.
    ("Veterans only", "required veteran", ""),
    ("Ex-service personnel", "required veteran", ""),
    ("Ex-service personnel only.", "required veteran", ""),
    ("People who have served in the armed forces", "required veteran", ""),
    ("Care leavers", "required care_leaver", ""),
    ("Care leavers aged 16 to 25", "age 16-25; required care_leaver", ""),
    ("People on probation", "required under_supervision", ""),
    ("People on probation aged 18+", "age 18-; required under_supervision", ""),
    ("Women fleeing domestic abuse", "woman; required domestic_abuse", ""),
    ("People who are homeless or at risk of homelessness", "required homeless", ""),
    ("Asylum seekers and refugees", "required asylum_or_refugee", ""),
    ("Refugees", "required asylum_or_refugee", "="),
    ("We cannot accept people with no recourse to public funds.", "excluded no_recourse", ""),
    ("Must have recourse to public funds", "excluded no_recourse", ""),
    ("People with no recourse to public funds welcome", "accepted no_recourse", ""),
    ("No pets", "excluded pet", ""),
    ("Dogs welcome.", "accepted pet", ""),
    ("Veterans welcome", "accepted veteran", ""),
    ("We accept veterans", "accepted veteran", ""),
    ("We accept referrals for people on probation", "accepted under_supervision", ""),
    ("No recourse to public funds", "", "="),
    ("Veterans and their families", "", "="),
    ("Veterans who are homeless", "required veteran; required homeless", ""),
    ("Veterans or care leavers", "", "="),
    ("People who are homeless and on probation", "", "="),
    ("People who are homeless, in prison", "", "="),
    ("Services are available for all adult males on probation and within specified prisons.", "", "="),
    ("Care leavers and other young people", "", "="),
    ("Including veterans", "", "="),
    ("Veterans, care leavers, homeless people", "", "="),
    ("Homeless people and people at risk", "", "="),
    ("Priority is given to care leavers", "", "="),
    ("People under probation supervision. Anyone else is welcome too.", "", "="),
    ("People not on probation", "", "="),
    ("Must be registered with a GP", "", "="),
    ("", "", ""),
    ("   ", "", ""),
    ("...", "", "="),
];

#[test]
fn eligibility_is_read_where_it_is_stated_outright_and_nowhere_else() {
    let mut wrong = Vec::new();
    for (text, rules, leftover) in ELIGIBILITY {
        let reading = from_text::eligibility(text);
        let expected = if *leftover == "=" { *text } else { leftover };
        let found = (summary(&reading.eligibility), reading.leftover.clone().unwrap_or_default());
        if found != ((*rules).to_owned(), expected.to_owned()) {
            wrong.push(format!(
                "{text:?}\n  expected {rules:?}, left {expected:?}\n  found    {:?}, left {:?}",
                found.0, found.1
            ));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Descriptions tell what a service does; only a limit in so many words is a rule.
const DESCRIPTIONS: &[(&str, &str)] = &[
    ("A drop-in with food. Women only.", "woman"),
    ("A drop-in with food. Women only. Men can come on Fridays.", ""),
    ("We work with young people aged 13 to 25.", "age 13-25"),
    ("Residents must be 18 or over.", "age 18-"),
    ("Women", ""),
    (
        "Working with South Asian individuals (aged 18 years and above) experiencing mental ill-health, their carers, families and communities living in Trafford.",
        "",
    ),
    ("Homeless people", ""),
    ("For women. For men.", ""),
    ("18 to 25", ""),
    ("Counselling for women.", ""),
    ("The organisation works with South Asian women with mental health needs.", ""),
    ("The organisation supports families with specific needs with children aged birth to 18 years.", ""),
    ("Advice for young people aged between 13 and 19 years old (up to 25 depending on circumstances).", ""),
    ("Monthly meet-up for over 50s and those living with dementia.", ""),
    ("Apart from our helpline all services are for women over the age of 18. The helpline is open to all ages.", ""),
    ("Services are available for all adult males on probation in Plymouth.", ""),
    ("A women-only group meets on Tuesdays.", ""),
];

#[test]
fn a_description_is_believed_only_when_it_limits_in_so_many_words() {
    for (text, rules) in DESCRIPTIONS {
        assert_eq!(summary(&from_text::description(text)), *rules, "{text:?}");
    }
}

#[test]
fn every_rule_read_from_a_text_carries_its_sentence() {
    let reading = from_text::eligibility("Women only. Aged 18+. We cannot accept arson.");
    let eligibility = reading.eligibility;
    let quoted = |quote: &Option<String>, evidence: RuleEvidence, sentence: &str| {
        assert_eq!((quote.as_deref(), evidence), (Some(sentence), RuleEvidence::ReadFromText));
    };
    let genders = eligibility.genders.expect("a rule on gender");
    quoted(&genders.quote, genders.evidence, "Women only.");
    let age = eligibility.age.expect("a rule on age");
    quoted(&age.quote, age.evidence, "Aged 18+.");
    let offences = eligibility.offences.expect("a rule on offences");
    quoted(&offences.quote, offences.evidence, "We cannot accept arson.");
    assert_eq!(reading.leftover, None);
}

#[test]
fn odd_texts_are_left_as_they_are() {
    let long = "Women only. ".repeat(5_000);
    for text in [long.as_str(), "\u{0}\u{1}", "١٨+", "- - -", "((((((", "’’’’ 18’s", "İ18+", "ﬁ 18-"] {
        let reading = from_text::eligibility(text);
        assert_eq!(reading.leftover.as_deref(), Some(text.trim()).filter(|text| !text.is_empty()), "{text:.20}");
        assert_eq!(reading.eligibility, Eligibility::default());
    }
}
