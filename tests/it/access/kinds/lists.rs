//! Rows one by one, of a service user and all together, by the reading functions that every face uses: what is seen, in which
//! order, and what of it; and the ledger, which has to tell of each what was released.
//!
//! `SIGNPOST_TEST_WORLDS=100000 cargo test --release --test it access::kinds -- --nocapture` looks at a four-hundredth of as
//! many worlds.

use std::collections::BTreeMap;

use entity::enums::{DataCategory, GroupPlaceState, GroupPlaceStep};
use entity::instants::Millis;
use signpost::people::appointments::reading::WhichAppointments;
use signpost::people::groups::reading::WhichGroupPlaces;
use signpost::people::referrals::reading::{Besides, WhichReferrals};
use signpost::people::tasks::dates::{WhichEasements, WhichReleases};
use signpost::people::tasks::reading::WhichTasks;
use signpost::signposts::reading::WhichSignposts;

use super::oracle::Oracle;
use super::{Asking, Disclosed, asking, disclosed, laid_down, last_entry, questions, worlds};
use crate::access::stored::ground;
use crate::access::world::{Number, PEOPLE, Question};
use crate::support::TestApp;

const WORLDS: u64 = 10;

/// How often something was so.
#[derive(Default)]
struct Counts(BTreeMap<&'static str, usize>);

impl Counts {
    fn count(&mut self, what: &'static str, so: bool) {
        *self.0.entry(what).or_default() += usize::from(so);
    }
}

/// What is found out about a question on the way.
#[derive(Default)]
struct Found {
    wanted: Disclosed,
    counts: Counts,
}

impl Found {
    fn shown(
        &mut self,
        asking: &Asking<'_>,
        operation: &str,
        (person, agency): (Number, Number),
        category: DataCategory,
    ) {
        let of = (asking.ids.person(person), asking.ids.agency(agency));
        self.wanted.insert((operation.to_owned(), of.0, category, of.1));
    }
}

impl Asking<'_> {
    /// Places from 0 to the last of so many rows, and one behind it, which is not there.
    fn all<T>(rows: usize, id: impl Fn(usize) -> T) -> Vec<T> {
        (0..=rows).map(id).collect()
    }

    async fn appointments(&self, found: &mut Found) {
        let (people, asked, ids) = (&self.app.app.people, self.question, self.ids);
        let rows = &self.oracle.rows.appointments;
        let reader = self.reader(asked.purpose, "appointment");
        let wanted = self.oracle.appointments(asked);
        let all = WhichAppointments::Of(Self::all(rows.len(), |number| ids.appointment(number)));
        for which in [WhichAppointments::About(self.everybody()), all] {
            let seen = people.read_appointments(reader, &which, None).await.unwrap();
            let these: Vec<_> = seen.iter().map(|seen| seen.id).collect();
            let those: Vec<_> = wanted.iter().map(|number| ids.appointment(*number)).collect();
            assert_eq!(these, those, "{which:?}: {}", self.told());
            for (seen, number) in seen.iter().zip(&wanted) {
                let row = &rows[*number];
                let close = self.oracle.is_close(asked, row.person, row.agency);
                let told = (seen.history[0].words.is_some(), seen.history[0].by.is_some(), seen.referral.is_some());
                assert_eq!(told, (close, close, close && row.referral.is_some()), "{row:?}: {}", self.told());
                found.counts.count("appointments shared", !close);
                found.shown(self, "appointment", (row.person, row.agency), DataCategory::Attendance);
            }
        }
    }

    async fn tasks(&self, found: &mut Found) {
        let (people, asked, ids) = (&self.app.app.people, self.question, self.ids);
        let rows = &self.oracle.rows.tasks;
        let reader = self.reader(asked.purpose, "task");
        let wanted = self.oracle.tasks(asked);
        let all = WhichTasks::Of(Self::all(rows.len(), |number| ids.task(number)));
        for which in [WhichTasks::About(self.everybody()), all] {
            let seen = people.read_tasks(reader, &which, None).await.unwrap();
            let these: Vec<_> = seen.iter().map(|seen| seen.id).collect();
            let those: Vec<_> = wanted.iter().map(|number| ids.task(*number)).collect();
            assert_eq!(these, those, "{which:?}: {}", self.told());
            for (seen, number) in seen.iter().zip(&wanted) {
                let row = &rows[*number];
                let close = self.oracle.is_close(asked, row.person, row.agency);
                let step = &seen.history[0];
                let told = [seen.words.is_some(), seen.owner.is_some(), step.by.is_some(), step.words.is_some()];
                assert_eq!(told, [close; 4], "{row:?}: {}", self.told());
                assert_eq!(seen.release.is_some(), close && row.release.is_some(), "{row:?}: {}", self.told());
                found.counts.count("tasks shared", !close);
                found.shown(self, "task", (row.person, row.agency), row.category);
                if row.release.is_some() {
                    found.shown(self, "task", (row.person, row.agency), DataCategory::Offending);
                }
            }
        }
        for row in rows {
            let first = self.oracle.sees(asked, row.person, row.agency, row.category);
            found.counts.count("held back by what it tells of besides", first && !self.oracle.task(asked, row));
        }
    }

    async fn releases(&self, found: &mut Found) {
        let (people, asked, ids) = (&self.app.app.people, self.question, self.ids);
        let rows = &self.oracle.rows.releases;
        let reader = self.reader(asked.purpose, "release");
        let all = WhichReleases::Of(Self::all(rows.len(), |number| ids.release(number)));
        for (which, hold) in [(WhichReleases::About(self.everybody()), true), (all, false)] {
            let wanted = self.oracle.releases(asked, hold);
            let seen = people.read_releases(reader, &which, None).await.unwrap();
            let these: Vec<_> = seen.iter().map(|seen| seen.id).collect();
            let those: Vec<_> = wanted.iter().map(|number| ids.release(*number)).collect();
            assert_eq!(these, those, "{which:?}: {}", self.told());
            for (seen, number) in seen.iter().zip(&wanted) {
                let (row, of) = (&rows[*number], (rows[*number].person, rows[*number].agency));
                let close = self.oracle.is_close(asked, row.person, row.agency);
                assert_eq!((seen.from_place.is_some(), seen.recorded_by.is_some()), (close, close), "{}", self.told());
                let contact = seen.first_contact.map(|contact| (contact.state, contact.made_on));
                let made = self.oracle.contact(asked.at, *number);
                assert_eq!(contact, close.then_some(made), "{row:?}: {}", self.told());
                found.counts.count("releases shared", !close);
                found.counts.count("first contacts made", close && made.1.is_some());
                found.shown(self, "release", of, DataCategory::Offending);
                if close {
                    // The first contact tells of a task, and of appointments.
                    found.shown(self, "release", of, DataCategory::CaseNotes);
                    found.shown(self, "release", of, DataCategory::Attendance);
                }
            }
        }
    }

    async fn easements(&self, found: &mut Found) {
        let (people, asked, ids) = (&self.app.app.people, self.question, self.ids);
        let rows = &self.oracle.rows.easements;
        let reader = self.reader(asked.purpose, "easement");
        let all = WhichEasements::Of(Self::all(rows.len(), |number| ids.easement(number)));
        for (which, stand) in [(WhichEasements::About(self.everybody()), true), (all, false)] {
            let wanted = self.oracle.easements(asked, stand);
            let seen = people.read_easements(reader, &which, None).await.unwrap();
            let these: Vec<_> = seen.iter().map(|seen| seen.id).collect();
            let those: Vec<_> = wanted.iter().map(|number| ids.easement(*number)).collect();
            assert_eq!(these, those, "{which:?}: {}", self.told());
            for number in wanted {
                let row = &rows[number];
                let close = self.oracle.is_close(asked, row.person, row.agency);
                found.counts.count("easements shared", !close);
                for category in Oracle::eased(row) {
                    found.shown(self, "easement", (row.person, row.agency), category);
                }
            }
        }
        for row in rows {
            let first = self.oracle.sees(asked, row.person, row.agency, DataCategory::Benefits);
            found.counts.count("held back by what it tells of besides", first && !self.oracle.easement(asked, row));
        }
    }

    async fn signposts_given(&self, found: &mut Found) {
        let (signposts, asked, ids) = (self.signposts(), self.question, self.ids);
        let rows = &self.oracle.rows.signposts;
        let reader = self.reader(asked.purpose, "signpostGiven");
        let all = Self::all(rows.len(), |number| ids.signpost(number));
        let mut ways = vec![(WhichSignposts::Of(all), None)];
        ways.extend((0..PEOPLE).map(|person| (WhichSignposts::To(ids.person(person)), Some(person))));
        for (which, whose) in ways {
            let mut wanted = self.oracle.signposts(asked);
            wanted.retain(|number| whose.is_none() || rows[*number].person == whose);
            let seen = signposts.read(reader, &which, None).await.unwrap();
            let these: Vec<_> = seen.iter().map(|seen| seen.id).collect();
            let those: Vec<_> = wanted.iter().map(|number| ids.signpost(*number)).collect();
            assert_eq!(these, those, "{which:?}: {}", self.told());
            for (seen, number) in seen.iter().zip(&wanted) {
                let row = &rows[*number];
                let close = row.person.is_none_or(|person| self.oracle.is_close(asked, person, row.agency));
                assert_eq!(seen.given_by.is_some(), close, "{row:?}: {}", self.told());
                found.counts.count("signposts shared", !close);
                for category in row.tells_of.iter().filter(|_| row.person.is_some()) {
                    let person = row.person.unwrap_or_default();
                    found.shown(self, "signpostGiven", (person, row.agency), *category);
                }
            }
        }
        for row in rows.iter().filter(|row| row.person.is_some()) {
            let sees = |category: &DataCategory| {
                self.oracle.sees(asked, row.person.unwrap_or_default(), row.agency, *category)
            };
            let some = row.tells_of.iter().any(sees);
            found.counts.count("held back by what it tells of besides", some && !self.oracle.signpost(asked, row));
        }
    }

    async fn seats(&self, found: &mut Found) {
        let (people, asked, ids) = (&self.app.app.people, self.question, self.ids);
        let (rows, groups) = (&self.oracle.rows.seats, &self.oracle.rows.groups);
        let reader = self.reader(asked.purpose, "groupPlace");
        let all = WhichGroupPlaces::Of(Self::all(rows.len(), |number| ids.seat(number)));
        let in_order = self.oracle.seats(asked);
        let mut by_number = in_order.clone();
        by_number.sort_unstable();
        for (which, wanted) in [(WhichGroupPlaces::About(self.everybody()), in_order), (all, by_number)] {
            let seen = people.read_group_places(reader, &which, false, None).await.unwrap();
            let these: Vec<_> = seen.iter().map(|seen| seen.id).collect();
            let those: Vec<_> = wanted.iter().map(|number| ids.seat(*number)).collect();
            assert_eq!(these, those, "{which:?}: {}", self.told());
            for (seen, number) in seen.iter().zip(&wanted) {
                let (row, group) = (&rows[*number], &groups[rows[*number].group]);
                let close = self.oracle.is_close(asked, row.person, group.agency);
                let placed = row.state == GroupPlaceState::Placed;
                let told = (seen.joined_by.is_some(), seen.offered_by.is_some(), seen.reason.is_some());
                assert_eq!(told, (close, close && placed, close && placed), "{row:?}: {}", self.told());
                let last = seen.history.last().unwrap();
                assert_eq!(last.state, row.state, "{row:?}: {}", self.told());
                assert_eq!((last.by.is_some(), last.words.is_some()), (close, close && placed), "{}", self.told());
                let passes = last.step == GroupPlaceStep::Preferred;
                assert_eq!(passes, close && placed, "{row:?}: {}", self.told());
                found.counts.count("places shared", !close);
                for category in group.tells.iter().chain([&DataCategory::Attendance]) {
                    found.shown(self, "groupPlace", (row.person, group.agency), *category);
                }
            }
        }
        for row in rows {
            let first = self.oracle.sees(asked, row.person, groups[row.group].agency, DataCategory::Attendance);
            found.counts.count("held back by what it tells of besides", first && !self.oracle.seat(asked, row));
        }
    }

    async fn referrals(&self, found: &mut Found) {
        let (people, asked, ids) = (&self.app.app.people, self.question, self.ids);
        let (rows, headers) = (&self.oracle.rows.referrals, &self.oracle.world.referrals);
        // They are looked at for referrals, whatever is said.
        let reader = self.reader(asked.purpose, "referral");
        let wanted = self.oracle.referrals(asked);
        let all = WhichReferrals::Of(Self::all(rows.len(), |number| ids.referral(number)));
        // A list that is old: whom they were about then, they are not about now.
        let old = WhichReferrals::Listed(Self::all(rows.len(), |number| (ids.referral(number), ids.person(0))));
        for which in [WhichReferrals::About(self.everybody()), all, old] {
            let seen = people.read_referrals(reader, &which, Besides::ALL, None).await.unwrap();
            let these: Vec<_> = seen.iter().map(|seen| seen.id).collect();
            let those: Vec<_> = wanted.iter().map(|number| ids.referral(*number)).collect();
            assert_eq!(these, those, "{which:?}: {}", self.told());
            for (seen, number) in seen.iter().zip(&wanted) {
                let (row, header, party) = (&rows[*number], &headers[*number], self.oracle.is_party(asked, *number));
                let told = || format!("{row:?} {header:?}: {}", self.told());
                let discloses = self.oracle.discloses(asked, *number);
                assert_eq!(seen.discloses, discloses, "{}", told());
                let flows = |category| !party || discloses.contains(&category);
                assert_eq!(!seen.needs.is_empty(), flows(DataCategory::Housing), "{}", told());
                assert_eq!(seen.release_on.is_some(), flows(DataCategory::Offending), "{}", told());
                assert_eq!(seen.state, self.oracle.standing(asked.at, *number), "{}", told());
                let offered = row.offered_to.is_some() && self.oracle.knows_the_offer(asked, *number);
                assert_eq!(seen.offered_to.is_some(), offered, "{}", told());
                assert_eq!(seen.history.len(), row.steps.len());
                for (seen, step) in seen.history.iter().zip(&row.steps) {
                    assert_eq!((seen.step, seen.at), (step.step, Millis(step.at)));
                    assert_eq!(seen.words.is_some(), self.oracle.words(asked, *number, step), "{step:?} {}", told());
                    // Who they are is no part of a header.
                    assert_eq!(seen.by.is_some(), !party || step.agency.is_some(), "{step:?} {}", told());
                }
                found.counts.count("referrals received", party);
                found.counts.count("referrals of which the receiver is told in part", discloses != row.discloses);
                found.shown(self, "referral", (header.person, header.agency), DataCategory::Outcomes);
                for category in discloses.iter().filter(|_| party) {
                    found.shown(self, "referral", (header.person, header.agency), *category);
                }
            }
        }
    }
}

