//! What a change changes, held against what it is to come to.

use proptest::prelude::*;
use serde_json::{Value, json};
use signpost::listings::changes::{FieldChange, apply, back, between};

fn change(field: &str, from: Value, to: Value) -> FieldChange {
    FieldChange { field: field.to_owned(), from, to }
}

#[test]
fn a_change_names_the_fields_by_their_paths() {
    let before = json!({ "name": "Beds", "needs": ["a", "b"], "eligibility": { "age": { "rule": { "min": 18 } } }, "url": null });
    let after =
        json!({ "name": "Beds", "needs": ["a"], "eligibility": { "age": { "rule": { "min": 16 } } }, "url": "x" });
    let wanted = vec![
        change("eligibility.age.rule.min", json!(18), json!(16)),
        change("needs", json!(["a", "b"]), json!(["a"])),
        change("url", Value::Null, json!("x")),
    ];
    assert_eq!(between(&before, &after), wanted);
    assert_eq!(between(&before, &before), []);
    // What comes or goes is one change, not one for each of its parts.
    let without = json!({ "name": "Beds", "needs": ["a", "b"], "eligibility": { "age": null }, "url": null });
    let came = between(&without, &before);
    assert_eq!(came, [change("eligibility.age", Value::Null, json!({ "rule": { "min": 18 } }))]);
}

#[test]
fn a_change_clashes_only_where_the_field_is_neither_as_it_was_nor_as_it_is_to_become() {
    let wanted = [change("a", json!(1), json!(2)), change("b.c", json!("x"), json!("y"))];
    let table = [
        (json!({ "a": 1, "b": { "c": "x" }, "d": 4 }), Some(json!({ "a": 2, "b": { "c": "y" }, "d": 4 }))),
        (json!({ "a": 2, "b": { "c": "x" } }), Some(json!({ "a": 2, "b": { "c": "y" } }))),
        (json!({ "a": 3, "b": { "c": "x" } }), None),
        (json!({ "a": 1, "b": { "c": "z" } }), None),
        (json!({ "a": 1, "b": null }), None),
        (json!({ "a": 1 }), None),
    ];
    for (now, becomes) in table {
        let applied = apply(&now, &wanted);
        assert_eq!(applied.as_ref().ok(), becomes.as_ref(), "{now}");
        if let Err(clashes) = applied {
            assert_eq!(clashes.len(), 1, "{now}");
        }
    }
    let both = apply(&json!({ "a": 9, "b": { "c": 9 } }), &wanted).unwrap_err();
    let fields: Vec<&str> = both.iter().map(|clash| clash.change.field.as_str()).collect();
    assert_eq!(fields, ["a", "b.c"], "all that clashes is told");
    assert_eq!(both[0].found, json!(9));
}

/// Any state of a small listing. Fields are never absent, as those of listings are not.
fn state() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![Just(Value::Null), (0..3).prop_map(|number| json!(number)), Just(json!(["x"]))];
    let inner = prop_oneof![
        Just(Value::Null),
        (leaf.clone(), leaf.clone()).prop_map(|(one, two)| json!({ "one": one, "two": two }))
    ];
    (leaf.clone(), leaf, inner.clone(), inner).prop_map(|(a, b, c, d)| json!({ "a": a, "b": b, "c": c, "d": d }))
}

proptest! {
    #[test]
    fn what_lies_between_leads_from_one_to_the_other_and_back(before in state(), after in state()) {
        let changes = between(&before, &after);
        prop_assert_eq!(&apply(&before, &changes).unwrap(), &after);
        prop_assert_eq!(&apply(&after, &back(&changes)).unwrap(), &before);
        // Twice is once.
        prop_assert_eq!(&apply(&after, &changes).unwrap(), &after);
    }

    /// Of two changes of different fields neither is lost, in whichever order they are made.
    #[test]
    fn changes_of_different_fields_do_not_disturb_each_other(start in state(), one in state(), two in state()) {
        let (mut first, mut second) = (start.clone(), start.clone());
        for field in ["a", "c"] {
            first[field] = one[field].clone();
        }
        for field in ["b", "d"] {
            second[field] = two[field].clone();
        }
        let (of_first, of_second) = (between(&start, &first), between(&start, &second));
        let this_way = apply(&first, &of_second).unwrap();
        let that_way = apply(&second, &of_first).unwrap();
        prop_assert_eq!(&this_way, &that_way);
        prop_assert_eq!(&this_way["a"], &one["a"]);
        prop_assert_eq!(&this_way["d"], &two["d"]);
    }

    /// A change either is made whole or not at all.
    #[test]
    fn a_change_that_clashes_changes_nothing(before in state(), after in state(), now in state()) {
        let changes = between(&before, &after);
        match apply(&now, &changes) {
            Ok(applied) => {
                for change in &changes {
                    let found = change.field.split('.').fold(&applied, |value, name| &value[name]);
                    prop_assert_eq!(found, &change.to);
                }
            }
            Err(clashes) => {
                for clash in clashes {
                    prop_assert!(clash.found != clash.change.to);
                }
            }
        }
    }
}
