//! JSON 6902 patches, as evanphx/json-patch v4 applies them: `replace` may add a key, an index may be negative or `-`, a missing
//! value is null, and a path without a leading `/` loses its first segment.

use super::bounds::{self, Work};
use super::edit;
use super::merge::{Kind, Misfit};
use super::reading::with_literal_dates;
use crate::source::Span;
use crate::yaml::{Lookup, Mapping, Node, Opaque, Style, Typed, Value};

/// One operation.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    kind: OperationKind,
    path: Vec<String>,
    from: Vec<String>,
    /// Null when the patch gives none.
    value: Node,
    has_value: bool,
    /// The `path` value's place: the key of what is added.
    path_span: Span,
    /// The path is empty, which means the whole object to `replace` alone.
    whole: bool,
    /// The path does not start with `/`, so it does not mean what it says.
    rootless: bool,
    span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OperationKind {
    Add,
    Remove,
    Replace,
    Move,
    Copy,
    Test,
}

/// Reads the operations of a patch document, a list of maps.
pub(super) fn read(root: &Node) -> Result<Vec<Operation>, Misfit> {
    let items = root.as_sequence().ok_or_else(|| misfit(root.span(), "a JSON patch is a list of operations"))?;
    items.iter().map(operation).collect()
}

fn operation(item: &Node) -> Result<Operation, Misfit> {
    let mapping = item.as_mapping().ok_or_else(|| misfit(item.span(), "an operation of a JSON patch is a map with `op` and `path`"))?;
    let field = |key: &str| mapping.entry(key).map(|e| &e.value);
    let op = field("op").ok_or_else(|| misfit(item.span(), "the operation has no `op`"))?;
    let kind = match op.text() {
        Some("add") => OperationKind::Add,
        Some("remove") => OperationKind::Remove,
        Some("replace") => OperationKind::Replace,
        Some("move") => OperationKind::Move,
        Some("copy") => OperationKind::Copy,
        Some("test") => OperationKind::Test,
        _ => return Err(misfit(op.span(), "unknown `op`: it is one of add, remove, replace, move, copy, test")),
    };
    let path = field("path").ok_or_else(|| misfit(item.span(), "the operation has no `path`"))?;
    let from = match (kind, field("from")) {
        (OperationKind::Move | OperationKind::Copy, None) => return Err(misfit(item.span(), "the operation has no `from`")),
        (_, from) => from.map(pointer).transpose()?.unwrap_or_default(),
    };
    let value = field("value").map(with_literal_dates).unwrap_or_else(|| Node::scalar("null", Style::Plain, item.span()));
    Ok(Operation {
        kind,
        path: pointer(path)?,
        from,
        value,
        has_value: field("value").is_some(),
        path_span: path.span(),
        whole: path.text() == Some(""),
        rootless: path.text().is_some_and(|p| !p.starts_with('/')),
        span: item.span(),
    })
}

fn pointer(node: &Node) -> Result<Vec<String>, Misfit> {
    let text = node.text().ok_or_else(|| misfit(node.span(), "a JSON pointer is a string"))?;
    bounds::path(text.matches('/').count(), node.span())?;
    // Whatever stands before the first `/` is dropped, as the original does.
    Ok(text.split('/').skip(1).map(|p| p.replace("~1", "/").replace("~0", "~")).collect())
}

impl Operation {
    /// Whether its path lacks the leading `/` and therefore does not mean what it says.
    pub(super) fn misses_slash(&self) -> bool {
        self.rootless && !self.whole
    }

    /// Whether it removes or replaces what stands at a path.
    pub(super) fn takes_away(&self, path: &[&str]) -> bool {
        let leads = |to: &[String]| to.len() <= path.len() && to.iter().zip(path).all(|(a, b)| a == b);
        match self.kind {
            OperationKind::Test => false,
            OperationKind::Replace if self.whole => Kind::of(&self.value) == Kind::Map,
            OperationKind::Move => leads(&self.path) || leads(&self.from),
            OperationKind::Add | OperationKind::Remove | OperationKind::Replace | OperationKind::Copy => leads(&self.path),
        }
    }

