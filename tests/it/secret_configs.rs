//! Configs: one that is there with other bytes, and old versions that are left over.

use canteen::engine::Mutate as _;
use canteen::stack::observed::NAMESPACE_LABEL;
use canteen::stack::spec::ConfigSpec;

use crate::harness::{Browser, Site, operation_of, send_fields};
use crate::secret_keys::{KEYS, STACK, deployed};

async fn set(ana: &Browser, changed: &[(&str, &str)]) {
    let path = format!("/apps/{KEYS}/settings");
    send_fields(ana, &ana.page(&path).await, &path, changed).await.location();
}

/// A config with these bytes, as if an earlier deploy of `stack` had made it.
async fn config(site: &Site, stack: &str, name: &str, data: &[u8]) {
    let labels = [(NAMESPACE_LABEL.to_owned(), stack.to_owned())].into();
    let spec = ConfigSpec { name: name.to_owned(), labels, data: data.to_vec(), templating: None };
    site.engine.create_config(&spec).await.unwrap();
    site.fresh().await;
}

fn names(site: &Site) -> Vec<String> {
    let mut names: Vec<String> = site.feed.latest().swarm.configs.iter().map(|c| c.name.clone()).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_39_other_bytes_under_the_same_name_are_told_with_the_variable_that_is_to_be_raised() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = deployed(&site, &ana, &[]).await;
    let made = site.engine.changes();
    // The name of the variable is that of the raw name, not one made from the config's.
    config(&site, STACK, &format!("{STACK}_motd_v2"), b"something else").await;
    set(&ana, &[("GREETING_VERSION", "v2")]).await;
    let page = ana.page(&format!("/apps/{KEYS}/deployment")).await;
    page.says(&format!("The config {STACK}_motd_v2 exists with other content"));
    page.says("raise GREETING_VERSION in the settings, for example to v3").says("To the settings");
    assert!(!page.post_forms().contains(&format!("/apps/{KEYS}/deployment")), "there is no button");
    set(&ana, &[("GREETING_VERSION", "v3")]).await;
    assert_eq!(site.deploy(&ana, KEYS).await.outcome, "converged");
    assert!(site.engine.changes().len() > made.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_11_a_version_that_the_recipe_exports_is_not_raised_in_the_settings() {
    let site = Site::start().await;
    let ana = site.admin().await;
    config(&site, STACK, &format!("{STACK}_motd_v1"), b"something else").await;
    let _recipe = crate::secret_keys::recipe(&ana, &[("abra.sh", "export GREETING_VERSION=v1\n")]).await;
    site.new_app(&ana, "keys", crate::secret_keys::VERSION, KEYS).await;
    crate::secret_keys::set_all(&site, &ana).await;
    let page = ana.page(&format!("/apps/{KEYS}/deployment")).await;
    page.says(&format!("The config {STACK}_motd_v1 exists with other content"));
    page.says("the recipe sets GREETING_VERSION itself (in abra.sh), whatever the settings say");
    let settings = format!("/apps/{KEYS}/settings");
    let form = ana.page(&settings).await;
    form.says("set by the recipe");
    let refused = send_fields(&ana, &form, &settings, &[("GREETING_VERSION", "v9")]).await;
    assert_eq!(refused.status, 422, "what would have no effect is not taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn old_configs_of_this_stack_alone_are_listed_and_removed_at_once() {
    let site = Site::start().await;
    let (ana, vic) = (site.admin().await, site.viewer().await);
    let _recipe = deployed(&site, &ana, &[]).await;
    set(&ana, &[("GREETING_VERSION", "v2")]).await;
    assert_eq!(site.deploy(&ana, KEYS).await.outcome, "converged");
    config(&site, "keys_example_org_two", "keys_example_org_two_motd_v1", b"theirs").await;
    site.engine
        .create_config(&ConfigSpec { name: format!("{STACK}_hand_v1"), data: b"x".to_vec(), ..ConfigSpec::default() })
        .await
        .unwrap();
    site.fresh().await;
    let (list, removal) = (format!("/apps/{KEYS}/configs"), format!("/apps/{KEYS}/configs/removal"));
    let page = ana.page(&list).await;
    page.says("1 old version").says("Unused").says("motd");
    assert!(!page.text().contains("two_motd") && !page.text().contains("hand"), "{}", page.text());
    assert!(vic.page(&list).await.post_forms().iter().all(|f| *f != removal));
    assert_eq!(vic.submit(&list, &removal, &[]).await.status, 403);
    let done = site.operation_done(operation_of(&ana.submit(&list, &removal, &[]).await)).await;
    assert_eq!(done.outcome, "removed", "{}", done.cause);
    site.fresh().await;
    let left = [format!("{STACK}_hand_v1"), format!("{STACK}_motd_v2"), "keys_example_org_two_motd_v1".to_owned()];
    assert_eq!(names(&site), left);
    assert_eq!(ana.submit(&list, &removal, &[]).await.status, 409, "there is nothing left to remove");
    ana.page("/audit").await.says(&format!("asked to remove configs of {KEYS}: {STACK}_motd_v1"));
    ana.page(&list).await.says("Nothing to clean up");
    // Going back to the first deployment makes its config anew.
    let app = site.store.app(KEYS).await.unwrap().unwrap();
    let first = site.store.deployments(app.id, None, 9).await.unwrap().pop().unwrap();
    let back = format!("/apps/{KEYS}/deployments/{}", first.id);
    let done = site.operation_done(operation_of(&send_fields(&ana, &ana.page(&back).await, &back, &[]).await)).await;
    assert_eq!(done.outcome, "converged", "{}", done.cause);
}
