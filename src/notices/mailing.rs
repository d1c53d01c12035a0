//! One notice, one try, by e-mail: a short letter that names nobody, handed to the mail server that letters of accounts go
//! to. Its `Message-ID` is made of the notice's id, the same at each try, so that whoever gets it twice can tell.

use entity::enums::NoticeFailure;
use entity::ids::{AppointmentId, ReferralId};
use entity::{notice, notice_endpoint};

use super::posting::NotTaken;
use super::{Notices, wording};
use crate::api::ids::NodeId;
use crate::post::{MailAddress, PostError, texts};

/// What the address of an e-mail endpoint begins with.
const MAILTO: &str = "mailto:";

/// An e-mail address as it is kept.
pub(super) fn kept(address: &MailAddress) -> String {
    format!("{MAILTO}{}", address.as_str())
}

/// The e-mail address that is kept so, if it is one.
pub(super) fn address(url: &str) -> Option<MailAddress> {
    MailAddress::parse(url.strip_prefix(MAILTO)?).ok()
}

impl Notices {
    /// Tries once. What the mail server has taken counts as taken.
    pub(super) async fn mail(&self, to: &notice_endpoint::Model, notice: &notice::Model) -> Result<(), NotTaken> {
        if !self.post.is_mail() {
            return Err(NotTaken::because(NoticeFailure::MailServer));
        }
        let address = address(&to.url).ok_or(NotTaken::because(NoticeFailure::RefusedTarget))?;
        let (at, id) = (notice.created_at.to_utc(), subject(notice));
        let letter = texts::notice(address, wording::said(&notice.kind), at, id.as_deref());
        let sent = self.post.hand_over(&letter, self.clock.now(), notice.id.0).await;
        sent.map_err(|not_sent| {
            // Holds no address, and no words of the mail server.
            tracing::warn!(endpoint = %to.id.0, error = %not_sent.error, "notices.letter");
            why(&not_sent.error)
        })
    }
}

/// The global id of what it happened to, which webhooks tell too; absent where it is nothing that can be asked for.
fn subject(notice: &notice::Model) -> Option<String> {
    let node = match notice.kind.split_once('.')?.0 {
        "referral" => NodeId::Referral(ReferralId(notice.subject_id)),
        "appointment" => NodeId::Appointment(AppointmentId(notice.subject_id)),
        _ => return None,
    };
    Some(node.encode().0)
}

/// In a word: whether the letter was refused, for now or for good, or our mail server could not be used at all.
fn why(error: &PostError) -> NotTaken {
    let (why, code) = match error {
        PostError::Refused { code } => (NoticeFailure::MailRefused, Some(*code)),
        PostError::Form => (NoticeFailure::MailRefused, None),
        PostError::TurnedAway { code } => (NoticeFailure::MailServer, Some(*code)),
        PostError::NotKept { .. }
        | PostError::NoConnection { .. }
        | PostError::TooSlow
        | PostError::NotEncrypted
        | PostError::SignIn
        | PostError::NotUnderstood => (NoticeFailure::MailServer, None),
    };
    NotTaken { why, status: code.map(Into::into), is_final: error.is_final() }
}
