//! What the command line changes (spec 02, section 4): the plan, where it says a value came from, and messages that point at
//! the option.

use super::*;
use crate::host_facts::EntryKind;
use crate::plan::Origin;
use crate::plan::repository::{Credentials, Location, Repository};
use crate::selection::{RepositoryArgument, parse_repository_argument};

const SECTIONS: &str = r#"
<preferences><version>1.2.3</version><packagemanager>apt</packagemanager>TYPE</preferences>
<repository alias="one" imageonly="true"><source path="http://h/1"/></repository>
<repository alias="two" type="apt-deb" priority="5"><source path="http://h/2"><signing key="file:///k"/></source></repository>
<packages type="image"><package name="a"/></packages>
<packages type="bootstrap"><package name="b"/></packages>
"#;

fn argument(text: &str) -> RepositoryArgument {
    parse_repository_argument(text).unwrap()
}

/// Resolves with the command line's places known; problems come as `CODE place: message`.
fn resolved_for(
    kind: &str,
    mut selection: Selection,
    change: impl FnOnce(&mut HostFacts),
) -> (Option<BuildPlan>, Vec<String>) {
    let mut loaded = loaded(&SECTIONS.replace("TYPE", kind));
    selection.locate(&mut loaded.source_map);
    let mut host = host();
    let file = EntryKind::File { executable: false };
    host.other_paths = [
        ("/w/deb", EntryKind::Directory),
        ("/w/x.iso", file),
        ("/w/key", file),
        ("/k", file),
    ]
    .map(|(path, kind)| (path.into(), kind))
    .into();
    host.description.entries.insert("k".into(), file);
    change(&mut host);
    let resolved = resolve(&Input {
        description: &loaded.image,
        sources: &loaded.source_map,
        selection: &selection,
        host: &host,
    });
    let (plan, problems) = match resolved {
        Ok(resolved) => (Some(resolved.plan), resolved.warnings),
        Err(problems) => (None, problems),
    };
    let problems = problems.views(&loaded.source_map).into_iter().map(|it| {
        let file = it.at.map(|at| at.file.display().to_string());
        let place = file.or(it.place).unwrap_or_default();
        format!("{} {place}: {}", it.code, it.message)
    });
    (plan, problems.collect())
}

