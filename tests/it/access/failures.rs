//! What others got wrong about who sees what, each with the tests that would fail here; the list is held against the tests.

use std::collections::BTreeSet;

/// What went wrong, and the tests (file, name) that look for it. The words are those of the design, shortened.
const FAILURES: &[(&str, &[(&str, &str)])] = &[
    (
        "the list shows rows that the detail refuses",
        &[
            ("access/paths.rs", "every_path_shows_what_the_oracle_says_and_writes_it_down"),
            ("access/kinds/faces.rs", "every_field_shows_what_the_oracle_says"),
        ],
    ),
    (
        "an organisation taken from the request, and only the role checked",
        &[
            ("accounts/matrix.rs", "an_agencys_role_counts_in_that_agency_alone"),
            ("people/graph.rs", "who_has_nothing_to_do_with_them_sees_nobody"),
        ],
    ),
    ("a sort key of the client's", &[("access/failures.rs", "nobody_chooses_an_order_or_overrides_the_rule")]),
    (
        "filtered in memory after paging: totals are wrong, or tell",
        &[
            ("access/paths.rs", "every_path_shows_what_the_oracle_says_and_writes_it_down"),
            ("people/graph.rs", "lists_are_paged_and_counted_by_what_may_be_seen"),
        ],
    ),
    (
        "the second page skips the check",
        &[
            ("access/kinds/listings.rs", "lists_their_pages_and_counts_are_the_oracles"),
            ("access/kinds/pathways.rs", "a_timeline_holds_what_the_oracle_says_on_all_its_pages"),
            ("access/worlds.rs", "the_rule_in_statements_is_the_oracles"),
            ("access/referrals.rs", "the_rule_of_referrals_in_statements_is_the_oracles"),
        ],
    ),
    ("an export past the rule", &[("architecture.rs", "rows_about_service_users_are_read_by_the_rule_alone")]),
    (
        "an empty scope read as everything",
        &[("people/consents.rs", "an_empty_scope_and_a_permit_for_ever_are_refused")],
    ),
    ("a consent without an end", &[("access/cases.rs", "a_permit_without_an_end_is_not_stored")]),
    ("called active though it lapsed", &[("people/consents.rs", "who_is_asked_answers_and_a_no_is_kept")]),
    ("a missing purpose permitted", &[("people/graph.rs", "who_has_nothing_to_do_with_them_sees_nobody")]),
    (
        "consent as a tick that is stored nowhere",
        &[("people/consents.rs", "what_was_previewed_is_seen_until_it_is_withdrawn")],
    ),
    ("a flag that passes consent by", &[("access/failures.rs", "nobody_chooses_an_order_or_overrides_the_rule")]),
    (
        "a case handed to another without asking consent again",
        &[
            ("people/referrals.rs", "nothing_is_sent_without_a_lawful_route"),
            ("people/referral_attacks.rs", "who_takes_somebody_on_opens_nothing_more"),
        ],
    ),
    (
        "a cache shared between users",
        &[("access/paths.rs", "every_path_shows_what_the_oracle_says_and_writes_it_down")],
    ),
    (
        "an agreement suspended in mid-session",
        &[("people/consents.rs", "what_was_previewed_is_seen_until_it_is_withdrawn")],
    ),
    ("a worker changes employer", &[("access/worlds.rs", "the_rule_over_facts_is_the_oracles")]),
    (
        "boundary instants and daylight saving",
        &[
            ("access/cases.rs", "ends_are_exclusive_to_the_millisecond"),
            ("access/cases.rs", "days_after_a_relationship_are_of_24_hours"),
        ],
    ),
    (
        "a withdrawal and a disclosure at the same moment",
        &[
            ("people/racing.rs", "nothing_is_disclosed_on_a_consent_that_was_withdrawn_before"),
            ("people/racing.rs", "what_is_being_withdrawn_is_waited_for"),
        ],
    ),
    ("counts of one", &[("people/attacks.rs", "for_figures_nobody_is_shown")]),
    (
        "not found that does other work",
        &[
            ("people.rs", "a_service_user_is_seen_by_their_own_worker_and_by_nobody_else"),
            ("people/referrals.rs", "a_referral_of_others_is_not_there"),
            ("people/tasks.rs", "a_task_of_others_is_not_there"),
        ],
    ),
];

#[test]
fn each_failure_of_others_has_its_tests() {
    assert_eq!(FAILURES.len(), 20);
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let mut missing = BTreeSet::new();
    for (failure, tests) in FAILURES {
        for (file, name) in *tests {
            let text = std::fs::read_to_string(folder.join(file)).unwrap_or_default();
            let place = text.find(&format!("fn {name}()"));
            let is_test = place.is_some_and(|place| {
                let before = text[..place].trim_end().trim_end_matches("async").trim_end();
                before.ends_with("#[test]")
                    || before.lines().last().is_some_and(|line| line.starts_with("#[tokio::test"))
            });
            if !is_test {
                missing.insert(format!("{failure}: {file} has no test {name}"));
            }
        }
    }
    assert_eq!(missing, BTreeSet::new());
}

/// No argument about service users names an order, or passes the rule by.
#[test]
fn nobody_chooses_an_order_or_overrides_the_rule() {
    let schema = include_str!("../../../schema.graphql");
    let roots = [
        "serviceUser(",
        "serviceUsers(",
        "findServiceUsers(",
        "referral(",
        "referrals(",
        "referralsOf(",
        "appointment(",
        "appointments(",
        "appointmentsOf(",
        "task(",
        "tasksOf(",
        "releasesOf(",
        "easementsOf(",
        "myTasks(",
        "groupPlace(",
        "groupPlaces(",
        "groupPlacesOf(",
    ];
    // Those are looked at for one purpose alone.
    let of_one_purpose = ["referral", "appointment", "task", "release", "easement", "myTasks", "groupPlace"];
    for root in roots {
        let place = schema.find(&format!("\t{root}")).unwrap_or_else(|| panic!("{root} stands nowhere"));
        let arguments = &schema[place..place + schema[place..].find("):").unwrap()];
        for word in ["order", "sort", "override", "force", "ignore", "sudo"] {
            let named = arguments.lines().any(|line| {
                let line = line.trim().to_lowercase();
                line.starts_with(word) && line.contains(':')
            });
            assert!(!named, "{root} has an argument {word}…");
        }
        let asks_purpose =
            arguments.contains("purpose: Purpose!") || of_one_purpose.iter().any(|one| root.starts_with(one));
        assert!(asks_purpose, "{root} goes without a purpose: {arguments}");
    }
}
