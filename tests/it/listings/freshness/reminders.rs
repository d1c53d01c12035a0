//! Letters to those who are asked, by the manual clock, into a folder.

use chrono::{TimeDelta, Utc};
use entity::enums::{DutyRank, Role};
use entity::ids::AccountId;
use entity::reminder;
use sea_orm::{EntityTrait, QueryOrder};
use signpost::config::Config;
use signpost::directory::listing::ServiceListing;
use signpost::listings::freshness::due::Period;
use signpost::listings::freshness::reminding::{Reminded, Reminding};
use signpost::post::{Post, SecretLink};
use signpost::schema::due_rules;

use super::{agency, all_said, of_agency};
use crate::support::{TestApp, now};

pub(super) fn weekly() -> Reminding {
    Reminding { rules: due_rules(&Config::default().freshness), period: Period::Week, link: None }
}

pub(super) async fn run(app: &TestApp) -> Reminded {
    app.app.listings.remind_due(&app.app.post, &weekly()).await.unwrap()
}

pub(super) fn sent(letters: u64) -> Reminded {
    Reminded { sent: letters, ..Reminded::default() }
}

pub(super) async fn rows(app: &TestApp) -> Vec<reminder::Model> {
    let all = reminder::Entity::find().order_by_asc(reminder::Column::BegunAt).order_by_asc(reminder::Column::Id);
    all.all(app.db().connection()).await.unwrap()
}

pub(super) fn old(agency: &str, key: &str) -> ServiceListing {
    ServiceListing { assurances: all_said(400), ..of_agency(agency, key, &format!("Service {key}")) }
}

/// To whom the letters went, oldest first.
fn recipients(app: &TestApp) -> Vec<String> {
    let to = |letter: &String| letter.lines().find_map(|line| line.strip_prefix("To: ")).unwrap().trim().to_owned();
    app.letters().iter().map(to).collect()
}

/// An agency with something due, its named contact, deputy and manager, and a coordinator.
async fn staffed() -> (TestApp, [AccountId; 3]) {
    let app = TestApp::of(&[old("one", "a"), old("one", "b")]).await;
    let one = Some(agency("one"));
    let contact = app.account("contact@example.org", Role::ListingEditor, one).await;
    let deputy = app.account("deputy@example.org", Role::ListingEditor, one).await;
    let manager = app.account("manager@example.org", Role::AgencyManager, one).await;
    app.account("cora@example.org", Role::Coordinator, None).await;
    app.app.listings.set_duty(manager, agency("one"), contact, Some(deputy)).await.unwrap();
    (app, [contact, deputy, manager])
}

#[tokio::test]
async fn somebody_is_asked_once_in_a_period() {
    let (app, [contact, ..]) = staffed().await;
    assert_eq!(run(&app).await, sent(1));
    assert_eq!(recipients(&app), ["contact@example.org"]);
    let row = rows(&app).await.remove(0);
    assert_eq!((row.account_id, row.asked_as, row.period.as_str()), (contact, DutyRank::NamedContact, "2026-W47"));
    assert_eq!((row.overdue, row.soon, row.sent_at), (2, 0, Some(now())));

    // Saturday evening. The week ends on Monday; until then nobody is asked again, however often it runs.
    for _ in 0..3 {
        app.clock.advance(TimeDelta::hours(9));
        assert_eq!(run(&app).await, sent(0));
    }
    app.clock.advance(TimeDelta::hours(1));
    assert_eq!(app.clock.now(), "2026-11-23T00:00:00Z".parse::<chrono::DateTime<Utc>>().unwrap());
    assert_eq!((run(&app).await, run(&app).await), (sent(1), sent(0)));
    // Nobody ran for a month: what is due now is asked for once.
    app.clock.advance(TimeDelta::days(30));
    assert_eq!((run(&app).await, run(&app).await), (sent(1), sent(0)));
    let periods: Vec<String> = rows(&app).await.into_iter().map(|row| row.period).collect();
    assert_eq!(periods, ["2026-W47", "2026-W48", "2026-W52"]);
    assert_eq!(recipients(&app), ["contact@example.org"; 3]);
}

