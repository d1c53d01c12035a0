//! What bounds notices: which letters may have arrived though nobody said so, which systems are slow, and which letters with a
//! code went to which mailbox. How many of these an address was sent is counted there, and no more in its row.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const NOTICE: &str = "notice";
const ENDPOINT: &str = "notice_endpoint";
const LETTER: &str = "notice_code_letter";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [big_integer_null("perhaps_at"), uuid_null("perhaps_letter_id")] {
            manager.alter_table(Table::alter().table(NOTICE).add_column(column).to_owned()).await?;
        }
        let slow = Table::alter().table(ENDPOINT).add_column(big_integer_null("slow_until")).to_owned();
        manager.alter_table(slow).await?;
        manager.alter_table(Table::alter().table(ENDPOINT).drop_column("confirm_letters").to_owned()).await?;
        let mut letter = Table::create().table(LETTER).to_owned();
        letter.col(uuid("id")).primary_key(Index::create().col("id"));
        letter.col(uuid("agency_id")).col(big_integer("mailbox"));
        letter.col(big_integer("sent_at")).col(boolean("is_answered"));
        let mut key = ForeignKey::create().name("fk_notice_code_letter_agency_id").to_owned();
        letter.foreign_key(key.from(LETTER, "agency_id").to("agency", "id"));
        manager.create_table(letter).await?;
        for column in ["agency_id", "mailbox"] {
            let index = Index::create().name(format!("ix_{LETTER}_{column}")).table(LETTER).col(column).to_owned();
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(LETTER).to_owned()).await?;
        let letters = Table::alter().table(ENDPOINT).add_column(integer_null("confirm_letters")).to_owned();
        manager.alter_table(letters).await?;
        manager.alter_table(Table::alter().table(ENDPOINT).drop_column("slow_until").to_owned()).await?;
        for column in ["perhaps_letter_id", "perhaps_at"] {
            manager.alter_table(Table::alter().table(NOTICE).drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
