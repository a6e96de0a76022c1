//! The argument of `--set-repo` and `--add-repo`: up to eleven fields separated by commas (spec 02, section 4.1).

use kiwi_description::span::Span;
use thiserror::Error;

use crate::resolve::without_password;

/// One repository as the command line names it. Empty fields are `None`: not given.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct RepositoryArgument {
    /// Field 1: address, as in `source@path`.
    pub source: Option<String>,
    /// Field 2: `rpm-md`, `apt-deb` and so on.
    pub kind: Option<String>,
    /// Field 3: alias.
    pub alias: Option<String>,
    /// Field 4: priority.
    pub priority: Option<i64>,
    /// Field 5: also configured in the image.
    pub image_include: Option<bool>,
    /// Field 6: packages must be signed.
    pub package_check: Option<bool>,
    /// Field 7: `{uri;uri}`, addresses of keys.
    pub signing_keys: Vec<String>,
    /// Field 8: components, separated by blanks.
    pub components: Option<String>,
    /// Field 9: distribution.
    pub distribution: Option<String>,
    /// Field 10: metadata must be signed.
    pub repository_check: Option<bool>,
    /// Field 11: `baseurl`, `metalink` or `mirrorlist`.
    pub source_type: Option<String>,
    /// What `--set-repo-credentials` or `--add-repo-credentials` said: `user:password`, or a token alone.
    ///
    /// Reading a credentials file is the caller's work.
    pub credentials: Option<String>,
    /// The argument as it was given.
    pub written: String,
    /// Where its first field is, once the argument is among the sources ([`super::Selection::locate`]).
    pub span: Option<Span>,
}

impl std::fmt::Debug for RepositoryArgument {
    /// Shows everything but the credentials, which the argument may hold too.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RepositoryArgument")
            .field("source", &self.source.as_deref().map(without_password))
            .field("kind", &self.kind)
            .field("alias", &self.alias)
            .field("priority", &self.priority)
            .field("image_include", &self.image_include)
            .field("package_check", &self.package_check)
            .field("signing_keys", &self.signing_keys)
            .field("components", &self.components)
            .field("distribution", &self.distribution)
            .field("repository_check", &self.repository_check)
            .field("source_type", &self.source_type)
            .field("credentials", &self.credentials.as_ref().map(|_| ".."))
            .finish_non_exhaustive()
    }
}

/// What is wrong with a repository argument.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RepositoryArgumentError {
    /// The priority is no whole number.
    #[error("the priority (field 4) must be a whole number, not `{0}`")]
    Priority(String),
    /// A field takes `true` or `false` only.
    #[error("{name} (field {field}) must be `true` or `false`, not `{value}`")]
    Boolean {
        /// Number of the field, counted from 1.
        field: usize,
        /// What the field says.
        name: &'static str,
        /// What was written.
        value: String,
    },
    /// The eleventh field is none of its values.
    #[error("the source type (field 11) must be `baseurl`, `metalink` or `mirrorlist`, not `{0}`")]
    SourceType(String),
}

/// Number of fields; what follows the tenth comma belongs to the last one.
const FIELDS: usize = 11;

/// Reads the argument of `--set-repo` and `--add-repo`.
///
/// Older tools took four or six fields; a shorter argument simply leaves the rest unset. The reference's rules for single
/// words hold: `true` and `false` are truth values, and braces enclose a list separated by semicolons, in whatever field
/// they stand.
///
/// # Errors
/// A priority that is no number, or a truth value that is none.
pub fn parse_repository_argument(
    argument: &str,
) -> Result<RepositoryArgument, RepositoryArgumentError> {
    let mut fields = argument.splitn(FIELDS, ',').map(str::trim);
    let mut text = || {
        fields
            .next()
            .filter(|value| !value.is_empty() && *value != "false")
            .map(str::to_owned)
    };
    let source = text();
    let kind = text();
    let alias = text();
    let priority = match fields.next() {
        None | Some("") => None,
        Some(value) => Some(
            value
                .parse()
                .map_err(|_| RepositoryArgumentError::Priority(value.to_owned()))?,
        ),
    };
    let image_include = boolean(fields.next(), 5, "`imageinclude`")?;
    let package_check = boolean(fields.next(), 6, "`package_gpgcheck`")?;
    let signing_keys = fields.next().map(list).unwrap_or_default();
    let components = fields.next().map(|value| list(value).join(" "));
    let mut text = || {
        fields
            .next()
            .filter(|value| !value.is_empty())
            .map(str::to_owned)
    };
    let distribution = text();
    let repository_check = boolean(fields.next(), 10, "`repository_gpgcheck`")?;
    let source_type = fields
        .next()
        .filter(|value| !value.is_empty())
        .map(|value| match value {
            "baseurl" | "metalink" | "mirrorlist" => Ok(value.to_owned()),
            other => Err(RepositoryArgumentError::SourceType(other.to_owned())),
        })
        .transpose()?;
    Ok(RepositoryArgument {
        source,
        kind,
        alias,
        priority,
        image_include,
        package_check,
        signing_keys,
        components: components.filter(|value| !value.is_empty()),
        distribution,
        repository_check,
        source_type,
        credentials: None,
        written: argument.to_owned(),
        span: None,
    })
}

