//! Nothing that is printed holds the secret of a link, the password, or the address of anybody.

use std::io;

use signpost::post::{AddressError, Letter, LinkError, MailAddress, Post, PostError, SecretLink};

use signpost::config;

use super::{PASSWORD, SECRET, SOMEBODY, ann, by, letter, link, problems};

#[test]
fn nothing_secret_is_printed() {
    let url = format!("smtps://user-{SECRET}:{PASSWORD}@mail.example.org");
    let wrong = format!("smtps://user-{SECRET}:{PASSWORD}/@mail.example.org");
    let from = |settings: &str| config::Post { from: SOMEBODY.to_owned(), ..by(settings, "") };
    let settings = by(&url, "");
    let problems = problems(&config::Post { from: format!("{SOMEBODY}\n"), ..by(&wrong, "") });
    assert_eq!(problems.len(), 2);
    let errors = [
        PostError::NotKept { folder: "outbox".into(), source: io::Error::from(io::ErrorKind::StorageFull) },
        PostError::NoConnection { kind: io::ErrorKind::ConnectionRefused },
        PostError::TooSlow,
        PostError::NotEncrypted,
        PostError::SignIn,
        PostError::TurnedAway { code: 421 },
        PostError::Refused { code: 550 },
        PostError::NotUnderstood,
        PostError::Form,
    ];
    let mut shown = vec![
        format!("{:?} {:#?}", letter(), letter()),
        format!("{:?} {:#?}", link(), link()),
        format!("{:?} {:#?}", ann(), ann()),
        format!("{settings:?} {settings:#?}"),
        format!("{:?} {:#?}", Post::new(&from(&url)), Post::new(&from(&url))),
        format!("{:?} {:#?}", Post::new(&from("")), Post::new(&from(&wrong))),
        format!("{problems:?} {}", problems.iter().map(ToString::to_string).collect::<String>()),
        format!("{:?}", MailAddress::parse(&format!("{SOMEBODY} "))),
    ];
    shown.extend(errors.iter().map(|error| format!("{error} {error:?}")));
    let wrong_link = SecretLink::new(format!("ftp://{SECRET}")).expect_err("no link");
    let wrong_address = MailAddress::parse(&format!("{SOMEBODY}\n")).expect_err("no address");
    shown.push(format!("{wrong_link} {wrong_link:?} {wrong_address} {wrong_address:?}"));
    shown.push(format!("{} {}", LinkError::Sign, AddressError::Sign));
    shown.push(format!("{:?}", Letter::new(ann(), "A subject", SECRET)));
    for one in &shown {
        for secret in [SECRET, PASSWORD, SOMEBODY, "vroxham", "Zyxmoor", "Qwelthorpe"] {
            assert!(!one.contains(secret), "{secret} in {one}");
        }
    }
    assert!(shown[0].contains("Choose a new password"), "a letter can still be told from another");
}
