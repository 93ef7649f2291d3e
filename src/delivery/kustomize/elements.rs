//! Lists that merge item by item: containers by name, ports by number and protocol, finalizers as a set.
//!
//! The order and the corner cases (items without their key, several keys of which some are missing) follow kyaml's
//! `walk/associative_sequence.go`: the patch's items first, in its order, then what only the object has.

use super::edit;
use super::merge::{Directive, Kind, Merge, Merged, Misfit, directive_word};
use super::schema::TypeRef;
use crate::source::Span;
use crate::yaml::{Entry, Node, Style};

/// Merges two lists whose items are matched by `keys` (none: by their own value).
pub(super) fn merge<'s>(merge: &Merge<'s>, dest: Option<&Node>, patch: Option<&Node>, keys: &[Box<str>], ty: Option<TypeRef<'s>>) -> Merged {
    let dest = dest.filter(|d| !d.is_null());
    let itself = matches!((dest, patch), (Some(d), Some(p)) if d.same(p));
    let (list, mut base, mut patch_items, shared) = match (dest, patch) {
        (None, None) => return Ok(None),
        (None, Some(p)) => (p.clone(), items(p), Vec::new(), true),
        (Some(_), Some(p)) if p.is_null() => return Ok(None),
        (Some(d), None) => (d.clone(), items(d), Vec::new(), false),
        (Some(d), Some(p)) => {
            let (rest, directive) = list_directive(p)?;
            match directive {
                Directive::Delete => return Ok(None),
                Directive::Replace => (p.clone(), rest, Vec::new(), true),
                Directive::Merge if itself => (p.clone(), rest, Vec::new(), true),
                Directive::Merge => (d.clone(), items(d), rest, false),
            }
        }
    };
    let both = base.len() + patch_items.len();
    merge.compare(both, both)?;
    let keys: Vec<&str> = if keys.is_empty() { vec![""] } else { keys.iter().map(|k| &**k).collect() };
    let mut values = wanted(&[&patch_items, &base], &keys);
    if keys.len() > 1 {
        fill_in(&mut values);
    }
    let all = values.clone();
    let mut added: Vec<Node> = Vec::new();
    let mut last_keys: Vec<&str> = Vec::new();
    for value in &values {
        let (valid_keys, valid_values) = usable(&all, value, &keys);
        let from_base = find(&base, &valid_keys, &valid_values);
        let from_patch = if shared { from_base } else { find(&patch_items, &valid_keys, &valid_values) };
        let old = from_base.and_then(|i| base.get(i)).cloned();
        let new = if shared { old.clone() } else { from_patch.and_then(|i| patch_items.get(i)).cloned() };
        let result = if shared { merge.added(old.as_ref(), ty)? } else { merge.apply(old.as_ref(), new.as_ref(), ty)? };
        last_keys.clone_from(&valid_keys);
        if let (false, Some(place), Some(item)) = (shared, from_patch.and_then(|i| patch_items.get_mut(i)), &new) {
            // Reading a directive takes it out of the item, which a later round may read again.
            *place = merge.directive(item)?.0;
        }
        let Some(result) = result.filter(|r| !is_empty(r)) else {
            if let (true, Some(place), Some(item)) = (shared, from_base.and_then(|i| base.get_mut(i)), &old) {
                // The same for an item that outlives its own removal because it lacks a second key.
                *place = merge.directive(item)?.0;
            }
            set(&mut base, None, &valid_keys, &valid_values)?;
            continue;
        };
        let result = with_keys(result, &valid_keys, &valid_values);
        let replaced = new.as_ref().is_some_and(|n| !shared && matches!(merge.directive(n), Ok((_, Directive::Replace))));
        if let (Some(i), Some(Kind::Map), false) = (from_base, old.as_ref().map(Kind::of), replaced) {
            // The original changes items in place, so the list that is appended below holds the merged item too.
            if let Some(place) = base.get_mut(i) {
                *place = result.clone();
            }
        }
        set(&mut added, Some(&result), &valid_keys, &valid_values)?;
    }
    if !values.is_empty() {
        append(&mut added, &base, &last_keys)?;
        base = added;
    }
    let unchanged = list.as_sequence().is_some_and(|old| old.len() == base.len() && old.iter().zip(&base).all(|(a, b)| a.same(b)));
    Ok(Some(if unchanged { list } else { edit::with_items(&list, base) }))
}

