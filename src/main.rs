//! The `hco-lint` program; everything it does is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(hco_lint::cli::main())
}
