//! Who answers for a referral. It is handed over, not just sent away: until the other takes it over, whoever had it has it.

use entity::enums::ReferralStep;
use entity::ids::{AccountId, AgencyId, ReferralId, ServiceUserId};
use entity::referral;
use sea_orm::ActiveValue::Set;

use super::drafting::{Done, Draft, checked_words, known};
use super::life::{Leads, OVER, Refused, Side, transition};
use super::moving::{Held, end_dealing, is_kept_out, refused};
use crate::people::acting::{Actor, is_link_worker};
use crate::people::caseload::Whose;
use crate::people::contents::Wrong;
use crate::people::entering::Worker;
use crate::people::{People, Trouble};

impl People {
    /// Asks another link worker of the agency that answers for a referral to take it over.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for a referral that is not theirs to see; [`Trouble::Wrong`] where they are not of the agency
    /// that answers for it, it is over, or the other is no link worker there; the database failed.
    pub async fn offer_referral(
        &self,
        by: Worker,
        id: ReferralId,
        to: AccountId,
        words: Option<String>,
    ) -> Result<ServiceUserId, Trouble> {
        let words = checked_words(words)?;
        let held = self.held_referral(by.into(), id).await?;
        answers(&held, by.agency)?;
        if held.row.owner_id != by.account {
            return Err(Wrong::new("referral", "Whoever answers for it offers it, and nobody else.").into());
        }
        if held.row.owner_id == to {
            return Err(Wrong::new("to", "They answer for it already.").into());
        }
        if held.row.offered_to == Some(to) {
            return Err(Wrong::new("to", "It is offered to them already.").into());
        }
        if !is_link_worker(&held.transaction, to, by.agency, held.at).await? {
            return Err(Wrong::new("to", "They are no link worker of your agency.").into());
        }
        let theirs = Actor { account: to, agency: Some(by.agency) };
        let of = held.row.service_user_id;
        // Who can't see it can't take it over.
        if is_kept_out(&held.transaction, of, to).await? {
            return Err(Wrong::new("to", "They can't answer for this one: name somebody else.").into());
        }
        if held.side == Side::Sender && self.stands(&held.transaction, theirs, of, held.at).await?.is_none() {
            return Err(Wrong::new("to", "They do not work with them yet: assign them first.").into());
        }
        let next = referral::ActiveModel { offered_to: Set(Some(to)), changed_at: Set(held.at), ..Default::default() };
        self.finish(held, by, ReferralStep::Offered, next, words).await
    }

    /// Takes over a referral that was offered.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for a referral that is not theirs to see, and where it was not offered to them; the database
    /// failed.
    pub async fn take_over_referral(&self, by: Worker, id: ReferralId) -> Result<ServiceUserId, Trouble> {
        let held = self.held_referral(by.into(), id).await?;
        answers(&held, by.agency)?;
        if held.row.offered_to != Some(by.account) {
            return Err(Trouble::NotFound);
        }
        let whom = (held.row.service_user_id, held.row.recorded_for);
        self.put_on(&held.transaction, by, whom, Whose::Account(by.account), held.at).await?;
        let next = referral::ActiveModel {
            owner_id: Set(by.account),
            offered_to: Set(None),
            changed_at: Set(held.at),
            ..Default::default()
        };
        self.finish(held, by, ReferralStep::TakenOver, next, None).await
    }

    /// Drafts another referral in the place of one that was not answered, to somebody else. It is the sender's to send: what
    /// it discloses needs a lawful route of its own.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for a referral that is not theirs to see; [`Trouble::Wrong`] where it is answered, and for who
    /// is no other agency; the database failed.
    pub async fn reroute_referral(
        &self,
        by: Actor,
        id: ReferralId,
        to: AgencyId,
        service: Option<entity::ids::ServiceId>,
        words: Option<String>,
    ) -> Result<(ServiceUserId, ReferralId), Trouble> {
        let words = checked_words(words)?;
        let held = self.held_referral(by, id).await?;
        if let Some(before) = self.made_before(&held.transaction).await? {
            return Ok((held.row.service_user_id, ReferralId(before)));
        }
        let (found, _) =
            transition(held.side, ReferralStep::Rerouted, held.state, held.row.held_from).map_err(refused)?;
        let Leads::To(state) = found.leads else { return Err(refused(Refused::NotNow(held.state))) };
        if to == held.row.to_agency_id && service == held.row.service_id {
            return Err(Wrong::new("to", "It went there already.").into());
        }
        let row = &held.row;
        let draft = Draft {
            to,
            service,
            needs: super::reading::needs_of(&held.transaction, id).await?,
            discloses: super::moving::discloses(&held.transaction, id).await?.into_iter().collect(),
            urgency: row.urgency,
            release_on: row.release_on,
        };
        if to == row.agency_id {
            return Err(Wrong::new("to", "It is the agency that sends it.").into());
        }
        known(&held.transaction, &draft).await?;
        // Whoever answered for the one answers for the other.
        let owner = Worker { account: row.owner_id, agency: row.owner_agency_id };
        let child = self
            .put_referral(
                &held.transaction,
                (by, owner),
                (row.service_user_id, row.recorded_for),
                &draft,
                Some(id),
                held.at,
            )
            .await?;
        end_dealing(&held.transaction, row.relationship_id, Some(held.at)).await?;
        let next = referral::ActiveModel { state: Set(state), changed_at: Set(held.at), ..Default::default() };
        self.change_referral(&held.transaction, id, next).await?;
        let done = Done {
            step: ReferralStep::Rerouted,
            state,
            at: held.at,
            by: Some(by.account),
            agency: by.agency,
            reason: None,
        };
        let of = row.service_user_id;
        self.note_referral(&held.transaction, of, id, done, words.as_deref()).await?;
        self.made(&held.transaction, &[child.0]).await?;
        held.transaction.commit().await?;
        Ok((of, child))
    }

    async fn finish(
        &self,
        held: Held,
        by: Worker,
        step: ReferralStep,
        next: referral::ActiveModel,
        words: Option<String>,
    ) -> Result<ServiceUserId, Trouble> {
        let (id, of, state) = (held.row.id, held.row.service_user_id, held.row.state);
        self.change_referral(&held.transaction, id, next).await?;
        let (account, agency) = (Some(by.account), Some(by.agency));
        let done = Done { step, state, at: held.at, by: account, agency, reason: None };
        self.note_referral(&held.transaction, of, id, done, words.as_deref()).await?;
        held.transaction.commit().await?;
        Ok(of)
    }
}

/// That somebody acts for the agency that answers for a referral, and that it is not over.
fn answers(held: &Held, agency: AgencyId) -> Result<(), Trouble> {
    if held.side == Side::ServiceUser || held.row.owner_agency_id != agency {
        return Err(Wrong::new("referral", "The other agency answers for it.").into());
    }
    if OVER.contains(&held.state) {
        return Err(refused(Refused::NotNow(held.state)));
    }
    Ok(())
}
