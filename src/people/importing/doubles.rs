//! Whether an agency knows somebody like the one of a row: of the same names, born on the same day, by the index that people
//! are found by. Nobody is opened or named for it, and nobody is joined.

use std::collections::BTreeSet;

use entity::enums::RecordKind;
use entity::ids::AgencyId;
use entity::{name_key, person_record};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::people::contents::Identity;
use crate::people::names::{key_of_birth, key_of_name, words};
use crate::people::{People, Trouble};
use crate::vault::index::IndexKey;

/// What somebody is known again by; none of those whose birthday nobody knows, or whose name has no
/// word.
pub(super) fn marks(index: &IndexKey, identity: &Identity) -> Option<BTreeSet<i64>> {
    let born = identity.born_on.map(key_of_birth)?;
    let names = words(&format!("{} {}", identity.given_names, identity.family_name));
    if names.is_empty() {
        return None;
    }
    let keys = names.iter().map(|word| key_of_name(word)).chain([born]);
    Some(keys.map(|key| index.hash(&key)).collect())
}

impl People {
    /// Whether an agency knows somebody with all of these marks.
    pub(super) async fn is_known_by(&self, agency: AgencyId, marks: &BTreeSet<i64>) -> Result<bool, Trouble> {
        let mut select = person_record::Entity::find()
            .filter(person_record::Column::AgencyId.eq(agency))
            .filter(person_record::Column::Kind.eq(RecordKind::Identity))
            .filter(person_record::Column::EndedAt.is_null());
        for mark in marks {
            let found = Query::select()
                .column(name_key::Column::RecordId)
                .from(name_key::Entity)
                .and_where(name_key::Column::Hash.eq(*mark))
                .to_owned();
            select = select.filter(person_record::Column::Id.in_subquery(found));
        }
        Ok(select.one(self.database().connection()).await?.is_some())
    }
}