fn boolean(
    value: Option<&str>,
    field: usize,
    name: &'static str,
) -> Result<Option<bool>, RepositoryArgumentError> {
    match value {
        None | Some("") => Ok(None),
        Some("true") => Ok(Some(true)),
        Some("false") => Ok(Some(false)),
        Some(other) => Err(RepositoryArgumentError::Boolean {
            field,
            name,
            value: other.to_owned(),
        }),
    }
}

/// Splits `{a;b}` at its semicolons; without braces the whole text is the only entry.
fn list(value: &str) -> Vec<String> {
    let inner = value
        .strip_prefix('{')
        .map(|rest| rest.strip_suffix('}').unwrap_or(rest));
    match inner {
        Some(inner) => inner
            .split(';')
            .map(str::trim)
            .filter(|entry| !entry.is_empty())
            .map(str::to_owned)
            .collect(),
        None if value.is_empty() => Vec::new(),
        None => vec![value.to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(argument: &str) -> RepositoryArgument {
        let parsed = parse_repository_argument(argument).unwrap();
        assert_eq!(parsed.written, argument);
        RepositoryArgument {
            written: String::new(),
            ..parsed
        }
    }

    #[expect(
        clippy::unnecessary_wraps,
        reason = "keeps the table of cases readable"
    )]
    fn text(value: &str) -> Option<String> {
        Some(value.to_owned())
    }

    #[test]
    fn arguments_as_scripts_in_the_wild_write_them() {
        for (argument, expected) in [
            ("", RepositoryArgument::default()),
            (
                "http://h/p",
                RepositoryArgument {
                    source: text("http://h/p"),
                    ..Default::default()
                },
            ),
            (
                "http://h/p,rpm-md,alias,1,true",
                RepositoryArgument {
                    source: text("http://h/p"),
                    kind: text("rpm-md"),
                    alias: text("alias"),
                    priority: Some(1),
                    image_include: Some(true),
                    ..Default::default()
                },
            ),
            (
                "http://h/p,rpm-md,,99",
                RepositoryArgument {
                    source: text("http://h/p"),
                    kind: text("rpm-md"),
                    priority: Some(99),
                    ..Default::default()
                },
            ),
            (
                "dir://./rel/path,rpm-md,x",
                RepositoryArgument {
                    source: text("dir://./rel/path"),
                    kind: text("rpm-md"),
                    alias: text("x"),
                    ..Default::default()
                },
            ),
            (
                "http://h/d,apt-deb,a,-5,false,true,{file:/k1;file:/k2},main contrib,stable,false,metalink",
                RepositoryArgument {
                    source: text("http://h/d"),
                    kind: text("apt-deb"),
                    alias: text("a"),
                    priority: Some(-5),
                    image_include: Some(false),
                    package_check: Some(true),
                    signing_keys: vec!["file:/k1".into(), "file:/k2".into()],
                    components: text("main contrib"),
                    distribution: text("stable"),
                    repository_check: Some(false),
                    source_type: text("metalink"),
                    ..Default::default()
                },
            ),
            (
                "http://h/d,,,,,,file:/k,{main;contrib}",
                RepositoryArgument {
                    source: text("http://h/d"),
                    signing_keys: vec!["file:/k".into()],
                    components: text("main contrib"),
                    ..Default::default()
                },
            ),
            (",,,,,,{},,,,", RepositoryArgument::default()),
        ] {
            assert_eq!(parsed(argument), expected, "{argument}");
        }
    }

    #[test]
    fn mistakes_name_the_field() {
        for (argument, message) in [
            (
                "u,t,a,high",
                "the priority (field 4) must be a whole number, not `high`",
            ),
            (
                "u,t,a,,yes",
                "`imageinclude` (field 5) must be `true` or `false`, not `yes`",
            ),
            (
                "u,t,a,,,1",
                "`package_gpgcheck` (field 6) must be `true` or `false`, not `1`",
            ),
            (
                "u,,,,,,,,,x",
                "`repository_gpgcheck` (field 10) must be `true` or `false`, not `x`",
            ),
            (
                "u,,,,,,,,,,mirrors,b",
                "the source type (field 11) must be `baseurl`, `metalink` or `mirrorlist`, not `mirrors,b`",
            ),
        ] {
            assert_eq!(
                parse_repository_argument(argument).unwrap_err().to_string(),
                message,
                "{argument}"
            );
        }
    }

    #[test]
    fn credentials_are_not_shown() {
        let argument = RepositoryArgument {
            credentials: text("me:secret"),
            ..parsed("http://me:secret@h/")
        };
        assert!(!format!("{argument:?}").contains("secret"));
    }
}
