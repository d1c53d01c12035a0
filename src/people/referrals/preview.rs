//! Exactly what whoever works at the receiver would see of a sender's rows by way of a referral: the rule itself, asked as if it
//! was sent now, and as if nothing else made the receiver somebody to them. Its hash stands in the referral, so that what the
//! receiver sees later can be held against what was shown before.
//!
//! What others share with the receiver is between them and the service user: it is neither shown to the sender nor part of the
//! hash. A hash that changed with it would tell of it, and one over a few closed sets is guessed in a moment.

use std::collections::{BTreeMap, BTreeSet};

use entity::enums::{DataCategory, Purpose, Role};
use entity::ids::{AccountId, AgencyId, RecordId, ReferralId, ServiceUserId};
use entity::instants::Millis;
use entity::{person_record, referral};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::moving::discloses;
use super::reading::{Besides, WhichReferrals};
use crate::access::ledger::Pending;
use crate::access::rule::decide::{self, Ground};
use crate::access::rule::facts::{Facts, Membership, Relationship};
use crate::access::rule::predicate::{referral_visible, visible};
use crate::access::rule::{Ask, Row, WAYS};
use crate::people::acting::Actor;
use crate::people::reading::Reader;
use crate::people::{People, Trouble};

/// What the receiver would see of one category.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// The category.
    pub category: DataCategory,
    /// For which purposes; never none.
    pub purposes: BTreeSet<Purpose>,
    /// Whose rows, whether or not there are any now: the sender's.
    pub source: AgencyId,
    /// The rows of the sender that there are now. Rows of other kinds than records, as appointments, go by the category.
    pub records: BTreeSet<RecordId>,
}

/// What the receiver would see of the sender's rows by way of a referral.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferralPreview {
    /// To whom it goes.
    pub to: AgencyId,
    /// What they would see, in the order of categories. Of the sender's rows of other categories they would see nothing by way
    /// of it.
    pub shown: Vec<Shown>,
    /// What it discloses and has no lawful route now, for referrals.
    pub without_route: BTreeSet<DataCategory>,
    /// The hash of it: SHA-256, in hexadecimal.
    pub hash: String,
    /// The hash of what they would have seen when it was sent or widened; absent for a draft.
    pub was: Option<String>,
}

/// What the hash is of; its fields in this order for ever. In form 1 there was no version, it was for referrals alone, and what
/// others share was part of it.
#[derive(Serialize)]
struct Hashed<'a> {
    form: u32,
    service_user: ServiceUserId,
    to: AgencyId,
    /// Of the draft: each writing of it is another, so that it is sent as it was when it was previewed, with its needs, urgency,
    /// day of release, service and words. Once it was sent it stays.
    version: i32,
    discloses: &'a BTreeSet<DataCategory>,
    shown: &'a [Shown],
}

impl People {
    /// What the receiver of a referral would see of the sender's rows by way of it, as of now, for whichever purpose they look;
    /// for who works with the service user at the sender, and none for anybody else. That it was looked at stands in the ledger,
    /// though nothing is opened.
    ///
    /// # Errors
    /// [`Trouble::Changing`] where what it rests on keeps changing; the database or the ledger failed.
    pub async fn preview_referral(
        &self,
        reader: Reader,
        id: ReferralId,
        pending: Option<&Pending>,
    ) -> Result<Option<ReferralPreview>, Trouble> {
        let which = WhichReferrals::Of(vec![id]);
        let seen = self.read_referrals(reader, &which, Besides::default(), pending).await?.pop();
        if !seen.is_some_and(|seen| matches!(seen.ground, Ground::OwnAgency)) {
            return Ok(None);
        }
        let at = Millis::from(self.clock.now());
        let by = Actor { account: reader.account, agency: reader.agency };
        let db = self.database.connection();
        let found = referral::Entity::find_by_id(id).filter(referral_visible(&ask(by, at))).one(db).await?;
        let Some(row) = found else { return Ok(None) };
        Ok(Some(self.shown_by_referral(db, by, &row, at).await?))
    }

