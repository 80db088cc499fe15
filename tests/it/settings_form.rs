//! The form of an app's settings: what it asks, what it makes of the answers, and what it weighs.

use tempfile::TempDir;

use crate::harness::{Answer, BOARD, Browser, OVERLAYS, Request, Site, broad_recipe, recipes, send_fields};

const BROAD: &str = "broad.example.org";
/// What may travel, compressed, when a browser that has nothing yet opens a page: the page itself, styles, scripts, all of it.
const BUDGET_BYTES: [(&str, usize); 4] = [("html", 15 * 1024), ("css", 10 * 1024), ("js", 18 * 1024), ("", 45 * 1024)];

/// A recipe made of these files, and an app of its newest version. The folder holds the recipe.
pub(crate) async fn app_of(site: &Site, ana: &Browser, name: &str, versions: &[(&str, &[(&str, &str)])]) -> TempDir {
    let folder = tempfile::tempdir_in(recipes::folder()).unwrap();
    let mut url = String::new();
    for (tag, files) in versions {
        url = recipes::repository(folder.path(), name, Some(tag), files).display().to_string();
    }
    ana.submit("/recipes/new", "/recipes/new", &[("url", &url)]).await.location();
    site.new_app(ana, name, versions[0].0, &format!("{name}.example.org")).await;
    folder
}

async fn broad(site: &Site, ana: &Browser) -> TempDir {
    let files = broad_recipe();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    app_of(site, ana, "broad", &[("1.0.0+1", &files)]).await
}

/// The newest settings of an app.
pub(crate) async fn env_of(site: &Site, name: &str) -> String {
    let app = site.store.app(name).await.unwrap().unwrap();
    site.store.env_revision(app.id, app.env_number).await.unwrap().unwrap().text
}

/// Presses the button that shows what would change.
pub(crate) async fn review(browser: &Browser, page: &Answer, path: &str, changed: &[(&str, &str)]) -> Answer {
    let changed: Vec<(&str, &str)> = changed.iter().copied().chain([("form-step", "review")]).collect();
    send_fields(browser, page, path, &changed).await
}

/// The page and each file that it names, with the bytes that travel.
async fn weight(browser: &Browser, path: &str) -> Vec<(String, usize)> {
    let get = async |path: String| {
        let headers = vec![("accept-encoding".to_owned(), "br".to_owned())];
        browser.send(Request { method: "GET".to_owned(), path, headers, body: vec![] }).await
    };
    let packed = get(path.to_owned()).await;
    assert_eq!(packed.header("content-encoding"), Some("br"));
    let mut travels = vec![("html".to_owned(), packed.size)];
    let plain = browser.page(path).await.body;
    let named = plain.split("\"/static/").skip(1).filter_map(|rest| rest.split(['"', '#']).next());
    for file in named.collect::<std::collections::BTreeSet<_>>() {
        travels.push((file.to_owned(), get(format!("/static/{file}")).await.size));
    }
    travels
}

