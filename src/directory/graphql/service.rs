//! Services.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use entity::enums::FieldGroup as StoredGroup;
use entity::service::Model;

use super::agency::Agency;
use super::contacts::{Contact, contacts};
use super::eligibility::Eligibility;
use super::listing_enums::{
    AccessFeature, AssuranceEvidence, CostKind, DeliveryMode, FieldGroup, ReferralRoute, ServiceStatus, SessionFormat,
};
use super::location::ServiceAtLocation;
use super::need::Need;
use super::parts::{
    AreaCovered, Capacity, ExternalIdentifier, FieldFreshness, OpeningHours, Phone, Source, events, opening_hours,
};
use super::{load_list, load_one, nullable};
use crate::api::AskedAt;
use crate::api::errors::internal;
use crate::api::horizon::Horizon;
use crate::api::ids::NodeId;
use crate::api::leaves::Leaves;
use crate::api::scalars::{Date, DateTime, Url};
use crate::directory::freshness::FreshnessRules;
use crate::directory::listing::Area;
use crate::directory::loaders::{
    AgencyKey, AreasOf, AssurancesOf, CapacityOf, ContactsOfService, EligibilityOf, IdentifiersOfService,
    PhonesOfService, PlacesOf, SchedulesOfService, SourceKey,
};
use crate::directory::snapshot::refresh::Live;
use crate::directory::store::contacts::Whose;
use crate::places::CoveredArea;

/// Something that an agency offers.
#[derive(Clone, Debug)]
pub struct Service(pub(crate) Arc<Model>);

