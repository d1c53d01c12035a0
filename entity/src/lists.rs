//! Short lists that live in one column as JSON: they have no life apart from their row.

use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use crate::enums::{AccessFeature, DeliveryMode, Gender, KeyScope, OffenceType, ReferralRoute, SessionFormat};

macro_rules! lists {
    ($($(#[$meta:meta])* $name:ident($item:ty)),+ $(,)?) => { $(
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
        #[serde(transparent)]
        pub struct $name(pub Vec<$item>);
    )+ };
}

lists! {
    /// Words: lines of an address, languages, papers to bring.
    Words(String),
    /// Ways a service reaches people.
    DeliveryModes(DeliveryMode),
    /// Forms of session.
    SessionFormats(SessionFormat),
    /// Ways in.
    ReferralRoutes(ReferralRoute),
    /// Barriers.
    AccessFeatures(AccessFeature),
    /// Genders.
    Genders(Gender),
    /// Offences.
    OffenceTypes(OffenceType),
    /// What a key is for.
    KeyScopes(KeyScope),
}
