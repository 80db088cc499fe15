//! The output of a command on its way into the journal: bytes become lines, secrets are hidden, and of very much only the beginning and
//! the end is kept.

use std::collections::VecDeque;

use sha2::{Digest as _, Sha256};

use crate::recipe::arguments::masked;
use crate::store::chain::hex;

/// Bytes that are kept from the beginning.
pub(super) const HEAD: usize = 192 * 1024;
/// Bytes that are kept from the end, if there is more.
pub(super) const TAIL: usize = 32 * 1024;
/// Bytes of one row of the journal, which holds several lines.
const ROW: usize = 1_900;
/// What a row weighs beside its text. Lines that come one by one, or from both streams in turn, make a row each, and an operation may
/// write only so many: without this the end of such an output would be missing from the journal.
const ROW_COST: usize = 128;
/// A line without an end is cut here.
const LONGEST: usize = 64 * 1024;

/// What marks a line of stderr in the file of an operation.
pub const STDERR: &str = "stderr: ";

/// Something for the journal.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Row {
    /// Lines of one stream.
    Text { stderr: bool, text: String },
    /// So many lines were left out here.
    Gap(usize),
}

/// What was written and is not in the journal yet.
pub(super) struct Output {
    secrets: Vec<String>,
    /// Beginnings of lines, of stdout and of stderr.
    open: [Vec<u8>; 2],
    batch: Option<(bool, String)>,
    ready: Vec<Row>,
    head: usize,
    tail: VecDeque<Kept>,
    tail_bytes: usize,
    left_out: usize,
    /// Of all of it, also of what is left out.
    sum: Sha256,
    bytes: u64,
}

/// A line of the end.
struct Kept {
    stderr: bool,
    text: String,
    /// What it weighs.
    size: usize,
}

impl Output {
    /// Nothing yet. These texts are hidden wherever they stand.
    pub(super) fn new(secrets: Vec<String>) -> Self {
        let open = [vec![], vec![]];
        Self {
            secrets,
            open,
            batch: None,
            ready: vec![],
            head: 0,
            tail: VecDeque::new(),
            tail_bytes: 0,
            left_out: 0,
            sum: Sha256::new(),
            bytes: 0,
        }
    }

    /// Takes what was written.
    pub(super) fn push(&mut self, stderr: bool, bytes: &[u8]) {
        for piece in bytes.split_inclusive(|b| *b == b'\n') {
            let [out, err] = &mut self.open;
            let open = if stderr { err } else { out };
            open.extend_from_slice(piece);
            if open.ends_with(b"\n") || open.len() > LONGEST {
                let line = std::mem::take(open);
                self.line(stderr, &line);
            }
        }
    }

    /// Whole lines that are ready, including those that would still wait for others.
    pub(super) fn flush(&mut self) -> Vec<Row> {
        self.close();
        std::mem::take(&mut self.ready)
    }

    /// Rows that are full.
    pub(super) fn full(&mut self) -> Vec<Row> {
        std::mem::take(&mut self.ready)
    }

    /// Everything that is left.
    pub(super) fn end(&mut self) -> Vec<Row> {
        for (at, line) in std::mem::take(&mut self.open).into_iter().enumerate() {
            if !line.is_empty() {
                self.line(at == 1, &line);
            }
        }
        self.close();
        if self.left_out > 0 {
            self.ready.push(Row::Gap(self.left_out));
        }
        for line in std::mem::take(&mut self.tail) {
            self.batch(line.stderr, &line.text);
        }
        self.flush()
    }

    /// Bytes of everything so far and their SHA-256, as the file of the operation would hold them: without secrets, with a mark before
    /// each line of stderr.
    pub(super) fn sum(&self) -> (u64, String) {
        (self.bytes, hex(&self.sum.clone().finalize()))
    }

    fn line(&mut self, stderr: bool, line: &[u8]) {
        let text = String::from_utf8_lossy(line);
        let text = masked(text.trim_end_matches(['\n', '\r']), &self.secrets);
        let mut rest = text.as_str();
        loop {
            let (piece, more) = rest.split_at(rest.floor_char_boundary(ROW));
            self.keep(stderr, piece);
            if more.is_empty() {
                break;
            }
            rest = more;
        }
    }

