//! Text to documents, on yaml-rust2's events.

use super::build::{Built, Failure, MAX_NODES, Outcome, Reached, Spent, build};
use super::mend::{Mended, affordable};
use super::place::Place;
use super::split::chunks;
use super::{Comment, Node, Value, refusal};
use crate::source::{FileId, Span};
use std::ops::Range;

/// How many documents a text may hold. Far above any manifest or dump.
const MAX_DOCUMENTS: usize = 100_000;

/// How many problems of a text are told. A text with more is no manifest.
const MAX_PROBLEMS: usize = 10_000;

/// What a text held.
#[derive(Debug, Default)]
pub struct Parsed {
    /// The documents that could be read, in order; empty ones are left out.
    pub documents: Vec<Document>,
    /// What could not, and what Kubernetes would read otherwise than it looks.
    pub problems: Vec<Problem>,
}

/// One document of a stream.
#[derive(Debug)]
pub struct Document {
    /// The tree.
    pub root: Node,
    /// The comments from the end of the previous document to the end of this one.
    pub comments: Vec<Comment>,
    /// From the document's first byte (its `---`, if it has one) to its last.
    pub span: Span,
}

/// Something wrong with the text.
#[derive(Debug)]
pub struct Problem {
    /// What kind.
    pub kind: ProblemKind,
    /// Where.
    pub span: Span,
    /// In words.
    pub message: String,
    /// The other place it concerns (the first of two equal keys).
    pub related: Option<Span>,
}

/// The kinds of problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// No YAML: the document was not read.
    Syntax,
    /// A key twice in one map; the last wins, as in the API server's decoder.
    DuplicateKey,
    /// YAML that Kubernetes refuses: a null, list or map as a key, a merge key without a map. The document was read all the same.
    Refused,
    /// Text behind the end of a document, which kubectl and kustomize skip in silence: behind `...`, or indented less than the
    /// document's first key. The document was read, that text was not.
    Ignored,
    /// A bound of this program (depth, alias expansion, size) was hit: the document was not read.
    Limit,
}

impl Parsed {
    /// A text that is not read, because the files before it hold more values than all may.
    #[must_use]
    pub fn beyond(file: FileId, most: usize) -> Self {
        let message = format!("the files before this one hold more than {most} keys and values; it was not read");
        let problem = Problem { kind: ProblemKind::Limit, span: Span::new(file, 0, 0), message, related: None };
        Self { documents: Vec::new(), problems: vec![problem] }
    }
}

/// About how many keys, values, lists and maps a text holds, told by its punctuation: seldom fewer.
#[must_use]
pub fn weigh(text: &str) -> usize {
    let bytes = text.as_bytes();
    let marks = bytes.iter().filter(|b| matches!(b, b'\n' | b':' | b',' | b'[' | b'{')).count();
    marks + bytes.windows(2).filter(|pair| *pair == b"- ").count()
}

/// Reads every document of a text. One broken document does not hide the others.
#[must_use]
pub fn parse(file: FileId, text: &str) -> Parsed {
    stream(&Place::File(file), text)
}

/// Reads the YAML inside a scalar (an inline patch, a ConfigMap's value). Spans are the file's own where every line of the value stands
/// there as it is, as in a literal block; otherwise every span is the whole scalar's.
#[must_use]
pub fn parse_value(node: &Node) -> Parsed {
    node.as_scalar().map(|scalar| stream(&Place::of(node, scalar), &scalar.text)).unwrap_or_default()
}

fn stream(place: &Place, text: &str) -> Parsed {
    let mut parsed = Parsed::default();
    // Comments of documents that hold nothing else go to the next one.
    let mut waiting = Vec::new();
    let mut spent = Spent::default();
    let limit = |at: usize, what: String| {
        let span = place.span(at, at);
        Problem { kind: ProblemKind::Limit, span, message: format!("more than {what}; the rest was not read"), related: None }
    };
    for (number, chunk) in chunks(text).into_iter().enumerate() {
        // What lies before the first `---` is a chunk of its own, and may be empty.
        if parsed.documents.len() >= MAX_DOCUMENTS || number > MAX_DOCUMENTS {
            parsed.problems.push(limit(chunk.start, format!("{MAX_DOCUMENTS} documents")));
            break;
        }
        if spent.nodes > MAX_NODES {
            break;
        }
        let outcome = read(place, text, chunk.clone(), spent);
        let Outcome { mut documents, comments, problems, failure, .. } = outcome;
        spent = outcome.spent;
        parsed.problems.extend(problems);
        match failure {
            None => {}
            Some(Failure::Own(problem)) => parsed.problems.push(problem),
            Some(Failure::Scan(error, at)) => {
                // A line that is but a template expression looks like a document of its own.
                documents.retain(|d| !matches!(d.root.value(), Value::Opaque(_)));
                let problem = if documents.is_empty() { refusal::problem } else { refusal::ignored };
                parsed.problems.push(problem(place, text, at, chunk.end, error.info()));
            }
        }
        for Built { root, comments, start, end } in documents {
            waiting.extend(comments);
            let comments = std::mem::take(&mut waiting);
            let mut span = place.span(start, end);
            span.end = comments.last().map_or(span.end, |c| span.end.max(c.span.end));
            parsed.documents.push(Document { root, comments, span });
        }
        waiting.extend(comments);
        if parsed.problems.len() > MAX_PROBLEMS {
            parsed.problems.truncate(MAX_PROBLEMS);
            parsed.problems.push(limit(chunk.end, format!("{MAX_PROBLEMS} problems")));
            break;
        }
    }
    if let Some(last) = parsed.documents.last_mut() {
        last.comments.append(&mut waiting);
    }
    parsed
}

