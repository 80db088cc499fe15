//! For each route a request that succeeds when an admin sends it, on a site where every kind of thing is in place.

use std::collections::BTreeMap;

use canteen::access::action::{
    EditApprovalRules, EditHolders, EditRole, EditTeam, GiveGrant, NewRepository, RefreshRecipe, RemoveSecret, SetSecret, TakeKit,
    Undeploy,
};
use canteen::access::approval::{Kind, Needs, Rule};
use canteen::access::{Actor, Grant, Permission, Permissions, Role, Scope, Target, To, Via, What};
use canteen::clock::SharedClock;
use canteen::commands::approval_rule_change::ChangeApprovalRule;
use canteen::commands::holder_add::AddHolder;
use canteen::commands::repository_add::AddRepository;
use canteen::commands::repository_note::Found as Answered;
use canteen::commands::role_change::ChangeRole;
use canteen::commands::team_change::ChangeTeam;
use canteen::commands::{grant_give, recipe_refresh, repository_kit};
use canteen::engine::Mutate as _;
use canteen::escrow::{Challenge, NewIdentity};
use canteen::keys::DataKey;
use canteen::ops::order;
use canteen::ops::repositories::{CheckCode, Repositories};
use canteen::restic::{Credentials, RepositoryPassword};
use canteen::stack::observed::NAMESPACE_LABEL;
use canteen::stack::spec::ConfigSpec;
use canteen::store::recovery::NewHolder;
use canteen::store::repositories::Described;
use canteen::store::tag_alarms::Found;
use canteen::web::Entry;
use canteen::web::assets::asset;
use diesel::connection::SimpleConnection as _;

use super::recipes::repository;
use super::{BOARD, Browser, PASSWORD, Phone, Request, Site, connection, foreign_board, sealed, send_fields};

/// The buttons that begin an operation, below `/apps/{app}/`.
pub(crate) const BUTTONS: [&str; 19] = [
    "secrets/generation",
    "secrets/removal",
    "secrets/{name}",
    "secrets/{name}/generation",
    "secrets/{name}/rotation",
    "configs/removal",
    "deployment",
    "chaos-deployment",
    "deployments/{id}",
    "reapplication",
    "adoption",
    "restart",
    "scale",
    "removal",
    "undeployment",
    "commands/{name}",
    "steps",
    "backups",
    "backups/{name}/restoration",
];

/// Waits for its secrets to be made.
const MAKE: &str = "make.example.org";
/// Waits for a secret to be pasted.
const PASTE: &str = "paste.example.org";
/// Waits for one secret to be made.
const ONE: &str = "one.example.org";
/// Has a secret that nothing reads.
const SPARE: &str = "spare.example.org";
/// Has a config that nothing reads.
const RELIC: &str = "relic.example.org";
/// Is deployed, and waits for a secret to be rotated.
const TURN: &str = "turn.example.org";
/// Waits to be deployed.
const SHIP: &str = "ship.example.org";
/// Were changed past the dashboard: one is to be put back, one to be kept.
const CHANGED: [&str; 2] = ["back.example.org", "keep.example.org"];
/// Is deployed, and its settings ask for a step after each deploy.
const STEPS: &str = "steps.example.org";
/// Waits to be removed.
const GONE: &str = "gone.example.org";
/// Waits to be deployed at a branch.
const WILD: &str = "wild.example.org";
/// Needs approval for everything, and has requests that wait for it: 1 to be approved, 2 to be objected to; the admin's own are 3, to be
/// done without, and 4, to be taken back.
const HELD: &str = "held.example.org";

/// The check code of the kits of repositories.
const CODE: &str = "ABCD-EFGH";
/// What the holders of recovery keys read: 1 is to show it, 2 to be removed.
const HELD_WORD: &str = "seven quiet otters";

/// Was deployed by another tool, and waits to be imported.
const AFAR: &str = "afar.example.org";
const AFAR_STACK: &str = "afar_example_org";
const AFAR_SETTINGS: &str =
    "TYPE=notice-board:1.0.0+1.35.0\nDOMAIN=afar.example.org\nLETS_ENCRYPT_ENV=\nSECRET_ADMIN_PASSWORD_VERSION=v2\n";

