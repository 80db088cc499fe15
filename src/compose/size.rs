//! Docker's notation of memory sizes.

use super::float;

/// 2⁶³.
const TOO_MANY_BYTES: f64 = 9_223_372_036_854_775_808.0;

/// Bytes of a text such as `512M`, `1.5g`, `64 kib` or `1024`, base 1024; `None` when it is no size.
pub(super) fn parse(text: &str) -> Option<i64> {
    let end = text.rfind(|c: char| c.is_ascii_digit() || c == '.')? + 1;
    let (number, unit) = text.split_at_checked(end)?;
    let number = float::parse(number).filter(|number| *number >= 0.0)?;
    let unit = unit.strip_prefix(' ').unwrap_or(unit).to_ascii_lowercase();
    let (letter, rest) = unit.split_at_checked(unit.len().min(1))?;
    let power = match (letter, rest) {
        ("" | "b", "") => 0,
        ("k", "" | "b" | "ib") => 1,
        ("m", "" | "b" | "ib") => 2,
        ("g", "" | "b" | "ib") => 3,
        ("t", "" | "b" | "ib") => 4,
        ("p", "" | "b" | "ib") => 5,
        _ => return None,
    };
    let bytes = number * 1024_f64.powi(power);
    #[expect(clippy::cast_possible_truncation, reason = "in range, and Docker cuts the fraction off too")]
    (bytes < TOO_MANY_BYTES).then_some(bytes as i64)
}

#[cfg(test)]
mod tests {
    #[test]
    fn sizes_count_as_they_do_for_docker() {
        for (text, bytes) in [
            ("64M", Some(67_108_864)),
            ("1.5g", Some(1_610_612_736)),
            ("64 kib", Some(65_536)),
            ("1024", Some(1024)),
            ("10b", Some(10)),
            ("1TB", Some(1_099_511_627_776)),
            ("", None),
            ("-1m", None),
            ("1x", None),
            ("1  k", None),
            ("1bb", None),
            ("1_0k", Some(10_240)),
            ("99999999p", None),
        ] {
            assert_eq!(super::parse(text), bytes, "{text}");
        }
    }
}
