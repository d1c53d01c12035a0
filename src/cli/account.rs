//! `signpost account`: the first administrator, roles, and what an administrator does when nobody can sign in.

use clap::{Args, Subcommand};
use entity::enums::{Role, SessionEnd};
use entity::ids::{AccountId, AgencyId};

use super::{Failure, Outcome, open_migrated, open_vault, say};
use crate::accounts::links::Invitee;
use crate::accounts::sessions::Which;
use crate::accounts::{Accounts, Refused, Trouble, email_of};
use crate::api::ids::NodeId;
use crate::clock::Clock;
use crate::config::Config;
use crate::post::Post;

/// Arguments of `account`.
#[derive(Debug, Args)]
pub(super) struct AccountArgs {
    #[command(subcommand)]
    what: What,
}

/// Somebody, by their address.
#[derive(Debug, Args)]
struct Whom {
    /// The account's e-mail address.
    #[arg(long)]
    email: String,
}

/// A role, and where it is held.
#[derive(Debug, Args)]
struct Where {
    /// As what: `administrator`, `coordinator`, `commissioner`, `auditor`, or in an agency `link_worker`,
    /// `listing_editor`, `agency_manager`, `data_protection_officer`.
    #[arg(long, value_parser = role)]
    role: Role,
    /// In which agency, by the global id that the GraphQL face gives; left out for a role in the network.
    #[arg(long, value_parser = agency)]
    agency: Option<AgencyId>,
}

/// Somebody, as an identity provider knows them.
#[derive(Debug, Args)]
struct Identity {
    /// The provider: the `issuer` of one of the settings' `accounts.issuers`.
    #[arg(long)]
    issuer: String,
    /// Its word for the person: what its tokens have in the `subject_claim`.
    #[arg(long)]
    subject: String,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Makes an account with a role, and prints the link by which its owner takes it up. This is how the first
    /// administrator comes in.
    Invite {
        #[command(flatten)]
        whom: Whom,
        /// What they are called.
        #[arg(long)]
        name: String,
        #[command(flatten)]
        within: Where,
    },
    /// Lists accounts with their roles.
    List,
    /// Gives an account another role.
    Grant {
        #[command(flatten)]
        whom: Whom,
        #[command(flatten)]
        within: Where,
    },
    /// Ends a role now.
    End {
        #[command(flatten)]
        whom: Whom,
        #[command(flatten)]
        within: Where,
    },
    /// Ends every sign-in of an account.
    SignOut {
        #[command(flatten)]
        whom: Whom,
    },
    /// Disables an account; every sign-in of it ends.
    Disable {
        #[command(flatten)]
        whom: Whom,
    },
    /// Enables an account again.
    Enable {
        #[command(flatten)]
        whom: Whom,
    },
    /// Removes an account's second factor, for somebody who lost both telephone and codes.
    RemoveSecondFactor {
        #[command(flatten)]
        whom: Whom,
    },
    /// Links an account with somebody as an identity provider knows them: its tokens let them in from now on.
    Link {
        #[command(flatten)]
        whom: Whom,
        #[command(flatten)]
        identity: Identity,
    },
    /// Ends such a link: the provider's tokens let them in no more.
    Unlink {
        #[command(flatten)]
        whom: Whom,
        #[command(flatten)]
        identity: Identity,
    },
}

fn role(text: &str) -> Result<Role, String> {
    Role::parse(text).ok_or_else(|| {
        let all: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
        format!("no such role; the roles are {}", all.join(", "))
    })
}

fn agency(text: &str) -> Result<AgencyId, String> {
    match NodeId::decode(text) {
        Some(NodeId::Agency(id)) => Ok(id),
        Some(_) | None => Err("not an agency's id: take it from the field `id` of an agency's answer".to_owned()),
    }
}

