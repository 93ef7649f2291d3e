//! Flux: Kustomizations with their patches and substitutions, HelmReleases.

mod maps;
mod release;
mod source;

pub(super) use maps::Maps;
pub(super) use source::sources;

use super::effort::Effort;
use super::plan::Context;
use super::{Emission, Mode, Rendering, Target, Tool, What};
use crate::finding::{Confidence, Label};
use crate::manifest::Object;
use crate::source::Span;
use crate::yaml::{Entry, Mapping, Node, Sequence, Style, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The group of Flux's Kustomization.
const KUSTOMIZE: &str = "kustomize.toolkit.fluxcd.io";

/// What the copy of a map or a list takes, and of each of its entries, in bytes.
const COPY: usize = 200;
const ENTRY: usize = 40;

/// The variables of a `postBuild`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Substitution {
    /// Their values, and where those stand.
    variables: BTreeMap<String, (String, Span)>,
    /// Some source of variables is not in the repository, so a variable that is not known may still have a value.
    open: bool,
}

/// What one of Flux's objects sets in motion; nothing for any other object.
pub(super) fn emissions(object: &Object, context: &Context<'_>) -> Vec<Emission> {
    if object.root.find(&["spec", "suspend"]).and_then(Node::as_bool) == Some(true) {
        return Vec::new();
    }
    match (object.group.as_str(), object.kind.as_str()) {
        (KUSTOMIZE, "Kustomization") => kustomization(object, context),
        ("helm.toolkit.fluxcd.io", "HelmRelease") => release::emissions(object, context),
        _ => Vec::new(),
    }
}

fn kustomization(object: &Object, context: &Context<'_>) -> Vec<Emission> {
    let Some(spec) = object.root.find(&["spec"]) else { return Vec::new() };
    let path = spec.find(&["path"]);
    let Some(directory) = context.workspace.deployed_directory(path.and_then(Node::text).unwrap_or("./")) else { return Vec::new() };
    if !source::is_here(spec, object, context) {
        return Vec::new();
    }
    let span = path.map_or(object.span(), Node::span);
    vec![Emission {
        what: What::Directory(Rendering {
            directory,
            tool: Tool::Flux(substitution(spec, object, context)),
            overlay: overlay(spec),
            veil: None,
            release: Arc::default(),
        }),
        target: remote(spec),
        mode: Mode::Full,
        confidence: Confidence::High,
        via: Label { span, message: format!("Flux delivers {}", path.and_then(Node::text).unwrap_or("the repository")) },
    }]
}

/// A cluster other than Flux's own: Cluster API names its kubeconfig secrets after the cluster.
fn remote(spec: &Node) -> Option<Target> {
    let config = spec.find(&["kubeConfig"])?;
    let secret = config.find(&["secretRef", "name"]).or_else(|| config.find(&["configMapRef", "name"])).and_then(Node::text)?;
    Some(Target::Named(secret.trim_end_matches("-kubeconfig").to_owned()))
}

/// The fields of the spec that are a kustomization's, in its words.
fn overlay(spec: &Node) -> Option<Node> {
    let mut entries = Vec::new();
    for entry in spec.as_mapping().map_or(&[][..], |m| &m.entries) {
        let rename = |name: &str| Entry { key: Node::scalar(name, Style::Plain, entry.key.span()), ..entry.clone() };
        match entry.key.text() {
            Some("patches" | "components" | "namePrefix" | "nameSuffix" | "images" | "patchesStrategicMerge" | "patchesJson6902") => {
                entries.push(entry.clone())
            }
            Some("targetNamespace") => entries.push(rename("namespace")),
            _ => {}
        }
    }
    (!entries.is_empty()).then(|| spec.clone().with_value(Value::Mapping(Mapping { entries, ..Mapping::default() })))
}

fn substitution(spec: &Node, object: &Object, context: &Context<'_>) -> Option<Substitution> {
    let build = spec.find(&["postBuild"])?;
    let mut result = Substitution::default();
    for source in build.items_at(&["substituteFrom"]) {
        let field = |key: &str| source.find(&[key]).and_then(Node::text).unwrap_or_default();
        // A Secret is not read.
        match Some(field("name")).filter(|_| field("kind") == "ConfigMap").and_then(|name| maps::config_map(name, object, context)) {
            Some(map) if context.effort().fill(map.weight() as usize * 64, source.span()) => result.add(map.entries_at(&["data"])),
            _ => result.open = true,
        }
    }
    result.add(build.entries_at(&["substitute"]));
    let always = build.str_at(&["substituteStrategy"]) == Some("Always");
    // Without any variable Flux does not substitute at all.
    (!result.variables.is_empty() || result.open || always).then_some(result)
}

impl Substitution {
    /// Later sources override earlier ones.
    fn add(&mut self, entries: &[Entry]) {
        let pairs = entries.iter().filter_map(|e| Some((e.key.text()?.to_owned(), (e.value.text()?.to_owned(), e.value.span()))));
        self.variables.extend(pairs);
    }

