//! The keys of one mapping as they arrive, and what Kubernetes makes of them: duplicates, merge keys, keys that are no strings.

use super::{Entry, Mapping, Node, Opaque, Problem, ProblemKind, Style, Value};
use crate::source::Span;
use std::collections::HashMap;

/// The pairs of an open mapping.
#[derive(Default)]
pub(super) struct Keys {
    key: Option<Node>,
    pairs: Vec<(Node, Node)>,
}

impl Keys {
    /// The next node is a value.
    pub(super) fn awaits_value(&self) -> bool {
        self.key.is_some()
    }

    /// Takes the next key or value.
    pub(super) fn push(&mut self, node: Node) {
        match self.key.take() {
            None => self.key = Some(node),
            Some(key) => self.pairs.push((key, node)),
        }
    }

    /// The mapping, read as go-yaml v2 reads it into a map: one pair after the other, each overwriting what an earlier one or an
    /// earlier merge key wrote. `source` is the text from the mapping's first byte.
    pub(super) fn finish(self, span: Span, flow: bool, source: &str, problems: &mut Vec<Problem>) -> Node {
        if flow && source.starts_with("{{") {
            return Node::opaque("a template expression", span);
        }
        let mut map = Building::default();
        for (key, value) in self.pairs {
            if is_merge(&key) {
                map.merge(&key, &value, problems);
            } else if key.text().is_some() {
                if key.is_null() {
                    refused(problems, &key, "a key is null, and Kubernetes refuses a document with such a key");
                }
                map.insert(Entry { key, value, merged: false }, problems);
            } else {
                map.complex(&key, problems);
            }
        }
        let Building { slots, open, shadowed, .. } = map;
        let entries = slots.into_iter().flatten().collect();
        Node::new(Value::Mapping(Mapping { entries, flow, open, removed: Vec::new(), shadowed }), span)
    }
}

/// A bare `<<`; a quoted one is a key like any other.
fn is_merge(key: &Node) -> bool {
    key.alias().is_none()
        && key.as_scalar().is_some_and(|s| &*s.text == "<<")
        && match key.tag() {
            None => key.as_scalar().is_some_and(|s| s.style == Style::Plain),
            Some(tag) => tag == "tag:yaml.org,2002:merge",
        }
}

fn refused(problems: &mut Vec<Problem>, node: &Node, message: &str) {
    let span = node.alias().unwrap_or(node.span());
    problems.push(Problem { kind: ProblemKind::Refused, span, message: message.to_owned(), related: None });
}

/// Maps up to this size are searched, larger ones indexed.
const SMALL: usize = 16;

/// A mapping under construction. A key that is written again leaves its slot and takes the next one.
#[derive(Default)]
struct Building {
    slots: Vec<Option<Entry>>,
    index: HashMap<Box<str>, usize>,
    open: Option<Opaque>,
    shadowed: Vec<Entry>,
}

impl Building {
    fn find(&self, key: &str) -> Option<usize> {
        if self.slots.len() <= SMALL {
            return self.slots.iter().position(|e| e.as_ref().and_then(|e| e.key.text()) == Some(key));
        }
        self.index.get(key).copied()
    }

    fn insert(&mut self, entry: Entry, problems: &mut Vec<Problem>) {
        let Some(text) = entry.key.text() else { return };
        let earlier = self.find(text).and_then(|i| self.slots[i].take());
        if let Some(first) = earlier.filter(|e| !e.merged && !entry.merged) {
            problems.push(Problem {
                kind: ProblemKind::DuplicateKey,
                span: entry.key.span(),
                message: format!("the key {text:?} stands twice in one map; Kubernetes silently keeps the last"),
                related: Some(first.key.span()),
            });
            self.shadowed.push(first);
        }
        if self.slots.len() == SMALL {
            let texts = self.slots.iter().enumerate().filter_map(|(i, e)| Some((e.as_ref()?.key.text()?.into(), i)));
            self.index = texts.collect();
        }
        if self.slots.len() >= SMALL {
            self.index.insert(text.into(), self.slots.len());
        }
        self.slots.push(Some(entry));
    }

    /// Takes in what a merge key brings: a map, or a list of maps of which the earlier win over the later.
    fn merge(&mut self, key: &Node, value: &Node, problems: &mut Vec<Problem>) {
        match value.value() {
            Value::Sequence(list) => {
                for map in list.items.iter().rev() {
                    self.merge_map(key, map, problems);
                }
            }
            _ => self.merge_map(key, value, problems),
        }
    }

    fn merge_map(&mut self, key: &Node, value: &Node, problems: &mut Vec<Problem>) {
        match value.value() {
            Value::Mapping(map) => {
                for entry in &map.entries {
                    self.insert(Entry { merged: true, ..entry.clone() }, problems);
                }
                self.open = self.open.take().or_else(|| map.open.clone());
            }
            Value::Opaque(opaque) => self.open = Some(opaque.clone()),
            // Of spiff's templates, which have a merge key of their own: what comes of it is written before Kubernetes reads it.
            Value::Scalar(text) if text.style == Style::Plain && text.text.starts_with("((") && text.text.ends_with("))") => {
                self.open = Some(Opaque { reason: "a template expression".into(), span: value.span() });
            }
            _ => refused(problems, key, "a merge key (`<<`) takes a map or a list of maps; Kubernetes refuses anything else"),
        }
    }

    /// A list or a map as a key. What the key would be cannot be known, so any key may be there.
    fn complex(&mut self, key: &Node, problems: &mut Vec<Problem>) {
        if let Value::Opaque(opaque) = key.value() {
            self.open = Some(opaque.clone());
            return;
        }
        refused(problems, key, "a key is a list or a map, and Kubernetes refuses a document with such a key");
        self.open = Some(Opaque { reason: "a key that is a list or a map".into(), span: key.span() });
    }
}

