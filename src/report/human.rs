//! For people at a terminal: the title says the defect, the first mark says here, the others say because, the help shows the mended
//! lines.

use super::text::{count, list, neutral};
use super::window::{Window, harmless, kind_line, mark, windows};
use super::{Options, Verbosity};
use super::{decisions, summary};
use crate::finding::{Confidence, Edit, Finding, Fix, Label, Severity};
use crate::outcome::Outcome;
use crate::source::{FileId, Source};
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Message, Origin, Padding, Patch, Renderer, Snippet};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::ops::Range;

/// More places than this are counted, not shown.
const PLACES: usize = 8;
/// More clusters than this are counted, not named.
const CLUSTERS: usize = 12;
/// More fixes than this are named, not shown.
const FIXES: usize = 3;
/// A fix that touches more bytes of a file than this is named, not shown.
const PATCH: usize = 16 * 1024;

/// Writes the findings and the summary.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, outcome: &Outcome, options: &Options) -> io::Result<()> {
    let renderer = renderer(options);
    for finding in options.unfolded(outcome) {
        writeln!(out, "{}\n", render(&renderer, outcome, options, finding))?;
    }
    if options.verbosity == Verbosity::Verbose {
        decisions::write(out, outcome)?;
    }
    if options.verbosity > Verbosity::Quiet {
        summary::write(out, outcome, options, &summary::verdict(outcome, options))?;
    }
    Ok(())
}

/// How findings are rendered under these options.
fn renderer(options: &Options) -> Renderer {
    let renderer = if options.color { Renderer::styled() } else { Renderer::plain() };
    let decor = if options.unicode { DecorStyle::Unicode } else { DecorStyle::Ascii };
    renderer.decor_style(decor).term_width(options.width.max(40)).hyperlink(options.links)
}

fn render(renderer: &Renderer, outcome: &Outcome, options: &Options, finding: &Finding) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let mut title = level.primary_title(neutral(&finding.message)).id(finding.rule);
    if let Some(url) = options.rule(finding.rule).and_then(|r| r.url) {
        title = title.id_url(neutral(url));
    }
    let mut first = Group::with_title(title);
    let shown = finding.related.len().min(PLACES);
    let labels: Vec<&Label> = std::iter::once(&finding.primary).chain(finding.related.iter().take(shown)).collect();
    for (file, marks) in by_file(&labels) {
        first = place(first, outcome, file, &marks);
    }
    for text in notes(finding, finding.related.len() - shown) {
        first = first.element(Level::NOTE.message(text));
    }
    if let Some(help) = &finding.help {
        first = first.element(Level::HELP.message(neutral(help)));
    }
    let mut groups = vec![first];
    groups.extend(finding.fixes.iter().enumerate().map(|(i, fix)| suggestion(outcome, fix, i < FIXES)));
    renderer.render(&groups)
}

/// The labels by file, files in the order of their first label; each with whether it is the primary one.
fn by_file<'a>(labels: &[&'a Label]) -> Vec<(FileId, Vec<(bool, &'a Label)>)> {
    let mut out: Vec<(FileId, Vec<(bool, &'a Label)>)> = Vec::new();
    for (i, &label) in labels.iter().enumerate() {
        let entry = (i == 0, label);
        match out.iter_mut().find(|(file, _)| *file == label.span.file) {
            Some((_, marks)) => marks.push(entry),
            None => out.push((label.span.file, vec![entry])),
        }
    }
    out
}

/// Adds the marked lines of one file; of a file without text only its name and what is said of it.
fn place<'a>(mut group: Group<'a>, outcome: &'a Outcome, file: FileId, labels: &[(bool, &'a Label)]) -> Group<'a> {
    let source = outcome.source(file).filter(|s| !s.text.is_empty());
    let path = path(outcome, file);
    let Some(source) = source else {
        group = group.element(Origin::path(path).line(1).char_column(1)).element(Padding);
        return group.elements(labels.iter().filter(|(_, l)| !l.message.is_empty()).map(|(_, l)| Level::NOTE.message(neutral(&l.message))));
    };
    let marks: Vec<Range<usize>> = labels.iter().map(|(_, l)| mark(source, l.span)).collect();
    let kind = labels.first().filter(|(primary, _)| *primary).and_then(|(_, l)| kind_line(source, l.span.range().start));
    for window in windows(source, &marks, kind) {
        let Window { text, line, offset, cut, marks } = window;
        let visible = kind.and_then(|k| k.checked_sub(offset)).filter(|&k| k < text.len());
        let mut snippet = Snippet::source(text).line_start(line);
        if let Some((line, column)) = cut {
            group = group.element(Origin::path(path.clone()).line(line).char_column(column));
        } else {
            snippet = snippet.path(path.clone());
        }
        if let Some(k) = visible {
            snippet = snippet.annotation(AnnotationKind::Visible.span(k..k));
        }
        for (i, range) in marks {
            let Some((primary, label)) = labels.get(i) else { continue };
            let kind = if *primary { AnnotationKind::Primary } else { AnnotationKind::Context };
            snippet = snippet.annotation(kind.span(range).label(neutral(&label.message)));
        }
        group = group.element(snippet);
    }
    group
}

