//! Which file is in which subvolume, and the numbers of all inodes.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::item::object;
use super::options::{Options, Subvolume};
use crate::file_tree::{Content, Kind, Node, Time};
use crate::{Error, Result};

/// First number of a directory's entries.
const FIRST_INDEX: u64 = 2;

/// All subvolumes and the nodes they are made of.
#[derive(Debug)]
pub(super) struct Volumes {
    /// Nodes of the tree, and behind them what had to be made.
    pub(super) nodes: Vec<Node>,
    /// Contents of files that are not in the tree.
    pub(super) made: HashMap<usize, Vec<u8>>,
    /// The top level is the first.
    pub(super) list: Vec<Volume>,
    /// Number of the default one.
    pub(super) default: u64,
}

/// One subvolume.
#[derive(Debug)]
pub(super) struct Volume {
    /// Number of its tree.
    pub(super) id: u64,
    pub(super) uuid: [u8; 16],
    pub(super) read_only: bool,
    pub(super) no_copy_on_write: bool,
    pub(super) limit: Option<u64>,
    /// Where it is mounted in another one; the top level is nowhere.
    pub(super) place: Option<Place>,
    /// The first is its root directory.
    pub(super) inodes: Vec<Inode>,
}

/// An entry of a directory that is a subvolume.
#[derive(Debug)]
pub(super) struct Place {
    /// Which subvolume the directory is in.
    pub(super) parent: usize,
    pub(super) name: Name,
}

/// A name of an inode.
#[derive(Debug, Clone)]
pub(super) struct Name {
    /// Inode of the directory.
    pub(super) directory: u64,
    /// Number of the entry.
    pub(super) index: u64,
    pub(super) name: Vec<u8>,
}

/// An inode. Its number is 256 and its position.
#[derive(Debug)]
pub(super) struct Inode {
    pub(super) node: usize,
    /// Empty for the root directory.
    pub(super) names: Vec<Name>,
    /// What is in it, when it is a directory; numbered from 2.
    pub(super) entries: Vec<Entry>,
}

/// An entry of a directory.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: Vec<u8>,
    pub(super) target: Target,
}

/// What an entry stands for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target {
    Inode(u64, Kind),
    Volume(usize),
}

impl Inode {
    fn new(node: usize) -> Self {
        Self {
            node,
            names: Vec::new(),
            entries: Vec::new(),
        }
    }

    /// Entries with their numbers.
    pub(super) fn numbered(&self) -> impl Iterator<Item = (u64, &Entry)> {
        (FIRST_INDEX..).zip(&self.entries)
    }
}

/// Number of an inode by its position.
pub(super) fn inode_number(position: usize) -> u64 {
    object::FIRST_FREE + position as u64
}

/// What has to be in a subvolume whatever the tree has.
#[derive(Debug, Default)]
struct Made {
    children: BTreeMap<Vec<u8>, Made>,
    volume: Option<usize>,
    file: Option<Vec<u8>>,
}

impl Made {
    fn at(&mut self, path: &Path) -> &mut Self {
        path.iter().fold(self, |made, name| {
            made.children.entry(name.as_bytes().to_vec()).or_default()
        })
    }
}

/// Distributes the nodes of a tree.
///
/// # Errors
/// Subvolumes contradict each other or the tree.
pub(super) fn arrange(nodes: Vec<Node>, options: &Options, created: Time) -> Result<Volumes> {
    let mut written: Vec<&Subvolume> = options.subvolumes.iter().collect();
    written.sort_by(|a, b| a.path.cmp(&b.path));
    if let Some(twice) = written.windows(2).find(|pair| pair[0].path == pair[1].path) {
        return Err(complaint(&twice[0].path, "exists twice"));
    }
    // The top level takes what nobody else has.
    let whole = written
        .iter()
        .any(|it| it.directory.as_deref() == Some(Path::new("")));
    let top = Subvolume::new("", if whole { None } else { Some("") });
    let mut all = vec![&top];
    all.extend(written);

    let mut arranger = Arranger {
        directories: nodes
            .iter()
            .enumerate()
            .filter(|(_, node)| node.kind == Kind::Directory)
            .map(|(index, node)| (node.path.clone(), index))
            .collect(),
        nodes,
        made: HashMap::new(),
        owner: HashMap::new(),
        created,
        list: Vec::new(),
    };
    let wanted = arranger.wanted(&all)?;
    for (index, subvolume) in all.iter().enumerate() {
        let root = subvolume
            .directory
            .as_ref()
            .and_then(|directory| arranger.directories.get(directory).copied());
        let node = match root {
            Some(node) => node,
            None => arranger.make_directory(subvolume.mode),
        };
        arranger.list.push(Volume {
            id: if index == 0 {
                object::TOP_LEVEL
            } else {
                object::FIRST_FREE + index as u64 - 1
            },
            uuid: derived_uuid(options, &format!("subvolume {}", subvolume.path.display())),
            read_only: subvolume.read_only,
            no_copy_on_write: subvolume.no_copy_on_write,
            limit: subvolume.limit,
            place: None,
            inodes: vec![Inode::new(node)],
        });
    }
    for (index, wanted) in wanted.iter().enumerate() {
        arranger.fill(index, wanted)?;
    }
    let default = match &options.default_subvolume {
        None => object::TOP_LEVEL,
        Some(path) => all
            .iter()
            .zip(&arranger.list)
            .find(|(subvolume, _)| subvolume.path == *path)
            .map(|(_, volume)| volume.id)
            .ok_or_else(|| complaint(path, "is to be the default one, but does not exist"))?,
    };
    Ok(Volumes {
        nodes: arranger.nodes,
        made: arranger.made,
        list: arranger.list,
        default,
    })
}

