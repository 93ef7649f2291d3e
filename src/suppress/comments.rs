//! Suppressions in comments: which findings they cover, and which cover none.
//!
//! A comment behind something covers its line. One on a line of its own covers what follows: the next key or list item with everything
//! below it; above the first key of a document, the document. Comments of YAML inside a scalar (an inline patch) count there.

use super::cover::{Scope, cover};
use super::directive::{self, Directive};
use crate::finding::Finding;
use crate::fix::{Change, Proposal};
use crate::rules::{self, Draft, Findings};
use crate::source::{FileId, Source, Span};
use crate::text::{and, closest};
use crate::yaml::{Comment, Node, Parsed, Value, parse_value};
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::ops::Range;

/// A file to read suppressions from.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a> {
    /// The file.
    pub file: FileId,
    /// Its text.
    pub source: &'a Source,
    /// Its documents.
    pub parsed: &'a Parsed,
    /// Whether what is wrong with its suppressions is to be said.
    pub judged: bool,
}

/// The suppressions of a run.
#[derive(Debug, Default)]
pub struct Comments {
    list: Vec<Ignore>,
    malformed: Vec<(Span, &'static str, Option<String>)>,
}

#[derive(Debug)]
struct Ignore {
    comment: Span,
    text: String,
    /// What it covers; nothing when nothing follows it.
    scope: Option<Span>,
    rules: Vec<(String, Range<usize>)>,
    used: Vec<bool>,
    /// Where findings point that it would cover if their evidence counted.
    near: BTreeSet<Span>,
    reason: Option<String>,
    judged: bool,
}

impl Ignore {
    fn name(&self, range: &Range<usize>) -> Span {
        let start = self.comment.start as usize;
        Span::new(self.comment.file, start + range.start, start + range.end)
    }
}

/// Whether a text holds the program's name, which every suppression does; in any case, for those that are malformed.
#[must_use]
pub fn mentions(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'-', bytes).any(|i| i >= 3 && bytes.get(i - 3..i + 5).is_some_and(|w| w.eq_ignore_ascii_case(b"hco-lint")))
}

impl Comments {
    /// Reads a file's suppressions.
    pub fn read(&mut self, text: Text<'_>) {
        self.stream(&text, text.parsed);
    }

    fn stream(&mut self, text: &Text<'_>, parsed: &Parsed) {
        for (number, document) in parsed.documents.iter().enumerate() {
            let next = parsed.documents.get(number + 1).map(|d| d.root.span());
            self.document(text, &document.root, next, &document.comments);
            self.inside(text, &document.root);
        }
    }

    fn document(&mut self, text: &Text<'_>, root: &Node, next: Option<Span>, comments: &[Comment]) {
        let places = OnceCell::new();
        for comment in comments {
            let said = text.source.text.get(comment.span.range()).unwrap_or_default();
            match directive::read(said) {
                Some(Directive::Ignore { rules, reason }) => {
                    let used = vec![false; rules.len()];
                    // What stands below the last key, above the next `---`, is above the next document.
                    let scope = scope(text.source, root, comment, &places).or(next);
                    let (comment, text, judged) = (comment.span, said.to_owned(), text.judged);
                    self.list.push(Ignore { comment, text, scope, rules, used, near: BTreeSet::new(), reason, judged });
                }
                Some(Directive::Malformed { why, meant }) if text.judged => self.malformed.push((comment.span, why, meant)),
                Some(Directive::Malformed { .. }) | None => {}
            }
        }
    }

    /// The comments of YAML inside scalars.
    fn inside(&mut self, text: &Text<'_>, node: &Node) {
        if node.alias().is_some() {
            return;
        }
        match node.value() {
            Value::Mapping(m) => m.entries.iter().filter(|e| !e.merged).for_each(|e| self.inside(text, &e.value)),
            Value::Sequence(s) => s.items.iter().for_each(|item| self.inside(text, item)),
            Value::Scalar(s) if mentions(&s.text) => {
                let parsed = parse_value(node);
                let trees = parsed.documents.iter().all(|d| d.root.as_scalar().is_none());
                if trees && parsed.problems.is_empty() {
                    self.stream(text, &parsed);
                }
            }
            Value::Scalar(_) | Value::Opaque(_) => {}
        }
    }

