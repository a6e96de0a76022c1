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
fn what_cannot_be_done_is_said() {
    let include = "<include from='this://u.xml'/>";
    let twice = format!(
        "<image name='x' schemaversion='8.4'>{HEAD}<preferences/>{include}{include}</image>"
    );
    let wrong = format!("<image name='x' schemaversion='8.4'>{HEAD}<preference/></image>");
    let users = "<image><users><user name='u' password='x'/></users></image>";
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
        let directory = directory(&[(name, text), ("u.xml", users)]);
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
