//! What the benches about service users make alike: ids that are known beforehand, and agreements, drafted and signed as the
//! program does it.

use entity::agreement_version;
use entity::enums::{DataCategory, LawfulBasis, PartyRole, Purpose};
use entity::ids::AgencyId;
use sea_orm::EntityTrait;
use signpost::agreements::life::Move;
use signpost::agreements::terms::{Document, Flow, Party, Terms};
use signpost::agreements::{Hand, Side};
use signpost::app::App;
use uuid::Uuid;

use crate::measuring::Outcome;

/// The id of the so manieth thing of a kind; later ones sort after earlier ones.
pub(crate) fn id(kind: u128, number: u32) -> Uuid {
    Uuid::from_u128((kind << 96) | (0x8 << 76) | (0x8 << 60) | u128::from(number))
}

/// Two agencies agree that rows of the first flow to the second, by consent.
pub(crate) async fn agree(
    app: &App,
    (first, second): (AgencyId, AgencyId),
    categories: &[DataCategory],
    purposes: &[Purpose],
) -> Outcome<()> {
    let text = || "As it should be.".to_owned();
    let now = app.clock.now();
    let party = |agency| Party { agency, role: PartyRole::Controller, contact: text() };
    let terms = Terms {
        title: text(),
        document: Document {
            necessity: text(),
            special_category_condition: Some(text()),
            criminal_offence_condition: Some(text()),
            retention: text(),
            security: text(),
            rights_requests: text(),
            breach_contact: text(),
            ending: text(),
        },
        parties: vec![party(first), party(second)],
        flows: vec![Flow {
            from: first,
            to: second,
            basis: LawfulBasis::Consent,
            categories: categories.iter().copied().collect(),
            purposes: purposes.iter().copied().collect(),
        }],
        expires_at: (now + chrono::TimeDelta::days(700)).timestamp_millis(),
        review_on: (now + chrono::TimeDelta::days(300)).date_naive(),
        related_days: 30,
    };
    let (agreements, side) = (app.people.agreements(), |agency| Hand { account: None, side: Side::Manager(agency) });
    let version = agreements.draft(side(first), terms).await?;
    let drafted = agreement_version::Entity::find_by_id(version).one(app.database.connection()).await?;
    let hash = drafted.and_then(|drafted| drafted.document_hash).ok_or("a draft has a hash")?;
    agreements.make(side(first), version, Move::Submit, None).await?;
    agreements.make(side(second), version, Move::Approve, None).await?;
    agreements.sign(side(first), version, &hash).await?;
    agreements.sign(side(second), version, &hash).await?;
    Ok(())
}
