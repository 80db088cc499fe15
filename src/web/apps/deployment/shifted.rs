//! A version that changed after it was published: told before anything is made of it, and an extra tick to go on.

use crate::store::tag_alarms::TagAlarm;
use crate::web::Site;
use crate::web::failure::Failure;
use crate::web::recipes::alarms::what;
use crate::web::shell::Problems;

/// What was found about a version and no admin has looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shifted {
    /// A sentence each; empty if there is nothing to tell.
    pub lines: Vec<String>,
    /// The newest of them: what is found after the page was shown is not ticked with it.
    pub newest: i32,
    /// Where an admin says that it is all right for everybody.
    pub recipe: String,
    /// Whether the box was ticked.
    pub accepted: bool,
}

impl Shifted {
    /// What is open about a version of a recipe.
    pub(in crate::web::apps) async fn of(site: &Site, recipe: &str, version: &str) -> Result<Self, Failure> {
        let open = site.store.open_alarms(recipe, version).await?;
        let line = |alarm: &TagAlarm| format!("{} {}", alarm.tag, what(alarm));
        let newest = open.first().map(|alarm| alarm.id).unwrap_or_default();
        Ok(Self { lines: open.iter().map(line).collect(), newest, recipe: recipe.to_owned(), accepted: false })
    }

    /// Takes what the form says of it: the number that the ticked box carries.
    pub(in crate::web::apps) fn ticked(&mut self, sent: &str, problems: &mut Problems) {
        self.accepted = sent.parse::<i32>().is_ok_and(|newest| newest >= self.newest);
        if !self.lines.is_empty() && !self.accepted {
            problems.add("shifted", "The version changed after it was published; tick the box if you want to go on all the same");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_found_after_the_page_was_shown_is_not_ticked_with_it() {
        for (sent, newest, passes) in
            [("7", 7, true), ("8", 7, true), ("6", 7, false), ("", 7, false), ("on", 7, false), ("-1", 7, false)]
        {
            let mut shifted = Shifted { lines: vec!["1.0.0+1 is gone".to_owned()], newest, ..Shifted::default() };
            let mut problems = Problems::none();
            shifted.ticked(sent, &mut problems);
            assert_eq!((problems.is_empty(), shifted.accepted), (passes, passes), "{sent}");
        }
        let mut problems = Problems::none();
        Shifted::default().ticked("", &mut problems);
        assert!(problems.is_empty(), "nothing to tick");
    }
}
