//! Writes the XML of a grammar, two blanks per level.

/// The text so far and how deep it is.
pub(super) struct Writer {
    out: String,
    level: usize,
}

impl Writer {
    pub(super) fn new() -> Self {
        Writer {
            out: "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n".to_owned(),
            level: 0,
        }
    }

    /// Opens an element.
    pub(super) fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.tag(name, attributes, ">\n");
        self.level += 1;
    }

    /// Closes the element that was opened last.
    pub(super) fn close(&mut self, name: &str) {
        self.level -= 1;
        self.indent();
        self.out.push_str(&format!("</{name}>\n"));
    }

    /// Writes an element around what a function writes.
    pub(super) fn inside(
        &mut self,
        name: &str,
        attributes: &[(&str, &str)],
        write: impl FnOnce(&mut Self),
    ) {
        self.open(name, attributes);
        write(self);
        self.close(name);
    }

    /// Writes an empty element with one attribute.
    pub(super) fn leaf(&mut self, name: &str, attribute: &str, value: &str) {
        self.tag(name, &[(attribute, value)], "/>\n");
    }

    /// Writes an empty element without attributes.
    pub(super) fn empty(&mut self, name: &str) {
        self.tag(name, &[], "/>\n");
    }

    /// Writes an element that holds text only.
    pub(super) fn text(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        self.tag(name, attributes, ">");
        self.out.push_str(&format!("{}</{name}>\n", escape(text)));
    }

    /// Writes an explanation, if there is one.
    pub(super) fn documentation(&mut self, text: &str) {
        if !text.is_empty() {
            self.text("a:documentation", &[], text);
        }
    }

    /// Returns the whole text.
    pub(super) fn finish(self) -> String {
        self.out
    }

    fn tag(&mut self, name: &str, attributes: &[(&str, &str)], end: &str) {
        self.indent();
        self.out.push_str(&format!("<{name}"));
        for (attribute, value) in attributes {
            self.out
                .push_str(&format!(" {attribute}=\"{}\"", escape(value)));
        }
        self.out.push_str(end);
    }

    fn indent(&mut self) {
        self.out.push_str(&"  ".repeat(self.level));
    }
}

/// Writes a text so that it can stand between tags and in quotes.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
