//! The signposting query in the graph.

pub mod happenings;
pub mod input;
pub mod narrowing;
pub mod output;
pub mod place;
pub mod planned;
pub mod understood;

use std::cmp::Reverse;

use async_graphql::{Context, Object, Result};
use chrono::SubsecRound;
use entity::ids::ServiceId;
use serde::{Deserialize, Serialize};

use self::input::SignpostInput;
use self::narrowing::{Answered, SignpostFacets};
use self::output::{SignpostConnection, SignpostResult};
use self::understood::Understood;
use super::facets::facets;
use super::rules::assess::{Assessor, Group};
use super::search::{Rank, counts, search};
use crate::api::AskedAt;
use crate::api::horizon::Horizon;
use crate::api::paging::{Cursor, PageArgs, PageInfo, PageSize, page};
use crate::directory::freshness::FreshnessRules;
use crate::directory::graphql::matched::Sought;
use crate::directory::graphql::service::Service;
use crate::directory::graphql::{load_page, snapshot};
use crate::directory::loaders::ServiceKey;
use crate::directory::snapshot::refresh::Live;

/// A rank as a cursor holds it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct RankKey(u8, u32, u32, u32, uuid::Uuid);

impl From<Rank> for RankKey {
    fn from(rank: Rank) -> Self {
        Self(rank.group as u8, rank.words.0, rank.score.0, rank.distance_m, rank.service.0)
    }
}

impl RankKey {
    fn rank(self) -> Option<Rank> {
        let group = [Group::Fits, Group::FitsIf, Group::NoBecause].into_iter().find(|group| *group as u8 == self.0)?;
        let (words, score) = (Reverse(self.1), Reverse(self.2));
        Some(Rank { group, words, score, distance_m: self.3, service: ServiceId(self.4) })
    }
}

/// Whether a question asks for the services' listings beside the reasons.
fn asks_for_listings(ctx: &Context<'_>) -> bool {
    let asked = ctx.look_ahead();
    asked.field("nodes").field("service").exists() || asked.field("edges").field("node").field("service").exists()
}

/// Root field of signposting.
#[derive(Clone, Copy, Debug, Default)]
pub struct SignpostingQuery;

/// Root field of signposting.
#[Object]
impl SignpostingQuery {
    /// Who will really take this person? Services that meet a need and can be reached, those that
    /// fit first, then those that fit if something that has to be asked turns out well, then those
    /// that do not, with why. Public; nothing of the question is stored. Not to be asked by GET:
    /// what a person lives through does not belong in an address.
    #[graphql(complexity = "crate::api::limits::page_cost(first, 20, child_complexity)")]
    async fn signpost(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The question.")] input: SignpostInput,
        #[graphql(desc = "How many; the settings say how many at the most.")] first: Option<i32>,
        #[graphql(desc = "Cursor behind which to begin: the same question goes on at the same instant.")] after: Option<
            String,
        >,
    ) -> Result<SignpostConnection> {
        let horizon = Horizon::of(ctx);
        let now = ctx.data::<AskedAt>()?.0;
        let args = PageArgs::<RankKey>::check(first, after.as_deref(), *ctx.data::<PageSize>()?)?;
        // A cursor holds milliseconds: a finer instant would be another one on the next page.
        let stated_at = input.at.map(|at| at.0.trunc_subsecs(3));
        let live = ctx.data::<Live>()?;
        let text = input.text.as_deref();
        let understood = text.map(|text| Understood::of(ctx, "input.text", text)).transpose()?;
        let said = understood.as_ref().map(Understood::found);
        let query = input.clone().into_query(ctx, live.needs(), said, args.asked_at(stated_at.unwrap_or(now))).await?;
        let print = query.print();
        args.belongs_to(print, now.max(stated_at.unwrap_or(now)))?;
        let rules = *ctx.data::<FreshnessRules>()?;
        let snapshot = snapshot(ctx)?;
        let mut assessor = Assessor::new(&query, &rules);
        let found = search(&snapshot, &query, &mut assessor);
        let counts = counts(&found);
        // Of an instant that was asked for the answer is the same whenever it is given.
        if stated_at.is_none() && args.after.is_none() {
            horizon.until(assessor.holds_until());
        }
        // Nothing is kept of what anybody lives through.
        if text.is_some() || query.tells_of_a_person() {
            horizon.now_only();
        }
        let facets = ctx.look_ahead().field("facets").exists().then(|| facets(&found));
        let facets = facets.map(|facets| SignpostFacets::of(&facets, live.needs()));
        let after = args.after.as_ref().and_then(|cursor| cursor.key.rank());
        let page = page(
            found,
            |one, other| one.rank.cmp(&other.rank),
            |found| after.is_none_or(|after| found.rank > after),
            args.first,
        );
        let info_cursors: Vec<String> =
            page.rows.iter().map(|found| Cursor::new(print, query.at, RankKey::from(found.rank)).encode()).collect();
        let page_info = PageInfo::of(&page, &info_cursors);
        // The reasons are all in the snapshot; the listings are read where they are asked for.
        let listings = asks_for_listings(ctx);
        let services = if listings {
            load_page(ctx, page.rows.iter().map(|found| ServiceKey(found.service.id)).collect()).await?
        } else {
            page.rows.iter().map(|_| None).collect()
        };
        let asked: Vec<String> = query.needs.iter().map(|need| need.key.clone()).collect();
        let sought = Sought::of(&snapshot, &query.words);
        let mut nodes = Vec::with_capacity(page.rows.len());
        let mut cursors = Vec::with_capacity(page.rows.len());
        for ((found, service), cursor) in page.rows.iter().zip(services).zip(info_cursors) {
            // What went away since the snapshot was made is left out.
            if service.is_some() || !listings {
                let Some(assessment) = assessor.assess(found.service, found.word_points) else { continue };
                let service = service.map(Service);
                let node = SignpostResult::of(found.service, &assessment, service, &asked, query.at, live.needs());
                nodes.push(node.found_by(sought.clone()));
                cursors.push(cursor);
            }
        }
        drop(page);
        let answered = Answered { snapshot, query, rules };
        Ok(SignpostConnection { nodes, cursors, page_info, counts, facets, understood, answered })
    }
}
