//! The bounded memory against a list that is gone through from its beginning.

use proptest::{collection::vec, prelude::*};
use signpost::web::bounded::{AROUND, Bounded, digest};

#[derive(Clone, Debug)]
enum Step {
    Put(u8, usize),
    Get(u8),
    Grow(u8, usize),
    Remove(u8),
    Take,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let key = || 0..8_u8;
    let step = prop_oneof![
        6 => (key(), 0..400_usize).prop_map(|(key, bytes)| Step::Put(key, bytes)),
        4 => key().prop_map(Step::Get),
        2 => (key(), 0..200_usize).prop_map(|(key, by)| Step::Grow(key, by)),
        1 => key().prop_map(Step::Remove),
        1 => Just(Step::Take),
    ];
    vec(step, 1..60)
}

/// Entries by when they were last used, oldest first: key, value, size.
#[derive(Default)]
struct Naive(Vec<(u8, usize, usize)>);

impl Naive {
    fn bytes(&self) -> usize {
        self.0.iter().map(|(.., size)| size).sum()
    }

    fn out(&mut self, key: u8) -> Option<(u8, usize, usize)> {
        let at = self.0.iter().position(|(known, ..)| *known == key)?;
        Some(self.0.remove(at))
    }

    fn make_room(&mut self, most: usize, most_bytes: usize) -> usize {
        let before = self.0.len();
        while self.0.len() > most || self.bytes() > most_bytes {
            self.0.remove(0);
        }
        before - self.0.len()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_not_asked_for_longest_goes_first(steps in steps(), most in 0..6_usize, room in 0..4 * (AROUND + 200)) {
        let mut bounded = Bounded::new(most, room);
        let mut naive = Naive::default();
        for (value, step) in steps.into_iter().enumerate() {
            let name = |key: u8| digest(&key.to_string());
            match step {
                Step::Put(key, bytes) => {
                    let gone = bounded.put(name(key), value, bytes);
                    naive.out(key);
                    if most > 0 && bytes + AROUND <= room {
                        naive.0.push((key, value, bytes + AROUND));
                    }
                    prop_assert_eq!(gone, naive.make_room(most, room));
                }
                Step::Get(key) => {
                    let found = naive.out(key);
                    naive.0.extend(found);
                    prop_assert_eq!(bounded.get(&name(key)).copied(), found.map(|(_, value, _)| value));
                }
                Step::Grow(key, by) => {
                    let gone = bounded.grow(&name(key), by);
                    let found = naive.out(key).map(|(key, value, size)| (key, value, size + by));
                    naive.0.extend(found);
                    prop_assert_eq!(gone, naive.make_room(most, room));
                }
                Step::Remove(key) => {
                    bounded.remove(&name(key));
                    naive.out(key);
                }
                Step::Take => prop_assert_eq!(bounded.take().bytes(), std::mem::take(&mut naive).bytes()),
            }
            prop_assert_eq!(bounded.bytes(), naive.bytes());
            prop_assert!(bounded.bytes() <= room);
        }
    }
}
