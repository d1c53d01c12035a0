//! An account that was said to be a service user's own is taken back.

use entity::ids::ServiceUserId;
use entity::{consent, exclusion, service_user};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

use super::acting::Stands;
use super::contents::Wrong;
use super::entering::Worker;
use super::merging::kept_out_by;
use super::parting::{close_opened_by, put_bars_again};
use super::said::{done_by, not_done_by, not_on};
use super::wishes::NOT_OURS;
use super::{People, Trouble};

impl People {
    /// Takes back that an account is the service user's own: from the next read on they see nothing by it, and another one can
    /// be named. For workers of the agency that entered them.
    ///
    /// Whose it was may have been somebody else. So what opens something and was said by it as themselves ends with it: what they
    /// permitted, whom they named to stand for them, and what these permitted; it is said anew. What they denied, and whom they
    /// keep out, stays: a worker would let somebody in by it. And what others denied or barred, and the account or whom it named
    /// ended, holds again; but for a bar on the agency that takes the account back, which nobody could lift.
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
        // The entering agency is kept out by nobody without an account: it could not name another.
        let theirs = (of, account);
        let lifted = Condition::all()
            .add(done_by(theirs, exclusion::Column::EndedBy, exclusion::Column::EndsAt))
            .add(not_done_by(theirs, exclusion::Column::NamedBy, exclusion::Column::BeginsAt))
            .add(not_on(agency));
        put_bars_again(db, of, lifted).await?;
        let taken_back = Condition::all()
            .add(done_by(theirs, consent::Column::EndedBy, consent::Column::EndedAt))
            .add(not_done_by(theirs, consent::Column::RecordedBy, consent::Column::BeginsAt));
        self.put_denials_again(db, of, taken_back, at).await?;
        for whom in kept_out_by(db, of).await? {
            self.part_from(db, of, whom, (by.into(), begun.stands), at).await?;
        }
        self.hold_without_route(db, of, at).await?;
        Ok(begun.transaction.commit().await?)
    }
}
