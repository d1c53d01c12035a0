//! Closed sets of notices.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

closed_set! {
    /// How far a notice has come.
    NoticeState {
        /// To be sent, for the first time or again.
        Pending = "pending",
        /// Taken by who it was for.
        Delivered = "delivered",
        /// Tried as often as it is tried; sent again only where somebody asks for it.
        Dead = "dead",
    }
}

closed_set! {
    /// Why a notice was not taken: words of ours, never what the receiver said.
    NoticeFailure {
        /// No connection, or one that broke.
        Unreachable = "unreachable",
        /// No answer in time.
        TimedOut = "timed_out",
        /// Another address was given instead; it is not followed.
        Redirected = "redirected",
        /// A status that is no success.
        Status = "status",
        /// The target is at an address that is not public.
        RefusedTarget = "refused_target",
        /// The signing secret could not be opened.
        NotSigned = "not_signed",
        /// The process ended in the middle of the last try.
        Interrupted = "interrupted",
        /// Our mail server refused the letter: the address, or what it says.
        MailRefused = "mail_refused",
        /// Our mail server could not be used, or there is none; the address is not to blame.
        MailServer = "mail_server",
        /// The letter was handed over twice, and each time our mail server gave no word: it may have arrived.
        Unclear = "unclear",
    }
}

closed_set! {
    /// Why an endpoint is off.
    NoticeOff {
        /// A manager switched it off.
        Manager = "manager",
        /// Nothing was taken for days.
        Failing = "failing",
        /// Whose the address is has not agreed yet.
        Unconfirmed = "unconfirmed",
    }
}

closed_set! {
    /// By which way an endpoint is told.
    NoticeChannel {
        /// A signed webhook to a system.
        Webhook = "webhook",
        /// A letter to an e-mail address.
        Email = "email",
    }
}
