//! Roles, grants, teams and tags: what they give, what they never give, and how fast they end.

use std::time::Duration;

use canteen::access::action::{Deploy, EditRole, GiveGrant, Undeploy};
use canteen::access::{Actor, Grant, Permission, Permissions, Refusal, Role, Scope, Target, To, Via, What};
use canteen::commands::grant_give;
use canteen::commands::role_change::ChangeRole;
use canteen::ops::order;
use canteen::store::Denied;
use canteen::store::operations::State;
use tokio::io::AsyncReadExt as _;

use crate::harness::{BOARD, Browser, Plan, Site, send_fields};

const OTHER: &str = "other.example.org";

/// A site with two boards, and Bo with this role on the first.
async fn with_bo(role: Role) -> (Site, Browser, i32) {
    let site = Site::start().await;
    let admin = site.admin().await;
    for app in [BOARD, OTHER] {
        site.new_board(&admin, app).await;
    }
    let app = site.store.app(BOARD).await.unwrap().unwrap();
    let grant = site.add_with("bo", Some((role, Scope::App(app.id), None))).await.unwrap();
    let bo = site.signed_in("bo").await;
    (site, bo, grant)
}

fn chief() -> Actor {
    Actor::Member { id: 1, name: "ana".to_owned(), rights: Role::Admin.into(), via: Via::default() }
}