/// A schedule of backups.
pub(crate) const SCHEDULE: [(&str, &str); 12] = [
    ("when", "nightly"),
    ("cron", ""),
    ("zone", "Europe/Berlin"),
    ("repository", "1"),
    ("keep_last", "0"),
    ("keep_hourly", "0"),
    ("keep_daily", "7"),
    ("keep_weekly", "5"),
    ("keep_monthly", "12"),
    ("keep_yearly", "0"),
    ("mode", "dump"),
    ("hook_minutes", "60"),
];

/// The form of a schedule into this repository.
fn schedule(repository: i32) -> Vec<(String, String)> {
    let value = |name: &str, value: &str| if name == "repository" { repository.to_string() } else { value.to_owned() };
    SCHEDULE.iter().map(|(name, given)| ((*name).to_owned(), value(name, given))).collect()
}

/// What giving the team a role, and putting vic into it, would change.
const GIVE: &str = "/grants/new?to=team:1&role=operator&over=tag:web&until=";
/// The grant that can be taken away; those of the members come first.
const GRANT: i32 = 4;
const TEAM: &str = "/teams/1/review?change=add&value=2";

/// What is in place.
pub(crate) struct Visits {
    admin: Browser,
    clock: SharedClock,
    /// An operation whose secrets were not looked at yet.
    made: i32,
    /// A deployment that can be gone back to.
    pub(crate) deployed: i32,
    /// The apps that forms are made for, by their names.
    ids: BTreeMap<String, i32>,
    /// Two API tokens of the admin's.
    tokens: [i32; 2],
    /// A repository that takes backups.
    offsite: i32,
    /// Holds the repository that is to be added.
    _more: tempfile::TempDir,
    addition: String,
}

impl Visits {
    /// Puts things in place.
    pub(crate) async fn prepare(site: &Site) -> Self {
        let admin = site.admin().await;
        // Somebody to suspend, who is neither of those that look.
        site.add("gus", Role::Viewer).await;
        site.new_board(&admin, BOARD).await;
        let made = site.make_secrets(&admin, BOARD).await.id;
        assert_eq!(site.deploy(&admin, BOARD).await.outcome, "converged");
        let app = site.store.app(BOARD).await.unwrap().unwrap();
        let deployed = site.store.last_converged(app.id).await.unwrap().unwrap().id;
        // With other settings there is something to go back to.
        let settings = format!("/apps/{BOARD}/settings");
        for title in ["Another", "A third"] {
            send_fields(&admin, &admin.page(&settings).await, &settings, &[("TITLE", title)]).await.location();
        }
        for app in [MAKE, PASTE, SHIP, GONE, ONE, SPARE, RELIC] {
            site.new_board(&admin, app).await;
        }
        site.make_secrets(&admin, SPARE).await;
        site.deployed_board(&admin, TURN).await;
        let labels = [(NAMESPACE_LABEL.to_owned(), "relic_example_org".to_owned())].into();
        let relic =
            ConfigSpec { name: "relic_example_org_old_v1".to_owned(), data: b"x".to_vec(), labels, ..ConfigSpec::default() };
        site.engine.create_config(&relic).await.unwrap();
        site.fresh().await;
        site.make_secrets(&admin, SHIP).await;
        assert_eq!(foreign_board(site, &admin, AFAR, AFAR_SETTINGS).await, AFAR_STACK);
        changed_tag(site, "guestbook").await;
        for app in CHANGED {
            site.deployed_board(&admin, app).await;
            change(site, app).await;
        }
        site.deployed_board(&admin, STEPS).await;
        let text = format!("/apps/{STEPS}/settings/text");
        let page = admin.page(&text).await;
        let hooked = format!("{}POST_DEPLOY_CMDS=\"app clear_board\"\n", page.area("text"));
        send_fields(&admin, &page, &text, &[("text", &hooked)]).await.location();
        let more = tempfile::tempdir_in(super::recipes::folder()).unwrap();
        let files =
            [("compose.yml", "services:\n  app:\n    image: app:1\n"), (".env.sample", "TYPE=addition\nDOMAIN=x.example.org\n")];
        let addition = repository(more.path(), "addition", Some("1.0.0+1"), &files).display().to_string();
        wild(site, &admin, more.path()).await;
        people(site).await;
        held(site, &admin).await;
        repositories(site).await;
        let offsite = site.repository("offsite").await;
        for list in [format!("/apps/{BOARD}/backups/schedule"), "/backups/schedule".to_owned()] {
            let path = format!("{list}/0");
            let fields = schedule(offsite);
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            assert_eq!(admin.submit(&path, &path, &fields).await.location(), list);
        }
        holders(site).await;
        site.backup_made(BOARD, offsite, made, &"ab".repeat(32), &[]).await;
        let ids = site.store.apps().await.unwrap().into_iter().map(|app| (app.name, app.id)).collect();
        let mut tokens = [0, 0];
        for (at, token) in tokens.iter_mut().enumerate() {
            site.token(&admin, &format!("visited {at}"), &["app.view"], &[]).await;
            *token = site.store.tokens(None).await.unwrap()[0].id;
        }
        Self { admin, clock: site.clock.clone(), made, deployed, ids, tokens, offsite, _more: more, addition }
    }

