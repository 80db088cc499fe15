//! The text of an app's settings: every byte, what is refused with its line, and two people at once.

use crate::harness::{Site, send_fields};
use crate::settings_form::{app_of, env_of, review};

const COMPOSE: (&str, &str) = ("compose.yml", "services:\n  app:\n    image: shed:1\n");
const SHED: &str = "shed.example.org";
const PATH: &str = "/apps/shed.example.org/settings/text";

/// What a browser sends of a text area.
fn sent(text: &str) -> String {
    text.replace('\n', "\r\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_9_a_file_with_mixed_line_ends_is_edited_byte_for_byte() {
    const SAMPLE: &str = "\u{feff}# ─── Shed ───\r\nTYPE=shed\r\nDOMAIN=shed.example.com\nCOMPOSE_FILE=compose.yml\r\n\r\nTITLE='<a> & \"b\"'\t# c\r\nLAST=1";
    let site = Site::start().await;
    let ana = site.admin().await;
    let _recipe = app_of(&site, &ana, "shed", &[("1.0.0+1", &[(".env.sample", SAMPLE), COMPOSE])]).await;
    let before = env_of(&site, SHED).await;
    assert!(before.starts_with('\u{feff}') && before.matches("\r\n").count() == 5 && before.ends_with("LAST=1"), "{before:?}");
    let page = ana.page(PATH).await;
    let shown = page.area("text");
    let unchanged = review(&ana, &page, PATH, &[("text", &sent(&shown))]).await;
    unchanged.says("Nothing would change");
    assert_eq!(send_fields(&ana, &page, PATH, &[("text", &sent(&shown))]).await.location(), format!("/apps/{SHED}/settings"));
    assert_eq!(site.store.app(SHED).await.unwrap().unwrap().env_number, 1, "no revision without a change");

    let typed = sent(&shown.replace("LAST=1", "NEW=2\nLAST=1"));
    let reviewed = review(&ana, &page, PATH, &[("text", &typed)]).await;
    reviewed.says("NEW not set 2").says("+ NEW=2");
    // The review carries the text on; a browser normalises it once more.
    let carried = reviewed.fields().into_iter().find(|(name, _)| name == "text").unwrap().1;
    let carried = sent(&carried.replace("\r\n", "\n"));
    send_fields(&ana, &reviewed, PATH, &[("text", &carried), ("form-reason", "A second one")]).await.location();
    assert_eq!(env_of(&site, SHED).await, before.replace("LAST=1", "NEW=2\r\nLAST=1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_1_2_a_text_that_can_not_be_meant_is_refused_with_line_and_name() {
    const SAMPLE: &str =
        "TYPE=shed\nDOMAIN=shed.example.com\nCOMPOSE_FILE=\"compose.yml\"\n#COMPOSE_FILE=\"$COMPOSE_FILE:compose.mail.yml\"\n";
    let site = Site::start().await;
    let ana = site.admin().await;
    let mail = ("compose.mail.yml", "services:\n  app:\n    environment: [MAIL]\n");
    let _recipe = app_of(&site, &ana, "shed", &[("1.0.0+1", &[(".env.sample", SAMPLE), COMPOSE, mail])]).await;
    let page = ana.page(PATH).await;
    let before = page.area("text");
    let base = "COMPOSE_FILE=\"compose.yml\"\n";
    let line = "COMPOSE_FILE=\"$COMPOSE_FILE:compose.mail.yml\"\n";
    for (typed, why) in [
        (before.replace("DOMAIN=shed", "DOMAIN shed"), "Line 2: there is no = in this line"),
        (format!("{before}X='open\n"), "Line 5: the value of X opens with a quote that is never closed"),
        (before.replace(base, &format!("{line}{base}")), "Line 3, COMPOSE_FILE: compose.mail.yml has no effect here"),
        (format!("{before}{line}{line}"), "Line 6, COMPOSE_FILE: COMPOSE_FILE names compose.mail.yml twice"),
        (before.replace(base, "COMPOSE_FILE=compose.yml:../x.yml\n"), "no file inside the recipe"),
        (
            format!("{before}COMPOSE_FILE=\"$COMPOSE_FILE:compose.gone.yml\"\n"),
            "Line 5, COMPOSE_FILE: the recipe has no compose.gone.yml at 1.0.0+1",
        ),
        (before.replace("1.0.0+1", "2.0.0+1"), "Line 1, TYPE: the recipe and its version are chosen when you deploy"),
        (format!("{before}STACK_NAME=other\n"), "Line 5, STACK_NAME: the stack of this app is called shed_example_org"),
    ] {
        let refused = review(&ana, &page, PATH, &[("text", &sent(&typed))]).await;
        assert_eq!(refused.status, 422, "{typed}");
        refused.says("There is a problem").says(why);
        assert!(refused.body.contains("href=\"#f-text\"") && refused.body.contains("aria-invalid=\"true\""));
        assert_eq!(refused.area("text"), typed, "what was typed is kept");
    }
    let two = before.replace(base, "COMPOSE_FILE=compose.yml:compose.mail.yml\nCOMPOSE_FILE=compose.yml\n");
    let told = review(&ana, &page, PATH, &[("text", &sent(&two))]).await;
    assert_eq!(told.status, 200, "legal, and perhaps meant");
    told.says("Line 3, COMPOSE_FILE: line 4 begins the list anew without compose.mail.yml");
    assert_eq!(env_of(&site, SHED).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_at_one_text_lose_nothing() {
    const SAMPLE: &str = "TYPE=shed\nDOMAIN=shed.example.com\nTITLE=Shed\nDB_PASSWORD=kept-to-ourselves\n";
    let site = Site::start().await;
    let (ana, other) = (site.admin().await, site.admin().await);
    let _recipe = app_of(&site, &ana, "shed", &[("1.0.0+1", &[(".env.sample", SAMPLE), COMPOSE])]).await;
    let page = ana.page(PATH).await;
    let before = page.area("text");
    let theirs = before.replace("Shed", "Their shed") + "MORE=1\n";
    send_fields(&other, &other.page(PATH).await, PATH, &[("text", &sent(&theirs))]).await.location();
    let mine = before.replace("Shed", "My shed") + "# my note\n";
    let late = send_fields(&ana, &page, PATH, &[("text", &sent(&mine)), ("form-reason", "Mine")]).await;
    assert_eq!(late.status, 409);
    late.says("Somebody saved these settings").says("TITLE ▲ Both Shed Their shed My shed").says("MORE not set 1 left");
    late.says("What your text would change of theirs").says("- MORE=1").says("+ # my note");
    assert_eq!(late.area("text"), mine);
    assert_eq!(env_of(&site, SHED).await, theirs, "nothing was saved over theirs");
    let reviewed = review(&ana, &late, PATH, &[("text", &sent(&mine))]).await;
    reviewed.says("TITLE Their shed My shed").says("MORE 1 not set");
    let carried = sent(&mine);
    send_fields(&ana, &reviewed, PATH, &[("text", &carried)]).await.location();
    assert_eq!(env_of(&site, SHED).await, mine, "on top of theirs, on purpose");
    let why = site.store.env_revisions(site.store.app(SHED).await.unwrap().unwrap().id, None, 1).await.unwrap().remove(0);
    assert_eq!((why.number, why.reason.as_str()), (3, "Mine"));
}
