//! How many letters with a code go out. Anybody can name a mailbox that is somebody else's, and each such letter asks our mail
//! server whether there is one: so they are few, for a mailbox and for an agency. Each is a row that outlives the endpoint for
//! which it went, and counts whether it was taken or refused; removing an address and naming it again gains nothing.
//!
//! A mailbox is known by its keyed hash, however the address is written that leads to it.

use std::collections::BTreeSet;

use entity::ids::AgencyId;
use entity::instants::Millis;
use entity::notice_code_letter;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::addresses::CODE_FOR;
use super::{Notices, Trouble};
use crate::post::MailAddress;
use crate::vault::index::IndexKey;

const DAY: i64 = 86_400_000;
/// How long is waited between the first letter with a code and the second, in milliseconds: ten minutes. After that, a day.
pub const BETWEEN_CODES: i64 = 10 * 60_000;
/// For how long a letter with a code is counted, in milliseconds: thirty days.
pub const COUNTED_FOR: i64 = 30 * DAY;
/// Most letters with a code that an agency has sent to a mailbox which does not answer.
pub const MOST_CODES: usize = 3;
/// Most that all agencies together have. The figure is ours: two agencies may share a mailbox, and each is asked by itself.
pub const MOST_CODES_OF_ALL: usize = 6;
/// Most mailboxes that an agency names in a day.
pub const MOST_NAMED_A_DAY: usize = 10;
/// Most mailboxes that an agency has named, and that have not answered while their codes work.
pub const MOST_UNANSWERED: usize = 10;

/// A letter with a code that is to be sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct CodeLetter {
    pub(super) id: Uuid,
    pub(super) agency: AgencyId,
    pub(super) mailbox: i64,
    pub(super) at: Millis,
}

/// The mailbox of an address, as it is counted.
pub(super) fn mailbox(index: &IndexKey, address: &MailAddress) -> i64 {
    index.hash(&format!("mailbox|{}", address.mailbox()))
}

impl Notices {
    /// What mailboxes are known by. Never asked for within a transaction.
    pub(super) async fn index(&self) -> Result<IndexKey, Trouble> {
        Ok(self.vault.index_key(self.database.connection()).await?)
    }

    /// Forgets letters that are counted no more.
    pub(super) async fn forget_letters(&self) -> Result<(), DbErr> {
        notice_code_letter::Entity::delete_many()
            .filter(notice_code_letter::Column::SentAt.lte(Millis(self.now().0 - COUNTED_FOR)))
            .exec(self.database.connection())
            .await?;
        Ok(())
    }
}

/// Notes that a letter is sent, if it may be. Of two at once the caller sees to it that the second counts the first.
///
/// # Errors
/// [`Trouble::Wrong`] where there were enough; the database failed.
pub(super) async fn note(db: &impl ConnectionTrait, letter: CodeLetter) -> Result<(), Trouble> {
    let theirs_or_there = Condition::any()
        .add(notice_code_letter::Column::AgencyId.eq(letter.agency))
        .add(notice_code_letter::Column::Mailbox.eq(letter.mailbox));
    let before = notice_code_letter::Entity::find()
        .filter(theirs_or_there)
        .filter(notice_code_letter::Column::SentAt.gt(Millis(letter.at.0 - COUNTED_FOR)))
        .all(db)
        .await?;
    if let Some(message) = too_many(&before, letter) {
        return Err(Trouble::Wrong { field: None, message });
    }
    let row = notice_code_letter::ActiveModel {
        id: Set(letter.id),
        agency_id: Set(letter.agency),
        mailbox: Set(letter.mailbox),
        sent_at: Set(letter.at),
        is_answered: Set(false),
    };
    notice_code_letter::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// What is said where, after these, another letter would be too many.
fn too_many(before: &[notice_code_letter::Model], letter: CodeLetter) -> Option<String> {
    let since = |row: &notice_code_letter::Model| letter.at.0 - row.sent_at.0;
    let is_theirs = |row: &notice_code_letter::Model| row.agency_id == letter.agency;
    let there: Vec<&notice_code_letter::Model> =
        before.iter().filter(|row| row.mailbox == letter.mailbox && !row.is_answered).collect();
    let own: Vec<i64> = there.iter().filter(|row| is_theirs(row)).map(|row| since(row)).collect();
    if own.len() >= MOST_CODES {
        let message = "letters with a code went to this mailbox, and none came back: ask who reads it, and name it again \
                       thirty days after the first.";
        return Some(format!("{MOST_CODES} {message}"));
    }
    let wait = if own.len() <= 1 { BETWEEN_CODES } else { DAY };
    if own.iter().any(|since| *since < wait) {
        let message = "A letter with a code was sent to this mailbox lately: ask for another after ten minutes, and after a \
                       day for a third.";
        return Some(message.to_owned());
    }
    if there.len() >= MOST_CODES_OF_ALL {
        return Some("Enough letters with a code were sent to this mailbox for now: name another.".to_owned());
    }
    let others = before.iter().filter(|row| is_theirs(row) && row.mailbox != letter.mailbox);
    let (mut of_the_day, mut unanswered) = (BTreeSet::new(), BTreeSet::new());
    for row in others {
        if since(row) < DAY {
            of_the_day.insert(row.mailbox);
        }
        if since(row) < CODE_FOR && !row.is_answered {
            unanswered.insert(row.mailbox);
        }
    }
    if of_the_day.len() >= MOST_NAMED_A_DAY {
        return Some(format!("An agency names at most {MOST_NAMED_A_DAY} e-mail addresses in a day."));
    }
    (unanswered.len() >= MOST_UNANSWERED).then(|| {
        format!(
            "{MOST_UNANSWERED} e-mail addresses that your agency named have not been confirmed: confirm those first."
        )
    })
}

/// Takes back that a letter was sent, for it was not.
pub(super) async fn take_back(db: &impl ConnectionTrait, letter: CodeLetter) -> Result<(), DbErr> {
    let this = notice_code_letter::Column::Id.eq(letter.id);
    notice_code_letter::Entity::delete_many().filter(this).exec(db).await?;
    Ok(())
}

/// Notes that a mailbox has answered an agency: what was sent there was welcome.
pub(super) async fn note_answered(db: &impl ConnectionTrait, agency: AgencyId, mailbox: i64) -> Result<(), DbErr> {
    notice_code_letter::Entity::update_many()
        .set(notice_code_letter::ActiveModel { is_answered: Set(true), ..Default::default() })
        .filter(notice_code_letter::Column::AgencyId.eq(agency))
        .filter(notice_code_letter::Column::Mailbox.eq(mailbox))
        .exec(db)
        .await?;
    Ok(())
}
