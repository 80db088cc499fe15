//! Numbers of CPUs, which are texts in a compose file: any rational number that docker's client can read.

/// Billionths of a CPU in one.
const NANO: i128 = 1_000_000_000;

/// Why a text is no number of CPUs.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    NoNumber,
    TooPrecise,
    TooLarge,
}

/// Billionths of a CPU from `0.5`, `1/2` or `5e-1`.
pub(super) fn nano(text: &str) -> Result<i64, Fault> {
    let (above, below) = fraction(text)?;
    let nano = above.checked_mul(NANO).ok_or(Fault::TooLarge)?;
    if nano % below != 0 {
        return Err(Fault::TooPrecise);
    }
    i64::try_from(nano / below).map_err(|_| Fault::TooLarge)
}

fn fraction(text: &str) -> Result<(i128, i128), Fault> {
    if let Some((above, below)) = text.split_once('/') {
        let (sign, above) = signed(above);
        let (above, below) = (Digits::read(above, Zero::Octal)?, Digits::read(below, Zero::Octal)?);
        let whole = |d: &Digits| d.rest.is_empty() && d.point.is_none();
        return if whole(&above) && whole(&below) && below.value > 0 {
            Ok((sign * above.value, below.value))
        } else {
            Err(Fault::NoNumber)
        };
    }
    let (sign, unsigned) = signed(text);
    let digits = Digits::read(unsigned, Zero::Plain)?;
    let (exponent_base, exponent) = exponent(digits.rest)?;
    if digits.value == 0 {
        return Ok((0, 1));
    }
    let (mut above, mut below) = (sign * digits.value, 1);
    let mut times = |base: i128, power: i64| {
        let factor = u32::try_from(power.unsigned_abs()).ok().and_then(|p| base.checked_pow(p)).ok_or(Fault::TooLarge)?;
        let side = if power < 0 { &mut below } else { &mut above };
        *side = side.checked_mul(factor).ok_or(Fault::TooLarge)?;
        Ok(())
    };
    times(digits.base, -digits.point.unwrap_or_default())?;
    times(exponent_base, exponent)?;
    Ok((above, below))
}

fn signed(text: &str) -> (i128, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// The base and the power behind a mantissa: `e` is of ten, `p` of two.
fn exponent(text: &str) -> Result<(i128, i64), Fault> {
    if text.is_empty() {
        return Ok((10, 0));
    }
    let ten = text.strip_prefix(['e', 'E']).map(|power| (10, power));
    let (base, power) = ten.or_else(|| text.strip_prefix(['p', 'P']).map(|power| (2, power))).ok_or(Fault::NoNumber)?;
    let (sign, digits) = signed(power);
    let digits = Digits::read_in(digits, 10, None)?;
    if !digits.rest.is_empty() || digits.point.is_some() {
        return Err(Fault::NoNumber);
    }
    let power = i64::try_from(sign * digits.value).map_err(|_| Fault::TooLarge)?;
    Ok((base, power))
}

/// What a leading zero means that no letter follows.
#[derive(Clone, Copy, PartialEq)]
enum Zero {
    Octal,
    Plain,
}

/// Digits with at most one point and single underscores between them.
struct Digits<'a> {
    base: i128,
    value: i128,
    /// Digits after the point, if there is one.
    point: Option<i64>,
    rest: &'a str,
}

impl<'a> Digits<'a> {
    /// Reads digits with the prefix of their base, `0x`, `0o` or `0b`. A point may stand where a leading zero is plain.
    fn read(text: &'a str, zero: Zero) -> Result<Self, Fault> {
        let prefixed = text.strip_prefix('0').and_then(|rest| {
            let base = match rest.chars().next()? {
                'x' | 'X' => 16,
                'o' | 'O' => 8,
                'b' | 'B' => 2,
                _ => return (zero == Zero::Octal).then_some((8, rest)),
            };
            Some((base, rest.get(1..)?))
        });
        let (base, digits) = prefixed.unwrap_or((10, text));
        // The zero of the prefix counts as a digit where an underscore needs one before it.
        let before = prefixed.map(|_| '0');
        let read = Self::read_in(digits, base, before)?;
        if zero == Zero::Octal && read.point.is_some() { Err(Fault::NoNumber) } else { Ok(read) }
    }

    fn read_in(text: &'a str, base: u8, before: Option<char>) -> Result<Self, Fault> {
        let mut digits = Digits { base: base.into(), value: 0, point: None, rest: text };
        let (mut last, mut any) = (before.unwrap_or('.'), false);
        for letter in text.chars() {
            let digit = letter.to_digit(base.into());
            match (digit, letter) {
                (Some(digit), _) => {
                    any = true;
                    let value = digits.value.checked_mul(digits.base).and_then(|v| v.checked_add(digit.into()));
                    digits.value = value.ok_or(Fault::TooLarge)?;
                    digits.point = digits.point.map(|places| places + 1);
                }
                (None, '.') if digits.point.is_none() && last != '_' => digits.point = Some(0),
                (None, '_') if last != '_' && last != '.' => {}
                _ => break,
            }
            last = letter;
            digits.rest = digits.rest.get(letter.len_utf8()..).unwrap_or_default();
        }
        if last == '_' || !(any || before.is_some_and(|_| base == 8)) {
            return Err(Fault::NoNumber);
        }
        Ok(digits)
    }
}

#[cfg(test)]
mod tests {
    use super::{Fault, nano};

    #[test]
    fn every_way_to_write_a_rational_number_is_read_exactly() {
        for (text, billionths) in [
            ("0.5", 500_000_000),
            ("1/2", 500_000_000),
            ("5e-1", 500_000_000),
            (".25", 250_000_000),
            ("+1.", 1_000_000_000),
            ("-1/2", -500_000_000),
            ("010", 10_000_000_000),
            ("010/2", 4_000_000_000),
            ("0x10", 16_000_000_000),
            ("0b11", 3_000_000_000),
            ("0x.8p1", 1_000_000_000),
            ("1p3", 8_000_000_000),
            ("1_0", 10_000_000_000),
            ("0_1", 1_000_000_000),
            ("0/5", 0),
            ("0e5", 0),
        ] {
            assert_eq!(nano(text), Ok(billionths), "{text}");
        }
        for text in ["abc", "", ".", "1/0", "1/+2", "1/-2", "1.5/2", "08/2", "1.2.3", "0x", "1e", "_1", "1__0", "1_", " 1", "inf"] {
            assert_eq!(nano(text), Err(Fault::NoNumber), "{text}");
        }
        assert_eq!((nano("1/3"), nano("1e-10")), (Err(Fault::TooPrecise), Err(Fault::TooPrecise)));
        assert_eq!((nano("1e400"), nano("99999999999")), (Err(Fault::TooLarge), Err(Fault::TooLarge)));
    }
}