pub(super) async fn run(config: Config, args: AccountArgs) -> Outcome {
    let (clock, post) = (Clock::system(), Post::new(&config.post)?);
    let vault = open_vault(&config, &clock)?;
    let database = open_migrated(&config).await?;
    let accounts = Accounts::new(database.clone(), clock, config.accounts, post, vault)?;
    act(&accounts, args.what).await.map_err(by_option)?;
    database.close().await?;
    Ok(())
}

async fn act(accounts: &Accounts, what: What) -> Outcome {
    match what {
        What::Invite { whom, name, within: Where { role, agency } } => {
            let invited = accounts.invite_quietly(Invitee { email: whom.email, name, role, agency }).await?;
            match invited.link {
                Some(link) => say(format_args!(
                    "They take up their account here, until {}, once:\n{}",
                    invited.expires_at.to_rfc3339(),
                    link.expose()
                ))?,
                None => say("They have an account, and the role is theirs from now on.")?,
            }
        }
        What::List => {
            for account in accounts.all().await? {
                let mut words = vec![account.email.unwrap_or_else(|| "(no e-mail address)".to_owned()), account.name];
                for held in accounts.held_now(account.id).await? {
                    let of = held.agency.map(|id| format!(" at {}", NodeId::Agency(id).encode().0));
                    words.push(format!("{}{}", held.role.as_str(), of.unwrap_or_default()));
                }
                let linked = accounts.identities(account.id).await?;
                words.extend(linked.into_iter().map(|one| format!("{} at {}", one.subject, one.issuer)));
                words.extend(account.disabled_at.map(|at| format!("disabled since {}", at.to_rfc3339())));
                say(words.join(" · "))?;
            }
        }
        What::Grant { whom, within: Where { role, agency } } => {
            accounts.grant(None, find(accounts, &whom).await?, agency, role, None).await?;
            say("The role is theirs from now on.")?;
        }
        What::End { whom, within: Where { role, agency } } => {
            let ended = accounts.end_role(find(accounts, &whom).await?, agency, role).await?;
            say(if ended { "The role has ended." } else { "They do not hold that role." })?;
        }
        What::SignOut { whom } => {
            let id = find(accounts, &whom).await?;
            let ended = accounts.end_sessions(id, Which::All, SessionEnd::Revoked, None).await?;
            say(format_args!("{ended} sign-in(s) ended."))?;
        }
        What::Disable { whom } => {
            accounts.set_disabled(None, find(accounts, &whom).await?, true).await?;
            say("The account is disabled.")?;
        }
        What::Enable { whom } => {
            accounts.set_disabled(None, find(accounts, &whom).await?, false).await?;
            say("The account is enabled.")?;
        }
        What::RemoveSecondFactor { whom } => {
            accounts.remove_lost_second_factor(find(accounts, &whom).await?).await?;
            say("The second factor is removed, and every sign-in has ended.")?;
        }
        What::Link { whom, identity: Identity { issuer, subject } } => {
            accounts.link_identity(find(accounts, &whom).await?, &issuer, &subject).await?;
            say("The account is linked: the issuer's tokens let them in from now on.")?;
        }
        What::Unlink { whom, identity: Identity { issuer, subject } } => {
            accounts.unlink_identity(find(accounts, &whom).await?, &issuer, &subject).await?;
            say("The link has ended.")?;
        }
    }
    Ok(())
}

/// A refusal with the option that is to blame, in place of the input's field; other failures as they are.
fn by_option(failure: Failure) -> Failure {
    match failure.downcast::<Trouble>() {
        Ok(trouble) => match *trouble {
            Trouble::Refused(Refused { field: Some(field), message, .. }) => match field.strip_prefix("input.") {
                Some(option) => format!("--{option}: {message}").into(),
                None => message.into(),
            },
            other @ (Trouble::Refused(_) | Trouble::Failed(_)) => other.into(),
        },
        Err(other) => other,
    }
}

async fn find(accounts: &Accounts, whom: &Whom) -> Result<AccountId, Failure> {
    let found = accounts.by_email(&email_of("input.email", &whom.email)?).await?;
    Ok(found.ok_or("--email: there is no account with this address")?.id)
}
