//! Answers of an identity provider that prove nothing: none of them lets anybody in, and each is written down.

use serde_json::{Value, json};

use crate::harness::{Answer, Browser, Idp, Plan, Signed, Site};

const LATER_MS: i64 = 10 * 60 * 1000;

/// A site where whoever the provider vouches for comes in.
async fn site() -> (Site, Idp) {
    let settings = vec![("CANTEEN_INTERNAL_HOSTS", "127.0.0.1".to_owned())];
    let site = Site::with(Plan { settings, ..Plan::default() }).await;
    let idp = Idp::start(&site).await;
    idp.set(&site.admin().await, &[("provision", "on")]).await;
    (site, idp)
}

/// Nobody came in, the page tells a stranger nothing, and the log tells admins this.
#[track_caller]
fn refused(answer: &Answer, what: &str) {
    assert_eq!(answer.status, 422, "{what}: {}", answer.text());
    assert!(answer.text().contains("(reference "), "{what}: {}", answer.text());
    assert!(answer.all("set-cookie").all(|c| !c.starts_with("session=")), "{what}: a session began");
}

/// Why the newest failure failed, as admins read it.
async fn reason(site: &Site) -> String {
    let entries = site.entries().await;
    let newest = entries.iter().find(|e| e.action == "audit.record").unwrap();
    newest.particulars["why"].as_str().unwrap().to_owned()
}

/// Failures are written together for an hour; after it each is written by itself again.
async fn attempt(site: &Site, idp: &Idp, browser: &Browser) -> (Answer, String) {
    site.clock.advance(6 * LATER_MS);
    let answer = idp.visit(browser, "/session/sso").await;
    (answer, reason(site).await)
}

/// What it is, how the claims are bent, and a word of why it is refused.
type Lie = (&'static str, fn(&mut Value), &'static str);

