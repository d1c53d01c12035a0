//! `signpost import`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};

use super::{Failure, Outcome, open_in_bulk, say};
use crate::app::need_list;
use crate::clock::Clock;
use crate::config::Config;
use crate::database::Database;
use crate::directory::duplicates::{Compared, Newcomers};
use crate::directory::postcodes::{self, PostcodesImport};
use crate::directory::snapshot::refresh::Live;
use crate::directory::store::Source;
use crate::open_referral::import::{Import, import};
use crate::open_referral::reader::{Limits, Progress};
use crate::open_referral::report;

/// Arguments of `import`.
#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Imports listings in the Open Referral standard (HSDS 3.0, 3.1, or its UK profile): JSON,
    /// NDJSON, gzip of these, a CSV package, or a folder of any of them.
    OpenReferral(FeedArgs),
    /// Imports the postcodes of the United Kingdom, and places again what they place better.
    Postcodes {
        /// A CSV file, plain or gzip: postcode,lat,lon,lad_code, or the ONS Postcode Directory.
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
struct FeedArgs {
    /// A file or a folder.
    path: PathBuf,
    /// Short name of the source; the same name again brings its listings up to date. By default the name of the file.
    #[arg(long)]
    source: Option<String>,
    /// Name of the source to show.
    #[arg(long)]
    name: Option<String>,
    /// Licence of the data.
    #[arg(long)]
    licence: Option<String>,
    /// Words that the licence asks to be shown.
    #[arg(long)]
    attribution: Option<String>,
    /// Where to write a line of JSON for each problem; none where absent.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

pub(super) async fn run(config: &Config, args: ImportArgs) -> Outcome {
    match args.what {
        What::OpenReferral(args) => feed(config, args).await,
        What::Postcodes { file } => import_postcodes(config, &file).await,
    }
}

async fn feed(config: &Config, args: FeedArgs) -> Outcome {
    // What can be told without a database is told first.
    let report: Box<dyn Write + Send> = match &args.report {
        Some(path) => {
            let file = File::create(path).map_err(|error| format!("--report {}: {error}", path.display()))?;
            Box::new(BufWriter::new(file))
        }
        None => Box::new(std::io::sink()),
    };
    let key = match args.source {
        Some(key) => key,
        None => default_key(&args.path)?,
    };
    let source = Source {
        name: args.name.unwrap_or_else(|| key.clone()),
        key,
        licence: args.licence,
        attribution: args.attribution,
    };
    let database = open_in_bulk(config).await?;
    let progress = Arc::new(Progress::default());
    let bar = Bar::start(Arc::clone(&progress));
    let (clock, id) = (Clock::system(), source.id());
    let began = clock.now();
    let job = Import { path: args.path, source, limits: Limits::default() };
    let done = import(&database, &clock, job, progress, report).await;
    bar.finish();
    let done = done?;
    say(format_args!(
        "{} records read from {} file(s): {} accepted, {} rejected, {} with remarks, {} the same as before.",
        done.counts.read,
        done.summary.files,
        done.counts.accepted,
        done.counts.rejected,
        done.counts.remarked,
        done.repeated
    ))?;
    say(format_args!(
        "Services: {} new, {} changed, {} as they were.",
        done.saved.created, done.saved.changed, done.saved.unchanged
    ))?;
    let newcomers = Newcomers::of(database.connection(), id, began).await?;
    report_duplicates(config, &database, &newcomers, args.report.as_deref()).await?;
    match &args.report {
        Some(path) => say(format_args!("Every problem stands in {}.", path.display()))?,
        None if done.counts.rejected > 0 || done.counts.failed_files > 0 => {
            say("Run it again with --report FILE to have every problem told.")?;
        }
        None => {}
    }
    database.close().await?;
    if done.counts.failed_files > 0 {
        return Err(format!("{} file(s) could not be read to their end", done.counts.failed_files).into());
    }
    Ok(())
}

/// New services that are named, with what they look like.
const NAMED: usize = 10;

/// Tells of services that look like one and the same, whatever source they come from, and of those new ones that look
/// like another source's: all of them into the report where there is one, otherwise their number and some. Nothing is
/// merged.
async fn report_duplicates(config: &Config, database: &Database, newcomers: &Newcomers, to: Option<&Path>) -> Outcome {
    let live = Live::open(database, need_list(config)?).await?;
    let compared = Compared::services(database.connection(), &live.current()).await?;
    let (groups, alike) = (compared.groups(), compared.alike(newcomers));
    if let Some(path) = to {
        let mut out = BufWriter::new(File::options().append(true).open(path)?);
        report::duplicates(&mut out, &groups, &alike)?;
        out.flush()?;
    }
    let count = groups.len();
    say(format_args!("{count} group(s) of services in the directory look like one and the same; none was merged."))?;
    if !alike.is_empty() {
        say(format_args!("{} new service(s) look like ones of another source:", alike.len()))?;
    }
    for one in alike.iter().take(NAMED) {
        say(format_args!("  {} – {} ({})", one.new.1, one.other.1, one.found))?;
    }
    if alike.len() > NAMED {
        say(format_args!("  … and {} more", alike.len() - NAMED))?;
    }
    Ok(())
}

/// A source is called after its file, without what says how it is packed.
fn default_key(path: &Path) -> Result<String, Failure> {
    let name = path.file_name().and_then(|name| name.to_str());
    let key = name.and_then(|name| name.split('.').find(|part| !part.is_empty()));
    key.map(str::to_owned).ok_or_else(|| format!("{}: name the source with --source", path.display()).into())
}

async fn import_postcodes(config: &Config, file: &Path) -> Outcome {
    let job = PostcodesImport::open(file)?;
    let database = open_in_bulk(config).await?;
    let progress = job.progress();
    let bar = Bar::start_with(move || progress.bytes());
    let done = postcodes::import(&database, &Clock::system(), job).await;
    bar.finish();
    let done = done?;
    say(format_args!(
        "{} postcodes read: {} new, {} changed, {} gone, {} as they were; {} row(s) could not be used.",
        done.read, done.created, done.changed, done.removed, done.unchanged, done.rejected
    ))?;
    for problem in &done.problems {
        say(format_args!("  {problem}"))?;
    }
    say(format_args!("{} location(s) placed anew.", done.placed))?;
    database.close().await?;
    Ok(())
}

/// A progress bar that looks at figures made elsewhere.
struct Bar {
    bar: ProgressBar,
    watcher: tokio::task::JoinHandle<()>,
}

impl Bar {
    fn start(progress: Arc<Progress>) -> Self {
        Self::start_with(move || progress.bytes())
    }

    fn start_with(bytes: impl Fn() -> (u64, u64) + Send + 'static) -> Self {
        let bar = ProgressBar::new(0);
        if let Ok(style) =
            ProgressStyle::with_template("{bar:40} {percent:>3}% {bytes}/{total_bytes} {elapsed} (left {eta})")
        {
            bar.set_style(style);
        }
        let shown = bar.clone();
        let watcher = tokio::spawn(async move {
            loop {
                let (done, total) = bytes();
                shown.set_length(total);
                shown.set_position(done);
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        });
        Self { bar, watcher }
    }

    fn finish(self) {
        self.watcher.abort();
        self.bar.finish_and_clear();
    }
}
