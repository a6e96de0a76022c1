//! The tables of a TOML file while it is read: headers open them in any order, keys with dots make more of them.

use std::collections::HashMap;

use super::value::{Data, Entry, NESTING_LIMIT, Value, duplicate_key, too_deep};
use crate::diagnostic::{Diagnostic, codes};
use crate::span::{SourceId, Span};

/// One part of a key.
#[derive(Clone, Debug)]
pub(super) struct Key {
    /// The name without quotes.
    pub(super) name: String,
    /// Its place, without quotes.
    pub(super) span: Span,
    /// Its place with quotes.
    pub(super) whole: Span,
}

/// Number of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TableId(usize);

/// How a table came to be, which says what may still be added to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// By the header of a table inside it.
    Implied,
    /// By its own header.
    Header,
    /// By a key with dots, in a table.
    Dots,
}

#[derive(Debug)]
struct Table {
    origin: Origin,
    /// How many maps and lists are around its entries.
    depth: usize,
    entries: Vec<(Key, Item)>,
    known: HashMap<String, usize>,
}

#[derive(Debug)]
enum Item {
    Value(Value),
    Table(TableId),
    /// An array of tables, each with the place in its header that names it.
    Tables(Vec<(Span, TableId)>),
}

/// All tables of a file.
#[derive(Debug)]
pub(super) struct Tables {
    source: SourceId,
    all: Vec<Table>,
}

type Result1<T> = Result<T, Box<Diagnostic>>;

impl Tables {
    /// The outermost table.
    pub(super) const ROOT: TableId = TableId(0);

    /// Starts a file.
    pub(super) fn new(source: SourceId) -> Self {
        let mut tables = Tables {
            source,
            all: Vec::new(),
        };
        tables.make(Origin::Header, 1);
        tables
    }

    /// Returns how many maps and lists are around the entries of a table.
    pub(super) fn depth(&self, table: TableId) -> usize {
        self.all[table.0].depth
    }

    /// Makes a table that is not part of the file, for an inline table or what follows a wrong header.
    pub(super) fn aside(&mut self, depth: usize) -> TableId {
        self.make(Origin::Header, depth)
    }

    fn make(&mut self, origin: Origin, depth: usize) -> TableId {
        self.all.push(Table {
            origin,
            depth,
            entries: Vec::new(),
            known: HashMap::new(),
        });
        TableId(self.all.len() - 1)
    }

    fn check_depth(&self, table: TableId, key: &Key) -> Result1<()> {
        if self.depth(table) >= NESTING_LIMIT {
            return Err(too_deep(key.span).into());
        }
        Ok(())
    }

    fn find(&self, table: TableId, key: &Key) -> Option<(&Key, &Item)> {
        let table = &self.all[table.0];
        let at = *table.known.get(&key.name)?;
        let (first, item) = &table.entries[at];
        Some((first, item))
    }

    fn add(&mut self, table: TableId, key: &Key, item: Item) {
        let table = &mut self.all[table.0];
        table.known.insert(key.name.clone(), table.entries.len());
        table.entries.push((key.clone(), item));
    }

    /// Opens the table of a header, `[KEYS]` or `[[KEYS]]`.
    pub(super) fn header(&mut self, keys: &[Key], list: bool) -> Result1<TableId> {
        let Some((last, path)) = keys.split_last() else {
            return Ok(self.aside(1));
        };
        let mut table = Self::ROOT;
        for key in path {
            self.check_depth(table, key)?;
            table = match self.find(table, key) {
                None => {
                    let made = self.make(Origin::Implied, self.depth(table) + 1);
                    self.add(table, key, Item::Table(made));
                    made
                }
                Some((_, Item::Table(inner))) => *inner,
                Some((first, Item::Tables(tables))) => match tables.last() {
                    Some(&(_, inner)) => inner,
                    None => return Err(duplicate_key(&key.name, first.span, key.span).into()),
                },
                Some((first, Item::Value(_))) => return Err(no_table(first, key)),
            };
        }
        self.check_depth(table, last)?;
        match self.find(table, last) {
            None => {
                let made = self.make(Origin::Header, self.depth(table) + 1 + usize::from(list));
                let item = if list {
                    Item::Tables(vec![(last.span, made)])
                } else {
                    Item::Table(made)
                };
                self.add(table, last, item);
                Ok(made)
            }
            Some((_, &Item::Table(inner)))
                if !list && self.all[inner.0].origin == Origin::Implied =>
            {
                self.all[inner.0].origin = Origin::Header;
                Ok(inner)
            }
            Some((_, Item::Tables(_))) if list => {
                let made = self.make(Origin::Header, self.depth(table) + 1 + usize::from(list));
                let at = self.all[table.0].known[&last.name];
                if let Item::Tables(tables) = &mut self.all[table.0].entries[at].1 {
                    tables.push((last.span, made));
                }
                Ok(made)
            }
            Some((first, _)) => {
                let problem = duplicate_key(&last.name, first.span, last.span)
                    .help("keep one of them; several tables of one name are written `[[NAME]]`");
                Err(problem.into())
            }
        }
    }

