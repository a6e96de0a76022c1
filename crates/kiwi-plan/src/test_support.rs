//! Made-up hosts and descriptions for tests.

use std::path::PathBuf;

use kiwi_description::Loaded;
use kiwi_description::diagnostic::Diagnostics;
use kiwi_description::span::SourceMap;
use kiwi_description::{model, schema, syntax};

use crate::host_facts::{DescriptionDirectory, HostFacts, RuntimeSettings};

/// Returns an x86_64 host with a description in `/d` and nothing else.
pub(crate) fn host() -> HostFacts {
    HostFacts {
        machine: "x86_64".to_owned(),
        description_file: PathBuf::from("/d/config.xml"),
        description: DescriptionDirectory {
            path: PathBuf::from("/d"),
            entries: [].into(),
        },
        other_paths: [].into(),
        prepared: false,
        source_date_epoch: Some(1_700_000_000),
        now: 1_800_000_000,
        random_seed: [7; 32],
        settings: RuntimeSettings::default(),
        cpus: 2,
        on_obs_worker: false,
        is_root: true,
        working_directory: PathBuf::from("/w"),
        shared_cache_directory: PathBuf::from(crate::host_facts::DEFAULT_SHARED_CACHE_DIRECTORY),
        target_filesystem: None,
        interpreters: [].into(),
    }
}

/// Reads a description with these children of `image`; a `description` section is added.
pub(crate) fn loaded(sections: &str) -> Loaded {
    let text = format!(
        "<image schemaversion=\"8.5\" name=\"test\">\n<description type=\"system\"><author>A</author><contact>c</contact>\
         <specification>s</specification></description>\n{sections}\n</image>\n"
    );
    let mut source_map = SourceMap::default();
    let source = source_map.add("d/config.xml", text);
    let root = syntax::xml::parse(&source_map, source).expect("well formed");
    let diagnostics: Diagnostics = schema::check(&root);
    assert!(!diagnostics.has_errors(), "{:?}", diagnostics.into_vec());
    let image = model::build_model(&root).expect("checked");
    Loaded {
        source_map,
        directory: PathBuf::from("/d"),
        file: PathBuf::from("/d/config.xml"),
        root,
        image,
        diagnostics,
    }
}
