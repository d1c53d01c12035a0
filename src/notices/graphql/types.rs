//! Endpoints of notices as the schema shows them. What they are signed with is shown by nothing but what makes it.

use async_graphql::{Enum, ID, Object};
use entity::enums as stored;

use crate::api::ids::NodeId;
use crate::api::scalars::DateTime;
use crate::notices::endpoints::Seen;

/// Why a notice was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::NoticeFailure")]
pub enum NoticeFailure {
    /// There was no connection, or it broke.
    Unreachable,
    /// There was no answer in time.
    TimedOut,
    /// It redirected, which is not followed: name the address itself.
    Redirected,
    /// It answered with a status that is no success.
    Status,
    /// It is at an address that is not public.
    RefusedTarget,
    /// The signing secret could not be opened here: tell whoever runs this server.
    NotSigned,
    /// The server stopped in the middle of the last try.
    Interrupted,
    /// The mail server refused the letter: see whether the address is right.
    MailRefused,
    /// The mail server could not be used, or there is none: tell whoever runs this server. The address is not to blame.
    MailServer,
    /// The mail server was given the letter twice, and never said whether it took it: it may have arrived, and is sent no more
    /// until somebody replays it. The address is not to blame.
    Unclear,
}

/// Why an endpoint is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::NoticeOff")]
pub enum NoticeOffReason {
    /// A manager switched it off.
    Manager,
    /// It took nothing for five days.
    Failing,
    /// Whose the e-mail address is has not agreed: the code of the letter is still to come.
    Unconfirmed,
}

/// By which way an endpoint is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::NoticeChannel")]
pub enum NoticeChannel {
    /// A signed webhook to a system.
    Webhook,
    /// A letter to an e-mail address.
    Email,
}

/// An endpoint.
#[derive(Clone, Debug)]
pub struct NoticeEndpoint(pub(super) Seen);

fn whole(number: u64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// An address at which an agency's own system, or somebody of it by e-mail, is told what happened to its referrals and
/// appointments.
#[Object]
impl NoticeEndpoint {
    /// Global id.
    async fn id(&self) -> ID {
        NodeId::NoticeEndpoint(self.0.row.id).encode()
    }

    /// The address; `mailto:` and the address where it is told by e-mail.
    async fn url(&self) -> &str {
        &self.0.row.url
    }

    /// By which way it is told.
    async fn channel(&self) -> NoticeChannel {
        self.0.row.channel.into()
    }

    /// The sorts of notice that it is told, as `referral.submitted`; empty where it is told every sort.
    async fn kinds(&self) -> Vec<String> {
        self.0.row.kinds.iter().flat_map(|kinds| kinds.split(' ').map(ToOwned::to_owned)).collect()
    }

    /// Whether notices are put out for it, and sent.
    async fn is_on(&self) -> bool {
        self.0.row.is_on
    }

    /// Why it is off; null where it is on.
    async fn off_reason(&self) -> Option<NoticeOffReason> {
        self.0.row.off_reason.map(Into::into)
    }

    /// When it was named.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.row.created_at.to_utc())
    }

    /// Until when notices are signed with the secret before this one too; null where that is over.
    async fn old_secret_until(&self) -> Option<DateTime> {
        self.0.row.old_until.map(|until| DateTime(until.to_utc()))
    }

    /// Since when it has taken nothing; null where it took the last notice, was sent none, or is not to blame.
    async fn failing_since(&self) -> Option<DateTime> {
        self.0.row.failing_since.map(|since| DateTime(since.to_utc()))
    }

    /// Why the last notice was not taken; null where it was.
    async fn last_error(&self) -> Option<NoticeFailure> {
        self.0.row.last_error.map(Into::into)
    }

    /// The status with which the last notice was not taken, of HTTP or of the mail server; null where that was not the reason.
    async fn last_status(&self) -> Option<i32> {
        self.0.row.last_status
    }

    /// Notices that are to be sent, for the first time or again.
    async fn pending(&self) -> i32 {
        whole(self.0.counts.pending)
    }

    /// Notices that were taken, of the last days.
    async fn delivered(&self) -> i32 {
        whole(self.0.counts.delivered)
    }

    /// Notices that were not taken, or of which nobody can say whether they were, and are tried no more, until somebody replays
    /// them.
    async fn dead(&self) -> i32 {
        whole(self.0.counts.dead)
    }
}
