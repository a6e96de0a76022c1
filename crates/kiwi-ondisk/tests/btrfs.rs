//! Btrfs file systems, judged by `btrfs check` in both modes, GRUB and, where they may be mounted, the kernel.
#![allow(clippy::unwrap_used, clippy::disallowed_types)]

mod judge;

use std::fs::{self, File};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use judge::tree::{LATE, TIME, make, picture, set_time};
use judge::{as_root, judge, skipped, verdict};
use kiwi_ondisk::Error;
use kiwi_ondisk::btrfs::{self, Checksum, Filled, Options, Profile, Subvolume};
use kiwi_ondisk::file_tree::FileTree;

const MIB: u64 = 1 << 20;
const OFFSET: u64 = MIB;
const UUID: &str = "6b1ffe25-3a4b-4a8f-8d2d-3f4a9f1b2c3d";

fn options() -> Options {
    Options::new(UUID.parse().unwrap(), "ROOT")
}

/// Makes a file system in a file that is larger on both sides.
fn write(tree: &Path, image: &Path, mib: u64, options: &Options) -> Result<Filled, Error> {
    let file = File::options()
        .read(true)
        .write(true)
        .create(true)
        .truncate(true)
        .open(image)
        .unwrap();
    file.set_len((mib + 2) * MIB).unwrap();
    let outside = |path: &Path| path == Path::new("srv");
    let tree = FileTree::new(tree)
        .latest_time(Some(TIME))
        .created(TIME)
        .exclude(&outside);
    btrfs::write(&tree, &file, OFFSET, mib * MIB, options)
}

/// Cuts the file system out of its image, for programs that know no offset.
fn cut(image: &Path, mib: u64) -> PathBuf {
    let path = image.with_extension("part");
    let part = File::create(&path).unwrap();
    kiwi_ondisk::sparse::copy_range(&File::open(image).unwrap(), OFFSET, &part, 0, mib * MIB)
        .unwrap();
    path
}

/// Nothing but praise may be printed.
fn check(part: &Path) {
    for mode in ["original", "lowmem"] {
        let Some(mut btrfs) = judge("btrfs", "btrfs-progs") else {
            return;
        };
        let output = btrfs
            .args(["check", "--check-data-csum", "--mode", mode])
            .arg(part)
            .output()
            .unwrap();
        let said = format!(
            "{}\n{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(output.status.success(), "{mode}: {said}");
        let lower = said.to_lowercase();
        for word in ["error:", "warning:", "mismatch", "bad ", "wrong", "missing"] {
            let harmless = "warning: low-memory mode repair";
            assert!(
                !lower.replace(harmless, "").contains(word),
                "{mode}: {said}"
            );
        }
        assert!(said.contains("no error found"), "{mode}: {said}");
    }
}

/// Looks at a file system through the kernel; `None` where nothing can be mounted.
fn mounted(part: &Path, options: &str, look: impl FnOnce(&Path)) -> Option<()> {
    let directory = tempfile::tempdir().unwrap();
    let status = judge("mount", "mount")?
        .args(["-t", "btrfs", "-o", &format!("loop,{options}")])
        .arg(part)
        .arg(directory.path())
        .status()
        .unwrap();
    if !status.success() {
        skipped("nothing can be mounted here, the kernel could not judge");
        return None;
    }
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| look(directory.path())));
    verdict(judge("umount", "mount")?.arg(directory.path()));
    result.unwrap();
    Some(())
}

fn run(program: &str, arguments: &[&str], path: &Path) -> String {
    judge(program, "btrfs-progs")
        .map(|mut command| verdict(command.args(arguments).arg(path)))
        .unwrap_or_default()
}

/// Changes the file system in many ways, has the kernel look at every byte, and checks once more.
fn live_in(part: &Path) {
    let lived = mounted(part, "rw", |path| {
        fs::create_dir(path.join("new")).unwrap();
        for number in 0..200_usize {
            fs::write(path.join(format!("new/{number}")), vec![7; number * 97]).unwrap();
        }
        for number in (0..200).step_by(3) {
            fs::remove_file(path.join(format!("new/{number}"))).unwrap();
        }
        run("btrfs", &["filesystem", "sync"], path);
        let scrub = run("btrfs", &["scrub", "start", "-B", "-R"], path);
        for line in scrub.lines().filter(|line| line.contains("_errors")) {
            assert!(line.trim().ends_with(": 0"), "{scrub}");
        }
        run("btrfs", &["balance", "start", "--full-balance"], path);
    });
    if lived.is_some() {
        check(part);
    }
}

