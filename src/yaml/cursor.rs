//! A walk over the source in step with the parser's events, for what the parser does not report: where nodes begin and end, and
//! the comments between them.
//!
//! The parser has accepted the text before the cursor sees it, so the cursor only needs to know where tokens end, not whether they
//! may stand where they do.

use super::node::Layout;
use super::place::Place;
use super::quoted::breaks;
use super::{Comment, Style};
use crate::source::Span;
use std::ops::Range;

/// A position in one chunk of a text; every offset is a byte offset in the text.
pub(super) struct Cursor<'t> {
    text: &'t str,
    place: &'t Place,
    pos: usize,
    end: usize,
    last: usize,
    comments: Vec<Comment>,
    lines: Vec<u32>,
}

impl<'t> Cursor<'t> {
    /// A cursor at `start`, which may walk up to `end`.
    pub(super) fn new(place: &'t Place, text: &'t str, start: usize, end: usize) -> Self {
        Self { text, place, pos: start, end, last: start, comments: Vec::new(), lines: Vec::new() }
    }

    /// The end of the last token: where an omitted value is said to stand, and where a block collection ends.
    pub(super) fn last(&self) -> usize {
        self.last
    }

    /// The bytes `start..end` of the text as a span of the file.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        self.place.span(start, end)
    }

    /// How the scalar at `range`, which was just passed, lies in the file.
    pub(super) fn layout(&mut self, style: Style, value: &str, range: &Range<usize>) -> Layout {
        let source = self.text.get(range.clone()).unwrap_or_default();
        let inline = match style {
            Style::Plain => source == value,
            Style::SingleQuoted | Style::DoubleQuoted => source.get(1..source.len().saturating_sub(1)) == Some(value),
            Style::Literal | Style::Folded => false,
        };
        // Folding leaves fewer lines than there were.
        let content = self.lines.partition_point(|&line| (line as usize) < range.end);
        let unfolded = matches!(style, Style::Literal | Style::Folded) && value.trim_end_matches('\n').split('\n').count() == content;
        let lines = if unfolded { std::mem::take(&mut self.lines) } else { Vec::new() };
        self.place.layout(inline, lines)
    }

    /// The comments met since the last call.
    pub(super) fn take_comments(&mut self) -> Vec<Comment> {
        std::mem::take(&mut self.comments)
    }

    /// The text from an offset to the end of the chunk.
    pub(super) fn rest(&self, from: usize) -> &'t str {
        self.text.get(from..self.end).unwrap_or_default()
    }

    fn bytes(&self, range: Range<usize>) -> &'t [u8] {
        self.text.as_bytes().get(range).unwrap_or_default()
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied().filter(|_| at < self.end)
    }

    /// White space, a line break or the end stands at `at`.
    fn is_space(&self, at: usize) -> bool {
        self.byte(at).is_none_or(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r'))
    }

    /// The end of the line that `at` is on.
    fn line_end(&self, at: usize) -> usize {
        let rest = self.rest(at).as_bytes();
        at + memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len())
    }

    fn comment(&mut self) {
        let end = self.line_end(self.pos);
        let before = self.text[..self.pos].trim_end_matches([' ', '\t']);
        let own_line = before.is_empty() || before.ends_with(['\n', '\r', '\u{feff}']);
        self.comments.push(Comment { span: self.span(self.pos, end), own_line });
        self.pos = end;
    }

    /// Goes to the next token, noting the comments on the way, and gives its place and first byte.
    pub(super) fn seek(&mut self) -> (usize, Option<u8>) {
        loop {
            match self.byte(self.pos) {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.pos += 1,
                Some(b'#') => self.comment(),
                other => return (self.pos, other),
            }
        }
    }

    /// Puts the cursor behind a token that ends at `end`.
    fn pass(&mut self, end: usize) {
        self.pos = end;
        self.last = end;
    }

    /// Takes the cursor to a token's place that the parser knows, should it be elsewhere.
    pub(super) fn settle(&mut self, at: usize) {
        self.pos = at.clamp(0, self.end);
    }

    /// Passes one indicator byte if it comes next.
    pub(super) fn indicator(&mut self, byte: u8) -> bool {
        let (at, found) = self.seek();
        let here = found == Some(byte);
        if here {
            self.pass(at + 1);
        }
        here
    }

    /// Passes a `?` or `:` that stands alone, if it comes next.
    pub(super) fn lone_indicator(&mut self, byte: u8) -> bool {
        let (at, _) = self.seek();
        self.is_space(at + 1) && self.indicator(byte)
    }

    /// Passes the `:` of a block mapping that begins at `mapping`, if it comes next: one further to the left belongs to a mapping around.
    pub(super) fn value_indicator(&mut self, mapping: usize) -> bool {
        let before = self.last;
        let (at, _) = self.seek();
        let next_line = breaks(self.bytes(before..at)) > 0;
        !(next_line && self.column(at) < self.column(mapping)) && self.lone_indicator(b':')
    }

    /// How many bytes stand before `at` on its line, a byte order mark aside.
    fn column(&self, at: usize) -> usize {
        let before = self.bytes(0..at);
        let line = &before[memchr::memrchr2(b'\n', b'\r', before).map_or(0, |i| i + 1)..];
        line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line).len()
    }

    /// Passes the directives and the `---` at the start of a document, and what ended an empty one before; gives the place of the `---`.
    pub(super) fn document_start(&mut self) -> Option<usize> {
        loop {
            let (at, found) = self.seek();
            match found {
                Some(b'%') => self.pass(self.line_end(at)),
                Some(b'.') if self.marker(at, "...") => self.pass(at + 3),
                Some(b'-') if self.marker(at, "---") => {
                    self.pass(at + 3);
                    return Some(at);
                }
                _ => return None,
            }
        }
    }

    /// Notes the comments up to the end of the document and passes its `...`; says whether there was one.
    pub(super) fn document_end(&mut self) -> bool {
        let (at, _) = self.seek();
        let ended = self.marker(at, "...");
        if ended {
            self.pass(at + 3);
        }
        ended
    }

    /// `---` or `...` stands alone at the start of the line.
    fn marker(&self, at: usize, marker: &str) -> bool {
        let before = self.bytes(0..at);
        let line_start = before.is_empty() || before.ends_with(b"\n") || before.ends_with(b"\r") || before == "\u{feff}".as_bytes();
        line_start && self.rest(at).starts_with(marker) && self.is_space(at + 3)
    }

    /// Passes an anchor and a tag, in either order; gives the place of the anchor.
    pub(super) fn properties(&mut self, mut anchor: bool, mut tag: bool) -> Option<Range<usize>> {
        let mut place = None;
        while anchor || tag {
            let (at, found) = self.seek();
            let end = self.name_end(at);
            match found {
                Some(b'&') if anchor => {
                    anchor = false;
                    place = Some(at..end);
                }
                Some(b'!') if tag => tag = false,
                _ => break,
            }
            self.pass(end);
        }
        place
    }

    /// Whether the text at this place goes over several lines.
    pub(super) fn breaks(&self, place: &Range<usize>) -> bool {
        memchr::memchr2(b'\n', b'\r', self.bytes(place.clone())).is_some()
    }

    /// Whether the name of the anchor or alias at this place has a character that go-yaml knows in none.
    pub(super) fn misnamed(&self, name: &Range<usize>) -> bool {
        // The last of these end a name.
        let known = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'?' | b':' | b'%' | b'@' | b'`');
        !self.bytes(name.start + 1..name.end).iter().all(known)
    }

    /// Passes an alias and gives its place.
    pub(super) fn alias(&mut self) -> Range<usize> {
        let (at, _) = self.seek();
        let end = self.name_end(at);
        self.pass(end);
        at..end
    }

    /// The end of an anchor, alias or tag.
    fn name_end(&self, at: usize) -> usize {
        let rest = self.rest(at);
        if rest.starts_with("!<") {
            return at + rest.find('>').map_or(rest.len(), |i| i + 1);
        }
        let stop = |b: u8| matches!(b, b' ' | b'\t' | b'\n' | b'\r' | b',' | b'[' | b']' | b'{' | b'}');
        at + rest.bytes().position(stop).unwrap_or(rest.len())
    }

    /// Passes a scalar whose text is not empty or which is quoted, and gives its place. `content_column` is where the content of a block
    /// scalar begins; its value is corrected where the parser has it wrong.
    pub(super) fn scalar(&mut self, style: Style, value: &mut String, content_column: usize) -> Range<usize> {
        let (start, _) = self.seek();
        let end = match style {
            Style::Plain => self.plain_end(start, value),
            Style::SingleQuoted | Style::DoubleQuoted => quoted_end(self.rest(start)).map_or(self.end, |length| start + length),
            Style::Literal | Style::Folded => return self.block_scalar(start, value, content_column),
        };
        self.pass(end);
        start..end
    }

    /// The end of a plain scalar of this value: source and value are walked together, each run of white space with line breaks in the
    /// source being one space, or all line breaks but one, in the value.
    fn plain_end(&self, start: usize, value: &str) -> usize {
        let rest = self.rest(start);
        if rest.starts_with(value) {
            return start + value.len();
        }
        let (source, value) = (rest.as_bytes(), value.as_bytes());
        let (mut at, mut done) = (0, 0);
        while done < value.len() && at < source.len() {
            if !matches!(source[at], b' ' | b'\t' | b'\n' | b'\r') {
                at += 1;
                done += 1;
                continue;
            }
            let run = at + source[at..].iter().position(|b| !matches!(b, b' ' | b'\t' | b'\n' | b'\r')).unwrap_or(source.len() - at);
            let folded = match breaks(&source[at..run]) {
                0 => run - at,
                1 => 1,
                several => several - 1,
            };
            at = run;
            done += folded;
        }
        while !rest.is_char_boundary(at) {
            at += 1;
        }
        start + at
    }

    /// A block scalar from its `|` or `>` to the end of its last line with content, or to the end of its header.
    ///
    /// Blank lines at the end are left out whatever the chomping indicator says; they are passed as white space. The places of the lines
    /// in the text are noted, blank ones included.
    fn block_scalar(&mut self, start: usize, value: &mut String, column: usize) -> Range<usize> {
        let header = self.rest(start).bytes().skip(1).take_while(|b| matches!(b, b'+' | b'-' | b'0'..=b'9')).count();
        let mut end = start + 1 + header;
        let keep = self.bytes(start..end).contains(&b'+');
        self.pass(end);
        // A comment may follow on the header's line; past the line the text is content.
        while matches!(self.byte(self.pos), Some(b' ' | b'\t')) {
            self.pos += 1;
        }
        if self.byte(self.pos) == Some(b'#') {
            self.comment();
        }
        let mut line = self.next_line(self.pos);
        self.lines.clear();
        if value.bytes().all(|b| b == b'\n') {
            // The parser takes the header's own line break for a value when the text ends there.
            value.clear();
            while keep && line < self.end {
                let stop = self.line_end(line);
                if self.bytes(line..stop).iter().any(|&b| b != b' ') {
                    break;
                }
                value.push('\n');
                line = self.next_line(stop);
            }
            return start..end;
        }
        if !keep && value.ends_with("\n\n") {
            // It takes indentation that ends the text for one more line.
            value.pop();
        }
        while line < self.end {
            let stop = self.line_end(line);
            let content = self.bytes(line..stop).iter().take(column).take_while(|&&b| b == b' ').count();
            if content == column && line + column < stop {
                if column == 0 && self.marker(line, "...") {
                    break;
                }
                end = stop;
            } else if line + content < stop {
                break;
            }
            self.lines.push(u32::try_from(line + content).unwrap_or(u32::MAX));
            line = self.next_line(stop);
        }
        self.pass(end);
        let rest = self.rest(end);
        if keep && value.ends_with("\n\n") && rest.ends_with(' ') && rest.trim_ascii().is_empty() {
            // Here, too, it takes indentation for a line.
            value.pop();
        }
        start..end
    }

    /// The start of the line after the line break at `at`.
    fn next_line(&self, at: usize) -> usize {
        match (self.byte(at), self.byte(at + 1)) {
            (Some(b'\r'), Some(b'\n')) => at + 2,
            (Some(b'\n' | b'\r'), _) => at + 1,
            _ => self.end,
        }
    }
}

/// The length of the quoted scalar at the start of a text, quotes included; nothing if it does not end.
pub(super) fn quoted_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let quote = *bytes.first()?;
    let escape = if quote == b'"' { b'\\' } else { quote };
    let mut at = 1;
    loop {
        at += memchr::memchr2(quote, escape, bytes.get(at..)?)? + 1;
        let escaped = if quote == b'"' { bytes[at - 1] == escape } else { bytes.get(at) == Some(&escape) };
        if !escaped {
            return Some(at);
        }
        at += 1;
    }
}
