//! The mistakes: a line or two each.

pub(crate) mod build_type;
pub(crate) mod content;
pub(crate) mod markup;
pub(crate) mod schema;
pub(crate) mod storage;

use super::Case;

impl Case {
    /// The root element has another name at its end too.
    pub(crate) fn root(mut self, name: &str) -> Self {
        self.text = self.text.replace("</image>", &format!("</{name}>"));
        self
    }

    pub(crate) fn codes(mut self, codes: &'static str) -> Self {
        self.codes = codes;
        self
    }
}
