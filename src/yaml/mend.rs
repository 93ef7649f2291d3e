//! Documents that Kubernetes reads and yaml-rust2 refuses, made readable in a copy without moving a byte.
//!
//! go-yaml asks for less indentation than YAML does: flow collections and quoted scalars may go on, and end, at any column, and a tab
//! may follow the `:` of a key or indent them, and a comment may follow any token that ends by itself. The copy stands in for the source only while it is parsed; spans, comments and messages come from
//! the source.

use super::build::Reached;
use super::cursor::quoted_end;
use super::quoted::{breaks, fold, unquote};
use std::collections::BTreeMap;

/// A chunk's stand-in.
#[derive(Default)]
pub(super) struct Mended {
    /// The copy, as long as the chunk.
    pub(super) text: String,
    /// The values of the scalars that the copy has placeholders for, by their place in the chunk.
    pub(super) scalars: BTreeMap<usize, String>,
}

/// How many bytes may be parsed again for the mending of one chunk.
const BUDGET: usize = 32 << 20;

/// How often one chunk may be mended in any case.
const TRIES: usize = 16;

/// Whether a chunk of this length may be mended once more.
pub(super) fn affordable(length: usize, tries: usize) -> bool {
    tries < TRIES || length.saturating_mul(tries) < BUDGET
}

impl Mended {
    /// A copy of the chunk.
    pub(super) fn new(chunk: &str) -> Self {
        Self { text: chunk.to_owned(), scalars: BTreeMap::new() }
    }

    /// Mends what the parser refused at `at` with the words `info`; says whether the copy changed, so that parsing again may get further.
    pub(super) fn mend(&mut self, info: &str, at: usize, reached: &Reached) -> bool {
        let (from, flow) = (reached.at, reached.flow);
        match info {
            "':' must be followed by a valid YAML whitespace" => self.tabs(at),
            "invalid indentation" | "invalid indentation in flow construct" => self.join(at, from, flow) || self.plain(at, reached),
            "invalid indentation in quoted scalar" => self.placeholder(at),
            "tab cannot be used as indentation" => open(&self.text, from.min(at), at, flow).quoted.is_some_and(|quoted| self.placeholder(quoted)),
            "tabs disallowed within this context (block indentation)" => open(&self.text, from.min(at), at, flow).bracket && self.indent(at),
            "comments must be separated from other tokens by whitespace" => self.blank(at),
            "invalid content after document end marker" if from > 0 => self.blank(at),
            _ => false,
        }
    }

    fn replace(&mut self, start: usize, end: usize, with: u8) {
        let blank = String::from(char::from(with)).repeat(end - start);
        self.text.replace_range(start..end, &blank);
    }

    /// Tabs between a `:` and its value become spaces.
    fn tabs(&mut self, at: usize) -> bool {
        let Some(before) = self.text.get(..at) else { return false };
        let start = before.trim_end_matches([' ', '\t']).len();
        if !before[start..].contains('\t') || !before[..start].ends_with(':') {
            return false;
        }
        self.replace(start, at, b' ');
        true
    }

    /// Tabs before the first token of a line become spaces.
    fn indent(&mut self, at: usize) -> bool {
        let Some(before) = self.text.get(..at) else { return false };
        let start = before.trim_end_matches([' ', '\t']).len();
        let tabs = before[start..].contains('\t');
        self.replace(start, at, b' ');
        tabs
    }

    /// The rest of a line goes: a comment right behind a token, or what is ignored behind `...`.
    fn blank(&mut self, at: usize) -> bool {
        let Some(rest) = self.text.get(at..) else { return false };
        let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
        self.replace(at, at + length, b' ');
        length > 0
    }

    /// A line of a flow collection that is not indented enough is joined to the line before it. Between two tokens a line break is
    /// white space like any other, once the comment in front of it is out of the way.
    fn join(&mut self, at: usize, from: usize, flow: bool) -> bool {
        let Some(before) = self.text.get(..at) else { return false };
        let start = before.trim_end_matches([' ', '\t']).len();
        let line = before[..start].trim_end_matches(['\n', '\r']);
        // One line break at a time: it ends the line before, and the others may be blank lines that count.
        let end = match before.as_bytes()[..start] {
            [.., b'\r', b'\n'] => start - 2,
            [.., b'\n' | b'\r'] => start - 1,
            _ => return false,
        };
        let mut from_comment = end;
        if let Some((comment, plain)) = open(&self.text, from.min(end), end, flow).comment.filter(|_| end == line.len()) {
            // Without the comment a plain scalar before it would go on behind it.
            if plain && !matches!(self.text.as_bytes().get(at), Some(b',' | b']' | b'}')) {
                return false;
            }
            from_comment = comment;
        }
        self.replace(from_comment, start, b' ');
        true
    }

