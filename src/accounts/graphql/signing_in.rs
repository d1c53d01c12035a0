//! Mutations by which somebody signs in, stays in, and looks after what proves that they are themselves.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::enums::SessionEnd;

use super::types::{Account, RecoveryCodes, SecondFactorSeed, SessionTokens};
use super::{AccountError, accounts, parted, payloads, person};
use crate::accounts::sessions::Which;
use crate::accounts::signing_in::{CameFrom, SignIn};
use crate::accounts::{Refused, Why};
use crate::api::ids;

/// What somebody signs in with.
#[derive(Clone, InputObject)]
pub struct SignInInput {
    /// E-mail address.
    email: String,
    /// Password.
    #[graphql(secret)]
    password: String,
    /// The code that the telephone shows, or a recovery code; wanted where the account has a second factor.
    #[graphql(secret)]
    code: Option<String>,
    /// What to call the device in the list of sign-ins, as `office telephone`; at most 100 characters.
    device: Option<String>,
}

/// What an invitation is taken up with.
#[derive(Clone, InputObject)]
pub struct AcceptInvitationInput {
    /// The secret of the link.
    #[graphql(secret)]
    secret: String,
    /// What to be called.
    name: String,
    /// The password to sign in with: at least 12 characters, not easy to guess.
    #[graphql(secret)]
    password: String,
}

/// What a forgotten password is replaced with.
#[derive(Clone, InputObject)]
pub struct ResetPasswordInput {
    /// The secret of the link.
    #[graphql(secret)]
    secret: String,
    /// The new password: at least 12 characters, not easy to guess.
    #[graphql(secret)]
    password: String,
}

/// What a password is changed with.
#[derive(Clone, InputObject)]
pub struct ChangePasswordInput {
    /// The old one.
    #[graphql(secret)]
    password: String,
    /// The new one: at least 12 characters, not easy to guess.
    #[graphql(secret)]
    new_password: String,
}

payloads! {
    /// What came of signing in, or of renewing a sign-in.
    SessionPayload {
        /// The tokens; null where it was refused.
        tokens: SessionTokens
    },
    /// What came of a change to somebody's own account.
    AccountPayload {
        /// The account; null where it was refused.
        account: Account
    },
    /// What came of beginning a second factor.
    SecondFactorSeedPayload {
        /// The second factor to be; null where it was refused.
        second_factor: SecondFactorSeed
    },
    /// What came of confirming a second factor, or of asking for new recovery codes.
    RecoveryCodesPayload {
        /// The codes; null where it was refused.
        recovery_codes: RecoveryCodes
    },
}

/// What came of ending sign-ins.
#[derive(Clone, Debug, SimpleObject)]
pub struct EndSessionsPayload {
    /// How many ended.
    ended: i32,
    /// What it was refused for; empty where it was done.
    errors: Vec<AccountError>,
}

/// That a letter goes out, if there is anybody to send it to.
#[derive(Clone, Debug, SimpleObject)]
pub struct RequestPasswordResetPayload {
    /// Always the same, whether or not there is an account with that address.
    message: String,
}

/// Mutations by which somebody signs in and stays in.
#[derive(Clone, Copy, Debug, Default)]
pub struct SigningInMutation;

impl SigningInMutation {
    async fn ended(ctx: &Context<'_>, which: Which, why: SessionEnd) -> Result<EndSessionsPayload> {
        let owner = person(ctx)?.account;
        let done = accounts(ctx)?.end_sessions(owner, which, why, Some(owner)).await;
        let done = match (done, which) {
            // One of somebody else is as good as none.
            (Ok(0), Which::Only(_)) => Err(Refused::field(Why::NotFound, "id", "There is no such sign-in.")),
            (done, _) => done,
        };
        let (ended, errors) = parted(ctx, done)?;
        Ok(EndSessionsPayload { ended: i32::try_from(ended.unwrap_or_default()).unwrap_or(i32::MAX), errors })
    }

    async fn own_account(ctx: &Context<'_>) -> Result<AccountPayload> {
        AccountPayload::of(ctx, accounts(ctx)?.find(person(ctx)?.account).await)
    }
}

