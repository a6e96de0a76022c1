//! The description as it is kept in the root tree: upgraded, and changed as the command line says, so that a later `system create`
//! finds what `system prepare` was told (spec 02, section 4).

use kiwi_description::model::Repository;
use kiwi_description::node::Node;
use kiwi_description::span::Span;
use kiwi_description::syntax::xml_write::to_xml;
use kiwi_plan::resolve::{Binding, Facts, anchored, without_access_data};
use kiwi_plan::selection::RepositoryArgument;

/// Returns the text of the description that belongs to `root` and `facts`.
///
/// Credentials are left out: the tree is no place for them.
pub fn description_xml(root: &Node, facts: &Facts<'_>) -> String {
    let mut root = root.clone();
    let edit = Edit {
        facts,
        span: root.span,
    };
    edit.release_version(&mut root);
    edit.container(&mut root);
    edit.repositories(&mut root);
    to_xml(&root)
}

struct Edit<'a> {
    facts: &'a Facts<'a>,
    /// Stands for the place of what comes from the command line; the text has no places any more.
    span: Span,
}

impl Edit<'_> {
    fn release_version(&self, root: &mut Node) {
        const ELEMENT: &str = "release-version";
        let Some(version) = &self.facts.selection.release_version else {
            return;
        };
        let sections = &self.facts.choice.preferences;
        let with_one = sections
            .iter()
            .find(|section| section.release_version.is_some());
        let Some(section) = with_one.or(sections.first()) else {
            return;
        };
        if let Some(section) = root.element_at_mut(section.span) {
            let text = Node::new(ELEMENT, self.span).with_text(version, self.span);
            match section.child_mut(ELEMENT) {
                Some(old) => *old = text,
                None => section.children.push(text),
            }
        }
    }

    fn container(&self, root: &mut Node) {
        let selection = self.facts.selection;
        let Some(kind) = root.element_at_mut(self.facts.kind().span) else {
            return;
        };
        if let Some(derived_from) = &selection.container_derived_from
            && kind.attribute("derived_from").is_some()
        {
            kind.set_attribute("derived_from", derived_from, self.span);
        }
        if let (Some(tag), Some(config)) =
            (&selection.container_tag, kind.child_mut("containerconfig"))
            && config.attribute("tag").is_some()
        {
            config.set_attribute("tag", tag, self.span);
        }
        let is_container = matches!(kind.value("image"), Some("docker" | "oci"));
        for label in &selection.container_labels {
            if let (Some((name, value)), true) = (label.split_once('='), is_container) {
                self.label(kind, name, value);
            }
        }
    }

    fn label(&self, kind: &mut Node, name: &str, value: &str) {
        let new = |element: &str| Node::new(element, self.span);
        let config = child_or(kind, "containerconfig", || {
            new("containerconfig")
                .with_attribute("name", "kiwi-container", self.span)
                .with_attribute("tag", "latest", self.span)
        });
        let labels = child_or(config, "labels", || new("labels"));
        let known = labels
            .children
            .iter_mut()
            .find(|label| label.value("name") == Some(name));
        match known {
            Some(label) => label.set_attribute("value", value, self.span),
            None => labels.children.push(
                new("label")
                    .with_attribute("name", name, self.span)
                    .with_attribute("value", value, self.span),
            ),
        }
    }

    fn repositories(&self, root: &mut Node) {
        let selection = self.facts.selection;
        if selection.ignore_repositories {
            root.children.retain(|child| child.name != "repository");
        } else if selection.ignore_repositories_used_for_build {
            let written = self.facts.description.repositories.iter();
            let kept: Vec<Span> = written
                .filter(|repository| is_image_only(repository))
                .map(|repository| repository.span)
                .collect();
            root.children
                .retain(|child| child.name != "repository" || kept.contains(&child.name_span));
        }
        if let Some(argument) = &selection.set_repository {
            let mut written = self.facts.description.repositories.iter();
            let first = written.find(|repository| {
                let applies = self.facts.choice.applies(Binding {
                    profiles: repository.profiles.as_ref(),
                    arch: repository.arch.as_ref(),
                });
                let kept =
                    !selection.ignore_repositories_used_for_build || is_image_only(repository);
                applies && kept
            });
            let first = first.map(|repository| repository.span);
            if let Some(repository) = first.and_then(|span| root.element_at_mut(span)) {
                self.change(repository, argument);
            }
        }
        let after = root
            .children
            .iter()
            .rposition(|child| child.name == "repository")
            .map_or(root.children.len(), |last| last + 1);
        for (index, argument) in selection.add_repositories.iter().enumerate() {
            let mut repository = Node::new("repository", self.span);
            self.change(&mut repository, argument);
            root.children.insert(after + index, repository);
        }
    }

    fn change(&self, repository: &mut Node, argument: &RepositoryArgument) {
        let truth = |value: Option<bool>| value.map(|value| value.to_string());
        let attributes = [
            ("type", argument.kind.clone()),
            ("alias", argument.alias.clone()),
            (
                "priority",
                argument.priority.map(|number| number.to_string()),
            ),
            (
                "imageinclude",
                truth(argument.image_include.filter(|on| *on)),
            ),
            ("package_gpgcheck", truth(argument.package_check)),
            ("components", argument.components.clone()),
            ("distribution", argument.distribution.clone()),
            ("repository_gpgcheck", truth(argument.repository_check)),
            ("sourcetype", argument.source_type.clone()),
        ];
        for (name, value) in attributes {
            if let Some(value) = value {
                repository.set_attribute(name, value, self.span);
            }
        }
        let source = child_or(repository, "source", || Node::new("source", self.span));
        if let Some(address) = &argument.source {
            // A path of the working directory means another place once the description lies in a tree.
            let address = anchored(address, &self.facts.host.working_directory);
            let address = without_access_data(&address);
            source.set_attribute("path", address, self.span);
        }
        if !argument.signing_keys.is_empty() {
            source.children.retain(|child| child.name != "signing");
            for key in &argument.signing_keys {
                let key = anchored(key, &self.facts.host.working_directory);
                let key = Node::new("signing", self.span).with_attribute("key", key, self.span);
                source.children.push(key);
            }
        }
    }
}

