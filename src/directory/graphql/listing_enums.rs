//! Closed sets of listings, as the schema shows them. The compiler holds each against the stored set.

use async_graphql::Enum;
use entity::enums as stored;

/// Whether a service can be used at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::ServiceStatus")]
pub enum ServiceStatus {
    /// Running.
    Active,
    /// Not running now, and nobody says when it will.
    Inactive,
    /// Ended for good.
    Defunct,
    /// Shut for a while; expected back.
    TemporarilyClosed,
}

/// How a service reaches a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::DeliveryMode")]
pub enum DeliveryMode {
    /// The person comes to a place.
    InPerson,
    /// By telephone.
    Telephone,
    /// By video call.
    Video,
    /// By website, app, e-mail or chat.
    Online,
    /// A worker comes to where the person is: the street, a home, a hostel.
    Outreach,
    /// Inside a prison, police custody suite or court cells.
    InCustody,
}

/// The form of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::SessionFormat")]
pub enum SessionFormat {
    /// One worker, one person.
    OneToOne,
    /// Several people together.
    Group,
    /// Come without an appointment.
    DropIn,
    /// The person stays there overnight.
    Residential,
}

/// How somebody gets into a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::ReferralRoute")]
pub enum ReferralRoute {
    /// The person can ask for themselves.
    SelfReferral,
    /// An agency refers.
    AgencyReferral,
    /// Only through a named gateway (a council's single point of access, say).
    Gateway,
}

/// What sort of place a location is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::LocationKind")]
pub enum LocationKind {
    /// Somewhere one can go.
    Physical,
    /// An address for post only.
    Postal,
    /// A place on the internet or the telephone network.
    Virtual,
}

/// What sort of area a service says it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::AreaKind")]
pub enum AreaKind {
    /// One full postcode.
    Postcode,
    /// A postcode sector, as `M14 5`.
    Sector,
    /// A postcode district (outward code), as `M14`.
    District,
    /// A local authority, by its nine-character ONS code.
    LocalAuthority,
    /// A combined authority, by the abbreviation in the embedded table, as `GMCA`.
    CombinedAuthority,
    /// A region of England, by name.
    Region,
    /// England, Scotland, Wales or Northern Ireland, by name.
    Nation,
    /// The whole United Kingdom.
    UnitedKingdom,
    /// A GeoJSON geometry.
    Geojson,
    /// Words that name no area we know.
    Text,
}

/// What it costs the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::CostKind")]
pub enum CostKind {
    /// Nothing.
    Free,
    /// Something, for some people.
    Sometimes,
    /// A charge or rent.
    Paid,
}

/// A barrier removed, or a fact that people ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::AccessFeature")]
pub enum AccessFeature {
    /// Step-free from the street.
    StepFree,
    /// An accessible toilet.
    AccessibleToilet,
    /// A hearing loop.
    HearingLoop,
    /// British Sign Language.
    BritishSignLanguage,
    /// An interpreter can be had.
    Interpreter,
    /// A crèche, or children may come along.
    Creche,
    /// Evening sessions.
    Evening,
    /// Weekend sessions.
    Weekend,
    /// Pets are welcome.
    PetsWelcome,
    /// No identity papers needed.
    NoIdNeeded,
    /// No fixed address needed.
    NoAddressNeeded,
    /// Fares are paid back.
    TravelPaid,
    /// A space for women only.
    WomenOnlySpace,
    /// A quiet space.
    QuietSpace,
    /// Help with reading and writing.
    HelpWithReading,
    /// Staff or volunteers with lived experience.
    LivedExperience,
    /// Several agencies under one roof.
    SeveralAgencies,
}

/// Whether one can go on a waiting list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::WaitingList")]
pub enum WaitingList {
    /// There is none: places are offered as they come.
    None,
    /// Open to new names.
    Open,
    /// Closed to new names.
    Closed,
}

/// Parts of a listing that are confirmed, and grow stale, apart from each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::FieldGroup")]
pub enum FieldGroup {
    /// Name, summary, description, needs, status, cost.
    Description,
    /// Telephone, e-mail, website, named contacts.
    Contact,
    /// Opening hours and events.
    Hours,
    /// Who is taken and who is not.
    Eligibility,
    /// Capacity and waiting time.
    Capacity,
    /// Where it is and which area it covers.
    Place,
}

/// On what evidence a field group was last assured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::AssuranceEvidence")]
pub enum AssuranceEvidence {
    /// The agency confirmed it.
    AgencyConfirmed,
    /// A worker of another agency reported it.
    WorkerReported,
    /// A feed carried it.
    Feed,
}

/// What a schedule row does to the days it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::ScheduleEffect")]
pub enum ScheduleEffect {
    /// Opens between two times.
    Opens,
    /// Open the whole day and night.
    OpensAllDay,
    /// Shut.
    Closes,
    /// Says something about those days that cannot be relied upon.
    Unknown,
}

/// Which days a schedule row names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::ScheduleDays")]
pub enum ScheduleDays {
    /// Days of the week.
    Weekly,
    /// Days of the month, by number or by nth weekday.
    Monthly,
    /// Every date from `valid_from` to `valid_to`, instead of the regular hours.
    Dates,
    /// Bank holidays of the nation the place is in.
    BankHolidays,
}

/// How a location's point was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::PlacedBy")]
pub enum PlacedBy {
    /// The source gave it.
    Source,
    /// Its full postcode, from the postcode table.
    Postcode,
    /// The middle of its postcode sector.
    Sector,
    /// The middle of its postcode district.
    District,
}
