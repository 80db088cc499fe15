//! Ways to rights that somebody lacks: for longer, by somebody else's account, by a link from better days.

use canteen::access::action::{EditRole, GiveGrant};
use canteen::access::{Actor, Grant, Permission, Permissions, Role, Scope, Target, To, Via, What};
use canteen::commands::grant_give;
use canteen::commands::role_change::ChangeRole;

use crate::harness::{Answer, BOARD, Browser, PASSWORD, Site, send_fields};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const NEW: &str = "nine loud herons";

fn chief() -> Actor {
    Actor::Member { id: 1, name: "ana".to_owned(), rights: Role::Admin.into(), via: Via::default() }
}

async fn give(site: &Site, name: &str, what: What, scope: Scope) {
    let to = To::Member(id_of(site, name).await);
    let wanted = grant_give::GiveGrant { to, what, scope, until: None };
    site.store.commit(&Grant::<GiveGrant>::judge(chief(), Target::Site).unwrap(), wanted).await.unwrap();
}

async fn id_of(site: &Site, name: &str) -> i32 {
    site.store.member(name).await.unwrap().unwrap().id
}

/// Cem looks after the members, and may do nothing else.
async fn with_cem(site: &Site) -> Browser {
    site.add_with("cem", None).await;
    let permissions = Permissions::of(&[Permission::ViewPeople, Permission::EditPeople]);
    let keeper = ChangeRole::Make { name: "Keeper".to_owned(), permissions };
    let role = site.store.commit(&Grant::<EditRole>::judge(chief(), Target::Site).unwrap(), keeper).await.unwrap();
    give(site, "cem", What::Own(role), Scope::Everything).await;
    site.signed_in("cem").await
}

async fn link_for(site: &Site, by: &Browser, name: &str) -> Answer {
    let page = format!("/people/{}", id_of(site, name).await);
    by.submit(&page, &format!("{page}/password-link"), &[]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gives_rights_for_longer_than_they_have_them() {
    let site = Site::start().await;
    let ana = site.admin().await;
    ana.submit("/teams", "/teams", &[("name", "Chiefs")]).await.location();
    let review = "/grants/new?to=team:1&role=admin&over=everything&until=";
    send_fields(&ana, &ana.page(review).await, "/grants", &[]).await.location();
    let until = site.store.clock().now() + 3 * DAY_MS;
    site.add_with("cem", Some((Role::Admin, Scope::Everything, Some(until)))).await;
    let (cem, me) = (site.signed_in("cem").await, id_of(&site, "cem").await);
    let before = site.head().await;
    let page = cem.page(&format!("/grants/new?to=member:{me}&role=operator&over=everything&until=")).await;
    let refused = send_fields(&cem, &page, "/grants", &[]).await;
    assert_eq!((refused.status, site.head().await), (409, before));
    refused.says("Nobody gives rights for longer than they have them");
    let page = cem.page(&format!("/teams/1/review?change=add&value={me}")).await;
    assert_eq!(send_fields(&cem, &page, "/teams/1", &[]).await.status, 409);
    let invited = cem.submit("/people/invitation", "/people/invitation", &[("person", "Dan"), ("role", "viewer")]).await;
    assert_eq!(invited.status, 422, "{}", invited.text());
    assert_eq!(link_for(&site, &cem, "vic").await.status, 409, "vic will be viewer for longer");
    assert_eq!(site.head().await, before);
    // What ends before is theirs to give.
    let day = jiff::Timestamp::from_millisecond(until - 2 * DAY_MS).unwrap().strftime("%Y-%m-%d");
    let page = cem.page(&format!("/grants/new?to=member:{me}&role=operator&over=everything&until={day}")).await;
    assert_eq!(send_fields(&cem, &page, "/grants", &[]).await.location(), format!("/people/{me}/rights"));
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_account_is_no_way_to_an_app() {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.new_board(&ana, BOARD).await;
    site.add_on("bo", Role::Operator, BOARD).await;
    let cem = with_cem(&site).await;
    let before = site.head().await;
    let refused = link_for(&site, &cem, "bo").await;
    assert_eq!((refused.status, site.head().await), (409, before));
    refused.says("Bo may do something that you may not");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_from_before_somebody_was_given_rights_gives_them_to_nobody() {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.new_board(&ana, BOARD).await;
    site.add_with("bo", None).await;
    let cem = with_cem(&site).await;
    let shown = link_for(&site, &cem, "bo").await;
    assert_eq!(shown.status, 200, "{}", shown.text());
    let link = shown.between("<output id=\"link\" class=\"mono\" translate=\"no\">", "<").unwrap();
    let app = site.store.app(BOARD).await.unwrap().unwrap().id;
    give(&site, "bo", What::Bundle(Role::Operator), Scope::App(app)).await;
    cem.get(link.strip_prefix(&site.settings.public.origin).unwrap()).await.location();
    let before = site.head().await;
    let refused = cem.submit("/reset", "/reset", &[("password", NEW)]).await;
    assert_eq!((refused.status, site.head().await), (422, before));
    refused.says("Whoever made this link may do less than you by now");
    assert_eq!(site.signed_in("bo").await.page("/apps").await.status, 200, "the password is what it was");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_session_does_not_send_the_letters_elsewhere() {
    let site = Site::start().await;
    let vic = site.viewer().await.by_hand();
    site.clock.advance(11 * 60 * 1000);
    let before = site.head().await;
    for mail in ["thief@example.net", ""] {
        let asked = vic.submit("/account", "/account/mail", &[("mail", mail)]).await;
        assert!(asked.location().starts_with("/session/again"), "{mail:?}: {}", asked.location());
    }
    assert_eq!(site.head().await, before);
    let page = vic.page("/session/again?next=/account").await;
    page.says("password");
    vic.post(&page, "/session/again", &[("password", PASSWORD), ("keep", ""), ("next", "/account")]).await.location();
    assert_eq!(vic.submit("/account", "/account/mail", &[("mail", "")]).await.location(), "/account?done=no-mail");
}