#[tokio::test(flavor = "multi_thread")]
async fn no_id_token_with_a_wrong_claim_is_believed() {
    let (site, idp) = site().await;
    let lies: Vec<Lie> = vec![
        ("another issuer", |c| c["iss"] = "https://evil.example.net".into(), "issuer"),
        ("a slash more", |c| c["iss"] = format!("{}/", c["iss"].as_str().unwrap()).into(), "issuer"),
        ("no issuer", |c| drop(c.as_object_mut().unwrap().remove("iss")), ""),
        ("another audience", |c| c["aud"] = "other".into(), "audience"),
        ("an audience more", |c| c["aud"] = json!(["canteen", "other"]), "audience"),
        ("no audience", |c| drop(c.as_object_mut().unwrap().remove("aud")), "audience"),
        ("another party", |c| c["azp"] = "other".into(), "azp"),
        ("another nonce", |c| c["nonce"] = "x".into(), "nonce"),
        ("no nonce", |c| drop(c.as_object_mut().unwrap().remove("nonce")), "nonce"),
        ("expired", |c| c["exp"] = (c["iat"].as_i64().unwrap() - 1).into(), "expired"),
        ("no end", |c| drop(c.as_object_mut().unwrap().remove("exp")), ""),
        ("issued in the future", |c| c["iat"] = (c["iat"].as_i64().unwrap() + 120).into(), "future"),
        ("issued long ago", |c| c["iat"] = (c["iat"].as_i64().unwrap() - 3600).into(), "long ago"),
        ("no subject", |c| drop(c.as_object_mut().unwrap().remove("sub")), ""),
        ("an empty subject", |c| c["sub"] = "".into(), "subject"),
    ];
    let browser = site.stranger();
    for (what, bend, why) in lies {
        idp.bend(bend);
        let (answer, told) = attempt(&site, &idp, &browser).await;
        refused(&answer, what);
        assert!(told.to_lowercase().contains(why), "{what}: {told}");
    }
    idp.bend(|c| c["azp"] = "canteen".into());
    assert_eq!(attempt(&site, &idp, &browser).await.0.location(), "/apps", "and without a lie it works");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_signature_is_believed() {
    let (site, idp) = site().await;
    // The provider itself says that it would sign so.
    idp.bend_metadata(|m| m["id_token_signing_alg_values_supported"] = json!(["none", "HS256", "RS256"]));
    let browser = site.stranger();
    for signed in [Signed::Stranger, Signed::StrangerEdDsa, Signed::None, Signed::PublicKey, Signed::ClientSecret] {
        idp.sign(signed);
        let (answer, told) = attempt(&site, &idp, &browser).await;
        refused(&answer, &format!("{signed:?}: {told}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_counts_once_in_the_browser_that_asked_and_not_for_ever() {
    let (site, idp) = site().await;
    let (browser, other) = (site.stranger(), site.stranger());
    let back = idp.sign_in(browser.get("/session/sso").await.location());
    other.page("/session").await;
    refused(&other.get(&back).await, "the state of another browser");
    assert_eq!(browser.get(&back).await.location(), "/apps", "which it did not use up");
    let again = site.stranger();
    refused(&again.get(&back).await, "used already");
    let state = |path: &str| path.split("state=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    for (what, bend) in [
        ("no state", (|back: &str, _: &str| back.replace("state=", "other=")) as fn(&str, &str) -> String),
        ("another state", |back, state| back.replace(state, "x")),
        ("no code", |back, _| back.replace("code=", "other=")),
        ("another code", |back, _| back.replace("code=", "code=x")),
    ] {
        let back = idp.sign_in(again.get("/session/sso").await.location());
        refused(&again.get(&bend(&back, &state(&back))).await, what);
    }
    let back = idp.sign_in(again.get("/session/sso").await.location());
    let code = back.split("code=").nth(1).unwrap();
    let mine = idp.sign_in(other.get("/session/sso").await.location());
    let mixed = mine.replace(mine.split("code=").nth(1).unwrap(), code);
    refused(&other.get(&mixed).await, "the code of another sign-in");
    let late = idp.sign_in(again.get("/session/sso").await.location());
    site.clock.advance(LATER_MS);
    refused(&again.get(&late).await, "ten minutes later");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_another_provider_is_told_from_one_of_the_right_one() {
    let (site, idp) = site().await;
    let browser = site.stranger();
    let back = idp.sign_in(browser.get("/session/sso").await.location());
    let asked = idp.asked().len();
    refused(&browser.get(&format!("{back}&iss=https%3A%2F%2Fevil.example.net")).await, "the issuer of another");
    assert_eq!(idp.asked().len(), asked, "the code went nowhere");
    assert!(reason(&site).await.contains("another issuer"));
    let back = idp.sign_in(browser.get("/session/sso").await.location());
    let named = serde_urlencoded::to_string([("iss", &idp.issuer)]).unwrap();
    assert_eq!(browser.get(&format!("{back}&{named}")).await.location(), "/apps");
    // A provider that says that it names itself has to.
    let promising =
        Site::with(Plan { settings: vec![("CANTEEN_INTERNAL_HOSTS", "127.0.0.1".to_owned())], ..Plan::default() }).await;
    let idp = Idp::start(&promising).await;
    idp.bend_metadata(|m| m["authorization_response_iss_parameter_supported"] = true.into());
    idp.set(&promising.admin().await, &[("provision", "on")]).await;
    refused(&idp.visit(&promising.stranger(), "/session/sso").await, "no issuer, though it was promised");
    let browser = promising.stranger();
    let denied = browser.get("/session/sso").await.location().to_owned();
    let state = denied.split("state=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let named = serde_urlencoded::to_string([("iss", &idp.issuer)]).unwrap();
    let denied = browser.get(&format!("/session/sso/return?error=access_denied&state={state}&{named}")).await;
    refused(&denied, "the provider said no");
    denied.says("The identity provider did not let you in");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_misbehaves_is_told_of_and_lets_nobody_in() {
    let (site, idp) = site().await;
    let admin = site.admin().await;
    let test = async || admin.submit("/settings/sign-in", "/settings/sign-in/test", &[]).await;
    idp.bend_metadata(|m| m["issuer"] = format!("{}/", m["issuer"].as_str().unwrap()).into());
    test().await.says("The provider can’t be used").says("names another issuer").says("a slash at the end too");
    idp.bend_metadata(|m| m["issuer"] = "https://evil.example.net".into());
    test().await.says("names another issuer");
    idp.bend_metadata(|m| m["token_endpoint"] = "https://169.254.169.254/latest".into());
    test().await.says("an address of this machine or of an inner network");
    idp.bend_metadata(|m| m["authorization_endpoint"] = "javascript:alert(1)".into());
    test().await.says("The provider can’t be used");
    idp.bend_metadata(|m| m["id_token_signing_alg_values_supported"] = json!(["HS256"]));
    test().await.says("RS256, ES256 or EdDSA");
    idp.bend_metadata(|_| ());
    test().await.says("The provider answers");
    let hidden = "a line that nobody sees";
    idp.instead(Some(format!("HTTP/1.1 500 x\r\ncontent-length: {}\r\n\r\n{hidden}", hidden.len()).as_bytes()));
    let broken = test().await;
    assert!(!broken.body.contains(hidden));
    broken.says("The provider can’t be used").says("500");
    // What is known of it serves on; the code itself goes nowhere else.
    idp.instead(None);
    test().await;
    let browser = site.stranger();
    for (what, answer) in [
        ("a redirect", b"HTTP/1.1 302 x\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n".to_vec()),
        ("a huge body", [b"HTTP/1.1 200 x\r\ncontent-length: 1000000\r\n\r\n".to_vec(), vec![b'x'; 1_000_000]].concat()),
        ("no JSON", b"HTTP/1.1 200 x\r\ncontent-length: 2\r\n\r\nhi".to_vec()),
    ] {
        idp.instead(None);
        let back = idp.sign_in(browser.get("/session/sso").await.location());
        idp.instead(Some(&answer));
        refused(&browser.get(&back).await, what);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_sent_on_to_somewhere_else() {
    let (site, idp) = site().await;
    for bad in
        ["//evil.example.net", "https://evil.example.net", "/\\evil.example.net", "javascript:alert(1)", "%2F%2Fevil.example.net"]
    {
        let link = format!("/session/sso?{}", serde_urlencoded::to_string([("next", bad)]).unwrap());
        assert_eq!(idp.visit(&site.stranger(), &link).await.location(), "/apps", "{bad}");
    }
    assert_eq!(idp.visit(&site.stranger(), "/session/sso?next=/recipes").await.location(), "/recipes");
    assert_eq!(site.admin().await.get("/session/sso?next=//evil.example.net").await.location(), "/apps");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inner_address_is_no_provider_unless_whoever_runs_the_server_says_so() {
    let site = Site::start().await;
    let idp = Idp::start(&site).await;
    let admin = site.admin().await;
    for bad in [idp.issuer.as_str(), "https://127.0.0.1/", "https://[::1]/", "https://0x7f000001/", "http://id.example.org", "id"] {
        let answer = idp.save(&admin, &[("issuer", bad)]).await;
        assert_eq!(answer.status, 422, "{bad}");
    }
    assert!(idp.asked().is_empty());
}
