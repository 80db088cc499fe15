//! A line's text as it may be shown. Colours become one of a few styles, other orders to a terminal go away, and every character that
//! would act on a page or deceive a reader is shown as a sign.

use std::str::Chars;

/// How a piece of text looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// 0 to 7: black, red, green, yellow, blue, magenta, cyan, white; bright ones are the same.
    pub colour: Option<u8>,
    pub bold: bool,
    /// A sign that stands for a character that can't be seen.
    pub sign: bool,
}

/// Text of one style.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    pub style: Style,
    pub text: String,
}

const ESC: char = '\u{1b}';

/// The text in pieces of one style. Colours do not outlast a line.
pub fn spans(text: &str) -> Vec<Span> {
    let (mut spans, mut style, mut chars) = (Vec::new(), Style::default(), text.chars());
    while let Some(c) = chars.next() {
        if c == ESC
            && let Some((order, rest)) = order(&chars)
        {
            if let Order::Looks(codes) = order {
                style = look(style, &codes);
            }
            chars = rest;
            continue;
        }
        match sign(c) {
            Some(sign) => put(&mut spans, Style { sign: true, ..style }, &sign),
            None => put(&mut spans, style, c.encode_utf8(&mut [0; 4])),
        }
    }
    spans
}

/// The text alone, signs included.
pub fn plain(text: &str) -> String {
    if text.chars().any(|c| c == ESC || sign(c).is_some()) {
        spans(text).into_iter().map(|span| span.text).collect()
    } else {
        text.to_owned()
    }
}

fn put(spans: &mut Vec<Span>, style: Style, text: &str) {
    match spans.last_mut() {
        Some(last) if last.style == style => last.text.push_str(text),
        _ => spans.push(Span { style, text: text.to_owned() }),
    }
}

/// An order to a terminal.
enum Order {
    /// Colours and the like, by their numbers (SGR).
    Looks(Vec<u32>),
    Other,
}

/// What follows an escape character, if it is a whole order. One that never ends hides nothing: it is shown as text.
fn order<'a>(after: &Chars<'a>) -> Option<(Order, Chars<'a>)> {
    let mut chars = after.clone();
    match chars.next()? {
        '[' => {
            let mut parameters = String::new();
            loop {
                match chars.next()? {
                    'm' => return Some((codes(&parameters).map_or(Order::Other, Order::Looks), chars)),
                    '\u{40}'..='\u{7e}' => return Some((Order::Other, chars)),
                    c @ '\u{20}'..='\u{3f}' => parameters.push(c),
                    _ => return None,
                }
            }
        }
        // Strings, such as a window's title or a link: to a bell or `ESC \`.
        ']' | 'P' | 'X' | '^' | '_' => loop {
            match chars.next()? {
                '\u{7}' => return Some((Order::Other, chars)),
                ESC => return (chars.next()? == '\\').then_some((Order::Other, chars)),
                _ => {}
            }
        },
        '\u{20}'..='\u{2f}' => loop {
            match chars.next()? {
                '\u{20}'..='\u{2f}' => {}
                '\u{30}'..='\u{7e}' => return Some((Order::Other, chars)),
                _ => return None,
            }
        },
        '\u{30}'..='\u{7e}' => Some((Order::Other, chars)),
        _ => None,
    }
}

/// `1;31`; nothing at all is a zero. `None` for private orders.
fn codes(parameters: &str) -> Option<Vec<u32>> {
    parameters.split([';', ':']).map(|number| if number.is_empty() { Some(0) } else { number.parse().ok() }).collect()
}

fn look(mut style: Style, codes: &[u32]) -> Style {
    let mut codes = codes.iter().copied();
    while let Some(code) = codes.next() {
        match code {
            0 => style = Style::default(),
            1 => style.bold = true,
            22 => style.bold = false,
            30..=37 => style.colour = u8::try_from(code - 30).ok(),
            90..=97 => style.colour = u8::try_from(code - 90).ok(),
            39 => style.colour = None,
            // A colour out of 256, or red, green and blue. The first sixteen are the usual ones; others have no style of ours.
            38 | 48 => {
                let chosen = match codes.next() {
                    Some(5) => codes.next().filter(|n| *n < 16),
                    Some(2) => codes.by_ref().take(3).last().and(None),
                    _ => None,
                };
                if code == 38 {
                    style.colour = chosen.and_then(|n| u8::try_from(n % 8).ok());
                }
            }
            _ => {}
        }
    }
    style
}

/// What stands for a character that acts or can't be seen; `None` for all others.
fn sign(c: char) -> Option<String> {
    let glyph = |n: u32| char::from_u32(0x2400 + n).map(String::from);
    match c {
        '\t' => None,
        '\0'..='\u{1f}' => glyph(u32::from(c)),
        '\u{7f}' => glyph(0x21),
        // Second control set, and what turns the direction of writing, breaks lines or has no width.
        '\u{80}'..='\u{9f}'
        | '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{e0000}'..='\u{e007f}' => Some(format!("<U+{:04X}>", u32::from(c))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `text`, `[1]text` of a colour, `[b]` bold, `{…}` a sign.
    fn told(text: &str) -> String {
        let tell = |s: Span| match (s.style.sign, s.style.colour, s.style.bold) {
            (true, ..) => format!("{{{}}}", s.text),
            (_, Some(colour), bold) => format!("[{colour}{}]{}", if bold { "b" } else { "" }, s.text),
            (_, None, true) => format!("[b]{}", s.text),
            (_, None, false) => s.text,
        };
        spans(text).into_iter().map(tell).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn every_vector_is_shown_as_it_should_be() {
        let vectors = include_str!("../../tests/data/logs/text.txt");
        let cases = vectors.lines().filter(|l| !l.is_empty() && !l.starts_with('#'));
        let mut count = 0;
        for case in cases {
            let (written, shown) = case.split_once(" => ").unwrap_or_else(|| panic!("{case}"));
            let written: String = serde_json::from_str(&format!("\"{written}\"")).unwrap();
            assert_eq!(told(&written), shown, "{case}");
            count += 1;
        }
        assert!(count > 30, "{count}");
    }

    proptest::proptest! {
        #[test]
        fn nothing_that_acts_is_left_and_nothing_readable_is_lost(text in "[a-z\u{1b}\\[\\]m;0-9\u{7}\u{202e}\\\\\r\n\u{9b}]{0,40}") {
            let shown = plain(&text);
            proptest::prop_assert!(!shown.chars().any(|c| sign(c).is_some()), "{shown:?}");
            proptest::prop_assert_eq!(plain(&shown), shown.clone(), "what is shown needs no second look");
            if !text.contains(ESC) {
                proptest::prop_assert!(text.chars().filter(char::is_ascii_lowercase).eq(shown.chars().filter(char::is_ascii_lowercase)));
            }
        }
    }
}
