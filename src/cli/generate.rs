//! `signpost generate`: fills a database with a synthetic network, for benchmarks and for trying things at size.

use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use super::{Outcome, open_in_bulk, say};
use crate::app::need_list;
use crate::clock::Clock;
use crate::config::Config;
use crate::directory::listing::ServiceListing;
use crate::directory::store::changes;
use crate::directory::store::save::{Saved, Seen, save};
use crate::directory::store::{Source, save_source};
use crate::directory::synthetic::{CannotGenerate, Spec, Synthetic};
use crate::places::Gazetteer;

/// Services that are saved in one transaction.
const BATCH: usize = 1_000;

/// Arguments of `generate`.
#[derive(Debug, Args)]
pub(super) struct GenerateArgs {
    /// How many services.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    services: u32,
    /// What chance begins from: the same number makes the same network, another one another.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub(super) async fn run(config: &Config, args: GenerateArgs) -> Outcome {
    let needs = need_list(config)?;
    let clock = Clock::system();
    let now = clock.now();
    let spec = Spec { services: args.services, seed: args.seed, today: now.date_naive(), now };
    // Before anything is opened: whether a network can be made at all.
    drop(Synthetic::new(spec, &needs, Gazetteer::embedded())?);
    let database = open_in_bulk(config).await?;
    let source = Source {
        key: format!("synthetic-{}", args.seed),
        name: "Synthetic network (nobody's services)".to_owned(),
        licence: None,
        attribution: Some("Made by a program for measuring; none of it exists.".to_owned()),
    };
    let bar = ProgressBar::new(u64::from(args.services));
    bar.set_style(ProgressStyle::with_template("{bar:30} {pos}/{len} services, {per_sec}, {eta} to go")?);
    bar.enable_steady_tick(Duration::from_millis(200));
    let (mut seen, mut saved) = (Seen::default(), Saved::default());
    // The next batch is made while the last is saved.
    let (made, mut batches) = mpsc::channel::<Vec<ServiceListing>>(1);
    let making = spawn_blocking(move || {
        let network = Synthetic::new(spec, &needs, Gazetteer::embedded())?;
        let mut listings = network.listings().peekable();
        while listings.peek().is_some() {
            // Where nobody takes it any more, saving has failed and says why.
            if made.blocking_send(listings.by_ref().take(BATCH).collect()).is_err() {
                break;
            }
        }
        Ok::<_, CannotGenerate>(())
    });
    while let Some(batch) = batches.recv().await {
        let transaction = database.begin_write().await?;
        let id = save_source(&transaction, &source, now).await?;
        saved.add(save(&transaction, id, &batch, &mut seen, &mut changes::Touched::default(), now).await?);
        // With what it tells of: a run that is killed leaves nothing that an index kept in a file would not hear of.
        changes::note(&transaction, "synthetic", None, clock.now()).await?;
        transaction.commit().await?;
        bar.inc(batch.len() as u64);
    }
    making.await??;
    bar.finish_and_clear();
    let took = clock.now() - now;
    say(format_args!(
        "Services: {} new, {} changed, {} as they were, in {} s. All of them are synthetic.",
        saved.created,
        saved.changed,
        saved.unchanged,
        took.num_seconds()
    ))?;
    database.close().await?;
    Ok(())
}
