//! A form that stayed open while its app was removed, and another app was made of the same name: it must not act on the new one.

use std::collections::BTreeSet;

use canteen::access::action::{NewApp, Remove};
use canteen::access::{Actor, Grant, Target, Via};
use canteen::commands::{app_new, app_remove};
use canteen::web::routes::routes;

use crate::harness::{Plan, Site, Visits};

#[tokio::test(flavor = "multi_thread")]
async fn no_form_of_a_removed_app_acts_on_the_one_that_has_its_name_now() {
    let site = Site::with(Plan::default()).await;
    let visits = Visits::prepare(&site).await;
    let ana = site.admin().await;
    let table = routes();
    let mut forms = vec![];
    for entry in table.entries().iter().filter(|e| e.method == "POST" && e.path.starts_with("/apps/{app}/")) {
        forms.push(visits.request(entry).await);
    }
    assert!(forms.len() > 20, "{forms:?}");
    let apps: BTreeSet<&str> = forms.iter().filter_map(|(path, _)| path.split('/').nth(2)).collect();
    for app in apps {
        follow(&site, app).await;
    }
    for (path, fields) in &forms {
        for (without, status) in [(None, 410), (Some("form-app"), 422)] {
            let (before, changes) = (site.head().await, site.engine.changes());
            let fields: Vec<(String, String)> = fields.iter().filter(|(n, _)| Some(n.as_str()) != without).cloned().collect();
            assert_eq!(ana.visit("POST", path, &fields).await, status, "{path}");
            assert_eq!((site.head().await, site.engine.changes()), (before, changes), "{path}");
        }
    }
    // It is the app that the form is made for, and nothing else, that stands in the way.
    for (path, fields) in forms {
        let name = path.split('/').nth(2).unwrap();
        let now = site.store.app(name).await.unwrap().unwrap().id.to_string();
        let fields: Vec<_> = fields.into_iter().map(|(n, v)| if n == "form-app" { (n, now.clone()) } else { (n, v) }).collect();
        let status = ana.visit("POST", &path, &fields).await;
        assert!(matches!(status, 200 | 303 | 404 | 409 | 422), "{path}: {status}");
        site.idle().await;
    }
}

/// Removes an app, with all of the stack still there, and makes another one like it.
pub(crate) async fn follow(site: &Site, name: &str) {
    let app = site.store.app(name).await.unwrap().unwrap();
    let env = site.store.env_revision(app.id, app.env_number).await.unwrap().unwrap().text;
    let ana = site.store.member("ana").await.unwrap().unwrap();
    let rights = site.store.rights(ana.id).await.unwrap();
    let actor = Actor::Member { id: ana.id, name: ana.name, rights, via: Via::default() };
    let may = Grant::<Remove>::judge(actor.clone(), Target::App(name.to_owned())).unwrap();
    let removal = app_remove::RemoveApp { id: app.id, stack: app.stack.clone(), ..app_remove::RemoveApp::default() };
    site.store.commit(&may, removal).await.unwrap();
    site.clock.advance(1000);
    let may = Grant::<NewApp>::judge(actor, Target::Site).unwrap();
    let again = app_new::NewApp { name: app.name, stack: app.stack, recipe: app.recipe, version: app.version, env };
    site.store.commit(&may, again).await.unwrap();
}
