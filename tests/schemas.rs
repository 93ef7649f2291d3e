//! What machines read of every repository under `fixtures/` is what is published: JSON by `schemas/`, SARIF by the part of the standard that is
//! written here.

#[path = "support/validator.rs"]
mod validator;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use validator::problems;

fn fixtures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let below = |name: &str| std::fs::read_dir(root.join(name)).expect("fixtures").map(|e| e.expect("an entry").path());
    let mut all: Vec<PathBuf> = below("repositories").chain(below("mutations")).filter(|p| p.is_dir()).collect();
    all.push(root.join("example"));
    all.sort();
    all
}

fn report(directory: &Path, format: &str) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hco-lint"));
    let output = command.args(["--format", format, "--min-confidence", "low", "."]).current_dir(directory).output().expect("it runs");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{}: {e}: {}", directory.display(), String::from_utf8_lossy(&output.stderr)))
}

fn check(format: &str, schema: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let schema: Value = serde_json::from_slice(&std::fs::read(root.join(schema)).expect("a schema")).expect("JSON");
    let mut found = 0;
    for directory in fixtures() {
        let value = report(&directory, format);
        found += value["findings"].as_array().or(value["runs"][0]["results"].as_array()).expect("findings").len();
        assert_eq!(problems(&[("schema", &schema)], &value), Vec::<String>::new(), "{}", directory.display());
    }
    assert!(found > 0, "a schema of nothing proves nothing");
}

#[test]
fn json_fits_its_schema() {
    check("json", "schemas/report.schema.json");
}

#[test]
fn sarif_fits_the_standard() {
    check("sarif", "tests/support/sarif.schema.json");
}
