//! Consents as those see them who are close to the service user: they themselves, who stands for them, who works with them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::enums::{ConsentEnd, ConsentGiver, ConsentKind, ConsentMethod, DataCategory, ProposalState, Purpose};
use entity::ids::{AccountId, AgencyId, ConsentId, ConsentProposalId, ServiceUserId};
use entity::instants::Millis;
use entity::{consent, consent_proposal, consent_scope, membership, proxy, service_user};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::asked::Asked;
use super::giving::{Beside, place};
use crate::access::rule::load::among;
use crate::hours::london;
use crate::people::teams::names_of;
use crate::people::{People, Trouble};
use crate::vault::sealed::key_of;

/// How a consent stands at an instant; that it ran out time brings alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsentState {
    /// It holds.
    Active,
    /// They took it back.
    Withdrawn,
    /// Another one stands in its place.
    Superseded,
    /// It ran out.
    Expired,
}

/// How far asking a service user has come at an instant; that its end has passed time brings alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProposalStanding {
    /// They have not answered.
    Proposed,
    /// They said yes.
    Accepted,
    /// They said no.
    Refused,
    /// Whoever asked took it back.
    TakenBack,
    /// They have not answered, and what they were asked would have ended by now.
    Expired,
}

/// A consent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentSeen {
    /// Id.
    pub id: ConsentId,
    /// A permit, or a denial.
    pub kind: ConsentKind,
    /// How it stands now.
    pub state: ConsentState,
    /// Whom it names; for workers of another agency than wrote it down as far as that is theirs to know.
    pub agencies: BTreeSet<AgencyId>,
    /// The categories, as far.
    pub categories: BTreeSet<DataCategory>,
    /// The purposes.
    pub purposes: BTreeSet<Purpose>,
    /// From when.
    pub begins: Millis,
    /// Until when, exclusive.
    pub expires: Option<Millis>,
    /// When it was withdrawn or superseded.
    pub ended: Option<Millis>,
    /// How it was given.
    pub method: Option<ConsentMethod>,
    /// Who gave it.
    pub given_by: Option<ConsentGiver>,
    /// Who ended it, by name.
    pub ended_by: Option<String>,
    /// The agency that wrote it down; absent where they gave it themselves.
    pub written_for: Option<AgencyId>,
    /// Who wrote it down, by name.
    pub recorded_by: Option<(AccountId, String)>,
    /// Whether who wrote it down is told to the service user: a worker, they themselves, or who stands for them or did. Of records
    /// that were joined by mistake it may have been the other.
    pub tells_recorder: bool,
    /// The same of who ended it.
    pub tells_ender: bool,
    /// The version of the words.
    pub text: Option<(String, i32)>,
    /// The hash of what was shown that each agency would see; absent for workers of another agency than wrote it down.
    pub preview_hash: Option<String>,
    /// The words, the witness, the note on capacity; absent where the key was destroyed, and for workers of another agency than
    /// wrote it down.
    pub beside: Option<Beside>,
}

/// What a service user was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposalSeen {
    /// Id.
    pub id: ConsentProposalId,
    /// The agency that asked; absent for workers of another.
    pub agency: Option<AgencyId>,
    /// How far it has come by now.
    pub state: ProposalStanding,
    /// What was asked; for workers of another agency as far as it is theirs to know.
    pub asked: Asked,
    /// When.
    pub proposed_at: Millis,
    /// When it was answered.
    pub answered_at: Option<Millis>,
    /// When it was taken back.
    pub taken_back_at: Option<Millis>,
    /// Who took it back, by name; absent for workers of another agency.
    pub taken_back_by: Option<String>,
}

/// How a consent stands at an instant.
fn state(row: &consent::Model, at: Millis) -> ConsentState {
    match (row.ended_at, row.ended_as) {
        (Some(_), Some(ConsentEnd::Superseded)) => ConsentState::Superseded,
        (Some(_), Some(ConsentEnd::Withdrawn) | None) => ConsentState::Withdrawn,
        (None, _) if row.expires_at.is_some_and(|expires| expires <= at) => ConsentState::Expired,
        (None, _) => ConsentState::Active,
    }
}

/// How far asking for something has come at an instant.
fn standing(state: ProposalState, asked: &Asked, at: Millis) -> ProposalStanding {
    match state {
        ProposalState::Proposed if asked.has_run_out(at) => ProposalStanding::Expired,
        ProposalState::Proposed => ProposalStanding::Proposed,
        ProposalState::Accepted => ProposalStanding::Accepted,
        ProposalState::Refused => ProposalStanding::Refused,
        ProposalState::TakenBack => ProposalStanding::TakenBack,
    }
}