fn repositories(selection: Selection) -> Vec<Repository> {
    let (plan, problems) = resolved_for(r#"<type image="tbz"/>"#, selection, |_| {});
    plan.unwrap_or_else(|| panic!("{problems:#?}"))
        .root
        .repositories
}

/// All eleven fields and the access data arrive, and the rest of the repository stays as it was written.
#[test]
fn a_repository_is_added_field_by_field() {
    let mut added = argument(
        "https://h/d,apt-deb,mine,-7,true,false,{file:key;https://h/k},main contrib,stable,true,metalink",
    );
    added.credentials = Some("me:geheim".to_owned());
    let all = repositories(Selection {
        add_repositories: vec![added, argument("dir:deb")],
        ..Selection::default()
    });
    assert_eq!(all.len(), 4);
    let expected = Repository {
        alias: "mine".to_owned(),
        location: Location::Remote {
            url: "https://h/d".to_owned(),
        },
        elsewhere_in_image: None,
        kind: Some("apt-deb".to_owned()),
        priority: Some(-7),
        used_for_build: true,
        used_in_image: true,
        components: vec!["main".to_owned(), "contrib".to_owned()],
        distribution: Some("stable".to_owned()),
        architectures: Vec::new(),
        source_type: Some("metalink".to_owned()),
        metadata_check: Some(true),
        package_check: Some(false),
        credentials: Some(Credentials {
            user: "me".to_owned(),
            password: "geheim".to_owned(),
        }),
        credentials_file: None,
        customize: None,
        signing_keys: vec!["file:///w/key".to_owned(), "https://h/k".to_owned()],
        origin: Origin::Option("--add-repo".to_owned()),
    };
    assert_eq!(all[2], expected);
    assert_eq!(
        all[3].location,
        Location::Local {
            path: "/w/deb".to_owned()
        },
        "relative paths start at the working directory"
    );
}

#[test]
fn a_repository_is_changed_field_by_field() {
    let changed = |text: &str| {
        let selection = Selection {
            ignore_repositories_used_for_build: false,
            set_repository: Some(argument(text)),
            ..Selection::default()
        };
        repositories(selection).remove(0)
    };
    let before = repositories(Selection::default()).remove(0);
    for (text, change) in [
        ("", (|_| {}) as fn(&mut Repository)),
        ("http://n/", |it| {
            it.location = Location::Remote {
                url: "http://n/".to_owned(),
            };
            it.origin = Origin::Option("--set-repo".to_owned());
        }),
        (",rpm-md", |it| it.kind = Some("rpm-md".to_owned())),
        (",,new", |it| it.alias = "new".to_owned()),
        (",,,3", |it| it.priority = Some(3)),
        // It can only be switched on.
        (",,,,false", |_| {}),
        (",,,,,false", |it| it.package_check = Some(false)),
        (",,,,,,{this:k}", |it| {
            it.signing_keys = vec!["file:///d/k".to_owned()];
        }),
        (",,,,,,,a b", |it| {
            it.components = vec!["a".to_owned(), "b".to_owned()];
        }),
        (",,,,,,,,d", |it| {
            it.distribution = Some("d".to_owned());
            it.components = vec!["main".to_owned()];
        }),
        (",,,,,,,,,true", |it| it.metadata_check = Some(true)),
        (",,,,,,,,,,mirrorlist", |it| {
            it.source_type = Some("mirrorlist".to_owned());
        }),
    ] {
        let mut expected = before.clone();
        change(&mut expected);
        assert_eq!(changed(text), expected, "{text}");
    }
}

#[test]
fn packages_and_release_version() {
    let words = |text: &str| text.split(' ').map(str::to_owned).collect();
    let selection = Selection {
        add_packages: words("z y"),
        add_bootstrap_packages: words("c"),
        delete_packages: words("a"),
        release_version: Some("16".to_owned()),
        ..Selection::default()
    };
    let (plan, _) = resolved_for(r#"<type image="tbz"/>"#, selection, |_| {});
    let root = plan.unwrap().root;
    assert_eq!(root.release_version, "16");
    let packages = root.packages;
    let shown = |requests: &[crate::plan::packages::Request]| {
        let all = requests.iter();
        all.map(|it| format!("{} {}", it.name, it.origin))
            .filter(|it| it.contains("from"))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        shown(&packages.added),
        ["y from --add-package", "z from --add-package"]
    );
    assert_eq!(shown(&packages.removed), ["a from --delete-package"]);
    assert_eq!(
        shown(&packages.bootstrap.unwrap().packages),
        ["c from --add-bootstrap-package"]
    );
}

#[test]
fn containers() {
    let selection = Selection {
        container_tag: Some("new".to_owned()),
        container_labels: vec!["a=2".to_owned(), "b=c=d".to_owned()],
        ..Selection::default()
    };
    let config = r#"<containerconfig name="c" tag="old"><labels><label name="a" value="1"/></labels></containerconfig>"#;
    for (content, name, tag) in [(config, "c", "new"), ("", "kiwi-container", "latest")] {
        let kind = format!(r#"<type image="oci">{content}</type>"#);
        let (plan, problems) = resolved_for(&kind, selection.clone(), |_| {});
        let ImagePlan::Container(container) = plan.unwrap().image else {
            panic!()
        };
        assert_eq!(
            (container.name.as_str(), container.tag.as_str()),
            (name, tag)
        );
        let labels: Vec<_> = container.config.labels.into_iter().collect();
        let label = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(labels, [label("a", "2"), label("b", "c=d")]);
        let without = problems
            .iter()
            .any(|it| it.starts_with("K0404 command line --set-container-tag"));
        assert_eq!(without, content.is_empty(), "{problems:#?}");
    }
}

/// Every problem of an address points at the argument it came from, which hides what lets somebody in.
#[test]
fn problems_point_at_the_option() {
    for (text, message) in [
        (
            "gopher://me:geheim@h/,,x",
            "K0410 --add-repo gopher://me:...@h/,,x: `gopher:` in `gopher://me:...@h/` is no scheme of a repository",
        ),
        (
            ",apt-deb",
            "K0410 --add-repo ,apt-deb: the address is empty",
        ),
        (
            "http://h/,,,,,,{iso:/k}",
            "K0410 --add-repo http://h/,,,,,,{iso:/k}: `iso:` in `iso:/k` is no scheme of a key",
        ),
        (
            "obsrepositories:/r",
            "K0414 --add-repo obsrepositories:/r: `obsrepositories:/r` is known to workers of the Open Build Service only",
        ),
        (
            "obs://P",
            "K0410 --add-repo obs://P: `obs://P` does not name a project and a repository",
        ),
        (
            "http://h/%arch",
            "K0413 --add-repo http://h/%arch: `%arch` is read as `x86_64`",
        ),
        (
            "dir:gone",
            "K0326 --add-repo dir:gone: the repository is left out: `/w/gone` does not exist",
        ),
        (
            "iso:x.iso",
            "K0430 --add-repo iso:x.iso: repositories inside ISO images are not built by this version yet",
        ),
    ] {
        let selection = Selection {
            add_repositories: vec![argument(text)],
            ..Selection::default()
        };
        let (_, problems) = resolved_for(r#"<type image="tbz"/>"#, selection, |_| {});
        assert!(
            problems.iter().any(|it| it == message),
            "{message} in {problems:#?}"
        );
        assert!(!problems.concat().contains("geheim"), "{problems:#?}");
    }
}

#[test]
fn files_of_options_must_be_there() {
    let missing = |keys: &[&str], certificates: &[&str], prepared: bool| {
        let texts = |list: &[&str]| list.iter().map(|&it| it.to_owned()).collect();
        let selection = Selection {
            signing_keys: texts(keys),
            ca_certificates: texts(certificates),
            ca_target_distribution: Some("debian".to_owned()),
            ..Selection::default()
        };
        let kind = r#"<type image="tbz"/>"#;
        let (_, problems) = resolved_for(kind, selection, |host| host.prepared = prepared);
        problems
    };
    for (keys, certificates, prepared, expected) in [
        (
            &["/k", "file:key", "key", "https://h/k"][..],
            &["/k"][..],
            false,
            &[][..],
        ),
        (
            &["/gone"],
            &[],
            false,
            &["K0533 command line --signing-key: `/gone` does not exist"],
        ),
        (
            &["/w/deb"],
            &[],
            false,
            &["K0533 command line --signing-key: `/w/deb` is no file"],
        ),
        (
            &[],
            &["/gone"],
            false,
            &["K0533 command line --ca-cert: `/gone` does not exist"],
        ),
        (&["/gone"], &["/gone"], true, &[]),
    ] {
        assert_eq!(
            missing(keys, certificates, prepared),
            expected,
            "{keys:?} {certificates:?}"
        );
    }
}

#[test]
fn nothing_to_change_is_said() {
    let selection = Selection {
        set_repository: Some(argument("http://h/")),
        ignore_repositories: true,
        add_repositories: vec![argument("http://h/x")],
        ..Selection::default()
    };
    let (_, problems) = resolved_for(r#"<type image="tbz"/>"#, selection, |_| {});
    let expected = "K0404 command line --set-repo: `--set-repo` has no effect: no repository of the description is used";
    assert!(problems.iter().any(|it| it == expected), "{problems:#?}");
}

/// Mirrors and the directories of a worker are the build's own; the image gets the address as it was written.
#[test]
fn the_image_does_not_know_the_mirrors_of_the_build() {
    let selection = Selection {
        add_repositories: vec![
            argument("http://me:geheim@far/d,,x,,true"),
            argument("obs://A:B/r,,y,,true"),
        ],
        ..Selection::default()
    };
    let with = |public: Option<bool>| {
        resolved_for(r#"<type image="tbz"/>"#, selection.clone(), |host| {
            host.settings.mirrors = vec![("http://far/".into(), "http://near/".into())];
            host.settings.obs_download_url = Some("http://obs".into());
            host.settings.obs_public = public;
            host.on_obs_worker = true;
            let given = "/usr/src/packages/SOURCES/repos/A:B/r".into();
            host.other_paths.insert(given, EntryKind::Directory);
        })
    };
    let (plan, problems) = with(None);
    let all = plan
        .unwrap_or_else(|| panic!("{problems:#?}"))
        .root
        .repositories;
    let url = |repository: &Repository| match &repository.location {
        Location::Remote { url } => url.clone(),
        Location::Local { path } => path.clone(),
        other => panic!("{other:?}"),
    };
    for (repository, build, image) in [
        (&all[2], "http://near/d", "http://far/d"),
        (
            &all[3],
            "/usr/src/packages/SOURCES/repos/A:B/r",
            "http://obs/A:/B/r",
        ),
    ] {
        assert_eq!(url(repository), build);
        assert_eq!(url(&repository.in_image()), image);
    }
    assert_eq!(all[2].in_image().credentials.unwrap().user, "me");
    assert!(!serde_json::to_string(&all).unwrap().contains("geheim"));
    let (plan, problems) = with(Some(false));
    assert!(plan.is_none());
    assert!(
        problems[0].starts_with("K0316 --add-repo obs://A:B/r,,y,,true: "),
        "{problems:#?}"
    );
}

#[test]
fn passwords_of_keys_are_not_printed() {
    let all = repositories(Selection {
        add_repositories: vec![argument("http://h/,,,,,,{https://me:geheim@h/k}")],
        ..Selection::default()
    });
    assert_eq!(all[2].signing_keys, ["https://me:geheim@h/k"]);
    let json = serde_json::to_string(&all).unwrap();
    assert!(
        json.contains("https://me:...@h/k") && !json.contains("geheim"),
        "{json}"
    );
}

#[test]
fn repositories_of_the_command_line() {
    let aliases = |selection: &Selection| {
        let mut aliases = String::new();
        with_facts(selection, "x86_64", |facts| {
            let list: Vec<_> = facts
                .repositories
                .iter()
                .map(|it| it.alias.clone().unwrap_or_default())
                .collect();
            aliases = list.join(" ");
        });
        aliases
    };
    let argument = |text: &str| crate::selection::parse_repository_argument(text).unwrap();
    assert_eq!(aliases(&profiles(&["B"])), "r a o");
    assert_eq!(aliases(&profiles(&["E"])), "r a o");
    let set = Selection {
        set_repository: Some(argument("http://h/new,,first")),
        ..profiles(&["E"])
    };
    assert_eq!(aliases(&set), "first a o");
    let ignored = Selection {
        ignore_repositories_used_for_build: true,
        add_repositories: vec![argument("http://h/x,,x"), argument("http://h/y,,y")],
        ..set.clone()
    };
    assert_eq!(aliases(&ignored), "first x y");
    let all = Selection {
        ignore_repositories: true,
        ..ignored
    };
    assert_eq!(aliases(&all), "x y");
}

#[test]
fn attributes_of_the_command_line() {
    let applied = |attribute: &str, value: &str| {
        let mut loaded =
            loaded(&DEBIAN.replace("TYPE", r#"<type image="oem" filesystem="ext4"/>"#));
        let selection = Selection {
            type_attributes: vec![(attribute.to_owned(), value.to_owned())],
            ..Selection::default()
        };
        crate::selection::apply_type_attributes(&mut loaded, &selection, "x86_64")
            .map_err(|errors| {
                let views = errors.views(&loaded.source_map);
                let views = views.into_iter().map(|it| {
                    format!(
                        "{} {} {}",
                        it.code,
                        it.at
                            .map(|at| at.file.display().to_string())
                            .unwrap_or_default(),
                        it.help.unwrap_or_default()
                    )
                });
                views.collect::<Vec<_>>().join("\n")
            })
            .map(|()| loaded)
    };
    let loaded = applied("firmware", "uefi").unwrap();
    let firmware = loaded.image.preferences[0].types[0]
        .disk
        .firmware
        .as_ref()
        .unwrap();
    let origin = crate::places::Places::new(&loaded.source_map).origin(firmware.span);
    assert_eq!(origin.to_string(), "from --set-type-attr");
    assert!(applied("bootpartition", "1").is_ok());
    for (attribute, value, error) in [
        (
            "firmwre",
            "uefi",
            "K0202 --set-type-attr firmwre=uefi did you mean `firmware`?",
        ),
        (
            "firmware",
            "uefy",
            "K0203 --set-type-attr firmware=uefy did you mean `uefi`?",
        ),
        (
            "mediacheck",
            "true",
            "K0220 --set-type-attr mediacheck=true it is for",
        ),
    ] {
        let found = applied(attribute, value).map(|_| ()).unwrap_err();
        assert!(found.starts_with(error), "{attribute}={value}: {found}");
    }
}
