//! Reads every YAML and JSON file below the given directories with our reader and with granit-parser and counts where they agree.
//!
//! `cargo run --release --example yaml_crosscheck -- DIR…`

#[path = "../tests/support/granit.rs"]
mod granit;

use granit::{Verdict, compare};
use std::path::{Path, PathBuf};

fn main() {
    let mut files = Vec::new();
    for root in std::env::args().skip(1) {
        collect(Path::new(&root), &mut files);
    }
    files.sort();
    let (mut documents, mut agree, mut both_refuse, mut unreadable) = (0, 0, 0, 0);
    let (mut differ, mut ours, mut theirs) = (0, 0, 0);
    for path in &files {
        let Some(text) = std::fs::read(path).ok().and_then(|b| String::from_utf8(b).ok()) else {
            unreadable += 1;
            continue;
        };
        let say = |what: &str, detail: &str| println!("{what} {}: {detail}", path.display());
        match compare(&text) {
            Verdict::Agree(count) => {
                agree += 1;
                documents += count;
            }
            Verdict::BothRefuse => both_refuse += 1,
            Verdict::Differ(detail) => {
                differ += 1;
                say("differ", &detail);
            }
            Verdict::OnlyWeRefuse(detail) => {
                ours += 1;
                say("only we refuse", &detail);
            }
            Verdict::OnlyGranitRefuses(detail) => {
                theirs += 1;
                say("only granit refuses", &detail);
            }
        }
    }
    println!("{} files: {agree} agree ({documents} documents), {differ} differ", files.len());
    println!("{both_refuse} refused by both, {ours} only by us, {theirs} only by granit, {unreadable} not UTF-8");
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_dir() && !path.is_symlink() {
        for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
            collect(&entry.path(), files);
        }
    } else if path.extension().is_some_and(|e| e == "yaml" || e == "yml" || e == "json") {
        files.push(path.to_owned());
    }
}
