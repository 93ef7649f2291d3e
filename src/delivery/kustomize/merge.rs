//! Strategic merge: a patch laid over an object, as kyaml's `merge2` does it.
//!
//! Maps merge, lists of known kinds merge item by item ([`elements`](super::elements)), everything else is replaced, null
//! removes. Three habits of the original matter: a scalar keeps the quoting of the value it replaces (so a bare `false` over
//! `"true"` becomes the string `"false"`), empty values (`key:`) of every patched map are dropped, and what a patch adds is
//! merged with itself, so that its own nulls and directives take effect.

use super::bounds::Work;
use super::edit;
use super::elements;
use super::id::text_at;
use super::reading::{unfolded, with_unfolded};
use super::replacement::{FLOAT_TAG, is_integer};
use super::schema::{Schema, TypeRef};
use super::shared::Changes;
use crate::source::Span;
use crate::yaml::{Dialect, Entry, Lookup, Mapping, Node, Opaque, Scalar, Style, Value};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Why a patch does not fit.
#[derive(Clone, Debug)]
pub(super) struct Misfit {
    pub(super) span: Span,
    pub(super) related: Option<Span>,
    pub(super) message: String,
}

/// What a merge leaves of a value: nothing, or a node.
pub(super) type Merged = Result<Option<Node>, Misfit>;

/// One merge.
pub(super) struct Merge<'s> {
    schema: &'s Schema,
    work: &'s Work,
    /// The patch's own span, the owner of removals that have no line of their own.
    by: Span,
    changes: RefCell<Changes>,
}

/// The word under `$patch`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Directive {
    Merge,
    Replace,
    Delete,
}

impl<'s> Merge<'s> {
    /// A merge under a schema on behalf of a patch.
    pub(super) fn new(schema: &'s Schema, work: &'s Work, by: Span) -> Self {
        Self { schema, work, by, changes: RefCell::default() }
    }

    /// The single values that others took the place of so far.
    pub(super) fn changes(&self) -> Changes {
        self.changes.take()
    }

    /// Counts that each of so many is held against each of so many others.
    pub(super) fn compare(&self, some: usize, others: usize) -> Result<(), Misfit> {
        self.work.spend(some.saturating_mul(others), self.by)
    }

    /// Lays `patch` over `dest`. `None` when nothing is left.
    pub(super) fn apply(&self, dest: Option<&Node>, patch: Option<&Node>, ty: Option<TypeRef<'s>>) -> Merged {
        let ty = ty.or_else(|| self.own_type(dest)).or_else(|| self.own_type(patch));
        let (kind, patch_kind) = (dest.map_or(Kind::Null, Kind::of), patch.map_or(Kind::Null, Kind::of));
        match (kind, patch_kind) {
            (Kind::Null, Kind::Null) => Ok(match (dest, patch) {
                // A null that is spelled out outlives a patch that does not mention it; an empty value does not.
                (Some(d), None) if d.text().is_some_and(|t| !t.is_empty()) => Some(d.clone()),
                _ => None,
            }),
            (_, Kind::Opaque) => Ok(patch.cloned()),
            (Kind::Opaque, _) => self.over_unknown(dest, patch, ty),
            (Kind::Null, Kind::Map) => self.added(patch, ty),
            (Kind::Null, Kind::Sequence) => self.lists(None, patch, ty),
            (Kind::Null, Kind::Scalar) => Ok(patch.map(|p| restyled(dest, p))),
            (Kind::Map, Kind::Map | Kind::Null) => self.maps(dest, patch, ty),
            (Kind::Sequence, Kind::Sequence | Kind::Null) => self.lists(dest, patch, ty),
            (Kind::Scalar, Kind::Scalar | Kind::Null) => Ok(match patch {
                None => dest.cloned(),
                Some(p) if p.is_null() => None,
                Some(p) => Some(self.over_scalar(dest, p)),
            }),
            (was, is) => Err(Misfit {
                span: patch.map_or(self.by, Node::span),
                related: dest.map(Node::span),
                message: format!("the patch has {} where the object has {}", is.words(), was.words()),
            }),
        }
    }

