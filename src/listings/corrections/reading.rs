//! Corrections, read: by whoever keeps the service now, and by whoever made them. As many statements for one as for many.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::enums::{CorrectionState, VersionState};
use entity::ids::{AccountId, AgencyId, CorrectionId, ListingVersionId, ServiceId};
use entity::{account, correction, listing_version, service};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use super::life::{self, Act};
use crate::listings::acting::{Actor, Theirs};
use crate::listings::changes::FieldChange;
use crate::listings::{Done, Listings};

/// Whose list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// Of an agency's services, as they are its now.
    Agency(AgencyId),
    /// Made by somebody.
    Author(AccountId),
}

/// A correction as somebody may see it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What is stored of it.
    pub row: correction::Model,
    /// What it proposes.
    pub proposed: Vec<FieldChange>,
    /// Whose the service is now, and its version, where it is there.
    pub service: Option<(AgencyId, i32)>,
    /// Whether they see it as the owner's.
    pub as_owner: bool,
    /// Who said it, where they may know.
    pub author: Option<String>,
    /// Who answered it, where they may know.
    pub answered_by: Option<String>,
    /// Whether the change that it became is made.
    pub published: bool,
    /// Whether they may take it back.
    pub can_withdraw: bool,
}

impl Shown {
    /// Whether they may answer it.
    #[must_use]
    pub const fn can_answer(&self) -> bool {
        self.as_owner && life::after(self.row.state, Act::Decline).is_some()
    }
}

fn of(whose: Whose, state: Option<CorrectionState>) -> Select<correction::Entity> {
    let all = correction::Entity::find();
    let all = match whose {
        Whose::Agency(agency) => {
            let theirs = service::Entity::find().filter(service::Column::AgencyId.eq(agency));
            let theirs = QuerySelect::query(&mut theirs.select_only().column(service::Column::Id)).to_owned();
            all.filter(correction::Column::ServiceId.in_subquery(theirs))
        }
        Whose::Author(account) => all.filter(correction::Column::AuthorId.eq(account)),
    };
    all.filter(Condition::all().add_option(state.map(|state| correction::Column::State.eq(state))))
}

impl Listings {
    /// Corrections, the latest first: so many at the most, behind one; and whether more follow. Whose they are was
    /// asked before.
    ///
    /// # Errors
    /// The database failed.
    pub async fn corrections(
        &self,
        actor: &Actor,
        whose: Whose,
        state: Option<CorrectionState>,
        behind: Option<(DateTime<Utc>, CorrectionId)>,
        most: usize,
    ) -> Done<(Vec<Shown>, bool)> {
        let behind = behind.map(|(at, id)| {
            let at_once = Condition::all().add(correction::Column::MadeAt.eq(at)).add(correction::Column::Id.lt(id));
            Condition::any().add(correction::Column::MadeAt.lt(at)).add(at_once)
        });
        let rows = of(whose, state)
            .filter(Condition::all().add_option(behind))
            .order_by_desc(correction::Column::MadeAt)
            .order_by_desc(correction::Column::Id)
            .limit(most as u64 + 1);
        let mut rows = rows.all(self.database.connection()).await?;
        let more = rows.len() > most;
        rows.truncate(most);
        Ok((self.shown(actor, rows).await?, more))
    }

    /// How many there are.
    ///
    /// # Errors
    /// The database failed.
    pub async fn correction_count(&self, whose: Whose, state: Option<CorrectionState>) -> Done<u64> {
        Ok(of(whose, state).count(self.database.connection()).await?)
    }

    /// One, where it is theirs to see: they made it, or keep the service.
    ///
    /// # Errors
    /// The database failed.
    pub async fn correction(&self, actor: &Actor, id: CorrectionId) -> Done<Option<Shown>> {
        let row = correction::Entity::find_by_id(id).one(self.database.connection()).await?;
        let shown = self.shown(actor, row.into_iter().collect()).await?.pop();
        Ok(shown.filter(|shown| shown.as_owner || is_author(actor, &shown.row)))
    }

    async fn shown(&self, actor: &Actor, rows: Vec<correction::Model>) -> Done<Vec<Shown>> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let db = self.database.connection();
        let ids = rows.iter().map(|row| row.service_id);
        let services = service::Entity::find().filter(service::Column::Id.is_in(ids)).select_only();
        let services = services.columns([service::Column::Id, service::Column::AgencyId, service::Column::Version]);
        let services: Vec<(ServiceId, AgencyId, i32)> = services.into_tuple().all(db).await?;
        let services: HashMap<_, _> = services.into_iter().map(|(id, owner, version)| (id, (owner, version))).collect();
        let ids = rows.iter().flat_map(|row| [row.author_id, row.answered_by]).flatten();
        let names = account::Entity::find().filter(account::Column::Id.is_in(ids)).select_only();
        let names = names.columns([account::Column::Id, account::Column::Name]);
        let names: Vec<(AccountId, String)> = names.into_tuple().all(db).await?;
        let names: HashMap<_, _> = names.into_iter().collect();
        let ids = rows.iter().filter_map(|row| row.version_id);
        let made = listing_version::Entity::find().filter(listing_version::Column::Id.is_in(ids));
        let made = made.filter(listing_version::Column::State.eq(VersionState::Published)).select_only();
        let made: Vec<ListingVersionId> = made.column(listing_version::Column::Id).into_tuple().all(db).await?;
        let name = |id: Option<AccountId>| id.and_then(|id| names.get(&id).cloned());
        let show = |row: correction::Model| {
            let service = services.get(&row.service_id).copied();
            let as_owner = service.is_some_and(|(owner, _)| actor.keeps(Some(owner)) == Theirs::Yes);
            let own = is_author(actor, &row);
            Ok(Shown {
                proposed: row.proposed.as_deref().map(serde_json::from_str).transpose()?.unwrap_or_default(),
                service,
                as_owner,
                author: name(row.author_id).filter(|_| as_owner || own),
                answered_by: name(row.answered_by).filter(|_| as_owner),
                published: row.version_id.is_some_and(|id| made.contains(&id)),
                can_withdraw: own && life::after(row.state, Act::Withdraw).is_some(),
                row,
            })
        };
        rows.into_iter().map(show).collect()
    }
}

fn is_author(actor: &Actor, row: &correction::Model) -> bool {
    row.author_id.is_some() && row.author_id == actor.asker.account()
}
