//! One healthy repository and one small mistake per rule: the mistake raises what it is meant to raise, where it is made and for the clusters
//! it is true of, and nothing else.
//!
//! `fixtures/mutations/repository` is what a team with five clusters may well have, and has no finding at all, possible ones included.
//! `fixtures/mutations/<rule>.yaml` lists mistakes that this rule is there for, `none.yaml` edits that are none and raise nothing:
//!
//! ```yaml
//! - mistake: what somebody did, in a few words
//!   edits:
//!   - {file: path, replace: a text that the file has once, with: another}
//!   - {file: path, after: a line that the file has once, insert: lines to put below it}
//!   - {file: path, add: the text of a new file}
//!   - {file: path, remove: true}
//!   raises: [severity confidence path:line cluster cluster]
//!   also:                                  # what other rules say of the same mistake
//!   - {rule: name, raises: [as above], why: words from the page of either rule that say so}
//! ```

#[path = "support/lint.rs"]
mod lint;
#[path = "support/relint.rs"]
mod relint;
#[path = "support/scratch.rs"]
mod scratch;
#[path = "support/tree.rs"]
mod tree;

use hco_lint::outcome::Outcome;
use hco_lint::rules::{find, names};
use lint::lint;
use scratch::Files;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Mutation {
    mistake: String,
    edits: Vec<Edit>,
    #[serde(default)]
    raises: Vec<String>,
    #[serde(default)]
    also: Vec<Companion>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Companion {
    rule: String,
    raises: Vec<String>,
    why: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    file: String,
    replace: Option<String>,
    with: Option<String>,
    after: Option<String>,
    insert: Option<String>,
    add: Option<String>,
    remove: Option<bool>,
}

impl Edit {
    fn apply(&self, files: &mut Files) {
        let path = &self.file;
        match self {
            Edit { replace: Some(old), with: Some(new), after: None, insert: None, add: None, remove: None, .. } => {
                let text = self.once(files, old);
                files.insert(path.clone(), text.replacen(old.as_str(), new, 1).into_bytes());
            }
            Edit { after: Some(line), insert: Some(new), replace: None, with: None, add: None, remove: None, .. } => {
                let line = format!("\n{line}\n");
                let text = self.once(files, &line);
                files.insert(path.clone(), text.replacen(&line, &format!("{line}{new}"), 1).into_bytes());
            }
            Edit { add: Some(text), replace: None, with: None, after: None, insert: None, remove: None, .. } => {
                assert!(files.insert(path.clone(), text.clone().into_bytes()).is_none(), "{path} is there already");
            }
            Edit { remove: Some(true), replace: None, with: None, after: None, insert: None, add: None, .. } => {
                assert!(files.remove(path).is_some(), "{path} is not there");
            }
            _ => panic!("{path}: an edit is `replace` and `with`, `after` and `insert`, `add` or `remove: true`"),
        }
    }

    /// The text of the file, which has these words exactly once.
    fn once(&self, files: &Files, words: &str) -> String {
        let bytes = files.get(&self.file).unwrap_or_else(|| panic!("{} is not there", self.file));
        let text = String::from_utf8(bytes.clone()).expect("text");
        assert_eq!(text.matches(words).count(), 1, "{}: the text to edit is not there once:\n{words}", self.file);
        text
    }
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/mutations")
}

fn repository() -> Files {
    tree::files(&directory().join("repository"))
}

/// The mutations by the rule they are of.
fn mutations() -> BTreeMap<String, Vec<Mutation>> {
    let mut all = BTreeMap::new();
    for entry in std::fs::read_dir(directory()).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            let text = std::fs::read_to_string(&path).expect("a file");
            let list = serde_yaml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            all.insert(path.file_stem().expect("a name").to_string_lossy().into_owned(), list);
        }
    }
    all
}

/// What was found, as a mutation writes it: rule, then `severity confidence path:line clusters`. Two findings that read alike are two.
fn found(outcome: &Outcome) -> Vec<(String, String)> {
    let line = |finding: &hco_lint::finding::Finding| {
        let source = outcome.source(finding.primary.span.file).expect("a file");
        let line = source.position(finding.primary.span.start as usize).line;
        let mut text = format!("{} {} {}:{line}", finding.severity.name(), finding.confidence.name(), source.path);
        finding.clusters.iter().for_each(|c| write!(text, " {c}").expect("text"));
        (finding.rule.to_owned(), text)
    };
    let mut list: Vec<_> = outcome.findings.iter().map(line).collect();
    list.sort();
    list
}

#[test]
fn the_repository_is_without_a_finding() {
    let outcome = lint(&repository());
    assert_eq!(found(&outcome), []);
    assert!(outcome.unresolved.is_empty() && outcome.summary.unreadable.is_empty());
    let clusters: Vec<&str> = outcome.clusters.iter().filter(|c| c.hyperconverged.is_some()).map(|c| c.name.as_str()).collect();
    assert_eq!(clusters, ["berlin", "bonn", "jena", "kiel", "oslo"], "everything is delivered");
}

#[test]
fn every_mistake_raises_its_rule_and_nothing_else() {
    let mut wrong = String::new();
    for (rule, list) in mutations() {
        for mutation in list {
            let mut files = repository();
            mutation.edits.iter().for_each(|e| e.apply(&mut files));
            let outcome = lint(&files);
            let of = |rule: &str, raises: &[String]| raises.iter().map(|r| (rule.to_owned(), r.clone())).collect::<Vec<_>>();
            let mut wanted = of(&rule, &mutation.raises);
            wanted.extend(mutation.also.iter().flat_map(|c| of(&c.rule, &c.raises)));
            wanted.sort();
            let found = found(&outcome);
            if found != wanted {
                writeln!(wrong, "\n{rule}: {}", mutation.mistake).expect("text");
                for (rule, line) in found.iter().filter(|f| !wanted.contains(f)) {
                    let said = outcome.findings.iter().filter(|f| f.rule == rule).map(|f| f.message.as_str()).collect::<BTreeSet<_>>();
                    writeln!(wrong, "  found  [{rule}] {line}\n{said:#?}").expect("text");
                }
                wanted.iter().filter(|w| !found.contains(w)).for_each(|(rule, line)| writeln!(wrong, "  wanted [{rule}] {line}").expect("text"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn fixes_of_mistakes_keep_what_they_promise() {
    let mut broken = Vec::new();
    for (rule, list) in mutations() {
        for mutation in list {
            let mut files = repository();
            mutation.edits.iter().for_each(|e| e.apply(&mut files));
            let promises = relint::broken_promises(&files, &lint(&files), &lint);
            broken.extend(promises.into_iter().map(|b| format!("{rule}: {}: {b}", mutation.mistake)));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_rule_has_a_mistake() {
    let mutations = mutations();
    let with: BTreeSet<&str> =
        mutations.iter().filter(|(_, list)| list.iter().any(|m| !m.raises.is_empty())).map(|(rule, _)| rule.as_str()).collect();
    assert_eq!(with, names().collect::<BTreeSet<_>>());
}

#[test]
fn pages_say_which_rules_go_together() {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for (rule, list) in mutations() {
        for companion in list.iter().flat_map(|m| &m.also) {
            let pages = [rule.as_str(), &companion.rule].map(|r| plain(find(r).unwrap_or_else(|| panic!("there is no rule {r}")).page.body()));
            let why = plain(&companion.why);
            assert!(pages.iter().any(|p| p.contains(&why)), "{rule} and {}: no page says “{why}”", companion.rule);
        }
    }
}