#[tokio::test(flavor = "multi_thread")]
async fn seventeen_overlays_and_sixty_variables_give_a_form_that_is_folded_and_light() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = broad(&site, &ana).await;
    let path = format!("/apps/{BROAD}/settings");
    let sample = broad_recipe().pop().unwrap().1;
    let variable = |line: &str| line.trim_start_matches('#').split('=').next().unwrap().to_owned();
    let is_line = |line: &&str| !line.starts_with("# ") && line.contains('=') && !line.contains("COMPOSE_FILE=");
    let variables: std::collections::BTreeSet<String> = sample.lines().filter(is_line).map(variable).collect();
    assert!(variables.len() >= 60 && OVERLAYS.len() == 17, "{variables:?}");

    let page = ana.page(&path).await;
    for (name, heading, purpose) in OVERLAYS {
        page.says(heading).says(purpose).says(&format!("compose.{name}.yml"));
        let switch = format!("{}_ENABLED", name.to_uppercase());
        assert!(!page.body.contains(&format!("name=\"{switch}\"")), "{switch} goes with its overlay");
        assert!(page.body.contains(&format!("name=\"{}_HOST\"", name.to_uppercase())));
    }
    assert!(!page.body.contains("<details class=\"more\" open"), "what is off is folded");
    let jumps = page.between("<nav class=\"jumps\"", "</nav>").unwrap();
    assert_eq!(jumps.matches("href=\"#g-").count(), page.body.matches("<fieldset class=\"group\" id=\"g-").count());
    let required = page.body.find("name=\"TITLE\"").unwrap();
    assert!(required < page.body.find("name=\"DOMAIN\"").unwrap(), "what is required stands first");
    assert!(
        page.body.contains("<select id=\"f-LOG_LEVEL\"") && page.body.contains("<option value=\"staging\">"),
        "lists are offered"
    );

    let travels = weight(&ana, &path).await;
    for (kind, budget) in BUDGET_BYTES {
        let weight: usize = travels.iter().filter(|(name, _)| name.ends_with(kind)).map(|(_, size)| size).sum();
        assert!((1..budget).contains(&weight), "{kind:?} weighs {weight} bytes of {budget}: {travels:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_overlay_is_switched_together_with_what_belongs_to_it() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = broad(&site, &ana).await;
    let path = format!("/apps/{BROAD}/settings");
    let before = env_of(&site, BROAD).await;
    let page = ana.page(&path).await;
    let reviewed = review(&ana, &page, &path, &[("overlay.compose.mail.yml", "on"), ("MAIL_HOST", "mail.coop")]).await;
    assert_eq!(reviewed.status, 200);
    reviewed
        .says("Review the settings")
        .says("MAIL_ENABLED not set 1")
        .says("MAIL_HOST not set mail.coop")
        .says("MAIL_LIMIT not set 25");
    assert_eq!(env_of(&site, BROAD).await, before, "nothing is saved before it was seen");

    let again = send_fields(&ana, &reviewed, &path, &[("form-step", "edit")]).await;
    assert!(
        again.body.contains("value=\"mail.coop\"") && again.body.contains("name=\"overlay.compose.mail.yml\" value=\"on\" checked")
    );
    let saved = send_fields(&ana, &reviewed, &path, &[("form-reason", "Invitations by mail")]).await;
    assert_eq!(saved.location(), format!("/apps/{BROAD}/deployment"));
    let after = env_of(&site, BROAD).await;
    let changed: Vec<&str> = after.lines().filter(|line| !before.lines().any(|old| old == *line)).collect();
    let expected = ["COMPOSE_FILE=\"$COMPOSE_FILE:compose.mail.yml\"", "MAIL_ENABLED=1", "MAIL_HOST=mail.coop", "MAIL_LIMIT=25"];
    assert_eq!(changed, expected);
    assert_eq!(after.lines().count(), before.lines().count(), "each took the place of its comment");

    let entry = site.entries().await.into_iter().find(|e| e.action == "app.settings.edit").unwrap();
    assert_eq!(entry.particulars["changed"], serde_json::json!(["COMPOSE_FILE", "MAIL_ENABLED", "MAIL_HOST", "MAIL_LIMIT"]));
    assert_eq!((&entry.particulars["based_on"], &entry.particulars["revision"]), (&1.into(), &2.into()));
    assert_eq!(entry.particulars["reason"], "Invitations by mail");
    assert!(!entry.particulars.values().any(|v| v.to_string().contains("mail.coop")), "values stay out of the log");

    let page = ana.page(&path).await;
    let mut fields = page.fields();
    fields.retain(|(name, _)| name != "overlay.compose.mail.yml");
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    ana.post(&page, &path, &fields).await.location();
    let off = env_of(&site, BROAD).await;
    assert!(off.contains("#MAIL_ENABLED=1") && off.contains("\nMAIL_HOST=mail.coop"), "{off}");
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_11_12_13_what_has_no_effect_or_too_much_is_said() {
    const SAMPLE: &str = "TYPE=shed\nDOMAIN=shed.example.com\nCOMPOSE_FILE=compose.yml\nTITLE=Shed\nSONIC_PASSWORD=hunter2-hunter2\n\
        NGINX_CONF_VERSION=v3\nLINK=https://x/?key=$SONIC_PASSWORD\n";
    let site = Site::start().await;
    let (ana, vic) = (site.admin().await, site.viewer().await);
    let files = [
        (".env.sample", SAMPLE),
        ("compose.yml", "services:\n  app:\n    image: shed:1\n"),
        ("abra.sh", "export NGINX_CONF_VERSION=v12\n"),
    ];
    let _recipe = app_of(&site, &ana, "shed", &[("1.0.0+1", &files)]).await;
    let path = "/apps/shed.example.org/settings";
    let page = ana.page(path).await;
    page.says("1 set by the recipe").says("The settings say v3 , which has no effect");
    assert!(!page.body.contains("name=\"NGINX_CONF_VERSION\""), "11: it can't be set");
    page.says("Looks like a secret, but is plain text that every container of the app can read");
    assert!(page.body.contains("hunter2"), "who may edit sees what is edited");
    for page in [path.to_owned(), format!("{path}/text"), format!("{path}/revisions/1")] {
        let seen = vic.page(&page).await;
        assert!(!seen.body.contains("hunter2"), "12: {page} shows a secret to a viewer");
        assert!(seen.body.contains("••••"), "{page}");
        assert!(seen.post_forms().iter().all(|form| form == "/session/end"), "{page}: {:?}", seen.post_forms());
    }
    let moved = review(&ana, &page, path, &[("DOMAIN", "hut.example.org")]).await;
    moved.says("DOMAIN changes: the app will answer under another address");
    assert!(!review(&ana, &page, path, &[("TITLE", "Hut")]).await.text().contains("DOMAIN changes"), "13");
    let plain = review(&ana, &page, path, &[("SONIC_PASSWORD", "other-password")]).await;
    plain.says("SONIC_PASSWORD looks like a secret").says("SONIC_PASSWORD hidden hidden");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_version_brought_is_filled_in_and_added_by_saving() {
    const OLD: &str = "TYPE=kiln\nDOMAIN=kiln.example.com\nCOMPOSE_FILE=compose.yml\nHEAT=900\n#FAN=1\n";
    const NEW: &str = "TYPE=kiln\nDOMAIN=kiln.example.com\nCOMPOSE_FILE=compose.yml\nHEAT=900\nFAN=1\n# Minutes to cool down\nCOOLING=30\nLAMP=true\n\
        #COMPOSE_FILE=\"$COMPOSE_FILE:compose.lamp.yml\"\n";
    let site = Site::start().await;
    let ana = site.admin().await;
    let compose = ("compose.yml", "services:\n  app:\n    image: kiln:1\n");
    let (old, new) = ([(".env.sample", OLD), compose], [(".env.sample", NEW), compose]);
    let _recipe = app_of(&site, &ana, "kiln", &[("1.0.0+1", &old), ("1.1.0+1", &new)]).await;
    let path = "/apps/kiln.example.org/settings";
    let page = ana.page(path).await;
    assert!(!page.text().contains("new settings in version"));
    page.says("These are the settings of version 1.0.0+1");
    assert!(page.body.contains("<option>1.1.0+1</option>"), "the form of another version can be looked at");
    let page = ana.page(&format!("{path}?version=1.1.0%2B1")).await;
    page.says("2 new settings in version 1.1.0+1: COOLING , LAMP");
    let reviewed = review(&ana, &page, path, &[("HEAT", "950")]).await;
    reviewed.says("COOLING not set 30").says("HEAT 900 950").says("LAMP not set true");
    send_fields(&ana, &reviewed, path, &[]).await.location();
    let saved = env_of(&site, "kiln.example.org").await;
    assert!(saved.contains("#FAN=1\n") && saved.ends_with("COOLING=30\nLAMP=true\n"), "{saved}");
    let own = "OWN_IDEA=1";
    let text = ana.page(&format!("{path}/text")).await;
    let typed = text.area("text") + own;
    send_fields(&ana, &text, &format!("{path}/text"), &[("text", &typed)]).await.location();
    ana.page(path).await.says("Not in the recipe’s sample").says("OWN_IDEA");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_at_one_form_see_each_others_change_and_lose_nothing() {
    let site = Site::start().await;
    let (ana, other) = (site.admin().await, site.admin().await);
    site.new_board(&ana, BOARD).await;
    let path = format!("/apps/{BOARD}/settings");
    let (mine, theirs) = (ana.page(&path).await, other.page(&path).await);
    let their_change = [("TITLE", "Theirs"), ("TIMEOUT", "90"), ("form-reason", "A slow machine")];
    send_fields(&other, &theirs, &path, &their_change).await.location();
    let late = review(&ana, &mine, &path, &[("TITLE", "Mine"), ("overlay.compose.banner.yml", "on")]).await;
    assert_eq!(late.status, 409);
    late.says("Somebody saved these settings while you were editing them").says("A slow machine");
    late.says("TITLE ▲ Both Notice board Theirs Mine").says("TIMEOUT not set 90 left");
    assert!(late.body.contains("name=\"TITLE\" value=\"Mine\"") && late.body.contains("name=\"TIMEOUT\" value=\"90\""));
    let reviewed = review(&ana, &late, &path, &[]).await;
    reviewed.says("TITLE Theirs Mine");
    assert!(!reviewed.text().contains("TIMEOUT"), "what the other one did stays: {}", reviewed.text());
    send_fields(&ana, &reviewed, &path, &[]).await.location();
    let saved = env_of(&site, BOARD).await;
    for line in ["TITLE=\"Mine\"", "TIMEOUT=90", "COMPOSE_FILE=\"$COMPOSE_FILE:compose.banner.yml\""] {
        assert!(saved.lines().any(|l| l == line), "{line}: {saved}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_wrong_or_incomplete_is_not_taken() {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.new_board(&ana, BOARD).await;
    let path = format!("/apps/{BOARD}/settings");
    let page = ana.page(&path).await;
    for (changed, why) in [
        (("TIMEOUT", "soon"), "This is a number"),
        (("NO_SUCH", "x"), "There is no setting called NO_SUCH"),
        (("overlay.compose.none.yml", "on"), "There is no overlay called compose.none.yml"),
        (("TYPE", "other:1.0.0"), "There is no setting called TYPE"),
    ] {
        let refused = review(&ana, &page, &path, &[changed]).await;
        assert_eq!(refused.status, 422, "{changed:?}");
        refused.says("There is a problem").says(why);
    }
    let long = "x".repeat(501);
    assert_eq!(send_fields(&ana, &page, &path, &[("form-reason", &long)]).await.status, 422);
    assert_eq!(ana.submit(&path, &path, &[("TITLE", "x")]).await.status, 422, "a form without its revision");
    let part = ana.submit(&path, &path, &[("form-app", "1"), ("form-revision", "1"), ("TITLE", "x")]).await;
    part.location();
    assert_eq!(env_of(&site, BOARD).await.matches("TITLE=\"x\"").count(), 1, "what was not sent stays");
}
