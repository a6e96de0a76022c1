//! Where the time of a run went, read from its log.

use std::time::Duration;

/// Shorter phases are put together as "the rest".
const SHORTEST: Duration = Duration::from_millis(100);

/// One phase and its time.
pub(super) type Phase = (String, Duration);

/// Phases of ours: `phase_end` events of `--log-format json`, in the order of their ends.
///
/// A phase that ran several times appears once, with the sum.
pub(super) fn of_ours(log: &str) -> Vec<Phase> {
    let mut phases: Vec<Phase> = Vec::new();
    for line in log.lines() {
        let Ok(event) = serde_json::from_str::<serde_json::Value>(line) else {
            continue;
        };
        if event["event"] != "phase_end" {
            continue;
        }
        let (Some(name), Some(millis)) = (event["phase"].as_str(), event["elapsed_ms"].as_u64())
        else {
            continue;
        };
        let time = Duration::from_millis(millis);
        match phases.iter_mut().find(|(known, _)| known == name) {
            Some((_, sum)) => *sum += time,
            None => phases.push((name.to_owned(), time)),
        }
    }
    phases
}

/// Phases of the reference: from one main message of its log to the next, to the second.
///
/// Messages that begin with an arrow belong to the phase before.
pub(super) fn of_reference(log: &str) -> Vec<Phase> {
    let marks: Vec<(u64, &str)> = log.split(['\n', '\r']).filter_map(mark).collect();
    let mut phases: Vec<Phase> = Vec::new();
    for pair in marks.windows(2) {
        let ((start, text), (end, _)) = (pair[0], pair[1]);
        // A log that runs over midnight starts again at 0.
        let time = Duration::from_secs((end + 86_400 - start) % 86_400);
        if text.starts_with("-->") {
            if let Some((_, sum)) = phases.last_mut() {
                *sum += time;
            }
        } else {
            phases.push((text.to_owned(), time));
        }
    }
    phases
}

/// The phases worth showing, and the rest of `whole` as one more.
pub(super) fn shown(phases: Vec<Phase>, whole: Duration) -> Vec<Phase> {
    let mut shown: Vec<Phase> = phases
        .into_iter()
        .filter(|(_, time)| *time >= SHORTEST)
        .collect();
    let sum: Duration = shown.iter().map(|(_, time)| *time).sum();
    let rest = whole.saturating_sub(sum);
    if rest >= SHORTEST {
        shown.push(("the rest".to_owned(), rest));
    }
    shown
}

/// Second of the day and text of `[ INFO    ]: 12:34:56 | text`.
fn mark(line: &str) -> Option<(u64, &str)> {
    let (time, text) = line.strip_prefix("[ INFO    ]: ")?.split_once(" | ")?;
    let mut seconds = 0;
    for part in time.split(':') {
        seconds = seconds * 60 + part.parse::<u64>().ok()?;
    }
    // Addresses of mirrors and paths of this machine do not belong into tables that are committed.
    let text = [" /", "://"].iter().fold(text, |text, start| {
        text.split_once(start).map_or(text, |(before, _)| before)
    });
    Some((seconds, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(phases: &[Phase]) -> Vec<(&str, f64)> {
        phases
            .iter()
            .map(|(name, time)| (name.as_str(), time.as_secs_f64()))
            .collect()
    }

    #[test]
    fn ours_sums_what_ran_twice() {
        let log = r#"not json
{"event":"phase_start","phase":"a"}
{"event":"phase_end","phase":"a","elapsed_ms":1500}
{"event":"phase_end","phase":"b","elapsed_ms":10}
{"event":"phase_end","phase":"a","elapsed_ms":500}"#;
        assert_eq!(seconds(&of_ours(log)), [("a", 2.0), ("b", 0.01)]);
        assert_eq!(
            seconds(&shown(of_ours(log), Duration::from_secs(3))),
            [("a", 2.0), ("the rest", 1.0)]
        );
    }

    #[test]
    fn reference_counts_to_the_next_message() {
        let log = "[ INFO    ]: 23:59:58 | First\n\
                   [ INFO    ]: Processing: [####] 10%\r[ INFO    ]: 00:00:01 | --> detail\n\
                   [ DEBUG   ]: 00:00:02 | nothing\n\
                   [ INFO    ]: 00:00:05 | Second http://mirror\n\
                   [ INFO    ]: 00:00:06 | Third\n\
                   [ INFO    ]: 00:00:07 | Image /a/b.raw\n\
                   [ INFO    ]: 00:00:08 | End\n";
        assert_eq!(
            seconds(&of_reference(log)),
            [
                ("First", 7.0),
                ("Second http", 1.0),
                ("Third", 1.0),
                ("Image", 1.0)
            ]
        );
    }
}