/// Something that an agency offers to people. Public; what is internal to an agency is not here.
#[Object]
impl Service {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        NodeId::Service(self.0.id).encode()
    }

    /// Name, as the agency writes it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Another name it goes by; null where there is none.
    async fn alternate_name(&self) -> Option<&str> {
        self.0.alternate_name.as_deref()
    }

    /// One or two plain sentences; null where nobody wrote them.
    async fn summary(&self) -> Option<&str> {
        self.0.summary.as_deref()
    }

    /// All there is to say; null where nobody wrote it.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// Whether it runs.
    async fn status(&self) -> ServiceStatus {
        self.0.status.into()
    }

    /// When a temporarily closed service is expected back; null where it is not closed or nobody said.
    async fn reopens_on(&self) -> Option<Date> {
        self.0.reopens_on.map(Date)
    }

    /// Something people must know today; null where there is nothing.
    async fn alert(&self) -> Option<&str> {
        self.0.alert.as_deref()
    }

    /// The agency that offers it.
    async fn agency(&self, ctx: &Context<'_>) -> Result<Agency> {
        let found = load_one(ctx, AgencyKey(self.0.agency_id)).await?;
        found.map(Agency).ok_or_else(|| internal(ctx, &"a service without its agency"))
    }

    /// The needs it meets.
    async fn needs(&self, ctx: &Context<'_>) -> Result<Vec<Need>> {
        let live = ctx.data::<Live>()?;
        let snapshot = &super::snapshot(ctx)?;
        let needs = snapshot.service(self.0.id).map_or(&[][..], |facts| &facts.needs);
        let keys = needs.iter().filter_map(|need| live.needs().at(*need));
        Ok(keys.filter_map(|need| Need::of_key(live.needs(), &need.key)).collect())
    }

    /// Where it is offered, in the agency's order; empty for a service without a place.
    async fn places(&self, ctx: &Context<'_>) -> Result<Vec<ServiceAtLocation>> {
        load_list(ctx, PlacesOf(self.0.id), |row| ServiceAtLocation(Arc::new(row.clone()))).await
    }

    /// Which areas it covers, wherever it is; empty where nobody said. Coverage decides who is taken, not the address.
    async fn areas(&self, ctx: &Context<'_>) -> Result<Vec<AreaCovered>> {
        let all = load_one(ctx, AreasOf(self.0.id)).await?;
        Ok(all
            .map(|all| all.iter().filter(|(place, _)| place.is_none()).map(|(_, area)| area_of(area)).collect())
            .unwrap_or_default())
    }

    /// Who is taken and who is not, as far as anybody said.
    async fn eligibility(&self, ctx: &Context<'_>) -> Result<Eligibility> {
        let found = load_one(ctx, EligibilityOf(self.0.id)).await?;
        Ok(found.map(|stated| Eligibility::from(stated.as_ref())).unwrap_or_default())
    }

    /// Places and waiting time; null where nobody said.
    async fn capacity(&self, ctx: &Context<'_>) -> Option<Result<Capacity>> {
        nullable(ctx, CapacityOf(self.0.id), |stated| Capacity::from(stated.as_ref())).await
    }

    /// How it reaches people; empty where nobody said.
    async fn delivery(&self) -> Vec<DeliveryMode> {
        self.0.delivery.0.iter().map(|mode| (*mode).into()).collect()
    }

    /// The form of its sessions; empty where nobody said.
    async fn formats(&self) -> Vec<SessionFormat> {
        self.0.formats.0.iter().map(|format| (*format).into()).collect()
    }

    /// How one gets in; empty where nobody said.
    async fn referral_routes(&self) -> Vec<ReferralRoute> {
        self.0.routes.0.iter().map(|route| (*route).into()).collect()
    }

    /// The gateway that refers, where one of the routes is a gateway; null otherwise.
    async fn gateway(&self) -> Option<&str> {
        self.0.gateway.as_deref()
    }

    /// How to get in, in words; null where nobody said.
    async fn how_to_apply(&self) -> Option<&str> {
        self.0.how_to_apply.as_deref()
    }

    /// What it costs the person; null where nobody said.
    async fn cost(&self) -> Option<CostKind> {
        self.0.cost.map(CostKind::from)
    }

    /// The cost in words; null where nobody said.
    async fn cost_note(&self) -> Option<&str> {
        self.0.cost_note.as_deref()
    }

    /// Languages spoken, as BCP 47 tags; empty where nobody said.
    async fn languages(&self) -> &[String] {
        &self.0.languages.0
    }

    /// Barriers removed.
    async fn access_offered(&self) -> Vec<AccessFeature> {
        self.0.access_offered.0.iter().map(|feature| (*feature).into()).collect()
    }

    /// Barriers that it says are there.
    async fn access_missing(&self) -> Vec<AccessFeature> {
        self.0.access_missing.0.iter().map(|feature| (*feature).into()).collect()
    }

    /// Who pays for it, for which area.
    async fn funding(&self) -> &[String] {
        &self.0.funding.0
    }

    /// Papers to bring.
    async fn documents(&self) -> &[String] {
        &self.0.documents.0
    }

    /// Its own page; null where there is none, and where what the listing has is not a safe link.
    async fn url(&self) -> Option<Url> {
        self.0.url.as_deref().and_then(Url::safe)
    }

    /// Its own e-mail address; null where there is none.
    async fn email(&self) -> Option<&str> {
        self.0.email.as_deref()
    }

    /// Its telephone numbers; where there are none, ask the agency's.
    async fn phones(&self, ctx: &Context<'_>) -> Result<Vec<Phone>> {
        load_list(ctx, PhonesOfService(self.0.id), |row| Phone::from(row)).await
    }

    /// People to ask about it. Names are shown to those who signed in and work in the network.
    async fn contacts(&self, ctx: &Context<'_>) -> Result<Vec<Contact>> {
        contacts(ctx, Whose::Service(self.0.id), ContactsOfService(self.0.id)).await
    }

    /// When it is open, where a place does not say otherwise; empty where nobody said.
    async fn opening_hours(&self, ctx: &Context<'_>) -> Result<Leaves<'static, OpeningHours>> {
        let rows = load_one(ctx, SchedulesOfService(self.0.id)).await?;
        Ok(rows.map_or_else(|| Vec::new().into(), |rows| opening_hours(&rows)))
    }

    /// Events and sessions, which are not opening hours.
    async fn events(&self, ctx: &Context<'_>) -> Result<Leaves<'static, OpeningHours>> {
        let rows = load_one(ctx, SchedulesOfService(self.0.id)).await?;
        Ok(rows.map_or_else(|| Vec::new().into(), |rows| events(&rows)))
    }

    /// How fresh each part of the listing is.
    async fn freshness(&self, ctx: &Context<'_>) -> Result<Vec<FieldFreshness>> {
        let rules = *ctx.data::<FreshnessRules>()?;
        let at = ctx.data::<AskedAt>()?.0;
        let rows = load_one(ctx, AssurancesOf(self.0.id)).await?;
        let rows = rows.as_deref().map_or(&[][..], Vec::as_slice);
        let horizon = Horizon::of(ctx);
        Ok(StoredGroup::ALL
            .iter()
            .map(|group| {
                let row = rows.iter().find(|row| row.field_group == *group);
                let confirmed = row.map(|row| row.assured_at);
                if let Some(last) = rules.fresh_through(*group, confirmed, at) {
                    horizon.through(last);
                }
                FieldFreshness {
                    group: FieldGroup::from(*group),
                    freshness: rules.state(*group, confirmed, at).into(),
                    confirmed_at: confirmed.map(DateTime),
                    confirmed_by: row.and_then(|row| row.assured_by.clone()),
                    evidence: row.map(|row| AssuranceEvidence::from(row.evidence)),
                    counts_for_days: i32::try_from(rules.days(*group)).unwrap_or(i32::MAX),
                }
            })
            .collect())
    }

    /// Ids in other registers.
    async fn identifiers(&self, ctx: &Context<'_>) -> Result<Vec<ExternalIdentifier>> {
        load_list(ctx, IdentifiersOfService(self.0.id), |row| ExternalIdentifier::from(row)).await
    }

    /// Where the listing comes from; null where it went away a moment ago.
    async fn source(&self, ctx: &Context<'_>) -> Option<Result<Source>> {
        nullable(ctx, SourceKey(self.0.source_id), |row| Source::from(row.as_ref())).await
    }

    /// When its source last changed it; null where nobody said.
    async fn source_changed_at(&self) -> Option<DateTime> {
        self.0.source_changed_at.map(DateTime)
    }

    /// When the listing last changed here. A change is no confirmation: see `freshness`.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}

/// An area as the schema shows it.
#[must_use]
pub fn area_of(area: &Area) -> AreaCovered {
    let label = || CoveredArea::compile(area.kind, &area.value).map(|compiled| compiled.label().to_owned()).ok();
    let name = area.name.clone().or_else(label).unwrap_or_else(|| area.value.clone());
    let code = (name != area.value).then(|| area.value.clone());
    AreaCovered { kind: area.kind.into(), name, code }
}
