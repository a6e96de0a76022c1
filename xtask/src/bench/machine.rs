//! The machine that figures come from.

use anyhow::Result;
use fs_err as fs;

/// What figures depend on.
#[derive(Debug, Clone)]
pub(super) struct Machine {
    /// Cores, processor, memory, kernel and distribution in words.
    pub(super) words: String,
    /// Processes that ran or wanted to, on average over the last minute.
    pub(super) load: f64,
}

impl Machine {
    /// Looks at the machine.
    pub(super) fn read() -> Result<Self> {
        let cores = std::thread::available_parallelism()?;
        let processors = fs::read_to_string("/proc/cpuinfo")?;
        let processor = after(&processors, "model name").unwrap_or("unknown processor");
        let memory = fs::read_to_string("/proc/meminfo")?;
        let memory: f64 = after(&memory, "MemTotal")
            .and_then(|value| value.split(' ').next()?.parse().ok())
            .unwrap_or_default();
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
        let release = fs::read_to_string("/etc/os-release")?;
        let release = release
            .lines()
            .find_map(|line| line.strip_prefix("PRETTY_NAME="))
            .unwrap_or("unknown distribution");
        Ok(Self {
            words: format!(
                "{cores} cores ({processor}), {:.0} GiB of memory, Linux {}, {}",
                memory / 1024.0 / 1024.0,
                kernel.trim(),
                release.trim_matches('"')
            ),
            load: load(&fs::read_to_string("/proc/loadavg")?),
        })
    }
}

/// The value of the first line `name : value`.
fn after<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines()
        .find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix(':'))
        .map(str::trim)
}

fn load(text: &str) -> f64 {
    text.split(' ')
        .next()
        .and_then(|first| first.parse().ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_files_of_proc() {
        assert_eq!(
            after("processor\t: 0\nmodel name\t: A B\n", "model name"),
            Some("A B")
        );
        assert!((load("1.25 0.70 0.10 1/200 4711\n") - 1.25).abs() < 0.001);
    }
}
