//! Somebody is told of services; the link under which they see it again; whether it helped.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::enums::{DataCategory, Helped};
use entity::ids::{AgencyId, ServiceUserId, SignpostId, SignpostNeedId};
use entity::instants::Millis;
use entity::{signpost, signpost_need};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Signposts;
use super::sheet::{Then, Told};
use crate::people::Trouble;
use crate::people::acting::{Actor, Stands};
use crate::people::contents::Wrong;
use crate::people::contents::work::category_of;
use crate::people::entering::Worker;
use crate::vault::sealed::Place;

/// For how many days a link is good where nobody says.
pub const LINK_DAYS: i64 = 28;
/// For how many at the most.
pub const MOST_LINK_DAYS: i64 = 180;
/// Of how many services somebody is told at once at the most.
pub const MOST_SERVICES: usize = 10;

const DAY: i64 = 86_400_000;
/// Random bytes of a code: too many to be tried, few enough to be typed.
const CODE_BYTES: usize = 12;

/// Why somebody was told of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// Where it stood for the question.
    pub group: Group,
    /// What spoke for it and against it, in the order in which it was shown.
    pub criteria: Vec<WhyCriterion>,
}

/// Where a service stood for the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Every criterion was met.
    Fits,
    /// Something had to be asked first.
    FitsIf,
    /// A criterion failed.
    NoBecause,
}

/// A criterion, as it was shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WhyCriterion {
    /// Whether it was met; absent where nobody could say.
    pub met: Option<bool>,
    /// The rule in plain words.
    pub reason: String,
    /// What would have settled it.
    pub ask: Option<String>,
}

/// What somebody is told.
#[derive(Clone, Debug)]
pub struct Giving {
    /// Who; none for somebody who gave no name.
    pub to: Option<ServiceUserId>,
    /// For which needs.
    pub needs: BTreeSet<String>,
    /// Which needs the services meet, these or others: their names tell of them too.
    pub met: BTreeSet<String>,
    /// Of which services, and why.
    pub services: Vec<(Told, Why)>,
    /// For how many days the link is good.
    pub link_days: i64,
}

/// That somebody was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The signpost.
    pub id: SignpostId,
    /// The link; none where nobody said where this server is reached, and where it was given before with the same key.
    pub link: Option<String>,
}

/// A set of categories, a bit each, in the order of [`DataCategory::ALL`].
pub(crate) fn bits<'a>(categories: impl IntoIterator<Item = &'a DataCategory>) -> i32 {
    let bit =
        |category: &DataCategory| DataCategory::ALL.iter().position(|one| one == category).map_or(0, |at| 1 << at);
    categories.into_iter().fold(0, |all, category| all | bit(category))
}

/// The categories that needs tell of; of no needs, what notes tell of.
fn tells_of<'a>(needs: impl Iterator<Item = &'a String>) -> i32 {
    let categories: BTreeSet<DataCategory> = needs.map(|key| category_of(key)).collect();
    if categories.is_empty() { bits(&[DataCategory::CaseNotes]) } else { bits(&categories) }
}

/// What is sealed of a signpost.
#[derive(Serialize, Deserialize)]
pub(super) struct Sealed {
    /// What was told of each service.
    pub(super) told: Vec<Then>,
    /// Why each.
    pub(super) why: Vec<Why>,
}

/// The categories of a set of bits.
pub(crate) fn categories(tells_of: i32) -> impl Iterator<Item = DataCategory> {
    DataCategory::ALL.iter().enumerate().filter(move |(at, _)| tells_of & (1 << at) != 0).map(|(_, category)| *category)
}

/// Where it stands why.
pub(super) fn place(id: SignpostId) -> Place {
    Place { column: "signpost.sealed", row: id.0 }
}

/// What is kept of a code.
pub(super) fn hash(code: &str) -> String {
    Sha256::digest(code).iter().fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"))
}

fn check_days(days: i64) -> Result<(), Wrong> {
    if (1..=MOST_LINK_DAYS).contains(&days) {
        return Ok(());
    }
    Err(Wrong::new("linkDays", format!("A link is good for 1 to {MOST_LINK_DAYS} days.")))
}