/// Reads one chunk, mended if need be.
fn read(place: &Place, text: &str, chunk: Range<usize>, spent: Spent) -> Outcome {
    if let Some(at) = forbidden(&text[chunk.clone()]) {
        let at = chunk.start + at;
        let problem = refusal::problem(place, text, at, chunk.end, "control characters are not allowed");
        let failure = Some(Failure::Own(problem));
        return Outcome { documents: Vec::new(), comments: Vec::new(), problems: Vec::new(), failure, reached: Reached::default(), spent };
    }
    if let Some(at) = crowded(&text[chunk.clone()]) {
        let at = chunk.start + at;
        let message = format!("more than {MAX_NODES} keys and values on one line; the document was not read");
        let problem = Problem { kind: ProblemKind::Limit, span: place.span(at, at), message, related: None };
        return Outcome {
            documents: Vec::new(),
            comments: Vec::new(),
            problems: Vec::new(),
            failure: Some(Failure::Own(problem)),
            reached: Reached::default(),
            spent,
        };
    }
    let mut outcome = build(place, text, chunk.clone(), None, spent);
    let mut mended = None;
    for tries in 0.. {
        let Some(Failure::Scan(error, at)) = &outcome.failure else { break };
        let copy = mended.get_or_insert_with(|| Mended::new(&text[chunk.clone()]));
        if !affordable(chunk.len(), tries) || !copy.mend(error.info(), at - chunk.start, &outcome.reached) {
            break;
        }
        outcome = build(place, text, chunk.clone(), Some(copy), spent);
    }
    outcome
}

/// The place on a line where it comes to more values than a text may have. The parser keeps all tokens of a line, so it is not asked.
fn crowded(text: &str) -> Option<usize> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if line.len() as u64 > MAX_NODES {
            let (mut values, mut quoted, mut escaped) = (0, false, false);
            for (at, byte) in line.bytes().enumerate() {
                quoted ^= byte == b'"' && !escaped;
                escaped = byte == b'\\' && !escaped;
                values += u64::from(!quoted && matches!(byte, b',' | b':' | b'[' | b'{'));
                if values > MAX_NODES {
                    return Some(start + at);
                }
            }
        }
        start += line.len();
    }
    None
}

