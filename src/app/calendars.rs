//! The calendars that codes lead to, for the HTTP face.

use futures_util::future::BoxFuture;

use super::App;
use crate::calendars::Calendars;
use crate::web::calendars::Feeds;

impl Feeds for App {
    fn calendar<'a>(&'a self, code: &'a str) -> BoxFuture<'a, Result<Option<String>, String>> {
        let calendars = Calendars::new(self.people.clone(), &self.config.server.public_address);
        Box::pin(async move { calendars.by_code(code).await.map_err(|error| error.to_string()) })
    }
}