    /// The request to this route, but for who sends it.
    pub(crate) async fn request(&self, entry: &Entry) -> (String, Vec<(String, String)>) {
        let wizard = "recipe=notice-board&version=1.0.0%2B1.35.0";
        let path = match (entry.method.as_str(), entry.path) {
            (_, path) if path.contains("/apps/{app}/approvals/{id}") => {
                let number = match path.rsplit('/').next().unwrap() {
                    "objection" => "2",
                    "override" => "3",
                    "withdrawal" => "4",
                    _ => "1",
                };
                filled(path, HELD).replace("{id}", number)
            }
            // A schedule of the app's own, one that others follow, and a new one.
            ("POST", "/apps/{app}/backups/schedule") => filled(entry.path, RELIC),
            (_, "/apps/{app}/backups/schedule/{id}/removal") => filled(entry.path, BOARD).replace("{id}", "1"),
            (_, "/apps/{app}/backups/{name}" | "/apps/{app}/backups/{name}/pin" | "/apps/{app}/backups/{name}/download") => {
                filled(entry.path, BOARD).replace("{name}", &"ab".repeat(32))
            }
            (_, "/apps/{app}/backups/{name}/restoration") => filled(entry.path, BOARD).replace("{name}", &"ab".repeat(32)),
            (_, "/backups/schedule/{id}/removal") => entry.path.replace("{id}", "2"),
            (_, "/apps/{app}/backups/schedule/{id}" | "/backups/schedule/{id}") => filled(entry.path, BOARD).replace("{id}", "0"),
            (_, path) if path.starts_with("/settings/approvals/{id}") => path.replace("{id}", "1"),
            (_, "/backups/repositories/{id}/activate") => entry.path.replace("{id}", "2"),
            (_, "/backups/repositories/{id}/retire") => entry.path.replace("{id}", "3"),
            (_, "/backups/repositories/{id}/upkeep") => entry.path.replace("{id}", &self.offsite.to_string()),
            (_, path) if path.starts_with("/backups/repositories/{id}") => path.replace("{id}", "1"),
            (_, "/backups/recovery/{id}/proof") => entry.path.replace("{id}", "1"),
            (_, "/backups/recovery/{id}/removal") => entry.path.replace("{id}", "2"),
            (_, "/static/{file}") => asset("app.css").to_owned(),
            (_, "/apps/new/address") => format!("/apps/new/address?{wizard}"),
            (_, "/apps/new/check") => "/apps/new/check?domain=free.invalid".to_owned(),
            (_, "/apps/new/settings") => format!("/apps/new/settings?{wizard}&domain=walk.example.org"),
            ("POST", "/apps/{app}/secrets/generation") => filled(entry.path, MAKE),
            ("POST", "/apps/{app}/secrets/{name}") => filled(entry.path, PASTE).replace("{name}", "admin_password"),
            ("POST", "/apps/{app}/reapplication") => filled(entry.path, CHANGED[0]),
            ("POST", "/apps/{app}/adoption") => filled(entry.path, CHANGED[1]),
            ("POST", "/apps/{app}/removal") => filled(entry.path, GONE),
            ("POST", "/apps/{app}/secrets/{name}/generation") => filled(entry.path, ONE).replace("{name}", "admin_password"),
            ("POST", "/apps/{app}/secrets/removal") => filled(entry.path, SPARE),
            ("POST", "/apps/{app}/configs/removal") => filled(entry.path, RELIC),
            (_, "/apps/{app}/secrets/{name}/rotation") => filled(entry.path, TURN).replace("{name}", "admin_password"),
            (_, "/apps/{app}/commands/{name}") => filled(entry.path, BOARD).replace("{name}", "pin"),
            ("POST", "/apps/{app}/steps") => filled(entry.path, STEPS),
            ("POST", "/apps/{app}/deployment") => filled(entry.path, SHIP),
            ("POST", "/apps/{app}/chaos-deployment") => filled(entry.path, WILD),
            (_, "/apps/{app}/deployments/{id}") => filled(entry.path, BOARD).replace("{id}", &self.deployed.to_string()),
            // Neither the newest revision nor the deployed one.
            (_, "/apps/{app}/settings/revisions/{id}") => filled(entry.path, BOARD).replace("{id}", "2"),
            (_, path) if path.starts_with("/operations/{id}") => path.replace("{id}", &self.made.to_string()),
            (_, "/apps/import/{name}") => entry.path.replace("{name}", AFAR_STACK),
            (_, "/account/tokens/{id}/end") => format!("/account/tokens/{}/end", self.tokens[0]),
            (_, "/tokens/{id}/end") => format!("/tokens/{}/end", self.tokens[1]),
            (_, path) if path.starts_with("/api/v1/operations/{id}") => path.replace("{id}", &self.made.to_string()),
            (_, "/account/factors/passkeys/{id}/removal") => entry.path.replace("{id}", "1"),
            (_, "/live") => "/live?topics=apps".to_owned(),
            (_, path) if path.starts_with("/recipes/{name}") => path.replace("{name}", "guestbook"),
            (_, "/people/{id}/rights") => "/people/2/rights".to_owned(),
            ("GET", "/grants/new") => GIVE.to_owned(),
            (_, path) if path.starts_with("/grants/{id}") => path.replace("{id}", &GRANT.to_string()),
            (_, "/roles/{id}/removal") => "/roles/2/removal".to_owned(),
            ("GET", "/teams/{id}/review") => TEAM.to_owned(),
            (_, path) if path.starts_with("/teams/{id}") || path.starts_with("/roles/{id}") => path.replace("{id}", "1"),
            ("GET", "/apps/{app}/tags") => format!("/apps/{BOARD}/tags?tags=web"),
            (_, "/invite/{token}") => format!("/invite/{}", "x".repeat(43)),
            (_, "/confirm/{token}") => format!("/confirm/{}", "x".repeat(43)),
            (_, "/reset/{token}") => format!("/reset/{}", "x".repeat(43)),
            (_, "/account/identities/{id}/removal") => "/account/identities/1/removal".to_owned(),
            (_, "/account/sessions/{id}/end") => "/account/sessions/1/end".to_owned(),
            (_, "/people/invitations/{id}/revocation") => "/people/invitations/1/revocation".to_owned(),
            (_, path) if path.starts_with("/people/{id}") => path.replace("{id}", "3"),
            (_, "/audit/{id}") => "/audit/1".to_owned(),
            (_, path) => filled(path, BOARD),
        };
        let mut fields = if entry.method == "POST" { self.fields(entry.path, &path).await } else { vec![] };
        if entry.method == "POST" && entry.path.starts_with("/apps/{app}/") {
            let id = self.ids[path.split('/').nth(2).unwrap()];
            fields.push(("form-app".to_owned(), id.to_string()));
        }
        (path, fields)
    }

