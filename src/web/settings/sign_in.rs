//! The identity provider that members may sign in with.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::access::action::{EditSignIn, TestSignIn, ViewSignIn};
use crate::access::{Book, Grant};
use crate::commands::{sign_in_set, sign_in_test};
use crate::sso::Survey;
use crate::store::Denied;
use crate::store::identities::Provider;
use crate::web::failure::Failure;
use crate::web::form::{Form, Query};
use crate::web::page::{page, see_other, shell, with_flash, wrong_form};
use crate::web::setup::sentence;
use crate::web::shell::{Flash, FlashKind, Nav, Problems, Shell};
use crate::web::visit::Visit;
use crate::web::{Site, sso};

/// The page.
#[derive(Debug, Clone, Template)]
#[template(path = "settings/sign_in.html")]
pub struct SignInSettingsView {
    pub shell: Shell,
    pub form: Shown,
    /// There is a provider now.
    pub on: bool,
    pub has_secret: bool,
    /// What has to be written down at the provider.
    pub redirect: String,
    /// Members who could not sign in without it.
    pub without_password: i64,
    pub problems: Problems,
    /// What a look at the provider found, or why there was none.
    pub survey: Option<Result<Survey, String>>,
}

/// The controls as they are shown; the client secret is never given back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    pub issuer: String,
    pub client_id: String,
    pub label: String,
    pub scopes: String,
    pub group_claim: String,
    /// A line for each group: `group = team`.
    pub teams: String,
    pub strong_acr: String,
    pub provision: bool,
}

/// What the form sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignInForm {
    issuer: String,
    client_id: String,
    client_secret: String,
    label: String,
    #[serde(default)]
    scopes: String,
    #[serde(default)]
    group_claim: String,
    #[serde(default)]
    teams: String,
    #[serde(default)]
    strong_acr: String,
    #[serde(default)]
    provision: String,
}

/// Characters of the longest control.
const LONGEST: usize = 500;

impl SignInSettingsView {
    /// What stands at the client secret.
    pub fn secret_hint(&self) -> &'static str {
        if self.has_secret { "One is kept. Leave it empty to keep that one." } else { "As the provider shows it." }
    }
}

/// The page.
pub async fn show(_may: Grant<ViewSignIn>, visit: Visit, query: Query, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let done = match query.get("done") {
        "saved" => Some("Single sign-on is saved. Test it, then sign in with it in another browser."),
        "off" => Some("Nobody signs in with the identity provider any more."),
        _ => None,
    };
    let mut view = view(&site, &visit, None, Problems::none()).await?;
    view.shell = with_flash(view.shell, done.map(|text| Flash { kind: FlashKind::Done, text: text.to_owned() }));
    page(&view)
}

/// Saves the settings.
pub async fn save(
    may: Grant<EditSignIn>,
    Form(form): Form<SignInForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let before = site.store.identity_provider().await?;
    let book = site.store.book().await?;
    let (shown, secret) = (form.shown(), form.client_secret.clone());
    let mut problems = Problems::none();
    let teams = check(&site, &shown, &book, &mut problems);
    if secret.is_empty() && before.is_none() {
        problems.add("client_secret", "Paste the client secret that the provider shows");
    } else if secret.chars().any(char::is_control) || secret.len() > LONGEST {
        problems.add("client_secret", "The client secret is one line");
    } else if secret.is_empty() && before.as_ref().is_some_and(|p| p.issuer != shown.issuer) {
        // It must not be sent to somebody else than it was meant for.
        problems.add("client_secret", "Another issuer has another client secret: paste it");
    }
    if !problems.is_empty() {
        return wrong_form(&view(&site, &visit, Some(shown), problems).await?);
    }
    let sealed = match before {
        Some(before) if secret.is_empty() => before.sealed,
        _ => sso::seal(&site, &secret),
    };
    let Shown { issuer, client_id, label, scopes, group_claim, strong_acr, provision, .. } = shown.clone();
    let provider = Provider { issuer, client_id, sealed, label, scopes, group_claim, strong_acr, provision, teams };
    let set = sign_in_set::SetSignIn { provider: Some(provider), secret: !secret.is_empty() };
    match site.store.commit(&may, set).await {
        Ok(()) => see_other("/settings/sign-in?done=saved"),
        Err(Denied::Rule { text, .. }) => {
            problems.add("teams", sentence(&text));
            wrong_form(&view(&site, &visit, Some(shown), problems).await?)
        }
        Err(other) => Err(other.into()),
    }
}

impl SignInForm {
    fn shown(&self) -> Shown {
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        Shown {
            issuer: self.issuer.trim().to_owned(),
            client_id: self.client_id.trim().to_owned(),
            label: words(&self.label),
            scopes: words(&self.scopes),
            group_claim: self.group_claim.trim().to_owned(),
            teams: self.teams.replace("\r\n", "\n").trim().to_owned(),
            strong_acr: words(&self.strong_acr),
            provision: !self.provision.is_empty(),
        }
    }
}

