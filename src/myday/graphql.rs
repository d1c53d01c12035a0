//! A worker's day in the graph. Thin: each list is that of the room whose it is. A list that is not asked for is not read; the
//! decisions of all that are go into the ledger together, as those of any question.

use async_graphql::{Context, Object, Result, SimpleObject};
use chrono::NaiveDate;
use entity::enums::Purpose;

use super::{CONSENTS_WITHIN_DAYS, MOST};
use crate::agreements::graphql::root::{self as agreements, AgreementReview};
use crate::api::AskedAt;
use crate::api::paging::First;
use crate::api::scalars::Date;
use crate::hours::{london, midnight};
use crate::listings::graphql::freshness::{self, DueListing};
use crate::people::appointments::reading::Diary;
use crate::people::graphql::appointments::Appointment;
use crate::people::graphql::appointments::queries::first_of_diary;
use crate::people::graphql::consenting::{ConsentRunningOut, running_out};
use crate::people::graphql::referrals::waiting::{WaitingReferral, waiting};
use crate::people::graphql::service_user::ServiceUser;
use crate::people::graphql::tasks::{Release, Task, due};
use crate::people::graphql::{queries as service_users, reader};
use crate::people::reading::Reader;
use crate::people::tasks::listing::Mine;
use crate::signposts::graphql::{SignpostGiven, queries as signposts};

/// Makes the type of a list of the day: `list_of_the_day!(List, Node, "services")`.
macro_rules! list_of_the_day {
    ($list:ident, $node:ty, $what:literal) => {
        #[doc = concat!("The first fifty ", $what, ".")]
        #[derive(Clone, Debug, SimpleObject)]
        pub struct $list {
            /// The first fifty, in their order.
            pub nodes: Vec<$node>,
            /// Whether there are more than these.
            pub more: bool,
        }

        impl From<First<$node>> for $list {
            fn from(first: First<$node>) -> Self {
                Self { nodes: first.rows, more: first.more }
            }
        }
    };
}

list_of_the_day!(MyDayReferrals, WaitingReferral, "referrals that wait for the viewer");
list_of_the_day!(MyDayConsents, ConsentRunningOut, "permits that run out soon");
list_of_the_day!(MyDayListings, DueListing, "listings that are due to be confirmed");
list_of_the_day!(MyDayFirstContacts, Release, "releases of which the first contact was missed");
list_of_the_day!(MyDayTasks, Task, "tasks that are due");
list_of_the_day!(MyDayAppointments, Appointment, "appointments of the day");
list_of_the_day!(MyDayAgreementReviews, AgreementReview, "agreements whose day of review is past");
list_of_the_day!(MyDayServiceUserReviews, ServiceUser, "service users whose care is due to be looked at again");
list_of_the_day!(MyDaySignposts, SignpostGiven, "signposts that are to be looked after");

/// What is due to a worker.
#[derive(Clone, Copy, Debug)]
pub struct MyDay {
    on: NaiveDate,
}

/// What is to be looked at again.
#[derive(Clone, Copy, Debug)]
pub struct MyDayReviews;

/// Who reads, to work with others for service users.
fn to_coordinate(ctx: &Context<'_>) -> Result<Reader> {
    reader(ctx, Purpose::CareCoordination, "myDay")
}

/// What is due to the viewer, for the agency that they act for. A list is empty for whom it is not; each is told from its
/// beginning, fifty at the most.
#[Object]
impl MyDay {
    /// The day: tasks are those that are due by it, appointments those that begin on it. All else is as it stands now.
    async fn on(&self) -> Date {
        Date(self.on)
    }

    /// Referrals that wait for the viewer: sent to their agency and not answered; sent by their agency and asked back, where
    /// they answer for it or cover for who does, or nobody answers for it who still works with the service user, and the viewer
    /// does; offered to them to take over. Those that were sent first first.
    #[graphql(complexity = "crate::api::limits::list_cost(MOST, child_complexity)")]
    async fn referrals_to_answer(&self, ctx: &Context<'_>) -> Result<MyDayReferrals> {
        let reader = reader(ctx, Purpose::Referral, "myDay")?;
        Ok(waiting(ctx, reader, MOST, &ctx.look_ahead().field("nodes")).await?.into())
    }

    /// Permits that run out within 14 days of 24 hours, of service users whom the viewer works with, the soonest first; as
    /// `consentsRunningOut` tells them.
    #[graphql(complexity = "crate::api::limits::list_cost(MOST, child_complexity)")]
    async fn consents_running_out(&self, ctx: &Context<'_>) -> Result<MyDayConsents> {
        let asked = ctx.look_ahead().field("nodes");
        Ok(running_out(ctx, to_coordinate(ctx)?, CONSENTS_WITHIN_DAYS, MOST, &asked).await?.into())
    }