/// The place of the first character that YAML forbids anywhere.
fn forbidden(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let control = |b: u8| (b < b' ' && !matches!(b, b'\t' | b'\n' | b'\r')) || b == 0x7f;
    if text.is_ascii() {
        return bytes.iter().position(|&b| control(b));
    }
    let allowed = |c: char| match c {
        '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' => true,
        _ => c >= '\u{a0}' && !matches!(c, '\u{fffe}' | '\u{ffff}'),
    };
    text.find(|c| !allowed(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tree as text: every node's own source in `<>`.
    fn outline(text: &str) -> String {
        let parsed = parse(FileId(0), text);
        let mut out = String::new();
        for document in &parsed.documents {
            write(&document.root, text, &mut out);
            out.push('\n');
        }
        for problem in &parsed.problems {
            assert!(text.get(problem.span.range()).is_some(), "{text:?}: {problem:?}");
            out.push_str(&format!("{:?}@{}\n", problem.kind, problem.span.start));
        }
        out
    }

    fn write(node: &Node, text: &str, out: &mut String) {
        if let Some(map) = node.as_mapping() {
            out.push('{');
            for entry in &map.entries {
                write(&entry.key, text, out);
                out.push_str(if entry.merged { "<<" } else { "=" });
                write(&entry.value, text, out);
                out.push(' ');
            }
            out.push('}');
        } else if let Some(items) = node.as_sequence() {
            out.push('[');
            for item in items {
                write(item, text, out);
                out.push(' ');
            }
            out.push(']');
        } else {
            out.push_str(&text[node.span().range()]);
        }
    }

    #[test]
    fn trees() {
        assert_eq!(outline("a: 1\nb:\n- x # c\n- 'y'\nc: {d: [e, f: g]}\n"), "{a=1 b=[x 'y' ] c={d=[e {f=g } ] } }\n");
        assert_eq!(outline("a: |\n  x\n\n  y\n\nb: >-\n  z"), "{a=|\n  x\n\n  y b=>-\n  z }\n");
        assert_eq!(outline("a: &x {k: 1}\nb: *x\nc:\n  k: 2\n  <<: *x\n"), "{a={k=1 } b={k=1 } c={k<<1 } }\n");
        assert_eq!(outline("a: 1\na: 2\n"), "{a=2 }\nDuplicateKey@5\n");
        assert_eq!(outline("a: [1\n---\nb: 2\n"), "{b=2 }\nSyntax@3\n");
        assert_eq!(outline("  a: 1\nb: 2\nc: 3\n---\nd: 4\n"), "{a=1 }\n{d=4 }\nIgnored@7\n");
        assert_eq!(outline("a: 1\n... # end\n...\n# c\nb: 2\n---\nd: 4\n...\n"), "{a=1 }\n{d=4 }\nIgnored@23\n");
        assert_eq!(outline("a: 1\n... b\n"), "{a=1 }\nIgnored@9\n");
        assert_eq!(outline("{{ if .Values.x }}\na: 1\n"), "Syntax@19\n");
        assert_eq!(outline("a: 'x'#c\nb: [1]#d\n"), "{a='x' b=[1 ] }\n");
        assert_eq!(outline("é: ü\nb: ö # ä\nc: \"ß\"\n"), "{é=ü b=ö c=\"ß\" }\n");
    }

    #[test]
    fn weights_are_no_less_than_what_is_read() {
        for text in ["a: 1\nb: [x, {y: z}]\n", "[1,1,1,1]", "- - - a\n- b: c\n  d:\n", "a: |\n  b\n  c\n"] {
            let nodes: u32 = parse(FileId(0), text).documents.iter().map(|d| d.root.weight()).sum();
            assert!(weigh(text) + 1 >= nodes as usize, "{text:?}: {} and {nodes}", weigh(text));
        }
    }

    #[test]
    fn indentation_at_the_end_of_a_text_is_no_line() {
        for (text, value) in [("a: |+\n  x\n  ", "x\n"), ("a: |+\n  x\n\n  ", "x\n\n"), ("a: |+\n  x\n  \n", "x\n\n"), ("a: |\n  x\n  ", "x\n")] {
            assert_eq!(parse(FileId(0), text).documents[0].root.str_at(&["a"]), Some(value), "{text:?}");
        }
    }

    /// go-yaml reads these.
    #[test]
    fn flow_collections_go_on_at_any_column() {
        for (text, value) in [
            ("a:\n  b: {c: k\nd}\n", "k d"),
            ("a:\n  b: {c: k  \n\n d, e: f}\n", "k\nd"),
            ("a:\n  b: {e: [\n], c: k-\nit's, f: é\n\n}\n", "k- it's"),
            ("a:\n  b: {c: 'k\nd'\n}\n", "k d"),
            ("a:\n  b: {k\nd, c: x}\n", "x"),
            ("a:\n  b: {k-\nd, c: x}\n", "x"),
            ("a:\n  b:\n    c: x\n    d:\n    - - {k\nd}\n", "x"),
        ] {
            let parsed = parse(FileId(0), text);
            assert_eq!(parsed.documents.first().and_then(|d| d.root.str_at(&["a", "b", "c"])), Some(value), "{text:?}: {:?}", parsed.problems);
        }
    }

    /// go-yaml refuses these; kubectl and kustomize read nothing of such a file.
    #[test]
    fn what_only_yaml_allows_is_refused() {
        for (text, at) in [
            ("a: [|]\n", 4),
            ("a: [x, >y]\n", 7),
            ("a: {b: c,>\n}\n", 9),
            ("a: {|b: c}\n", 4),
            ("a: &b.c 1\n", 3),
            ("é: &b-\u{feff}# c\n  d\n", 4),
            ("a: &b/c [x]\n", 3),
            ("a: &b\"c {x: y}\n", 3),
            ("a: [b: {c: d}}]\n", 13),
            ("[{}é:", 3),
            ("a:\n  \"\n\":\n", 5),
            ("-\tx\n", 1),
            ("a:\n- b\n- \t# c\n  d: e\n", 9),
            ("? \ta\n: b\n", 2),
            ("[\n  \"b\": 1,\n  \"c\": 2\n}]\n", 21),
            ("a: [b\n  c: d]\n", 9),
            ("a: {b: c, d\n  : e}\n", 10),
            ("a: {b: c, d:[e]}\n", 10),
            ("a: x [y\n\tb: c\n", 3),
            ("a: {b: c # d\n  e, f: g}\n", 15),
            ("a: {b: c # d\ne, f: g}\n", 13),
            ("a: [b: c # d\ne]\n", 13),
            ("a: [c # d\ne]\n", 10),
            ("{a: [b\n\"  c: 1']}\n", 5),
            ("a: {\"b\n  c\": d}\n", 4),
        ] {
            assert_eq!(outline(text), format!("Syntax@{at}\n"), "{text:?}");
        }
        for text in [
            "a: &b-1_C 1\nd: *b-1_C\n",
            "a: [x|y, x>, '|']\n",
            "a: |\n  x\nb: >\n  y\n",
            "a: x |\n",
            "a: [b: , c: d]\n",
            "a:\tb\nc: [\t-d,\te]\n",
            "a: {b\n  c, ? d\n  e : f}\n",
        ] {
            assert_eq!(parse(FileId(0), text).problems.len(), 0, "{text:?}");
        }
    }
}
