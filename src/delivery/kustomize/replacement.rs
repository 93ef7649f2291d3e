//! `replacements`: a value copied from one object's field to others'.

use super::bounds::{self, Work};
use super::edit;
use super::fields;
use super::id::Id;
use super::log::{Log, ProblemKind};
use super::merge::{Kind, Misfit};
use super::patch::hide_all;
use super::patched::lost_identity;
use super::pointer::{self, Change};
use super::reading::is_gap;
use super::resource::Resource;
use super::select::LabelSelector;
use super::shared::{self, Changes};
use super::specs::gvk_of;
use crate::source::Span;
use crate::yaml::{Dialect, Lookup, Node, Opaque, Style, Typed, UNTYPED, Value};
use std::cell::RefCell;

const INT_TAG: &str = "tag:yaml.org,2002:int";
const BOOL_TAG: &str = "tag:yaml.org,2002:bool";
pub(super) const FLOAT_TAG: &str = "tag:yaml.org,2002:float";
const NULL_TAG: &str = "tag:yaml.org,2002:null";

/// Applies one replacement.
pub(super) fn apply(replacement: &Node, resources: &mut [Resource], log: &mut Log) {
    let (Some(source), Some(targets)) = (fields::value(replacement, "source"), fields::value(replacement, "targets")) else {
        return log.refuse(ProblemKind::Field, replacement.span(), "a replacement has a source and targets");
    };
    if !held_against(resources, log, replacement.span()) {
        return;
    }
    let value = match value(source, resources, log) {
        Ok(value) => RefCell::new(value),
        Err(misfit) => return log.refuse_related(ProblemKind::NoTarget, misfit.span, misfit.message, misfit.related.unwrap_or(source.span())),
    };
    if resources.iter().any(|r| r.state.dates) {
        resources.iter_mut().for_each(|r| r.state.dates = true);
    }
    for target in targets.as_sequence().unwrap_or_default() {
        let Some(select) = fields::value(target, "select") else {
            log.refuse(ProblemKind::Field, target.span(), "a target selects objects");
            continue;
        };
        if !held_against(resources, log, target.span()) {
            return;
        }
        if let Err(misfit) = log.work(|work| copy(&value, target, select, resources, work)) {
            if bounds::is_beyond(&misfit) {
                resources.iter_mut().for_each(|r| hide_all(r, misfit.span));
                return log.limit(misfit.span, misfit.message, true);
            }
            match misfit.related {
                Some(related) => log.refuse_related(ProblemKind::NotApplicable, misfit.span, misfit.message, related),
                None => log.refuse(ProblemKind::NotApplicable, misfit.span, misfit.message),
            }
        }
    }
}

/// Whether the objects may be gone through once more. From the first time on that they may not, nothing about them is certain.
fn held_against(resources: &mut [Resource], log: &mut Log, span: Span) -> bool {
    let was_spent = log.is_spent();
    let may = log.meet(resources.len(), span);
    if !may && !was_spent {
        resources.iter_mut().for_each(|r| hide_all(r, span));
    }
    may
}

/// `group`, `version`, `kind`, `name`, `namespace`, each exact or absent.
fn exact(node: &Node) -> Id {
    let part = |name: &str| Box::from(fields::text(node, name).unwrap_or(""));
    Id { gvk: gvk_of(node), name: part("name"), namespace: part("namespace") }
}

fn value(source: &Node, resources: &[Resource], log: &mut Log) -> Result<Node, Misfit> {
    let misfit = |message: String| Misfit { span: source.span(), related: None, message };
    let selector = exact(source);
    let found: Vec<&Resource> = resources.iter().filter(|r| r.any_id(|id| id.selected_by(&selector))).collect();
    let object = match found.as_slice() {
        [one] => one,
        [] => match log.hides() {
            Some((span, reason)) => return Ok(Node::new(Value::Opaque(Opaque { reason, span }), source.span())),
            None => return Err(misfit("the source of the replacement matches no object".into())),
        },
        _ => return Err(misfit("the source of the replacement matches several objects".into())),
    };
    let path = fields::text(source, "fieldPath").unwrap_or("metadata.name");
    let node = match pointer::find(&object.root, &pointer::parts(path)) {
        Ok(Lookup::Found(node)) if !is_empty(node) => node,
        Ok(Lookup::Unknown(unknown)) => return Ok(Node::new(Value::Opaque(unknown.clone()), source.span())),
        Ok(_) => return Err(Misfit { related: Some(object.origin.span), ..misfit(format!("the source has no `{path}`")) }),
        Err(message) => return Err(Misfit { related: Some(object.origin.span), ..misfit(message) }),
    };
    let options = fields::value(source, "options");
    let Some(delimiter) = options.and_then(|o| fields::text(o, "delimiter")) else { return Ok(node.clone()) };
    if Kind::of(node) != Kind::Scalar {
        return Err(misfit("only a single value can be split at a delimiter".into()));
    }
    let index = options.and_then(|o| fields::value(o, "index")).and_then(Node::as_int).unwrap_or(0);
    let piece = usize::try_from(index).ok().and_then(|i| node.text().unwrap_or("").split(delimiter).nth(i));
    let piece = piece.ok_or_else(|| misfit(format!("the source's value has no piece {index}")))?;
    Ok(edit::with_text(node, piece, node.span()))
}

