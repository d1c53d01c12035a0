//! What was said while an account, or somebody who stands for another, spoke for a service user by mistake: where two records are
//! parted, and where an account is taken back. What they let in or opened ends; what was denied or barred holds again, and
//! somebody is left who can lift it.

use std::collections::{BTreeMap, BTreeSet};

use entity::enums::{ConsentEnd, ConsentGiver, ConsentKind, DataCategory, Purpose};
use entity::ids::{AccountId, AgencyId, ConsentId, ConsentScopeId, ExclusionId, ServiceUserId};
use entity::instants::Millis;
use entity::{consent, consent_scope, exclusion, proxy, service_user, service_user_merge};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use super::acting::signs_in;
use super::entering::Worker;
use super::lifting::Lifting;
use super::proxies::{end_proxies, stand_again};
use super::said::{
    Barred, barred, bars_of, before, denials_of, ended_by_others, ended_by_these, named_by, not_by, not_on,
    not_on_workers_of, not_taken_back, one_of, said_by_others, since, stood,
};
use super::{People, Trouble};
use crate::access::rule::load::among;

/// Most rows of one statement: none grows beyond what an engine takes.
pub(super) const MOST_AT_ONCE: usize = 500;

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

/// At whose word something is denied: an agency's that wrote it down, or an account's, as which it spoke.
type Giver = (Option<AgencyId>, Option<ConsentGiver>, Option<AccountId>);

/// What consents cover.
type Covered = BTreeMap<ConsentId, Vec<consent_scope::Model>>;

impl People {
    /// Puts right what was said while two were one who are parted: whom either kept out and what they denied holds again, but
    /// for what they ended themselves; what was kept out and denied since holds for both; what the account of the other, and who
    /// stands for the other, opened of the one that stood for both ends. What nobody could lift the agency that parts them can.
    ///
    /// # Errors
    /// The database failed.
    pub(super) async fn part_wishes(&self, db: &DatabaseTransaction, parting: Parting<'_>) -> Result<(), Trouble> {
        let Parting { joining, account, by, at } = parting;
        let (kept, parted, joined_at) = (joining.kept_id, joining.merged_id, joining.merged_at);
        let theirs = speaking_for_parted(db, parting).await?;
        let person = service_user::Entity::find_by_id(kept).one(db).await?.ok_or(Trouble::NotFound)?;
        let lifts_it_themselves = signs_in(db, &person, at).await?;
        // Of the other all that was ended, but by themselves; of the one that stood for both what was ended by who had nothing to
        // do with them, and had not said it; of neither what whoever said it took back.
        let bars = (exclusion::Column::EndsAt, exclusion::Column::EndedBy);
        let bars_stay =
            || not_taken_back((exclusion::Column::NamedBy, exclusion::Column::WrittenFor, exclusion::Column::EndedBy));
        let by_others = ended_by_others(bars, account, joined_at).add(bars_stay());
        put_bars_again(db, parted, Condition::all(), by_others).await?;
        if let Some(account) = account {
            close_opened_by(db, kept, account, (by.account, at)).await?;
            stand_again(db, kept, (account, Some(joined_at)), at).await?;
        }
        if let Some(own) = person.account_id {
            stand_again(db, parted, (own, Some(joined_at)), at).await?;
        }
        // A worker did not write down who of those who stood for them said it: where one was of these it may have been that one.
        let for_either = proxy::Column::ServiceUserId.is_in([kept, parted]);
        let these = Condition::all().add(for_either).add(one_of(db, proxy::Column::AccountId, &theirs));
        let to_a_worker =
            Condition::all().add(consent::Column::AgencyId.is_not_null()).add(stood(these, consent::Column::BeginsAt));
        let said = Condition::any().add(one_of(db, consent::Column::RecordedBy, &theirs)).add(to_a_worker);
        let by_who_stands_for_them = Condition::all()
            .add(consent::Column::GivenBy.eq(ConsentGiver::Proxy))
            .add(since(consent::Column::BeginsAt, joining))
            .add(said);
        end_permits(db, kept, by_who_stands_for_them, (by.account, at)).await?;
        self.double_refusals(db, parting).await?;
        // After what holds was given to the other: what they lifted themselves is not theirs again.
        let said = (exclusion::Column::NamedBy, exclusion::Column::WrittenFor, exclusion::Column::RecordedFor);
        let of_others = Condition::any()
            .add(before(exclusion::Column::BeginsAt, joining))
            .add(said_by_others(db, said, &theirs, kept));
        let mut by_these = ended_by_these(db, bars, &theirs, joined_at).add(bars_stay());
        if !lifts_it_themselves {
            // Nobody could lift it.
            by_these = by_these.add(not_on(by.agency));
        }
        put_bars_again(db, kept, of_others, by_these).await?;
        let denials = (consent::Column::EndedAt, consent::Column::EndedBy);
        let denials_stay =
            || not_taken_back((consent::Column::RecordedBy, consent::Column::AgencyId, consent::Column::EndedBy));
        let by_others = ended_by_others(denials, account, joined_at).add(denials_stay());
        self.put_denials_again(db, parted, by_others, at).await?;
        let said = (consent::Column::RecordedBy, consent::Column::AgencyId, consent::Column::RecordedFor);
        let of_others = Condition::any()
            .add(before(consent::Column::BeginsAt, joining))
            .add(said_by_others(db, said, &theirs, kept));
        let by_these = ended_by_these(db, denials, &theirs, joined_at).add(denials_stay()).add(of_others);
        self.put_denials_again(db, kept, by_these, at).await?;
        if lifts_it_themselves { Ok(()) } else { hand_on(db, person.account_id, parting).await }
    }

