use super::*;
use crate::plan::disk::TableKind;
use crate::test_support::{host, loaded};

mod environment;
mod merging;
mod overrides;

const DEBIAN: &str = r#"
<preferences>
  <version>1.2.3</version>
  <packagemanager>apt</packagemanager>
  TYPE
</preferences>
<repository><source path="host:/"/></repository>
<packages type="image"><package name="linux-image-amd64"/><package name="dracut"/></packages>
<packages type="bootstrap"><package name="apt"/><package name="base-files"/></packages>
"#;

fn resolved(kind: &str, selection: &Selection) -> Result<Resolved, Vec<String>> {
    let loaded = loaded(&DEBIAN.replace("TYPE", kind));
    resolve(&Input {
        description: &loaded.image,
        sources: &loaded.source_map,
        selection,
        host: &host(),
    })
    .map_err(|all| all.into_iter().map(|it| it.to_string()).collect())
}

#[test]
fn every_type_of_this_version_has_a_plan() {
    for (kind, file) in [
        (r#"<type image="tbz"/>"#, "test.x86_64-1.2.3.tar.xz"),
        (r#"<type image="ext4"/>"#, "test.x86_64-1.2.3.ext4"),
        (r#"<type image="squashfs"/>"#, "test.x86_64-1.2.3.squashfs"),
        (r#"<type image="erofs"/>"#, "test.x86_64-1.2.3.erofs"),
        (
            r#"<type image="docker"/>"#,
            "test.x86_64-1.2.3.docker.tar.xz",
        ),
        (r#"<type image="oci"/>"#, "test.x86_64-1.2.3.oci.tar.xz"),
        (
            r#"<type image="oem" filesystem="ext4"/>"#,
            "test.x86_64-1.2.3.raw",
        ),
    ] {
        let plan = resolved(kind, &Selection::default()).unwrap().plan;
        let name = match &plan.image {
            ImagePlan::Archive(plan) => &plan.file_name,
            ImagePlan::FileSystem(plan) => &plan.file_name,
            ImagePlan::Container(plan) => &plan.file_name,
            ImagePlan::Disk(plan) => &plan.file_name,
            ImagePlan::Later(_) => panic!("{kind} is built by this version"),
        };
        assert_eq!(name, file, "{kind}");
        let json = serde_json::to_string(&plan).unwrap();
        assert!(
            !json.contains("00000000-0000"),
            "{kind} has an identifier that was not derived: {json}"
        );
    }
}

#[test]
fn the_same_input_gives_the_same_plan() {
    let kind = r#"<type image="oem" filesystem="ext4" firmware="uefi" bootpartition="true"/>"#;
    let plan = || resolved(kind, &Selection::default()).unwrap().plan;
    assert_eq!(plan(), plan());
    let ImagePlan::Disk(disk) = plan().image else {
        panic!()
    };
    assert_eq!(disk.table, TableKind::Gpt);
    let mut guids: Vec<_> = disk.partitions.iter().map(|it| it.guid.clone()).collect();
    guids.extend(
        disk.partitions
            .iter()
            .filter_map(|it| it.filesystem.as_ref()?.uuid.clone()),
    );
    guids.push(disk.disk_guid.clone());
    let count = guids.len();
    guids.sort();
    guids.dedup();
    assert_eq!(guids.len(), count, "identifiers are unique");
}

#[test]
fn a_disk_names_its_root_everywhere_alike() {
    let kind = r#"<type image="oem" filesystem="ext4" kernelcmdline="console=ttyS0"/>"#;
    let plan = resolved(kind, &Selection::default()).unwrap().plan;
    let ImagePlan::Disk(disk) = &plan.image else {
        panic!()
    };
    let uuid = disk.partitions[0]
        .filesystem
        .as_ref()
        .unwrap()
        .uuid
        .clone()
        .unwrap();
    assert_eq!(
        disk.boot.command_line,
        format!("console=ttyS0 root=UUID={uuid}")
    );
    assert_eq!(disk.fstab[0].device, format!("UUID={uuid}"));
    let partuuid = plan.environment["kiwi_rootpartuuid"].as_text();
    assert_eq!(partuuid, format!("{:08x}-01", disk.mbr_id));
}

#[test]
fn later_things_are_refused_each_at_its_place() {
    let kind = r#"<type image="oem" filesystem="xfs" luks="x" installiso="true" format="vmdk"><systemdisk/></type>"#;
    let errors = resolved(kind, &Selection::default()).unwrap_err();
    let later: Vec<_> = errors
        .iter()
        .filter(|it| it.starts_with("error[K0430]"))
        .collect();
    assert_eq!(later.len(), 5, "{errors:#?}");
}

const PROFILES: &str = r#"
<profiles>
  <profile name="A" description="a" import="true"><requires profile="B"/></profile>
  <profile name="B" description="b"><requires profile="C"/><requires profile="D" arch="aarch64"/></profile>
  <profile name="C" description="c" arch="x86_64,aarch64"><requires profile="A"/></profile>
  <profile name="D" description="d" arch="aarch64"/>
  <profile name="E" description="e" import="true"/>
</profiles>
<preferences>
  <version>1</version><packagemanager>apt</packagemanager><keytable>us</keytable><locale>en_US</locale>
  <rpm-check-signatures>false</rpm-check-signatures><bootsplash-theme>one</bootsplash-theme>
  <type image="tbz"/><type image="ext4" primary="true"/>
</preferences>
<preferences profiles="A">
  <version>2</version><keytable>de</keytable><locale>POSIX,de_DE</locale><timezone>UTC</timezone>
  <rpm-check-signatures>true</rpm-check-signatures><rpm-locale-filtering>true</rpm-locale-filtering>
  <bootsplash-theme>two</bootsplash-theme><release-version>12</release-version>
</preferences>
<preferences arch="aarch64"><type image="oci"/></preferences>
<users><user name="u" password="1" groups="g:7,h" shell="/bin/sh"/></users>
<users profiles="A"><user name="u" password="2" groups="h,i" shell="/bin/no"/><user name="v" password="3"/></users>
<repository alias="r"><source path="http://h/r"/></repository>
<repository alias="a" profiles="E,A" arch="x86_64"><source path="http://h/a"/></repository>
<repository alias="o" imageonly="true"><source path="http://h/o"/></repository>
<packages type="bootstrap"><package name="b"/></packages>
<packages type="image"><package name="z"/><package name="y" arch="aarch64"/><package name="z"/></packages>
<packages type="image" profiles="A"><package name="a"/></packages>
"#;

fn with_facts(selection: &Selection, machine: &str, look: impl FnOnce(&Facts<'_>)) {
    let loaded = loaded(PROFILES);
    let mut host = host();
    machine.clone_into(&mut host.machine);
    let facts = resolve_facts(&Input {
        description: &loaded.image,
        sources: &loaded.source_map,
        selection,
        host: &host,
    });
    look(&facts.unwrap_or_else(|errors| panic!("{:?}", errors.into_vec())));
}

fn profiles(names: &[&str]) -> Selection {
    Selection {
        profiles: names.iter().map(|name| (*name).to_owned()).collect(),
        ..Selection::default()
    }
}

#[test]
fn profiles_and_what_they_require() {
    for (names, machine, expected) in [
        (&[] as &[&str], "x86_64", "A E"),
        (&["A"], "x86_64", "A B C"),
        (&["A"], "aarch64", "A B C D"),
        (&["E", "B"], "x86_64", "E B C A"),
        (&["C", "C"], "x86_64", "C A B"),
    ] {
        with_facts(&profiles(names), machine, |facts| {
            assert_eq!(
                facts.identity.profiles.join(" "),
                expected,
                "{names:?} {machine}"
            );
        });
    }
}

#[test]
fn types_that_apply() {
    let of = |kind: &str| Selection {
        build_type: Some(kind.to_owned()),
        ..Selection::default()
    };
    for (selection, machine, expected) in [
        (Selection::default(), "x86_64", "ext4"),
        (of("tbz"), "x86_64", "tbz"),
        (of("oci"), "aarch64", "oci"),
    ] {
        with_facts(&selection, machine, |facts| {
            assert_eq!(facts.identity.build_type, expected);
        });
    }
    let target = Selection {
        target_arch: Some("aarch64".to_owned()),
        ..of("oci")
    };
    with_facts(&target, "x86_64", |facts| {
        assert_eq!(facts.identity.result_stem, "test.aarch64-1");
    });
}

#[test]
fn the_first_or_the_last_section_counts() {
    with_facts(&profiles(&["A"]), "x86_64", |facts| {
        let system = &facts.system;
        assert_eq!(facts.identity.version.as_deref(), Some("1"), "first");
        assert_eq!(
            facts.environment["kiwi_iversion"].as_text(),
            "2",
            "scripts see the last"
        );
        assert!(!facts.preferences.check_signatures, "first");
        assert_eq!(system.keytable.as_deref(), Some("de"), "last");
        assert_eq!(
            system.locale.as_deref(),
            Some("POSIX"),
            "last, and POSIX wins in it"
        );
        assert_eq!(system.splash_themes, ["one", "two"], "all");
        assert_eq!(
            facts.preferences.locale_filter,
            ["POSIX", "C", "C.UTF-8", "en_US"]
        );
        assert_eq!(facts.preferences.release_version.as_deref(), Some("12"));
    });
    let option = Selection {
        release_version: Some("13".to_owned()),
        ..Selection::default()
    };
    with_facts(&option, "x86_64", |facts| {
        assert_eq!(facts.preferences.release_version.as_deref(), Some("13"));
    });
}

#[test]
fn users_are_merged() {
    with_facts(&profiles(&["A"]), "x86_64", |facts| {
        let users = &facts.system.users;
        assert_eq!(users.len(), 2);
        assert_eq!(users[0].groups, ["g", "h", "i"]);
        assert_eq!(users[0].shell.as_deref(), Some("/bin/sh"));
        let groups: Vec<_> = facts
            .system
            .groups
            .iter()
            .map(|it| (it.name.as_str(), it.id))
            .collect();
        assert_eq!(groups, [("g", Some(7)), ("h", None), ("i", None)]);
    });
}

#[test]
fn packages_are_sorted_and_unique() {
    let selection = Selection {
        add_bootstrap_packages: vec!["c".to_owned(), "b".to_owned()],
        add_packages: vec!["n".to_owned(), "m".to_owned()],
        ..profiles(&["A"])
    };
    with_facts(&selection, "x86_64", |facts| {
        let names = |list: &[crate::plan::packages::Request]| {
            list.iter()
                .map(|it| it.name.clone())
                .collect::<Vec<_>>()
                .join(" ")
        };
        let packages = &facts.packages;
        assert_eq!(names(&packages.image.packages), "a z");
        assert_eq!(
            names(&packages.bootstrap.as_ref().unwrap().packages),
            "apt b c"
        );
        assert_eq!(names(&packages.added), "m n");
    });
}

#[test]
fn a_prepared_tree_needs_no_sources() {
    let loaded = loaded(
        &DEBIAN
            .replace(
                "TYPE",
                r#"<type image="oem" filesystem="ext4" editbootinstall="x/edit.sh"/>"#,
            )
            .replace(
                r#"<package name="dracut"/>"#,
                r#"<package name="dracut"/><archive name="gone.tar"/>"#,
            ),
    );
    let mut host = host();
    let selection = Selection::default();
    let resolved = |host: &HostFacts| {
        resolve(&Input {
            description: &loaded.image,
            sources: &loaded.source_map,
            selection: &selection,
            host,
        })
    };
    assert!(resolved(&host).is_err());
    host.prepared = true;
    let script = std::path::PathBuf::from("edit_boot_install.sh");
    host.description.entries.insert(
        script,
        crate::host_facts::EntryKind::File { executable: false },
    );
    let plan = resolved(&host).unwrap().plan;
    assert_eq!(plan.root.scripts.len(), 1);
    assert_eq!(plan.root.scripts[0].path, "/d/edit_boot_install.sh");
    assert!(!plan.requirements.iter().any(|it| it.program == "apt-get"));
}

#[test]
fn without_an_epoch_identifiers_are_random() {
    let loaded = loaded(&DEBIAN.replace("TYPE", r#"<type image="ext4"/>"#));
    let selection = Selection::default();
    let plan = |seed| {
        let mut host = host();
        host.source_date_epoch = None;
        host.random_seed = [seed; 32];
        let input = Input {
            description: &loaded.image,
            sources: &loaded.source_map,
            selection: &selection,
            host: &host,
        };
        resolve(&input).unwrap().plan
    };
    assert_eq!(plan(1), plan(1));
    assert_ne!(plan(1).image, plan(2).image);
    assert_eq!(plan(1).reproducibility.timestamp, 1_800_000_000);
}
