//! Hostile and huge texts: no panic, no hang, bounded answers, spans that always fit the text.

use hco_lint::source::{FileId, Span};
use hco_lint::yaml::{Node, Parsed, ProblemKind, Style, Value, parse, parse_value};
use std::time::{Duration, Instant};

/// Far above what the slowest of these takes in a debug build, far below anything quadratic.
const PATIENCE: Duration = Duration::from_secs(20);

fn read(text: &str) -> Parsed {
    let begun = Instant::now();
    let parsed = parse(FileId(0), text);
    assert!(begun.elapsed() < PATIENCE, "{:?} for {:?}…", begun.elapsed(), &text[..text.len().min(40)]);
    parsed
}

/// The only problem of a text that has no document.
fn problem(text: &str) -> ProblemKind {
    let parsed = read(text);
    assert!(parsed.documents.is_empty());
    assert_eq!(parsed.problems.len(), 1, "{:?}", parsed.problems);
    parsed.problems[0].kind
}

#[test]
fn nesting_is_bounded() {
    let many = 100_000;
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", ""), ("a: [", "]"), ("[{", "}]"), ("- - ? ", ""), ("&a [", "]")] {
        let closed = format!("{}x{}", open.repeat(many), close.repeat(many));
        assert_eq!(problem(&closed), ProblemKind::Limit, "{open}");
        assert_eq!(problem(&open.repeat(many)), ProblemKind::Limit, "{open} not closed");
    }
    let mut text = String::new();
    for level in 0..2_000 {
        text.push_str(&" ".repeat(level));
        text.push_str("a:\n");
    }
    assert_eq!(problem(&text), ProblemKind::Limit);
    assert!(matches!(problem(&"]".repeat(many)), ProblemKind::Syntax));
    assert!(matches!(problem(&"{".repeat(150)), ProblemKind::Syntax));
    for (open, close) in [("[", "]"), ("- ", ""), ("{a: ", "}")] {
        let text = format!("{}x{}", open.repeat(200), close.repeat(200));
        assert_eq!(read(&text).documents.len(), 1, "200 levels of {open}");
        let text = format!("{}x{}", open.repeat(201), close.repeat(201));
        assert_eq!(problem(&text), ProblemKind::Limit, "201 levels of {open}");
    }
}

#[test]
fn documents_are_bounded() {
    let parsed = parse(FileId(0), &"a: 1\n---\n".repeat(100_001));
    assert_eq!(parsed.documents.len(), 100_000);
    assert_eq!(parsed.problems.iter().map(|p| p.kind).collect::<Vec<_>>(), [ProblemKind::Limit]);
}

#[test]
fn aliases_are_bounded() {
    let mut laughs = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for i in 1..12 {
        let before = i - 1;
        laughs.push_str(&format!("a{i}: &a{i} [{}]\n", vec![format!("*a{before}"); 9].join(", ")));
    }
    assert_eq!(problem(&laughs), ProblemKind::Limit);

    // Each level holds the last one as deep as it may: what the aliases hide counts as depth.
    let mut chain = String::from("a0: &a0 x\n");
    for i in 1..1_000 {
        chain.push_str(&format!("a{i}: &a{i} {}*a{}{}\n", "[".repeat(50), i - 1, "]".repeat(50)));
    }
    assert_eq!(problem(&chain), ProblemKind::Limit);

    let mut merges = String::from("base: &base\n");
    merges.push_str(&(0..1_000).map(|i| format!("  k{i}: v\n")).collect::<String>());
    merges.push_str(&(0..10_000).map(|i| format!("m{i}: {{<<: *base}}\n")).collect::<String>());
    assert_eq!(problem(&merges), ProblemKind::Limit);

    // A document that merely reuses a lot is read.
    let reuse = format!("a: &a {{k: [1, 2, 3]}}\nb: [{}]\n", vec!["*a"; 10_000].join(", "));
    assert_eq!(read(&reuse).documents[0].root.items_at(&["b"]).len(), 10_000);

    // Many documents that each stay below the bound are bounded together.
    let copies = format!("a: &a [{}]\nb: [{}]\n---\n", vec!["x"; 999].join(", "), vec!["*a"; 100].join(", "));
    assert_eq!(read(&copies.repeat(30)).documents.len(), 30);
    let parsed = parse(FileId(0), &copies.repeat(60));
    assert!(parsed.problems.iter().all(|p| p.kind == ProblemKind::Limit) && !parsed.problems.is_empty());
    assert!((30..60).contains(&parsed.documents.len()), "{}", parsed.documents.len());

    assert_eq!(problem("a: &a [*a]"), ProblemKind::Syntax);
    assert_eq!(problem("a: *nowhere"), ProblemKind::Syntax);
    assert_eq!(read("a: &x 1\n---\nb: *x\n").problems.len(), 1);
}

