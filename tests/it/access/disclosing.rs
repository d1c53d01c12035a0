//! Relationships that a referral brought about, and what it discloses: as facts, and as rows of a database.

use entity::enums::{DataCategory, ReferralState, ReferralUrgency};
use entity::ids::{ReferralCategoryId, ReferralId, SealingKeyId};
use entity::instants::Millis;
use entity::{referral, referral_category, service_user};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::stored::{Ids, insert};
use super::world::{Dealing, PEOPLE, World};

/// The categories for which a relationship counts, as facts have it: absent for every one.
pub(super) fn counts_for(dealing: &Dealing) -> impl Iterator<Item = Option<DataCategory>> {
    let (whole, some) = match dealing.discloses {
        None => (Some(None), &[][..]),
        Some(categories) => (None, categories),
    };
    whole.into_iter().chain(some.iter().copied().map(Some))
}

/// Writes the referrals that brought relationships about. They are of somebody whom no question is about, so that no header of
/// theirs is looked for; the rule goes by what they brought about.
pub(super) async fn store_disclosing(world: &World, ids: Ids, db: &impl ConnectionTrait) {
    let disclosing = world.dealings.iter().enumerate().filter_map(|(number, it)| Some((number, it.discloses?)));
    let disclosing: Vec<(usize, &[DataCategory])> = disclosing.collect();
    if disclosing.is_empty() {
        return;
    }
    let nobody = service_user::Model {
        id: ids.person(PEOPLE),
        account_id: None,
        linked_by: None,
        unlinked_by: None,
        unlinked_at: None,
        agency_id: ids.agency(0),
        key_id: SealingKeyId(Uuid::nil()),
        epoch: 0,
        changed_at: Millis(0),
        merged_into: None,
        created_at: Millis(0),
    };
    insert(db, vec![nobody]).await;
    let id = |number: usize| ReferralId(ids.dealing(number).0);
    let rows = disclosing.iter().map(|(number, _)| referral::Model {
        id: id(*number),
        service_user_id: ids.person(PEOPLE),
        recorded_for: ids.person(PEOPLE),
        agency_id: ids.agency(0),
        to_agency_id: ids.agency(1),
        party_id: None,
        service_id: None,
        parent_id: None,
        relationship_id: Some(ids.dealing(*number)),
        state: ReferralState::Draft,
        held_from: None,
        urgency: ReferralUrgency::Routine,
        release_on: None,
        owner_id: ids.account(0),
        owner_agency_id: ids.agency(0),
        offered_to: None,
        created_by: ids.account(0),
        created_at: Millis(0),
        sent_at: None,
        expires_at: None,
        waitlisted_at: None,
        expected_on: None,
        reason: None,
        outcome: None,
        changed_at: Millis(0),
        version: 1,
        preview_hash: None,
    });
    insert(db, rows.collect()).await;
    let mut categories = Vec::new();
    for (number, discloses) in &disclosing {
        categories.extend(discloses.iter().enumerate().map(|(place, category)| referral_category::Model {
            id: ReferralCategoryId(ids.id(14, number * 16 + place)),
            referral_id: id(*number),
            category: *category,
            version_id: None,
            consent_id: None,
            event_id: None,
        }));
    }
    insert(db, categories).await;
}