    async fn fields(&self, route: &str, path: &str) -> Vec<(String, String)> {
        let fixed: &[(&str, &str)] = match route {
            "/apps/{app}/backups/{name}/pin" => &[("stays", "on")],
            "/backups/repositories/{id}/upkeep" => &[("work", "structure")],
            "/backups/repositories/new" => &[("name", "Walked"), ("kind", "local"), ("local_path", "/nowhere/walked")],
            "/backups/repositories/{id}" => &[("name", "Renamed"), ("kind", "local"), ("local_path", "/nowhere/Attic")],
            "/backups/repositories/{id}/activate" => &[("code", CODE)],
            "/setup" => &[("code", "AAAA"), ("name", "eve"), ("password", PASSWORD)],
            "/session/passkey" => &[("ticket", "x"), ("credential", "{}"), ("next", "/apps")],
            "/account/factors/passkeys/new" => &[("name", "Phone"), ("ticket", "x"), ("credential", "{}")],
            "/session/factor" => &[("code", "000000"), ("next", "/apps")],
            "/session/again" => &[("password", PASSWORD), ("keep", ""), ("next", "/apps")],
            "/account/factors/app" => {
                let page = self.admin.page(path).await;
                let code = Phone::scan(&page).code(self.clock.now());
                return vec![("sealed".to_owned(), sealed(&page)), ("code".to_owned(), code)];
            }
            "/session" => &[("name", "ana"), ("password", PASSWORD), ("next", "/apps")],
            "/invite" => &[("name", "eve"), ("password", PASSWORD)],
            "/forgot" => &[("name", "vic")],
            "/account/mail" => &[("mail", "")],
            "/settings/mail" => &[
                ("host", "127.0.0.1"),
                ("port", "1"),
                ("security", "none"),
                ("username", ""),
                ("password", ""),
                ("sender", "canteen@example.org"),
            ],
            "/account/identities" => &[("proof", "x")],
            "/backups/recovery" => &[("name", "Walker"), ("how", "make"), ("recipient", "")],
            "/backups/recovery/{id}/proof" => &[("word", HELD_WORD)],
            "/settings/sign-in" => {
                &[("issuer", "https://id.invalid"), ("client_id", "canteen"), ("client_secret", "shared"), ("label", "the co-op")]
            }
            "/settings/mail/test" => &[("to", "ana@example.org")],
            "/reset" => &[("password", PASSWORD)],
            "/account" => &[("shown_name", "Ana"), ("theme", "dark"), ("time_zone", "Europe/Berlin")],
            "/account/password" => &[("current", "wrong wrong wrong"), ("password", PASSWORD)],
            "/people/invitation" => &[("person", "Eve"), ("role", "viewer")],
            "/apps/new" => &[("recipe", "notice-board"), ("version", "1.0.0+1.35.0")],
            "/apps/new/address" => &[("domain", "walk.example.org")],
            "/apps/{app}/secrets/{name}" => &[("value", "pasted by hand")],
            "/apps/{app}/secrets/removal" => &[("spare_example_org_admin_password_v1", "on")],
            "/apps/{app}/secrets/{name}/rotation" => {
                let mut fields = self.admin.page(path).await.fields();
                fields.push(("understood".to_owned(), "on".to_owned()));
                return fields;
            }
            "/recipes/new" => &[("url", &self.addition)],
            "/audit/export" => &[("format", "jsonl")],
            "/account/tokens/new" => &[("name", "walked"), ("scope.app.view", "on"), ("days", "7")],
            "/teams" => &[("name", "Mail")],
            "/apps/{app}/approvals/{id}/objection" => &[("objection", "not today")],
            "/apps/{app}/approvals/{id}/override" => &[("reason", "the house is on fire")],
            "/settings/approvals" | "/settings/approvals/{id}" => {
                &[("kind.adopt", "on"), ("over", "tag:mail"), ("needs", "quiet"), ("hours", "24"), ("days", "7")]
            }
            "/roles" => &[("name", "Watcher"), ("app.view", "on")],
            "/roles/{id}" => {
                let changed = [("name", "Keeper"), ("app.view", "on"), ("app.logs", "on")];
                return self.admin.submit(path, path, &changed).await.fields();
            }
            "/grants" => return self.admin.page(GIVE).await.fields(),
            "/grants/{id}/removal" => return self.admin.page(path).await.fields(),
            "/teams/{id}" => return self.admin.page(TEAM).await.fields(),
            "/apps/{app}/tags" => return self.admin.page(&format!("{path}?tags=web")).await.fields(),
            "/recipes/{name}/alarms" => &[("newest", "1")],
            "/apps/new/settings"
            | "/apps/{app}/deployments/{id}"
            | "/apps/{app}/restart"
            | "/apps/import/{name}"
            | "/apps/{app}/settings/revisions/{id}" => {
                return self.admin.page(path).await.fields();
            }
            "/apps/{app}/reapplication" | "/apps/{app}/adoption" => {
                let app = path.split('/').nth(2).unwrap();
                let page = self.admin.page(&format!("/apps/{app}/drift")).await;
                return vec![("plan".to_owned(), page.between("name=\"plan\" value=\"", "\"").unwrap())];
            }
            "/apps/{app}/backups" => {
                let offsite = self.offsite.to_string();
                return vec![("repository".to_owned(), offsite)];
            }
            "/apps/{app}/backups/{name}/restoration" => &[("confirm", BOARD), ("plan", "as shown")],
            "/apps/{app}/backups/schedule" => &[("follow", "none")],
            "/apps/{app}/backups/schedule/{id}" | "/backups/schedule/{id}" => return schedule(self.offsite),
            "/apps/{app}/removal" => &[("confirm", GONE), ("settings", "on")],
            "/apps/{app}/updates" => &[("mode", "minor"), ("day.5", "on"), ("from", "22"), ("to", "3")],
            "/apps/{app}/commands/{name}" => &[("service", "app"), ("arguments", "hello"), ("minutes", "1")],
            "/apps/{app}/steps" => &[("variable", "POST_DEPLOY_CMDS"), ("number", "1"), ("name", "clear_board in app")],
            "/apps/{app}/scale" => &[("tasks.app", "2")],
            "/apps/{app}/settings" => {
                let mut fields = self.admin.page(path).await.fields();
                fields.iter_mut().filter(|(name, _)| name == "TITLE").for_each(|(_, value)| value.push('!'));
                return fields;
            }
            "/apps/{app}/settings/text" => {
                let page = self.admin.page(path).await;
                let mut fields = page.fields();
                fields.push(("text".to_owned(), page.area("text") + "# visited\n"));
                return fields;
            }
            "/apps/{app}/chaos-deployment" => {
                let page = self.admin.page(&path.replace("chaos-deployment", "deployment?branch=main")).await;
                let hidden = |name: &str| page.between(&format!("name=\"{name}\" value=\""), "\"").unwrap();
                return ["version", "plan", "branch"].map(|name| (name.to_owned(), hidden(name))).to_vec();
            }
            "/apps/{app}/deployment" => {
                let page = self.admin.page(path).await;
                let hidden = |name: &str| page.between(&format!("name=\"{name}\" value=\""), "\"").unwrap();
                return vec![("version".to_owned(), hidden("version")), ("plan".to_owned(), hidden("plan"))];
            }
            _ => &[],
        };
        fixed.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }
}

