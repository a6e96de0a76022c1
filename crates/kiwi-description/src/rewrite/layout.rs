//! Where things stand in an XML text: ends of tags, lines, indentation.

use std::ops::Range;

use crate::node::Node;

/// The text of one file, asked about its layout.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout<'a> {
    /// The whole text.
    pub(super) text: &'a str,
}

/// The end of a start tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StartTag {
    /// Behind the last attribute, or behind the name.
    pub(super) inside: usize,
    /// Behind the `>`.
    pub(super) end: usize,
    /// Whether the element ends here too: `<a/>`.
    pub(super) closed: bool,
}

impl<'a> Layout<'a> {
    /// Finds the end of an element's start tag.
    pub(super) fn start_tag(&self, node: &Node) -> StartTag {
        let mut quote = None;
        let bytes = self.text.as_bytes();
        let mut at = node.name_span.end;
        while at < node.span.end {
            match (quote, bytes[at]) {
                (None, b'>') => break,
                (None, mark @ (b'"' | b'\'')) => quote = Some(mark),
                (Some(open), mark) if open == mark => quote = None,
                _ => {}
            }
            at += 1;
        }
        let closed = bytes[at - 1] == b'/';
        let inside = self.text[..at - usize::from(closed)].trim_end().len();
        StartTag {
            inside,
            end: at + 1,
            closed,
        }
    }

    /// Returns where the end tag of an element starts that has one.
    pub(super) fn end_tag(&self, node: &Node) -> usize {
        let element = &self.text[node.span.range()];
        node.span.start + element.rfind("</").unwrap_or(element.len())
    }

    /// Returns the white space the line of a place begins with.
    pub(super) fn indent(&self, at: usize) -> &'a str {
        let line = &self.text[self.line_start(at)..];
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }

    /// Tells whether nothing but white space is before a place in its line.
    pub(super) fn is_first(&self, at: usize) -> bool {
        self.text[self.line_start(at)..at].trim().is_empty()
    }

    /// Returns the end of a line, before its line end, when only white space and comments follow a place in it.
    pub(super) fn rest_of_line(&self, at: usize) -> Option<usize> {
        let mut rest = &self.text[at..];
        loop {
            rest = rest.trim_start_matches([' ', '\t']);
            let Some(comment) = rest.strip_prefix("<!--") else {
                break;
            };
            let (comment, behind) = comment.split_once("-->")?;
            if comment.contains('\n') {
                return None;
            }
            rest = behind;
        }
        let here = self.text.len() - rest.len();
        (rest.starts_with('\n') || rest.starts_with("\r\n")).then_some(here)
    }

    /// Returns the range of an element, with its line when it has it for itself.
    pub(super) fn lines_of(&self, range: Range<usize>) -> Range<usize> {
        let rest = self.text[range.end..].trim_start_matches([' ', '\t', '\r']);
        if self.is_first(range.start) && rest.starts_with('\n') {
            self.line_start(range.start)..self.text.len() - rest.len() + 1
        } else {
            range
        }
    }

    /// Returns how lines end in the text.
    pub(super) fn line_end(&self) -> &'static str {
        match self.text.find('\n') {
            Some(at) if self.text[..at].ends_with('\r') => "\r\n",
            _ => "\n",
        }
    }

    /// Returns the indentation of one level: the smallest one that a line with an element has.
    pub(super) fn unit(&self) -> &'a str {
        let indents = self.text.lines().filter_map(|line| {
            let element = line.trim_start_matches([' ', '\t']);
            let indent = &line[..line.len() - element.len()];
            (element.starts_with('<') && !element.starts_with("<!") && !indent.is_empty())
                .then_some(indent)
        });
        indents.min_by_key(|indent| indent.len()).unwrap_or("    ")
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |end| end + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::SourceMap;
    use crate::syntax::xml;

    #[test]
    fn start_tags_end_where_they_end() {
        for (text, inside, end, closed) in [
            ("<a/>", 2, 4, true),
            ("<a />", 2, 5, true),
            ("<a></a>", 2, 3, false),
            ("<a b='/>' c=\"'>\"\n >x</a>", 16, 19, false),
        ] {
            let mut sources = SourceMap::default();
            let source = sources.add("", text);
            let node = xml::parse(&sources, source).unwrap();
            let tag = StartTag {
                inside,
                end,
                closed,
            };
            assert_eq!(Layout { text }.start_tag(&node), tag, "{text}");
        }
    }

    #[test]
    fn lines() {
        let text = "<a>\n\t<b/> <!-- c -->\n\t<d/><e/>\r\n  <f/>\n</a>";
        let layout = Layout { text };
        let place = |element: &str| {
            let at = text.find(element).unwrap();
            at..at + element.len()
        };
        let b = place("<b/>");
        assert_eq!(layout.indent(b.end), "\t");
        assert_eq!(layout.rest_of_line(b.end), Some(place("-->").end));
        assert_eq!(layout.lines_of(b.clone()), b, "its comment stays");
        assert_eq!(layout.rest_of_line(place("<d/>").end), None);
        assert_eq!(layout.lines_of(place("<e/>")), place("<e/>"));
        assert_eq!(layout.lines_of(place("<f/>")), place("  <f/>\n"));
        assert_eq!(layout.rest_of_line(place("</a>").end), None);
        assert_eq!((layout.line_end(), layout.unit()), ("\n", "\t"));
        assert_eq!(Layout { text: "a\r\n" }.line_end(), "\r\n");
        assert_eq!(Layout { text: "<a/>" }.unit(), "    ");
    }
}
