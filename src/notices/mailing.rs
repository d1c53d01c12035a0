//! One letter, one try, by e-mail: short, of one notice or several, and naming nobody, handed to the mail server that letters of
//! accounts go to. Its `Message-ID` is made of the notices' ids, the same wherever the same are tried again, so that whoever
//! gets it twice can tell.

use entity::enums::NoticeFailure;
use entity::ids::{AppointmentId, ReferralId};
use entity::{notice, notice_endpoint};

use super::gathering::letter_id;
use super::posting::NotTaken;
use super::{Notices, wording};
use crate::api::ids::NodeId;
use crate::config::ID_IN_LINK;
use crate::post::texts::{self, Told};
use crate::post::{MailAddress, Patience, PostError, SecretLink};

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
    /// Tries a letter once, and says in it how many more come in the next. What the mail server has taken counts as taken.
    pub(super) async fn mail(
        &self,
        to: &notice_endpoint::Model,
        notices: &[notice::Model],
        more: u64,
    ) -> Result<(), NotTaken> {
        if !self.post.is_mail() {
            return Err(NotTaken::because(NoticeFailure::MailServer));
        }
        let address = address(&to.url).ok_or(NotTaken::because(NoticeFailure::RefusedTarget))?;
        let told: Vec<Told> = notices.iter().map(|notice| self.told(notice)).collect();
        let letter = texts::notices(address, &told, more);
        let sent = self.post.hand_over(&letter, self.clock.now(), letter_id(notices), Patience::Long).await;
        sent.map_err(|not_sent| {
            // Holds no address, and no words of the mail server.
            let perhaps_there = not_sent.perhaps_there;
            tracing::warn!(endpoint = %to.id.0, error = %not_sent.error, perhaps_there, "notices.letter");
            NotTaken { perhaps_there, ..why(&not_sent.error) }
        })
    }

    fn told(&self, notice: &notice::Model) -> Told {
        let id = subject(notice);
        // There is no secret in it; it is checked as one that stands in a letter all the same.
        let link = self.page.as_deref().zip(id.as_deref());
        let link = link.and_then(|(page, id)| SecretLink::new(page.replace(ID_IN_LINK, id)).ok());
        Told { said: wording::said(&notice.kind), at: notice.created_at.to_utc(), id, link }
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

/// In a word: whether the letter was refused, for now or for good, or our mail server could not be used, of which the address
/// is not to blame.
fn why(error: &PostError) -> NotTaken {
    let (why, code) = match error {
        PostError::Refused { code } => (NoticeFailure::MailRefused, Some(*code)),
        PostError::Form => (NoticeFailure::MailRefused, None),
        PostError::TurnedAway { code } | PostError::NotFromUs { code } => (NoticeFailure::MailServer, Some(*code)),
        PostError::NotKept { .. }
        | PostError::NoConnection { .. }
        | PostError::TooSlow
        | PostError::NoWord { .. }
        | PostError::NotEncrypted
        | PostError::SignIn
        | PostError::NotUnderstood => (NoticeFailure::MailServer, None),
    };
    NotTaken { status: code.map(Into::into), is_final: error.is_final(), ..NotTaken::because(why) }
}
