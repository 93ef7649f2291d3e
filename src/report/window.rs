//! The few lines of a file that a snippet shows.
//!
//! The renderer's cost is linear in the text it is given, and it ends the program when a span leaves that text or cuts a character
//! in two. So a snippet is given only the lines it marks and the ones between, and every span passes through here.

use crate::source::{Source, Span};
use std::borrow::Cow;
use std::ops::Range;

/// Marks of one file further apart than this many bytes are shown in windows of their own.
const GAP: usize = 16 * 1024;
/// A longer line is cut around its mark.
const LONG: usize = 2000;
/// What is kept of a long line before and after the start of its mark.
const BEFORE: usize = 60;
const AFTER: usize = 300;

/// Some lines of a file and the marks in them.
pub(crate) struct Window<'a> {
    /// The lines. As long as what they stand for, byte by byte, with active characters that the renderer lets pass replaced.
    pub(crate) text: Cow<'a, str>,
    /// The number of the first line, from 1.
    pub(crate) line: usize,
    /// Where the text starts in the file.
    pub(crate) offset: usize,
    /// Position of the first mark as people count it, when the text is a piece cut out of a line and the renderer cannot tell.
    pub(crate) cut: Option<(usize, usize)>,
    /// Which marks are in it (index into what was asked for), and where in the text.
    pub(crate) marks: Vec<(usize, Range<usize>)>,
}

/// Where a span is marked: on its first line only, without trailing blanks, between characters.
pub(crate) fn mark(source: &Source, span: Span) -> Range<usize> {
    let range = span.range();
    let start = source.floor(range.start).max(bom(&source.text).min(source.text.len()));
    let line = source.line_range(source.position(start).line);
    let start = start.clamp(line.start, line.end);
    let end = source.floor(range.end).clamp(start, line.end);
    let kept = source.text.get(start..end).unwrap_or_default().trim_end().len();
    // A span of nothing but blanks is marked as it is.
    start..if kept == 0 { end } else { start + kept }
}

fn bom(text: &str) -> usize {
    if text.starts_with('\u{feff}') { 3 } else { 0 }
}

/// Windows that show all `marks` (see [`mark`]), the one with the first mark first, the others in the file's order. `with` is a
/// further place, such as the object's `kind` line, that the window of the first mark should reach back to.
pub(crate) fn windows<'a>(source: &'a Source, marks: &[Range<usize>], with: Option<usize>) -> Vec<Window<'a>> {
    let mut order: Vec<(usize, &Range<usize>)> = marks.iter().enumerate().collect();
    order.sort_by_key(|(i, m)| (m.start, m.end, *i));
    let mut groups: Vec<Vec<(usize, &Range<usize>)>> = Vec::new();
    for (i, m) in order {
        let long = line_of(source, m).len() > LONG;
        match groups.last_mut() {
            Some(group) if !long && group.last().is_some_and(|(_, last)| m.start - last.start <= GAP && line_of(source, last).len() <= LONG) => {
                group.push((i, m));
            }
            _ => groups.push(vec![(i, m)]),
        }
    }
    let mut out: Vec<Window<'a>> = groups.into_iter().filter_map(|g| window(source, &g, with)).collect();
    out.sort_by_key(|w| !w.marks.iter().any(|(i, _)| *i == 0));
    out
}

fn line_of(source: &Source, mark: &Range<usize>) -> Range<usize> {
    source.line_range(source.position(mark.start).line)
}

fn window<'a>(source: &'a Source, group: &[(usize, &Range<usize>)], with: Option<usize>) -> Option<Window<'a>> {
    let (_, first) = group.first()?;
    let (_, last) = group.last()?;
    let line = line_of(source, first);
    let at = source.position(first.start);
    let (start, end, number, cut) = if line.len() > LONG {
        let start = source.floor(first.start.saturating_sub(BEFORE)).max(line.start);
        let end = source.floor(first.start.saturating_add(AFTER)).min(line.end);
        (start, end, at.line, Some((at.line as usize, at.column as usize)))
    } else {
        let back = with.filter(|&w| w < line.start && first.start - w <= GAP && group.iter().any(|(i, _)| *i == 0));
        let number = source.position(back.unwrap_or(first.start)).line;
        (source.line_range(number).start, line_of(source, last).end, number, None)
    };
    let start = if start == 0 { bom(&source.text) } else { start };
    let text = source.text.get(start..end.max(start))?;
    let marks = group.iter().map(|(i, m)| (*i, m.start - start..m.end.min(end.max(m.start)) - start)).collect();
    Some(Window { text: harmless(text), line: number as usize, offset: start, cut, marks })
}

/// The text with the characters the renderer lets pass replaced by visible ones of the same length, so that offsets stay true. A
/// carriage return on its own becomes the line break it is to YAML.
pub(crate) fn harmless(text: &str) -> Cow<'_, str> {
    let bad = |c: char| matches!(c, '\u{80}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{feff}' | '\r');
    if !text.contains(bad) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        out.push(match c {
            '\r' if chars.peek() != Some(&'\n') => '\n',
            '\u{80}'..='\u{9f}' | '\u{61c}' => '\u{bf}',
            '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{feff}' => '\u{fffd}',
            c => c,
        });
    }
    Cow::Owned(out)
}

/// The line of the object's `kind` above `offset` in the same YAML document, when it is a top-level key and not far.
pub(crate) fn kind_line(source: &Source, offset: usize) -> Option<usize> {
    let floor = source.floor(offset.saturating_sub(GAP));
    let before = source.text.get(floor..source.floor(offset))?;
    let document = before.rfind("\n---").map_or(0, |i| i + 1);
    let before = before.get(document..)?;
    if (document > 0 || floor == 0) && before.starts_with("kind:") {
        return Some(floor + document);
    }
    before.find("\nkind:").map(|i| floor + document + i + 1)
}
