//! The library's run over files in memory.

use crate::scratch::{Files, Scratch};
use hco_lint::finding::Confidence;
use hco_lint::outcome::Outcome;
use hco_lint::run::{Settings, run};
use std::path::PathBuf;

/// Lints the files with every rule, possible findings included.
pub(crate) fn lint(files: &Files) -> Outcome {
    let scratch = Scratch::new(files);
    let settings = Settings {
        paths: vec![PathBuf::from(".")],
        directory: scratch.root.clone(),
        min_confidence: Some(Confidence::Low),
        honour_ignore: true,
        threads: 2,
        ..Settings::default()
    };
    run(&settings).unwrap_or_else(|error| panic!("{error:?}"))
}