/// Makes an id of the file system's own and a purpose.
pub(super) fn derived_uuid(options: &Options, purpose: &str) -> [u8; 16] {
    let mut digest = Sha256::new();
    digest.update(options.uuid.as_bytes());
    digest.update(purpose.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.finalize()[..16]);
    uuid::Builder::from_custom_bytes(bytes)
        .into_uuid()
        .into_bytes()
}

fn complaint(path: &Path, reason: &str) -> Error {
    Error::value("subvolume", path.display().to_string(), reason)
}

/// A directory to be filled: its position, the node with its contents, and what has to be in it.
type Visit<'m> = (usize, Option<usize>, Option<&'m Made>);

struct Arranger {
    nodes: Vec<Node>,
    directories: HashMap<PathBuf, usize>,
    made: HashMap<usize, Vec<u8>>,
    /// Which subvolume the contents of a directory go to, for roots of subvolumes.
    owner: HashMap<usize, usize>,
    created: Time,
    list: Vec<Volume>,
}

impl Arranger {
    /// Works out what each subvolume has to have: other subvolumes, mount points, files.
    fn wanted(&mut self, all: &[&Subvolume]) -> Result<Vec<Made>> {
        let mut wanted: Vec<Made> = all.iter().map(|_| Made::default()).collect();
        let nearest = |index: usize, path: fn(&Subvolume) -> Option<&Path>| {
            let own = path(all[index])?;
            let above = |other: usize| {
                let rest = own.strip_prefix(path(all[other])?).ok()?;
                (other != index && rest != Path::new("")).then_some((other, rest))
            };
            (0..all.len())
                .filter_map(above)
                .min_by_key(|(_, rest)| rest.as_os_str().len())
        };
        for (index, subvolume) in all.iter().enumerate() {
            for (path, bytes) in &subvolume.files {
                wanted[index].at(path).file = Some(bytes.clone());
            }
            if let Some((container, rest)) = nearest(index, |it| Some(&it.path)) {
                wanted[container].at(rest).volume = Some(index);
            }
            let Some(directory) = &subvolume.directory else {
                continue;
            };
            match self.directories.get(directory) {
                Some(node) => {
                    if self.owner.insert(*node, index).is_some() {
                        return Err(complaint(
                            &subvolume.path,
                            "stores a directory that another one stores already",
                        ));
                    }
                }
                None => {
                    if let Some((parent, rest)) = nearest(index, |it| it.directory.as_deref()) {
                        wanted[parent].at(rest);
                    }
                }
            }
        }
        Ok(wanted)
    }

    fn make_directory(&mut self, mode: u32) -> usize {
        self.make(
            Kind::Directory,
            0o40000 | mode,
            Content::Directory(Vec::new()),
        )
    }

    fn make(&mut self, kind: Kind, mode: u32, content: Content) -> usize {
        self.nodes.push(Node {
            path: PathBuf::new(),
            parent: 0,
            kind,
            mode,
            uid: 0,
            gid: 0,
            modified: self.created,
            attributes: Vec::new(),
            content,
            names: 1,
        });
        self.nodes.len() - 1
    }

