//! The operations table: every root field, who may call it, and whether its answers may be kept.
//! A field that is not here is refused; a test holds the table and the schema against each other.
//!
//! To add a root field: a line here.

use std::collections::HashSet;

use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationType, Selection, SelectionSet};
use async_graphql::{Name, Pos, ServerError};
use entity::enums::Role;

use super::Viewer;

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// Everybody, signed in or not.
    Anyone,
    /// Every person who signed in.
    SignedIn,
    /// Whoever holds one of these roles: the network's, or an agency's in the agency they act for.
    Holders(&'static [Role]),
    /// The same, but for programs: what is said is somebody's own.
    PeopleHolding(&'static [Role]),
}

/// Whether somebody may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They may.
    Yes,
    /// Nobody may who has not signed in.
    SignInFirst,
    /// They may for one of their agencies, and did not say for which they act.
    SayWhichAgency,
    /// They may not.
    No,
}

/// Whether an answer may be kept and shown to whoever asks the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Never: it is somebody's own, it changes something, or it does not say when it ends.
    Never,
    /// As long as it holds: until the directory changes, or the instant that its resolvers told
    /// the request's `api::horizon::Horizon`.
    WhileItHolds,
}

use Allowed::{Anyone, Holders, PeopleHolding, SignedIn};
use Kept::{Never, WhileItHolds};
use OperationType::{Mutation, Query, Subscription};

/// Who looks after people: managers in their agency, administrators everywhere.
const MANAGERS: Allowed = Holders(&[Role::AgencyManager, Role::Administrator]);
/// Who may bring people in: coordinators too.
const INVITERS: Allowed = Holders(&[Role::AgencyManager, Role::Coordinator, Role::Administrator]);
/// Who looks after an agency's keys.
const AGENCY_MANAGERS: Allowed = Holders(&[Role::AgencyManager]);
/// Who keeps an agency's listings; its programs with the scope for listings among them.
const KEEPERS: Allowed = Holders(&[Role::ListingEditor, Role::AgencyManager]);
/// Who keeps listings, be they nobody's.
const KEEPERS_AND_COORDINATORS: Allowed = Holders(&[Role::ListingEditor, Role::AgencyManager, Role::Coordinator]);
/// Who brings agencies in, mends duplicates, hands listings over.
const COORDINATORS: Allowed = Holders(&[Role::Coordinator]);
/// Who may enter listings.
const EDITORS: Allowed = Holders(&[Role::ListingEditor, Role::AgencyManager, Role::Coordinator, Role::Administrator]);
/// Who works with listings that are not theirs.
const WORKERS: Allowed = PeopleHolding(&[
    Role::LinkWorker,
    Role::ListingEditor,
    Role::AgencyManager,
    Role::DataProtectionOfficer,
    Role::Coordinator,
]);
/// Everybody of an agency, and who looks after all of them.
const MEMBERS: Allowed = Holders(&[
    Role::LinkWorker,
    Role::ListingEditor,
    Role::AgencyManager,
    Role::DataProtectionOfficer,
    Role::Coordinator,
    Role::Administrator,
]);
/// Who works with service users.
const LINK_WORKERS: Allowed = PeopleHolding(&[Role::LinkWorker]);
/// Who drafts information-sharing agreements, and moves them on.
const AGREEMENT_MANAGERS: Allowed = PeopleHolding(&[Role::AgencyManager, Role::Coordinator]);
/// Who reads them.
const AGREEMENT_READERS: Allowed = WORKERS;
/// Who looks after an agency's teams and the notices to its systems, sees its figures, chooses for its calendars, and signs
/// for it.
const AGENCY_TEAMS: Allowed = PeopleHolding(&[Role::AgencyManager]);
/// Who sees them, looks after its groups, and has calendars.
const TEAM_READERS: Allowed = PeopleHolding(&[Role::LinkWorker, Role::AgencyManager]);
/// Service users themselves, and those who stand for them.
const SERVICE_USERS: Allowed = PeopleHolding(&[Role::ServiceUser]);
/// Who may see something of service users: those who work with them, and they themselves.
const AROUND_SERVICE_USERS: Allowed = PeopleHolding(&[Role::LinkWorker, Role::ServiceUser]);
/// Who looks after accounts.
const ADMINISTRATORS: Allowed = Holders(&[Role::Administrator]);

