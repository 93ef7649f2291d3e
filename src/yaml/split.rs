//! A stream cut into its documents before anything is parsed, as kubectl does, so that one broken document does not hide the others.

use std::ops::Range;

/// The byte ranges of a text's documents: each begins at a line with `---`, or at the comments and directives above it.
///
/// Together they cover the text but for a byte order mark at its start.
pub(super) fn chunks(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut chunks = Vec::new();
    let mut blank = true;
    let mut line = start;
    while line < bytes.len() {
        let end = memchr::memchr2(b'\n', b'\r', &bytes[line..]).map_or(bytes.len(), |i| line + i + 1);
        let content = &bytes[line..end];
        let marker = content.starts_with(b"---") && content.get(3).is_none_or(u8::is_ascii_whitespace);
        if marker && !blank {
            chunks.push(start..line);
            start = line;
        }
        let bare = content.trim_ascii_start();
        // Directives stand in the first column; a `#` after white space is a comment anywhere.
        blank = blank && !marker && (bare.is_empty() || bare[0] == b'#' || content[0] == b'%');
        line = end;
    }
    chunks.push(start..bytes.len());
    chunks
}
