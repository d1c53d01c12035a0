//! How listings say what to bring, and what that is understood as.

use entity::enums::AccessFeature;
use proptest::prelude::*;
use signpost::signposting::plan::{Document, asked_for, documents_of};

/// Lines as agencies write them; `|` between alternatives, `+` between what is asked for besides.
const LINES: &[(&str, &str)] = &[
    ("Photo ID", "PhotoId"),
    ("photo id.", "PhotoId"),
    ("Passport or driving licence", "PhotoId"),
    ("Passport, driving licence or birth certificate", "PhotoId|BirthCertificate"),
    ("Proof of who you are", "PhotoId|BirthCertificate"),
    ("ID", "PhotoId|BirthCertificate"),
    ("A birth certificate", "BirthCertificate"),
    ("National Insurance number", "NationalInsurance"),
    ("NI no.", ""),
    ("National Insurance no", "NationalInsurance"),
    ("Proof of address or a letter from a support worker", "ProofOfAddress|Referral"),
    ("Photo ID and proof of address", "PhotoId + ProofOfAddress"),
    ("Photo ID & proof of address", "PhotoId + ProofOfAddress"),
    ("Photo ID, proof of address and your National Insurance number", "PhotoId + ProofOfAddress + NationalInsurance"),
    ("Photo ID, plus a utility bill or tenancy agreement", "PhotoId + ProofOfAddress"),
    ("Photo ID/birth certificate", "PhotoId|BirthCertificate"),
    ("Photo ID. Proof of benefits (award letter)", "PhotoId + ProofOfBenefits + ProofOfBenefits"),
    ("A letter with your address", "ProofOfAddress"),
    ("Proof of income or benefits", "ProofOfBenefits|Payslips"),
    ("Two months of bank statements or benefit letters", "ProofOfBenefits|BankAccount"),
    ("Bank details", "BankAccount"),
    ("You must be registered with a GP", "Gp"),
    ("A referral letter from your GP", "Referral"),
    ("Self-referral form", ""),
    ("Voucher", "FoodVoucher"),
    ("Something that shows your dose", "Prescription"),
    ("Your e-mail address and a phone number", "Phone + Email"),
    // Nothing is asked for.
    ("", ""),
    ("No ID needed", ""),
    ("You don’t need ID", ""),
    ("ID not required", ""),
    ("No ID needed, but bring a prescription", "Prescription"),
    ("Come without papers or ID", ""),
    ("Photo ID, if you have it", ""),
    ("Photo ID if you have it", ""),
    ("Photo ID, if you have it, and proof of address", "ProofOfAddress"),
    ("Proof of address and, if you have one, a birth certificate", "ProofOfAddress"),
    ("If you have one, a birth certificate", ""),
    ("It helps to bring photo ID, but it is not essential", ""),
    ("Photo ID is helpful", ""),
    // Nothing that is known.
    ("The letter that says no", ""),
    ("The decision letter", ""),
    ("Letter from your dry house", ""),
    ("Visit order or booking number", ""),
    ("A reference", ""),
    ("Idle hands", ""),
];

fn in_short(line: &str) -> String {
    let asked = documents_of(line)
        .into_iter()
        .map(|any_of| any_of.iter().map(|document| format!("{document:?}")).collect::<Vec<_>>().join("|"));
    let mut asked: Vec<String> = asked.collect();
    asked.sort_by_key(|one| Document::ALL.iter().position(|document| one.starts_with(&format!("{document:?}"))));
    asked.join(" + ")
}

#[test]
fn lines_are_read_as_they_are_meant() {
    for (line, expected) in LINES {
        assert_eq!(in_short(line), sorted(expected), "{line}");
    }
}

fn sorted(expected: &str) -> String {
    let mut parts: Vec<&str> = expected.split(" + ").collect();
    parts.sort_by_key(|one| Document::ALL.iter().position(|document| one.starts_with(&format!("{document:?}"))));
    parts.join(" + ")
}

#[test]
fn what_a_listing_spares_people_is_not_asked_for() {
    let asked = |lines: &[&str], offered: &[AccessFeature]| {
        asked_for(lines.iter().copied(), offered)
            .iter()
            .flat_map(|any_of| any_of.iter().collect::<Vec<_>>())
            .collect::<Vec<_>>()
    };
    let lines = ["Photo ID", "Proof of address", "Photo ID"];
    assert_eq!(asked(&lines, &[]), [Document::PhotoId, Document::ProofOfAddress]);
    assert_eq!(asked(&lines, &[AccessFeature::NoIdNeeded]), [Document::ProofOfAddress]);
    assert_eq!(asked(&lines, &[AccessFeature::NoAddressNeeded]), [Document::PhotoId]);
    assert_eq!(asked(&lines, &[AccessFeature::StepFree]), [Document::PhotoId, Document::ProofOfAddress]);
    assert_eq!(asked(&["Proof of who you are", "No ID needed on your first visit"], &[]), []);
    assert_eq!(asked(&["Proof of address", "You do not need a fixed address"], &[]), []);
    assert_eq!(asked(&["Proof of address", "You do not need to ring"], &[]), [Document::ProofOfAddress]);
    assert_eq!(asked(&["Proof of address", "No fixed address needed"], &[]), []);
}

proptest! {
    #[test]
    fn any_line_is_read_without_harm(line in ".{0,300}") {
        for any_of in documents_of(&line) {
            prop_assert!(!any_of.is_empty());
        }
    }

    /// However known papers are put together with "or", they are one thing asked; with "and", as many as there are.
    #[test]
    fn or_and_and_mean_what_they_say(papers in proptest::collection::vec(0..5_usize, 1..6), or in any::<bool>()) {
        let names = ["photo ID", "bank details", "proof of address", "a birth certificate", "payslips"];
        let line = papers.iter().map(|paper| names[*paper]).collect::<Vec<_>>().join(if or { " or " } else { " and " });
        let asked = documents_of(&line);
        prop_assert_eq!(asked.len(), if or { 1 } else { papers.len() });
    }
}
