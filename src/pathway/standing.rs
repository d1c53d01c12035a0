//! How a pathway stands: whether it is open, who answers for it, what comes next; by what of it somebody may see.

use entity::enums::{AppointmentState, ReferralState, ReferralStep, TaskState};
use entity::ids::{AccountId, AgencyId, AppointmentId, EasementId, ReferralId, ReleaseId, ServiceUserId, TaskId};
use entity::instants::Millis;
use entity::{appointment, assignment, easement, referral, referral_event, release, task};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::timeline::{Sights, instant_of};
use crate::access::rule::Row;
use crate::access::rule::load::among;
use crate::access::rule::sight::Sight;
use crate::hours::london;
use crate::people::Trouble;
use crate::people::appointments::keeping::as_row;
use crate::people::deciding::{Again, Deciding};
use crate::people::groups::reading::rows_of_held;
use crate::people::referrals::life::{OPEN, standing};
use crate::people::referrals::moving::header;
use crate::people::tasks::dates::{easement_as_rows, release_as_row};
use crate::people::tasks::reading::as_rows;

/// Who answers for a pathway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The account, with its name.
    pub account: (AccountId, String),
    /// The agency that they answer for.
    pub agency: AgencyId,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// They are to meet.
    Appointment(AppointmentId),
    /// A referral is to be answered.
    ReferralAnswer(ReferralId),
    /// They are released from prison.
    Release(ReleaseId),
    /// Something is to be done for them, the first contact after release among it.
    Task(TaskId),
    /// The last day on which less is asked of them for their benefits.
    EasementEnd(EasementId),
}

/// How a pathway stands, as far as somebody may see it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stands {
    /// Whether there is anything still to come: somebody works with them, a referral is open, they wait for a place in a group
    /// or have one in a cohort that is not over, or something comes next.
    pub open: bool,
    /// Whether whose caseloads they are on bore on it.
    pub(super) caseloads: bool,
    /// Who answers for it: for the referral that was last taken on; where there is none, the key worker whose caseload they
    /// are on the longest.
    pub owner: Option<Owner>,
    /// What comes next, and when.
    pub next: Option<(Millis, Next)>,
}

impl Stands {
    /// Keeps what comes sooner.
    fn sooner(&mut self, at: Millis, next: Next) {
        if self.next.is_none_or(|(before, _)| at < before) {
            self.next = Some((at, next));
        }
    }
}

/// How a pathway stands, by what of it somebody may see. The name of who answers for it is still to be looked up.
///
/// # Errors
/// The database failed.
pub(super) async fn stands(
    db: &impl ConnectionTrait,
    (of_referrals, care): (&mut Deciding, &mut Deciding),
    of: ServiceUserId,
    sights: &Sights,
    at: Millis,
) -> Result<Result<Stands, Again>, Trouble> {
    let mut stands = Stands::default();
    let open = referral::Entity::find()
        .filter(referral::Column::ServiceUserId.eq(of))
        .filter(referral::Column::State.is_in(OPEN.iter().copied()))
        .order_by_asc(referral::Column::Id)
        .all(db)
        .await?;
    let is_open = |row: &referral::Model| OPEN.contains(&standing(row.state, row.expires_at, at));
    let open: Vec<referral::Model> = open
        .into_iter()
        .filter(|row| is_open(row) && of_referrals.ground_of_referral(&header(row)).is_some())
        .collect();
    let accepted = referral_event::Entity::find()
        .filter(among(db.get_database_backend(), referral_event::Column::ReferralId, open.iter().map(|row| row.id.0)))
        .filter(referral_event::Column::Step.eq(ReferralStep::Accepted))
        .order_by_asc(referral_event::Column::At)
        .order_by_asc(referral_event::Column::Id)
        .all(db)
        .await?;
    for row in &open {
        let Ok(Some(_)) = of_referrals.shows_referral(&header(row)) else { return Ok(Err(Again)) };
        stands.open = true;
        if let (ReferralState::Submitted, Some(by)) = (row.state, row.expires_at) {
            stands.sooner(by, Next::ReferralAnswer(row.id));
        }
    }
    let last = accepted.last().and_then(|event| open.iter().find(|row| row.id == event.referral_id));
    if let Some(row) = last {
        stands.owner = Some(Owner { account: (row.owner_id, String::new()), agency: row.owner_agency_id });
    }
    // Whose caseloads they are on is for who works with them, of their own agency, and for themselves.
    let whose = match &*sights.care {
        Sight::Everything => Some(Condition::all()),
        Sight::Of { sent: Some(agency), .. } => Some(Condition::all().add(assignment::Column::AgencyId.eq(*agency))),
        Sight::Of { sent: None, .. } => None,
    };
    if let Some(whose) = whose {
        let holds = Condition::any().add(assignment::Column::EndsAt.is_null()).add(assignment::Column::EndsAt.gt(at));
        let on = assignment::Entity::find()
            .filter(assignment::Column::ServiceUserId.eq(of))
            .filter(assignment::Column::BeginsAt.lte(at))
            .filter(holds)
            .filter(whose)
            .order_by_asc(assignment::Column::BeginsAt)
            .order_by_asc(assignment::Column::Id)
            .all(db)
            .await?;
        (stands.open, stands.caseloads) = (stands.open || !on.is_empty(), !on.is_empty());
        let key_worker = on.iter().find_map(|on| Some((on.account_id?, on.agency_id)));
        if let (None, Some((account, agency))) = (&stands.owner, key_worker) {
            stands.owner = Some(Owner { account: (account, String::new()), agency });
        }
    }
    for one in to_come(db, of, at).await? {
        match care.shows_all(&one.rows) {
            Ok(Some(_)) => {
                stands.open = true;
                stands.sooner(one.at, one.next);
                break;
            }
            // Of what they may not see nothing is told: what they may see comes next for them.
            Ok(None) => {}
            Err(Again) => return Ok(Err(Again)),
        }
    }
    for rows in rows_of_held(db, of, at).await? {
        match care.shows_all(&rows) {
            Ok(Some(_)) => stands.open = true,
            Ok(None) => {}
            Err(Again) => return Ok(Err(Again)),
        }
    }
    Ok(Ok(stands))
}

