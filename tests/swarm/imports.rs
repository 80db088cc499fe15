//! A stack that Docker's client deployed, with the labels and variables by which Co-op Cloud's tools know an app, becomes an app.

use std::fmt::Write as _;
use std::path::Path;

use crate::harness::{Canteen, Engine, Registry, Stack};

const DOMAIN: &str = "shelf.example.org";
const STACK: &str = "shelf_example_org";
const VERSION: &str = "1.0.0+1.35.0";
/// The app's `.env` and what the recipe's `abra.sh` adds to it.
const ENV: [(&str, &str); 11] = [
    ("TYPE", "notice-board:1.0.0+1.35.0"),
    ("DOMAIN", DOMAIN),
    ("LETS_ENCRYPT_ENV", ""),
    ("COMPOSE_FILE", "compose.yml"),
    ("TITLE", "Bread & roses"),
    ("OPEN_BOARD", "true"),
    ("SECRET_ADMIN_PASSWORD_VERSION", "v3"),
    ("STACK_NAME", STACK),
    ("HEAD_HTML_VERSION", "v1"),
    ("HTTPD_CONF_VERSION", "v1"),
    ("BANNER_HTML_VERSION", "v1"),
];

#[test]
fn a_stack_that_docker_s_client_deployed_becomes_an_app_whose_next_plan_is_empty() {
    let (engine, registry) = (Engine::start(), Registry::start());
    let canteen = Canteen::start(&engine, &registry);
    let mut stack = Stack::new(&engine.host, engine.folder(), STACK);
    let recipe = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/recipes/notice-board").join(VERSION);
    for file in ["compose.yml", "head.html.tmpl", "httpd.conf.tmpl"] {
        let text = std::fs::read_to_string(recipe.join(file)).expect("the demo has this file");
        stack.write(file, &text.replace("@REGISTRY@", &registry.address));
    }
    stack.write("tool.yml", &what_the_tool_adds());
    for (name, value) in ENV {
        stack.set(name, value);
    }
    stack.write("password", "seven quiet otters");
    stack.docker(&["secret", "create", &format!("{STACK}_admin_password_v3"), &stack.path("password")]);
    stack.deploy_by_docker(&["-c", "compose.yml", "-c", "tool.yml", "--resolve-image", "always"]);
    stack.wait_until_up();
    let (before, tasks) = (stack.dump(), stack.tasks());

    let mut ana = canteen.set_up();
    ana.get("/apps/new?recipe=notice-board");
    let path = format!("/apps/import/{STACK}");
    let review = ana.wait_until(&path, |page| page.status == 200);
    let text = review.text();
    assert!(text.contains(&format!("The next deploy of {VERSION} would change nothing")), "{text}");
    let hash = review.value("hash").expect("a form to import it with");
    let made = ana.post(&path, &path, &[("name", DOMAIN), ("version", VERSION), ("hash", &hash)]);
    assert_eq!((made.status, made.location.as_str()), (303, format!("/apps/{DOMAIN}").as_str()), "{}", made.text());
    let plan = ana.plan(DOMAIN, VERSION).text();
    assert!(plan.contains("Nothing would change"), "{plan}");
    assert_eq!((stack.dump(), stack.tasks()), (before, tasks), "importing touches nothing");
}

/// The labels on the service `app`, and the whole environment on every service.
fn what_the_tool_adds() -> String {
    let mut text = "version: \"3.8\"\nservices:\n  app:\n    environment:\n".to_owned();
    for (name, value) in ENV {
        writeln!(text, "      {name}: \"{value}\"").expect("text takes text");
    }
    text.push_str("    deploy:\n      labels:\n");
    for (name, value) in [("recipe", "notice-board"), ("version", VERSION), ("chaos", "false")] {
        writeln!(text, "        coop-cloud.{STACK}.{name}: \"{value}\"").expect("text takes text");
    }
    text
}
