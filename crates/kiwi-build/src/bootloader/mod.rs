//! Boot loaders: their files in the tree, their code on the disk.

pub mod grub2;
