//! The words of the trade: what a phrase in a sentence about eligibility means.
//!
//! To add a phrase: a line in the table it belongs to, longer ones above the shorter ones that
//! they begin with, and a line in the table test. Patterns as in [`super::words::Reader::take`].

use entity::enums::{Characteristic, Gender, OffenceType};

/// What stands before the audience and says no more than that the audience follows.
pub(super) const LEADS: &[(&str, Lead)] = &[
    ("eligibility criteria|criterion? :|,|is?", Lead::Plain),
    ("referral|access|entry criteria :|,?", Lead::Plain),
    ("criteria :|,", Lead::Plain),
    ("age|ages range|group|groups|limit|limits :|,|is?", Lead::Ages),
    ("age|ages :", Lead::Ages),
    ("gender|sex :", Lead::Plain),
    ("who is|it it? for :?", Lead::Plain),
    ("this|the|our service|project|programme|scheme|hostel|refuge|house|accommodation is", Lead::Plain),
    ("this|our|the? services|referrals are", Lead::Plain),
    ("this|it is an|a?", Lead::Plain),
    ("we are an|a?", Lead::Plain),
    ("service|project|programme|scheme|hostel|accommodation is", Lead::Plain),
    ("currently? open|available|offered|provided|restricted|limited exclusively|only|solely|strictly to|for", Lead::Limits),
    ("currently? restricted|limited to", Lead::Limits),
    ("currently? open|available|offered|provided|intended to|for", Lead::Plain),
    ("suitable for", Lead::Plain),
    ("for|to", Lead::Plain),
    ("all? clients|applicants|residents|tenants|participants|members|people|individuals|you|referrals must|should be", Lead::Limits),
    ("all? service? users must be", Lead::Limits),
    ("must be", Lead::Limits),
    ("we work|works with exclusively|only|solely", Lead::Limits),
    ("we exclusively|only|solely work|works with", Lead::Limits),
    ("we exclusively|only|solely accept|take|house|support|help|accommodate|see", Lead::Limits),
    ("we work with", Lead::Works),
    ("works|working with", Lead::Works),
    ("we accept|take|welcome referrals? from|for?", Lead::Accepts),
    ("accepts|accepting|welcomes referrals? from|for?", Lead::Accepts),
    ("referrals are? accepted|taken from|for", Lead::Plain),
    ("only|exclusively|solely|strictly", Lead::Limits),
];

/// What a lead adds to the audience that follows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lead {
    /// Nothing.
    Plain,
    /// That numbers are ages.
    Ages,
    /// That nobody else is taken.
    Limits,
    /// "We work with": whom, and with ages that is a limit.
    Works,
    /// "We accept": others perhaps too.
    Accepts,
}

/// Words for people in general.
pub(super) const ANYBODY: &[&str] = &[
    "service users|user",
    "people|persons|person|individuals|clients|residents|tenants|applicants|participants|members|users",
    "anyone|everyone|everybody|anybody|those|someone",
    "people in general",
];

/// Adjectives and heads that narrow without our being able to say by what.
pub(super) const LOOSE: &[&str] =
    &["single", "vulnerable", "local", "older", "adult|adults", "young|younger", "eligible", "referred", "all", "any"];

/// Those among [`LOOSE`] that say nothing beside an age.
pub(super) const SAID_BY_AGE: &[&str] = &["adult", "adults", "young", "younger", "older", "all", "any"];

/// Genders as the audience.
pub(super) const GENDERS: &[(&str, &[Gender])] = &[
    ("both? men|males|male and|or|& women|females|female", &[]),
    ("both? women|females|female and|or|& men|males|male", &[]),
    ("mixed gender|sex?", &[]),
    ("people of|for? all|any gender|genders|sexes", Gender::ALL),
    ("of? all|any gender|genders|sexes", Gender::ALL),
    ("all|any gender identities|identity", Gender::ALL),
    ("women|females and|or|& non binary people|individuals?", &[Gender::Woman, Gender::NonBinary]),
    ("women ( including|inc|incl trans women )", &[Gender::Woman]),
    ("women ,? including trans women", &[Gender::Woman]),
    ("women ( trans inclusive )", &[Gender::Woman]),
    ("women|females|female|woman|ladies", &[Gender::Woman]),
    ("men|males|male|man", &[Gender::Man]),
];

/// How a phrase may stand in a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Names people: `veterans`.
    Noun,
    /// Follows people, or stands before them: `homeless`, `on probation`.
    Clause,
    /// As [`Form::Clause`], but narrower than the characteristic we know.
    NarrowClause,
    /// As [`Form::Noun`], but narrower than the characteristic we know.
    NarrowNoun,
}

