//! What can be wrong with the settings.

use signpost::config;

use super::{by, post, problems};

#[test]
fn the_defaults_are_right() {
    assert_eq!(problems(&config::Post::default()), Vec::new());
}

#[test]
fn good_addresses_of_mail_servers() {
    let table = [
        ("smtps://user:pass@mail.example.org", "host: \"mail.example.org\", port: 465, privacy: Tls, login: Some"),
        ("smtps://mail.example.org:4650/", "port: 4650, privacy: Tls, login: None"),
        ("smtp://mail.example.org", "port: 587, privacy: StartTls, login: None"),
        ("smtp://us%40er:p%2Fa%3As@10.0.0.1:25", "host: \"10.0.0.1\", port: 25, privacy: StartTls, login: Some"),
        ("smtp://0.0.0.0:25", "privacy: StartTls"),
        ("smtp://[::ffff:127.0.0.1]:25", "privacy: StartTls"),
        ("smtp://localhost.example.org", "privacy: StartTls"),
        ("smtp://localhost:25", "port: 25, privacy: SameMachine"),
        ("smtp://LOCALHOST", "privacy: SameMachine"),
        ("smtp://127.0.0.1", "privacy: SameMachine"),
        ("smtp://[::1]:25", "host: \"::1\", port: 25, privacy: SameMachine"),
        ("smtps://localhost", "privacy: Tls"),
    ];
    for (url, shown) in table {
        let debug = format!("{:?}", post(url, ""));
        assert!(debug.contains(shown), "{url}: {debug}");
    }
}

#[test]
fn wrong_settings_are_named() {
    let long = format!("smtp://{}", "a.".repeat(2_000));
    let urls = [
        ("mail.example.org", "no URL"),
        ("http://mail.example.org", "neither"),
        ("smtp:mail.example.org", "something stands behind"),
        ("smtp://", "no host"),
        ("smtp://:25", "no URL"),
        ("smtp://mail.example.org:0", "port 0"),
        ("smtp://mail.example.org:99999", "no URL"),
        ("smtp://mail.example.org?tls=opportunistic", "something stands behind"),
        ("smtp://mail.example.org/hello", "something stands behind"),
        ("smtps://user@mail.example.org", "without the other"),
        ("smtps://:pass@mail.example.org", "without the other"),
        ("smtps://user:pa/ss@mail.example.org", "no URL"),
        ("smtps://user:12#x@mail.example.org", "something stands behind"),
        ("smtps://user:%ff@mail.example.org", "not UTF-8"),
        ("smtps://user:a%00b@mail.example.org", "%00"),
        ("smtps://mail example.org", "blank"),
        (" smtps://mail.example.org", "blank"),
        ("smtps://mail.exam\nple.org", "blank"),
        ("smtps://mail..example.org", "no host"),
        (&long, "too long"),
    ];
    for (url, wrong) in urls {
        let problems = problems(&by(url, ""));
        assert_eq!(problems.len(), 1, "{url}: {problems:?}");
        assert_eq!(problems[0].setting, "post.smtp_url", "{url}");
        assert!(problems[0].wrong.contains(wrong), "{url}: {}", problems[0]);
    }
    for folder in ["", "  ", "a\0b", "a\nb"] {
        let settings: Vec<&str> = problems(&by("", folder)).iter().map(|problem| problem.setting).collect();
        assert_eq!(settings, ["post.outbox_folder"], "{folder:?}");
    }
    for from in ["", "Signpost <post@example.org>", "post@localhost", "post@example.org\r\nBcc: x@example.org"] {
        let settings = config::Post { from: from.to_owned(), ..config::Post::default() };
        assert_eq!(
            problems(&settings).iter().map(|problem| problem.setting).collect::<Vec<_>>(),
            ["post.from"],
            "{from}"
        );
    }
    let unset = config::Post { smtp_url: "smtp://mail.example.org".to_owned(), ..config::Post::default() };
    assert_eq!(problems(&unset).len(), 1, "the default sender is for files only");
    let all = config::Post { from: String::new(), ..by("x", "") };
    assert_eq!(problems(&all).len(), 2, "all at once");
}
