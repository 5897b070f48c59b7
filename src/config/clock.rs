//! The one clock: what depends on today asks here, so that a run can be repeated.

use crate::report::suppress::Day;

/// The day of the run: the one that is given, else `SOURCE_DATE_EPOCH`, else that of the machine.
///
/// # Errors
/// `SOURCE_DATE_EPOCH` is set and is no number of seconds.
pub fn today(given: Option<Day>) -> Result<Day, String> {
    if let Some(day) = given {
        return Ok(day);
    }
    let Some(seconds) = std::env::var_os("SOURCE_DATE_EPOCH") else {
        return Ok(jiff::Timestamp::now()
            .to_zoned(jiff::tz::TimeZone::UTC)
            .date());
    };
    let text = seconds.to_string_lossy();
    let stamp = text
        .trim()
        .parse()
        .ok()
        .and_then(|seconds| jiff::Timestamp::from_second(seconds).ok());
    match stamp {
        Some(stamp) => Ok(stamp.to_zoned(jiff::tz::TimeZone::UTC).date()),
        None => Err(format!(
            "SOURCE_DATE_EPOCH is `{text}`, which is no number of seconds"
        )),
    }
}
