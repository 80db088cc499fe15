//! Moments.

/// Milliseconds since 1970 (UTC) of a text such as `2026-11-24T02:36:17.373135731+01:00`; 0 if it is none.
pub(in crate::restic) fn milliseconds(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().map_or(0, jiff::Timestamp::as_millisecond)
}
