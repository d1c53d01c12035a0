//! The calendars that codes lead to, for the HTTP face.

use futures_util::future::BoxFuture;

use super::App;
use crate::calendars::{Calendars, reading};
use crate::web::calendars::{Feeds, Looked};

impl Feeds for App {
    fn is_there<'a>(&'a self, code: &'a str) -> BoxFuture<'a, Result<bool, String>> {
        let calendars = Calendars::new(self.people.clone(), &self.config.server.public_address);
        Box::pin(async move { calendars.is_there(code).await.map_err(|error| error.to_string()) })
    }

    fn calendar<'a>(&'a self, code: &'a str) -> BoxFuture<'a, Result<Looked, String>> {
        let calendars = Calendars::new(self.people.clone(), &self.config.server.public_address);
        Box::pin(async move {
            let looked = calendars.by_code(code).await.map_err(|error| error.to_string());
            looked.map(|looked| match looked {
                reading::Looked::Calendar(text) => Looked::Calendar(text),
                reading::Looked::TooSoon(seconds) => Looked::TooSoon(seconds),
                reading::Looked::Nothing => Looked::Nothing,
            })
        })
    }
}
