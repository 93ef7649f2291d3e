//! `vars`: values of fields that stand in for `$(NAME)` elsewhere.

use super::accumulated::Accumulated;
use super::bounds::Work;
use super::edit;
use super::fields;
use super::fieldspec::{FieldSpec, Walk};
use super::id::{Gvk, Id, split_api_version};
use super::log::{Log, ProblemKind};
use super::merge::{Kind, Misfit};
use super::numbers;
use super::patch::unfit;
use super::pointer;
use super::resource::Resource;
use super::shared::{self, Changes};
use crate::source::Span;
use crate::yaml::{Lookup, Node, Opaque, Style, Typed, UNTYPED, Value};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};

/// Takes a var of the kustomization at hand and marks the object it reads from.
pub(super) fn add(var: &Node, acc: &mut Accumulated) {
    let Some(object) = fields::value(var, "objref") else { return acc.log.refuse(ProblemKind::Field, var.span(), "a var needs an `objref`") };
    let (group, version) = match fields::text(object, "apiVersion") {
        Some(api_version) => split_api_version(api_version),
        None => (fields::text(object, "group").unwrap_or(""), fields::text(object, "version").unwrap_or("")),
    };
    let target = Id {
        gvk: Gvk { group: group.into(), version: version.into(), kind: fields::text(object, "kind").unwrap_or("").into() },
        name: fields::text(object, "name").unwrap_or("").into(),
        namespace: fields::text(object, "namespace").unwrap_or("").into(),
    };
    let matches = |id: &Id| if target.namespace.is_empty() { id.gvk == target.gvk && id.name == target.name } else { id.same(&target) };
    // Beyond the bound every var stands for something unknown.
    if !acc.log.meet(acc.resources.len(), var.span()) {
        return merge(var, acc);
    }
    let found: Vec<usize> = acc.resources.iter().enumerate().filter(|(_, r)| r.any_id(matches)).map(|(n, _)| n).collect();
    let name = fields::text(var, "name").unwrap_or("");
    match found.as_slice() {
        [] => {}
        [index] => {
            if let Some(resource) = acc.resources.get_mut(*index) {
                resource.state.vars.push(name.into());
            }
        }
        _ => acc.log.refuse(ProblemKind::Field, object.span(), format!("the var `{name}` may read from several objects")),
    }
    merge(var, acc);
}

/// Takes a var; a name that is taken is refused.
pub(super) fn merge(var: &Node, acc: &mut Accumulated) {
    let name = fields::text(var, "name").unwrap_or("");
    match acc.named_vars.entry(name.into()) {
        Entry::Occupied(first) => {
            acc.log.refuse_related(ProblemKind::Duplicate, var.span(), format!("the var `{name}` is already there"), *first.get());
        }
        Entry::Vacant(free) => {
            free.insert(var.span());
            acc.vars.push(var.clone());
        }
    }
}

/// Replaces `$(NAME)` wherever the specs say.
pub(super) fn resolve(vars: &[Node], resources: &mut [Resource], specs: &[FieldSpec], log: &mut Log) {
    let mut values: BTreeMap<&str, Node> = BTreeMap::new();
    let mut sources: HashMap<&str, &Resource> = HashMap::new();
    for resource in resources.iter() {
        for name in &resource.state.vars {
            sources.entry(name).or_insert(resource);
        }
    }
    for var in vars {
        let Some(name) = fields::text(var, "name") else { continue };
        let path = fields::value(var, "fieldref").and_then(|f| fields::text(f, "fieldPath")).unwrap_or("metadata.name");
        let value = match sources.get(name).map(|r| pointer::find(&r.root, &pointer::with_indices(path))) {
            Some(Ok(Lookup::Found(node))) => node.clone(),
            Some(Ok(Lookup::Unknown(unknown))) => Node::new(Value::Opaque(unknown.clone()), var.span()),
            Some(_) => {
                log.refuse(ProblemKind::NoTarget, var.span(), format!("the object of the var `{name}` has no field `{path}`"));
                continue;
            }
            None => match log.hides() {
                Some((span, reason)) => Node::new(Value::Opaque(Opaque { reason, span }), var.span()),
                None => {
                    log.refuse(ProblemKind::NoTarget, var.span(), format!("no object matches the var `{name}`"));
                    continue;
                }
            },
        };
        values.insert(name, value);
    }
    if values.is_empty() {
        return;
    }
    for resource in resources.iter_mut() {
        for spec in specs {
            let work = log.steps();
            let changes = RefCell::<Changes>::default();
            let mut set = |node: &Node| {
                expanded(node, &|old| {
                    let new = replaced(old, &values, &work)?;
                    changes.borrow_mut().written.push((old.clone(), new.clone()));
                    Ok(new)
                })
            };
            let result = spec.apply(&resource.root, &mut Walk { create: None, by: resource.origin.span, set: &mut set });
            log.stepped(&work);
            match result {
                Ok(root) if resource.state.shares => resource.root = shared::spread(&root, &changes.into_inner(), resource),
                Ok(root) => resource.root = root,
                Err(misfit) => unfit(misfit, resource, log),
            }
        }
    }
}

