//! How far a page has read, task by task: clocks of nodes differ, so one time is not enough.

use std::collections::BTreeMap;
use std::fmt;

use super::line::{Line, Nanos};

/// Tasks that are remembered by themselves. Those that wrote last are.
const MOST_TASKS: usize = 40;
/// Characters of a task's id, from its end.
const ID: usize = 8;

/// The newest line that was seen of each task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// Of tasks that are not remembered by themselves.
    floor: Nanos,
    tasks: BTreeMap<String, Nanos>,
}

impl Cursor {
    /// Notes that this line was seen.
    pub fn note(&mut self, line: &Line) {
        let newest = self.tasks.entry(short(&line.task)).or_insert(line.at);
        *newest = line.at.max(*newest);
        if self.tasks.len() > MOST_TASKS
            && let Some((task, at)) = self.tasks.iter().min_by_key(|(_, at)| **at).map(|(task, at)| (task.clone(), *at))
        {
            self.tasks.remove(&task);
            self.floor = self.floor.max(at);
        }
    }

    /// Whether lines of this task were seen.
    pub fn knows(&self, task: &str) -> bool {
        self.tasks.contains_key(&short(task))
    }

    /// Whether this line comes after those that were seen.
    pub fn is_behind(&self, line: &Line) -> bool {
        line.at > self.tasks.get(&short(&line.task)).copied().unwrap_or(self.floor)
    }

    /// Reads what [`fmt::Display`] wrote; `None` of anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('~');
        let mut cursor = Self { floor: number(parts.next()?)?, tasks: BTreeMap::new() };
        for part in parts.take(MOST_TASKS) {
            let (task, at) = part.split_once('.')?;
            cursor.tasks.insert(task.to_owned(), number(at)?);
        }
        Some(cursor)
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:x}", self.floor)?;
        self.tasks.iter().try_for_each(|(task, at)| write!(out, "~{task}.{at:x}"))
    }
}

fn number(text: &str) -> Option<Nanos> {
    Nanos::from_str_radix(text, 16).ok()
}

/// Letters and digits only, as the cursor travels in addresses.
fn short(task: &str) -> String {
    let plain: Vec<char> = task.chars().filter(char::is_ascii_alphanumeric).collect();
    plain.iter().skip(plain.len().saturating_sub(ID)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(task: &str, at: Nanos) -> Line {
        Line { at, task: task.to_owned(), ..Line::default() }
    }

    #[test]
    fn each_task_has_its_own_clock() {
        let mut cursor = Cursor::default();
        cursor.note(&line("aaaaaaaaaaaaaaaaa1", 500));
        cursor.note(&line("aaaaaaaaaaaaaaaaa2", 300));
        let read = Cursor::parse(&cursor.to_string()).unwrap();
        assert_eq!(read, cursor);
        assert!(read.is_behind(&line("aaaaaaaaaaaaaaaaa2", 400)) && !read.is_behind(&line("aaaaaaaaaaaaaaaaa1", 500)));
        assert!(read.is_behind(&line("another", 1)) && !read.knows("another") && read.knows("aaaaaaaaaaaaaaaaa2"));
        assert_eq!(["", "x", "1~", "1~a", "1~a.z"].map(Cursor::parse), [const { None }; 5]);
    }

    #[test]
    fn of_very_many_tasks_the_silent_ones_share_a_time() {
        let mut cursor = Cursor::default();
        (0..100).for_each(|n| cursor.note(&line(&format!("task{n}"), n)));
        assert_eq!((cursor.tasks.len(), cursor.floor), (MOST_TASKS, 59));
        assert!(!cursor.is_behind(&line("task3", 3)) && cursor.is_behind(&line("fresh", 60)));
    }
}
