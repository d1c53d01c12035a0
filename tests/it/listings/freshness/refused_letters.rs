//! Reminders where a mail server makes trouble.

use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use entity::enums::{DutyRank, Role};
use signpost::config;
use signpost::listings::freshness::reminding::Reminded;
use signpost::post::Post;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::agency;
use super::reminders::{old, rows, weekly};
use crate::support::TestApp;

/// A mail server that knows nobody called `gone`, has no room now for `full`, takes the letter to `mute` and hangs up
/// without a word; and to whom it was asked to take letters.
async fn mail_server() -> (Post, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&asked);
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            tokio::spawn(serve(stream, Arc::clone(&noted)));
        }
    });
    let settings = config::Post {
        from: "post@signpost.example.org".to_owned(),
        smtp_url: format!("smtp://127.0.0.1:{port}"),
        outbox_folder: String::new(),
    };
    (Post::new(&settings).unwrap(), asked)
}

async fn serve(stream: TcpStream, asked: Arc<Mutex<Vec<String>>>) {
    let mut stream = BufReader::new(stream);
    let (mut to, mut in_letter) = (String::new(), false);
    let mut answer = "220 fake.example ESMTP\r\n".to_owned();
    loop {
        if stream.get_mut().write_all(answer.as_bytes()).await.is_err() {
            return;
        }
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return;
        }
        let said = line.trim_end();
        answer = match said.split([' ', ':']).next().unwrap_or_default() {
            "." if in_letter && to.contains("mute@") => return,
            "." if in_letter => {
                in_letter = false;
                "250 ok\r\n".to_owned()
            }
            _ if in_letter => String::new(),
            "RCPT" => {
                to = said.to_owned();
                asked.lock().unwrap().push(said.split(['<', '@']).nth(1).unwrap_or_default().to_owned());
                match to.contains("gone@") {
                    true => "550 no such mailbox\r\n".to_owned(),
                    false if to.contains("full@") => "452 no room now\r\n".to_owned(),
                    false => "250 ok\r\n".to_owned(),
                }
            }
            "DATA" => {
                in_letter = true;
                "354 go ahead\r\n".to_owned()
            }
            _ => "250 ok\r\n".to_owned(),
        };
    }
}

async fn run(app: &TestApp, post: &Post) -> Reminded {
    app.app.listings.remind_due(post, &weekly()).await.unwrap()
}

/// What the server was asked since.
fn heard(asked: &Mutex<Vec<String>>) -> Vec<String> {
    std::mem::take(&mut *asked.lock().unwrap())
}

#[tokio::test]
async fn where_there_is_no_such_mailbox_the_next_in_line_is_asked() {
    let app = TestApp::of(&[old("one", "a")]).await;
    let one = Some(agency("one"));
    let gone = app.account("gone@example.org", Role::ListingEditor, one).await;
    let deputy = app.account("deputy@example.org", Role::ListingEditor, one).await;
    app.app.listings.set_duty(gone, agency("one"), gone, Some(deputy)).await.unwrap();
    let (post, asked) = mail_server().await;
    assert_eq!(run(&app, &post).await, Reminded { sent: 1, ..Reminded::default() });
    assert_eq!(heard(&asked), ["gone", "deputy"]);
    let rows = rows(&app).await;
    let noted: Vec<_> = rows.iter().map(|row| (row.account_id, row.asked_as, row.sent_at.is_some())).collect();
    assert_eq!(noted, [(deputy, DutyRank::Deputy, true)]);
    assert_eq!(run(&app, &post).await, Reminded::default());
    assert_eq!(heard(&asked), Vec::<String>::new());
}

#[tokio::test]
async fn where_there_is_no_room_now_it_is_tried_again_and_others_do_not_wait() {
    let app = TestApp::of(&[old("one", "a"), old("two", "b")]).await;
    app.account("full@example.org", Role::AgencyManager, Some(agency("one"))).await;
    app.account("mo@example.org", Role::AgencyManager, Some(agency("two"))).await;
    let (post, asked) = mail_server().await;
    assert_eq!(run(&app, &post).await, Reminded { sent: 1, later: 1, ..Reminded::default() });
    let mut first = heard(&asked);
    first.sort_unstable();
    assert_eq!(first, ["full", "mo"]);
    assert_eq!(run(&app, &post).await, Reminded { later: 1, ..Reminded::default() });
    assert_eq!(heard(&asked), ["full"]);
    assert_eq!(rows(&app).await.len(), 1);
}

#[tokio::test]
async fn where_nobody_can_say_whether_it_went_it_does_not_go_twice() {
    let app = TestApp::of(&[old("one", "a")]).await;
    app.account("mute@example.org", Role::AgencyManager, Some(agency("one"))).await;
    let (post, asked) = mail_server().await;
    assert_eq!(run(&app, &post).await, Reminded { unclear: 1, ..Reminded::default() });
    assert_eq!(run(&app, &post).await, Reminded::default());
    assert_eq!(heard(&asked), ["mute"]);
    assert_eq!(rows(&app).await.iter().map(|row| row.sent_at).collect::<Vec<_>>(), [None]);
    app.clock.advance(TimeDelta::days(7));
    run(&app, &post).await;
    assert_eq!(heard(&asked), ["mute"], "the next period asks again");
}

/// A mail server that gives no word of a letter is waited for with one in a round, and not with each.
#[tokio::test]
async fn where_no_word_comes_of_one_letter_the_others_wait_for_the_next_round() {
    let app = TestApp::of(&[old("one", "a"), old("two", "b")]).await;
    app.account("mute@example.org", Role::AgencyManager, Some(agency("one"))).await;
    app.account("too.mute@example.org", Role::AgencyManager, Some(agency("two"))).await;
    let (post, asked) = mail_server().await;
    for _ in 0..2 {
        assert_eq!(run(&app, &post).await, Reminded { unclear: 1, ..Reminded::default() });
        assert_eq!(heard(&asked).len(), 1);
    }
    assert_eq!(run(&app, &post).await, Reminded::default());
    assert_eq!(rows(&app).await.len(), 2);
}

#[tokio::test]
async fn a_server_that_is_away_is_tried_again() {
    let app = TestApp::of(&[old("one", "a"), old("two", "b")]).await;
    app.account("mo@example.org", Role::AgencyManager, Some(agency("one"))).await;
    app.account("jo@example.org", Role::AgencyManager, Some(agency("two"))).await;
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap().port()
    };
    let settings = config::Post {
        from: "post@signpost.example.org".to_owned(),
        smtp_url: format!("smtp://127.0.0.1:{port}"),
        outbox_folder: String::new(),
    };
    let away = Post::new(&settings).unwrap();
    assert_eq!(run(&app, &away).await, Reminded { later: 1, ..Reminded::default() }, "one try is enough to know");
    assert!(rows(&app).await.is_empty());
    let (post, _) = mail_server().await;
    assert_eq!(run(&app, &post).await, Reminded { sent: 2, ..Reminded::default() });
}
