//! Lines of a text: where they begin and end, how they are indented and broken.

use crate::source::Span;

/// Where the line that `at` is on begins; behind a byte order mark.
pub(super) fn start(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rfind(['\n', '\r']).map_or(0, |i| i + 1);
    if line == 0 && text.starts_with('\u{feff}') { '\u{feff}'.len_utf8().min(at) } else { line }
}

/// Where the line that `at` is on ends, before its line break.
pub(super) fn end(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.find(['\n', '\r']).unwrap_or(rest.len())
}

/// Where the line after the one that `at` is on begins.
pub(super) fn next(text: &str, at: usize) -> usize {
    let end = end(text, at);
    end + line_break(text, end).map_or(0, str::len)
}

fn line_break(text: &str, at: usize) -> Option<&'static str> {
    let rest = text.get(at..)?;
    ["\r\n", "\n", "\r"].into_iter().find(|b| rest.starts_with(b))
}

/// The line break that ends the line `at` is on; on a last line without one, the file's first.
pub(super) fn newline(text: &str, at: usize) -> &'static str {
    let first = || text.find(['\n', '\r']).and_then(|i| line_break(text, i));
    line_break(text, end(text, at)).or_else(first).unwrap_or("\n")
}

/// What stands between the start of the line and `at`.
pub(super) fn before(text: &str, at: usize) -> &str {
    text.get(start(text, at)..at).unwrap_or_default()
}

/// The indentation of a block that begins at `at`: as many blanks as stand before it, list dashes counting as blanks; `None` when other text
/// stands there.
pub(super) fn indent(text: &str, at: usize) -> Option<String> {
    let before = before(text, at);
    before.bytes().all(|b| matches!(b, b' ' | b'-')).then(|| " ".repeat(before.len()))
}

/// The column of `at` in characters, from 0.
pub(super) fn column(text: &str, at: usize) -> usize {
    before(text, at).chars().count()
}

/// Whether both offsets are on one line.
pub(super) fn same(text: &str, from: usize, to: usize) -> bool {
    !text.get(from..to).unwrap_or_default().contains(['\n', '\r'])
}

/// The text under a span.
pub(super) fn under(text: &str, span: Span) -> &str {
    text.get(span.range()).unwrap_or_default()
}

/// Where the white space that ends before `at` begins; it may reach over lines when `lines` is set.
pub(super) fn trimmed(text: &str, at: usize, lines: bool) -> usize {
    let before = text.get(..at).unwrap_or_default();
    before.trim_end_matches(|c| matches!(c, ' ' | '\t') || (lines && matches!(c, '\n' | '\r'))).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_breaks_and_indentation() {
        let text = "\u{feff}a: 1\r\n  - b: 2\rc";
        assert_eq!((start(text, 3), before(text, 3)), (3, ""));
        assert_eq!((end(text, 4), next(text, 4), newline(text, 4)), (7, 9, "\r\n"));
        assert_eq!(indent(text, 13), Some("    ".to_owned()));
        assert_eq!((newline(text, 13), newline(text, text.len())), ("\r", "\r\n"));
        assert_eq!((next(text, text.len()), column(text, 13)), (text.len(), 4));
        assert_eq!(trimmed("a \r\n  b", 6, true), 1);
    }
}