fn is_image_only(repository: &Repository) -> bool {
    repository.imageonly.is_some_and(|it| *it)
}

fn child_or<'a>(parent: &'a mut Node, name: &str, new: impl FnOnce() -> Node) -> &'a mut Node {
    let at = parent.children.iter().position(|child| child.name == name);
    let at = at.unwrap_or_else(|| {
        parent.children.push(new());
        parent.children.len() - 1
    });
    &mut parent.children[at]
}

#[cfg(test)]
mod tests {
    use kiwi_plan::resolve_facts;

    use super::*;
    use crate::cli::{BuildOptions, GlobalOptions, RepositoryOptions};
    use crate::{planning, selection};

    const XML: &str = r#"<image schemaversion="8.5" name="x">
    <description type="system">
        <author>A</author><contact>a@example.org</contact><specification>S</specification>
    </description>
    <preferences>
        <version>1.0.0</version>
        <packagemanager>apt</packagemanager>
        <type image="docker"><containerconfig name="c" tag="old"><labels><label name="a" value="1"/></labels></containerconfig></type>
        <type image="tbz"/>
    </preferences>
    <repository alias="one"><source path="http://one/"/></repository>
    <repository imageonly="true" alias="two"><source path="http://two/"/></repository>
    <repository imageonly="1" alias="three"><source path="http://three/"/></repository>
    <packages type="bootstrap"><package name="apt"/></packages>
</image>
"#;

    fn stored(options: &BuildOptions) -> String {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("config.xml"), XML).unwrap();
        let globals = GlobalOptions::default();
        let selection = selection::of_build(&globals, options).unwrap();
        let draft = planning::draft(&globals, directory.path(), selection, false).unwrap();
        let facts = resolve_facts(&draft.input()).unwrap();
        description_xml(&draft.loaded.root, &facts)
    }

    #[test]
    fn what_the_command_line_says_is_kept() {
        let text = stored(&BuildOptions {
            set_container_tag: Some("new".into()),
            add_container_label: vec!["a=2".into(), "b=3".into()],
            set_release_version: Some("13".into()),
            set_repo: Some("http://changed/,,renamed".into()),
            repositories: RepositoryOptions {
                add_repo: vec![
                    "dir://./rel,apt-deb,three,9".into(),
                    "https://me:geheim@four/,,,,,,{file:key}".into(),
                ],
                add_repo_credentials: vec!["me:geheim".into()],
                ..RepositoryOptions::default()
            },
            ..BuildOptions::default()
        });
        let here = std::env::current_dir().unwrap();
        for part in [
            "tag=\"new\"",
            "<label name=\"a\" value=\"2\"/>",
            "<label name=\"b\" value=\"3\"/>",
            "<release-version>13</release-version>",
            "<repository alias=\"renamed\">",
            "path=\"http://changed/\"",
            "<repository type=\"apt-deb\" alias=\"three\" priority=\"9\">",
            &format!("path=\"dir://{}/rel\"", here.display()),
            "path=\"https://four/\"",
            &format!("key=\"file://{}/key\"", here.display()),
        ] {
            assert!(text.contains(part), "{part} in\n{text}");
        }
        assert!(
            !text.contains("geheim") && !text.contains("http://one/"),
            "{text}"
        );
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("config.xml"), &text).unwrap();
        let again = kiwi_description::read(directory.path(), None);
        assert!(again.is_ok(), "{text}\n{:?}", again.err());
    }

    #[test]
    fn ignored_repositories_are_gone() {
        let ignoring = |ignore_repos, ignore_repos_used_for_build| {
            stored(&BuildOptions {
                ignore_repos_used_for_build,
                repositories: RepositoryOptions {
                    ignore_repos,
                    ..RepositoryOptions::default()
                },
                ..BuildOptions::default()
            })
        };
        for (text, one, two) in [
            (ignoring(false, false), true, true),
            (ignoring(false, true), false, true),
            (ignoring(true, true), false, false),
        ] {
            assert_eq!(text.contains("http://one/"), one);
            assert_eq!(text.contains("http://two/"), two);
            assert_eq!(text.contains("http://three/"), two);
        }
        let changed = stored(&BuildOptions {
            ignore_repos_used_for_build: true,
            set_repo: Some("http://changed/".into()),
            ..BuildOptions::default()
        });
        assert!(changed.contains("http://changed/"), "{changed}");
        assert!(
            !changed.contains("http://two/"),
            "the first that is left: {changed}"
        );
    }
}
