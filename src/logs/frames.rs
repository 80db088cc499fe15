//! The engine's framing of output: eight bytes (stream, three zeros, length), then the payload. Output of a terminal has no frames, it
//! is lines; timestamps are always asked for, so that the first byte tells: it is a digit then, and no number of a stream.

/// Where a payload comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Out,
    Err,
    /// The engine itself: why lines are missing.
    Engine,
}

/// One payload, or one line of a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    pub source: Source,
    pub bytes: Vec<u8>,
    /// There was more than the limit; the rest is dropped.
    pub cut: bool,
    /// The last byte, kept or not, ends a line.
    pub ended: bool,
}

const HEAD: usize = 8;

/// Cuts what arrives, in pieces of any size, into frames. Holds one frame at most, and of that no more than the limit.
#[derive(Debug)]
pub struct Frames {
    limit: usize,
    state: State,
}

#[derive(Debug)]
enum State {
    Head(Vec<u8>),
    Payload { frame: Frame, left: usize },
    Terminal(Frame),
}

impl Frames {
    /// Keeps at most `limit` bytes of a payload.
    pub const fn new(limit: usize) -> Self {
        Self { limit, state: State::Head(Vec::new()) }
    }

    /// Takes what arrived and gives the frames that are whole now.
    pub fn push(&mut self, mut bytes: &[u8]) -> Vec<Frame> {
        let mut whole = Vec::new();
        while !bytes.is_empty() {
            match &mut self.state {
                State::Head(head) => {
                    if head.is_empty() && bytes.first().is_some_and(|first| *first > 3) {
                        self.state = State::Terminal(empty(Source::Out));
                        continue;
                    }
                    let (some, rest) = bytes.split_at((HEAD - head.len()).min(bytes.len()));
                    head.extend_from_slice(some);
                    bytes = rest;
                    if let Some((source, left)) = read(head) {
                        self.state = State::Payload { frame: empty(source), left };
                        whole.extend(self.ended());
                    }
                }
                State::Payload { frame, left } => {
                    let (some, rest) = bytes.split_at((*left).min(bytes.len()));
                    keep(frame, some, self.limit);
                    *left -= some.len();
                    bytes = rest;
                    whole.extend(self.ended());
                }
                State::Terminal(frame) => {
                    let end = bytes.iter().position(|b| *b == b'\n').map(|at| at + 1);
                    let (some, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
                    keep(frame, some, self.limit);
                    bytes = rest;
                    if end.is_some() {
                        whole.push(std::mem::replace(frame, empty(Source::Out)));
                    }
                }
            }
        }
        whole
    }

    /// The last line of a terminal, which may have no end. A payload that broke off is no frame.
    pub fn end(&mut self) -> Option<Frame> {
        match std::mem::replace(&mut self.state, State::Head(Vec::new())) {
            State::Terminal(frame) if !frame.bytes.is_empty() => Some(frame),
            _ => None,
        }
    }

    /// A payload that is whole; the next head follows.
    fn ended(&mut self) -> Option<Frame> {
        if !matches!(self.state, State::Payload { left: 0, .. }) {
            return None;
        }
        match std::mem::replace(&mut self.state, State::Head(Vec::new())) {
            State::Payload { frame, .. } => Some(frame),
            _ => None,
        }
    }
}

const fn empty(source: Source) -> Frame {
    Frame { source, bytes: Vec::new(), cut: false, ended: false }
}

/// Source and length of a head that is whole.
fn read(head: &[u8]) -> Option<(Source, usize)> {
    let [source, _, _, _, a, b, c, d] = *head else { return None };
    let source = match source {
        2 => Source::Err,
        3 => Source::Engine,
        _ => Source::Out,
    };
    Some((source, usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX)))
}

fn keep(frame: &mut Frame, bytes: &[u8], limit: usize) {
    let room = limit.saturating_sub(frame.bytes.len());
    frame.cut |= bytes.len() > room;
    frame.ended = bytes.last() == Some(&b'\n');
    frame.bytes.extend(bytes.iter().take(room));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(source: u8, text: &str) -> Vec<u8> {
        let mut bytes = vec![source, 0, 0, 0];
        bytes.extend(u32::try_from(text.len()).unwrap().to_be_bytes());
        bytes.extend(text.bytes());
        bytes
    }

    #[test]
    fn the_end_of_a_line_is_known_where_it_is_cut() {
        for (text, ended) in [("0123456789\n", true), ("0123456789", false), ("\n", true)] {
            assert_eq!(Frames::new(8).push(&framed(1, text))[0].ended, ended, "{text:?}");
        }
    }

    fn told(frames: Vec<Frame>) -> Vec<(Source, String, bool)> {
        frames.into_iter().map(|f| (f.source, String::from_utf8(f.bytes).unwrap(), f.cut)).collect()
    }

    #[test]
    fn frames_are_the_same_wherever_the_bytes_are_split() {
        let bytes = [framed(1, "one\n"), framed(2, ""), framed(3, "gone\n"), framed(1, "0123456789")].concat();
        let expected = vec![
            (Source::Out, "one\n".to_owned(), false),
            (Source::Err, String::new(), false),
            (Source::Engine, "gone\n".to_owned(), false),
            (Source::Out, "01234567".to_owned(), true),
        ];
        for at in 0..=bytes.len() {
            let mut frames = Frames::new(8);
            let (first, second) = bytes.split_at(at);
            let whole = [frames.push(first), frames.push(second)].concat();
            assert_eq!(told(whole), expected, "split at {at}");
            assert_eq!(frames.end(), None);
        }
        let mut frames = Frames::new(8);
        let single: Vec<Frame> = bytes.iter().flat_map(|b| frames.push(&[*b])).collect();
        assert_eq!(told(single), expected);
    }

    #[test]
    fn a_terminal_sends_lines_without_frames() {
        let bytes = b"2026-11-22T10:00:00Z a\r\n2026-11-22T10:00:01Z b";
        for at in 0..=bytes.len() {
            let mut frames = Frames::new(100);
            let (first, second) = bytes.split_at(at);
            let mut whole = [frames.push(first), frames.push(second)].concat();
            whole.extend(frames.end());
            let texts: Vec<String> = told(whole).into_iter().map(|(_, text, _)| text).collect();
            assert_eq!(texts, ["2026-11-22T10:00:00Z a\r\n", "2026-11-22T10:00:01Z b"], "split at {at}");
        }
    }

    #[test]
    fn a_payload_that_broke_off_is_dropped() {
        let mut frames = Frames::new(100);
        let bytes = framed(1, "whole line\n");
        assert_eq!(frames.push(&bytes[..bytes.len() - 1]), []);
        assert_eq!(frames.end(), None);
    }
}