    /// Gives the other of two who are parted the bars and denials that were said of the one that stood for both since they were
    /// joined, and hold; no bar that they have, and nothing that was said of a third, joined since. Where the other has no account,
    /// what no agency wrote down goes as written down by the one that parts them, which can lift it; but never what is said against
    /// that one or who works there, nor what somebody said who stands for the other: that is theirs to lift.
    async fn double_refusals(&self, db: &DatabaseTransaction, parting: Parting<'_>) -> Result<(), Trouble> {
        let (of, to) = (parting.joining.kept_id, parting.joining.merged_id);
        let bars_since = since(exclusion::Column::BeginsAt, parting.joining);
        let denials_since = since(consent::Column::BeginsAt, parting.joining);
        let person = service_user::Entity::find_by_id(to).one(db).await?.ok_or(Trouble::NotFound)?;
        let writer = if signs_in(db, &person, parting.at).await? { None } else { Some(parting.by.agency) };
        let mut theirs: BTreeSet<Barred> = bars_of(to).all(db).await?.iter().map(barred).collect();
        let anew = |bar: exclusion::Model| {
            let id = ExclusionId(self.clock.new_id());
            exclusion::Model { id, service_user_id: to, recorded_for: to, ..bar }
        };
        let said = bars_of(of).filter(bars_since).filter(exclusion::Column::RecordedFor.eq(of));
        let said = said.all(db).await?.into_iter();
        let mut bars: Vec<exclusion::Model> = said.filter(|bar| theirs.insert(barred(bar))).map(anew).collect();
        let lifting = Lifting::of(db, &bars, parting.at).await?;
        for bar in bars.iter_mut().filter(|bar| bar.written_for.is_none() && !lifting.is_by_proxy(bar)) {
            bar.written_for = writer.filter(|writer| !lifting.is_against(*writer, bar));
        }
        let bars: Vec<exclusion::ActiveModel> = bars.into_iter().map(IntoActiveModel::into_active_model).collect();
        for some in bars.chunks(MOST_AT_ONCE) {
            exclusion::Entity::insert_many(some.iter().cloned()).exec_without_returning(db).await?;
        }
        let denials = denials_of(of)
            .filter(consent::Column::EndedAt.is_null())
            .filter(denials_since)
            .filter(consent::Column::RecordedFor.eq(of))
            .all(db)
            .await?;
        let covered = covered(db, &denials).await?;
        let anew = |said: consent::Model| (said.id, consent::Model { service_user_id: to, recorded_for: to, ..said });
        self.say_anew(db, denials.into_iter().map(anew).collect(), &covered, writer).await
    }

