//! The reference manual of descriptions, made from the schema tables, the codes and the comments of the checks.
//!
//! One page per section of the schema, one about image types, one about codes, one about checks, and an index.

mod checks;
mod codes;
mod element;
mod image_types;
mod index;
mod markdown;
mod section;

use std::collections::BTreeMap;

use anyhow::Result;
use kiwi_description::schema;

use crate::generated::Generated;

/// The pages of `cargo xtask reference`.
pub(crate) fn generated() -> Result<Generated> {
    Ok(Generated {
        directory: crate::workspace().join("docs/reference"),
        task: "reference",
        pages: pages()?,
    })
}

fn pages() -> Result<BTreeMap<String, String>> {
    let mut pages = BTreeMap::new();
    pages.insert("index.md".to_owned(), index::page());
    for section in schema::sections() {
        pages.insert(markdown::file(section), section::page(section));
    }
    pages.insert("image-types.md".to_owned(), image_types::page());
    pages.insert("codes.md".to_owned(), codes::page()?);
    pages.insert("checks.md".to_owned(), checks::page()?);
    Ok(pages)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every link leads to a page, and to a heading of it.
    #[test]
    fn links_lead_somewhere() {
        let pages = pages().unwrap();
        let mut count = 0;
        for (name, page) in &pages {
            let mut rest = page.as_str();
            while let Some((_, after)) = rest.split_once("](") {
                let (target, after) = after.split_once(')').unwrap();
                rest = after;
                count += 1;
                let (file, heading) = target.split_once('#').unwrap_or((target, ""));
                let file = if file.is_empty() { name.as_str() } else { file };
                let page = pages
                    .get(file)
                    .unwrap_or_else(|| panic!("{name}: {target}"));
                let found = page
                    .lines()
                    .filter(|line| line.starts_with('#'))
                    .any(|line| markdown::anchor(line.trim_start_matches('#').trim()) == heading);
                assert!(heading.is_empty() || found, "{name}: {target}");
            }
        }
        assert!(count > 500, "{count}");
    }

    /// Headings of a page differ, so that links to them are unique.
    #[test]
    fn headings_are_unique() {
        for (name, page) in pages().unwrap() {
            let mut headings: Vec<_> = page.lines().filter(|line| line.starts_with('#')).collect();
            headings.sort_unstable();
            let before = headings.len();
            headings.dedup();
            assert_eq!(headings.len(), before, "{name}");
        }
    }

    /// Rows of a table have as many cells as its head.
    #[test]
    fn tables_are_whole() {
        for (name, page) in pages().unwrap() {
            let mut width = None;
            for line in page.lines() {
                if !line.starts_with('|') {
                    width = None;
                    continue;
                }
                let bars = line.replace("\\|", "").matches('|').count();
                assert_eq!(*width.get_or_insert(bars), bars, "{name}: {line}");
            }
        }
    }

    #[test]
    fn everything_has_a_place() {
        let pages = pages().unwrap();
        for section in schema::sections() {
            let page = &pages[&markdown::file(section)];
            for element in section.elements {
                assert!(page.contains(&format!("\n## `{}`\n", element.name)));
                assert!(page.contains(element.help));
                for attribute in element.attributes {
                    assert!(page.contains(attribute.help), "{}", attribute.name);
                }
            }
        }
    }
}
