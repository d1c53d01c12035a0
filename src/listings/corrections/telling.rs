//! Saying that a listing is wrong, and that a service turned somebody away; drafting a correction where several say so.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use chrono_tz::Europe::London;
use entity::enums::{CorrectionKind, CorrectionState, ListingKind, RefusalReason, Visibility};
use entity::ids::{AccountId, AgencyId, CorrectionId, PlaceId, ServiceId};
use entity::{correction, service_place};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};

use super::proposing::{Proposed, input_of};
use super::refusals::{self, Refusal};
use super::{About, Author, open_key, worded};
use crate::directory::listing::StoredService;
use crate::listings::changes::{self, FieldChange};
use crate::listings::store::{self, Asked, Held};
use crate::listings::subject::{Listing, Subject};
use crate::listings::{Done, Listings, Refused, Trouble, Why, check};

/// The oldest refusal that may be told of, in days: a year.
const OLDEST_DAYS: u64 = 366;

/// That a listing is wrong.
#[derive(Clone, Debug)]
pub struct Suggestion {
    /// Which service's.
    pub service: ServiceId,
    /// What is wrong, in words.
    pub words: String,
    /// What would be right.
    pub proposed: Proposed,
    /// A key under which it is said once, however often it is sent.
    pub key: String,
    /// What was given, in any form that is the same for the same: what the key stands for.
    pub input: String,
}

/// That a service turned somebody away.
#[derive(Clone, Debug)]
pub struct Report {
    /// Which service.
    pub service: ServiceId,
    /// At which of its places.
    pub place: Option<PlaceId>,
    /// Why.
    pub reason: RefusalReason,
    /// More about it, in words.
    pub words: Option<String>,
    /// On which day.
    pub on: Option<NaiveDate>,
    /// A key under which it is told once, however often it is sent.
    pub key: String,
    /// What was given, in any form that is the same for the same: what the key stands for.
    pub input: String,
}

/// What is stored of a correction when it is made; everything else comes later.
pub(super) struct New {
    pub(super) kind: CorrectionKind,
    pub(super) author: Option<(AccountId, Option<AgencyId>)>,
    pub(super) words: Option<String>,
    pub(super) proposed: Vec<FieldChange>,
    pub(super) reason: Option<RefusalReason>,
    pub(super) happened_on: Option<NaiveDate>,
    pub(super) place: Option<PlaceId>,
    pub(super) open_key: Option<String>,
    pub(super) referrals: Option<String>,
}

fn person(author: &Author) -> Done<AccountId> {
    author.actor.asker.account().ok_or_else(|| Trouble::Failed("a correction by a program".to_owned()))
}

