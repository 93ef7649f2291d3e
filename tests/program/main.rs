//! The program as shells, editors, hooks and people run it.

#![cfg(unix)]

mod changed;
mod explain;
mod links;
mod lsp;
mod paths;
mod repository;
#[path = "../support/scratch.rs"]
mod scratch;
mod shell;
mod since;
mod stdin;
mod support;
#[path = "../support/tree.rs"]
mod tree;
mod verbosity;
