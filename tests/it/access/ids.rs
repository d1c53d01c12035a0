//! What is of a world in a database, by its ids: those of many worlds lie beside one another.

use entity::ids::{
    AccountId, AgencyId, AgreementId, AgreementVersionId, ConsentId, RecordId, ReferralId, RelationshipId,
    ServiceUserId, TeamId,
};
use entity::instants::Millis;
use signpost::access::rule::{Ask, Row};
use uuid::Uuid;

use super::world::{Number, Question, Record};

/// The ids of a world: its number, what they are of, and which.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ids(pub(crate) u64);

impl Ids {
    pub(super) fn id(self, kind: u8, number: usize) -> Uuid {
        Uuid::from_u64_pair(self.0, (u64::from(kind) << 48) | u64::try_from(number).unwrap())
    }

    pub(crate) fn account(self, number: Number) -> AccountId {
        AccountId(self.id(1, number))
    }

    pub(crate) fn agency(self, number: Number) -> AgencyId {
        AgencyId(self.id(2, number))
    }

    pub(crate) fn person(self, number: Number) -> ServiceUserId {
        ServiceUserId(self.id(3, number))
    }

    pub(super) fn dealing(self, number: usize) -> RelationshipId {
        RelationshipId(self.id(13, number))
    }

    pub(super) fn referral(self, number: usize) -> ReferralId {
        ReferralId(self.id(12, number))
    }

    pub(crate) fn record(self, number: usize) -> RecordId {
        RecordId(self.id(4, number))
    }

    pub(super) fn team(self, number: Number) -> TeamId {
        TeamId(self.id(5, number))
    }

    pub(super) fn version(self, number: usize) -> AgreementVersionId {
        AgreementVersionId(self.id(6, number))
    }

    pub(super) fn agreement(self, number: usize) -> AgreementId {
        AgreementId(self.id(7, number))
    }

    pub(super) fn consent(self, number: usize) -> ConsentId {
        ConsentId(self.id(8, number))
    }

    pub(crate) fn ask(self, question: Question) -> Ask {
        Ask {
            account: self.account(question.account),
            agency: question.agency.map(|agency| self.agency(agency)),
            purpose: question.purpose,
            at: Millis(question.at),
        }
    }

    pub(crate) fn row(self, record: &Record) -> Row {
        let row = Row::of(self.person(record.person), self.agency(record.agency), record.category);
        Row { party: record.party.map(|party| self.agency(party)), ..row }
    }
}
