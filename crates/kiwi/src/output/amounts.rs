//! Numbers as people read them.

use std::time::Duration;

/// Writes a number of bytes with the unit that fits: `512 B`, `1.5 MiB`, `12 GiB`.
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut value = count as f64;
    let mut unit = 0;
    while value >= 1023.95 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if unit == 0 || value >= 99.95 {
        format!("{value:.0} {}", UNITS[unit])
    } else {
        format!("{value:.1} {}", UNITS[unit])
    }
}

/// Writes a time span: `0.4 s`, `12.3 s`, `3 min 05 s`, `1 h 02 min`.
pub fn duration(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        0..60 => format!("{:.1} s", span.as_secs_f64()),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// Writes how far a counter is: `3 of 12 packages`, `1.0 of 5.0 MiB`.
pub fn progress(done: u64, total: u64, unit: &str) -> String {
    if unit != "bytes" {
        return format!("{done} of {total} {unit}");
    }
    let (done, total) = (bytes(done), bytes(total));
    match (done.rsplit_once(' '), total.rsplit_once(' ')) {
        (Some((number, unit)), Some((_, same))) if unit == same => format!("{number} of {total}"),
        _ => format!("{done} of {total}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (count, text) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536 << 10, "1.5 MiB"),
            (100 << 20, "100 MiB"),
            ((1 << 30) - 1, "1.0 GiB"),
            (u64::MAX, "16777216 TiB"),
        ] {
            assert_eq!(bytes(count), text);
        }
    }

    #[test]
    fn times() {
        for (ms, text) in [
            (0, "0.0 s"),
            (12_340, "12.3 s"),
            (60_000, "1 min 00 s"),
            (185_900, "3 min 05 s"),
            (3_725_000, "1 h 02 min"),
        ] {
            assert_eq!(duration(Duration::from_millis(ms)), text);
        }
    }

    #[test]
    fn counters() {
        for (done, total, unit, text) in [
            (3, 12, "packages", "3 of 12 packages"),
            (1 << 20, 5 << 20, "bytes", "1.0 of 5.0 MiB"),
            (1 << 10, 5 << 20, "bytes", "1.0 KiB of 5.0 MiB"),
        ] {
            assert_eq!(progress(done, total, unit), text);
        }
    }
}