    /// The place of its path.
    pub(super) fn path_span(&self) -> Span {
        self.path_span
    }
}

/// Applies all operations; the first that fails ends it.
pub(super) fn apply(root: &Node, operations: &[Operation], work: &Work) -> Result<Node, Misfit> {
    operations.iter().try_fold(root.clone(), |root, op| bounds::grown(op.apply(&root, work)?, &root, op.kind == OperationKind::Copy, op.span))
}

/// What becomes of the parent of a path's last key.
type Change<'c> = dyn Fn(&Node, &str) -> Result<Node, Misfit> + 'c;

impl Operation {
    fn apply(&self, root: &Node, work: &Work) -> Result<Node, Misfit> {
        match self.kind {
            OperationKind::Add => self.change(root, &self.path, work, &|parent, key| self.add(parent, key, &self.value)),
            OperationKind::Replace if self.whole => match Kind::of(&self.value) {
                Kind::Map => Ok(self.value.clone()),
                Kind::Sequence => Err(self.fails("an object cannot become a list", None)),
                Kind::Null | Kind::Scalar | Kind::Opaque => Ok(root.clone()),
            },
            OperationKind::Replace => self.change(root, &self.path, work, &|parent, key| self.replace(parent, key)),
            OperationKind::Remove => self.change(root, &self.path, work, &|parent, key| self.remove(parent, key)),
            OperationKind::Test => self.test(root, work).map(|()| root.clone()),
            OperationKind::Copy | OperationKind::Move => {
                let value = match self.find(root, &self.from, work)? {
                    // A copy is a value of its own, whatever is done to the first.
                    Lookup::Found(node) if self.kind == OperationKind::Copy => {
                        edit::with_scalars(node, &|n, _| Some(edit::in_place(n, n.value().clone())))
                    }
                    Lookup::Found(node) => node.clone(),
                    Lookup::Unknown(unknown) => Node::new(Value::Opaque(unknown.clone()), self.span),
                    // The library copies what a map does not have as null.
                    Lookup::Absent if self.kind == OperationKind::Copy && self.has_parent(root, &self.from, work) => {
                        Node::scalar("null", Style::Plain, self.span)
                    }
                    Lookup::Absent => return Err(self.fails("nothing stands at `from`", None)),
                };
                let rest = if self.kind == OperationKind::Move {
                    self.change(root, &self.from, work, &|parent, key| self.remove(parent, key))?
                } else {
                    root.clone()
                };
                self.change(&rest, &self.path, work, &|parent, key| self.add(parent, key, &value))
            }
        }
    }

    /// Whether `from` names a key that its map does not have.
    fn has_parent(&self, root: &Node, path: &[String], work: &Work) -> bool {
        let parent = path.split_last().and_then(|(_, parent)| self.find(root, parent, work).ok());
        parent.is_some_and(|parent| parent.found().is_some_and(|p| p.as_mapping().is_some()))
    }

