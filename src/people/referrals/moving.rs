//! Every step of a referral after it was written. Each is kept, with who, when and why; of two that begin from the same
//! state one wins, for the service user is held against other changes meanwhile.

use chrono::NaiveDate;
use entity::enums::{Achievement, DataCategory, Purpose, ReferralReason, ReferralState, ReferralStep};
use entity::ids::{AccountId, AgencyId, AgreementVersionId, ConsentId, ReferralEventId, ReferralId, ServiceUserId};
use entity::instants::Millis;
use entity::{assignment, exclusion, referral, referral_category, relationship};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use super::drafting::{Done, checked_words};
use super::life::{Refused, Says, Side, is_given_by_hand, standing, transition};
use super::route::{Between, routes};
use crate::access::epochs::raise_service_user;
use crate::access::rule::decide::holds;
use crate::access::rule::facts::Facts;
use crate::access::rule::{Ask, REFERRAL_HEADER, Row, WAYS};
use crate::hours::london;
use crate::people::acting::{Actor, is_link_worker};
use crate::people::caseload::Whose;
use crate::people::contents::Wrong;
use crate::people::entering::Worker;
use crate::people::{People, Trouble};

/// Days within which a referral is to be answered where nobody says: four weeks.
pub const ANSWER_WITHIN: i64 = 28;
/// Most days that may be given for an answer.
const MOST_DAYS: i64 = 365;
const DAY: i64 = 86_400_000;

/// What is done with a referral.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// It is sent, to be answered within so many days.
    Submit {
        /// Days of 24 hours.
        within: i64,
    },
    /// The receiver asks for something.
    AskForInformation,
    /// The sender answers.
    GiveInformation,
    /// It is put on the waiting list.
    Waitlist {
        /// When a place is expected to be free.
        expected_on: Option<NaiveDate>,
    },
    /// The receiver takes it on; this account answers for it then.
    Accept {
        /// A link worker of the receiver.
        owner: AccountId,
    },
    /// The receiver does not take it on.
    Reject {
        /// Why.
        reason: ReferralReason,
    },
    /// It is taken back.
    Withdraw {
        /// Why.
        reason: Option<ReferralReason>,
    },
    /// Support begins.
    Start,
    /// It rests.
    Hold,
    /// It goes on.
    Resume,
    /// It is said what came of it.
    RecordOutcome {
        /// How far what was wanted came about.
        achieved: Achievement,
        /// Why it did not, where it did not.
        reason: Option<ReferralReason>,
    },
    /// It is over.
    Close,
    /// It should never have been.
    EnterInError,
}

impl Doing {
    /// As what it stands in the history.
    #[must_use]
    pub const fn step(self) -> ReferralStep {
        match self {
            Self::Submit { .. } => ReferralStep::Submitted,
            Self::AskForInformation => ReferralStep::InformationRequested,
            Self::GiveInformation => ReferralStep::InformationGiven,
            Self::Waitlist { .. } => ReferralStep::Waitlisted,
            Self::Accept { .. } => ReferralStep::Accepted,
            Self::Reject { .. } => ReferralStep::Rejected,
            Self::Withdraw { .. } => ReferralStep::Withdrawn,
            Self::Start => ReferralStep::Started,
            Self::Hold => ReferralStep::Held,
            Self::Resume => ReferralStep::Resumed,
            Self::RecordOutcome { .. } => ReferralStep::OutcomeRecorded,
            Self::Close => ReferralStep::Closed,
            Self::EnterInError => ReferralStep::EnteredInError,
        }
    }

    fn reason(self) -> Option<ReferralReason> {
        match self {
            Self::Reject { reason } => Some(reason),
            Self::Withdraw { reason } | Self::RecordOutcome { reason, .. } => reason,
            Self::Submit { .. }
            | Self::AskForInformation
            | Self::GiveInformation
            | Self::Waitlist { .. }
            | Self::Accept { .. }
            | Self::Start
            | Self::Hold
            | Self::Resume
            | Self::Close
            | Self::EnterInError => None,
        }
    }
}

/// A referral that nobody else changes meanwhile.
pub(super) struct Held {
    pub(super) transaction: DatabaseTransaction,
    pub(super) row: referral::Model,
    pub(super) side: Side,
    /// How far it has come by now.
    pub(super) state: ReferralState,
    pub(super) at: Millis,
}

impl People {
    /// Does something with a referral.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for a referral that they may not see, and for what is not theirs to do; [`Trouble::Wrong`] for
    /// what it can't be done from, and for what has to be said with it; the database failed, and nothing is done.
    pub async fn move_referral(
        &self,
        by: Actor,
        id: ReferralId,
        doing: Doing,
        words: Option<String>,
    ) -> Result<ServiceUserId, Trouble> {
        self.move_as_previewed(by, id, doing, words, None).await
    }

