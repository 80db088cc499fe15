//! `COMPOSE_FILE`: which compose files of the recipe an app uses, and switching overlays on and off.

use super::{
    error::EnvError,
    file::{Entry, EnvFile},
    lexer::{Assignment, Piece},
};

const KEY: &str = "COMPOSE_FILE";
const BASE: &str = "compose.yml";
/// No recipe comes near; a list made to be long would only cost time.
const MOST_FILES: usize = 100;

impl EnvFile {
    /// The compose files in order, relative to the recipe; `compose.yml` alone when the variable is not set.
    ///
    /// Fails at the line that puts a wrong file into the list, and at one whose overlay a later line drops again.
    pub fn compose_files(&self) -> Result<Vec<String>, EnvError> {
        let lines: Vec<(&Assignment, &Entry)> =
            self.assignments().zip(self.entries()).filter(|(found, _)| found.key == KEY).collect();
        // The last line that starts the list anew, and those that append to it.
        let chain = lines.iter().rposition(|(found, _)| appended(found).is_none()).unwrap_or(0);
        let mut files = vec![BASE.to_owned()];
        for (_, entry) in lines.iter().skip(chain) {
            files = listed(entry)?;
        }
        let mut before = "";
        for (found, entry) in lines.iter().take(chain) {
            if appended(found).is_some()
                && let Some(added) = entry.value.strip_prefix(before).and_then(|rest| rest.strip_prefix(':'))
                && added.split(':').any(|file| files.iter().all(|known| known != file))
            {
                let anew = lines.get(chain).map_or(0, |(found, _)| found.line);
                return Err(EnvError::new(
                    entry.line,
                    format!("COMPOSE_FILE gets {added} here and loses it again in line {anew}, which starts the list anew"),
                    format!("move this line below line {anew}, or put a # before it"),
                ));
            }
            before = &entry.value;
        }
        Ok(files)
    }

    /// The overlay files that have a line of their own in force, in file order.
    pub fn appended_compose_files(&self) -> Vec<String> {
        self.assignments().filter_map(appended).map(str::to_owned).collect()
    }

    /// Switches an overlay on: takes the `#` from its line if the file offers one below the base line, else adds a line below
    /// the last assignment of `COMPOSE_FILE`. Nothing happens when the overlay is on already, or is no plain path inside the
    /// recipe.
    pub fn append_compose_file(&mut self, overlay: &str) {
        let on = self.get(KEY).unwrap_or_default();
        let is_on = |file| on.split(':').any(|known| known == file);
        if overlay.split(':').all(is_on) || !overlay.split(':').all(is_plain) {
            return;
        }
        let is_base = |found: &&Assignment| found.key == KEY && appended(found).is_none();
        let base = self.assignments().filter(is_base).last().map(|found| found.line);
        let last = self.assignment(KEY).map(|found| found.whole.end);
        let offered = self.pieces.iter().find_map(|piece| match piece {
            // Above the base line it would be lost again, for the base line starts the list anew.
            Piece::Dormant { mark, assignment } if appended(assignment) == Some(overlay) => {
                base.is_some_and(|base| base < assignment.line).then(|| mark.clone())
            }
            _ => None,
        });
        match (offered, last) {
            (Some(mark), _) => self.replace(mark.start, mark.end, ""),
            (None, Some(end)) => {
                let line = format!("{}{KEY}=\"${KEY}:{overlay}\"", self.line_break());
                self.replace(end, end, &line);
            }
            (None, None) => self.append_line(&format!("{KEY}=\"{BASE}:{overlay}\"")),
        }
    }

    /// Switches an overlay off by commenting its own line out. Files that the base line names stay.
    pub fn remove_compose_file(&mut self, overlay: &str) {
        self.comment_out(|found| appended(found) == Some(overlay));
    }
}

/// The files that the list names at one of its lines.
fn listed(entry: &Entry) -> Result<Vec<String>, EnvError> {
    let fault = |what: String, hint: &str| Err(EnvError::new(entry.line, what, hint));
    let mut files: Vec<String> = Vec::new();
    for file in entry.value.split(':') {
        if file.is_empty() {
            return fault(
                "COMPOSE_FILE has an empty element".to_owned(),
                "set COMPOSE_FILE=\"compose.yml\" above the lines that append to it, and write one : between two files",
            );
        }
        if !is_inside_recipe(file) {
            return fault(
                format!("COMPOSE_FILE names {file:?}, which is no file inside the recipe"),
                "name compose files relative to the recipe, without .. and without a / in front",
            );
        }
        if files.iter().any(|known| known == file) {
            return fault(format!("COMPOSE_FILE names {file} twice"), "remove one of the two");
        }
        if files.len() == MOST_FILES {
            return fault(format!("COMPOSE_FILE names more than {MOST_FILES} files"), "remove the overlays that are not needed");
        }
        files.push(file.to_owned());
    }
    if files.first().is_none_or(|first| first != BASE) {
        return fault(
            "COMPOSE_FILE does not begin with compose.yml".to_owned(),
            "put the line COMPOSE_FILE=\"compose.yml\" above the lines of the overlays",
        );
    }
    Ok(files)
}

