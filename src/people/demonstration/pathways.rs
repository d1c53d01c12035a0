//! Whole pathways of the demonstration: one from prison to its end, and one that is under way. They lie in the past, so a clock
//! that is set back goes along with them. The first has a day of release, with what was to be done by it.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use entity::enums::{
    Achievement, AppointmentDelivery, AppointmentKind, ConsentKind, DataCategory as C, Purpose as P, ReferralReason,
    ReferralUrgency, TaskKind,
};
use entity::ids::{AgencyId, AppointmentId, ReferralId, ServiceUserId};
use entity::instants::Millis;
use entity::{service, task};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::{Cast, named};
use crate::hours::london;
use crate::people::acting::Actor;
use crate::people::appointments::booking::Booking;
use crate::people::appointments::keeping::{Doing as Keeping, Outcome};
use crate::people::contents::{Assessment, Contents, Need};
use crate::people::entering::Worker;
use crate::people::referrals::drafting::Draft;
use crate::people::referrals::moving::Doing;
use crate::people::tasks::doing::Doing as ToDo;
use crate::people::tasks::making::ReleaseSaid;
use crate::people::{People, Trouble};

/// People at an instant in the past, which moves on as their story is told.
struct Story<'p> {
    people: People,
    cast: &'p Cast,
}

impl People {
    /// Tells the pathways of the demonstration, the first from this instant on.
    pub(super) async fn demonstrate_pathways(&self, cast: &Cast, from: DateTime<Utc>) -> Result<(), Trouble> {
        let told = |at| Story { people: Self { clock: self.clock.set_to(at), ..self.clone() }, cast };
        told(from).to_the_end().await?;
        told(self.clock.now() - TimeDelta::days(6)).under_way().await
    }
}

