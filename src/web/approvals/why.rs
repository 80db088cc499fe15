//! Why something is asked for, where what was typed can't be kept: the question once more. The rest of the form waits meanwhile as it
//! does while a password is given again, so no secret value travels back to the browser.

use actix_web::{HttpResponse, ResponseError as _};
use askama::Template;

use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::page::{page_with, shell};
use crate::web::shell::{Nav, Problems, Shell};
use crate::web::visit::{Visit, WHY_FIELD};

use super::{LONGEST, fits, one_line};

/// The question.
#[derive(Debug, Clone, Template)]
#[template(path = "approvals/why.html")]
pub struct WhyView {
    pub shell: Shell,
    /// Where the form was sent to, and goes again.
    pub to: String,
    /// The ticket of what waits of it.
    pub keep: String,
    /// What was typed.
    pub why: String,
    pub problems: Problems,
}

/// Whether the reason that came with a form can be kept.
///
/// # Errors
/// It can't; the wall asks again.
pub(in crate::web) fn check(visit: &Visit) -> Result<(), Failure> {
    if fits(&one_line(&visit.why)) { Ok(()) } else { Err(Failure::WhyTooLong) }
}

/// Keeps the form that came, and asks again. Without room nothing is kept, and the whole form has to be typed again.
pub(in crate::web) async fn ask(site: &Site, visit: &Visit) -> Result<HttpResponse, Failure> {
    let doing = "say why you ask for it";
    let keep = site.kept.keep(visit, doing, site.store.clock().now()).ok_or(Failure::WhyTooLong)?;
    let mut problems = Problems::none();
    problems.add(WHY_FIELD, wrong());
    let shell = shell(site, visit, Failure::WhyTooLong.title(), Nav::Approvals).await;
    let view = WhyView { shell, to: visit.here.clone(), keep, why: visit.why.clone(), problems };
    page_with(Failure::WhyTooLong.status_code(), &view)
}

fn wrong() -> String {
    format!("Write {LONGEST} characters at most, in letters that can be shown")
}

#[cfg(any(test, feature = "testing"))]
impl WhyView {
    pub fn samples() -> Vec<Self> {
        let mut problems = Problems::none();
        problems.add(WHY_FIELD, wrong());
        let (shell, to) = (Shell::sample(Failure::WhyTooLong.title(), Nav::Approvals), "/apps/wiki.example.org/restart".to_owned());
        vec![Self { shell, to, keep: "x".to_owned(), why: "the <wiki> is slow ".repeat(40), problems }]
    }
}