/// Every root field with who may call it and whether its answers may be kept, mutations before queries before
/// subscriptions, in alphabetical order.
pub const OPERATIONS: &[(OperationType, &str, Allowed, Kept)] = &[
    (Mutation, "acceptInvitation", Anyone, Never),
    (Mutation, "acceptReferral", LINK_WORKERS, Never),
    (Mutation, "addEasement", LINK_WORKERS, Never),
    (Mutation, "addNoticeAddress", AGENCY_TEAMS, Never),
    (Mutation, "addTask", LINK_WORKERS, Never),
    (Mutation, "addToTeam", AGENCY_TEAMS, Never),
    (Mutation, "allowNamesInCalendars", AGENCY_TEAMS, Never),
    (Mutation, "amendAttendance", LINK_WORKERS, Never),
    (Mutation, "answerConsent", AROUND_SERVICE_USERS, Never),
    (Mutation, "answerCorrection", KEEPERS, Never),
    (Mutation, "assignServiceUser", LINK_WORKERS, Never),
    (Mutation, "beginSecondFactor", SignedIn, Never),
    (Mutation, "bookAppointment", LINK_WORKERS, Never),
    (Mutation, "callOffCohort", TEAM_READERS, Never),
    (Mutation, "cancelAppointment", AROUND_SERVICE_USERS, Never),
    (Mutation, "changeCohort", TEAM_READERS, Never),
    (Mutation, "changeGroup", TEAM_READERS, Never),
    (Mutation, "changePassword", SignedIn, Never),
    (Mutation, "closeCase", LINK_WORKERS, Never),
    (Mutation, "closeCohort", TEAM_READERS, Never),
    (Mutation, "closeGroup", TEAM_READERS, Never),
    (Mutation, "closeReferral", LINK_WORKERS, Never),
    (Mutation, "closeTeam", AGENCY_TEAMS, Never),
    (Mutation, "closeTemporarily", KEEPERS, Never),
    (Mutation, "completeTask", LINK_WORKERS, Never),
    (Mutation, "confirmListing", KEEPERS, Never),
    (Mutation, "confirmNoticeAddress", AGENCY_TEAMS, Never),
    (Mutation, "confirmSecondFactor", SignedIn, Never),
    (Mutation, "createAgency", COORDINATORS, Never),
    (Mutation, "createApiKey", AGENCY_MANAGERS, Never),
    (Mutation, "createLocation", KEEPERS, Never),
    (Mutation, "createNoticeEndpoint", AGENCY_TEAMS, Never),
    (Mutation, "createService", KEEPERS, Never),
    (Mutation, "createTeam", AGENCY_TEAMS, Never),
    (Mutation, "declineChange", KEEPERS_AND_COORDINATORS, Never),
    (Mutation, "disableAccount", ADMINISTRATORS, Never),
    (Mutation, "draftAgreement", AGREEMENT_MANAGERS, Never),
    (Mutation, "draftReferral", LINK_WORKERS, Never),
    (Mutation, "dropChange", KEEPERS_AND_COORDINATORS, Never),
    (Mutation, "dropTask", LINK_WORKERS, Never),
    (Mutation, "editReferralDraft", LINK_WORKERS, Never),
    (Mutation, "enableAccount", ADMINISTRATORS, Never),
    (Mutation, "endAssignment", LINK_WORKERS, Never),
    (Mutation, "endCover", TEAM_READERS, Never),
    (Mutation, "endMembership", MANAGERS, Never),
    (Mutation, "endOtherSessions", SignedIn, Never),
    (Mutation, "endProxy", AROUND_SERVICE_USERS, Never),
    (Mutation, "endService", KEEPERS, Never),
    (Mutation, "endSession", SignedIn, Never),
    (Mutation, "enterReferralInError", LINK_WORKERS, Never),
    (Mutation, "enterServiceUser", LINK_WORKERS, Never),
    (Mutation, "giveConsent", AROUND_SERVICE_USERS, Never),
    (Mutation, "giveReferralInformation", LINK_WORKERS, Never),
    (Mutation, "giveSignpost", LINK_WORKERS, Never),
    (Mutation, "grantRole", INVITERS, Never),
    (Mutation, "handOverService", COORDINATORS, Never),
    (Mutation, "handOverTask", LINK_WORKERS, Never),
    (Mutation, "holdReferral", LINK_WORKERS, Never),
    (Mutation, "invite", INVITERS, Never),
    (Mutation, "joinGroup", LINK_WORKERS, Never),
    (Mutation, "joinListings", COORDINATORS, Never),
    (Mutation, "keepOut", AROUND_SERVICE_USERS, Never),
    (Mutation, "leaveGroup", AROUND_SERVICE_USERS, Never),
    (Mutation, "letIn", AROUND_SERVICE_USERS, Never),
    (Mutation, "linkAccount", LINK_WORKERS, Never),
    (Mutation, "makeCalendarFeed", TEAM_READERS, Never),
    (Mutation, "makeGroup", TEAM_READERS, Never),
    (Mutation, "mergeServiceUsers", LINK_WORKERS, Never),
    (Mutation, "moveAgreement", AGREEMENT_MANAGERS, Never),
    (Mutation, "moveCaseload", AGENCY_TEAMS, Never),
    (Mutation, "nameProxy", AROUND_SERVICE_USERS, Never),
    (Mutation, "offerPlace", TEAM_READERS, Never),
    (Mutation, "offerReferral", LINK_WORKERS, Never),
    (Mutation, "openCohort", TEAM_READERS, Never),
    (Mutation, "partListings", COORDINATORS, Never),
    (Mutation, "proposeConsent", LINK_WORKERS, Never),
    (Mutation, "publishChange", KEEPERS_AND_COORDINATORS, Never),
    (Mutation, "recordAttended", LINK_WORKERS, Never),
    (Mutation, "recordDidNotAttend", LINK_WORKERS, Never),
    (Mutation, "recordOfServiceUser", LINK_WORKERS, Never),
    (Mutation, "recordReferralOutcome", LINK_WORKERS, Never),
    (Mutation, "refreshSession", Anyone, Never),
    (Mutation, "rejectReferral", LINK_WORKERS, Never),
    (Mutation, "removeFromTeam", AGENCY_TEAMS, Never),
    (Mutation, "removeNoticeEndpoint", AGENCY_TEAMS, Never),
    (Mutation, "removeSecondFactor", SignedIn, Never),
    (Mutation, "renewRecoveryCodes", SignedIn, Never),
    (Mutation, "renewSignpostLink", LINK_WORKERS, Never),
    (Mutation, "reopen", KEEPERS, Never),
    (Mutation, "reopenCase", AGENCY_TEAMS, Never),
    (Mutation, "reopenTask", LINK_WORKERS, Never),
    (Mutation, "replayNotices", AGENCY_TEAMS, Never),
    (Mutation, "reportRefusal", WORKERS, Never),
    (Mutation, "requestPasswordReset", Anyone, Never),
    (Mutation, "requestReferralInformation", LINK_WORKERS, Never),
    (Mutation, "requireApproval", AGENCY_MANAGERS, Never),
    (Mutation, "rerouteReferral", LINK_WORKERS, Never),
    (Mutation, "rescheduleAppointment", LINK_WORKERS, Never),
    (Mutation, "resendNoticeCode", AGENCY_TEAMS, Never),
    (Mutation, "resetPassword", Anyone, Never),
    (Mutation, "resumeReferral", LINK_WORKERS, Never),
    (Mutation, "reviseAgreement", AGREEMENT_MANAGERS, Never),
    (Mutation, "revokeApiKey", AGENCY_MANAGERS, Never),
    (Mutation, "revokeCalendarFeed", TEAM_READERS, Never),
    (Mutation, "revokeSignpostLink", AROUND_SERVICE_USERS, Never),
    (Mutation, "rotateNoticeSecret", AGENCY_TEAMS, Never),
    (Mutation, "saySignpostHelped", AROUND_SERVICE_USERS, Never),
    (Mutation, "sendTestNotice", AGENCY_TEAMS, Never),
    (Mutation, "setCapacity", KEEPERS, Never),
    (Mutation, "setCover", TEAM_READERS, Never),
    (Mutation, "setListingDuty", INVITERS, Never),
    (Mutation, "setNoticeKinds", AGENCY_TEAMS, Never),
    (Mutation, "setReleaseDate", LINK_WORKERS, Never),
    (Mutation, "setServiceEligibility", KEEPERS, Never),
    (Mutation, "setServiceHours", KEEPERS, Never),
    (Mutation, "signAgreement", AGENCY_TEAMS, Never),
    (Mutation, "signIn", Anyone, Never),
    (Mutation, "signOut", SignedIn, Never),
    (Mutation, "startReferral", LINK_WORKERS, Never),
    (Mutation, "submitReferral", LINK_WORKERS, Never),
    (Mutation, "suggestCorrection", WORKERS, Never),
    (Mutation, "switchNoticeEndpoint", AGENCY_TEAMS, Never),
    (Mutation, "takeBackEasement", LINK_WORKERS, Never),
    (Mutation, "takeBackProposal", LINK_WORKERS, Never),
    (Mutation, "takeBackRecord", LINK_WORKERS, Never),
    (Mutation, "takeBackReleaseDate", LINK_WORKERS, Never),
    (Mutation, "takeOverReferral", LINK_WORKERS, Never),
    (Mutation, "undoChange", KEEPERS_AND_COORDINATORS, Never),
    (Mutation, "undoMerge", LINK_WORKERS, Never),
    (Mutation, "unlinkAccount", LINK_WORKERS, Never),
    (Mutation, "updateAgency", KEEPERS, Never),
    (Mutation, "updateLocation", KEEPERS_AND_COORDINATORS, Never),
    (Mutation, "updateService", KEEPERS, Never),
    (Mutation, "waitlistReferral", LINK_WORKERS, Never),
    (Mutation, "widenReferral", LINK_WORKERS, Never),
    (Mutation, "withdrawConsent", AROUND_SERVICE_USERS, Never),
    (Mutation, "withdrawCorrection", SignedIn, Never),
    (Mutation, "withdrawReferral", AROUND_SERVICE_USERS, Never),
    (Query, "account", Holders(&[Role::Administrator, Role::Auditor]), Never),
    (Query, "agencies", Anyone, WhileItHolds),
    (Query, "agency", Anyone, WhileItHolds),
    (Query, "agencyMembers", AGENCY_MANAGERS, Never),
    (Query, "agreement", AGREEMENT_READERS, Never),
    (Query, "agreements", AGREEMENT_READERS, Never),
    (Query, "apiKeys", AGENCY_MANAGERS, Never),
    (Query, "appointment", AROUND_SERVICE_USERS, Never),
    (Query, "appointments", LINK_WORKERS, Never),
    (Query, "appointmentsOf", AROUND_SERVICE_USERS, Never),
    (Query, "consentsRunningOut", LINK_WORKERS, Never),
    (Query, "corrections", PeopleHolding(&[Role::ListingEditor, Role::AgencyManager]), Never),
    (Query, "cover", TEAM_READERS, Never),
    (Query, "disclosurePreview", AROUND_SERVICE_USERS, Never),
    (Query, "easementsOf", AROUND_SERVICE_USERS, Never),
    (Query, "engagementFigures", AGENCY_TEAMS, Never),
    (Query, "findServiceUsers", LINK_WORKERS, Never),
    (Query, "firstContactAlerts", LINK_WORKERS, Never),
    (Query, "group", TEAM_READERS, Never),
    (Query, "groupPlace", AROUND_SERVICE_USERS, Never),
    (Query, "groupPlaces", LINK_WORKERS, Never),
    (Query, "groupPlacesOf", AROUND_SERVICE_USERS, Never),
    (Query, "groups", TEAM_READERS, Never),
    (Query, "happeningsCursor", Anyone, Never),
    (Query, "interpretNeeds", Anyone, Never),
    (Query, "listing", KEEPERS_AND_COORDINATORS, Never),
    (Query, "listingDuty", MEMBERS, Never),
    (Query, "listingVersion", KEEPERS_AND_COORDINATORS, Never),
    (Query, "listingsDue", KEEPERS, Never),
    (Query, "location", Anyone, WhileItHolds),
    (Query, "locations", Anyone, WhileItHolds),
    (Query, "myCalendarFeeds", TEAM_READERS, Never),
    (Query, "myCorrections", SignedIn, Never),
    (Query, "myDay", WORKERS, Never),
    (Query, "myRecords", SERVICE_USERS, Never),
    (Query, "mySignposts", LINK_WORKERS, Never),
    (Query, "myTasks", LINK_WORKERS, Never),
    (Query, "need", Anyone, WhileItHolds),
    (Query, "needs", Anyone, WhileItHolds),
    (Query, "node", Anyone, WhileItHolds),
    (Query, "noticeEndpoints", AGENCY_TEAMS, Never),
    (Query, "pathway", AROUND_SERVICE_USERS, Never),
    (Query, "possibleDuplicates", EDITORS, Never),
    (Query, "referral", AROUND_SERVICE_USERS, Never),
    (Query, "referralCounts", LINK_WORKERS, Never),
    (Query, "referralPreview", LINK_WORKERS, Never),
    (Query, "referrals", LINK_WORKERS, Never),
    (Query, "referralsOf", AROUND_SERVICE_USERS, Never),
    (Query, "refusalFigures", AGENCY_TEAMS, Never),
    (Query, "releasesOf", AROUND_SERVICE_USERS, Never),
    (Query, "service", Anyone, WhileItHolds),
    (Query, "serviceConfig", Anyone, WhileItHolds),
    (Query, "serviceUser", AROUND_SERVICE_USERS, Never),
    (Query, "serviceUsers", LINK_WORKERS, Never),
    (Query, "services", Anyone, WhileItHolds),
    (Query, "signpost", Anyone, WhileItHolds),
    (Query, "signpostGiven", AROUND_SERVICE_USERS, Never),
    (Query, "signpostPlan", Anyone, Never),
    (Query, "signpostsGivenTo", AROUND_SERVICE_USERS, Never),
    (Query, "suggestions", Anyone, WhileItHolds),
    (Query, "task", AROUND_SERVICE_USERS, Never),
    (Query, "tasksOf", AROUND_SERVICE_USERS, Never),
    (Query, "teams", TEAM_READERS, Never),
    (Query, "viewer", Anyone, Never),
    (Query, "waitingChanges", KEEPERS, Never),
    (Subscription, "pathwayChanged", AROUND_SERVICE_USERS, Never),
    (Subscription, "serviceHappenings", Anyone, Never),
];

