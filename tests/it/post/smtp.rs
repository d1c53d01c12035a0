//! The dialogue with a mail server, good and bad.

use std::time::Duration;

use mail_parser::MessageParser;
use signpost::post::{Letter, NotSent, Patience, PostError, texts::invitation};
use tokio::net::TcpListener;
use tokio::time::{Instant, advance};

use super::server::{Server, Trouble};
use super::{PASSWORD, SECRET, SOMEBODY, ann, id, letter, link, noon, post};

async fn send(host: &str, port: u16) -> Result<(), PostError> {
    post(&format!("smtp://{host}:{port}"), "").send(&letter(), noon(), id()).await
}

#[tokio::test]
async fn a_letter_is_handed_over_whole() {
    let server = Server::good("").await;
    let letter = invitation(ann(), "Tŷ Gobaith", &link(), noon());
    let letter = Letter::new(ann(), "Dŷ", &format!(".\n..\n{}", letter.expose_text()));
    let post = post(&format!("smtp://127.0.0.1:{}", server.port), "");
    post.send(&letter, noon(), id()).await.expect("sent");
    let heard = server.heard().await;
    let (before, rest) = heard.split_at(4);
    let commands =
        ["EHLO [127.0.0.1]", "MAIL FROM:<post@signpost.example.org>", &format!("RCPT TO:<{SOMEBODY}>"), "DATA"];
    assert_eq!(before, commands);
    let end = rest.iter().position(|line| line == ".").expect("the end of the letter");
    assert_eq!(&rest[end..], [".", "QUIT"]);
    let unstuffed: Vec<&str> = rest[..end].iter().map(|line| line.strip_prefix('.').unwrap_or(line)).collect();
    let read = unstuffed.join("\r\n");
    let read = MessageParser::new().parse(read.as_bytes()).expect("an e-mail");
    assert_eq!(read.subject(), Some("Dŷ"));
    assert_eq!(read.body_text(0).expect("a text").replace("\r\n", "\n").trim_end(), letter.expose_text().trim_end());
}

#[tokio::test]
async fn it_signs_in_before_anything_is_said() {
    let server = Server::good("250-AUTH PLAIN LOGIN\r\n").await;
    let url = format!("smtp://us%40er:{PASSWORD}%2F%C3%A9@127.0.0.1:{}", server.port);
    post(&url, "").send(&letter(), noon(), id()).await.expect("sent");
    let heard = server.heard().await;
    let given = heard[1].strip_prefix("AUTH PLAIN ").expect("signing in comes first");
    let raw = format!(
        "From: x\r\nContent-Transfer-Encoding: base64\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{given}\r\n"
    );
    let decoded = MessageParser::new().parse(raw.as_bytes()).expect("base64").body_text(0).expect("text").into_owned();
    assert_eq!(decoded, format!("\0us@er\0{PASSWORD}/é"));
    assert!(heard[2].starts_with("MAIL FROM"));
}

