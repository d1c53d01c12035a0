//! What doors ask for and what other doors give: photo ID, an address, a bank account, a referral.
//!
//! To add one: a variant of [`Document`], the words it goes by in `PHRASES`, and the needs whose
//! services give it in `GIVEN_BY`; the compiler and the tests name what else has to decide.

/// A paper, or a thing as good as one, that a service may ask for, that a person may have, and
/// that another service may give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Document {
    /// A passport, driving licence or other card with a photo.
    PhotoId,
    /// A birth certificate.
    BirthCertificate,
    /// A National Insurance number, or proof of it.
    NationalInsurance,
    /// Something with name and address on it.
    ProofOfAddress,
    /// An award letter or a benefit statement.
    ProofOfBenefits,
    /// Payslips.
    Payslips,
    /// A bank account: its details, a card, statements.
    BankAccount,
    /// A doctor (GP) one is registered with.
    Gp,
    /// Another agency's referral, or a letter from a worker or a doctor.
    Referral,
    /// A food bank voucher.
    FoodVoucher,
    /// A prescription, or something that shows the dose.
    Prescription,
    /// A telephone one can be reached on.
    Phone,
    /// An e-mail address.
    Email,
}

impl Document {
    /// Every document, in the order in which they are declared.
    pub const ALL: &'static [Self] = &[
        Self::PhotoId,
        Self::BirthCertificate,
        Self::NationalInsurance,
        Self::ProofOfAddress,
        Self::ProofOfBenefits,
        Self::Payslips,
        Self::BankAccount,
        Self::Gp,
        Self::Referral,
        Self::FoodVoucher,
        Self::Prescription,
        Self::Phone,
        Self::Email,
    ];

    /// As one says it after "you need": "photo ID", "a bank account".
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::PhotoId => "photo ID",
            Self::BirthCertificate => "a birth certificate",
            Self::NationalInsurance => "a National Insurance number",
            Self::ProofOfAddress => "proof of address",
            Self::ProofOfBenefits => "proof of benefits",
            Self::Payslips => "payslips",
            Self::BankAccount => "a bank account",
            Self::Gp => "a doctor (GP) you are registered with",
            Self::Referral => "a referral or a letter from a worker",
            Self::FoodVoucher => "a food bank voucher",
            Self::Prescription => "something that shows your prescription",
            Self::Phone => "a phone number",
            Self::Email => "an e-mail address",
        }
    }
}

/// A set of documents: what somebody has, what a visit gives, or what a service asks for *one of*.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Documents(u16);

impl Documents {
    /// None.
    pub const NONE: Self = Self(0);

    /// Those of a list.
    #[must_use]
    pub const fn of(list: &[Document]) -> Self {
        let (mut bits, mut at) = (0, 0);
        while at < list.len() {
            bits |= 1 << list[at] as u16;
            at += 1;
        }
        Self(bits)
    }

    /// Whether it is in the set.
    #[must_use]
    pub const fn contains(self, document: Document) -> bool {
        self.0 & (1 << document as u16) != 0
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those in either.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Its members, in the order of [`Document::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Document> {
        Document::ALL.iter().copied().filter(move |document| self.contains(*document))
    }
}

impl FromIterator<Document> for Documents {
    fn from_iter<I: IntoIterator<Item = Document>>(documents: I) -> Self {
        documents.into_iter().fold(Self::NONE, |set, document| set.or(Self::of(&[document])))
    }
}

/// What services that meet a need give to those who come, by the need's key. Modest on purpose:
/// only what is the very point of the visit, or what its workers write as a matter of course.
const GIVEN_BY: &[(&str, &[Document])] = &[
    ("digital.photo-id", &[Document::PhotoId]),
    ("digital.birth-certificate", &[Document::BirthCertificate]),
    ("digital.national-insurance", &[Document::NationalInsurance]),
    ("digital.address-for-post", &[Document::ProofOfAddress]),
    ("digital.mobile-phone", &[Document::Phone]),
    ("digital.online-accounts", &[Document::Email]),
    ("money.bank-account", &[Document::BankAccount]),
    ("money.universal-credit", &[Document::ProofOfBenefits]),
    ("money.benefits-advice", &[Document::ProofOfBenefits]),
    ("physical-health.gp", &[Document::Gp, Document::Referral]),
    ("drugs-alcohol.prescribing", &[Document::Prescription]),
    ("drugs-alcohol.prison-to-community", &[Document::Prescription]),
    ("belonging.support-worker", &[Document::Referral, Document::FoodVoucher]),
    ("housing.rough-sleeping", &[Document::Referral]),
    ("justice.through-the-gate", &[Document::Referral]),
    ("justice.probation", &[Document::Referral]),
];

/// What a service that meets this need gives to those who come; nothing for a key without a line.
#[must_use]
pub fn provides(need_key: &str) -> Documents {
    GIVEN_BY
        .iter()
        .filter(|(key, _)| *key == need_key)
        .fold(Documents::NONE, |set, (_, given)| set.or(Documents::of(given)))
}

/// The needs to ask about besides, so that a plan gets hold of this document too.
pub fn needs_that_provide(document: Document) -> impl Iterator<Item = &'static str> {
    GIVEN_BY.iter().filter(move |(_, given)| given.contains(&document)).map(|(key, _)| *key)
}