    fn quoted_word(&self, node: Node) -> Node {
        let quoted = edit::quoted_word(node.clone());
        if !quoted.same(&node) {
            self.changes.borrow_mut().quoted.push((node, quoted.clone()));
        }
        quoted
    }

    fn over_scalar(&self, dest: Option<&Node>, patch: &Node) -> Node {
        let new = restyled(dest, patch);
        self.changes.borrow_mut().written.extend(dest.map(|old| (old.clone(), new.clone())));
        new
    }

    /// What a patch adds: merged with itself.
    pub(super) fn added(&self, patch: Option<&Node>, ty: Option<TypeRef<'s>>) -> Merged {
        let Some(node) = patch else { return Ok(None) };
        match Kind::of(node) {
            Kind::Null => Ok(None),
            Kind::Scalar | Kind::Opaque => Ok(Some(node.clone())),
            Kind::Sequence => self.lists(patch, patch, ty.or_else(|| self.own_type(patch))),
            Kind::Map => {
                let ty = ty.or_else(|| self.own_type(patch));
                let (node, directive) = self.directive(node)?;
                if directive == Directive::Delete {
                    return Ok(None);
                }
                self.fields_of_addition(&node, ty).map(Some)
            }
        }
    }

    fn fields_of_addition(&self, node: &Node, ty: Option<TypeRef<'s>>) -> Result<Node, Misfit> {
        let Some(mapping) = node.as_mapping() else { return Ok(node.clone()) };
        let mut entries = Vec::with_capacity(mapping.entries.len());
        let mut changed = false;
        for entry in &mapping.entries {
            let value = self.added(Some(&entry.value), ty.and_then(|t| t.field(entry.key.text()?)))?.map(|v| self.quoted_word(v));
            changed |= !value.as_ref().is_some_and(|v| v.same(&entry.value));
            entries.extend(value.map(|value| Entry { value, ..entry.clone() }));
        }
        Ok(if changed { edit::with_mapping(node, |m| m.entries = entries) } else { node.clone() })
    }

    fn maps(&self, dest: Option<&Node>, patch: Option<&Node>, ty: Option<TypeRef<'s>>) -> Merged {
        let Some(dest) = dest else { return Ok(None) };
        let Some(patch) = patch else { return self.untouched(dest, ty).map(Some) };
        if patch.is_null() {
            return Ok(None);
        }
        let (patch, directive) = self.directive(patch)?;
        match directive {
            Directive::Delete => return Ok(None),
            Directive::Replace => return self.fields_of_addition(&patch, ty).map(Some),
            Directive::Merge => {}
        }
        let (Some(old), Some(new)) = (dest.as_mapping(), patch.as_mapping()) else { return Ok(Some(dest.clone())) };
        self.merge_fields(dest, old, new, ty).map(Some)
    }

