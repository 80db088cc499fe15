//! Setting secrets: made, pasted and uploaded, by plain forms.

use canteen::store::operations::Operation;

use crate::harness::{Answer, Plan, Site, operation_of, until};
use crate::secret_keys::{GIVEN, KEYS, SAMPLE, VERSION, deployed, is_stored, on_swarm, recipe, secrets, upload};

const SMTP: &str = "keys_example_org_smtp_v1";
const TOKEN: &str = "keys_example_org_token_v1";

async fn ended(site: &Site, asked: &Answer) -> Operation {
    let done = site.operation_done(operation_of(asked)).await;
    site.fresh().await;
    done
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_tells_what_is_needed_by_whom_and_by_which_rule() {
    let site = Site::start().await;
    let (ana, vic) = (site.admin().await, site.viewer().await);
    let _recipe = recipe(&ana, &[]).await;
    site.new_app(&ana, "keys", VERSION, KEYS).await;
    let page = ana.page(&secrets()).await;
    page.says("2 of 2 missing").says("a value that you insert yourself").says("At most 500 KB");
    page.says("a password of 20 characters: letters and digits").says("app, db");
    page.says("The charset \"klingon\" of token is unknown; letters and digits are used");
    page.says("no service uses with these settings, so they are not asked for: off");
    assert_eq!(page.post_forms().iter().filter(|f| f.ends_with("/generation")).count(), 2, "all that are missing, or one");
    let theirs = vic.page(&secrets()).await;
    theirs.says("2 of 2 missing");
    assert!(theirs.post_forms().iter().all(|f| !f.contains("secrets")), "{:?}", theirs.post_forms());
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_36_one_is_made_of_letters_and_digits_and_shown_once() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = recipe(&ana, &[]).await;
    site.new_app(&ana, "keys", VERSION, KEYS).await;
    let form = format!("{}/token/generation", secrets());
    let done = ended(&site, &ana.submit(&secrets(), &form, &[]).await).await;
    assert_eq!(done.outcome, "generated");
    assert_eq!(on_swarm(&site).await, [TOKEN], "the others stay missing");
    let shown = ana.submit(&format!("/operations/{}", done.id), &format!("/operations/{}/reveal", done.id), &[]).await;
    shown.says("I have stored them");
    let value = shown.between("translate=\"no\">", "<").unwrap();
    assert!(value.len() == 20 && value.chars().all(|c| c.is_ascii_alphanumeric()), "{}", value.len());
    let entry = site.entries().await.into_iter().find(|e| e.action == "app.secret.set").unwrap();
    let told = serde_json::to_string(&entry.particulars).unwrap();
    assert!(told.contains("a password of 20 characters") && !told.contains(&value));
    // Not twice, not what somebody has to give, not what nobody asks for.
    assert_eq!(ana.submit(&secrets(), &form, &[]).await.status, 422);
    assert_eq!(ana.submit(&secrets(), &form.replace("token", "smtp"), &[]).await.status, 422);
    assert_eq!(ana.submit(&secrets(), &form.replace("token", "off"), &[]).await.status, 404);
    assert_eq!(on_swarm(&site).await, [TOKEN]);
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_35_a_file_is_kept_byte_for_byte_or_trimmed_by_choice() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = recipe(&ana, &[]).await;
    let binary: Vec<u8> = (0..=255).chain(*b"\r\n--cu\r\n\0").collect();
    for (app, fields, file, expected, tells) in [
        ("a.example.org", &[][..], &binary[..], &binary[..], false),
        ("b.example.org", &[][..], b"quiet-otter-key\n", b"quiet-otter-key\n", true),
        ("c.example.org", &[("trim", "on")][..], b" quiet-otter-key\r\n", b"quiet-otter-key", false),
        ("d.example.org", &[("trim", "on")][..], b"\xff\xfe\n", b"\xff\xfe\n", true),
    ] {
        site.new_app(&ana, "keys", VERSION, app).await;
        let page = format!("/apps/{app}/secrets");
        let done = ended(&site, &upload(&ana, &page, &format!("{page}/smtp"), fields, file).await).await;
        assert_eq!(done.outcome, "inserted", "{app}: {}", done.cause);
        let name = format!("{}_smtp_v1", app.replace('.', "_"));
        assert!(site.engine.secret_is(&name, expected), "{app}");
        let told = ana.page(&format!("/operations/{}", done.id)).await;
        told.says(&format!("{name} has {} bytes", expected.len()));
        assert_eq!(told.text().contains("ends with a line break"), tells, "{app}");
    }
    assert!(!is_stored(&site, b"quiet-otter-key"));
}

#[tokio::test(flavor = "multi_thread")]
async fn pasted_text_loses_its_ends_but_by_choice_it_keeps_them() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = recipe(&ana, &[]).await;
    for (app, exact, expected) in [("a.example.org", false, &b"two\nlines"[..]), ("b.example.org", true, b" two\nlines \n")] {
        site.new_app(&ana, "keys", VERSION, app).await;
        let page = format!("/apps/{app}/secrets");
        let mut fields = vec![("value", " two\r\nlines \r\n")];
        fields.extend(exact.then_some(("exact", "on")));
        assert_eq!(ended(&site, &ana.submit(&page, &format!("{page}/smtp"), &fields).await).await.outcome, "inserted");
        assert!(site.engine.secret_is(&format!("{}_smtp_v1", app.replace('.', "_")), expected), "{app}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_a_secret_is_refused_with_a_sentence_and_kept_nowhere() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = recipe(&ana, &[]).await;
    site.new_app(&ana, "keys", VERSION, KEYS).await;
    let form = format!("{}/smtp", secrets());
    let most = 512_000;
    for (fields, file, says) in [
        (&[][..], vec![], "Paste the value of smtp, or choose a file with it"),
        (&[("value", "pasted-and-more")][..], b"both".to_vec(), "or choose a file, not both"),
        (&[("trim", "on")][..], b" \n".to_vec(), "is empty"),
        (&[][..], vec![b'x'; most], "has 512000 bytes; a secret has at most 511999 (500 KB)"),
    ] {
        let refused = upload(&ana, &secrets(), &form, fields, &file).await;
        assert_eq!(refused.status, 422, "{says}");
        refused.says(says);
        assert!(!refused.body.contains("pasted-and-more"), "a form keeps nothing secret");
    }
    assert_eq!(upload(&ana, &secrets(), &form, &[], &vec![b'x'; 2 * 1024 * 1024]).await.status, 413);
    assert_eq!(upload(&ana, &secrets(), &form, &[("owner", "root")], b"x").await.status, 422, "no field of ours");
    assert!(on_swarm(&site).await.is_empty());
    // The largest one is taken.
    let done = ended(&site, &upload(&ana, &secrets(), &form, &[], &vec![b'x'; most - 1]).await).await;
    assert_eq!(done.outcome, "inserted", "{}", done.cause);
    let again = upload(&ana, &secrets(), &form, &[], b"other").await;
    assert_eq!(again.status, 422);
    again.says("is set already");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_with_a_file_needs_the_token_like_any_other() {
    let site = Site::start().await;
    let (ana, vic) = (site.admin().await, site.viewer().await);
    let _recipe = recipe(&ana, &[]).await;
    site.new_app(&ana, "keys", VERSION, KEYS).await;
    let form = format!("{}/smtp", secrets());
    assert_eq!(upload(&vic, "/apps", &form, &[], b"x").await.status, 403, "a viewer");
    let strange = site.stranger();
    let theirs = upload(&strange, "/session", &form, &[], b"x").await;
    assert!(matches!(theirs.status, 303 | 401), "{}", theirs.status);
    let body = b"--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"k\"\r\n\r\nx\r\n--cut--\r\n".to_vec();
    let headers = vec![("content-type".to_owned(), "multipart/form-data; boundary=cut".to_owned())];
    let request = crate::harness::Request { method: "POST".to_owned(), path: form, headers, body };
    assert_eq!(ana.send(request).await.status, 403, "without a token");
    assert!(on_swarm(&site).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn values_that_a_restart_took_are_made_anew_or_asked_for_again() {
    let hold = ("CANTEEN_HOLD_AT", format!("after create secret {TOKEN}"));
    let mut site = Site::with(Plan { settings: vec![hold], ..Plan::default() }).await;
    let ana = site.admin().await;
    let _recipe = recipe(&ana, &[]).await;
    site.new_app(&ana, "keys", VERSION, KEYS).await;
    let form = format!("{}/generation", secrets());
    let asked = operation_of(&ana.submit(&format!("{}?new=1", secrets()), &form, &[("smtp", GIVEN)]).await);
    until("the secret to be made", async || on_swarm(&site).await.contains(&TOKEN.to_owned()).then_some(())).await;
    site.restart().await;
    let done = site.operation_done(asked).await;
    assert_eq!(done.outcome, "generated", "{}", done.cause);
    let page = format!("/operations/{asked}");
    ana.page(&page).await.says("its value was forgotten; it is made anew");
    let value = ana.submit(&page, &format!("{page}/reveal"), &[]).await.between("translate=\"no\">", "<").unwrap();
    assert!(site.engine.secret_is(TOKEN, value.as_bytes()) && site.engine.secret_is(SMTP, GIVEN.as_bytes()));
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_38_secrets_that_a_swarm_lost_are_missing_again() {
    use canteen::engine::Mutate as _;
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = deployed(&site, &ana, &[]).await;
    let undeploy = format!("/apps/{KEYS}/undeployment");
    site.operation_done(operation_of(&ana.submit(&undeploy, &undeploy, &[]).await)).await;
    site.fresh().await;
    for secret in &site.feed.latest().swarm.secrets {
        site.engine.remove_secret(&secret.id).await.unwrap();
    }
    site.fresh().await;
    ana.page(&secrets()).await.says("2 of 2 missing");
    ana.page(&format!("/apps/{KEYS}/deployment")).await.says("This cannot be deployed yet").says(SMTP);
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_40_names_that_are_too_long_are_refused_before_there_is_an_app() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let long = "the_password_of_the_database";
    let compose = format!(
        "services:\n  app:\n    image: app:1\n    secrets: [{long}, {long}_root, short]\nsecrets:\n{}",
        [long, "the_password_of_the_database_root", "short"]
            .map(|n| format!("  {n}: {{external: true, name: \"${{STACK_NAME}}_{n}_${{SECRET_KEY_VERSION}}\"}}\n"))
            .concat()
    );
    let _recipe = recipe(&ana, &[("compose.yml", &compose)]).await;
    let domain = "a-very-long-subdomain-name.staging.example.coop";
    let query = serde_urlencoded::to_string([("recipe", "keys"), ("version", VERSION), ("domain", domain)]).unwrap();
    let path = format!("/apps/new/settings?{query}");
    let refused = crate::harness::send_fields(&ana, &ana.page(&path).await, &path, &[]).await;
    assert_eq!(refused.status, 422);
    refused.says(&format!("{long} would be called")).says(&format!("{long}_root would be called"));
    refused.says("Docker takes at most 64").says("use a stack name (STACK_NAME) that is");
    assert!(!refused.text().contains("short would be called") && site.store.apps().await.unwrap().is_empty());
    // Without a version there is no name at all.
    let sample = SAMPLE.replace("SECRET_KEY_VERSION=v1", "SECRET_KEY_VERSION=");
    let more = [("compose.yml", compose.as_str()), (".env.sample", sample.as_str())];
    let folder = tempfile::tempdir_in(crate::harness::recipes::folder()).unwrap();
    let url = crate::harness::recipes::repository(folder.path(), "bare", Some(VERSION), &more).display().to_string();
    ana.submit("/recipes/new", "/recipes/new", &[("url", &url)]).await.location();
    let path = format!("/apps/new/settings?recipe=bare&version={}&domain=bare.example.org", VERSION.replace('+', "%2B"));
    let refused = crate::harness::send_fields(&ana, &ana.page(&path).await, &path, &[]).await;
    refused.says("has no version, because SECRET_KEY_VERSION is empty or not set").says("write SECRET_KEY_VERSION=v1");
}
