//! Putting one tree onto another: maps are merged, everything else is replaced.

use super::{Entry, Mapping, Node, Removal, Sequence, Value};

/// What becomes of a list that stands in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lists {
    /// The upper one replaces the lower one.
    Replace,
    /// Items of the upper one that the lower one lacks are added.
    Add,
}

impl Node {
    /// This tree with everything `over` says. A value that `over` decides brings its key along, so the line to edit is its own.
    #[must_use]
    pub fn overlaid(&self, over: &Node, lists: Lists) -> Node {
        match (self.value(), over.value()) {
            (Value::Mapping(a), Value::Mapping(b)) => {
                let mut entries: Vec<Entry> = a.entries.clone();
                for entry in &b.entries {
                    let key = entry.key.text();
                    match entries.iter_mut().find(|e| e.key.text() == key) {
                        Some(known) => {
                            let value = known.value.overlaid(&entry.value, lists);
                            let key = if value.same(&entry.value) { entry.key.clone() } else { known.key.clone() };
                            *known = Entry { key, value, merged: known.merged };
                        }
                        None => entries.push(entry.clone()),
                    }
                }
                let open = a.open.clone().or_else(|| b.open.clone());
                self.clone().with_value(Value::Mapping(Mapping { entries, open, ..a.clone() }))
            }
            (Value::Sequence(a), Value::Sequence(b)) if lists == Lists::Add => {
                let mut items = a.items.clone();
                items.extend(b.items.iter().filter(|i| !a.items.iter().any(|known| known.eq_value(i))).cloned());
                self.clone().with_value(Value::Sequence(Sequence { items, ..a.clone() }))
            }
            _ => over.clone(),
        }
    }

    /// This tree after a JSON merge patch (RFC 7386): maps merge, null removes, everything else replaces.
    #[must_use]
    pub fn merge_patched(&self, patch: &Node) -> Node {
        let Some(changes) = patch.as_mapping() else { return patch.clone() };
        let mut merged = self.as_mapping().cloned().unwrap_or_default();
        if let Value::Opaque(unknown) = self.value() {
            merged.open = Some(unknown.clone());
        }
        for change in &changes.entries {
            let Some(key) = change.key.text() else { continue };
            let old = merged.entry(key).map(|e| e.value.clone());
            if change.value.is_null() {
                merged.entries.retain(|e| e.key.text() != Some(key));
                if old.is_some() || merged.open.is_some() {
                    merged.removed.push(Removal { key: key.into(), was: old, by: change.span() });
                }
                continue;
            }
            merged.removed.retain(|r| &*r.key != key);
            let hidden = merged.open.clone().map(|unknown| Node::new(Value::Opaque(unknown.clone()), unknown.span));
            let below = old.clone().or(hidden).unwrap_or_else(|| Node::mapping(Vec::new(), change.value.span()));
            let value = below.merge_patched(&change.value);
            match merged.entries.iter_mut().find(|e| e.key.text() == Some(key)) {
                // A map that is changed inside stays where it is.
                Some(known) if value.as_mapping().is_some() => known.value = value,
                Some(known) => *known = Entry { key: change.key.clone(), value, merged: false },
                None => merged.entries.push(Entry { key: change.key.clone(), value, merged: false }),
            }
        }
        let span = if self.as_mapping().is_some() { self.span() } else { patch.span() };
        Node::new(Value::Mapping(merged), span)
    }

    /// This tree as if nothing in it could hold more than is seen; and whether that changed anything.
    #[must_use]
    pub fn closed(&self) -> (Node, bool) {
        if !self.is_open() {
            return (self.clone(), false);
        }
        match self.value() {
            Value::Mapping(mapping) => {
                let close = |e: &Entry| Entry { value: e.value.closed().0, ..e.clone() };
                let entries = mapping.entries.iter().map(close).collect();
                (self.clone().with_value(Value::Mapping(Mapping { entries, open: None, ..mapping.clone() })), true)
            }
            Value::Sequence(sequence) => {
                let items = sequence.items.iter().map(|i| i.closed().0).collect();
                (self.clone().with_value(Value::Sequence(Sequence { items, ..sequence.clone() })), true)
            }
            Value::Scalar(_) | Value::Opaque(_) => (self.clone(), false),
        }
    }

    /// Whether something in it could hold more than is seen.
    fn is_open(&self) -> bool {
        match self.value() {
            Value::Mapping(mapping) => mapping.open.is_some() || mapping.entries.iter().any(|e| e.value.is_open()),
            Value::Sequence(sequence) => sequence.items.iter().any(Node::is_open),
            Value::Scalar(_) | Value::Opaque(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::source::FileId;
    use crate::yaml::{Dialect, Node, parse};

    fn read(file: u32, text: &str) -> Node {
        parse(FileId(file), text).documents[0].root.clone()
    }

    #[test]
    fn merge_patches() {
        // The examples of RFC 7386, as far as they are maps.
        for (target, patch, want) in [
            (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"a":null}"#, "{}"),
            (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
            (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"c"}"#, r#"{"a":["b"]}"#, r#"{"a":["b"]}"#),
            (r#"{"a":{"b":"c"}}"#, r#"{"a":{"b":"d","c":null}}"#, r#"{"a":{"b":"d"}}"#),
            (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
            (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"a":1,"e":null}"#),
            (r#"{}"#, r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
        ] {
            let patched = read(0, target).merge_patched(&read(1, patch));
            assert_eq!(patched.to_json(Dialect::Kubernetes).to_string(), want, "{target} {patch}");
        }
    }

    #[test]
    fn merge_patches_own_what_they_write_and_take_away() {
        let patched = read(0, "a: {b: 1, c: 2}\nd: 3\n").merge_patched(&read(1, "a: {b: 4, c: null}\n"));
        let file = |path: &[&str]| patched.find(path).map(|n| n.span().file.0);
        assert_eq!((file(&["a", "b"]), file(&["d"])), (Some(1), Some(0)));
        assert_eq!(patched.removed_at(&["a", "c"]).map(|s| s.file.0), Some(1));
    }
}
