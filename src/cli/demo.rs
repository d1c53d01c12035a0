//! `signpost demo`: a fictional network to try things on.

use std::path::Path;

use super::serve::listen;
use super::{Outcome, SettingsArgs, open_migrated};
use crate::app::{App, EXAMPLE_QUERY, need_list};
use crate::clock::Clock;
use crate::directory::demonstration;
use crate::vault::file::make_if_absent;

/// The file the demonstration lives in, where nothing else was asked for.
const FILE: &str = "sqlite://signpost-demo.sqlite";
/// The file of its master keys, where the settings name none.
const KEYS: &str = "signpost-demo.keys";
/// How long its tokens work.
const DAY_IN_MINUTES: u32 = 24 * 60;
/// The agency whose people are among those who are signed in, by its key.
const AGENCY: &str = "gm-brightmoor-advice";

pub(super) async fn run(settings: &SettingsArgs) -> Outcome {
    let mut config = settings.load(Some(FILE))?;
    // Whoever tries things on does not want to renew tokens.
    config.accounts.access_minutes = DAY_IN_MINUTES;
    config.accounts.idle_hours = config.accounts.idle_hours.max(24);
    // Nobody is there to read a letter.
    config.freshness.remind = false;
    let clock = Clock::system();
    if config.vault.keys_file.is_empty() {
        config.vault.keys_file = KEYS.to_owned();
    }
    make_if_absent(Path::new(&config.vault.keys_file), &clock)?;
    let needs = need_list(&config)?;
    let database = open_migrated(&config).await?;
    demonstration::load(&database, &clock).await?;
    let app = App::with_database(config, clock, database, needs).await?;
    let agency = demonstration::agency(AGENCY);
    let tokens: Vec<String> = app
        .accounts
        .demonstrate(agency)
        .await?
        .iter()
        .map(|(role, name, tokens)| format!("  {:<24} {name:<14} {}", role.as_str(), tokens.access.expose()))
        .collect();
    let tokens = tokens.join("\n");
    let more = format!(
        "\nTry this question there:\n\n{EXAMPLE_QUERY}\nOr from a shell:\n\n  \
         curl -s http://{{address}}/graphql -H 'content-type: application/json' \\\n    \
         -d '{{\"query\":\"{{ needs(first: 3) {{ nodes {{ key name serviceCount }} }} }}\"}}'\n\n\
         Signed in for a day, one for each role, agencies' roles at Brightmoor Advice:\n\n{tokens}\n\n\
         A token is shown in the header `authorization: Bearer …`.\n"
    );
    listen(app, &more).await
}
