//! The program as shells, editors, hooks and people run it.

#![cfg(unix)]

mod shell;
mod support;
