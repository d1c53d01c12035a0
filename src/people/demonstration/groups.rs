//! A group of the demonstration: six weeks from next week on, of two places, for which somebody waits.

use chrono::{Days, TimeDelta};
use entity::enums::AppointmentDelivery;
use entity::ids::ServiceUserId;
use entity::instants::Millis;

use super::Cast;
use crate::hours::london;
use crate::people::groups::terms::{CohortTerms, GroupTerms};
use crate::people::{People, Trouble};

/// How often it meets, once a week.
const WEEKS: i64 = 6;

impl People {
    /// Makes a group of the advice agency, which these join one after the other: the last of three waits.
    pub(super) async fn demonstrate_group(&self, cast: &Cast, of: &[ServiceUserId]) -> Result<(), Trouble> {
        let lena = cast.advice;
        let terms = GroupTerms {
            name: "A home of your own".to_owned(),
            service: None,
            location: None,
            needs: vec!["housing.private-renting".to_owned()],
            delivery: AppointmentDelivery::InPerson,
            places: 2,
        };
        let group = self.make_group(lena, terms).await?;
        // Two hours after noon, of a day on which it is the same day in London.
        let next_week = london(self.clock.now()).date().checked_add_days(Days::new(7)).unwrap_or_default();
        let first = next_week.and_time(chrono::NaiveTime::MIN).and_utc() + TimeDelta::hours(14);
        let session = |week: i64| {
            let starts = first + TimeDelta::weeks(week);
            (Millis::from(starts), Millis::from(starts + TimeDelta::hours(2)))
        };
        let terms = CohortTerms {
            group,
            begins_on: next_week,
            ends_on: london(first + TimeDelta::weeks(WEEKS - 1)).date(),
            places: None,
            with: lena.account,
            sessions: (0..WEEKS).map(session).collect(),
        };
        self.open_cohort(lena, &terms).await?;
        for one in of {
            self.join_group(lena, *one, group, None).await?;
        }
        Ok(())
    }
}
