//! Lists that the rule is part of, each in pages and counted: the diary, tasks and alerts, worklists of referrals, signposts
//! that somebody gave; and consents, told to who is close and as they run out.

use std::collections::BTreeMap;

use entity::enums::{GroupPlaceState, Purpose, ReferralState};
use entity::ids::GroupPlaceId;
use entity::instants::Millis;
use signpost::people::appointments::reading::Diary;
use signpost::people::consents::reading::ConsentState;
use signpost::people::groups::reading::InGroup;
use signpost::people::reading::Wanted;
use signpost::people::referrals::worklist::{Direction, Order, Work};
use signpost::people::tasks::listing::Mine;

use super::rows::day;
use super::{Asking, asking, laid_down, questions, whole, worlds};
use crate::access::stored::ground;
use crate::access::world::{Dice, FAR_OFF, LONG_AGO, PEOPLE, Question, instant};
use crate::support::TestApp;

const WORLDS: u64 = 10;
/// Rows of a page: few, so that there are several.
const SIZE: usize = 2;

impl Asking<'_> {
    async fn diary(&self, dice: &mut Dice) -> usize {
        let (people, asked, ids) = (&self.app.app.people, self.question, self.ids);
        let reader = self.reader(asked.purpose, "appointments");
        let (one, other) = (instant(dice), instant(dice));
        let mut listed = 0;
        for (from, until) in [(LONG_AGO, FAR_OFF), (one.min(other), one.max(other))] {
            for mine in [false, true] {
                let diary = Diary { from: Millis(from), until: Millis(until), mine, booked: false };
                let page = async |after| people.page_of_appointments(reader, &diary, after, SIZE).await.unwrap();
                let found: Vec<_> = whole(SIZE, page).await;
                let wanted = self.oracle.diary(asked, (from, until), mine);
                let row =
                    |number: &usize| (Millis(self.oracle.rows.appointments[*number].starts), ids.appointment(*number));
                let rows: Vec<_> = wanted.iter().map(row).collect();
                assert_eq!(found, rows, "{diary:?}: {}", self.told());
                let counted = people.count_appointments(reader, &diary).await.unwrap();
                assert_eq!(usize::try_from(counted).unwrap(), wanted.len(), "{diary:?}: {}", self.told());
                listed += wanted.len();
            }
        }
        listed
    }

    async fn to_do(&self, dice: &mut Dice) -> usize {
        let (people, asked, ids) = (&self.app.app.people, self.question, self.ids);
        let reader = self.reader(asked.purpose, "myTasks");
        let (mut covers, until) = (0, dice.of(&[0, 1]));
        for covered in [false, true] {
            let until = if until == 0 { day(dice) } else { Millis(FAR_OFF).to_utc().date_naive() };
            let mine = Mine { until, covered };
            let page = async |after| people.page_of_tasks(reader, mine, after, SIZE).await.unwrap();
            let found: Vec<_> = whole(SIZE, page).await;
            let wanted = self.oracle.my_tasks(asked, until, covered);
            let rows: Vec<_> =
                wanted.iter().map(|number| (self.oracle.rows.tasks[*number].on, ids.task(*number))).collect();
            assert_eq!(found, rows, "{mine:?}: {}", self.told());
            let counted = people.count_tasks(reader, mine).await.unwrap();
            assert_eq!(usize::try_from(counted).unwrap(), wanted.len(), "{mine:?}: {}", self.told());
            covers += wanted.iter().filter(|number| self.oracle.rows.tasks[**number].owner != asked.account).count();
        }
        let alerts = people.first_contact_alerts(reader, 1_000).await.unwrap();
        let wanted: Vec<_> = self.oracle.alerts(asked).into_iter().map(|number| self.ids.release(number)).collect();
        assert_eq!(alerts, wanted, "{}", self.told());
        covers + wanted.len()
    }

    async fn worklists(&self) -> usize {
        let (people, asked, ids) = (&self.app.app.people, self.question, self.ids);
        let reader = self.reader(asked.purpose, "referrals");
        let mut listed = 0;
        for direction in [Direction::Sent, Direction::Received] {
            for (states, mine) in [
                (vec![], false),
                (vec![], true),
                (vec![ReferralState::Expired], false),
                (vec![ReferralState::Submitted, ReferralState::InProgress], false),
            ] {
                let wanted = self.oracle.worklist(asked, direction == Direction::Sent, &states, mine);
                let work = Work { direction, states, ages: vec![], urgencies: vec![], service: None, mine };
                let rows: Vec<_> = wanted.iter().map(|number| ids.referral(*number)).collect();
                // They were all sent at one instant: both orders are that of their ids.
                for order in [Order::Written, Order::Waiting] {
                    let page = async |after| {
                        let page = people.page_of_referrals(reader, &work, order, after, SIZE).await.unwrap();
                        page.into_iter().map(|row| row.place).collect::<Vec<_>>()
                    };
                    let found = whole(SIZE, page).await;
                    let found: Vec<_> = found.into_iter().map(|place| place.id).collect();
                    assert_eq!(found, rows, "{work:?} {order:?}: {}", self.told());
                }
                let mut counted: BTreeMap<ReferralState, usize> = BTreeMap::new();
                for count in people.count_referrals(reader, &work).await.unwrap() {
                    *counted.entry(count.state).or_default() += usize::try_from(count.number).unwrap();
                }
                let mut counts: BTreeMap<ReferralState, usize> = BTreeMap::new();
                for number in &wanted {
                    *counts.entry(self.oracle.standing(asked.at, *number)).or_default() += 1;
                }
                assert_eq!(counted, counts, "{work:?}: {}", self.told());
                listed += wanted.len();
            }
        }
        listed
    }

    async fn given(&self) -> usize {
        let (signposts, asked, ids) = (self.signposts(), self.question, self.ids);
        let reader = self.reader(asked.purpose, "mySignposts");
        let mut listed = 0;
        for unanswered in [false, true] {
            let page = async |after| signposts.given_by(reader, unanswered, after, SIZE).await.unwrap();
            let found: Vec<_> = whole(SIZE, page).await;
            let wanted = self.oracle.given(asked, unanswered);
            let rows: Vec<_> = wanted.iter().map(|number| ids.signpost(*number)).collect();
            assert_eq!(found, rows, "{unanswered}: {}", self.told());
            let counted = signposts.count_given_by(reader, unanswered).await.unwrap();
            assert_eq!(usize::try_from(counted).unwrap(), wanted.len(), "{unanswered}: {}", self.told());
            listed += wanted.len();
        }
        listed
    }

    async fn in_groups(&self) -> usize {
        let (people, asked, ids) = (&self.app.app.people, self.question, self.ids);
        let reader = self.reader(asked.purpose, "groupPlaces");
        let mut listed = 0;
        for group in 0..self.oracle.rows.groups.len() {
            for state in [GroupPlaceState::Waiting, GroupPlaceState::Placed] {
                let cohort = Some(ids.cohort(group)).filter(|_| state == GroupPlaceState::Placed);
                let which = InGroup { group: ids.group(group), cohort };
                let page = async |after: Option<(i32, GroupPlaceId)>| {
                    let after = after.map(|(number, _)| number);
                    people.page_of_group_places(reader, which, after, SIZE).await.unwrap()
                };
                let found: Vec<_> = whole(SIZE, page).await.into_iter().map(|(_, id)| id).collect();
                let wanted = self.oracle.in_group(asked, group, state);
                let rows: Vec<_> = wanted.iter().map(|number| ids.seat(*number)).collect();
                assert_eq!(found, rows, "{which:?}: {}", self.told());
                let counted = people.count_group_places(reader, which).await.unwrap();
                assert_eq!(usize::try_from(counted).unwrap(), wanted.len(), "{which:?}: {}", self.told());
                listed += wanted.len();
            }
        }
        listed
    }

    /// What they permit and deny; gives how many consents were told of, and how many to somebody who works with them were not.
    async fn consents(&self) -> (usize, usize) {
        let (people, asked, ids) = (&self.app.app.people, self.question, self.ids);
        let reader = self.reader(asked.purpose, "serviceUser");
        let wanted = Wanted { around: true, ..Wanted::default() };
        let seen = people.read(reader, &self.everybody(), &wanted, None).await.unwrap();
        let (mut told, mut untold) = (0, 0);
        for person in 0..PEOPLE {
            let of_them = seen.iter().find(|seen| seen.service_user == ids.person(person));
            let around = of_them.and_then(|seen| seen.around.as_ref());
            let found = around.map(|around| around.consents.iter().map(|it| it.id).collect::<Vec<_>>());
            let wanted = self.oracle.consents(asked, person);
            let words = &self.oracle.world.words;
            // "The newest first."
            let mut rows = wanted.map(|all| all.into_iter().collect::<Vec<_>>());
            if let Some(rows) = &mut rows {
                rows.sort_by_key(|number| std::cmp::Reverse((words[*number].span.begins, *number)));
                told += rows.len();
                untold += words.iter().filter(|word| word.person == person).count() - rows.len();
            }
            let rows_told =
                rows.as_ref().map(|rows| rows.iter().map(|number| ids.consent(*number)).collect::<Vec<_>>());
            assert_eq!(found, rows_told, "{person}: {}", self.told());
            for number in rows.unwrap_or_default() {
                let word = &words[number];
                let consent = around.and_then(|around| around.consents.iter().find(|it| it.id == ids.consent(number)));
                let over = word.span.ends.is_some_and(|end| end <= asked.at);
                let state = match word.withdrawn {
                    // Nobody withdraws at an instant to come.
                    Some(at) if at > asked.at => continue,
                    Some(_) => ConsentState::Withdrawn,
                    None if over => ConsentState::Expired,
                    None => ConsentState::Active,
                };
                assert_eq!(consent.map(|it| it.state), Some(state), "{word:?}: {}", self.told());
            }
        }
        (told, untold)
    }

    async fn running_out(&self, dice: &mut Dice) -> usize {
        let days = dice.of(&[1, 30, 31, 366]);
        let reader = self.reader(self.question.purpose, "consentsRunningOut");
        let people = &self.app.app.people;
        let page = people.page_running_out(reader, days, 1_000).await.unwrap();
        let found = people.read_running_out(reader, page, Wanted::default(), None).await.unwrap();
        let found: Vec<_> = found.iter().map(|it| (it.consent.id, it.person.service_user)).collect();
        let words = &self.oracle.world.words;
        let row = |number: usize| (self.ids.consent(number), self.ids.person(words[number].person));
        let wanted: Vec<_> = self.oracle.running_out(self.question, days).into_iter().map(row).collect();
        assert_eq!(found, wanted, "within {days}: {}", self.told());
        wanted.len()
    }
}

