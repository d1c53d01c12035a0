//! Reads what a listing says one has to bring, "Photo ID and proof of address or a letter from a
//! support worker", into [`Document`]s. What it does not know it leaves out: the line itself is
//! shown to people anyway, and a plan waits for what is certain only.
//!
//! A line is read clause by clause: a clause that says no ("no ID needed") or only wishes ("photo
//! ID, if you have it") asks for nothing. In what is left, documents with "or" between them are
//! alternatives; a comma means what the next "or" or "and" after it says.

use entity::enums::AccessFeature;

use super::documents::{Document, Documents};

use Document::{
    BankAccount, BirthCertificate, Email, FoodVoucher, Gp, NationalInsurance, Payslips, Phone, PhotoId, Prescription,
    ProofOfAddress, ProofOfBenefits, Referral,
};

/// Most letters of a line that are read; no real line comes near.
const MOST_LETTERS: usize = 1000;

/// Proof of who one is, with or without a photo.
const IDENTITY: &[Document] = &[PhotoId, BirthCertificate];

/// How documents are called, in folded words. The longest that fits is taken; empty: words that
/// look like one of ours and are not.
const PHRASES: &[(&str, &[Document])] = &[
    ("photo id", &[PhotoId]),
    ("photographic id", &[PhotoId]),
    ("photo identification", &[PhotoId]),
    ("photographic identification", &[PhotoId]),
    ("picture id", &[PhotoId]),
    ("passport", &[PhotoId]),
    ("driving licence", &[PhotoId]),
    ("driving license", &[PhotoId]),
    ("driver s licence", &[PhotoId]),
    ("provisional licence", &[PhotoId]),
    ("citizencard", &[PhotoId]),
    ("pass card", &[PhotoId]),
    ("biometric residence permit", &[PhotoId]),
    ("id", IDENTITY),
    ("identification", IDENTITY),
    ("identity", IDENTITY),
    ("proof of id", IDENTITY),
    ("proof of identity", IDENTITY),
    ("proof of who you are", IDENTITY),
    ("birth certificate", &[BirthCertificate]),
    ("national insurance", &[NationalInsurance]),
    ("national insurance number", &[NationalInsurance]),
    ("ni number", &[NationalInsurance]),
    ("nino", &[NationalInsurance]),
    ("proof of address", &[ProofOfAddress]),
    ("proof of your address", &[ProofOfAddress]),
    ("proof of where you live", &[ProofOfAddress]),
    ("proof of residence", &[ProofOfAddress]),
    ("letter with your address", &[ProofOfAddress]),
    ("utility bill", &[ProofOfAddress]),
    ("gas bill", &[ProofOfAddress]),
    ("council tax bill", &[ProofOfAddress]),
    ("tenancy agreement", &[ProofOfAddress]),
    ("proof of benefits", &[ProofOfBenefits]),
    ("proof of benefit", &[ProofOfBenefits]),
    ("proof of your benefits", &[ProofOfBenefits]),
    ("proof of universal credit", &[ProofOfBenefits]),
    ("benefit letter", &[ProofOfBenefits]),
    ("benefit letters", &[ProofOfBenefits]),
    ("benefits letter", &[ProofOfBenefits]),
    ("benefit statement", &[ProofOfBenefits]),
    ("universal credit statement", &[ProofOfBenefits]),
    ("award letter", &[ProofOfBenefits]),
    ("award notice", &[ProofOfBenefits]),
    ("proof of income", &[ProofOfBenefits, Payslips]),
    ("payslip", &[Payslips]),
    ("payslips", &[Payslips]),
    ("wage slips", &[Payslips]),
    ("bank account", &[BankAccount]),
    ("bank details", &[BankAccount]),
    ("bank card", &[BankAccount]),
    ("bank statement", &[BankAccount]),
    ("bank statements", &[BankAccount]),
    ("sort code", &[BankAccount]),
    ("registered with a gp", &[Gp]),
    ("registered with a doctor", &[Gp]),
    ("gp registration", &[Gp]),
    ("gp details", &[Gp]),
    ("details of your gp", &[Gp]),
    ("gp summary", &[Gp]),
    ("referral", &[Referral]),
    ("referral form", &[Referral]),
    ("referral letter", &[Referral]),
    ("letter of referral", &[Referral]),
    ("support letter", &[Referral]),
    ("gp letter", &[Referral]),
    ("letter from a worker", &[Referral]),
    ("letter from a support worker", &[Referral]),
    ("letter from your support worker", &[Referral]),
    ("letter from a key worker", &[Referral]),
    ("letter from a gp", &[Referral]),
    ("letter from your gp", &[Referral]),
    ("letter from your doctor", &[Referral]),
    ("letter from an agency", &[Referral]),
    ("letter from probation", &[Referral]),
    ("self referral", &[]),
    ("self referral form", &[]),
    ("voucher", &[FoodVoucher]),
    ("vouchers", &[FoodVoucher]),
    ("food voucher", &[FoodVoucher]),
    ("referral voucher", &[FoodVoucher]),
    ("food bank voucher", &[FoodVoucher]),
    ("prescription", &[Prescription]),
    ("proof of prescription", &[Prescription]),
    ("script", &[Prescription]),
    ("shows your dose", &[Prescription]),
    ("phone number", &[Phone]),
    ("mobile number", &[Phone]),
    ("mobile phone", &[Phone]),
    ("telephone number", &[Phone]),
    ("email", &[Email]),
    ("e mail", &[Email]),
    ("email address", &[Email]),
];

