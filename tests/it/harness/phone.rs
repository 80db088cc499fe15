//! An authenticator app, by another implementation than the dashboard's own use of it: it knows nothing but what the page shows.

use canteen::clock::{Clock as _, Millis};
use totp_rs::{Builder, Secret, Totp};

use super::{Answer, Browser, Site};

const STEP_MS: Millis = 30_000;

/// Somebody's phone.
pub(crate) struct Phone {
    app: Totp,
    /// The secret as the page showed it.
    pub(crate) secret: String,
}

impl Phone {
    /// Scans what a page shows.
    pub(crate) fn scan(page: &Answer) -> Self {
        let secret = page.between("id=\"totp-secret\" translate=\"no\">", "<").unwrap();
        let bare = secret.replace(' ', "");
        let app = Builder::new().with_secret(Secret::try_from_base32(&bare).unwrap()).build_noncompliant();
        Self { app, secret }
    }

    /// What it shows at this time.
    pub(crate) fn code(&self, at: Millis) -> String {
        self.app.generate(u64::try_from(at / 1000).unwrap()).to_string()
    }

    /// The bytes that it shares with the dashboard.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.app.secret().as_bytes()
    }
}

impl Site {
    /// Adds an app to the account of this browser; with it come recovery codes.
    pub(crate) async fn add_phone(&self, browser: &Browser) -> (Phone, Vec<String>) {
        let page = browser.page("/account/factors/app").await;
        let phone = Phone::scan(&page);
        let fields = [("sealed", sealed(&page)), ("code", phone.code(self.clock.now()))];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let added = browser.post(&page, "/account/factors/app", &fields).await;
        assert_eq!(added.status, 200, "{}", added.text());
        self.next_code();
        (phone, recovery_codes(&added))
    }

    /// Puts the clock to the beginning of the next step.
    pub(crate) fn next_code(&self) {
        self.clock.advance(STEP_MS - self.clock.now() % STEP_MS + 100);
    }
}

/// The hidden field of the page that adds an app.
pub(crate) fn sealed(page: &Answer) -> String {
    page.between("name=\"sealed\" value=\"", "\"").unwrap()
}

/// The codes that a page shows.
pub(crate) fn recovery_codes(page: &Answer) -> Vec<String> {
    let list = page.between("id=\"recovery-codes\"", "</pre>").unwrap();
    let codes: Vec<String> = list.split_once('>').unwrap().1.split_whitespace().map(str::to_owned).collect();
    assert_eq!(codes.len(), 10, "{codes:?}");
    codes
}
