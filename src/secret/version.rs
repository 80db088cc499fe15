//! The version that comes after a version.

/// The next version that is not `taken`: the number at the end one higher (`v1`, `v2`), as wide as before where it has zeros in
/// front. A version without a number gets a 2.
pub fn next_version(version: &str, taken: impl Fn(&str) -> bool) -> String {
    let words = version.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = version.strip_prefix(words).unwrap_or_default();
    let first = digits.parse::<u64>().unwrap_or(1);
    let width = digits.len();
    let mut candidates = (1..=u64::from(u16::MAX)).map(|step| format!("{words}{:0width$}", first.saturating_add(step)));
    candidates.find(|candidate| candidate != version && !taken(candidate)).unwrap_or_else(|| format!("{version}-2"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_at_the_end_counts_on() {
        for (version, taken, next) in [
            ("v1", &[][..], "v2"),
            ("v9", &[], "v10"),
            ("v1", &["v2", "v3"], "v4"),
            ("2024", &[], "2025"),
            ("v01", &[], "v02"),
            ("first", &[], "first2"),
            ("", &[], "2"),
            ("v99999999999999999999", &[], "v00000000000000000002"),
        ] {
            assert_eq!(next_version(version, |v| taken.contains(&v)), next, "{version}");
        }
    }
}
