//! Every root field as every role and as nobody, held against a table written out by hand.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use entity::enums::{KeyScope, Role};
use entity::ids::{AccountId, AgencyId, ApiKeyId};
use signpost::access::Viewer;
use signpost::access::operations::{OPERATIONS, Verdict, may_call};
use signpost::access::viewer::{Acts, Held, NotAMember, Person, Program, is_of_an_agency};

const HOME: AgencyId = AgencyId(uuid::Uuid::from_u128(1));
const AWAY: AgencyId = AgencyId(uuid::Uuid::from_u128(2));

fn person(roles: &[Held], named: Option<AgencyId>) -> Viewer {
    let acts = Acts::of(roles, named).unwrap();
    let person = Person { account: AccountId(uuid::Uuid::nil()), session: None, acts, roles: roles.to_vec() };
    Viewer::Person(Arc::new(person))
}

fn with(role: Role) -> Viewer {
    person(&[Held { agency: is_of_an_agency(role).then_some(HOME), role }], None)
}

fn program(scopes: &[KeyScope]) -> Viewer {
    let key = ApiKeyId(uuid::Uuid::nil());
    Viewer::Program(Arc::new(Program { key, agency: HOME, scopes: scopes.to_vec() }))
}

/// Everybody there is, with a letter.
fn everybody() -> Vec<(char, Viewer)> {
    let mut all = vec![('-', Viewer::Anyone), ('0', person(&[], None))];
    let letters = ['w', 'e', 'm', 'd', 'c', 'f', 'a', 'A', 's'];
    all.extend(letters.into_iter().zip(Role::ALL).map(|(letter, role)| (letter, with(*role))));
    all.push(('p', program(&[KeyScope::Directory])));
    all.push(('l', program(&[KeyScope::Listings])));
    all
}

/// What signed-in people may: all but nobody and programs.
const PEOPLE: &str = "0wemdcfaAs";
/// What everybody may.
const ALL: &str = "-0wemdcfaAspl";

