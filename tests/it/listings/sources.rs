//! What a source says of a listing that its agency keeps here itself, and of one that it does not.

use sea_orm::EntityTrait;
use serde_json::json;
use signpost::clock::Clock;
use signpost::directory::demonstration;
use signpost::directory::store::current;
use signpost::directory::store::write::{self, Standing};

use super::{Two, global_service, two_listings, update};
use crate::import::contents::{assert_same, content};
use crate::support::database::TestDatabase;
use crate::support::now;

#[tokio::test]
async fn a_source_changes_what_is_its_own_and_not_what_an_agency_keeps() {
    let two = Two::new().await;
    let mut told = two_listings();
    told[0].summary = Some("From the feed.".to_owned());
    two.app.save(&told).await;
    let before = two.listing(&two.editor, &global_service(two.beds), "version keptSince").await;
    assert_eq!(before, json!({ "version": 2, "keptSince": null }), "a source's change is a version too");
    // Whoever looked before the feed came is told.
    let late = update(two.beds, 1, json!({ "alert": "Late." }));
    assert_eq!(
        two.does(&two.editor, "updateService", "UpdateServiceInput", late).await["errors"][0]["code"],
        "CHANGED"
    );
    two.done(&two.editor, "updateService", "UpdateServiceInput", update(two.beds, 2, json!({ "alert": "Ours." })))
        .await;
    told[0].summary = Some("From the feed, later.".to_owned());
    told[1].summary = Some("And this.".to_owned());
    let saved = two.app.save(&told).await;
    assert_eq!((saved.kept, saved.changed), (1, 1));
    assert_eq!(two.shown(two.beds, "summary alert").await, json!({ "summary": "From the feed.", "alert": "Ours." }));
    assert_eq!(two.shown(two.advice, "summary").await, json!({ "summary": "And this." }));
    // What it was before its agency first changed it is told by its history.
    let listing = two
        .listing(
            &two.editor,
            &global_service(two.beds),
            "history { version action } difference(from: 2, to: 3) { changes { field } }",
        )
        .await;
    let wanted = json!([{ "version": 3, "action": "EDITED" }, { "version": 2, "action": "IMPORTED" }]);
    assert_eq!((&listing["history"], &listing["difference"]["changes"]), (&wanted, &json!([{ "field": "alert" }])));
}

/// As with services: an agency's word on itself and on its place stands, and the next of its source does not undo it.
#[tokio::test]
async fn what_an_agency_says_of_itself_and_of_its_place_stands_against_its_source() {
    let two = Two::new().await;
    let fields = json!({ "description": "Ours." });
    let input = json!({ "id": super::agency(two.one), "expectedVersion": 1, "fields": fields });
    two.done(&two.editor, "updateAgency", "UpdateAgencyInput", input).await;
    let input =
        json!({ "id": super::global_location("here"), "expectedVersion": 1, "fields": { "transport": "Bus 43." } });
    two.done(&two.editor, "updateLocation", "UpdateLocationInput", input).await;
    let mut told = two_listings();
    for listing in &mut told {
        listing.agency.description = Some("From the feed.".to_owned());
        listing.places[0].location.transport = Some("Tram.".to_owned());
    }
    two.app.save(&told).await;
    let fields = "agency { description } places { location { transport } }";
    let of = |description: &str, transport: &str| {
        let places = json!([{ "location": { "transport": transport } }]);
        json!({ "agency": { "description": description }, "places": places })
    };
    assert_eq!(two.shown(two.beds, fields).await, of("Ours.", "Bus 43."));
    assert_eq!(two.shown(two.advice, fields).await, of("From the feed.", "Tram."), "nobody keeps these");
}

#[tokio::test]
async fn a_source_that_calls_a_place_a_secret_is_heard_even_where_its_agency_keeps_it() {
    let two = Two::new().await;
    let rename =
        json!({ "id": super::global_location("here"), "expectedVersion": 1, "fields": { "name": "Our house" } });
    two.done(&two.editor, "updateLocation", "UpdateLocationInput", rename).await;
    let mut told = two_listings();
    told[0].places[0].location.confidential = true;
    two.app.save(&told).await;
    let shown = two.shown(two.beds, "places { location { confidential name } }").await;
    assert_eq!(shown["places"][0]["location"], json!({ "confidential": true, "name": null }));
}

/// Every listing of the demonstration read as its agency would see it and written back as it is: nothing is lost on the
/// way, whatever there is in a listing.
#[tokio::test]
async fn what_is_read_and_written_back_is_what_it_was() {
    let test = TestDatabase::new().await;
    let database = test.open().await;
    demonstration::load(&database, &Clock::manual(now())).await.unwrap();
    let before = content(&database).await;
    let db = database.connection();
    let services = entity::service::Entity::find().all(db).await.unwrap();
    assert!(services.len() > 40);
    let transaction = database.begin_write().await.unwrap();
    for row in services {
        let (id, source, standing) = (row.id, row.source_id, Standing::There { version: 1, kept_at: None });
        let listing = current::service(&transaction, row).await.unwrap();
        write::service(&transaction, id, source, &listing, standing, now()).await.unwrap();
    }
    for row in entity::agency::Entity::find().all(&transaction).await.unwrap() {
        let (id, source, standing) = (row.id, row.source_id, Standing::There { version: 1, kept_at: None });
        let listing = current::agency(&transaction, row).await.unwrap();
        write::agency(&transaction, id, source, &listing, standing, now()).await.unwrap();
    }
    for row in entity::location::Entity::find().all(&transaction).await.unwrap() {
        let (id, source, standing) = (row.id, row.source_id, Standing::There { version: 1, kept_at: None });
        let listing = current::location(&transaction, row).await.unwrap();
        write::location(&transaction, id, source, None, &listing, standing, now()).await.unwrap();
    }
    transaction.commit().await.unwrap();
    let kept = |mut contents: crate::import::contents::Contents| {
        for rows in contents.values_mut() {
            for row in rows.iter_mut() {
                // That its agency keeps it from now on is all that may differ.
                let Some((before, value)) = row.split_once(" kept_at=") else { continue };
                let rest = match value.strip_prefix('\'') {
                    Some(quoted) => quoted.split_once('\'').unwrap().1,
                    None => value.strip_prefix("NULL").unwrap(),
                };
                *row = format!("{before}{rest}");
            }
            rows.sort();
        }
        contents
    };
    assert_same(&kept(before), &kept(content(&database).await));
}
