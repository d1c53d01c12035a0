//! The closed set of what tells that two listings may be one.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

closed_set! {
    /// What a key for finding duplicates is, in its one way of writing.
    DuplicateKeyKind {
        /// Number of a register of charities.
        CharityNumber = "charity_number",
        /// Number of Companies House.
        CompanyNumber = "company_number",
        /// Unique property reference number.
        Uprn = "uprn",
        /// Telephone number, in E.164.
        Phone = "phone",
        /// Host of a website, with the page where many share the host.
        Website = "website",
        /// None that anything is found by: its value says by which rules all the others were written.
        Rules = "rules",
    }
}
