use super::*;
use crate::upgrade::OLDEST;

/// Head of a description with everything a schema demands.
const HEAD: &str = r#"<description type="system">
        <author>A</author><contact>c</contact>
        <specification>s</specification>
    </description>"#;

fn directory(files: &[(&str, &str)]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(directory.path().join(name), text).unwrap();
    }
    directory
}

/// Rewrites a whole text of some version and returns the new one.
#[track_caller]
fn rewritten(text: &str) -> String {
    let directory = directory(&[("config.xml", text)]);
    let result = rewrite(directory.path(), None).unwrap_or_else(|failure| {
        panic!("{:?}", failure.diagnostics);
    });
    match result.changed.as_slice() {
        [] => text.to_owned(),
        [only] => only.after.clone(),
        more => panic!("{} files", more.len()),
    }
}

/// Rewrites what stands between a head and the end of `image`.
#[track_caller]
fn assert_rewrite(version: &str, before: &str, after: &str) {
    let document = |version: &str, content: &str| {
        format!(
            "<?xml version=\"1.0\"?>\n<image schemaversion='{version}' name='x'>\n    {HEAD}\n{content}</image>\n"
        )
    };
    let expected = document(NEWEST, after);
    assert_eq!(rewritten(&document(version, before)), expected);
    assert_eq!(rewritten(&expected), expected, "a second time");
}

#[test]
fn only_what_changes_is_touched() {
    assert_rewrite(
        "6.7",
        r#"
    <!-- Settings -->
    <preferences>
        <version>1.0.0</version>  <!-- counts up -->
        <packagemanager>yum</packagemanager>

        <hwclock>utc</hwclock>
        <type image='iso'   hybrid="true"
              volid="A"/> <!-- live -->
        <type image="vmx" filesystem="ext4"
              bootloader="grub2"
              boottimeout="3"
              bootloader_console="serial console">
            <!-- four -->
            <size unit="G">4</size>
        </type>
        <type image="oem" filesystem="xfs" bootloader="grub2"/>
    </preferences>
    <users>
        <user name="u" password='x'/>
    </users>
    <repository type="yast2">
        <source path="http://example.com/a&amp;b"/>
    </repository>
"#,
        r#"
    <!-- Settings -->
    <preferences>
        <version>1.0.0</version>  <!-- counts up -->
        <packagemanager>dnf4</packagemanager>

        <type image='iso'
              volid="A"/> <!-- live -->
        <type image="oem" filesystem="ext4">
            <oemconfig>
                <oem-resize>false</oem-resize>
            </oemconfig>
            <bootloader name="grub2" output_console="serial" timeout="3" input_console="console"/>
            <!-- four -->
            <size unit="G">4</size>
        </type>
        <type image="oem" filesystem="xfs">
            <bootloader name="grub2"/>
        </type>
    </preferences>
    <users>
        <user name="u" password='x'/>
    </users>
    <repository>
        <source path="http://example.com/a&amp;b"/>
    </repository>
"#,
    );
}

#[test]
fn text_and_attributes_change_places() {
    assert_rewrite(
        "8.5",
        "\t<profiles>\n\t\t<profile name='a' description='b'><requires> b </requires></profile><!-- x -->\n\
         \t\t<profile name='b' description='b'/>\n\t</profiles>\n\
         \t<preferences><packagemanager name='apt'/><type image='vmx' filesystem='ext4'/></preferences>\n",
        "\t<profiles>\n\t\t<profile name='a' description='b'><requires profile=\"b\">  </requires></profile><!-- x -->\n\
         \t\t<profile name='b' description='b'/>\n\t</profiles>\n\
         \t<preferences><packagemanager>apt</packagemanager><type image='oem' filesystem='ext4'>\n\
         \t\t<oemconfig>\n\t\t\t<oem-resize>false</oem-resize>\n\t\t</oemconfig>\n\t</type></preferences>\n",
    );
}

#[test]
fn sections_of_the_first_versions_move_with_their_comments() {
    assert_rewrite(
        OLDEST,
        r#"
    <preferences>
        <version>1.0.0</version>
        <type filesystem="ext3">oem</type>
        <oem-swap>Yes</oem-swap>
        <boot-theme>suse</boot-theme>
    </preferences>
    <lvmvolumes>
        <!-- much -->
        <volume name="var"
                freespace="2G"/>
    </lvmvolumes>
"#,
        r#"
    <preferences>
        <version>1.0.0</version>
        <type filesystem="ext3" image="oem">
            <bootloader name="grub2"/>
            <systemdisk>
                <!-- much -->
                <volume name="var"
                        freespace="2G"/>
            </systemdisk>
            <oemconfig>
                <oem-swap>true</oem-swap>
            </oemconfig>
        </type>
        <bootsplash-theme>suse</bootsplash-theme>
        <bootloader-theme>suse</bootloader-theme>
    </preferences>
"#,
    );
}