impl Story<'_> {
    fn days_pass(&self, days: i64) {
        self.people.clock.advance(TimeDelta::days(days));
    }

    /// Maya leaves prison: a refusal, a way round it, a no of her own, a room, and the end of it.
    async fn to_the_end(&self) -> Result<(), Trouble> {
        let Cast { advice, housing, treatment, .. } = *self.cast;
        let (lena, hal) = (Actor::from(advice), Actor::from(housing));
        let maya = self.people.enter(advice, named("Maya", "Ellis")).await?;
        let assessed = Assessment {
            category: C::Housing,
            tool: "Resettlement assessment".to_owned(),
            assessed_on: self.people.clock.now().date_naive(),
            summary: Some("Nowhere to go on release. Was in hostels before, and got on well there.".to_owned()),
            answers: Vec::new(),
        };
        let need = |key: &str, priority| Contents::Need(Need { key: key.to_owned(), priority, remark: None });
        let all = [
            need("housing.hostel", 1),
            need("money.benefits-advice", 2),
            need("drugs-alcohol.drug-treatment", 3),
            Contents::Assessment(assessed),
        ];
        self.people.record(advice, maya, &all, None).await?;
        self.permits(maya, housing.agency, &[C::Identity, C::Contact, C::Housing]).await?;
        self.permits(maya, treatment.agency, &[C::Identity, C::SubstanceUse]).await?;
        self.days_pass(1);
        self.released(maya, 10).await?;
        // Refused: they are full.
        let first = self.sends(maya, housing.agency, None, "housing.hostel", C::Housing).await?;
        self.days_pass(2);
        self.moves(hal, first, Doing::Reject { reason: ReferralReason::NoCapacity }, "Full until the summer.").await?;
        // She says no herself, once she has thought about it.
        let other = self.sends(maya, treatment.agency, None, "drugs-alcohol.drug-treatment", C::SubstanceUse).await?;
        self.days_pass(3);
        let declined = Doing::Withdraw { reason: Some(ReferralReason::DeclinedByServiceUser) };
        self.moves(lena, other, declined, "She wants to settle in first.").await?;
        self.done(maya, TaskKind::BenefitClaimStarted, "By telephone, from the wing.").await?;
        self.does(maya, TaskKind::PrescribingContinuity, ToDo::Drop, "She is on no prescription.").await?;
        // To another house of theirs, and from there to the one that has a room.
        let houses = service::Entity::find()
            .filter(service::Column::AgencyId.eq(housing.agency))
            .order_by_asc(service::Column::Name);
        let houses = houses.all(self.people.database().connection()).await?;
        let (Some(one), Some(another)) = (houses.first(), houses.last()) else { return Ok(()) };
        let sent = self.sends(maya, housing.agency, Some(one.id), "housing.hostel", C::Housing).await?;
        self.days_pass(2);
        let words = Some("There is a room in the other house.".to_owned());
        let (_, taken) = self.people.reroute_referral(hal, sent, housing.agency, Some(another.id), words).await?;
        self.moves(lena, taken, Doing::Submit { within: 28 }, "As you say.").await?;
        self.days_pass(1);
        self.moves(hal, taken, Doing::Accept { owner: housing.account }, "From the day of release.").await?;
        self.done(maya, TaskKind::HousingMet, "Canalside has a room.").await?;
        let met = self.books(housing, maya, AppointmentKind::InitialAssessment, Some(taken), 2).await?;
        self.days_pass(3);
        self.kept(hal, met, Outcome::Attended { late: false, delivered: true }).await?;
        self.moves(hal, taken, Doing::Start, "Moved in.").await?;
        let at_the_gate = ToDo::Complete { done_on: Some(self.day(-1)) };
        self.does(maya, TaskKind::MetAtTheGate, at_the_gate, "Went with her to the house.").await?;
        self.done(maya, TaskKind::FirstContact, "Rang: she slept well.").await?;
        let missed = self.books(housing, maya, AppointmentKind::OneToOne, Some(taken), 13).await?;
        self.days_pass(14);
        self.kept(hal, missed, Outcome::DidNotAttend { acceptable: true, delivered: false }).await?;
        let review = self.books(housing, maya, AppointmentKind::Review, Some(taken), 6).await?;
        self.days_pass(7);
        self.kept(hal, review, Outcome::Attended { late: true, delivered: true }).await?;
        let exit = self.books(housing, maya, AppointmentKind::Exit, Some(taken), 60).await?;
        self.days_pass(61);
        self.kept(hal, exit, Outcome::Attended { late: false, delivered: true }).await?;
        let came_about = Doing::RecordOutcome { achieved: Achievement::Fully, reason: None };
        self.moves(hal, taken, came_about, "A flat of her own, with a friend.").await?;
        self.moves(lena, taken, Doing::Close, "Thank you.").await
    }

    /// Dylan waits for a room, and is to come tomorrow.
    async fn under_way(&self) -> Result<(), Trouble> {
        let Cast { advice, housing, .. } = *self.cast;
        let dylan = self.people.enter(advice, named("Dylan", "Price")).await?;
        let need = Need { key: "housing.hostel".to_owned(), priority: 1, remark: None };
        self.people.record(advice, dylan, &[Contents::Need(need)], None).await?;
        self.permits(dylan, housing.agency, &[C::Identity, C::Contact, C::Housing]).await?;
        let sent = self.sends(dylan, housing.agency, None, "housing.hostel", C::Housing).await?;
        self.days_pass(2);
        let expected_on = (self.people.clock.now() + TimeDelta::days(30)).date_naive();
        let waits = Doing::Waitlist { expected_on: Some(expected_on) };
        self.moves(Actor::from(housing), sent, waits, "Second in line.").await?;
        self.books(advice, dylan, AppointmentKind::OneToOne, None, 5).await?;
        Ok(())
    }

    /// So many days from then.
    fn day(&self, ahead: i64) -> NaiveDate {
        london(self.people.clock.now() + TimeDelta::days(ahead)).date()
    }

    /// The advice agency learns that somebody is released in so many days: its tasks come with it.
    async fn released(&self, of: ServiceUserId, days: i64) -> Result<(), Trouble> {
        let (release_on, owner) = (self.day(days), self.cast.advice.account);
        let said = ReleaseSaid { release_on, from_place: Some("HMP Ashgate".to_owned()), owner, anew: false };
        self.people.set_release_date(self.cast.advice, of, &said).await.map(|_| ())
    }

    async fn done(&self, of: ServiceUserId, kind: TaskKind, words: &str) -> Result<(), Trouble> {
        self.does(of, kind, ToDo::Complete { done_on: None }, words).await
    }

    /// Does something with a task of the release.
    async fn does(&self, of: ServiceUserId, kind: TaskKind, doing: ToDo, words: &str) -> Result<(), Trouble> {
        let this = task::Entity::find().filter(task::Column::ServiceUserId.eq(of)).filter(task::Column::Kind.eq(kind));
        let Some(found) = this.one(self.people.database().connection()).await? else { return Ok(()) };
        let words = Some(words.to_owned());
        self.people.do_task(self.cast.advice, found.id, doing, words).await.map(|_| ())
    }

    async fn permits(&self, of: ServiceUserId, agency: AgencyId, categories: &[C]) -> Result<(), Trouble> {
        self.people
            .say(self.cast, of, ConsentKind::Permit, agency, categories, &[P::Referral, P::CareCoordination])
            .await
    }

    /// The worker of the advice agency refers somebody for a need.
    async fn sends(
        &self,
        of: ServiceUserId,
        to: AgencyId,
        service: Option<entity::ids::ServiceId>,
        need: &str,
        category: C,
    ) -> Result<ReferralId, Trouble> {
        let draft = Draft {
            to,
            service,
            needs: BTreeSet::from([need.to_owned()]),
            discloses: BTreeSet::from([C::Identity, category]),
            urgency: ReferralUrgency::Routine,
            release_on: None,
        };
        let id = self.people.draft_referral(self.cast.advice, of, &draft).await?;
        self.moves(Actor::from(self.cast.advice), id, Doing::Submit { within: 28 }, "Comes out soon.").await?;
        Ok(id)
    }

    async fn moves(&self, by: Actor, id: ReferralId, doing: Doing, words: &str) -> Result<(), Trouble> {
        self.people.move_referral(by, id, doing, Some(words.to_owned())).await.map(|_| ())
    }

    /// Books an appointment so many days ahead, in the hour in which it is then.
    async fn books(
        &self,
        by: Worker,
        of: ServiceUserId,
        kind: AppointmentKind,
        referral: Option<ReferralId>,
        days: i64,
    ) -> Result<AppointmentId, Trouble> {
        let starts = self.people.clock.now() + TimeDelta::days(days);
        let booking = Booking {
            kind,
            delivery: AppointmentDelivery::InPerson,
            location: None,
            starts_at: Millis::from(starts),
            ends_at: Millis::from(starts + TimeDelta::minutes(45)),
            with: by.account,
            referral,
        };
        self.people.book_appointment(by, of, &booking, None).await
    }

    async fn kept(&self, by: Actor, id: AppointmentId, outcome: Outcome) -> Result<(), Trouble> {
        self.people.keep_appointment(by, id, Keeping::Record(outcome), None).await.map(|_| ())
    }
}
