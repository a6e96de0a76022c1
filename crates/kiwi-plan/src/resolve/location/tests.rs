use super::*;
use crate::test_support::host;

fn location(written: &str) -> Result<Location, String> {
    translate(written, "x86_64", Path::new("/w"), &host())
        .map(|address| address.location)
        .map_err(|error| error.to_string())
}

#[test]
fn addresses() {
    let remote = |url: &str| {
        Ok(Location::Remote {
            url: url.to_owned(),
        })
    };
    let local = |path: &str| {
        Ok(Location::Local {
            path: path.to_owned(),
        })
    };
    for (written, expected) in [
        ("host:/", Ok(Location::Host)),
        ("host:", Ok(Location::Host)),
        ("http://h/p", remote("http://h/p")),
        ("https://h/%arch/os", remote("https://h/x86_64/os")),
        ("https://h/p?x=y#frag", remote("https://h/p?x=y")),
        ("https://h/$basearch", remote("https://h/$basearch")),
        ("http://u:p@h:8080/p", remote("http://h:8080/p")),
        ("ftp://h/p/", remote("ftp://h/p/")),
        ("this://repo", local("/d/repo")),
        ("this:repo/./x", local("/d/repo/x")),
        ("this:///repo", local("/repo")),
        ("dir:///a/b/../c", local("/a/c")),
        ("dir:/a/b", local("/a/b")),
        ("dir://a/b", local("/b")),
        ("dir://./a/b", local("/w/a/b")),
        ("dir:a/b", local("/w/a/b")),
        ("file:///a%20b", local("/a b")),
        ("/a/%arch", local("/a/x86_64")),
        ("", Err("the address is empty".to_owned())),
        ("a/b", Err("`a/b` has no scheme".to_owned())),
        (
            "gopher://h/p",
            Err("`gopher:` in `gopher://h/p` is no scheme of a repository".to_owned()),
        ),
        (
            "gopher://me:secret@h/p",
            Err("`gopher:` in `gopher://me:...@h/p` is no scheme of a repository".to_owned()),
        ),
        (
            "me:secret@h/p",
            Err("`me:` in `me:...@h/p` is no scheme of a repository".to_owned()),
        ),
        ("https://", Err("`https://` names no server".to_owned())),
        (
            "http://u:p@/p",
            Err("`http://u:...@/p` names no server".to_owned()),
        ),
        ("HTTP://h/p", remote("http://h/p")),
        (
            "iso:///x/%arch.iso",
            Ok(Location::Iso {
                path: "/x/x86_64.iso".to_owned(),
            }),
        ),
        (
            "iso:x.iso",
            Ok(Location::Iso {
                path: "/w/x.iso".to_owned(),
            }),
        ),
    ] {
        assert_eq!(location(written), expected, "{written}");
    }
}

#[test]
fn access_data_leaves_the_address() {
    for (written, credentials, file) in [
        ("http://u:p@h/p", Some(("u", "p")), None),
        ("http://u%40x:p%3Aq@h/p", Some(("u@x", "p:q")), None),
        ("http://token@h/p", Some(("", "token")), None),
        ("http://me:p@ss@h/p", Some(("me", "p@ss")), None),
        ("http://me:100%@h/p", Some(("me", "100%")), None),
        ("http://h/p?credentials=name", None, Some("name")),
        ("http://h/a@b", None, None),
    ] {
        let address = translate(written, "x86_64", Path::new("/w"), &host()).unwrap();
        let expected = credentials
            .map(|(user, password): (&str, &str)| (user.to_owned(), password.to_owned()));
        assert_eq!(address.credentials, expected, "{written}");
        assert_eq!(address.credentials_file.as_deref(), file, "{written}");
        let Location::Remote { url } = address.location else {
            panic!("{written}")
        };
        assert!(!url.contains("u:p"), "{url}");
    }
    for (address, shown) in [
        ("http://u:secret@h/p@q", "http://u:...@h/p@q"),
        ("http://token@h/", "http://...@h/"),
        ("http://h/p@q", "http://h/p@q"),
        ("http://u:s@h,apt-deb,a@b", "http://u:...@h,apt-deb,a@b"),
        ("/a@b", "/a@b"),
    ] {
        assert_eq!(without_password(address), shown);
    }
    for (address, rest) in [
        ("http://u:p@h/p@q", "http://h/p@q"),
        ("http://h", "http://h"),
        ("dir:a@b", "dir:a@b"),
    ] {
        assert_eq!(without_access_data(address), rest);
    }
}

