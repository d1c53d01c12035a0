//! Which areas services say they cover.

use entity::enums::AreaKind;

use super::ground::Ground;
use super::random::Random;
use super::{Reach, stock};
use crate::directory::listing::Area;
use crate::places::Nation;

/// What a service says about its area.
#[derive(Clone, Copy)]
enum Says {
    Nothing,
    Authority,
    Neighbours,
    Combined,
    Region,
    Nation,
    UnitedKingdom,
    Districts,
    Sector,
    Words,
    Drawing,
}

/// The areas of a service whose seat is in this sector.
pub(super) fn of_service(random: &mut Random, ground: &Ground<'_>, sector: usize, reach: Reach) -> Vec<Area> {
    let says = match reach {
        Reach::InPerson => random.weighted(&[
            (130, Says::Nothing),
            (470, Says::Authority),
            (140, Says::Neighbours),
            (50, Says::Combined),
            (50, Says::Region),
            (20, Says::Nation),
            (15, Says::UnitedKingdom),
            (70, Says::Districts),
            (10, Says::Sector),
            (40, Says::Words),
            (5, Says::Drawing),
        ]),
        Reach::Remote => random.weighted(&[
            (100, Says::Nothing),
            (170, Says::Authority),
            (60, Says::Combined),
            (120, Says::Region),
            (230, Says::Nation),
            (280, Says::UnitedKingdom),
            (40, Says::Words),
        ]),
        Reach::Outreach => random.weighted(&[
            (60, Says::Nothing),
            (450, Says::Authority),
            (250, Says::Neighbours),
            (150, Says::Districts),
            (60, Says::Words),
            (30, Says::Drawing),
        ]),
    };
    areas(says, random, ground, sector)
}

/// The area of one service at one place, where that is smaller than the service's.
pub(super) fn at_a_place(random: &mut Random, ground: &Ground<'_>, sector: usize) -> Vec<Area> {
    areas(Says::Districts, random, ground, sector)
}

fn areas(says: Says, random: &mut Random, ground: &Ground<'_>, sector: usize) -> Vec<Area> {
    let row = ground.authority_of(sector);
    let authority = row.facts;
    let own = || area(AreaKind::LocalAuthority, authority.code.as_str(), Some(authority.name));
    let nation = || area(AreaKind::Nation, authority.nation.name(), None);
    match says {
        Says::Nothing => Vec::new(),
        Says::Authority => vec![own()],
        Says::Neighbours => {
            let more = 1 + random.index(row.neighbours.len());
            let others = row.neighbours.iter().take(more).filter_map(|other| ground.authorities.get(*other));
            let others =
                others.map(|other| area(AreaKind::LocalAuthority, other.facts.code.as_str(), Some(other.facts.name)));
            std::iter::once(own()).chain(others).collect()
        }
        Says::Combined => match authority.combined {
            Some(combined) => vec![area(AreaKind::CombinedAuthority, combined, None)],
            None => vec![own()],
        },
        Says::Region if authority.nation == Nation::England => vec![area(AreaKind::Region, authority.region, None)],
        Says::Region | Says::Nation => {
            let mut nations = vec![nation()];
            if authority.nation != Nation::England && random.chance(300) {
                nations.push(area(AreaKind::Nation, Nation::England.name(), None));
            }
            nations
        }
        Says::UnitedKingdom => vec![area(AreaKind::UnitedKingdom, "United Kingdom", None)],
        Says::Districts => {
            let mut districts = vec![ground.sector(sector).sector.district()];
            for _ in 0..random.below(6) {
                let other = ground.sector(ground.in_authority_of(sector, random)).sector.district();
                if !districts.contains(&other) {
                    districts.push(other);
                }
            }
            districts.iter().map(|district| area(AreaKind::District, district.as_str(), None)).collect()
        }
        Says::Sector => vec![area(AreaKind::Sector, ground.sector(sector).sector.as_str(), None)],
        Says::Words => vec![area(AreaKind::Text, random.word(stock::VAGUE_AREAS), None)],
        Says::Drawing => {
            let name = Some("Drawn on a map");
            vec![area(AreaKind::Geojson, &ground.sector(sector).drawing(random.within(2..=12)), name)]
        }
    }
}

fn area(kind: AreaKind, value: &str, name: Option<&str>) -> Area {
    Area { kind, value: value.to_owned(), name: name.map(str::to_owned) }
}
