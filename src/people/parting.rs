//! What was said while an account, or somebody who stands for another, spoke for a service user by mistake: where two records are
//! parted, and where an account is taken back. What they let in or opened ends; what was denied or barred holds again, and
//! somebody is left who can lift it.

use std::collections::BTreeSet;

use entity::enums::{ConsentEnd, ConsentGiver, ConsentKind, DataCategory, Purpose};
use entity::ids::{AccountId, AgencyId, ConsentId, ConsentScopeId, ExclusionId, ServiceUserId};
use entity::instants::Millis;
use entity::{consent, consent_scope, exclusion, proxy, service_user, service_user_merge};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};

use super::acting::signs_in;
use super::entering::Worker;
use super::wishes::saying_the_same;
use super::{People, Trouble};

/// Two who are parted: their rows and the account are back where they were before they were joined.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parting<'a> {
    /// How they were joined.
    pub(super) joining: &'a service_user_merge::Model,
    /// The account that was moved to the one that stood for both, and is the other's again.
    pub(super) account: Option<AccountId>,
    /// Who parts them.
    pub(super) by: Worker,
    /// When.
    pub(super) at: Millis,
}

/// For whom a denial was recorded, until when it holds, and what it covers.
type Denied = (ServiceUserId, Option<Millis>, BTreeSet<(AgencyId, DataCategory, Purpose)>);

impl People {
    /// Puts right what was said while two were one who are parted: whom either kept out and what they denied holds again, but
    /// for what they ended themselves; what was kept out and denied since holds for both; what the account of the other, and who
    /// stands for the other, opened of the one that stood for both ends. Where nobody could lift it, who parts them can.
    ///
    /// # Errors
    /// The database failed.
    pub(super) async fn part_wishes(&self, db: &DatabaseTransaction, parting: Parting<'_>) -> Result<(), Trouble> {
        let Parting { joining, account, by, at } = parting;
        let (kept, parted, since) = (joining.kept_id, joining.merged_id, joining.merged_at);
        let theirs = speaking_for_parted(db, parting).await?;
        // Of the other all that was ended, but by themselves; of the one that stood for both what was there before, and was
        // ended by who had nothing to do with them.
        let bars = (exclusion::Column::EndsAt, exclusion::Column::EndedBy);
        let bars_before = before(exclusion::Column::BeginsAt, exclusion::Column::Id, joining);
        put_bars_again(db, parted, ended_by_others(bars, account, since)).await?;
        put_bars_again(db, kept, ended_by_these(bars, &theirs, since).add(bars_before)).await?;
        if let Some(account) = account {
            close_opened_by(db, kept, account, (by.account, at)).await?;
        }
        let by_who_stands_for_them = Condition::all()
            .add(consent::Column::GivenBy.eq(ConsentGiver::Proxy))
            .add(consent::Column::RecordedBy.is_in(theirs.iter().copied()))
            .add(consent::Column::BeginsAt.gte(since));
        end_permits(db, kept, by_who_stands_for_them, (by.account, at)).await?;
        self.double_refusals(db, parting).await?;
        let denials = (consent::Column::EndedAt, consent::Column::EndedBy);
        let denials_before = before(consent::Column::BeginsAt, consent::Column::Id, joining);
        self.put_denials_again(db, parted, ended_by_others(denials, account, since), at).await?;
        self.put_denials_again(db, kept, ended_by_these(denials, &theirs, since).add(denials_before), at).await?;
        if let Some(account) = account {
            // It is theirs no more by which it could be lifted.
            let handed_on = exclusion::ActiveModel { written_for: Set(Some(by.agency)), ..Default::default() };
            exclusion::Entity::update_many()
                .set(handed_on)
                .filter(exclusion::Column::ServiceUserId.eq(kept))
                .filter(exclusion::Column::NamedBy.eq(account))
                .filter(exclusion::Column::WrittenFor.is_null())
                .filter(exclusion::Column::EndsAt.is_null())
                .filter(not_on(by.agency))
                .exec(db)
                .await?;
        }
        Ok(())
    }