    /// Which findings are covered: by which comment, and the reason that is given.
    pub fn hide(&mut self, findings: &[&Finding]) -> Vec<Option<(Span, Option<String>)>> {
        let mut scopes = Vec::new();
        let mut asked = Vec::new();
        for (comment, ignore) in self.list.iter().enumerate() {
            let Some(span) = ignore.scope else { continue };
            let mut said = BTreeSet::new();
            for (number, (name, _)) in ignore.rules.iter().enumerate() {
                if rules::find(name).is_some() && said.insert(name) {
                    scopes.push(Scope { rule: name, span });
                    asked.push((comment, number));
                }
            }
        }
        let covered = cover(&scopes, findings);
        for (((comment, number), inside), near) in asked.iter().zip(covered.used).zip(covered.near) {
            let Some(ignore) = self.list.get_mut(*comment) else { continue };
            if let Some(used) = ignore.used.get_mut(*number) {
                *used |= inside;
            }
            ignore.near.extend(near);
        }
        let by = |scope: usize| asked.get(scope).and_then(|(comment, _)| self.list.get(*comment));
        covered.by.into_iter().map(|scope| scope.and_then(by).map(|ignore| (ignore.comment, ignore.reason.clone()))).collect()
    }

    /// Says what is wrong with the suppressions: `seen` tells whether everything that a rule could find in a file was seen, so that what
    /// covers nothing is of no use.
    pub fn report(&self, seen: &dyn Fn(&str, FileId) -> bool, findings: &mut Findings) {
        for (span, why, meant) in &self.malformed {
            let mut draft = Draft::new(*span, *why, "this comment suppresses nothing").field("suppression");
            draft = draft.help("write `# hco-lint: ignore[rule, rule] reason`");
            if let Some(meant) = meant.as_deref().and_then(settled) {
                draft = draft.fix(comment("write it as it was meant", true, *span, Some(meant)));
            }
            findings.report("suppression-malformed", draft);
        }
        for ignore in self.list.iter().filter(|i| i.judged) {
            for (name, range) in &ignore.rules {
                if rules::find(name).is_none() {
                    findings.report("suppression-unknown-rule", unknown(ignore, name, range));
                }
            }
            let unused = ignore.rules.iter().zip(&ignore.used).enumerate();
            let unused = unused.filter(|(_, ((name, _), used))| !**used && rules::find(name).is_some() && seen(name, ignore.comment.file));
            let unused: Vec<usize> = unused.map(|(number, _)| number).collect();
            if !unused.is_empty() {
                findings.report("suppression-unused", useless(ignore, &unused));
            }
        }
    }
}

fn comment(title: &str, safe: bool, span: Span, text: Option<String>) -> Proposal {
    Proposal { title: title.to_owned(), safe, changes: vec![Change::Comment { span, text }] }
}

/// A comment with all that is wrong with it put right: what is half right would be the next finding.
fn settled(text: &str) -> Option<String> {
    match directive::read(text)? {
        Directive::Ignore { rules, .. } => {
            let mut text = text.to_owned();
            for (name, range) in rules.into_iter().rev().filter(|(name, _)| rules::find(name).is_none()) {
                text.replace_range(range, closest(&name, rules::names())?);
            }
            Some(text)
        }
        Directive::Malformed { meant, .. } => meant.filter(|meant| meant != text).as_deref().and_then(settled),
    }
}

fn unknown(ignore: &Ignore, name: &str, range: &Range<usize>) -> Draft {
    let draft = Draft::new(ignore.name(range), "no such rule", format!("there is no rule `{name}` to ignore")).field("suppression").item(name);
    let Some(meant) = closest(name, rules::names()) else { return draft.help("`hco-lint explain` lists the rules") };
    let text = format!("{}{meant}{}", &ignore.text[..range.start], &ignore.text[range.end..]);
    draft.help(format!("did you mean `{meant}`?")).fix(comment(&format!("write `{meant}`"), true, ignore.comment, Some(text)))
}

fn useless(ignore: &Ignore, unused: &[usize]) -> Draft {
    let named: Vec<&(String, Range<usize>)> = unused.iter().filter_map(|i| ignore.rules.get(*i)).collect();
    let names: Vec<String> = named.iter().map(|(name, _)| format!("`{name}`")).collect();
    let (at, here) = match named.as_slice() {
        [(_, range)] if ignore.rules.len() > 1 => (ignore.name(range), "it finds nothing here"),
        _ => (ignore.comment, "nothing is found here"),
    };
    let message = match ignore.scope {
        Some(_) => format!("there is no finding of {} to ignore here", and(&names)),
        None => format!("nothing follows the comment that ignores {}", and(&names)),
    };
    let mut draft = Draft::new(at, here, message);
    draft = draft.field("suppression").item(&named.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(","));
    for near in &ignore.near {
        draft = draft.because(*near, "a finding that cites this place points here");
    }
    draft = draft.help(if ignore.near.is_empty() { "remove it" } else { "move it to where the finding points, or remove it" });
    let left = directive::without(&ignore.text, &ignore.rules, unused);
    let title = if left.is_some() { format!("no longer ignore {}", and(&names)) } else { "remove the comment".to_owned() };
    draft.fix(comment(&title, ignore.near.is_empty(), ignore.comment, left))
}

