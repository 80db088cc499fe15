//! Two operations on one app: the second is told who asked for the first, for what, and since when. On every button.

use canteen::access::action::Undeploy;
use canteen::access::{Actor, Grant, Role, Target, Via};
use canteen::ops::order;
use canteen::web::routes::routes;

use crate::harness::{BUTTONS, Plan, Site, Visits};

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_second_is_told_who_asked_for_what_and_since_when() {
    let hold = ("CANTEEN_HOLD_AT", "Remove the services".to_owned());
    let mut site = Site::with(Plan { settings: vec![hold], ..Plan::default() }).await;
    let visits = Visits::prepare(&site).await;
    site.add("cem", Role::Admin).await;
    let cem = site.store.member("cem").await.unwrap().unwrap();
    let ana = site.admin().await;
    let (table, mut tried) = (routes(), 0);
    for entry in table.entries().iter().filter(|e| e.method == "POST") {
        let Some(button) = entry.path.strip_prefix("/apps/{app}/") else { continue };
        if !BUTTONS.contains(&button) {
            continue;
        }
        let (path, fields) = visits.request(entry).await;
        let name = path.split('/').nth(2).unwrap();
        let app = site.store.app(name).await.unwrap().unwrap();
        if site.store.busy(app.id).await.unwrap().is_none() {
            // It is held at its first step, or waits behind others that are.
            let actor = Actor::Member { id: cem.id, name: cem.name.clone(), rights: Role::Admin.into(), via: Via::default() };
            let may = Grant::<Undeploy>::judge(actor, Target::App(name.to_owned())).unwrap();
            site.store.commit(&may, order::undeploy(app.id, app.stack.clone(), format!("first on {path}"))).await.unwrap();
        }
        site.clock.advance(3 * 60_000);
        let page = ana.page("/apps").await;
        let (before, changes) = (site.head().await, site.engine.changes());
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let answer = ana.post(&page, &path, &fields).await;
        // That she gave her password again, where it was asked for, stands in the log.
        let new = site.entries().await.into_iter().filter(|e| e.seq > before && e.action != "session.confirm").count();
        assert_eq!((answer.status, new), (409, 0), "{path}: {}", answer.text());
        answer.says("Cem asked for an undeploy of this app").says("minutes ago (operation").says("Nothing else was started");
        assert_eq!(site.engine.changes(), changes, "{path}");
        tried += 1;
    }
    assert_eq!(tried, BUTTONS.len());
    // Nothing is held any more: all of it is gone on with, so that none is left.
    site.settings.hold_at = None;
    site.restart().await;
    site.idle().await;
}