    /// An object with its variables replaced, unless it asks to be left alone.
    pub(super) fn apply(&self, root: &Node, effort: &Effort) -> Node {
        let opted_out =
            |part: &str| root.find(&["metadata", part, "kustomize.toolkit.fluxcd.io/substitute"]).and_then(Node::text) == Some("disabled");
        // What names no variable is gone through all the same.
        let untouched = opted_out("labels") || opted_out("annotations") || !effort.fill(root.weight() as usize * 4, root.span());
        let changed = if untouched { None } else { self.node(root, effort) };
        changed.unwrap_or_else(|| root.clone())
    }

    /// The tree with its variables replaced; `None` when nothing is.
    fn node(&self, node: &Node, effort: &Effort) -> Option<Node> {
        match node.value() {
            // Flux works on text: what was bare stays bare, so a variable may hold a boolean.
            Value::Scalar(scalar) if scalar.text.contains("${") => {
                let text = self.text(&scalar.text, effort, node.span())?;
                Some(Node::scalar(text, scalar.style, self.origin(&scalar.text).unwrap_or_else(|| node.span())))
            }
            Value::Mapping(mapping) => {
                let new: Vec<Option<Node>> = mapping.entries.iter().map(|e| self.node(&e.value, effort)).collect();
                let changed = new.iter().any(Option::is_some) && effort.fill(COPY + new.len() * ENTRY, node.span());
                changed.then(|| {
                    let entry = |(e, new): (&Entry, Option<Node>)| new.map_or_else(|| e.clone(), |value| Entry { value, ..e.clone() });
                    let entries = mapping.entries.iter().zip(new).map(entry).collect();
                    node.clone().with_value(Value::Mapping(Mapping { entries, ..mapping.clone() }))
                })
            }
            Value::Sequence(sequence) => {
                let new: Vec<Option<Node>> = sequence.items.iter().map(|i| self.node(i, effort)).collect();
                let changed = new.iter().any(Option::is_some) && effort.fill(COPY + new.len() * ENTRY, node.span());
                changed.then(|| {
                    let items = sequence.items.iter().zip(new).map(|(i, new)| new.unwrap_or_else(|| i.clone())).collect();
                    node.clone().with_value(Value::Sequence(Sequence { items, ..sequence.clone() }))
                })
            }
            _ => None,
        }
    }

    /// The text with every variable replaced; `None` when one of them cannot be told.
    fn text(&self, text: &str, effort: &Effort, at: Span) -> Option<String> {
        let (mut out, mut rest) = (String::new(), text);
        while let Some(start) = rest.find("${") {
            out.push_str(&rest[..start]);
            let end = start + rest[start..].find('}')?;
            if out.ends_with('$') {
                // `$${x}` stands for `${x}`.
                out.push_str(&rest[start + 1..=end]);
            } else {
                let value = self.value(&rest[start + 2..end]).filter(|v| effort.fill(v.len(), at))?;
                out.push_str(&value);
            }
            rest = &rest[end + 1..];
        }
        Some(out + rest)
    }

    /// Where the whole text comes from, if that is one variable's value.
    fn origin(&self, text: &str) -> Option<Span> {
        let expression = text.strip_prefix("${")?.strip_suffix('}').filter(|e| !e.contains('}'))?;
        let (value, span) = self.variables.get(split(expression).0)?;
        (!value.is_empty()).then_some(*span)
    }

    fn value(&self, expression: &str) -> Option<String> {
        let (name, rest) = split(expression);
        let known = self.variables.get(name).map(|(value, _)| value);
        let default = [":=", ":-", "=", "-"].iter().find_map(|op| rest.strip_prefix(op));
        match (known, rest, default) {
            (Some(value), "", _) => Some(value.clone()),
            (Some(value), _, Some(_)) if !value.is_empty() => Some(value.clone()),
            (None, ..) if self.open => None,
            (_, _, Some(default)) => Some(default.to_owned()),
            (None, "", None) => Some(String::new()),
            _ => None,
        }
    }
}

/// The name of a variable and what is asked of it.
fn split(expression: &str) -> (&str, &str) {
    let end = expression.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(expression.len());
    expression.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    const AT: Span = Span { file: crate::source::FileId(0), start: 0, end: 0 };

    #[test]
    fn expressions() {
        let place = Span::new(FileId(7), 1, 2);
        let some = Substitution { variables: BTreeMap::from([("A".to_owned(), ("1".to_owned(), place))]), open: false };
        for (text, origin) in [("${A}", Some(place)), ("${A:=2}", Some(place)), ("${B:=2}", None), ("x${A}", None), ("${A}${A}", None)] {
            assert_eq!(some.origin(text), origin, "{text}");
        }
        for (text, want) in [("${A}", "1"), ("x${A:=2}y", "x1y"), ("${B:=2}", "2"), ("${B:-}", ""), ("${B}", ""), ("$${A}", "${A}")] {
            assert_eq!(some.text(text, &Effort::new(), AT).as_deref(), Some(want), "{text}");
        }
        assert_eq!(some.text("${A/1/2}", &Effort::new(), AT), None);
        let open = Substitution { open: true, ..some };
        assert_eq!((open.text("${A}", &Effort::new(), AT).as_deref(), open.text("${B:=2}", &Effort::new(), AT)), (Some("1"), None));
    }
}