    fn keep(&mut self, stderr: bool, text: &str) {
        for piece in [if stderr { STDERR } else { "" }, text, "\n"] {
            self.sum.update(piece);
            self.bytes += u64::try_from(piece.len()).unwrap_or_default();
        }
        let of = self.batch.as_ref().map(|(of, _)| *of);
        let size = weight(text, of != Some(stderr));
        if self.tail.is_empty() && self.left_out == 0 && self.head + size <= HEAD {
            self.head += size;
            return self.batch(stderr, text);
        }
        let turns = self.tail.back().is_none_or(|last| last.stderr != stderr);
        let size = weight(text, turns);
        self.tail.push_back(Kept { stderr, text: text.to_owned(), size });
        self.tail_bytes += size;
        while self.tail_bytes > TAIL {
            let Some(gone) = self.tail.pop_front() else { break };
            self.tail_bytes -= gone.size;
            self.left_out += 1;
        }
    }

    fn batch(&mut self, stderr: bool, text: &str) {
        match &mut self.batch {
            Some((of, lines)) if *of == stderr && lines.len() + text.len() < ROW => {
                lines.push('\n');
                lines.push_str(text);
            }
            _ => {
                self.close();
                self.batch = Some((stderr, text.to_owned()));
            }
        }
    }

    fn close(&mut self) {
        self.ready.extend(self.batch.take().map(|(stderr, text)| Row::Text { stderr, text }));
    }
}

/// What a line weighs, with the row that it begins.
const fn weight(text: &str, begins: bool) -> usize {
    text.len() + 1 + if begins { ROW_COST } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::journal::MOST_LINES;

    fn text(stderr: bool, text: &str) -> Row {
        Row::Text { stderr, text: text.to_owned() }
    }

    #[test]
    fn lines_come_whole_without_secrets_and_each_stream_by_itself() {
        let mut output = Output::new(vec!["hunter2".to_owned()]);
        output.push(false, b"one\r\nhun");
        output.push(true, b"bad\n");
        output.push(false, b"ter2 \xff\nlast");
        assert_eq!(output.flush(), [text(false, "one"), text(true, "bad"), text(false, "••• \u{fffd}")]);
        assert_eq!(output.end(), [text(false, "last")]);
        assert_eq!(output.end(), []);
        let whole = "one\nstderr: bad\n••• \u{fffd}\nlast\n";
        assert_eq!(output.sum(), (u64::try_from(whole.len()).unwrap(), hex(&Sha256::digest(whole))));
    }

    #[test]
    fn of_very_much_the_beginning_and_the_end_are_kept_and_the_gap_is_told() {
        let mut output = Output::new(vec![]);
        let lines = 100_000;
        for number in 0..lines {
            output.push(false, format!("line {number:06}\n").as_bytes());
        }
        let rows = output.end();
        let kept: Vec<&str> =
            rows.iter().filter_map(|r| if let Row::Text { text, .. } = r { Some(text.lines()) } else { None }).flatten().collect();
        let gap = rows.iter().find_map(|r| if let Row::Gap(lines) = r { Some(*lines) } else { None }).unwrap();
        assert_eq!((kept[0], kept[kept.len() - 1], kept.len() + gap), ("line 000000", "line 099999", lines));
        let bytes: usize = rows.iter().map(|r| if let Row::Text { text, .. } = r { text.len() } else { 0 }).sum();
        assert_eq!(output.sum().0, u64::try_from(lines * "line 000000\n".len()).unwrap(), "what is left out counts");
        assert!(bytes <= HEAD + TAIL && rows.iter().all(|r| !matches!(r, Row::Text { text, .. } if text.len() > ROW)), "{bytes}");
    }

    #[test]
    fn lines_that_come_one_by_one_or_in_turn_leave_room_for_the_end_in_the_journal() {
        let (most, lines) = (usize::try_from(MOST_LINES).unwrap() / 2, 50_000);
        for alone in [true, false] {
            let (mut output, mut rows) = (Output::new(vec![]), vec![]);
            for number in 0..lines {
                output.push(!alone && number % 2 == 0, format!("{number}\n").as_bytes());
                rows.extend(if alone { output.flush() } else { output.full() });
            }
            rows.extend(output.end());
            assert!(rows.len() < most, "{}", rows.len());
            assert!(matches!(rows.last(), Some(Row::Text { text, .. }) if text.ends_with("49999")), "{:?}", rows.last());
        }
    }

    #[test]
    fn a_line_without_an_end_is_cut_into_pieces() {
        let mut output = Output::new(vec![]);
        output.push(false, "ä".repeat(5_000).as_bytes());
        let sizes: Vec<usize> = output.end().iter().map(|r| if let Row::Text { text, .. } = r { text.len() } else { 0 }).collect();
        assert_eq!((sizes.iter().sum::<usize>(), sizes.len()), (10_000, 6));
    }
}
