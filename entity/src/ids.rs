//! One newtype per id, so that the id of one thing can't be taken for another's.
//!
//! To add one: a line in the list below.

use sea_orm::TryFromU64;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => { $(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        // SeaORM asks this of every primary key, for databases that hand out numbers; ours never come from there.
        impl TryFromU64 for $name {
            fn try_from_u64(n: u64) -> Result<Self, DbErr> {
                Uuid::try_from_u64(n).map(Self)
            }
        }
    )+ };
}

ids! {
    /// A source of listings: a feed, the demonstration, the agencies themselves.
    SourceId,
    /// One run of an import.
    ImportRunId,
    /// An agency.
    AgencyId,
    /// A service.
    ServiceId,
    /// A location.
    LocationId,
    /// A service at a location.
    PlaceId,
    /// An account: a person who signs in.
    AccountId,
    /// A role that an account holds.
    MembershipId,
    /// A sign-in, from its beginning to its end.
    SessionId,
    /// A key of a program.
    ApiKeyId,
    /// A change of a listing.
    ListingVersionId,
    /// That two listings of one thing were joined.
    ListingMergeId,
    /// What somebody said of a listing that is not theirs.
    CorrectionId,
    /// A key under which something is sealed.
    SealingKeyId,
    /// A service user.
    ServiceUserId,
    /// That two records of one service user were joined.
    ServiceUserMergeId,
    /// A row about a service user.
    RecordId,
    /// A team of an agency.
    TeamId,
    /// A place in a team.
    TeamPlaceId,
    /// That somebody is on a caseload.
    AssignmentId,
    /// What makes an agency somebody to a service user.
    RelationshipId,
    /// That a service user keeps somebody out.
    ExclusionId,
    /// That somebody stands for a service user.
    ProxyId,
    /// An information-sharing agreement.
    AgreementId,
    /// A version of an agreement.
    AgreementVersionId,
    /// A time in which a version is in force.
    AgreementPeriodId,
    /// A flow of an agreement.
    AgreementFlowId,
    /// What a flow covers.
    FlowScopeId,
    /// A party of a version.
    AgreementPartyId,
    /// Something that was done with a version.
    AgreementEventId,
    /// What a service user was asked to permit.
    ConsentProposalId,
    /// A consent.
    ConsentId,
    /// What a consent covers.
    ConsentScopeId,
    /// A row of the ledger.
    LedgerEntryId,
    /// A referral.
    ReferralId,
    /// A need that a referral is about.
    ReferralNeedId,
    /// A category that a referral discloses.
    ReferralCategoryId,
    /// Something that was done with a referral.
    ReferralEventId,
    /// An appointment.
    AppointmentId,
    /// Something that was done with an appointment.
    AppointmentEventId,
    /// That somebody was told of services.
    SignpostId,
    /// A need for which somebody was told of services.
    SignpostNeedId,
    /// A day of release.
    ReleaseId,
    /// A dated task.
    TaskId,
    /// Something that was done with a task.
    TaskEventId,
    /// An easement of benefits.
    EasementId,
    /// That somebody covers for a worker who is away.
    CoverId,
    /// An address that an agency is told at.
    NoticeEndpointId,
    /// A notice.
    NoticeId,
    /// A row of a caseload that was imported.
    ImportedRowId,
    /// An address at which a calendar program reads appointments.
    CalendarFeedId,
    /// A group.
    GroupId,
    /// A cohort of a group.
    CohortId,
    /// A session of a cohort.
    GroupSessionId,
    /// That somebody waits for a place in a group, or has one.
    GroupPlaceId,
    /// An appointment that was booked for a session of a cohort.
    GroupBookingId,
    /// Something that happened to a place in a group.
    GroupPlaceEventId,
}
