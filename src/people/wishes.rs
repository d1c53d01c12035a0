//! Whom a service user keeps out, who stands for them, and which account is their own.

use std::collections::BTreeSet;

use entity::enums::{CancelledBy, ProxyAuthority};
use entity::ids::{AccountId, AgencyId, ExclusionId, ProxyId, ServiceUserId};
use entity::instants::Millis;
use entity::{account, agency, exclusion, proxy, service_user};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, SqlErr};

use super::acting::{Actor, Begun, Stands, is_of_somebody_themselves, signs_in};
use super::appointments::sessions::CallsOff;
use super::contents::Wrong;
use super::entering::Worker;
use super::lifting::liftable;
use super::proxies::end_proxies;
use super::referrals::moving::is_kept_out;
use super::{People, Trouble};
use crate::access::rule::load::among;

/// Who is kept out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeptOut {
    /// An agency, with all who work there.
    Agency(AgencyId),
    /// One account: a relative, a former partner.
    Account(AccountId),
}

impl KeptOut {
    /// The agency, where it is one.
    pub(super) const fn agency(self) -> Option<AgencyId> {
        match self {
            Self::Agency(id) => Some(id),
            Self::Account(_) => None,
        }
    }

    /// The account, where it is one.
    pub(super) const fn account(self) -> Option<AccountId> {
        match self {
            Self::Agency(_) => None,
            Self::Account(id) => Some(id),
        }
    }
}

/// Longest that somebody stands for a service user before it is said anew, in days of 24 hours.
const LONGEST_PROXY_DAYS: i64 = 366;

/// Whoever of an agency is left to lift it would be kept out by it, and nobody else may: the record would be locked for good.
const NOBODY_TO_LIFT: &str = "They have no account of their own by which to lift this, and nobody else could: keep out single \
                              accounts of this agency instead, or let them sign in and say it themselves.";

/// Whoever stands for somebody, or signs in as them, sees the rows of every agency: so not every agency they were referred
/// to says who that is.
pub(super) const NOT_OURS: &str =
    "Another agency entered them: it says who stands for them, and which account is theirs.";

impl People {
    /// Keeps somebody out at the service user's wish, from now on: of this service user they see nothing any more,
    /// whatever else holds; places in groups with them are given up, and appointments with them called off. Who is kept out
    /// already stays so; what the service user says, who stands for them, and what each agency writes down stands beside one
    /// another, and is lifted by itself.
    ///
    /// A whole agency is kept out by who can lift it: where the service user has no account of their own, nobody says it on
    /// their word, or for them, of the agency that entered them, nor a worker of the worker's own.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for whoever may not act for the service user; [`Trouble::Wrong`] for an agency or account that
    /// is not there, for the service user themselves, and for an agency that nobody could let in again; the database failed.
    pub async fn keep_out(&self, actor: Actor, of: ServiceUserId, whom: KeptOut) -> Result<ExclusionId, Trouble> {
        let begun = self.begin_change(actor, of).await?;
        let (db, of, at) = (&begun.transaction, begun.of, begun.at);
        match whom {
            KeptOut::Agency(id) => {
                let found = agency::Entity::find_by_id(id).one(db).await?;
                found.ok_or_else(|| Wrong::new("agency", "There is no such agency."))?;
                if locks_out(&begun, id).await? {
                    return Err(Wrong::new("agency", NOBODY_TO_LIFT).into());
                }
            }
            KeptOut::Account(id) => {
                let person = service_user::Entity::find_by_id(of).one(db).await?.ok_or(Trouble::NotFound)?;
                if person.account_id == Some(id) {
                    return Err(Wrong::new("account", "It is their own.").into());
                }
                let found = account::Entity::find_by_id(id).one(db).await?;
                found.ok_or_else(|| Wrong::new("account", "There is no such account."))?;
            }
        }
        // Only what was said of this record: a double's goes with it when they are parted.
        let same = exclusion::Entity::find()
            .filter(exclusion::Column::ServiceUserId.eq(of))
            .filter(exclusion::Column::RecordedFor.eq(of))
            .filter(match whom {
                KeptOut::Agency(id) => exclusion::Column::AgencyId.eq(id),
                KeptOut::Account(id) => exclusion::Column::AccountId.eq(id),
            })
            .filter(exclusion::Column::EndsAt.is_null());
        // What each agency writes down on their word, what they say themselves, and what each says who stands for them, stands beside
        // one another: nobody takes over what another said, nor is what they say lost with it where the other's account turns out
        // to be somebody else's, or the other agency lifts what it wrote.
        let same = match begun.stands {
            Stands::Worker(agency) => same.filter(exclusion::Column::WrittenFor.eq(agency)),
            Stands::Themselves | Stands::Proxy => same
                .filter(exclusion::Column::WrittenFor.is_null())
                .filter(exclusion::Column::NamedBy.eq(actor.account)),
        };
        if let Some(known) = same.one(db).await? {
            return Ok(known.id);
        }
        let id = ExclusionId(self.clock.new_id());
        let row = exclusion::ActiveModel {
            id: Set(id),
            service_user_id: Set(of),
            recorded_for: Set(of),
            agency_id: Set(whom.agency()),
            account_id: Set(whom.account()),
            begins_at: Set(at),
            ends_at: Set(None),
            named_by: Set(Some(actor.account)),
            written_for: Set(match begun.stands {
                Stands::Worker(agency) => Some(agency),
                Stands::Themselves | Stands::Proxy => None,
            }),
            ended_by: Set(None),
        };
        exclusion::Entity::insert(row).exec_without_returning(db).await?;
        self.part_from(db, of, &BTreeSet::from([whom]), (actor, begun.stands), at).await?;
        self.hold_without_route(db, of, at).await?;
        begun.transaction.commit().await?;
        Ok(id)
    }

