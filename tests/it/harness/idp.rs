//! An identity provider as small as can be, which can be told to lie.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD as BASE64};
use canteen::clock::Clock as _;
use openidconnect::core::{CoreHmacKey, CoreJwsSigningAlgorithm as Algorithm, CoreRsaPrivateSigningKey};
use openidconnect::{JsonWebKeyId, PrivateSigningKey as _};
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::clock::Ahead;
use super::{Answer, Browser, Site};

const CLIENT: &str = "canteen";
pub(crate) const CLIENT_SECRET: &str = "a client secret & more: ü";
const RSA: &str = include_str!("../../data/sso/rsa.pem");

/// How an ID token is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signed {
    Rs256,
    Es256,
    EdDsa,
    /// By another key than the one that is shown, under its name.
    Stranger,
    StrangerEdDsa,
    /// By a key that was not shown when the keys were asked for first.
    Later,
    /// Not at all.
    None,
    /// With the public key, or with the client secret, as if it were a shared one.
    PublicKey,
    ClientSecret,
}

type Bend = Arc<dyn Fn(&mut Value) + Send + Sync>;

/// The provider. Everything can be bent while it runs.
#[derive(Clone)]
pub(crate) struct Idp {
    pub(crate) issuer: String,
    state: Arc<Mutex<State>>,
}

struct State {
    clock: Arc<Ahead>,
    issuer: String,
    /// Claims about who signs in next.
    person: Value,
    signed: Signed,
    metadata: Bend,
    claims: Bend,
    /// What every address answers instead, whole.
    instead: Option<Vec<u8>>,
    /// Codes that were given out, with what they were asked for.
    codes: HashMap<String, HashMap<String, String>>,
    given: usize,
    asked: Vec<String>,
}

impl Idp {
    pub(crate) async fn start(site: &Site) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://127.0.0.1:{}/realms/co-op", listener.local_addr().unwrap().port());
        let state = State {
            clock: Arc::clone(&site.clock),
            issuer: issuer.clone(),
            person: json!({ "sub": "f3:ana", "preferred_username": "ana.at.home" }),
            signed: Signed::Rs256,
            metadata: Arc::new(|_| ()),
            claims: Arc::new(|_| ()),
            instead: None,
            codes: HashMap::new(),
            given: 0,
            asked: vec![],
        };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(talk(socket, Arc::clone(&shared)));
            }
        });
        Self { issuer, state }
    }

    /// Who signs in next, as claims.
    pub(crate) fn person(&self, claims: Value) {
        self.state.lock().unwrap().person = claims;
    }

    pub(crate) fn sign(&self, signed: Signed) {
        self.state.lock().unwrap().signed = signed;
    }

    /// Changes each ID token before it is signed.
    pub(crate) fn bend(&self, bend: impl Fn(&mut Value) + Send + Sync + 'static) {
        self.state.lock().unwrap().claims = Arc::new(bend);
    }

    /// Changes the discovery document.
    pub(crate) fn bend_metadata(&self, bend: impl Fn(&mut Value) + Send + Sync + 'static) {
        self.state.lock().unwrap().metadata = Arc::new(bend);
    }

    /// Answers everything with this.
    pub(crate) fn instead(&self, answer: Option<&[u8]>) {
        self.state.lock().unwrap().instead = answer.map(<[u8]>::to_vec);
    }

    /// The paths that were asked for.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.state.lock().unwrap().asked.clone()
    }

    /// What a person does there: signs in, and is sent back. The path at the dashboard.
    pub(crate) fn sign_in(&self, address: &str) -> String {
        let (start, query) = address.split_once('?').unwrap();
        assert_eq!(start, format!("{}/auth", self.issuer));
        let asked: HashMap<String, String> = serde_urlencoded::from_str(query).unwrap();
        assert_eq!((asked["response_type"].as_str(), asked["client_id"].as_str()), ("code", CLIENT));
        assert_eq!(asked["code_challenge_method"], "S256");
        assert!(asked["scope"].split(' ').any(|s| s == "openid"), "{asked:?}");
        let path = asked["redirect_uri"].splitn(4, '/').nth(3).unwrap().to_owned();
        let mut state = self.state.lock().unwrap();
        let code = format!("code-{}", state.given);
        state.given += 1;
        let back = serde_urlencoded::to_string([("state", &asked["state"]), ("code", &code)]).unwrap();
        state.codes.insert(code, asked);
        format!("/{path}?{back}")
    }

    /// Has the dashboard use this provider.
    pub(crate) async fn set(&self, admin: &Browser, more: &[(&str, &str)]) {
        let saved = self.save(admin, more).await;
        assert_eq!(saved.location(), "/settings/sign-in?done=saved");
    }

    /// Sends the form of the settings.
    pub(crate) async fn save(&self, admin: &Browser, more: &[(&str, &str)]) -> Answer {
        let mut fields =
            vec![("issuer", self.issuer.as_str()), ("client_id", CLIENT), ("client_secret", CLIENT_SECRET), ("label", "the co-op")];
        fields.retain(|(name, _)| more.iter().all(|(n, _)| n != name));
        fields.extend(more);
        admin.submit("/settings/sign-in", "/settings/sign-in", &fields).await
    }

    /// Goes there by this link of the dashboard and comes back.
    pub(crate) async fn visit(&self, browser: &Browser, link: &str) -> Answer {
        let away = browser.get(link).await;
        browser.get(&self.sign_in(away.location())).await
    }
}

