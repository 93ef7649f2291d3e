//! Every rule's page: it reads well, and every example on it is a small repository of which the page's promise is true.
//!
//! `tests/pages/<rule>.snap` holds what the rule says of each example of its page, and nothing of what other rules say. After a change read
//! the differences, then accept them with `INSTA_UPDATE=always cargo test --test pages`.

#[path = "support/lint.rs"]
mod lint;
#[path = "support/relint.rs"]
mod relint;
#[path = "support/scratch.rs"]
mod scratch;

use hco_lint::finding::{Finding, Label};
use hco_lint::outcome::Outcome;
use hco_lint::rules::{ALL, Example, Rule, table_markdown};
use hco_lint::source::{FileId, Span};
use hco_lint::yaml::{ProblemKind, parse};
use lint::lint;
use relint::{broken_promises, fixed};
use scratch::Files;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::panic::AssertUnwindSafe;
use std::path::Path;

const SECTIONS: [&str; 3] = ["## Why it matters", "## How to mend it", "## Examples"];

fn files(example: &Example) -> Files {
    example.files.iter().map(|f| (f.path.clone(), f.text.clone().into_bytes())).collect()
}

fn of<'a>(rule: &'a Rule, outcome: &'a Outcome) -> impl Iterator<Item = &'a Finding> {
    outcome.findings.iter().filter(|f| f.rule == rule.name)
}

/// Calls `check` for every page and says of all pages together what failed, so that one does not hide the others.
fn each(check: impl Fn(&'static Rule)) {
    let failed: Vec<&str> = ALL.iter().filter(|rule| std::panic::catch_unwind(AssertUnwindSafe(|| check(rule))).is_err()).map(|r| r.name).collect();
    assert!(failed.is_empty(), "pages: {failed:?}");
}

#[test]
fn pages_have_all_their_parts() {
    each(|rule| {
        let (name, page) = (rule.name, &rule.page);
        let meta = page.read_meta().unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(!meta.since.is_empty(), "{name}: `since` is empty");
        assert_ne!(page.title(), name, "{name}: no heading");
        let body = page.body();
        let places: Vec<usize> =
            SECTIONS.iter().map(|s| body.find(&format!("\n{s}\n")).unwrap_or_else(|| panic!("{name}: no section `{s}`"))).collect();
        assert!(places.is_sorted(), "{name}: the sections are in another order than {SECTIONS:?}");
        for (section, rest) in SECTIONS.iter().zip(&places).map(|(s, p)| (s, &body[p + s.len() + 2..])) {
            assert!(rest.trim_start().starts_with(|c: char| c != '#') || *section == "## Examples", "{name}: `{section}` is empty");
        }
        assert!(body[..places[0]].lines().count() > 2, "{name}: it does not say what it finds");

        let examples = page.examples();
        assert!(examples.iter().any(|e| !e.clean), "{name}: no example fails");
        assert!(examples.iter().any(|e| e.title.starts_with("Mended: ")), "{name}: no example is mended");
        let titles: BTreeSet<&str> = examples.iter().map(|e| e.title.as_str()).collect();
        assert_eq!(titles.len(), examples.len(), "{name}: two examples of one title");
        let written = body[places[2]..].lines().filter(|l| l.starts_with("### ")).count();
        assert_eq!(examples.len(), written, "{name}: an example without files");
        let fences = body[places[2]..].lines().filter(|l| l.starts_with("```")).count();
        assert_eq!(fences, 2 * examples.iter().map(|e| e.files.len()).sum::<usize>(), "{name}: a block of an example names no file");
        for path in examples.iter().flat_map(|e| &e.files).map(|f| &f.path) {
            assert!(!path.split('/').any(|part| matches!(part, "" | "." | "..")), "{name}: {path}");
        }
        for other in examples.iter().flat_map(|e| &e.also) {
            assert!(hco_lint::rules::find(other).is_some_and(|r| r.name != name), "{name}: `Also raises: {other}`");
        }
    });
}

#[test]
fn examples_show_what_their_page_says() {
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_snapshot_path("pages");
    each(|rule| {
        let mut shown = String::new();
        let mut wrong = String::new();
        for example in rule.page.examples() {
            let outcome = lint(&files(&example));
            write!(shown, "### {}\n\n", example.title).expect("text");
            for finding in of(rule, &outcome) {
                writeln!(shown, "{}", show(&outcome, finding, &files(&example))).expect("text");
            }
            match of(rule, &outcome).count() {
                0 if example.clean => shown.push_str("nothing\n\n"),
                0 => writeln!(wrong, "“{}” raises nothing", example.title).expect("text"),
                _ if example.clean => writeln!(wrong, "“{}” is not clean", example.title).expect("text"),
                _ => {}
            }
            let others: BTreeSet<&str> = outcome.findings.iter().map(|f| f.rule).filter(|r| *r != rule.name).collect();
            let said: BTreeSet<&str> = example.also.iter().map(String::as_str).collect();
            if others != said {
                writeln!(wrong, "“{}” also raises {others:?}, and the page says {said:?}", example.title).expect("text");
            }
            assert!(outcome.summary.unreadable.is_empty(), "{:?}", outcome.summary.unreadable);
        }
        settings.bind(|| insta::assert_snapshot!(rule.name, shown));
        assert!(wrong.is_empty(), "{}:\n{wrong}", rule.name);
    });
}

#[test]
fn fixes_mend_what_they_promise() {
    each(|rule| {
        for example in rule.page.examples() {
            let before = files(&example);
            let outcome = lint(&before);
            let broken = broken_promises(&before, &outcome, &lint);
            assert!(broken.is_empty(), "“{}”:\n{}", example.title, broken.join("\n"));
            for finding in of(rule, &outcome) {
                for fix in &finding.fixes {
                    let what = format!("{}: “{}”: {}", rule.name, example.title, fix.title);
                    let after = fixed(&before, &outcome, fix);
                    for (path, bytes) in &after {
                        let text = std::str::from_utf8(bytes).expect("text");
                        let parsed = parse(FileId(0), text);
                        let known = parse(FileId(0), std::str::from_utf8(&before[path]).expect("text")).problems.len();
                        let broken: Vec<_> = parsed.problems.iter().filter(|p| p.kind != ProblemKind::DuplicateKey).collect();
                        assert!(broken.len() <= known, "{what}: {path}: {broken:?}\n{text}");
                    }
                }
            }
        }
    });
}

#[test]
fn every_snapshot_has_its_rule() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages");
    for entry in std::fs::read_dir(directory).expect("snapshots") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        assert!(hco_lint::rules::find(name.trim_end_matches(".snap")).is_some(), "{} belongs to no rule", path.display());
    }
}

