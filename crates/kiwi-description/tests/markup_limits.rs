//! Hostile and broken files get a diagnostic in no time: no panic, no overflow of the stack, no endless loop.

mod support;

use std::path::Path;
use std::time::{Duration, Instant};

use kiwi_description::diagnostic::{Code, codes};
use kiwi_description::syntax::{FILE_LIMIT, Markup};
use kiwi_description::{Failure, load, read};
use support::trees::{MARKUPS, parse, told, whole_way};

/// What any file may take, also in a debug build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

/// Reads a text that must be refused and returns the first code.
fn refused(text: &str, markup: Markup) -> Code {
    let started = Instant::now();
    let (sources, result, _) = whole_way(text, markup);
    let problems = result.expect_err("the text is wrong");
    assert!(started.elapsed() < PATIENCE, "{:?}", started.elapsed());
    let first = problems.iter().find(|it| it.is_error());
    let first = first.expect("a failure has an error");
    assert!(first.primary.is_some(), "{}", told(first, &sources));
    first.code
}

#[test]
fn deep_nesting() {
    let deep = 10_000;
    let around = |open: &str, inside: &str, close: &str| {
        format!("{}{inside}{}", open.repeat(deep), close.repeat(deep))
    };
    for (markup, text) in [
        (Markup::Xml, around("<a>", "", "</a>")),
        (Markup::Yaml, around("[", "", "]")),
        (Markup::Yaml, around("{a: ", "x", "}")),
        (Markup::Yaml, around("- ", "x", "")),
        (Markup::Yaml, around("? ", "x", "")),
        (
            Markup::Yaml,
            (0..2_000).map(|level| " ".repeat(level) + "a:\n").collect(),
        ),
        (Markup::Json, around("[", "", "]")),
        (Markup::Json, around("{\"a\":", "1", "}")),
        (Markup::Json, "[".repeat(deep)),
        (Markup::Toml, format!("a = {}", around("[", "", "]"))),
        (Markup::Toml, format!("a = {}", around("{a = ", "1", "}"))),
        (Markup::Toml, format!("a = {}", "[".repeat(deep))),
        (Markup::Toml, format!("[a{}]", ".a".repeat(deep))),
        (Markup::Toml, format!("a{} = 1", ".a".repeat(deep))),
        // Each kind of nesting alone stays below its limit.
        (
            Markup::Toml,
            format!(
                "a = {}1{}",
                format!("{{a{} = ", ".a".repeat(200)).repeat(200),
                "}".repeat(200)
            ),
        ),
    ] {
        let code = refused(&text, markup);
        assert_eq!(code, codes::markup::TOO_DEEP, "{markup} {}", &text[..20]);
    }
}

/// Elements have a limit of their own, below that of maps and lists.
#[test]
fn many_elements_inside_each_other() {
    for (markup, text) in [
        (
            Markup::Xml,
            format!("{}{}", "<a>".repeat(120), "</a>".repeat(120)),
        ),
        (
            Markup::Yaml,
            format!("{}x{}", "{a: ".repeat(120), "}".repeat(120)),
        ),
        (
            Markup::Json,
            format!("{}1{}", "{\"a\":".repeat(120), "}".repeat(120)),
        ),
        (Markup::Toml, format!("a{} = 1", ".a".repeat(120))),
    ] {
        assert_eq!(refused(&text, markup), codes::markup::TOO_DEEP, "{markup}");
    }
}

