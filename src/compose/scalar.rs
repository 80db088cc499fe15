//! What a scalar without quotes means, by the rules of Go's `yaml.v3`.

use super::{moment::Moment, value::Kind};
use base64::{Engine, engine::general_purpose::STANDARD};

/// The value of a plain scalar. `yes`, `no`, `on` and `off` are text; `0440` is 288.
pub(super) fn resolve(text: &str) -> Kind {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Kind::Null,
        "true" | "True" | "TRUE" => return Kind::Bool(true),
        "false" | "False" | "FALSE" => return Kind::Bool(false),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Kind::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Kind::Float(f64::NEG_INFINITY),
        ".nan" | ".NaN" | ".NAN" => return Kind::Float(f64::NAN),
        _ => {}
    }
    match text.bytes().next() {
        Some(b'.') => float(text),
        Some(b'+' | b'-' | b'0'..=b'9') => Moment::parse(text).map(Kind::Time).or_else(|| number(text)),
        _ => None,
    }
    .unwrap_or_else(|| Kind::Text(text.to_owned()))
}

/// The value of a scalar with one of YAML's own tags, such as `!!str`; the error says why it has none.
pub(super) fn tagged(tag: &str, text: &str) -> Result<Kind, String> {
    let found = resolve(text);
    match (tag, found) {
        ("binary", _) => {
            let packed: String = text.split_ascii_whitespace().collect();
            let bytes = STANDARD.decode(packed).map_err(|_| "`!!binary` takes base64".to_owned())?;
            String::from_utf8(bytes).map(Kind::Text).map_err(|_| "`!!binary` must hold text in UTF-8".to_owned())
        }
        #[expect(clippy::cast_precision_loss, reason = "the tag asks for a float")]
        ("float", Kind::Int(value)) => Ok(Kind::Float(value as f64)),
        ("int", kind @ (Kind::Int(_) | Kind::Uint(_)))
        | ("float", kind @ Kind::Float(_))
        | ("bool", kind @ Kind::Bool(_))
        | ("null", kind @ Kind::Null)
        | ("timestamp", kind @ Kind::Time(_)) => Ok(kind),
        ("int" | "float" | "bool" | "null" | "timestamp", _) => Err(format!("`{text}` is no value for the tag `!!{tag}`")),
        _ => Ok(Kind::Text(text.to_owned())),
    }
}

fn number(text: &str) -> Option<Kind> {
    let plain = text.replace('_', "");
    whole(&plain).or_else(|| float(&plain))
}

/// A whole number with an optional sign and one of the prefixes `0x`, `0b`, `0o` or `0`.
fn whole(plain: &str) -> Option<Kind> {
    let (negative, digits) = match plain.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, plain.strip_prefix('+').unwrap_or(plain)),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = [(16, "0x"), (2, "0b"), (8, "0o")]
        .into_iter()
        .find_map(|(radix, prefix)| Some((radix, lower.strip_prefix(prefix)?)))
        .or_else(|| lower.strip_prefix('0').filter(|rest| !rest.is_empty()).map(|rest| (8, rest)))
        .unwrap_or((10, &lower));
    if !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let size = i128::from_str_radix(digits, radix).ok()?;
    let value = if negative { -size } else { size };
    i64::try_from(value).map(Kind::Int).or_else(|_| u64::try_from(value).map(Kind::Uint)).ok()
}

/// Decimal digits with an optional point and exponent; nothing when it is beyond the range.
fn float(plain: &str) -> Option<Kind> {
    let unsigned = plain.strip_prefix(['-', '+']).unwrap_or(plain);
    let (digits, exponent) = unsigned.split_once(['e', 'E']).unwrap_or((unsigned, "0"));
    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    let (before, after) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if exponent.is_empty() || (before.is_empty() && after.is_empty()) || ![exponent, before, after].into_iter().all(all_digits) {
        return None;
    }
    plain.parse::<f64>().ok().filter(|value| value.is_finite()).map(Kind::Float)
}

#[cfg(test)]
mod tests {
    use super::resolve;
    use crate::compose::Node;

    #[test]
    fn plain_scalars_mean_and_print_what_they_do_for_docker() {
        for (text, printed) in [
            ("0440", "288"),
            ("0888", "888"),
            ("08", "8"),
            ("0o17", "15"),
            ("0x1F", "31"),
            ("-0b11", "-3"),
            ("0x1G", "0x1G"),
            ("1_000", "1000"),
            ("1_0.5", "10.5"),
            ("18446744073709551615", "18446744073709551615"),
            ("123456789012345678901234567890", "1.2345678901234568e+29"),
            ("1e3", "1000"),
            (".5", "0.5"),
            ("1.", "1"),
            ("1e400", "1e400"),
            ("22:22", "22:22"),
            ("yes", "yes"),
            ("-", "-"),
            (".", "."),
            ("2020-01-01", "2020-01-01 00:00:00 +0000 UTC"),
            ("2001-12-14t21:59:43.10-05:00", "2001-12-14 21:59:43.1 -0500 -0500"),
            ("2001-12-14 21:59:43", "2001-12-14 21:59:43 +0000 UTC"),
            ("2020-02-30", "2020-02-30"),
            ("2020-13-01", "2020-13-01"),
        ] {
            let node = Node { kind: resolve(text), ..Node::default() };
            assert_eq!(node.printed().as_deref(), Some(printed), "{text}");
        }
    }
}