    /// Gives the other of two who are parted the bars and denials of the one that stood for both that were said since they were
    /// joined, and hold; no bar that they have. Where the other has no account, what no agency wrote down goes as written down by
    /// the one that parts them, which can lift it; but never what is said against that one.
    async fn double_refusals(&self, db: &DatabaseTransaction, parting: Parting<'_>) -> Result<(), Trouble> {
        let (of, to) = (parting.joining.kept_id, parting.joining.merged_id);
        let bars_since = since(exclusion::Column::BeginsAt, exclusion::Column::Id, parting.joining);
        let denials_since = since(consent::Column::BeginsAt, consent::Column::Id, parting.joining);
        let person = service_user::Entity::find_by_id(to).one(db).await?.ok_or(Trouble::NotFound)?;
        let writer = if signs_in(db, &person, parting.at).await? { None } else { Some(parting.by.agency) };
        let holding = |id: ServiceUserId| {
            let of = exclusion::Entity::find().filter(exclusion::Column::ServiceUserId.eq(id));
            of.filter(exclusion::Column::EndsAt.is_null())
        };
        let whom = |bar: &exclusion::Model| (bar.agency_id, bar.account_id);
        let mut theirs: BTreeSet<_> = holding(to).all(db).await?.iter().map(whom).collect();
        for bar in holding(of).filter(bars_since).all(db).await? {
            if !theirs.insert(whom(&bar)) {
                continue;
            }
            let id = ExclusionId(self.clock.new_id());
            let written_for = bar.written_for.or(writer.filter(|writer| bar.agency_id != Some(*writer)));
            let same = exclusion::Model { id, service_user_id: to, recorded_for: to, written_for, ..bar };
            exclusion::Entity::insert(same.into_active_model()).exec_without_returning(db).await?;
        }
        let denials = consent::Entity::find()
            .filter(consent::Column::ServiceUserId.eq(of))
            .filter(consent::Column::Kind.eq(ConsentKind::Deny))
            .filter(consent::Column::EndedAt.is_null())
            .filter(denials_since)
            .all(db)
            .await?;
        for denial in denials {
            let id = denial.id;
            let same = consent::Model { service_user_id: to, recorded_for: to, ..denial };
            self.say_anew(db, id, same, writer).await?;
        }
        Ok(())
    }

    /// Puts denials of a service user again that were ended, as new rows: what ended stays as it is. Not those that have run
    /// out, and none that is said already.
    ///
    /// # Errors
    /// The database failed.
    pub(super) async fn put_denials_again(
        &self,
        db: &DatabaseTransaction,
        of: ServiceUserId,
        ended: Condition,
        at: Millis,
    ) -> Result<(), Trouble> {
        let denials = || {
            consent::Entity::find()
                .filter(consent::Column::ServiceUserId.eq(of))
                .filter(consent::Column::Kind.eq(ConsentKind::Deny))
                .order_by_asc(consent::Column::Id)
        };
        let mut holding = Vec::new();
        for denial in denials().filter(consent::Column::EndedAt.is_null()).all(db).await? {
            holding.push(denied(db, &denial).await?);
        }
        for denial in denials().filter(consent::Column::EndedAt.is_not_null()).filter(ended).all(db).await? {
            let what = denied(db, &denial).await?;
            if denial.expires_at.is_some_and(|ends| ends <= at) || holding.contains(&what) {
                continue;
            }
            holding.push(what);
            let id = denial.id;
            let again =
                consent::Model { ended_at: None, ended_as: None, ended_by: None, superseded_by: None, ..denial };
            self.say_anew(db, id, again, None).await?;
        }
        Ok(())
    }