/// Looks through what was typed, and gives the teams that groups fill.
fn check(site: &Site, shown: &Shown, book: &Book, problems: &mut Problems) -> Vec<(String, i32)> {
    let bad = |text: &str| text.chars().any(char::is_control) || text.len() > LONGEST;
    if let Err(why) = site.sso.check(&shown.issuer) {
        problems.add("issuer", sentence(&why.to_string()));
    }
    if shown.client_id.is_empty() || bad(&shown.client_id) {
        problems.add("client_id", "Write the client id that the provider shows");
    }
    if shown.label.is_empty() || shown.label.chars().count() > 60 || bad(&shown.label) {
        problems.add("label", "Write in 1 to 60 characters what members know it as");
    }
    for (name, text) in [("scopes", &shown.scopes), ("strong_acr", &shown.strong_acr)] {
        if bad(text) {
            problems.add(name, "Write words with blanks between them");
        }
    }
    if bad(&shown.group_claim) || shown.group_claim.contains(char::is_whitespace) {
        problems.add("group_claim", "A claim is one word, such as groups");
    }
    let mut teams = vec![];
    for line in shown.teams.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let Some((group, team)) =
            line.rsplit_once('=').map(|(g, t)| (g.trim(), t.trim())).filter(|(g, _)| !g.is_empty() && !bad(g))
        else {
            problems.add("teams", format!("Write each line as group = team; {line} is none"));
            break;
        };
        let known = book.teams.iter().find(|(_, t)| t.name.to_lowercase() == team.to_lowercase());
        let Some((id, _)) = known else {
            problems.add("teams", format!("There is no team called {team}; make it under People first"));
            break;
        };
        teams.push((group.to_owned(), *id));
    }
    if !teams.is_empty() && shown.group_claim.is_empty() {
        problems.add("group_claim", "Say which claim holds the groups, such as groups");
    }
    teams.sort();
    teams.dedup();
    teams
}

/// Turns single sign-on off.
pub async fn turn_off(may: Grant<EditSignIn>, site: Data<Site>) -> Result<HttpResponse, Failure> {
    site.store.commit(&may, sign_in_set::SetSignIn { provider: None, secret: false }).await?;
    see_other("/settings/sign-in?done=off")
}

/// Asks the provider what it says of itself, and shows what is wrong with it.
pub async fn test(may: Grant<TestSignIn>, visit: Visit, site: Data<Site>) -> Result<HttpResponse, Failure> {
    let Some(provider) = site.store.identity_provider().await? else { return see_other("/settings/sign-in") };
    site.store.commit(&may, sign_in_test::TestSignIn { issuer: provider.issuer.clone() }).await?;
    let mut view = view(&site, &visit, None, Problems::none()).await?;
    let mut survey = site.sso.survey(&provider.issuer).await.map_err(|e| sentence(&e.to_string()));
    if let Ok(found) = &mut survey
        && sso::unsealed(&site, &provider).is_none()
    {
        found.doubts.push("the client secret can’t be decrypted any more: type it again".to_owned());
    }
    view.survey = Some(survey);
    page(&view)
}

async fn view(site: &Site, visit: &Visit, typed: Option<Shown>, problems: Problems) -> Result<SignInSettingsView, Failure> {
    let provider = site.store.identity_provider().await?;
    let book = site.store.book().await?;
    let on = provider.is_some();
    let default = || Shown { label: "the co-op’s account".to_owned(), ..Shown::default() };
    Ok(SignInSettingsView {
        shell: shell(site, visit, "Single sign-on", Nav::SignIn).await,
        form: typed.or_else(|| provider.map(|p| saved(p, &book))).unwrap_or_else(default),
        on,
        has_secret: on,
        redirect: sso::redirect(site),
        without_password: site.store.without_password().await?,
        problems,
        survey: None,
    })
}

fn saved(provider: Provider, book: &Book) -> Shown {
    let Provider { issuer, client_id, label, scopes, group_claim, strong_acr, provision, teams, .. } = provider;
    let lines = teams.iter().filter_map(|(group, team)| Some(format!("{group} = {}", book.teams.get(team)?.name)));
    Shown { issuer, client_id, label, scopes, group_claim, teams: lines.collect::<Vec<_>>().join("\n"), strong_acr, provision }
}

#[cfg(any(test, feature = "testing"))]
impl SignInSettingsView {
    pub fn samples() -> Vec<Self> {
        let text = str::to_owned;
        let off = Self {
            shell: Shell::sample("Single sign-on", Nav::SignIn),
            form: Shown { label: text("the co-op’s account"), ..Shown::default() },
            on: false,
            has_secret: false,
            redirect: text("https://canteen.example.org/session/sso/return"),
            without_password: 0,
            problems: Problems::none(),
            survey: None,
        };
        let form = Shown {
            issuer: text("https://id.example.org/realms/co-op"),
            client_id: text("canteen"),
            label: text("the <wiki> co-op"),
            group_claim: text("groups"),
            teams: text("board = Board\n<wiki> = Web"),
            provision: true,
            ..Shown::default()
        };
        let on = Self { form, on: true, has_secret: true, without_password: 2, ..off.clone() };
        let survey = Survey { authorization: text("https://id.example.org/auth"), keys: 2, doubts: vec![] };
        let doubts = vec![text("it has no key by which its signatures could be checked")];
        let fine = Self { survey: Some(Ok(survey.clone())), ..on.clone() };
        let doubtful = Self { survey: Some(Ok(Survey { doubts, ..survey })), without_password: 1, ..on.clone() };
        let away = Self { survey: Some(Err(text("Id.example.org does not answer in time"))), ..on.clone() };
        let mut wrong = on.clone();
        wrong.problems.add("issuer", "Write an https address");
        wrong.problems.add("teams", "There is no team called <wiki>");
        vec![off, on, fine, doubtful, away, wrong]
    }
}
