//! Where a parsed text stands in its file: the file itself, or a scalar of it whose value is parsed in turn.

use super::{Node, Style};
use crate::source::{FileId, Span};

/// Turns offsets in a parsed text into spans of the file.
pub(super) enum Place {
    /// The text is the file's.
    File(FileId),
    /// The text is a scalar's value, each line of it a piece of the file.
    Lines(FileId, Vec<Line>),
    /// The text is the value of a scalar that folds or escapes it.
    Scalar(Span),
}

/// One line of a value.
pub(super) struct Line {
    /// Where it begins in the value.
    value: usize,
    /// Where it begins in the file.
    file: usize,
    /// Its length in both, without its line break.
    length: usize,
}

impl Place {
    /// For the value of this scalar, given the file's text.
    pub(super) fn of(scalar: &Node, text: &str) -> Self {
        lines(scalar, text).map_or(Place::Scalar(scalar.span()), |lines| Place::Lines(scalar.span().file, lines))
    }

    /// The span of `start..end` of the parsed text.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        match self {
            Place::File(file) => Span::new(*file, start, end),
            Place::Lines(file, lines) => {
                let from = offset(lines, start);
                // An end belongs to the line it ends, not to the one that begins there.
                let to = if end > start { offset(lines, end - 1) + 1 } else { from };
                Span::new(*file, from, to)
            }
            Place::Scalar(span) => *span,
        }
    }
}

fn offset(lines: &[Line], at: usize) -> usize {
    let after = lines.partition_point(|l| l.value <= at);
    lines.get(after.saturating_sub(1)).map_or(0, |l| l.file + (at - l.value).min(l.length))
}

/// How a scalar's value lies in the file, if every line of it stands there as it is.
fn lines(scalar: &Node, text: &str) -> Option<Vec<Line>> {
    let span = scalar.span().range();
    let (start, source) = (span.start, text.get(span)?);
    let value = scalar.as_scalar()?;
    let inner = match value.style {
        Style::Plain => Some((0, source)),
        Style::SingleQuoted | Style::DoubleQuoted => Some((1, source.get(1..source.len().checked_sub(1)?)?)),
        Style::Literal | Style::Folded => None,
    };
    if let Some((quote, inner)) = inner {
        return (*inner == *value.text).then(|| vec![Line { value: 0, file: start + quote, length: inner.len() }]);
    }
    block_lines(start, source, &value.text)
}

/// The lines of a block scalar: under its header, all behind the same indentation.
fn block_lines(start: usize, source: &str, value: &str) -> Option<Vec<Line>> {
    let mut found = Vec::new();
    let mut rest = after_line(source, 0);
    let mut indent = None;
    let mut at = 0;
    for line in value.split('\n') {
        let length = source[rest..].find(['\n', '\r']).unwrap_or(source.len() - rest);
        let written = &source[rest..rest + length];
        let skip = if line.is_empty() {
            written.len()
        } else {
            let skip = written.len().checked_sub(line.len())?;
            let blank = written.as_bytes()[..skip].iter().all(|&b| b == b' ');
            if !blank || !written.ends_with(line) || *indent.get_or_insert(skip) != skip {
                return None;
            }
            skip
        };
        found.push(Line { value: at, file: start + rest + skip, length: line.len() });
        at += line.len() + 1;
        rest = after_line(source, rest + length);
    }
    Some(found)
}

/// The start of the line after the one that `at` is on.
fn after_line(text: &str, at: usize) -> usize {
    match text[at..].find(['\n', '\r']) {
        Some(end) if text[at + end..].starts_with("\r\n") => at + end + 2,
        Some(end) => at + end + 1,
        None => text.len(),
    }
}

#[cfg(test)]
mod tests {
    use crate::source::FileId;
    use crate::yaml::{Node, parse, parse_embedded};

    /// The text under every scalar of the YAML inside the scalar `p`, and under every comment.
    fn inside(text: &str) -> Vec<&str> {
        let outer = parse(FileId(0), text);
        let scalar = outer.documents[0].root.find(&["p"]).unwrap();
        let inner = parse_embedded(scalar, text);
        assert!(inner.problems.is_empty(), "{:?}", inner.problems);
        let mut spans = Vec::new();
        for document in &inner.documents {
            collect(&document.root, &mut spans);
            spans.extend(document.comments.iter().map(|c| c.span));
        }
        spans.into_iter().map(|s| &text[s.range()]).collect()
    }

    fn collect(node: &Node, spans: &mut Vec<crate::source::Span>) {
        for entry in node.entries_at(&[]) {
            collect(&entry.key, spans);
            collect(&entry.value, spans);
        }
        for item in node.items_at(&[]) {
            collect(item, spans);
        }
        if node.as_scalar().is_some() {
            spans.push(node.span());
        }
    }

    #[test]
    fn spans_of_a_literal_block_are_the_files() {
        let expected = ["a", "é", "b", "x", "y", "c", "|\n       z\n\n       w", "# end"];
        let text = "p: |  # why\n\n   a: é\n   b: [x,\n     y]\n\n   c: |\n       z\n\n       w\n   # end\nq: 1\n";
        assert_eq!(inside(text), expected);
        let crlf = text.replace('\n', "\r\n");
        assert_eq!(inside(&crlf), expected.map(|e| e.replace('\n', "\r\n")));
        assert_eq!(inside("p: |2\n    a: 1\n    b: 2"), ["a", "1", "b", "2"]);
        assert_eq!(inside("p: |+\n  - a\n  - b\n\n\n"), ["a", "b"]);
        assert_eq!(inside("p: >-\n  {a: b}\n"), ["a", "b"]);
        assert_eq!(inside("p: \"[a, b]\""), ["a", "b"]);
        assert_eq!(inside("p: '{a: b} # c'"), ["a", "b", "# c"]);
    }

    #[test]
    fn a_folded_or_escaped_value_has_one_span() {
        for scalar in [">\n  a: b\n  c", "\"a:\\n  b\"", "'a: it''s'", "\"a:\n  b\""] {
            let text = format!("p: {scalar}\n");
            for found in inside(&text) {
                assert_eq!(found, scalar);
            }
        }
    }

    #[test]
    fn problems_inside_have_their_place() {
        let text = "p: |\n  a: 1\n  a: [\n";
        let outer = parse(FileId(0), text);
        let inner = parse_embedded(outer.documents[0].root.find(&["p"]).unwrap(), text);
        assert_eq!(inner.problems.len(), 1);
        assert_eq!(&text[inner.problems[0].span.range()], "[");
    }
}