    fn merge_fields(&self, dest: &Node, old: &Mapping, new: &Mapping, ty: Option<TypeRef<'s>>) -> Result<Node, Misfit> {
        self.compare(old.entries.len() + 1, new.entries.len() + new.shadowed.len() + 1)?;
        let mut result = old.clone();
        let mut changed = false;
        for (n, entry) in old.entries.iter().enumerate().rev() {
            let Some(key) = entry.key.text() else { continue };
            let addition = first(new, key);
            let value = self.apply(Some(&entry.value), addition.map(|a| &a.value), ty.and_then(|t| t.field(key)))?;
            match if addition.is_some() { value } else { value.map(|v| self.quoted_word(v)) } {
                Some(value) if value.same(&entry.value) => continue,
                Some(value) => {
                    let by_patch = addition.filter(|a| value.span() == a.value.span());
                    let key = by_patch.map_or(&entry.key, |a| &a.key).clone();
                    let merged = by_patch.map_or(entry.merged, |a| a.merged);
                    if let Some(place) = result.entries.get_mut(n) {
                        *place = Entry { key, value, merged };
                    }
                }
                None => edit::remove(&mut result, key, addition.map_or(self.by, Entry::span)),
            }
            changed = true;
        }
        let all = new.entries.iter().chain(new.shadowed.iter().rev());
        let names: BTreeMap<&str, &Entry> = all.filter_map(|e| Some((e.key.text()?, e))).filter(|(key, _)| old.entry(key).is_none()).collect();
        for entry in names.into_values() {
            let Some(key) = entry.key.text() else { continue };
            let field = ty.and_then(|t| t.field(key));
            let value = match old.get(key) {
                Lookup::Unknown(unknown) => self.over(unknown, Some(&entry.value), field)?,
                Lookup::Absent | Lookup::Found(_) => self.apply(None, Some(&entry.value), field)?,
            };
            match value.map(|v| self.quoted_word(v)) {
                // Between braces no text is written folded.
                Some(value) if old.flow => edit::set(&mut result, &entry.key, with_unfolded(&value)),
                Some(value) => edit::set(&mut result, &entry.key, value),
                None => edit::remove(&mut result, key, entry.span()),
            }
            changed = true;
        }
        if let Some(open) = new.open.clone().filter(|_| result.open.is_none()) {
            result.open = Some(open);
            changed = true;
        }
        Ok(if changed { edit::in_place(dest, Value::Mapping(result)) } else { dest.clone() })
    }

    /// A value inside a patched map that the patch does not mention: its empty values go, its merging lists lose doubles.
    pub(super) fn untouched(&self, dest: &Node, ty: Option<TypeRef<'s>>) -> Result<Node, Misfit> {
        let Some(old) = dest.as_mapping() else { return Ok(dest.clone()) };
        self.merge_fields(dest, old, &Mapping::default(), ty)
    }

    fn lists(&self, dest: Option<&Node>, patch: Option<&Node>, ty: Option<TypeRef<'s>>) -> Merged {
        match ty.and_then(TypeRef::keys) {
            Some(keys) => elements::merge(self, dest, patch, keys, ty.and_then(TypeRef::items)),
            None => Ok(match patch {
                None => dest.cloned(),
                Some(p) if p.is_null() => None,
                Some(p) => Some(p.clone()),
            }),
        }
    }

    fn over_unknown(&self, dest: Option<&Node>, patch: Option<&Node>, ty: Option<TypeRef<'s>>) -> Merged {
        match dest.map(Node::value) {
            Some(Value::Opaque(unknown)) if patch.is_some() => self.over(unknown, patch, ty),
            _ => Ok(dest.cloned()),
        }
    }

    /// A patch over something unknown: what it says is known, what else a map holds is not, and neither is a merging list.
    fn over(&self, unknown: &Opaque, patch: Option<&Node>, ty: Option<TypeRef<'s>>) -> Merged {
        let Some(node) = patch else { return Ok(Some(Node::new(Value::Opaque(unknown.clone()), unknown.span))) };
        match Kind::of(node) {
            Kind::Null => Ok(None),
            Kind::Scalar | Kind::Opaque => Ok(Some(node.clone())),
            Kind::Sequence if ty.and_then(TypeRef::keys).is_some() => Ok(Some(Node::new(Value::Opaque(unknown.clone()), node.span()))),
            Kind::Sequence => Ok(Some(node.clone())),
            Kind::Map => {
                let (node, directive) = self.directive(node)?;
                match directive {
                    Directive::Delete => Ok(None),
                    Directive::Replace => self.fields_of_addition(&node, ty).map(Some),
                    Directive::Merge => {
                        let Some(new) = node.as_mapping() else { return Ok(None) };
                        let open = Mapping { open: Some(unknown.clone()), ..Mapping::default() };
                        self.merge_fields(&node, &open, new, ty).map(Some)
                    }
                }
            }
        }
    }