impl Listings {
    /// Says that a listing is wrong, and what would be right.
    ///
    /// # Errors
    /// [`Why::NotFound`] for a service that they don't see; [`Why::BadValue`]; [`Why::NothingChanges`] where the listing
    /// says already all that is proposed.
    pub async fn suggest_correction(&self, author: &Author, suggestion: Suggestion) -> Done<CorrectionId> {
        let by = person(author)?;
        let words = worded("input.words", Some(&suggestion.words), About::TheService)?.ok_or_else(|| {
            Refused::field(Why::BadValue, "input.words", "Say what is wrong, and what would be right.")
        })?;
        let now = self.now();
        let transaction = self.database.begin_write().await?;
        let id = CorrectionId(self.clock.new_id());
        let (key, input) = (Some(suggestion.key.as_str()), suggestion.input.as_str());
        let asked = Asked { actor: &author.actor, key, operation: "suggest_correction", input };
        if let Some(before) = store::once(&transaction, &asked, id.0, now).await? {
            return Ok(CorrectionId(before));
        }
        let (held, service) = seen_by(&transaction, author, suggestion.service, false).await?;
        let proposed = self.changes_proposed(&service, &suggestion.proposed)?;
        if proposed.is_empty() && !suggestion.proposed.is_empty() {
            let message = "The listing says so already: leave out what is right, and say in words what is wrong.";
            return Err(Refused::field(Why::NothingChanges, "input.proposed", message));
        }
        let new = New {
            kind: CorrectionKind::Suggestion,
            author: Some((by, author.agency)),
            words: Some(words),
            proposed,
            reason: None,
            happened_on: None,
            place: None,
            open_key: None,
            referrals: None,
        };
        let row = row(id, &held, &service, new, now)?;
        correction::Entity::insert(row).exec_without_returning(&transaction).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Tells that a service turned somebody away. Told often enough, a correction is drafted of it.
    ///
    /// # Errors
    /// [`Why::NotFound`] for a service that they don't see, and a place that is none of its; [`Why::BadValue`] for words
    /// that point at a person and a day that can't be.
    pub async fn report_refusal(&self, author: &Author, report: Report) -> Done<CorrectionId> {
        let by = person(author)?;
        let words = worded("input.words", report.words.as_deref(), About::ARefusal)?;
        let now = self.now();
        let today = now.with_timezone(&London).date_naive();
        let oldest = today.checked_sub_days(Days::new(OLDEST_DAYS)).unwrap_or(today);
        if report.on.is_some_and(|day| day > today || day < oldest) {
            let message =
                "It lies ahead, or more than a year back: name the day on which it happened, or leave it out.";
            return Err(Refused::field(Why::BadValue, "input.on", message));
        }
        let transaction = self.database.begin_write().await?;
        let id = CorrectionId(self.clock.new_id());
        let (key, input) = (Some(report.key.as_str()), report.input.as_str());
        let asked = Asked { actor: &author.actor, key, operation: "report_refusal", input };
        if let Some(before) = store::once(&transaction, &asked, id.0, now).await? {
            return Ok(CorrectionId(before));
        }
        // Held, so that of two who tell of it at once the second counts the first.
        let (held, service) = seen_by(&transaction, author, report.service, true).await?;
        if let Some(place) = report.place {
            let found = service_place::Entity::find_by_id(place).one(&transaction).await?;
            if found.is_none_or(|found| found.service_id != report.service) {
                return Err(Refused::field(Why::NotFound, "input.place", "The service has no such place."));
            }
        }
        let new = New {
            kind: CorrectionKind::Refusal,
            author: Some((by, author.agency)),
            words,
            proposed: Vec::new(),
            reason: Some(report.reason),
            happened_on: Some(report.on.unwrap_or(today)),
            place: report.place,
            open_key: None,
            referrals: None,
        };
        let row = row(id, &held, &service, new, now)?;
        correction::Entity::insert(row).exec_without_returning(&transaction).await?;
        self.draft(&transaction, &held, &service, report.reason, now).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Drafts a correction where enough have told of one reason, or brings the open one up to date. The service's row is
    /// held.
    async fn draft(
        &self,
        db: &DatabaseTransaction,
        held: &Held,
        service: &StoredService,
        reason: RefusalReason,
        now: DateTime<Utc>,
    ) -> Done<()> {
        let today = now.with_timezone(&London).date_naive();
        // Nothing can have happened after it was told, so what was told before these days is out of them too.
        let since = now - TimeDelta::days(i64::from(self.drafting.days) + 1);
        let told = correction::Entity::find()
            .filter(correction::Column::ServiceId.eq(held.subject.uuid()))
            .filter(correction::Column::MadeAt.gte(since))
            .filter(correction::Column::Reason.eq(reason))
            .filter(correction::Column::Kind.eq(CorrectionKind::Refusal))
            .filter(correction::Column::State.eq(CorrectionState::Open))
            .select_only()
            .column(correction::Column::HappenedOn)
            .column(correction::Column::AuthorId)
            .column(correction::Column::AuthorAgencyId);
        let told: Vec<(Option<NaiveDate>, Option<AccountId>, Option<AgencyId>)> = told.into_tuple().all(db).await?;
        let whole = |(day, author, agency): (Option<NaiveDate>, Option<AccountId>, Option<AgencyId>)| {
            Some(Refusal { day: day?, author: author?, agency })
        };
        let told: Vec<Refusal> = told.into_iter().filter_map(whole).collect();
        let Some(tally) = refusals::tally(&told, self.drafting, today) else { return Ok(()) };
        let Subject::Service(id) = held.subject else { return Ok(()) };
        let key = open_key(id, reason);
        let words = refusals::words(tally, reason);
        // As the listing is now: it may have been changed since the first of them.
        let proposed = self.changes_proposed(service, &refusals::proposes(reason))?;
        let renewed = correction::ActiveModel {
            words: Set(Some(words.clone())),
            proposed: Set(written(&proposed)?),
            happened_on: Set(Some(tally.since)),
            updated_at: Set(now),
            ..Default::default()
        };
        let of_key = correction::Column::OpenKey.eq(key.as_str());
        if correction::Entity::update_many().set(renewed).filter(of_key).exec(db).await?.rows_affected > 0 {
            return Ok(());
        }
        let new = New {
            kind: CorrectionKind::Drafted,
            author: None,
            words: Some(words),
            proposed,
            reason: Some(reason),
            happened_on: Some(tally.since),
            place: None,
            open_key: Some(key),
            referrals: None,
        };
        let row = row(CorrectionId(self.clock.new_id()), held, service, new, now)?;
        let unless_there = OnConflict::column(correction::Column::OpenKey).do_nothing().to_owned();
        correction::Entity::insert(row).on_conflict(unless_there).exec_without_returning(db).await?;
        Ok(())
    }

    /// What is proposed as changes of the listing as it is now; nothing where it says so already.
    pub(super) fn changes_proposed(&self, service: &StoredService, proposed: &Proposed) -> Done<Vec<FieldChange>> {
        if proposed.is_empty() {
            return Ok(Vec::new());
        }
        let before = Listing::Service(Box::new(service.clone()));
        let after = Listing::Service(Box::new(proposed.onto(service)));
        let changes = changes::between(&before.to_show()?, &after.to_show()?);
        let top = |path: &str| path.split(['.', '[']).next().unwrap_or_default().to_owned();
        let changed: Vec<String> = changes.iter().map(|change| top(&change.field)).collect();
        let flaws = check::flaws(&after, self.needs()).into_iter().filter(|flaw| changed.contains(&top(&flaw.field)));
        let refused: Vec<Refused> = flaws
            .map(|flaw| Refused {
                why: Why::BadValue,
                field: Some(input_of(&flaw.field)),
                message: flaw.message,
                version: None,
                changed: Vec::new(),
            })
            .collect();
        if refused.is_empty() { Ok(changes) } else { Err(Trouble::Refused(refused)) }
    }
}

/// A service that somebody sees: a public one, or one of the agency they act for.
async fn seen_by(db: &DatabaseTransaction, author: &Author, id: ServiceId, hold: bool) -> Done<(Held, StoredService)> {
    let none = || store::there_is_none("input.service", ListingKind::Service);
    let held = store::find(db, Subject::Service(id), hold).await?.ok_or_else(none)?;
    let Listing::Service(service) = &held.listing else { return Err(none()) };
    let own = held.owner.is_some() && held.owner == author.agency;
    if service.visibility != Visibility::Public && !own {
        return Err(none());
    }
    let service = (**service).clone();
    Ok((held, service))
}

/// A correction as it is stored when it is made.
pub(super) fn row(
    id: CorrectionId,
    held: &Held,
    service: &StoredService,
    new: New,
    now: DateTime<Utc>,
) -> Done<correction::ActiveModel> {
    let proposed = written(&new.proposed)?;
    Ok(correction::ActiveModel {
        id: Set(id),
        service_id: Set(ServiceId(held.subject.uuid())),
        service_name: Set(service.name.clone()),
        agency_id: Set(service.agency),
        place_id: Set(new.place),
        state: Set(CorrectionState::Open),
        kind: Set(new.kind),
        author_id: Set(new.author.map(|(account, _)| account)),
        author_agency_id: Set(new.author.and_then(|(_, agency)| agency)),
        made_at: Set(now),
        words: Set(new.words),
        proposed: Set(proposed),
        reason: Set(new.reason),
        happened_on: Set(new.happened_on),
        open_key: Set(new.open_key),
        referrals: Set(new.referrals),
        reply: Set(None),
        answered_by: Set(None),
        answered_for: Set(None),
        answered_at: Set(None),
        version_id: Set(None),
        updated_at: Set(now),
    })
}

/// What is proposed, as its row holds it; nothing where nothing is.
fn written(proposed: &[FieldChange]) -> Done<Option<String>> {
    if proposed.is_empty() { Ok(None) } else { Ok(Some(serde_json::to_string(proposed)?)) }
}
