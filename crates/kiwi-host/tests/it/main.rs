//! Tests that really enter namespaces, as root and as an ordinary user.
//!
//! They run the example `enclosed` and look at it from outside. As root they also become the user `kiwitest`, which is made
//! when it is missing, and take rights away from the program in the ways containers do. What is not there (a static
//! busybox for the tree, `newuidmap`, `setpriv`) is said with a line `SKIPPED`; with `KIWI_REQUIRE_JUDGES=1` it fails.
#![allow(clippy::disallowed_types, clippy::unwrap_used)]

mod cleanup;
mod enclosure;
mod host_tools;
mod restricted;
mod sandbox;
mod scene;