#[tokio::test]
async fn lists_their_pages_and_counts_are_the_oracles() {
    let app = TestApp::new().await;
    let source = ground(app.db().connection()).await;
    let mut listed = [0; 8];
    for seed in 0..worlds(WORLDS) {
        let (oracle, ids, mut dice) = laid_down(&app, source, 0xc0_0000_0000 + seed).await;
        for question in questions(&mut dice) {
            let asking = asking(&app, &oracle, ids, question);
            let (told, untold) = asking.consents().await;
            let each = [
                asking.diary(&mut dice).await,
                asking.to_do(&mut dice).await,
                asking.worklists().await,
                asking.given().await,
                asking.running_out(&mut dice).await,
                asking.in_groups().await,
                told,
                untold,
            ];
            for (sum, of_one) in listed.iter_mut().zip(each) {
                *sum += of_one;
            }
        }
        // Whoever works for an agency and reads for figures is shown no row of anybody's by it.
        let figures = Question { account: 0, agency: Some(0), purpose: Purpose::Evaluation, at: instant(&mut dice) };
        let asking = asking(&app, &oracle, ids, figures);
        asking.diary(&mut dice).await;
        asking.to_do(&mut dice).await;
        asking.in_groups().await;
    }
    eprintln!(
        "diary, tasks covered and alerts, referrals, signposts, consents running out, groups, told, untold: {listed:?}"
    );
    assert!(listed.iter().all(|number| *number > 0), "worlds in which there is none of it show nothing: {listed:?}");
}
