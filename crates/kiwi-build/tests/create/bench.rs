//! A prepared tree, a plan, and `create` run on them with the programs of this machine.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use kiwi_build::{Artefacts, BuildContext, BuildError, Places, RootTree, create};
use kiwi_host::{Interrupt, SystemRunner};
use kiwi_plan::plan::BuildPlan;
use serde_json::{Value, json};

use crate::judge::{judge, required, skipped, tree, verdict};

/// The newest time in the images of these tests.
pub(crate) const EPOCH: i64 = tree::TIME + 7;

/// What every tree here has besides that of `judge::tree`.
pub(crate) struct Bench {
    directory: tempfile::TempDir,
    pub(crate) interrupt: Interrupt,
}

impl Bench {
    /// Makes the tree.
    pub(crate) fn new() -> Self {
        let bench = Self {
            directory: tempfile::tempdir().unwrap(),
            interrupt: Interrupt::detached().unwrap(),
        };
        tree::make(&bench.root());
        for (path, text) in [
            ("image/config.xml", "<image/>"),
            ("image/secret", "not for the image"),
            (".kconfig", "x"),
            ("run/lock/file", "x"),
            ("tmp/.hidden", "x"),
            ("var/cache/kiwi/packages/a.deb", "x"),
            ("var/cache/other", "kept"),
            ("var/lib/dpkg/status", STATUS),
            ("proc/1", "mounted over"),
            ("usr/share/doc/alpha/changelog", "kept"),
        ] {
            let path = bench.root().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        fs::set_permissions(bench.root(), fs::Permissions::from_mode(0o755)).unwrap();
        fs::create_dir(bench.path("scratch")).unwrap();
        let holes = fs::File::create(bench.root().join("var/holes")).unwrap();
        holes.set_len(40 << 20).unwrap();
        std::os::unix::fs::FileExt::write_all_at(&holes, b"data", 20 << 20).unwrap();
        bench
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.path("tree")
    }

    /// Builds into the directory `target`.
    pub(crate) fn create(&self, plan: &BuildPlan, target: &str) -> Result<Artefacts, BuildError> {
        let places = Places {
            root: self.root(),
            target: self.path(target),
            cache: self.path("cache"),
            scratch: self.path("scratch"),
        };
        let runner = SystemRunner::new(self.interrupt.clone());
        let context = BuildContext {
            plan,
            description_xml: "<image/>",
            runner: &runner,
            interrupt: &self.interrupt,
            places: &places,
            processors: 2,
            allow_existing_root: false,
            debug_shell: false,
        };
        let result = create(&context, &RootTree::open(self.root()).unwrap());
        let left: Vec<_> = fs::read_dir(self.path("scratch")).unwrap().collect();
        assert!(left.is_empty(), "scratch files stay behind: {left:?}");
        result
    }

    /// Builds twice, finds equal bytes, and gives the path of the file.
    pub(crate) fn create_twice(&self, plan: &BuildPlan, key: &str) -> PathBuf {
        let file = |target: &str| {
            let artefacts = self.create(plan, target).unwrap();
            artefacts.get(key).unwrap().path.clone()
        };
        let (first, second) = (file("target"), file("again"));
        assert!(
            fs::read(&first).unwrap() == fs::read(&second).unwrap(),
            "`{}` differs from run to run",
            first.display()
        );
        first
    }
}

const STATUS: &str = "\
Package: alpha
Status: install ok installed
Version: 1.2-3
Architecture: amd64
Description: first
";

/// A plan of the build type `kind` with the image part `image`.
pub(crate) fn plan(kind: &str, image: Value) -> BuildPlan {
    let mut plan = json!({
        "identity": {
            "name": "test", "display_name": null, "id": null, "version": "1.0.0", "author": "A <a@example.org>",
            "specification": "", "architecture": "x86_64", "build_type": kind, "profiles": [],
            "result_stem": "test.x86_64-1.0.0", "bundle_format": null,
            "description_directory": "/nowhere", "description_file": "/nowhere/config.xml"
        },
        "root": {
            "package_manager": "apt", "release_version": "0", "check_signatures": false,
            "exclude_documentation": false, "locale_filter": [], "repositories": [], "signing_keys": [],
            "clear_cache": false,
            "packages": {
                "bootstrap": null,
                "image": {"packages": [], "collections": [], "products": [], "ignored": [], "modules": [],
                          "recommended": false, "archives": [], "prebuilt_root": null},
                "added": [], "removed": [], "uninstall": [], "delete": []
            },
            "overlays": [], "files": [], "certificates": null,
            "system": {"groups": [], "users": [], "keytable": null, "locale": null, "timezone": null,
                       "splash_themes": [], "image_id": null, "selinux_policy": "targeted"},
            "scripts": [], "media_archive": null, "initrd_at_end_of_prepare": false
        },
        "environment": {},
        "requirements": [],
        "reproducibility": {"source_date_epoch": EPOCH, "timestamp": EPOCH, "seed": "0123456789abcdef"},
        "settings": {"xz_options": ["-0"], "compress_containers": false, "compress_bundle": null,
                     "package_changes": true, "max_size": null, "checksum_bits": 256}
    });
    plan["image"] = image;
    serde_json::from_value(plan).unwrap()
}

/// What stays out of every image.
pub(crate) fn excludes() -> Value {
    json!([
        "image",
        ".kconfig",
        "run/*",
        "tmp/*",
        ".buildenv",
        "var/cache/kiwi"
    ])
}

/// Whether a path of the tree belongs into an image.
pub(crate) fn belongs(path: &Path) -> bool {
    let out = ["image", ".kconfig", "var/cache/kiwi"];
    let below = ["run", "tmp"];
    !out.iter().any(|it| path.starts_with(it))
        && !below
            .iter()
            .any(|it| path.starts_with(it) && path != Path::new(it))
}

/// Says whether the test `name` may go on, because it has mounts of its own and is root of something.
///
/// Otherwise it runs the test once more that way, and is not content unless that run is.
pub(crate) fn enclosed(name: &str) -> bool {
    const INSIDE: &str = "KIWI_TEST_INSIDE";
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let unshare = || {
        let mut unshare = judge("unshare", "util-linux")?;
        unshare.arg("--mount");
        if !rustix::process::geteuid().is_root() {
            unshare.args(["--map-root-user", "--map-auto"]);
        }
        Some(unshare)
    };
    let Some(mut probe) = unshare() else {
        return false;
    };
    if !probe.arg("true").status().unwrap().success() {
        skipped("no namespaces can be made here");
        assert!(!required(), "namespaces are required");
        return false;
    }
    let mut again = unshare().unwrap();
    again.env(INSIDE, "1").arg(std::env::current_exe().unwrap());
    // What is skipped in there is to be seen too.
    let again = again.stderr(std::process::Stdio::inherit());
    verdict(again.args([name, "--exact", "--nocapture"]));
    false
}