fn is_empty(node: &Node) -> bool {
    match node.value() {
        Value::Mapping(m) => m.entries.is_empty() && m.open.is_none(),
        Value::Sequence(s) => s.items.is_empty(),
        Value::Scalar(_) => node.is_null(),
        Value::Opaque(_) => false,
    }
}

/// Copies a value to the fields of a target. What stands where it comes from may change by that, and then the changed value is copied from there on.
fn copy(value: &RefCell<Node>, target: &Node, select: &Node, resources: &mut [Resource], work: &Work) -> Result<(), Misfit> {
    let rejects = fields::items(target, "reject");
    let selector = exact(select);
    let labelled = LabelSelectors::read(select)?;
    let rejected: Vec<(Id, LabelSelectors)> = rejects.iter().map(|r| Ok((exact(r), LabelSelectors::read(r)?))).collect::<Result<_, Misfit>>()?;
    let options = fields::value(target, "options");
    let creates = options.is_some_and(|o| fields::flag(o, "create"));
    let default = Node::scalar("metadata.name", Style::Plain, target.span());
    let given = fields::items(target, "fieldPaths");
    let paths = if given.is_empty() { std::slice::from_ref(&default) } else { given };
    for resource in resources.iter_mut() {
        let refused = |(id, labels): &(Id, LabelSelectors)| {
            (*id != Id::default() && resource.any_id(|i| i.selected_by(id))) || (!labels.is_empty() && labels.match_(&resource.root))
        };
        if !labelled.match_(&resource.root) || !resource.any_id(|id| id.selected_by(&selector)) || rejected.iter().any(refused) {
            continue;
        }
        for path in paths {
            work.spend(resource.root.weight() as usize, path.span())?;
            let mut held = Vec::new();
            let mut changes = Changes::default();
            let mut gaps = false;
            let mut set = |old: &Node| {
                // What is split and joined is gone through, too.
                let copied = value.borrow().clone();
                work.spend(copied.text().map_or(1, str::len) + old.text().map_or(0, str::len), path.span())?;
                let new = written(old, &copied, options, path)?;
                if old.same(&copied) {
                    value.replace(new.clone());
                }
                held.extend(misfit(old, &new, path));
                gaps |= is_gap(&new);
                changes.written.push((old.clone(), new.clone()));
                Ok(new)
            };
            let create = creates.then(|| Kind::of(&value.borrow()));
            let mut change = Change { create, by: path.span(), set: &mut set, count: 0 };
            let text = path.text().unwrap_or("");
            let parts = pointer::parts(text);
            bounds::path(parts.len(), path.span())?;
            let root = bounds::grown(change.apply(&resource.root, &parts)?, &resource.root, true, path.span())?;
            if change.count == 0 {
                let message = format!("{} has no field `{text}` to replace", resource.id());
                return Err(Misfit { span: path.span(), related: Some(resource.origin.span), message });
            }
            if let Some(lost) = lost_identity(&resource.root, &root) {
                let message = format!("the replacement leaves {} without its {}", resource.id(), lost.join("."));
                return Err(Misfit { span: path.span(), related: Some(resource.origin.span), message });
            }
            resource.root = if resource.state.shares { shared::spread(&root, &changes, resource) } else { root };
            resource.state.held.extend(held);
            resource.state.gaps |= gaps;
        }
    }
    Ok(())
}

