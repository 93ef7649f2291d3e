//! Two other readers of YAML, and where both say other than ours.
//!
//! granit-parser reads YAML 1.2 anew; libyaml is what kubectl's reader was made from. Each has its own mistakes, so one alone accuses nobody.

use granit::{Verdict, compare};
use hco_lint::source::FileId;
use hco_lint::yaml::{Node, ProblemKind, Style, Value, parse};
use serde::de::{Deserialize, Deserializer, EnumAccess, MapAccess, SeqAccess, Visitor};
use std::collections::BTreeMap;

#[path = "../../tests/support/granit.rs"]
mod granit;

/// What libyaml sees.
#[derive(Debug)]
enum Seen {
    /// A string.
    Text(String),
    /// A null, boolean or number, which comes without its text.
    Plain,
    /// A node with a tag.
    Tagged,
    List(Vec<Seen>),
    Map(Vec<(Seen, Seen)>),
}

impl<'de> Deserialize<'de> for Seen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Looking)
    }
}

struct Looking;

impl<'de> Visitor<'de> for Looking {
    type Value = Seen;

    fn expecting(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("YAML")
    }

    fn visit_str<E>(self, text: &str) -> Result<Seen, E> {
        Ok(Seen::Text(text.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Seen, E> {
        Ok(Seen::Plain)
    }

    fn visit_none<E>(self) -> Result<Seen, E> {
        Ok(Seen::Plain)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Seen, E> {
        Ok(Seen::Plain)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Seen, E> {
        Ok(Seen::Plain)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Seen, E> {
        Ok(Seen::Plain)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Seen, E> {
        Ok(Seen::Plain)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Seen, E> {
        Ok(Seen::Plain)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Seen, E> {
        Ok(Seen::Plain)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Seen, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Seen::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Seen, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Seen::Map(entries))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, tagged: A) -> Result<Seen, A::Error> {
        let (serde::de::IgnoredAny, variant) = tagged.variant()?;
        let _: Seen = serde::de::VariantAccess::newtype_variant(variant)?;
        Ok(Seen::Tagged)
    }
}

/// The documents as libyaml sees them. `Ok(None)` where a bound of its own stops it.
fn libyaml(text: &str) -> Result<Option<Vec<Seen>>, String> {
    let mut all = Vec::new();
    for document in serde_yaml::Deserializer::from_str(text) {
        match Seen::deserialize(document) {
            Ok(seen) => all.push(seen),
            Err(error) => {
                let error = error.to_string();
                return if error.contains(" limit exceeded") { Ok(None) } else { Err(error) };
            }
        }
    }
    Ok(Some(all))
}

fn same(ours: &Node, theirs: &Seen) -> Result<(), String> {
    let differ = |what: &str| Err(format!("{what} at {:?}: libyaml has {theirs:?}", ours.span().range()));
    match (ours.value(), theirs) {
        (Value::Opaque(_), _) | (_, Seen::Tagged) => Ok(()),
        (Value::Scalar(scalar), Seen::Text(text)) if *scalar.text == **text => Ok(()),
        (Value::Scalar(scalar), Seen::Plain) if scalar.style == Style::Plain => Ok(()),
        (Value::Sequence(list), Seen::List(items)) => {
            if list.items.len() != items.len() {
                return differ("a list's length");
            }
            list.items.iter().zip(items).try_for_each(|(ours, theirs)| same(ours, theirs))
        }
        (Value::Mapping(map), Seen::Map(entries)) => {
            let mut by_text: BTreeMap<&str, &Seen> = BTreeMap::new();
            for (key, value) in entries {
                if let Seen::Text(key) = key {
                    by_text.insert(key, value);
                }
            }
            for (key, value) in &by_text {
                let Some(entry) = map.entries.iter().find(|e| e.key.text() == Some(key)) else { return differ("a key is missing") };
                same(&entry.value, value)?;
            }
            let others = entries.iter().any(|(key, _)| !matches!(key, Seen::Text(_)));
            if others || map.entries.len() == by_text.len() { Ok(()) } else { differ("a key too many") }
        }
        _ => differ("another kind"),
    }
}

/// What both others say of a text against ours.
#[must_use]
pub fn outvoted(text: &str) -> Option<String> {
    // A merge key is no more to both than any other key; and a `?` at the very end, which Kubernetes has no use for, is too much for ours.
    // A byte order mark in the middle is a character like any other to kubectl, and to neither of both. That the directives of tags, which no
    // manifest has, are well formed is checked by both alone.
    let inside = text.trim_start_matches('\u{feff}');
    if ["<<", "{{", "\u{feff}", "%TAG"].iter().any(|odd| inside.contains(odd)) || text.trim_end().ends_with('?') {
        return None;
    }
    let ours = parse(FileId(0), text);
    // Nothing is written as a lone scalar; and that Kubernetes refuses what could be read is said, too.
    let lone = ours.documents.iter().any(|d| d.root.as_scalar().is_some());
    if lone || ours.problems.iter().any(|p| p.kind == ProblemKind::Refused) {
        return None;
    }
    let first = compare(text);
    if matches!(first, Verdict::Agree(_) | Verdict::BothRefuse) {
        return None;
    }
    match (first, libyaml(text)) {
        (Verdict::OnlyWeRefuse(ours), Ok(Some(_))) => Some(format!("only we refuse it: {ours}")),
        (Verdict::OnlyGranitRefuses(granit), Err(libyaml)) => Some(format!("only we read it: {granit}; {libyaml}")),
        (Verdict::Differ(granit), Ok(Some(theirs))) => {
            let pairs = || ours.documents.iter().zip(&theirs);
            let counted = ours.documents.len() == theirs.len();
            let why = pairs().find_map(|(ours, theirs)| same(&ours.root, theirs).err()).filter(|_| counted)?;
            Some(format!("{granit}; {why}"))
        }
        _ => None,
    }
}
