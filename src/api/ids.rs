//! Global ids: opaque to callers, typed for us. The id of one thing given where another is asked
//! for is the caller's mistake, and is told so.

use async_graphql::{Error, ID};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::ids::{
    AccountId, AgencyId, AgreementId, AgreementVersionId, ApiKeyId, AppointmentId, AssignmentId, CalendarFeedId,
    CohortId, ConsentId, ConsentProposalId, CorrectionId, CoverId, EasementId, ExclusionId, GroupId, GroupPlaceId,
    ListingMergeId, ListingVersionId, LocationId, MembershipId, NoticeEndpointId, PlaceId, ProxyId, RecordId,
    ReferralId, ReleaseId, ServiceId, ServiceUserId, ServiceUserMergeId, SessionId, SignpostId, TaskId, TeamId,
};
use uuid::Uuid;

use super::errors::bad_input;

/// What a global id can name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeId {
    /// An agency.
    Agency(AgencyId),
    /// A service.
    Service(ServiceId),
    /// A location.
    Location(LocationId),
    /// A service at a location.
    ServiceAtLocation(PlaceId),
    /// A need, or an area of needs, by its key.
    Need(String),
    /// An account.
    Account(AccountId),
    /// A role that an account holds.
    Membership(MembershipId),
    /// A sign-in.
    Session(SessionId),
    /// A key of a program.
    ApiKey(ApiKeyId),
    /// A change of a listing.
    ListingVersion(ListingVersionId),
    /// That two listings were joined.
    ListingMerge(ListingMergeId),
    /// What a worker said of a listing.
    Correction(CorrectionId),
    /// A service user.
    ServiceUser(ServiceUserId),
    /// That two records of one service user were joined.
    ServiceUserMerge(ServiceUserMergeId),
    /// A row about a service user.
    Record(RecordId),
    /// A team of an agency.
    Team(TeamId),
    /// That a service user is on a caseload.
    Assignment(AssignmentId),
    /// That a service user keeps somebody out.
    Exclusion(ExclusionId),
    /// That somebody stands for a service user.
    Proxy(ProxyId),
    /// An information-sharing agreement.
    Agreement(AgreementId),
    /// A version of an information-sharing agreement.
    AgreementVersion(AgreementVersionId),
    /// What a service user was asked to permit or to deny.
    ConsentProposal(ConsentProposalId),
    /// What a service user permits or denies.
    Consent(ConsentId),
    /// A referral.
    Referral(ReferralId),
    /// An appointment.
    Appointment(AppointmentId),
    /// That somebody was told of services.
    SignpostGiven(SignpostId),
    /// An address that an agency is told at.
    NoticeEndpoint(NoticeEndpointId),
    /// A day of release.
    Release(ReleaseId),
    /// A dated task.
    Task(TaskId),
    /// An easement of benefits.
    Easement(EasementId),
    /// That somebody covers for a worker who is away.
    Cover(CoverId),
    /// An address at which a calendar program reads appointments.
    CalendarFeed(CalendarFeedId),
    /// A group.
    Group(GroupId),
    /// A cohort of a group.
    Cohort(CohortId),
    /// That somebody waits for a place in a group, or has one.
    GroupPlace(GroupPlaceId),
}