#[tokio::test]
async fn by_the_month_it_is_once_a_month() {
    let (app, _) = staffed().await;
    let monthly = Reminding { period: Period::Month, ..weekly() };
    let mut all = Vec::new();
    for _ in 0..6 {
        all.push(app.app.listings.remind_due(&app.app.post, &monthly).await.unwrap().sent);
        app.clock.advance(TimeDelta::days(7));
    }
    // 21 and 28 November; 5, 12, 19 and 26 December.
    assert_eq!(all, [1, 0, 1, 0, 0, 0]);
}

#[tokio::test]
async fn the_letter_says_what_is_due_and_nothing_more() {
    let mut listings: Vec<ServiceListing> = (0..7).map(|number| old("one", &format!("s{number}"))).collect();
    for (number, listing) in listings.iter_mut().enumerate() {
        listing.assurances = all_said(300 + number as i64);
    }
    listings.push(ServiceListing { assurances: all_said(0), ..of_agency("one", "fresh", "Fresh") });
    let app = TestApp::of(&listings).await;
    app.account("manager@example.org", Role::AgencyManager, Some(agency("one"))).await;
    let link = SecretLink::new("https://app.example.org/worklist".to_owned()).unwrap();
    let how = Reminding { link: Some(link), ..weekly() };
    assert_eq!(app.app.listings.remind_due(&app.app.post, &how).await.unwrap(), sent(1));
    let letter = app.letters().remove(0).replace("\r\n", "\n");
    let (head, text) = letter.split_once("\n\n").unwrap();
    assert!(head.contains("Subject: Listings to confirm on Signpost") && head.contains("To: manager@example.org"));
    assert_eq!(
        text.trim_end(),
        r#"Hello,

Some listings on Signpost are due to be confirmed. The ones that have waited longest are named.

"Agency one": 7 listings are due.
- "Service s6"
- "Service s5"
- "Service s4"
- "Service s3"
- "Service s2"

To confirm them, open your worklist:

https://app.example.org/worklist

Please look at each, put right what is wrong, and confirm what is true. People are sent to these services by what their listings say.

You are asked as a manager of "Agency one": nobody who was named for it can be. You get this letter once a week at most.

Signpost"#
    );
}

#[tokio::test]
async fn the_duty_passes_on_when_somebody_leaves() {
    let (app, [contact, deputy, manager]) = staffed().await;
    let (accounts, one) = (&app.app.accounts, Some(agency("one")));
    run(&app).await;
    accounts.end_role(contact, one, Role::ListingEditor).await.unwrap();
    assert_eq!(run(&app).await, sent(0), "the agency was asked in this period");
    app.clock.advance(TimeDelta::days(7));
    assert_eq!(run(&app).await, sent(1));
    accounts.set_disabled(None, deputy, true).await.unwrap();
    app.clock.advance(TimeDelta::days(7));
    assert_eq!(run(&app).await, sent(1));
    accounts.end_role(manager, one, Role::AgencyManager).await.unwrap();
    app.clock.advance(TimeDelta::days(7));
    assert_eq!(run(&app).await, sent(1));
    let asked: Vec<&str> = ["contact", "deputy", "manager", "cora"].to_vec();
    assert_eq!(recipients(&app), asked.iter().map(|who| format!("{who}@example.org")).collect::<Vec<_>>());
    let ranks: Vec<DutyRank> = rows(&app).await.into_iter().map(|row| row.asked_as).collect();
    assert_eq!(ranks, [DutyRank::NamedContact, DutyRank::Deputy, DutyRank::Manager, DutyRank::Coordinator]);
}

#[tokio::test]
async fn nothing_due_is_nothing_asked_and_what_becomes_due_is() {
    let fresh = ServiceListing { assurances: all_said(0), ..of_agency("one", "a", "Beds") };
    let app = TestApp::of(&[fresh]).await;
    app.account("manager@example.org", Role::AgencyManager, Some(agency("one"))).await;
    assert_eq!((run(&app).await, rows(&app).await), (sent(0), Vec::new()));
    // Capacity counts for 14 days, and is asked about 7 before.
    app.clock.advance(TimeDelta::days(7));
    assert_eq!(run(&app).await, sent(1));
    let row = rows(&app).await.remove(0);
    assert_eq!((row.overdue, row.soon), (0, 1));
    assert!(app.letters()[0].contains("\"Agency one\": 1 listing is due soon."));
}

