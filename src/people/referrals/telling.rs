//! What the agencies' own systems are told of a step of a referral: a notice without a word of what it is about, put out in
//! the transaction of the step. The sender is told; the receiver from when it was sent, and while whoever works there may
//! see it: who is kept out is told nothing.

use entity::enums::{Purpose, Role};
use entity::ids::{AccountId, AgencyId, NoticeEndpointId, ReferralEventId, ReferralId};
use entity::instants::Millis;
use entity::referral;
use sea_orm::{ConnectionTrait, DbErr, EntityTrait};
use uuid::Uuid;

use super::drafting::Done;
use super::moving::header;
use crate::access::rule::decide::holds;
use crate::access::rule::facts::{Facts, Membership};
use crate::access::rule::{Ask, Row, WAYS};
use crate::notices::event::{Event, Happened};
use crate::notices::outbox::{listeners, put};
use crate::people::{People, Trouble};

impl People {
    /// Puts out the notices of a step.
    pub(super) async fn tell_of_referral(
        &self,
        db: &impl ConnectionTrait,
        id: ReferralId,
        (event, number): (ReferralEventId, i32),
        done: Done,
    ) -> Result<(), Trouble> {
        let happened = Happened::Referral { event, referral: id, step: done.step, state: done.state };
        let event = Event { happened, number, at: done.at };
        let row = referral::Entity::find_by_id(id).one(db).await?.ok_or(Trouble::NotFound)?;
        let mut parties = vec![row.agency_id];
        // What was entered in error has no party any more; who was one is told that, and nothing after it.
        if row.sent_at.is_some() {
            parties.push(row.to_agency_id);
        }
        let mut to: Vec<NoticeEndpointId> = Vec::new();
        let mut receiver_sees = None;
        for listener in listeners(db, &parties, &event.kind()).await? {
            let sees = if listener.agency == row.agency_id {
                true
            } else if let Some(known) = receiver_sees {
                known
            } else {
                let sees = sees(db, &row, done.at).await?;
                receiver_sees = Some(sees);
                sees
            };
            if sees {
                to.push(listener.endpoint);
            }
        }
        put(db, &self.clock, &event, &to).await?;
        Ok(())
    }
}

/// Whether whoever works at the receiver may see the header, asked of the rule.
async fn sees(db: &impl ConnectionTrait, row: &referral::Model, at: Millis) -> Result<bool, DbErr> {
    let agency: AgencyId = row.to_agency_id;
    let ask = Ask { account: AccountId(Uuid::nil()), agency: Some(agency), purpose: Purpose::Referral, at };
    let mut facts = Facts::load(db, &ask, &[row.service_user_id]).await?;
    facts.memberships.push(Membership {
        account: ask.account,
        agency: ask.agency,
        role: Role::LinkWorker,
        begins: at,
        ends: None,
    });
    let asked = Row { party: Some(agency), ..header(row) };
    Ok(holds(&WAYS.party, &ask, &asked, &facts))
}
