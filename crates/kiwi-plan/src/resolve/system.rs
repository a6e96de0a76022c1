//! Users, groups, language and identity of the system (spec 01, section 10; spec 03, section 9).

use kiwi_description::model::values::PasswordFormat;
use kiwi_description::model::{ImageDescription, User as Written};

use super::choice::{Binding, Choice};
use super::preferences::PreferenceValues;
use crate::places::Places;
use crate::plan::system::{Group, Password, SystemPlan, User};

/// Lists what is configured in the tree.
pub(crate) fn plan(
    description: &ImageDescription,
    choice: &Choice<'_>,
    preferences: &PreferenceValues,
    places: Places<'_>,
) -> SystemPlan {
    let written = applying_users(description, choice);
    SystemPlan {
        groups: groups(&written),
        users: users(&written, places),
        keytable: preferences.keytable.clone(),
        locale: preferences.system_locale(),
        timezone: preferences.timezone.clone(),
        splash_themes: preferences.splash_themes.clone(),
        image_id: description.id.as_ref().map(|id| id.value.clone()),
        selinux_policy: choice
            .kind
            .general
            .selinux_policy
            .map_or("targeted", |policy| policy.as_str())
            .to_owned(),
    }
}

/// Lists the users of all sections that apply, in document order.
pub(crate) fn applying_users<'a>(
    description: &'a ImageDescription,
    choice: &Choice<'_>,
) -> Vec<&'a Written> {
    description
        .users
        .iter()
        .filter(|section| {
            choice.applies(Binding {
                profiles: section.profiles.as_ref(),
                arch: section.arch.as_ref(),
            })
        })
        .flat_map(|section| &section.users)
        .collect()
}

/// Of several definitions of a user the first counts; the groups of all are joined.
fn users(written: &[&Written], places: Places<'_>) -> Vec<User> {
    let mut users: Vec<User> = Vec::new();
    for user in written {
        let groups = group_entries(user).map(|(name, _)| name.to_owned());
        if let Some(earlier) = users.iter_mut().find(|earlier| earlier.name == *user.name) {
            for group in groups {
                if !earlier.groups.contains(&group) {
                    earlier.groups.push(group);
                }
            }
            continue;
        }
        let mut unique: Vec<String> = Vec::new();
        for group in groups {
            if !unique.contains(&group) {
                unique.push(group);
            }
        }
        users.push(from_description(user, unique, places));
    }
    users
}

fn from_description(user: &Written, groups: Vec<String>, places: Places<'_>) -> User {
    let text = |value: &Option<kiwi_description::model::Spanned<String>>| {
        value
            .as_ref()
            .map(|value| value.value.clone())
            .filter(|value| !value.is_empty())
    };
    let password = user.password.value.clone();
    User {
        name: user.name.value.clone(),
        password: match user.pwdformat.map(|format| *format) {
            Some(PasswordFormat::Plain) => Password::Plain(password),
            Some(PasswordFormat::Encrypted) | None => Password::Encrypted(password),
        },
        groups,
        id: user.id.and_then(|id| u32::try_from(*id).ok()),
        home: text(&user.home),
        real_name: text(&user.realname),
        shell: text(&user.shell),
        origin: places.origin(user.span),
    }
}

/// Groups in the order they are first named; a number given later completes an earlier name.
fn groups(written: &[&Written]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (name, id) in written.iter().flat_map(|user| group_entries(user)) {
        match groups.iter_mut().find(|group| group.name == name) {
            Some(group) => group.id = group.id.or(id),
            None => groups.push(Group {
                name: name.to_owned(),
                id,
            }),
        }
    }
    groups
}

/// The entries `name[:number]` of `groups`.
fn group_entries(user: &Written) -> impl Iterator<Item = (&str, Option<u32>)> {
    user.groups
        .iter()
        .flat_map(|list| list.iter())
        .map(|entry| match entry.trim().split_once(':') {
            Some((name, id)) => (name, id.parse().ok()),
            None => (entry.trim(), None),
        })
        .filter(|(name, _)| !name.is_empty())
}
