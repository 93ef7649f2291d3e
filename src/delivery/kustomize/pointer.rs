//! Field paths of replacements and vars: keys separated by dots, `[key=value]` and numbers for list items, `*` for all of them.
//!
//! Truth: kyaml's `PathGetter` (reading one place) and `PathMatcher` (changing all that match).

use super::bounds;
use super::edit;
use super::fieldspec::split;
use super::merge::{Kind, Misfit};
use super::pattern;
use crate::source::Span;
use crate::yaml::{Dialect, Entry, Lookup, Node, Style, Typed};
use std::borrow::Cow;

/// The parts of a path; `[a.b.c]` without `=` is one key.
pub(super) fn parts(path: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut pieces = split(path, '.').into_iter();
    while let Some(piece) = pieces.next() {
        if !piece.starts_with('[') || piece.ends_with(']') {
            parts.push(piece);
            continue;
        }
        let mut whole = piece;
        for piece in pieces.by_ref() {
            whole.push('.');
            whole.push_str(&piece);
            if piece.ends_with(']') {
                break;
            }
        }
        let part = if whole.contains('=') { whole } else { whole.trim_matches(['[', ']']).to_owned() };
        parts.push(part);
    }
    parts
}

/// The parts of a var's path, in which `ports[0]` is an item too.
pub(super) fn with_indices(path: &str) -> Vec<String> {
    let mut out = Vec::new();
    for part in parts(path) {
        match part.strip_suffix(']').and_then(|p| p.rsplit_once('[')) {
            Some((name, index)) if index.parse::<usize>().is_ok() => {
                out.extend((!name.is_empty()).then(|| name.to_owned()));
                out.push(index.to_owned());
            }
            _ => out.push(part),
        }
    }
    out
}

/// What stands at a path.
pub(super) fn find<'n>(root: &'n Node, path: &[String]) -> Result<Lookup<'n>, String> {
    let mut here = root;
    for part in path.iter().map(|p| p.trim()).filter(|p| !p.is_empty()) {
        let next = if let Ok(index) = part.parse::<usize>() {
            items(here, part)?.and_then(|i| i.get(index)).map_or(Lookup::Absent, Lookup::Found)
        } else if part == "-" {
            items(here, part)?.and_then(|i| i.last()).map_or(Lookup::Absent, Lookup::Found)
        } else if part == "*" {
            return Err("a source cannot have `*` in its path".to_owned());
        } else if let Some(selector) = selector(part) {
            let (key, value) = selector?;
            let is = |item: &&Node| {
                let value_of = if key.is_empty() { Some(*item) } else { item.as_mapping().and_then(|m| m.entry(key)).map(|e| &e.value) };
                value_of.is_some_and(|v| v.text().unwrap_or("") == value)
            };
            items(here, part)?.and_then(|i| i.iter().find(is)).map_or(Lookup::Absent, Lookup::Found)
        } else {
            match Kind::of(here) {
                Kind::Scalar | Kind::Sequence => return Err(format!("`{part}` is looked for in what is no map")),
                Kind::Null => Lookup::Absent,
                Kind::Map | Kind::Opaque => here.get(part),
            }
        };
        match next {
            Lookup::Found(node) => here = node,
            other => return Ok(other),
        }
    }
    Ok(Lookup::Found(here))
}

fn items<'n>(node: &'n Node, part: &str) -> Result<Option<&'n [Node]>, String> {
    match Kind::of(node) {
        Kind::Sequence => Ok(node.as_sequence()),
        Kind::Null | Kind::Opaque => Ok(None),
        Kind::Map | Kind::Scalar => Err(format!("`{part}` is looked for in what is no list")),
    }
}

/// `[key=value]`.
fn selector(part: &str) -> Option<Result<(&str, &str), String>> {
    let inner = part.strip_prefix('[')?.strip_suffix(']')?;
    Some(inner.split_once('=').ok_or_else(|| format!("`{part}` needs the form [key=value]")))
}

/// A change of all places a path matches.
pub(super) struct Change<'c> {
    /// What is created at the end of a missing path; `None` creates nothing.
    pub(super) create: Option<Kind>,
    /// The owner of what is created.
    pub(super) by: Span,
    /// Makes the new value.
    pub(super) set: &'c mut dyn FnMut(&Node) -> Result<Node, Misfit>,
    /// How many places were found.
    pub(super) count: usize,
}

