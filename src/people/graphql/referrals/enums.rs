//! Closed sets of referrals, as the schema shows them. The compiler holds each against the stored set.

use async_graphql::Enum;
use entity::enums as stored;

use crate::people::referrals::worklist;

/// How far a referral has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::ReferralState")]
pub enum ReferralState {
    /// Written by the sender, and not sent: the receiver does not see it.
    Draft,
    /// Sent, and to be answered.
    Submitted,
    /// The receiver has asked for something.
    InfoRequested,
    /// On the receiver's waiting list.
    Waitlisted,
    /// Taken on by the receiver.
    Accepted,
    /// Not taken on.
    Rejected,
    /// Taken back by the sender or the service user.
    Withdrawn,
    /// Nobody answered in time.
    Expired,
    /// Another referral stands in its place.
    Rerouted,
    /// Support has begun.
    InProgress,
    /// It rests for a while.
    OnHold,
    /// It is said what came of it.
    OutcomeRecorded,
    /// Over.
    Closed,
    /// It should never have been.
    EnteredInError,
}

/// Something that was done with a referral.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::ReferralStep")]
pub enum ReferralStep {
    /// Written.
    Drafted,
    /// Sent.
    Submitted,
    /// The receiver asked for something.
    InformationRequested,
    /// The sender answered.
    InformationGiven,
    /// Put on the waiting list.
    Waitlisted,
    /// Taken on.
    Accepted,
    /// Not taken on.
    Rejected,
    /// Taken back.
    Withdrawn,
    /// Another was drafted in its place.
    Rerouted,
    /// Support began.
    Started,
    /// It rests.
    Held,
    /// It goes on.
    Resumed,
    /// It was said what came of it.
    OutcomeRecorded,
    /// It is over.
    Closed,
    /// It should never have been.
    EnteredInError,
    /// Offered to somebody else of the agency that answers for it.
    Offered,
    /// Taken over by them.
    TakenOver,
    /// The draft was changed.
    Edited,
    /// It discloses more than before: a disclosure of its own.
    Widened,
    /// Another of the agency answers for it, on whose caseload the service user is now.
    HandedOver,
}

/// Why a referral was not taken on, or came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::ReferralReason")]
pub enum ReferralReason {
    /// They do not live where it helps.
    OutOfArea,
    /// Too young or too old.
    Age,
    /// It is for others.
    Gender,
    /// It is full.
    NoCapacity,
    /// Nobody pays for people from there.
    NotFundedForArea,
    /// They use now.
    ActiveUse,
    /// For what they did.
    OffenceType,
    /// The risk is too high there.
    RiskTooHigh,
    /// It does not help with that.
    NeedNotMetHere,
    /// Somebody helps with it already.
    AlreadySupported,
    /// Nobody could reach them.
    CouldNotContact,
    /// They do not want it.
    DeclinedByServiceUser,
    /// What it discloses has a lawful route no more: something was taken back or denied, somebody is kept out, an agreement
    /// or a consent has ended. Never given by hand.
    NoLawfulRoute,
    /// Something else, which is said in words.
    Other,
}

/// How soon a referral matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::ReferralUrgency")]
pub enum ReferralUrgency {
    /// In the order in which they come.
    #[default]
    Routine,
    /// Within days.
    Soon,
    /// Today.
    Urgent,
}

/// How far what was wanted came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::Achievement")]
pub enum Achievement {
    /// It did not.
    Not,
    /// In part.
    Partially,
    /// All of it.
    Fully,
}

/// On which side of a referral the viewer's agency stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "worklist::Direction")]
pub enum ReferralDirection {
    /// It sent it.
    Sent,
    /// It was sent to it.
    Received,
}

/// How long ago a referral was sent; of a draft, since it was written. In days of 24 hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "worklist::Age")]
pub enum ReferralAge {
    /// Under two days.
    UnderTwoDays,
    /// Two days and more, under five. Five days are what treatment services reached on average: from there on somebody waits
    /// longer than most do.
    UnderFiveDays,
    /// Five days and more, under a week.
    UnderAWeek,
    /// A week and more, under four.
    UnderFourWeeks,
    /// Four weeks and more.
    Older,
}