#[test]
fn bombs() {
    let laughs = |level: usize| {
        let line = |n: usize| {
            let items = vec![format!("*a{}", n - 1); 10].join(", ");
            format!("  a{n}: &a{n} [{items}]\n")
        };
        let lines: String = (1..level).map(line).collect();
        format!("image:\n  a0: &a0 [x, x]\n{lines}")
    };
    let text = "x".repeat(FILE_LIMIT / 4);
    let entities =
        "<!DOCTYPE a [<!ENTITY a 'xxxxxxxxxx'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]><a>&b;</a>";
    for (markup, text, code) in [
        (Markup::Yaml, laughs(9), codes::markup::TOO_MANY),
        (Markup::Yaml, laughs(60), codes::markup::TOO_MANY),
        (
            Markup::Yaml,
            format!(
                "image:\n  a: &a {text}\n  b: [{}]\n",
                vec!["*a"; 1000].join(",")
            ),
            codes::markup::TOO_MANY,
        ),
        (
            Markup::Yaml,
            format!(
                "image:\n  a: &a {{x: 1}}\n{}",
                "  b: {<<: [*a, *a, *a]}\n".repeat(2_000)
            ),
            codes::markup::DUPLICATE_KEY,
        ),
        (
            Markup::Yaml,
            "image: &a\n  users: *a\n".to_owned(),
            codes::markup::ALIAS,
        ),
        (
            Markup::Yaml,
            "image: &a [*a]\n".to_owned(),
            codes::markup::ALIAS,
        ),
        (
            Markup::Yaml,
            "image: *a\n".to_owned(),
            codes::markup::MALFORMED,
        ),
        (
            Markup::Yaml,
            "image: {}\n---\nimage: {}\n".to_owned(),
            codes::markup::SHAPE,
        ),
        (
            Markup::Yaml,
            "image: !!binary aGk=\n".to_owned(),
            codes::markup::TAG,
        ),
        (
            Markup::Xml,
            entities.to_owned(),
            codes::markup::DOCUMENT_TYPE,
        ),
    ] {
        assert_eq!(
            refused(&text, markup),
            code,
            "{markup} {}",
            &text[..30.min(text.len())]
        );
    }
}

/// Texts as large as they may be, of things that parsers look ahead for.
#[test]
fn large_files_of_one_thing() {
    for (markup, things) in [
        (
            Markup::Xml,
            &[
                "<a>", "<a/>", "<", "&", "<!--", "<a b=''", "<?a ?>", "]]>", "x", "\n",
            ][..],
        ),
        (
            Markup::Yaml,
            &[
                "[", "{", "- ", "a: ", "a:\n", "a\n", "&a ", "&a\n", "\"", "'", "!a ", "? ", "# ",
                "\n", "%a\n", "|\n", "a ", ",", "[a, ", "---\n", "- a\n", "[]\n", "\t", "!",
                "\u{e4}", "\\", "*a ", "...\n", "x", " ", "-", ":", "<<: {}\n", "{a: b}, ",
            ],
        ),
        (
            Markup::Json,
            &[
                "[", "{", "\"", "1", "a", "//", "/*", "1,", "[],", "\\", "'", "{\"a\":", "\n",
            ],
        ),
        (
            Markup::Toml,
            &[
                "[",
                "{",
                "a.",
                "a=",
                "\"",
                "'",
                "\"\"\"",
                "#",
                "\n",
                "[a]\n",
                "[[a]]\n",
                "a=1\n",
                "a=[1,",
                "a={",
                "1",
                "=",
                "a = 'b'\n",
            ],
        ),
    ] {
        for thing in things {
            for start in [
                "",
                "image: [",
                "image:\n  a: ",
                "a = [",
                "{\"image\": [",
                "<image>",
            ] {
                let text = start.to_owned() + &thing.repeat((FILE_LIMIT / 64) / thing.len());
                let started = Instant::now();
                let (_, result, _) = whole_way(&text, markup);
                assert!(result.is_err(), "{markup} {start}{thing}");
                let took = started.elapsed();
                assert!(took < PATIENCE, "{markup} {start}{thing:?} took {took:?}");
            }
        }
    }
}

