use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;

use super::own;
use super::show::wrong_mail;
use crate::access::Grant;
use crate::access::action::ChangeMail;
use crate::commands::account_mail::{AskMail, DropMail};
use crate::mail::is_address;
use crate::store::Denied;
use crate::store::sessions::token_hash;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::form::Form;
use crate::web::page::see_other;
use crate::web::setup::sentence;
use crate::web::throttle::By;
use crate::web::visit::Visit;

/// What the form sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailForm {
    mail: String,
}

/// Asks for a letter that confirms an address, or takes the address away.
pub async fn mail(
    may: Grant<ChangeMail>,
    Form(form): Form<MailForm>,
    visit: Visit,
    site: Data<Site>,
) -> Result<HttpResponse, Failure> {
    let (member_id, name, _) = own(&visit)?;
    let mail = form.mail.trim().to_owned();
    if mail.is_empty() {
        site.store.commit(&may, DropMail { member_id }).await?;
        return see_other("/account?done=no-mail");
    }
    if !is_address(&mail) {
        return wrong_mail(&site, &visit, mail, "This is no mail address; write it as ana@example.org").await;
    }
    // Each counts: nobody fills a letter box by it.
    let (tries, now) = (format!("mail {name}"), site.store.clock().now());
    site.throttle.try_now(By::Device(&tries), &visit.ip, now).map_err(Failure::TooMany)?;
    site.throttle.wrong(By::Device(&tries), now);
    let seed = crate::random::bytes::<32>().to_vec();
    let token = site.post.token(&seed).map_err(|e| Failure::broken(e.to_string()))?;
    match site.store.commit(&may, AskMail { member_id, mail: mail.clone(), token_hash: token_hash(&token), seed }).await {
        Ok(()) => see_other("/account?done=asked"),
        Err(Denied::Rule { text, .. }) => wrong_mail(&site, &visit, mail, &sentence(&text)).await,
        Err(other) => Err(other.into()),
    }
}
