//! Where people of an agency are told by e-mail: its managers name an address, and whoever reads what is sent there says
//! whether it agrees, by handing on the code of a letter. Until then it is sent nothing more: anybody can name an address
//! that is somebody else's. How many letters with a code go out is bounded (see [`super::asking`]).

use std::collections::BTreeSet;

use chrono::TimeDelta;
use entity::enums::{NoticeChannel, NoticeFailure, NoticeOff};
use entity::ids::{AccountId, AgencyId, NoticeEndpointId};
use entity::instants::Millis;
use entity::{agency, notice_endpoint};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use super::asking::{CodeLetter, mailbox, note, note_answered, take_back};
use super::code::{CODE_BYTES, Code};
use super::endpoints::{COUNTING, Seen, change, room_for_another, room_in_all, theirs};
use super::mailing::{address, kept};
use super::wording::is_kind;
use super::{Notices, Trouble};
use crate::database::one_at_a_time;
use crate::post::{MailAddress, Patience, PostError, texts};

/// How long a code works, in milliseconds: seven days.
pub const CODE_FOR: i64 = 7 * 86_400_000;

/// Sorts of notice as they are kept; none where there are none, which is every sort.
///
/// # Errors
/// [`Trouble::Wrong`] for a sort that there is not.
fn sorts(kinds: &[String]) -> Result<Option<String>, Trouble> {
    if !kinds.iter().all(|kind| is_kind(kind)) {
        let message = "There is no such sort of notice: write each as referral.submitted or appointment.booked.";
        return Err(Trouble::Wrong { field: Some("kinds"), message: message.to_owned() });
    }
    let kinds: BTreeSet<&str> = kinds.iter().map(String::as_str).collect();
    let kinds: Vec<&str> = kinds.into_iter().collect();
    Ok((!kinds.is_empty()).then(|| kinds.join(" ")))
}

impl Notices {
    /// Names an e-mail address at which somebody of an agency is to be told, and sends the letter that asks whether they
    /// agree. It is off until they do.
    ///
    /// # Errors
    /// [`Trouble::NoMail`]; [`Trouble::Wrong`] for what is no address, is named already, or no sort of notice, and where
    /// too many were named; [`Trouble::NotSent`], and it is named where the letter was refused; the database or the vault
    /// failed.
    pub async fn add_address(
        &self,
        by: AccountId,
        agency: AgencyId,
        text: &str,
        kinds: &[String],
    ) -> Result<Seen, Trouble> {
        let wrong = |message: String| Trouble::Wrong { field: Some("address"), message };
        if !self.post.is_mail() {
            return Err(Trouble::NoMail);
        }
        let to =
            MailAddress::parse(text).map_err(|error| wrong(format!("This is no address to write to: {error}.")))?;
        let kinds = sorts(kinds)?;
        let (id, now, code) = (NoticeEndpointId(self.clock.new_id()), self.now(), self.new_code()?);
        let mailbox = mailbox(&self.index().await?, &to);
        let letter = CodeLetter { id: self.clock.new_id(), agency, mailbox, at: now };
        let transaction = self.database.begin_write().await?;
        // Of two at once the second sees what the first named.
        one_at_a_time(&transaction, COUNTING).await?;
        let named = addresses(&transaction, agency).await?;
        if named.iter().any(|row| address(&row.url).as_ref() == Some(&to)) {
            return Err(wrong("Your agency has named this address already: see noticeEndpoints.".to_owned()));
        }
        room_in_all(&transaction, agency).await?;
        note(&transaction, letter).await?;
        let row = notice_endpoint::ActiveModel {
            id: Set(id),
            agency_id: Set(agency),
            url: Set(kept(&to)),
            secret: Set(String::new()),
            old_secret: Set(None),
            old_until: Set(None),
            is_on: Set(false),
            off_reason: Set(Some(NoticeOff::Unconfirmed)),
            created_by: Set(by),
            created_at: Set(now),
            failing_since: Set(None),
            last_error: Set(None),
            last_status: Set(None),
            busy_until: Set(None),
            channel: Set(NoticeChannel::Email),
            kinds: Set(kinds),
            confirm_hash: Set(Some(code.hash())),
            confirm_sent_at: Set(Some(now)),
            slow_until: Set(None),
        };
        notice_endpoint::Entity::insert(row).exec_without_returning(&transaction).await?;
        let name = name_of(&transaction, agency).await?;
        transaction.commit().await?;
        let Err(error) = self.send_code(to, &name, &code, now).await else { return self.endpoint(agency, id).await };
        let was_refused = error.is_about_the_letter();
        let kept = if was_refused {
            // It stands there with what came of it; and that the mail server was asked about it counts.
            let refused = notice_endpoint::ActiveModel { last_error: Set(Some(REFUSED)), ..Default::default() };
            self.change_asked(id, &code, refused).await?;
            self.as_it_stands(agency, id).await?
        } else {
            // Nobody was asked: as if it had not been named.
            let transaction = self.database.begin_write().await?;
            take_back(&transaction, letter).await?;
            notice_endpoint::Entity::delete_many()
                .filter(notice_endpoint::Column::Id.eq(id))
                .filter(notice_endpoint::Column::ConfirmHash.eq(code.hash()))
                .exec(&transaction)
                .await?;
            transaction.commit().await?;
            None
        };
        Err(Trouble::NotSent { was_refused, kept })
    }