async fn actor(site: &Site, name: &str) -> Actor {
    let member = site.store.member(name).await.unwrap().unwrap();
    let rights = site.store.rights(member.id).await.unwrap();
    Actor::Member { id: member.id, name: member.name, rights, via: Via::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_and_counts_show_what_somebody_may_see_and_nothing_else() {
    let (site, bo, _grant) = with_bo(Role::Operator).await;
    let admin = site.admin().await;
    site.make_secrets(&admin, BOARD).await;
    let hidden = site.make_secrets(&admin, OTHER).await;
    for page in ["/apps", "/apps/rows", "/operations", "/operations/rows", "/updates", "/recipes/notice-board", "/audit"] {
        let text = bo.page(page).await.text();
        assert!(!text.contains(OTHER) && !text.contains("other_example_org"), "{page}: {text}");
        assert!(text.contains(BOARD) || page == "/updates", "{page}: {text}");
    }
    for path in [format!("/operations/{}", hidden.id), format!("/operations/{}/output", hidden.id)] {
        assert_eq!(bo.get(&path).await.status, 404, "{path}");
    }
    // The list of recipes counts the one app that Bo sees.
    bo.page("/recipes?q=notice-board").await.says("used by 1 of your apps");
    admin.page("/recipes?q=notice-board").await.says("used by 2 of your apps");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_names_who_could() {
    let (site, bo, _grant) = with_bo(Role::Viewer).await;
    let refused = bo.get(&format!("/apps/{BOARD}/removal")).await;
    assert_eq!(refused.status, 403);
    refused.says("needs the permission").says(BOARD).says("These members have it: ana.");
    let page = bo.page("/apps").await;
    assert_eq!(bo.post(&page, &format!("/apps/{OTHER}/removal"), &[("confirm", OTHER)]).await.status, 404);
    let newest = site.entries().await.remove(0);
    assert_eq!((newest.outcome.as_str(), newest.particulars["why"].as_str()), ("refused", Some("not to be seen")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_that_goes_between_page_and_commit_is_gone() {
    let (site, _bo, grant) = with_bo(Role::Operator).await;
    let may = Grant::<Undeploy>::judge(actor(&site, "bo").await, Target::App(BOARD.to_owned())).unwrap();
    let app = site.store.app(BOARD).await.unwrap().unwrap();
    site.take(grant).await;
    let before = site.head().await;
    let refused = site.store.commit(&may, order::undeploy(app.id, app.stack, "a form".to_owned())).await;
    assert!(matches!(refused, Err(Denied::Refused { why: Refusal::Hidden, .. })), "{refused:?}");
    assert_eq!((site.head().await, site.store.live_operations().await.unwrap().len()), (before, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_ends_with_its_grant_to_the_millisecond() {
    let (site, bo, _grant) = with_bo(Role::Viewer).await;
    let app = site.store.app(OTHER).await.unwrap().unwrap();
    let until = site.store.clock().now() + 60_000;
    site.add_with("cem", Some((Role::Operator, Scope::App(app.id), Some(until)))).await;
    let may = || async { Grant::<Deploy>::judge(actor(&site, "cem").await, Target::App(OTHER.to_owned())) };
    let before = may().await.unwrap();
    site.clock.advance(60_000);
    assert_eq!(may().await.err(), Some(Refusal::Hidden));
    let undeploy = order::undeploy(app.id, app.stack, "a form".to_owned());
    let late = Grant::<Undeploy>::judge(before.actor().clone(), Target::App(OTHER.to_owned())).unwrap();
    assert!(matches!(site.store.commit(&late, undeploy).await, Err(Denied::Refused { .. })));
    bo.page(&format!("/apps/{BOARD}")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_right_ends_streams_and_what_waits_in_the_queue() {
    let hold = ("CANTEEN_HOLD_AT", "Remove the services".to_owned());
    let mut site = Site::with(Plan { settings: vec![hold], ..Plan::default() }).await;
    let admin = site.admin().await;
    // Four that are held, so that the fifth has to wait for its turn.
    for n in 0..5 {
        site.new_board(&admin, &format!("app{n}.example.org")).await;
    }
    let last = site.store.app("app4.example.org").await.unwrap().unwrap();
    let grant = site.add_with("bo", Some((Role::Operator, Scope::App(last.id), None))).await.unwrap();
    let bo = site.signed_in("bo").await;
    let ask = async |who: &str, n: usize| {
        let app = site.store.app(&format!("app{n}.example.org")).await.unwrap().unwrap();
        let may = Grant::<Undeploy>::judge(actor(&site, who).await, Target::App(app.name)).unwrap();
        site.store.commit(&may, order::undeploy(app.id, app.stack, format!("form {n}"))).await.unwrap().begun().unwrap()
    };
    for n in 0..4 {
        ask("ana", n).await;
    }
    let waits = ask("bo", 4).await;
    let mut stream = bo.open(&format!("/live?topics=apps,op-{waits}")).await;
    let mut begun = [0; 1024];
    assert!(stream.read(&mut begun).await.unwrap() > 0);
    site.take(grant).await;
    let ended = async {
        let mut rest = vec![];
        stream.read_to_end(&mut rest).await.unwrap();
    };
    tokio::time::timeout(Duration::from_secs(1), ended).await.expect("the stream goes on");
    let done = site.operation_done(waits).await;
    assert_eq!((done.state, done.outcome.as_str()), (State::Failed, "refused"));
    assert!(done.cause.contains("so it was not begun"), "{}", done.cause);
    // Nothing is held any more: what is left goes on, so that none is.
    site.settings.hold_at = None;
    site.restart().await;
    site.idle().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gives_what_they_lack() {
    let (site, bo, _grant) = with_bo(Role::Admin).await;
    let vic = site.store.member("vic").await.unwrap().unwrap().id;
    let me = site.store.member("bo").await.unwrap().unwrap().id;
    let (own, other) = (site.store.app(BOARD).await.unwrap().unwrap().id, site.store.app(OTHER).await.unwrap().unwrap().id);
    let review = |to: i32, over: String| format!("/grants/new?to=member:{to}&role=admin&over={over}&until=");
    // On the own app it works, and shows what changes first.
    let page = bo.page(&review(vic, format!("app:{own}"))).await;
    page.says("vic").says("Deploy, upgrade, roll back and restart an app");
    assert_eq!(send_fields(&bo, &page, "/grants", &[]).await.location(), format!("/apps/{BOARD}/access"));
    // Over everything, over a tag or over another app it does not, for somebody else or for oneself.
    for (to, over) in [(me, "everything".to_owned()), (vic, "tag:web".to_owned()), (me, format!("app:{other}"))] {
        assert_eq!(bo.get(&review(to, over.clone())).await.status, 404);
        let fields =
            [("to", format!("member:{to}")), ("role", "admin".to_owned()), ("over", over.clone()), ("until", String::new())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).chain([("seen", "x")]).collect();
        let before = site.head().await;
        assert_eq!(bo.post(&page, "/grants", &fields).await.status, 404, "{over}");
        assert_eq!(site.head().await, before, "{over}");
    }
    // Who may give roles and lacks one of its permissions gives no such role, whatever the page says.
    let cem = site.add_with("cem", Some((Role::Viewer, Scope::App(own), None))).await;
    let giver =
        ChangeRole::Make { name: "Giver".to_owned(), permissions: Permissions::of(&[Permission::ViewApp, Permission::EditGrants]) };
    let own_role = site.store.commit(&Grant::<EditRole>::judge(chief(), Target::Site).unwrap(), giver).await.unwrap();
    let to = To::Member(site.store.member("cem").await.unwrap().unwrap().id);
    let wanted = grant_give::GiveGrant { to, what: What::Own(own_role), scope: Scope::App(own), until: None };
    site.store.commit(&Grant::<GiveGrant>::judge(chief(), Target::Site).unwrap(), wanted).await.unwrap();
    let (cem, _viewer) = (site.signed_in("cem").await, cem);
    let before = site.head().await;
    let refused = send_fields(&cem, &cem.page(&review(me, format!("app:{own}"))).await, "/grants", &[]).await;
    assert_eq!((refused.status, site.head().await), (409, before));
    refused.says("Nobody gives or takes rights that they lack");
    // What was shown is what is done: another role with the same confirmation is not.
    let page = bo.page(&review(me, format!("app:{own}"))).await;
    let shown = send_fields(&bo, &page, "/grants", &[("role", "viewer")]).await;
    assert_eq!(shown.status, 409);
    shown.says("Something changed after you opened this page");
    // Nor by the roles themselves, or by teams.
    let page = bo.page("/apps").await;
    for (path, fields) in [
        ("/roles", &[("name", "Mine"), ("server.manage", "on")][..]),
        ("/teams", &[("name", "Mine")][..]),
        ("/grants/1/removal", &[("seen", "x")][..]),
    ] {
        let status = bo.post(&page, path, fields).await.status;
        assert!(matches!(status, 403 | 404), "{path}: {status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_admin_stays_and_a_second_one_may_go() {
    let site = Site::start().await;
    let ana = site.admin().await;
    let before = site.head().await;
    let page = ana.page("/grants/1/removal").await;
    let refused = send_fields(&ana, &page, "/grants/1/removal", &[]).await;
    assert_eq!((refused.status, site.head().await), (409, before));
    refused.says("Afterwards nobody could do everything any more");
    // One whose role ends some day does not count.
    let until = site.store.clock().now() + 86_400_000;
    site.add_with("cem", Some((Role::Admin, Scope::Everything, Some(until)))).await;
    assert_eq!(send_fields(&ana, &ana.page("/grants/1/removal").await, "/grants/1/removal", &[]).await.status, 409);
    site.add("bo", Role::Admin).await;
    let done = send_fields(&ana, &ana.page("/grants/1/removal").await, "/grants/1/removal", &[]).await;
    assert_eq!(done.location(), "/people/1/rights");
    let newest = site.entries().await.remove(0);
    assert_eq!((newest.action.as_str(), newest.actor.name.as_str()), ("grant.take", "ana"));
    assert!(newest.particulars["rights"].to_string().contains("server.manage"), "{:?}", newest.particulars);
    assert_eq!(ana.get("/apps/new").await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_a_tag_and_a_role_of_ones_own_give_exactly_what_they_say() {
    let (site, bo, _grant) = with_bo(Role::Viewer).await;
    let ana = site.admin().await;
    let me = site.store.member("bo").await.unwrap().unwrap().id;
    assert_eq!(ana.submit("/teams", "/teams", &[("name", "Web")]).await.location(), "/teams/1");
    let role = [("name", "Reader"), ("app.view", "on"), ("app.logs", "on")];
    assert_eq!(ana.submit("/roles/0", "/roles", &role).await.location(), "/roles");
    let review = "/grants/new?to=team:1&role=own-1&over=tag:web&until=";
    assert_eq!(send_fields(&ana, &ana.page(review).await, "/grants", &[]).await.location(), "/teams/1");
    let review = format!("/teams/1/review?change=add&value={me}");
    assert_eq!(send_fields(&ana, &ana.page(&review).await, "/teams/1", &[]).await.location(), "/teams/1");
    assert_eq!(bo.get(&format!("/apps/{OTHER}")).await.status, 404);
    let review = ana.page(&format!("/apps/{OTHER}/tags?tags=web")).await;
    review.says("bo").says("Read what an app writes");
    let saved = send_fields(&ana, &review, &format!("/apps/{OTHER}/tags"), &[]).await;
    assert_eq!(saved.location(), format!("/apps/{OTHER}/access"));
    bo.page(&format!("/apps/{OTHER}/logs")).await;
    assert_eq!(bo.get(&format!("/apps/{OTHER}/settings")).await.status, 403);
    bo.page("/rights").await.says("by the team Web").says("Reader over apps with the tag web");
    ana.page(&format!("/apps/{OTHER}/access")).await.says("the team Web");
    // The role loses a permission for all who have it.
    let shown = ana.submit("/roles/1", "/roles/1", &[("name", "Reader"), ("app.view", "on")]).await;
    shown.says("bo").says(OTHER);
    assert_eq!(send_fields(&ana, &shown, "/roles/1", &[]).await.location(), "/roles");
    assert_eq!(bo.get(&format!("/apps/{OTHER}/logs")).await.status, 403);
    // What the pages hold against each other is what the database works out.
    let (book, now) = (site.store.book().await.unwrap(), site.store.clock().now());
    for member in book.members.keys() {
        let stored = site.store.rights(*member).await.unwrap();
        for app in [BOARD, OTHER] {
            assert_eq!(book.rights(*member, now).on(app), stored.on(app), "{member} on {app}");
        }
        assert_eq!(book.rights(*member, now).everywhere(), stored.everywhere());
    }
}

/// Pages that read the database past `seen_by`, and why that shows nothing that is not to be seen.
const PAST: [(&str, &str); 14] = [
    ("apps/deployment/api.rs", "an operation of the path's app"),
    ("audit/mod.rs", "when the apps were made whose log may be read"),
    ("operations/mod.rs", "the grant is judged again on the operation's app"),
    ("operations/show.rs", "the app of an operation that was judged"),
    ("apps/index.rs", "all rows are worked out once, and each viewer gets those of their apps"),
    ("apps/new/free.rs", "names are told to those alone who see the app"),
    ("apps/updates/show.rs", "an operation of the page's app"),
    ("apps/secrets/stock.rs", "names of stacks, to tell whose an object is"),
    ("apps/secrets/turning.rs", "an operation of the page's app"),
    ("apps/imports/index.rs", "names of stacks, to leave them out"),
    ("apps/deployments/index.rs", "an operation of the page's app"),
    ("apps/drift/difference.rs", "an operation of the page's app"),
    ("apps/show.rs", "an operation of the page's app"),
    ("apps/removal/belongings.rs", "names of stacks, to tell whose an object is"),
];

#[test]
fn pages_read_lists_and_numbers_as_far_as_somebody_may_see() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web");
    let (mut folders, mut found) = (vec![root.clone()], vec![]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let past = [
                "store.apps()",
                "store.overview()",
                "store.operation(",
                "store.operations(None",
                "store.app_by_id(",
                "store.app_of_stack(",
            ];
            let name = path.strip_prefix(&root).unwrap().display().to_string();
            if past.iter().any(|read| text.contains(read)) && !PAST.iter().any(|(file, _)| *file == name) {
                found.push(name);
            }
        }
    }
    assert!(found.is_empty(), "ask `store.seen_by(actor)`, or say in PAST why it shows nothing of foreign apps: {found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_suspended_may_nothing_and_the_app_says_so() {
    let site = Site::start().await;
    let ana = site.admin().await;
    site.new_board(&ana, BOARD).await;
    site.add_on("cem", Role::Operator, BOARD).await;
    let who = async || ana.page(&format!("/apps/{BOARD}/access")).await.between("<tbody>", "</tbody>").unwrap();
    assert!(who().await.contains("cem"));
    let page = format!("/people/{}", site.store.member("cem").await.unwrap().unwrap().id);
    ana.submit(&page, &format!("{page}/suspension"), &[]).await.location();
    let left = who().await;
    assert!(left.contains("ana") && !left.contains("cem"), "{left}");
}
