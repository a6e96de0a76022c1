//! Says in plain words what is not well-formed, and how to mend it.

use roxmltree::{Error, TextPos};

use crate::diagnostic::{Diagnostic, codes};
use crate::span::{SourceId, SourceMap, Span};

const LONE_AMPERSAND: &str = "write `&amp;` where a `&` is meant";
const LONE_LESS_THAN: &str =
    "write `&lt;` where a `<` is meant; otherwise a closing quote is missing before this place";

/// Turns an error of the XML parser into a diagnostic at its place.
pub(super) fn explain(error: &Error, sources: &SourceMap, source: SourceId) -> Diagnostic {
    let file = sources.file(source);
    let text = file.text();
    let at = |position: &TextPos| {
        let start = file.offset(position.row as usize, position.col as usize);
        Span::new(source, start..start + length_of(error, &text[start..]))
    };
    let broken = |message: String| Diagnostic::error(codes::markup::NOT_WELL_FORMED, message);
    let place = at(&error.pos());
    match error {
        Error::DtdDetected => {
            let start = text.find("<!DOCTYPE").unwrap_or(0);
            let end = text[start..]
                .find(['>', '\n', '['])
                .map_or(text.len(), |length| start + length);
            Diagnostic::error(
                codes::markup::DOCUMENT_TYPE,
                "a description cannot have a document type",
            )
            .at(Span::new(source, start..end))
            .help("remove the `<!DOCTYPE ...>` declaration")
        }
        Error::UnexpectedCloseTag(expected, actual, _) => {
            let message = format!("`<{expected}>` is closed by `</{actual}>`");
            let problem = broken(message).at(place).help(format!(
                "close it with `</{expected}>` first, or correct the name of the closing tag"
            ));
            match open_elements(text, place.start).pop() {
                Some(open) => problem.related(Span::new(source, open), "opened here"),
                None => problem,
            }
        }
        Error::UnclosedRootNode | Error::UnexpectedEndOfStream | Error::NoRootNode => {
            match open_elements(text, text.len()).pop() {
                Some(open) => {
                    let name = &text[open.clone()];
                    broken(format!("`<{name}>` is never closed"))
                        .at_with(Span::new(source, open.clone()), "opened here")
                        .help(format!("add `</{name}>` where the element ends"))
                }
                None => broken("the file has no element".into())
                    .at(Span::new(source, 0..0))
                    .help(
                        "a description starts with `<image schemaversion=\"8.5\" name=\"NAME\">`",
                    ),
            }
        }
        Error::DuplicatedAttribute(name, _) => broken(format!("attribute `{name}` is given twice"))
            .at(place)
            .help("keep one of them"),
        Error::UnknownEntityReference(name, _) => broken(format!("`&{name};` stands for nothing"))
            .at(place)
            .help(format!(
                "only `&amp;`, `&lt;`, `&gt;`, `&quot;` and `&apos;` are known; {LONE_AMPERSAND}"
            )),
        Error::MalformedEntityReference(_) => broken("a `&` that begins no reference".into())
            .at(place)
            .help(LONE_AMPERSAND),
        Error::InvalidAttributeValue(_) | Error::InvalidChar(b'"' | b'\'', b'<', _) => {
            broken("a `<` inside the value of an attribute".into())
                .at(place)
                .help(LONE_LESS_THAN)
        }
        Error::UnknownNamespace(prefix, _) => {
            broken(format!("the prefix `{prefix}:` is not declared"))
                .at(place)
                .help(format!(
                    "declare it on this element or one around it, with `xmlns:{prefix}=\"...\"`"
                ))
        }
        Error::UnexpectedDeclaration(_) => {
            broken("the XML declaration is not the first thing in the file".into())
                .at(place)
                .help("remove everything before `<?xml`, also blank lines")
        }
        Error::InvalidComment(_) => broken("`--` inside a comment".into())
            .at(place)
            .help("comments end at `-->` and must not hold `--`; comments cannot be nested"),
        Error::NonXmlChar(letter, _) => broken(format!(
            "the character U+{:04X} is not allowed in XML",
            *letter as u32
        ))
        .at(place)
        .help("remove the character"),
        Error::InvalidName(_) => broken("this is no name of an element or attribute".into())
            .at(place)
            .help(LONE_LESS_THAN),
        Error::InvalidChar(expected, actual, _) => broken(format!(
            "expected `{}` but found `{}`",
            char::from(*expected),
            char::from(*actual).escape_default()
        ))
        .at(place),
        Error::InvalidChar2(expected, actual, _) => broken(format!(
            "expected {expected} but found `{}`",
            char::from(*actual).escape_default()
        ))
        .at(place),
        Error::UnknownToken(_) => broken("there is text outside of the outermost element".into())
            .at(place)
            .help("everything must be inside of `<image>`; a `<` may be missing here"),
        Error::NodesLimitReached => super::value::too_many(place),
        Error::InvalidString(expected, _) => broken(format!("expected `{expected}`")).at(place),
        other => broken(format!("the XML is broken: {other}")).at(place),
    }
}