    /// Public services of the viewer's agency of which something was never confirmed, or too long ago, the longest first; of
    /// `listingsDue` those that are due now. For its editors and managers, who confirm them.
    #[graphql(complexity = "crate::api::limits::list_cost(MOST, child_complexity)")]
    async fn listings_to_confirm(&self, ctx: &Context<'_>) -> Result<MyDayListings> {
        Ok(freshness::overdue(ctx, MOST).await?.into())
    }

    /// Releases of service users whom the viewer works with, of which the first contact was not made by the end of the day
    /// after, the longest ago first; as `firstContactAlerts` tells them. Those of whom the viewer covers for are among them,
    /// as far as the viewer works with the service user too.
    #[graphql(complexity = "crate::api::limits::list_cost(MOST, child_complexity)")]
    async fn first_contacts(&self, ctx: &Context<'_>) -> Result<MyDayFirstContacts> {
        let asked = ctx.look_ahead().field("nodes");
        Ok(due::first_contacts(ctx, to_coordinate(ctx)?, MOST, &asked).await?.into())
    }

    /// What the viewer has to do by the day, what is due first first; what those have to do whom they cover for today; and of
    /// service users whom the viewer works with what nobody answers for who still does; as `myTasks` tells them.
    #[graphql(complexity = "crate::api::limits::list_cost(MOST, child_complexity)")]
    async fn tasks(&self, ctx: &Context<'_>) -> Result<MyDayTasks> {
        let mine = Mine { until: self.on, covered: true };
        Ok(due::tasks(ctx, to_coordinate(ctx)?, mine, MOST, &ctx.look_ahead().field("nodes")).await?.into())
    }

    /// Appointments with the viewer that begin on the day and of which nobody said yet what became of them, in the order in
    /// which they begin; and those of service users whom the viewer works with that are with nobody who still does.
    #[graphql(complexity = "crate::api::limits::list_cost(MOST, child_complexity)")]
    async fn appointments(&self, ctx: &Context<'_>) -> Result<MyDayAppointments> {
        let (from, until) = (midnight(self.on), self.on.succ_opt().map_or_else(|| midnight(self.on), midnight));
        let diary = Diary { from: from.into(), until: until.into(), mine: true, booked: true };
        let asked = ctx.look_ahead().field("nodes");
        Ok(first_of_diary(ctx, to_coordinate(ctx)?, &diary, MOST, &asked).await?.into())
    }

    /// What was to be looked at again, and was not.
    async fn reviews_overdue(&self) -> MyDayReviews {
        MyDayReviews
    }

    /// Signposts that the viewer gave: those whose link runs out within three days of 24 hours, and those that were said within
    /// the last 28 not to have helped, until whoever was told is told of something else. In the order in which they were
    /// given.
    #[graphql(complexity = "crate::api::limits::list_cost(MOST, child_complexity)")]
    async fn signposts(&self, ctx: &Context<'_>) -> Result<MyDaySignposts> {
        let asked = ctx.look_ahead().field("nodes");
        Ok(signposts::to_follow_up(ctx, to_coordinate(ctx)?, MOST, &asked).await?.into())
    }
}

/// What was to be looked at again, and was not.
#[Object]
impl MyDayReviews {
    /// Information-sharing agreements in force or suspended whose day of review is past, the longest first. For managers of
    /// their parties, and coordinators.
    #[graphql(complexity = "crate::api::limits::list_cost(MOST, child_complexity)")]
    async fn agreements(&self, ctx: &Context<'_>) -> Result<MyDayAgreementReviews> {
        Ok(agreements::reviews(ctx, MOST, &ctx.look_ahead().field("nodes")).await?.into())
    }

    /// Service users of the viewer's own caseload, and of those of their teams who have no key worker who still works there and
    /// is not kept out, whom the viewer's agency never assessed, or not within the last 12 weeks: who was never assessed first,
    /// then the longest ago. It goes by the day on which an assessment was recorded, and by the agency's own. "Drug misuse and
    /// dependence: UK guidelines on clinical management" (2017) asks for a review of the care plan at least every three months.
    #[graphql(complexity = "crate::api::limits::list_cost(MOST, child_complexity)")]
    async fn service_users(&self, ctx: &Context<'_>) -> Result<MyDayServiceUserReviews> {
        let asked = ctx.look_ahead().field("nodes");
        Ok(service_users::reviews(ctx, to_coordinate(ctx)?, MOST, &asked).await?.into())
    }
}

/// The root field that asks for a day.
#[derive(Clone, Copy, Debug, Default)]
pub struct MyDayQuery;

/// The root field that asks for a day.
#[Object]
impl MyDayQuery {
    /// What is due to the viewer, for the agency that they act for: of each sort the first fifty, and whether there are more.
    /// What is not asked for is not read. For everybody who works for an agency, and coordinators: each has what is theirs, and
    /// of the rest nothing.
    async fn my_day(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today, in London, where it is left out.")] on: Option<Date>,
    ) -> Result<MyDay> {
        let today = london(ctx.data::<AskedAt>()?.0).date();
        Ok(MyDay { on: on.map_or(today, |on| on.0) })
    }
}
