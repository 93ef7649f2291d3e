//! Markdown for a step summary or a comment on a change: the clusters, what is wrong, what to do, the evidence folded away.
//!
//! Names and messages come from the repository. They cannot end the block they stand in, and they mention nobody: what a person could
//! be notified by (`@name`, `#12`, a link) is broken up where it is not code.

use super::excerpt::{changes, excerpt};
use super::place::Place;
use super::summary::{held_back, verdict};
use super::text::{count, list, neutral, parts, sentence};
use super::topology::workloads;
use super::unseen::{Kind, tally, unseen};
use super::{Options, remedy};
use crate::finding::{Confidence, Finding, Fix, Label};
use crate::outcome::{ClusterView, Outcome};
use std::fmt::Write as _;
use std::io::{self, Write};

/// GitHub takes comments of 65,536 characters; the findings stop here so that the rest has room.
const BUDGET: usize = 48_000;
/// Rows of the table of clusters.
const CLUSTERS: usize = 50;
/// More places, fixes or unseen things than this are counted, not named.
const PLACES: usize = 8;
const FIXES: usize = 3;
const UNSEEN: usize = 10;

/// Writes the document.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, outcome: &Outcome, options: &Options) -> io::Result<()> {
    writeln!(out, "## hco-lint: {}\n", verdict(outcome, options))?;
    let unseen = unseen(outcome);
    let gaps = tally(&unseen);
    match unseen.iter().find(|u| u.kind == Kind::Nothing) {
        Some(nothing) => writeln!(out, "**{}**\n", escape(&sentence(&nothing.reason)))?,
        None => writeln!(out, "{} of {} could matter and were read.\n", outcome.summary.parsed, count(outcome.summary.files, "file"))?,
    }
    if !gaps.is_empty() {
        writeln!(out, "**Not everything was seen:** {gaps}.\n")?;
    }
    clusters(out, outcome, options)?;
    findings(out, outcome, options)?;
    if let Some(line) = held_back(outcome) {
        writeln!(out, "Not shown: {line}.\n")?;
    }
    let unknown: Vec<&str> = outcome.summary.unknown_architectures.iter().map(String::as_str).collect();
    if let Some(first) = unknown.first() {
        writeln!(out, "### Unknown node architectures\n")?;
        writeln!(
            out,
            "Nothing says what the nodes of {} are. Settle it with {}, with {} (the output of `kubectl get nodes -o yaml`), or in `.hco-lint.yaml`:\n",
            names(unknown.iter().copied(), 12),
            code(&remedy::arch_option(first)),
            code(&remedy::nodes_option(first))
        )?;
        writeln!(out, "{}", fence("yaml", &neutral(&remedy::configuration(unknown.iter().copied().take(12)))))?;
    }
    if !gaps.is_empty() {
        writeln!(out, "<details>\n<summary>What was not seen</summary>\n")?;
        let gaps: Vec<_> = unseen.iter().filter(|u| u.kind != Kind::Nothing).collect();
        for gap in gaps.iter().take(UNSEEN) {
            let place = gap.place(outcome).unwrap_or_default();
            writeln!(out, "- {}: {}", code(&outcome.shown.from_root(&place)), escape(&gap.reason))?;
        }
        if gaps.len() > UNSEEN {
            writeln!(out, "- … and {} more", gaps.len() - UNSEEN)?;
        }
        writeln!(out, "\n</details>")?;
    }
    Ok(())
}

fn clusters(out: &mut dyn Write, outcome: &Outcome, options: &Options) -> io::Result<()> {
    let about = |c: &ClusterView| options.unfolded(outcome).filter(|f| f.clusters.contains(&c.name)).count();
    let mut rows: Vec<(&ClusterView, usize)> = outcome.clusters.iter().map(|c| (c, about(c))).collect();
    if rows.is_empty() {
        return Ok(());
    }
    if rows.len() > CLUSTERS {
        rows.sort_by_key(|(_, n)| *n == 0);
    }
    writeln!(out, "| cluster | HyperConverged | multi-arch | workload nodes | findings |\n|---|---|---|---|--:|")?;
    for (c, n) in rows.iter().take(CLUSTERS) {
        let hco = c.hyperconverged.as_ref().map_or_else(|| "–".to_owned(), |h| cell(&outcome.shown.from_root(&Place::of(outcome, h.span).line())));
        writeln!(out, "| {} | {hco} | {} | {} | {n} |", cell(&c.name), c.multi_arch.name(), cell(&workloads(c)))?;
    }
    if rows.len() > CLUSTERS {
        let rest: usize = rows.iter().skip(CLUSTERS).map(|(_, n)| n).sum();
        writeln!(out, "| {} more | | | | {rest} |", rows.len() - CLUSTERS)?;
    }
    writeln!(out)
}

