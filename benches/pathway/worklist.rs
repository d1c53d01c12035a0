//! What waits at an agency: open referrals of many senders, each of somebody of their own.

use entity::enums::{DataCategory, ReferralState, ReferralStep, RelationshipKind};
use entity::ids::{ReferralId, ServiceUserId};
use entity::instants::Millis;
use sea_orm::ConnectionTrait;
use signpost::people::contents::work::category_of;
use signpost::people::contents::{Contents, Need};

use crate::fill::{DAY, Filling, Made, NEEDS, SENDERS, Step, of};
use crate::measuring::Outcome;
use crate::rows::Rows;

/// How old the oldest referral is.
const OLDEST: i64 = 60 * DAY;
/// People that are written at once.
const AT_ONCE: u32 = 1_000;

/// The states in which they are, each with what was done last.
const STATES: &[(ReferralState, ReferralStep)] = &[
    (ReferralState::Submitted, ReferralStep::Submitted),
    (ReferralState::InfoRequested, ReferralStep::InformationRequested),
    (ReferralState::Waitlisted, ReferralStep::Waitlisted),
    (ReferralState::Accepted, ReferralStep::Accepted),
];

/// Writes so many referrals to an agency that are open, of people of so many senders; and of each of these people one that is
/// over, or one to another agency.
pub(crate) async fn worklist(filling: &mut Filling<'_>, (to, senders): (u32, u32), many: u32) -> Outcome<()> {
    let mut number = 0;
    while number < many {
        let until = many.min(number + AT_ONCE);
        let db = filling.app.database.begin_write().await?;
        let mut rows = Rows::default();
        for one in number..until {
            let sent = Millis(filling.now.0 - OLDEST + i64::from(one) * OLDEST / i64::from(many));
            referred(filling, &db, &mut rows, (1 + one % senders, to), (one, sent)).await?;
        }
        rows.write(&db).await?;
        db.commit().await?;
        number = until;
        if number.is_multiple_of(10 * AT_ONCE) {
            println!("{number} of {many} referrals…");
        }
    }
    Ok(())
}

/// Somebody of a sender who was referred.
async fn referred(
    filling: &mut Filling<'_>,
    db: &impl ConnectionTrait,
    rows: &mut Rows,
    (from, to): (u32, u32),
    (number, sent): (u32, Millis),
) -> Outcome<()> {
    let person = ServiceUserId(filling.id());
    let since = Millis(sent.0 - DAY);
    let key = filling.somebody(db, rows, person, from, since).await?;
    let need = of(NEEDS, number / 4)?;
    let said = Need { key: need.to_owned(), priority: 2, remark: Some("Since the spring.".to_owned()) };
    filling.record(rows, (person, &key), from, &Contents::Need(said), since)?;
    let before = ReferralId(filling.id());
    let (party, state) = if number.is_multiple_of(2) {
        (to, ReferralState::Closed)
    } else {
        // Another of the senders, never themselves.
        (1 + from % SENDERS, ReferralState::Submitted)
    };
    filling.refer(rows, person, &Made { id: before, from, to: party, state, sent: since });
    let consent = filling.permit(rows, person, &[to], &[DataCategory::Identity, category_of(need)], since);
    filling.deal(rows, person, to, RelationshipKind::Referral, sent);
    let (state, last) = of(STATES, number)?;
    let id = ReferralId(filling.id());
    filling.refer(rows, person, &Made { id, from, to, state, sent });
    filling.about(rows, id, need, Some(consent));
    let drafted = (ReferralState::Draft, ReferralStep::Drafted);
    let submitted = (ReferralState::Submitted, ReferralStep::Submitted);
    let words = Some("Please ring after four, and ask for them by their first name.");
    let mut steps = vec![
        Step { number: 1, done: drafted, at: since, by: from, words: None },
        Step { number: 2, done: submitted, at: sent, by: from, words },
    ];
    if last != ReferralStep::Submitted {
        let at = filling.after(sent);
        steps.push(Step { number: 3, done: (state, last), at, by: to, words: Some("Thank you.") });
    }
    steps.iter().try_for_each(|step| filling.step(rows, id, &key, step))
}
