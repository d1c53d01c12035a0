//! Who sees which of these rows, and what of them, in the words of the design; slow and plain. It shares nothing with the code
//! that it is held against but the names of things.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use entity::enums::{
    AppointmentState, DataCategory, EasementKind, Purpose, RecordKind, ReferralState, ReferralStep, TaskKind, TaskState,
};
use signpost::pathway::timeline::Kind;
use signpost::people::tasks::gate::Contact;
use uuid::Uuid;

use super::rows::{Due, Eased, Meeting, Released, Rows, Step, Told, day_of};
use crate::access::oracle::{may_see, may_see_referral};
use crate::access::stored::Ids;
use crate::access::world::{DAY, Number, PEOPLE, Question, Record, Span, Whose, World};

/// A world, and what is left of it where somebody sees by some of its ways alone.
pub(super) struct Oracle {
    pub(super) world: World,
    pub(super) rows: Rows,
    /// Without agreements.
    close: World,
    /// For who it is about, and who stands for them.
    themselves: World,
    /// For who works with them.
    workers: World,
}

/// The rows that are seen, in their order; of what is the same, the earlier written first.
fn ordered<T, K: Ord>(rows: &[T], holds: impl Fn(&T) -> bool, key: impl Fn(&T) -> K) -> Vec<usize> {
    let mut all: Vec<usize> = (0..rows.len()).filter(|number| holds(&rows[*number])).collect();
    all.sort_by_key(|number| (key(&rows[*number]), *number));
    all
}

fn record(person: Number, agency: Number, category: DataCategory) -> Record {
    Record { person, agency, category, party: None }
}

fn within(span: Span, at: i64) -> bool {
    span.begins <= at && span.ends.is_none_or(|end| at < end)
}

fn start_of(day: NaiveDate) -> i64 {
    day.and_hms_opt(0, 0, 0).unwrap().and_utc().timestamp_millis()
}

fn for_referrals(asked: Question) -> Question {
    Question { purpose: Purpose::Referral, ..asked }
}

fn for_care(asked: Question) -> Question {
    Question { purpose: Purpose::CareCoordination, ..asked }
}

impl Oracle {
    pub(super) fn new(world: World, rows: Rows) -> Self {
        let close = World { versions: Vec::new(), ..world.clone() };
        let themselves = World { caseloads: Vec::new(), ..close.clone() };
        let workers = World { own_accounts: [None; PEOPLE], carers: Vec::new(), ..close.clone() };
        Self { world, rows, close, themselves, workers }
    }

    pub(super) fn sees(&self, asked: Question, person: Number, agency: Number, category: DataCategory) -> bool {
        may_see(&self.world, asked, &record(person, agency, category))
    }

    /// Whether they see a row of an agency for what they are to the service user, and not because it is shared: what was
    /// said, by whom, and what it belongs to, is for them alone.
    pub(super) fn is_close(&self, asked: Question, person: Number, agency: Number) -> bool {
        may_see(&self.close, asked, &record(person, agency, DataCategory::Identity))
    }

    fn is_themselves(&self, asked: Question, person: Number) -> bool {
        may_see(&self.themselves, asked, &record(person, 0, DataCategory::Identity))
    }

    /// Whether they work with the service user, for the agency that they act for.
    fn works_with(&self, asked: Question, person: Number) -> bool {
        let may = |agency| may_see(&self.workers, asked, &record(person, agency, DataCategory::Identity));
        asked.agency.is_some_and(may)
    }

    // Appointments: "the row of the agency that booked it, of the category" of attendance.

    pub(super) fn appointment(&self, asked: Question, row: &Meeting) -> bool {
        self.sees(asked, row.person, row.agency, DataCategory::Attendance)
    }

    /// "In the order in which they begin."
    pub(super) fn appointments(&self, asked: Question) -> Vec<usize> {
        ordered(&self.rows.appointments, |row| self.appointment(asked, row), |row| row.starts)
    }

    /// "The diary of the viewer's agency: its own appointments that begin in a time."
    pub(super) fn diary(&self, asked: Question, (from, until): (i64, i64), mine: bool) -> Vec<usize> {
        let stands = |row: &Meeting| {
            let with = !mine || row.with == asked.account;
            asked.agency == Some(row.agency) && from <= row.starts && row.starts < until && with
        };
        ordered(&self.rows.appointments, |row| stands(row) && self.appointment(asked, row), |row| row.starts)
    }

