//! What `xz/options` of the runtime configuration means to the compressor in this process.

use std::num::NonZeroU32;

use kiwi_ondisk::compress::Compression;

use crate::context::BuildContext;

/// How an xz stream is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Xz {
    level: u32,
    threads: NonZeroU32,
}

impl Xz {
    /// Follows the settings of a build; what has no meaning here is warned about.
    pub(crate) fn of(context: &BuildContext<'_>) -> Self {
        let (xz, ignored) = Self::read(&context.plan.settings.xz_options, context.processors);
        for option in ignored {
            tracing::warn!(
                "`{option}` of `xz/options` has no effect: this program compresses without xz"
            );
        }
        xz
    }

    /// Threads as `xz` counts them, 0 for all processors.
    fn read(options: &[String], processors: usize) -> (Self, Vec<&str>) {
        let all = u32::try_from(processors)
            .ok()
            .and_then(NonZeroU32::new)
            .unwrap_or(NonZeroU32::MIN);
        let mut xz = Self {
            level: 6,
            threads: all,
        };
        let mut ignored = Vec::new();
        let mut words = options.iter().map(String::as_str);
        while let Some(word) = words.next() {
            let threads = match word {
                "-T" | "--threads" => words.next(),
                _ => word
                    .strip_prefix("--threads=")
                    .or_else(|| word.strip_prefix("-T")),
            };
            let level = word
                .strip_prefix('-')
                .filter(|digits| digits.len() == 1)
                .and_then(|digit| digit.parse().ok());
            match (threads.map(str::parse), level, word) {
                (Some(Ok(threads)), ..) => xz.threads = NonZeroU32::new(threads).unwrap_or(all),
                (None, Some(level), _) => xz.level = level,
                (None, None, "--fast") => xz.level = 0,
                (None, None, "--best") => xz.level = 9,
                _ => ignored.push(word),
            }
        }
        (xz, ignored)
    }

    /// The format and its level.
    pub(super) fn compression(self) -> Compression {
        Compression::Xz { level: self.level }
    }

    /// Threads that compress.
    pub(crate) fn threads(self) -> NonZeroU32 {
        self.threads
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_xz() {
        for (text, level, threads, ignored) in [
            ("", 6, 8, ""),
            ("--threads=0", 6, 8, ""),
            ("-T 2 -9", 9, 2, ""),
            ("-T3 -0", 0, 3, ""),
            ("--threads 1 --best", 9, 1, ""),
            ("-e --check=crc32 -5", 5, 8, "-e --check=crc32"),
            ("-Tmany", 6, 8, "-Tmany"),
        ] {
            let options: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
            let (xz, rest) = Xz::read(&options, 8);
            assert_eq!((xz.level, xz.threads.get()), (level, threads), "{text}");
            assert_eq!(rest.join(" "), ignored, "{text}");
        }
    }
}
