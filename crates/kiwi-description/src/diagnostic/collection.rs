//! Many diagnostics at once, in the order of their places.

use super::{Diagnostic, Severity, codes};

/// A collection of diagnostics.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// How many problems are told at once; nobody reads more, and showing each takes time.
    pub const LIMIT: usize = 500;

    /// Makes an empty collection.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.push(diagnostic);
    }

    /// Tells whether there is an error among them.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(Diagnostic::is_error)
    }

    /// Counts those of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.0
            .iter()
            .filter(|diagnostic| diagnostic.severity == severity)
            .count()
    }

    /// Returns how many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Tells whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Goes through them in the order they were added, or sorted order after [`Diagnostics::sort`].
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// Sorts by place; those without a span come first, equal places stay in the order they were added.
    pub fn sort(&mut self) {
        self.0
            .sort_by_key(|diagnostic| diagnostic.primary.as_ref().map(|label| label.span));
    }

    /// Returns them sorted by place.
    pub fn sorted(mut self) -> Self {
        self.sort();
        self
    }

    /// Leaves out what is beyond the limit, and says so.
    pub fn limited(mut self) -> Self {
        if self.0.len() > Self::LIMIT {
            let rest = self.0.split_off(Self::LIMIT);
            let worst = rest.iter().map(|problem| problem.severity).min();
            let mut last = Diagnostic::new(
                worst.unwrap_or(Severity::Error),
                codes::markup::TOO_MANY_PROBLEMS,
                format!(
                    "there are more than {} problems, and the rest is not shown",
                    Self::LIMIT
                ),
            )
            .help("mend the others first");
            last.primary = self.0.last().and_then(|problem| problem.primary.clone());
            self.0.push(last);
        }
        self
    }

    /// Returns the plain list.
    pub fn into_vec(self) -> Vec<Diagnostic> {
        self.0
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<I: IntoIterator<Item = Diagnostic>>(&mut self, more: I) {
        self.0.extend(more);
    }
}

impl FromIterator<Diagnostic> for Diagnostics {
    fn from_iter<I: IntoIterator<Item = Diagnostic>>(all: I) -> Self {
        Diagnostics(all.into_iter().collect())
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(one: Diagnostic) -> Self {
        Diagnostics(vec![one])
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::codes;
    use crate::span::SourceMap;

    #[test]
    fn sorts_by_place_and_keeps_order_at_the_same_place() {
        let mut map = SourceMap::default();
        let whole = map.add_whole("x", "0123456789");
        let at = |start, message: &str| {
            let mut span = whole;
            span.start = start;
            Diagnostic::error(codes::schema::UNKNOWN_ELEMENT, message).at(span)
        };
        let mut all = Diagnostics::new();
        all.extend([at(5, "c"), at(1, "a"), at(5, "d"), at(2, "b")]);
        all.push(
            Diagnostic::warning(codes::schema::UNKNOWN_ELEMENT, "first")
                .in_place("command line --type"),
        );
        let order: Vec<_> = all
            .clone()
            .sorted()
            .into_iter()
            .map(|diagnostic| diagnostic.message)
            .collect();
        assert_eq!(order, ["first", "a", "b", "c", "d"]);
        assert_eq!(all.count(Severity::Error), 4);
        assert!(all.has_errors());
    }
}