/// Whether a viewer may call a root field. One that is not listed may be called by nobody.
#[must_use]
pub fn may_call(viewer: &Viewer, kind: OperationType, field: &str) -> Verdict {
    let allowed = listed(kind, field).map(|(allowed, _)| allowed);
    match (allowed, viewer) {
        (Some(Allowed::Anyone), _) | (Some(Allowed::SignedIn), Viewer::Person(_)) => Verdict::Yes,
        (Some(Allowed::Holders(roles)), _) if roles.iter().any(|role| viewer.holds(*role)) => Verdict::Yes,
        (Some(Allowed::PeopleHolding(roles)), Viewer::Person(_)) if roles.iter().any(|role| viewer.holds(*role)) => {
            Verdict::Yes
        }
        (Some(Allowed::Holders(roles) | Allowed::PeopleHolding(roles)), Viewer::Person(_))
            if viewer.would_hold(roles) =>
        {
            Verdict::SayWhichAgency
        }
        (Some(Allowed::SignedIn | Allowed::Holders(_) | Allowed::PeopleHolding(_)), Viewer::Anyone) => {
            Verdict::SignInFirst
        }
        (Some(Allowed::SignedIn), Viewer::Program(_))
        | (Some(Allowed::Holders(_) | Allowed::PeopleHolding(_)), Viewer::Person(_) | Viewer::Program(_))
        | (None, _) => Verdict::No,
    }
}

