//! Records as the source wrote them.

use sea_orm::entity::prelude::*;

use crate::ids::{ServiceId, SourceId};

/// One record of a feed, to the letter: what has no column of its own is kept here.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "source_record")]
pub struct Model {
    /// The source.
    #[sea_orm(primary_key, auto_increment = false)]
    pub source_id: SourceId,
    /// Key of the record.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub record_key: String,
    /// The service it became.
    pub service_id: ServiceId,
    /// SHA-256 of the document, in hexadecimal.
    #[sea_orm(column_type = "Text")]
    pub content_hash: String,
    /// The document.
    #[sea_orm(column_type = "Text")]
    pub document: String,
    /// When it first came.
    pub first_imported_at: DateTimeUtc,
    /// When it last differed.
    pub changed_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
