//! A program with an API token.

use serde_json::{Value, json};

use super::{Answer, Browser, Request, Site};

/// Sends requests to the API, and keeps no cookies.
#[derive(Clone)]
pub(crate) struct Caller {
    browser: Browser,
    pub(crate) token: String,
}

impl Site {
    /// Makes a token with these scopes; `more` are further fields of its form. Returns the token.
    pub(crate) async fn token(&self, owner: &Browser, name: &str, scopes: &[&str], more: &[(&str, &str)]) -> String {
        let ticks: Vec<String> = scopes.iter().map(|scope| format!("scope.{scope}")).collect();
        let mut fields = vec![("name", name), ("days", "90")];
        fields.retain(|(name, _)| more.iter().all(|(n, _)| n != name));
        fields.extend(ticks.iter().map(|tick| (tick.as_str(), "on")));
        fields.extend(more);
        let made = owner.submit("/account/tokens/new", "/account/tokens/new", &fields).await;
        assert_eq!(made.status, 200, "{}", made.text());
        made.between("translate=\"no\">", "<").unwrap()
    }

    /// A program that has this token; none where it is empty.
    pub(crate) fn caller(&self, token: &str) -> Caller {
        Caller { browser: self.stranger(), token: token.to_owned() }
    }

    /// A program with a new token of this browser's member.
    pub(crate) async fn program(&self, owner: &Browser, scopes: &[&str]) -> Caller {
        let name = format!("program {}", self.store.tokens(None).await.unwrap().len());
        self.caller(&self.token(owner, &name, scopes, &[]).await)
    }
}

impl Caller {
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], None).await
    }

    /// Asks for what has to be there.
    pub(crate) async fn json(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "GET {path}: {}", answer.body);
        answer.json()
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, &[], Some(body)).await
    }

    /// Does what this path is for: deploys what the plan of the app holds now, or takes the audit log out.
    pub(crate) async fn change(&self, path: &str) -> Answer {
        if path == "/api/v1/audit/export" {
            return self.post(path, &json!({"format": "jsonl"})).await;
        }
        let plan = self.json(&path.replace("/deployments", "/plan")).await;
        self.post(path, &json!({"version": plan["version"], "plan": plan["hash"]})).await
    }

    /// `headers` come instead of the usual ones; an empty one goes.
    pub(crate) async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Answer {
        let kind = if body.is_some() { "application/json" } else { "" };
        let mut all = vec![("origin", String::new()), ("content-type", kind.to_owned())];
        if !self.token.is_empty() {
            all.push(("authorization", format!("Bearer {}", self.token)));
        }
        all.extend(headers.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let headers = all.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let body = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        self.browser.send(Request { method: method.to_owned(), path: path.to_owned(), headers, body }).await
    }
}

impl Answer {
    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.body))
    }

    /// The word of a problem, after a look at its form.
    #[track_caller]
    pub(crate) fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.body);
        let problem = self.json();
        assert_eq!(problem["status"].as_u64(), Some(u64::from(self.status)));
        assert!(problem["reference"].as_str().is_some_and(|id| id.len() == 12), "{problem}");
        problem["code"].as_str().unwrap().to_owned()
    }
}
