//! Who offers which service, and at whose building: the shape of the network.
//!
//! A service is either the first of a new agency, or joins the agency of an earlier service drawn
//! by lot, so that whoever has many gets more (Simon's process, 1955). Most agencies then have
//! one to three services and a few have very many: with a share α of founders the number of
//! agencies with k services falls off as k^-(1 + 1/(1-α)), and the largest grows as N^(1-α).
//! Buildings fill up in the same way, more slowly.
//!
//! Whom a service joins depends on the seed and its own number alone, so following the chain back
//! (some three steps) tells its agency without holding the network; and a network of fewer
//! services is the beginning of one of more.

use super::random::{Random, Stream};

/// Founders of agencies, of a thousand services.
const FOUNDERS: u32 = 350;
/// Of a thousand services that join an agency, those that are offered in the same building.
const SAME_BUILDING: u32 = 500;
/// Of a thousand new agencies, those that move in with others.
const MOVE_IN: u32 = 60;
/// Refuges, of a thousand services.
const REFUGES: u32 = 5;

/// The shape of one network. Agencies and places go by the number of the service that was their first.
#[derive(Clone, Copy)]
pub(super) struct Network {
    pub(super) seed: u64,
}

/// Whom a service joins; `None` for what it founds.
struct Joins {
    agency: Option<u32>,
    place: Option<u32>,
}

impl Network {
    /// The agency of a service.
    pub(super) fn agency(self, service: u32) -> u32 {
        let mut number = service;
        while let Some(earlier) = self.joins(number).agency {
            number = earlier;
        }
        number
    }

    /// The place where a service is offered, or would be. A refuge shares its place with nothing.
    pub(super) fn place(self, service: u32) -> u32 {
        let mut number = service;
        while let Some(earlier) = self.joins(number).place.filter(|_| !self.is_refuge(number)) {
            if self.is_refuge(earlier) {
                break;
            }
            number = earlier;
        }
        number
    }

    /// Whether a service is a refuge at a secret address.
    pub(super) fn is_refuge(self, service: u32) -> bool {
        Random::new(self.seed, Stream::Secret, service).chance(REFUGES)
    }

    fn joins(self, service: u32) -> Joins {
        let mut random = Random::new(self.seed, Stream::Origin, service);
        if service == 0 {
            return Joins { agency: None, place: None };
        }
        let founds = random.chance(FOUNDERS);
        let earlier = random.below(service);
        let shares = random.chance(if founds { MOVE_IN } else { SAME_BUILDING });
        Joins { agency: (!founds).then_some(earlier), place: shares.then_some(earlier) }
    }
}
