//! What the rule is about, case by case, by its name: what others got wrong, each shut by one thing.

use entity::consent;
use entity::enums::{ConsentKind, DataCategory, LawfulBasis, Purpose, Role};
use entity::ids::ConsentId;
use entity::instants::Millis;
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;
use signpost::access::rule::decide::{Ground, ground};
use uuid::Uuid;

use super::oracle::may_see;
use super::stored::{self, Ids, facts, store};
use super::world::{DAY, Dealing, FAR_OFF, KeptOut, Question, Record, Span, Word, World};
use crate::support::database::TestDatabase;

/// An evening on which everything holds.
const NOW: i64 = 1_795_000_000_000;

/// The worker of agency 1, who asks about what agency 0 recorded of service user 0's housing.
const ASKED: Question = Question { account: 1, agency: Some(1), purpose: Purpose::Referral, at: NOW };
const HOUSING: Record = Record { person: 0, agency: 0, category: DataCategory::Housing, party: None };

/// On what ground the rule lets it be seen; the oracle says the same.
fn seen(world: &World, question: Question, record: &Record) -> Option<Ground> {
    let ids = Ids(1);
    let found = ground(&ids.ask(question), &ids.row(record), &facts(world, ids));
    assert_eq!(found.is_some(), may_see(world, question, record), "{question:?} {record:?} {world:#?}");
    found
}

fn changed(change: impl FnOnce(&mut World)) -> World {
    let mut world = World::whole();
    change(&mut world);
    world
}

fn denial() -> Word {
    let said = &World::whole().words[0];
    Word { denies: true, span: Span::ALWAYS, ..said.clone() }
}

#[test]
fn where_agreement_consent_and_relationship_all_say_so_it_is_seen() {
    let world = World::whole();
    let found = seen(&world, ASKED, &HOUSING);
    assert!(
        matches!(found, Some(Ground::Shared { basis: LawfulBasis::Consent, consent: Some(_), despite: None, .. })),
        "{found:?}"
    );
    // Its own agency's worker, for whom it is on the caseload; themselves; and whoever stands for them.
    let own = Question { account: 0, agency: Some(0), ..ASKED };
    assert_eq!(seen(&world, own, &HOUSING), Some(Ground::OwnAgency));
    let carer = Question { account: 2, agency: None, ..ASKED };
    assert_eq!(seen(&world, carer, &HOUSING), Some(Ground::Proxy));
    assert_eq!(seen(&world, carer, &Record { person: 1, ..HOUSING }), Some(Ground::OwnRecord));
    // What flows there does not flow back.
    assert_eq!(seen(&world, own, &Record { agency: 1, ..HOUSING }), None);
    assert_eq!(seen(&world, ASKED, &Record { person: 1, ..HOUSING }), None);
}

/// One thing is not as it has to be, and nothing is seen.
#[test]
fn each_thing_that_is_missing_shuts_it() {
    type Change = fn(&mut World);
    let rows: &[(&str, Change)] = &[
        ("no agreement", |world| world.versions.clear()),
        ("a version that was never signed by all", |world| world.versions[0].in_force.clear()),
        ("an agreement suspended in mid-session", |world| {
            world.versions[0].in_force[0].ends = Some(NOW);
        }),
        ("an agreement that ran out", |world| world.versions[0].expires = NOW),
        ("a flow the other way", |world| {
            let flow = &mut world.versions[0].flows[0];
            (flow.from, flow.to) = (flow.to, flow.from);
        }),
        ("an empty scope of a flow", |world| world.versions[0].flows[0].covers.clear()),
        ("another category", |world| {
            world.versions[0].flows[0].covers.retain(|(category, _)| *category != DataCategory::Housing);
        }),
        ("another purpose", |world| {
            world.versions[0].flows[0].covers.retain(|(_, purpose)| *purpose != Purpose::Referral);
        }),
        ("no consent", |world| world.words.clear()),
        ("a withdrawn consent", |world| world.words[0].withdrawn = Some(NOW)),
        ("a lapsed consent", |world| world.words[0].span.ends = Some(NOW)),
        ("a consent that has not begun", |world| world.words[0].span.begins = NOW + 1),
        ("a consent with no recipients", |world| world.words[0].agencies.clear()),
        ("a consent with no categories", |world| world.words[0].categories.clear()),
        ("a consent with no purposes", |world| world.words[0].purposes.clear()),
        ("a denial beside the permit", |world| world.words.push(denial())),
        ("no relationship", |world| world.dealings.clear()),
        ("a relationship closed longer ago than the agreement allows", |world| {
            world.dealings[0].closed = Some(NOW - 30 * DAY);
        }),
        ("a referral that discloses something else", |world| {
            world.dealings[0].discloses = Some(&[DataCategory::MentalHealth, DataCategory::Outcomes]);
        }),
        ("a referral that discloses nothing", |world| world.dealings[0].discloses = Some(&[])),
        ("a worker who changed employer", |world| world.members[1].span.ends = Some(NOW)),
        ("a worker of that agency, asking for another", |world| world.members[1].agency = Some(2)),
        ("a manager", |world| world.members[1].role = Role::AgencyManager),
        ("a data-protection officer", |world| world.members[1].role = Role::DataProtectionOfficer),
        ("an agency that is kept out", |world| {
            world.bars.push(super::world::Bar { person: 0, whom: KeptOut::Agency(1), span: Span::ALWAYS });
        }),
        ("an account that is kept out", |world| {
            world.bars.push(super::world::Bar { person: 0, whom: KeptOut::Account(1), span: Span::ALWAYS });
        }),
    ];
    for (what, change) in rows {
        assert_eq!(seen(&changed(change), ASKED, &HOUSING), None, "{what}");
    }
    let unsaid = Question { agency: None, ..ASKED };
    assert_eq!(seen(&World::whole(), unsaid, &HOUSING), None, "for no agency");
}