impl Signposts {
    /// Notes that somebody was told of services. The code of its link is told here, and never again.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for a service user whom the worker does not work with; [`Trouble::Wrong`]; the database or the
    /// vault failed, and nothing is written.
    pub async fn give(&self, by: Worker, giving: &Giving) -> Result<Given, Trouble> {
        check_days(giving.link_days)?;
        if giving.services.is_empty() || giving.services.len() > MOST_SERVICES {
            return Err(Wrong::new("services", format!("Say which: 1 to {MOST_SERVICES} services.")).into());
        }
        let id = SignpostId(self.clock.new_id());
        let mut each = BTreeSet::new();
        if let Some(twice) = giving.services.iter().position(|(told, _)| !each.insert((told.service, told.at))) {
            let field = format!("services.{twice}.service");
            return Err(Wrong { field, message: "It is named twice.".to_owned() }.into());
        }
        let salt = id.0.to_string();
        let then: Vec<Then> = giving.services.iter().map(|(told, _)| told.then(&salt)).collect();
        let (transaction, of, told, sealed) = match giving.to {
            Some(of) => {
                let writing = self.people.begin_writing(by, of).await?;
                let why = giving.services.iter().map(|(_, why)| why.clone()).collect();
                let sealed = serde_json::to_string(&Sealed { told: then, why })?;
                let sealed = self.people.vault().seal(&writing.key, place(id), &sealed)?;
                (writing.transaction, Some(writing.of), None, Some(sealed))
            }
            // Why is what their life is like, and that is kept of nobody without a name.
            None => (self.database.begin_write().await?, None, Some(serde_json::to_string(&then)?), None),
        };
        if let Some(before) = self.people.made_before(&transaction).await? {
            return Ok(Given { id: SignpostId(before), link: None });
        }
        let now = Millis::from(self.clock.now());
        let (code, link_hash) = self.code()?;
        let row = signpost::ActiveModel {
            id: Set(id),
            service_user_id: Set(of),
            recorded_for: Set(of),
            agency_id: Set(by.agency),
            given_by: Set(by.account),
            given_at: Set(now),
            tells_of: Set(tells_of(giving.needs.iter().chain(&giving.met))),
            told: Set(told),
            sealed: Set(sealed),
            link_hash: Set(Some(link_hash)),
            link_until: Set(Some(Millis(now.0 + giving.link_days * DAY))),
            helped: Set(None),
            helped_at: Set(None),
            helped_by: Set(None),
        };
        signpost::Entity::insert(row).exec_without_returning(&transaction).await?;
        let needs: Vec<signpost_need::ActiveModel> = giving
            .needs
            .iter()
            .map(|key| signpost_need::ActiveModel {
                id: Set(SignpostNeedId(self.clock.new_id())),
                signpost_id: Set(id),
                need_key: Set(key.clone()),
            })
            .collect();
        if !needs.is_empty() {
            signpost_need::Entity::insert_many(needs).exec_without_returning(&transaction).await?;
        }
        self.people.made(&transaction, &[id.0]).await?;
        transaction.commit().await?;
        Ok(Given { id, link: self.link(&code) })
    }

    /// Gives a signpost of the worker's agency a new link; the one before is good no more.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for a signpost that is not theirs; [`Trouble::Wrong`]; the database failed.
    pub async fn renew_link(&self, by: Worker, id: SignpostId, days: i64) -> Result<Given, Trouble> {
        check_days(days)?;
        let (code, link_hash) = self.code()?;
        let until = Millis(Millis::from(self.clock.now()).0 + days * DAY);
        let link = signpost::ActiveModel {
            link_hash: Set(Some(link_hash)),
            link_until: Set(Some(until)),
            ..Default::default()
        };
        self.change(by.into(), id, link).await?;
        Ok(Given { id, link: self.link(&code) })
    }

    /// Ends the link of a signpost: of the worker's agency, or the service user's own.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for a signpost that is not theirs; the database failed.
    pub async fn revoke_link(&self, by: Actor, id: SignpostId) -> Result<(), Trouble> {
        let none = signpost::ActiveModel { link_hash: Set(None), link_until: Set(None), ..Default::default() };
        self.change(by, id, none).await
    }

    /// Notes whether a signpost helped; said again, it says what is so now.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for a signpost that is not theirs; the database failed.
    pub async fn say_helped(&self, by: Actor, id: SignpostId, helped: Helped) -> Result<(), Trouble> {
        let said = signpost::ActiveModel {
            helped: Set(Some(helped)),
            helped_at: Set(Some(self.clock.now().into())),
            helped_by: Set(Some(by.account)),
            ..Default::default()
        };
        self.change(by, id, said).await
    }

    /// Changes a signpost for somebody whose it is: a worker of the agency that gave it, who works with whoever was told
    /// where they gave a name; the service user, and who stands for them.
    async fn change(&self, by: Actor, id: SignpostId, to: signpost::ActiveModel) -> Result<(), Trouble> {
        let found = signpost::Entity::find_by_id(id).one(self.database.connection()).await?;
        let of = match &found {
            Some(found) => found.service_user_id,
            // The statements are the same as where it is somebody else's.
            None => Some(ServiceUserId(id.0)),
        };
        let transaction = match of {
            Some(of) => {
                let begun = self.people.begin_step(by, of).await?;
                let agency = found.map(|found| found.agency_id).ok_or(Trouble::NotFound)?;
                if !is_theirs(begun.stands, agency) {
                    return Err(Trouble::NotFound);
                }
                begun.transaction
            }
            None => {
                let theirs = found.is_some_and(|found| Some(found.agency_id) == by.agency);
                if !theirs {
                    return Err(Trouble::NotFound);
                }
                self.database.begin_write().await?
            }
        };
        update(&transaction, id, to).await?;
        transaction.commit().await?;
        Ok(())
    }

    fn code(&self) -> Result<(String, String), Trouble> {
        let random = self.clock.random::<CODE_BYTES>().map_err(|error| Trouble::Failed(error.to_string()))?;
        let code = URL_SAFE_NO_PAD.encode(random);
        let hash = hash(&code);
        Ok((code, hash))
    }
}

fn is_theirs(stands: Stands, of: AgencyId) -> bool {
    match stands {
        Stands::Themselves | Stands::Proxy => true,
        Stands::Worker(agency) => agency == of,
    }
}

async fn update(db: &impl ConnectionTrait, id: SignpostId, to: signpost::ActiveModel) -> Result<(), Trouble> {
    signpost::Entity::update_many().set(to).filter(signpost::Column::Id.eq(id)).exec(db).await?;
    Ok(())
}