#[tokio::test]
async fn rows_of_every_kind_are_shown_as_the_oracle_says_and_written_down() {
    let app = TestApp::new().await;
    let source = ground(app.db().connection()).await;
    let mut counts = Counts::default();
    for seed in 0..worlds(WORLDS) {
        let (oracle, ids, mut dice) = laid_down(&app, source, 0xb0_0000_0000 + seed).await;
        for question in questions(&mut dice) {
            let asking = asking(&app, &oracle, ids, question);
            let Question { account, agency, .. } = question;
            let mut found = Found { counts, ..Found::default() };
            let last = last_entry(&app).await;
            asking.appointments(&mut found).await;
            asking.tasks(&mut found).await;
            asking.releases(&mut found).await;
            asking.easements(&mut found).await;
            asking.signposts_given(&mut found).await;
            asking.seats(&mut found).await;
            asking.referrals(&mut found).await;
            let written = disclosed(&app, last).await;
            assert_eq!(
                written,
                found.wanted,
                "{account} {agency:?}: the ledger tells what was shown: {}",
                asking.told()
            );
            counts = found.counts;
        }
    }
    eprintln!("{:?}", counts.0);
    assert_eq!(counts.0.len(), 10, "{:?}", counts.0);
    for (what, times) in &counts.0 {
        assert!(*times > 0, "worlds in which there is none of it show nothing: {what}");
    }
}
