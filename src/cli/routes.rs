use canteen::web::guard::Need;
use canteen::web::routes::routes;

use super::say;

/// Prints the table of routes.
pub(super) fn print() {
    for entry in routes().entries() {
        let need = match entry.need {
            Need::Nothing => "public".to_owned(),
            Need::Right(action, _) => action.as_str().to_owned(),
        };
        say(&format!("{}\t{}\t{need}", entry.method, entry.path));
    }
}