    // Through the gate.

    /// "A task of the category that stands in it." "What follows from a release tells of it: shared it is with who may see
    /// that as well."
    pub(super) fn task(&self, asked: Question, row: &Due) -> bool {
        let release = row.release.is_none() || self.sees(asked, row.person, row.agency, DataCategory::Offending);
        self.sees(asked, row.person, row.agency, row.category) && release
    }

    /// "In the order in which they are due."
    pub(super) fn tasks(&self, asked: Question) -> Vec<usize> {
        ordered(&self.rows.tasks, |row| self.task(asked, row), |row| row.on)
    }

    /// "What the viewer has to do by a day, what is due first first; and what those have to do who are away today and whom
    /// the viewer covers for."
    pub(super) fn my_tasks(&self, asked: Question, until: NaiveDate, covered: bool) -> Vec<usize> {
        let today = day_of(asked.at);
        let covers_for = |owner: Number| {
            self.rows.covers.iter().any(|cover| {
                let now = cover.begins_on <= today && today <= cover.ends_on && !cover.ended;
                now && Some(cover.agency) == asked.agency && cover.by == asked.account && cover.away == owner
            })
        };
        let stands = |row: &Due| {
            let whose = row.owner == asked.account || (covered && covers_for(row.owner));
            asked.agency == Some(row.agency) && row.state == TaskState::Open && row.on <= until && whose
        };
        ordered(&self.rows.tasks, |row| stands(row) && self.task(asked, row), |row| row.on)
    }

    /// "A day of release tells that somebody is in prison."
    pub(super) fn release(&self, asked: Question, row: &Released) -> bool {
        self.sees(asked, row.person, row.agency, DataCategory::Offending)
    }

    pub(super) fn releases(&self, asked: Question, that_hold: bool) -> Vec<usize> {
        let stands = |row: &Released| !(that_hold && row.ended) && self.release(asked, row);
        ordered(&self.rows.releases, stands, |row| row.on)
    }

    /// "The first contact after a release: made with the task that says so done on the day of release or later, or with an
    /// appointment of the same agency that began on that day or later and that they came to; the first of all counts." It is
    /// due by the end of the day after.
    pub(super) fn contact(&self, at: i64, number: usize) -> (Contact, Option<NaiveDate>) {
        let release = &self.rows.releases[number];
        let done = self.rows.tasks.iter().filter(|task| {
            task.release == Some(number) && task.kind == TaskKind::FirstContact && task.state == TaskState::Done
        });
        let came = self.rows.appointments.iter().filter(|row| {
            (row.person, row.agency, row.state) == (release.person, release.agency, AppointmentState::Attended)
        });
        let days = done.filter_map(|task| task.done_on).chain(came.map(|row| day_of(row.starts)));
        let made = days.filter(|day| *day >= release.on).min();
        let after_next = release.on.checked_add_days(Days::new(2)).unwrap();
        let state = if made.is_some() {
            Contact::Made
        } else if day_of(at) >= after_next {
            Contact::Overdue
        } else if day_of(at) >= release.on {
            Contact::Due
        } else {
            Contact::NotYetDue
        };
        (state, made)
    }

    /// "Days of release that the viewer's agency recorded, of which the first contact was not made by the end of the day
    /// after."
    pub(super) fn alerts(&self, asked: Question) -> Vec<usize> {
        let mut all = self.releases(asked, true);
        all.retain(|number| Some(self.rows.releases[*number].agency) == asked.agency);
        all.retain(|number| self.contact(asked.at, *number).0 == Contact::Overdue);
        all
    }

    /// "What an easement is for tells of more than of money: shared it is with who may see that as well."
    pub(super) fn eased(row: &Eased) -> [DataCategory; 2] {
        let also = match row.kind {
            EasementKind::PrisonLeaverPreReleaseClaim => DataCategory::Offending,
            EasementKind::DrugAlcoholTreatment => DataCategory::SubstanceUse,
            EasementKind::Homelessness => DataCategory::Housing,
            EasementKind::DomesticAbuse => DataCategory::Safeguarding,
            EasementKind::Other => DataCategory::Benefits,
        };
        [DataCategory::Benefits, also]
    }

