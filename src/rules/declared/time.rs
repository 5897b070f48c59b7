//! Lengths of time in texts. Compiled into the build script too.

/// The seconds in a minute, an hour, a day, a week.
const UNITS: [(char, f64); 5] = [
    ('s', 1.0),
    ('m', 60.0),
    ('h', 3600.0),
    ('d', 86_400.0),
    ('w', 604_800.0),
];
/// The seconds of the designators of ISO 8601 before and after `T`; a month counts 30 days, a year 365.
const DATE: [(char, f64); 4] = [
    ('Y', 31_536_000.0),
    ('M', 2_592_000.0),
    ('W', 604_800.0),
    ('D', 86_400.0),
];
const TIME: [(char, f64); 3] = [('H', 3600.0), ('M', 60.0), ('S', 1.0)];

/// The length of `7776000s`, `90d`, `1h30m` (as Google Cloud and Go write it) or `P90D`, `PT1H` (ISO 8601), in seconds.
/// `None` for anything else, a plain number too.
pub fn seconds(text: &str) -> Option<i64> {
    let text = text.trim();
    let total = match text.strip_prefix('P') {
        None => sum(text, &UNITS)?,
        Some(rest) => match rest.split_once('T') {
            None => sum(rest, &DATE)?,
            Some(("", time)) => sum(time, &TIME)?,
            Some((date, time)) => sum(date, &DATE)? + sum(time, &TIME)?,
        },
    };
    (total < 1e15).then_some(total as i64)
}

/// The sum of numbers, each followed by its unit.
fn sum(text: &str, units: &[(char, f64)]) -> Option<f64> {
    let mut total = 0.0;
    let mut rest = text;
    loop {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..end].parse().ok()?;
        let unit = rest[end..].chars().next()?;
        let (_, factor) = units.iter().find(|(own, _)| *own == unit)?;
        total += number * factor;
        rest = &rest[end + unit.len_utf8()..];
        if rest.is_empty() {
            return Some(total);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn forms() {
        for (text, expected) in [
            ("7776000s", Some(7_776_000)),
            ("90d", Some(7_776_000)),
            ("1h30m", Some(5400)),
            ("0.5h", Some(1800)),
            ("P90D", Some(7_776_000)),
            ("PT1H", Some(3600)),
            ("P1DT12H", Some(129_600)),
            ("P1M", Some(2_592_000)),
            ("90", None),
            ("", None),
            ("P", None),
            ("d", None),
            ("90 days", None),
            ("1.2.3s", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