/// Whether the answer to a document may be kept for everybody: it only asks, everybody may ask, and every root field of
/// it may be kept.
#[must_use]
pub fn may_keep(document: &ExecutableDocument) -> bool {
    let keeps = |kind, field: &str| match listed(kind, field) {
        Some((Allowed::Anyone, Kept::WhileItHolds)) => true,
        Some(
            (Allowed::Anyone, Kept::Never) | (Allowed::SignedIn | Allowed::Holders(_) | Allowed::PeopleHolding(_), _),
        ) => false,
        None => field == "__typename",
    };
    document.operations.iter().all(|(_, operation)| operation.node.ty == OperationType::Query)
        && each_root_field(document, &mut |kind, field, _| if keeps(kind, field) { Ok(()) } else { Err(()) }).is_ok()
}

/// Whether a document only asks, and not only for what everybody may: its answer may be about somebody.
#[must_use]
pub fn asks_privately(document: &ExecutableDocument) -> bool {
    let only_asks = document.operations.iter().all(|(_, operation)| operation.node.ty == OperationType::Query);
    let is_public = |kind, field: &str| match listed(kind, field) {
        Some((Allowed::Anyone, _)) => true,
        Some((Allowed::SignedIn | Allowed::Holders(_) | Allowed::PeopleHolding(_), _)) => false,
        None => field == "__typename",
    };
    only_asks
        && each_root_field(document, &mut |kind, field, _| if is_public(kind, field) { Ok(()) } else { Err(()) })
            .is_err()
}