    /// The same; where it is sent and the hash of a preview is given, only if the receiver would see just that, and the draft
    /// says what it said.
    ///
    /// # Errors
    /// As [`Self::move_referral`]; [`Trouble::Wrong`] too where the receiver would see something else by now, or was to be told
    /// something else.
    pub async fn move_as_previewed(
        &self,
        by: Actor,
        id: ReferralId,
        doing: Doing,
        words: Option<String>,
        previewed: Option<&str>,
    ) -> Result<ServiceUserId, Trouble> {
        let words = checked_words(words)?;
        let Held { transaction, row, side, state, at } = self.held_referral(by, id).await?;
        let (found, to) = transition(side, doing.step(), state, row.held_from).map_err(refused)?;
        check_said(found.says, doing, words.as_ref())?;
        let of = row.service_user_id;
        if found.wants_route {
            keep_routes(&transaction, id, route_of(&transaction, &row, at).await?).await?;
        }
        let mut next = referral::ActiveModel { state: Set(to), changed_at: Set(at), ..Default::default() };
        let mut related_until = None;
        match doing {
            Doing::Submit { within } => {
                if !(1..=MOST_DAYS).contains(&within) {
                    let message = format!("An answer is wanted within 1 to {MOST_DAYS} days.");
                    return Err(Wrong::new("answerWithinDays", message).into());
                }
                let shows = self.shown_by_referral(&transaction, by, &row, at).await?;
                if previewed.is_some_and(|hash| hash != shows.hash) {
                    let message =
                        "They would see or be told something else by now than was previewed: look at it again.";
                    return Err(Wrong::new("previewHash", message).into());
                }
                next.preview_hash = Set(Some(shows.hash));
                let expires = Millis(at.0 + within * DAY);
                let kind = entity::enums::RelationshipKind::Referral;
                let dealing = self.deal(&transaction, of, row.to_agency_id, kind, at).await?;
                recorded_for(&transaction, dealing, row.recorded_for).await?;
                next.party_id = Set(Some(row.to_agency_id));
                next.sent_at = Set(Some(at));
                next.expires_at = Set(Some(expires));
                next.relationship_id = Set(Some(dealing));
                // What is never answered ends by itself.
                end_dealing(&transaction, Some(dealing), Some(expires)).await?;
            }
            Doing::Waitlist { expected_on } => {
                if expected_on.is_some_and(|day| day < london(at.to_utc()).date()) {
                    return Err(Wrong::new("expectedOn", "It is past.").into());
                }
                // Said again, it keeps its place.
                next.waitlisted_at = Set(row.waitlisted_at.or(Some(at)));
                next.expected_on = Set(expected_on);
            }
            Doing::Accept { owner } => {
                if !is_link_worker(&transaction, owner, row.to_agency_id, at).await? {
                    return Err(Wrong::new("owner", "They are no link worker of your agency.").into());
                }
                // Who is kept out would answer for what they can't see. By whom is not told.
                if is_kept_out(&transaction, of, owner).await? {
                    return Err(Wrong::new("owner", "They can't answer for this one: name somebody else.").into());
                }
                next.owner_id = Set(owner);
                next.owner_agency_id = Set(row.to_agency_id);
                next.offered_to = Set(None);
                let worker = Worker { account: by.account, agency: row.to_agency_id };
                self.put_on(&transaction, worker, (of, row.recorded_for), Whose::Account(owner), at).await?;
                related_until = Some(None);
            }
            Doing::Reject { reason } => {
                next.reason = Set(Some(reason));
                related_until = Some(Some(at));
            }
            Doing::Withdraw { reason } => {
                next.reason = Set(reason);
                related_until = Some(Some(at));
            }
            Doing::Hold => next.held_from = Set(Some(state)),
            Doing::Resume => {
                if standing(to, row.expires_at, at) == ReferralState::Expired {
                    let message = "The day by which it was to be answered is past: withdraw it, and send another.";
                    return Err(Wrong::new("referral", message).into());
                }
                next.held_from = Set(None);
                next.reason = Set(None);
            }
            Doing::RecordOutcome { achieved, reason } => {
                next.outcome = Set(Some(achieved));
                next.reason = Set(reason);
            }
            Doing::Close => related_until = Some(Some(at)),
            Doing::EnterInError => {
                // The receiver never had to do with them.
                next.party_id = Set(None);
                next.relationship_id = Set(None);
                if let Some(dealing) = row.relationship_id {
                    relationship::Entity::delete_by_id(dealing).exec(&transaction).await?;
                }
                if let Some(sent_at) = row.sent_at {
                    never_on_caseload(&transaction, of, row.to_agency_id, sent_at).await?;
                }
            }
            Doing::AskForInformation | Doing::GiveInformation | Doing::Start => {}
        }
        if let Some(until) = related_until {
            end_dealing(&transaction, row.relationship_id, until).await?;
        }
        self.change_referral(&transaction, id, next).await?;
        let done =
            Done { step: doing.step(), state: to, at, by: Some(by.account), agency: by.agency, reason: doing.reason() };
        let event = self.note_referral(&transaction, of, id, done, words.as_deref()).await?;
        if let Doing::Submit { .. } = doing {
            disclosed_by(&transaction, id, event, &discloses(&transaction, id).await?).await?;
        }
        transaction.commit().await?;
        Ok(of)
    }