    /// Fills a subvolume from its root directory on.
    fn fill(&mut self, volume: usize, wanted: &Made) -> Result<()> {
        let mut links = HashMap::new();
        let root = self.list[volume].inodes[0].node;
        let mut waiting = vec![(0, Some(root), Some(wanted))];
        while let Some((position, node, made)) = waiting.pop() {
            let mut below = Vec::new();
            for (name, (node, made)) in self.names(node, made) {
                let next = self.entry(volume, position, name, node, made, &mut links)?;
                below.extend(next);
            }
            // The first directory is the next one.
            waiting.extend(below.into_iter().rev());
        }
        Ok(())
    }

    /// All names of a directory: those of the tree, and those that have to be.
    fn names<'m>(
        &self,
        node: Option<usize>,
        made: Option<&'m Made>,
    ) -> BTreeMap<Vec<u8>, (Option<usize>, Option<&'m Made>)> {
        let mut names = BTreeMap::new();
        if let Some(Content::Directory(entries)) = node.map(|node| &self.nodes[node].content) {
            names.extend(
                entries
                    .iter()
                    .map(|(name, node)| (name.clone(), (Some(*node), None))),
            );
        }
        for (name, made) in made.iter().flat_map(|made| &made.children) {
            names.entry(name.clone()).or_insert((None, None)).1 = Some(made);
        }
        names
    }

    /// Adds an entry to a directory; gives what is to be visited next when it is a directory itself.
    fn entry<'m>(
        &mut self,
        volume: usize,
        parent: usize,
        name: Vec<u8>,
        node: Option<usize>,
        made: Option<&'m Made>,
        links: &mut HashMap<usize, usize>,
    ) -> Result<Option<Visit<'m>>> {
        let owner = node.and_then(|node| self.owner.get(&node).copied());
        let label = Name {
            directory: inode_number(parent),
            index: FIRST_INDEX + self.list[volume].inodes[parent].entries.len() as u64,
            name: name.clone(),
        };
        if let Some(inner) = made.and_then(|made| made.volume) {
            if owner != Some(inner) && node.is_some_and(|node| !self.is_empty(node)) {
                return Err(self.in_the_way(node, &name));
            }
            self.list[inner].place = Some(Place {
                parent: volume,
                name: label,
            });
            self.add(volume, parent, name, Target::Volume(inner));
            return Ok(None);
        }
        let file = made.and_then(|made| made.file.as_ref());
        if file.is_some() && node.is_some() {
            return Err(self.in_the_way(node, &name));
        }
        let known = node.and_then(|node| links.get(&node).copied());
        let (position, node) = match (known, node) {
            (Some(position), Some(node)) => (position, node),
            (_, node) => {
                let node = node.unwrap_or_else(|| match file {
                    Some(bytes) => self.make_file(bytes),
                    None => self.make_directory(0o755),
                });
                self.list[volume].inodes.push(Inode::new(node));
                (self.list[volume].inodes.len() - 1, node)
            }
        };
        if self.nodes[node].names > 1 {
            links.insert(node, position);
        }
        let kind = self.nodes[node].kind;
        if made.is_some_and(|made| !made.children.is_empty()) && kind != Kind::Directory {
            return Err(self.in_the_way(Some(node), &name));
        }
        self.list[volume].inodes[position].names.push(label);
        self.add(
            volume,
            parent,
            name,
            Target::Inode(inode_number(position), kind),
        );
        // The contents of a directory that another subvolume has are not here.
        let contents = Some(node).filter(|_| owner.is_none());
        Ok((kind == Kind::Directory).then_some((position, contents, made)))
    }

    fn add(&mut self, volume: usize, parent: usize, name: Vec<u8>, target: Target) {
        self.list[volume].inodes[parent]
            .entries
            .push(Entry { name, target });
    }

    fn make_file(&mut self, bytes: &[u8]) -> usize {
        let length = bytes.len() as u64;
        let node = self.make(Kind::File, 0o100_644, Content::File(length, Vec::new()));
        self.made.insert(node, bytes.to_vec());
        node
    }

    fn is_empty(&self, node: usize) -> bool {
        matches!(&self.nodes[node].content, Content::Directory(entries) if entries.is_empty())
    }

    fn in_the_way(&self, node: Option<usize>, name: &[u8]) -> Error {
        let path = node.map_or_else(
            || PathBuf::from(OsStr::from_bytes(name)),
            |node| self.nodes[node].path.clone(),
        );
        complaint(&path, "is to be where the tree has something else")
    }
}

#[cfg(test)]
mod tests;
