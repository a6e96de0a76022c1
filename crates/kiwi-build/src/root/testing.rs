//! A temporary tree with a recorder, for the tests of this room.

use std::path::{Path, PathBuf};

use kiwi_host::command::Recorder;
use kiwi_host::resolve::TreeDir;
use kiwi_host::signals::Interrupt;
use kiwi_plan::plan::BuildPlan;

use crate::context::{BuildContext, Places};

/// Everything a step needs, on a temporary directory.
pub(crate) struct Bench {
    directory: tempfile::TempDir,
    places: Places,
    interrupt: Interrupt,
    pub(crate) plan: BuildPlan,
    pub(crate) runner: Recorder,
    pub(crate) allow_existing_root: bool,
    pub(crate) debug_shell: bool,
}

impl Bench {
    /// An empty tree, an empty description, and a plan that asks for nothing.
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| {
            let path = directory.path().join(name);
            std::fs::create_dir(&path).unwrap();
            path
        };
        let places = Places {
            root: path("root"),
            target: path("target"),
            cache: path("cache"),
            scratch: path("scratch"),
        };
        let description = path("description");
        Self {
            plan: plan(&description),
            places,
            interrupt: Interrupt::detached().unwrap(),
            directory,
            runner: Recorder::new(),
            allow_existing_root: false,
            debug_shell: false,
        }
    }

    pub(crate) fn context(&self) -> BuildContext<'_> {
        BuildContext {
            plan: &self.plan,
            description_xml: "<image/>\n",
            runner: &self.runner,
            interrupt: &self.interrupt,
            places: &self.places,
            processors: 2,
            allow_existing_root: self.allow_existing_root,
            debug_shell: self.debug_shell,
        }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.places.root
    }

    pub(crate) fn tree(&self) -> TreeDir {
        TreeDir::open(self.root()).unwrap()
    }

    /// Path of a file beside the tree.
    pub(crate) fn outside(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Writes a file of the tree.
    pub(crate) fn write(&self, name: &str, text: &str) {
        write(&self.root().join(name), text);
    }

    /// Writes a program of the tree; only its existence matters.
    pub(crate) fn program(&self, name: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        self.write(name, "#!/bin/sh\n");
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(self.root().join(name), mode).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.root().join(name)).unwrap()
    }

    /// Writes a file of the description and returns its path as a plan has it.
    pub(crate) fn describe(&self, name: &str, text: &str) -> String {
        let path = self.directory.path().join("description").join(name);
        write(&path, text);
        path.to_str().unwrap().to_owned()
    }

    /// The recorded command lines, with the tree's path as `TREE`.
    pub(crate) fn lines(&self) -> Vec<String> {
        let root = self.root().to_str().unwrap();
        self.runner
            .lines()
            .iter()
            .map(|line| line.replace(root, "TREE"))
            .collect()
    }
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// A plan that asks for nothing.
fn plan(description: &Path) -> BuildPlan {
    let directory = description.to_str().unwrap();
    let text = PLAN.replace("DESCRIPTION", directory);
    serde_json::from_str(&text).unwrap()
}

const PLAN: &str = r#"{
  "identity": {
    "name": "test", "display_name": null, "id": null, "version": "1.0.0", "author": "", "specification": "",
    "architecture": "x86_64", "build_type": "tbz", "profiles": [], "result_stem": "test.x86_64-1.0.0",
    "bundle_format": null, "description_directory": "DESCRIPTION", "description_file": "DESCRIPTION/config.xml"
  },
  "root": {
    "package_manager": "apt", "release_version": "0", "check_signatures": false, "exclude_documentation": false,
    "locale_filter": [], "repositories": [], "signing_keys": [], "clear_cache": false,
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
  "image": {"family": "archive", "file_name": "test.x86_64-1.0.0.tar.xz", "excludes": []},
  "environment": {},
  "requirements": [],
  "reproducibility": {"source_date_epoch": null, "timestamp": 1700000000, "seed": "0123456789abcdef"},
  "settings": {"xz_options": [], "compress_containers": false, "compress_bundle": null, "package_changes": true,
               "max_size": null, "checksum_bits": 256}
}"#;