#[test]
fn line_ends_and_quotes_are_kept() {
    let before = format!(
        "<image name='x' schemaversion='7.3'>\r\n    {HEAD}\r\n    <preferences>\r\n        \
         <type image='iso' publisher='It&apos;s \u{fc}'/>\r\n        \
         <type image='vmx' filesystem='ext4'/>\r\n    </preferences>\r\n</image>"
    );
    let after = format!(
        "<image name='x' schemaversion='8.5'>\r\n    {HEAD}\r\n    <preferences>\r\n        \
         <type image='iso' publisher='It&apos;s _'/>\r\n        \
         <type image='oem' filesystem='ext4'>\r\n            <oemconfig>\r\n                \
         <oem-resize>false</oem-resize>\r\n            </oemconfig>\r\n        </type>\r\n    \
         </preferences>\r\n</image>"
    );
    assert_eq!(rewritten(&before), after);
}

#[test]
fn included_files_are_upgraded_too() {
    let main = format!(
        "<image name='x' schemaversion='7.3'>\n    {HEAD}\n    <include from='this://p.xml'/>\n    \
         <include from='this://u.xml'/>\n</image>\n"
    );
    let preferences = |version: &str, manager: &str| {
        format!(
            "<!-- p -->\n<image schemaversion='{version}'>\n  <preferences>\n    \
             <packagemanager>{manager}</packagemanager>\n  </preferences>\n</image>\n"
        )
    };
    let users = "<image><users><user name='u' password='x'/></users></image>";
    let directory = directory(&[
        ("config.xml", main.as_str()),
        ("p.xml", &preferences("6.9", "apt-get")),
        ("u.xml", users),
    ]);
    let result = rewrite(directory.path(), None).unwrap();
    let names: Vec<_> = result
        .changed
        .iter()
        .map(|file| {
            (
                file.path.file_name().unwrap().to_str().unwrap(),
                file.included,
            )
        })
        .collect();
    assert_eq!(names, [("config.xml", false), ("p.xml", true)]);
    assert_eq!(result.changed[0].after, main.replace("7.3", NEWEST));
    assert_eq!(result.changed[1].after, preferences(NEWEST, "apt"));
}

#[test]
fn a_file_included_twice_is_changed_once() {
    let include = "<include from='this://u.xml'/>";
    let main = format!(
        "<image name='x' schemaversion='7.1'>{HEAD}<preferences/>{include}{include}</image>"
    );
    let directory = directory(&[
        ("config.xml", main.as_str()),
        ("u.xml", "<image><users><user name='u'/></users></image>"),
    ]);
    let result = rewrite(directory.path(), None).unwrap();
    let new: Vec<_> = result.changed.iter().map(|file| &file.after).collect();
    let users = r#"<image><users><user name='u' password="*"/></users></image>"#;
    assert_eq!(new, [&main.replace("7.1", NEWEST), users]);
}

#[test]
fn what_cannot_be_done_is_said() {
    let include = "<include from='this://r.xml'/>";
    let twice = format!(
        "<image name='x' schemaversion='7.3'>{HEAD}<preferences/>{include}{include}</image>"
    );
    let repository = "<image><repository alias='a b'><source path='p'/></repository></image>";
    let wrong = format!("<image name='x' schemaversion='8.4'>{HEAD}<preference/></image>");
    for (name, text, code) in [
        (
            "config.xml",
            twice.as_str(),
            codes::markup::REWRITE_CONFLICT,
        ),
        ("config.xml", &wrong, codes::schema::UNKNOWN_ELEMENT),
        (
            "a.kiwi",
            "image:\n  name: x\n",
            codes::markup::REWRITE_MARKUP,
        ),
        (
            "config.xml",
            "<image schemaversion='1.3'/>",
            codes::markup::VERSION_TOO_OLD,
        ),
    ] {
        let directory = directory(&[(name, text), ("r.xml", repository)]);
        let failure = rewrite(directory.path(), None).unwrap_err();
        let found: Vec<_> = failure.diagnostics.iter().map(|it| it.code).collect();
        assert!(found.contains(&code), "{found:?}");
    }
}

#[test]
fn nothing_changes_in_what_is_new() {
    let text = format!("<image name='x' schemaversion='8.5'>{HEAD}<preferences/></image>");
    let directory = directory(&[("config.xml", &text)]);
    assert!(rewrite(directory.path(), None).unwrap().changed.is_empty());
}