fn notes(finding: &Finding, more: usize) -> Vec<String> {
    let mut out = Vec::new();
    if more > 0 {
        out.push(format!("… and {}; `--format json` has them all", count(more, "more place")));
    }
    if !finding.clusters.is_empty() {
        out.push(format!("affects: {}", list(&finding.clusters, CLUSTERS)));
    }
    if finding.confidence != Confidence::High {
        out.push(format!("confidence: {}", finding.confidence.name()));
    }
    if let Some(alert) = finding.alert {
        out.push(format!("alert: {alert}"));
    }
    out.extend(finding.notes.iter().map(|n| neutral(n).into_owned()));
    out
}

/// A way to mend it, with the lines as they would be.
fn suggestion<'a>(outcome: &'a Outcome, fix: &'a Fix, show: bool) -> Group<'a> {
    let title = neutral(&fix.title);
    let title = if fix.safe { title } else { Cow::Owned(format!("{title} (unsafe: think first)")) };
    let group = Group::with_title(Level::HELP.secondary_title(title));
    let mut files: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    for edit in &fix.edits {
        files.entry(edit.span.file).or_default().push(edit);
    }
    let patches: Option<Vec<_>> = files.into_iter().map(|(file, edits)| patch(outcome.source(file)?, path(outcome, file), edits)).collect();
    match patches.filter(|_| show) {
        Some(patches) => group.elements(patches),
        None => group.elements(None::<Message>),
    }
}

/// The edits of one file as a snippet; `None` when they overlap or are too large to be looked at.
fn patch<'a>(source: &'a Source, path: Cow<'a, str>, mut edits: Vec<&'a Edit>) -> Option<Snippet<'a, Patch<'a>>> {
    edits.sort_by_key(|e| (e.span.start, e.span.end));
    let ranges: Vec<Range<usize>> = edits.iter().map(|e| source.floor(e.span.range().start)..source.floor(e.span.range().end)).collect();
    let apart = ranges.iter().zip(ranges.iter().skip(1)).all(|(a, b)| a.end <= b.start && a.start < b.start);
    let (start, end) = (ranges.first()?.start, ranges.last()?.end);
    let line = source.position(start).line;
    let start = source.line_range(line).start;
    let end = source.line_range(source.position(end).line).end.max(end);
    let written: usize = edits.iter().map(|e| e.text.len()).sum();
    if !apart || end - start > PATCH || written > PATCH {
        return None;
    }
    let text = harmless(source.text.get(start..end)?);
    let patches = ranges.into_iter().zip(edits).map(|(r, e)| Patch::new(r.start - start..r.end - start, e.text.replace('\r', "")));
    Some(Snippet::source(text).path(path).line_start(line as usize).patches(patches))
}

fn path<'a>(outcome: &'a Outcome, file: FileId) -> Cow<'a, str> {
    neutral(outcome.source(file).map_or("(unknown file)", |s| s.path.as_str()))
}
