//! The timeline of somebody: which entries stand on it, in their order, in pages, narrowed; what of each is told; how it
//! stands; and the ledger, which has to tell of what was on its pages.

use std::collections::BTreeSet;

use entity::enums::{DataCategory, Purpose, RecordKind};
use entity::instants::Millis;
use signpost::pathway::Pathways;
use signpost::pathway::reading::{Asked, Entry, Item, PathwaySeen};
use signpost::pathway::timeline::{Key, Kind, Sought};
use uuid::Uuid;

use super::oracle::Oracle;
use super::{Asking, Disclosed, asking, disclosed, laid_down, last_entry, questions, worlds};
use crate::access::oracle::may_see;
use crate::access::stored::ground;
use crate::access::world::{Dice, Number, PEOPLE, Question, instant};
use crate::support::TestApp;

const WORLDS: u64 = 8;
/// Entries of a page.
const SIZE: usize = 6;

/// What is found out on the way: how many timelines there were and were not, how many entries on another page than the first.
#[derive(Debug, Default)]
struct Counts {
    there: usize,
    not_there: usize,
    later: usize,
    partly: usize,
}

fn keys(entries: &[Entry]) -> Vec<(i64, Kind, Uuid)> {
    entries.iter().map(|entry| (entry.key.at.0, entry.key.kind, entry.key.id)).collect()
}