/// Mutations by which somebody signs in and stays in.
#[Object]
impl SigningInMutation {
    /// Signs somebody in. Whether the address or the password was wrong is not told; too many tries have to wait.
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to sign in with.")] input: SignInInput,
    ) -> Result<SessionPayload> {
        let from = ctx.data_opt::<CameFrom>().and_then(|from| from.0);
        let SignInInput { email, password, code, device } = input;
        SessionPayload::of(ctx, accounts(ctx)?.sign_in(SignIn { email, password, code, device, from }).await)
    }

    /// Gets the next pair of tokens for a refresh token, which works once: a copy of it ends the whole sign-in.
    async fn refresh_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The refresh token.", secret)] refresh_token: String,
    ) -> Result<SessionPayload> {
        SessionPayload::of(ctx, accounts(ctx)?.refresh(&refresh_token).await)
    }

    /// Ends the sign-in that this request came with.
    async fn sign_out(&self, ctx: &Context<'_>) -> Result<EndSessionsPayload> {
        match person(ctx)?.session {
            Some(session) => Self::ended(ctx, Which::Only(session), SessionEnd::SignedOut).await,
            // The identity provider's to end.
            None => Ok(EndSessionsPayload { ended: 0, errors: Vec::new() }),
        }
    }

    /// Ends one of the viewer's own sign-ins: a lost telephone's, say.
    async fn end_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id, from `viewer.sessions`.")] id: ID,
    ) -> Result<EndSessionsPayload> {
        Self::ended(ctx, Which::Only(ids::session("id", &id)?), SessionEnd::Revoked).await
    }

    /// Ends every sign-in of the viewer but this one.
    async fn end_other_sessions(&self, ctx: &Context<'_>) -> Result<EndSessionsPayload> {
        let which = person(ctx)?.session.map_or(Which::All, Which::AllBut);
        Self::ended(ctx, which, SessionEnd::Revoked).await
    }

    /// Changes the viewer's password; every other sign-in ends.
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The old and the new one.")] input: ChangePasswordInput,
    ) -> Result<AccountPayload> {
        let owner = person(ctx)?;
        let keep = owner.session.map_or(Which::All, Which::AllBut);
        let done = accounts(ctx)?.change_password(owner.account, keep, &input.password, &input.new_password).await;
        match done {
            Ok(()) => Self::own_account(ctx).await,
            Err(trouble) => AccountPayload::of::<Account>(ctx, Err(trouble)),
        }
    }

    /// Sends a link to a new password to an e-mail address, if somebody has an account with it; whether anybody has is
    /// not told.
    async fn request_password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The e-mail address.")] email: String,
    ) -> Result<RequestPasswordResetPayload> {
        accounts(ctx)?.ask_for_new_password(&email);
        let message = "If there is an account with this address, a letter with a link is on its way to it.";
        Ok(RequestPasswordResetPayload { message: message.to_owned() })
    }

    /// Chooses a new password by the link of such a letter; every sign-in of the account ends. The second factor stays.
    async fn reset_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The link's secret, and the new password.")] input: ResetPasswordInput,
    ) -> Result<AccountPayload> {
        let accounts = accounts(ctx)?;
        let done = match accounts.reset_password(&input.secret, &input.password).await {
            Ok(id) => accounts.find(id).await,
            Err(trouble) => Err(trouble),
        };
        AccountPayload::of(ctx, done)
    }

    /// Takes up an account by the link of an invitation. Then sign in.
    async fn accept_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The link's secret, a name and a password.")] input: AcceptInvitationInput,
    ) -> Result<AccountPayload> {
        let accounts = accounts(ctx)?;
        let done = match accounts.accept_invitation(&input.secret, &input.name, &input.password).await {
            Ok(id) => accounts.find(id).await,
            Err(trouble) => Err(trouble),
        };
        AccountPayload::of(ctx, done)
    }

    /// Begins a second factor: gives its seed for an app of codes. It counts once `confirmSecondFactor` shows a code.
    async fn begin_second_factor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The viewer's password.", secret)] password: String,
    ) -> Result<SecondFactorSeedPayload> {
        let done = accounts(ctx)?.begin_second_factor(person(ctx)?.account, &password).await;
        SecondFactorSeedPayload::of(ctx, done)
    }

    /// Confirms the second factor; from now on signing in takes a code. Every other sign-in ends.
    async fn confirm_second_factor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The code that the app shows.", secret)] code: String,
    ) -> Result<RecoveryCodesPayload> {
        let owner = person(ctx)?;
        RecoveryCodesPayload::of(ctx, accounts(ctx)?.confirm_second_factor(owner.account, owner.session, &code).await)
    }

    /// Removes the viewer's second factor; every other sign-in ends.
    async fn remove_second_factor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The viewer's password.", secret)] password: String,
    ) -> Result<AccountPayload> {
        let owner = person(ctx)?;
        match accounts(ctx)?.remove_second_factor(owner.account, owner.session, &password).await {
            Ok(()) => Self::own_account(ctx).await,
            Err(trouble) => AccountPayload::of::<Account>(ctx, Err(trouble)),
        }
    }

    /// Gives ten new recovery codes in place of the old.
    async fn renew_recovery_codes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The viewer's password.", secret)] password: String,
    ) -> Result<RecoveryCodesPayload> {
        RecoveryCodesPayload::of(ctx, accounts(ctx)?.renew_recovery_codes(person(ctx)?.account, &password).await)
    }
}
