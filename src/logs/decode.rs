//! From the engine's frames to lines. Asked for timestamps and details, it writes `time details text`, where the details name node,
//! service and task.

use super::frames::{Frame, Frames, Source};
use super::line::{Line, Nanos, Piece};

/// Bytes of a frame that are not the line itself: its time and its details.
const PREFIX_LIMIT: usize = 4 * 1024;
/// Long lines come in several frames. So many may be open at once, one for each task and stream.
const MOST_OPEN: usize = 64;
/// Frames of one line come together. What a task wrote last may have no end; it is not waited for any longer.
const OPEN_FOR: Nanos = 2_000_000_000;

/// Makes lines of what arrives. What it keeps is bounded by the longest line, times the tasks that are in the middle of one.
#[derive(Debug)]
pub struct Decoder {
    limit: usize,
    frames: Frames,
    open: Vec<Line>,
    latest: Nanos,
}

impl Decoder {
    /// Keeps at most `limit` bytes of a line.
    pub const fn new(limit: usize) -> Self {
        Self { limit, frames: Frames::new(limit + PREFIX_LIMIT), open: Vec::new(), latest: 0 }
    }

    /// Takes what arrived and gives what is whole now.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Piece> {
        let frames = self.frames.push(bytes);
        let mut pieces: Vec<Piece> = frames.into_iter().flat_map(|frame| self.pieces(&frame)).collect();
        let latest = self.latest;
        pieces.extend(self.open.extract_if(.., |line| line.at.saturating_add(OPEN_FOR) < latest).map(Piece::Line));
        pieces
    }

    /// What is left when nothing more comes: lines without an end.
    pub fn end(&mut self) -> Vec<Piece> {
        let last = self.frames.end();
        let mut pieces: Vec<Piece> = last.into_iter().flat_map(|frame| self.pieces(&frame)).collect();
        pieces.extend(self.open.drain(..).map(Piece::Line));
        pieces
    }

    fn pieces(&mut self, frame: &Frame) -> Vec<Piece> {
        let text = String::from_utf8_lossy(&frame.bytes);
        if frame.source == Source::Engine {
            return vec![Piece::Notice(notice(&text).to_owned())];
        }
        if frame.bytes.is_empty() {
            return vec![];
        }
        let mut pieces = Vec::new();
        let mut lines = text.strip_suffix('\n').unwrap_or(&text).split('\n').peekable();
        let mut previous: Option<Line> = None;
        while let Some(one) = lines.next() {
            let mut line = self.line(one.strip_suffix('\r').unwrap_or(one), previous.as_ref());
            line.stderr = frame.source == Source::Err;
            let last = lines.peek().is_none();
            line.cut = frame.cut && last;
            previous = Some(line.clone());
            pieces.extend(self.join(line, frame.ended || !last).map(Piece::Line));
        }
        pieces
    }

    /// A line without time or details of its own was written together with the one before it.
    fn line(&mut self, text: &str, previous: Option<&Line>) -> Line {
        let mut line = previous.cloned().unwrap_or_default();
        let (at, rest) = match text.split_once(' ') {
            Some((at, rest)) => (time(at), if time(at).is_some() { rest } else { text }),
            None => (time(text), if time(text).is_some() { "" } else { text }),
        };
        line.at = at.unwrap_or(self.latest);
        self.latest = line.at;
        let (details, text) = match rest.split_once(' ') {
            Some((details, text)) if details.contains(TASK) => (details, text),
            None if rest.contains(TASK) => (rest, ""),
            _ => ("", rest),
        };
        for pair in details.split(',') {
            if let Some(id) = pair.strip_prefix(TASK) {
                id.clone_into(&mut line.task);
            } else if let Some(id) = pair.strip_prefix(SERVICE) {
                id.clone_into(&mut line.service);
            } else if let Some(id) = pair.strip_prefix(NODE) {
                id.clone_into(&mut line.node);
            }
        }
        text.clone_into(&mut line.text);
        line
    }

    /// Puts a line to what is open of it; gives it when it has ended.
    fn join(&mut self, line: Line, ended: bool) -> Option<Line> {
        let place = self.open.iter().position(|o| o.task == line.task && o.stderr == line.stderr);
        let mut whole = match place {
            Some(place) => {
                let mut begun = self.open.swap_remove(place);
                // What was cut once has no end any more.
                if !begun.cut {
                    begun.text.push_str(&line.text);
                    begun.cut = line.cut;
                }
                begun
            }
            None => line,
        };
        if whole.text.len() > self.limit {
            whole.text.truncate(whole.text.floor_char_boundary(self.limit));
            whole.cut = true;
        }
        if ended || self.open.len() == MOST_OPEN {
            return Some(whole);
        }
        self.open.push(whole);
        None
    }
}