fn items(list: &Node) -> Vec<Node> {
    list.as_sequence().unwrap_or_default().to_vec()
}

/// An item `- $patch: …` alone speaks for the whole list.
fn list_directive(patch: &Node) -> Result<(Vec<Node>, Directive), Misfit> {
    let mut items = items(patch);
    let position = items.iter().position(|i| i.as_mapping().is_some_and(|m| m.entry("$patch").is_some()));
    let Some(item) = position.and_then(|n| items.get(n)).and_then(Node::as_mapping) else { return Ok((items, Directive::Merge)) };
    let (Some(entry), 1) = (item.entry("$patch"), item.entries.len()) else { return Ok((items, Directive::Merge)) };
    let word = entry.value.clone();
    let directive = directive_word(&word)?;
    set(&mut items, None, &["$patch"], &[word.text().unwrap_or("").to_owned()])?;
    Ok((items, directive))
}

/// The key values of all items, the patch's before the object's, each once.
fn wanted(sources: &[&Vec<Node>], keys: &[&str]) -> Vec<Vec<String>> {
    let mut values: Vec<Vec<String>> = Vec::new();
    for item in sources.iter().copied().flatten().filter(|i| Kind::of(i) != Kind::Opaque) {
        let value: Vec<String> = keys.iter().map(|k| key_text(item, k)).collect();
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

fn key_text(item: &Node, key: &str) -> String {
    let value = if key.is_empty() { Some(item) } else { item.as_mapping().and_then(|m| m.entry(key)).map(|e| &e.value) };
    value.filter(|v| key.is_empty() || !v.is_null()).and_then(Node::text).unwrap_or("").to_owned()
}

/// Two items with several keys are the same when they agree where both speak, and one's missing value is the other's. An item is
/// compared as it was before its own round, which matters when several others fit.
fn fill_in(values: &mut [Vec<String>]) {
    for i in 0..values.len() {
        let Some(mine) = values.get(i).cloned() else { continue };
        for j in 0..values.len() {
            let Some(other) = values.get(j) else { continue };
            let common = mine.iter().zip(other).any(|(x, y)| x == y);
            let agree = mine.len() == other.len() && mine.iter().zip(other).all(|(x, y)| x == y || x.is_empty() || y.is_empty());
            if !common || !agree {
                continue;
            }
            let filled: Vec<String> = mine.iter().zip(other).map(|(x, y)| if x.is_empty() { y.clone() } else { x.clone() }).collect();
            for n in [i, j] {
                if let Some(place) = values.get_mut(n) {
                    place.clone_from(&filled);
                }
            }
        }
    }
}

/// The keys that any item has, and an item's values for them.
fn usable<'k>(all: &[Vec<String>], values: &[String], keys: &[&'k str]) -> (Vec<&'k str>, Vec<String>) {
    let valid: Vec<bool> = (0..keys.len()).map(|n| all.iter().any(|v| v.get(n).is_some_and(|v| !v.is_empty()))).collect();
    if !valid.contains(&true) {
        return (keys.to_vec(), values.to_vec());
    }
    let keys = keys.iter().zip(&valid).filter(|(_, v)| **v).map(|(k, _)| *k).collect();
    (keys, values.iter().zip(&valid).filter(|(v, valid)| **valid || !v.is_empty()).map(|(v, _)| v.clone()).collect())
}

/// The first item with these values.
fn find(list: &[Node], keys: &[&str], values: &[String]) -> Option<usize> {
    let own = values.to_vec();
    let (keys, values) = usable(std::slice::from_ref(&own), values, keys);
    if keys.first().is_none_or(|k| k.is_empty()) {
        return list.iter().position(|i| i.text().unwrap_or("") == values.first().map_or("", |v| v.as_str()));
    }
    let has =
        |item: &Node, key: &str, value: &str| item.as_mapping().and_then(|m| m.entry(key)).is_some_and(|e| e.value.text().unwrap_or("") == value);
    list.iter().position(|i| keys.iter().zip(&values).all(|(k, v)| has(i, k, v)))
}

