//! The vocabulary of the schema tables.

pub(super) use super::kind::word;
pub use super::kind::{Kind, Word};

/// Elements that are explained together.
#[derive(Clone, Copy, Debug)]
pub struct Section {
    /// A short name without blanks.
    pub name: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// The elements.
    pub elements: &'static [Element],
}

/// One element of the schema.
#[derive(Clone, Copy, Debug)]
pub struct Element {
    /// Its name.
    pub name: &'static str,
    /// What it is for, in a sentence.
    pub help: &'static str,
    /// Version of the schema that brought it; absent when it is older than the records, which begin with 6.9.
    pub since: Option<&'static str>,
    /// What its text may be; absent when it cannot have any.
    pub text: Option<Kind>,
    /// Its children; they may stand in any order.
    pub children: &'static [Child],
    /// Its attributes.
    pub attributes: &'static [Attribute],
    /// Attributes that exclude each other.
    pub exclusive: Option<Exclusive>,
    /// Where it may be used, when that depends on an attribute.
    pub only_for: Option<OnlyFor>,
}

/// One child an element can have.
#[derive(Clone, Copy, Debug)]
pub struct Child {
    /// Name of the child.
    pub name: &'static str,
    /// How often it may occur.
    pub count: Count,
    /// Version of the schema that allowed it here, when that is later than what brought the elements themselves.
    pub since: Option<&'static str>,
}

/// How often a child may occur.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Exactly once.
    One,
    /// Once or not at all.
    Optional,
    /// Any number of times.
    Any,
    /// At least once.
    Many,
}

impl Count {
    /// Tells whether the child must be there.
    pub fn is_required(self) -> bool {
        matches!(self, Count::One | Count::Many)
    }

    /// Tells whether the child may occur more than once.
    pub fn is_repeatable(self) -> bool {
        matches!(self, Count::Any | Count::Many)
    }
}

/// One attribute of an element.
#[derive(Clone, Copy, Debug)]
pub struct Attribute {
    /// Its name.
    pub name: &'static str,
    /// What it is for, in a sentence.
    pub help: &'static str,
    /// Version of the schema that brought it, when that is later than the one of its element.
    pub since: Option<&'static str>,
    /// What its value may be.
    pub kind: Kind,
    /// Whether it must be there.
    pub required: bool,
    /// Where it may be used, when that depends on another attribute.
    pub only_for: Option<OnlyFor>,
    /// Where it must be there, when that depends on another attribute.
    pub required_for: Option<OnlyFor>,
}

/// A condition on the value of an attribute.
#[derive(Clone, Copy, Debug)]
pub struct OnlyFor {
    /// The attribute that decides.
    pub control: Control,
    /// Its values for which the condition holds. It holds too when the attribute is absent.
    pub values: &'static [&'static str],
    /// Whether breaking the condition is an error; otherwise it is merely without effect.
    pub strict: bool,
}

/// An attribute that decides what else is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// An attribute of the same element.
    Own(&'static str),
    /// An attribute of the element around it.
    Parent(&'static str),
}

/// Attributes of which at most one may be given.
#[derive(Clone, Copy, Debug)]
pub struct Exclusive {
    /// The attributes.
    pub names: &'static [&'static str],
    /// Whether one of them must be given.
    pub required: bool,
}

/// Starts an element without text, children and attributes.
pub(super) const fn element(name: &'static str, help: &'static str) -> Element {
    Element {
        name,
        help,
        since: None,
        text: None,
        children: &[],
        attributes: &[],
        exclusive: None,
        only_for: None,
    }
}

impl Element {
    /// Says which version of the schema brought the element.
    pub(super) const fn since(mut self, version: &'static str) -> Self {
        self.since = Some(version);
        self
    }

    /// Allows text.
    pub(super) const fn text(mut self, kind: Kind) -> Self {
        self.text = Some(kind);
        self
    }

    /// Allows children.
    pub(super) const fn children(mut self, children: &'static [Child]) -> Self {
        self.children = children;
        self
    }

    /// Allows attributes.
    pub(super) const fn attributes(mut self, attributes: &'static [Attribute]) -> Self {
        self.attributes = attributes;
        self
    }

    /// Allows at most one of some attributes.
    pub(super) const fn at_most_one_of(mut self, names: &'static [&'static str]) -> Self {
        self.exclusive = Some(Exclusive {
            names,
            required: false,
        });
        self
    }

    /// Demands exactly one of some attributes.
    pub(super) const fn exactly_one_of(mut self, names: &'static [&'static str]) -> Self {
        self.exclusive = Some(Exclusive {
            names,
            required: true,
        });
        self
    }

    /// Allows the element for some values of an attribute only.
    pub(super) const fn only_for(
        mut self,
        control: Control,
        values: &'static [&'static str],
    ) -> Self {
        self.only_for = Some(OnlyFor {
            control,
            values,
            strict: true,
        });
        self
    }

    /// Returns the attribute of a name.
    pub fn attribute(&self, name: &str) -> Option<&'static Attribute> {
        self.attributes
            .iter()
            .find(|attribute| attribute.name == name)
    }

    /// Returns the child of a name.
    pub fn child(&self, name: &str) -> Option<&'static Child> {
        self.children.iter().find(|child| child.name == name)
    }
}

/// Makes an attribute that must be there.
pub(super) const fn required(name: &'static str, kind: Kind, help: &'static str) -> Attribute {
    Attribute {
        required: true,
        ..optional(name, kind, help)
    }
}

/// Makes an attribute that may be absent.
pub(super) const fn optional(name: &'static str, kind: Kind, help: &'static str) -> Attribute {
    Attribute {
        name,
        help,
        since: None,
        kind,
        required: false,
        only_for: None,
        required_for: None,
    }
}

impl Attribute {
    /// Says which version of the schema brought the attribute.
    pub(super) const fn since(mut self, version: &'static str) -> Self {
        self.since = Some(version);
        self
    }

    /// Allows the attribute for some values of another one only.
    pub(super) const fn only_for(
        mut self,
        control: Control,
        values: &'static [&'static str],
    ) -> Self {
        self.only_for = Some(OnlyFor {
            control,
            values,
            strict: true,
        });
        self
    }

    /// Says for which values of another attribute this one has an effect; elsewhere it gives a warning.
    pub(super) const fn meant_for(
        mut self,
        control: Control,
        values: &'static [&'static str],
    ) -> Self {
        self.only_for = Some(OnlyFor {
            control,
            values,
            strict: false,
        });
        self
    }

    /// Demands the attribute for some values of another one.
    pub(super) const fn required_for(
        mut self,
        control: Control,
        values: &'static [&'static str],
    ) -> Self {
        self.required_for = Some(OnlyFor {
            control,
            values,
            strict: true,
        });
        self
    }
}

/// Makes a child that must occur exactly once.
pub(super) const fn one(name: &'static str) -> Child {
    child(name, Count::One)
}

/// Makes a child that may occur once.
pub(super) const fn maybe(name: &'static str) -> Child {
    child(name, Count::Optional)
}

/// Makes a child that may occur any number of times.
pub(super) const fn any(name: &'static str) -> Child {
    child(name, Count::Any)
}

/// Makes a child that must occur at least once.
pub(super) const fn many(name: &'static str) -> Child {
    child(name, Count::Many)
}

const fn child(name: &'static str, count: Count) -> Child {
    Child {
        name,
        count,
        since: None,
    }
}

impl Child {
    /// Says which version of the schema allowed the child here.
    pub(super) const fn since(mut self, version: &'static str) -> Self {
        self.since = Some(version);
        self
    }
}