/// What is wrong with a new value, which has the type of the old one, if its text is none of that type.
fn misfit(old: &Node, new: &Node, path: &Node) -> Option<Misfit> {
    let text = new.text().filter(|_| is_mistyped(new))?;
    let message = format!("the field has another type than `{text}`, and a replacement keeps the type");
    Some(Misfit { span: path.span(), related: Some(old.span()), message })
}

pub(super) fn is_integer(value: &Typed<'_>) -> bool {
    matches!(value, Typed::Int(_) | Typed::Unsigned(_))
}

/// Whether a bare value's tag promises another type than its text has.
pub(super) fn is_mistyped(node: &Node) -> bool {
    let Some(scalar) = node.as_scalar().filter(|s| s.style == Style::Plain) else { return false };
    let bare = scalar.typed(None, Dialect::Kustomize);
    match node.tag() {
        Some(INT_TAG) => !is_integer(&bare),
        Some(BOOL_TAG) => !matches!(bare, Typed::Bool(_)),
        Some(FLOAT_TAG) => !is_integer(&bare) && !matches!(bare, Typed::Float(_)),
        Some(NULL_TAG) => !matches!(bare, Typed::Null),
        _ => false,
    }
}

struct LabelSelectors {
    labels: LabelSelector,
    annotations: LabelSelector,
}

impl LabelSelectors {
    fn read(node: &Node) -> Result<Self, Misfit> {
        let parse = |name: &str| {
            LabelSelector::parse(fields::text(node, name).unwrap_or("")).map_err(|message| Misfit { span: node.span(), related: None, message })
        };
        Ok(Self { labels: parse("labelSelector")?, annotations: parse("annotationSelector")? })
    }

    fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.annotations.is_empty()
    }

    fn match_(&self, root: &Node) -> bool {
        self.labels.matches(root.find(&["metadata", "labels"])) && self.annotations.matches(root.find(&["metadata", "annotations"]))
    }
}

/// The new value of a target field: a scalar keeps its type, anything else is replaced whole.
fn written(old: &Node, value: &Node, options: Option<&Node>, path: &Node) -> Result<Node, Misfit> {
    if Kind::of(value) == Kind::Opaque || Kind::of(old) == Kind::Opaque {
        return Ok(value.clone());
    }
    let Some(scalar) = old.as_scalar() else {
        if options.and_then(|o| fields::text(o, "delimiter")).is_some() {
            let message = "only a single value can be split at a delimiter".to_owned();
            return Err(Misfit { span: path.span(), related: Some(old.span()), message });
        }
        return Ok(value.clone());
    };
    let new = value.text().unwrap_or("");
    let text = match options.and_then(|o| fields::text(o, "delimiter")) {
        None => new.to_owned(),
        Some(delimiter) => {
            let mut pieces: Vec<&str> = scalar.text.split(delimiter).collect();
            let index = options.and_then(|o| fields::value(o, "index")).and_then(Node::as_int).unwrap_or(0);
            match usize::try_from(index) {
                Err(_) => pieces.insert(0, new),
                Ok(index) => match pieces.get_mut(index) {
                    Some(piece) => *piece = new,
                    None => pieces.push(new),
                },
            }
            pieces.join(delimiter)
        }
    };
    // A created field, or a name written anew, has no type yet, so its text decides; a string stays one.
    if old.span() == path.span() || old.tag() == Some(UNTYPED) {
        return Ok(edit::renamed(scalar.style, &text, value.span()));
    }
    if scalar.style != Style::Plain {
        return Ok(Node::scalar(text, scalar.style, value.span()));
    }
    let Some(tag) = kept_tag(old) else { return Ok(edit::string(text, value.span())) };
    let new = Node::scalar(text, Style::Plain, value.span());
    let tagged = new.clone().with_tag(tag);
    Ok(if is_mistyped(&tagged) { tagged } else { new })
}

/// The tag of a bare number, truth value or null, or of what a replacement has written over one.
fn kept_tag(old: &Node) -> Option<&'static str> {
    if let Some(tag) = [INT_TAG, BOOL_TAG, FLOAT_TAG, NULL_TAG].into_iter().find(|t| old.tag() == Some(t)) {
        return Some(tag);
    }
    match old.typed()? {
        Typed::Bool(_) => Some(BOOL_TAG),
        Typed::Int(_) | Typed::Unsigned(_) => Some(INT_TAG),
        Typed::Float(_) => Some(FLOAT_TAG),
        Typed::Null => Some(NULL_TAG),
        Typed::Str(_) => None,
    }
}
