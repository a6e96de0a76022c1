//! Makes wrong descriptions out of right ones: first the tree is changed, then the text it is written as.
//!
//! Input number N is the same on every machine, so a failure names the number and can be run again.
#![allow(
    clippy::print_stdout,
    reason = "the times of a long run are its result"
)]

mod random;
mod text;
mod tree;

use std::path::{Path, PathBuf};

use kiwi_description::node::Node;
use kiwi_description::span::SourceMap;
use kiwi_description::syntax::{self, Markup};

use random::Random;

/// Right descriptions that inputs are made of.
#[derive(Debug)]
pub(crate) struct Seeds(Vec<Node>);

impl Seeds {
    /// Takes our own small descriptions, and those of the corpus when it is there.
    pub(crate) fn new(corpus: Option<&Path>) -> Self {
        let own: &[(&str, &str)] = &[
            ("a.xml", include_str!("seed.xml")),
            ("b.yaml", include_str!("seed.yaml")),
        ];
        let mut seeds: Vec<Node> = own
            .iter()
            .filter_map(|(name, text)| read(name, text))
            .collect();
        assert_eq!(seeds.len(), own.len(), "our own descriptions are right");
        let mut files = Vec::new();
        if let Some(corpus) = corpus {
            find(corpus, &mut files);
        }
        files.sort();
        seeds.extend(files.iter().filter_map(|file| {
            let text = std::fs::read_to_string(file).ok()?;
            read(file.to_str()?, &text)
        }));
        Seeds(seeds)
    }

    /// Returns how many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Makes an input.
    pub(crate) fn input(&self, number: u64) -> (String, Markup) {
        let mut random = Random::new(number);
        let mut root = random.pick(&self.0).clone();
        let markup = *random.pick(&[Markup::Xml, Markup::Yaml, Markup::Json, Markup::Toml]);
        for _ in 0..random.below(4) {
            tree::change(&mut root, &mut random);
        }
        let mut written = syntax::write(&root, markup).unwrap_or_default();
        // What was only changed as a tree goes further than what is no longer well-formed.
        if random.below(2) == 0 {
            for _ in 0..=random.below(3) {
                written = text::change(&written, &mut random);
            }
        }
        (written, markup)
    }
}

fn read(name: &str, text: &str) -> Option<Node> {
    let mut sources = SourceMap::default();
    let source = sources.add(name, text);
    let parsed = syntax::parse_detected(&sources, source).ok()?;
    (parsed.root.name == "image").then_some(parsed.root)
}

fn find(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            find(&path, files);
        } else if path.extension().is_some_and(|extension| {
            ["xml", "kiwi", "yaml", "yml"]
                .iter()
                .any(|known| extension == *known)
        }) {
            files.push(path);
        }
    }
}

/// Runs `check` on many inputs, on all processors, and fails with the numbers of the inputs that fail.
///
/// There are `usual` inputs; the environment variable `KIWI_MUTATIONS` asks for more, and `KIWI_MUTATION` for a single one.
pub(crate) fn run(seeds: &Seeds, usual: u64, check: impl Fn(&str, Markup) + Sync) {
    let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    if let Some(single) = number("KIWI_MUTATION") {
        let (text, markup) = seeds.input(single);
        println!("{markup}:\n{text}");
        check(&text, markup);
        return;
    }
    let count = number("KIWI_MUTATIONS").unwrap_or(usual);
    let threads = number("KIWI_MUTATION_THREADS").unwrap_or_else(|| {
        std::thread::available_parallelism().map_or(1, |threads| threads.get() as u64)
    });
    let started = std::time::Instant::now();
    let (failed, slowest) = std::thread::scope(|scope| {
        let check = &check;
        let workers: Vec<_> = (0..threads)
            .map(|worker| {
                scope.spawn(move || {
                    run_some(seeds, (worker..count).step_by(threads as usize), check)
                })
            })
            .collect();
        let mut failed = Vec::new();
        let mut slowest = (0.0, 0);
        for worker in workers {
            let (some, slow) = worker
                .join()
                .expect("the worker catches what the check does");
            failed.extend(some);
            slowest = if slow > slowest { slow } else { slowest };
        }
        failed.sort_unstable();
        (failed, slowest)
    });
    println!(
        "{count} inputs of {} descriptions in {:.1?}; the slowest, {}, took {:.3} s",
        seeds.len(),
        started.elapsed(),
        slowest.1,
        slowest.0
    );
    assert!(
        failed.is_empty(),
        "{} inputs fail; look at one with KIWI_MUTATION={}: {:?}",
        failed.len(),
        failed[0],
        &failed[..failed.len().min(20)]
    );
    assert!(
        slowest.0 < 10.0,
        "input {} takes {:.1} s",
        slowest.1,
        slowest.0
    );
}

fn run_some(
    seeds: &Seeds,
    numbers: impl Iterator<Item = u64>,
    check: &impl Fn(&str, Markup),
) -> (Vec<u64>, (f64, u64)) {
    let mut failed = Vec::new();
    let mut slowest = (0.0, 0);
    for number in numbers {
        let (text, markup) = seeds.input(number);
        let started = std::time::Instant::now();
        let result =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| check(&text, markup)));
        let took = started.elapsed().as_secs_f64();
        if took > slowest.0 {
            slowest = (took, number);
        }
        if result.is_err() {
            failed.push(number);
        }
    }
    (failed, slowest)
}
