//! What the guard finds in the real feeds, to look at: `cargo test --test it duplicates::real -- --nocapture`.

use std::collections::BTreeMap;

use signpost::directory::duplicates::Compared;
use signpost::directory::duplicates::score::LIKELY;

use crate::import::feeds::try_path;
use crate::support::{TestApp, shared};

/// Pairs that are shown of each score's tens.
const SHOWN: usize = 20;

async fn pairs_of(file: &str) -> Option<(usize, usize, usize)> {
    let path = shared("pairs of a real feed")?.join("data/open-referral").join(file);
    let app = TestApp::new().await;
    try_path(app.db(), &app.clock, &path).await.0.unwrap();
    app.refresh().await;
    let compared = Compared::services(app.db().connection(), &app.app.live.current()).await.unwrap();
    let mut by_tens: BTreeMap<u8, Vec<String>> = BTreeMap::new();
    for ([one, other], found) in compared.pairs() {
        by_tens.entry(found.score / 10 * 10).or_default().push(format!("{one} – {other} ({found})"));
    }
    for (tens, pairs) in &by_tens {
        eprintln!("{file}: {} pairs from {tens}%", pairs.len());
        let step = pairs.len().div_ceil(SHOWN).max(1);
        pairs.iter().step_by(step).for_each(|pair| eprintln!("    {pair}"));
    }
    let likely = compared.pairs().filter(|(_, found)| found.score >= LIKELY).count();
    Some((compared.pairs().len(), likely, compared.groups().len()))
}

#[tokio::test]
async fn pairs_of_the_smaller_feed() {
    let Some((pairs, likely, groups)) = pairs_of("greater-manchester-and-justice.ndjson.gz").await else { return };
    eprintln!("{pairs} pairs, {likely} likely, in {groups} groups");
}

/// Minutes without optimisation.
#[tokio::test]
#[ignore = "minutes without optimisation"]
async fn pairs_of_the_larger_feed() {
    let Some((pairs, likely, groups)) = pairs_of("england-health-2014.ndjson.gz").await else { return };
    eprintln!("{pairs} pairs, {likely} likely, in {groups} groups");
}
