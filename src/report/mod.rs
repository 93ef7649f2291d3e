//! What people and machines read: one file per format, the same findings in each.
//!
//! Nothing is decided here. What to show, in which order and how bad it is stands in the [`Outcome`]; a format only says it in its
//! own words, and every format says what could not be seen.

pub mod concise;
mod decisions;
mod excerpt;
pub mod fingerprint;
pub mod github;
pub mod gitlab;
pub(crate) mod harmless;
pub mod html;
pub mod human;
pub mod json;
pub mod junit;
pub mod markdown;
mod place;
mod plain;
mod remedy;
pub mod sarif;
mod summary;
pub(crate) mod text;
pub mod topology;
mod unseen;
mod window;

pub(crate) use text::is_active;

use crate::finding::{Confidence, Finding, Severity};
use crate::outcome::Outcome;
use clap::ValueEnum;
use harmless::{Harmless, Kind};
use std::io::{self, BufWriter, Write};

/// A way to write an outcome down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum)]
pub enum Format {
    /// Source lines with what is wrong, why, and the mended lines
    Human,
    /// One line per finding: path:line:column: severity[rule] message (clusters)
    Concise,
    /// One JSON object (schemas/report.schema.json)
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Workflow commands that GitHub turns into annotations
    Github,
    /// GitLab's code quality report
    Gitlab,
    /// JUnit XML
    Junit,
    /// Markdown for a step summary or a comment
    Markdown,
    /// One self-contained page
    Html,
}

impl std::str::FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        <Self as ValueEnum>::from_str(name, false)
    }
}

impl Format {
    /// Writes the outcome in this format.
    ///
    /// # Errors
    /// When `out` cannot be written to.
    pub fn write(self, out: &mut dyn Write, outcome: &Outcome, options: &Options) -> io::Result<()> {
        let kind = match self {
            Format::Json | Format::Sarif | Format::Gitlab => Kind::Json,
            Format::Github => Kind::Commands,
            Format::Human | Format::Concise | Format::Junit | Format::Markdown | Format::Html => Kind::Text,
        };
        let mut out = Harmless::new(BufWriter::new(out), kind);
        match self {
            Format::Human => human::write(&mut out, outcome, options),
            Format::Concise => concise::write(&mut out, outcome, options),
            Format::Json => json::write(&mut out, outcome, options),
            Format::Sarif => sarif::write(&mut out, outcome, options),
            Format::Github => github::write(&mut out, outcome, options),
            Format::Gitlab => gitlab::write(&mut out, outcome, options),
            Format::Junit => junit::write(&mut out, outcome, options),
            Format::Markdown => markdown::write(&mut out, outcome, options),
            Format::Html => html::write(&mut out, outcome, options),
        }?;
        out.flush()
    }
}

/// What a format may want to know beside the outcome.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// Colours (ANSI escapes) in `human` and `concise`.
    pub color: bool,
    /// Box-drawing characters in `human`.
    pub unicode: bool,
    /// OSC 8 links from a rule's name to its page, in `human`.
    pub links: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// How much to tell people.
    pub verbosity: Verbosity,
    /// The rules that ran.
    pub rules: &'a [RuleInfo<'a>],
    /// Rules whose findings people read as one line of the summary; machine formats have each of them.
    pub folded: &'a [&'a str],
    /// Whether `sarif` lists what is suppressed, marked as such. Off by default: GitHub reads no `suppressions` and opens an alert
    /// for each such result (github/codeql-action#1230).
    pub suppressed: bool,
    /// From which severity on a finding fails the run; `None` when nothing does.
    pub fail_on: Option<Severity>,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            color: false,
            unicode: false,
            links: false,
            width: 140,
            verbosity: Verbosity::Normal,
            rules: &[],
            folded: &["unknown-architectures"],
            suppressed: false,
            fail_on: Some(Severity::Warning),
        }
    }
}

/// How much to tell people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Findings only.
    Quiet,
    /// Findings and a short summary.
    Normal,
    /// Everything that was not seen, by name.
    Verbose,
}

/// What is known of a rule, for formats that carry its documentation.
#[derive(Clone, Copy, Debug)]
pub struct RuleInfo<'a> {
    /// The name people suppress it by.
    pub name: &'a str,
    /// What it finds, in one line.
    pub title: &'a str,
    /// Severity as configured.
    pub severity: Severity,
    /// Its page, in Markdown.
    pub page: &'a str,
    /// Where the page can be read.
    pub url: Option<&'a str>,
}

impl<'a> Options<'a> {
    /// The findings that people read one by one.
    pub(crate) fn unfolded<'o>(&self, outcome: &'o Outcome) -> impl Iterator<Item = &'o Finding> + use<'o, 'a> {
        let folded = self.folded;
        outcome.findings.iter().filter(move |f| !folded.contains(&f.rule))
    }

    /// Whether a finding fails the run: severe enough, and more than a possibility.
    #[must_use]
    pub fn fails(&self, finding: &Finding) -> bool {
        finding.confidence > Confidence::Low && self.fail_on.is_some_and(|least| finding.severity >= least)
    }

    /// The rule of that name.
    pub(crate) fn rule(&self, name: &str) -> Option<&'a RuleInfo<'a>> {
        self.rules.iter().find(|r| r.name == name)
    }
}