fn is_empty(node: &Node) -> bool {
    node.is_null() || node.as_mapping().is_some_and(|m| m.entries.is_empty())
}

/// Makes sure that an item states the keys it was matched by.
fn with_keys(item: Node, keys: &[&str], values: &[String]) -> Node {
    let missing = |(key, value): &(&&str, &String)| !key.is_empty() && !value.is_empty() && item.as_mapping().is_some_and(|m| m.entry(key).is_none());
    let missing: Vec<(&str, &String)> = keys.iter().zip(values).filter(missing).map(|(k, v)| (*k, v)).collect();
    if missing.is_empty() {
        return item;
    }
    let span = item.span();
    edit::with_mapping(&item, |m| {
        for (key, value) in missing {
            let scalar = |text: &str| Node::scalar(text, Style::Plain, span);
            m.entries.push(Entry { key: scalar(key), value: scalar(value), merged: false });
        }
    })
}

/// Replaces, removes (`None`) or appends the item with these values.
fn set(list: &mut Vec<Node>, element: Option<&Node>, keys: &[&str], values: &[String]) -> Result<(), Misfit> {
    let maps_only = keys.first().is_some_and(|k| !k.is_empty()) && values.first().is_some_and(|v| !v.is_empty());
    let mut kept = Vec::with_capacity(list.len() + 1);
    let mut matched = false;
    for item in list.iter() {
        if is_empty(item) {
            continue;
        }
        if maps_only && item.as_mapping().is_none() {
            kept.push(item.clone());
            continue;
        }
        let mut found = !keys.is_empty();
        let mut hit = false;
        for (n, key) in keys.iter().enumerate() {
            if let Some(value) = values.get(n) {
                hit = matches(item, key, value)?;
            }
            if !hit {
                found = false;
                break;
            }
        }
        if !found {
            if !values.is_empty() {
                kept.push(item.clone());
            }
            continue;
        }
        matched = true;
        kept.extend(element.cloned());
    }
    *list = kept;
    if let (Some(element), false) = (element.filter(|e| !e.is_null()), matched) {
        list.push(element.clone());
    }
    Ok(())
}

fn matches(item: &Node, key: &str, value: &str) -> Result<bool, Misfit> {
    if key.is_empty() {
        return match item.as_scalar() {
            Some(scalar) => Ok(&*scalar.text == value),
            None => Err(wrong(item.span(), "a list of single values has an item that is none")),
        };
    }
    let mapping = match Kind::of(item) {
        Kind::Map => item.as_mapping(),
        Kind::Opaque => None,
        Kind::Null | Kind::Scalar | Kind::Sequence => return Err(wrong(item.span(), "a list of maps has an item that is none")),
    };
    let Some(mapping) = mapping else { return Ok(false) };
    Ok(mapping.entry(key).is_some_and(|e| value.is_empty() || e.value.text().unwrap_or("") == value))
}

fn wrong(span: Span, message: &str) -> Misfit {
    Misfit { span, related: None, message: message.to_owned() }
}

/// Appends what the object has and the patch has not; an item that both have stays where the patch's stood.
fn append(list: &mut Vec<Node>, source: &[Node], keys: &[&str]) -> Result<(), Misfit> {
    for item in source {
        if keys.first().is_none_or(|k| k.is_empty()) {
            set(list, Some(item), &[""], &[item.text().unwrap_or("").to_owned()])?;
            continue;
        }
        let mut values = Vec::with_capacity(keys.len());
        let mapping = match Kind::of(item) {
            Kind::Map => item.as_mapping(),
            Kind::Null | Kind::Opaque => None,
            Kind::Scalar | Kind::Sequence => return Err(wrong(item.span(), "a list of maps has an item that is none")),
        };
        let Some(mapping) = mapping else {
            list.push(item.clone());
            continue;
        };
        for key in keys {
            match mapping.entry(key) {
                Some(entry) => values.push(entry.value.text().unwrap_or("").to_owned()),
                None => list.push(item.clone()),
            }
        }
        if keys.len() > 1 {
            set(list, None, keys, &values)?;
        }
        set(list, Some(item), keys, &values)?;
    }
    Ok(())
}
