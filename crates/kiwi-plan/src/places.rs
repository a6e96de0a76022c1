//! From spans of the description to the origins a plan keeps.

use kiwi_description::span::{SourceMap, Span};

use crate::plan::Origin;

/// Looks up places; what came from the command line is named after its option.
#[derive(Clone, Copy)]
pub(crate) struct Places<'a> {
    sources: &'a SourceMap,
}

impl<'a> Places<'a> {
    /// Looks up in the sources of a description.
    pub(crate) fn new(sources: &'a SourceMap) -> Self {
        Self { sources }
    }

    /// Returns where a span was written.
    pub(crate) fn origin(self, span: Span) -> Origin {
        let location = self.sources.location(span);
        let path = location.file.to_string_lossy();
        if path.starts_with("--") {
            let option = path.split([' ', '=']).next().unwrap_or_default();
            return Origin::Option(option.to_owned());
        }
        Origin::File {
            path: path.into_owned(),
            line: u32::try_from(location.line).unwrap_or(u32::MAX),
            column: u32::try_from(location.column).unwrap_or(u32::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_no_files() {
        let mut sources = SourceMap::default();
        let option = sources.add_whole("--set-type-attr firmware=uefi", "uefi");
        let file = sources.add_whole("d/config.xml", "<image/>");
        let places = Places::new(&sources);
        assert_eq!(places.origin(option).to_string(), "from --set-type-attr");
        assert_eq!(places.origin(file).to_string(), "d/config.xml:1:1");
    }
}
