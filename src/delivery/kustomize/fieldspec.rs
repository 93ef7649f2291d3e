//! A field spec: the kinds and the path a transformer writes to, and the walk to it.
//!
//! A path does not say where lists are: it goes through every item of a list it meets. Truth: `api/filters/fieldspec`.

use super::bounds;
use super::edit;
use super::id::Gvk;
use super::merge::{Kind, Misfit};
use crate::source::Span;
use crate::yaml::{Lookup, Node, Style};

/// Where a transformer writes in objects of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FieldSpec {
    /// The kinds; empty parts match anything.
    pub(super) gvk: Gvk,
    /// Keys separated by `/`; `\/` is a slash inside a key, `[]` after a key says that it holds a list.
    pub(super) path: Box<str>,
    /// The path is created where it is missing.
    pub(super) create: bool,
}

/// What a transformer creates at the end of a path.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Create {
    Map,
    Scalar,
}

/// One application of a field spec.
pub(super) struct Walk<'f> {
    /// What stands at the end of a created path; `None` creates nothing whatever the spec says.
    pub(super) create: Option<Create>,
    /// The owner of created keys.
    pub(super) by: Span,
    /// Makes the new value of what stands at the end. Returning the same node changes nothing.
    pub(super) set: &'f mut dyn FnMut(&Node) -> Result<Node, Misfit>,
}

impl FieldSpec {
    /// Applies the walk to an object of this spec's kinds. Another object, or one without the path, is returned as it is.
    pub(super) fn apply(&self, root: &Node, walk: &mut Walk<'_>) -> Result<Node, Misfit> {
        let api_version = super::id::text_at(root, &["apiVersion"]);
        if !self.gvk.selects(&Gvk::new(api_version, super::id::text_at(root, &["kind"]))) {
            return Ok(root.clone());
        }
        self.apply_any_kind(root, walk)
    }

    /// Applies the walk whatever the object's kind.
    pub(super) fn apply_any_kind(&self, root: &Node, walk: &mut Walk<'_>) -> Result<Node, Misfit> {
        let path = split(&self.path, '/');
        let path: Vec<&str> = path.iter().map(String::as_str).collect();
        bounds::path(path.len(), root.span())?;
        walk.visit(root, &path, self.create)
    }
}

impl Walk<'_> {
    fn visit(&mut self, node: &Node, path: &[&str], create: bool) -> Result<Node, Misfit> {
        let Some((part, rest)) = path.split_first() else { return (self.set)(node) };
        match Kind::of(node) {
            Kind::Null => Ok(node.clone()),
            Kind::Sequence => {
                let mut items = node.as_sequence().unwrap_or_default().to_vec();
                let mut changed = false;
                for item in &mut items {
                    let new = self.visit(item, path, create)?;
                    changed |= !new.same(item);
                    *item = new;
                }
                Ok(if changed { edit::with_items(node, items) } else { node.clone() })
            }
            Kind::Map => self.visit_key(node, part, rest, create),
            Kind::Opaque if create && self.create.is_some() => {
                let crate::yaml::Value::Opaque(unknown) = node.value() else { return Ok(node.clone()) };
                self.visit_key(&edit::empty_mapping(node.span(), Some(unknown.clone())), part, rest, create)
            }
            Kind::Opaque => Ok(node.clone()),
            Kind::Scalar => {
                Err(Misfit { span: node.span(), related: Some(self.by), message: format!("a single value stands where `{part}` is to be set") })
            }
        }
    }

    fn visit_key(&mut self, node: &Node, part: &str, rest: &[&str], create: bool) -> Result<Node, Misfit> {
        let Some(mapping) = node.as_mapping() else { return Ok(node.clone()) };
        let name = part.strip_suffix("[]").unwrap_or(part);
        let kind = if rest.is_empty() { self.create } else { Some(Create::Map) };
        let creates = kind.filter(|_| create && self.create.is_some() && name == part);
        let open = match mapping.get(name) {
            Lookup::Unknown(unknown) if mapping.entry(name).is_none() => Some(unknown.clone()),
            _ => None,
        };
        let entry = mapping.entry(name);
        let old = match (entry, creates) {
            (Some(entry), Some(create)) if entry.value.is_null() => self.fresh(create, open),
            (Some(entry), _) => entry.value.clone(),
            (None, Some(create)) => self.fresh(create, open),
            (None, None) => return Ok(node.clone()),
        };
        let new = self.visit(&old, rest, create)?;
        if entry.is_some_and(|e| new.same(&e.value)) {
            return Ok(node.clone());
        }
        let key = match entry {
            Some(entry) if !rest.is_empty() || new.as_mapping().is_some() => entry.key.clone(),
            _ => edit::string(name, self.by),
        };
        Ok(edit::with_mapping(node, |m| match entry {
            Some(_) => edit::set_value(m, &key, new),
            None => edit::set(m, &key, new),
        }))
    }

    fn fresh(&self, create: Create, open: Option<crate::yaml::Opaque>) -> Node {
        match create {
            Create::Map => edit::empty_mapping(self.by, open),
            Create::Scalar => Node::scalar("", Style::Plain, self.by),
        }
    }
}

/// Splits a path at a delimiter that may be escaped with `\`; a leading `/` counts for nothing.
pub(super) fn split(path: &str, delimiter: char) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut pieces = path.split(delimiter).peekable();
    if path.starts_with(delimiter) && path.len() > 1 {
        pieces.next();
    }
    for piece in pieces {
        match parts.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push(delimiter);
                last.push_str(piece);
            }
            _ => parts.push(piece.to_owned()),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;
    use crate::yaml;

    fn spec(path: &str, create: bool) -> FieldSpec {
        FieldSpec { gvk: Gvk::default(), path: path.into(), create }
    }

    fn by() -> Span {
        Span::new(FileId(9), 0, 1)
    }

    fn set_all(text: &str, spec: &FieldSpec, create: Option<Create>) -> Result<Node, Misfit> {
        let parsed = yaml::parse(FileId(0), text);
        let mut set = |_: &Node| Ok(Node::scalar("new", Style::Plain, by()));
        spec.apply(&parsed.documents[0].root, &mut Walk { create, by: by(), set: &mut set })
    }

    #[test]
    fn paths_go_through_lists() {
        let root = set_all("a: [{b: 1}, {c: 2}, {b: 3}]", &spec("a/b", false), None).expect("fits");
        assert_eq!(root.items_at(&["a"])[0].str_at(&["b"]), Some("new"));
        assert!(root.items_at(&["a"])[1].find(&["b"]).is_none());
        assert_eq!(root.items_at(&["a"])[2].str_at(&["b"]), Some("new"));
    }

    #[test]
    fn missing_paths_are_created_only_on_demand() {
        let root = set_all("a: {}", &spec("a/b/c", true), Some(Create::Scalar)).expect("fits");
        assert_eq!(root.str_at(&["a", "b", "c"]), Some("new"));
        assert_eq!(root.entry_at(&["a", "b"]).map(|e| e.key.span()), Some(by()));
        let root = set_all("a: {}", &spec("a/b/c", false), Some(Create::Scalar)).expect("fits");
        assert!(root.find(&["a", "b"]).is_none());
        assert!(set_all("a: text", &spec("a/b", true), Some(Create::Scalar)).is_err());
    }

    #[test]
    fn escaped_slashes_belong_to_keys() {
        assert_eq!(split("metadata/annotations/x.io\\/y", '/'), ["metadata", "annotations", "x.io/y"]);
        assert_eq!(split("/a/b", '/'), ["a", "b"]);
    }
}
