//! Btrfs file systems, judged by `btrfs check` in both modes, GRUB and, where they may be mounted, the kernel.
#![allow(clippy::unwrap_used, clippy::disallowed_types)]

mod judge;

use std::fs::{self, File};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};

use judge::tree::{TIME, make, picture, set_time};
use judge::{as_root, judge, skipped, verdict};
use kiwi_ondisk::Error;
use kiwi_ondisk::btrfs::{self, Checksum, Filled, Options, Profile, Subvolume};
use kiwi_ondisk::file_tree::FileTree;

const MIB: u64 = 1 << 20;
const OFFSET: u64 = MIB;
/// MiB of most images: the kernel needs some room to rearrange everything.
const SIZE: u64 = 1024;
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

/// Has the whole file system checked in both modes; nothing but praise may be printed.
fn check(part: &Path) {
    check_in(part, &["original", "lowmem"]);
}

fn check_in(part: &Path, modes: &[&str]) {
    for mode in modes {
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

fn same(first: &Path, second: &Path) {
    if let Some(mut cmp) = judge("cmp", "diffutils") {
        verdict(cmp.arg(first).arg(second));
    }
}

fn run(program: &str, arguments: &[&str], path: &Path) -> String {
    judge(program, "btrfs-progs")
        .map(|mut command| verdict(command.args(arguments).arg(path)))
        .unwrap_or_default()
}

/// Changes the file system in many ways, has the kernel look at every byte, and checks once more.
fn live_in(part: &Path, balance: bool) {
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
        if balance {
            run("btrfs", &["balance", "start", "--full-balance"], path);
        }
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
        assert_eq!(
            found.get(path),
            Some(description),
            "{what} {}",
            path.display()
        );
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
}

/// Makes everything look as old as the rest.
fn age(tree: &Path) {
    for directory in ["var", "usr/many", "usr", "etc", ""] {
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
        let filled = write(&tree, &image, SIZE, &options).unwrap();
        // The root counts too.
        assert!(filled.inodes > 700 && filled.data_bytes > 9 * MIB);
        let part = cut(&image, SIZE);
        check(&part);
        mounted(&part, "ro", |path| {
            // The length of the first hole is too much for reading.
            let length = path.join("var/hole").metadata().unwrap().len();
            assert_eq!(length, 1 << 42);
        });
        fs::remove_file(tree.join("var/hole")).unwrap();
        write(&tree, &image, SIZE, &options).unwrap();
        let part = cut(&image, SIZE);
        check(&part);
        mounted(&part, "ro", |path| compare(path, &tree, name));
        let again = directory.path().join("again");
        write(&tree, &again, SIZE, &options).unwrap();
        same(&image, &again);
        // With two copies of data the kernel runs out of space on a small device when it moves everything.
        live_in(&part, options.data == Profile::Single);
        File::create(tree.join("var/hole"))
            .unwrap()
            .set_len(1 << 42)
            .unwrap();
    }
}

/// Mounts, looks at the names, adds and removes some, and checks again.
#[test]
fn a_file_with_a_thousand_names_in_one_directory() {
    if !as_root("a_file_with_a_thousand_names_in_one_directory") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let tree = directory.path().join("tree");
    fs::create_dir_all(tree.join("names")).unwrap();
    fs::write(tree.join("names/first"), b"many names").unwrap();
    for number in 0..999 {
        fs::hard_link(
            tree.join("names/first"),
            tree.join(format!("names/name-with-some-length-{number}")),
        )
        .unwrap();
    }
    let image = directory.path().join("image");
    write(&tree, &image, 128, &options()).unwrap();
    let part = cut(&image, 128);
    // The other mode of version 6.2 also calls what the kernel makes of this wrong.
    check_in(&part, &["original"]);
    let changed = mounted(&part, "rw", |path| {
        let names = path.join("names");
        assert_eq!(fs::read_dir(&names).unwrap().count(), 1000);
        assert_eq!(names.join("first").metadata().unwrap().nlink(), 1000);
        fs::hard_link(names.join("first"), names.join("one more")).unwrap();
        for number in 0..999 {
            fs::remove_file(names.join(format!("name-with-some-length-{number}"))).unwrap();
        }
        assert_eq!(names.join("first").metadata().unwrap().nlink(), 2);
    });
    if changed.is_some() {
        check(&part);
    }

    let mut old = options();
    old.extended_references = false;
    let error = write(&tree, &image, 128, &old).unwrap_err().to_string();
    assert!(error.contains("too many names in one directory"), "{error}");
}

/// Runs GRUB's reader on a file system.
fn grub(part: &Path, arguments: &[&str]) -> Option<String> {
    let mut grub = judge("grub-fstest", "grub-common")?;
    Some(verdict(grub.arg(part).args(arguments)))
}

#[test]
fn grub_reads_what_it_needs_to_start() {
    let directory = tempfile::tempdir().unwrap();
    let tree = directory.path().join("tree");
    fs::create_dir_all(tree.join("boot/grub")).unwrap();
    fs::write(tree.join("boot/grub/grub.cfg"), "menuentry small\n").unwrap();
    let kernel: Vec<u8> = (0..3_000_000_u32).map(|it| (it >> 7) as u8).collect();
    fs::write(tree.join("boot/vmlinuz"), &kernel).unwrap();
    let image = directory.path().join("image");
    let mut with_root = options();
    with_root.subvolumes = vec![Subvolume::new("@", Some(""))];
    for (options, root) in [(options(), ""), (with_root, "/@")] {
        write(&tree, &image, 128, &options).unwrap();
        let part = cut(&image, 128);
        let at = |path: &str| format!("(loop0){root}/boot/{path}");
        let Some(listing) = grub(&part, &["ls", &at("")]) else {
            return;
        };
        assert!(listing.contains("vmlinuz"), "{listing}");
        let text = grub(&part, &["cat", &at("grub/grub.cfg")]).unwrap();
        assert!(text.contains("menuentry small"), "{text}");
        let stored = directory.path().join("vmlinuz");
        grub(&part, &["cp", &at("vmlinuz"), stored.to_str().unwrap()]).unwrap();
        assert!(fs::read(&stored).unwrap() == kernel);
    }
}

#[test]
fn subvolumes_as_snapper_wants_them() {
    if !as_root("subvolumes_as_snapper_wants_them") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let tree = directory.path().join("tree");
    make(&tree);
    fs::write(tree.join("home/large"), vec![3; 3_000_000]).unwrap();
    fs::create_dir_all(tree.join("var/lib/db")).unwrap();
    fs::write(tree.join("var/lib/db/table"), vec![4; 70_000]).unwrap();
    fs::create_dir_all(tree.join("opt")).unwrap();
    fs::write(tree.join("opt/tool"), vec![5; 100]).unwrap();
    fs::hard_link(tree.join("usr/bin/su"), tree.join("home/su")).unwrap();
    let mut snapshots = Subvolume::new("@/.snapshots", Some(".snapshots"));
    snapshots.mode = 0o700;
    snapshots.files = vec![("1/info.xml".into(), b"<snapshot/>".to_vec())];
    let mut snapshot = Subvolume::new("@/.snapshots/1/snapshot", Some(""));
    snapshot.read_only = true;
    let mut home = Subvolume::new("@/home", Some("home"));
    home.limit = Some(50 * MIB);
    let mut database = Subvolume::new("@/var/lib/db", Some("var/lib/db"));
    database.no_copy_on_write = true;
    let mut options = options();
    options.quota = true;
    options.quota_groups = vec![(1, 0)];
    options.default_subvolume = Some("@/.snapshots/1/snapshot".into());
    options.subvolumes = vec![
        snapshot,
        snapshots,
        home,
        database,
        Subvolume::new("@", None),
        Subvolume::new("opt", Some("opt")),
    ];
    let image = directory.path().join("image");
    write(&tree, &image, SIZE, &options).unwrap();
    let again = directory.path().join("again");
    write(&tree, &again, SIZE, &options).unwrap();
    same(&image, &again);
    let part = cut(&image, SIZE);
    check(&part);
    mounted(&part, "rw,subvolid=5", |top| {
        let list = run("btrfs", &["subvolume", "list"], top);
        for path in [
            "ID 256 gen 1 top level 5 path @\n",
            "path @/.snapshots\n",
            "path @/.snapshots/1/snapshot\n",
            "path @/home\n",
            "path @/var/lib/db\n",
            "top level 5 path opt\n",
        ] {
            let plain: Vec<&str> = list.lines().collect();
            assert!(
                plain.iter().any(|line| format!("{line}\n").ends_with(path)),
                "{path}: {list}"
            );
        }
        let default = run("btrfs", &["subvolume", "get-default"], top);
        assert!(
            default.ends_with("path @/.snapshots/1/snapshot\n"),
            "{default}"
        );
        let read_only = run(
            "btrfs",
            &["property", "get", "-ts"],
            &top.join("@/.snapshots/1/snapshot"),
        );
        assert_eq!(read_only, "ro=true\n");
        let snapshots = top.join("@/.snapshots");
        assert_eq!(snapshots.metadata().unwrap().mode(), 0o40700);
        assert_eq!(
            fs::read(snapshots.join("1/info.xml")).unwrap(),
            b"<snapshot/>"
        );
        // Every directory is where it belongs, and its place in the snapshot is empty.
        compare_part(&top.join("@/home"), &tree.join("home"));
        compare_part(&top.join("opt"), &tree.join("opt"));
        compare_part(&top.join("@/var/lib/db"), &tree.join("var/lib/db"));
        let root = snapshots.join("1/snapshot");
        compare_part(&root.join("etc"), &tree.join("etc"));
        for empty in ["home", "opt", "var/lib/db", ".snapshots"] {
            assert_eq!(
                fs::read_dir(root.join(empty)).unwrap().count(),
                0,
                "{empty}"
            );
        }
        for path in ["", "/table"] {
            let mut lsattr = judge("lsattr", "e2fsprogs").unwrap();
            let path = format!("{}/@/var/lib/db{path}", top.display());
            let attributes = verdict(lsattr.args(["-d", &path]));
            assert!(attributes.contains("---C---"), "{attributes}");
        }
        let groups = run("btrfs", &["qgroup", "show", "-re", "--raw"], top);
        assert!(groups.contains(&(50 * MIB).to_string()), "{groups}");
        assert!(groups.contains("1/0"), "{groups}");
        // The kernel counts the same.
        run("btrfs", &["quota", "rescan", "-w"], top);
        let counted = run("btrfs", &["qgroup", "show", "-re", "--raw"], top);
        assert_eq!(groups, counted);
        let full = fs::write(top.join("@/home/too-much"), vec![1; 60 << 20]);
        assert!(full.is_err(), "the limit holds");
        fs::remove_file(top.join("@/home/too-much")).unwrap();
    });
    check(&part);
    mounted(&part, "ro", |root| {
        // Mounted without a name, the default one comes.
        assert!(root.join("etc/passwd").is_file());
    });
    let part = cut(&image, SIZE);
    live_in_top_level(&part);
}

fn live_in_top_level(part: &Path) {
    let lived = mounted(part, "rw,subvolid=5", |path| {
        run("btrfs", &["subvolume", "create"], &path.join("@/srv"));
        run("btrfs", &["subvolume", "delete"], &path.join("opt"));
        run("btrfs", &["balance", "start", "--full-balance"], path);
    });
    if lived.is_some() {
        check(part);
    }
}

/// Compares part of a mounted file system with part of the tree.
fn compare_part(found: &Path, tree: &Path) {
    let strip = |pictures: std::collections::BTreeMap<PathBuf, String>| -> Vec<String> {
        pictures
            .into_iter()
            .map(|(path, picture)| format!("{} {picture}", path.display()))
            .collect()
    };
    assert_eq!(strip(picture(found, TIME)), strip(picture(tree, TIME)));
}

#[test]
fn what_does_not_fit_is_said_in_numbers() {
    let directory = tempfile::tempdir().unwrap();
    let tree = directory.path().join("tree");
    fs::create_dir(&tree).unwrap();
    fs::write(tree.join("large"), vec![1; 90_000_000]).unwrap();
    let image = directory.path().join("image");
    let error = write(&tree, &image, 128, &options()).unwrap_err();
    let Error::TooSmall { needed, .. } = error else {
        panic!("{error}");
    };
    // What it says is enough.
    let mib = needed.div_ceil(MIB);
    assert!(write(&tree, &image, mib - 1, &options()).is_err());
    write(&tree, &image, mib, &options()).unwrap();
    check(&cut(&image, mib));

    let mut small = options();
    small.node_size = 2048;
    let error = write(&tree, &image, 256, &small).unwrap_err().to_string();
    assert!(error.contains("node size"), "{error}");
    small = options();
    small.default_subvolume = Some("@".into());
    let error = write(&tree, &image, 256, &small).unwrap_err().to_string();
    assert!(error.contains("does not exist"), "{error}");
}

#[test]
fn attributes_up_to_the_limit() {
    if !as_root("attributes_up_to_the_limit") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    // Other file systems hold less in one attribute than this one does.
    let host = directory.path().join("host");
    File::create(&host).unwrap().set_len(512 * MIB).unwrap();
    let Some(mut mkfs) = judge("mkfs.btrfs", "btrfs-progs") else {
        return;
    };
    verdict(mkfs.arg("-q").arg(&host));
    mounted(&host, "rw", |host| {
        let tree = host.join("tree");
        fs::create_dir(&tree).unwrap();
        fs::write(tree.join("file"), "x").unwrap();
        let largest = 16384 - 101 - 25 - 30 - "user.a".len();
        xattr::set(tree.join("file"), "user.a", &vec![5; largest]).unwrap();
        for number in 0..100 {
            let name = format!("user.attribute-{number}");
            xattr::set(tree.join("file"), name, &vec![6; number * 10]).unwrap();
        }
        let image = directory.path().join("image");
        write(&tree, &image, 128, &options()).unwrap();
        let part = cut(&image, 128);
        check(&part);
        mounted(&part, "ro", |found| compare_part(found, &tree));
        let mut small = options();
        small.node_size = 4096;
        let error = write(&tree, &image, 128, &small).unwrap_err().to_string();
        assert!(error.contains("`user.a` of 16222 bytes"), "{error}");
    });
}

#[test]
fn many_small_files() {
    let directory = tempfile::tempdir().unwrap();
    let tree = directory.path().join("tree");
    for number in 0..100_000 {
        let path = tree.join(format!("{}/{}", number / 1000, number % 1000));
        if number % 1000 == 0 {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
        }
        fs::write(path, number.to_string()).unwrap();
    }
    let image = directory.path().join("image");
    let filled = write(&tree, &image, 400, &options()).unwrap();
    assert_eq!(filled.inodes, 100_101);
    // The other mode takes minutes.
    check_in(&cut(&image, 400), &["original"]);
}

#[test]
fn more_than_one_chunk_of_data() {
    let directory = tempfile::tempdir().unwrap();
    let tree = directory.path().join("tree");
    fs::create_dir(&tree).unwrap();
    let large = File::create(tree.join("large")).unwrap();
    // Four parts with data around the ends of chunks, and nothing between them.
    let bytes: Vec<u8> = (0..2_100_000_u32).map(|it| (it >> 8) as u8).collect();
    let block = vec![0x55; 700 << 20];
    for part in 0..4_u64 {
        large.write_all_at(&block, part * (1 << 30)).unwrap();
        large.write_all_at(&bytes, part * (1 << 30) + 5).unwrap();
    }
    drop(block);
    let image = directory.path().join("image");
    let filled = write(&tree, &image, 3400, &options()).unwrap();
    assert_eq!(filled.data_bytes, 2800 * MIB);
    let part = cut(&image, 3400);
    check(&part);
    fs::remove_file(&image).unwrap();
    if !rustix::process::geteuid().is_root() {
        skipped("only root can mount, the kernel could not judge");
        return;
    }
    mounted(&part, "ro", |found| {
        same(&tree.join("large"), &found.join("large"));
    });
}

#[test]
fn it_can_be_stopped() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("file"), vec![1; 100_000]).unwrap();
    let target = tempfile::tempdir().unwrap();
    let file = File::create(target.path().join("image")).unwrap();
    let tree = FileTree::new(directory.path()).progress(&|_, _| false);
    let stopped = btrfs::write(&tree, &file, OFFSET, 128 * MIB, &options());
    assert!(matches!(stopped, Err(Error::Stopped)));
}