    /// Puts denials of a service user again that were ended, as new rows: what ended stays as it is. Not those that have run
    /// out, none that is said already, and none that was put again before: what became of that since is theirs.
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
        let ended = denials_of(of).filter(consent::Column::EndedAt.is_not_null()).filter(ended).all(db).await?;
        if ended.is_empty() {
            return Ok(());
        }
        let all = denials_of(of).all(db).await?;
        let covered = covered(db, &all).await?;
        // What another says too is another's to end: it takes the place of none that is put again.
        let says = |row: &consent::Model| (denied(row, &covered), giver(row));
        let mut holding: BTreeSet<(Denied, Giver)> =
            all.iter().filter(|row| row.ended_at.is_none()).map(says).collect();
        // A denial that is put again begins when it did: the last of those that say the same at the same word since then is what
        // counts.
        let last: BTreeMap<(Millis, Denied, Giver), ConsentId> =
            all.iter().map(|row| ((row.begins_at, denied(row, &covered), giver(row)), row.id)).collect();
        let mut anew = Vec::new();
        for denial in ended {
            let (what, by) = (denied(&denial, &covered), giver(&denial));
            let has_run_out = denial.expires_at.is_some_and(|ends| ends <= at);
            let was_put_again = last.get(&(denial.begins_at, what.clone(), by)).is_some_and(|last| *last > denial.id);
            if has_run_out || was_put_again || !holding.insert((what, by)) {
                continue;
            }
            let again =
                consent::Model { ended_at: None, ended_as: None, ended_by: None, superseded_by: None, ..denial };
            anew.push((again.id, again));
        }
        self.say_anew(db, anew, &covered, None).await
    }

    /// Says what each of these consents says in a row of its own; where no agency wrote it down, as this one's, unless it names
    /// it, or somebody said it who stands for the service user.
    async fn say_anew(
        &self,
        db: &DatabaseTransaction,
        anew: Vec<(ConsentId, consent::Model)>,
        covered: &Covered,
        writer: Option<AgencyId>,
    ) -> Result<(), Trouble> {
        let mut consents: Vec<consent::ActiveModel> = Vec::new();
        let mut scopes: Vec<consent_scope::ActiveModel> = Vec::new();
        for (said, anew) in anew {
            let id = ConsentId(self.clock.new_id());
            let covers = covered.get(&said).map_or(&[][..], Vec::as_slice);
            let is_by_proxy = anew.given_by == Some(ConsentGiver::Proxy);
            let writer = writer.filter(|writer| !is_by_proxy && covers.iter().all(|scope| scope.agency_id != *writer));
            for scope in covers {
                let scope_id = ConsentScopeId(self.clock.new_id());
                let same = consent_scope::Model { id: scope_id, consent_id: id, ..scope.clone() };
                scopes.push(same.into_active_model());
            }
            // What lies sealed beside it opens for the first alone.
            let same = consent::Model { id, agency_id: anew.agency_id.or(writer), sealed: None, ..anew };
            consents.push(same.into_active_model());
        }
        for some in consents.chunks(MOST_AT_ONCE) {
            consent::Entity::insert_many(some.iter().cloned()).exec_without_returning(db).await?;
        }
        for some in scopes.chunks(MOST_AT_ONCE) {
            consent_scope::Entity::insert_many(some.iter().cloned()).exec_without_returning(db).await?;
        }
        Ok(())
    }
}

/// Keeps out again whom a service user let in, by those of the bars that count that were lifted so; not whom they keep out already
/// at the same word, and not where it was said anew at that word since: what became of that is what counts. What was said anew by
/// who spoke for them by mistake is not among what counts.
///
/// # Errors
/// The database failed.
pub(super) async fn put_bars_again(
    db: &DatabaseTransaction,
    of: ServiceUserId,
    counts: Condition,
    lifted: Condition,
) -> Result<(), Trouble> {
    let all = exclusion::Entity::find().filter(exclusion::Column::ServiceUserId.eq(of)).filter(counts);
    let lifted = all
        .clone()
        .filter(exclusion::Column::EndsAt.is_not_null())
        .filter(lifted)
        .order_by_asc(exclusion::Column::Id)
        .all(db)
        .await?;
    if lifted.is_empty() {
        return Ok(());
    }
    let says = |bar: &exclusion::Model| (bar.recorded_for, barred(bar));
    let when = |bar: &exclusion::Model| (bar.begins_at, bar.ends_at.is_none(), bar.ends_at, bar.id);
    let all = all.all(db).await?;
    let mut last = BTreeMap::new();
    for bar in &all {
        let last = last.entry(says(bar)).or_insert_with(|| when(bar));
        *last = Ord::max(*last, when(bar));
    }
    let mut holding: BTreeSet<_> = all.iter().filter(|bar| bar.ends_at.is_none()).map(says).collect();
    let again = lifted.iter().filter(|bar| last.get(&says(bar)) == Some(&when(bar)) && holding.insert(says(bar)));
    let again: Vec<Uuid> = again.map(|bar| bar.id.0).collect();
    let holds = exclusion::ActiveModel { ends_at: Set(None), ended_by: Set(None), ..Default::default() };
    let these = among(db.get_database_backend(), exclusion::Column::Id, again);
    exclusion::Entity::update_many().set(holds).filter(these).exec(db).await?;
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
    // Or said to a worker, who did not write down by whom: it may have been one of these.
    let said = Condition::any()
        .add(proxy::Column::AccountId.into_expr().eq(consent::Column::RecordedBy.into_expr()))
        .add(consent::Column::AgencyId.is_not_null());
    let meanwhile = Condition::all()
        .add(consent::Column::GivenBy.eq(ConsentGiver::Proxy))
        .add(stood(named_by(of, account).add(said), consent::Column::BeginsAt));
    end_permits(db, of, Condition::any().add(themselves).add(meanwhile), (by, at)).await?;
    end_proxies(db, named_by(of, account), (by, at)).await?;
    Ok(())
}

