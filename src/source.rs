//! Where text stands: file identities, byte spans and the lines they fall on.

use std::sync::OnceLock;

/// A file of one run. The number is its rank when all paths are sorted, so ordering spans orders paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A half-open byte range `start..end` of one file's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The range `start..end` of `file`.
    #[must_use]
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let clamp = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { file, start: clamp(start), end: clamp(end.max(start)) }
    }

    /// The bytes as a range for slicing the file's text.
    #[must_use]
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The smallest span that covers both; `self` when the other is in another file.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        if self.file != other.file {
            return self;
        }
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether another span lies within this one.
    #[must_use]
    pub fn contains(self, other: Span) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }

    /// An empty span at the start of this one.
    #[must_use]
    pub fn at_start(self) -> Span {
        Span { end: self.start, ..self }
    }
}

/// A place as people count it: lines and columns from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in Unicode scalar values, from 1.
    pub column: u32,
}

/// How far apart columns are counted ahead, in bytes.
const BLOCK: usize = 4096;

/// How many columns a part of a line takes. A byte order mark takes none.
fn columns(text: &str) -> usize {
    text.chars().filter(|&c| c != '\u{feff}').count()
}

/// One file's text with its line starts, computed when first asked for.
#[derive(Debug)]
pub struct Source {
    /// Path relative to the linted root, with `/`; what people and machines are shown.
    pub path: String,
    /// The text. A byte order mark is kept, so offsets are the file's own.
    pub text: String,
    lines: OnceLock<Vec<u32>>,
    /// Where blocks of the text begin, and how many columns come before.
    blocks: OnceLock<Vec<(usize, usize)>>,
}

impl Source {
    /// A source of this path and text.
    #[must_use]
    pub fn new(path: String, text: String) -> Self {
        Self { path, text, lines: OnceLock::new(), blocks: OnceLock::new() }
    }

    fn line_starts(&self) -> &[u32] {
        self.lines.get_or_init(|| {
            let bytes = self.text.as_bytes();
            let mut starts = vec![0];
            for i in memchr::memchr2_iter(b'\n', b'\r', bytes) {
                // CRLF is one break; a lone CR is a break of its own, as YAML reads it.
                if bytes[i] == b'\n' || bytes.get(i + 1) != Some(&b'\n') {
                    starts.push(u32::try_from(i + 1).unwrap_or(u32::MAX));
                }
            }
            starts
        })
    }

    /// The line and column of a byte offset; an offset past the end counts as the end, one inside a character as its start.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let offset = self.floor(offset);
        let starts = self.line_starts();
        let line = starts.partition_point(|&s| s as usize <= offset) - 1;
        let start = starts[line] as usize;
        let column =
            if offset - start > BLOCK { self.columns_before(offset) - self.columns_before(start) } else { columns(&self.text[start..offset]) };
        Position { line: u32::try_from(line + 1).unwrap_or(u32::MAX), column: u32::try_from(column + 1).unwrap_or(u32::MAX) }
    }

    /// How many columns the text before a character's first byte has, all lines together: a line may be as long as a file, and be asked
    /// about as often as it has keys.
    fn columns_before(&self, offset: usize) -> usize {
        let blocks = self.blocks.get_or_init(|| {
            let (mut blocks, mut count) = (Vec::new(), 0);
            for (at, c) in self.text.char_indices() {
                if at >= blocks.len() * BLOCK {
                    blocks.push((at, count));
                }
                count += usize::from(c != '\u{feff}');
            }
            blocks
        });
        let block = blocks.partition_point(|(at, _)| *at <= offset);
        let (at, count) = block.checked_sub(1).and_then(|b| blocks.get(b)).copied().unwrap_or_default();
        count + columns(&self.text[at..offset])
    }

    /// The byte range of a line (from 1) without its line break; empty at the end when there is no such line.
    #[must_use]
    pub fn line_range(&self, line: u32) -> std::ops::Range<usize> {
        let starts = self.line_starts();
        let at = |i: usize| starts.get(i).map_or(self.text.len(), |&s| s as usize);
        let start = at(line.saturating_sub(1) as usize);
        let end = at(line as usize);
        let text = self.text[start..end].trim_end_matches(['\n', '\r']);
        start..start + text.len()
    }

    /// The nearest character boundary at or below `offset`.
    #[must_use]
    pub fn floor(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_long_lines_are_those_of_short_ones() {
        let text = format!("\u{feff}a\n{}\nend", "é🚀x\u{feff}".repeat(5000));
        let source = Source::new(String::new(), text.clone());
        let start = text.find('é').expect("a line");
        let line = &text[start..text.rfind('\n').expect("a line")];
        for (at, _) in line.char_indices().step_by(97) {
            let want = columns(&line[..at]) + 1;
            assert_eq!(source.position(start + at), Position { line: 2, column: u32::try_from(want).expect("few") }, "{at}");
        }
        assert_eq!(source.position(text.len()), Position { line: 3, column: 4 });
    }
}
