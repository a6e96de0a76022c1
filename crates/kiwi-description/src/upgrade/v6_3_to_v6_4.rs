//! 6.3 to 6.4: users name their groups themselves.

use super::rewrites::{drop_attribute, for_each, is};
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, problems: &mut Diagnostics) {
    for_each(root, "users", &mut |users| {
        drop_attribute(
            users,
            "id",
            "a group gets its number with `groups=\"NAME:GID\"` of `user`",
            problems,
        );
        let Some(group) = users.take_attribute("group") else {
            return;
        };
        for user in users.children.iter_mut().filter(|child| is(child, "user")) {
            user.set_attribute("groups", group.value.as_str(), group.value_span);
        }
    });
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_warned;

    #[test]
    fn the_group_goes_to_each_user() {
        assert_warned(
            "6.3",
            "<users group='wheel' id='10'><user name='a' password='x' groups='b'/><user password='x' name='c'/></users>",
            "<users><user name='a' password='x' groups='wheel'/><user password='x' name='c' groups='wheel'/></users>",
            &["K0124 id='10'"],
        );
        assert_warned(
            "6.3",
            "<users><user name='a' password='x' groups='b'/></users>",
            "<users><user name='a' password='x' groups='b'/></users>",
            &[],
        );
    }
}