    /// Rebuilds the nodes on the way to the parent of `path` around what `change` makes of that parent.
    fn change(&self, node: &Node, path: &[String], work: &Work, change: &Change<'_>) -> Result<Node, Misfit> {
        work.pass(node, self.span)?;
        let (key, rest) = match path {
            [] => return Err(self.fails("the path is empty", None)),
            [key] => return change(node, key),
            [key, rest @ ..] => (key, rest),
        };
        match node.value() {
            Value::Mapping(mapping) => match mapping.get(key) {
                Lookup::Found(child) => {
                    let child = self.change(child, rest, work, change)?;
                    Ok(edit::with_mapping(node, |m| {
                        if let Some(entry) = m.entries.iter_mut().find(|e| e.key.text() == Some(key)) {
                            entry.value = child;
                        }
                    }))
                }
                Lookup::Unknown(unknown) => {
                    let child = self.change(&self.supposed(unknown), rest, work, change)?;
                    Ok(edit::with_mapping(node, |m| edit::set(m, &self.key(key), child)))
                }
                Lookup::Absent => Err(self.fails(&format!("there is no `{key}` on the way"), Some(node.span()))),
            },
            Value::Sequence(sequence) => {
                let index = signed(key, sequence.items.len(), 0).filter(|&i| i < sequence.items.len());
                let index = index.ok_or_else(|| self.fails(&format!("there is no item {key}"), Some(node.span())))?;
                let mut items = sequence.items.clone();
                if let Some(item) = items.get_mut(index) {
                    *item = self.change(item, rest, work, change)?;
                }
                Ok(edit::with_items(node, items))
            }
            Value::Opaque(unknown) => self.change(&self.supposed(unknown), path, work, change),
            Value::Scalar(_) => Err(self.fails(&format!("there is no `{key}` on the way"), Some(node.span()))),
        }
    }

    /// The map that must stand where nothing could be seen, if the patch is to apply.
    fn supposed(&self, unknown: &Opaque) -> Node {
        edit::empty_mapping(self.path_span, Some(unknown.clone()))
    }

    fn key(&self, key: &str) -> Node {
        edit::string(key, self.path_span)
    }

    fn add(&self, parent: &Node, key: &str, value: &Node) -> Result<Node, Misfit> {
        match parent.value() {
            Value::Mapping(_) => Ok(edit::with_mapping(parent, |m| edit::set(m, &self.key(key), value.clone()))),
            Value::Sequence(sequence) => {
                let mut items = sequence.items.clone();
                let at = if key == "-" { Some(items.len()) } else { signed(key, items.len(), 1) };
                let at = at.filter(|&i| i <= items.len());
                let at =
                    at.ok_or_else(|| self.fails(&format!("the list has {} items, so {key} is past its end", items.len()), Some(parent.span())))?;
                items.insert(at, value.clone());
                Ok(edit::with_items(parent, items))
            }
            Value::Opaque(unknown) if is_index(key) => Ok(Node::new(Value::Opaque(unknown.clone()), self.span)),
            Value::Opaque(unknown) => self.add(&self.supposed(unknown), key, value),
            Value::Scalar(_) => Err(self.fails("its parent is neither a map nor a list", Some(parent.span()))),
        }
    }

    fn replace(&self, parent: &Node, key: &str) -> Result<Node, Misfit> {
        match parent.value() {
            Value::Mapping(_) => self.add(parent, key, &self.value),
            Value::Sequence(sequence) => {
                let at = signed(key, sequence.items.len(), 0).filter(|&i| i < sequence.items.len());
                let at = at.ok_or_else(|| self.fails(&format!("there is no item {key}"), Some(parent.span())))?;
                let mut items = sequence.items.clone();
                if let Some(item) = items.get_mut(at) {
                    *item = self.value.clone();
                }
                Ok(edit::with_items(parent, items))
            }
            _ => self.add(parent, key, &self.value),
        }
    }

    fn remove(&self, parent: &Node, key: &str) -> Result<Node, Misfit> {
        match parent.value() {
            Value::Mapping(mapping) => match mapping.entry(key) {
                None if mapping.open.is_none() || mapping.removed.iter().any(|r| &*r.key == key) => {
                    Err(self.fails(&format!("there is no `{key}` to remove"), Some(parent.span())))
                }
                _ => Ok(edit::with_mapping(parent, |m| edit::remove(m, key, self.span))),
            },
            Value::Sequence(sequence) => {
                let at = signed(key, sequence.items.len(), 0).filter(|&i| i < sequence.items.len());
                let at = at.ok_or_else(|| self.fails(&format!("there is no item {key} to remove"), Some(parent.span())))?;
                Ok(edit::without_item(parent, at, self.span))
            }
            Value::Opaque(unknown) if is_index(key) => Ok(Node::new(Value::Opaque(unknown.clone()), self.span)),
            Value::Opaque(unknown) => self.remove(&self.supposed(unknown), key),
            Value::Scalar(_) => Err(self.fails("its parent is neither a map nor a list", Some(parent.span()))),
        }
    }

