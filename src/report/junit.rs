//! JUnit XML: a test case per finding, in a suite per file.
//!
//! A finding that fails the run is a failure, any other passes with its text as output, so that the colour of the report is that of the
//! exit code. What could not be read is an error; what no static reading can see is skipped.

use super::place::Place;
use super::text::{count, is_active, list, neutral};
use super::unseen::unseen;
use super::{Options, plain};
use crate::finding::Finding;
use crate::outcome::Outcome;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// How a test case ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Failed,
    Broke,
    Skipped,
    Passed,
}

struct Case {
    name: String,
    /// Of the place in the file; `None` for what is about no line.
    line: Option<u32>,
    end: End,
    kind: String,
    message: String,
    body: String,
}

/// Writes the suites, sorted by file.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, outcome: &Outcome, options: &Options) -> io::Result<()> {
    let mut suites: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    for finding in &outcome.findings {
        let place = Place::of(outcome, finding.primary.span);
        suites.entry(outcome.shown.from_root(place.file)).or_default().push(case(outcome, options, finding, &place));
    }
    for u in unseen(outcome) {
        let end = if u.kind.is_failure() { End::Broke } else { End::Skipped };
        let suite = u.file.map_or_else(|| "hco-lint".to_owned(), |file| outcome.shown.from_root(file));
        let line = u.span.map(|span| Place::of(outcome, span).start.line);
        let name = line.map_or_else(|| u.kind.name().to_owned(), |line| format!("{} ({line})", u.kind.name()));
        let case = Case { name, line, end, kind: u.kind.name().to_owned(), message: u.reason.into_owned(), body: String::new() };
        suites.entry(suite).or_default().push(case);
    }
    if suites.is_empty() {
        let name = format!("no findings in {}", count(outcome.summary.parsed, "file"));
        let case = Case { name, line: None, end: End::Passed, kind: String::new(), message: String::new(), body: String::new() };
        suites.insert("hco-lint".to_owned(), vec![case]);
    }
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    let all: Vec<&Case> = suites.values().flatten().collect();
    writeln!(out, "<testsuites name=\"hco-lint\" {}>", counts(&all))?;
    for (file, cases) in &suites {
        let all: Vec<&Case> = cases.iter().collect();
        writeln!(out, "  <testsuite name=\"{}\" {}>", escape(file), counts(&all))?;
        for case in cases {
            write_case(out, file, case)?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

fn case(outcome: &Outcome, options: &Options, finding: &Finding, place: &Place) -> Case {
    let clusters = if finding.clusters.is_empty() { String::new() } else { format!(" {}", list(&finding.clusters, 12)) };
    Case {
        name: format!("{} ({}:{}){clusters}", finding.rule, place.start.line, place.start.column),
        line: Some(place.start.line),
        end: if options.fails(finding) { End::Failed } else { End::Passed },
        kind: finding.severity.name().to_owned(),
        message: neutral(&finding.message).into_owned(),
        body: plain::details(outcome, finding).join("\n"),
    }
}

fn counts(cases: &[&Case]) -> String {
    let of = |end| cases.iter().filter(|c| c.end == end).count();
    format!("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"", cases.len(), of(End::Failed), of(End::Broke), of(End::Skipped))
}

fn write_case(out: &mut dyn Write, file: &str, case: &Case) -> io::Result<()> {
    write!(out, "    <testcase name=\"{}\" classname=\"{}\"", escape(&case.name), escape(file))?;
    if let Some(line) = case.line {
        write!(out, " file=\"{}\" line=\"{line}\"", escape(file))?;
    }
    let (kind, message, body) = (escape(&case.kind), escape(&case.message), escape_lines(&case.body));
    match case.end {
        End::Failed => writeln!(out, ">\n      <failure type=\"{kind}\" message=\"{message}\">{body}</failure>\n    </testcase>"),
        End::Broke => writeln!(out, ">\n      <error type=\"{kind}\" message=\"{message}\">{body}</error>\n    </testcase>"),
        End::Skipped => writeln!(out, ">\n      <skipped message=\"{message}\"/>\n    </testcase>"),
        End::Passed if case.message.is_empty() => writeln!(out, "/>"),
        End::Passed => writeln!(out, ">\n      <system-out>{kind}: {message}\n{body}</system-out>\n    </testcase>"),
    }
}

/// Text for an element or an attribute. What XML 1.0 has no way to write becomes U+FFFD; a line break in an attribute would be read as a
/// space, so it is written as a reference, as is everything else that does more than be read.
fn escape(text: &str) -> Cow<'_, str> {
    let plain = |c: char| !matches!(c, '&' | '<' | '>' | '"' | '\'') && !is_active(c) && is_xml(c);
    if text.chars().all(plain) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            c if is_active(c) && is_xml(c) => out.push_str(&format!("&#{};", c as u32)),
            c if is_xml(c) => out.push(c),
            _ => out.push('\u{fffd}'),
        }
    }
    Cow::Owned(out)
}

/// Text for an element, its line breaks kept.
fn escape_lines(text: &str) -> String {
    text.split('\n').map(escape).collect::<Vec<_>>().join("\n")
}

/// Whether XML 1.0 has the character.
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}