    /// Ends what would bring a service user together with those whom they keep out: places in groups, and appointments still to
    /// come; in as many statements whoever and however much it is. Whoever calls this holds the service user.
    ///
    /// # Errors
    /// The database failed.
    pub(super) async fn part_from(
        &self,
        db: &impl ConnectionTrait,
        of: ServiceUserId,
        whom: &BTreeSet<KeptOut>,
        (by, stands): (Actor, Stands),
        at: Millis,
    ) -> Result<(), Trouble> {
        if whom.is_empty() {
            return Ok(());
        }
        self.leave_groups_with(db, of, whom, (by, stands), at).await?;
        // It is the service user's wish, whoever writes it down.
        let agency = match stands {
            Stands::Worker(agency) => Some(agency),
            Stands::Themselves | Stands::Proxy => None,
        };
        let who = CallsOff { by: by.account, agency, side: CancelledBy::ServiceUser };
        self.call_off_with(db, of, whom, who, at).await
    }

    /// Lets somebody in again who was kept out: the service user says so themselves; who stands for them, where it was somebody
    /// who stands for them who said it. On their word a worker does only where their agency wrote it down on their word too, or where
    /// somebody said it who stood for them and nobody does any more, or, for the agency that entered them, where it was written down
    /// for one that has them on no caseload any more; and never where it is on an agency that the worker works for, be it another
    /// than the one they act for, or on somebody who works there.
    ///
    /// Where several said it, of either of double records that were joined too, it ends what of it is theirs to lift; who is kept
    /// out is let in once nobody says it any more. That others say it too is told to nobody by it.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for whoever may lift nothing of it, and where nobody is kept out; the database failed.
    pub async fn let_in(&self, actor: Actor, id: ExclusionId) -> Result<ServiceUserId, Trouble> {
        let found = exclusion::Entity::find_by_id(id).one(self.database.connection()).await?;
        let of = found.map_or(ServiceUserId(id.0), |found| found.service_user_id);
        let begun = self.begin_change(actor, of).await?;
        let (db, at) = (&begun.transaction, begun.at);
        let found = exclusion::Entity::find_by_id(id).one(db).await?;
        let found = found.filter(|found| found.service_user_id == begun.of && found.ends_at.is_none());
        let found = found.ok_or(Trouble::NotFound)?;
        let bars = exclusion::Entity::find().filter(saying_the_same(&found)).all(db).await?;
        let theirs = liftable(&begun, actor.account, &bars).await?;
        if theirs.is_empty() {
            return Err(Trouble::NotFound);
        }
        let these = among(db.get_database_backend(), exclusion::Column::Id, theirs.iter().map(|id| id.0));
        exclusion::Entity::update_many()
            .col_expr(exclusion::Column::EndsAt, Expr::value(at))
            .col_expr(exclusion::Column::EndedBy, Expr::value(actor.account))
            .filter(these)
            .exec(db)
            .await?;
        begun.transaction.commit().await?;
        Ok(of)
    }