    fn test(&self, root: &Node, work: &Work) -> Result<(), Misfit> {
        let found = match self.find(root, &self.path, work) {
            Err(misfit) if bounds::is_beyond(&misfit) => return Err(misfit),
            Ok(Lookup::Unknown(_)) => return Ok(()),
            Ok(Lookup::Found(found)) if self.has_value || !found.is_null() => Some(found),
            Ok(Lookup::Found(_) | Lookup::Absent) | Err(_) => None,
        };
        match found {
            None if !self.has_parent(root, &self.path, work) => Err(self.fails("the test fails: its parent is not there", None)),
            None if !self.has_value => Err(self.fails("a test without a `value`, of nothing, ends kustomize with a crash", None)),
            None if self.value.is_null() => Ok(()),
            None => Err(self.fails("the test fails: nothing stands there", None)),
            Some(found) => {
                let size = found.weight().min(self.value.weight()) as usize;
                work.spend(size.saturating_mul(size), self.span)?;
                if equal(found, &self.value) { Ok(()) } else { Err(self.fails("the test fails: another value stands there", Some(found.span()))) }
            }
        }
    }

    fn find<'n>(&self, root: &'n Node, path: &[String], work: &Work) -> Result<Lookup<'n>, Misfit> {
        let mut here = root;
        for key in path {
            work.pass(here, self.span)?;
            let next = match here.value() {
                Value::Sequence(sequence) => {
                    signed(key, sequence.items.len(), 0).and_then(|i| sequence.items.get(i)).map_or(Lookup::Absent, Lookup::Found)
                }
                _ => here.get(key),
            };
            match next {
                Lookup::Found(node) => here = node,
                other => return Ok(other),
            }
        }
        Ok(Lookup::Found(here))
    }

    fn fails(&self, why: &str, related: Option<Span>) -> Misfit {
        Misfit { span: self.span, related, message: format!("the patch operation cannot be applied: {why}") }
    }
}

fn misfit(span: Span, message: &str) -> Misfit {
    Misfit { span, related: None, message: message.to_owned() }
}

fn is_index(key: &str) -> bool {
    key == "-" || key.parse::<i64>().is_ok()
}

/// An index that may count from the end; `past` is 1 where one past the last item is a place too.
fn signed(key: &str, len: usize, past: usize) -> Option<usize> {
    match key.parse::<i64>().ok()? {
        n if n >= 0 => usize::try_from(n).ok(),
        n => (len + past).checked_sub(usize::try_from(n.unsigned_abs()).ok()?),
    }
}

/// Whether two values are the same JSON.
pub(super) fn equal(a: &Node, b: &Node) -> bool {
    match (Kind::of(a), Kind::of(b)) {
        (Kind::Null, Kind::Null) => true,
        (Kind::Scalar, Kind::Scalar) => match (a.typed(), b.typed()) {
            (Some(Typed::Int(x)), Some(Typed::Float(y))) | (Some(Typed::Float(y)), Some(Typed::Int(x))) => x.to_string() == y.to_string(),
            (x, y) => x == y,
        },
        (Kind::Sequence, Kind::Sequence) => {
            let (x, y) = (a.as_sequence().unwrap_or_default(), b.as_sequence().unwrap_or_default());
            x.len() == y.len() && x.iter().zip(y).all(|(x, y)| equal(x, y))
        }
        (Kind::Map, Kind::Map) => {
            let none = Mapping::default();
            let (x, y) = (a.as_mapping().unwrap_or(&none), b.as_mapping().unwrap_or(&none));
            x.entries.len() == y.entries.len()
                && x.entries.iter().all(|e| e.key.text().and_then(|k| y.entry(k)).is_some_and(|o| equal(&e.value, &o.value)))
        }
        _ => false,
    }
}
