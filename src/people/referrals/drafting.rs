//! A referral is written; and another in the place of one that goes elsewhere.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use entity::enums::{DataCategory, ReferralReason, ReferralState, ReferralStep, ReferralUrgency};
use entity::ids::{
    AccountId, AgencyId, ReferralCategoryId, ReferralEventId, ReferralId, ReferralNeedId, ServiceId, ServiceUserId,
};
use entity::instants::Millis;
use entity::{agency, referral, referral_category, referral_event, referral_need, service, service_user};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::place;
use crate::people::acting::{Actor, Stands};
use crate::people::contents::work::category_of;
use crate::people::contents::{Wrong, paragraphs};
use crate::people::entering::Worker;
use crate::people::{People, Trouble};

/// Most needs that a referral is about.
const MOST_NEEDS: usize = 20;

/// What a referral says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// To whom.
    pub to: AgencyId,
    /// To which service of theirs, where to a certain one.
    pub service: Option<ServiceId>,
    /// What it is about: keys of needs. That there are such needs is for who calls this.
    pub needs: BTreeSet<String>,
    /// What it discloses; never nothing.
    pub discloses: BTreeSet<DataCategory>,
    /// How soon it matters.
    pub urgency: ReferralUrgency,
    /// The day of release from custody, where there is one.
    pub release_on: Option<NaiveDate>,
}

/// What was done with a referral, by whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Done {
    pub(super) step: ReferralStep,
    pub(super) state: ReferralState,
    pub(super) at: Millis,
    pub(super) by: Option<AccountId>,
    pub(super) agency: Option<AgencyId>,
    pub(super) reason: Option<ReferralReason>,
}

/// Words of the form they must have, as they are kept.
pub(super) fn checked_words(words: Option<String>) -> Result<Option<String>, Wrong> {
    words.map(|words| paragraphs("words", &words)).transpose()
}

impl Draft {
    /// That it is of the form it must have.
    ///
    /// # Errors
    /// The first field that is wrong.
    pub(super) fn check(&self, own: AgencyId) -> Result<(), Wrong> {
        if self.to == own {
            return Err(Wrong::new("to", "It is your own agency: assign them there instead."));
        }
        if self.needs.is_empty() || self.needs.len() > MOST_NEEDS {
            return Err(Wrong::new("needs", format!("Say what it is about: 1 to {MOST_NEEDS} needs.")));
        }
        if self.discloses.is_empty() {
            return Err(Wrong::new("discloses", "Say what they are to see: at least one category."));
        }
        // What it is about tells of them as a row would.
        let of_needs = self.needs.iter().map(|key| category_of(key));
        let of_release = self.release_on.map(|_| DataCategory::Offending);
        for category in of_needs.chain(of_release) {
            if !self.discloses.contains(&category) {
                let message = format!(
                    "It tells of {} by its needs or its day of release: disclose that too, or leave them out.",
                    category.as_str().to_uppercase()
                );
                return Err(Wrong::new("discloses", message));
            }
        }
        Ok(())
    }
}

impl People {
    /// Writes a referral of somebody whom the worker works with; the worker answers for it. Nobody else sees it yet.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for anybody whom the worker does not work with; [`Trouble::Wrong`]; the database failed, and
    /// nothing is written.
    pub async fn draft_referral(&self, by: Worker, of: ServiceUserId, draft: &Draft) -> Result<ReferralId, Trouble> {
        draft.check(by.agency)?;
        let begun = self.begin_change(by.into(), of).await?;
        let Stands::Worker(_) = begun.stands else { return Err(Trouble::NotFound) };
        if let Some(before) = self.made_before(&begun.transaction).await? {
            return Ok(ReferralId(before));
        }
        known(&begun.transaction, draft).await?;
        let id =
            self.put_referral(&begun.transaction, (by.into(), by), (begun.of, begun.of), draft, None, begun.at).await?;
        self.made(&begun.transaction, &[id.0]).await?;
        begun.transaction.commit().await?;
        Ok(id)
    }