/// Who of those who wrote something down or ended it is told to the service users.
struct Told {
    /// Who works for an agency, or ever did.
    workers: BTreeSet<AccountId>,
    /// The service users themselves, and who stands for each of them or did.
    theirs: BTreeSet<(ServiceUserId, AccountId)>,
}

impl Told {
    /// Of these accounts.
    async fn of(db: &impl ConnectionTrait, of: &[ServiceUserId], accounts: &[AccountId]) -> Result<Self, Trouble> {
        let (mut workers, mut theirs) = (BTreeSet::new(), BTreeSet::new());
        let each: BTreeSet<Uuid> = accounts.iter().map(|account| account.0).collect();
        if !each.is_empty() {
            let (backend, these) = (db.get_database_backend(), || of.iter().map(|id| id.0));
            let rows: Vec<AccountId> = membership::Entity::find()
                .select_only()
                .column(membership::Column::AccountId)
                .distinct()
                .filter(among(backend, membership::Column::AccountId, each))
                .filter(membership::Column::AgencyId.is_not_null())
                .into_tuple()
                .all(db)
                .await?;
            workers.extend(rows);
            let rows: Vec<(ServiceUserId, AccountId)> = service_user::Entity::find()
                .select_only()
                .column(service_user::Column::Id)
                .column(service_user::Column::AccountId)
                .filter(among(backend, service_user::Column::Id, these()))
                .filter(service_user::Column::AccountId.is_not_null())
                .into_tuple()
                .all(db)
                .await?;
            theirs.extend(rows);
            let rows: Vec<(ServiceUserId, AccountId)> = proxy::Entity::find()
                .select_only()
                .column(proxy::Column::ServiceUserId)
                .column(proxy::Column::AccountId)
                .filter(among(backend, proxy::Column::ServiceUserId, these()))
                .into_tuple()
                .all(db)
                .await?;
            theirs.extend(rows);
        }
        Ok(Self { workers, theirs })
    }

    fn tells(&self, of: ServiceUserId, account: AccountId) -> bool {
        self.workers.contains(&account) || self.theirs.contains(&(of, account))
    }
}

impl People {
    /// The consents of service users, the newest first. Who may see them is for who calls this.
    pub(in crate::people) async fn consents(
        &self,
        db: &impl ConnectionTrait,
        of: &[ServiceUserId],
        at: Millis,
    ) -> Result<HashMap<ServiceUserId, Vec<ConsentSeen>>, Trouble> {
        let rows = consent::Entity::find()
            .filter(among(db.get_database_backend(), consent::Column::ServiceUserId, of.iter().map(|id| id.0)))
            .order_by_desc(consent::Column::BeginsAt)
            .order_by_desc(consent::Column::Id)
            .all(db)
            .await?;
        let scopes = consent_scope::Entity::find()
            .filter(among(db.get_database_backend(), consent_scope::Column::ConsentId, rows.iter().map(|row| row.id.0)))
            .all(db)
            .await?;
        let keys: Vec<_> = rows.iter().filter_map(|row| key_of(row.sealed.as_deref()?)).collect();
        let keys = self.vault.keys(db, &keys).await?;
        let by: Vec<AccountId> = rows.iter().flat_map(|row| [row.recorded_by, row.ended_by]).flatten().collect();
        let told = Told::of(db, of, &by).await?;
        let names = names_of(db, by.into_iter()).await?;
        let mut covered: BTreeMap<ConsentId, Vec<&consent_scope::Model>> = BTreeMap::new();
        for scope in &scopes {
            covered.entry(scope.consent_id).or_default().push(scope);
        }
        let mut all: HashMap<ServiceUserId, Vec<ConsentSeen>> = HashMap::new();
        for row in rows {
            let covers = covered.remove(&row.id).unwrap_or_default();
            let beside = match row.sealed.as_deref() {
                None => None,
                Some(sealed) => match key_of(sealed).and_then(|id| keys.get(&id)) {
                    None => None,
                    Some(key) => {
                        let text = key.open(place(row.id), sealed).map_err(crate::vault::VaultError::from)?;
                        Some(serde_json::from_str(&text)?)
                    }
                },
            };
            let seen = ConsentSeen {
                id: row.id,
                kind: row.kind,
                state: state(&row, at),
                agencies: covers.iter().map(|scope| scope.agency_id).collect(),
                categories: covers.iter().map(|scope| scope.category).collect(),
                purposes: covers.iter().map(|scope| scope.purpose).collect(),
                begins: row.begins_at,
                expires: row.expires_at,
                ended: row.ended_at,
                method: row.method,
                given_by: row.given_by,
                ended_by: row.ended_by.and_then(|by| names.get(&by).cloned()),
                written_for: row.agency_id,
                recorded_by: row.recorded_by.and_then(|by| Some((by, names.get(&by)?.clone()))),
                tells_recorder: row.recorded_by.is_some_and(|by| told.tells(row.service_user_id, by)),
                tells_ender: row.ended_by.is_some_and(|by| told.tells(row.service_user_id, by)),
                text: row.text_key.zip(row.text_version),
                preview_hash: row.preview_hash,
                beside,
            };
            all.entry(row.service_user_id).or_default().push(seen);
        }
        Ok(all)
    }

