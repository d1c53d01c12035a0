//! People who sign in, for tests: made as the command line makes them, and asking as clients do.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use entity::enums::Role;
use entity::ids::{AccountId, AgencyId};
use serde_json::{Value, json};
use signpost::accounts::links::Invitee;
use signpost::accounts::signing_in::SignIn;
use signpost::api::ids::NodeId;

use super::TestApp;

/// A password that is strong enough.
pub(crate) const PASSWORD: &str = "seven lemons under 41 bridges";

/// How a request is asked: what it shows, and for which agency.
#[derive(Clone, Copy, Default)]
pub(crate) struct As<'a> {
    pub(crate) token: Option<&'a str>,
    pub(crate) agency: Option<AgencyId>,
}

impl<'a> As<'a> {
    pub(crate) fn token(token: &'a str) -> Self {
        Self { token: Some(token), agency: None }
    }
}

/// The secret of a link.
pub(crate) fn secret_of(link: &str) -> String {
    link.split_once('#').unwrap().1.to_owned()
}

pub(crate) fn global(agency: AgencyId) -> String {
    NodeId::Agency(agency).encode().0
}

impl TestApp {
    /// Invites somebody and takes up the account.
    pub(crate) async fn account(&self, email: &str, role: Role, agency: Option<AgencyId>) -> AccountId {
        let accounts = &self.app.accounts;
        let invitee = Invitee { email: email.to_owned(), name: "Robin Vale".to_owned(), role, agency };
        let invited = accounts.invite_quietly(invitee).await.unwrap();
        if let Some(link) = invited.link {
            accounts.accept_invitation(&secret_of(link.expose()), "Robin Vale", PASSWORD).await.unwrap();
        }
        invited.account
    }

    /// Signs somebody in; gives the access token.
    pub(crate) async fn token(&self, email: &str) -> String {
        let with =
            SignIn { email: email.to_owned(), password: PASSWORD.to_owned(), code: None, device: None, from: None };
        self.app.accounts.sign_in(with).await.unwrap().access.expose().to_owned()
    }

    /// Somebody new with a role, signed in.
    pub(crate) async fn signed_in(&self, email: &str, role: Role, agency: Option<AgencyId>) -> String {
        self.account(email, role, agency).await;
        self.token(email).await
    }

    /// The status and the whole answer to a question of somebody.
    pub(crate) async fn ask(&self, who: As<'_>, query: &str, variables: Value) -> (StatusCode, Value) {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let mut request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
        if let Some(token) = who.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(agency) = who.agency {
            request = request.header("signpost-agency", global(agency));
        }
        let (status, answer) = self.send(request.body(Body::from(body)).unwrap()).await;
        (status, serde_json::from_slice(&answer).unwrap())
    }

    /// The data of somebody's answer that must have no errors.
    pub(crate) async fn data_as(&self, who: As<'_>, query: &str, variables: Value) -> Value {
        let (_, mut answer) = self.ask(who, query, variables).await;
        assert_eq!(answer.get("errors"), None, "{query}\n{answer:#}");
        answer["data"].take()
    }

    /// The code of the one top-level error that somebody's answer must have.
    pub(crate) async fn refused(&self, who: As<'_>, query: &str, variables: Value) -> String {
        let (_, answer) = self.ask(who, query, variables).await;
        let errors = answer["errors"].as_array().unwrap_or_else(|| panic!("no errors: {answer:#}"));
        assert_eq!(errors.len(), 1, "{answer:#}");
        errors[0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The letters that were sent, oldest first.
    pub(crate) fn letters(&self) -> Vec<String> {
        let mut files: Vec<_> =
            std::fs::read_dir(self.outbox.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect()
    }
}