#[test]
fn size_is_no_problem() {
    let line = "x".repeat(10 << 20);
    assert_eq!(read(&format!("a: {line}")).documents.len(), 1);
    assert_eq!(read(&format!("a: |\n  {line}\n")).documents.len(), 1);
    let line = &line[..1 << 20];
    assert_eq!(read(line).documents.len(), 1);
    assert_eq!(read(&format!("a: \"{line}\"")).documents.len(), 1);
    assert_eq!(read(&format!("a: # {line}\n  b")).documents.len(), 1);
    assert_eq!(read(&format!("é: {{a: 1, {}}}", "b: [é, x], ".repeat(20_000))).documents.len(), 1);
    assert_eq!(read(&"# comment\n".repeat(100_000)).documents.len(), 0);
    assert_eq!(read(&format!("{}a: 1\n", "# comment\n".repeat(100_000))).documents[0].comments.len(), 100_000);
    assert_eq!(read(&"---\n".repeat(100_000)).documents.len(), 0);
    assert_eq!(read(&"a: 1\n---\n".repeat(20_000)).documents.len(), 20_000);
    assert_eq!(read(&format!("a: |\n{}", "  é\n".repeat(200_000))).documents.len(), 1);
    assert_eq!(read(&format!("a: x\n{}", "  é\n".repeat(200_000))).documents.len(), 1);
    assert_eq!(read(&" ".repeat(1 << 20)).documents.len(), 0);
    assert_eq!(read(&"\t\r".repeat(500_000)).documents.len(), 0);
    let keys: String = (0..50_000).map(|i| format!("key-{i}: v\n")).collect();
    assert_eq!(read(&keys).documents[0].root.entries_at(&[]).len(), 50_000);
    let twice = read(&format!("{keys}{keys}"));
    assert_eq!(twice.documents[0].root.entries_at(&[]).len(), 50_000);
    // One more says that the others are not told.
    assert_eq!(twice.problems.len(), 10_001);
}

/// What must be mended in thousands of places is given up on in time.
#[test]
fn mending_is_bounded() {
    for text in ["a:\tb\n", "- {\n  b: 1\n}\n", "- \"x\ny\"\n", "- [a]#c\n"] {
        let few = read(&format!("r:\n{}", text.replace("a:", "k:")));
        assert!(few.problems.is_empty(), "{text:?}: {:?}", few.problems);
        read(&text.repeat(20_000));
    }
    read(&format!("a: {{{}}}", "\n".repeat(100_000)));
    read(&format!("a: {{{}\n}}", "\n# c".repeat(50_000)));
}

#[test]
fn control_characters_are_refused() {
    for c in ['\0', '\u{1}', '\u{b}', '\u{c}', '\u{1b}', '\u{7f}', '\u{80}', '\u{9f}', '\u{fffe}', '\u{ffff}'] {
        for text in [format!("a: {c}\n"), format!("é: \"{c}\"\n"), format!("# {c}")] {
            assert_eq!(problem(&text), ProblemKind::Syntax, "{c:?}");
        }
        let rest = read(&format!("a: {c}\n---\nb: 1\n"));
        assert_eq!(rest.documents.len(), 1);
    }
    assert!(read("a: \u{85}é\u{a0}\u{10ffff}\n").problems.is_empty());
}

/// A small generator of pseudo-random numbers (xorshift64*), the same on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % bound.max(1)
    }

    fn pick<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[self.below(list.len())]
    }
}

const PIECES: &[&str] = &[
    " ",
    "  ",
    "\n",
    "\n\n",
    "\t",
    ":",
    ": ",
    "-",
    "- ",
    "#",
    " # c",
    "\"",
    "'",
    "{",
    "}",
    "[",
    "]",
    ",",
    "|\n",
    ">-\n",
    "|+2\n",
    "&a ",
    "*a",
    "!!str ",
    "!x",
    "? ",
    "<<: ",
    "~",
    "yes",
    "é",
    "日",
    "😀",
    "\r\n",
    "\r",
    "\\",
    "\n...\n",
    "\n---\n",
    "%YAML 1.2\n",
    "\u{feff}",
    "\u{2028}",
    "{{ x }}",
    "{{- if }}\n",
    "a: b\n",
    "''",
    "\"\"",
    "\0",
];