/// An app of a recipe whose branch is ahead of its release.
async fn wild(site: &Site, admin: &Browser, folder: &std::path::Path) {
    let compose =
        |image: &str| format!("services: {{app: {{image: \"{image}\", deploy: {{labels: [\"traefik.enable=true\"]}}}}}}\n");
    let sample = "TYPE=wild\nDOMAIN=x.example.org\nCOMPOSE_FILE=\"compose.yml\"\n";
    let first = repository(folder, "wild", Some("1.0.0+1"), &[("compose.yml", &compose("app:1")), (".env.sample", sample)]);
    repository(folder, "wild", None, &[("compose.yml", &compose("app:2"))]);
    admin.submit("/recipes/new", "/recipes/new", &[("url", &first.display().to_string())]).await.location();
    site.new_app(admin, "wild", "1.0.0+1", WILD).await;
}

/// An app on which everything needs two approvals, and four requests for them.
async fn held(site: &Site, admin: &Browser) {
    site.new_board(admin, HELD).await;
    let app = site.store.app(HELD).await.unwrap().unwrap();
    let via = || Via { way: "browser".to_owned(), ip: "127.0.0.1".to_owned(), ..Via::default() };
    let who = |id, name: &str| Actor::Member { id, name: name.to_owned(), rights: Role::Admin.into(), via: via() };
    let (ana, vic) = (who(1, "ana"), who(2, "vic"));
    let rule =
        Rule { kinds: Kind::ALL.iter().copied().collect(), scope: Scope::App(app.id), needs: Needs::Approvals(2), expires_days: 7 };
    let may = Grant::<EditApprovalRules>::judge(ana.clone(), Target::Site).unwrap();
    site.store.commit(&may, ChangeApprovalRule::Make { rule }).await.unwrap();
    let undeploy = |nonce: &str| order::undeploy(app.id, app.stack.clone(), nonce.to_owned());
    let on = || Target::App(HELD.to_owned());
    let secret = |name: &str| vec![format!("held_example_org_{name}_v1")];
    let unused = order::remove_secrets(app.id, secret("old"), "second".to_owned());
    let made = order::secrets(app.id, secret("admin_password"), vec![], vec![], String::new(), "third".to_owned());
    site.store.commit(&Grant::<Undeploy>::judge(vic.clone(), on()).unwrap(), undeploy("first")).await.unwrap();
    site.store.commit(&Grant::<RemoveSecret>::judge(vic, on()).unwrap(), unused).await.unwrap();
    site.store.commit(&Grant::<SetSecret>::judge(ana.clone(), on()).unwrap(), made).await.unwrap();
    site.store.commit(&Grant::<Undeploy>::judge(ana, on()).unwrap(), undeploy("fourth")).await.unwrap();
}