    /// The same of a row, for who works with the service user at the sender.
    pub(super) async fn shown_by_referral(
        &self,
        db: &impl ConnectionTrait,
        by: Actor,
        row: &referral::Model,
        at: Millis,
    ) -> Result<ReferralPreview, Trouble> {
        let (of, to) = (row.service_user_id, row.to_agency_id);
        let discloses: BTreeSet<DataCategory> = discloses(db, row.id).await?.into_iter().collect();
        let mut flows: BTreeMap<DataCategory, BTreeSet<Purpose>> = BTreeMap::new();
        // Whoever works there looks for whatever they say; for figures the rule shows nobody anything.
        for purpose in Purpose::ALL {
            for category in flowing(db, row, &discloses, *purpose, at).await? {
                flows.entry(category).or_default().insert(*purpose);
            }
        }
        let has_none =
            |category: &DataCategory| flows.get(category).is_none_or(|for_what| !for_what.contains(&Purpose::Referral));
        let without_route: BTreeSet<DataCategory> = discloses.iter().copied().filter(has_none).collect();
        let rows = senders_rows(db, by, row, &discloses, at).await?;
        let shows = |(category, purposes): (DataCategory, BTreeSet<Purpose>)| {
            let records = rows.iter().filter(|(_, its)| *its == category).map(|(id, _)| *id).collect();
            Shown { category, purposes, source: row.agency_id, records }
        };
        let shown: Vec<Shown> = flows.into_iter().map(shows).collect();
        let hashed =
            Hashed { form: 2, service_user: of, to, version: row.version, discloses: &discloses, shown: &shown };
        let digest = Sha256::digest(serde_json::to_vec(&hashed)?);
        let hash = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(ReferralPreview { to, shown, without_route, hash, was: row.preview_hash.clone() })
    }
}

/// The categories of which whoever works at the receiver would see rows of the sender for a purpose, by way of a referral that
/// discloses these.
async fn flowing(
    db: &impl ConnectionTrait,
    row: &referral::Model,
    discloses: &BTreeSet<DataCategory>,
    purpose: Purpose,
    at: Millis,
) -> Result<BTreeSet<DataCategory>, DbErr> {
    let (of, to) = (row.service_user_id, row.to_agency_id);
    // Somebody who works there with service users, whoever it may be.
    let account = AccountId(Uuid::nil());
    let theirs = Ask { account, agency: Some(to), purpose, at };
    let mut facts = Facts::load(db, &theirs, &[of]).await?;
    let agency = Some(to);
    facts.memberships.push(Membership { account, agency, role: Role::LinkWorker, begins: at, ends: None });
    // By way of this one, and of nothing else.
    let by_this = |category: &DataCategory| Relationship {
        service_user: of,
        agency: to,
        only: Some(*category),
        opened: at,
        closed: None,
    };
    facts.relationships = discloses.iter().map(by_this).collect();
    let flows =
        |category: &DataCategory| decide::holds(&WAYS.shared, &theirs, &Row::of(of, row.agency_id, *category), &facts);
    Ok(DataCategory::ALL.iter().copied().filter(flows).collect())
}

fn ask(by: Actor, at: Millis) -> Ask {
    Ask { account: by.account, agency: by.agency, purpose: Purpose::Referral, at }
}

/// The sender's rows of these categories, by id alone: nothing of them is opened.
async fn senders_rows(
    db: &impl ConnectionTrait,
    by: Actor,
    row: &referral::Model,
    categories: &BTreeSet<DataCategory>,
    at: Millis,
) -> Result<Vec<(RecordId, DataCategory)>, Trouble> {
    let rows: Vec<(RecordId, DataCategory)> = person_record::Entity::find()
        .select_only()
        .column(person_record::Column::Id)
        .column(person_record::Column::Category)
        .filter(person_record::Column::ServiceUserId.eq(row.service_user_id))
        .filter(person_record::Column::AgencyId.eq(row.agency_id))
        .filter(person_record::Column::EndedAt.is_null())
        .filter(person_record::Column::Category.is_in(categories.iter().copied()))
        .filter(visible(&ask(by, at)))
        .order_by_asc(person_record::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows)
}
