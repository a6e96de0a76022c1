//! Changes of a tree with regard to what the schema knows.

use kiwi_description::node::{Node, Text};
use kiwi_description::schema;
use kiwi_description::span::Span;

use super::random::Random;

/// Values that are right somewhere, nearly right, or strange everywhere.
const VALUES: &[&str] = &[
    "",
    " ",
    "true",
    "false",
    "True",
    "yes",
    "0",
    "1",
    "-1",
    "-0",
    "00",
    "1.10",
    "4G",
    "4g",
    "4.5",
    "99999999999999999999999999",
    "1e9",
    "0x10",
    "NaN",
    "none",
    "all",
    "root",
    "a,b",
    ",",
    "a,,b",
    "a:b",
    ":",
    "/",
    "//",
    "/a/../b",
    "..",
    "../../etc",
    ".",
    "~",
    "a b",
    "a\nb",
    "\t",
    "\u{e4}",
    "\u{1f600}",
    "\u{202e}",
    "%",
    "%s",
    "${x}",
    "$(x)",
    "`x`",
    "'",
    "\"",
    "\\",
    "<",
    "&",
    "]]>",
    "--",
    "--help",
    "x86_64",
    "x86_64,aarch64",
    "ix86",
    "s390x",
    "oem",
    "iso",
    "docker",
    "oci",
    "kis",
    "pxe",
    "tbz",
    "vmx",
    "ext4",
    "btrfs",
    "xfs",
    "squashfs",
    "grub2",
    "systemd_boot",
    "uefi",
    "efi",
    "bios",
    "apt",
    "dnf4",
    "zypper",
    "pacman",
    "bootstrap",
    "image",
    "delete",
    "8.5",
    "7.4",
    "9.9",
    "8",
    "8.",
    "this://a",
    "file:///a",
    "http://a:b@c/d?e#f",
    "obs://a/b",
    "obs:",
    "http://[::1",
    "host:/",
    "UTC",
    "de_DE",
    "luks",
    "1:2:3",
    "4294967296",
];

/// Makes one change.
pub(super) fn change(root: &mut Node, random: &mut Random) {
    let count = count(root);
    let at = random.below(count);
    let other = nth(root, random.below(count)).clone();
    let node = nth_mut(root, at);
    match random.below(14) {
        0 | 1 => change_value(node, random),
        2 => {
            let value = value(random);
            let place = node.name_span;
            let name = attribute_name(node, random);
            node.set_attribute(&name, value, place);
        }
        3 => {
            let name = attribute_name(node, random);
            if !node.attributes.is_empty() {
                let which = random.below(node.attributes.len());
                if node.attribute(&name).is_none() {
                    node.attributes[which].name = name;
                }
            }
        }
        4 => {
            if !node.attributes.is_empty() {
                node.attributes.remove(random.below(node.attributes.len()));
            }
        }
        5 => set_text(node, random),
        6 => node.name = element_name(&node.name, random),
        7 => {
            if !node.children.is_empty() {
                node.children.remove(random.below(node.children.len()));
            }
        }
        8 => {
            if !node.children.is_empty() {
                let child = random.pick(&node.children).clone();
                let times = if random.below(50) == 0 { 200 } else { 1 };
                node.children.extend(std::iter::repeat_n(child, times));
            }
        }
        9 => {
            let new = element_name(&node.name, random);
            let mut child = Node::new(new, node.span);
            set_text(&mut child, random);
            node.children.push(child);
        }
        10 => {
            let inside = std::mem::replace(node, other);
            node.children.push(inside);
        }
        11 => node.children.push(other),
        12 => {
            let levels = if random.below(50) == 0 { 110 } else { 1 };
            for _ in 0..levels {
                let around = Node::new(node.name.clone(), node.span);
                let inside = std::mem::replace(node, around);
                node.children.push(inside);
            }
        }
        _ => {
            let from = value(random);
            let include = Node::new("include", node.span).with_attribute("from", from, node.span);
            root.children.insert(0, include);
        }
    }
}

fn value(random: &mut Random) -> String {
    if random.below(100) == 0 {
        return "x".repeat(10_000);
    }
    (*random.pick(VALUES)).to_owned()
}

fn change_value(node: &mut Node, random: &mut Random) {
    if node.attributes.is_empty() {
        set_text(node, random);
        return;
    }
    let which = random.below(node.attributes.len());
    let attribute = &mut node.attributes[which];
    match random.below(5) {
        0 => attribute.value = misspelt(&attribute.value, random),
        1 => attribute.value.push_str(&value(random)),
        _ => attribute.value = value(random),
    }
}

fn set_text(node: &mut Node, random: &mut Random) {
    let span: Span = node.span;
    let text = match &node.text {
        Some(text) if random.below(3) == 0 => misspelt(&text.value, random),
        _ => value(random),
    };
    let value = text.trim().to_owned();
    node.text = (!value.is_empty()).then_some(Text { value, span });
}

fn misspelt(word: &str, random: &mut Random) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    if letters.is_empty() {
        return "x".to_owned();
    }
    let at = random.below(letters.len());
    match random.below(3) {
        0 => {
            letters.remove(at);
        }
        1 => letters.insert(at, 'x'),
        _ => letters[at] = '_',
    }
    letters.into_iter().collect()
}

fn element_name(now: &str, random: &mut Random) -> String {
    let all: Vec<&str> = schema::elements().map(|element| element.name).collect();
    match random.below(8) {
        0 => misspelt(now, random),
        1 => (*random.pick(&[
            "a",
            "p:a",
            "xmlns",
            "_",
            "\u{e4}",
            "include",
            "extension",
            "image",
        ]))
        .to_owned(),
        _ => (*random.pick(&all)).to_owned(),
    }
}

fn attribute_name(node: &Node, random: &mut Random) -> String {
    let known: Vec<&str> = schema::element(&node.name)
        .map(|element| {
            element
                .attributes
                .iter()
                .map(|attribute| attribute.name)
                .collect()
        })
        .unwrap_or_default();
    match random.below(8) {
        _ if known.is_empty() => "name".to_owned(),
        0 => {
            let name = *random.pick(&known);
            misspelt(name, random)
        }
        1 => (*random.pick(&[
            "xmlns",
            "xmlns:p",
            "p:a",
            "xsi:a",
            "xml:lang",
            "_",
            "schemaversion",
        ]))
        .to_owned(),
        _ => (*random.pick(&known)).to_owned(),
    }
}

fn count(node: &Node) -> usize {
    1 + node.children.iter().map(count).sum::<usize>()
}

fn nth(root: &Node, number: usize) -> &Node {
    fn walk<'a>(node: &'a Node, left: &mut usize) -> Option<&'a Node> {
        if *left == 0 {
            return Some(node);
        }
        *left -= 1;
        node.children.iter().find_map(|child| walk(child, left))
    }
    let mut left = number;
    walk(root, &mut left).unwrap_or(root)
}

fn nth_mut(root: &mut Node, number: usize) -> &mut Node {
    // The way down, because a borrow cannot be given up half-way.
    fn way(node: &Node, left: &mut usize, path: &mut Vec<usize>) -> bool {
        if *left == 0 {
            return true;
        }
        *left -= 1;
        for (at, child) in node.children.iter().enumerate() {
            path.push(at);
            if way(child, left, path) {
                return true;
            }
            path.pop();
        }
        false
    }
    let mut path = Vec::new();
    let mut left = number;
    way(root, &mut left, &mut path);
    path.into_iter()
        .fold(root, |node, at| &mut node.children[at])
}