/// The value of a field with its strings replaced.
fn expanded(node: &Node, replaced: &dyn Fn(&Node) -> Result<Node, Misfit>) -> Result<Node, Misfit> {
    match Kind::of(node) {
        Kind::Null | Kind::Opaque => Ok(node.clone()),
        Kind::Scalar => replaced(node),
        Kind::Map => {
            let map = node.as_mapping().map_or(&[][..], |m| &m.entries);
            let new: Vec<Node> = map.iter().map(|e| replaced(&e.value)).collect::<Result<_, _>>()?;
            if new.iter().zip(map).all(|(v, e)| v.same(&e.value)) {
                return Ok(node.clone());
            }
            Ok(edit::with_mapping(node, |m| m.entries.iter_mut().zip(new).for_each(|(e, v)| e.value = v)))
        }
        Kind::Sequence => {
            let items = node.as_sequence().unwrap_or_default();
            let mut new = Vec::with_capacity(items.len());
            for item in items {
                if item.as_str().is_none() && item.tag() != Some(UNTYPED) && Kind::of(item) != Kind::Opaque {
                    return Err(Misfit { span: item.span(), related: None, message: "a list in which vars are replaced holds strings".into() });
                }
                new.push(replaced(item)?);
            }
            if new.iter().zip(items).all(|(a, b)| a.same(b)) { Ok(node.clone()) } else { Ok(edit::with_items(node, new)) }
        }
    }
}

/// A string with its `$(NAME)` replaced; one that is nothing else takes the value's type.
fn replaced(node: &Node, values: &BTreeMap<&str, Node>, work: &Work) -> Result<Node, Misfit> {
    // What has no type counts as a string, and is one then.
    let (text, string) = match node.tag() {
        Some(UNTYPED) => (node.text(), Cow::Owned(edit::string(node.text().unwrap_or(""), node.span()))),
        _ => (node.as_str(), Cow::Borrowed(node)),
    };
    let Some(text) = text.filter(|t| t.contains('$')) else { return Ok(string.into_owned()) };
    if let Some(value) = text.strip_prefix("$(").and_then(|t| t.strip_suffix(')')).and_then(|name| values.get(name)) {
        work.spend(value.text().map_or(0, str::len), value.span())?;
        return Ok(match value.value() {
            Value::Scalar(scalar) => match value.as_str() {
                Some(text) => edit::string(text, value.span()),
                None if value.is_null() => edit::string(scalar.text.clone(), value.span()),
                None => Node::scalar(whole(value, &scalar.text), Style::Plain, value.span()),
            },
            Value::Opaque(_) => value.clone(),
            Value::Sequence(_) | Value::Mapping(_) => node.clone(),
        });
    }
    match substitute(text, node.span(), values, work) {
        Ok(new) if *new == *text => Ok(node.clone()),
        Ok(new) => Ok(edit::string(new, node.span())),
        Err(Unsaid::Unknown(unknown)) => Ok(Node::new(Value::Opaque(unknown), node.span())),
        Err(Unsaid::Beyond(misfit)) => Err(misfit),
    }
}

/// Why a text with vars cannot be told.
enum Unsaid {
    Unknown(Opaque),
    Beyond(Misfit),
}

fn substitute(text: &str, span: Span, values: &BTreeMap<&str, Node>, work: &Work) -> Result<String, Unsaid> {
    // Behind the last bracket there is no need to look for one.
    let last = text.rfind(')').unwrap_or(0);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(dollar) = rest.find('$') {
        out.push_str(rest.get(..dollar).unwrap_or(""));
        let after = rest.get(dollar + 1..).unwrap_or("");
        if after.is_empty() {
            rest = rest.get(dollar..).unwrap_or("");
            break;
        }
        if let Some(escaped) = after.strip_prefix('$') {
            out.push('$');
            rest = escaped;
        } else if let Some((name, tail)) = after.strip_prefix('(').filter(|a| text.len() - a.len() <= last).and_then(|a| a.split_once(')')) {
            match values.get(name).map(|v| (v, v.value())) {
                Some((_, Value::Opaque(unknown))) => return Err(Unsaid::Unknown(Opaque { reason: unknown.reason.clone(), span })),
                Some((value, Value::Scalar(scalar))) => {
                    work.spend(scalar.text.len(), span).map_err(Unsaid::Beyond)?;
                    out.push_str(&printed(value, &scalar.text));
                }
                _ => {
                    out.push_str("$(");
                    out.push_str(name);
                    out.push(')');
                }
            }
            rest = tail;
        } else {
            out.push('$');
            let next = after.chars().next().map_or(0, char::len_utf8);
            out.push_str(after.get(..next).unwrap_or(""));
            rest = after.get(next..).unwrap_or("");
        }
    }
    out.push_str(rest);
    Ok(out)
}

/// A number or truth value as Go writes it in the place of a text.
fn whole(value: &Node, text: &str) -> String {
    match value.typed() {
        Some(Typed::Int(n)) => n.to_string(),
        Some(Typed::Bool(b)) => b.to_string(),
        Some(Typed::Float(n)) => n.to_string(),
        _ => text.to_owned(),
    }
}

/// A value as Go prints it inside a text.
fn printed(value: &Node, text: &str) -> String {
    // What is written as a floating-point number is one to Go, whatever its value.
    let is_float = text.contains(['.', 'e', 'E']);
    match (value.typed(), text.parse()) {
        (Some(Typed::Float(n)), _) => numbers::printed(n),
        (Some(Typed::Int(_)), Ok(n)) if is_float => numbers::printed(n),
        _ => whole(value, text),
    }
}
