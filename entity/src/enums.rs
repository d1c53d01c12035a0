//! Closed sets: the words of the directory that code decides upon.
//!
//! Stored and written in data files in `snake_case`. To add a value: add the variant with
//! what it means; the compiler then names every table of rules that has to decide about it.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Declares a closed set stored as text, with its list of all values and its stored spelling.
macro_rules! closed_set {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
        #[sea_orm(rs_type = "String", db_type = "Text")]
        pub enum $name {
            $($(#[$vmeta])* #[sea_orm(string_value = $text)] #[serde(rename = $text)] $variant),+
        }

        impl $name {
            /// Every value, in the order in which they are declared.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stored spelling.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The value with this stored spelling, or `None`.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

mod accounts;
mod appointments;
mod duplicates;
mod groups;
mod happenings;
mod importing;
mod listings;
mod notices;
mod people;
mod referrals;
mod tasks;

pub use self::accounts::*;
pub use self::appointments::*;
pub use self::duplicates::*;
pub use self::groups::*;
pub use self::happenings::*;
pub use self::importing::*;
pub use self::listings::*;
pub use self::notices::*;
pub use self::people::*;
pub use self::referrals::*;
pub use self::tasks::*;

closed_set! {
    /// Whether a service can be used at all.
    ServiceStatus {
        /// Running.
        Active = "active",
        /// Not running now, and nobody says when it will.
        Inactive = "inactive",
        /// Ended for good.
        Defunct = "defunct",
        /// Shut for a while; expected back.
        TemporarilyClosed = "temporarily_closed",
    }
}

closed_set! {
    /// Who may see a listing at all.
    Visibility {
        /// Anyone.
        Public = "public",
        /// Only the agency itself (and, from a later release, those it shares with).
        Internal = "internal",
    }
}

closed_set! {
    /// How a service reaches a person.
    DeliveryMode {
        /// The person comes to a place.
        InPerson = "in_person",
        /// By telephone.
        Telephone = "telephone",
        /// By video call.
        Video = "video",
        /// By website, app, e-mail or chat.
        Online = "online",
        /// A worker comes to where the person is: the street, a home, a hostel.
        Outreach = "outreach",
        /// Inside a prison, police custody suite or court cells.
        InCustody = "in_custody",
    }
}

closed_set! {
    /// The form of a session.
    SessionFormat {
        /// One worker, one person.
        OneToOne = "one_to_one",
        /// Several people together.
        Group = "group",
        /// Come without an appointment.
        DropIn = "drop_in",
        /// The person stays there overnight.
        Residential = "residential",
    }
}

closed_set! {
    /// How somebody gets into a service.
    ReferralRoute {
        /// The person can ask for themselves.
        SelfReferral = "self_referral",
        /// An agency refers.
        AgencyReferral = "agency_referral",
        /// Only through a named gateway (a council's single point of access, say).
        Gateway = "gateway",
    }
}

closed_set! {
    /// What sort of place a location is.
    LocationKind {
        /// Somewhere one can go.
        Physical = "physical",
        /// An address for post only.
        Postal = "postal",
        /// A place on the internet or the telephone network.
        Virtual = "virtual",
    }
}

closed_set! {
    /// What sort of area a service says it covers.
    AreaKind {
        /// One full postcode.
        Postcode = "postcode",
        /// A postcode sector, as `M14 5`.
        Sector = "sector",
        /// A postcode district (outward code), as `M14`.
        District = "district",
        /// A local authority, by its nine-character ONS code.
        LocalAuthority = "local_authority",
        /// A combined authority, by the abbreviation in the embedded table, as `GMCA`.
        CombinedAuthority = "combined_authority",
        /// A region of England, by name.
        Region = "region",
        /// England, Scotland, Wales or Northern Ireland, by name.
        Nation = "nation",
        /// The whole United Kingdom.
        UnitedKingdom = "united_kingdom",
        /// A GeoJSON geometry.
        Geojson = "geojson",
        /// Words that name no area we know.
        Text = "text",
    }
}

closed_set! {
    /// Gender, as services' rules and people's own statements use the word.
    Gender {
        /// Woman.
        Woman = "woman",
        /// Man.
        Man = "man",
        /// Non-binary, or another gender.
        NonBinary = "non_binary",
    }
}

closed_set! {
    /// A service's rule about drink and drugs.
    SubstanceUseRule {
        /// People who are using or drinking now are accepted.
        ActiveUseAccepted = "active_use_accepted",
        /// Accepted, but not when intoxicated at the appointment.
        NotWhenIntoxicated = "not_when_intoxicated",
        /// Only people who are abstinent now.
        AbstinenceRequired = "abstinence_required",
        /// Anyone with a history of use is turned away. It happens, and must be seen.
        HistoryExcluded = "history_excluded",
    }
}

closed_set! {
    /// Something about a person's life that services make rules about.
    Characteristic {
        /// Has served in the armed forces.
        Veteran = "veteran",
        /// Was in the care of a council as a child.
        CareLeaver = "care_leaver",
        /// Under probation supervision in the community.
        UnderSupervision = "under_supervision",
        /// In prison now.
        InCustody = "in_custody",
        /// Has left prison (within the last year, unless the service says otherwise).
        PrisonLeaver = "prison_leaver",
        /// Both a mental-health and a substance-use problem at once.
        DualDiagnosis = "dual_diagnosis",
        /// On a substitute prescription (methadone, buprenorphine).
        SubstitutePrescribing = "substitute_prescribing",
        /// Has children living with them.
        DependentChildren = "dependent_children",
        /// Pregnant.
        Pregnant = "pregnant",
        /// No recourse to public funds.
        NoRecourse = "no_recourse",
        /// Seeking asylum, or a refugee.
        AsylumOrRefugee = "asylum_or_refugee",
        /// Homeless, or about to be.
        Homeless = "homeless",
        /// Surviving domestic abuse.
        DomesticAbuse = "domestic_abuse",
        /// Has sold sex.
        SexWork = "sex_work",
        /// Looks after somebody.
        Carer = "carer",
        /// A learning disability.
        LearningDisability = "learning_disability",
        /// Physically disabled.
        PhysicalDisability = "physical_disability",
        /// Lesbian, gay, bisexual or transgender.
        Lgbt = "lgbt",
        /// Out of work.
        Unemployed = "unemployed",
        /// Brings a pet.
        Pet = "pet",
    }
}

closed_set! {
    /// What a service says about a characteristic.
    CharacteristicRule {
        /// Only people with it.
        Required = "required",
        /// People with it are welcome; so are others.
        Accepted = "accepted",
        /// People with it are turned away.
        Excluded = "excluded",
    }
}

closed_set! {
    /// Kinds of offence that services make rules about.
    OffenceType {
        /// Sexual offences.
        Sexual = "sexual",
        /// Arson.
        Arson = "arson",
        /// Violence against the person.
        Violence = "violence",
        /// Domestic abuse.
        DomesticAbuse = "domestic_abuse",
        /// Offences against children.
        AgainstChildren = "against_children",
        /// Supplying drugs.
        DrugSupply = "drug_supply",
        /// Weapons.
        Weapons = "weapons",
        /// Theft, burglary, robbery or fraud.
        Acquisitive = "acquisitive",
        /// Hate crime.
        HateCrime = "hate_crime",
        /// Terrorism.
        Terrorism = "terrorism",
        /// Anything else.
        Other = "other",
    }
}

closed_set! {
    /// Where a rule in a listing comes from.
    RuleEvidence {
        /// The agency, or its feed's own structured field, says so.
        Stated = "stated",
        /// Read by us from a text that says so outright.
        ReadFromText = "read_from_text",
    }
}

closed_set! {
    /// What it costs the person.
    CostKind {
        /// Nothing.
        Free = "free",
        /// Something, for some people.
        Sometimes = "sometimes",
        /// A charge or rent.
        Paid = "paid",
    }
}

closed_set! {
    /// A barrier removed, or a fact that people ask for.
    AccessFeature {
        /// Step-free from the street.
        StepFree = "step_free",
        /// An accessible toilet.
        AccessibleToilet = "accessible_toilet",
        /// A hearing loop.
        HearingLoop = "hearing_loop",
        /// British Sign Language.
        BritishSignLanguage = "british_sign_language",
        /// An interpreter can be had.
        Interpreter = "interpreter",
        /// A crèche, or children may come along.
        Creche = "creche",
        /// Evening sessions.
        Evening = "evening",
        /// Weekend sessions.
        Weekend = "weekend",
        /// Pets are welcome.
        PetsWelcome = "pets_welcome",
        /// No identity papers needed.
        NoIdNeeded = "no_id_needed",
        /// No fixed address needed.
        NoAddressNeeded = "no_address_needed",
        /// Fares are paid back.
        TravelPaid = "travel_paid",
        /// A space for women only.
        WomenOnlySpace = "women_only_space",
        /// A quiet space.
        QuietSpace = "quiet_space",
        /// Help with reading and writing.
        HelpWithReading = "help_with_reading",
        /// Staff or volunteers with lived experience.
        LivedExperience = "lived_experience",
        /// Several agencies under one roof.
        SeveralAgencies = "several_agencies",
    }
}

closed_set! {
    /// Whether one can go on a waiting list.
    WaitingList {
        /// There is none: places are offered as they come.
        None = "none",
        /// Open to new names.
        Open = "open",
        /// Closed to new names.
        Closed = "closed",
    }
}

closed_set! {
    /// Parts of a listing that are confirmed, and grow stale, apart from each other.
    FieldGroup {
        /// Name, summary, description, needs, status, cost.
        Description = "description",
        /// Telephone, e-mail, website, named contacts.
        Contact = "contact",
        /// Opening hours and events.
        Hours = "hours",
        /// Who is taken and who is not.
        Eligibility = "eligibility",
        /// Capacity and waiting time.
        Capacity = "capacity",
        /// Where it is and which area it covers.
        Place = "place",
    }
}

closed_set! {
    /// On what evidence a field group was last assured.
    AssuranceEvidence {
        /// The agency confirmed it.
        AgencyConfirmed = "agency_confirmed",
        /// A worker of another agency reported it.
        WorkerReported = "worker_reported",
        /// A feed carried it.
        Feed = "feed",
    }
}

closed_set! {
    /// Who may see a contact's name and direct lines. The role is always public.
    ContactVisibility {
        /// Anyone.
        Public = "public",
        /// Those signed in.
        SignedIn = "signed_in",
    }
}

closed_set! {
    /// Whether a schedule row says when the door is open or when something takes place.
    ScheduleKind {
        /// Opening hours.
        Hours = "hours",
        /// An event or session inside or beside them.
        Event = "event",
    }
}

closed_set! {
    /// What a schedule row does to the days it names.
    ScheduleEffect {
        /// Opens between two times.
        Opens = "opens",
        /// Open the whole day and night.
        OpensAllDay = "opens_all_day",
        /// Shut.
        Closes = "closes",
        /// Says something about those days that cannot be relied upon.
        Unknown = "unknown",
    }
}

closed_set! {
    /// Which days a schedule row names.
    ScheduleDays {
        /// Days of the week.
        Weekly = "weekly",
        /// Days of the month, by number or by nth weekday.
        Monthly = "monthly",
        /// Every date from `valid_from` to `valid_to`, instead of the regular hours.
        Dates = "dates",
        /// Bank holidays of the nation the place is in.
        BankHolidays = "bank_holidays",
    }
}

closed_set! {
    /// How a location's point was found.
    PlacedBy {
        /// The source gave it.
        Source = "source",
        /// Its full postcode, from the postcode table.
        Postcode = "postcode",
        /// The middle of its postcode sector.
        Sector = "sector",
        /// The middle of its postcode district.
        District = "district",
    }
}

closed_set! {
    /// Whether a signpost helped.
    Helped {
        /// It did.
        Yes = "yes",
        /// In part.
        Partly = "partly",
        /// They went or rang, and it did not.
        No = "no",
        /// They have not tried.
        NotTried = "not_tried",
    }
}