/// Two holders of recovery keys.
async fn holders(site: &Site) {
    let via = Via { way: "browser".to_owned(), ip: "127.0.0.1".to_owned(), ..Via::default() };
    let ana = Actor::Member { id: 1, name: "ana".to_owned(), rights: Role::Admin.into(), via };
    let may = Grant::<EditHolders>::judge(ana, Target::Site).unwrap();
    for name in ["Safe", "Notary"] {
        let key = NewIdentity::make();
        let (recipient, fingerprint) = (key.recipient().to_string(), key.recipient().fingerprint());
        let digest = Challenge::digest(HELD_WORD);
        let holder = NewHolder { name: name.to_owned(), recipient, fingerprint, challenge: "x".to_owned(), digest };
        site.store.commit(&may, AddHolder { holder }).await.unwrap();
    }
}

/// As another tool would.
async fn change(site: &Site, app: &str) {
    let swarm = site.feed.latest().swarm;
    let name = format!("{}_app", app.replace('.', "_"));
    let service = swarm.services.iter().find(|s| s.spec.name == name).unwrap();
    let mut spec = service.spec.clone();
    spec.labels.insert("by".to_owned(), "hand".to_owned());
    site.engine.update_service(&service.id, service.version, &spec, None).await.unwrap();
    site.fresh().await;
}