fn findings(out: &mut dyn Write, outcome: &Outcome, options: &Options) -> io::Result<()> {
    let all: Vec<&Finding> = options.unfolded(outcome).collect();
    let mut written = 0;
    for (i, finding) in all.iter().enumerate() {
        let text = render(outcome, options, finding);
        written += text.len();
        if written > BUDGET && i > 0 {
            return writeln!(
                out,
                "**{} not shown here**, so that this stays within what a comment may hold.\n",
                count(all.len() - i, "more finding")
            );
        }
        writeln!(out, "{text}")?;
    }
    Ok(())
}

fn render(outcome: &Outcome, options: &Options, finding: &Finding) -> String {
    let mut out = String::new();
    let rule = html(finding.rule);
    let rule = match options.rule(finding.rule).and_then(|r| r.url) {
        Some(url) => format!("<a href=\"{}\"><code>{rule}</code></a>", html(url).replace('\u{200b}', "")),
        None => format!("<code>{rule}</code>"),
    };
    let message: String = parts(&finding.message)
        .into_iter()
        .map(|(is_code, part)| if is_code { format!("<code>{}</code>", html(part)) } else { html(part) })
        .collect();
    let _ = writeln!(out, "<details>\n<summary><b>{}</b> {rule} {message}{}</summary>\n", finding.severity.name(), whom(finding));
    if !finding.clusters.is_empty() {
        let _ = writeln!(out, "Affects {}.\n", names(finding.clusters.iter().map(String::as_str), 12));
    }
    place(&mut out, outcome, &finding.primary);
    for label in finding.related.iter().take(PLACES) {
        place(&mut out, outcome, label);
    }
    if finding.related.len() > PLACES {
        let _ = writeln!(out, "… and {}.\n", count(finding.related.len() - PLACES, "more place"));
    }
    if let Some(alert) = finding.alert {
        let _ = writeln!(out, "The operator will raise {}.\n", code(alert));
    }
    if finding.confidence != Confidence::High {
        let _ = writeln!(out, "Confidence: {}.\n", finding.confidence.name());
    }
    for note in finding.notes.iter().chain(&finding.help) {
        let _ = writeln!(out, "{}\n", prose(&sentence(note)));
    }
    for f in finding.fixes.iter().take(FIXES) {
        fix(&mut out, outcome, f);
    }
    out.push_str("</details>\n");
    out
}

fn whom(finding: &Finding) -> String {
    if finding.clusters.is_empty() { String::new() } else { format!(" ({})", html(&list(&finding.clusters, 5))) }
}

fn place(out: &mut String, outcome: &Outcome, label: &Label) {
    let at = Place::of(outcome, label.span).line();
    let words = if label.message.is_empty() { String::new() } else { format!(": {}", prose(&label.message)) };
    let _ = writeln!(out, "{}{words}\n", code(&outcome.shown.from_root(&at)));
    if let Some(e) = excerpt(outcome, label.span) {
        let _ = writeln!(out, "{}", fence("", &format!("{} | {}{}{}", e.line, e.before, e.marked, e.after)));
    }
}

fn fix(out: &mut String, outcome: &Outcome, fix: &Fix) {
    let kind = if fix.safe { "Fix" } else { "Unsafe fix" };
    let _ = writeln!(out, "**{kind}:** {}\n", prose(&fix.title));
    for (source, lines) in changes(outcome, fix).unwrap_or_default() {
        let text: Vec<String> = lines.iter().map(|c| format!("{} {}", if c.added { '+' } else { '-' }, c.text)).collect();
        let _ = writeln!(out, "{}\n\n{}", code(&outcome.shown.from_root(&source.path)), fence("diff", &text.join("\n")));
    }
}

