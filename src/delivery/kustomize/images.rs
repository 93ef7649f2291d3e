//! The `images` and `replicas` transformers.

use super::edit;
use super::fields;
use super::fieldspec::{Create, FieldSpec, Walk};
use super::id::text_at;
use super::log::{Log, ProblemKind};
use super::merge::{Kind, Misfit};
use super::metadata::report;
use super::patch::unfit;
use super::pattern;
use super::resource::Resource;
use crate::yaml::{Node, Style, UNTYPED, Value};
use regex::Regex;

/// One entry of `images`.
pub(super) struct Image<'n> {
    pattern: Regex,
    entry: &'n Node,
}

impl<'n> Image<'n> {
    /// Reads an entry. Its name counts as a regular expression, as in the original.
    pub(super) fn read(entry: &'n Node) -> Result<Self, Misfit> {
        let name = fields::text(entry, "name").unwrap_or("");
        let pattern = pattern::read(&format!("^{name}(:[a-zA-Z0-9_.{{}}-]*)?(@sha256:[a-zA-Z0-9_.{{}}-]*)?$"), entry.span())?;
        Ok(Self { pattern, entry })
    }

    /// Rewrites the images of containers anywhere, and those the specs lead to.
    pub(super) fn apply(&self, resources: &mut [Resource], specs: &[FieldSpec], log: &mut Log) {
        if !log.meet(resources.len(), self.entry.span()) {
            return;
        }
        for resource in resources.iter_mut().filter(|r| text_at(&r.root, &["kind"]) != "CustomResourceDefinition") {
            if let Err(misfit) = log.work(|work| work.spend(resource.root.weight() as usize, self.entry.span())) {
                unfit(misfit, resource, log);
                continue;
            }
            let mut root = self.containers(&resource.root);
            for spec in specs {
                let mut set = |node: &Node| match Kind::of(node) {
                    Kind::Map | Kind::Sequence => Err(Misfit { span: node.span(), related: None, message: "an image that is no string".into() }),
                    Kind::Scalar => Ok(self.image(node)),
                    Kind::Null | Kind::Opaque => Ok(node.clone()),
                };
                match spec.apply(&root, &mut Walk { create: None, by: self.entry.span(), set: &mut set }) {
                    Ok(new) => root = new,
                    Err(misfit) => report(misfit, resource, log),
                }
            }
            resource.root = root;
        }
    }

    /// Every `image` of an item of a list called `containers` or `initContainers`.
    fn containers(&self, node: &Node) -> Node {
        match node.value() {
            Value::Sequence(sequence) => {
                let items: Vec<Node> = sequence.items.iter().map(|i| self.containers(i)).collect();
                let same = items.iter().zip(&sequence.items).all(|(a, b)| a.same(b));
                if same { node.clone() } else { edit::with_items(node, items) }
            }
            Value::Mapping(mapping) => {
                let value = |e: &crate::yaml::Entry| {
                    let value = self.containers(&e.value);
                    if matches!(e.key.text(), Some("containers" | "initContainers")) { self.list(&value) } else { value }
                };
                let values: Vec<Node> = mapping.entries.iter().map(value).collect();
                if values.iter().zip(&mapping.entries).all(|(v, e)| v.same(&e.value)) {
                    return node.clone();
                }
                edit::with_mapping(node, |m| m.entries.iter_mut().zip(values).for_each(|(e, v)| e.value = v))
            }
            Value::Scalar(_) | Value::Opaque(_) => node.clone(),
        }
    }

    fn list(&self, list: &Node) -> Node {
        let Some(items) = list.as_sequence() else { return list.clone() };
        let item = |item: &Node| {
            let Some(image) = item.as_mapping().and_then(|m| m.entry("image")) else { return item.clone() };
            let new = self.image(&image.value);
            if new.same(&image.value) { item.clone() } else { edit::with_mapping(item, |m| edit::set_value(m, &image.key, new)) }
        };
        let new: Vec<Node> = items.iter().map(item).collect();
        if new.iter().zip(items).all(|(a, b)| a.same(b)) { list.clone() } else { edit::with_items(list, new) }
    }