    pub(super) fn easement(&self, asked: Question, row: &Eased) -> bool {
        Self::eased(row).into_iter().all(|category| self.sees(asked, row.person, row.agency, category))
    }

    /// "In the order in which they end."
    pub(super) fn easements(&self, asked: Question, that_stand: bool) -> Vec<usize> {
        let stands = |row: &Eased| !(that_stand && row.ended) && self.easement(asked, row);
        ordered(&self.rows.easements, stands, |row| row.ends_on)
    }

    // Signposts.

    /// "It tells of all of its needs at once, and is seen by who may see all of that." "Of who gave no name there is nothing
    /// to decide about: such a signpost is its agency's."
    pub(super) fn signpost(&self, asked: Question, row: &Told) -> bool {
        match row.person {
            None => asked.agency == Some(row.agency),
            Some(person) => row.tells_of.iter().all(|category| self.sees(asked, person, row.agency, *category)),
        }
    }

    /// "In the order in which they were given."
    pub(super) fn signposts(&self, asked: Question) -> Vec<usize> {
        ordered(&self.rows.signposts, |row| self.signpost(asked, row), |row| row.at)
    }

    /// "The signposts that a worker gave for their agency, to who gave no name, or to whom they still work with", "the latest
    /// first", which is the one that was written last.
    pub(super) fn given(&self, asked: Question, unanswered: bool) -> Vec<usize> {
        let gave = |row: &Told| {
            let theirs = row.by == asked.account && asked.agency == Some(row.agency);
            theirs && !(unanswered && row.answered) && row.person.is_none_or(|person| self.works_with(asked, person))
        };
        let mut all = ordered(&self.rows.signposts, gave, |_| 0);
        all.reverse();
        all
    }

    // Referrals, which are looked at for referrals alone.

    pub(super) fn referral(&self, asked: Question, number: usize) -> bool {
        may_see_referral(&self.world, for_referrals(asked), &self.world.referrals[number])
    }

    /// "In the order in which they were written."
    pub(super) fn referrals(&self, asked: Question) -> Vec<usize> {
        (0..self.world.referrals.len()).filter(|number| self.referral(asked, *number)).collect()
    }

    /// "What nobody answered in time has expired."
    pub(super) fn standing(&self, at: i64, number: usize) -> ReferralState {
        let sent = &self.rows.referrals[number];
        let unanswered = matches!(sent.state, ReferralState::Submitted | ReferralState::Waitlisted);
        if unanswered && sent.expires <= at { ReferralState::Expired } else { sent.state }
    }

    /// "The worklist of the viewer's agency: its referrals that the viewer may see."
    pub(super) fn worklist(&self, asked: Question, sent: bool, states: &[ReferralState], mine: bool) -> Vec<usize> {
        let mut all = self.referrals(asked);
        all.retain(|number| {
            let (header, row) = (&self.world.referrals[*number], &self.rows.referrals[*number]);
            let side = if sent { Some(header.agency) } else { header.party };
            let theirs = row.owner == asked.account || row.offered_to == Some(asked.account);
            let state = states.is_empty() || states.contains(&self.standing(asked.at, *number));
            asked.agency.is_some() && side == asked.agency && state && (theirs || !mine)
        });
        all
    }

    /// Whether they see it as whom it was sent to, and as nothing else.
    pub(super) fn is_party(&self, asked: Question, number: usize) -> bool {
        let header = &self.world.referrals[number];
        self.referral(asked, number) && !self.is_close(for_referrals(asked), header.person, header.agency)
    }

    /// What of what it discloses is told: to the receiver "only what may flow to it now".
    pub(super) fn discloses(&self, asked: Question, number: usize) -> BTreeSet<DataCategory> {
        let (header, party) = (&self.world.referrals[number], self.is_party(asked, number));
        let flows = |category| self.sees(for_referrals(asked), header.person, header.agency, category);
        let all = self.rows.referrals[number].discloses.iter().copied();
        all.filter(|category| !party || flows(*category)).collect()
    }

