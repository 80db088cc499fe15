//! Go's notation of durations.

const UNITS: [(&str, i128); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Nanoseconds of a text such as `1m30s`, `1.5h`, `-5s` or `0`; `None` when it is no duration or beyond 292 years.
pub(super) fn parse(text: &str) -> Option<i64> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total: i128 = 0;
    while !rest.is_empty() {
        let (whole, after) = digits(rest);
        let (fraction, after) = after.strip_prefix('.').map_or(("", after), digits);
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let end = after.find(|c: char| c == '.' || c.is_ascii_digit()).unwrap_or(after.len());
        let (unit, next) = after.split_at_checked(end)?;
        let (_, scale) = UNITS.iter().find(|(name, _)| *name == unit)?;
        let count: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        total = total.checked_add(count.checked_mul(*scale)?)?.checked_add(part(fraction, *scale))?;
        if total > i128::from(i64::MAX) + 1 {
            return None;
        }
        rest = next;
    }
    i64::try_from(if negative { -total } else { total }).ok()
}

/// Nanoseconds as Go prints them: `1m30s`, `1h30m0s`, `1.5ms`, `0s`.
pub(super) fn printed(nanoseconds: i64) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let size = nanoseconds.unsigned_abs();
    if size == 0 {
        return "0s".to_owned();
    }
    for (below, scale, unit) in [(1_000, 1, "ns"), (1_000_000, 1_000, "µs"), (1_000_000_000, 1_000_000, "ms")] {
        if size < below {
            return format!("{sign}{}{unit}", decimal(size, scale));
        }
    }
    let minutes = size / 60_000_000_000;
    let seconds = decimal(size % 60_000_000_000, 1_000_000_000);
    match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{sign}{seconds}s"),
        (0, minutes) => format!("{sign}{minutes}m{seconds}s"),
        (hours, minutes) => format!("{sign}{hours}h{minutes}m{seconds}s"),
    }
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

/// The nanoseconds of a decimal fraction of a unit; digits beyond the eighteenth cannot matter.
fn part(fraction: &str, scale: i128) -> i128 {
    let (tenths, divisor) = fraction
        .bytes()
        .take(18)
        .fold((0, 1), |(sum, divisor): (i128, i128), digit| (sum * 10 + i128::from(digit.saturating_sub(b'0')), divisor * 10));
    tenths * scale / divisor
}

fn decimal(size: u64, scale: u64) -> String {
    if size.is_multiple_of(scale) {
        return (size / scale).to_string();
    }
    let width = scale.ilog10() as usize;
    let fraction = format!("{:0width$}", size % scale);
    format!("{}.{}", size / scale, fraction.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::{parse, printed};

    #[test]
    fn durations_read_and_print_as_go_does() {
        for (text, nanoseconds, again) in [
            ("1m30s", 90_000_000_000, "1m30s"),
            ("1.5h", 5_400_000_000_000, "1h30m0s"),
            (".5s", 500_000_000, "500ms"),
            ("-5s", -5_000_000_000, "-5s"),
            ("1500us", 1_500_000, "1.5ms"),
            ("0", 0, "0s"),
        ] {
            assert_eq!(parse(text), Some(nanoseconds), "{text}");
            assert_eq!(printed(nanoseconds), again);
        }
        for text in ["", "30", "1d", "5 s", "s", ".s", "-", "9999999h"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
