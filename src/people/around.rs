//! Whose caseload a service user is on, whom they keep out, who stands for them: shown to themselves, to who stands for
//! them, and to who works with them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::enums::{DataCategory, ProxyAuthority};
use entity::ids::{AccountId, AgencyId, AssignmentId, ExclusionId, ProxyId, ServiceUserId, ServiceUserMergeId, TeamId};
use entity::instants::Millis;
use entity::{
    agreement_flow, agreement_period, assignment, exclusion, flow_scope, proxy, service_user, service_user_merge, team,
};
use sea_orm::sea_query::{ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::consents::reading::{ConsentSeen, ProposalSeen};
use super::lifting::Lifting;
use super::teams::{assigned_at, names_of};
use super::{People, Trouble};
use crate::access::rule::Row;
use crate::access::rule::load::among;

/// What stands around a service user now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Around {
    /// Whose caseloads they are on, the longest first.
    pub caseloads: Vec<OnCaseload>,
    /// Whom they keep out.
    pub kept_out: Vec<KeptOutNow>,
    /// Who stands for them, as far as it was decided that they are shown.
    pub proxies: Vec<StandsFor>,
    /// What they permit and deny, the newest first; what has ended too.
    pub consents: Vec<ConsentSeen>,
    /// What they were asked, the newest first.
    pub proposals: Vec<ProposalSeen>,
    /// Which double records were joined to theirs and can be parted again, the latest first.
    pub merges: Vec<JoinedTo>,
}

impl Around {
    /// What of it is for who is them, or stands for them: all but which records were joined to theirs, and who wrote a consent down
    /// or ended it by an account that is not theirs. Where that was a mistake the other is somebody else, of whom they are not to
    /// know.
    #[must_use]
    pub fn of_themselves(mut self) -> Self {
        self.merges.clear();
        for consent in &mut self.consents {
            consent.recorded_by = consent.recorded_by.take().filter(|_| consent.tells_recorder);
            consent.ended_by = consent.ended_by.take().filter(|_| consent.tells_ender);
        }
        self.each_once();
        self
    }

    /// Lists each caseload and whoever is kept out once, the longest: of double records that were joined both may say it.
    fn each_once(&mut self) {
        let (mut places, mut bars) = (BTreeSet::new(), BTreeSet::new());
        self.caseloads.retain(|on| {
            let key_worker = on.key_worker.as_ref().map(|(id, _)| *id);
            let team = on.team.as_ref().map(|(id, _)| *id);
            places.insert((on.agency, key_worker, team))
        });
        self.kept_out.retain(|kept| bars.insert((kept.agency, kept.account.as_ref().map(|(id, _)| *id))));
    }

    /// What of it is for who works with them for an agency: its own caseloads; whom they keep out as far as somebody there
    /// wrote it down, or is left to lift it, for the agency entered them; consents and proposals that it wrote down, that name it, or that name an agency to which its own rows
    /// may flow: with whom else they have to do is not its to know. Of what it did not write down it is told of no other
    /// agency, of no category that flows to none of these, of nobody who gave, wrote down, asked or witnessed it, and none of
    /// the words that were read, which say all of that. What holds against the agency itself it is told by seeing nothing. Which
    /// records were joined is for the agency that joined them.
    #[must_use]
    pub fn of_agency(mut self, agency: Option<AgencyId>, sharing: &Sharing) -> Self {
        let concerns = |named: &BTreeSet<AgencyId>| named.iter().any(|named| sharing.knows(agency, *named));
        self.caseloads.retain(|on| Some(on.agency) == agency);
        self.kept_out.retain(|kept| agency.is_some() && (kept.written_for == agency || kept.left_to == agency));
        self.merges.retain(|joined| Some(joined.agency) == agency);
        self.each_once();
        self.proposals.retain(|asked| asked.agency == agency || concerns(&asked.asked.agencies));
        self.consents.retain(|consent| consent.written_for == agency || concerns(&consent.agencies));
        for proposal in self.proposals.iter_mut().filter(|proposal| proposal.agency != agency) {
            proposal.agency = None;
            proposal.taken_back_by = None;
            sharing.keep(agency, &mut proposal.asked.agencies, &mut proposal.asked.categories);
        }
        for consent in self.consents.iter_mut().filter(|consent| consent.written_for != agency) {
            sharing.keep(agency, &mut consent.agencies, &mut consent.categories);
            consent.recorded_by = None;
            consent.ended_by = None;
            consent.preview_hash = None;
            consent.beside = None;
        }
        self
    }
}

/// What flows from and to an agency under agreements, or did while one was in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sharing {
    /// To whom its own rows flow.
    pub partners: BTreeSet<AgencyId>,
    /// Which categories flow to whom: of its own rows to others, and of those of others to it.
    pub flows: BTreeSet<(AgencyId, DataCategory)>,
}

