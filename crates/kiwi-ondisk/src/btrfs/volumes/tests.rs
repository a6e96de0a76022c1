use super::*;

fn subvolume(path: &str, directory: Option<&str>) -> Subvolume {
    Subvolume::new(path, directory)
}

fn node(path: &str, kind: Kind, content: Content) -> Node {
    Node {
        path: path.into(),
        parent: 0,
        kind,
        mode: 0,
        uid: 0,
        gid: 0,
        modified: Time::default(),
        attributes: Vec::new(),
        content,
        names: 1,
    }
}

/// `/etc/file`, `/home/user/notes`, `/usr/local`, and `/home/link` as second name of `/etc/file`.
fn tree() -> Vec<Node> {
    let directory = |entries: &[(&str, usize)]| {
        Content::Directory(
            entries
                .iter()
                .map(|(name, node)| (name.as_bytes().to_vec(), *node))
                .collect(),
        )
    };
    let mut nodes = vec![
        node(
            "",
            Kind::Directory,
            directory(&[("etc", 1), ("home", 2), ("usr", 3)]),
        ),
        node("etc", Kind::Directory, directory(&[("file", 4)])),
        node(
            "home",
            Kind::Directory,
            directory(&[("link", 4), ("user", 5)]),
        ),
        node("usr", Kind::Directory, directory(&[("local", 7)])),
        node("etc/file", Kind::File, Content::File(0, Vec::new())),
        node("home/user", Kind::Directory, directory(&[("notes", 6)])),
        node("home/user/notes", Kind::File, Content::File(0, Vec::new())),
        node("usr/local", Kind::Directory, directory(&[])),
    ];
    nodes[4].names = 2;
    nodes
}

/// Lists everything in all subvolumes.
fn listing(subvolumes: Vec<Subvolume>) -> Result<Vec<String>> {
    let mut options = Options::new(uuid::Uuid::nil(), "");
    options.subvolumes = subvolumes;
    let volumes = arrange(tree(), &options, Time::default())?;
    let mut lines = Vec::new();
    for volume in &volumes.list {
        for (position, inode) in volume.inodes.iter().enumerate() {
            for (index, entry) in inode.numbered() {
                let target = match entry.target {
                    Target::Inode(number, _) => number.to_string(),
                    Target::Volume(inner) => {
                        let place = volumes.list[inner].place.as_ref().unwrap();
                        assert_eq!(place.name.directory, inode_number(position));
                        assert_eq!(place.name.index, index);
                        assert_eq!(volumes.list[place.parent].id, volume.id);
                        format!("subvolume {}", volumes.list[inner].id)
                    }
                };
                let name = String::from_utf8_lossy(&entry.name);
                lines.push(format!(
                    "{} {}/{name} {target}",
                    volume.id,
                    inode_number(position)
                ));
            }
        }
    }
    Ok(lines)
}

#[test]
fn without_subvolumes_all_is_in_the_top_level() {
    assert_eq!(
        listing(Vec::new()).unwrap(),
        [
            "5 256/etc 257",
            "5 256/home 258",
            "5 256/usr 259",
            "5 257/file 260",
            "5 258/link 260",
            "5 258/user 261",
            "5 259/local 263",
            "5 261/notes 262",
        ]
    );
}

#[test]
fn directories_go_to_their_subvolumes() {
    // One is reached through the root, one beside it leaves a mount point.
    let lines = listing(vec![
        subvolume("@", Some("")),
        subvolume("@/home", Some("home")),
        subvolume("local", Some("usr/local")),
    ]);
    assert_eq!(
        lines.unwrap(),
        [
            "5 256/@ subvolume 256",
            "5 256/local subvolume 258",
            "256 256/etc 257",
            "256 256/home subvolume 257",
            "256 256/usr 258",
            "256 257/file 259",
            "256 258/local 260",
            "257 256/link 257",
            "257 256/user 258",
            "257 258/notes 259",
        ]
    );
}

#[test]
fn a_snapshot_as_root() {
    let mut snapshots = subvolume("@/.snapshots", Some(".snapshots"));
    snapshots.files = vec![("1/info.xml".into(), b"<snapshot/>".to_vec())];
    let lines = listing(vec![
        subvolume("@", None),
        snapshots,
        subvolume("@/.snapshots/1/snapshot", Some("")),
        subvolume("@/usr/local", Some("usr/local")),
    ]);
    assert_eq!(
        lines.unwrap(),
        [
            "5 256/@ subvolume 256",
            "256 256/.snapshots subvolume 257",
            "256 256/usr 257",
            "256 257/local subvolume 259",
            "257 256/1 257",
            "257 257/info.xml 258",
            "257 257/snapshot subvolume 258",
            "258 256/.snapshots 257",
            "258 256/etc 258",
            "258 256/home 259",
            "258 256/usr 260",
            "258 258/file 261",
            "258 259/link 261",
            "258 259/user 262",
            "258 260/local 264",
            "258 262/notes 263",
        ]
    );
}

#[test]
fn contradictions_are_refused() {
    for (subvolumes, message) in [
        (
            vec![subvolume("a", None), subvolume("a", None)],
            "subvolume `a`: exists twice",
        ),
        (
            vec![subvolume("a", Some("etc")), subvolume("b", Some("etc"))],
            "subvolume `b`: stores a directory that another one stores already",
        ),
        (
            vec![subvolume("etc", None)],
            "subvolume `etc`: is to be where the tree has something else",
        ),
        (
            vec![subvolume("etc/file/x", None)],
            "subvolume `etc/file`: is to be where the tree has something else",
        ),
    ] {
        assert_eq!(listing(subvolumes).unwrap_err().to_string(), message);
    }
}
