//! What short phrases in a feed's free-text fields mean, where they mean it outright.
//!
//! To add a phrase: a line in its table.

use entity::enums::{AccessFeature, CostKind, DeliveryMode};

/// The sentences that we write for a feature, offered and missing; read back as such.
const fn sentences(feature: AccessFeature) -> (&'static str, &'static str) {
    match feature {
        AccessFeature::StepFree => ("Step-free access.", "No step-free access."),
        AccessFeature::AccessibleToilet => ("Accessible toilet.", "No accessible toilet."),
        AccessFeature::HearingLoop => ("Hearing loop.", "No hearing loop."),
        AccessFeature::BritishSignLanguage => ("British Sign Language.", "No British Sign Language."),
        AccessFeature::Interpreter => ("Interpreters can be arranged.", "No interpreters."),
        AccessFeature::Creche => ("Crèche, or children may come along.", "No crèche."),
        AccessFeature::Evening => ("Evening sessions.", "No evening sessions."),
        AccessFeature::Weekend => ("Weekend sessions.", "No weekend sessions."),
        AccessFeature::PetsWelcome => ("Pets are welcome.", "No pets."),
        AccessFeature::NoIdNeeded => ("No ID needed.", "ID needed."),
        AccessFeature::NoAddressNeeded => ("No fixed address needed.", "A fixed address is needed."),
        AccessFeature::TravelPaid => ("Fares are paid back.", "Fares are not paid back."),
        AccessFeature::WomenOnlySpace => ("A space for women only.", "No space for women only."),
        AccessFeature::QuietSpace => ("A quiet space.", "No quiet space."),
        AccessFeature::HelpWithReading => ("Help with reading and writing.", "No help with reading and writing."),
        AccessFeature::LivedExperience => {
            ("Staff or volunteers with lived experience.", "No staff with lived experience.")
        }
        AccessFeature::SeveralAgencies => ("Several agencies under one roof.", "One agency only."),
    }
}

/// Phrases that offer a feature, in a sentence without any [`DOUBT`].
const OFFERED: &[(AccessFeature, &str)] = &[
    (AccessFeature::StepFree, "step free"),
    (AccessFeature::StepFree, "wheelchair access"),
    (AccessFeature::StepFree, "wheelchair accessible"),
    (AccessFeature::StepFree, "level access"),
    (AccessFeature::AccessibleToilet, "accessible toilet"),
    (AccessFeature::AccessibleToilet, "accessible toilets"),
    (AccessFeature::AccessibleToilet, "disabled toilet"),
    (AccessFeature::AccessibleToilet, "disabled toilets"),
    (AccessFeature::AccessibleToilet, "accessible wc"),
    (AccessFeature::HearingLoop, "hearing loop"),
    (AccessFeature::HearingLoop, "hearing loops"),
    (AccessFeature::HearingLoop, "induction loop"),
    (AccessFeature::HearingLoop, "induction loops"),
    (AccessFeature::BritishSignLanguage, "british sign language"),
    (AccessFeature::BritishSignLanguage, "bsl"),
    (AccessFeature::Creche, "creche"),
    (AccessFeature::QuietSpace, "quiet room"),
    (AccessFeature::QuietSpace, "quiet space"),
];

/// Phrases that say a feature is not there.
const MISSING: &[(AccessFeature, &str)] = &[
    (AccessFeature::StepFree, "no step free access"),
    (AccessFeature::StepFree, "not step free"),
    (AccessFeature::StepFree, "no wheelchair access"),
    (AccessFeature::StepFree, "not wheelchair accessible"),
    (AccessFeature::StepFree, "not accessible by wheelchair"),
    (AccessFeature::AccessibleToilet, "no accessible toilet"),
    (AccessFeature::AccessibleToilet, "no accessible toilets"),
    (AccessFeature::AccessibleToilet, "no disabled toilet"),
    (AccessFeature::AccessibleToilet, "no disabled toilets"),
    (AccessFeature::HearingLoop, "no hearing loop"),
    (AccessFeature::HearingLoop, "no induction loop"),
];

/// Words that take back or bend what their sentence seems to offer.
const DOUBT: &[&str] = &[
    "no",
    "not",
    "none",
    "without",
    "limited",
    "partial",
    "partially",
    "some",
    "parts",
    "part",
    "except",
    "only",
    "request",
    "planned",
    "soon",
    "if",
    "but",
    "cannot",
    "isn",
    "don",
    "unavailable",
    "nearby",
    "ask",
    "own",
];

/// Words in lower case apart by single spaces, with one around the whole: for finding phrases.
pub(super) fn spaced(text: &str) -> String {
    let plain = text.to_lowercase().replace('è', "e");
    let words: Vec<&str> = plain.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    format!(" {} ", words.join(" "))
}

