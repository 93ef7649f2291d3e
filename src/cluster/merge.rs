//! Putting a partial object onto a whole one, as a `musthave` policy does: maps are merged, other values win, list items are added.

use crate::yaml::{Entry, Mapping, Node, Sequence, Value};

/// `base` with everything `part` says.
pub(super) fn onto(base: &Node, part: &Node) -> Node {
    match (base.value(), part.value()) {
        (Value::Mapping(a), Value::Mapping(b)) => {
            let mut entries: Vec<Entry> = a.entries.clone();
            for entry in &b.entries {
                let key = entry.key.text();
                match entries.iter_mut().find(|e| e.key.text() == key) {
                    Some(known) => {
                        let value = onto(&known.value, &entry.value);
                        // The line to edit is the policy's where the policy decides.
                        let decides = value.same(&entry.value);
                        *known = Entry { key: if decides { entry.key.clone() } else { known.key.clone() }, value, merged: known.merged };
                    }
                    None => entries.push(entry.clone()),
                }
            }
            let open = a.open.clone().or_else(|| b.open.clone());
            base.clone().with_value(Value::Mapping(Mapping { entries, open, ..a.clone() }))
        }
        (Value::Sequence(a), Value::Sequence(b)) => {
            let mut items = a.items.clone();
            items.extend(b.items.iter().filter(|i| !a.items.iter().any(|known| known.eq_value(i))).cloned());
            base.clone().with_value(Value::Sequence(Sequence { items, flow: a.flow }))
        }
        _ => part.clone(),
    }
}