    /// Sends another letter with a code to an address that has not agreed; the code before it works no more.
    ///
    /// # Errors
    /// [`Trouble::NotFound`]; [`Trouble::NoMail`]; [`Trouble::Wrong`] where it needs none, was sent one lately, or was sent
    /// enough; [`Trouble::NotSent`] with the endpoint as it stands, and the code before still works; the database or the vault
    /// failed.
    pub async fn resend_code(&self, agency: AgencyId, id: NoticeEndpointId) -> Result<Seen, Trouble> {
        let (now, code, index) = (self.now(), self.new_code()?, self.index().await?);
        let transaction = self.database.begin_write().await?;
        one_at_a_time(&transaction, COUNTING).await?;
        let row = theirs(&transaction, agency, id).await?;
        if row.confirm_hash.is_none() {
            return Err(confirmed_already());
        }
        if !self.post.is_mail() {
            return Err(Trouble::NoMail);
        }
        let to = address(&row.url).ok_or(Trouble::NotFound)?;
        let letter = CodeLetter { id: self.clock.new_id(), agency, mailbox: mailbox(&index, &to), at: now };
        note(&transaction, letter).await?;
        change(&transaction, id, asked(Some(code.hash()), Some(now), None)).await?;
        let name = name_of(&transaction, agency).await?;
        transaction.commit().await?;
        let Err(error) = self.send_code(to, &name, &code, now).await else { return self.endpoint(agency, id).await };
        let was_refused = error.is_about_the_letter();
        let last_error = if was_refused { Some(REFUSED) } else { row.last_error };
        if !was_refused {
            take_back(self.database.connection(), letter).await?;
        }
        self.change_asked(id, &code, asked(row.confirm_hash, row.confirm_sent_at, last_error)).await?;
        Err(Trouble::NotSent { was_refused, kept: self.as_it_stands(agency, id).await? })
    }