#[tokio::test]
async fn what_a_server_answers_becomes_what_to_do() {
    use Trouble::{HangsUp, Says};
    let words = "550 5.1.1 <ann.vroxham@people.example.org> s3cr3t-t0ken-Zyxmoor hunter2-Qwelthorpe\r\n";
    let table = [
        ("connect", Says("554 go away\r\n"), "turned us away with code 554"),
        ("connect", Says("HTTP/1.1 400 Bad Request\r\n\r\n"), "not SMTP"),
        ("connect", Says("\u{0}\u{1}garbage\r\n"), "not SMTP"),
        ("connect", HangsUp, "hung up"),
        ("EHLO", Says("421 later\r\n"), "turned us away with code 421"),
        ("EHLO", Says("250 \r\n"), "not SMTP"),
        ("EHLO", HangsUp, ""),
        ("AUTH", Says("535 hunter2-Qwelthorpe\r\n"), "does not let us sign in"),
        ("AUTH", Says("454 later\r\n"), "turned us away with code 454"),
        ("AUTH", Says("334 !!!\r\n"), ""),
        ("MAIL", Says("530 sign in\r\n"), "does not let us sign in"),
        ("MAIL", Says("553 not yours\r\n"), "takes no letters from post.from, with code 553"),
        ("MAIL", Says("451 later\r\n"), "turned us away with code 451"),
        ("MAIL", Says("421 closing\r\n"), "turned us away with code 421"),
        ("RCPT", Says(words), "refused the letter with code 550"),
        ("RCPT", Says("450 greylisted\r\n"), "refused the letter with code 450"),
        ("RCPT", Says("421 closing\r\n"), "turned us away with code 421"),
        // It is the sender that is refused, though only here.
        ("RCPT", Says("550 5.1.8 bad domain\r\n"), "takes no letters from post.from, with code 550"),
        ("RCPT", Says("450 4.1.8 bad domain\r\n"), "turned us away with code 450"),
        (
            "RCPT",
            Says("553 5.7.1 <a@b.org>: Sender address rejected: not owned by user\r\n"),
            "with code 553: see whether it",
        ),
        (
            "RCPT",
            Says("554 5.7.1 <a@b.org>: Relay access denied\r\n"),
            "takes no letters from post.from, with code 554",
        ),
        ("RCPT", Says("550 5.7.1 <sender@b.org>: Recipient address rejected\r\n"), "refused the letter with code 550"),
        ("RCPT", Says("550 sender address rejected, without a status\r\n"), "refused the letter with code 550"),
        (".", Says("550 5.7.26 unauthenticated\r\n"), "takes no letters from post.from, with code 550"),
        (".", Says("554 5.7.1 looks like spam\r\n"), "refused the letter with code 554"),
        ("RCPT", HangsUp, ""),
        ("DATA", Says("451 later\r\n"), "turned us away with code 451"),
        ("DATA", Says("554 none of yours\r\n"), "turned us away with code 554"),
        ("DATA", Says("what?\r\n"), "not SMTP"),
        (".", Says("552 too much\r\n"), "refused the letter with code 552"),
        (".", Says("421 closing\r\n"), "turned us away with code 421"),
        (".", HangsUp, ""),
    ];
    for (at, trouble, shown) in table {
        let server = Server::with("250-AUTH PLAIN\r\n", at, trouble).await;
        let url = format!("smtp://user:{PASSWORD}@127.0.0.1:{}", server.port);
        let error = post(&url, "").send(&letter(), noon(), id()).await.expect_err(at);
        assert!(error.to_string().contains(shown), "{at}: {error}");
        let all = format!("{error} {error:?} {error:#?}");
        assert!(![SECRET, PASSWORD, SOMEBODY].iter().any(|one| all.contains(one)), "{all}");
    }
}

#[tokio::test]
async fn a_letter_may_be_there_only_while_it_is_handed_over_and_no_answer_comes() {
    use Trouble::{HangsUp, Says};
    let table = [
        ("connect", HangsUp, false),
        ("EHLO", Says("421 later\r\n"), false),
        ("AUTH", Says("535 no\r\n"), false),
        ("AUTH", HangsUp, false),
        ("MAIL", HangsUp, false),
        ("RCPT", Says("550 no\r\n"), false),
        ("RCPT", HangsUp, false),
        ("DATA", Says("what?\r\n"), false),
        ("DATA", HangsUp, false),
        (".", Says("552 too much\r\n"), false),
        (".", Says("421 closing\r\n"), false),
        (".", Says("what?\r\n"), true),
        (".", HangsUp, true),
    ];
    for (at, trouble, perhaps_there) in table {
        let server = Server::with("250-AUTH PLAIN\r\n", at, trouble).await;
        let url = format!("smtp://user:{PASSWORD}@127.0.0.1:{}", server.port);
        let not_sent = post(&url, "").hand_over(&letter(), noon(), id(), Patience::Long).await.expect_err(at);
        assert_eq!(not_sent.perhaps_there, perhaps_there, "{at}: {not_sent}");
    }
}

#[tokio::test]
async fn a_goodbye_gone_wrong_is_no_letter_gone_wrong() {
    for trouble in [Trouble::HangsUp, Trouble::Says("500 what?\r\n"), Trouble::Says("\u{1}\r\n")] {
        let server = Server::with("", "QUIT", trouble).await;
        send("127.0.0.1", server.port).await.expect("it has the letter");
    }
}

#[tokio::test]
async fn nobody_listening_is_said() {
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        listener.local_addr().expect("an address").port()
    };
    let error = send("127.0.0.1", port).await.expect_err("nobody");
    assert!(error.to_string().contains("connection refused"), "{error}");
    let error = send("no-such-host.invalid", port).await.expect_err("no name");
    assert!(error.to_string().contains("no connection"), "{error}");
}

