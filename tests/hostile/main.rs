//! Repositories that mean harm: names, links, special files and documents made to hang the program, to lead it out of the repository, to
//! speak through it, or to make it silent. They are built in a temporary directory, so that none of it lies in this repository.

#![cfg(unix)]

mod bounds;
mod lures;
mod names;
mod outside;
mod patches;
#[path = "../support/scratch.rs"]
mod scratch;
mod seen;
mod special;
mod support;