impl State {
    fn answer(&mut self, path: &str, head: &str, body: &str) -> (u16, Value) {
        match path {
            "/realms/co-op/.well-known/openid-configuration" => {
                let at = |end: &str| format!("{}/{end}", self.issuer);
                let mut metadata = json!({
                    "issuer": self.issuer, "authorization_endpoint": at("auth"), "token_endpoint": at("token"),
                    "jwks_uri": at("keys"), "response_types_supported": ["code"], "subject_types_supported": ["public"],
                    "id_token_signing_alg_values_supported": ["RS256", "ES256", "EdDSA"], "code_challenge_methods_supported": ["S256"],
                });
                (self.metadata)(&mut metadata);
                (200, metadata)
            }
            "/realms/co-op/keys" => (200, json!({ "keys": self.keys() })),
            "/realms/co-op/token" => self.token(head, body),
            _ => (404, json!({})),
        }
    }

    fn keys(&self) -> Vec<Value> {
        let rsa = |kid: &str| serde_json::to_value(rsa(kid).as_verification_key()).unwrap();
        let point = ec(7).verifying_key().to_sec1_point(false);
        let (x, y) = (BASE64.encode(point.x().unwrap()), BASE64.encode(point.y().unwrap()));
        let ec = json!({ "kty": "EC", "crv": "P-256", "kid": "ec", "use": "sig", "alg": "ES256", "x": x, "y": y });
        let x = BASE64.encode(ed(7).verifying_key().as_bytes());
        let ed = json!({ "kty": "OKP", "crv": "Ed25519", "kid": "ed", "use": "sig", "alg": "EdDSA", "x": x });
        let mut keys = vec![rsa("rsa"), ec, ed];
        if self.signed == Signed::Later {
            keys.push(rsa("later"));
        }
        keys
    }

