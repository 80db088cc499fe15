//! Routes that succeed only after another step, with a link or with a device: browsers that have come that far.

use canteen::access::Role;

use super::device::{Device, ticket};
use super::{Answer, BOARD, Browser, Idp, MailServer, PASSWORD, Plan, Shelved, Site};

const NEW: &str = "nine loud herons";

/// Routes whose request succeeds only from a browser that [`Step::before`] gives.
pub(crate) const IN_STEPS: [&str; 13] = [
    "/apps/{app}/backups/{name}/download",
    "/setup",
    "/session/factor",
    "/session/passkey",
    "/invite",
    "/reset",
    "/confirm",
    "/forgot",
    "/account/password",
    "/account/factors/passkeys/new",
    "/account/factors/passkeys/{id}/removal",
    "/account/identities",
    "/account/identities/{id}/removal",
];

/// A browser that was led to a form, and what it sends from there.
pub(crate) struct Step {
    pub(crate) browser: Browser,
    pub(crate) path: String,
    pub(crate) fields: Vec<(String, String)>,
    /// Whom the entry names.
    pub(crate) who: &'static str,
    /// Where the request is about a site of its own: set-up is open there.
    pub(crate) elsewhere: Option<Site>,
    /// What that site needs, for as long as it does.
    _held: Option<tempfile::TempDir>,
}

impl Step {
    /// Goes as far as the form of this route.
    pub(crate) async fn before(site: &Site, route: &str) -> Option<Self> {
        let step = |browser: &Browser, who, fields: &[(&str, &str)]| {
            let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            Some(Self { browser: browser.clone(), path: route.to_owned(), fields, who, elsewhere: None, _held: None })
        };
        match route {
            "/setup" => {
                let new = Site::with(Plan { members: false, ..Plan::default() }).await;
                let code = new.setup_code.peek().unwrap();
                let fields = [("code", code.as_str()), ("name", "eve"), ("password", NEW)];
                step(&new.stranger(), "eve", &fields).map(|step| Self { elsewhere: Some(new), ..step })
            }
            "/apps/{app}/backups/{name}/download" => {
                let Shelved { site: new, ana, page, repository, .. } = Shelved::new("first", "meet at noon").await;
                let id = new.store.app(BOARD).await.unwrap().unwrap().id.to_string();
                let taken = step(&ana, "ana", &[("form-app", &id), ("in", "notices/first")]);
                taken.map(|step| Self { path: format!("{page}/download"), elsewhere: Some(new), _held: Some(repository), ..step })
            }
            "/session/factor" => {
                site.add("bea", Role::Viewer).await;
                let (phone, _) = site.add_phone(&site.signed_in("bea").await).await;
                let browser = site.stranger();
                let fields = [("name", "bea"), ("password", PASSWORD), ("next", "/apps")];
                browser.submit("/session", "/session", &fields).await.location();
                let code = phone.code(canteen::clock::Clock::now(&*site.clock));
                step(&browser, "bea", &[("code", &code), ("next", "/apps")])
            }
            "/invite" => {
                let fields = [("person", "Cem"), ("role", "viewer")];
                let shown = site.admin().await.submit("/people/invitation", "/people/invitation", &fields).await;
                step(&behind(site, &shown).await, "cem", &[("name", "cem"), ("password", NEW)])
            }
            "/reset" => {
                site.add("ron", Role::Viewer).await;
                let page = format!("/people/{}", site.store.member("ron").await.unwrap().unwrap().id);
                let shown = site.admin().await.submit(&page, &format!("{page}/password-link"), &[]).await;
                step(&behind(site, &shown).await, "ron", &[("password", NEW)])
            }
            "/confirm" => {
                site.add("mia", Role::Viewer).await;
                let (server, mia) = (mail(site).await, site.signed_in("mia").await);
                mia.submit("/account", "/account/mail", &[("mail", "mia@example.org")]).await.location();
                let link = server.letter("mia@example.org", "Confirm your address").await.path(&site.settings.public.origin);
                mia.get(&link).await.location();
                step(&mia, "mia", &[])
            }
            "/forgot" => {
                mail(site).await;
                step(&site.stranger(), "somebody", &[("name", "vic")])
            }
            "/account/password" => {
                site.add("pia", Role::Viewer).await;
                step(&site.signed_in("pia").await, "pia", &[("current", PASSWORD), ("password", NEW)])
            }
            "/account/factors/passkeys/new" => {
                site.add("ida", Role::Viewer).await;
                let ida = site.signed_in("ida").await;
                let page = ida.page(route).await;
                let (_, answer) = Device::made(&page, &site.settings.public.origin);
                step(&ida, "ida", &[("name", "Phone"), ("ticket", &ticket(&page)), ("credential", &answer)])
            }
            "/session/passkey" => {
                let (_, mut device) = passkey(site, "kim").await;
                let browser = site.stranger();
                let page = browser.page(route).await;
                let answer = device.answer(&page, &site.settings.public.origin);
                step(&browser, "kim", &[("ticket", &ticket(&page)), ("credential", &answer), ("next", "/apps")])
            }
            "/account/factors/passkeys/{id}/removal" => {
                let (lea, _) = passkey(site, "lea").await;
                let forms = lea.page("/account/factors").await.post_forms();
                let path = forms.into_iter().find(|form| form.contains("/passkeys/")).unwrap();
                step(&lea, "lea", &[]).map(|step| Self { path, ..step })
            }
            "/account/identities" => {
                let (rob, proof) = vouched(site, "rob").await;
                step(&rob, "rob", &[("proof", &proof)])
            }
            "/account/identities/{id}/removal" => {
                let (sam, proof) = vouched(site, "sam").await;
                sam.submit("/account/identities", "/account/identities", &[("proof", &proof)]).await.location();
                let forms = sam.page("/account/identities").await.post_forms();
                let path = forms.into_iter().find(|form| form.ends_with("/removal")).unwrap();
                step(&sam, "sam", &[]).map(|step| Self { path, ..step })
            }
            _ => None,
        }
    }
}

