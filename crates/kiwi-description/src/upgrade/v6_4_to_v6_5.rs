//! 6.4 to 6.5: the name of a container moved into `containerconfig`.

use super::rewrites::for_each;
use crate::diagnostic::Diagnostics;
use crate::node::Node;

pub(super) fn rewrite(root: &mut Node, _problems: &mut Diagnostics) {
    for_each(root, "type", &mut |build_type| {
        if let Some(name) = build_type.take_attribute("container") {
            let config = Node::new("containerconfig", name.span);
            let config = config.with_attribute("name", name.value, name.value_span);
            build_type.children.insert(0, config);
        }
    });
}

#[cfg(test)]
mod tests {
    use crate::upgrade::tests::assert_upgrade;

    #[test]
    fn containers_have_a_configuration() {
        assert_upgrade(
            "6.4",
            "<type image='docker' container='leap'><size>1</size></type>",
            "<type image='docker'><containerconfig name='leap'/><size>1</size></type>",
        );
    }
}