/// Time stands still here but for the limits: each passes at once when nothing else is left to do.
#[tokio::test(start_paused = true)]
async fn a_server_that_never_answers_is_given_up() {
    for at in ["connect", "EHLO", "MAIL", "RCPT", "DATA"] {
        let server = Server::with("", at, Trouble::Silent).await;
        let begun = Instant::now();
        let error = send("127.0.0.1", server.port).await.expect_err(at);
        assert!(matches!(error, PostError::TooSlow), "{at}: {error}");
        assert!(error.to_string().contains("within 10 seconds"), "{error}");
        assert!(begun.elapsed() >= Duration::from_secs(10), "{at}");
    }
}

/// Hands a letter over to a server that makes trouble once it has all of it, and then lets as long pass.
async fn with_trouble_at_the_end(trouble: Trouble, patience: Patience, long: Duration) -> Result<(), NotSent> {
    let server = Server::with("", ".", trouble).await;
    let (post, letter) = (post(&format!("smtp://127.0.0.1:{}", server.port), ""), letter());
    let passes = async {
        server.is_in_trouble().await;
        advance(long).await;
    };
    tokio::join!(post.hand_over(&letter, noon(), id(), patience), passes).0
}

/// It may look through the letter before it takes it, for as long as RFC 5321 lets it (section 4.5.3.2.6).
#[tokio::test(start_paused = true)]
async fn a_server_that_is_slow_to_take_a_letter_is_waited_for() {
    // While something runs, time stands still but for what is let pass.
    let runs = tokio::spawn(async {
        loop {
            tokio::task::yield_now().await;
        }
    });
    for (seconds, patience) in [(13, Patience::Short), (13, Patience::Long), (590, Patience::Long)] {
        let slow = Duration::from_secs(seconds);
        with_trouble_at_the_end(Trouble::Slow(slow), patience, slow).await.expect("taken");
    }
    for (seconds, patience) in [(20, Patience::Short), (600, Patience::Long)] {
        let limit = Duration::from_secs(seconds);
        let not_sent = with_trouble_at_the_end(Trouble::Silent, patience, limit).await.expect_err("no word");
        assert!(not_sent.perhaps_there && matches!(not_sent.error, PostError::NoWord { .. }), "{not_sent}");
        assert!(not_sent.to_string().contains(&format!("within {seconds} seconds")), "{not_sent}");
    }
    runs.abort();
}

/// `0.0.0.0` leads to this machine on Unix, and yet is no loopback address by the rule.
#[cfg(unix)]
#[tokio::test]
async fn nothing_is_said_to_another_machine_without_encryption() {
    let table = [
        ("250-AUTH PLAIN\r\n", "never", Trouble::Silent),
        ("250-AUTH PLAIN\r\n250-STARTTLS\r\n", "STARTTLS", Trouble::Says("454 not now\r\n")),
        ("250-AUTH PLAIN\r\n250-STARTTLS\r\n", "STARTTLS", Trouble::Says("220 go\r\nthis is no TLS\r\n")),
        ("250-AUTH PLAIN\r\n250-STARTTLS\r\n", "STARTTLS", Trouble::HangsUp),
    ];
    for (extensions, at, trouble) in table {
        let server = Server::with(extensions, at, trouble).await;
        let url = format!("smtp://user:{PASSWORD}@0.0.0.0:{}", server.port);
        let error = post(&url, "").send(&letter(), noon(), id()).await.expect_err(extensions);
        assert!(matches!(error, PostError::NotEncrypted), "{error}");
        let heard = server.heard().await;
        let plain = |line: &String| ["AUTH", "MAIL", "RCPT", "DATA"].iter().any(|command| line.starts_with(command));
        assert!(!heard.iter().any(plain), "{heard:?}");
    }
}

#[tokio::test]
async fn smtps_begins_with_tls() {
    let server = Server::good("").await;
    let url = format!("smtps://user:{PASSWORD}@127.0.0.1:{}", server.port);
    let error = post(&url, "").send(&letter(), noon(), id()).await.expect_err("it speaks no TLS");
    assert!(matches!(error, PostError::NotEncrypted), "{error}");
    assert!(!server.heard().await.iter().any(|line| line.starts_with("EHLO")));
}
