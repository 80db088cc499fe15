/// From this power of ten on, and below 10⁻⁴, Go prints a number with an exponent.
const EXPONENT_FROM: i32 = 6;

/// A number as Go's default formatting prints it, with the fewest digits that read back the same: `1.5`, `1e+06`, `1e-05`.
pub(super) fn printed(value: f64) -> String {
    let scientific = format!("{value:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    let Ok(exponent) = exponent.parse::<i32>() else { return scientific };
    if (-4..EXPONENT_FROM).contains(&exponent) {
        return format!("{value}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

/// The finite number that a text stands for where Go reads it: decimal, with or without `_` between digits.
pub(super) fn parse(text: &str) -> Option<f64> {
    let mut before = ' ';
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '0'..='9' => plain.push(c),
            '_' if before.is_ascii_digit() => {}
            '.' | 'e' | 'E' | '+' | '-' if before != '_' => plain.push(c),
            _ => return None,
        }
        before = c;
    }
    plain.parse().ok().filter(|number: &f64| before != '_' && number.is_finite())
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_are_read_as_go_reads_them() {
        for (text, number) in [
            ("0.5", Some(0.5)),
            ("-.5e+1", Some(-5.0)),
            ("1_0", Some(10.0)),
            ("_1", None),
            ("1_", None),
            ("1__0", None),
            ("1_.0", None),
            ("inf", None),
            ("1e999", None),
            ("", None),
        ] {
            assert_eq!(super::parse(text), number, "{text}");
        }
    }

    #[test]
    fn numbers_print_as_go_prints_them() {
        for (value, text) in [
            (1.50, "1.5"),
            (1000.0, "1000"),
            (1e6, "1e+06"),
            (12_345_678.9, "1.23456789e+07"),
            (0.00001, "1e-05"),
            (0.0001, "0.0001"),
            (100_000.0, "100000"),
            (999_999.5, "999999.5"),
            (-0.0, "-0"),
            (123_456_789_012_345_678_901_234_567_890.0, "1.2345678901234568e+29"),
        ] {
            assert_eq!(super::printed(value), text);
        }
    }
}
