//! How long a window is.

use signpost::hours::{WeekdaySet, Window};

use super::time;

fn window(from: &str, to: &str, min_minutes: u16) -> Window {
    Window { days: WeekdaySet::ALL, from: time(from), to: time(to), min_minutes }
}

#[test]
fn a_window_is_as_long_as_from_its_beginning_to_its_end() {
    let table = [
        ("10:00", "10:10", 10),
        ("23:55", "00:05", 10),
        ("00:00", "00:00", 24 * 60),
        ("09:00", "09:00", 24 * 60),
        ("09:00", "08:59", 24 * 60 - 1),
        ("00:00", "00:01", 1),
    ];
    for (from, to, minutes) in table {
        assert_eq!(window(from, to, 30).minutes(), minutes, "{from} to {to}");
        let bounded = window(from, to, 30).no_longer_than_itself();
        assert_eq!(bounded, window(from, to, minutes.min(30)), "{from} to {to}");
    }
}
