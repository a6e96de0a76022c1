//! Numbers of several runs, and how two of them compare.

use std::time::Duration;

use super::process::Sample;

/// Medians of the runs of one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Figure {
    /// Median of the wall times.
    pub(super) wall: Duration,
    /// Median of the processor times.
    pub(super) processor: Duration,
}

impl Figure {
    /// The medians of `samples`; `None` without any.
    pub(super) fn of(samples: &[Sample]) -> Option<Self> {
        Some(Self {
            wall: median(samples.iter().map(|sample| sample.wall))?,
            processor: median(samples.iter().map(|sample| sample.processor))?,
        })
    }
}

fn median(values: impl Iterator<Item = Duration>) -> Option<Duration> {
    let mut values: Vec<Duration> = values.collect();
    values.sort_unstable();
    let upper = *values.get(values.len() / 2)?;
    let lower = values[(values.len() - 1) / 2];
    Some((lower + upper) / 2)
}

/// What a step has to reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Target {
    /// Nothing; the step is shown for what it says.
    None,
    /// At most this part of the other's wall time.
    Ratio(f64),
    /// Less than this wall time.
    Below(Duration),
}

/// One line of the table of results.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// What was done.
    pub(super) step: String,
    /// Our time.
    pub(super) ours: Figure,
    /// Name and time of the other.
    pub(super) other: (String, Figure),
    /// What was to be reached.
    pub(super) target: Target,
}

impl Row {
    /// Our wall time as a part of the other's.
    pub(super) fn ratio(&self) -> f64 {
        self.ours.wall.as_secs_f64() / self.other.1.wall.as_secs_f64()
    }

    /// Our processor time as a part of the other's; `None` when too short to say.
    pub(super) fn processor_ratio(&self) -> Option<f64> {
        let other = self.other.1.processor.as_secs_f64();
        (other >= 1.0).then(|| self.ours.processor.as_secs_f64() / other)
    }

    /// Whether the target was reached; `None` without one.
    pub(super) fn reached(&self) -> Option<bool> {
        match self.target {
            Target::None => None,
            Target::Ratio(most) => Some(self.ratio() <= most),
            Target::Below(limit) => Some(self.ours.wall < limit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(millis: &[u64]) -> Vec<Sample> {
        let sample = |wall: &u64| Sample {
            wall: Duration::from_millis(*wall),
            processor: Duration::ZERO,
        };
        millis.iter().map(sample).collect()
    }

    #[test]
    fn medians() {
        for (millis, expected) in [
            (&[][..], None),
            (&[5], Some(5)),
            (&[9, 1], Some(5)),
            (&[9, 1, 2], Some(2)),
            (&[9, 1, 4, 2], Some(3)),
        ] {
            let wall = Figure::of(&samples(millis)).map(|figure| figure.wall);
            assert_eq!(wall, expected.map(Duration::from_millis), "{millis:?}");
        }
    }

    #[test]
    fn targets() {
        let figure = |millis| Figure::of(&samples(&[millis])).unwrap();
        let row = |ours, target| Row {
            step: String::new(),
            ours: figure(ours),
            other: (String::new(), figure(100)),
            target,
        };
        for (ours, target, reached) in [
            (40, Target::Ratio(0.4), Some(true)),
            (41, Target::Ratio(0.4), Some(false)),
            (19, Target::Below(Duration::from_millis(20)), Some(true)),
            (20, Target::Below(Duration::from_millis(20)), Some(false)),
            (500, Target::None, None),
        ] {
            assert_eq!(row(ours, target).reached(), reached, "{ours} {target:?}");
        }
    }
}
