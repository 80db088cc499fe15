//! Single sign-on as members meet it: linking an account, coming in by it, becoming a member, groups, second factors.

use canteen::clock::Clock as _;
use serde_json::json;

use crate::harness::{Answer, Browser, CLIENT_SECRET, Idp, PASSWORD, Plan, Signed, Site};

const LATER_MS: i64 = 10 * 60 * 1000;

/// A site with this provider.
async fn site(more: &[(&str, &str)]) -> (Site, Idp) {
    let site = Site::with(Plan { settings: settings("nobody"), ..Plan::default() }).await;
    let idp = Idp::start(&site).await;
    idp.set(&site.admin().await, more).await;
    (site, idp)
}

fn settings(who: &str) -> Vec<(&'static str, String)> {
    vec![("CANTEEN_INTERNAL_HOSTS", "127.0.0.1".to_owned()), ("CANTEEN_REQUIRE_SECOND_FACTOR", who.to_owned())]
}

async fn id(site: &Site, name: &str) -> i32 {
    site.store.member(name).await.unwrap().unwrap().id
}

/// Links the account of whoever signs in at the provider with this browser's member.
async fn link(idp: &Idp, browser: &Browser) -> Answer {
    let asked = idp.visit(browser, "/account/identities/new").await.location().to_owned();
    let page = browser.page(&asked).await;
    let proof = page.between("name=\"proof\" value=\"", "\"").unwrap();
    browser.post(&page, "/account/identities", &[("proof", &proof)]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_linked_and_lets_its_member_in_whatever_it_is_called_later() {
    let (site, idp) = site(&[]).await;
    let vic = site.viewer().await;
    assert_eq!(link(&idp, &vic).await.location(), "/account/identities?done=linked");
    vic.page("/account/identities").await.says("ana.at.home");
    let fresh = site.stranger();
    let page = fresh.page("/session?next=/recipes").await;
    page.says("Sign in with the co-op");
    let way = page.between("href=\"/session/sso", "\"").unwrap();
    // Another name, and the address of mail of somebody else: the account is the same.
    idp.person(json!({ "sub": "f3:ana", "preferred_username": "renamed", "email": "ana@example.org", "email_verified": true }));
    let came = idp.visit(&fresh, &format!("/session/sso{way}")).await;
    assert_eq!(came.location(), "/recipes");
    fresh.page("/account").await.says("You sign in as vic");
    fresh.page("/account/identities").await.says("renamed");
    let entries = site.entries().await;
    let begun = entries.iter().find(|e| e.action == "session.begin").unwrap();
    assert_eq!((begun.actor.name.as_str(), &begun.particulars["provider"]), ("vic", &json!(idp.issuer)));
    fresh.submit("/account", "/account", &[("shown_name", "V"), ("theme", "dark"), ("time_zone", "UTC")]).await;
    let edited = &site.entries().await[0];
    assert_eq!((edited.action.as_str(), edited.actor.via.issuer.as_deref()), ("account.edit", Some(idp.issuer.as_str())));
    // Ana has the same name and address there, and is somebody else all the same.
    idp.person(json!({ "sub": "f3:other", "preferred_username": "vic", "email": "ana@example.org" }));
    let stranger = site.stranger();
    let refused = idp.visit(&stranger, "/session/sso").await;
    assert_eq!(refused.status, 422);
    refused.says("Your account is linked with no member here").says("(reference ");
    assert_eq!(stranger.get("/apps").await.status, 303);
    let failed = &site.entries().await[0];
    assert_eq!((failed.action.as_str(), failed.outcome.as_str()), ("audit.record", "failed"));
    assert!(failed.particulars["why"].as_str().unwrap().contains("no member is linked"), "{failed:?}");
    fresh.page("/account").await.says("127.0.0.1 the co-op").says("127.0.0.1 Password");
    site.admin().await.page("/people/2").await.says("in 2 browsers").says("Came in by the co-op").says("Came in by Password");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_signature_that_is_promised_is_believed() {
    let (site, idp) = site(&[("provision", "on")]).await;
    for signed in [Signed::Rs256, Signed::Es256, Signed::EdDsa, Signed::Later] {
        idp.sign(signed);
        assert_eq!(idp.visit(&site.stranger(), "/session/sso").await.location(), "/apps", "{signed:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_secret_is_nowhere_and_the_settings_are_the_admins() {
    let (site, idp) = site(&[]).await;
    let admin = site.admin().await;
    let page = admin.page("/settings/sign-in").await;
    assert!(!page.body.contains("a client secret"));
    let told = format!("{:?}", site.entries().await);
    assert!(told.contains("settings.sign_in.edit") && !told.contains("client secret"), "{told}");
    let stored = std::fs::read(site.database()).unwrap();
    assert!(!stored.windows(15).any(|w| w == &CLIENT_SECRET.as_bytes()[..15]));
    assert_eq!(site.viewer().await.get("/settings/sign-in").await.status, 403);
    idp.set(&admin, &[("client_secret", ""), ("label", "the others")]).await;
    let entry = &site.entries().await[0];
    assert_eq!(
        (&entry.particulars["before"], &entry.particulars["after"]),
        (&json!("label the co-op"), &json!("label the others"))
    );
    assert_eq!(entry.particulars["client_secret"], "kept");
    // Another issuer must not get the secret of this one.
    let moved = idp.save(&admin, &[("client_secret", ""), ("issuer", "https://id.example.org/")]).await;
    assert_eq!(moved.status, 422);
    moved.says("Another issuer has another client secret");
    admin.submit("/settings/sign-in", "/settings/sign-in/test", &[]).await.says("The provider answers");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_joins_by_it_has_no_right_and_no_password_and_gets_along() {
    let (site, idp) = site(&[("provision", "on")]).await;
    idp.person(json!({ "sub": "f3:new", "preferred_username": "ana" }));
    let new = site.stranger().by_hand();
    assert_eq!(idp.visit(&new, "/session/sso").await.location(), "/apps");
    new.page("/apps").await.says("No app was shared with you yet. An admin can");
    new.page("/account").await.says("You sign in as ana 2");
    for closed in ["/recipes", "/people", "/settings/mail", "/apps/new"] {
        assert_eq!(new.get(closed).await.status, 403, "{closed}");
    }
    // Nothing that could be typed is the password that does not exist.
    for typed in ["", " ", PASSWORD] {
        let fields = [("name", "ana 2"), ("password", typed), ("next", "/apps")];
        assert_eq!(site.stranger().submit("/session", "/session", &fields).await.status, 422);
    }
    // The only way in stays; a first password comes after showing who one is.
    let page = new.page("/account/identities").await;
    let removal = page.post_forms().into_iter().find(|f| f.ends_with("/removal")).unwrap();
    let kept = new.post(&page, &removal, &[]).await;
    assert_eq!(kept.status, 409);
    kept.says("this is your only way to sign in".trim_start_matches("this "));
    site.clock.advance(LATER_MS);
    let question = new.get("/account/password").await.location().to_owned();
    assert_eq!(question, "/session/again?next=/account/password");
    let page = new.page(&question).await;
    assert!(!page.body.contains("name=\"password\""));
    let way = page.between("href=\"/session/again/sso?", "\"").unwrap().replace("&amp;", "&").replace("&#38;", "&");
    let away = new.get(&format!("/session/again/sso?{way}")).await.location().to_owned();
    assert!(away.contains("prompt=login") && away.contains("max_age=0"), "{away}");
    let back = new.get(&idp.sign_in(&away)).await.location().to_owned();
    let page = new.page(&back).await;
    page.says("Thank you: it is you");
    let fields = page.fields();
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(new.post(&page, "/session/again", &fields).await.location(), "/account/password");
    let fields = [("password", "eight quiet otters")];
    assert_eq!(new.submit("/account/password", "/account/password", &fields).await.location(), "/account?done=password");
    assert_eq!(new.submit("/account/identities", &removal, &[]).await.location(), "/account/identities?done=unlinked");
}

#[tokio::test(flavor = "multi_thread")]
async fn showing_again_who_one_is_takes_a_new_sign_in_of_the_same_person() {
    let (site, idp) = site(&[]).await;
    let vic = site.viewer().await.by_hand();
    link(&idp, &vic).await.location();
    let thief = site.admin().await.by_hand();
    site.clock.advance(LATER_MS);
    assert_eq!(vic.get("/account/identities/new").await.location(), "/session/again?next=/account/identities/new");
    let again = "/session/again/sso?keep=&next=/account/identities/new";
    idp.bend(|claims| claims["auth_time"] = (claims["iat"].as_i64().unwrap() - 3600).into());
    assert_eq!(idp.visit(&vic, again).await.status, 422, "they signed in there an hour ago");
    idp.bend(|claims| drop(claims.as_object_mut().unwrap().remove("auth_time")));
    assert_eq!(idp.visit(&vic, again).await.status, 422, "who knows when");
    idp.bend(|claims| claims["sub"] = "f3:other".into());
    idp.visit(&vic, again).await.says("This account is not linked with yours");
    idp.bend(|_| ());
    let back = idp.visit(&vic, again).await.location().to_owned();
    assert!(back.contains("&proof="), "{back}");
    assert!(!thief.page(&back).await.body.contains("name=\"proof\""), "the ticket is of another session");
    vic.page(&back).await.says("it is you");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_one_members_and_is_linked_by_that_member_alone() {
    let (site, idp) = site(&[]).await;
    let (ana, vic) = (site.admin().await, site.viewer().await);
    let asked = idp.visit(&ana, "/account/identities/new").await.location().to_owned();
    assert!(!vic.page(&asked).await.body.contains("name=\"proof\""), "the answer is of another session");
    let stolen = asked.split("proof=").nth(1).unwrap();
    assert_eq!(vic.submit("/account/identities", "/account/identities", &[("proof", stolen)]).await.status, 422);
    link(&idp, &vic).await.location();
    let twice = link(&idp, &ana).await;
    assert_eq!(twice.status, 422);
    twice.says("This account is linked with another member");
    link(&idp, &vic).await.says("This account is linked with yours already");
    let row = site.store.identities_of(id(&site, "vic").await).await.unwrap()[0].id;
    assert_eq!(ana.submit("/account", &format!("/account/identities/{row}/removal"), &[]).await.status, 404);
    // What was begun before signing out, or by nobody, links nothing.
    let back = idp.sign_in(ana.get("/account/identities/new").await.location());
    ana.submit("/apps", "/session/end", &[]).await.location();
    assert_eq!(ana.get(&back).await.status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_of_long_ago_at_the_provider_is_no_fresh_one_here() {
    let (site, idp) = site(&[]).await;
    link(&idp, &site.viewer().await).await.location();
    let asks = "/session/again?next=/account/identities/new";
    idp.bend(|claims| claims["auth_time"] = (claims["iat"].as_i64().unwrap() - 3600).into());
    let old = site.stranger().by_hand();
    idp.visit(&old, "/session/sso").await.location();
    assert_eq!(old.get("/account/identities/new").await.location(), asks);
    idp.bend(|claims| drop(claims.as_object_mut().unwrap().remove("auth_time")));
    let unknown = site.stranger().by_hand();
    idp.visit(&unknown, "/session/sso").await.location();
    assert_eq!(unknown.get("/account/identities/new").await.location(), asks);
    idp.bend(|_| ());
    let fresh = site.stranger().by_hand();
    idp.visit(&fresh, "/session/sso").await.location();
    assert!(fresh.get("/account/identities/new").await.location().starts_with(&idp.issuer));
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_fill_the_teams_that_are_named_and_no_others() {
    let (site, idp) = site(&[("provision", "on")]).await;
    let admin = site.admin().await;
    for team in ["Board", "Web", "By hand"] {
        admin.submit("/teams", "/teams", &[("name", team)]).await.location();
    }
    let mapped = [("provision", "on"), ("group_claim", "groups"), ("teams", "/board = Board\r\nweb=web")];
    idp.set(&admin, &mapped).await;
    let came = async |groups: serde_json::Value| {
        idp.person(json!({ "sub": "f3:new", "preferred_username": "new", "groups": groups }));
        assert_eq!(idp.visit(&site.stranger(), "/session/sso").await.location(), "/apps");
        let book = site.store.book().await.unwrap();
        let member = site.store.member("new").await.unwrap().unwrap().id;
        book.teams.values().filter(|t| t.members.contains(&member)).map(|t| t.name.clone()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(came(json!(["/board", "By hand", "Web"])).await, "Board", "names of groups are compared to the letter");
    let member = site.store.member("new").await.unwrap().unwrap().id.to_string();
    let page = admin.page("/teams/3").await;
    assert!(page.body.contains("By hand"));
    let review = admin.page(&format!("/teams/3/review?change=add&value={member}")).await;
    let fields = review.fields();
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    admin.post(&review, "/teams/3", &fields).await.location();
    assert_eq!(came(json!(["web"])).await, "Web By hand");
    let entry = site.entries().await.into_iter().find(|e| e.action == "session.begin").unwrap();
    assert_eq!((&entry.particulars["teams_joined"], &entry.particulars["teams_left"]), (&json!(["Web"]), &json!(["Board"])));
    assert_eq!(came(json!(null)).await, "By hand", "who has no groups is in none");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_member_is_kept_out_and_told_no_more_than_others() {
    let (site, idp) = site(&[]).await;
    link(&idp, &site.viewer().await).await.location();
    let vic = site.store.member("vic").await.unwrap().unwrap().id;
    let admin = site.admin().await;
    admin.submit(&format!("/people/{vic}"), &format!("/people/{vic}/suspension"), &[]).await.location();
    let stranger = site.stranger();
    let refused = idp.visit(&stranger, "/session/sso").await;
    assert_eq!(refused.status, 422);
    assert!(!refused.text().contains("suspended"));
    assert_eq!(stranger.get("/apps").await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_a_code_gives_it_unless_the_provider_asked_for_more_than_a_password() {
    let (site, idp) = site(&[("strong_acr", "gold")]).await;
    let vic = site.viewer().await;
    link(&idp, &vic).await.location();
    let (phone, _) = site.add_phone(&vic).await;
    idp.person(json!({ "sub": "f3:ana", "amr": ["pwd"], "acr": "silver" }));
    let half = site.stranger();
    let on = idp.visit(&half, "/session/sso").await.location().to_owned();
    assert_eq!(on, "/session/factor?next=%2Fapps");
    assert_eq!(half.get("/apps").await.location(), "/session?next=%2Fapps", "nothing before the code");
    let code = phone.code(site.clock.now());
    assert_eq!(half.submit(&on, "/session/factor", &[("code", &code), ("next", "/apps")]).await.location(), "/apps");
    for strong in [json!({ "sub": "f3:ana", "amr": ["pwd", "otp"] }), json!({ "sub": "f3:ana", "acr": "gold" })] {
        idp.person(strong);
        assert_eq!(idp.visit(&site.stranger(), "/session/sso").await.location(), "/apps");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_needs_a_second_factor_has_one_only_if_the_provider_says_so() {
    let site = Site::with(Plan { settings: settings("writers"), ..Plan::default() }).await;
    let idp = Idp::start(&site).await;
    let ana = site.admin().await;
    site.add_phone(&ana).await;
    idp.set(&ana, &[]).await;
    link(&idp, &site.viewer().await).await.location();
    let vic = id(&site, "vic").await;
    // Vic may change something from now on.
    let give = format!("/grants/new?to=member:{vic}&role=maintainer&over=everything&until=");
    let page = ana.page(&give).await;
    let fields = page.fields();
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    ana.post(&page, "/grants", &fields).await.location();
    idp.person(json!({ "sub": "f3:ana", "amr": ["pwd"] }));
    let weak = site.stranger();
    assert_eq!(idp.visit(&weak, "/session/sso").await.location(), "/apps");
    assert_eq!(weak.get("/apps").await.location(), "/account/factors/app", "a factor of their own first");
    idp.person(json!({ "sub": "f3:ana", "amr": ["pwd", "mfa"] }));
    let strong = site.stranger();
    assert_eq!(idp.visit(&strong, "/session/sso").await.location(), "/apps");
    strong.page("/apps").await;
}