    /// A plain scalar that goes on at too low a column, and so takes what follows it there, is replaced likewise. The parser may have
    /// understood it, or wait for what makes it a key.
    fn plain(&mut self, at: usize, reached: &Reached) -> bool {
        let Some(before) = self.text.get(..at).map(str::trim_ascii_end) else { return false };
        let understood = Some(reached.plain.start).filter(|_| reached.flow && reached.plain.end == before.len());
        let Some(start) = understood.or_else(|| open(&self.text, reached.at.min(at), at, reached.flow).plain) else { return false };
        let Some(source) = before.get(start..).filter(|source| breaks(source.as_bytes()) > 0) else { return false };
        let (end, value) = (before.len(), fold(source));
        self.replace(start, end, b'x');
        self.scalars.insert(start, value);
        true
    }

    /// A quoted scalar that goes on at too low a column is replaced by one on a single line, and its value kept aside.
    fn placeholder(&mut self, at: usize) -> bool {
        let Some(rest) = self.text.get(at..) else { return false };
        let Some(source) = quoted_end(rest).and_then(|length| rest.get(..length)) else { return false };
        // What is more than a line long is no key.
        if breaks(source.as_bytes()) == 0 || rest[source.len()..].trim_start_matches([' ', '\t']).starts_with(':') {
            return false;
        }
        let Some(value) = unquote(source) else { return false };
        let end = at + source.len();
        self.replace(at + 1, end - 1, b'x');
        self.scalars.insert(at, value);
        true
    }
}

/// What stands open at a place in the text.
#[derive(Default)]
struct Open {
    /// Where the plain scalar of a flow collection begins that goes on here.
    plain: Option<usize>,
    /// Where the comment begins that ends here, and whether a plain scalar stands before it.
    comment: Option<(usize, bool)>,
    /// Where the quoted scalar begins that goes on here.
    quoted: Option<usize>,
    /// Whether a bracket was opened and not closed.
    bracket: bool,
}

/// What is open at `end`, going by the text from `from` on; `flow` when that is in a flow collection.
fn open(text: &str, from: usize, end: usize, flow: bool) -> Open {
    let bytes = text.as_bytes();
    let mut at = from;
    // Inside a plain scalar a quote is a character like any other. One that the comment ends was understood already.
    let blank = |at: Option<usize>| at.is_none_or(|at| bytes[at].is_ascii_whitespace());
    let ends = |at: usize| match bytes[at] {
        b',' | b'[' | b']' | b'{' | b'}' | b':' | b'"' | b'\'' => true,
        b'-' | b'?' => blank(at.checked_sub(1)),
        other => other.is_ascii_whitespace(),
    };
    let mut plain = from.checked_sub(1).is_some_and(|before| !ends(before));
    let mut began = None;
    let mut spaced = true;
    let mut depth = usize::from(flow);
    while at < end {
        match bytes[at] {
            b'#' if spaced => {
                let stop = memchr::memchr2(b'\n', b'\r', &bytes[at..]).map_or(bytes.len(), |i| at + i);
                if stop >= end {
                    return Open { comment: Some((at, plain)), bracket: depth > 0, ..Open::default() };
                }
                at = stop;
                continue;
            }
            b'"' | b'\'' if !plain => {
                match text.get(at..).and_then(quoted_end) {
                    Some(length) if at + length <= end => at += length,
                    Some(_) => return Open { quoted: Some(at), bracket: depth > 0, ..Open::default() },
                    None => return Open::default(),
                }
                spaced = false;
                continue;
            }
            b'[' | b'{' if depth > 0 || !plain => (plain, depth) = (false, depth + 1),
            b']' | b'}' if depth > 0 => (plain, depth) = (false, depth - 1),
            b',' if depth > 0 => plain = false,
            b':' if bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace) => plain = false,
            b'-' if !plain && bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace) => {}
            b if !plain && !b.is_ascii_whitespace() => (plain, began) = (true, Some(at)),
            _ => {}
        }
        spaced = bytes[at].is_ascii_whitespace();
        at += 1;
    }
    Open { plain: began.filter(|_| plain && depth > 0), bracket: depth > 0, ..Open::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_comment_at_the_end_of_a_line() {
        for (text, found) in [
            ("{ # c", Some((2, false))),
            ("{a: 'x # y',", None),
            ("{a: it's # c", Some((9, true))),
            ("{a: x, # c", Some((7, false))),
            ("{a: b#c", None),
            ("# c\n{", None),
        ] {
            assert_eq!(open(text, 0, text.len(), false).comment, found, "{text}");
        }
    }
}
