//! When things are open: the ways in which real tables of hours differ.

use chrono::{Days, NaiveDate, NaiveTime};
use entity::enums::{ScheduleDays, ScheduleEffect, ScheduleKind};

use super::random::Random;
use super::stock;
use crate::directory::listing::Schedule;

/// How a service is open. The shares are of a thousand services.
#[derive(Clone, Copy)]
enum Pattern {
    NotStated,
    Office,
    PartOfTheWeek,
    OneSession,
    Monthly,
    EveryOtherWeek,
    Evenings,
    Weekend,
    EveryDay,
    Overnight,
    DayAndNight,
    Season,
    Unreliable,
}

const PATTERNS: [(u32, Pattern); 13] = [
    (150, Pattern::NotStated),
    (350, Pattern::Office),
    (120, Pattern::PartOfTheWeek),
    (110, Pattern::OneSession),
    (45, Pattern::Monthly),
    (20, Pattern::EveryOtherWeek),
    (55, Pattern::Evenings),
    (30, Pattern::Weekend),
    (35, Pattern::EveryDay),
    (15, Pattern::Overnight),
    (40, Pattern::DayAndNight),
    (15, Pattern::Season),
    (15, Pattern::Unreliable),
];

const WEEKDAYS: [&str; 5] = ["MO", "TU", "WE", "TH", "FR"];
const WEEK: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// The hours of a service: regular ones, what holds on bank holidays, exceptions around `today`, events.
pub(super) fn of_service(random: &mut Random, today: NaiveDate) -> Vec<Schedule> {
    let mut rows = regular(random, today);
    if rows.is_empty() {
        return rows;
    }
    let always = rows.iter().any(|row| row.effect == ScheduleEffect::OpensAllDay);
    holidays(random, always, &mut rows);
    if random.chance(140) {
        exception(random, today, &mut rows);
    }
    if random.chance(80) {
        rows.push(Schedule {
            kind: ScheduleKind::Event,
            note: Some(random.word(stock::EVENTS).to_owned()),
            ..weekly(random.word(&WEEK), opening(random, 10..=18), 90)
        });
    }
    rows
}

/// The hours of one service at one place that differ from the rest of the service's.
pub(super) fn at_a_place(random: &mut Random) -> Vec<Schedule> {
    let mut rows = Vec::new();
    one_session(random, &mut rows);
    rows
}

/// The hours of a building.
pub(super) fn of_building(random: &mut Random) -> Vec<Schedule> {
    let opens = 7 * 60 + 30 * random.below(5);
    let length = 60 * random.within(8..=13);
    let mut rows = vec![weekly(&WEEKDAYS.join(","), opens, length)];
    if random.chance(350) {
        rows.push(weekly("SA", opens + 60, 60 * random.within(3..=7)));
    }
    rows
}