    /// A code counts once, and only for whoever asked for it.
    fn token(&mut self, head: &str, body: &str) -> (u16, Value) {
        let form: HashMap<String, String> = serde_urlencoded::from_str(body).unwrap();
        let escape = |text: &str| serde_urlencoded::to_string([("", text)]).unwrap().split_off(1);
        let basic = BASE64_STANDARD.encode(format!("{}:{}", escape(CLIENT), escape(CLIENT_SECRET)));
        if !head.lines().any(|line| line.eq_ignore_ascii_case(&format!("authorization: Basic {basic}"))) {
            return (401, json!({ "error": "invalid_client" }));
        }
        let asked = self.codes.remove(&form["code"]);
        let challenge = BASE64.encode(Sha256::digest(form["code_verifier"].as_bytes()));
        let Some(asked) = asked.filter(|a| a["code_challenge"] == challenge && a["redirect_uri"] == form["redirect_uri"]) else {
            return (400, json!({ "error": "invalid_grant" }));
        };
        let now = self.clock.now() / 1000;
        let mut claims = json!({
            "iss": self.issuer, "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": asked["nonce"], "auth_time": now,
        });
        claims.as_object_mut().unwrap().extend(self.person.as_object().unwrap().clone());
        (self.claims)(&mut claims);
        (200, json!({ "access_token": "x", "token_type": "Bearer", "expires_in": 300, "id_token": self.jwt(&claims) }))
    }

    fn jwt(&self, claims: &Value) -> String {
        let (alg, kid) = match self.signed {
            Signed::Rs256 | Signed::Stranger => ("RS256", "rsa"),
            Signed::Later => ("RS256", "later"),
            Signed::Es256 => ("ES256", "ec"),
            Signed::EdDsa | Signed::StrangerEdDsa => ("EdDSA", "ed"),
            Signed::None => ("none", "rsa"),
            Signed::PublicKey | Signed::ClientSecret => ("HS256", "rsa"),
        };
        let part = |value: &Value| BASE64.encode(value.to_string());
        let text = format!("{}.{}", part(&json!({ "alg": alg, "kid": kid, "typ": "JWT" })), part(claims));
        let bytes = text.as_bytes();
        let shared = |key: &[u8]| CoreHmacKey::new(key.to_vec()).sign(&Algorithm::HmacSha256, bytes).unwrap();
        let signature = match self.signed {
            Signed::Rs256 | Signed::Later => rsa(kid).sign(&Algorithm::RsaSsaPkcs1V15Sha256, bytes).unwrap(),
            Signed::Es256 => Signer::<Signature>::sign(&ec(7), bytes).to_bytes().to_vec(),
            Signed::EdDsa => ed25519_dalek::Signer::sign(&ed(7), bytes).to_vec(),
            Signed::StrangerEdDsa => ed25519_dalek::Signer::sign(&ed(8), bytes).to_vec(),
            Signed::Stranger => vec![7; 256],
            Signed::None => vec![],
            Signed::PublicKey => shared(&serde_json::to_vec(&rsa("rsa").as_verification_key()).unwrap()),
            Signed::ClientSecret => shared(CLIENT_SECRET.as_bytes()),
        };
        format!("{text}.{}", BASE64.encode(signature))
    }
}

fn rsa(kid: &str) -> CoreRsaPrivateSigningKey {
    CoreRsaPrivateSigningKey::from_pem(RSA, Some(JsonWebKeyId::new(kid.to_owned()))).unwrap()
}

fn ec(seed: u8) -> SigningKey {
    SigningKey::from_slice(&[seed; 32]).unwrap()
}

fn ed(seed: u8) -> ed25519_dalek::SigningKey {
    ed25519_dalek::SigningKey::from_bytes(&[seed; 32])
}

async fn talk(mut socket: TcpStream, state: Arc<Mutex<State>>) -> std::io::Result<()> {
    let mut raw = vec![];
    let (head, body) = loop {
        if socket.read_buf(&mut raw).await? == 0 {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&raw).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|l| l.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned));
        if body.len() >= length.map_or(0, |l| l.parse().unwrap()) {
            break (head.to_owned(), body.to_owned());
        }
    };
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let answer = {
        let mut state = state.lock().unwrap();
        state.asked.push(path.clone());
        if let Some(whole) = &state.instead {
            whole.clone()
        } else {
            let (status, json) = state.answer(&path, &head, &body);
            let text = json.to_string();
            let head = format!("HTTP/1.1 {status} x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n", text.len());
            format!("{head}connection: close\r\n\r\n{text}").into_bytes()
        }
    };
    socket.write_all(&answer).await?;
    socket.shutdown().await
}
