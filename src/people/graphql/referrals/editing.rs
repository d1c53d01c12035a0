//! What is said to write a draft anew, and to make a referral disclose more.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Result};
use chrono::NaiveDate;
use entity::ids::{ReferralId, ServiceId};

use super::enums::ReferralUrgency;
use super::{referral_id, service_id};
use crate::agreements::graphql::enums::DataCategory;
use crate::api::ids;
use crate::api::scalars::Date;
use crate::directory::snapshot::refresh::Live;
use crate::people::graphql::inputs::need_key;
use crate::people::referrals::editing::{Change, Edit};

/// What is changed of a draft. What is left out stays as it is.
#[derive(Clone, Debug, InputObject)]
pub struct EditReferralDraftInput {
    /// Which referral, by its global id.
    pub referral: ID,
    /// The version that the viewer saw: where it was written anew meanwhile, nothing is done.
    pub expected_version: i32,
    /// The agency that it is to be sent to. Another one than before leaves the service out where none is named.
    pub receiver: Option<ID>,
    /// The service of that agency; null leaves it out.
    pub service: MaybeUndefined<ID>,
    /// What it is about, by the keys or ids of needs: 1 to 20.
    pub needs: Option<Vec<ID>>,
    /// What it discloses: at least one category, and those of its needs; OFFENDING with a day of release.
    pub discloses: Option<Vec<DataCategory>>,
    /// How soon it matters.
    pub urgency: Option<ReferralUrgency>,
    /// The day of release from custody; null leaves it out.
    pub release_on: MaybeUndefined<Date>,
    /// What there is to say: both parties and the service user see it once it is sent.
    pub words: Option<String>,
}

/// What a referral that was sent is to disclose besides.
#[derive(Clone, Debug, InputObject)]
pub struct WidenReferralInput {
    /// Which referral, by its global id.
    pub referral: ID,
    /// The categories. Each needs a lawful route now.
    pub discloses: Vec<DataCategory>,
    /// What there is to say: both parties and the service user see it.
    pub words: Option<String>,
}

impl EditReferralDraftInput {
    /// Which referral, and what is changed of it.
    pub(super) fn read(&self, ctx: &Context<'_>) -> Result<(ReferralId, Edit)> {
        let list = ctx.data::<Live>()?.needs();
        let keys = |needs: &Vec<ID>| needs.iter().map(|id| need_key(list, "input.needs", id)).collect::<Result<_>>();
        let service: Change<ServiceId> = match &self.service {
            MaybeUndefined::Undefined => Change::Keep,
            MaybeUndefined::Null => Change::Clear,
            MaybeUndefined::Value(id) => service_id("input.service", Some(id))?.map_or(Change::Clear, Change::To),
        };
        let release_on: Change<NaiveDate> = match &self.release_on {
            MaybeUndefined::Undefined => Change::Keep,
            MaybeUndefined::Null => Change::Clear,
            MaybeUndefined::Value(date) => Change::To(date.0),
        };
        let edit = Edit {
            to: self.receiver.as_ref().map(|id| ids::agency("input.receiver", id)).transpose()?,
            service,
            needs: self.needs.as_ref().map(keys).transpose()?,
            discloses: self.discloses.as_ref().map(|all| all.iter().map(|one| (*one).into()).collect()),
            urgency: self.urgency.map(Into::into),
            release_on,
        };
        Ok((referral_id("input.referral", &self.referral)?, edit))
    }
}
