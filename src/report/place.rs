//! Spans turned into what people and machines call a place.

use crate::outcome::Outcome;
use crate::source::{Position, Span};

/// A span as file, lines and columns.
pub(crate) struct Place<'a> {
    /// Path from the linted root.
    pub(crate) file: &'a str,
    /// Where it starts.
    pub(crate) start: Position,
    /// The position after its last character.
    pub(crate) end: Position,
    /// Its first byte.
    pub(crate) offset: usize,
}

impl<'a> Place<'a> {
    /// The place of a span. What lies outside the text counts as its end; a file nobody knows has no name and one empty line.
    pub(crate) fn of(outcome: &'a Outcome, span: Span) -> Self {
        let start = Position { line: 1, column: 1 };
        let Some(source) = outcome.source(span.file) else { return Self { file: "", start, end: start, offset: 0 } };
        let range = span.range();
        let offset = source.floor(range.start);
        Self { file: &source.path, start: source.position(offset), end: source.position(range.end.max(offset)), offset }
    }

    /// `path:line`.
    pub(crate) fn line(&self) -> String {
        format!("{}:{}", self.file, self.start.line)
    }
}
