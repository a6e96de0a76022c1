//! `.verified`: files that are not as their package brought them, in the format of `rpm --verify`.
//!
//! The lines are those of `dpkg --verify --verify-format rpm` (dpkg(1)), sorted by package and not in the order of
//! dpkg's hash table. Where dpkg gives up (a directory has the name of a file) the line says what is wrong.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use kiwi_host::resolve::TreeDir;
use md5::{Digest as _, Md5};
use rayon::prelude::*;
use rustix::fs::OFlags;

use crate::error::BuildError;
use crate::package_manager::apt::database::{self, Installed};

const INFO: &str = "var/lib/dpkg/info";

/// One line per file that is missing or differs.
pub(super) fn text(tree: &TreeDir) -> Result<Vec<u8>, BuildError> {
    let mut packages = database::read(tree.path())?;
    packages.sort_by(|a, b| (&a.name, &a.architecture).cmp(&(&b.name, &b.architecture)));
    let diversions = diversions(&optional(tree, "var/lib/dpkg/diversions")?);
    let parts: Vec<String> = packages
        .par_iter()
        .map(|package| verify(tree, package, &diversions))
        .collect::<Result<_, _>>()?;
    Ok(parts.concat().into_bytes())
}

/// A file that another package moved out of the way: from, to, and who did it.
type Diversions = BTreeMap<String, (String, String)>;

fn diversions(text: &str) -> Diversions {
    let lines: Vec<&str> = text.lines().collect();
    lines
        .chunks_exact(3)
        .map(|part| (part[0].to_owned(), (part[1].to_owned(), part[2].to_owned())))
        .collect()
}

fn verify(
    tree: &TreeDir,
    package: &Installed,
    diversions: &Diversions,
) -> Result<String, BuildError> {
    let list = information(tree, package, "list")?;
    let sums = information(tree, package, "md5sums")?;
    let sums: BTreeMap<&str, &str> = sums
        .lines()
        .filter_map(|line| line.split_once("  ").map(|(sum, name)| (name, sum)))
        .collect();
    let mut text = String::new();
    for name in list.lines() {
        let conffile = package.conffiles.get(name).map(String::as_str);
        let diverted = diversions
            .get(name)
            .filter(|(_, owner)| *owner != package.name)
            .map(|(target, _)| target.as_str());
        // What belongs to the name is not known of the file that was moved away from it.
        let expected = match diverted {
            Some(_) => None,
            None => sums.get(name.trim_start_matches('/')).copied().or(conffile),
        };
        let name = diverted.unwrap_or(name);
        if let Some(result) = check(tree, name, expected) {
            let attribute = if conffile.is_some() { 'c' } else { ' ' };
            text.push_str(&format!("{result} {attribute} {name}\n"));
        }
    }
    Ok(text)
}

/// The nine characters of a file that is not as it should be.
fn check(tree: &TreeDir, name: &str, expected: Option<&str>) -> Option<String> {
    let Ok(metadata) = tree.symlink_metadata(name) else {
        return Some("missing  ".into());
    };
    let expected = expected?;
    // Files with a digest are plain files; nothing else is known about them.
    let mode = if metadata.is_file() { '?' } else { 'M' };
    let is_plain = tree.metadata(name).is_ok_and(|metadata| metadata.is_file());
    let content = if is_plain && digest(tree, name).is_ok_and(|found| found == expected) {
        '.'
    } else {
        '5'
    };
    ((mode, content) != ('?', '.')).then(|| format!("?{mode}{content}??????"))
}

