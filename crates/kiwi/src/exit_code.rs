//! The exit codes of the program, one table.

use kiwi_build::Category;

/// How the program ends (design: "Saying what is wrong").
///
/// The reference ends every known error with 1; callers of both only tell 0 from the rest, so that the finer codes are safe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: what was asked for is done.
    Done,
    /// 1: the build failed.
    BuildFailed,
    /// 1: something to change was found, as asked with `image upgrade --check`.
    Outdated,
    /// 2: the command line or the description is wrong.
    Invalid,
    /// 3: this host cannot do it.
    Host,
    /// 4: a repository or the network did not answer; trying again may help.
    Network,
    /// 128 and the number of the signal: somebody asked us to stop.
    Interrupted(i32),
    /// As the process inside the enclosure ended, which had one of the codes above.
    Inside(u8),
}

impl Exit {
    /// Returns the number for the operating system.
    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::BuildFailed | Exit::Outdated => 1,
            Exit::Invalid => 2,
            Exit::Host => 3,
            Exit::Network => 4,
            Exit::Inside(code) => code,
            Exit::Interrupted(signal) => {
                u8::try_from(kiwi_host::signals::exit_code(signal)).unwrap_or(1)
            }
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

impl From<Category> for Exit {
    fn from(category: Category) -> Self {
        match category {
            Category::Build => Exit::BuildFailed,
            Category::Invalid => Exit::Invalid,
            Category::Host => Exit::Host,
            Category::Network => Exit::Network,
            Category::Interrupted(signal) => Exit::Interrupted(signal),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        for (category, code) in [
            (Category::Build, 1),
            (Category::Invalid, 2),
            (Category::Host, 3),
            (Category::Network, 4),
            (Category::Interrupted(2), 130),
            (Category::Interrupted(15), 143),
        ] {
            assert_eq!(Exit::from(category).code(), code, "{category:?}");
        }
    }
}
