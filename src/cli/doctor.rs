//! `signpost doctor`: looks at settings, database, migrations, the index and the quality of the data, and
//! changes nothing.

use clap::Args;

use super::{Failure, Outcome, say};
use crate::app::need_list;
use crate::clock::Clock;
use crate::config::Config;
use crate::database::{Database, Settings};
use crate::directory::agreement::{self, Agreement};
use crate::directory::quality;
use crate::directory::snapshot::kept::IndexFile;
use crate::directory::snapshot::refresh::{Live, Origin};
use crate::schema::freshness_rules;

/// How often the index is compared again where somebody wrote meanwhile.
const TRIES: usize = 3;

/// Arguments of `doctor`.
#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// How many examples of each finding to name.
    #[arg(long, default_value_t = 3)]
    examples: usize,
}

pub(super) async fn run(config: Result<Config, Failure>, args: DoctorArgs) -> Outcome {
    let config = match config {
        Ok(config) => config,
        Err(error) => {
            say(format_args!("settings    WRONG: {error}"))?;
            return Err("the settings have to be put right first".into());
        }
    };
    say(format_args!("settings    fine: {} on {}", config.database.url, config.server.listen))?;
    let needs = match need_list(&config) {
        Ok(needs) => needs,
        Err(error) => {
            say(format_args!("needs       WRONG: {error}"))?;
            return Err("the list of needs has to be put right first".into());
        }
    };
    say(format_args!("needs       fine: {} needs in {} areas", needs.needs().count(), needs.areas().len()))?;
    let database = match Database::connect(&Settings { create: false, ..Settings::from(&config) }).await {
        Ok(database) => database,
        Err(error) => {
            say(format_args!("database    WRONG: {error}"))?;
            return Err("the database can't be looked at".into());
        }
    };
    say("database    fine: it answers")?;
    let pending = database.pending_migrations().await?;
    if pending > 0 {
        say(format_args!("migrations  BEHIND: {pending} to run; `signpost migrate up` runs them"))?;
        return Err("the schema is not up to date".into());
    }
    say("migrations  fine: none to run")?;
    // What the server would answer from: the index that was kept, if it would believe it.
    let file = IndexFile::of(config.directory.index_folder(), database.file().await?.as_deref());
    let live = Live::open_with(&database, needs, None, file.clone().map(IndexFile::only_read)).await?;
    say(format_args!("index       {}", live.origin()))?;
    let wrong = match settled(&database, &live).await? {
        None => {
            say("index       NOT COMPARED: the directory changed again and again meanwhile; try at a quieter time")?;
            0
        }
        Some(found) => {
            let wrong = tell(&found)?;
            if let (1.., Origin::Kept(_), Some(file)) = (wrong, live.origin(), &file) {
                let file = file.path().display();
                say(format_args!("         remove `{file}`, and the next start builds the index anew"))?;
            }
            wrong
        }
    };
    let found =
        quality::look(&database, &live.current(), &freshness_rules(&config.freshness), Clock::system().now()).await?;
    say(format_args!("\n{}", found.overview))?;
    for finding in &found.findings {
        say(format_args!("{:>7}  {}", finding.count, finding.what))?;
        for example in finding.examples.iter().take(args.examples) {
            say(format_args!("         - {example}"))?;
        }
    }
    if wrong > 0 {
        return Err(format!("the index differs from the database ({wrong} differences)").into());
    }
    Ok(())
}

/// The index held against the database, both at one version; `None` where somebody wrote each time between the two.
async fn settled(database: &Database, live: &Live) -> Result<Option<Agreement>, Failure> {
    for _ in 0..TRIES {
        live.refresh(database).await?;
        let snapshot = live.current();
        let found = agreement::compare(database, &snapshot).await?;
        if found.version == snapshot.version {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Tells what came of it; how much differs.
fn tell(found: &Agreement) -> Result<usize, Failure> {
    let Agreement { agencies, services, locations, count, .. } = found;
    if *count == 0 {
        say(format_args!(
            "index       fine: {agencies} agencies, {services} services and {locations} open locations as in the database"
        ))?;
        return Ok(0);
    }
    say(format_args!("index       WRONG: {count} differences from the database"))?;
    for difference in &found.differences {
        say(format_args!("         - {difference}"))?;
    }
    let more = count - found.differences.len();
    if more > 0 {
        say(format_args!("         … and {more} more"))?;
    }
    Ok(*count)
}