fn digest(tree: &TreeDir, name: &str) -> io::Result<String> {
    let mut file: File = tree
        .open_file(name, OFlags::RDONLY, 0)
        .map_err(|error| error.source)?;
    let mut hasher = Md5::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            count => hasher.update(&buffer[..count]),
        }
    }
    Ok(hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

/// One of the files dpkg keeps for a package; empty when there is none.
fn information(tree: &TreeDir, package: &Installed, extension: &str) -> Result<String, BuildError> {
    let Installed {
        name, architecture, ..
    } = package;
    let qualified = format!("{INFO}/{name}:{architecture}.{extension}");
    if tree.exists(&qualified) {
        optional(tree, &qualified)
    } else {
        optional(tree, format!("{INFO}/{name}.{extension}"))
    }
}

fn optional(tree: &TreeDir, path: impl AsRef<Path>) -> Result<String, BuildError> {
    match tree.read(path) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(error) if error.is_not_found() => Ok(String::new()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use kiwi_host::command::{Cmd, Runner as _, SystemRunner};
    use kiwi_host::signals::Interrupt;
    use kiwi_testkit::judges::require_judge;

    use super::*;
    use crate::root::testing::Bench;

    const LIST: &str = "/.\n/usr\n/usr/bin\n/usr/bin/good\n/usr/bin/bad\n/usr/bin/linked\n/usr/bin/missing\n\
                        /usr/bin/unknown\n/usr/bin/unknown-missing\n/usr/bin/moved\n/usr/bin/moved-missing\n\
                        /etc/good\n/etc/bad\n/etc/missing\n/etc/linked\n/etc/both\n";

    const EXPECTED: &str = "missing     /m/also\n\
                            ??5??????   /usr/bin/bad\n\
                            missing   c /etc/gone\n\
                            ??5??????   /usr/bin/bad\n\
                            ?M.??????   /usr/bin/linked\n\
                            missing     /usr/bin/missing\n\
                            missing     /usr/bin/unknown-missing\n\
                            missing     /usr/bin/elsewhere-missing\n\
                            ??5?????? c /etc/bad\n\
                            missing   c /etc/missing\n\
                            ?M.?????? c /etc/linked\n";

    fn md5(text: &str) -> String {
        let digest = Md5::digest(text);
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn package(name: &str, status: &str, rest: &str) -> String {
        format!(
            "Package: {name}\nStatus: {status}\nArchitecture: amd64\nMaintainer: x\nVersion: 1\n\
             Description: x\n{rest}\n"
        )
    }

    fn bench() -> Bench {
        let bench = Bench::new();
        let good = md5("good");
        for name in ["usr/bin/good", "usr/bin/elsewhere", "etc/good", "etc/both"] {
            bench.write(name, "good");
        }
        for name in ["usr/bin/bad", "usr/bin/unknown", "etc/bad"] {
            bench.write(name, "bad");
        }
        symlink("good", bench.root().join("usr/bin/linked")).unwrap();
        symlink("good", bench.root().join("etc/linked")).unwrap();
        let conffiles: String = ["good", "bad", "missing", "linked"]
            .map(|name| format!(" /etc/{name} {good}\n"))
            .concat();
        let main = format!("Conffiles:\n{conffiles} /etc/both {}\n", md5("other"));
        let status = [
            package("zz", "install ok installed", &main),
            package("aa", "install ok installed", "Multi-Arch: same\n"),
            package(
                "mm",
                "deinstall ok config-files",
                &format!("Conffiles:\n /etc/gone {good}\n"),
            ),
        ];
        bench.write("var/lib/dpkg/status", &status.concat());
        let sums: String = [
            "usr/bin/good",
            "usr/bin/bad",
            "usr/bin/linked",
            "usr/bin/missing",
            "usr/bin/moved",
            "usr/bin/moved-missing",
            "etc/both",
        ]
        .map(|name| format!("{good}  {name}\n"))
        .concat();
        let other = format!("{good}  usr/bin/bad\n");
        for (name, text) in [
            ("info/format", "1\n"),
            ("info/zz.list", LIST),
            ("info/zz.md5sums", &sums),
            ("info/aa:amd64.list", "/m/also\n/usr/bin/bad\n"),
            ("info/aa:amd64.md5sums", &other),
            ("info/mm.list", "/etc/gone\n"),
            (
                "diversions",
                "/usr/bin/moved\n/usr/bin/elsewhere\naa\n\
                 /usr/bin/moved-missing\n/usr/bin/elsewhere-missing\naa\n",
            ),
        ] {
            bench.write(&format!("var/lib/dpkg/{name}"), text);
        }
        bench.write("usr/bin/elsewhere", "something else");
        bench
    }

    #[test]
    fn lines() {
        let bench = bench();
        let text = String::from_utf8(text(&bench.tree()).unwrap()).unwrap();
        assert_eq!(text, EXPECTED);
    }

    #[test]
    fn a_directory_in_place_of_a_file() {
        let bench = bench();
        std::fs::remove_file(bench.root().join("usr/bin/good")).unwrap();
        std::fs::create_dir(bench.root().join("usr/bin/good")).unwrap();
        let text = String::from_utf8(text(&bench.tree()).unwrap()).unwrap();
        assert!(text.contains("?M5??????   /usr/bin/good\n"), "{text}");
    }

    #[test]
    fn dpkg_says_the_same() {
        if require_judge("dpkg").is_none() {
            return;
        }
        let runner = SystemRunner::new(Interrupt::detached().unwrap());
        let bench = bench();
        std::fs::create_dir(bench.root().join("var/lib/dpkg/updates")).unwrap();
        let command = Cmd::new("dpkg")
            .arg(format!("--root={}", bench.root().display()))
            .args(["--verify", "--verify-format", "rpm"]);
        let output = runner.run(&command).unwrap();
        let sorted = |text: &str| {
            let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        assert_eq!(sorted(&output.stdout_text()), sorted(EXPECTED));
    }
}
