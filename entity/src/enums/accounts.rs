//! Closed sets of accounts: what they are, what they may, what happens to them.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

closed_set! {
    /// What an account may be: in an agency, or in the network.
    Role {
        /// In an agency: works with people, signposts and refers them.
        LinkWorker = "link_worker",
        /// In an agency: edits and confirms its listings.
        ListingEditor = "listing_editor",
        /// In an agency: answers for it, its people and its listings.
        AgencyManager = "agency_manager",
        /// In an agency: sees who looked at what, and not what they saw.
        DataProtectionOfficer = "data_protection_officer",
        /// In the network: brings agencies in, mends duplicates, hands listings over.
        Coordinator = "coordinator",
        /// In the network: sees figures.
        Commissioner = "commissioner",
        /// In the network: sees what was done, and changes nothing.
        Auditor = "auditor",
        /// In the network: accounts and settings.
        Administrator = "administrator",
        /// A person who is supported, in their own name.
        ServiceUser = "service_user",
    }
}

closed_set! {
    /// What a program may do with a key.
    KeyScope {
        /// Read the public directory, as a known front-end.
        Directory = "directory",
        /// Edit and confirm the listings of its agency.
        Listings = "listings",
    }
}

closed_set! {
    /// What a link that works once is for.
    LinkKind {
        /// To take up an account somebody was invited to.
        Invitation = "invitation",
        /// To choose a new password.
        PasswordReset = "password_reset",
    }
}

closed_set! {
    /// Why a sign-in ended before its time.
    SessionEnd {
        /// Its owner signed out.
        SignedOut = "signed_out",
        /// Its owner, or an administrator, ended it from elsewhere.
        Revoked = "revoked",
        /// The password or the second factor was changed.
        CredentialsChanged = "credentials_changed",
        /// A refresh token came a second time: somebody has a copy.
        RefreshReused = "refresh_reused",
        /// The account was disabled.
        Disabled = "disabled",
    }
}

closed_set! {
    /// What happened to an account.
    AccountHappening {
        /// It was made.
        Created = "created",
        /// Somebody was invited to take it up.
        Invited = "invited",
        /// It was taken up.
        TakenUp = "taken_up",
        /// Somebody signed in.
        SignedIn = "signed_in",
        /// A sign-in ended before its time.
        SessionEnded = "session_ended",
        /// A new password was chosen.
        PasswordChanged = "password_changed",
        /// A second factor was added.
        SecondFactorAdded = "second_factor_added",
        /// The second factor was removed.
        SecondFactorRemoved = "second_factor_removed",
        /// A recovery code stood in for the second factor.
        RecoveryCodeUsed = "recovery_code_used",
        /// New recovery codes took the place of the old.
        RecoveryCodesRenewed = "recovery_codes_renewed",
        /// A role was given.
        RoleGranted = "role_granted",
        /// A role was ended.
        RoleEnded = "role_ended",
        /// It was disabled.
        Disabled = "disabled",
        /// It was enabled again.
        Enabled = "enabled",
        /// It was linked with what an identity provider calls its owner.
        IdentityLinked = "identity_linked",
        /// Such a link was taken away.
        IdentityUnlinked = "identity_unlinked",
        /// It made a key for a program.
        KeyMade = "key_made",
        /// A key for a program was revoked.
        KeyRevoked = "key_revoked",
    }
}
