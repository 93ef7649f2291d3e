//! The tree against a second reader: structure, the extent of every key and value, and comments, over `fixtures/yaml`.

#[path = "support/granit.rs"]
mod granit;

use granit::{Verdict, compare};
use std::path::Path;

#[test]
fn fixtures_read_alike() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/yaml");
    let mut documents = 0;
    let mut failures = Vec::new();
    for entry in std::fs::read_dir(dir).expect("the fixtures") {
        let path = entry.expect("a fixture").path();
        let text = std::fs::read_to_string(&path).expect("UTF-8");
        match compare(&text) {
            Verdict::Agree(count) => documents += count,
            other => failures.push(format!("{}: {other:?}", path.display())),
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(documents > 20, "only {documents} documents");
}