/// Returns how many bytes from its place on an error is about; one letter when nothing better is known.
fn length_of(error: &Error, rest: &str) -> usize {
    let letter = rest.chars().next().map_or(0, char::len_utf8);
    let length = match error {
        Error::UnexpectedCloseTag(..) => rest.find('>').map(|at| at + 1),
        Error::DuplicatedAttribute(name, _) => Some(name.len()),
        Error::UnknownEntityReference(name, _) => Some(name.len() + 2),
        Error::UnknownNamespace(prefix, _) => Some(prefix.len() + 1),
        // From the beginning of the comment to the two dashes inside.
        Error::InvalidComment(_) => rest
            .get(4..)
            .and_then(|inside| inside.find("--"))
            .map(|at| at + 6),
        Error::UnknownToken(_) => rest.find(['<', '>', '\n']),
        _ => None,
    };
    length
        .filter(|length| *length > 0 && rest.is_char_boundary(*length))
        .unwrap_or(letter)
}

/// Returns the places of the names of all elements that are still open at an offset, outermost first.
///
/// This looks at tags only and needs nothing to be well-formed.
fn open_elements(text: &str, until: usize) -> Vec<std::ops::Range<usize>> {
    let mut open = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..until].find('<').map(|offset| at + offset) {
        let rest = &text[start..until];
        let end_of = |mark: &str| {
            rest.find(mark)
                .map_or(rest.len(), |offset| offset + mark.len())
        };
        let length = if rest.starts_with("<!--") {
            end_of("-->")
        } else if rest.starts_with("<![CDATA[") {
            end_of("]]>")
        } else if rest.starts_with("<?") {
            end_of("?>")
        } else if rest.starts_with("</") {
            open.pop();
            end_of(">")
        } else {
            let length = tag_length(rest);
            let name = rest[1..length]
                .find(|letter: char| letter.is_ascii_whitespace() || letter == '>' || letter == '/')
                .unwrap_or(length - 1);
            if !rest[..length].ends_with("/>") {
                open.push(start + 1..start + 1 + name);
            }
            length
        };
        at = start + length;
    }
    open
}

/// Returns the length of a start tag; a `>` inside quotes does not end it.
fn tag_length(tag: &str) -> usize {
    let mut quote = None;
    for (at, letter) in tag.char_indices() {
        match (quote, letter) {
            (None, '>') => return at + 1,
            (None, '"' | '\'') => quote = Some(letter),
            (Some(open), letter) if open == letter => quote = None,
            _ => {}
        }
    }
    tag.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::xml;

    #[test]
    fn errors_have_place_and_mend() {
        for (text, place, message) in [
            ("", "1:1", "the file has no element"),
            ("<a>\n <b>\n</a>", "3:1", "`<b>` is closed by `</a>`"),
            ("<a>\n <b x='>'>\n <c/>", "2:3", "`<b>` is never closed"),
            ("<a", "1:2", "`<a>` is never closed"),
            ("<a x='1' x='2'/>", "1:10", "attribute `x` is given twice"),
            ("<a>&foo;</a>", "1:4", "`&foo;` stands for nothing"),
            (
                "a b='c'>",
                "1:1",
                "there is text outside of the outermost element",
            ),
            ("<a>a & b</a>", "1:6", "a `&` that begins no reference"),
            (
                "<a b='<'/>",
                "1:7",
                "a `<` inside the value of an attribute",
            ),
            ("<a><p:b/></a>", "1:5", "the prefix `p:` is not declared"),
            (
                "\n<?xml version='1.0'?><a/>",
                "2:1",
                "the XML declaration is not the first thing in the file",
            ),
            ("<a><!-- a -- b --></a>", "1:4", "`--` inside a comment"),
            (
                "<a>\u{1}</a>",
                "1:4",
                "the character U+0001 is not allowed in XML",
            ),
            (
                "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
                "1:1",
                "a description cannot have a document type",
            ),
        ] {
            let mut sources = SourceMap::default();
            let source = sources.add("", text);
            let problem = xml::parse(&sources, source).unwrap_err();
            let label = problem.primary.as_ref().unwrap();
            assert_eq!(problem.message, message, "{text}");
            assert_eq!(
                sources.location(label.span).to_string(),
                format!(":{place}"),
                "{text}"
            );
            assert!(problem.help.is_some(), "{text}");
        }
    }

    #[test]
    fn the_whole_word_is_marked() {
        for (text, marked) in [
            ("<a>\n <b>\n</a>", "</a>"),
            ("<a x='1' x='2'/>", "x"),
            ("<a name='1' name='2'/>", "name"),
            ("<a>&foo;</a>", "&foo;"),
            ("<a><!-- ä -- b --></a>", "<!-- ä --"),
            ("<a><p:b/></a>", "p:"),
            ("a b='c'>", "a b='c'"),
        ] {
            let mut sources = SourceMap::default();
            let source = sources.add("", text);
            let problem = xml::parse(&sources, source).unwrap_err();
            let label = problem.primary.as_ref().unwrap();
            assert_eq!(sources.slice(label.span), marked, "{text}");
        }
    }

    #[test]
    fn a_wrong_close_tag_points_to_its_start() {
        let mut sources = SourceMap::default();
        let source = sources.add("", "<a>\n <b>\n  <!-- <x> --><c/>\n</a>");
        let problem = xml::parse(&sources, source).unwrap_err();
        assert_eq!(
            sources.location(problem.related[0].span).to_string(),
            ":2:3"
        );
        assert_eq!(sources.slice(problem.related[0].span), "b");
    }
}
