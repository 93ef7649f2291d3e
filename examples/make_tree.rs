//! `cargo run --release --example make_tree -- DIR FILES [CLUSTERS]`: a GitOps repository of any size, for benchmarks.

#[path = "../benches/tree/mod.rs"]
mod tree;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| arguments.get(at).map(|a| a.parse::<usize>());
    let (Some(directory), Some(Ok(files)), Ok(clusters)) = (arguments.first(), number(1), number(2).transpose()) else {
        eprintln!("usage: make_tree DIR FILES [CLUSTERS]");
        return ExitCode::from(2);
    };
    match tree::make(Path::new(directory), files, clusters.unwrap_or_else(|| tree::usual_clusters(files)), 1) {
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