#[test]
fn longest_mirror_prefix_wins() {
    let mut host = host();
    host.settings.mirrors = vec![
        ("http://h/".into(), "https://m1/".into()),
        ("http://h/debian".into(), "https://m2/deb".into()),
    ];
    let url = |written: &str| {
        translate_for_build(written, "x86_64", Path::new("/w"), &host)
            .unwrap()
            .location
    };
    assert_eq!(
        url("http://h/debian/x"),
        Location::Remote {
            url: "https://m2/deb/x".into()
        }
    );
    assert_eq!(
        url("http://h/x"),
        Location::Remote {
            url: "https://m1/x".into()
        }
    );
    assert_eq!(
        url("http://o/x"),
        Location::Remote {
            url: "http://o/x".into()
        }
    );
}

#[test]
fn keys() {
    let key = |written| {
        translate_key(written, Some("15.6"), "x86_64", Path::new("/w"), &host())
            .map_err(|error| error.to_string())
    };
    assert_eq!(key("this://keys/a.asc"), Ok("file:///d/keys/a.asc".into()));
    assert_eq!(
        key("https://h/$releasever/k${releasever}"),
        Ok("https://h/15.6/k15.6".into())
    );
    assert_eq!(key("file:///etc/k"), Ok("file:///etc/k".into()));
    for (written, scheme) in [("host:/", "host"), ("obs://P/r", "obs"), ("iso:/k", "iso")] {
        let error = format!("`{scheme}:` in `{written}` is no scheme of a key");
        assert_eq!(key(written), Err(error));
    }
}

#[test]
fn projects_of_the_build_service() {
    let mut host = host();
    let at = |host: &HostFacts, written: &str| {
        let both = [translate_for_build, translate].map(|translate| {
            translate(written, "x86_64", Path::new("/w"), host)
                .map(|address| match address.location {
                    Location::Remote { url } => url,
                    Location::Local { path } => path,
                    other => panic!("{other:?}"),
                })
                .map_err(|error| error.to_string())
        });
        let [build, image] = both;
        (build, image)
    };
    let public = |path: &str| {
        Ok(format!(
            "{}/{path}",
            "http://download.opensuse.org/repositories"
        ))
    };
    for (written, expected) in [
        ("obs://A:B:C/standard", public("A:/B:/C/standard")),
        ("obs://A:/B:/C/standard/", public("A:/B:/C/standard")),
        ("obs:/A/r?x=y#z", public("A/r")),
        (
            "obs://A",
            Err("`obs://A` does not name a project and a repository".to_owned()),
        ),
        (
            "obs:///r",
            Err("`obs:///r` does not name a project and a repository".to_owned()),
        ),
        (
            "obsrepositories:/r",
            Err(
                "`obsrepositories:/r` is known to workers of the Open Build Service only"
                    .to_owned(),
            ),
        ),
    ] {
        assert_eq!(
            at(&host, written),
            (expected.clone(), expected),
            "{written}"
        );
    }
    host.settings.obs_download_url = Some("https://obs/repositories/".into());
    host.settings.mirrors = vec![("https://obs/".into(), "https://near/".into())];
    assert_eq!(
        at(&host, "obs://A:B/r"),
        (
            Ok("https://near/repositories/A:/B/r".into()),
            Ok("https://obs/repositories/A:/B/r".into())
        )
    );
    host.on_obs_worker = true;
    let given = |path: &str| Ok(format!("/usr/src/packages/SOURCES/repos/{path}"));
    assert_eq!(
        at(&host, "obs://A:/B/r"),
        (given("A:B/r"), Ok("https://obs/repositories/A:/B/r".into()))
    );
    assert_eq!(at(&host, "obsrepositories:/r").0, given("r"));
    assert!(at(&host, "obsrepositories:/r").1.is_err());
}

#[test]
fn a_mirror_may_have_access_data_of_its_own() {
    let mut host = host();
    host.settings.mirrors = vec![("http://h/".into(), "https://me:secret@m/".into())];
    for written in ["http://h/p", "http://u:p@h/p"] {
        let address = translate_for_build(written, "x86_64", Path::new("/w"), &host).unwrap();
        assert_eq!(
            address.location,
            Location::Remote {
                url: "https://m/p".into()
            }
        );
        assert_eq!(address.credentials, Some(("me".into(), "secret".into())));
        let image = translate(written, "x86_64", Path::new("/w"), &host).unwrap();
        assert_eq!(
            image.location,
            Location::Remote {
                url: "http://h/p".into()
            }
        );
    }
}

#[test]
fn addresses_of_the_command_line_are_anchored() {
    for (written, expected) in [
        ("dir://./a/%arch", "dir:///w/a/%arch"),
        ("file:a", "file:///w/a"),
        ("dir:///a", "dir:///a"),
        ("iso:a.iso", "iso:///w/a.iso"),
        ("/a", "/a"),
        ("this://a", "this://a"),
        ("http://h/a", "http://h/a"),
        ("nonsense", "nonsense"),
    ] {
        assert_eq!(anchored(written, Path::new("/w")), expected, "{written}");
    }
}
