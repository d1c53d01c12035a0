//! Referrals in the graph. Thin: who sees what is decided by the rule, in `people::referrals::reading`; what may be done is
//! in the table of `people::referrals::life`.

pub mod editing;
pub mod enums;
pub mod figures;
pub mod mutations;
pub mod preview;
pub mod queries;
pub mod waiting;

use std::collections::BTreeMap;

use async_graphql::{ComplexObject, Context, ID, Lookahead, Result, SimpleObject};
use entity::ids::{AgencyId, ReferralId, ServiceId, ServiceUserId};

use self::enums::{Achievement, ReferralReason, ReferralState, ReferralStep, ReferralUrgency};
use super::caseloads::{NamedAccount, named};
use super::service_user::ServiceUser;
use super::{found, pending, people, wanted};
use crate::agreements::graphql::enums::DataCategory;
use crate::api::ids::NodeId;
use crate::api::scalars::{Date, DateTime};
use crate::connection;
use crate::directory::graphql::agency::Agency;
use crate::directory::graphql::need::Need;
use crate::directory::graphql::nullable;
use crate::directory::graphql::service::Service;
use crate::directory::loaders::{AgencyKey, ServiceKey};
use crate::directory::snapshot::refresh::Live;
use crate::people::reading::{Reader, Wanted};
use crate::people::referrals::reading::{Besides, ReferralSeen, StepSeen, WhichReferrals};

/// A referral: one agency asks another to take a service user on. Shown to who works with them at the sender, to link
/// workers of the receiver once it was sent and while the agreement lets it, and to the service user.
#[derive(Clone, Debug)]
pub struct Referral {
    seen: ReferralSeen,
    service_user: Option<ServiceUser>,
}

/// A step of a referral.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct ReferralEvent {
    /// What was done.
    pub step: ReferralStep,
    /// How far it had come by it.
    pub state: ReferralState,
    /// When.
    pub at: DateTime,
    /// Who; null where it followed of itself, and to the receiver where it was somebody of neither agency: the service user, who
    /// stands for them, or who had it before.
    pub by: Option<NamedAccount>,
    /// Why, where it was of the closed list.
    pub reason: Option<ReferralReason>,
    /// What was said; to the receiver what others said only while everything that the referral discloses may flow to it.
    pub words: Option<String>,
    /// What was disclosed by it; to the receiver as far as it may see that now. Empty for a step that disclosed nothing.
    pub discloses: Vec<DataCategory>,
    #[graphql(skip)]
    agency: Option<AgencyId>,
}

#[ComplexObject]
impl ReferralEvent {
    /// For which agency; null for the service user and who stands for them, and to the receiver where it is neither of the two.
    async fn agency(&self, ctx: &Context<'_>) -> Option<Result<Agency>> {
        nullable(ctx, AgencyKey(self.agency?), Agency).await
    }
}

impl From<&StepSeen> for ReferralEvent {
    fn from(seen: &StepSeen) -> Self {
        Self {
            step: seen.step.into(),
            state: seen.state.into(),
            at: DateTime(seen.at.to_utc()),
            by: seen.by.as_ref().map(named),
            reason: seen.reason.map(Into::into),
            words: seen.words.clone(),
            discloses: seen.discloses.iter().map(|category| (*category).into()).collect(),
            agency: seen.agency,
        }
    }
}

/// Who answers for a referral.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct ReferralOwner {
    /// The account.
    pub account: NamedAccount,
    #[graphql(skip)]
    agency: AgencyId,
}

#[ComplexObject]
impl ReferralOwner {
    /// The agency that they answer for; null where it is not shown.
    async fn agency(&self, ctx: &Context<'_>) -> Option<Result<Agency>> {
        nullable(ctx, AgencyKey(self.agency), Agency).await
    }
}

/// A referral: one agency asks another to take a service user on. Shown to who works with them at the sender, to link
/// workers of the receiver once it was sent and while the agreement lets it, and to the service user.
#[async_graphql::Object]
impl Referral {
    /// Global id.
    async fn id(&self) -> ID {
        NodeId::Referral(self.seen.id).encode()
    }

    /// Whom it is about, as far as the viewer may see them for referrals; null where that is nothing.
    async fn service_user(&self) -> Option<&ServiceUser> {
        self.service_user.as_ref()
    }

    /// The agency that sends; null where it is not shown.
    async fn sender(&self, ctx: &Context<'_>) -> Option<Result<Agency>> {
        nullable(ctx, AgencyKey(self.seen.from), Agency).await
    }

    /// The agency that it is sent to; null where it is not shown.
    async fn receiver(&self, ctx: &Context<'_>) -> Option<Result<Agency>> {
        nullable(ctx, AgencyKey(self.seen.to), Agency).await
    }

    /// The service that it is sent to; null where it is sent to no certain one.
    async fn service(&self, ctx: &Context<'_>) -> Option<Result<Service>> {
        nullable(ctx, ServiceKey(self.seen.service?), Service).await
    }

    /// How far it has come.
    async fn state(&self) -> ReferralState {
        self.seen.state.into()
    }

    /// How soon it matters.
    async fn urgency(&self) -> ReferralUrgency {
        self.seen.urgency.into()
    }

    /// What it is about; to the receiver as far as it may see that now.
    #[graphql(complexity = "crate::api::limits::list_cost(4, child_complexity)")]
    async fn needs(&self, ctx: &Context<'_>) -> Result<Vec<Need>> {
        let list = ctx.data::<Live>()?.needs();
        Ok(self.seen.needs.iter().filter_map(|key| Need::of_key(list, key)).collect())
    }