const TASK: &str = "com.docker.swarm.task.id=";
const SERVICE: &str = "com.docker.swarm.service.id=";
const NODE: &str = "com.docker.swarm.node.id=";

fn time(text: &str) -> Option<Nanos> {
    let at: jiff::Timestamp = text.parse().ok()?;
    Nanos::try_from(at.as_nanosecond()).ok()
}

/// Without the wrapping of the engine's inner protocol.
fn notice(text: &str) -> &str {
    let text = text.trim();
    let text = text.strip_prefix("Error grabbing logs: ").unwrap_or(text);
    let text = text.strip_prefix("rpc error: ").and_then(|rest| rest.split_once("desc = ")).map_or(text, |(_, reason)| reason);
    text.strip_prefix("warning: ").unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEN: Nanos = 1_795_341_600_000_000_000;

    fn framed(source: u8, text: &[u8]) -> Vec<u8> {
        let length = u32::try_from(text.len()).unwrap().to_be_bytes();
        [&[source, 0, 0, 0], length.as_slice(), text].concat()
    }

    fn written(task: &str, text: &str) -> Vec<u8> {
        let ids = format!("{NODE}n1,{SERVICE}s1,{TASK}{task}");
        framed(1, format!("2026-11-22T10:00:00.000000042Z {ids} {text}").as_bytes())
    }

    fn texts(pieces: Vec<Piece>) -> Vec<(String, bool)> {
        let line = |piece| if let Piece::Line(line) = piece { (line.text, line.cut) } else { panic!("{piece:?}") };
        pieces.into_iter().map(line).collect()
    }

    #[test]
    fn a_line_tells_its_time_and_its_task() {
        let mut decoder = Decoder::new(100);
        let (at, service) = (1_795_341_600_000_000_042, "s1".to_owned());
        let line = Line { at, service, task: "t1".into(), node: "n1".into(), text: "GET / 200".into(), ..Line::default() };
        assert_eq!(decoder.push(&written("t1", "GET / 200\n")), [Piece::Line(line)]);
        let pieces = decoder.push(&framed(2, b"2026-11-22T10:00:01Z bare \xff\n"));
        assert!(
            matches!(&pieces[..], [Piece::Line(l)] if l.stderr && l.text == "bare \u{fffd}" && l.task.is_empty()),
            "{pieces:?}"
        );
        assert_eq!(texts(decoder.push(&written("t1", "\n"))), [(String::new(), false)]);
    }

    #[test]
    fn a_long_line_comes_in_frames_and_is_cut() {
        let mut decoder = Decoder::new(8);
        assert_eq!(decoder.push(&written("t1", "12345")), []);
        assert_eq!(texts(decoder.push(&written("t2", "other\n"))), [("other".to_owned(), false)]);
        assert_eq!(decoder.push(&written("t1", "67ä90")), []);
        assert_eq!(texts(decoder.push(&written("t1", "end\n"))), [("1234567".to_owned(), true)]);
        let last = framed(1, b"2026-11-22T09:59:58Z its last");
        assert_eq!(decoder.push(&last), []);
        assert_eq!(
            decoder.push(&written("t1", "open")),
            [Piece::Line(Line { at: TEN - 2_000_000_000, text: "its last".into(), ..Line::default() })]
        );
        assert_eq!(texts(decoder.end()), [("open".to_owned(), false)]);
        let giant = "x".repeat(1_000_000);
        assert_eq!(decoder.push(&written("t1", &giant)), []);
        assert_eq!(texts(decoder.push(&written("t1", &(giant + "\n")))), [("xxxxxxxx".to_owned(), true)]);
    }

    #[test]
    fn the_engine_says_why_lines_are_missing() {
        let said =
            "Error grabbing logs: rpc error: code = Unknown desc = warning: incomplete log stream. node n2 is not available\n";
        let pieces = Decoder::new(8).push(&framed(3, said.as_bytes()));
        assert_eq!(pieces, [Piece::Notice("incomplete log stream. node n2 is not available".to_owned())]);
    }
}