/// Words by which a clause says that something is not asked for. "No" has a rule of its own.
const NOT_ASKED: &[&str] = &[
    "not needed",
    "not required",
    "not necessary",
    "not essential",
    "don t need",
    "do not need",
    "never ask",
    "without",
    "nothing",
    "none",
];

/// Words by which a clause only wishes.
const WISHED: &[&str] = &[
    "if you have",
    "if you ve",
    "if you can",
    "if they have",
    "if possible",
    "if available",
    "if any",
    "it helps",
    "helpful",
    "optional",
    "where possible",
    "ideally",
];

/// Words by which a line says that a thing is not needed, with the thing in the place of the star.
const SPARED: &[&str] = &[
    "no * needed",
    "no * required",
    "no * necessary",
    "no need for *",
    "* not needed",
    "* not required",
    "* is not needed",
    "* is not required",
    "don t need *",
    "do not need *",
    "without *",
];

/// What a line can say is not needed.
const SPARABLE: &[(&str, &[Document])] = &[
    ("id", IDENTITY),
    ("photo id", IDENTITY),
    ("identification", IDENTITY),
    ("proof of identity", IDENTITY),
    ("address", &[ProofOfAddress]),
    ("fixed address", &[ProofOfAddress]),
    ("proof of address", &[ProofOfAddress]),
    ("referral", &[Referral]),
    ("voucher", &[FoodVoucher]),
];

/// What one line asks for: each set is one thing asked, of which any one member will do. Empty
/// for a line that asks for nothing, or for nothing that is known.
#[must_use]
pub fn documents_of(line: &str) -> Vec<Documents> {
    let mut asked = Vec::new();
    for sentence in small(line).replace(" but ", ";").split(['.', ';', ':', '\n', '(', ')', '–', '—', '!', '?']) {
        read_sentence(sentence, &mut asked);
    }
    asked
}

/// What all the lines of a listing ask for together, without what the listing says elsewhere
/// (`offered`, or another of the lines) that one does not need there.
#[must_use]
pub fn asked_for<'a>(lines: impl IntoIterator<Item = &'a str>, offered: &[AccessFeature]) -> Vec<Documents> {
    let mut spared = Documents::NONE;
    if offered.contains(&AccessFeature::NoIdNeeded) {
        spared = spared.or(Documents::of(IDENTITY));
    }
    if offered.contains(&AccessFeature::NoAddressNeeded) {
        spared = spared.or(Documents::of(&[ProofOfAddress]));
    }
    let mut asked = Vec::new();
    for line in lines {
        let text = small(line);
        let words: Vec<&str> = words(&text).into_iter().filter(|word| !["a", "an", "any"].contains(word)).collect();
        for (thing, documents) in SPARABLE {
            if SPARED.iter().any(|said| says(&words, &said.replace('*', thing))) {
                spared = spared.or(Documents::of(documents));
            }
        }
        asked.extend(documents_of(line));
    }
    asked.retain(|one: &Documents| one.and(spared).is_empty());
    asked.sort_unstable();
    asked.dedup();
    asked
}

/// Small letters, no more of them than are read, with a stroke between words as the "or" it is.
fn small(line: &str) -> String {
    line.chars().take(MOST_LETTERS).flat_map(char::to_lowercase).collect::<String>().replace('/', " or ")
}

