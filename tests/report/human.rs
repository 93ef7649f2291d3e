//! What people read at a terminal.

use crate::support::{add, clean, find, finding, fleet, label};
use crate::{options, write};
use hco_lint::finding::Severity;
use hco_lint::outcome::Outcome;
use hco_lint::report::{Format, Options, Verbosity};

#[test]
fn human_with_everything_asked_for() {
    let asked = Options { color: true, unicode: true, links: true, verbosity: Verbosity::Verbose, ..options() };
    let text = write(Format::Human, &fleet(), &asked);
    assert!(text.contains("\u{1b}]8;;https://example.org/rules/multi-arch-images-disabled\u{1b}\\"), "the rule links to its page");
    assert!(text.contains("\u{1b}[33m\u{1b}[1mwarning") || text.contains("\u{1b}[1m\u{1b}[33mwarning"), "warnings are yellow: {text:?}");
    let plain = write(Format::Human, &fleet(), &options());
    assert!(!plain.contains('\u{1b}'), "no escapes unless asked for");
}

#[test]
fn concise_paints_the_severity() {
    let text = write(Format::Concise, &fleet(), &Options { color: true, ..options() });
    assert!(text.starts_with("base/hco.yaml:4:9: \u{1b}[1m\u{1b}[91merror[hyperconverged-name]\u{1b}[0m admission"), "{text:?}");
    assert!(!write(Format::Concise, &fleet(), &options()).contains('\u{1b}'));
}

#[test]
fn quiet_means_findings_only() {
    let quiet = Options { verbosity: Verbosity::Quiet, ..options() };
    assert_eq!(write(Format::Human, &clean(), &quiet), "");
    assert!(!write(Format::Human, &fleet(), &quiet).contains("Not seen"));
}

#[test]
fn evidence_beyond_eight_places_is_counted() {
    let mut outcome = fleet();
    let finding = &mut outcome.findings[1];
    let label = finding.related[0].clone();
    finding.related.extend(std::iter::repeat_n(label, 10));
    let text = write(Format::Human, &outcome, &options());
    assert!(text.contains("note: … and 6 more places"), "{text}");
}

#[test]
fn a_long_line_is_cut_around_what_is_marked() {
    let mut o = Outcome::default();
    let text = format!("{{\"items\":[{}{{\"arch\":\"arm64\"}}]}}", "{\"arch\":\"amd64\"},".repeat(2000));
    let file = add(&mut o, "nodes.json", &text);
    let span = find(&o, file, "arm64", 0);
    o.findings.push(finding("syntax", Severity::Error, "one line", label(span, "arm64 comes from here")));
    let text = write(Format::Human, &o, &options());
    assert!(text.contains("nodes.json:1:34020"), "{text}");
    assert!(text.contains("{\"arch\":\"arm64\"}]}"), "{text}");
    assert!(text.contains("arm64 comes from here"), "{text}");
    assert!(text.len() < 1000, "{} bytes", text.len());
}

#[test]
fn far_marks_of_a_big_file_get_windows_of_their_own() {
    let mut o = Outcome::default();
    let text = format!("kind: NodeList\n{}last: arm64\n", "filler: x\n".repeat(5000));
    let file = add(&mut o, "nodes.yaml", &text);
    let mut f = finding("syntax", Severity::Error, "m", label(find(&o, file, "last: arm64", 0), "last"));
    f.related.push(label(find(&o, file, "kind: NodeList", 0), "first"));
    o.findings.push(f);
    let text = write(Format::Human, &o, &options());
    assert!(text.contains("--> nodes.yaml:5002:1\n"), "{text}");
    assert!(text.contains("::: nodes.yaml:1:1\n"), "{text}");
    assert!(text.find("5002 | last").expect("as tested") < text.find("   1 | kind").expect("as tested"), "the primary place comes first: {text}");
}
