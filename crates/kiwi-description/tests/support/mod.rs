//! What the tests share: [`trees`] reads and compares texts in every markup.
#![allow(dead_code, reason = "each test uses a part of it")]

pub(crate) mod trees;