impl Change<'_> {
    /// The tree after the change.
    pub(super) fn apply(&mut self, node: &Node, path: &[String]) -> Result<Node, Misfit> {
        let Some((part, rest)) = path.split_first() else {
            self.count += 1;
            return (self.set)(node);
        };
        if let Ok(index) = part.parse::<usize>() {
            return self.index(node, index, rest);
        }
        match selector(part) {
            Some(Ok((key, value))) => self.matching(node, key, value, rest),
            Some(Err(message)) => Err(self.misfit(node, &message)),
            None if part == "*" => self.every(node, rest),
            None => self.field(node, part, rest),
        }
    }

    fn misfit(&self, node: &Node, message: &str) -> Misfit {
        Misfit { span: self.by, related: Some(node.span()), message: message.to_owned() }
    }

    /// The node to create for the rest of a path.
    fn fresh(&self, rest: &[String]) -> Option<Node> {
        let kind = match (self.create?, rest.first()) {
            (end, None) => end,
            (_, Some(next)) if selector(next).is_some() || next.parse::<usize>().is_ok() => Kind::Sequence,
            (_, Some(_)) => Kind::Map,
        };
        Some(match kind {
            Kind::Sequence => Node::sequence(Vec::new(), self.by),
            Kind::Map => Node::mapping(Vec::new(), self.by),
            Kind::Null | Kind::Scalar | Kind::Opaque => Node::scalar("", Style::Plain, self.by),
        })
    }

    fn field(&mut self, node: &Node, key: &str, rest: &[String]) -> Result<Node, Misfit> {
        let mapping = match Kind::of(node) {
            Kind::Map => node.as_mapping(),
            Kind::Null => None,
            Kind::Opaque => {
                self.count += 1;
                return Ok(node.clone());
            }
            Kind::Scalar | Kind::Sequence => return Err(self.misfit(node, &format!("`{key}` is looked for in what is no map"))),
        };
        let Some(mapping) = mapping else { return Ok(node.clone()) };
        let old = match (mapping.entry(key), mapping.get(key)) {
            (Some(entry), _) => entry.value.clone(),
            (None, Lookup::Unknown(_)) => {
                self.count += 1;
                return Ok(node.clone());
            }
            (None, _) => match self.fresh(rest) {
                Some(fresh) => fresh,
                None => return Ok(node.clone()),
            },
        };
        let new = self.apply(&old, rest)?;
        if mapping.entry(key).is_some_and(|e| e.value.same(&new)) {
            return Ok(node.clone());
        }
        Ok(edit::with_mapping(node, |m| edit::set_value(m, &edit::string(key, self.by), new)))
    }

    fn index(&mut self, node: &Node, index: usize, rest: &[String]) -> Result<Node, Misfit> {
        let mut list = self.list(node)?;
        if index == list.len()
            && let Some(fresh) = self.fresh(rest)
        {
            list.push(fresh);
        }
        let length = list.len();
        let Some(item) = list.get_mut(index) else {
            return Err(self.misfit(node, &format!("the list has {length} items, so there is no item {index}")));
        };
        *item = self.apply(item, rest)?;
        Ok(edit::with_items(node, list))
    }

    fn every(&mut self, node: &Node, rest: &[String]) -> Result<Node, Misfit> {
        let mut list = self.list(node)?;
        for item in &mut list {
            *item = self.apply(item, rest)?;
        }
        Ok(edit::with_items(node, list))
    }

    /// The items whose key (or, for an empty key, whose own value), as it is written, matches a regular expression anywhere.
    fn matching(&mut self, node: &Node, key: &str, value: &str, rest: &[String]) -> Result<Node, Misfit> {
        let mut list = self.list(node)?;
        let pattern = pattern::read(value, self.by).map_err(|m| if bounds::is_beyond(&m) { m } else { self.misfit(node, &m.message) })?;
        let before = self.count;
        for pass in 0..2 {
            for item in &mut list {
                let own = if key.is_empty() { Some(item.clone()) } else { item.as_mapping().and_then(|m| m.entry(key)).map(|e| e.value.clone()) };
                if own.and_then(|o| Some(pattern.is_match(&as_written(&o)?))) == Some(true) {
                    let rest = if key.is_empty() { &[][..] } else { rest };
                    *item = self.apply(item, rest)?;
                }
            }
            if self.count > before || self.create.is_none() || pass == 1 {
                break;
            }
            let scalar = |text: &str| Node::scalar(text, Style::Plain, self.by);
            let entry = || Entry { key: scalar(key), value: scalar(value), merged: false };
            list.push(if key.is_empty() { scalar(value) } else { Node::mapping(vec![entry()], self.by) });
        }
        Ok(edit::with_items(node, list))
    }

    fn list(&mut self, node: &Node) -> Result<Vec<Node>, Misfit> {
        match Kind::of(node) {
            Kind::Sequence => Ok(node.as_sequence().unwrap_or_default().to_vec()),
            Kind::Null | Kind::Opaque => Ok(Vec::new()),
            Kind::Map | Kind::Scalar => Err(self.misfit(node, "an item is looked for in what is no list")),
        }
    }
}

/// A single value with its quotes.
fn as_written(node: &Node) -> Option<Cow<'_, str>> {
    let scalar = node.as_scalar()?;
    let text = &*scalar.text;
    let quoted = || serde_json::Value::from(text).to_string().into();
    Some(match scalar.style {
        Style::SingleQuoted => format!("'{}'", text.replace('\'', "''")).into(),
        Style::DoubleQuoted => quoted(),
        Style::Plain if node.as_str().is_some() && !matches!(scalar.typed(None, Dialect::Kustomize), Typed::Str(_)) => quoted(),
        Style::Plain | Style::Literal | Style::Folded => text.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_split_outside_of_brackets() {
        assert_eq!(parts("spec.containers.[name=a.b].image"), ["spec", "containers", "[name=a.b]", "image"]);
        assert_eq!(parts("metadata.annotations.[a.b/c]"), ["metadata", "annotations", "a.b/c"]);
        assert_eq!(parts("data.a\\.b"), ["data", "a.b"]);
        assert_eq!(with_indices("spec.ports[0].port"), ["spec", "ports", "0", "port"]);
    }
}