#[tokio::test]
async fn a_coordinator_is_written_to_once_for_all_agencies_that_have_nobody() {
    let agencies = ["one", "two", "three", "four"];
    let listings: Vec<ServiceListing> = agencies.iter().map(|key| old(key, &format!("of-{key}"))).collect();
    let app = TestApp::of(&listings).await;
    // Nobody at all: told, and tried again when there is somebody.
    assert_eq!(run(&app).await, Reminded { unanswered: 4, ..Reminded::default() });
    assert!(rows(&app).await.is_empty());
    app.account("cora@example.org", Role::Coordinator, None).await;
    app.account("manager@example.org", Role::AgencyManager, Some(agency("two"))).await;
    assert_eq!(run(&app).await, sent(2));
    let mut to = recipients(&app);
    to.sort_unstable();
    assert_eq!(to, ["cora@example.org", "manager@example.org"]);
    let letters = app.letters();
    let to_cora = letters.iter().find(|letter| letter.contains("To: cora@")).unwrap();
    for key in ["one", "three", "four"] {
        assert!(to_cora.contains(&format!("\"Agency {key}\": 1 listing is due.")), "{to_cora}");
    }
    assert!(!to_cora.contains("Agency two"), "{to_cora}");
    // Another agency without anybody waits for the next period: nobody is written to twice in one.
    app.save(&[old("five", "of-five")]).await;
    assert_eq!(run(&app).await, sent(0));
    app.clock.advance(TimeDelta::days(7));
    assert_eq!(run(&app).await, sent(2));
    assert_eq!(rows(&app).await.len(), 4 + 5);
}

#[tokio::test]
async fn several_at_once_send_one_letter() {
    let (app, _) = staffed().await;
    let mut all = Vec::new();
    for _ in 0..8 {
        let app = app.app.clone();
        all.push(tokio::spawn(async move { app.listings.remind_due(&app.post, &weekly()).await.unwrap().sent }));
    }
    let mut letters = 0;
    for one in all {
        letters += one.await.unwrap();
    }
    assert_eq!((letters, recipients(&app).len(), rows(&app).await.len()), (1, 1, 1));
}

#[tokio::test]
async fn what_could_not_be_sent_is_sent_later() {
    let (app, _) = staffed().await;
    // A folder that can be none: a file stands there.
    let file = app.outbox.path().join("file");
    std::fs::write(&file, "").unwrap();
    let settings = signpost::config::Post {
        outbox_folder: file.to_str().unwrap().to_owned(),
        ..signpost::config::Post::default()
    };
    let broken = Post::new(&settings).unwrap();
    let failed = app.app.listings.remind_due(&broken, &weekly()).await.unwrap();
    assert_eq!(failed, Reminded { later: 1, ..Reminded::default() });
    assert!(rows(&app).await.is_empty(), "nothing says that somebody was asked");
    std::fs::remove_file(&file).unwrap();
    assert_eq!((run(&app).await, run(&app).await), (sent(1), sent(0)));
    assert_eq!(recipients(&app), ["contact@example.org"]);
}

#[tokio::test]
async fn a_process_that_ended_between_noting_and_sending_leads_to_no_second_letter() {
    let (app, _) = staffed().await;
    // As it is left behind: noted, and nobody knows whether it was sent.
    run(&app).await;
    let row = rows(&app).await.remove(0);
    let unsent = reminder::ActiveModel {
        id: sea_orm::ActiveValue::Unchanged(row.id),
        sent_at: sea_orm::ActiveValue::Set(None),
        ..Default::default()
    };
    sea_orm::ActiveModelTrait::update(unsent, app.db().connection()).await.unwrap();
    assert_eq!(run(&app).await, sent(0));
    assert_eq!(recipients(&app).len(), 1);
    app.clock.advance(TimeDelta::days(7));
    assert_eq!(run(&app).await, sent(1), "the next period asks again");
}
