//! The parser's markers as byte offsets.
//!
//! A marker's index counts characters, not bytes as its documentation says, and goes wrong behind a block scalar with non-ASCII
//! text; its line and column (from 0, in characters) are right everywhere the tree needs them.

use yaml_rust2::scanner::Marker;

/// Turns markers into offsets; cheap when they come in order.
pub(super) struct Marks<'t> {
    text: &'t str,
    base: usize,
    ascii: bool,
    line_start: usize,
    line: usize,
    at: usize,
    column: usize,
}

impl<'t> Marks<'t> {
    /// For a chunk that begins at byte `base` of its file.
    pub(super) fn new(chunk: &'t str, base: usize) -> Self {
        Self { text: chunk, base, ascii: chunk.is_ascii(), line_start: 0, line: 1, at: 0, column: 0 }
    }

    /// The marker's byte offset in the file.
    pub(super) fn offset(&mut self, marker: &Marker) -> usize {
        if self.ascii { self.base + marker.index().min(self.text.len()) } else { self.base + self.seek(marker.line(), marker.col()) }
    }

    fn seek(&mut self, line: usize, column: usize) -> usize {
        let bytes = self.text.as_bytes();
        if line < self.line {
            (self.line, self.line_start, self.at, self.column) = (1, 0, 0, 0);
        }
        while self.line < line {
            let Some(found) = memchr::memchr2(b'\n', b'\r', &bytes[self.line_start..]) else {
                return self.text.len();
            };
            let end = self.line_start + found;
            self.line_start = if bytes[end..].starts_with(b"\r\n") { end + 2 } else { end + 1 };
            self.line += 1;
            (self.at, self.column) = (self.line_start, 0);
        }
        while self.column < column {
            let Some(c) = self.text[self.at..].chars().next() else { break };
            self.at += c.len_utf8();
            self.column += 1;
        }
        while self.column > column {
            let Some(c) = self.text[..self.at].chars().next_back() else { break };
            self.at -= c.len_utf8();
            self.column -= 1;
        }
        self.at
    }
}