fn words(text: &str) -> Vec<&str> {
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect()
}

/// Whether these words stand in the clause, whole and in a row.
fn says(clause: &[&str], said: &str) -> bool {
    let said: Vec<&str> = said.split(' ').collect();
    clause.windows(said.len()).any(|window| window == said)
}

/// Whether a clause says that something is not asked for. "No" is also short for "number".
fn denies(clause: &[&str]) -> bool {
    let number = |before: &str| ["insurance", "ni", "order", "booking", "reference", "nhs"].contains(&before);
    NOT_ASKED.iter().any(|said| says(clause, said))
        || clause
            .iter()
            .enumerate()
            .any(|(at, word)| *word == "no" && !(at > 0 && clause.get(at - 1).is_some_and(|before| number(before))))
}

/// How a document hangs together with the one before it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Joint {
    /// A comma: as the next "or" or "and" says.
    Comma,
    /// An alternative.
    Or,
    /// One more.
    And,
}

/// One sentence: finds its documents with what stands between them, without the clauses that ask
/// for nothing, and puts alternatives together.
fn read_sentence(sentence: &str, asked: &mut Vec<Documents>) {
    let clauses: Vec<Vec<&str>> = sentence.split(',').map(words).filter(|clause| !clause.is_empty()).collect();
    let mut found: Vec<(Joint, Documents)> = Vec::new();
    for (at, clause) in clauses.iter().enumerate() {
        if asks_for_nothing(&clauses, at) {
            continue;
        }
        let mut joint = Joint::Comma;
        let mut rest = clause.as_slice();
        while let Some((first, others)) = rest.split_first() {
            match *first {
                "or" => joint = Joint::Or,
                "and" | "plus" | "with" | "also" => joint = Joint::And,
                _ => {}
            }
            match longest_phrase(rest) {
                Some((length, documents)) => {
                    if !documents.is_empty() {
                        found.push((joint, Documents::of(documents)));
                    }
                    joint = Joint::And;
                    rest = rest.get(length..).unwrap_or_default();
                }
                None => rest = others,
            }
        }
    }
    // From the end, so that a comma can take after the word that follows it.
    let mut meaning = Joint::And;
    for (joint, _) in found.iter_mut().rev() {
        match joint {
            Joint::Comma => *joint = meaning,
            Joint::Or | Joint::And => meaning = *joint,
        }
    }
    let mut alternatives: Option<Documents> = None;
    for (joint, documents) in found {
        alternatives = match (alternatives, joint) {
            (Some(before), Joint::Or) => Some(before.or(documents)),
            (before, Joint::Or | Joint::And | Joint::Comma) => {
                asked.extend(before);
                Some(documents)
            }
        };
    }
    asked.extend(alternatives);
}

/// Whether this clause denies or only wishes, by itself or by the clause beside it: "photo ID, if
/// you have it" wishes for what stands before, "photo ID and, if you have one, a letter" for what follows.
fn asks_for_nothing(clauses: &[Vec<&str>], at: usize) -> bool {
    let wishes = |clause: &[&str]| WISHED.iter().any(|said| says(clause, said));
    let bare = |clause: &[&str]| wishes(clause) && matches!(clause.first(), Some(&("if" | "where" | "ideally")));
    let leads_on = |clause: &[&str]| matches!(clause.last(), Some(&("and" | "or" | "also")));
    let clause = |at: usize| clauses.get(at).map(Vec::as_slice).unwrap_or_default();
    let (this, next) = (clause(at), clause(at + 1));
    let (before, before_that) =
        (at.checked_sub(1).map(clause).unwrap_or_default(), at.checked_sub(2).map(clause).unwrap_or_default());
    denies(this)
        || wishes(this)
        || (bare(next) && !leads_on(this))
        || (bare(before) && (leads_on(before_that) || before_that.is_empty()))
}

/// The longest phrase with which these words begin: how many words, and what it means.
fn longest_phrase(words: &[&str]) -> Option<(usize, &'static [Document])> {
    PHRASES
        .iter()
        .filter_map(|(phrase, documents)| {
            let length = phrase.split(' ').count();
            (words.len() >= length && phrase.split(' ').zip(words).all(|(said, word)| said == *word))
                .then_some((length, *documents))
        })
        .max_by_key(|(length, _)| *length)
}