    /// Names somebody who stands for the service user, as a carer does: they see what the service user sees, until a day.
    ///
    /// Nobody names themselves, and nobody is named whose account is one for work: a worker would see everything by it.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for whoever may not act for the service user; a proxy names no other. [`Trouble::Wrong`] for an
    /// account that can't be one, and for an end that is past or farther than a year. The database failed.
    pub async fn name_proxy(
        &self,
        actor: Actor,
        of: ServiceUserId,
        account: AccountId,
        authority: ProxyAuthority,
        until: Millis,
    ) -> Result<ProxyId, Trouble> {
        let begun = self.begin_change(actor, of).await?;
        let (db, of, at) = (&begun.transaction, begun.of, begun.at);
        if let Some(before) = self.made_before(db).await? {
            return Ok(ProxyId(before));
        }
        match (begun.stands, authority) {
            (Stands::Themselves, ProxyAuthority::Named)
            | (Stands::Worker(_), ProxyAuthority::OnTheirWord | ProxyAuthority::Legal) => {}
            (Stands::Proxy, _) => return Err(Trouble::NotFound),
            (Stands::Themselves, _) => {
                return Err(Wrong::new("authority", "Whom you name yourself is NAMED.").into());
            }
            (Stands::Worker(_), ProxyAuthority::Named) => {
                let message = "Only the service user names somebody themselves: it is ON_THEIR_WORD, or LEGAL.";
                return Err(Wrong::new("authority", message).into());
            }
        }
        if until <= at || until.0 - at.0 > LONGEST_PROXY_DAYS * crate::access::rule::clause::DAY {
            return Err(Wrong::new("until", "It lies in the past, or more than a year ahead.").into());
        }
        let person = service_user::Entity::find_by_id(of).one(db).await?.ok_or(Trouble::NotFound)?;
        if let Stands::Worker(agency) = begun.stands
            && person.agency_id != agency
        {
            return Err(Wrong::new("serviceUser", NOT_OURS).into());
        }
        let fits = account != actor.account
            && person.account_id != Some(account)
            && is_of_somebody_themselves(db, account, at).await?;
        if !fits {
            let message = "Only somebody else's account that is not one for work can stand for them: one with the role \
                           SERVICE_USER and no other.";
            return Err(Wrong::new("account", message).into());
        }
        let lasting = proxy::Column::EndsAt.is_null().or(proxy::Column::EndsAt.gt(at));
        let same = proxy::Entity::find()
            .filter(proxy::Column::ServiceUserId.eq(of))
            .filter(proxy::Column::AccountId.eq(account))
            .filter(lasting);
        if same.one(db).await?.is_some() {
            return Err(Wrong::new("account", "They stand for them already: end that first.").into());
        }
        let id = ProxyId(self.clock.new_id());
        let row = proxy::ActiveModel {
            id: Set(id),
            service_user_id: Set(of),
            recorded_for: Set(of),
            account_id: Set(account),
            begins_at: Set(at),
            ends_at: Set(Some(until)),
            ended_by: Set(None),
            named_until: Set(None),
            authority: Set(Some(authority)),
            named_by: Set(Some(actor.account)),
        };
        proxy::Entity::insert(row).exec_without_returning(db).await?;
        self.made(db, &[id.0]).await?;
        begun.transaction.commit().await?;
        Ok(id)
    }

    /// Somebody stands for the service user no longer. Who stands for them may say so of themselves, and of no other; a worker
    /// only of the agency that entered them, which alone could name somebody again.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for whoever may not act for the service user, or not say this, and where nobody stands for them;
    /// the database failed.
    pub async fn end_proxy(&self, actor: Actor, id: ProxyId) -> Result<ServiceUserId, Trouble> {
        let found = proxy::Entity::find_by_id(id).one(self.database.connection()).await?;
        let of = found.map_or(ServiceUserId(id.0), |found| found.service_user_id);
        let begun = self.begin_change(actor, of).await?;
        let found = proxy::Entity::find_by_id(id).one(&begun.transaction).await?.ok_or(Trouble::NotFound)?;
        let may = match begun.stands {
            Stands::Themselves => true,
            Stands::Proxy => found.account_id == actor.account,
            Stands::Worker(agency) => entered(&begun).await?.agency_id == agency,
        };
        if !may {
            return Err(Trouble::NotFound);
        }
        let this = Condition::all().add(proxy::Column::Id.eq(id)).add(proxy::Column::ServiceUserId.eq(begun.of));
        if end_proxies(&begun.transaction, this, (actor.account, begun.at)).await? == 0 {
            return Err(Trouble::NotFound);
        }
        begun.transaction.commit().await?;
        Ok(of)
    }