/// Who may call what. Letters: `-` nobody signed in, `0` a person without a role, `w` link worker, `e` listing editor,
/// `m` agency manager, `d` data-protection officer, `c` coordinator, `f` commissioner, `a` auditor, `A` administrator,
/// `s` service user, `p` a program that reads, `l` one that edits listings.
const MATRIX: &[(&str, &str)] = &[
    ("acceptInvitation", ALL),
    ("acceptReferral", "w"),
    ("addEasement", "w"),
    ("addNoticeAddress", "m"),
    ("addTask", "w"),
    ("addToTeam", "m"),
    ("allowNamesInCalendars", "m"),
    ("amendAttendance", "w"),
    ("answerConsent", "ws"),
    ("answerCorrection", "eml"),
    ("assignServiceUser", "w"),
    ("beginSecondFactor", PEOPLE),
    ("bookAppointment", "w"),
    ("callOffCohort", "wm"),
    ("cancelAppointment", "ws"),
    ("changeCohort", "wm"),
    ("changeGroup", "wm"),
    ("changePassword", PEOPLE),
    ("closeCase", "w"),
    ("closeCohort", "wm"),
    ("closeGroup", "wm"),
    ("closeReferral", "w"),
    ("closeTeam", "m"),
    ("closeTemporarily", "eml"),
    ("completeTask", "w"),
    ("confirmListing", "eml"),
    ("confirmNoticeAddress", "m"),
    ("confirmSecondFactor", PEOPLE),
    ("createAgency", "c"),
    ("createApiKey", "m"),
    ("createLocation", "eml"),
    ("createNoticeEndpoint", "m"),
    ("createService", "eml"),
    ("createTeam", "m"),
    ("declineChange", "emlc"),
    ("disableAccount", "A"),
    ("draftAgreement", "mc"),
    ("draftReferral", "w"),
    ("dropChange", "emlc"),
    ("dropTask", "w"),
    ("editReferralDraft", "w"),
    ("enableAccount", "A"),
    ("endAssignment", "w"),
    ("endCover", "wm"),
    ("endMembership", "mA"),
    ("endOtherSessions", PEOPLE),
    ("endProxy", "ws"),
    ("endService", "eml"),
    ("endSession", PEOPLE),
    ("enterReferralInError", "w"),
    ("enterServiceUser", "w"),
    ("giveConsent", "ws"),
    ("giveReferralInformation", "w"),
    ("giveSignpost", "w"),
    ("grantRole", "mcA"),
    ("handOverService", "c"),
    ("handOverTask", "w"),
    ("holdReferral", "w"),
    ("invite", "mcA"),
    ("joinGroup", "w"),
    ("joinListings", "c"),
    ("keepOut", "ws"),
    ("leaveGroup", "ws"),
    ("letIn", "ws"),
    ("linkAccount", "w"),
    ("makeCalendarFeed", "wm"),
    ("makeGroup", "wm"),
    ("mergeServiceUsers", "w"),
    ("moveAgreement", "mc"),
    ("moveCaseload", "m"),
    ("nameProxy", "ws"),
    ("offerPlace", "wm"),
    ("offerReferral", "w"),
    ("openCohort", "wm"),
    ("partListings", "c"),
    ("proposeConsent", "w"),
    ("publishChange", "emlc"),
    ("recordAttended", "w"),
    ("recordDidNotAttend", "w"),
    ("recordOfServiceUser", "w"),
    ("recordReferralOutcome", "w"),
    ("refreshSession", ALL),
    ("rejectReferral", "w"),
    ("removeFromTeam", "m"),
    ("removeNoticeEndpoint", "m"),
    ("removeSecondFactor", PEOPLE),
    ("renewRecoveryCodes", PEOPLE),
    ("renewSignpostLink", "w"),
    ("reopen", "eml"),
    ("reopenCase", "m"),
    ("reopenTask", "w"),
    ("replayNotices", "m"),
    ("reportRefusal", "wemdc"),
    ("requestPasswordReset", ALL),
    ("requestReferralInformation", "w"),
    ("requireApproval", "m"),
    ("rerouteReferral", "w"),
    ("rescheduleAppointment", "w"),
    ("resendNoticeCode", "m"),
    ("resetPassword", ALL),
    ("resumeReferral", "w"),
    ("reviseAgreement", "mc"),
    ("revokeApiKey", "m"),
    ("revokeCalendarFeed", "wm"),
    ("revokeSignpostLink", "ws"),
    ("rotateNoticeSecret", "m"),
    ("saySignpostHelped", "ws"),
    ("sendTestNotice", "m"),
    ("setCapacity", "eml"),
    ("setCover", "wm"),
    ("setListingDuty", "mcA"),
    ("setNoticeKinds", "m"),
    ("setReleaseDate", "w"),
    ("setServiceEligibility", "eml"),
    ("setServiceHours", "eml"),
    ("signAgreement", "m"),
    ("signIn", ALL),
    ("signOut", PEOPLE),
    ("startReferral", "w"),
    ("submitReferral", "w"),
    ("suggestCorrection", "wemdc"),
    ("switchNoticeEndpoint", "m"),
    ("takeBackEasement", "w"),
    ("takeBackProposal", "w"),
    ("takeBackRecord", "w"),
    ("takeBackReleaseDate", "w"),
    ("takeOverReferral", "w"),
    ("undoChange", "emlc"),
    ("undoMerge", "w"),
    ("unlinkAccount", "w"),
    ("updateAgency", "eml"),
    ("updateLocation", "emlc"),
    ("updateService", "eml"),
    ("waitlistReferral", "w"),
    ("widenReferral", "w"),
    ("withdrawConsent", "ws"),
    ("withdrawCorrection", PEOPLE),
    ("withdrawReferral", "ws"),
    ("account", "aA"),
    ("agencies", ALL),
    ("agency", ALL),
    ("agencyMembers", "m"),
    ("agreement", "wemdc"),
    ("agreements", "wemdc"),
    ("apiKeys", "m"),
    ("appointment", "ws"),
    ("appointments", "w"),
    ("appointmentsOf", "ws"),
    ("consentsRunningOut", "w"),
    ("corrections", "em"),
    ("cover", "wm"),
    ("disclosurePreview", "ws"),
    ("easementsOf", "ws"),
    ("engagementFigures", "m"),
    ("findServiceUsers", "w"),
    ("firstContactAlerts", "w"),
    ("group", "wm"),
    ("groupPlace", "ws"),
    ("groupPlaces", "w"),
    ("groupPlacesOf", "ws"),
    ("groups", "wm"),
    ("happeningsCursor", ALL),
    ("interpretNeeds", ALL),
    ("listing", "emlc"),
    ("listingDuty", "wemdcAl"),
    ("listingVersion", "emlc"),
    ("listingsDue", "eml"),
    ("location", ALL),
    ("locations", ALL),
    ("myCalendarFeeds", "wm"),
    ("myCorrections", PEOPLE),
    ("myDay", "wemdc"),
    ("myRecords", "s"),
    ("mySignposts", "w"),
    ("myTasks", "w"),
    ("need", ALL),
    ("needs", ALL),
    ("node", ALL),
    ("noticeEndpoints", "m"),
    ("pathway", "ws"),
    ("possibleDuplicates", "emcAl"),
    ("referral", "ws"),
    ("referralCounts", "w"),
    ("referralPreview", "w"),
    ("referrals", "w"),
    ("referralsOf", "ws"),
    ("refusalFigures", "m"),
    ("releasesOf", "ws"),
    ("service", ALL),
    ("serviceConfig", ALL),
    ("serviceUser", "ws"),
    ("serviceUsers", "w"),
    ("services", ALL),
    ("signpost", ALL),
    ("signpostGiven", "ws"),
    ("signpostPlan", ALL),
    ("signpostsGivenTo", "ws"),
    ("suggestions", ALL),
    ("task", "ws"),
    ("tasksOf", "ws"),
    ("teams", "wm"),
    ("viewer", ALL),
    ("waitingChanges", "eml"),
    ("pathwayChanged", "ws"),
    ("serviceHappenings", ALL),
];

