//! What worklists of referrals are read by: those of an agency in a state, who has waited longest first, on either side; those
//! that were offered to somebody; and those that wait at one door.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Indexes of referrals: the name, and of what. They are written out, for they are of expressions and of some rows alone,
/// which both engines say in the same words.
const INDEXES: &[(&str, &str)] = &[
    // Since when one waits is reckoned there just as in the statements: an index of anything else would not be looked at.
    ("ix_referral_party_id_state_since_id", "(party_id, state, (COALESCE(sent_at, created_at)), id)"),
    ("ix_referral_agency_id_state_since_id", "(agency_id, state, (COALESCE(sent_at, created_at)), id)"),
    ("ix_referral_offered_to", "(offered_to) WHERE offered_to IS NOT NULL"),
    // With all that is asked of those who wait there: they are counted without being looked at.
    (
        "ix_referral_line",
        "(party_id, state, service_id, waitlisted_at, id, expires_at) WHERE waitlisted_at IS NOT NULL",
    ),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, of) in INDEXES {
            manager.get_connection().execute_unprepared(&format!("CREATE INDEX {name} ON referral {of}")).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, _) in INDEXES.iter().rev() {
            manager.drop_index(Index::drop().name(*name).table("referral").to_owned()).await?;
        }
        Ok(())
    }
}