/// Hands what was said while two were one, and holds of the one that stood for both, on to the agency that parts them, which can
/// lift it: they do not sign in, and nobody else could. Not what their own account said, which may sign in again; nor what is said
/// against that agency or who works there, nor what somebody said who stood for them then, which is lifted as ever.
async fn hand_on(db: &DatabaseTransaction, own: Option<AccountId>, parting: Parting<'_>) -> Result<(), Trouble> {
    let (of, agency) = (parting.joining.kept_id, parting.by.agency);
    let for_them = Condition::all()
        .add(proxy::Column::ServiceUserId.eq(of))
        .add(proxy::Column::AccountId.into_expr().eq(exclusion::Column::NamedBy.into_expr()));
    let handed_on = exclusion::ActiveModel { written_for: Set(Some(agency)), ..Default::default() };
    let mut handing = exclusion::Entity::update_many()
        .set(handed_on)
        .filter(exclusion::Column::ServiceUserId.eq(of))
        .filter(exclusion::Column::RecordedFor.eq(of))
        .filter(exclusion::Column::EndsAt.is_null())
        .filter(exclusion::Column::WrittenFor.is_null())
        .filter(since(exclusion::Column::BeginsAt, parting.joining))
        .filter(stood(for_them, exclusion::Column::BeginsAt).not())
        .filter(not_on(agency))
        .filter(not_on_workers_of(agency));
    if let Some(own) = own {
        handing = handing.filter(not_by(exclusion::Column::NamedBy, own));
    }
    handing.exec(db).await?;
    let against = Query::select()
        .expr(Expr::value(1))
        .from(consent_scope::Entity)
        .and_where(consent_scope::Column::ConsentId.into_expr().eq(consent::Column::Id.into_expr()))
        .and_where(consent_scope::Column::AgencyId.eq(agency))
        .to_owned();
    let handed_on = consent::ActiveModel { agency_id: Set(Some(agency)), ..Default::default() };
    let mut handing = consent::Entity::update_many()
        .set(handed_on)
        .filter(consent::Column::ServiceUserId.eq(of))
        .filter(consent::Column::RecordedFor.eq(of))
        .filter(consent::Column::Kind.eq(ConsentKind::Deny))
        .filter(consent::Column::EndedAt.is_null())
        .filter(consent::Column::AgencyId.is_null())
        .filter(consent::Column::GivenBy.eq(ConsentGiver::Themselves))
        .filter(since(consent::Column::BeginsAt, parting.joining))
        .filter(Expr::exists(against).not());
    if let Some(own) = own {
        handing = handing.filter(not_by(consent::Column::RecordedBy, own));
    }
    handing.exec(db).await?;
    Ok(())
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

/// What these consents cover.
async fn covered(db: &DatabaseTransaction, consents: &[consent::Model]) -> Result<Covered, Trouble> {
    let mut covered = Covered::new();
    if consents.is_empty() {
        return Ok(covered);
    }
    let theirs =
        among(db.get_database_backend(), consent_scope::Column::ConsentId, consents.iter().map(|consent| consent.id.0));
    for scope in consent_scope::Entity::find().filter(theirs).all(db).await? {
        covered.entry(scope.consent_id).or_default().push(scope);
    }
    Ok(covered)
}

/// What a denial says.
fn denied(denial: &consent::Model, covered: &Covered) -> Denied {
    let scopes = covered.get(&denial.id).into_iter().flatten();
    let what = scopes.map(|scope| (scope.agency_id, scope.category, scope.purpose)).collect();
    (denial.recorded_for, denial.expires_at, what)
}

fn giver(denial: &consent::Model) -> Giver {
    (denial.agency_id, denial.given_by, denial.recorded_by.filter(|_| denial.agency_id.is_none()))
}
