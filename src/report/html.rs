//! One page that needs nothing else: every cluster with its architectures, what it is given and by whom, and the findings with their
//! source lines. It is complete without scripts; the script only searches and filters.

mod clusters;
mod findings;

use super::place::Place;
use super::summary::{held_back, verdict};
use super::text::{count, list, neutral, parts, sentence};
use super::unseen::{Kind, tally, unseen};
use super::{Options, remedy};
use crate::finding::Severity;
use crate::outcome::Outcome;
use crate::source::Span;
use std::fmt::{self, Write as _};
use std::io::{self, Write};

const PAGE: &str = include_str!("html/page.html");
const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/script.js");
/// More names than this are counted.
const NAMES: usize = 12;

/// Writes the page.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, outcome: &Outcome, options: &Options) -> io::Result<()> {
    let mut rest = PAGE;
    while let Some((before, after)) = rest.split_once("{{") {
        out.write_all(before.as_bytes())?;
        let Some((name, after)) = after.split_once("}}") else { break };
        match name {
            "title" => write!(out, "{}", Text(&verdict(outcome, options)))?,
            "style" => out.write_all(STYLE.as_bytes())?,
            "script" => out.write_all(SCRIPT.as_bytes())?,
            _ => out.write_all(body(outcome, options).unwrap_or_default().as_bytes())?,
        }
        rest = after;
    }
    out.write_all(rest.as_bytes())
}

fn body(outcome: &Outcome, options: &Options) -> Result<String, fmt::Error> {
    let mut out = String::new();
    let s = &outcome.summary;
    let read = format!("{} of {} could matter and were read", s.parsed, count(s.files, "file"));
    writeln!(
        out,
        "<header><div><span class=\"soft\">hco-lint</span><h1>{}<small>{read}</small></h1></div></header>",
        Text(&sentence(&verdict(outcome, options)))
    )?;
    tools(&mut out, outcome, options)?;
    writeln!(out, "<main>")?;
    not_seen(&mut out, outcome)?;
    unknown(&mut out, outcome)?;
    findings::write(&mut out, outcome, options)?;
    clusters::write(&mut out, outcome, options)?;
    write!(out, "<footer>hco-lint {}", env!("CARGO_PKG_VERSION"))?;
    if let Some(line) = held_back(outcome) {
        write!(out, " · not shown: {}", Text(&line))?;
    }
    writeln!(out, "</footer>\n</main>")?;
    Ok(out)
}

/// The search and the filters; the script reveals them.
fn tools(out: &mut String, outcome: &Outcome, options: &Options) -> fmt::Result {
    if outcome.findings.is_empty() && outcome.clusters.is_empty() {
        return Ok(());
    }
    write!(out, "<div class=\"tools\" hidden><div><input type=\"search\" placeholder=\"Search clusters and findings (/)\" aria-label=\"Search\">")?;
    let mut button = |group: &str, want: &str, words: &str, n: usize| {
        if n == 0 {
            return Ok(());
        }
        write!(out, "<button type=\"button\" aria-pressed=\"false\" data-group=\"{group}\" data-want=\"{want}\">{words} ({n})</button>")
    };
    for severity in [Severity::Error, Severity::Warning, Severity::Info] {
        let n = options.unfolded(outcome).filter(|f| f.severity == severity).count();
        button("finding", severity.name(), severity.name(), n)?;
    }
    for (want, words) in [("mixed", "mixed clusters"), ("unsure", "unknown nodes"), ("found", "with findings")] {
        button("cluster", want, words, outcome.clusters.iter().filter(|c| clusters::kinds(outcome, options, c).contains(&want)).count())?;
    }
    writeln!(out, "</div></div>")
}

fn not_seen(out: &mut String, outcome: &Outcome) -> fmt::Result {
    let unseen = unseen(outcome);
    if unseen.is_empty() {
        return Ok(());
    }
    let kind = if unseen.iter().any(|u| u.kind.is_failure()) { "bad" } else { "unsure" };
    write!(out, "<section class=\"notice {kind}\">")?;
    if let Some(nothing) = unseen.iter().find(|u| u.kind == Kind::Nothing) {
        write!(out, "<p><strong>{}</strong></p>", Text(&sentence(&nothing.reason)))?;
    }
    let gaps: Vec<_> = unseen.iter().filter(|u| u.kind != Kind::Nothing).collect();
    if !gaps.is_empty() {
        write!(out, "<details><summary><strong>Not everything was seen:</strong> {}</summary><ul>", Text(&tally(&unseen)))?;
        for gap in gaps {
            let place = gap.place(outcome).unwrap_or_default();
            write!(out, "<li><span class=\"path\">{}</span> {}</li>", Text(&outcome.shown.from_root(&place)), Prose(&gap.reason))?;
        }
        write!(out, "</ul></details>")?;
    }
    writeln!(out, "</section>")
}

fn unknown(out: &mut String, outcome: &Outcome) -> fmt::Result {
    let unknown = &outcome.summary.unknown_architectures;
    let Some(first) = unknown.first() else { return Ok(()) };
    let (arch, nodes) = (remedy::arch_option(first), remedy::nodes_option(first));
    let configuration = remedy::configuration(unknown.iter().map(String::as_str));
    write!(
        out,
        "<section class=\"notice unsure\"><details><summary><strong>Nothing says what the nodes are</strong> of {}</summary>",
        Text(&list(unknown, NAMES))
    )?;
    write!(
        out,
        "<p>Settle it with <code>{}</code>, with <code>{}</code> (the output of <code>kubectl get nodes -o yaml</code>), ",
        Text(&arch),
        Text(&nodes)
    )?;
    writeln!(out, "or in <code>.hco-lint.yaml</code>:</p><pre>{}</pre></details></section>", Text(&configuration))
}

/// `path:line` of a span, from the repository's root.
fn path(outcome: &Outcome, span: Span) -> String {
    format!("<span class=\"path\">{}</span>", Text(&outcome.shown.from_root(&Place::of(outcome, span).line())))
}

/// Text that is nothing but text, in an element or a quoted attribute.
struct Text<'a>(&'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in neutral(self.0).chars() {
            match c {
                '&' => f.write_str("&amp;"),
                '<' => f.write_str("&lt;"),
                '>' => f.write_str("&gt;"),
                '"' => f.write_str("&quot;"),
                '\'' => f.write_str("&#39;"),
                c => f.write_char(c),
            }?;
        }
        Ok(())
    }
}

/// A message: what stands in backticks is code.
struct Prose<'a>(&'a str);

impl fmt::Display for Prose<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (is_code, part) in parts(self.0) {
            if is_code { write!(f, "<code>{}</code>", Text(part)) } else { write!(f, "{}", Text(part)) }?;
        }
        Ok(())
    }
}