    pub(super) async fn change_referral(
        &self,
        db: &impl ConnectionTrait,
        id: ReferralId,
        next: referral::ActiveModel,
    ) -> Result<(), Trouble> {
        referral::Entity::update_many().set(next).filter(referral::Column::Id.eq(id)).exec(db).await?;
        Ok(())
    }

    /// Holds a referral against other changes, for somebody who may see its header; the statements are the same where
    /// there is none. The count of the service user is raised, for a step may change who sees them.
    pub(super) async fn held_referral(&self, by: Actor, id: ReferralId) -> Result<Held, Trouble> {
        let now = Millis::from(self.clock.now());
        let found = referral::Entity::find_by_id(id).one(self.database.connection()).await?;
        let of = self.stands_for(found.map_or(ServiceUserId(id.0), |found| found.service_user_id)).await?;
        let transaction = self.database.begin_write().await?;
        let raised = raise_service_user(&transaction, of, now).await?;
        let at = raised.unwrap_or(now);
        let ask = Ask { account: by.account, agency: by.agency, purpose: Purpose::Referral, at };
        let facts = Facts::load(&transaction, &ask, &[of]).await?;
        // Read again, now that nobody else changes it.
        let row = referral::Entity::find_by_id(id).one(&transaction).await?;
        let row = row.filter(|row| row.service_user_id == of && raised.is_some()).ok_or(Trouble::NotFound)?;
        let side = side(&ask, &row, &facts).ok_or(Trouble::NotFound)?;
        let state = standing(row.state, row.expires_at, at);
        Ok(Held { transaction, row, side, state, at })
    }
}

/// What the rule has to know of the header of a referral.
pub(crate) fn header(row: &referral::Model) -> Row {
    Row { service_user: row.service_user_id, agency: row.agency_id, category: REFERRAL_HEADER, party: row.party_id }
}

/// On whose side somebody acts; none where they may not see it.
fn side(ask: &Ask, row: &referral::Model, facts: &Facts) -> Option<Side> {
    let row = header(row);
    let holds = |way| holds(way, ask, &row, facts);
    if holds(&WAYS.own_record) || holds(&WAYS.proxy) {
        Some(Side::ServiceUser)
    } else if holds(&WAYS.own_agency) {
        Some(Side::Sender)
    } else if holds(&WAYS.party) {
        Some(Side::Receiver)
    } else {
        None
    }
}

pub(super) fn refused(why: Refused) -> Trouble {
    match why {
        Refused::NotTheirs => Trouble::NotFound,
        Refused::NotNow(state) => {
            let message = format!("It is {}: from there that can't be done.", state.as_str().to_uppercase());
            Wrong::new("referral", message).into()
        }
    }
}

fn check_said(says: Says, doing: Doing, words: Option<&String>) -> Result<(), Wrong> {
    let reason = doing.reason();
    if reason.is_some_and(|reason| !is_given_by_hand(reason)) {
        return Err(Wrong::new("reason", "It is never given by hand: it follows of itself."));
    }
    if says == Says::Words && words.is_none() {
        return Err(Wrong::new("words", "Say it in words."));
    }
    if reason == Some(ReferralReason::Other) && words.is_none() {
        return Err(Wrong::new("words", "Where the reason is OTHER, say it in words."));
    }
    match doing {
        Doing::RecordOutcome { achieved: Achievement::Not, reason: None } => {
            Err(Wrong::new("reason", "Where nothing came of it, say why."))
        }
        Doing::RecordOutcome { achieved: Achievement::Fully, reason: Some(_) } => {
            Err(Wrong::new("reason", "All of it came about: leave it out."))
        }
        Doing::Submit { .. }
        | Doing::AskForInformation
        | Doing::GiveInformation
        | Doing::Waitlist { .. }
        | Doing::Accept { .. }
        | Doing::Reject { .. }
        | Doing::Withdraw { .. }
        | Doing::Start
        | Doing::Hold
        | Doing::Resume
        | Doing::RecordOutcome { .. }
        | Doing::Close
        | Doing::EnterInError => Ok(()),
    }
}

