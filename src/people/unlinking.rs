//! An account that was said to be a service user's own is taken back.

use std::collections::BTreeSet;

use entity::ids::{AccountId, ExclusionId, ServiceUserId};
use entity::instants::Millis;
use entity::{consent, exclusion, service_user};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::acting::Stands;
use super::contents::Wrong;
use super::entering::Worker;
use super::merging::kept_out_by;
use super::parting::{close_opened_by, put_bars_again};
use super::proxies::stand_again;
use super::said::{bars_of, done_by, not_done_by, not_on};
use super::wishes::NOT_OURS;
use super::{People, Trouble};
use crate::access::rule::load::among;

impl People {
    /// Takes back that an account is the service user's own: from the next read on they see nothing by it, and another one can
    /// be named. For workers of the agency that entered them.
    ///
    /// Whose it was may have been somebody else. So what opens something and was said by it as themselves ends with it: what they
    /// permitted, whom they named to stand for them, and what these permitted; it is said anew. What they denied, and whom they
    /// keep out, stays: a worker would let somebody in by it; but whom others keep out too is kept out by these alone. And what
    /// others denied or barred, and the account or whom it named ended, holds again; but for a bar on the agency that takes the
    /// account back, which nobody could lift. Who stands for them by law does so again where the account ended it: what they said
    /// is theirs to lift. Whom the service user named to stand for them does not, for if the account was theirs after all they
    /// may have sent them away themselves.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for anybody whom the worker does not work with; [`Trouble::Wrong`] where another agency entered
    /// them, and where they have no account; the database failed.
    pub async fn unlink_account(&self, by: Worker, of: ServiceUserId) -> Result<(), Trouble> {
        let begun = self.begin_change(by.into(), of).await?;
        let Stands::Worker(agency) = begun.stands else { return Err(Trouble::NotFound) };
        let (db, of, at) = (&begun.transaction, begun.of, begun.at);
        let person = service_user::Entity::find_by_id(of).one(db).await?.ok_or(Trouble::NotFound)?;
        if person.agency_id != agency {
            return Err(Wrong::new("serviceUser", NOT_OURS).into());
        }
        let Some(account) = person.account_id else {
            return Err(Wrong::new("serviceUser", "They have no account: there is nothing to take back.").into());
        };
        let unlinked = service_user::ActiveModel {
            account_id: Set(None),
            unlinked_by: Set(Some(by.account)),
            unlinked_at: Set(Some(at)),
            ..Default::default()
        };
        service_user::Entity::update_many().set(unlinked).filter(service_user::Column::Id.eq(of)).exec(db).await?;
        self.keep_account_where_parted(db, of).await?;
        close_opened_by(db, of, account, (by.account, at)).await?;
        stand_again(db, of, (account, None), at).await?;
        // The entering agency is kept out by nobody without an account: it could not name another.
        let theirs = (of, account);
        let by_others = not_done_by(theirs, exclusion::Column::NamedBy, exclusion::Column::BeginsAt);
        let lifted = Condition::all()
            .add(done_by(theirs, exclusion::Column::EndedBy, exclusion::Column::EndsAt))
            .add(not_on(agency));
        put_bars_again(db, of, by_others, lifted).await?;
        leave_to_others(db, theirs, at).await?;
        let taken_back = Condition::all()
            .add(done_by(theirs, consent::Column::EndedBy, consent::Column::EndedAt))
            .add(not_done_by(theirs, consent::Column::RecordedBy, consent::Column::BeginsAt));
        self.put_denials_again(db, of, taken_back, at).await?;
        self.part_from(db, of, &kept_out_by(db, of).await?, (by.into(), begun.stands), at).await?;
        self.hold_without_route(db, of, at).await?;
        Ok(begun.transaction.commit().await?)
    }
}

/// Ends that an account, and those whom it named, keep out whom others keep out of the same record too: it would be nobody's to
/// lift, and theirs neither with it. It ends as what it took back itself, for it does not hold again where records are parted.
async fn leave_to_others(
    db: &DatabaseTransaction,
    (of, account): (ServiceUserId, AccountId),
    at: Millis,
) -> Result<(), Trouble> {
    let own = bars_of(of)
        .filter(exclusion::Column::WrittenFor.is_null())
        .filter(done_by((of, account), exclusion::Column::NamedBy, exclusion::Column::BeginsAt))
        .all(db)
        .await?;
    if own.is_empty() {
        return Ok(());
    }
    let says = |bar: &exclusion::Model| (bar.recorded_for, bar.agency_id, bar.account_id);
    let theirs: BTreeSet<ExclusionId> = own.iter().map(|bar| bar.id).collect();
    let all = bars_of(of).all(db).await?;
    let by_others: BTreeSet<_> = all.iter().filter(|bar| !theirs.contains(&bar.id)).map(says).collect();
    let ended: Vec<Uuid> = own.iter().filter(|bar| by_others.contains(&says(bar))).map(|bar| bar.id.0).collect();
    let these = among(db.get_database_backend(), exclusion::Column::Id, ended);
    exclusion::Entity::update_many()
        .col_expr(exclusion::Column::EndsAt, Expr::value(at))
        .col_expr(exclusion::Column::EndedBy, exclusion::Column::NamedBy.into_expr())
        .filter(these)
        .exec(db)
        .await?;
    Ok(())
}