    /// Says which account is the service user's own: they see by it all that is recorded of them. For workers; an account
    /// for work can be nobody's own, and one that is somebody's is nobody else's.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for anybody whom the worker does not work with; [`Trouble::Wrong`] for an account that can't be
    /// theirs, and where they have one; the database failed.
    pub async fn link_account(&self, by: Worker, of: ServiceUserId, account: AccountId) -> Result<(), Trouble> {
        let begun = self.begin_change(by.into(), of).await?;
        let Stands::Worker(agency) = begun.stands else { return Err(Trouble::NotFound) };
        let (db, of, at) = (&begun.transaction, begun.of, begun.at);
        let wrong = |message: &str| Trouble::from(Wrong::new("account", message));
        let person = service_user::Entity::find_by_id(of).one(db).await?.ok_or(Trouble::NotFound)?;
        if person.agency_id != agency {
            return Err(Wrong::new("serviceUser", NOT_OURS).into());
        }
        if person.account_id.is_some() {
            return Err(wrong("They have an account already."));
        }
        let taken = service_user::Entity::find().filter(service_user::Column::AccountId.eq(account));
        // Whom they keep out sees nothing by being said to be them; and it is not told that they do.
        let is_anothers = is_proxy(db, account, of).await? || is_kept_out(db, of, account).await?;
        if taken.one(db).await?.is_some() || is_anothers {
            return Err(wrong("It is the account of somebody else, or of who stands for them."));
        }
        if !is_of_somebody_themselves(db, account, at).await? {
            return Err(wrong(
                "It is no account of a service user's own: an administrator invites them with the role SERVICE_USER, and \
                 no other, first.",
            ));
        }
        let linked = service_user::Entity::update_many()
            .col_expr(service_user::Column::AccountId, Expr::value(account))
            .col_expr(service_user::Column::LinkedBy, Expr::value(by.account))
            .filter(service_user::Column::Id.eq(of))
            .exec(db)
            .await;
        // Of two who say so of two people at once, one is told.
        match linked.map_err(|error| (error.sql_err(), error)) {
            Ok(_) => {}
            Err((Some(SqlErr::UniqueConstraintViolation(_)), _)) => return Err(wrong("It is somebody else's.")),
            Err((_, error)) => return Err(error.into()),
        }
        Ok(begun.transaction.commit().await?)
    }
}

/// Whom a change is about, as they were entered.
async fn entered(begun: &Begun) -> Result<service_user::Model, Trouble> {
    let found = service_user::Entity::find_by_id(begun.of).one(&begun.transaction).await?;
    found.ok_or(Trouble::NotFound)
}

/// Whether nobody could let an agency in again, were it kept out by who asks: neither who works there, for they see nothing of
/// the service user, nor the service user, for they have no account.
async fn locks_out(begun: &Begun, agency: AgencyId) -> Result<bool, Trouble> {
    let person = entered(begun).await?;
    let is_shut_out = match begun.stands {
        Stands::Themselves => false,
        Stands::Proxy => person.agency_id == agency,
        Stands::Worker(own) => own == agency || person.agency_id == agency,
    };
    Ok(is_shut_out && !signs_in(&begun.transaction, &person, begun.at).await?)
}

/// Whether an account stands for a service user, or ever did.
///
/// # Errors
/// The database failed.
pub(super) async fn is_proxy(
    db: &impl ConnectionTrait,
    account: AccountId,
    of: ServiceUserId,
) -> Result<bool, Trouble> {
    let found = proxy::Entity::find()
        .filter(proxy::Column::AccountId.eq(account))
        .filter(proxy::Column::ServiceUserId.eq(of))
        .one(db)
        .await?;
    Ok(found.is_some())
}

/// The bars of the same service user that say the same as one of them, and hold.
fn saying_the_same(bar: &exclusion::Model) -> Condition {
    let whom = match (bar.agency_id, bar.account_id) {
        (Some(agency), _) => exclusion::Column::AgencyId.eq(agency),
        (None, Some(account)) => exclusion::Column::AccountId.eq(account),
        (None, None) => exclusion::Column::Id.eq(bar.id),
    };
    let of = exclusion::Column::ServiceUserId.eq(bar.service_user_id);
    Condition::all().add(of).add(whom).add(exclusion::Column::EndsAt.is_null())
}