/// The lawful routes of everything that a referral discloses.
async fn route_of(
    db: &impl ConnectionTrait,
    row: &referral::Model,
    at: Millis,
) -> Result<Vec<super::route::Route>, Trouble> {
    let categories = discloses(db, row.id).await?;
    let between = Between { from: row.agency_id, to: row.to_agency_id };
    let found = routes(db, row.service_user_id, between, &categories, at).await?;
    found.map_err(|category| no_route("referral", category))
}

/// That a category has no lawful route.
pub(super) fn no_route(field: &'static str, category: DataCategory) -> Trouble {
    let message = format!(
        "There is no lawful route for {}: an agreement in force has to let it flow to them for referrals, and, where \
         its basis is consent, the service user to permit it.",
        category.as_str().to_uppercase()
    );
    Wrong::new(field, message).into()
}

/// What a referral discloses.
pub(super) async fn discloses(db: &impl ConnectionTrait, id: ReferralId) -> Result<Vec<DataCategory>, Trouble> {
    let rows = referral_category::Entity::find().filter(referral_category::Column::ReferralId.eq(id)).all(db).await?;
    Ok(rows.into_iter().map(|row| row.category).collect())
}

/// Puts down by which step categories of a referral were disclosed.
pub(super) async fn disclosed_by(
    db: &impl ConnectionTrait,
    id: ReferralId,
    event: ReferralEventId,
    categories: &[DataCategory],
) -> Result<(), Trouble> {
    referral_category::Entity::update_many()
        .col_expr(referral_category::Column::EventId, Expr::value(Some(event)))
        .filter(referral_category::Column::ReferralId.eq(id))
        .filter(referral_category::Column::Category.is_in(categories.iter().copied()))
        .exec(db)
        .await?;
    Ok(())
}

pub(super) async fn keep_routes(
    db: &impl ConnectionTrait,
    id: ReferralId,
    routes: Vec<super::route::Route>,
) -> Result<(), Trouble> {
    for route in routes {
        let (version, consent): (Option<AgreementVersionId>, Option<ConsentId>) = (Some(route.version), route.consent);
        referral_category::Entity::update_many()
            .col_expr(referral_category::Column::VersionId, Expr::value(version))
            .col_expr(referral_category::Column::ConsentId, Expr::value(consent))
            .filter(referral_category::Column::ReferralId.eq(id))
            .filter(referral_category::Column::Category.eq(route.category))
            .exec(db)
            .await?;
    }
    Ok(())
}

/// Whether a service user keeps an account out.
pub(in crate::people) async fn is_kept_out(
    db: &impl ConnectionTrait,
    of: ServiceUserId,
    account: AccountId,
) -> Result<bool, Trouble> {
    let found = exclusion::Entity::find()
        .filter(exclusion::Column::ServiceUserId.eq(of))
        .filter(exclusion::Column::AccountId.eq(account))
        .filter(exclusion::Column::EndsAt.is_null());
    Ok(found.one(db).await?.is_some())
}

/// What a referral brings about is recorded for whom the referral is: it goes with it where joined records are parted.
async fn recorded_for(
    db: &impl ConnectionTrait,
    dealing: entity::ids::RelationshipId,
    whom: ServiceUserId,
) -> Result<(), Trouble> {
    let row = relationship::ActiveModel { recorded_for: Set(whom), ..Default::default() };
    relationship::Entity::update_many().set(row).filter(relationship::Column::Id.eq(dealing)).exec(db).await?;
    Ok(())
}

/// Whom the receiver took on by a referral that should never have been, it never had, unless something else makes it somebody
/// to them.
async fn never_on_caseload(
    db: &impl ConnectionTrait,
    of: ServiceUserId,
    agency: AgencyId,
    since: Millis,
) -> Result<(), Trouble> {
    let dealing = relationship::Entity::find()
        .filter(relationship::Column::ServiceUserId.eq(of))
        .filter(relationship::Column::AgencyId.eq(agency))
        .filter(relationship::Column::ClosedAt.is_null());
    if dealing.one(db).await?.is_none() {
        assignment::Entity::delete_many()
            .filter(assignment::Column::ServiceUserId.eq(of))
            .filter(assignment::Column::AgencyId.eq(agency))
            .filter(assignment::Column::BeginsAt.gte(since))
            .exec(db)
            .await?;
    }
    Ok(())
}

/// Until when the receiver has to do with the service user by it.
pub(super) async fn end_dealing(
    db: &impl ConnectionTrait,
    dealing: Option<entity::ids::RelationshipId>,
    until: Option<Millis>,
) -> Result<(), Trouble> {
    if let Some(id) = dealing {
        let ended = relationship::ActiveModel { closed_at: Set(until), ..Default::default() };
        relationship::Entity::update_many().set(ended).filter(relationship::Column::Id.eq(id)).exec(db).await?;
    }
    Ok(())
}