impl Sharing {
    /// Whether what is said of another agency is the agency's to know.
    fn knows(&self, agency: Option<AgencyId>, named: AgencyId) -> bool {
        Some(named) == agency || self.partners.contains(&named)
    }

    /// Leaves what is the agency's to know of whom somebody else's consent names, and of what.
    fn keep(
        &self,
        agency: Option<AgencyId>,
        agencies: &mut BTreeSet<AgencyId>,
        categories: &mut BTreeSet<DataCategory>,
    ) {
        agencies.retain(|named| self.knows(agency, *named));
        categories.retain(|category| agencies.iter().any(|to| self.flows.contains(&(*to, *category))));
    }
}

/// The versions of agreements that are in force, or ever were. What nobody signed makes nobody a partner.
pub(super) fn ever_in_force() -> SelectStatement {
    Query::select().column(agreement_period::Column::VersionId).from(agreement_period::Entity).to_owned()
}

/// What flows from and to an agency.
pub(super) async fn sharing(db: &impl ConnectionTrait, agency: AgencyId) -> Result<Sharing, Trouble> {
    let mut select = Query::select();
    select
        .distinct()
        .expr_as(agreement_flow::Column::FromAgencyId.into_expr(), "from_agency")
        .expr_as(agreement_flow::Column::ToAgencyId.into_expr(), "to_agency")
        .expr_as(flow_scope::Column::Category.into_expr(), "category")
        .from(agreement_flow::Entity)
        .left_join(
            flow_scope::Entity,
            flow_scope::Column::FlowId.into_expr().eq(agreement_flow::Column::Id.into_expr()),
        )
        .and_where(agreement_flow::Column::VersionId.in_subquery(ever_in_force()))
        .cond_where(
            Condition::any()
                .add(agreement_flow::Column::FromAgencyId.eq(agency))
                .add(agreement_flow::Column::ToAgencyId.eq(agency)),
        );
    let mut sharing = Sharing::default();
    for row in db.query_all(&select).await? {
        let (from, to): (AgencyId, AgencyId) = (row.try_get("", "from_agency")?, row.try_get("", "to_agency")?);
        // A flow that covers nothing has no category.
        let category: Option<DataCategory> = row.try_get("", "category")?;
        if from == agency {
            sharing.partners.insert(to);
        }
        sharing.flows.extend(category.map(|category| (to, category)));
    }
    Ok(sharing)
}

/// That they are on a caseload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnCaseload {
    /// Id.
    pub id: AssignmentId,
    /// Of which agency.
    pub agency: AgencyId,
    /// The key worker, where it is one, with their name.
    pub key_worker: Option<(AccountId, String)>,
    /// The team, where it is one, with its name.
    pub team: Option<(TeamId, String)>,
    /// From when.
    pub since: Millis,
}

/// That they keep somebody out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptOutNow {
    /// Id.
    pub id: ExclusionId,
    /// The agency, where it is one.
    pub agency: Option<AgencyId>,
    /// The account, where it is one, with its name.
    pub account: Option<(AccountId, String)>,
    /// The agency that wrote it down; absent where they said so themselves.
    pub written_for: Option<AgencyId>,
    /// The agency that entered them, where its workers may lift it.
    pub left_to: Option<AgencyId>,
    /// From when.
    pub since: Millis,
}

/// That somebody stands for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandsFor {
    /// Id.
    pub id: ProxyId,
    /// Who.
    pub account: (AccountId, String),
    /// On what authority; absent where nobody said.
    pub authority: Option<ProxyAuthority>,
    /// From when.
    pub since: Millis,
    /// Until when, exclusive.
    pub until: Option<Millis>,
}

/// That a double record was joined to theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinedTo {
    /// Id.
    pub id: ServiceUserMergeId,
    /// The double.
    pub other: ServiceUserId,
    /// The agency that joined them.
    pub agency: AgencyId,
    /// When.
    pub at: Millis,
    /// Who did, with their name; absent where it was no person.
    pub by: Option<(AccountId, String)>,
}

/// That somebody stands for a service user, before it is decided who is told.
#[derive(Clone, Debug)]
pub(super) struct FoundProxy {
    /// As what it is decided about: it is the agency's that entered them, which says who stands for them, and of their family.
    pub(super) row: Row,
    proxy: proxy::Model,
}