/// Descriptions that would be right if there were less of them.
#[test]
fn much_of_the_same() {
    let head = "<image schemaversion='8.5' name='x'>";
    for thing in [
        "<packages type='image'><package name='a'/></packages>",
        "<package name='a'/>",
        "<preferences><type image='oem'/></preferences>",
        "<users><user name='a' password='b'/></users>",
        "<profiles><profile name='a' description='b'/></profiles>",
        "<repository alias='a'><source path='b'/></repository>",
        "<include from='this://a'/>",
        "<unknown/>",
        "<unknown></unknown>",
        "<extension><p:a xmlns:p='p'/></extension>",
    ] {
        let text = format!(
            "{head}{}</image>",
            thing.repeat(FILE_LIMIT / 4 / thing.len())
        );
        let started = Instant::now();
        let (_, result, _) = whole_way(&text, Markup::Xml);
        let problems = result.expect_err("there is too much of it");
        assert!(problems.len() < 1000, "{thing}: {}", problems.len());
        let took = started.elapsed();
        assert!(took < PATIENCE, "{thing} took {took:?}");
    }
}

fn failure(directory: &Path, name: &str) -> Failure {
    *read(directory, Some(Path::new(name))).expect_err("the file is wrong")
}

#[test]
fn files_that_are_none() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let at = |name: &str| directory.path().join(name);
    let large = std::fs::File::create(at("large.xml")).expect("a file");
    large.set_len(100 << 20).expect("a size");
    std::fs::write(at("nul.yaml"), b"image:\n  a: b\0c\n").expect("a file");
    std::fs::write(at("nul.xml"), b"<image>\0</image>").expect("a file");
    std::fs::write(at("nul.toml"), b"[image]\0").expect("a file");
    std::fs::write(at("bytes.yaml"), b"image:\n  a: \xff\xfe\n").expect("a file");
    std::fs::write(at("bytes.json"), b"{\"image\": \"\xe4\"}").expect("a file");
    std::fs::write(at("empty.yaml"), b"").expect("a file");
    std::fs::write(at("empty.json"), b"").expect("a file");
    std::fs::write(at("empty.toml"), b"").expect("a file");
    std::fs::write(at("words.yaml"), b"just words\n").expect("a file");
    std::fs::write(at("list.json"), b"[1]").expect("a file");
    std::fs::write(at("two.json"), b"{\"image\": 1, \"also\": 2}").expect("a file");
    for (name, code) in [
        ("large.xml", codes::markup::TOO_LARGE),
        ("nul.yaml", codes::markup::BAD_CHARACTER),
        ("nul.xml", codes::markup::NOT_WELL_FORMED),
        ("nul.toml", codes::markup::BAD_CHARACTER),
        ("bytes.yaml", codes::markup::BAD_ENCODING),
        ("bytes.json", codes::markup::BAD_ENCODING),
        ("empty.yaml", codes::markup::SHAPE),
        ("empty.json", codes::markup::SHAPE),
        ("empty.toml", codes::markup::SHAPE),
        ("words.yaml", codes::markup::SHAPE),
        ("list.json", codes::markup::SHAPE),
        ("two.json", codes::markup::SHAPE),
    ] {
        let failure = failure(directory.path(), name);
        let codes: Vec<_> = failure.diagnostics.iter().map(|it| it.code).collect();
        assert_eq!(codes, [code], "{name}");
    }
}

#[test]
fn includes_end() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let text = "<image schemaversion='8.5' name='x'>\n<include from='this://config.xml'/>\n<include from='/dev/zero'/></image>";
    std::fs::write(directory.path().join("config.xml"), text).expect("a file");
    let failure = failure(directory.path(), "config.xml");
    let told: Vec<_> = failure
        .diagnostics
        .iter()
        .map(|problem| problem.message.as_str())
        .collect();
    assert!(
        told.iter()
            .any(|message| message.ends_with("/dev/zero` cannot be read: it is no regular file")),
        "{told:?}"
    );
}

