//! `cargo run --release --example make_tree -- DIR FILES [SEED]`: a GitOps repository of any size, for benchmarks.

#[path = "../benches/tree/mod.rs"]
mod tree;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| arguments.get(at).map(|a| a.parse::<u64>());
    let (Some(directory), Some(Ok(files)), Ok(seed)) = (arguments.first(), number(1), number(2).unwrap_or(Ok(1))) else {
        eprintln!("usage: make_tree DIR FILES [SEED]");
        return ExitCode::from(2);
    };
    match tree::make(Path::new(directory), usize::try_from(files).unwrap_or(usize::MAX), seed) {
        Ok(tree) => {
            println!("{} files, {} clusters, {} to report", tree.files, tree.clusters, tree.reported);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{directory}: {error}");
            ExitCode::FAILURE
        }
    }
}
