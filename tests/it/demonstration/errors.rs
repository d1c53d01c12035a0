//! What is wrong with a file is told with its field and with what would be right.

use signpost::directory::demonstration::read;

use super::{BASE, authority, loaded_at, read_one};

#[test]
fn what_is_wrong_with_a_file_is_told_with_its_field() {
    let long = "s".repeat(201);
    let long = format!("summary = \"{long}\"");
    let table = [
        ("name = \"A\"", "nmae = \"A\"", "line 3: nmae", "unknown field"),
        ("name = \"A\"", "name = A", "line 3: name", ""),
        ("name = \"A\"", "name = \" \"", "name", "must not be empty"),
        ("description = \"What A does.\"\n", "", "line 1", "missing field `description`"),
        ("key = \"gm-a\"", "key = \"GM A\"", "key", "small letters, digits and hyphens"),
        ("routes = [\"self_referral\"]", "routes = [\"self\"]", "line 31: routes", "self_referral"),
        ("[named_contact]\nname = \"Nina\"\nrole = \"Referrals\"", "", "deputy", "named_contact"),
        ("phone = \"0161 496 0001\"", "parent = \"gm-b\"", "parent", "another agency's file"),
        ("phone = \"0161 496 0001\"", "parent = \"gm-a\"", "parent", "another agency's file"),
        ("M14 5RQ", "m145rq", "location hub: postcode", "`M14 5RQ`"),
        ("key = \"annex\"", "key = \"hub\"", "location hub: key", "a key of its own"),
        ("town = \"Manchester\"", "confidential = true", "location hub: public_area", "confidential"),
        ("\"Mon-Fri 08:00-18:00\"", "\"Mo 08:00-18:00\"", "location hub: hours", "`Mo` is not a day"),
        ("summary = \"Advice.\"", &long, "service advice: summary", "200 characters"),
        ("[\"housing.advice\"]", "[]", "service advice: needs", "between 1 and 6"),
        ("[\"housing.advice\"]", "[\"a\", \"a\"]", "service advice: needs", "twice"),
        ("[\"self_referral\"]", "[\"gateway\"]", "service advice: gateway", "name the gateway"),
        ("[\"self_referral\"]", "[\"self_referral\"]\ngateway = \"G\"", "service advice: gateway", "only then"),
        ("routes = [\"self_referral\"]", "reopens_on = 2027-01-11", "service advice: reopens_on", "temporarily_closed"),
        (
            "routes = [\"self_referral\"]",
            "status = \"temporarily_closed\"\nreopens_on = 2027-01-11T10:00:00",
            "service advice: reopens_on",
            "without quotes or time",
        ),
        ("\"la:Manchester\"", "\"la:Mancunium\"", "service advice: areas", "no local authority"),
        ("\"la:Manchester\"", "\"Manchester\"", "service advice: areas", "`la:Salford`"),
        ("\"la:Manchester\"", "\"district:M14 5\"", "service advice: areas", "`district:M14`"),
        ("\"la:Manchester\"", "\"sector:M14\"", "service advice: areas", "`sector:M14 5`"),
        ("\"la:Manchester\"", "\"postcode:M14\"", "service advice: areas", "`postcode:M14 5RQ`"),
        ("\"la:Manchester\"", "\"region:Lancashire\"", "service advice: areas", "North West"),
        ("\"la:Manchester\"", "\"nation:France\"", "service advice: areas", "Scotland"),
        ("\"la:Manchester\"", "\"combined:Greater Manchester\"", "service advice: areas", "`combined:GMCA`"),
        ("\"la:Manchester\"", "\"text:\"", "service advice: areas", "`text:…`"),
        ("at = [\"hub\", \"annex\"]", "at = [\"hub\", \"hut\"]", "service advice: at", "`hut` must be the key"),
        ("at = [\"hub\", \"annex\"]", "at = [\"hub\"]", "service advice: elsewhere: at", "service's `at`"),
        ("\"Sat 10:00-12:00\"", "\"Sat\"", "service advice: elsewhere annex: hours", "days and times"),
        ("\"district:M14\"", "\"M14\"", "service advice: elsewhere annex: areas", "`district:M14`"),
        ("age = \"18+\"", "age = \"adults\"", "service advice: eligibility: age", "`18+`, `16-25`"),
        ("age = \"18+\"", "age = \"25-16\"", "service advice: eligibility: age", "must not be above"),
        ("age = \"18+\"", "age = \"NaN+\"", "service advice: eligibility: age", "between 0 and 120"),
        ("genders = [\"woman\"]", "genders = []", "service advice: eligibility: genders", "leave it out"),
        ("substance_use = \"abstinence_required\"", "", "service advice: eligibility: abstinent_days", "only with"),
        (
            "offences_considered = [\"violence\"]",
            "offences_considered = [\"arson\"]",
            "service advice: eligibility: offences_excluded, offences_considered",
            "twice",
        ),
        (
            "offences_excluded = [\"arson\"]\noffences_considered = [\"violence\"]",
            "offences_excluded = []",
            "service advice: eligibility: offences_excluded, offences_considered",
            "both as `[]`",
        ),
        (
            "accepted = [\"pet\"]",
            "accepted = [\"veteran\"]",
            "service advice: eligibility: required, accepted, excluded",
            "twice",
        ),
        ("available = 1", "available = 5", "service advice: capacity: available", "`maximum`"),
        ("available = 1", "available = -1", "line 55: available", "u32"),
        ("hours = 400", "hours = 70000", "line 59: hours", "u16"),
    ];
    for (from, to, field, reason) in table {
        assert!(BASE.contains(from), "the test is out of date: {from}");
        let error = read_one(&BASE.replacen(from, to, 1)).expect_err(to);
        assert_eq!((error.file.as_str(), error.field.as_str()), ("test/a.toml", field), "{to}: {error}");
        assert!(error.reason.contains(reason), "{to}: {error}");
    }

    let twice = read([("a", BASE), ("b", BASE)], loaded_at(), authority).unwrap_err();
    assert_eq!((twice.file.as_str(), twice.field.as_str()), ("b", "key"));
    let parts =
        |a: &str, b: &str| BASE.replacen("phone =", &format!("parent = \"{b}\"\nphone ="), 1).replacen("gm-a", a, 1);
    let (a, b) = (parts("gm-a", "gm-b"), parts("gm-b", "gm-a"));
    let circle = read([("a", a.as_str()), ("b", b.as_str())], loaded_at(), authority).unwrap_err();
    assert_eq!((circle.file.as_str(), circle.field.as_str()), ("a", "parent"));
    let nothing = BASE.split("[[service]]").next().unwrap();
    assert_eq!(read_one(nothing).unwrap_err().field, "service");
    let deep = format!("key = {}", "[".repeat(100_000));
    assert_eq!(read_one(&deep).unwrap_err().file, "test/a.toml");
}
