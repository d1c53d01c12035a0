//! Corrections without a database: their life act by act, when refusals become a draft, what points at a person.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use entity::enums::{CorrectionState, FieldGroup, ReferralReason, RefusalReason};
use entity::ids::{AccountId, AgencyId};
use proptest::prelude::*;
use signpost::listings::corrections::identifiers::{Identifier, found};
use signpost::listings::corrections::life::{Act, after};
use signpost::listings::corrections::proposing::Proposed;
use signpost::listings::corrections::refusals::{
    ReferralRule, Refusal, Rule, Tally, about, of_referral, proposes, tally, words, words_of_referrals,
};
use uuid::Uuid;

#[test]
fn each_act_in_each_state_does_what_the_table_says() {
    use CorrectionState::{Applied, Declined, Open, Withdrawn};
    // In the order of `Act::ALL`: apply, done by hand, decline, withdraw, return.
    let table = [
        (Open, [Some(Applied), Some(Applied), Some(Declined), Some(Withdrawn), None]),
        (Applied, [None, None, None, None, Some(Open)]),
        (Declined, [None; 5]),
        (Withdrawn, [None; 5]),
    ];
    let states: Vec<CorrectionState> = table.iter().map(|(state, _)| *state).collect();
    assert_eq!(states, CorrectionState::ALL, "every state stands in the table");
    for (state, expected) in table {
        let found: Vec<Option<CorrectionState>> = Act::ALL.iter().map(|act| after(state, *act)).collect();
        assert_eq!(found, expected, "{state:?}");
    }
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn told(day: NaiveDate, author: u128, agency: Option<u128>) -> Refusal {
    let agency = agency.map(|agency| AgencyId(Uuid::from_u128(agency)));
    Refusal { day, author: AccountId(Uuid::from_u128(author)), agency }
}

#[test]
fn refusals_are_enough_at_the_rule_and_not_before() {
    let (today, rule) = (day("2026-11-21"), Rule { refusals: 3, authors: 2, days: 60 });
    let (new, old, too_old) = (day("2026-11-20"), day("2026-09-23"), day("2026-09-22"));
    let two = [told(new, 1, Some(7)), told(old, 2, Some(8))];
    assert_eq!(tally(&two, rule, today), None, "two are too few");
    let of_one = [told(new, 1, Some(7)), told(new, 1, Some(7)), told(old, 1, Some(7))];
    assert_eq!(tally(&of_one, rule, today), None, "one worker is too few, however often they say it");
    let one_too_old = [two[0], two[1], told(too_old, 3, None)];
    assert_eq!(tally(&one_too_old, rule, today), None, "what is too long ago does not count");
    let enough = [two[0], two[1], told(today, 1, Some(7))];
    let expected = Tally { refusals: 3, authors: 2, agencies: 2, since: old };
    assert_eq!(tally(&enough, rule, today), Some(expected));
}

proptest! {
    #[test]
    fn refusals_are_counted_as_one_counts_them_by_hand(
        all in prop::collection::vec((0_u64..40, 0_u128..4, prop::option::of(0_u128..3)), 0..12),
        refusals in 1_u32..6, authors in 1_u32..4, days in 1_u32..40,
    ) {
        let today = day("2026-11-21");
        let at = |back: u64| today.checked_sub_days(Days::new(back)).unwrap();
        let given: Vec<Refusal> = all.iter().map(|(back, who, agency)| told(at(*back), *who, *agency)).collect();
        let counted = tally(&given, Rule { refusals, authors, days }, today);

        let within: Vec<_> = all.iter().filter(|(back, ..)| *back < u64::from(days)).collect();
        let who: BTreeSet<u128> = within.iter().map(|(_, who, _)| *who).collect();
        let whose: BTreeSet<u128> = within.iter().filter_map(|(.., agency)| *agency).collect();
        if within.len() >= refusals as usize && who.len() >= authors as usize {
            let farthest = within.iter().map(|(back, ..)| *back).max().unwrap();
            let expected =
                Tally { refusals: within.len(), authors: who.len(), agencies: whose.len(), since: at(farthest) };
            prop_assert_eq!(counted, Some(expected));
        } else {
            prop_assert_eq!(counted, None);
        }
    }
}

#[test]
fn a_draft_says_who_how_often_since_when_and_why() {
    let since = day("2026-11-01");
    let several = Tally { refusals: 4, authors: 3, agencies: 2, since };
    assert_eq!(
        words(several, RefusalReason::NotTakingNewPeople),
        "3 workers of 2 agencies were turned away 4 times since 1 November 2026, because the service takes no new people \
         now."
    );
    let one = Tally { refusals: 1, authors: 1, agencies: 0, since };
    assert_eq!(
        words(one, RefusalReason::Pets),
        "1 worker was turned away 1 time since 1 November 2026, because it takes nobody with a pet."
    );
    let all: BTreeSet<String> = RefusalReason::ALL.iter().map(|reason| words(several, *reason)).collect();
    assert_eq!(all.len(), RefusalReason::ALL.len(), "no two reasons read the same");
}

#[test]
fn only_what_a_reason_honestly_says_is_proposed() {
    for reason in RefusalReason::ALL {
        let expected = match reason {
            RefusalReason::NotTakingNewPeople => Proposed { available: Some(0), ..Proposed::default() },
            _ => Proposed::default(),
        };
        assert_eq!(proposes(*reason), expected, "{reason:?}");
    }
    let table = [
        (RefusalReason::NotTakingNewPeople, Some(FieldGroup::Capacity)),
        (RefusalReason::ClosedAtTheTime, Some(FieldGroup::Hours)),
        (RefusalReason::MovedOrGone, Some(FieldGroup::Place)),
        (RefusalReason::NobodyAnswered, Some(FieldGroup::Contact)),
        (RefusalReason::NoRecourse, Some(FieldGroup::Eligibility)),
        (RefusalReason::Cost, Some(FieldGroup::Description)),
        (RefusalReason::Other, None),
    ];
    for (reason, group) in table {
        assert_eq!(about(reason), group, "{reason:?}");
    }
}

#[test]
fn what_points_at_a_person_is_found_and_nothing_else() {
    use Identifier::{DateOfBirth, Email, NationalInsurance, Telephone};
    let table: &[(&str, &[Identifier])] = &[
        ("They said the list is closed until January.", &[]),
        ("", &[]),
        ("It was shut on 03/11/2026 at 09:30, and on 04-11-2026 1400.", &[]),
        ("We came at 0900 and 1700 on 2026-11-01 09.", &[]),
        ("They cover M14 5RQ and OL1 to OL16 only.", &[]),
        ("Room 12, 100 places, 2026.", &[]),
        ("They quote section 193 of the Housing Act 1996.", &[]),
        ("@ 5 pm, ask at the desk", &[]),
        ("He was born abroad, they said.", &[]),
        ("Write to sam.field@example.org please", &[Email]),
        ("(sam@mail.example.co.uk)", &[Email]),
        ("ring 0161 496 0123", &[Telephone]),
        ("ring (0161) 496-0123.", &[Telephone]),
        ("07700 900123", &[Telephone]),
        ("07700900123", &[Telephone]),
        ("+44 7700 900 123", &[Telephone]),
        ("+44 (0)161 496 0123", &[Telephone]),
        ("0044 161 496 0123", &[Telephone]),
        ("at 9, 0161.496.0123", &[Telephone]),
        ("room 12 01614960123", &[Telephone]),
        ("his number is AB123456C", &[NationalInsurance]),
        ("ab 12 34 56 c", &[NationalInsurance]),
        ("NI: QQ 12 34 56 A, they wanted it", &[NationalInsurance]),
        ("ref XAB123456CD", &[]),
        ("DOB 3.4.85", &[DateOfBirth]),
        ("d.o.b. 03/04/1985", &[DateOfBirth]),
        ("dob:03041985", &[DateOfBirth]),
        ("his date of birth was asked", &[DateOfBirth]),
        ("born 3 April 1985", &[DateOfBirth]),
        ("born in 1985", &[DateOfBirth]),
        ("sam@example.org or 07700 900123", &[Email, Telephone]),
    ];
    for (text, expected) in table {
        assert_eq!(found(text), *expected, "{text}");
    }
    assert!(Email.may_be_a_services() && Telephone.may_be_a_services());
    assert!(!NationalInsurance.may_be_a_services() && !DateOfBirth.may_be_a_services());
}

proptest! {
    #[test]
    fn whatever_is_written_is_looked_at_without_falling_over(text in any::<String>()) {
        prop_assert!(found(&text).len() <= 4);
    }

    #[test]
    fn a_number_is_found_however_it_is_spaced(
        figures in "[1-9][0-9]{9}", gaps in prop::collection::vec("( |\\)| - )?", 9..10), before in "[a-z ]{0,9} ",
    ) {
        let mut text = format!("{before}0");
        for (at, figure) in figures.chars().enumerate() {
            text.push(figure);
            text.push_str(gaps.get(at).map_or("", String::as_str));
        }
        prop_assert!(found(&text).contains(&Identifier::Telephone), "{}", text);
    }
}

/// What else referrals are refused for is of a person, and a listing may be right in spite of it.
#[test]
fn of_refused_referrals_only_the_area_speaks_of_the_listing() {
    for reason in ReferralReason::ALL {
        let expected = (*reason == ReferralReason::OutOfArea).then_some(RefusalReason::AreaNotCovered);
        assert_eq!(of_referral(*reason), expected, "{reason:?}");
    }
    let said = words_of_referrals(ReferralRule { people: 7, days: 30 }, RefusalReason::AreaNotCovered);
    let expected = "At least 7 people who were referred to it within 30 days were refused, because it does not cover where \
        people came from.";
    assert_eq!(said, expected);
}