    /// What service users were asked, the newest first. Who may see it is for who calls this.
    pub(in crate::people) async fn proposals(
        &self,
        db: &impl ConnectionTrait,
        of: &[ServiceUserId],
        at: Millis,
    ) -> Result<HashMap<ServiceUserId, Vec<ProposalSeen>>, Trouble> {
        let rows = consent_proposal::Entity::find()
            .filter(among(db.get_database_backend(), consent_proposal::Column::ServiceUserId, of.iter().map(|id| id.0)))
            .order_by_desc(consent_proposal::Column::ProposedAt)
            .order_by_desc(consent_proposal::Column::Id)
            .all(db)
            .await?;
        let by: Vec<AccountId> = rows.iter().filter_map(|row| row.taken_back_by).collect();
        let names = names_of(db, by.into_iter()).await?;
        let mut all: HashMap<ServiceUserId, Vec<ProposalSeen>> = HashMap::new();
        for row in rows {
            let asked: Asked = serde_json::from_str(&row.asked)?;
            all.entry(row.service_user_id).or_default().push(ProposalSeen {
                id: row.id,
                agency: row.agency_id,
                state: standing(row.state, &asked, at),
                asked,
                proposed_at: row.proposed_at,
                answered_at: row.answered_at,
                taken_back_at: row.taken_back_at,
                taken_back_by: row.taken_back_by.and_then(|by| names.get(&by).cloned()),
            });
        }
        Ok(all)
    }
}

impl ConsentSeen {
    /// What the service user takes home: the words, who, when, how, and how to end it. Plain text, a paragraph a line. Where the
    /// words are not there, or not for who asks, what is known beside them.
    #[must_use]
    pub fn receipt(&self) -> Vec<String> {
        let day = |at: Millis| london(at.to_utc()).date().format("%-d %B %Y").to_string();
        let beside = self.beside.clone().unwrap_or_default();
        let mut lines: Vec<String> = Some(beside.title).filter(|title| !title.is_empty()).into_iter().collect();
        lines.extend(beside.paragraphs);
        let said = match self.kind {
            ConsentKind::Permit => "You said yes",
            ConsentKind::Deny => "You said no",
        };
        let how = match (self.given_by, self.method) {
            (Some(ConsentGiver::Proxy), _) => " (somebody said it for you)",
            (_, Some(ConsentMethod::Spoken)) => " face to face",
            (_, Some(ConsentMethod::Signed)) => " and signed",
            (_, Some(ConsentMethod::Telephone)) => " on the phone",
            (_, Some(ConsentMethod::Online)) => " in the app",
            (_, None) => "",
        };
        lines.push(format!("{said} on {}{how}.", day(self.begins)));
        if let Some((_, name)) = &self.recorded_by {
            lines.push(format!("Written down by: {name}."));
        }
        if let Some(witness) = &beside.witness {
            lines.push(format!("Who was there too: {witness}."));
        }
        match (self.state, self.ended) {
            (ConsentState::Withdrawn, Some(at)) => {
                lines.push(format!("You ended it on {}.", day(at)));
                if let Some(name) = &self.ended_by {
                    lines.push(format!("Written down by: {name}."));
                }
            }
            (ConsentState::Superseded, Some(at)) => lines.push(format!("You gave a new one on {}.", day(at))),
            (ConsentState::Expired, _) => lines.push("It has run out.".to_owned()),
            (ConsentState::Active | ConsentState::Withdrawn | ConsentState::Superseded, _) => {}
        }
        lines.push(format!("Number of this: {}.", self.id.0));
        lines
    }

    /// The same as a page that prints on one sheet.
    #[must_use]
    pub fn receipt_html(&self) -> String {
        let escaped =
            |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        let lines = self.receipt();
        let (title, rest) = lines.split_first().map_or(("", &[][..]), |(title, rest)| (title.as_str(), rest));
        let paragraphs: String = rest.iter().map(|line| format!("<p>{}</p>\n", escaped(line))).collect();
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n\
             <style>body{{font:16pt/1.5 sans-serif;max-width:34em;margin:2em auto}}@page{{margin:2cm}}</style>\n</head>\n\
             <body>\n<h1>{title}</h1>\n{paragraphs}</body>\n</html>\n",
            title = escaped(title),
        )
    }
}
