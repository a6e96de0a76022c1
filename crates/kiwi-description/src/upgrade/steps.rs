//! The table of all version steps.

use crate::diagnostic::Diagnostics;
use crate::node::Node;

/// One version step: documents up to `from` are rewritten.
pub(super) struct Step {
    /// The last version that needs the step.
    pub(super) from: &'static str,
    /// Rewrites the whole document and says what is lost.
    pub(super) rewrite: fn(&mut Node, &mut Diagnostics),
}

/// Names a step.
const fn step(from: &'static str, rewrite: fn(&mut Node, &mut Diagnostics)) -> Step {
    Step { from, rewrite }
}

/// All steps in their order. A document of a version above `from` skips the step.
pub(super) const STEPS: &[Step] = &[
    step("1.4", super::v1_4_to_v2_0::rewrite),
    step("2.0", super::v2_0_to_v2_4::rewrite),
    step("2.4", super::v2_4_to_v3_5::rewrite),
    step("3.5", super::v3_5_to_v3_7::rewrite),
    step("3.7", super::v3_7_to_v3_8::rewrite),
    step("3.8", super::v3_8_to_v3_9::rewrite),
    step("3.9", super::v3_9_to_v4_1::rewrite),
    step("4.1", super::v4_1_to_v4_2::rewrite),
    step("4.2", super::v4_2_to_v4_3::rewrite),
    step("4.3", super::v4_3_to_v4_4::rewrite),
    step("4.4", super::v4_4_to_v4_5::rewrite),
    step("4.5", super::v4_5_to_v4_6::rewrite),
    step("4.6", super::v4_6_to_v4_7::rewrite),
    step("4.7", super::v4_7_to_v4_8::rewrite),
    step("4.8", super::v4_8_to_v4_9::rewrite),
    step("4.9", super::v4_9_to_v5_0::rewrite),
    step("5.0", super::v5_0_to_v5_1::rewrite),
    step("5.1", super::v5_1_to_v5_2::rewrite),
    step("5.2", super::v5_2_to_v5_3::rewrite),
    step("5.3", super::v5_3_to_v5_4::rewrite),
    step("5.4", super::v5_4_to_v5_5::rewrite),
    step("5.5", super::v5_5_to_v5_6::rewrite),
    step("5.6", super::v5_6_to_v5_7::rewrite),
    step("5.7", super::v5_7_to_v5_8::rewrite),
    step("5.8", super::v5_8_to_v5_9::rewrite),
    step("5.9", super::v5_9_to_v6_0::rewrite),
    step("6.0", super::v6_0_to_v6_1::rewrite),
    step("6.1", super::v6_1_to_v6_2::rewrite),
    step("6.2", super::v6_2_to_v6_3::rewrite),
    step("6.3", super::v6_3_to_v6_4::rewrite),
    step("6.4", super::v6_4_to_v6_5::rewrite),
    step("6.5", super::v6_5_to_v6_6::rewrite),
    step("6.6", super::v6_6_to_v6_7::rewrite),
    step("6.7", super::v6_7_to_v6_8::rewrite),
    step("6.8", super::v6_8_to_v6_9::rewrite),
    step("6.9", super::v6_9_to_v7_0::rewrite),
    step("7.0", super::v7_0_to_v7_1::rewrite),
    step("7.1", super::v7_1_to_v7_2::rewrite),
    step("7.2", super::v7_2_to_v7_3::rewrite),
    step("7.3", super::v7_3_to_v7_4::rewrite),
    step("7.4", super::v7_4_to_v7_5::rewrite),
    step("7.5", super::v7_5_to_v7_6::rewrite),
    // 7.6 to 8.0 changed the number only.
    step("8.0", super::v8_0_to_v8_1::rewrite),
    step("8.1", super::v8_1_to_v8_2::rewrite),
    step("8.2", super::v8_2_to_v8_3::rewrite),
    step("8.3", super::v8_3_to_v8_4::rewrite),
    step("8.4", super::v8_4_to_v8_5::rewrite),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::upgrade::known;

    #[test]
    fn steps_are_in_order() {
        for pair in STEPS.windows(2) {
            assert!(known(pair[0].from) < known(pair[1].from));
        }
        assert_eq!(STEPS[0].from, crate::upgrade::OLDEST);
    }
}
