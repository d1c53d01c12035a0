//! The outbox of notices.

use sea_orm::entity::prelude::*;

use crate::enums::{NoticeFailure, NoticeState};
use crate::ids::{NoticeEndpointId, NoticeId};
use crate::instants::Millis;

/// That an agency's own system is to be told of something, or was.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notice")]
pub struct Model {
    /// Id: the same at each try.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NoticeId,
    /// Where.
    pub endpoint_id: NoticeEndpointId,
    /// What happened: one notice of it to each endpoint.
    pub event_id: Uuid,
    /// What it happened to: notices of one are sent in their order.
    pub subject_id: Uuid,
    /// The how manieth of that, from 1.
    pub number: i32,
    /// What sort of thing happened, as `referral.submitted`.
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    /// What is sent, to the letter.
    #[sea_orm(column_type = "Text")]
    pub body: String,
    /// When it was put out.
    pub created_at: Millis,
    /// How far it has come.
    pub state: NoticeState,
    /// How often it was tried since it was put out, or out again.
    pub attempts: i32,
    /// From when it is tried next.
    pub due_at: Millis,
    /// The status of the last try, where that was the reason.
    pub last_status: Option<i32>,
    /// Why the last try failed.
    pub last_error: Option<NoticeFailure>,
    /// When it was taken; of one that is dead, for nobody can say whether it was, when it was handed over the second time.
    pub delivered_at: Option<Millis>,
    /// The letter that it was taken in, or handed over the second time, with others or alone; absent until it was, and for
    /// systems.
    pub letter_id: Option<Uuid>,
    /// When it was handed over in a letter last and nobody said whether it was taken; absent where that never was.
    pub perhaps_at: Option<Millis>,
    /// That letter.
    pub perhaps_letter_id: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}