/// Something old of every kind; `~` stands for white space and comments of any kind, `^` for blanks inside a tag.
const OLD_THINGS: &str = "<image^schemaversion='VERSION' displayName='d' kiwirevision='1'^inherit='x'>~\
    <preferences profiles='a'>~<version>1</version>~<packagemanager^name='apt-get'/>~<boot-theme>~t~</boot-theme>~\
    <type^filesystem='ext3,squashfs'>split</type>~<type^lvm='true'^lvmgroup='g'>oem</type>~<type>usb</type>~\
    <type image='vmx'^bootloader='grub2'^boottimeout=\"3\"^vga='0x301'/>~\
    <type^image='oem' ec2accountnr='1'^bootloader='grub2' bootloader_console='serial console'^hybrid='true'>~\
    <oemconfig>~<oem-home>yes</oem-home>~<oem-dumphalt>No</oem-dumphalt>~</oemconfig>~<split>~<file name='x'/>~</split>~</type>~\
    <type image='iso'^boottimeout='5'></type>~<type^image='docker'^container='c'/>~<oem-swap>yes</oem-swap>~</preferences>~\
    <lvmvolumes>~<!-- v --><volume^name='v'/>~</lvmvolumes>~<vmwareconfig^usb='true'>~<vmwaredisk/>~</vmwareconfig>~\
    <users^group='w'^id='1'>~<user name='u'^pwd='x'/>~<user^name='v'^/>~</users>~\
    <repository type='yast2'^status='x'^alias='a b'>~<source path='p'/>~</repository>~\
    <packages^type='vmware'^memory='1'>~<opensusePattern^name='p'/>~<package name='q'^replaces='r'/>~</packages>~\
    <profiles>~<profile name='a'>~<requires> b </requires>~</profile>~</profiles>~</image>";

/// Fills the gaps of a text, each with the next of some choices.
fn fill(text: &str, choices: &[u8]) -> String {
    const BETWEEN: [&str; 7] = [
        "",
        "\n",
        "\n    ",
        " ",
        "<!-- c -->",
        "\n  <!-- c\n  c -->\n  ",
        " <!-- c -->\n\t",
    ];
    const INSIDE: [&str; 3] = [" ", "\n      ", "  "];
    let mut choices = choices.iter().cycle().map(|&choice| usize::from(choice));
    let mut filled = String::new();
    for letter in text.chars() {
        match letter {
            '~' => filled.push_str(BETWEEN[choices.next().unwrap_or(0) % BETWEEN.len()]),
            '^' => filled.push_str(INSIDE[choices.next().unwrap_or(0) % INSIDE.len()]),
            letter => filled.push(letter),
        }
    }
    filled
}

proptest::proptest! {
    /// However a description is laid out, its upgraded text is its upgraded tree, and the diff makes the one from the other.
    #[test]
    fn any_layout_is_upgraded(
        version in proptest::sample::select(vec!["1.4", "3.8", "4.6", "6.2", "6.9", "7.1", "7.3", "8.4", "8.5"]),
        choices in proptest::collection::vec(0u8..=255, 1..80),
        windows in proptest::bool::ANY,
    ) {
        let mut text = fill(&OLD_THINGS.replace("VERSION", version), &choices);
        if windows {
            text = text.replace('\n', "\r\n");
        }
        let mut sources = SourceMap::default();
        let source = sources.add("config.xml", text.as_str());
        let before = xml::parse(&sources, source).unwrap();
        let mut after = before.clone();
        upgrade::upgrade(&mut after).unwrap();
        let changed = changed_files(&before, &after, &sources).unwrap();
        let new = changed.first().map_or(text.as_str(), |file| file.after.as_str());
        let mut again = SourceMap::default();
        let source = again.add("config.xml", new);
        let read = xml::parse(&again, source).unwrap_or_else(|problem| panic!("{problem}\n{new}"));
        proptest::prop_assert_eq!(meaning(&read), meaning(&after), "{}", new);
        proptest::prop_assert_eq!(new.contains("\r\n"), text.contains("\r\n"));
        if let Some(file) = changed.first() {
            let diff = unified_diff(&file.path, &file.before, &file.edits);
            proptest::prop_assert_eq!(patched(&file.before, &diff), file.after.clone());
        }
    }
}

/// Applies a unified diff, as simply as can be.
fn patched(text: &str, diff: &str) -> String {
    let mut old = text.split_inclusive('\n');
    let mut at = 0;
    let mut new = String::new();
    let missing = "\\ No newline at end of file\n";
    let diff = diff.replace(&format!("\n{missing}"), "\u{0}");
    for line in diff.split_inclusive(['\n', '\u{0}']).skip(2) {
        if let Some(numbers) = line.strip_prefix("@@ -") {
            let start = numbers.split([',', ' ']).next().unwrap();
            let empty = numbers.split(' ').next().unwrap().ends_with(",0");
            let start: usize = start.parse().unwrap();
            while at + usize::from(!empty) < start {
                new.push_str(old.next().unwrap());
                at += 1;
            }
            continue;
        }
        let content = line[1..].trim_end_matches('\u{0}');
        if !line.starts_with('+') {
            assert_eq!(old.next(), Some(content));
            at += 1;
        }
        if !line.starts_with('-') {
            new.push_str(content);
        }
    }
    new.extend(old);
    new
}