/// A new member with a passkey.
async fn passkey(site: &Site, name: &str) -> (Browser, Device) {
    const NEW: &str = "/account/factors/passkeys/new";
    site.add(name, Role::Viewer).await;
    let browser = site.signed_in(name).await;
    let page = browser.page(NEW).await;
    let (device, answer) = Device::made(&page, &site.settings.public.origin);
    let fields = [("name", "Phone"), ("ticket", &*ticket(&page)), ("credential", &*answer)];
    assert!(matches!(browser.post(&page, NEW, &fields).await.status, 200 | 303));
    (browser, device)
}

/// A new member whom the identity provider vouches for, with the ticket of its answer.
async fn vouched(site: &Site, name: &str) -> (Browser, String) {
    let idp = Idp::start(site).await;
    idp.set(&site.admin().await, &[]).await;
    site.add(name, Role::Viewer).await;
    let browser = site.signed_in(name).await;
    let asked = idp.visit(&browser, "/account/identities/new").await.location().to_owned();
    let proof = browser.page(&asked).await.between("name=\"proof\" value=\"", "\"").unwrap();
    (browser, proof)
}

/// A browser that opened the link which a page shows.
async fn behind(site: &Site, shown: &Answer) -> Browser {
    let link = shown.between("<output id=\"link\" class=\"mono\" translate=\"no\">", "<").unwrap();
    let browser = site.stranger();
    browser.get(link.strip_prefix(&site.settings.public.origin).unwrap()).await.location();
    browser
}

/// A mail server that the site uses from now on.
async fn mail(site: &Site) -> MailServer {
    let server = MailServer::start().await;
    let port = server.port.to_string();
    let fields = [
        ("host", "127.0.0.1"),
        ("port", port.as_str()),
        ("security", "none"),
        ("username", ""),
        ("password", ""),
        ("sender", "canteen@example.org"),
    ];
    site.admin().await.submit("/settings/mail", "/settings/mail", &fields).await.location();
    server
}