/// Whether a phrase of plain words stands in a text that went through [`spaced`].
pub(super) fn has(spaced: &str, phrase: &str) -> bool {
    spaced
        .match_indices(phrase)
        .any(|(at, _)| spaced[..at].ends_with(' ') && spaced[at + phrase.len()..].starts_with(' '))
}

/// The sentence for a feature that is offered.
pub(super) const fn offered_sentence(feature: AccessFeature) -> &'static str {
    sentences(feature).0
}

/// The sentence for a feature that is missing.
pub(super) const fn missing_sentence(feature: AccessFeature) -> &'static str {
    sentences(feature).1
}

/// The features that a text on accessibility offers, and those that it says are missing.
pub(super) fn features(text: &str) -> (Vec<AccessFeature>, Vec<AccessFeature>) {
    let (mut offered, mut missing) = (Vec::new(), Vec::new());
    for sentence in text.split_inclusive(['.', '!', '\n', ';']).map(str::trim) {
        if let Some(feature) = AccessFeature::ALL.iter().find(|feature| offered_sentence(**feature) == sentence) {
            offered.push(*feature);
            continue;
        }
        if let Some(feature) = AccessFeature::ALL.iter().find(|feature| missing_sentence(**feature) == sentence) {
            missing.push(*feature);
            continue;
        }
        let words = spaced(sentence);
        let said_missing: Vec<_> = MISSING.iter().filter(|(_, phrase)| has(&words, phrase)).map(|(f, _)| *f).collect();
        if said_missing.is_empty() && !DOUBT.iter().any(|doubt| has(&words, doubt)) {
            offered.extend(OFFERED.iter().filter(|(_, phrase)| has(&words, phrase)).map(|(feature, _)| *feature));
        }
        missing.extend(said_missing);
    }
    (offered, missing)
}

/// Whether a text on interpreting says that interpreters can be had.
pub(super) fn offers_interpreters(text: &str) -> bool {
    let words = spaced(text);
    let named = ["interpret", "translat", "language line", "languageline"].iter().any(|stem| words.contains(stem));
    named && !DOUBT.iter().filter(|doubt| **doubt != "request").any(|doubt| has(&words, doubt))
}

/// What a text on charges states outright, and whether it states nothing else.
pub(super) fn cost(text: &str) -> Option<(CostKind, bool)> {
    const FREE: [&str; 16] = [
        "free",
        "free of charge",
        "no charge",
        "no cost",
        "there is no charge",
        "there is no cost",
        "no fee",
        "no fees",
        "this service is free",
        "the service is free",
        "this is a free service",
        "all our services are free",
        "free service",
        "this service is free of charge",
        "the service is free of charge",
        "free to use",
    ];
    let words = spaced(text);
    let all = FREE.contains(&words.trim());
    let first = text.split_inclusive(['.', '!']).next().map(spaced).unwrap_or_default();
    let hedges = ["but", "however", "except", "unless", "charge", "charges", "fee", "fees", "cost", "costs", "pay"];
    let rest = words.strip_prefix(first.trim_end()).unwrap_or_default();
    let leads =
        FREE.contains(&first.trim()) && !text.contains(['£', '€', '$']) && !hedges.iter().any(|hedge| has(rest, hedge));
    (all || leads).then_some((CostKind::Free, all))
}

/// The days of a waiting time that is a plain number of days or weeks: `6 weeks`.
pub(super) fn wait_days(text: &str) -> Option<u32> {
    let words = spaced(text.trim().trim_end_matches('.'));
    let (number, unit) = words.trim().split_once(' ')?;
    let number = number.parse::<u32>().ok()?;
    match unit {
        "day" | "days" => Some(number),
        "week" | "weeks" => number.checked_mul(7),
        _ => None,
    }
}

/// How people attend, where a text on it says so outright.
pub(super) fn delivery(text: &str) -> Vec<DeliveryMode> {
    const PHRASES: &[(DeliveryMode, &[&str])] = &[
        (DeliveryMode::InPerson, &["in person", "face to face", "venue"]),
        (DeliveryMode::Telephone, &["telephone", "phone"]),
        (DeliveryMode::Video, &["video", "video call", "video conferencing", "zoom", "microsoft teams"]),
        (DeliveryMode::Online, &["online", "virtual", "web chat", "webchat"]),
        (DeliveryMode::Outreach, &["outreach", "home visit", "home visits"]),
    ];
    let words = spaced(text);
    if DOUBT.iter().any(|doubt| has(&words, doubt)) {
        return Vec::new();
    }
    let said = |phrases: &[&str]| phrases.iter().any(|phrase| has(&words, phrase));
    PHRASES.iter().filter(|(_, phrases)| said(phrases)).map(|(mode, _)| *mode).collect()
}