impl Browser {
    /// Sends the request of a route, with a token of this browser's own. Returns the status.
    pub(crate) async fn visit(&self, method: &str, path: &str, fields: &[(String, String)]) -> u16 {
        let token = if method == "GET" { String::new() } else { self.form_token().await };
        self.visit_with(&token, method, path, fields).await
    }

    /// The same with a token that this browser got before.
    pub(crate) async fn visit_with(&self, token: &str, method: &str, path: &str, fields: &[(String, String)]) -> u16 {
        let mut all = fields.to_vec();
        all.push(("csrf".to_owned(), token.to_owned()));
        let body = if method == "GET" { vec![] } else { serde_urlencoded::to_string(&all).unwrap().into_bytes() };
        self.send(Request { method: method.to_owned(), path: path.to_owned(), headers: vec![], body }).await.status
    }

    /// A token for forms, from a page that this browser may open.
    pub(crate) async fn form_token(&self) -> String {
        let pages: &[&str] = if self.cookie("session").is_some() { &["/apps", "/session/factor"] } else { &[] };
        for page in pages {
            let page = self.get(page).await;
            if page.status == 200 {
                return page.token();
            }
        }
        self.page("/session").await.token()
    }
}

/// A team, two roles of the co-op's own, and a grant that can be taken away.
async fn people(site: &Site) {
    let ana = || Actor::Member { id: 1, name: "ana".to_owned(), rights: Role::Admin.into(), via: Via::default() };
    let may = Grant::<EditTeam>::judge(ana(), Target::Site).unwrap();
    assert_eq!(site.store.commit(&may, ChangeTeam::Make { name: "Web".to_owned() }).await.unwrap(), 1);
    let permissions = Permissions::of(&[Permission::ViewApp]);
    for (n, name) in [(1, "Keeper"), (2, "Unused")] {
        let may = Grant::<EditRole>::judge(ana(), Target::Site).unwrap();
        let made = site.store.commit(&may, ChangeRole::Make { name: name.to_owned(), permissions }).await;
        assert_eq!(made.unwrap(), n);
    }
    let may = Grant::<GiveGrant>::judge(ana(), Target::Site).unwrap();
    let (to, what, scope) = (To::Team(1), What::Own(1), Scope::Everything);
    assert_eq!(site.store.commit(&may, grant_give::GiveGrant { to, what, scope, until: None }).await.unwrap(), GRANT);
}