#[test]
fn mutated_documents_keep_their_promises() {
    let mut seeds = Vec::new();
    let fixtures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/yaml");
    let mut paths: Vec<_> = std::fs::read_dir(fixtures).expect("the fixtures").map(|e| e.expect("a fixture").path()).collect();
    paths.sort();
    for path in paths {
        seeds.push(std::fs::read_to_string(path).expect("UTF-8"));
    }
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let (mut read, mut nodes) = (0, 0);
    for _ in 0..20_000 {
        let seed = &seeds[random.below(seeds.len())];
        let mut chars: Vec<char> = window(seed, &mut random).chars().collect();
        for _ in 0..=random.below(4) {
            let at = random.below(chars.len() + 1);
            let end = (at + random.below(4)).min(chars.len());
            let piece: Vec<char> = if random.below(3) == 0 { Vec::new() } else { random.pick(PIECES).chars().collect() };
            chars.splice(at..end, piece);
        }
        let text: String = chars.into_iter().collect();
        let parsed = parse(FileId(0), &text);
        for problem in &parsed.problems {
            fits(&text, problem.span);
            problem.related.into_iter().for_each(|s| fits(&text, s));
        }
        for document in &parsed.documents {
            read += 1;
            fits(&text, document.span);
            for comment in &document.comments {
                fits(&text, comment.span);
                assert!(text[comment.span.range()].starts_with('#'), "{text:?}");
                assert!(!text[comment.span.range()].contains(['\n', '\r']), "{text:?}");
            }
            assert!(document.comments.is_sorted_by_key(|c| c.span), "{text:?}");
            nodes += holds(&text, &document.root, document.span);
        }
    }
    assert!(read > 8_000 && nodes > 30_000, "only {read} documents and {nodes} nodes were read");
}

/// A few lines of a text, so that mutations meet.
fn window<'t>(text: &'t str, random: &mut Random) -> &'t str {
    let starts: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(i, _)| i + 1)).collect();
    let first = random.below(starts.len());
    let last = (first + 1 + random.below(12)).min(starts.len());
    &text[starts[first]..starts.get(last).copied().unwrap_or(text.len())]
}

fn fits(text: &str, span: Span) {
    assert!(text.get(span.range()).is_some(), "{span:?} does not fit {text:?}");
}

/// Checks a node and what is below it, all of it inside `parent` unless it is written elsewhere, and counts.
fn holds(text: &str, node: &Node, parent: Span) -> usize {
    let (span, place) = (node.span(), node.alias().unwrap_or(node.span()));
    fits(text, span);
    fits(text, place);
    assert!(parent.start <= place.start && place.end <= parent.end, "{place:?} outside {parent:?} in {text:?}");
    let source = &text[span.range()];
    let below = match node.value() {
        Value::Scalar(scalar) => {
            match scalar.style {
                Style::Plain if !source.contains(['\n', '\r']) => assert_eq!(source, &*scalar.text, "{text:?}"),
                Style::Plain => assert!(!source.is_empty()),
                Style::SingleQuoted => assert!(source.len() > 1 && source.starts_with('\'') && source.ends_with('\''), "{text:?}"),
                Style::DoubleQuoted => assert!(source.len() > 1 && source.starts_with('"') && source.ends_with('"'), "{text:?}"),
                Style::Literal => assert!(source.starts_with('|'), "{text:?}"),
                Style::Folded => assert!(source.starts_with('>'), "{text:?}"),
            }
            for document in parse_value(node).documents {
                fits(text, document.span);
                inside(text, &document.root, span);
            }
            0
        }
        Value::Sequence(list) => list.items.iter().map(|n| holds(text, n, span)).sum(),
        Value::Mapping(map) => {
            let own = map.entries.iter().filter(|e| !e.merged);
            own.map(|e| holds(text, &e.key, span) + holds(text, &e.value, span)).sum()
        }
        Value::Opaque(opaque) => {
            fits(text, opaque.span);
            0
        }
    };
    below + 1
}

/// Every span of a tree inside a scalar is inside the scalar.
fn inside(text: &str, node: &Node, scalar: Span) {
    let span = node.span();
    fits(text, span);
    assert!(scalar.start <= span.start && span.end <= scalar.end, "{span:?} outside {scalar:?} in {text:?}");
    for entry in node.entries_at(&[]) {
        inside(text, &entry.key, scalar);
        inside(text, &entry.value, scalar);
    }
    for item in node.items_at(&[]) {
        inside(text, item, scalar);
    }
}