#[test]
fn each_root_field_is_called_by_those_it_is_for_and_by_nobody_else() {
    let listed: Vec<&str> = OPERATIONS.iter().map(|(_, name, ..)| *name).collect();
    let held: Vec<&str> = MATRIX.iter().map(|(name, _)| *name).collect();
    assert_eq!(listed, held, "every operation stands in this table, in the order of that one");
    for ((kind, name, ..), (_, expected)) in OPERATIONS.iter().zip(MATRIX) {
        for (letter, viewer) in everybody() {
            let verdict = may_call(&viewer, *kind, name);
            let wanted = match (expected.contains(letter), letter) {
                (true, _) => Verdict::Yes,
                (false, '-') => Verdict::SignInFirst,
                (false, _) => Verdict::No,
            };
            assert_eq!(verdict, wanted, "{name} as {letter}");
        }
    }
}

#[test]
fn what_is_not_listed_is_called_by_nobody() {
    for (letter, viewer) in everybody() {
        for kind in [OperationType::Query, OperationType::Mutation, OperationType::Subscription] {
            assert_eq!(may_call(&viewer, kind, "dropEverything"), Verdict::No, "{letter}");
        }
        assert_eq!(may_call(&viewer, OperationType::Query, "signIn"), Verdict::No, "{letter}: the kind counts");
    }
}

#[test]
fn an_agencys_role_counts_in_that_agency_alone() {
    let manager_here =
        [Held { agency: Some(HOME), role: Role::AgencyManager }, Held { agency: Some(AWAY), role: Role::LinkWorker }];
    let verdict = |named| may_call(&person(&manager_here, named), OperationType::Mutation, "createApiKey");
    assert_eq!(verdict(Some(HOME)), Verdict::Yes);
    assert_eq!(verdict(Some(AWAY)), Verdict::No);
    assert_eq!(verdict(None), Verdict::SayWhichAgency);
    let elsewhere = AgencyId(uuid::Uuid::from_u128(3));
    assert_eq!(Acts::of(&manager_here, Some(elsewhere)), Err(NotAMember));
    assert_eq!(Acts::of(&[], Some(HOME)), Err(NotAMember));
    assert_eq!(Acts::of(&[], None), Ok(Acts::ForNone));
    // A role of an agency that stands without one is none, and so is one of the network within an agency.
    for (role, agency) in [(Role::AgencyManager, None), (Role::Administrator, Some(HOME))] {
        let viewer = person(&[Held { agency, role }], None);
        let held: BTreeSet<_> = Role::ALL.iter().filter(|role| viewer.holds(**role)).collect();
        assert!(held.is_empty(), "{role:?} {held:?}");
    }
}
