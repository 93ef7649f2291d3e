//! Every report format over outcomes made by hand (`tests/support`). The snapshots are read, not only kept.

mod fingerprint;
mod github;
mod html;
mod human;
mod junit;
mod markdown;
mod robust;
mod sarif;
mod schema;
mod support;
#[path = "../support/validator.rs"]
mod validator;

use hco_lint::outcome::Outcome;
use hco_lint::report::{Format, Options, topology};
use support::{RULES, awkward, clean, fleet, nothing};

fn options() -> Options<'static> {
    Options { rules: RULES, width: 120, ..Options::default() }
}

fn write(format: Format, outcome: &Outcome, options: &Options) -> String {
    let mut out = Vec::new();
    format.write(&mut out, outcome, options).expect("memory can be written to");
    String::from_utf8(out).expect("UTF-8")
}

/// A snapshot of each outcome in one format.
fn snapshots(format: Format, extension: &str) {
    for (name, outcome) in [("fleet", fleet()), ("awkward", awkward()), ("clean", clean()), ("nothing", nothing())] {
        let text = write(format, &outcome, &options()).replace(concat!("\"", env!("CARGO_PKG_VERSION"), "\""), "\"[version]\"");
        insta::assert_snapshot!(format!("{extension}_{name}"), text);
    }
}

#[test]
fn human() {
    snapshots(Format::Human, "human");
}

#[test]
fn concise() {
    snapshots(Format::Concise, "concise");
}

#[test]
fn json() {
    snapshots(Format::Json, "json");
}

#[test]
fn sarif() {
    snapshots(Format::Sarif, "sarif");
}

#[test]
fn github() {
    snapshots(Format::Github, "github");
}

#[test]
fn gitlab() {
    snapshots(Format::Gitlab, "gitlab");
}

#[test]
fn junit() {
    snapshots(Format::Junit, "junit");
}

#[test]
fn markdown() {
    snapshots(Format::Markdown, "markdown");
}

const ALL: [Format; 9] =
    [Format::Human, Format::Concise, Format::Json, Format::Sarif, Format::Github, Format::Gitlab, Format::Junit, Format::Markdown, Format::Html];

#[test]
fn formats_have_their_names() {
    assert_eq!(ALL.as_slice(), <Format as clap::ValueEnum>::value_variants());
    let names = ["human", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown", "html"];
    assert_eq!(names.map(|n| n.parse()), ALL.map(Ok));
    assert!("text".parse::<Format>().is_err());
}

#[test]
fn every_format_has_every_finding() {
    for format in ALL {
        let text = write(format, &fleet(), &options());
        for finding in &fleet().findings {
            // In the words that are the same whatever is escaped; one rule is a line of the summary to people.
            let words = finding.message.split(['`', ',']).next().expect("words");
            let folded = options().folded.contains(&finding.rule);
            let words = if folded { "nodes" } else { &words[1..] };
            assert!(text.contains(words), "{format:?} lacks {words:?}");
            assert!(folded || text.contains(finding.rule), "{format:?} lacks {}", finding.rule);
        }
    }
}

#[test]
fn no_format_is_silent_about_what_was_not_seen() {
    for format in ALL {
        let text = write(format, &fleet(), &options());
        for unseen in ["secrets/nodes.yaml", "Permission denied", "charts/virt/templates/hco.yaml", "ref=v1 is not fetched"] {
            assert!(text.contains(unseen), "{format:?} is silent about {unseen}");
        }
        let text = write(format, &nothing(), &options());
        assert!(text.contains("not UTF-8"), "{format:?}");
        assert!(text.contains("othing was checked") || text.contains("\"parsed\": 0"), "{format:?}");
    }
}

#[test]
fn topology() {
    for (name, outcome) in [("fleet", fleet()), ("awkward", awkward()), ("clean", clean()), ("nothing", nothing())] {
        let (mut text, mut json) = (Vec::new(), Vec::new());
        topology::write(&mut text, &outcome, &options()).expect("memory can be written to");
        topology::write_json(&mut json, &outcome).expect("memory can be written to");
        insta::assert_snapshot!(format!("topology_{name}"), String::from_utf8(text).expect("UTF-8"));
        insta::assert_snapshot!(format!("topology_json_{name}"), String::from_utf8(json).expect("UTF-8"));
    }
}
