//! Postcodes.

use sea_orm::entity::prelude::*;

/// A live postcode of the United Kingdom, where the table was imported.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "postcode")]
pub struct Model {
    /// In canonical form, as `M14 5RQ`.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub postcode: String,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// ONS code of its local authority.
    #[sea_orm(column_type = "Text")]
    pub authority_code: String,
}

impl ActiveModelBehavior for ActiveModel {}
