//! `signpost demo`: a fictional network to try things on.

use super::serve::listen;
use super::{Outcome, SettingsArgs, open_migrated};
use crate::app::{App, EXAMPLE_QUERY, need_list};
use crate::clock::Clock;
use crate::directory::demonstration;

/// The file the demonstration lives in, where nothing else was asked for.
const FILE: &str = "sqlite://signpost-demo.sqlite";

pub(super) async fn run(settings: &SettingsArgs) -> Outcome {
    let config = settings.load(Some(FILE))?;
    let clock = Clock::system();
    let needs = need_list(&config)?;
    let database = open_migrated(&config).await?;
    demonstration::load(&database, &clock).await?;
    let app = App::with_database(config, clock, database, needs).await?;
    let more = format!(
        "\nTry this question there:\n\n{EXAMPLE_QUERY}\nOr from a shell:\n\n  \
         curl -s http://{{address}}/graphql -H 'content-type: application/json' \\\n    \
         -d '{{\"query\":\"{{ needs(first: 3) {{ nodes {{ key name serviceCount }} }} }}\"}}'\n"
    );
    listen(app, &more).await
}
