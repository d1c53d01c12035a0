//! What cannot wait, and what can: a table over the keys of needs.
//!
//! To change it: a key in one of the lists. A key without a place of its own takes its area's.

/// How soon something has to be done about a need. Sooner is less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Urgency {
    /// Tonight's bed, safety from somebody, a life in danger. Nobody waits for a paper here.
    Now,
    /// Today or tomorrow: food, a script that runs out, a place that is about to be lost.
    Today,
    /// This week or next: money, health, papers, a roof for longer.
    Soon,
    /// When the rest stands: work, learning, company.
    Later,
}

const NOW: &[&str] = &[
    "housing.emergency",
    "housing.refuge",
    "safety",
    "safety.domestic-abuse",
    "safety.sexual-violence",
    "safety.modern-slavery",
    "mental-health.crisis",
    "mental-health.self-harm",
    "physical-health.urgent-care",
    "drugs-alcohol.naloxone",
];

const TODAY: &[&str] = &[
    "drugs-alcohol.detox",
    "drugs-alcohol.prescribing",
    "drugs-alcohol.prison-to-community",
    "drugs-alcohol.needle-exchange",
    "essentials.food-bank",
    "essentials.hot-meal",
    "essentials.baby-things",
    "housing.rough-sleeping",
    "housing.council-duty",
    "housing.eviction",
    "housing.on-release",
    "justice.arrest-and-court",
    "justice.licence-and-recall",
    "money.advance",
    "money.emergency-grant",
    "physical-health.pharmacy",
    "physical-health.wound-care",
    "safety.cuckooing-and-exploitation",
    "travel.release-day",
];

/// Needs and whole areas that can wait until the rest stands.
const LATER: &[&str] = &[
    "belonging",
    "digital.computer-skills",
    "family.tracing",
    "justice.appeal",
    "justice.restorative",
    "physical-health.stop-smoking",
    "travel.bikes-and-driving",
    "work",
];

/// Needs of those areas that cannot.
const SOON: &[&str] = &["belonging.support-worker"];

/// How soon something has to be done about a need, or about an area of needs.
#[must_use]
pub fn urgency(need_key: &str) -> Urgency {
    let listed = |list: &[&str], key: &str| list.contains(&key);
    let area = need_key.split_once('.').map_or(need_key, |(area, _)| area);
    if listed(NOW, need_key) {
        Urgency::Now
    } else if listed(TODAY, need_key) {
        Urgency::Today
    } else if listed(SOON, need_key) {
        Urgency::Soon
    } else if listed(LATER, need_key) || listed(LATER, area) {
        Urgency::Later
    } else {
        Urgency::Soon
    }
}

/// Every key that the table names, for the test that holds it against the list of needs.
#[must_use]
pub fn keys_with_a_rank() -> Vec<&'static str> {
    [NOW, TODAY, LATER, SOON].concat()
}
