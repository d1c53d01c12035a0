//! What is said of one date: exceptions before holidays before rules.

use std::slice;

use chrono::NaiveDate;

use super::{Exception, Hours, Instead, Nation, OnHolidays, Opening, Span, Unknown, holidays::KeptIn, rules::Holds};

/// Hours laid out over the dates of a stretch of time.
pub(super) struct Calendar<'hours> {
    hours: &'hours Hours,
    /// Those exceptions that touch the stretch.
    exceptions: Vec<&'hours Exception>,
}

impl<'hours> Calendar<'hours> {
    pub(super) fn new(hours: &'hours Hours, first: NaiveDate, last: NaiveDate) -> Self {
        let exceptions = hours.exceptions.iter().filter(|exception| exception.meets(first, last)).collect();
        Self { hours, exceptions }
    }

    /// Adds the spans that begin on `date`.
    pub(super) fn say(&self, date: NaiveDate, spans: &mut Vec<(Span, Opening)>) {
        let mut exceptions = self.exceptions.iter().filter(|exception| exception.meets(date, date)).peekable();
        if exceptions.peek().is_some() {
            exceptional(exceptions.map(|exception| exception.instead()), spans);
            return;
        }
        let holiday = match &self.hours.on_holidays {
            OnHolidays::AsUsual => Holds::No,
            OnHolidays::NotStated | OnHolidays::Instead(_) => self.holiday(date),
        };
        match (holiday, &self.hours.on_holidays) {
            (Holds::No, _) | (_, OnHolidays::AsUsual) => self.usual(date, spans),
            (Holds::Perhaps | Holds::Yes, OnHolidays::NotStated) => {
                self.usual(date, spans);
                doubt(spans);
            }
            (Holds::Yes, OnHolidays::Instead(instead)) => replaced(instead, spans),
            (Holds::Perhaps, OnHolidays::Instead(instead)) => {
                self.usual(date, spans);
                replaced(instead, spans);
                doubt(spans);
            }
        }
    }

    /// Adds the spans of the rules.
    fn usual(&self, date: NaiveDate, spans: &mut Vec<(Span, Opening)>) {
        spans.extend(self.hours.rules.iter().filter_map(|rule| rule.on(date)));
        if self.hours.rules.is_empty() {
            spans.push((Span::AllDay, Opening::Unknown(Unknown::NotStated)));
        }
    }

    /// Whether `date` is a holiday in the nation; where none is stated, in some or in all.
    fn holiday(&self, date: NaiveDate) -> Holds {
        let kept = KeptIn::of(date);
        // Nearly every date.
        if kept.is_empty() {
            return Holds::No;
        }
        let nations = self.hours.nation.as_ref().map_or(&Nation::ALL[..], slice::from_ref);
        match nations.iter().filter(|nation| kept.contains(**nation)).count() {
            0 => Holds::No,
            all if all == nations.len() => Holds::Yes,
            _ => Holds::Perhaps,
        }
    }
}

/// What several exceptions on one date come to; see [`Exception`].
fn exceptional<'a>(stated: impl Iterator<Item = &'a Instead>, spans: &mut Vec<(Span, Opening)>) {
    let (mut closed, mut unknown) = (false, false);
    for instead in stated {
        match instead {
            Instead::Closed => closed = true,
            Instead::Unknown => unknown = true,
            Instead::Open(open) => spans.extend(open.iter().map(|span| (*span, Opening::Certain))),
        }
    }
    if closed {
        for (_, opening) in spans.iter_mut() {
            *opening = Opening::Unknown(Unknown::Contradiction);
        }
    }
    if unknown {
        spans.push((Span::AllDay, Opening::Unknown(Unknown::Unreliable)));
    }
}

/// Adds the spans that hold on holidays.
fn replaced(instead: &Instead, spans: &mut Vec<(Span, Opening)>) {
    match instead {
        Instead::Closed => {}
        Instead::Open(open) => spans.extend(open.iter().map(|span| (*span, Opening::Certain))),
        Instead::Unknown => spans.push((Span::AllDay, Opening::Unknown(Unknown::BankHoliday))),
    }
}

/// Makes all that is stated depend on what nobody stated about the holiday. Hours that are not
/// stated at all stay so.
fn doubt(spans: &mut [(Span, Opening)]) {
    for (_, opening) in spans {
        if *opening != Opening::Unknown(Unknown::NotStated) {
            *opening = Opening::Unknown(Unknown::BankHoliday);
        }
    }
}
