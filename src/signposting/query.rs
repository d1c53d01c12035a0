//! A signposting question, parsed and bounded: what the rules are asked.

use chrono::{DateTime, Utc};
use entity::enums::{DeliveryMode, SessionFormat};
use sha2::{Digest, Sha256};

use super::circumstances::Circumstances;
use crate::directory::needs::NeedIndex;
use crate::hours::Window;
use crate::places::{Precision, ResolvedPlace};

/// Who will really take this person? Everything empty or absent does not narrow the question.
#[derive(Clone, Debug)]
pub struct SignpostQuery {
    /// The needs asked about; a service is of interest when it meets one.
    pub needs: Vec<AskedNeed>,
    /// Where.
    pub place: Option<ResolvedPlace>,
    /// How far the person can travel to a place, in kilometres. Services that need no travel
    /// are found whatever it is.
    pub within_km: f64,
    /// When the person can come; any one of these will do.
    pub windows: Vec<Window>,
    /// What the person's life is like.
    pub circumstances: Circumstances,
    /// Ways of being reached that will do; empty: any.
    pub delivery: Vec<DeliveryMode>,
    /// Forms of session that will do; empty: any.
    pub formats: Vec<SessionFormat>,
    /// Folded words, each of which must begin a word of the service's public text.
    pub words: Vec<String>,
    /// Whether something was said in which nobody could find a need: then nothing is found, rather than everything.
    pub meaningless: bool,
    /// The instant at which it is asked.
    pub at: DateTime<Utc>,
}

/// One need that was asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedNeed {
    /// The key that was asked: a need, or an area of needs.
    pub key: String,
    /// The needs that it stands for.
    pub any_of: Vec<NeedIndex>,
    /// What it counts among the needs asked about, of 100: all where somebody chose it, less where it was read from a
    /// text, so that what was perhaps misread does not stand in the way of what is sure.
    pub weight: u8,
}

impl SignpostQuery {
    /// Whether it tells more than what somebody looks for around a town: of a life, in words, or where exactly
    /// somebody is.
    #[must_use]
    pub fn tells_of_a_person(&self) -> bool {
        let exact = |place: &ResolvedPlace| place.postcode.is_some() || place.precision == Precision::Coordinates;
        let exact = self.place.as_ref().is_some_and(exact);
        exact || !self.words.is_empty() || self.circumstances != Circumstances::default()
    }

    /// A print of the question apart from its instant: pages of one question share it, and a
    /// cursor of another question is told by it.
    #[must_use]
    pub fn print(&self) -> [u8; 8] {
        let Self { needs, place, within_km, windows, circumstances, delivery, formats, words, meaningless, at: _ } =
            self;
        let point =
            place.as_ref().map(|place| (place.label.clone(), place.point.lat().to_bits(), place.point.lon().to_bits()));
        let said = format!(
            "{needs:?}{point:?}{}{windows:?}{circumstances:?}{delivery:?}{formats:?}{words:?}{meaningless}",
            within_km.to_bits()
        );
        let digest = Sha256::digest(said);
        let mut print = [0; 8];
        print.copy_from_slice(&digest[..8]);
        print
    }
}
