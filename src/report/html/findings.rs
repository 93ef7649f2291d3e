//! The findings of the page.

use super::{Prose, Text, path};
use crate::finding::{Confidence, Finding, Fix, Label};
use crate::outcome::Outcome;
use crate::report::Options;
use crate::report::excerpt::{changes, excerpt};
use crate::report::text::{count, sentence};
use std::fmt::{self, Write};

/// More places than this are folded away.
const PLACES: usize = 5;
/// More clusters than this are folded away.
const CLUSTERS: usize = 20;

pub(super) fn write(out: &mut String, outcome: &Outcome, options: &Options) -> fmt::Result {
    let findings: Vec<&Finding> = options.unfolded(outcome).collect();
    if findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "<section data-list=\"findings\"><h2>Findings <small id=\"findings\">{}</small></h2>", findings.len())?;
    for finding in findings {
        one(out, outcome, options, finding)?;
    }
    writeln!(out, "</section>")
}

fn one(out: &mut String, outcome: &Outcome, options: &Options, finding: &Finding) -> fmt::Result {
    let severity = finding.severity.name();
    write!(out, "<article class=\"card finding {severity}\" data-is=\"finding {severity}\"><h3>{}</h3>", Prose(&finding.message))?;
    write!(out, "<div class=\"meta\"><span class=\"tag {severity}\">{severity}</span>")?;
    match options.rule(finding.rule).and_then(|r| r.url).filter(|u| u.starts_with("https://")) {
        Some(url) => write!(out, "<a href=\"{}\" rel=\"noreferrer\"><code>{}</code></a>", Text(url), Text(finding.rule))?,
        None => write!(out, "<code>{}</code>", Text(finding.rule))?,
    }
    if finding.confidence != Confidence::High {
        write!(out, "<span class=\"tag\">{} confidence</span>", finding.confidence.name())?;
    }
    if let Some(alert) = finding.alert {
        write!(out, "<span class=\"soft\">alert <code>{}</code></span>", Text(alert))?;
    }
    write!(out, "</div>")?;
    affected(out, outcome, finding)?;
    place(out, outcome, &finding.primary)?;
    for label in finding.related.iter().take(PLACES) {
        place(out, outcome, label)?;
    }
    if let Some(more) = finding.related.get(PLACES..).filter(|m| !m.is_empty()) {
        write!(out, "<details class=\"more\"><summary>{}</summary>", count(more.len(), "more place"))?;
        for label in more {
            place(out, outcome, label)?;
        }
        write!(out, "</details>")?;
    }
    for note in finding.notes.iter().chain(&finding.help) {
        write!(out, "<p>{}</p>", Prose(&sentence(note)))?;
    }
    for f in &finding.fixes {
        fix(out, outcome, f)?;
    }
    writeln!(out, "</article>")
}

fn affected(out: &mut String, outcome: &Outcome, finding: &Finding) -> fmt::Result {
    if finding.clusters.is_empty() {
        return Ok(());
    }
    let chip = |name: &String| match outcome.clusters.iter().position(|c| c.name == *name) {
        Some(i) => format!("<a class=\"chip\" href=\"#c{i}\">{}</a>", Text(name)),
        None => format!("<span class=\"chip\">{}</span>", Text(name)),
    };
    let chips: Vec<String> = finding.clusters.iter().map(chip).collect();
    let (shown, more) = chips.split_at(chips.len().min(CLUSTERS));
    write!(out, "<div class=\"meta\"><span class=\"soft\">affects</span>{}</div>", shown.concat())?;
    if !more.is_empty() {
        write!(
            out,
            "<details class=\"more\"><summary>{}</summary><div class=\"meta\">{}</div></details>",
            count(more.len(), "more cluster"),
            more.concat()
        )?;
    }
    Ok(())
}

fn place(out: &mut String, outcome: &Outcome, label: &Label) -> fmt::Result {
    write!(out, "<div class=\"place\">{} <span class=\"says\">{}</span>", path(outcome, label.span), Prose(&label.message))?;
    if let Some(e) = excerpt(outcome, label.span) {
        write!(out, "<pre><i>{}</i>{}<mark>{}</mark>{}</pre>", e.line, Text(&e.before), Text(&e.marked), Text(&e.after))?;
    }
    write!(out, "</div>")
}

fn fix(out: &mut String, outcome: &Outcome, fix: &Fix) -> fmt::Result {
    let (class, kind) = if fix.safe { ("good", "fix") } else { ("warning", "unsafe fix") };
    write!(out, "<div class=\"place\"><span class=\"tag {class}\">{kind}</span> {}", Prose(&fix.title))?;
    for (source, lines) in changes(outcome, fix).unwrap_or_default() {
        write!(out, "<div><span class=\"path\">{}</span></div><pre>", Text(&outcome.shown.from_root(&source.path)))?;
        for line in lines {
            let (tag, sign) = if line.added { ("ins", '+') } else { ("del", '-') };
            write!(out, "<{tag}><i>{sign}</i>{}</{tag}>", Text(&line.text))?;
        }
        write!(out, "</pre>")?;
    }
    write!(out, "</div>")
}