/// Names as code, with commas.
fn names<'a>(names: impl IntoIterator<Item = &'a str>, most: usize) -> String {
    let all: Vec<String> = names.into_iter().map(code).collect();
    let more = if all.len() > most { format!(" and {} more", all.len() - most) } else { String::new() };
    format!("{}{more}", all.iter().take(most).map(String::as_str).collect::<Vec<_>>().join(", "))
}

/// A block of code whose fence is longer than any within.
fn fence(language: &str, text: &str) -> String {
    let fence = "`".repeat((longest(text) + 1).max(3));
    format!("{fence}{language}\n{text}\n{fence}\n")
}

/// A span of code whose backticks are more than any within.
fn code(text: &str) -> String {
    let text = neutral(text);
    let ticks = "`".repeat(longest(&text) + 1);
    let space = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    if text.is_empty() { String::new() } else { format!("{ticks}{space}{text}{space}{ticks}") }
}

/// A span of code in a table's cell. A bar would end the cell, and a backslash before it may be taken for one that is escaped itself,
/// so text with a bar is written in character references.
fn cell(text: &str) -> String {
    if !text.contains('|') {
        return code(text);
    }
    let reference = |c: char| if c.is_ascii_punctuation() { format!("&#{};", c as u32) } else { c.to_string() };
    format!("<code>{}</code>", neutral(text).chars().map(reference).collect::<String>())
}

/// How long the longest run of backticks is.
fn longest(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// A message: what stands in backticks is code, the rest is text.
fn prose(message: &str) -> String {
    parts(message).into_iter().map(|(is_code, part)| if is_code { code(part) } else { escape(part) }).collect()
}

/// Text that is nothing but text in Markdown.
fn escape(text: &str) -> String {
    quiet(&neutral(text), |out, c| {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '|' | '~' | '#' | '$') {
            out.push('\\');
        }
        out.push(c);
    })
}

/// Text that is nothing but text in HTML, double quotes included.
fn html(text: &str) -> String {
    quiet(&neutral(text), |out, c| match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        c => out.push(c),
    })
}

/// The text with a zero-width space after whatever could notify somebody or lead somewhere: `@`, `#`, the colon of a URL, the dot of `www.`
fn quiet(text: &str, mut put: impl FnMut(&mut String, char)) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        put(&mut out, c);
        let next = chars.peek();
        let loud = match c {
            '@' => next.is_some_and(|n| n.is_alphanumeric()),
            '#' => next.is_some_and(char::is_ascii_digit),
            ':' => next == Some(&'/'),
            '.' => out.get(out.len().saturating_sub(4)..).is_some_and(|end| end.eq_ignore_ascii_case("www.")),
            _ => false,
        };
        if loud {
            out.push('\u{200b}');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_fenced_by_more_backticks_than_it_has() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`a`"), "`` `a` ``");
        assert_eq!(code("a\nb"), "`a␊b`");
        assert_eq!(cell("a_b"), "`a_b`");
        assert_eq!(cell("a\\|<b>"), "<code>a&#92;&#124;&#60;b&#62;</code>");
        assert_eq!(fence("yaml", "```"), "````yaml\n```\n````\n");
    }

    #[test]
    fn text_is_text_and_notifies_nobody() {
        assert_eq!(escape("*a* [b](c) <d> @e #1 | `"), "\\*a\\* \\[b\\](c) \\<d\\> @\u{200b}e \\#\u{200b}1 \\| \\`");
        assert_eq!(escape("https://x"), "https:\u{200b}//x");
        assert_eq!(escape("www.example.com"), "www.\u{200b}example.com");
        assert_eq!(html("<b a=\"x\"> & @you"), "&lt;b a=&quot;x&quot;&gt; &amp; @\u{200b}you");
        assert_eq!(prose("the `@a` of @b"), "the `@a` of @\u{200b}b");
    }
}