    fn image(&self, node: &Node) -> Node {
        let Some(old) = node.as_scalar().filter(|s| self.pattern.is_match(&s.text)) else { return node.clone() };
        let field = |name: &str| fields::text(self.entry, name);
        let (mut name, mut tag, mut digest) = split(&old.text);
        let mut span = node.span();
        let mut wrote = |name: &str| {
            if let Some(value) = fields::value(self.entry, name) {
                span = value.span();
            }
        };
        if let Some(new) = field("newName") {
            name = new.to_owned();
            wrote("newName");
        }
        match (field("newTag"), field("digest"), field("tagSuffix")) {
            (Some(new), Some(new_digest), _) => (tag, digest) = (new.to_owned(), new_digest.to_owned()),
            (Some(new), None, _) => (tag, digest) = (new.to_owned(), String::new()),
            (None, Some(new), _) => (tag, digest) = (String::new(), new.to_owned()),
            (None, None, Some(suffix)) => {
                tag.push_str(suffix);
                digest.clear();
            }
            (None, None, None) => {}
        }
        ["digest", "newTag", "tagSuffix"].into_iter().filter(|f| field(f).is_some()).take(1).for_each(wrote);
        if !tag.is_empty() {
            name = format!("{name}:{tag}");
        }
        if !digest.is_empty() {
            name = format!("{name}@{digest}");
        }
        if *name == *old.text && (old.style != Style::Plain || node.tag() == Some(UNTYPED)) {
            return node.clone();
        }
        edit::renamed(old.style, &name, span)
    }
}

/// `[host[:port]/]name[:tag][@digest]` in three.
fn split(image: &str) -> (String, String, String) {
    let from = image.find('/').filter(|i| *i > 0).unwrap_or(0);
    let find = |c: char| image.get(from..).and_then(|s| s.find(c)).map(|i| i + from);
    let part = |range: std::ops::Range<usize>| image.get(range).unwrap_or("").to_owned();
    match (find(':'), find('@')) {
        (None, None) => (image.to_owned(), String::new(), String::new()),
        (Some(colon), Some(at)) if colon < at => (part(0..colon), part(colon + 1..at), part(at + 1..image.len())),
        (_, Some(at)) => (part(0..at), String::new(), part(at + 1..image.len())),
        (Some(colon), None) => (part(0..colon), part(colon + 1..image.len()), String::new()),
    }
}

/// One entry of `replicas`.
pub(super) fn replicas(entry: &Node, resources: &mut [Resource], specs: &[FieldSpec], log: &mut Log) {
    let name = fields::text(entry, "name").unwrap_or("");
    let count = fields::entry(entry, "count");
    let (value, key) = count.map_or((entry, entry.span()), |e| (&e.value, e.key.span()));
    let mut found = false;
    if !log.meet(resources.len().saturating_mul(specs.len()), entry.span()) {
        return;
    }
    for spec in specs {
        for resource in resources.iter_mut() {
            if !resource.any_id(|id| &*id.name == name && spec.gvk.selects(&id.gvk)) {
                continue;
            }
            found = true;
            let mut set = |old: &Node| match old.as_scalar() {
                // The count keeps the quotes of what it replaces.
                Some(scalar) if scalar.style != Style::Plain => Ok(Node::scalar(value.text().unwrap_or("0"), scalar.style, value.span())),
                Some(_) if count.is_none() => Ok(Node::scalar("0", Style::Plain, value.span())),
                Some(_) => Ok(value.clone()),
                None => Err(Misfit { span: old.span(), related: Some(key), message: "replicas that are no number".into() }),
            };
            match spec.apply(&resource.root, &mut Walk { create: Some(Create::Scalar), by: key, set: &mut set }) {
                Ok(root) => resource.root = root,
                Err(misfit) => report(misfit, resource, log),
            }
        }
    }
    if !found && log.hides().is_none() {
        let span = fields::value(entry, "name").map_or(entry.span(), Node::span);
        log.refuse(ProblemKind::NoTarget, span, format!("no workload that has replicas is called `{name}`"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_fall_apart() {
        let parts = |image: &str| {
            let (name, tag, digest) = split(image);
            format!("{name} {tag} {digest}")
        };
        assert_eq!(parts("nginx"), "nginx  ");
        assert_eq!(parts("reg.io:5000/a/b"), "reg.io:5000/a/b  ");
        assert_eq!(parts("reg.io:5000/a/b:1.2"), "reg.io:5000/a/b 1.2 ");
        assert_eq!(parts("a/b@sha256:12"), "a/b  sha256:12");
        assert_eq!(parts("a/b:1@sha256:12"), "a/b 1 sha256:12");
    }
}