/// What a comment covers.
fn scope(source: &Source, root: &Node, comment: &Comment, places: &OnceCell<Vec<Span>>) -> Option<Span> {
    let (file, end) = (comment.span.file, comment.span.end);
    if !comment.own_line {
        let line = source.line_range(source.position(comment.span.start as usize).line);
        return Some(Span::new(file, line.start, line.end));
    }
    if end <= root.span().start {
        return Some(root.span());
    }
    let places = places.get_or_init(|| {
        let mut places = Vec::new();
        collect(root, &mut places);
        // Of several that begin together, the outermost stays the first.
        places.sort_by_key(|place| place.start);
        places
    });
    places.get(places.partition_point(|place| place.start < end)).copied()
}

/// The entries and items of a tree, each before what is below it.
fn collect(node: &Node, places: &mut Vec<Span>) {
    if node.alias().is_some() {
        return;
    }
    let mut take = |from: Span, node: &Node| {
        places.push(from.to(node.alias().unwrap_or(node.span())));
        collect(node, places);
    };
    match node.value() {
        Value::Mapping(m) => m.entries.iter().filter(|e| !e.merged).for_each(|e| take(e.key.span(), &e.value)),
        Value::Sequence(s) => s.items.iter().for_each(|item| take(item.alias().unwrap_or(item.span()), item)),
        Value::Scalar(_) | Value::Opaque(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::parse;

    /// The text that each suppression of a text covers.
    fn scopes(text: &str) -> Vec<&str> {
        let (source, parsed) = (Source::new("f".to_owned(), text.to_owned()), parse(FileId(0), text));
        let mut comments = Comments::default();
        comments.read(Text { file: FileId(0), source: &source, parsed: &parsed, judged: true });
        comments.list.iter().map(|i| i.scope.map_or("", |s| &text[s.range()])).collect()
    }

    #[test]
    fn on_the_line() {
        assert_eq!(scopes("a: 1\nb: 2 # hco-lint: ignore[x]\nc: 3\n"), ["b: 2 # hco-lint: ignore[x]"]);
        assert_eq!(scopes("a: # hco-lint: ignore[x]\n  b: 1\n"), ["a: # hco-lint: ignore[x]"]);
    }

    #[test]
    fn above() {
        assert_eq!(scopes("a: 1\n# hco-lint: ignore[x]\nb:\n  c: 1\n  d: 2\ne: 1\n"), ["b:\n  c: 1\n  d: 2"]);
        assert_eq!(scopes("a:\n  # hco-lint: ignore[x]\n  b: 1\n  c: 2\n"), ["b: 1"]);
        assert_eq!(scopes("l:\n- a: 1\n# hco-lint: ignore[x]\n# more\n- b: 1\n  c: 2\n- d\n"), ["b: 1\n  c: 2"]);
        assert_eq!(scopes("l: [\n  1,\n  # hco-lint: ignore[x]\n  {a: 1}, 2]\n"), ["{a: 1}"]);
        assert_eq!(scopes("a:\n  b: 1\n  # hco-lint: ignore[x]\nc: 1\n"), ["c: 1"]);
        assert_eq!(scopes("a: 1\n# hco-lint: ignore[x]\n"), [""]);
    }

    #[test]
    fn above_the_document() {
        assert_eq!(scopes("# licence\n\n# hco-lint: ignore[x]\na: 1\nb: 2\n---\nc: 1\n"), ["a: 1\nb: 2"]);
        assert_eq!(scopes("a: 1\n# hco-lint: ignore[x]\n---\n# hco-lint: ignore[y]\nb: 2\n"), ["b: 2", "b: 2"]);
    }

    #[test]
    fn settled_at_once() {
        for (comment, meant) in [
            ("# hco-lint ignore[syntax] why", Some("# hco-lint: ignore[syntax] why")),
            ("# HCO-lint: ignroe[duplicate-keys, sintax] é", Some("# hco-lint: ignore[duplicate-key, syntax] é")),
            ("# hco-lint ignore[m]", None),
            ("# hco-lint ignore[syntax,]", None),
        ] {
            let Some(Directive::Malformed { meant: first, .. }) = directive::read(comment) else { panic!("{comment}") };
            assert_eq!(first.as_deref().and_then(settled).as_deref(), meant, "{comment}");
        }
    }

    #[test]
    fn inside_a_patch() {
        let text = "patches:\n- patch: |-\n    # hco-lint: ignore[x]\n    a: 1\n    b: 2 # hco-lint: ignore[x]\n";
        assert_eq!(scopes(text), ["a: 1\n    b: 2", "    b: 2 # hco-lint: ignore[x]"]);
        assert_eq!(scopes("script: |\n  echo # hco-lint: ignore[x]\n"), [""; 0]);
    }
}
