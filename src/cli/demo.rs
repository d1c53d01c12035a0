//! `signpost demo`: a fictional network to try things on.

use std::path::Path;

use entity::enums::Role;
use entity::ids::AgencyId;

use super::serve::listen;
use super::{Outcome, SettingsArgs, open_migrated};
use crate::accounts::sessions::Tokens;
use crate::api::ids::NodeId;
use crate::app::{App, EXAMPLE_QUERY, need_list};
use crate::clock::Clock;
use crate::directory::demonstration;
use crate::people::demonstration::Cast;
use crate::people::entering::Worker;
use crate::vault::file::make_if_absent;

/// The file the demonstration lives in, where nothing else was asked for.
const FILE: &str = "sqlite://signpost-demo.sqlite";
/// The file of its master keys, where the settings name none.
const KEYS: &str = "signpost-demo.keys";
/// How long its tokens work.
const DAY_IN_MINUTES: u32 = 24 * 60;
/// The agency whose people are among those who are signed in, by its key.
const AGENCY: &str = "gm-brightmoor-advice";
/// Who else works with its service users: the agency's key, how the account is called, the person, the agency in short.
const ELSEWHERE: [(&str, &str, &str, &str); 2] = [
    ("gm-canalside-homes", "canalside", "Hal Brennan", "Canalside"),
    ("gm-clearway", "clearway", "Tess Moran", "Clearway"),
];

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
        .map(|(role, name, tokens)| line(role.as_str(), name, tokens))
        .collect();
    let (first, others) = service_users(&app, agency).await?;
    let (tokens, others) = (tokens.join("\n"), others.join("\n"));
    let more = format!(
        "\nTry this question there:\n\n{EXAMPLE_QUERY}\nOr from a shell:\n\n  \
         curl -s http://{{address}}/graphql -H 'content-type: application/json' \\\n    \
         -d '{{\"query\":\"{{ needs(first: 3) {{ nodes {{ key name serviceCount }} }} }}\"}}'\n\n\
         Signed in for a day, one for each role, agencies' roles at Brightmoor Advice:\n\n{tokens}\n\n\
         A token is shown in the header `authorization: Bearer …`. Others who have to do with its service users:\n\n{others}\n\n\
         The service user Sam Okoro is {first}\n"
    );
    listen(app, &more).await
}

fn line(what: &str, name: &str, tokens: &Tokens) -> String {
    format!("  {what:<24} {name:<14} {}", tokens.access.expose())
}

/// The demonstration's service users; the global id of the first, and who works with them elsewhere, signed in.
async fn service_users(
    app: &App,
    agency: AgencyId,
) -> Result<(String, Vec<String>), Box<dyn std::error::Error + Send + Sync>> {
    let accounts = &app.accounts;
    let worker = |account, agency| Worker { account, agency };
    let (advice, _) = accounts.demonstrate_one("link-worker", "Lena Lyle", Role::LinkWorker, Some(agency)).await?;
    let mut lines = Vec::new();
    let mut workers = Vec::new();
    for (key, called, name, of) in ELSEWHERE {
        let agency = demonstration::agency(key);
        let (account, tokens) = accounts.demonstrate_one(called, name, Role::LinkWorker, Some(agency)).await?;
        lines.push(line(&format!("link_worker, {of}"), name, &tokens));
        workers.push(worker(account, agency));
    }
    let [housing, treatment] = workers.as_slice() else { return Err("somebody is missing".into()) };
    let (own, _) = accounts.demonstrate_one("service-user", "Sam Okoro", Role::ServiceUser, None).await?;
    let (carer, tokens) = accounts.demonstrate_one("carer", "Carla Carter", Role::ServiceUser, None).await?;
    lines.push(line("service_user, a carer", "Carla Carter", &tokens));
    let cast = Cast { advice: worker(advice, agency), housing: *housing, treatment: *treatment, own, carer };
    let first = app.people.demonstrate(&cast).await?;
    Ok((NodeId::ServiceUser(first).encode().0, lines))
}