    /// An endpoint as it stands now; none where somebody removed it meanwhile.
    async fn as_it_stands(&self, agency: AgencyId, id: NoticeEndpointId) -> Result<Option<Box<Seen>>, Trouble> {
        match self.endpoint(agency, id).await {
            Ok(seen) => Ok(Some(Box::new(seen))),
            Err(Trouble::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Confirms an address by the code of its letter: from now on it is told.
    ///
    /// # Errors
    /// [`Trouble::NotFound`]; [`Trouble::Wrong`] where it needs no code, for another code or one that is too old, and where
    /// there are enough that are on; the database or the vault failed.
    pub async fn confirm_address(&self, agency: AgencyId, id: NoticeEndpointId, code: &str) -> Result<Seen, Trouble> {
        let index = self.index().await?;
        let transaction = self.database.begin_write().await?;
        let row = theirs(&transaction, agency, id).await?;
        let Some(hash) = &row.confirm_hash else { return Err(confirmed_already()) };
        let is_good = row.confirm_sent_at.is_some_and(|sent| self.now().0 - sent.0 < CODE_FOR);
        if !is_good || Code::parse(code).is_none_or(|code| code.hash() != *hash) {
            let message = "This is not the code of the last letter, or it is older than seven days.".to_owned();
            return Err(Trouble::Wrong { field: Some("code"), message });
        }
        room_for_another(&transaction, agency).await?;
        let next = notice_endpoint::ActiveModel { is_on: Set(true), off_reason: Set(None), ..asked(None, None, None) };
        change(&transaction, id, next).await?;
        if let Some(to) = address(&row.url) {
            note_answered(&transaction, agency, mailbox(&index, &to)).await?;
        }
        transaction.commit().await?;
        self.endpoint(agency, id).await
    }

    /// Says which sorts of notice an endpoint is told from now on; none for every sort.
    ///
    /// # Errors
    /// [`Trouble::NotFound`]; [`Trouble::Wrong`] for a sort that there is not; the database failed.
    pub async fn set_kinds(&self, agency: AgencyId, id: NoticeEndpointId, kinds: &[String]) -> Result<Seen, Trouble> {
        let kinds = sorts(kinds)?;
        let transaction = self.database.begin_write().await?;
        theirs(&transaction, agency, id).await?;
        let next = notice_endpoint::ActiveModel { kinds: Set(kinds), ..Default::default() };
        change(&transaction, id, next).await?;
        transaction.commit().await?;
        self.endpoint(agency, id).await
    }

    /// Removes addresses that did not agree while their code worked: they are somebody's, and nothing to us.
    pub(super) async fn forget_unconfirmed(&self) -> Result<(), DbErr> {
        let before = Millis(self.now().0 - CODE_FOR);
        notice_endpoint::Entity::delete_many()
            .filter(notice_endpoint::Column::ConfirmHash.is_not_null())
            .filter(notice_endpoint::Column::ConfirmSentAt.lte(before))
            .exec(self.database.connection())
            .await?;
        Ok(())
    }

    fn new_code(&self) -> Result<Code, Trouble> {
        Ok(Code::new(self.clock.random::<CODE_BYTES>()?))
    }

    /// Changes an address if nobody was sent another code since.
    async fn change_asked(
        &self,
        id: NoticeEndpointId,
        code: &Code,
        next: notice_endpoint::ActiveModel,
    ) -> Result<(), DbErr> {
        notice_endpoint::Entity::update_many()
            .set(next)
            .filter(notice_endpoint::Column::Id.eq(id))
            .filter(notice_endpoint::Column::ConfirmHash.eq(code.hash()))
            .exec(self.database.connection())
            .await?;
        Ok(())
    }

    /// Sends the letter with a code. One that may have arrived has.
    async fn send_code(&self, to: MailAddress, agency: &str, code: &Code, at: Millis) -> Result<(), PostError> {
        let until = at.to_utc() + TimeDelta::milliseconds(CODE_FOR);
        let letter = texts::notice_code(to, agency, &code.expose(), until);
        match self.post.hand_over(&letter, at.to_utc(), self.clock.new_id(), Patience::Short).await {
            Ok(()) => Ok(()),
            Err(not_sent) => {
                tracing::warn!(error = %not_sent.error, perhaps_there = not_sent.perhaps_there, "notices.code");
                if not_sent.perhaps_there { Ok(()) } else { Err(not_sent.error) }
            }
        }
    }
}

/// What is kept where the mail server refuses a letter with a code. With which status it did is not: that would tell more of a
/// mailbox than whoever names it has to know.
const REFUSED: NoticeFailure = NoticeFailure::MailRefused;

/// What is kept of the last letter with a code, and of what became of it.
fn asked(hash: Option<String>, at: Option<Millis>, last_error: Option<NoticeFailure>) -> notice_endpoint::ActiveModel {
    notice_endpoint::ActiveModel {
        confirm_hash: Set(hash),
        confirm_sent_at: Set(at),
        last_error: Set(last_error),
        ..Default::default()
    }
}

fn confirmed_already() -> Trouble {
    Trouble::Wrong { field: None, message: "It needs no code: it is confirmed, or no e-mail address.".to_owned() }
}

/// The e-mail addresses of an agency.
async fn addresses(db: &impl ConnectionTrait, agency: AgencyId) -> Result<Vec<notice_endpoint::Model>, DbErr> {
    notice_endpoint::Entity::find()
        .filter(notice_endpoint::Column::AgencyId.eq(agency))
        .filter(notice_endpoint::Column::Channel.eq(NoticeChannel::Email))
        .all(db)
        .await
}

async fn name_of(db: &impl ConnectionTrait, id: AgencyId) -> Result<String, DbErr> {
    Ok(agency::Entity::find_by_id(id).one(db).await?.map(|agency| agency.name).unwrap_or_default())
}