/// Beginnings are within, ends are not, to the millisecond; and what was there a millisecond before is there.
#[test]
fn ends_are_exclusive_to_the_millisecond() {
    let before = Question { at: NOW - 1, ..ASKED };
    let rows: [fn(&mut World); 5] = [
        |world| world.versions[0].in_force[0].ends = Some(NOW),
        |world| world.versions[0].expires = NOW,
        |world| world.words[0].withdrawn = Some(NOW),
        |world| world.words[0].span.ends = Some(NOW),
        |world| world.dealings[0].closed = Some(NOW - 30 * DAY),
    ];
    for (row, change) in rows.iter().enumerate() {
        let world = changed(change);
        assert!(seen(&world, before, &HOUSING).is_some() && seen(&world, ASKED, &HOUSING).is_none(), "{row}");
    }
    let begun = changed(|world| world.words[0].span.begins = NOW);
    assert!(seen(&begun, ASKED, &HOUSING).is_some() && seen(&begun, before, &HOUSING).is_none());
}

/// Days are of 24 hours, whatever the clocks in London do meanwhile: here they go back an hour.
#[test]
fn days_after_a_relationship_are_of_24_hours() {
    let closed: chrono::DateTime<chrono::Utc> = "2026-10-10T10:00:00Z".parse().unwrap();
    let closed = closed.timestamp_millis();
    let world = changed(|world| world.dealings[0] = Dealing { closed: Some(closed), ..world.dealings[0] });
    let at = |later: i64| seen(&world, Question { at: closed + 30 * DAY + later, ..ASKED }, &HOUSING);
    assert!(at(-1).is_some() && at(0).is_none());
}

/// A denial stops what rests on consent and what rests on a task or an interest; it does not stop a duty, and then it is
/// told that it stood there.
#[test]
fn a_denial_stops_everything_but_what_binds_anyway() {
    for basis in LawfulBasis::ALL {
        let world = changed(|world| {
            world.versions[0].flows[0].basis = *basis;
            world.words = vec![denial()];
        });
        let binds = matches!(basis, LawfulBasis::LegalObligation | LawfulBasis::SafeguardingDuty);
        match seen(&world, ASKED, &HOUSING) {
            Some(Ground::Shared { basis: told, consent: None, despite: Some(_), .. }) => {
                assert!(binds && told == *basis, "{basis:?}");
            }
            found => assert!(!binds && found.is_none(), "{basis:?} {found:?}"),
        }
        let unsaid = changed(|world| {
            world.versions[0].flows[0].basis = *basis;
            world.words.clear();
        });
        assert_eq!(seen(&unsaid, ASKED, &HOUSING).is_some(), *basis != LawfulBasis::Consent, "{basis:?}, nothing said");
    }
}

/// Of several flows the one is told that rests on the person's own word.
#[test]
fn consent_is_told_before_what_binds_anyway() {
    let world = changed(|world| {
        let bound = super::world::Flow { basis: LawfulBasis::SafeguardingDuty, ..world.versions[0].flows[0].clone() };
        world.versions[0].flows.insert(0, bound);
    });
    let found = seen(&world, ASKED, &HOUSING);
    assert!(matches!(found, Some(Ground::Shared { basis: LawfulBasis::Consent, .. })), "{found:?}");
}

/// Nobody permits for ever: such a permit is not even stored.
#[tokio::test]
async fn a_permit_without_an_end_is_not_stored() {
    let test = TestDatabase::new().await;
    let database = test.open().await;
    let transaction = database.begin_write().await.unwrap();
    let source = stored::ground(&transaction).await;
    store(&World::whole(), Ids(1), source, &transaction).await;
    transaction.commit().await.unwrap();
    let row = |number: u128, kind, expires_at| consent::ActiveModel {
        id: Set(ConsentId(Uuid::from_u128(number))),
        service_user_id: Set(Ids(1).person(0)),
        recorded_for: Set(Ids(1).person(0)),
        kind: Set(kind),
        begins_at: Set(Millis(NOW)),
        expires_at: Set(expires_at),
        ended_at: Set(None),
        ..Default::default()
    };
    let rows = [
        (ConsentKind::Permit, None, false),
        (ConsentKind::Permit, Some(Millis(FAR_OFF)), true),
        (ConsentKind::Deny, None, true),
        (ConsentKind::Deny, Some(Millis(FAR_OFF)), true),
    ];
    for (number, (kind, expires_at, stored)) in (0..).zip(rows) {
        let insert = consent::Entity::insert(row(number, kind, expires_at));
        assert_eq!(
            insert.exec_without_returning(database.connection()).await.is_ok(),
            stored,
            "{kind:?} {expires_at:?}"
        );
    }
}
