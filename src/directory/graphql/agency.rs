//! Agencies.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use entity::agency::Model;

use super::contacts::{Contact, contacts};
use super::matched::ServiceConnection;
use super::parts::{ExternalIdentifier, Phone, Source};
use super::queries::{ServiceOrder, services_page};
use super::{load_list, nullable};
use crate::api::ids::NodeId;
use crate::api::scalars::{DateTime, Url};
use crate::connection;
use crate::directory::loaders::{AgencyKey, ContactsOfAgency, IdentifiersOfAgency, PhonesOfAgency, SourceKey};
use crate::directory::snapshot::ServiceFacts;
use crate::directory::store::contacts::Whose;

/// An organisation in the network: a charity, a council, a health trust, a company.
#[derive(Clone, Debug)]
pub struct Agency(pub(crate) Arc<Model>);

/// An organisation in the network: a charity, a council, a health trust, a company. Public.
#[Object]
impl Agency {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        NodeId::Agency(self.0.id).encode()
    }

    /// Name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Another name it goes by; null where there is none.
    async fn alternate_name(&self) -> Option<&str> {
        self.0.alternate_name.as_deref()
    }

    /// What it does, in plain words; null where nobody said.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// General e-mail address; null where there is none.
    async fn email(&self) -> Option<&str> {
        self.0.email.as_deref()
    }

    /// Website; null where there is none, and where what the listing has is not a safe link.
    async fn website(&self) -> Option<Url> {
        self.0.website.as_deref().and_then(Url::safe)
    }

    /// Charity, company, council…, in words; null where nobody said.
    async fn legal_status(&self) -> Option<&str> {
        self.0.legal_status.as_deref()
    }

    /// Charity number; null where there is none.
    async fn charity_number(&self) -> Option<&str> {
        self.0.charity_number.as_deref()
    }

    /// Company number; null where there is none.
    async fn company_number(&self) -> Option<&str> {
        self.0.company_number.as_deref()
    }

    /// The agency it is a part of; null where it stands alone.
    async fn parent(&self, ctx: &Context<'_>) -> Option<Result<Agency>> {
        nullable(ctx, AgencyKey(self.0.parent_id?), Agency).await
    }

    /// Telephone numbers.
    async fn phones(&self, ctx: &Context<'_>) -> Result<Vec<Phone>> {
        load_list(ctx, PhonesOfAgency(self.0.id), |row| Phone::from(row)).await
    }

    /// People to ask, the named contact first, but for whom the agency named for the viewer's own agency. Names are shown
    /// to those who signed in and work in the network.
    async fn contacts(&self, ctx: &Context<'_>) -> Result<Vec<Contact>> {
        contacts(ctx, Whose::Agency(self.0.id), ContactsOfAgency(self.0.id)).await
    }

    /// Whom to ask: who the agency named for the viewer's own agency, else who answers for its listings; null where
    /// nobody was named. The name is shown to those who signed in and work in the network.
    async fn named_contact(&self, ctx: &Context<'_>) -> Option<Result<Contact>> {
        contacts(ctx, Whose::Agency(self.0.id), ContactsOfAgency(self.0.id)).await.map(Contact::named).transpose()
    }

    /// Ids in other registers.
    async fn identifiers(&self, ctx: &Context<'_>) -> Result<Vec<ExternalIdentifier>> {
        load_list(ctx, IdentifiersOfAgency(self.0.id), |row| ExternalIdentifier::from(row)).await
    }

    /// Its public services, by name.
    #[graphql(complexity = "crate::api::limits::page_cost(first, 20, child_complexity)")]
    async fn services(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many; the settings say how many at the most.")] first: Option<i32>,
        #[graphql(desc = "Cursor behind which to begin.")] after: Option<String>,
    ) -> Result<ServiceConnection> {
        let agency = self.0.id;
        let selected = |service: &ServiceFacts| service.agency == agency;
        services_page(ctx, first, after, ServiceOrder::default(), format!("agency:{agency:?}").as_bytes(), selected)
            .await
    }

    /// Where the listing comes from.
    async fn source(&self, ctx: &Context<'_>) -> Option<Result<Source>> {
        nullable(ctx, SourceKey(self.0.source_id), |row| Source::from(row.as_ref())).await
    }

    /// When the listing last changed here.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}

connection!(AgencyConnection, AgencyEdge, Agency, "agencies");