#[cfg(test)]
mod tests {
    use crate::source::FileId;
    use crate::yaml::{Dialect, Lookup, Parsed, ProblemKind, parse};

    fn read(text: &str) -> Parsed {
        parse(FileId(0), text)
    }

    /// The map under `m` as JSON.
    fn map(text: &str) -> String {
        let parsed = read(text);
        assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
        parsed.documents[0].root.find(&["m"]).expect("a map").to_json(Dialect::Kubernetes).to_string()
    }

    /// Expected values: kubectl v1.32.
    #[test]
    fn a_merge_key_counts_where_it_stands() {
        assert_eq!(map("m: {b: 3, <<: {b: 2}}"), r#"{"b":2}"#);
        assert_eq!(map("m: {<<: {b: 2}, b: 3}"), r#"{"b":3}"#);
        assert_eq!(map("m: {<<: [{a: 1, b: 1}, {b: 2, c: 2}], d: 4}"), r#"{"a":1,"b":1,"c":2,"d":4}"#);
        assert_eq!(map("x: &x {a: 1}\ny: &y {<<: *x, b: 2}\nm: {<<: *y}"), r#"{"a":1,"b":2}"#);
        assert_eq!(map("m: {'<<': {b: 2}}"), r#"{"<<":{"b":2}}"#);
        assert_eq!(map("m: {!!str <<: {b: 2}}"), r#"{"<<":{"b":2}}"#);
        assert_eq!(map("m: {<<: {a: 1}, <<: {a: 2}}"), r#"{"a":2}"#);
    }

    #[test]
    fn what_a_merge_brought_is_marked() {
        let parsed = read("x: &x {a: 1, b: 1}\nm:\n  b: 0\n  <<: *x\n  a: 2\n");
        let entries = parsed.documents[0].root.entries_at(&["m"]);
        let seen: Vec<_> = entries.iter().map(|e| (e.key.text().expect("a key"), e.merged)).collect();
        assert_eq!(seen, [("b", true), ("a", false)]);
    }

    #[test]
    fn duplicates_keep_the_last_and_name_both() {
        for text in ["a: 1\nb: 2\n'a': 3\n", "{\"a\": 1, \"b\": 2, \"a\": 3}"] {
            let parsed = read(text);
            let root = &parsed.documents[0].root;
            assert_eq!(root.to_json(Dialect::Kubernetes).to_string(), r#"{"a":3,"b":2}"#);
            let [problem] = &parsed.problems[..] else { panic!("{:?}", parsed.problems) };
            assert_eq!(problem.kind, ProblemKind::DuplicateKey);
            assert_eq!(problem.span, root.entry_at(&["a"]).expect("a").key.span());
            assert_eq!(problem.related.map(|s| s.start as usize), text.find('a').map(|i| i - usize::from(text.starts_with('{'))));
        }
        let thrice = read("a: 1\na: 2\na: 3\n");
        assert_eq!(thrice.problems.iter().map(|p| (p.related.map(|s| s.start), p.span.start)).collect::<Vec<_>>(), [(Some(0), 5), (Some(5), 10)]);
        let many: String = (0..40).chain([3]).map(|i| format!("k{i}: {i}\n")).collect();
        assert_eq!(read(&many).problems.len(), 1);
        assert_eq!(read("a: {x: 1}\nb: {x: 1}\n").problems.len(), 0);
    }

    #[test]
    fn keys_that_kubernetes_refuses_do_not_hide_the_others() {
        for text in ["~: 1\na: 2\n", ": 1\na: 2\n", "null: 1\na: 2\n", "? [x]\n: 1\na: 2\n", "{x: y}: 1\na: 2\n", "<<: 1\na: 2\n"] {
            let parsed = read(text);
            assert_eq!(parsed.problems.iter().map(|p| p.kind).collect::<Vec<_>>(), [ProblemKind::Refused], "{text}");
            assert_eq!(parsed.documents[0].root.find(&["a"]).and_then(|n| n.as_int()), Some(2), "{text}");
        }
        assert!(read("'~': 1\n'': 2\n!!str : 3\n").problems.iter().all(|p| p.kind == ProblemKind::DuplicateKey));
    }

    #[test]
    fn templates_leave_the_literal_keys_around_them() {
        let parsed = read("a: {{ .Values.x }}\nb:\n  {{ .Values.key }}: v\n  <<: {{ .Values.rest }}\n  c: d\ne: [{{ x }}, f]\n");
        assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
        let root = &parsed.documents[0].root;
        let Lookup::Unknown(opaque) = root.get("a") else { panic!("{root:?}") };
        assert_eq!((&*opaque.reason, opaque.span.start, opaque.span.end), ("a template expression", 3, 18));
        assert_eq!(root.str_at(&["b", "c"]), Some("d"));
        assert!(matches!(root.at(&["b", "other"]), Lookup::Unknown(_)));
        assert!(matches!(root.get("other"), Lookup::Absent));
        assert_eq!(root.items_at(&["e"])[1].as_str(), Some("f"));
    }

    #[test]
    fn what_spiff_merges_is_not_known() {
        let parsed = read("workers:\n  <<: (( &template ))\n  name: (( elem.name ))\nother: {<<: (( x || ~ )), a: 2}\n");
        assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
        let root = &parsed.documents[0].root;
        assert!(matches!(root.at(&["workers", "machine"]), Lookup::Unknown(_)));
        assert_eq!(root.find(&["other", "a"]).and_then(|n| n.as_int()), Some(2));
        assert_eq!(read("a: {<<: '(( x ))'}\n").problems.len(), 1);
    }
}
