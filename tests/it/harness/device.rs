//! A device with a passkey, in memory; it answers as one in a browser does.

use serde_json::{Value, json};
use webauthn_authenticator_rs::WebauthnAuthenticator as _;
use webauthn_authenticator_rs::prelude::Url;
use webauthn_authenticator_rs::softpasskey::SoftPasskey;

use super::{Answer, Plan, Site};

pub(crate) const ORIGIN: &str = "http://localhost:8080";

/// A site that has a name, for passkeys belong to one and not to a number, and that may ask an identity provider on this machine.
pub(crate) async fn named() -> Site {
    let settings = vec![("CANTEEN_PUBLIC_URL", ORIGIN.to_owned()), ("CANTEEN_INTERNAL_HOSTS", "127.0.0.1".to_owned())];
    Site::with(Plan { settings, ..Plan::default() }).await
}

/// A device with one passkey.
pub(crate) struct Device {
    soft: SoftPasskey,
    /// The passkey's id and the handle of whose it is, which a device keeps.
    id: Value,
    pub(crate) handle: Value,
}

fn options(page: &Answer) -> Value {
    let text = page.between("data-options=\"", "\"").unwrap().replace("&#34;", "\"");
    serde_json::from_str(&text).unwrap()
}

pub(crate) fn ticket(page: &Answer) -> String {
    page.between("name=\"ticket\" value=\"", "\"").unwrap()
}

impl Device {
    /// Makes a passkey on the page that asks for one, at this address, and gives the answer that the script would send.
    pub(crate) fn made(page: &Answer, origin: &str) -> (Self, String) {
        let mut asked = options(page);
        let handle = asked["user"]["id"].clone();
        assert_eq!(asked["authenticatorSelection"]["residentKey"], "required");
        assert_eq!(asked["authenticatorSelection"]["userVerification"], "required");
        // The device in memory keeps nothing by itself.
        asked["authenticatorSelection"]["requireResidentKey"] = json!(false);
        let mut soft = SoftPasskey::new(true);
        let asked = serde_json::from_value(json!({ "publicKey": asked })).unwrap();
        let answer = soft.do_registration(Url::parse(origin).unwrap(), asked).unwrap();
        let answer = serde_json::to_value(&answer).unwrap();
        (Self { soft, id: answer["rawId"].clone(), handle }, answer.to_string())
    }

    /// The answer to the page that asks for any passkey.
    pub(crate) fn answer(&mut self, page: &Answer, origin: &str) -> String {
        let mut asked = options(page);
        assert_eq!((&asked["allowCredentials"], &asked["userVerification"]), (&json!([]), &json!("required")));
        asked["allowCredentials"] = json!([{ "type": "public-key", "id": self.id }]);
        let asked = serde_json::from_value(json!({ "publicKey": asked })).unwrap();
        let answer = self.soft.do_authentication(Url::parse(origin).unwrap(), asked).unwrap();
        let mut answer = serde_json::to_value(&answer).unwrap();
        answer["response"]["userHandle"] = self.handle.clone();
        answer.to_string()
    }
}
