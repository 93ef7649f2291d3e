//! Offsets as a language client counts them.

use crate::source::{Source, Span};
use serde_json::{Value, json};

/// What a column counts. The client says what it can do, and without a word it is UTF-16.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Bytes.
    Utf8,
    /// Units of two bytes.
    #[default]
    Utf16,
}

impl Encoding {
    /// The best of those that a client offers.
    pub(super) fn choose(offered: &Value) -> Self {
        let offers = |name: &str| offered.as_array().is_some_and(|list| list.iter().any(|e| e == name));
        if offers("utf-8") { Self::Utf8 } else { Self::Utf16 }
    }

    /// Its name in the protocol.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16 => "utf-16",
        }
    }

    /// Line and column of an offset, from 0. A byte order mark is no part of what an editor shows.
    fn position(self, source: &Source, offset: usize) -> (u32, usize) {
        let offset = source.floor(offset);
        let line = source.position(offset).line;
        let start = source.line_range(line).start;
        let text = source.text.get(start..offset).unwrap_or_default();
        let text = if start == 0 { text.trim_start_matches('\u{feff}') } else { text };
        let column = match self {
            Self::Utf8 => text.len(),
            Self::Utf16 => text.encode_utf16().count(),
        };
        (line.saturating_sub(1), column)
    }

    /// A span as a range.
    pub(super) fn range(self, source: &Source, span: Span) -> Value {
        let at = |offset| {
            let (line, character) = self.position(source, offset);
            json!({ "line": line, "character": character })
        };
        json!({ "start": at(span.range().start), "end": at(span.range().end) })
    }
}

/// Whether two ranges have a position in common.
pub(super) fn touch(one: &Value, other: &Value) -> bool {
    let at = |range: &Value, end: &str| (range[end]["line"].as_u64(), range[end]["character"].as_u64());
    at(one, "start") <= at(other, "end") && at(other, "start") <= at(one, "end")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    #[test]
    fn columns_count_what_was_agreed() {
        let source = Source::new("a.yaml".to_owned(), "\u{feff}a: ä🚀x\r\nb: 🚀y\rc: z".to_owned());
        let of = |encoding: Encoding, word: &str| encoding.position(&source, source.text.find(word).expect("it is there"));
        assert_eq!((of(Encoding::Utf16, "x"), of(Encoding::Utf8, "x")), ((0, 6), (0, 9)));
        assert_eq!((of(Encoding::Utf16, "y"), of(Encoding::Utf8, "y")), ((1, 5), (1, 7)));
        assert_eq!(of(Encoding::Utf16, "z"), (2, 3));
        let all = Encoding::Utf16.range(&source, Span::new(FileId(0), 0, source.text.len()));
        assert_eq!(all, json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 2, "character": 4 } }));
        assert_eq!(Encoding::choose(&json!(["utf-32", "utf-16", "utf-8"])), Encoding::Utf8);
        assert_eq!((Encoding::choose(&json!(["utf-32"])), Encoding::choose(&Value::Null)), (Encoding::Utf16, Encoding::Utf16));
    }

    #[test]
    fn ranges_touch_at_their_ends() {
        let range = |a: (u32, u32), b: (u32, u32)| json!({ "start": { "line": a.0, "character": a.1 }, "end": { "line": b.0, "character": b.1 } });
        let mark = range((3, 4), (3, 9));
        assert!(touch(&mark, &range((3, 9), (3, 9))) && touch(&mark, &range((0, 0), (9, 0))) && touch(&mark, &range((3, 5), (3, 6))));
        assert!(!touch(&mark, &range((3, 10), (4, 0))) && !touch(&mark, &range((2, 0), (3, 3))));
    }
}