/// Who stands for these service users at an instant. Who is told of it is for the rule.
pub(super) async fn found_proxies(
    db: &impl ConnectionTrait,
    of: &[ServiceUserId],
    at: Millis,
) -> Result<Vec<FoundProxy>, Trouble> {
    let (backend, these) = (db.get_database_backend(), || of.iter().map(|id| id.0));
    let proxies = proxy::Entity::find()
        .filter(among(backend, proxy::Column::ServiceUserId, these()))
        .filter(proxy::Column::BeginsAt.lte(at))
        .filter(Condition::any().add(proxy::Column::EndsAt.is_null()).add(proxy::Column::EndsAt.gt(at)))
        .order_by_asc(proxy::Column::Id)
        .all(db)
        .await?;
    let entered_by: HashMap<ServiceUserId, AgencyId> = service_user::Entity::find()
        .select_only()
        .column(service_user::Column::Id)
        .column(service_user::Column::AgencyId)
        .filter(among(backend, service_user::Column::Id, these()))
        .into_tuple::<(ServiceUserId, AgencyId)>()
        .all(db)
        .await?
        .into_iter()
        .collect();
    let found = |proxy: proxy::Model| {
        let agency = *entered_by.get(&proxy.service_user_id)?;
        Some(FoundProxy { row: Row::of(proxy.service_user_id, agency, DataCategory::Family), proxy })
    };
    Ok(proxies.into_iter().filter_map(found).collect())
}

/// What stands around these service users at an instant, with those who stand for them of whom it is shown.
pub(super) async fn around(
    people: &People,
    db: &impl ConnectionTrait,
    of: &[ServiceUserId],
    at: Millis,
    proxies: Vec<FoundProxy>,
) -> Result<HashMap<ServiceUserId, Around>, Trouble> {
    let (backend, these) = (db.get_database_backend(), || of.iter().map(|id| id.0));
    let assigned = assignment::Entity::find()
        .filter(among(backend, assignment::Column::ServiceUserId, these()))
        .filter(assigned_at(at))
        .order_by_asc(assignment::Column::BeginsAt)
        .order_by_asc(assignment::Column::Id)
        .all(db)
        .await?;
    let lasting = |begins: exclusion::Column, ends: exclusion::Column| {
        let lasts = Condition::any().add(ends.is_null()).add(ends.gt(at));
        Condition::all().add(begins.lte(at)).add(lasts)
    };
    let kept_out = exclusion::Entity::find()
        .filter(among(backend, exclusion::Column::ServiceUserId, these()))
        .filter(lasting(exclusion::Column::BeginsAt, exclusion::Column::EndsAt))
        .order_by_asc(exclusion::Column::Id)
        .all(db)
        .await?;
    let lifting = Lifting::of(db, &kept_out, at).await?;
    let merges = service_user_merge::Entity::find()
        .filter(among(backend, service_user_merge::Column::KeptId, these()))
        .filter(service_user_merge::Column::UndoneAt.is_null())
        .order_by_desc(service_user_merge::Column::MergedAt)
        .order_by_desc(service_user_merge::Column::Id)
        .all(db)
        .await?;
    let accounts = assigned.iter().filter_map(|row| row.account_id);
    let accounts = accounts.chain(kept_out.iter().filter_map(|row| row.account_id));
    let accounts = accounts.chain(merges.iter().filter_map(|row| row.merged_by));
    let names = names_of(db, accounts.chain(proxies.iter().map(|found| found.proxy.account_id))).await?;
    let in_teams: BTreeSet<Uuid> = assigned.iter().filter_map(|row| Some(row.team_id?.0)).collect();
    let teams: BTreeMap<TeamId, String> = team::Entity::find()
        .select_only()
        .column(team::Column::Id)
        .column(team::Column::Name)
        .filter(among(backend, team::Column::Id, in_teams))
        .into_tuple::<(TeamId, String)>()
        .all(db)
        .await?
        .into_iter()
        .collect();
    let named = |account: AccountId| (account, names.get(&account).cloned().unwrap_or_default());
    let mut all: HashMap<ServiceUserId, Around> = HashMap::new();
    for row in assigned {
        all.entry(row.service_user_id).or_default().caseloads.push(OnCaseload {
            id: row.id,
            agency: row.agency_id,
            key_worker: row.account_id.map(named),
            team: row.team_id.map(|team| (team, teams.get(&team).cloned().unwrap_or_default())),
            since: row.begins_at,
        });
    }
    for row in kept_out {
        all.entry(row.service_user_id).or_default().kept_out.push(KeptOutNow {
            id: row.id,
            agency: row.agency_id,
            account: row.account_id.map(named),
            written_for: row.written_for,
            left_to: lifting.entering(&row),
            since: row.begins_at,
        });
    }
    for FoundProxy { row: _, proxy: row } in proxies {
        all.entry(row.service_user_id).or_default().proxies.push(StandsFor {
            id: row.id,
            account: named(row.account_id),
            authority: row.authority,
            since: row.begins_at,
            until: row.ends_at,
        });
    }
    for row in merges {
        all.entry(row.kept_id).or_default().merges.push(JoinedTo {
            id: row.id,
            other: row.merged_id,
            agency: row.agency_id,
            at: row.merged_at,
            by: row.merged_by.map(named),
        });
    }
    for (id, consents) in people.consents(db, of, at).await? {
        all.entry(id).or_default().consents = consents;
    }
    for (id, proposals) in people.proposals(db, of, at).await? {
        all.entry(id).or_default().proposals = proposals;
    }
    Ok(all)
}