    /// Adds a value below a key, which may have dots.
    pub(super) fn insert(&mut self, table: TableId, keys: &[Key], value: Value) -> Result1<()> {
        let Some((last, path)) = keys.split_last() else {
            return Ok(());
        };
        let mut table = table;
        for key in path {
            self.check_depth(table, key)?;
            table = match self.find(table, key) {
                None => {
                    let made = self.make(Origin::Dots, self.depth(table) + 1);
                    self.add(table, key, Item::Table(made));
                    made
                }
                Some((_, &Item::Table(inner))) if self.all[inner.0].origin == Origin::Dots => inner,
                Some((first, Item::Value(_))) => return Err(no_table(first, key)),
                Some((first, _)) => {
                    return Err(duplicate_key(&key.name, first.span, key.span).into());
                }
            };
        }
        if let Some((first, _)) = self.find(table, last) {
            return Err(duplicate_key(&last.name, first.span, last.span).into());
        }
        self.add(table, last, Item::Value(value));
        Ok(())
    }

    /// Takes the content of a table.
    pub(super) fn take(&mut self, table: TableId) -> Vec<Entry> {
        let entries = std::mem::take(&mut self.all[table.0].entries);
        entries
            .into_iter()
            .map(|(key, item)| self.entry(key, item))
            .collect()
    }

    fn entry(&mut self, key: Key, item: Item) -> Entry {
        let value = match item {
            Item::Value(value) => value,
            Item::Table(table) => self.map(key.span, table),
            Item::Tables(tables) => {
                let items: Vec<Value> = tables
                    .into_iter()
                    .map(|(place, table)| self.map(place, table))
                    .collect();
                let end = items.last().map_or(key.span.end, |item| item.span.end);
                let span = Span::new(self.source, key.span.start..end.max(key.span.end));
                Value {
                    place: key.span,
                    span,
                    inner: span,
                    data: Data::List(items),
                }
            }
        };
        // A table may go on before its own header.
        let end = value.span.end.max(key.whole.end);
        Entry {
            span: Span::new(self.source, key.whole.start..end),
            key: key.name,
            key_span: key.span,
            value,
        }
    }

    fn map(&mut self, place: Span, table: TableId) -> Value {
        let entries = self.take(table);
        let end = entries.iter().map(|entry| entry.span.end).max();
        let span = Span::new(self.source, place.start..end.unwrap_or(0).max(place.end));
        Value {
            place,
            span,
            inner: span,
            data: Data::Map(entries),
        }
    }

    /// Returns the whole file.
    pub(super) fn into_value(mut self, whole: Span) -> Value {
        Value {
            place: Span::new(whole.source, 0..0),
            span: whole,
            inner: whole,
            data: Data::Map(self.take(Self::ROOT)),
        }
    }
}

fn no_table(first: &Key, again: &Key) -> Box<Diagnostic> {
    Diagnostic::error(
        codes::markup::DUPLICATE_KEY,
        format!("`{}` is no table that can be added to", again.name),
    )
    .at(again.span)
    .related(first.span, "it has its value here")
    .help("write everything in one place")
    .into()
}