fn regular(random: &mut Random, today: NaiveDate) -> Vec<Schedule> {
    let mut rows = Vec::new();
    match random.weighted(&PATTERNS) {
        Pattern::NotStated => {}
        Pattern::Office => office(random, &mut rows),
        Pattern::PartOfTheWeek => {
            let days = random.within(2..=4) as usize;
            let days = random.several(&WEEKDAYS, days).join(",");
            rows.push(weekly(&days, opening(random, 9..=11), 30 * random.within(6..=15)));
        }
        Pattern::OneSession => one_session(random, &mut rows),
        Pattern::Monthly => rows.push(monthly(random)),
        Pattern::EveryOtherWeek => {
            let session = weekly(random.word(&WEEKDAYS), opening(random, 10..=17), 30 * random.within(3..=6));
            rows.push(Schedule { interval: 2, anchor: Some(after(today, random.below(28))), ..session });
        }
        Pattern::Evenings => {
            let days = random.within(1..=4) as usize;
            let days = random.several(&WEEKDAYS, days).join(",");
            rows.push(weekly(&days, opening(random, 17..=19), 30 * random.within(3..=6)));
        }
        Pattern::Weekend => {
            let days = random.weighted(&[(5, "SA"), (2, "SU"), (4, "SA,SU"), (1, "FR,SA,SU")]);
            rows.push(weekly(days, opening(random, 9..=13), 60 * random.within(2..=7)));
        }
        Pattern::EveryDay => {
            rows.push(weekly(&WEEK.join(","), opening(random, 7..=10), 60 * random.within(6..=13)));
        }
        Pattern::Overnight => {
            let days = random.weighted(&[(6, &WEEK[..]), (2, &WEEKDAYS)]).join(",");
            rows.push(weekly(&days, opening(random, 18..=22), 60 * random.within(9..=13)));
        }
        Pattern::DayAndNight => {
            rows.push(Schedule {
                effect: ScheduleEffect::OpensAllDay,
                ..Schedule::blank(ScheduleKind::Hours, ScheduleDays::Weekly, ScheduleEffect::Opens)
            });
        }
        Pattern::Season => {
            let from = after(before(today, 60), random.below(120));
            let until = after(from, random.within(40..=150));
            let nights = weekly(&WEEK.join(","), opening(random, 18..=21), 12 * 60);
            rows.push(Schedule { valid_from: Some(from), valid_to: Some(until), ..nights });
        }
        Pattern::Unreliable => rows.push(unreliable(random)),
    }
    rows
}

/// How an office's week differs from the plain one.
#[derive(Clone, Copy)]
enum Week {
    Plain,
    ClosedAtMidday,
    ShortFriday,
    OneLateEvening,
}

fn office(random: &mut Random, rows: &mut Vec<Schedule>) {
    let opens = opening(random, 8..=9) + 15 * random.below(3);
    let closes = 15 * random.within(62..=72);
    // Five days, or six, or one of the five left out.
    let open_days = random.weighted(&[(70, WEEKDAYS.as_slice()), (10, &WEEK[..6]), (20, &[])]);
    let days = if open_days.is_empty() { random.several(&WEEKDAYS, 4) } else { open_days.to_vec() }.join(",");
    match random.weighted(&[
        (60, Week::Plain),
        (20, Week::ClosedAtMidday),
        (12, Week::ShortFriday),
        (8, Week::OneLateEvening),
    ]) {
        Week::Plain => rows.push(weekly(&days, opens, closes - opens)),
        Week::ClosedAtMidday => {
            let lunch = 15 * random.within(48..=52);
            rows.push(weekly(&days, opens, lunch - opens));
            rows.push(weekly(&days, lunch + 60, closes - lunch - 60));
        }
        Week::ShortFriday => {
            rows.push(weekly("MO,TU,WE,TH", opens, closes - opens));
            rows.push(weekly("FR", opens, 15 * random.within(12..=26)));
        }
        Week::OneLateEvening => {
            let late = random.word(&WEEKDAYS[1..4]);
            let others: Vec<&str> = WEEKDAYS.into_iter().filter(|day| *day != late).collect();
            rows.push(weekly(&others.join(","), opens, closes - opens));
            rows.push(weekly(late, opens + 60, 19 * 60 - opens + 30 * random.below(3)));
        }
    }
}

fn one_session(random: &mut Random, rows: &mut Vec<Schedule>) {
    let day = random.word(&WEEK[..6]);
    rows.push(weekly(day, opening(random, 9..=14), 30 * random.within(2..=8)));
    if random.chance(150) {
        rows.push(weekly(day, opening(random, 18..=19), 90));
    }
}

fn monthly(random: &mut Random) -> Schedule {
    let session = weekly("", opening(random, 10..=18), 30 * random.within(2..=6));
    let on_dates = random.chance(150);
    let by_day = [random.word(&["1", "2", "3", "4", "-1"]), random.word(&WEEK[..6])].concat();
    let (by_day, by_month_day) = if on_dates {
        (None, Some(random.word(&["1", "1,15", "15", "10,20", "-1"]).to_owned()))
    } else if random.chance(200) {
        let day = random.word(&WEEKDAYS);
        (Some(format!("1{day},3{day}")), None)
    } else {
        (Some(by_day), None)
    };
    Schedule { days: ScheduleDays::Monthly, by_day, by_month_day, ..session }
}

