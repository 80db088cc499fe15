use canteen::store::operations::Operation;

use super::{Answer, Browser, Site, until};

/// An app of the notice board.
pub(crate) const BOARD: &str = "board.example.org";
const RECIPE: &str = "notice-board";
const VERSION: &str = "1.0.0+1.35.0";

impl Site {
    /// Makes an app of the notice board through the wizard's settings page.
    pub(crate) async fn new_board(&self, admin: &Browser, domain: &str) {
        self.new_app(admin, RECIPE, VERSION, domain).await;
    }

    /// Makes an app of any recipe.
    pub(crate) async fn new_app(&self, admin: &Browser, recipe: &str, version: &str, domain: &str) {
        // The wizard's first page fetches the recipe.
        admin.page(&format!("/apps/new?recipe={recipe}")).await;
        let query = serde_urlencoded::to_string([("recipe", recipe), ("version", version), ("domain", domain)]).unwrap();
        let path = format!("/apps/new/settings?{query}");
        let page = admin.page(&path).await;
        let made = send_fields(admin, &page, &path, &[]).await;
        assert_eq!(made.location(), format!("/apps/{domain}/secrets?new=1"));
    }

    /// Generates the app's missing secrets and waits for them.
    pub(crate) async fn make_secrets(&self, admin: &Browser, domain: &str) -> Operation {
        let asked = admin.submit(&format!("/apps/{domain}/secrets"), &format!("/apps/{domain}/secrets/generation"), &[]).await;
        let done = self.operation_done(operation_of(&asked)).await;
        self.fresh().await;
        done
    }

    /// Deploys what the review shows and waits for the verdict.
    pub(crate) async fn deploy(&self, admin: &Browser, domain: &str) -> Operation {
        let asked = self.ask_deploy(admin, domain).await;
        let done = self.operation_done(operation_of(&asked)).await;
        self.fresh().await;
        done
    }

    /// Asks for the deploy that the review shows.
    pub(crate) async fn ask_deploy(&self, admin: &Browser, domain: &str) -> Answer {
        let path = format!("/apps/{domain}/deployment");
        let page = admin.page(&path).await;
        send_plan(admin, &page, &path).await
    }

    /// An app with its secrets, deployed.
    pub(crate) async fn deployed_board(&self, admin: &Browser, domain: &str) {
        self.new_board(admin, domain).await;
        self.make_secrets(admin, domain).await;
        let done = self.deploy(admin, domain).await;
        assert_eq!(done.outcome, "converged", "{}", done.cause);
    }

    /// Waits until an operation has ended.
    pub(crate) async fn operation_done(&self, id: i32) -> Operation {
        until(&format!("operation {id}"), async || self.store.operation(id).await.unwrap().filter(|o| !o.state.is_live())).await
    }

    /// Waits until no operation runs.
    pub(crate) async fn idle(&self) {
        until("all operations", async || self.store.live_operations().await.unwrap().is_empty().then_some(())).await;
        for kept in self.store.repositories().await.unwrap() {
            let over = async || self.store.upkeep(kept.id).await.unwrap().iter().all(|row| row.ended.is_some()).then_some(());
            until("the upkeep of repositories", over).await;
        }
    }

    /// Waits until the pages know what the Swarm holds now.
    pub(crate) async fn fresh(&self) {
        self.feed.fresh().await.unwrap();
    }
}

/// The number of the operation whose page an answer leads to.
pub(crate) fn operation_of(answer: &Answer) -> i32 {
    answer.location().strip_prefix("/operations/").unwrap().parse().unwrap()
}

/// Sends the page's own controls, some of them changed.
pub(crate) async fn send_fields(browser: &Browser, page: &Answer, action: &str, changed: &[(&str, &str)]) -> Answer {
    let mut fields = page.fields();
    if action != "/apps/new" {
        // The control of another form: it chooses what is reviewed.
        fields.retain(|(name, _)| name != "commit");
    }
    if page.body.contains("name=\"override\"") {
        // A recipe made for a test need not keep every rule.
        fields.retain(|(name, _)| name != "override" && name != "reason");
        fields.extend([("override", "yes"), ("reason", "it is made for a test")].map(|(n, v)| (n.to_owned(), v.to_owned())));
    }
    for (name, value) in changed {
        fields.retain(|(n, _)| n != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    browser.post(page, action, &fields).await
}

/// Presses the deploy button of a review.
pub(crate) async fn send_plan(browser: &Browser, page: &Answer, path: &str) -> Answer {
    let hidden = |name: &str| page.between(&format!("name=\"{name}\" value=\""), "\"").unwrap_or_default();
    let (version, plan) = (hidden("version"), hidden("plan"));
    let mut fields = vec![("version", version.as_str()), ("plan", plan.as_str())];
    if page.body.contains("name=\"override\"") {
        // A recipe made for a test need not keep every rule.
        fields.extend([("override", "yes"), ("reason", "it is made for a test")]);
    }
    if page.fields().iter().any(|(name, _)| name == "prune") {
        fields.push(("prune", "on"));
    }
    browser.post(page, path, &fields).await
}