impl NodeId {
    /// The kind, in the words of the schema.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Agency(_) => "Agency",
            Self::Service(_) => "Service",
            Self::Location(_) => "Location",
            Self::ServiceAtLocation(_) => "ServiceAtLocation",
            Self::Need(_) => "Need",
            Self::Account(_) => "Account",
            Self::Membership(_) => "Membership",
            Self::Session(_) => "Session",
            Self::ApiKey(_) => "ApiKey",
            Self::ListingVersion(_) => "ListingVersion",
            Self::ListingMerge(_) => "ListingMerge",
            Self::Correction(_) => "Correction",
            Self::ServiceUser(_) => "ServiceUser",
            Self::ServiceUserMerge(_) => "ServiceUserMerge",
            Self::Record(_) => "ServiceUserRecord",
            Self::Team(_) => "Team",
            Self::Assignment(_) => "Assignment",
            Self::Exclusion(_) => "Exclusion",
            Self::Proxy(_) => "Proxy",
            Self::Agreement(_) => "Agreement",
            Self::AgreementVersion(_) => "AgreementVersion",
            Self::ConsentProposal(_) => "ConsentProposal",
            Self::Consent(_) => "Consent",
            Self::Referral(_) => "Referral",
            Self::Appointment(_) => "Appointment",
            Self::SignpostGiven(_) => "SignpostGiven",
            Self::NoticeEndpoint(_) => "NoticeEndpoint",
            Self::Release(_) => "Release",
            Self::Task(_) => "Task",
            Self::Easement(_) => "Easement",
            Self::Cover(_) => "Cover",
            Self::CalendarFeed(_) => "CalendarFeed",
            Self::Group(_) => "Group",
            Self::Cohort(_) => "Cohort",
            Self::GroupPlace(_) => "GroupPlace",
        }
    }

    /// As the caller sees it.
    #[must_use]
    pub fn encode(&self) -> ID {
        let local = match self {
            Self::Agency(id) => id.0.to_string(),
            Self::Service(id) => id.0.to_string(),
            Self::Location(id) => id.0.to_string(),
            Self::ServiceAtLocation(id) => id.0.to_string(),
            Self::Need(key) => key.clone(),
            Self::Account(id) => id.0.to_string(),
            Self::Membership(id) => id.0.to_string(),
            Self::Session(id) => id.0.to_string(),
            Self::ApiKey(id) => id.0.to_string(),
            Self::ListingVersion(id) => id.0.to_string(),
            Self::ListingMerge(id) => id.0.to_string(),
            Self::Correction(id) => id.0.to_string(),
            Self::ServiceUser(id) => id.0.to_string(),
            Self::ServiceUserMerge(id) => id.0.to_string(),
            Self::Record(id) => id.0.to_string(),
            Self::Team(id) => id.0.to_string(),
            Self::Assignment(id) => id.0.to_string(),
            Self::Exclusion(id) => id.0.to_string(),
            Self::Proxy(id) => id.0.to_string(),
            Self::Agreement(id) => id.0.to_string(),
            Self::AgreementVersion(id) => id.0.to_string(),
            Self::ConsentProposal(id) => id.0.to_string(),
            Self::Consent(id) => id.0.to_string(),
            Self::Referral(id) => id.0.to_string(),
            Self::Appointment(id) => id.0.to_string(),
            Self::SignpostGiven(id) => id.0.to_string(),
            Self::NoticeEndpoint(id) => id.0.to_string(),
            Self::Release(id) => id.0.to_string(),
            Self::Task(id) => id.0.to_string(),
            Self::Easement(id) => id.0.to_string(),
            Self::Cover(id) => id.0.to_string(),
            Self::CalendarFeed(id) => id.0.to_string(),
            Self::Group(id) => id.0.to_string(),
            Self::Cohort(id) => id.0.to_string(),
            Self::GroupPlace(id) => id.0.to_string(),
        };
        ID(URL_SAFE_NO_PAD.encode(format!("{}:{local}", self.kind())))
    }

    /// What the caller means, or `None` for what is no id of ours.
    #[must_use]
    pub fn decode(id: &str) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(id).ok()?).ok()?;
        let (kind, local) = text.split_once(':')?;
        // Only our own spelling: one thing has one id.
        let uuid = || Uuid::parse_str(local).ok().filter(|uuid| uuid.to_string() == local);
        Some(match kind {
            "Agency" => Self::Agency(AgencyId(uuid()?)),
            "Service" => Self::Service(ServiceId(uuid()?)),
            "Location" => Self::Location(LocationId(uuid()?)),
            "ServiceAtLocation" => Self::ServiceAtLocation(PlaceId(uuid()?)),
            "Need" => Self::Need(local.to_owned()),
            "Account" => Self::Account(AccountId(uuid()?)),
            "Membership" => Self::Membership(MembershipId(uuid()?)),
            "Session" => Self::Session(SessionId(uuid()?)),
            "ApiKey" => Self::ApiKey(ApiKeyId(uuid()?)),
            "ListingVersion" => Self::ListingVersion(ListingVersionId(uuid()?)),
            "ListingMerge" => Self::ListingMerge(ListingMergeId(uuid()?)),
            "Correction" => Self::Correction(CorrectionId(uuid()?)),
            "ServiceUser" => Self::ServiceUser(ServiceUserId(uuid()?)),
            "ServiceUserMerge" => Self::ServiceUserMerge(ServiceUserMergeId(uuid()?)),
            "ServiceUserRecord" => Self::Record(RecordId(uuid()?)),
            "Team" => Self::Team(TeamId(uuid()?)),
            "Assignment" => Self::Assignment(AssignmentId(uuid()?)),
            "Exclusion" => Self::Exclusion(ExclusionId(uuid()?)),
            "Proxy" => Self::Proxy(ProxyId(uuid()?)),
            "Agreement" => Self::Agreement(AgreementId(uuid()?)),
            "AgreementVersion" => Self::AgreementVersion(AgreementVersionId(uuid()?)),
            "ConsentProposal" => Self::ConsentProposal(ConsentProposalId(uuid()?)),
            "Consent" => Self::Consent(ConsentId(uuid()?)),
            "Referral" => Self::Referral(ReferralId(uuid()?)),
            "Appointment" => Self::Appointment(AppointmentId(uuid()?)),
            "SignpostGiven" => Self::SignpostGiven(SignpostId(uuid()?)),
            "NoticeEndpoint" => Self::NoticeEndpoint(NoticeEndpointId(uuid()?)),
            "Release" => Self::Release(ReleaseId(uuid()?)),
            "Task" => Self::Task(TaskId(uuid()?)),
            "Easement" => Self::Easement(EasementId(uuid()?)),
            "Cover" => Self::Cover(CoverId(uuid()?)),
            "CalendarFeed" => Self::CalendarFeed(CalendarFeedId(uuid()?)),
            "Group" => Self::Group(GroupId(uuid()?)),
            "Cohort" => Self::Cohort(CohortId(uuid()?)),
            "GroupPlace" => Self::GroupPlace(GroupPlaceId(uuid()?)),
            _ => return None,
        })
    }

    /// What the caller means.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for what is no id of ours.
    pub fn parse(field: &str, id: &ID) -> Result<Self, Error> {
        Self::decode(id).ok_or_else(|| {
            bad_input(field, "This is not an id of ours. Ids are opaque: use one that an answer of ours gave as `id`.")
        })
    }
}