#[test]
fn readme_lists_the_rules() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let Ok(text) = std::fs::read_to_string(&path) else { return };
    let (begin, end) = ("<!-- rules -->\n", "<!-- /rules -->");
    let (head, rest) = text.split_once(begin).expect("README.md has the line `<!-- rules -->`");
    let (listed, tail) = rest.split_once(end).expect("README.md has the line `<!-- /rules -->`");
    let table = format!("\n{}\n", table_markdown());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, format!("{head}{begin}{table}{end}{tail}")).expect("README.md is written");
    } else {
        assert!(listed == table, "the table of rules in README.md is stale: UPDATE=1 cargo test --test pages readme");
    }
}

/// A finding with all that people read of it.
fn show(outcome: &Outcome, finding: &Finding, before: &Files) -> String {
    let mut text = String::new();
    let (at, marked) = place(outcome, finding.primary.span);
    let (severity, confidence) = (finding.severity.name(), finding.confidence.name());
    writeln!(text, "{severity}[{}] {confidence} {at} {}", finding.rule, finding.message).expect("text");
    let mut line = |what: &str, said: &str| writeln!(text, "  {what}: {said}").expect("text");
    let label = |label: &Label, (at, marked): (String, String)| {
        let at = if at.is_empty() { at } else { at + " " };
        if label.message.is_empty() { format!("{at}`{marked}`") } else { format!("{at}`{marked}` {}", label.message) }
    };
    line("here", &label(&finding.primary, (String::new(), marked)));
    for related in &finding.related {
        line("because", &label(related, place(outcome, related.span)));
    }
    let object = [finding.object.kind.as_str(), &finding.object.name, finding.object.item.as_deref().unwrap_or_default(), &finding.field];
    line("about", object.iter().filter(|o| !o.is_empty()).copied().collect::<Vec<_>>().join(" › ").as_str());
    if !finding.clusters.is_empty() {
        line("clusters", &finding.clusters.iter().map(String::as_str).collect::<Vec<_>>().join(", "));
    }
    let consequence = serde_json::to_value(finding.consequence).expect("a word").as_str().expect("a word").to_owned();
    line("consequence", &finding.alert.map_or(consequence.clone(), |alert| format!("{consequence} {alert}")));
    finding.notes.iter().for_each(|note| line("note", note));
    finding.help.iter().for_each(|help| line("help", help));
    for fix in &finding.fixes {
        line("fix", &format!("{} ({})", fix.title, if fix.safe { "safe" } else { "unsafe" }));
        for (path, after) in &fixed(before, outcome, fix) {
            for change in changes(&String::from_utf8_lossy(&before[path]), &String::from_utf8_lossy(after)) {
                line(&format!("  {path}"), &change);
            }
        }
    }
    text
}

/// `path:line:column` and the first line of what is marked there.
fn place(outcome: &Outcome, span: Span) -> (String, String) {
    let source = outcome.source(span.file).expect("a file");
    let at = source.position(span.start as usize);
    let marked = &source.text[span.range()];
    let first = marked.lines().next().unwrap_or_default();
    let marked = if first.len() < marked.len() { format!("{first} …") } else { first.to_owned() };
    (format!("{}:{}:{}", source.path, at.line, at.column), marked)
}

/// The lines that differ, by the longest common subsequence: `12 - old`, `12 + new`.
fn changes(before: &str, after: &str) -> Vec<String> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let mut longest = vec![vec![0usize; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            longest[i][j] = if old[i] == new[j] { longest[i + 1][j + 1] + 1 } else { longest[i + 1][j].max(longest[i][j + 1]) };
        }
    }
    let (mut i, mut j, mut out) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
        } else if i < old.len() && (j == new.len() || longest[i + 1][j] >= longest[i][j + 1]) {
            i += 1;
            out.push(format!("{i} - {}", old[i - 1]));
        } else {
            j += 1;
            out.push(format!("{j} + {}", new[j - 1]));
        }
    }
    out
}