use Characteristic as C;
use Form::{Clause, NarrowClause, NarrowNoun, Noun};

/// Characteristics as the audience, or as what is refused or welcome.
pub(super) const CHARACTERISTICS: &[(&str, (Characteristic, Form))] = &[
    ("armed? forces veterans|veteran", (C::Veteran, Noun)),
    ("military veterans|veteran", (C::Veteran, Noun)),
    ("veterans|veteran of the armed forces", (C::Veteran, Noun)),
    ("veterans|veteran", (C::Veteran, Noun)),
    ("ex service|forces|military personnel|people|men|women?", (C::Veteran, Noun)),
    ("ex armed forces personnel?", (C::Veteran, Noun)),
    ("former members of the uk|british? armed forces", (C::Veteran, Noun)),
    ("former armed? service|forces personnel", (C::Veteran, Noun)),
    ("who have served in the uk|british? armed forces", (C::Veteran, Clause)),
    ("care leavers|leaver", (C::CareLeaver, Noun)),
    ("care experienced", (C::CareLeaver, Clause)),
    ("under the? supervision of|by the? probation service?", (C::UnderSupervision, Clause)),
    ("under probation supervision?", (C::UnderSupervision, Clause)),
    ("supervised by the? probation service?", (C::UnderSupervision, Clause)),
    ("subject to probation supervision", (C::UnderSupervision, Clause)),
    ("on probation", (C::UnderSupervision, Clause)),
    ("serving? prisoners|prisoner", (C::InCustody, Noun)),
    ("in prison|custody", (C::InCustody, Clause)),
    ("serving a prison|custodial sentence", (C::InCustody, Clause)),
    ("prison leavers|leaver", (C::PrisonLeaver, Noun)),
    ("ex prisoners", (C::PrisonLeaver, Noun)),
    ("leaving prison|custody", (C::PrisonLeaver, Clause)),
    ("recently? released from prison|custody", (C::PrisonLeaver, Clause)),
    ("with a? dual diagnosis", (C::DualDiagnosis, Clause)),
    ("on a? methadone|substitute|opiate|opioid substitute|substitution? prescriptions|prescription|prescribing|script|scripts", (C::SubstitutePrescribing, Clause)),
    ("on methadone", (C::SubstitutePrescribing, NarrowClause)),
    ("with dependent children", (C::DependentChildren, Clause)),
    ("pregnant women", (C::Pregnant, Noun)),
    ("pregnant", (C::Pregnant, Clause)),
    ("with|who have? no recourse to public funds", (C::NoRecourse, Clause)),
    ("no recourse to public funds", (C::NoRecourse, Clause)),
    ("asylum seekers and|or|&|/ refugees", (C::AsylumOrRefugee, Noun)),
    ("refugees and|or|&|/ asylum seekers", (C::AsylumOrRefugee, Noun)),
    ("people|those? seeking asylum and|or refugees", (C::AsylumOrRefugee, Noun)),
    ("asylum seekers|seeker", (C::AsylumOrRefugee, NarrowNoun)),
    ("refugees|refugee", (C::AsylumOrRefugee, NarrowNoun)),
    ("seeking asylum", (C::AsylumOrRefugee, NarrowClause)),
    ("homeless or|and at risk of homelessness", (C::Homeless, Clause)),
    ("homeless or|and threatened with homelessness", (C::Homeless, Clause)),
    ("experiencing homelessness or at risk of homelessness?", (C::Homeless, Clause)),
    ("homeless", (C::Homeless, Clause)),
    ("experiencing homelessness", (C::Homeless, Clause)),
    ("rough sleepers", (C::Homeless, NarrowNoun)),
    ("sleeping rough", (C::Homeless, NarrowClause)),
    ("survivors|victims and|or|/? survivors|victims? of domestic abuse|violence", (C::DomesticAbuse, Noun)),
    ("domestic abuse|violence survivors|victims", (C::DomesticAbuse, Noun)),
    ("fleeing|experiencing|escaping domestic abuse|violence", (C::DomesticAbuse, Clause)),
    ("who have experienced domestic abuse|violence", (C::DomesticAbuse, Clause)),
    ("sex workers|worker", (C::SexWork, Noun)),
    ("unpaid|family carers", (C::Carer, Noun)),
    ("carers", (C::Carer, Noun)),
    ("with a? learning disability|disabilities", (C::LearningDisability, Clause)),
    ("with a? physical disability|disabilities", (C::PhysicalDisability, Clause)),
    ("lgbt +? people", (C::Lgbt, Noun)),
    ("lgbtq|lgbtqi|lgbtqia|lgbtiq|lgbtqiaplus|lgbtqplus +? people|individuals|communities?", (C::Lgbt, Noun)),
    ("lesbian ,? gay ,? bisexual ,? and|or trans|transgender people", (C::Lgbt, Noun)),
    ("unemployed", (C::Unemployed, Clause)),
    ("out of work", (C::Unemployed, Clause)),
    ("pets|pet|dogs|animals", (C::Pet, Noun)),
];

