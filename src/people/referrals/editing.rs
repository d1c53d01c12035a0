//! A draft is written anew; and what was sent is made to disclose more, which is a disclosure of its own. Both race safely: the
//! service user is held against other changes, and of two edits of the same version one wins.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use entity::enums::{DataCategory, ReferralStep, ReferralUrgency};
use entity::ids::{AgencyId, ReferralId, ServiceId, ServiceUserId};
use entity::{referral, referral_category, referral_need};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::drafting::{Done, Draft, checked_words, known};
use super::life::{Refused, Side, WIDENED_FROM, transition};
use super::moving::{Held, disclosed_by, discloses, keep_routes, no_route, refused};
use super::reading::needs_of;
use super::route::{Between, routes};
use crate::people::contents::Wrong;
use crate::people::entering::Worker;
use crate::people::{People, Trouble};

/// What becomes of something that may be there or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change<T> {
    /// It stays as it is.
    Keep,
    /// It is left out.
    Clear,
    /// It is this.
    To(T),
}

impl<T> Change<T> {
    /// What it makes of what was there.
    pub(in crate::people) fn of(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Clear => None,
            Self::To(now) => Some(now),
        }
    }
}

/// What is changed of a draft. What is absent stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// To whom. A service of whom it went to before is left out, where no other is named.
    pub to: Option<AgencyId>,
    /// To which service of theirs.
    pub service: Change<ServiceId>,
    /// What it is about: keys of needs. That there are such needs is for who calls this.
    pub needs: Option<BTreeSet<String>>,
    /// What it discloses.
    pub discloses: Option<BTreeSet<DataCategory>>,
    /// How soon it matters.
    pub urgency: Option<ReferralUrgency>,
    /// The day of release from custody.
    pub release_on: Change<NaiveDate>,
}

impl Edit {
    /// The draft that it makes of another.
    #[must_use]
    pub fn of(&self, before: &Draft) -> Draft {
        let to = self.to.unwrap_or(before.to);
        Draft {
            to,
            service: self.service.of(before.service.filter(|_| to == before.to)),
            needs: self.needs.clone().unwrap_or_else(|| before.needs.clone()),
            discloses: self.discloses.clone().unwrap_or_else(|| before.discloses.clone()),
            urgency: self.urgency.unwrap_or(before.urgency),
            release_on: self.release_on.of(before.release_on),
        }
    }
}

impl People {
    /// Writes a draft anew, where it is still the version that the worker saw. It is held against the form of a draft as when it
    /// was written; a lawful route it needs when it is sent.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for a referral that is not theirs to see, and for whoever is not of the sender; [`Trouble::Wrong`]
    /// for what is no draft any more and what is not of the form; [`Trouble::Changed`] where it is of another version;
    /// [`Trouble::NothingChanges`]; the database failed, and nothing is changed.
    pub async fn edit_referral_draft(
        &self,
        by: Worker,
        id: ReferralId,
        expected: i32,
        edit: &Edit,
        words: Option<String>,
    ) -> Result<ServiceUserId, Trouble> {
        let words = checked_words(words)?;
        let Held { transaction, row, side, state, at } = self.held_referral(by.into(), id).await?;
        let (_, state) = transition(side, ReferralStep::Edited, state, row.held_from).map_err(refused)?;
        if row.version != expected {
            return Err(Trouble::changed(row.version));
        }
        let before = Draft {
            to: row.to_agency_id,
            service: row.service_id,
            needs: needs_of(&transaction, id).await?,
            discloses: discloses(&transaction, id).await?.into_iter().collect(),
            urgency: row.urgency,
            release_on: row.release_on,
        };
        let draft = edit.of(&before);
        if draft == before {
            return Err(Trouble::NothingChanges);
        }
        draft.check(row.agency_id)?;
        known(&transaction, &draft).await?;
        if draft.needs != before.needs {
            let of_this = referral_need::Column::ReferralId.eq(id);
            referral_need::Entity::delete_many().filter(of_this).exec(&transaction).await?;
            self.put_needs(&transaction, id, &draft.needs).await?;
        }
        if draft.discloses != before.discloses {
            let of_this = referral_category::Column::ReferralId.eq(id);
            referral_category::Entity::delete_many().filter(of_this).exec(&transaction).await?;
            self.put_disclosed(&transaction, id, &draft.discloses).await?;
        }
        let next = referral::ActiveModel {
            to_agency_id: Set(draft.to),
            service_id: Set(draft.service),
            urgency: Set(draft.urgency),
            release_on: Set(draft.release_on),
            version: Set(row.version + 1),
            changed_at: Set(at),
            ..Default::default()
        };
        self.change_referral(&transaction, id, next).await?;
        let (account, agency) = (Some(by.account), Some(by.agency));
        let done = Done { step: ReferralStep::Edited, state, at, by: account, agency, reason: None };
        let of = row.service_user_id;
        self.note_referral(&transaction, of, id, done, words.as_deref()).await?;
        transaction.commit().await?;
        Ok(of)
    }

    /// Makes a referral that was sent disclose more. It is a disclosure of its own: each category needs a lawful route now, and
    /// the step stands in the history with what was added.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for a referral that is not theirs to see, and for whoever is not of the sender; [`Trouble::Wrong`]
    /// for a draft, for one that rests or is over, what it discloses already, and what has no lawful route; the database
    /// failed, and nothing is changed.
    pub async fn widen_referral(
        &self,
        by: Worker,
        id: ReferralId,
        add: &BTreeSet<DataCategory>,
        words: Option<String>,
    ) -> Result<ServiceUserId, Trouble> {
        let words = checked_words(words)?;
        let Held { transaction, row, side, state, at } = self.held_referral(by.into(), id).await?;
        if side != Side::Sender {
            return Err(Trouble::NotFound);
        }
        if !WIDENED_FROM.contains(&state) {
            return Err(refused(Refused::NotNow(state)));
        }
        let had: BTreeSet<DataCategory> = discloses(&transaction, id).await?.into_iter().collect();
        let added: BTreeSet<DataCategory> = add.difference(&had).copied().collect();
        if added.is_empty() {
            let message = "It discloses all of that already: say what it is to disclose besides.";
            return Err(Wrong::new("discloses", message).into());
        }
        let of = row.service_user_id;
        let between = Between { from: row.agency_id, to: row.to_agency_id };
        let asked: Vec<DataCategory> = added.iter().copied().collect();
        let found = routes(&transaction, of, between, &asked, at).await?;
        let found = found.map_err(|category| no_route("discloses", category))?;
        self.put_disclosed(&transaction, id, &added).await?;
        keep_routes(&transaction, id, found).await?;
        let shows = self.shown_by_referral(&transaction, by.into(), &row, at).await?;
        let next =
            referral::ActiveModel { preview_hash: Set(Some(shows.hash)), changed_at: Set(at), ..Default::default() };
        self.change_referral(&transaction, id, next).await?;
        let (account, agency) = (Some(by.account), Some(by.agency));
        let done = Done { step: ReferralStep::Widened, state, at, by: account, agency, reason: None };
        let event = self.note_referral(&transaction, of, id, done, words.as_deref()).await?;
        disclosed_by(&transaction, id, event, &asked).await?;
        transaction.commit().await?;
        Ok(of)
    }
}