    /// Puts a draft into the tables.
    pub(super) async fn put_referral(
        &self,
        db: &impl ConnectionTrait,
        (by, owner): (Actor, Worker),
        (of, recorded_for): (ServiceUserId, ServiceUserId),
        draft: &Draft,
        parent: Option<ReferralId>,
        at: Millis,
    ) -> Result<ReferralId, Trouble> {
        let id = ReferralId(self.clock.new_id());
        let row = referral::ActiveModel {
            id: Set(id),
            service_user_id: Set(of),
            recorded_for: Set(recorded_for),
            agency_id: Set(owner.agency),
            to_agency_id: Set(draft.to),
            party_id: Set(None),
            service_id: Set(draft.service),
            parent_id: Set(parent),
            relationship_id: Set(None),
            state: Set(ReferralState::Draft),
            held_from: Set(None),
            urgency: Set(draft.urgency),
            release_on: Set(draft.release_on),
            owner_id: Set(owner.account),
            owner_agency_id: Set(owner.agency),
            offered_to: Set(None),
            created_by: Set(by.account),
            created_at: Set(at),
            sent_at: Set(None),
            expires_at: Set(None),
            waitlisted_at: Set(None),
            expected_on: Set(None),
            reason: Set(None),
            outcome: Set(None),
            changed_at: Set(at),
            version: Set(1),
            preview_hash: Set(None),
        };
        referral::Entity::insert(row).exec_without_returning(db).await?;
        self.put_needs(db, id, &draft.needs).await?;
        self.put_disclosed(db, id, &draft.discloses).await?;
        let done = Done {
            step: ReferralStep::Drafted,
            state: ReferralState::Draft,
            at,
            by: Some(by.account),
            agency: by.agency,
            reason: None,
        };
        self.note_referral(db, of, id, done, None).await?;
        Ok(id)
    }

    /// Puts down what a referral is about.
    pub(super) async fn put_needs(
        &self,
        db: &impl ConnectionTrait,
        id: ReferralId,
        needs: &BTreeSet<String>,
    ) -> Result<(), Trouble> {
        let rows = needs.iter().map(|key| referral_need::ActiveModel {
            id: Set(ReferralNeedId(self.clock.new_id())),
            referral_id: Set(id),
            need_key: Set(key.clone()),
        });
        referral_need::Entity::insert_many(rows).exec_without_returning(db).await?;
        Ok(())
    }

    /// Puts down what a referral discloses, on no route yet.
    pub(super) async fn put_disclosed(
        &self,
        db: &impl ConnectionTrait,
        id: ReferralId,
        categories: &BTreeSet<DataCategory>,
    ) -> Result<(), Trouble> {
        let rows = categories.iter().map(|category| referral_category::ActiveModel {
            id: Set(ReferralCategoryId(self.clock.new_id())),
            referral_id: Set(id),
            category: Set(*category),
            version_id: Set(None),
            consent_id: Set(None),
            event_id: Set(None),
        });
        referral_category::Entity::insert_many(rows).exec_without_returning(db).await?;
        Ok(())
    }

    /// Writes a step into the history of a referral, what was said with it sealed, and puts out the notices of it; gives its
    /// id. Whoever calls this holds the service user against other changes, so that no number is given twice, and has changed
    /// the row.
    pub(super) async fn note_referral(
        &self,
        db: &impl ConnectionTrait,
        of: ServiceUserId,
        referral: ReferralId,
        done: Done,
        words: Option<&str>,
    ) -> Result<ReferralEventId, Trouble> {
        let last: Option<Option<i32>> = referral_event::Entity::find()
            .select_only()
            .column_as(referral_event::Column::Number.max(), "last")
            .filter(referral_event::Column::ReferralId.eq(referral))
            .into_tuple()
            .one(db)
            .await?;
        let id = ReferralEventId(self.clock.new_id());
        let sealed = match words {
            Some(words) => {
                let person = service_user::Entity::find_by_id(of).one(db).await?.ok_or(Trouble::NotFound)?;
                let key = self.vault.key(db, person.key_id).await?;
                Some(self.vault.seal(&key, place(id), words)?)
            }
            None => None,
        };
        let number = last.flatten().unwrap_or(0) + 1;
        let row = referral_event::ActiveModel {
            id: Set(id),
            referral_id: Set(referral),
            number: Set(number),
            step: Set(done.step),
            state: Set(done.state),
            at: Set(done.at),
            by: Set(done.by),
            agency_id: Set(done.agency),
            reason: Set(done.reason),
            sealed: Set(sealed),
        };
        referral_event::Entity::insert(row).exec_without_returning(db).await?;
        self.tell_of_referral(db, referral, (id, number), done).await?;
        Ok(id)
    }
}

/// That there is such an agency, and such a service of it.
pub(super) async fn known(db: &impl ConnectionTrait, draft: &Draft) -> Result<(), Trouble> {
    if agency::Entity::find_by_id(draft.to).one(db).await?.is_none() {
        return Err(Wrong::new("to", "There is no such agency.").into());
    }
    if let Some(id) = draft.service {
        let found = service::Entity::find_by_id(id).one(db).await?;
        if found.is_none_or(|found| found.agency_id != draft.to) {
            return Err(Wrong::new("service", "There is no such service of that agency.").into());
        }
    }
    Ok(())
}