/// Offences that services name. What is narrower than a kind we know (burglary, *serious*
/// violence) is not here: the kind would turn away too many.
pub(super) const OFFENCES: &[(&str, OffenceType)] = &[
    ("offences against children", OffenceType::AgainstChildren),
    ("schedule 1|one offences|offenders?", OffenceType::AgainstChildren),
    ("sexual|sex offences|offenders|offending|offence|crimes?", OffenceType::Sexual),
    ("arson offences|offence|offenders?", OffenceType::Arson),
    ("arsonists", OffenceType::Arson),
    ("fire setting|raising|starting", OffenceType::Arson),
    ("violence against the? person", OffenceType::Violence),
    ("violent offences|offenders|offending|crimes|crime?", OffenceType::Violence),
    ("domestic abuse|violence perpetrators|offences|offenders?", OffenceType::DomesticAbuse),
    ("perpetrators of domestic abuse|violence", OffenceType::DomesticAbuse),
    ("violence", OffenceType::Violence),
    ("drug dealing|supply|supplying offences?", OffenceType::DrugSupply),
    ("supplying|supply of drugs", OffenceType::DrugSupply),
    ("weapons|weapon offences|possession?", OffenceType::Weapons),
    ("hate crimes|crime", OffenceType::HateCrime),
    ("terrorism related? offences?", OffenceType::Terrorism),
    ("terrorist offences", OffenceType::Terrorism),
    ("acquisitive crime|offences", OffenceType::Acquisitive),
];

/// Begins a clause that narrows the audience by something we have no field for.
pub(super) const NARROWS: &[&str] = &[
    "who", "living", "resident", "residing", "registered", "from", "in", "within", "with", "experiencing", "suffering",
    "struggling", "affected", "needing", "requiring", "facing", "at", "wanting", "across", "based", "whose",
];

/// A narrowing clause with one of these in it may widen, hedge, or be about a session or a part
/// of the house, so that nothing is read from the sentence.
pub(super) const WIDENS: &[&str] = &[
    "women", "woman", "men", "man", "male", "males", "female", "females", "boys", "girls", "people", "persons", "others",
    "other", "anyone", "everyone", "those", "families", "family", "children", "child", "parents", "mothers", "fathers",
    "partners", "partner", "carers", "friends", "their", "also", "except", "exception", "exceptions", "unless", "not", "no",
    "but", "however", "although", "may", "might", "can", "could", "sometimes", "welcome", "include", "includes", "including",
    "well", "plus", "usually", "mainly", "mostly", "primarily", "normally", "generally", "often", "typically",
    "particularly", "especially", "preferably", "ideally", "prefer", "preferred", "priority", "discretion", "depending",
    "group", "groups", "session", "sessions", "class", "classes", "helpline", "meeting", "meetings", "day", "days",
    "monday", "mondays", "tuesday", "tuesdays", "wednesday", "wednesdays", "thursday", "thursdays", "friday", "fridays",
    "saturday", "saturdays", "sunday", "sundays", "weekday", "weekdays", "weekend", "weekends", "morning", "mornings",
    "afternoon", "afternoons", "evening", "evenings", "night", "nights", "am", "pm", "building", "buildings", "floor",
    "floors", "wing", "annexe", "annex", "house", "room", "rooms", "unit", "units", "flat", "flats", "bedroom", "bedrooms",
    "bed", "beds", "dormitory", "space", "spaces", "ward", "wards", "if", "when", "where", "after", "before", "until",
];

/// Says somewhere in the text that its rules bend. None of them is then certain.
pub(super) const BENDS: &[&str] = &[
    "except", "exception", "exceptions", "exceptional", "exceptionally", "unless", "discretion", "discretionary", "however",
    "normally", "usually", "generally", "mainly", "mostly", "primarily", "typically", "sometimes", "although", "though",
    "depending", "case", "flexible", "flexibility", "preferably", "ideally", "apart",
];