    /// The categories that it discloses: by way of it the receiver sees nothing of any other. What of these it sees is decided
    /// anew whenever it looks.
    async fn discloses(&self) -> Vec<DataCategory> {
        self.seen.discloses.iter().map(|category| (*category).into()).collect()
    }

    /// Its version, from 1, one more with each change of the draft: give it back as `expectedVersion`.
    async fn version(&self) -> i32 {
        self.seen.version
    }

    /// The hash of what the receiver would see of the sender's rows by way of it, as `referralPreview` told it when it was sent,
    /// or last made to disclose more; null for a draft, for what was sent before such hashes were kept, and to the receiver.
    async fn preview_hash(&self) -> Option<&str> {
        self.seen.preview_hash.as_deref()
    }

    /// For how many whole days of 24 hours it has waited for an answer; null where it waits for none. Five is what treatment
    /// services reached on average.
    async fn waited_days(&self) -> Option<i32> {
        self.seen.waited_days.map(|days| i32::try_from(days).unwrap_or(i32::MAX))
    }

    /// The day of release from custody; null where there is none, and to the receiver where it may not see it now.
    async fn release_on(&self) -> Option<Date> {
        self.seen.release_on.map(Date)
    }

    /// The one who answers for it: the sender's until the receiver takes it on, then the receiver's.
    async fn owner(&self) -> ReferralOwner {
        let (id, name, agency) = &self.seen.owner;
        ReferralOwner { account: named(&(*id, name.clone())), agency: *agency }
    }

    /// Who was asked to take it over, and has not yet; null where nobody was.
    async fn offered_to(&self) -> Option<NamedAccount> {
        self.seen.offered_to.as_ref().map(named)
    }

    /// When it was written.
    async fn created_at(&self) -> DateTime {
        DateTime(self.seen.created_at.to_utc())
    }

    /// When it was sent; null for a draft.
    async fn sent_at(&self) -> Option<DateTime> {
        self.seen.sent_at.map(|at| DateTime(at.to_utc()))
    }

    /// By when it is to be answered, exclusive; null for a draft.
    async fn answer_by(&self) -> Option<DateTime> {
        self.seen.expires_at.map(|at| DateTime(at.to_utc()))
    }

    /// Since when it is on the receiver's waiting list; null where it never was.
    async fn waitlisted_at(&self) -> Option<DateTime> {
        self.seen.waitlisted_at.map(|at| DateTime(at.to_utc()))
    }

    /// The how manieth it is on the waiting list of its service, from 1; null where it is not on it.
    async fn place_in_line(&self) -> Option<i32> {
        self.seen.place_in_line.map(|place| i32::try_from(place).unwrap_or(i32::MAX))
    }

    /// The day on which the receiver expects a place to be free; null where nobody said.
    async fn expected_on(&self) -> Option<Date> {
        self.seen.expected_on.map(Date)
    }

    /// Why it was not taken on, came to nothing, or is on hold; null where nobody said.
    async fn reason(&self) -> Option<ReferralReason> {
        self.seen.reason.map(Into::into)
    }

    /// How far what was wanted came about; null until it is said.
    async fn outcome(&self) -> Option<Achievement> {
        self.seen.outcome.map(Into::into)
    }

    /// Global id of the referral in whose place it stands; null where in none's, and to the receiver, who is not told with whom
    /// else the service user had to do.
    async fn in_place_of(&self) -> Option<ID> {
        self.seen.parent.map(|id| NodeId::Referral(id).encode())
    }

    /// Everything that was done with it, the first first.
    #[graphql(complexity = "crate::api::limits::list_cost(8, child_complexity)")]
    async fn history(&self) -> Vec<ReferralEvent> {
        self.seen.history.iter().map(ReferralEvent::from).collect()
    }
}

connection!(ReferralConnection, ReferralEdge, Referral, "referrals");

/// Referrals as the viewer sees them, with whom they are about, their history and their places in line where those are asked
/// for: of all of them at once.
async fn shown(
    ctx: &Context<'_>,
    reader: Reader,
    which: &WhichReferrals,
    asked: &[Lookahead<'_>],
) -> Result<Vec<Referral>> {
    let people = people(ctx)?;
    let asks = |name: &str| asked.iter().any(|asked| asked.field(name).exists());
    let besides = Besides { history: asks("history"), place_in_line: asks("placeInLine") };
    let wants: Vec<_> = asked.iter().map(|asked| asked.field("serviceUser")).filter(Lookahead::exists).collect();
    let mut kinds = Wanted::default();
    wants.iter().for_each(|asked| kinds.add(wanted(asked)));
    let kinds = (!wants.is_empty()).then_some(&kinds);
    let (seen, whom) = found(ctx, people.read_referrals_of(reader, which, besides, kinds, pending(ctx)).await)?;
    let of: BTreeMap<ServiceUserId, ServiceUser> =
        whom.into_iter().map(|person| (person.service_user, ServiceUser::of(person, reader))).collect();
    let referral = |seen: ReferralSeen| Referral { service_user: of.get(&seen.service_user).cloned(), seen };
    Ok(seen.into_iter().map(referral).collect())
}

/// A referral's id, and the service's it may be sent to.
fn referral_id(field: &str, id: &ID) -> Result<ReferralId> {
    crate::api::ids::referral(field, id)
}

/// The service that an input names, where it names one.
fn service_id(field: &str, id: Option<&ID>) -> Result<Option<ServiceId>> {
    id.map(|id| crate::api::ids::service(field, id)).transpose()
}