/// What `COMPOSE_FILE="$COMPOSE_FILE:…"` appends.
pub fn appended_overlay(raw: &str) -> Option<&str> {
    let behind = raw.strip_prefix("$COMPOSE_FILE:").or_else(|| raw.strip_prefix("${COMPOSE_FILE}:"))?;
    (!behind.is_empty()).then_some(behind)
}

fn appended(found: &Assignment) -> Option<&str> {
    if found.key == KEY { appended_overlay(&found.raw) } else { None }
}

/// True for a path that needs no quoting: the name comes from a form.
fn is_plain(file: &str) -> bool {
    is_inside_recipe(file) && !file.contains(['"', '\'', '`', '$', '#']) && !file.contains(char::is_whitespace)
}

fn is_inside_recipe(file: &str) -> bool {
    !file.chars().any(|c| c.is_control() || c == '\\') && file.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_compose_files_accumulates_or_is_refused_with_its_line() {
        let base = "COMPOSE_FILE=\"compose.yml\"\n";
        let mail = "COMPOSE_FILE=\"$COMPOSE_FILE:compose.mail.yml\"\n";
        let both = vec!["compose.yml".to_owned(), "compose.mail.yml".to_owned()];
        for (text, files) in [
            (String::new(), Ok(vec!["compose.yml".to_owned()])),
            (format!("{base}{mail}"), Ok(both.clone())),
            (format!("{base}#{mail}COMPOSE_FILE=\"${{COMPOSE_FILE}}:compose.mail.yml\""), Ok(both.clone())),
            ("COMPOSE_FILE=compose.yml:a/b.yml".to_owned(), Ok(vec!["compose.yml".to_owned(), "a/b.yml".to_owned()])),
            (mail.to_owned(), Err("line 1: COMPOSE_FILE has an empty element")),
            (format!("{mail}{base}"), Err("line 1: COMPOSE_FILE gets compose.mail.yml here and loses it again in line 2")),
            (format!("{base}{mail}{base}"), Err("line 2: COMPOSE_FILE gets compose.mail.yml here and loses it again in line 3")),
            (format!("{mail}{base}{mail}"), Ok(both)),
            (format!("{mail}{base}{mail}{mail}"), Err("line 4: COMPOSE_FILE names compose.mail.yml twice")),
            ("\nCOMPOSE_FILE=compose.mail.yml".to_owned(), Err("line 2: COMPOSE_FILE does not begin with compose.yml")),
            ("COMPOSE_FILE=compose.yml:a/../../x.yml".to_owned(), Err("line 1: COMPOSE_FILE names \"a/../../x.yml\"")),
            ("COMPOSE_FILE=compose.yml:/etc/x".to_owned(), Err("line 1: COMPOSE_FILE names \"/etc/x\"")),
            ("COMPOSE_FILE=".to_owned(), Err("line 1: COMPOSE_FILE has an empty element")),
        ] {
            match (EnvFile::parse(&text).unwrap().compose_files(), files) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{text}"),
                (Err(found), Err(says)) => assert!(found.to_string().starts_with(says) && !found.hint.is_empty(), "{found}"),
                (found, expected) => panic!("{text}: {found:?} instead of {expected:?}"),
            }
        }
    }

    #[test]
    fn an_overlay_is_switched_on_where_the_sample_offers_it_and_off_again() {
        let base = "COMPOSE_FILE=\"compose.yml\"";
        let mail = "COMPOSE_FILE=\"$COMPOSE_FILE:compose.mail.yml\"";
        for (text, on) in [
            (format!("{base}\n# mail\n# {mail} # note\nX=1"), format!("{base}\n# mail\n{mail} # note\nX=1")),
            (format!("#{mail}\n{base} # note\nX=1\n"), format!("#{mail}\n{base} # note\n{mail}\nX=1\n")),
            ("X=1".to_owned(), "X=1\nCOMPOSE_FILE=\"compose.yml:compose.mail.yml\"\n".to_owned()),
            (format!("{base}\r\nX=1\r\n"), format!("{base}\r\n{mail}\r\nX=1\r\n")),
            (format!("{base}\n{mail}\n"), format!("{base}\n{mail}\n")),
        ] {
            let mut file = EnvFile::parse(&text).unwrap();
            file.append_compose_file("compose.mail.yml");
            assert_eq!(file.text(), on);
            assert_eq!(file.compose_files().unwrap(), ["compose.yml", "compose.mail.yml"]);
            file.remove_compose_file("compose.mail.yml");
            assert_eq!(file.compose_files().unwrap().len(), if file.text() == on { 2 } else { 1 });
        }
    }
    #[test]
    fn an_overlay_cannot_smuggle_lines_in() {
        for overlay in ["x.yml\"\nX=1", "../x.yml", "", "a.yml:", "/x", "$HOME", "a b"] {
            let mut file = EnvFile::parse("COMPOSE_FILE=compose.yml\n").unwrap();
            file.append_compose_file(overlay);
            assert_eq!(file.text(), "COMPOSE_FILE=compose.yml\n", "{overlay:?}");
        }
    }
}