/// Compares a mounted file system with what was stored.
fn compare(found: &Path, tree: &Path, what: &str) {
    let mut expected = picture(tree, TIME);
    expected.retain(|path, _| !path.starts_with("srv"));
    let found = picture(found, TIME);
    assert_eq!(found.len(), expected.len(), "{what}");
    for (path, description) in &expected {
        assert_eq!(found.get(path), Some(description), "{what} {path:?}");
    }
}

/// Adds sparse and larger files, and a large directory.
fn make_large(tree: &Path) {
    let holes = File::create(tree.join("var/holes")).unwrap();
    for part in 0..300_u64 {
        holes
            .write_all_at(&[(part % 250) as u8 + 1; 5000], part * 3 * 65536 + 100)
            .unwrap();
    }
    holes.set_len(100 * MIB + 5).unwrap();
    File::create(tree.join("var/hole"))
        .unwrap()
        .set_len(1 << 42)
        .unwrap();
    let whole: Vec<u8> = (0..9_000_000_u32)
        .map(|number| (number >> 9) as u8)
        .collect();
    fs::write(tree.join("var/whole"), whole).unwrap();
    fs::create_dir(tree.join("usr/many")).unwrap();
    for number in 0..700 {
        fs::write(
            tree.join(format!("usr/many/{number:0>60}")),
            vec![1; number * 4],
        )
        .unwrap();
    }
    for length in [2047, 2048, 2049, 4095, 4096, 4097] {
        fs::write(tree.join(format!("var/{length}")), vec![2; length]).unwrap();
    }
    fs::create_dir(tree.join("usr/names")).unwrap();
    fs::write(tree.join("usr/names/first"), b"many names").unwrap();
    for number in 0..999 {
        fs::hard_link(
            tree.join("usr/names/first"),
            tree.join(format!("usr/names/name-with-some-length-{number}")),
        )
        .unwrap();
    }
}

/// Makes everything look as old as the rest.
fn age(tree: &Path) {
    for directory in ["var", "usr/many", "usr/names", "usr", "etc", ""] {
        for entry in fs::read_dir(tree.join(directory)).unwrap() {
            let path = entry.unwrap().path();
            if fs::symlink_metadata(&path).unwrap().is_file() && !path.ends_with("late") {
                set_time(&path, TIME - 5);
            }
        }
        set_time(&tree.join(directory), TIME);
    }
}

#[test]
fn whole_trees_with_all_options() {
    if !as_root("whole_trees_with_all_options") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let tree = directory.path().join("tree");
    make(&tree);
    make_large(&tree);
    age(&tree);
    let mut cases = vec![("defaults", options())];
    let mut add = |name, change: &dyn Fn(&mut Options)| {
        let mut options = options();
        change(&mut options);
        cases.push((name, options));
    };
    add("small nodes", &|it| it.node_size = 4096);
    add("large nodes", &|it| it.node_size = 65536);
    add("one copy", &|it| it.metadata = Profile::Single);
    add("two of all", &|it| it.data = Profile::Duplicate);
    add("old", &|it| {
        it.no_holes = false;
        it.free_space_tree = false;
    });
    add("quota", &|it| it.quota = true);
    add("xxhash", &|it| it.checksum = Checksum::XxHash);
    add("sha256", &|it| it.checksum = Checksum::Sha256);
    add("blake2", &|it| it.checksum = Checksum::Blake2);
    for (name, options) in cases {
        println!("{name}");
        let image = directory.path().join("image");
        let filled = write(&tree, &image, 256, &options).unwrap();
        // The root counts too.
        assert!(filled.inodes > 700 && filled.data_bytes > 9 * MIB);
        let part = cut(&image, 256);
        check(&part);
        mounted(&part, "ro", |path| {
            // The length of the first hole is too much for reading.
            let length = path.join("var/hole").metadata().unwrap().len();
            assert_eq!(length, 1 << 42);
        });
        fs::remove_file(tree.join("var/hole")).unwrap();
        write(&tree, &image, 256, &options).unwrap();
        let part = cut(&image, 256);
        check(&part);
        mounted(&part, "ro", |path| compare(path, &tree, name));
        let again = directory.path().join("again");
        write(&tree, &again, 256, &options).unwrap();
        assert!(
            fs::read(&image).unwrap() == fs::read(&again).unwrap(),
            "{name} gives different bytes"
        );
        live_in(&part);
        File::create(tree.join("var/hole"))
            .unwrap()
            .set_len(1 << 42)
            .unwrap();
    }
}