    /// Whether somebody who sees a referral is told what was said with a step: the receiver, of what others said, "while
    /// everything that it discloses flows"; "to whom it is offered, and what is said with it, is for the agency alone".
    pub(super) fn words(&self, asked: Question, number: usize, step: &Step) -> bool {
        let header = &self.world.referrals[number];
        let own = step.agency.is_some() && step.agency == asked.agency;
        if step.step == ReferralStep::Offered && !own && !self.is_themselves(asked, header.person) {
            return false;
        }
        let everything = self.discloses(asked, number) == self.rows.referrals[number].discloses;
        !self.is_party(asked, number) || everything || step.agency == header.party
    }

    /// Whether they are told to whom it is offered.
    pub(super) fn knows_the_offer(&self, asked: Question, number: usize) -> bool {
        let person = self.world.referrals[number].person;
        self.is_themselves(asked, person) || asked.agency == Some(self.rows.referrals[number].owner_agency)
    }

    // The pathway.

    /// What stands on somebody's timeline, "the latest first, then by kind, then the later written": what they want and what
    /// was found out, and what they were told of, for the purpose that was said; "as everywhere else, referrals for referrals
    /// and appointments for the coordination of care".
    pub(super) fn entries(&self, asked: Question, person: Number, ids: Ids) -> Vec<(i64, Kind, Uuid)> {
        let mut all = Vec::new();
        for (number, (record, (kind, at))) in self.world.records.iter().zip(&self.rows.records).enumerate() {
            let kind = match kind {
                RecordKind::Need => Kind::Need,
                RecordKind::Assessment => Kind::Assessment,
                _ => continue,
            };
            if record.person == person && may_see(&self.world, asked, record) {
                all.push((*at, kind, ids.record(number).0));
            }
        }
        for (number, row) in self.rows.signposts.iter().enumerate() {
            if row.person == Some(person) && self.signpost(asked, row) {
                all.push((row.at, Kind::Signpost, ids.signpost(number).0));
            }
        }
        for number in self.referrals(asked) {
            if self.world.referrals[number].person == person {
                let steps = self.rows.referrals[number].steps.iter().enumerate();
                all.extend(steps.map(|(place, step)| (step.at, Kind::ReferralStep, ids.step(number, place).0)));
            }
        }
        for (number, row) in self.rows.appointments.iter().enumerate() {
            if row.person == person && self.appointment(for_care(asked), row) {
                all.push((row.starts, Kind::Appointment, ids.appointment(number).0));
            }
        }
        // What has only a day stands at its beginning; a day of release and an easement while they hold.
        let care = for_care(asked);
        for number in self.releases(care, true) {
            let row = &self.rows.releases[number];
            all.extend((row.person == person).then(|| (start_of(row.on), Kind::Release, ids.release(number).0)));
        }
        for number in self.tasks(care) {
            let row = &self.rows.tasks[number];
            all.extend((row.person == person).then(|| (start_of(row.on), Kind::Task, ids.task(number).0)));
        }
        for number in self.easements(care, true) {
            let row = &self.rows.easements[number];
            // They are of one day.
            all.extend((row.person == person).then(|| (start_of(row.ends_on), Kind::Easement, ids.easement(number).0)));
        }
        all.sort_by_key(|(at, kind, id)| (Reverse(*at), *kind, Reverse(*id)));
        all
    }

    /// Whether they are told that there is somebody: something of them may be seen.
    pub(super) fn knows(&self, asked: Question, person: Number, ids: Ids) -> bool {
        let mut records = self.world.records.iter().filter(|record| record.person == person);
        records.any(|record| may_see(&self.world, asked, record)) || !self.entries(asked, person, ids).is_empty()
    }

    /// Whose caseloads they are on, as far as that is told: to themselves all, to who works with them those of their agency.
    fn caseloads(&self, asked: Question, person: Number) -> Vec<Whose> {
        let (everything, own) = (self.is_themselves(asked, person), self.works_with(for_care(asked), person));
        let on = self.world.caseloads.iter().filter(|on| on.person == person && within(on.span, asked.at));
        on.filter(|on| everything || (own && Some(on.agency) == asked.agency)).map(|on| on.whose).collect()
    }