/// That an id is of another kind than asked for.
#[must_use]
pub fn wrong_kind(field: &str, wanted: &str, given: &NodeId) -> Error {
    bad_input(
        field,
        format!("An id of this kind is asked for here: {wanted}. This is one of the kind {}.", given.kind()),
    )
}

macro_rules! expecting {
    ($($function:ident, $variant:ident, $id:ty);+ $(;)?) => { $(
        #[doc = concat!("The id of a ", stringify!($variant), ".")]
        ///
        /// # Errors
        /// `BAD_USER_INPUT` for anything else.
        pub fn $function(field: &str, id: &ID) -> Result<$id, Error> {
            match NodeId::parse(field, id)? {
                NodeId::$variant(id) => Ok(id),
                other => Err(wrong_kind(field, stringify!($variant), &other)),
            }
        }
    )+ };
}

expecting! {
    agency, Agency, AgencyId;
    service, Service, ServiceId;
    location, Location, LocationId;
    account, Account, AccountId;
    membership, Membership, MembershipId;
    session, Session, SessionId;
    api_key, ApiKey, ApiKeyId;
    listing_version, ListingVersion, ListingVersionId;
    listing_merge, ListingMerge, ListingMergeId;
    correction, Correction, CorrectionId;
    service_user, ServiceUser, ServiceUserId;
    service_user_merge, ServiceUserMerge, ServiceUserMergeId;
    record, Record, RecordId;
    team, Team, TeamId;
    assignment, Assignment, AssignmentId;
    exclusion, Exclusion, ExclusionId;
    proxy, Proxy, ProxyId;
    agreement, Agreement, AgreementId;
    agreement_version, AgreementVersion, AgreementVersionId;
    consent_proposal, ConsentProposal, ConsentProposalId;
    consent, Consent, ConsentId;
    referral, Referral, ReferralId;
    appointment, Appointment, AppointmentId;
    signpost_given, SignpostGiven, SignpostId;
    notice_endpoint, NoticeEndpoint, NoticeEndpointId;
    release, Release, ReleaseId;
    task, Task, TaskId;
    easement, Easement, EasementId;
    cover, Cover, CoverId;
    calendar_feed, CalendarFeed, CalendarFeedId;
    group, Group, GroupId;
    cohort, Cohort, CohortId;
    group_place, GroupPlace, GroupPlaceId;
    place, ServiceAtLocation, PlaceId;
}