fn unreliable(random: &mut Random) -> Schedule {
    if random.chance(500) {
        let note = Some(random.word(stock::BY_ARRANGEMENT).to_owned());
        let by_day = Some(WEEKDAYS.join(","));
        return Schedule {
            effect: ScheduleEffect::Unknown,
            by_day,
            note,
            ..Schedule::blank(ScheduleKind::Hours, ScheduleDays::Weekly, ScheduleEffect::Opens)
        };
    }
    // Every other week, and nobody says which.
    Schedule { interval: 2, ..weekly(random.word(&WEEKDAYS), opening(random, 10..=14), 120) }
}

fn holidays(random: &mut Random, always: bool, rows: &mut Vec<Schedule>) {
    let says = if always {
        random.weighted(&[(8, Some(ScheduleEffect::OpensAllDay)), (2, None)])
    } else {
        random.weighted(&[(50, Some(ScheduleEffect::Closes)), (12, Some(ScheduleEffect::Opens)), (38, None)])
    };
    let Some(effect) = says else { return };
    let mut holiday =
        Schedule { effect, ..Schedule::blank(ScheduleKind::Hours, ScheduleDays::BankHolidays, ScheduleEffect::Opens) };
    // Without times: as usual.
    if effect == ScheduleEffect::Opens && random.chance(300) {
        (holiday.opens_at, holiday.closes_at) = (clock(10 * 60), clock(14 * 60));
    }
    rows.push(holiday);
}

fn exception(random: &mut Random, today: NaiveDate, rows: &mut Vec<Schedule>) {
    let from = after(before(today, 30), random.below(120));
    let days = random.weighted(&[(50, 0), (20, 1), (20, 6), (10, 13)]);
    let dated = Schedule {
        valid_from: Some(from),
        valid_to: Some(after(from, days)),
        note: random.chance(600).then(|| random.word(stock::CLOSURES).to_owned()),
        ..Schedule::blank(ScheduleKind::Hours, ScheduleDays::Dates, ScheduleEffect::Opens)
    };
    let effect =
        random.weighted(&[(70, ScheduleEffect::Closes), (25, ScheduleEffect::Opens), (5, ScheduleEffect::Unknown)]);
    let closes_at = clock(60 * random.within(12..=15)).filter(|_| effect == ScheduleEffect::Opens);
    let opens_at = closes_at.and(clock(10 * 60));
    rows.push(Schedule { effect, opens_at, closes_at, ..dated });
}

/// An opening on the quarter of an hour, mostly on the hour, in minutes of the day.
fn opening(random: &mut Random, hours: std::ops::RangeInclusive<u32>) -> u32 {
    60 * random.within(hours) + random.weighted(&[(60, 0), (30, 30), (5, 15), (5, 45)])
}

fn weekly(by_day: &str, opens: u32, minutes: u32) -> Schedule {
    Schedule {
        by_day: Some(by_day.to_owned()),
        opens_at: clock(opens),
        closes_at: clock(opens + minutes),
        ..Schedule::blank(ScheduleKind::Hours, ScheduleDays::Weekly, ScheduleEffect::Opens)
    }
}

/// The time so many minutes after midnight, this day's or the next one's.
fn clock(minutes: u32) -> Option<NaiveTime> {
    NaiveTime::from_num_seconds_from_midnight_opt(minutes % (24 * 60) * 60, 0)
}

/// A date so many days later, or the same at the end of the calendar.
pub(super) fn after(date: NaiveDate, days: u32) -> NaiveDate {
    date.checked_add_days(Days::new(days.into())).unwrap_or(date)
}

fn before(date: NaiveDate, days: u32) -> NaiveDate {
    date.checked_sub_days(Days::new(days.into())).unwrap_or(date)
}
