//! `explain`: the rules by group, and one rule's page.

use crate::support::{Ran, hco_lint};
use std::path::Path;

fn explain(rule: &[&str]) -> Ran {
    hco_lint(Path::new("."), &[&["explain"], rule].concat())
}

#[test]
fn rules_are_listed_by_group() {
    let Ran { out, code, .. } = explain(&[]);
    assert_eq!(code, 0);
    assert!(out.starts_with("What the operator would alert on\n  multi-arch-images-disabled  "), "{out}");
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).expect("a page");
    let (_, table) = readme.split_once("<!-- rules -->").expect("the table");
    let table = table.split("<!-- /rules -->").next().unwrap_or_default();
    // Headings and rules in the order of the table that is made from the pages.
    let heading = |line: &str| line.strip_prefix("### ").map(str::to_owned);
    let rule = |line: &str| Some(line.strip_prefix("| [`")?.split('`').next()?.to_owned());
    let wanted: Vec<String> = table.lines().filter_map(|l| heading(l).or_else(|| rule(l))).collect();
    let word = |line: &str| if line.starts_with(' ') { line.split_whitespace().next().unwrap_or_default().to_owned() } else { line.to_owned() };
    let listed: Vec<String> = out.lines().filter(|l| !l.is_empty()).map(word).collect();
    assert_eq!(listed, wanted);
}

#[test]
fn a_rule_is_explained_by_its_page() {
    let Ran { out, code, .. } = explain(&["baseline-stale"]);
    assert_eq!(code, 0);
    assert!(out.starts_with("baseline-stale (info)\n\n# A baseline entry whose finding is gone\n"), "{out}");
    let Ran { err, code, .. } = explain(&["baseline-stail"]);
    assert!(code == 2 && err.contains("did you mean `baseline-stale`?"), "{err}");
}
