//! Which value counts when several sections apply: the table of spec 01, section 4.4, row by row, and what decides whether a
//! section applies.

use super::*;
use crate::plan::packages::{PhaseRequest, Request};
use crate::plan::root::PackageManager;

const TYPE: &str =
    r#"<preferences><version>1</version><type image="oem" filesystem="ext4"/></preferences>"#;

/// Resolves `sections` with the profiles `names` and hands the facts to `look`.
fn facts_of<T>(sections: &str, names: &[&str], look: impl FnOnce(&Facts<'_>) -> T) -> T {
    let declared: String = ["P", "Q"]
        .map(|name| format!(r#"<profile name="{name}" description="d"/>"#))
        .concat();
    let loaded = loaded(&format!("<profiles>{declared}</profiles>{sections}"));
    let (selection, host) = (profiles(names), host());
    let facts = resolve_facts(&Input {
        description: &loaded.image,
        sources: &loaded.source_map,
        selection: &selection,
        host: &host,
    });
    look(&facts.unwrap_or_else(|errors| panic!("{:?}", errors.into_vec())))
}

/// Two sections of preferences that apply, one that does not, and the type.
fn preferences<T>(first: &str, second: &str, look: impl FnOnce(&Facts<'_>) -> T) -> T {
    let sections = format!(
        r#"{TYPE}<preferences>{first}</preferences><preferences profiles="P">{second}</preferences>
           <preferences profiles="Q"><version>9</version><keytable>no</keytable></preferences>"#
    );
    facts_of(&sections, &["P"], look)
}

fn names(requests: &[Request]) -> String {
    let names: Vec<_> = requests.iter().map(|it| it.name.as_str()).collect();
    names.join(" ")
}

fn variable(facts: &Facts<'_>, name: &str) -> Option<String> {
    facts
        .environment
        .get(name)
        .map(|value| value.as_text().to_owned())
}

/// What the build itself uses: the first section that has it.
#[test]
fn first_section_counts() {
    type Case = (
        &'static str,
        &'static str,
        &'static str,
        fn(&Facts<'_>) -> String,
    );
    let cases: [Case; 7] = [
        ("version", "2", "1", |it| {
            it.identity.version.clone().unwrap_or_default()
        }),
        ("packagemanager", "apt", "apk", |it| {
            it.package_manager.name().to_owned()
        }),
        ("rpm-excludedocs", "true", "false", |it| {
            it.preferences.exclude_documentation.to_string()
        }),
        ("rpm-check-signatures", "true", "false", |it| {
            it.preferences.check_signatures.to_string()
        }),
        ("release-version", "15.6", "16", |it| {
            it.preferences.release_version.clone().unwrap_or_default()
        }),
        ("rpm-locale-filtering", "true", "false", |it| {
            (!it.preferences.locale_filter.is_empty()).to_string()
        }),
        ("locale", "de_DE", "fr_FR", |it| {
            it.preferences.locale_filter.join(" ")
        }),
    ];
    for (element, first, second, look) in cases {
        let filter = if element == "locale" {
            "<rpm-locale-filtering>true</rpm-locale-filtering>"
        } else {
            ""
        };
        let first_section = format!("<{element}>{first}</{element}>{filter}");
        let second_section = format!("<{element}>{second}</{element}>");
        let found = preferences(&first_section, &second_section, look);
        let expected = match element {
            // The section with the type has one, and stands before both.
            "version" => "1",
            "locale" => "POSIX C C.UTF-8 de_DE",
            _ => first,
        };
        assert_eq!(found, expected, "{element}");
        let only_second = preferences(filter, &second_section, look);
        let expected = match element {
            "version" => "1",
            "locale" => "POSIX C C.UTF-8 fr_FR",
            _ => second,
        };
        assert_eq!(
            only_second, expected,
            "{element} in the second section only"
        );
    }
}

/// What is written into the image: the last section that has it; and so for scripts.
#[test]
fn last_section_counts() {
    type Case = (
        &'static str,
        [&'static str; 3],
        &'static str,
        fn(&Facts<'_>) -> Option<String>,
    );
    let cases: [Case; 5] = [
        ("keytable", ["us", "de", "de"], "kiwi_keytable", |it| {
            it.system.keytable.clone()
        }),
        ("timezone", ["UTC", "CET", "CET"], "kiwi_timezone", |it| {
            it.system.timezone.clone()
        }),
        (
            "locale",
            ["en_US", "de_DE,fr_FR", "de_DE.UTF-8"],
            "kiwi_language",
            |it| it.system.locale.clone(),
        ),
        (
            "bootloader-theme",
            ["a", "b", "b"],
            "kiwi_loader_theme",
            |it| it.preferences.loader_theme.clone(),
        ),
        (
            "bootsplash-theme",
            ["a", "b", "a b"],
            "kiwi_splash_theme",
            |it| Some(it.system.splash_themes.join(" ")),
        ),
    ];
    for (element, [first, second, in_image], name, look) in cases {
        let section = |value: &str| format!("<{element}>{value}</{element}>");
        preferences(&section(first), &section(second), |facts| {
            assert_eq!(look(facts).as_deref(), Some(in_image), "{element}");
            assert_eq!(variable(facts, name).as_deref(), Some(second), "{name}");
        });
        preferences(&section(first), "", |facts| {
            assert_eq!(
                variable(facts, name).as_deref(),
                Some(first),
                "{name} in the first only"
            );
        });
        preferences("", "", |facts| {
            assert_eq!(variable(facts, name), None, "{name} nowhere");
        });
    }
    preferences("", "<version>2</version>", |facts| {
        assert_eq!(facts.identity.version.as_deref(), Some("1"));
        assert_eq!(variable(facts, "kiwi_iversion").as_deref(), Some("2"));
    });
}

/// Of licenses the last section counts, even without one, and of several in it the first.
#[test]
fn licenses() {
    for (first, second, expected) in [("a", "", ""), ("", "b", "b"), ("a", "b c", "b")] {
        let section = |list: &str| -> String {
            let all = list.split_whitespace();
            all.map(|it| format!("<showlicense>{it}</showlicense>"))
                .collect()
        };
        preferences(&section(first), &section(second), |facts| {
            assert_eq!(
                variable(facts, "kiwi_showlicense").as_deref(),
                Some(expected)
            );
        });
    }
}

#[test]
fn lists_of_packages_are_joined() {
    let sections = format!(
        r#"{TYPE}
        <packages type="image">
          <package name=" b "/><package name="c"/><package name="x" arch="aarch64"/>
          <namedCollection name="n"/><product name="p"/><ignore name="i"/>
        </packages>
        <packages type="oem" profiles="P">
          <package name="a"/><package name="c" arch="x86_64"/>
          <namedCollection name="m"/><namedCollection name="n"/><product name="o"/><ignore name="h" arch="x86_64,aarch64"/>
        </packages>
        <packages type="iso"><package name="no"/></packages>
        <packages type="image" profiles="Q"><package name="no"/></packages>
        <packages type="bootstrap"><package name="f"/></packages>
        <packages type="delete"><package name="e"/><package name="d"/></packages>
        <packages type="delete" profiles="P"><package name="d"/></packages>
        <packages type="uninstall" profiles="P"><package name="u" arch="x86_64"/></packages>"#
    );
    facts_of(&sections, &["P"], |facts| {
        let image = &facts.packages.image;
        assert_eq!(names(&image.packages), "a b c");
        assert_eq!(names(&image.collections), "m n");
        assert_eq!(names(&image.products), "o p");
        assert_eq!(names(&image.ignored), "h i");
        assert_eq!(names(&facts.packages.delete), "d e");
        assert_eq!(names(&facts.packages.uninstall), "u");
        let bootstrap = facts.packages.bootstrap.as_ref().unwrap();
        assert_eq!(names(&bootstrap.packages), "dnf f");
        // The reference also asks for these while it bootstraps, where nothing but the essentials belongs.
        assert_eq!(names(&bootstrap.collections), "");
        assert_eq!(variable(facts, "kiwi_delete").as_deref(), Some("d e"));
    });
}

#[test]
fn archives_and_files_of_one_name() {
    let sections = format!(
        r#"{TYPE}
        <packages type="image">
          <archive name="z.tar"/><archive name="a.tar" target_dir="/one"/>
          <file name="f" target="one" owner="o"/><file name="e"/>
        </packages>
        <packages type="image" profiles="P">
          <archive name="a.tar" target_dir="/two"/><file name="f" target="two"/>
        </packages>"#
    );
    facts_of(&sections, &["P"], |facts| {
        let archives: Vec<_> = facts
            .packages
            .image
            .archives
            .iter()
            .map(|it| (it.name.as_str(), it.target_directory.as_str()))
            .collect();
        assert_eq!(archives, [("a.tar", "two"), ("z.tar", "")]);
        let files: Vec<_> = files::imported_files(&facts.package_rules())
            .into_iter()
            .map(|it| (it.path, it.target, it.owner))
            .collect();
        let file = |path: &str, target: &str| (path.to_owned(), target.to_owned(), None);
        assert_eq!(
            files,
            [file("/d/e", ""), file("/d/f", "two")],
            "the last one as a whole"
        );
    });
}

/// `patternType` and `bootstrap_package` of the first section that has it.
#[test]
fn first_pattern_type_counts() {
    let pattern = |first: &str, second: &str, phase: fn(&Facts<'_>) -> PhaseRequest| {
        let sections = format!(
            r#"<preferences><version>1</version><packagemanager>apt</packagemanager><type image="oem" filesystem="ext4"/></preferences>
            <packages type="bootstrap"><package name="a"/></packages>
            <packages type="bootstrap" bootstrap_package="one"><package name="a"/></packages>
            <packages type="bootstrap" bootstrap_package="two"><package name="a"/></packages>
            <packages type="image" {first}/><packages type="oem" {second}/>"#
        );
        facts_of(&sections, &[], phase)
    };
    let recommended = r#"patternType="plusRecommended""#;
    let required = r#"patternType="onlyRequired""#;
    for (first, second, expected) in [
        ("", "", false),
        (recommended, required, true),
        (required, recommended, false),
        ("", recommended, true),
    ] {
        let image = pattern(first, second, |it| it.packages.image.clone());
        assert_eq!(image.recommended, expected, "{first} {second}");
        let bootstrap = pattern(first, second, |it| it.packages.bootstrap.clone().unwrap());
        assert!(
            !bootstrap.recommended,
            "sections of the image say nothing about bootstrap"
        );
        assert_eq!(bootstrap.prebuilt_root.unwrap().name, "one");
    }
}

#[test]
fn sections_that_all_count() {
    let sections = format!(
        r#"{TYPE}
        <drivers><file name="a/*"/></drivers><drivers profiles="P"><file name="b.ko"/></drivers>
        <drivers profiles="Q"><file name="no"/></drivers>
        <strip type="delete"><file name="x"/></strip><strip type="delete" profiles="P"><file name="y"/></strip>
        <strip type="tools" profiles="Q"><file name="no"/></strip><strip type="libs"><file name="l"/></strip>
        <repository alias="one"><source path="http://h/1"/></repository>
        <repository alias="two" profiles="P"><source path="http://h/2"/></repository>
        <repository alias="three" profiles="Q"><source path="http://h/3"/></repository>
        <repository alias="one"><source path="http://h/4"/></repository>"#
    );
    facts_of(&sections, &["P"], |facts| {
        for (name, value) in [
            ("kiwi_drivers", "a/*,b.ko"),
            ("kiwi_strip_delete", "x y"),
            ("kiwi_strip_tools", ""),
            ("kiwi_strip_libs", "l"),
        ] {
            assert_eq!(variable(facts, name).as_deref(), Some(value), "{name}");
        }
        let repositories: Vec<_> = facts.repositories.iter().map(|it| &it.source).collect();
        assert_eq!(repositories, ["http://h/1", "http://h/2", "http://h/4"]);
    });
}

#[test]
fn certificates_of_a_section_that_applies() {
    for (attribute, expected) in [("", 1), (r#"profiles="P""#, 1), (r#"profiles="Q""#, 0)] {
        let sections = format!(
            r#"{TYPE}<certificates target_distribution="suse" {attribute}><certificate name="c"/></certificates>"#
        );
        let found = facts_of(&sections, &["P"], |facts| {
            let mut problems = Diagnostics::new();
            let all = files::certificates(
                facts.description.certificates.as_ref(),
                &facts.choice,
                facts.selection,
                facts.host,
                &mut problems,
            );
            all.map_or(0, |all| all.files.len())
        });
        assert_eq!(found, expected, "{attribute}");
    }
}

#[test]
fn without_a_package_manager_it_is_dnf4() {
    let manager = facts_of(TYPE, &[], |facts| facts.package_manager);
    assert_eq!(manager, PackageManager::Dnf4);
}

/// Names in `profiles` are compared letter by letter, blanks included, and unknown ones are no error; the schema keeps
/// blanks out of `arch`.
#[test]
fn lists_of_names_are_not_trimmed() {
    for (attributes, applies) in [
        ("", true),
        (r#"profiles="""#, true),
        (r#"profiles="P""#, true),
        (r#"profiles="Q""#, false),
        (r#"profiles="Q,P""#, true),
        (r#"profiles="Q, P""#, false),
        (r#"profiles="nobody,P""#, true),
        (r#"arch="x86_64""#, true),
        (r#"arch="aarch64,x86_64""#, true),
        (r#"arch="aarch64" profiles="P""#, false),
    ] {
        let sections =
            format!(r#"{TYPE}<repository {attributes}><source path="http://h/"/></repository>"#);
        let found = facts_of(&sections, &["P"], |facts| !facts.repositories.is_empty());
        assert_eq!(found, applies, "{attributes}");
    }
}

/// Of two profiles with one name the later counts, and sections of `profiles` are joined.
#[test]
fn the_later_profile_of_a_name_counts() {
    let profile = |attributes: &str| {
        format!(r#"<profiles><profile name="P" description="d" {attributes}/></profiles>"#)
    };
    for (first, second, expected) in [
        ("", r#"import="true""#, "P"),
        (r#"import="true""#, "", ""),
        (r#"import="true""#, r#"arch="aarch64""#, "P"),
    ] {
        let loaded = loaded(&format!("{}{}{TYPE}", profile(first), profile(second)));
        let selection = Selection::default();
        let mut problems = Diagnostics::new();
        let choice = choose(&loaded.image, &selection, "x86_64", &mut problems).unwrap();
        assert_eq!(choice.profiles.join(","), expected, "{first} {second}");
    }
}

/// The one place where the reference's comparison is not kept: `ix86` is every 32 bit Intel machine.
#[test]
fn ix86_is_a_family() {
    for (machine, expected) in [("i586", true), ("i686", true), ("x86_64", false)] {
        let loaded = loaded(&format!(
            r#"{TYPE}<repository arch="ix86"><source path="http://h/"/></repository>"#
        ));
        let selection = Selection {
            target_arch: Some(machine.to_owned()),
            ..Selection::default()
        };
        let host = host();
        let facts = resolve_facts(&Input {
            description: &loaded.image,
            sources: &loaded.source_map,
            selection: &selection,
            host: &host,
        });
        assert_eq!(
            !facts.unwrap().repositories.is_empty(),
            expected,
            "{machine}"
        );
    }
}