/// Something that is to come, and the rows that it tells of.
struct ToCome {
    at: Millis,
    next: Next,
    rows: Vec<Row>,
}

/// What is to come beside referrals, of today or later, what comes first first; whoever may see it.
async fn to_come(db: &impl ConnectionTrait, of: ServiceUserId, at: Millis) -> Result<Vec<ToCome>, Trouble> {
    let today = london(at.to_utc()).date();
    let mut all = Vec::new();
    let booked = appointment::Entity::find()
        .filter(appointment::Column::ServiceUserId.eq(of))
        .filter(appointment::Column::State.eq(AppointmentState::Booked))
        .filter(appointment::Column::StartsAt.gte(at))
        .order_by_asc(appointment::Column::Id)
        .all(db)
        .await?;
    for row in &booked {
        all.push(ToCome { at: row.starts_at, next: Next::Appointment(row.id), rows: vec![as_row(row)] });
    }
    let ahead = release::Entity::find()
        .filter(release::Column::ServiceUserId.eq(of))
        .filter(release::Column::EndedAt.is_null())
        .filter(release::Column::ReleaseOn.gte(today))
        .order_by_asc(release::Column::Id)
        .all(db)
        .await?;
    for row in &ahead {
        let at = instant_of(row.release_on);
        all.push(ToCome { at, next: Next::Release(row.id), rows: vec![release_as_row(row)] });
    }
    // What was due before today is late, and does not come next: it is on the timeline, and on the list of whose it is.
    let to_do = task::Entity::find()
        .filter(task::Column::ServiceUserId.eq(of))
        .filter(task::Column::State.eq(TaskState::Open))
        .filter(task::Column::DueOn.gte(today))
        .order_by_asc(task::Column::Id)
        .all(db)
        .await?;
    for row in &to_do {
        all.push(ToCome { at: instant_of(row.due_on), next: Next::Task(row.id), rows: as_rows(row) });
    }
    let eased = easement::Entity::find()
        .filter(easement::Column::ServiceUserId.eq(of))
        .filter(easement::Column::EndedAt.is_null())
        .filter(easement::Column::EndsOn.gte(today))
        .order_by_asc(easement::Column::Id)
        .all(db)
        .await?;
    for row in &eased {
        let rows = easement_as_rows(row).to_vec();
        all.push(ToCome { at: instant_of(row.ends_on), next: Next::EasementEnd(row.id), rows });
    }
    all.sort_by_key(|one| one.at);
    Ok(all)
}
