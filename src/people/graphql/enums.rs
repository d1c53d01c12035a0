//! Closed sets about service users, as the schema shows them. The compiler holds each against the stored set.

use async_graphql::Enum;
use entity::enums as stored;

/// What a flag is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::FlagKind")]
pub enum FlagKind {
    /// What may happen to them or through them.
    Risk,
    /// Safeguarding of adults and children.
    Safeguarding,
}

/// Whose service users.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::people::finding::Caseload")]
pub enum Caseload {
    /// Those on the viewer's own caseload.
    #[default]
    Mine,
    /// Those on the caseloads of the viewer's teams.
    Teams,
    /// Those with whom the agency has to do in any way, as far as the viewer may see them.
    Agency,
}

/// Why something is not shown, whether or not it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::people::reading::Reason")]
pub enum WithheldReason {
    /// No agreement in force lets it flow to the viewer's agency for the purpose.
    NoAgreement,
    /// An agreement would; what the service user permits, or what the agency has to do with them, does not.
    NotPermitted,
}

/// On what ground something is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum SeenAs {
    /// It is about the viewer themselves.
    OwnRecord,
    /// The viewer stands for whom it is about.
    Proxy,
    /// It is the viewer's agency's, and the service user on a caseload of theirs.
    OwnAgency,
    /// Another agency shares it.
    Shared,
}