/// Three repositories that have answered: to be looked at and changed, to be activated, and to be retired.
async fn repositories(site: &Site) {
    let key = DataKey::open(&site.data().join("keys")).unwrap().unwrap();
    let opener = Repositories::new(key, "/nowhere/restic".into(), "/nowhere".into());
    let ana = || Actor::Member { id: 1, name: "ana".to_owned(), rights: Role::Admin.into(), via: Via::default() };
    for name in ["Attic", "Cellar", "Shed"] {
        let may = Grant::<NewRepository>::judge(ana(), Target::Site).unwrap();
        let place = format!("{{\"kind\":\"local\",\"path\":\"/nowhere/{name}\"}}");
        let described = Described { name: name.to_owned(), place: place.clone(), append_only: false, adopted: false };
        let sealer = opener.clone();
        let seal = Box::new(move |row| sealer.seal(row, &RepositoryPassword::generate(), &Credentials::None));
        let id = site.store.commit(&may, AddRepository { described, place, seal }).await.unwrap();
        opener.note(&site.store, id, Answered::Opened { restic_id: name.to_owned() }).await.unwrap();
        let may = Grant::<TakeKit>::judge(ana(), Target::Site).unwrap();
        let hash = opener.code_hash(id, &CheckCode::typed(CODE));
        site.store.commit(&may, repository_kit::TakeKit { id, hash }).await.unwrap();
    }
}

/// A version of the recipe has changed, and nobody has looked at it.
async fn changed_tag(site: &Site, recipe: &str) {
    let may = Grant::<RefreshRecipe>::judge(Actor::Scheduler, Target::Site).unwrap();
    let found = vec![Found { tag: "1.0.0+0.1.0".to_owned(), was: "0".repeat(40), now: "1".repeat(40) }];
    site.store
        .commit(&may, recipe_refresh::RefreshRecipe { what: recipe.to_owned(), found, problem: String::new() })
        .await
        .unwrap();
}

fn filled(path: &str, app: &str) -> String {
    path.replace("{app}", app)
}

impl Site {
    /// What a backup of an app would have left in the database.
    pub(crate) async fn backup_made(&self, app: &str, repository: i32, operation: i32, snapshot: &str, volumes: &[&str]) {
        let id = self.store.app(app).await.unwrap().unwrap().id;
        let volumes = serde_json::to_string(volumes).unwrap();
        let insert = format!(
            "PRAGMA foreign_keys=OFF; INSERT INTO backup_runs (operation_id, app_id, repository_id, kind, outcome, cause, node, volumes, snapshot, files, bytes, \
             packed, warnings, began_at, ended_at) VALUES ({operation}, {id}, {repository}, 'manual', 'succeeded', '', 'node-1', \
             '{volumes}', '{snapshot}', 1, 1, 1, 0, 1, 2)"
        );
        connection(&self.database()).batch_execute(&insert).unwrap();
    }
}
