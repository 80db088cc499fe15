//! Routes that succeed only after another step, with a link or with a device: browsers that have come that far.

use canteen::access::Role;

use super::{Answer, Browser, MailServer, PASSWORD, Plan, Site};

const NEW: &str = "nine loud herons";

/// Routes whose request succeeds only from a browser that [`Step::before`] gives.
pub(crate) const IN_STEPS: [&str; 7] =
    ["/setup", "/session/factor", "/invite", "/reset", "/confirm", "/forgot", "/account/password"];

/// A browser that was led to a form, and what it sends from there.
pub(crate) struct Step {
    pub(crate) browser: Browser,
    pub(crate) fields: Vec<(String, String)>,
    /// Whom the entry names.
    pub(crate) who: &'static str,
    /// Where the request is about a site of its own: set-up is open there.
    pub(crate) elsewhere: Option<Site>,
}

impl Step {
    /// Goes as far as the form of this route.
    pub(crate) async fn before(site: &Site, route: &str) -> Option<Self> {
        let step = |browser: &Browser, who, fields: &[(&str, &str)]| {
            let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            Some(Self { browser: browser.clone(), fields, who, elsewhere: None })
        };
        match route {
            "/setup" => {
                let new = Site::with(Plan { members: false, ..Plan::default() }).await;
                let code = new.setup_code.peek().unwrap();
                let fields = [("code", code.as_str()), ("name", "eve"), ("password", NEW)];
                step(&new.stranger(), "eve", &fields).map(|step| Self { elsewhere: Some(new), ..step })
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
            _ => None,
        }
    }
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
