//! Where a parsed text stands in its file: the file itself, or a scalar of it whose value is parsed in turn.

use super::node::Layout;
use super::{Node, Scalar, Style};
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
    /// Its length in both, without its line break; in the file, where they differ.
    length: usize,
}

impl Place {
    /// For the value of this scalar.
    pub(super) fn of(node: &Node, scalar: &Scalar) -> Self {
        let span = node.span();
        let quote = usize::from(matches!(scalar.style, Style::SingleQuoted | Style::DoubleQuoted));
        let lines = match node.layout() {
            Layout::Other => return Place::Scalar(span),
            Layout::Inline => vec![Line { value: 0, file: span.start as usize + quote, length: scalar.text.len() }],
            Layout::Lines(starts) => {
                let mut value = 0;
                let line = |(text, &start): (&str, &u32)| {
                    let line = Line { value, file: start as usize, length: text.len() };
                    value += text.len() + 1;
                    line
                };
                scalar.text.split('\n').zip(starts).map(line).collect()
            }
            Layout::Filled(written) => {
                let mut value = 0;
                let line = |(text, &(start, length)): (&str, &(u32, u32))| {
                    // What was filled in may be longer than the line that says so.
                    let length = if text.len() <= length as usize { text.len() } else { (length as usize).saturating_sub(1) };
                    let line = Line { value, file: start as usize, length };
                    value += text.len() + 1;
                    line
                };
                scalar.text.split('\n').zip(written).map(line).collect()
            }
        };
        Place::Lines(span.file, lines)
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

    /// How a scalar's value lies in the file, given how it lies in the parsed text: at `start`, or in lines that begin at `lines`.
    pub(super) fn layout(&self, inline: bool, lines: Vec<u32>) -> Layout {
        match self {
            Place::Scalar(_) => Layout::Other,
            _ if inline => Layout::Inline,
            _ if lines.is_empty() => Layout::Other,
            Place::File(_) => Layout::Lines(lines.into()),
            Place::Lines(_, outer) => {
                Layout::Lines(lines.into_iter().map(|l| u32::try_from(offset(outer, l as usize)).unwrap_or(u32::MAX)).collect())
            }
        }
    }
}

fn offset(lines: &[Line], at: usize) -> usize {
    let after = lines.partition_point(|l| l.value <= at);
    lines.get(after.saturating_sub(1)).map_or(0, |l| l.file + (at - l.value).min(l.length))
}

#[cfg(test)]
mod tests {
    use crate::source::FileId;
    use crate::yaml::{Node, parse, parse_value};

    /// The text under every scalar of the YAML inside the scalar `p`, and under every comment.
    fn inside(text: &str) -> Vec<&str> {
        let outer = parse(FileId(0), text);
        let scalar = outer.documents[0].root.find(&["p"]).expect("a scalar");
        let inner = parse_value(scalar);
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
        assert_eq!(inside("p: >\n\n  {a: b}\n\n"), ["a", "b"]);
        assert_eq!(inside("p: \"[a, b]\""), ["a", "b"]);
        assert_eq!(inside("p: '{a: b} # c'"), ["a", "b", "# c"]);
    }

    #[test]
    fn a_value_that_was_filled_in_keeps_its_lines() {
        let text = "p: |\n  a: {{long.name}}\n  b: {{x}}\n  c: d\nq: 1\n";
        let outer = parse(FileId(0), text);
        let scalar = outer.documents[0].root.find(&["p"]).expect("a scalar");
        let lines = |filled: &str| -> Vec<&str> {
            let inner = parse_value(&scalar.filled_in(filled.to_owned()));
            let values = inner.documents[0].root.entries_at(&[]).iter().map(|e| &text[e.value.span().range()]);
            values.map(|v| v.trim_end_matches('\n')).collect()
        };
        assert_eq!(lines("a: s\nb: longer than that\nc: d\n"), ["{", "{{x}}", "d"]);
        let whole = &text[scalar.span().range()];
        assert_eq!(lines("a: s\nb: x\ny: z\nc: d\n"), [whole.trim_end_matches('\n'); 4]);
        let text = "p: |\n  a: é{{x}}\n";
        let outer = parse(FileId(0), text);
        let filled = outer.documents[0].root.find(&["p"]).expect("a scalar").filled_in("a: abcd\n".to_owned());
        assert_eq!(parse_value(&filled).documents[0].root.find(&["a"]).expect("a value").span(), filled.span());
    }

    #[test]
    fn a_folded_or_escaped_value_has_one_span() {
        for scalar in [">\n  a: b\n  c", ">\n\n  a: b\n  c", ">\n  a: b\n\n  c: d", "\"a:\\n  b\"", "'a: it''s'", "\"a:\n  b\""] {
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
        let inner = parse_value(outer.documents[0].root.find(&["p"]).expect("a scalar"));
        assert_eq!(inner.problems.len(), 1);
        assert_eq!(&text[inner.problems[0].span.range()], "[");
    }
}