fn listed(kind: OperationType, field: &str) -> Option<(Allowed, Kept)> {
    let (_, _, allowed, kept) = OPERATIONS.iter().find(|(listed, name, ..)| *listed == kind && *name == field)?;
    Some((*allowed, *kept))
}

/// Why a document may not be asked.
#[derive(Clone, Debug)]
pub enum Turned {
    /// This viewer may not call one of its fields: `UNAUTHENTICATED` or `FORBIDDEN`.
    Refused(ServerError),
    /// One of its fields is not in the table: the schema says so better, where it does not know it either.
    Unlisted(ServerError),
}

/// A role, as a message names those who hold it.
const fn holders(role: Role) -> &'static str {
    match role {
        Role::LinkWorker => "link workers",
        Role::ListingEditor => "listing editors",
        Role::AgencyManager => "agency managers",
        Role::DataProtectionOfficer => "data-protection officers",
        Role::Coordinator => "coordinators",
        Role::Commissioner => "commissioners",
        Role::Auditor => "auditors",
        Role::Administrator => "administrators",
        Role::ServiceUser => "service users",
    }
}

/// For whom a field is, in words.
fn for_whom(allowed: Allowed) -> String {
    let named = |roles: &[Role]| {
        let names: Vec<&str> = roles.iter().map(|role| holders(*role)).collect();
        match names.as_slice() {
            [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
            names => names.concat(),
        }
    };
    match allowed {
        Allowed::Anyone => "everybody".to_owned(),
        Allowed::SignedIn => "people who have signed in".to_owned(),
        Allowed::Holders(roles) => named(roles),
        Allowed::PeopleHolding(roles) => format!("{}, signed in themselves", named(roles)),
    }
}

/// Checks every root field of a document, whichever of its operations is run.
///
/// # Errors
/// [`Turned`], naming the first field that this viewer may not call.
pub fn check(viewer: &Viewer, document: &ExecutableDocument) -> Result<(), Turned> {
    each_root_field(document, &mut |kind, name, position| {
        // The schema about itself is a setting of its own.
        let verdict = if name.starts_with("__") { Verdict::Yes } else { may_call(viewer, kind, name) };
        let (code, message) = match verdict {
            Verdict::Yes => return Ok(()),
            Verdict::SignInFirst => ("UNAUTHENTICATED", format!("`{name}` is for those who have signed in.")),
            Verdict::SayWhichAgency => (
                "FORBIDDEN",
                format!(
                    "You belong to several agencies, and `{name}` is done for one: name it, by its id, in the header \
                     `signpost-agency`."
                ),
            ),
            Verdict::No => match listed(kind, name) {
                Some((allowed, _)) => ("FORBIDDEN", format!("`{name}` is for {}.", for_whom(allowed))),
                None => ("FORBIDDEN", format!("`{name}` may not be called here.")),
            },
        };
        let mut error = ServerError::new(message, Some(position));
        error.extensions.get_or_insert_with(Default::default).set("code", code);
        Err(if listed(kind, name).is_some() { Turned::Refused(error) } else { Turned::Unlisted(error) })
    })
}

/// Looks at every root field of a document, whichever of its operations is run, those in fragments
/// among them; ends with the first that does not pass.
fn each_root_field<E>(
    document: &ExecutableDocument,
    look: &mut impl FnMut(OperationType, &str, Pos) -> Result<(), E>,
) -> Result<(), E> {
    let operations: Vec<_> = match &document.operations {
        DocumentOperations::Single(operation) => vec![operation],
        DocumentOperations::Multiple(operations) => operations.values().collect(),
    };
    for operation in operations {
        let mut seen = HashSet::new();
        each_in_set(operation.node.ty, &operation.node.selection_set.node, document, &mut seen, look)?;
    }
    Ok(())
}

fn each_in_set<'a, E>(
    kind: OperationType,
    set: &'a SelectionSet,
    document: &'a ExecutableDocument,
    seen: &mut HashSet<&'a Name>,
    look: &mut impl FnMut(OperationType, &str, Pos) -> Result<(), E>,
) -> Result<(), E> {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => look(kind, field.node.name.node.as_str(), selection.pos)?,
            Selection::InlineFragment(fragment) => {
                each_in_set(kind, &fragment.node.selection_set.node, document, seen, look)?;
            }
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                if let Some(fragment) = document.fragments.get(name).filter(|_| seen.insert(name)) {
                    each_in_set(kind, &fragment.node.selection_set.node, document, seen, look)?;
                }
            }
        }
    }
    Ok(())
}
