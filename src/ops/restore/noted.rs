//! How many tasks the services had that a restore stops, as the journal keeps it.

use serde::{Deserialize, Serialize};

use crate::backup::restore::Tasks;

#[derive(Serialize, Deserialize)]
struct Row {
    /// The short name.
    service: String,
    /// Absent for a service that has a task on each node.
    tasks: Option<u64>,
}

pub(super) fn write(noted: &[(String, Tasks)]) -> String {
    let row = |(service, tasks): &(String, Tasks)| {
        let tasks = match tasks {
            Tasks::Replicated(number) => Some(*number),
            // Jobs are never stopped.
            Tasks::Global | Tasks::Job => None,
        };
        Row { service: service.clone(), tasks }
    };
    serde_json::to_string(&noted.iter().map(row).collect::<Vec<_>>()).unwrap_or_default()
}

/// What [`write`] wrote.
pub(super) fn read(text: &str) -> Vec<(String, Tasks)> {
    let rows: Vec<Row> = serde_json::from_str(text).unwrap_or_default();
    rows.into_iter().map(|row| (row.service, row.tasks.map_or(Tasks::Global, Tasks::Replicated))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_were_written() {
        let noted = vec![("app".to_owned(), Tasks::Replicated(3)), ("agent".to_owned(), Tasks::Global)];
        assert_eq!(read(&write(&noted)), noted);
        assert_eq!(read("nothing of ours"), []);
    }
}