/// Whether a text says outright that an address or a place is a secret: "address confidential",
/// "a confidential location", "the address is not disclosed". What is said of *your* address is
/// about somebody else's.
pub(super) fn says_confidential(text: &str) -> bool {
    const PLACES: [&str; 4] = ["address", "addresses", "location", "locations"];
    const SECRET: [&str; 4] = ["confidential", "withheld", "undisclosed", "secret"];
    const BETWEEN: &[&str] = &[
        "is",
        "are",
        "be",
        "being",
        "kept",
        "remains",
        "remain",
        "details",
        "strictly",
        "completely",
        "must",
        "will",
        "to",
        "a",
        "of",
        "the",
        "our",
        "this",
        "refuge",
        "service",
        "house",
        "accommodation",
        "property",
    ];
    const NOT: [&str; 3] = ["not", "never", "cannot"];
    const TOLD: [&str; 6] = ["disclosed", "published", "shared", "public", "given", "shown"];
    text.split(['.', '!', ';', '\n']).any(|sentence| {
        let words = spaced(sentence);
        let words: Vec<&str> = words.split_ascii_whitespace().collect();
        // Only what stands around a place is looked at, so that each word is looked at a few times at most.
        words.iter().enumerate().filter(|(_, word)| PLACES.contains(word)).any(|(at, _)| {
            let before = &words[..at];
            let mut after = words[at + 1..].iter().skip_while(|word| BETWEEN.contains(word));
            let theirs =
                before.iter().rev().take(2).any(|word| ["your", "their", "email", "mail", "ip", "home"].contains(word));
            let secret = before.last().is_some_and(|word| SECRET.contains(word))
                || after.clone().next().is_some_and(|word| SECRET.contains(word));
            let untold = after.next().is_some_and(|word| NOT.contains(word))
                && after.find(|word| !BETWEEN.contains(word)).is_some_and(|word| TOLD.contains(word));
            !theirs && (secret || untold)
        })
    })
}

/// Words that name a function or its mailbox, rather than a person.
const FUNCTIONS: &[&str] = &[
    "access",
    "admin",
    "administration",
    "administrator",
    "admissions",
    "advice",
    "adviser",
    "advisor",
    "advocacy",
    "alcohol",
    "appointments",
    "assessment",
    "benefits",
    "bookings",
    "care",
    "centre",
    "community",
    "contact",
    "contactus",
    "coordinator",
    "counselling",
    "customer",
    "customers",
    "debt",
    "department",
    "desk",
    "drug",
    "drugs",
    "duty",
    "email",
    "emergency",
    "employment",
    "enquiries",
    "enquiry",
    "families",
    "family",
    "feedback",
    "finance",
    "gateway",
    "health",
    "hello",
    "help",
    "helpdesk",
    "helpline",
    "homeless",
    "hostel",
    "housing",
    "hub",
    "info",
    "information",
    "inquiries",
    "intake",
    "mail",
    "manager",
    "mentoring",
    "office",
    "officer",
    "options",
    "outreach",
    "prison",
    "probation",
    "project",
    "reception",
    "receptionist",
    "recovery",
    "referral",
    "referrals",
    "refuge",
    "rights",
    "safeguarding",
    "service",
    "services",
    "shelter",
    "staff",
    "support",
    "switchboard",
    "team",
    "treatment",
    "volunteering",
    "volunteers",
    "welfare",
    "wellbeing",
    "worker",
];

/// Words that go along with those; by themselves they may be names (S. Young, A. Day).
const BESIDE_FUNCTIONS: &[&str] = &[
    "a",
    "adult",
    "adults",
    "and",
    "children",
    "crisis",
    "day",
    "for",
    "front",
    "general",
    "hours",
    "in",
    "justice",
    "line",
    "main",
    "men",
    "mens",
    "mental",
    "night",
    "number",
    "of",
    "online",
    "open",
    "out",
    "people",
    "point",
    "post",
    "s",
    "single",
    "supported",
    "the",
    "to",
    "us",
    "volunteer",
    "women",
    "womens",
    "work",
    "young",
    "youth",
];

/// Whether a contact's name is that of a function: "Reception", "Housing Options Team".
pub(super) fn is_function(name: &str) -> bool {
    let words = spaced(name);
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let known = |word: &str| FUNCTIONS.contains(&word) || BESIDE_FUNCTIONS.contains(&word) || is_number(word);
    words.split_ascii_whitespace().any(|word| FUNCTIONS.contains(&word)) && words.split_ascii_whitespace().all(known)
}

/// Whether an e-mail address is a function's mailbox rather than a person's.
pub(super) fn is_function_mailbox(email: &str) -> bool {
    email.split_once('@').is_some_and(|(mailbox, _)| is_function(mailbox))
}