    /// Says what a consent says in a row of its own; where no agency wrote it down, as this one's, unless it names it.
    async fn say_anew(
        &self,
        db: &DatabaseTransaction,
        said: ConsentId,
        anew: consent::Model,
        writer: Option<AgencyId>,
    ) -> Result<(), Trouble> {
        let scopes = consent_scope::Entity::find().filter(consent_scope::Column::ConsentId.eq(said)).all(db).await?;
        let id = ConsentId(self.clock.new_id());
        let writer = writer.filter(|writer| scopes.iter().all(|scope| scope.agency_id != *writer));
        // What lies sealed beside it opens for the first alone.
        let anew = consent::Model { id, agency_id: anew.agency_id.or(writer), sealed: None, ..anew };
        consent::Entity::insert(anew.into_active_model()).exec_without_returning(db).await?;
        for scope in scopes {
            let scope_id = ConsentScopeId(self.clock.new_id());
            let same = consent_scope::Model { id: scope_id, consent_id: id, ..scope };
            consent_scope::Entity::insert(same.into_active_model()).exec_without_returning(db).await?;
        }
        Ok(())
    }
}

/// Keeps out again whom a service user let in, by these bars; not whom they keep out already.
///
/// # Errors
/// The database failed.
pub(super) async fn put_bars_again(
    db: &DatabaseTransaction,
    of: ServiceUserId,
    lifted: Condition,
) -> Result<(), Trouble> {
    let lifted = exclusion::Entity::find()
        .filter(exclusion::Column::ServiceUserId.eq(of))
        .filter(exclusion::Column::EndsAt.is_not_null())
        .filter(lifted)
        .order_by_asc(exclusion::Column::Id)
        .all(db)
        .await?;
    for bar in lifted {
        let same = exclusion::Entity::find()
            .filter(saying_the_same(&bar))
            .filter(exclusion::Column::RecordedFor.eq(bar.recorded_for));
        if same.one(db).await?.is_some() {
            continue;
        }
        let again = exclusion::ActiveModel { ends_at: Set(None), ended_by: Set(None), ..Default::default() };
        let this = exclusion::Column::Id.eq(bar.id);
        exclusion::Entity::update_many().set(again).filter(this).exec(db).await?;
    }
    Ok(())
}

/// Ends what opens something of a service user and was said by an account as themselves: what it permitted, whom it named to
/// stand for them, and what these permitted while they did.
///
/// # Errors
/// The database failed.
pub(super) async fn close_opened_by(
    db: &DatabaseTransaction,
    of: ServiceUserId,
    account: AccountId,
    (by, at): (AccountId, Millis),
) -> Result<(), Trouble> {
    let themselves = Condition::all()
        .add(consent::Column::GivenBy.eq(ConsentGiver::Themselves))
        .add(consent::Column::RecordedBy.eq(account));
    end_permits(db, of, themselves, (by, at)).await?;
    let named = Condition::all().add(proxy::Column::ServiceUserId.eq(of)).add(proxy::Column::NamedBy.eq(account));
    for stood in proxy::Entity::find().filter(named.clone()).all(db).await? {
        let until = Ord::min(stood.ends_at.unwrap_or(at), at);
        let meanwhile = Condition::all()
            .add(consent::Column::GivenBy.eq(ConsentGiver::Proxy))
            .add(consent::Column::RecordedBy.eq(stood.account_id))
            .add(consent::Column::BeginsAt.gte(stood.begins_at))
            .add(consent::Column::BeginsAt.lte(until));
        end_permits(db, of, meanwhile, (by, at)).await?;
    }
    let lasts = Condition::any().add(proxy::Column::EndsAt.is_null()).add(proxy::Column::EndsAt.gt(at));
    proxy::Entity::update_many()
        .col_expr(proxy::Column::EndsAt, Expr::value(at))
        .filter(named)
        .filter(lasts)
        .exec(db)
        .await?;
    Ok(())
}

/// That a bar is on somebody else than an agency.
pub(super) fn not_on(agency: AgencyId) -> Condition {
    Condition::any().add(exclusion::Column::AgencyId.is_null()).add(exclusion::Column::AgencyId.ne(agency))
}

/// That a column names somebody else than an account, or nobody.
pub(super) fn not_by(column: impl ColumnTrait, account: AccountId) -> Condition {
    Condition::any().add(column.is_null()).add(column.ne(account))
}

