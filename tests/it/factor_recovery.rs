//! Recovery codes, and that no secret of a factor is found anywhere afterwards.

use canteen::access::action::EditMember;
use canteen::access::{Actor, Grant, Target};
use canteen::commands::factor_reset::ResetFactors;
use canteen::dashboard::{DataKeyError, data_key};

use crate::harness::{Answer, Browser, PASSWORD, Site, recovery_codes};

async fn with_code(site: &Site, code: &str) -> (Browser, Answer) {
    let browser = site.stranger();
    browser.submit("/session", "/session", &[("name", "ana"), ("password", PASSWORD), ("next", "/apps")]).await.location();
    let answer = browser.submit("/session/factor", "/session/factor", &[("code", code), ("next", "/apps")]).await;
    (browser, answer)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_code_lets_in_once_and_the_factors_have_to_be_looked_through() {
    let site = Site::start().await;
    let admin = site.admin().await;
    let (_, codes) = site.add_phone(&admin).await;
    let (browser, answer) = with_code(&site, &codes[3].to_lowercase().replace('-', " ")).await;
    assert_eq!(answer.location(), "/account/factors");
    for (method, path) in [("GET", "/apps"), ("GET", "/audit"), ("POST", "/apps/x.example.org/undeployment")] {
        let token = ("csrf".to_owned(), browser.page("/account/factors").await.token());
        let body = if method == "GET" { String::new() } else { serde_urlencoded::to_string([token]).unwrap() };
        let request =
            crate::harness::Request { method: method.to_owned(), path: path.to_owned(), headers: vec![], body: body.into() };
        assert_eq!(browser.send(request).await.location(), "/account/factors", "{method} {path}");
    }
    browser.page("/account/factors").await.says("You signed in with a recovery code").says("9 left, 1 used");
    assert_eq!(browser.submit("/account/factors", "/account/factors/review", &[]).await.location(), "/apps");
    browser.page("/apps").await;
    let (_, again) = with_code(&site, &codes[3]).await;
    assert_eq!(again.status, 422);
    again.says("was used already");
    let ((_, one), (_, two)) = tokio::join!(with_code(&site, &codes[4]), with_code(&site, &codes[4]));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 422]);
    let told: Vec<String> = site.entries().await.into_iter().map(|e| e.action).collect();
    assert!(told.contains(&"session.code".to_owned()) && told.contains(&"factor.review".to_owned()), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn new_codes_make_the_old_ones_void() {
    let site = Site::start().await;
    let admin = site.admin().await;
    let (_, old) = site.add_phone(&admin).await;
    let renewed = admin.submit("/account/factors", "/account/factors/codes", &[]).await;
    let new = recovery_codes(&renewed);
    assert!(new.iter().all(|code| !old.contains(code)));
    assert_eq!(with_code(&site, &old[0]).await.1.status, 422);
    assert_eq!(with_code(&site, &new[0]).await.1.location(), "/account/factors");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_of_a_factor_is_found_in_the_data_folder_or_on_a_page() {
    let site = Site::start().await;
    let admin = site.admin().await;
    let (phone, codes) = site.add_phone(&admin).await;
    with_code(&site, &codes[0]).await.1.location();
    with_code(&site, &codes[1]).await.1.location();
    let bare = |text: &str| text.replace([' ', '-'], "");
    let mut canaries: Vec<Vec<u8>> = vec![phone.bytes().to_vec(), phone.secret.clone().into(), bare(&phone.secret).into()];
    canaries.extend(codes.iter().flat_map(|code| [code.clone().into_bytes(), bare(code).into_bytes()]));
    let mut places: Vec<(String, Vec<u8>)> = vec![];
    for name in ["canteen.db", "canteen.db-wal"] {
        places.push((name.to_owned(), std::fs::read(site.data().join(name)).unwrap()));
    }
    for path in ["/account/factors", "/account/factors/app", "/audit", "/apps"] {
        places.push((path.to_owned(), admin.page(path).await.body.into_bytes()));
    }
    for entry in site.entries().await {
        places.push((format!("entry {}", entry.seq), format!("{:?}", entry.particulars).into_bytes()));
    }
    for (place, bytes) in &places {
        let found = canaries.iter().filter(|c| bytes.windows(c.len()).any(|w| w == c.as_slice())).count();
        assert_eq!(found, 0, "{place} holds a secret");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_key_the_dashboard_does_not_start_and_says_what_to_do() {
    let site = Site::start().await;
    let key = site.data().join("keys/data.key");
    std::fs::remove_file(&key).unwrap();
    data_key(&site.settings, &site.store).await.map(drop).expect("nothing is encrypted yet, so another key does as well");
    std::fs::remove_file(&key).unwrap();
    let site = Site::start().await;
    site.add_phone(&site.admin().await).await;
    let key = site.data().join("keys/data.key");
    for other in [None, Some([7; 32])] {
        match other {
            None => std::fs::remove_file(&key).unwrap(),
            Some(bytes) => {
                std::fs::write(&key, bytes).unwrap();
                std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
            }
        }
        let refused = data_key(&site.settings, &site.store).await.err().unwrap();
        assert!(matches!(refused, DataKeyError::Lost(_)), "{refused}");
        assert!(refused.to_string().contains("canteen member reset-factors NAME"), "{refused}");
    }
    let may = Grant::<EditMember>::judge(Actor::System("command line"), Target::Site).unwrap();
    site.store.commit(&may, ResetFactors { name: "ana".to_owned() }).await.unwrap();
    data_key(&site.settings, &site.store).await.map(drop).unwrap();
    site.admin().await;
}