#[test]
fn included_files_can_be_in_any_markup() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let text = "image:\n  '@schemaversion': '8.5'\n  '@name': x\n  include:\n    - '@from': this://a.toml\n    - '@from': this://b.xml\n";
    std::fs::write(directory.path().join("c.kiwi"), text).expect("a file");
    std::fs::write(
        directory.path().join("a.toml"),
        "[image.description]\n'@type' = 'system'\nauthor = 'a'\ncontact = 1.50\nspecification = 'c'\n",
    )
    .expect("a file");
    std::fs::write(
        directory.path().join("b.xml"),
        "<image><preferences><type image='tbz'/></preferences></image>",
    )
    .expect("a file");
    let loaded = read(directory.path(), None).expect("it is right");
    assert_eq!(loaded.image.preferences.len(), 1);
    let notes: Vec<_> = loaded
        .diagnostics
        .iter()
        .map(|it| told(it, &loaded.source_map))
        .collect();
    assert_eq!(
        notes,
        ["K0127 4:11 `1.50`: the unquoted `1.50` is read as `1.5`"]
    );
}

/// Byte order marks and line ends change neither what is read nor the places.
#[test]
fn encodings_and_line_ends() {
    let text = |markup| match markup {
        Markup::Yaml => {
            "image:\n  '@name': \u{e4}\u{1f600}\n  # x\n  users:\n    '@nam': \u{e4}\n    user: [a, b]\n"
        }
        Markup::Json => {
            "{\"image\": {\n\"@name\": \"\u{e4}\u{1f600}\",\n\"users\": {\n \"@nam\": \"\u{e4}\",\n\"user\": [\"a\", \"b\"]}}}\n"
        }
        Markup::Toml => {
            "[image]\n'@name' = '\u{e4}\u{1f600}'\n[image.users]\n'@nam' = '\u{e4}'\nuser = ['a', 'b']\n"
        }
        _ => {
            "<image name='\u{e4}\u{1f600}'>\n<users\n nam='\u{e4}'><user>a</user><user>b</user></users></image>\n"
        }
    };
    let directory = tempfile::tempdir().expect("a temporary directory");
    for markup in MARKUPS {
        let text = text(markup);
        let wide = |bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            std::iter::once(0xfeff)
                .chain(text.encode_utf16())
                .flat_map(bytes)
                .collect()
        };
        let mut seen = Vec::new();
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            wide(u16::to_le_bytes),
            wide(u16::to_be_bytes),
            text.replace('\n', "\r\n").into_bytes(),
        ] {
            let path = directory.path().join(support::trees::file_name(markup));
            std::fs::write(&path, bytes).expect("a file");
            let mut sources = kiwi_description::span::SourceMap::default();
            let parsed = load::read_main(&path, &mut sources).expect("it is well-formed");
            let users = parsed.root.child("users").expect("it is there");
            let wrong = users.attribute("nam").expect("it is there");
            seen.push((
                parsed.root.value("name").map(str::to_owned),
                sources.slice(users.name_span).to_owned(),
                sources.slice(wrong.span).to_owned(),
                sources.slice(wrong.value_span).to_owned(),
                sources.location(wrong.value_span).line,
                sources.location(wrong.value_span).column,
                sources.slice(users.children[1].text_span()).to_owned(),
            ));
        }
        let first = seen[0].clone();
        assert_eq!(
            (first.1.as_str(), first.3.as_str(), first.6.as_str()),
            ("users", "\u{e4}", "b"),
            "{markup}"
        );
        assert!(
            seen.iter().all(|other| *other == first),
            "{markup}: {seen:#?}"
        );
    }
}

#[test]
fn nothing_is_nothing() {
    for markup in [Markup::Yaml, Markup::Json, Markup::Toml] {
        for text in ["", " ", "\n", "\u{feff}", "#", "//"] {
            let (_, parsed) = parse(text, markup);
            assert!(parsed.is_err(), "{markup} {text:?}");
        }
    }
}
