//! Pieces of source for pages: the marked line, and what a fix would change.

use super::text::neutral;
use super::window::mark;
use crate::finding::{Edit, Fix};
use crate::outcome::Outcome;
use crate::source::{FileId, Source, Span};
use std::collections::BTreeMap;

/// What is shown of a line before and after the start of its mark, in bytes.
const BEFORE: usize = 80;
const AFTER: usize = 160;
/// A fix that touches more lines than this is not shown.
const LINES: usize = 40;

/// One line with a mark in it; `…` stands where it was cut. Active characters are replaced.
pub(crate) struct Excerpt {
    /// Line number, from 1.
    pub(crate) line: u32,
    /// What stands before the mark.
    pub(crate) before: String,
    /// The marked text.
    pub(crate) marked: String,
    /// What stands after it.
    pub(crate) after: String,
}

/// The first line of a span; `None` when the file has no text.
pub(crate) fn excerpt(outcome: &Outcome, span: Span) -> Option<Excerpt> {
    let source = outcome.source(span.file).filter(|s| !s.text.is_empty())?;
    let mark = mark(source, span);
    let at = source.position(mark.start);
    let line = source.line_range(at.line);
    let from = source.floor(mark.start.saturating_sub(BEFORE)).max(line.start);
    let to = source.floor(mark.start.saturating_add(AFTER)).clamp(mark.start, line.end);
    let end = mark.end.min(to);
    let piece = |start: usize, end: usize| shown(source.text.get(start..end).unwrap_or_default());
    let start = if from == line.start { "" } else { "…" };
    let rest = if to == line.end { "" } else { "…" };
    let before = format!("{start}{}", piece(from, mark.start));
    Some(Excerpt { line: at.line, before, marked: piece(mark.start, end), after: format!("{}{rest}", piece(end, to)) })
}

/// Tabs as spaces, other active characters replaced, a byte order mark left out.
fn shown(text: &str) -> String {
    neutral(&text.trim_start_matches('\u{feff}').replace('\t', "    ")).into_owned()
}

/// A line of a difference.
pub(crate) struct Change {
    /// Whether it is added; otherwise it is taken away.
    pub(crate) added: bool,
    /// Its text, active characters replaced.
    pub(crate) text: String,
}

/// The lines that a fix changes, by file; `None` when its edits overlap or are too many to look at.
pub(crate) fn changes<'a>(outcome: &'a Outcome, fix: &Fix) -> Option<Vec<(&'a Source, Vec<Change>)>> {
    let mut files: BTreeMap<FileId, Vec<&Edit>> = BTreeMap::new();
    for edit in &fix.edits {
        files.entry(edit.span.file).or_default().push(edit);
    }
    files
        .into_iter()
        .map(|(file, edits)| {
            let source = outcome.source(file)?;
            Some((source, difference(source, edits)?))
        })
        .collect()
}

fn difference(source: &Source, mut edits: Vec<&Edit>) -> Option<Vec<Change>> {
    edits.sort_by_key(|e| (e.span.start, e.span.end));
    let place = |offset: u32| source.position(source.floor(offset as usize)).line;
    let (first, last) = (place(edits.first()?.span.start), place(edits.last()?.span.end));
    if (last - first) as usize > LINES {
        return None;
    }
    let (start, end) = (source.line_range(first).start, source.line_range(last).end);
    let mut mended = String::new();
    let mut at = start;
    for edit in edits {
        let range = source.floor(edit.span.range().start)..source.floor(edit.span.range().end);
        mended.push_str(source.text.get(at..range.start)?);
        mended.push_str(&edit.text);
        at = range.end;
    }
    mended.push_str(source.text.get(at..end.max(at))?);
    let old: Vec<&str> = lines(source.text.get(start..end.max(at))?);
    let new: Vec<&str> = lines(&mended);
    if new.len() > LINES {
        return None;
    }
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let room = old.len().min(new.len()) - same;
    let tail = old.iter().rev().zip(new.iter().rev()).take(room).take_while(|(a, b)| a == b).count();
    let change = |added: bool| move |line: &&str| Change { added, text: shown(line) };
    let removed = old.get(same..old.len() - tail)?.iter().map(change(false));
    let added = new.get(same..new.len() - tail)?.iter().map(change(true));
    Some(removed.chain(added).collect())
}

fn lines(text: &str) -> Vec<&str> {
    text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(text: &str, edits: &[(usize, usize, &str)]) -> Option<String> {
        let source = Source::new("f".into(), text.into());
        let edits: Vec<Edit> =
            edits.iter().map(|&(start, end, text)| Edit { span: Span::new(FileId(0), start, end), text: text.to_owned() }).collect();
        let lines = difference(&source, edits.iter().collect())?;
        Some(lines.iter().map(|c| format!("{}{}\n", if c.added { '+' } else { '-' }, c.text)).collect())
    }

    #[test]
    fn a_difference_is_of_whole_lines() {
        assert_eq!(changed("a: 1\nb: false\nc: 3\n", &[(8, 13, "true")]).as_deref(), Some("-b: false\n+b: true\n"));
    }

    #[test]
    fn an_insertion_only_adds() {
        assert_eq!(changed("a: 1\nb: 2\n", &[(5, 5, "x: 1\ny: 2\n")]).as_deref(), Some("+x: 1\n+y: 2\n"));
        assert_eq!(changed("a: 1\r\n", &[(4, 4, "\r\nb: 2")]).as_deref(), Some("+b: 2\n"));
        assert_eq!(changed("", &[(0, 0, "a: 1\n")]).as_deref(), Some("+a: 1\n"));
    }

    #[test]
    fn a_removal_only_takes_away() {
        assert_eq!(changed("a: 1\nb: 2\nc: 3\n", &[(5, 10, "")]).as_deref(), Some("-b: 2\n"));
    }

    #[test]
    fn edits_that_overlap_are_not_shown() {
        assert_eq!(changed("a: 1234\n", &[(3, 6, "x"), (4, 7, "y")]), None);
    }

    #[test]
    fn a_long_line_is_cut_around_the_mark() {
        let text = format!("{}KEY{}", "é".repeat(500), "ü".repeat(500));
        let outcome = Outcome { sources: [(FileId(0), Source::new("f".into(), text))].into(), ..Outcome::default() };
        let e = excerpt(&outcome, Span::new(FileId(0), 1000, 1003)).expect("there is text");
        assert_eq!((e.before.chars().count(), e.marked.as_str(), e.after.chars().count()), (41, "KEY", 79));
        assert!(e.before.starts_with('…') && e.after.ends_with('…'));
    }
}