impl Asking<'_> {
    fn pathways(&self) -> Pathways {
        Pathways::new(self.app.app.people.clone(), self.signposts())
    }

    /// All pages of a timeline; how it stands is asked with the first. None where there is nobody to be seen.
    async fn pages(&self, person: Number, sought: &Sought, operation: &'static str) -> Option<Vec<PathwaySeen>> {
        let (pathways, of) = (self.pathways(), self.ids.person(person));
        let reader = self.reader(self.question.purpose, operation);
        let mut pages: Vec<PathwaySeen> = Vec::new();
        loop {
            let after: Option<Key> = pages.last().and_then(|page| page.entries.last()).map(|entry| entry.key);
            let asked =
                Asked { sought: sought.clone(), after, first: SIZE, standing: pages.is_empty(), withheld: false };
            let page = pathways.read(reader, of, &asked, None).await.unwrap()?;
            assert!(page.entries.len() <= SIZE);
            let more = page.more;
            assert!(!more || page.entries.len() == SIZE, "a page is full where more follow: {}", self.told());
            pages.push(page);
            assert!(pages.len() < 100, "pages without an end");
            if !more {
                return Some(pages);
            }
        }
    }

    /// What of an entry is told: what was said, to who is close alone.
    fn holds_together(&self, entry: &Entry, counts: &mut Counts) {
        let (asked, ids) = (self.question, self.ids);
        match &entry.item {
            Item::Record(_) => {}
            Item::Signpost(seen) => {
                let number = (0..self.oracle.rows.signposts.len()).find(|number| ids.signpost(*number) == seen.id);
                let row = &self.oracle.rows.signposts[number.unwrap()];
                let close = row.person.is_some_and(|person| self.oracle.is_close(asked, person, row.agency));
                assert_eq!(seen.given_by.is_some(), close, "{row:?}: {}", self.told());
                counts.partly += usize::from(!close);
            }
            Item::ReferralStep(seen, step) => {
                let number = (0..self.oracle.rows.referrals.len()).find(|number| ids.referral(*number) == seen.id);
                let number = number.unwrap();
                let steps = &self.oracle.rows.referrals[number].steps;
                let place = (0..steps.len()).find(|place| ids.step(number, *place).0 == entry.key.id).unwrap();
                assert_eq!(step.step, steps[place].step, "the very step: {}", self.told());
                let words = self.oracle.words(asked, number, &steps[place]);
                assert_eq!(step.words.is_some(), words, "{:?}: {}", steps[place], self.told());
                counts.partly += usize::from(!words);
            }
            Item::Appointment(seen) => {
                let care = Question { purpose: Purpose::CareCoordination, ..asked };
                let all = &self.oracle.rows.appointments;
                let number = (0..all.len()).find(|number| ids.appointment(*number) == seen.id).unwrap();
                let close = self.oracle.is_close(care, all[number].person, all[number].agency);
                assert_eq!(seen.history[0].words.is_some(), close, "{:?}: {}", all[number], self.told());
                counts.partly += usize::from(!close);
            }
            Item::Release(seen) => {
                let care = Question { purpose: Purpose::CareCoordination, ..asked };
                let all = &self.oracle.rows.releases;
                let number = (0..all.len()).find(|number| ids.release(*number) == seen.id).unwrap();
                let close = self.oracle.is_close(care, all[number].person, all[number].agency);
                let contact = seen.first_contact.map(|contact| (contact.state, contact.made_on));
                let made = close.then(|| self.oracle.contact(asked.at, number));
                assert_eq!((seen.from_place.is_some(), contact), (close, made), "{}", self.told());
            }
            Item::Task(seen) => {
                let care = Question { purpose: Purpose::CareCoordination, ..asked };
                let all = &self.oracle.rows.tasks;
                let number = (0..all.len()).find(|number| ids.task(*number) == seen.id).unwrap();
                let close = self.oracle.is_close(care, all[number].person, all[number].agency);
                assert_eq!(seen.owner.is_some(), close, "{:?}: {}", all[number], self.told());
            }
            Item::Easement(_) => {}
            Item::GroupPlace(seen) => {
                let care = Question { purpose: Purpose::CareCoordination, ..asked };
                let all = &self.oracle.rows.seats;
                let number = (0..all.len()).find(|number| ids.seat(*number) == seen.id).unwrap();
                let agency = self.oracle.rows.groups[all[number].group].agency;
                let close = self.oracle.is_close(care, all[number].person, agency);
                let told = (seen.joined_by.is_some(), seen.history[0].by.is_some());
                assert_eq!(told, (close, close), "{:?}: {}", all[number], self.told());
                counts.partly += usize::from(!close);
            }
        }
    }

    /// What the ledger has to tell of a timeline that was read to its end.
    fn disclosed_by(&self, person: Number) -> Disclosed {
        let (asked, oracle, ids) = (self.question, self.oracle, self.ids);
        let mut all: BTreeSet<(Number, DataCategory)> = BTreeSet::new();
        for (record, (kind, _)) in oracle.world.records.iter().zip(&oracle.rows.records) {
            let stands = matches!(kind, RecordKind::Need | RecordKind::Assessment) && record.person == person;
            if stands && may_see(&oracle.world, asked, record) {
                all.insert((record.agency, record.category));
            }
        }
        for row in oracle.rows.signposts.iter().filter(|row| row.person == Some(person)) {
            if oracle.signpost(asked, row) {
                all.extend(row.tells_of.iter().map(|category| (row.agency, *category)));
            }
        }
        for number in oracle.referrals(asked) {
            let header = &oracle.world.referrals[number];
            if header.person == person {
                all.insert((header.agency, DataCategory::Outcomes));
                let party = oracle.is_party(asked, number);
                let told = oracle.discloses(asked, number);
                all.extend(told.iter().filter(|_| party).map(|category| (header.agency, *category)));
            }
        }
        let care = Question { purpose: Purpose::CareCoordination, ..asked };
        for row in oracle.rows.appointments.iter().filter(|row| row.person == person) {
            if oracle.appointment(care, row) {
                all.insert((row.agency, DataCategory::Attendance));
            }
        }
        for row in oracle.releases(care, true).into_iter().map(|number| &oracle.rows.releases[number]) {
            if row.person == person {
                all.insert((row.agency, DataCategory::Offending));
                if oracle.is_close(care, person, row.agency) {
                    all.extend([DataCategory::CaseNotes, DataCategory::Attendance].map(|of| (row.agency, of)));
                }
            }
        }
        for row in oracle.tasks(care).into_iter().map(|number| &oracle.rows.tasks[number]) {
            if row.person == person {
                all.insert((row.agency, row.category));
                all.extend(row.release.map(|_| (row.agency, DataCategory::Offending)));
            }
        }
        for row in oracle.easements(care, true).into_iter().map(|number| &oracle.rows.easements[number]) {
            if row.person == person {
                all.extend(Oracle::eased(row).map(|category| (row.agency, category)));
            }
        }
        for row in oracle.seats(care).into_iter().map(|number| &oracle.rows.seats[number]) {
            if row.person == person {
                let group = &oracle.rows.groups[row.group];
                let tells = group.tells.iter().chain([&DataCategory::Attendance]);
                all.extend(tells.map(|category| (group.agency, *category)));
            }
        }
        let entry = |(agency, category)| ("pathway".to_owned(), ids.person(person), category, ids.agency(agency));
        all.into_iter().map(entry).collect()
    }

    async fn pathway(&self, person: Number, counts: &mut Counts) {
        let (asked, oracle) = (self.question, self.oracle);
        let last = last_entry(self.app).await;
        let pages = self.pages(person, &Sought::default(), "pathway").await;
        assert_eq!(disclosed(self.app, last).await, self.disclosed_by(person), "the ledger: {}", self.told());
        assert_eq!(pages.is_some(), oracle.knows(asked, person, self.ids), "{person}: {}", self.told());
        let Some(pages) = pages else {
            counts.not_there += 1;
            return;
        };
        counts.there += 1;
        counts.later += pages.iter().skip(1).map(|page| page.entries.len()).sum::<usize>();
        let entries: Vec<Entry> = pages.iter().flat_map(|page| page.entries.clone()).collect();
        assert_eq!(keys(&entries), oracle.entries(asked, person, self.ids), "{person}: {}", self.told());
        for entry in &entries {
            self.holds_together(entry, counts);
        }
        let stands = &pages[0].stands;
        let next = stands.next.map(|(at, _)| at.0);
        let (open, owner, wanted) = oracle.stands(asked, person);
        assert_eq!((stands.open, stands.owner.is_some(), next), (open, owner, wanted), "{person}: {}", self.told());
    }

    /// Of some kinds, from one instant to another: the same entries as among all, and the same answer where there is nobody.
    async fn narrowed(&self, person: Number, dice: &mut Dice) {
        let kinds: BTreeSet<Kind> = Kind::ALL.iter().copied().filter(|_| dice.one_in(2)).collect();
        let (one, other) = (instant(dice), instant(dice));
        let (from, until) = (one.min(other), one.max(other));
        let sought = Sought { kinds: kinds.clone(), from: Some(Millis(from)), until: Some(Millis(until)) };
        let pages = self.pages(person, &sought, "narrowed").await;
        let known = self.oracle.knows(self.question, person, self.ids);
        assert_eq!(pages.is_some(), known, "{sought:?} {person}: {}", self.told());
        let entries: Vec<Entry> = pages.into_iter().flatten().flat_map(|page| page.entries).collect();
        let mut wanted = self.oracle.entries(self.question, person, self.ids);
        wanted.retain(|(at, kind, _)| (kinds.is_empty() || kinds.contains(kind)) && from <= *at && *at < until);
        assert_eq!(keys(&entries), wanted, "{sought:?} {person}: {}", self.told());
    }
}

#[tokio::test]
async fn a_timeline_holds_what_the_oracle_says_on_all_its_pages() {
    let app = TestApp::new().await;
    let source = ground(app.db().connection()).await;
    let mut counts = Counts::default();
    for seed in 0..worlds(WORLDS) {
        let (oracle, ids, mut dice) = laid_down(&app, source, 0xd0_0000_0000 + seed).await;
        for question in questions(&mut dice) {
            let asking = asking(&app, &oracle, ids, question);
            for person in 0..PEOPLE {
                asking.pathway(person, &mut counts).await;
                asking.narrowed(person, &mut dice).await;
            }
        }
    }
    eprintln!("{counts:?}");
    let Counts { there, not_there, later, partly } = counts;
    assert!([there, not_there, later, partly].iter().all(|number| *number > 0), "{there} {not_there} {later} {partly}");
}