    /// "Whether there is anything still to come: somebody works with them, a referral is open, or they are to meet"; whether
    /// somebody answers for it, which without any referral that was taken on is a key worker; and when something is next.
    pub(super) fn stands(&self, asked: Question, person: Number) -> (bool, bool, Option<i64>) {
        let caseloads = self.caseloads(asked, person);
        let is_open = |number: &usize| {
            let state = self.standing(asked.at, *number);
            let open = [ReferralState::Submitted, ReferralState::Waitlisted, ReferralState::InProgress];
            self.world.referrals[*number].person == person && open.contains(&state)
        };
        let open: Vec<usize> = self.referrals(asked).into_iter().filter(is_open).collect();
        let sent = open.iter().map(|number| &self.rows.referrals[*number]);
        let answers = sent.filter(|sent| sent.state == ReferralState::Submitted).map(|sent| sent.expires);
        let booked = self.rows.appointments.iter().filter(|row| {
            let ahead = row.person == person && row.state == AppointmentState::Booked && row.starts >= asked.at;
            ahead && self.appointment(for_care(asked), row)
        });
        let mut ahead: Vec<i64> = booked.map(|row| row.starts).collect();
        let (care, today) = (for_care(asked), day_of(asked.at));
        let mut on = |row: Number, day: NaiveDate| {
            ahead.extend((row == person && day >= today).then(|| start_of(day)));
        };
        for number in self.releases(care, true) {
            on(self.rows.releases[number].person, self.rows.releases[number].on);
        }
        for row in self.tasks(care).into_iter().map(|number| &self.rows.tasks[number]) {
            if row.state == TaskState::Open {
                on(row.person, row.on);
            }
        }
        for number in self.easements(care, true) {
            on(self.rows.easements[number].person, self.rows.easements[number].ends_on);
        }
        let next = answers.chain(ahead.iter().copied()).min();
        let key_worker = caseloads.iter().any(|whose| matches!(whose, Whose::Account(_)));
        (!caseloads.is_empty() || !open.is_empty() || !ahead.is_empty(), key_worker, next)
    }

    // What they permit and deny.

    /// The consents that are told, by their places; none for whoever is neither them, nor stands for them, nor works with
    /// them. An agency is told of those "that it wrote down, that name it, or that name an agency to which its own rows may
    /// flow". An empty scope names nobody.
    pub(super) fn consents(&self, asked: Question, person: Number) -> Option<BTreeSet<usize>> {
        let everything = self.is_themselves(asked, person);
        if !everything && !self.works_with(asked, person) {
            return None;
        }
        let partners: BTreeSet<Number> = self
            .world
            .versions
            .iter()
            // "May flow": what was never in force is nobody's agreement.
            .filter(|version| !version.in_force.is_empty())
            .flat_map(|version| &version.flows)
            .filter(|flow| Some(flow.from) == asked.agency)
            .map(|flow| flow.to)
            .collect();
        let told = |number: &usize| {
            let word = &self.world.words[*number];
            let names = !word.categories.is_empty() && !word.purposes.is_empty();
            let concerns = word.agencies.iter().any(|it| Some(*it) == asked.agency || partners.contains(it));
            let wrote = asked.agency.is_some() && self.rows.written_for[*number] == asked.agency;
            word.person == person && (everything || wrote || (names && concerns))
        };
        Some((0..self.world.words.len()).filter(told).collect())
    }

    /// "The permits that run out within so many days of 24 hours, of service users whom the reader works with and as far as
    /// their own agency wrote them down or they name it, the soonest first."
    pub(super) fn running_out(&self, asked: Question, days: i64) -> Vec<usize> {
        let words = &self.world.words;
        let runs_out = |number: &usize| {
            let word = &words[*number];
            let soon = word.span.ends.is_some_and(|end| asked.at < end && end <= asked.at + days * DAY);
            let holds = !word.denies && word.withdrawn.is_none() && soon;
            let told = || self.consents(asked, word.person).is_some_and(|told| told.contains(number));
            holds && self.works_with(asked, word.person) && told()
        };
        let mut all: Vec<usize> = (0..words.len()).filter(runs_out).collect();
        all.sort_by_key(|number| (words[*number].span.ends, *number));
        all
    }
}