    /// The type of a value that states its own kind, at the root or anywhere below.
    fn own_type(&self, node: Option<&Node>) -> Option<TypeRef<'s>> {
        let node = node?;
        let (api_version, kind) = (text_at(node, &["apiVersion"]), text_at(node, &["kind"]));
        if api_version.is_empty() || kind.is_empty() { None } else { self.schema.root(api_version, kind) }
    }

    /// A map's `$patch` word, and the map without it.
    pub(super) fn directive(&self, patch: &Node) -> Result<(Node, Directive), Misfit> {
        let Some(entry) = patch.as_mapping().and_then(|m| m.entry("$patch")) else { return Ok((patch.clone(), Directive::Merge)) };
        let directive = directive_word(&entry.value)?;
        Ok((edit::with_mapping(patch, |m| m.entries.retain(|e| e.key.text() != Some("$patch"))), directive))
    }
}

pub(super) fn directive_word(value: &Node) -> Result<Directive, Misfit> {
    match value.text() {
        Some("merge") => Ok(Directive::Merge),
        Some("replace") => Ok(Directive::Replace),
        Some("delete") => Ok(Directive::Delete),
        _ => Err(Misfit { span: value.span(), related: None, message: "`$patch` must be delete, replace or merge".into() }),
    }
}

/// The entry of a key; of several that stand in the map, kustomize finds the first.
fn first<'m>(mapping: &'m Mapping, key: &str) -> Option<&'m Entry> {
    mapping.shadowed.iter().find(|e| e.key.text() == Some(key)).or_else(|| mapping.entry(key))
}

/// A scalar over another keeps the other's quoting.
fn restyled(dest: Option<&Node>, patch: &Node) -> Node {
    let (Some(old), Some(new)) = (dest.and_then(Node::as_scalar), patch.as_scalar()) else { return patch.clone() };
    let is_string = patch.as_str().is_some();
    match (old.style, new.style) {
        // A folded text grows when it is written, and this one is not written folded.
        (Style::Plain | Style::SingleQuoted | Style::DoubleQuoted | Style::Literal, Style::Folded) => {
            let text = unfolded(&new.text);
            if old.style == Style::Plain { edit::string(text, patch.span()) } else { Node::scalar(text, old.style, patch.span()) }
        }
        (Style::Plain, Style::SingleQuoted | Style::DoubleQuoted | Style::Literal) if is_string => edit::string(new.text.clone(), patch.span()),
        (Style::Plain, _) => patch.clone(),
        (style, Style::Plain) => {
            let style = if matches!(style, Style::Literal | Style::Folded) { Style::DoubleQuoted } else { style };
            let node = Node::new(Value::Scalar(Scalar { text: new.text.clone(), style }), patch.span());
            // A tag that says more than the text is written, and then the quotes make no string.
            let says_more = patch.tag() == Some(FLOAT_TAG) && is_integer(&new.typed(None, Dialect::Kustomize));
            if says_more { node.with_tag(FLOAT_TAG) } else { node }
        }
        _ => patch.clone(),
    }
}

/// What a node is to a merge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Scalar,
    Sequence,
    Map,
    Opaque,
}

impl Kind {
    pub(super) fn of(node: &Node) -> Self {
        match node.value() {
            Value::Scalar(_) if node.is_null() => Kind::Null,
            Value::Scalar(_) => Kind::Scalar,
            Value::Sequence(_) => Kind::Sequence,
            Value::Mapping(_) => Kind::Map,
            Value::Opaque(_) => Kind::Opaque,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Kind::Null => "nothing",
            Kind::Scalar => "a single value",
            Kind::Sequence => "a list",
            Kind::Map => "a map",
            Kind::Opaque => "something unknown",
        }
    }
}