/// Withdraws permits of a service user that hold.
async fn end_permits(
    db: &impl ConnectionTrait,
    of: ServiceUserId,
    which: Condition,
    (by, at): (AccountId, Millis),
) -> Result<(), Trouble> {
    let ended = consent::ActiveModel {
        ended_at: Set(Some(at)),
        ended_as: Set(Some(ConsentEnd::Withdrawn)),
        ended_by: Set(Some(by)),
        ..Default::default()
    };
    consent::Entity::update_many()
        .set(ended)
        .filter(consent::Column::ServiceUserId.eq(of))
        .filter(consent::Column::Kind.eq(ConsentKind::Permit))
        .filter(consent::Column::EndedAt.is_null())
        .filter(which)
        .exec(db)
        .await?;
    Ok(())
}

/// Who spoke for the one that stood for both, of two who are parted, and has to do with the other alone: the account that is the
/// other's, whom it named meanwhile, and who stands for the other and not for both.
async fn speaking_for_parted(db: &DatabaseTransaction, parting: Parting<'_>) -> Result<BTreeSet<AccountId>, Trouble> {
    let of = |id: ServiceUserId| proxy::Entity::find().filter(proxy::Column::ServiceUserId.eq(id));
    let for_other = of(parting.joining.merged_id).all(db).await?;
    let mut theirs: BTreeSet<AccountId> = for_other.into_iter().map(|row| row.account_id).collect();
    let for_kept = of(parting.joining.kept_id).all(db).await?;
    let is_theirs = |row: &proxy::Model| parting.account.is_some() && row.named_by == parting.account;
    let lasted = |row: &proxy::Model| row.ends_at.is_none_or(|ends| ends > parting.joining.merged_at);
    for row in for_kept.iter().filter(|row| !is_theirs(row) && lasted(row)) {
        theirs.remove(&row.account_id);
    }
    theirs.extend(for_kept.iter().filter(|row| is_theirs(row)).map(|row| row.account_id));
    theirs.extend(parting.account);
    Ok(theirs)
}

/// That something was ended since an instant by somebody else than an account, where there is one.
fn ended_by_others(
    (ended_at, ended_by): (impl ColumnTrait, impl ColumnTrait),
    account: Option<AccountId>,
    since: Millis,
) -> Condition {
    let since = Condition::all().add(ended_at.gte(since));
    match account {
        Some(account) => since.add(not_by(ended_by, account)),
        None => since,
    }
}

/// That something was ended since an instant by one of these accounts.
fn ended_by_these(
    (ended_at, ended_by): (impl ColumnTrait, impl ColumnTrait),
    these: &BTreeSet<AccountId>,
    since: Millis,
) -> Condition {
    Condition::all().add(ended_at.gte(since)).add(ended_by.is_in(these.iter().copied()))
}

/// That something began before two were joined; of what began in the same millisecond the ids tell it.
fn before(begins_at: impl ColumnTrait, id: impl ColumnTrait, joining: &service_user_merge::Model) -> Condition {
    let at_once = Condition::all().add(begins_at.eq(joining.merged_at)).add(id.lt(joining.id.0));
    Condition::any().add(begins_at.lt(joining.merged_at)).add(at_once)
}

/// That something began since two were joined, told as that it began before.
fn since(begins_at: impl ColumnTrait, id: impl ColumnTrait, joining: &service_user_merge::Model) -> Condition {
    let at_once = Condition::all().add(begins_at.eq(joining.merged_at)).add(id.gt(joining.id.0));
    Condition::any().add(begins_at.gt(joining.merged_at)).add(at_once)
}

/// What a denial says.
async fn denied(db: &impl ConnectionTrait, denial: &consent::Model) -> Result<Denied, Trouble> {
    let scopes = consent_scope::Entity::find().filter(consent_scope::Column::ConsentId.eq(denial.id)).all(db).await?;
    let covered = scopes.into_iter().map(|scope| (scope.agency_id, scope.category, scope.purpose)).collect();
    Ok((denial.recorded_for, denial.expires_at, covered))
}
