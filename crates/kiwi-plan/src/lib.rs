//! Build plans: everything a build will do, resolved before it starts.
//!
//! Rooms, in the order data flows through them:
//!
//! - [`selection`]: what the command line chooses or changes.
//! - [`host_facts`]: what must be known about the machine and the moment.
//! - [`resolve`]: description + selection + host facts become facts, and facts a [`plan::BuildPlan`].
//! - [`plan`]: the plan itself, plain data with serde, printed by `kiwi-ng image plan`.
//! - [`image`], [`disk`], [`boot`], `format`: the rules that fill the plan, one subject each.
//! - [`checks`]: what is wrong with a description although the schema accepts it.
//! - [`ids`]: every uuid, serial and salt, derived from one seed.
//! - [`requirements`], [`summary`]: what the build needs, and the plan in words.
//!
//! Nothing in here touches files, clocks, random numbers or programs. What depends on the finished
//! root tree (its size, above all) is computed by pure functions in here from measured facts that
//! `kiwi-build` hands in; [`disk::layout`] is the largest of them.
//!
//! Start reading at [`resolve::resolve`].

pub mod architecture;
pub mod boot;
pub mod checks;
pub mod disk;
mod format;
pub mod host_facts;
pub mod ids;
pub mod image;
pub mod plan;
pub mod requirements;
pub mod resolve;
pub mod selection;
pub mod summary;

mod places;
#[cfg(test)]
mod test_support;

pub use host_facts::HostFacts;
pub use resolve::{Input, Resolved, examine, mentioned_paths, outline, resolve, resolve_facts};
pub use selection::Selection;
