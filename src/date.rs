//! Dates of commits, as reports write them.

use crate::suppress::civil;

/// The last second that has a year of four digits: 9999-12-31T23:59:59Z.
const LAST: i64 = 253_402_300_799;

/// Returns a time in seconds since 1970 as `YYYY-MM-DDThh:mm:ssZ`, in UTC (RFC 3339).
///
/// Texts sort as the times do. Times before 1970, which git does not write, and after 9999, which
/// the form cannot hold, become the nearest that it can.
#[must_use]
pub fn rfc3339(seconds: i64) -> String {
    let seconds = u64::try_from(seconds.min(LAST)).unwrap_or(0);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!(
        "{}T{hour:02}:{minute:02}:{second:02}Z",
        civil(seconds / 86_400)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected texts by `date -u -d @SECONDS +%FT%TZ`.
    #[test]
    fn times_are_written_as_date_writes_them() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_868_799, "2000-02-29T23:59:59Z"),
            (1_704_164_645, "2024-01-02T03:04:05Z"),
            (LAST, "9999-12-31T23:59:59Z"),
            (LAST + 1, "9999-12-31T23:59:59Z"),
            (i64::MAX, "9999-12-31T23:59:59Z"),
            (-1, "1970-01-01T00:00:00Z"),
        ] {
            assert_eq!(rfc3339(seconds), text, "{seconds}");
        }
    }
}
