//! The fields of a kustomization file and their types, as its Go structs declare them: unknown names and wrong types are refused,
//! names match whatever their case.

use super::log::{Log, ProblemKind};
use crate::yaml::{Entry, Node, Typed};
use std::fmt;

/// The type of a field.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// A string.
    Text,
    /// A boolean.
    Bool,
    /// An integer.
    Int,
    /// Anything.
    Any,
    /// A map of one type of values.
    Map(&'static Shape),
    /// A list of one type of items.
    List(&'static Shape),
    /// A map of known fields.
    Struct(&'static [(&'static str, Shape)]),
}

use Shape::{Any, Bool, Int, List, Map, Struct, Text};

const TEXTS: Shape = List(&Text);
const TEXT_MAP: Shape = Map(&Text);

const FIELD_SPEC: Shape = Struct(&[("group", Text), ("version", Text), ("kind", Text), ("path", Text), ("create", Bool)]);

const SELECTOR: Shape = Struct(&[
    ("group", Text),
    ("version", Text),
    ("kind", Text),
    ("name", Text),
    ("namespace", Text),
    ("annotationSelector", Text),
    ("labelSelector", Text),
]);

const PATCH: Shape = Struct(&[("path", Text), ("patch", Text), ("target", SELECTOR), ("options", Map(&Bool))]);

const IMAGE: Shape = Struct(&[("name", Text), ("newName", Text), ("tagSuffix", Text), ("newTag", Text), ("digest", Text)]);

const FIELD_OPTIONS: Shape = Struct(&[("delimiter", Text), ("index", Int), ("encoding", Text), ("create", Bool)]);

const REPLACEMENT_SOURCE: Shape = Struct(&[
    ("group", Text),
    ("version", Text),
    ("kind", Text),
    ("name", Text),
    ("namespace", Text),
    ("fieldPath", Text),
    ("options", FIELD_OPTIONS),
]);

const REPLACEMENT_TARGET: Shape = Struct(&[("select", SELECTOR), ("reject", List(&SELECTOR)), ("fieldPaths", TEXTS), ("options", FIELD_OPTIONS)]);

/// One replacement; also the content of the file a `path` names.
pub(super) const REPLACEMENT: Shape = Struct(&[("source", REPLACEMENT_SOURCE), ("targets", List(&REPLACEMENT_TARGET)), ("path", Text)]);

const VAR: Shape = Struct(&[
    ("name", Text),
    ("objref", Struct(&[("apiVersion", Text), ("group", Text), ("version", Text), ("kind", Text), ("name", Text), ("namespace", Text)])),
    ("fieldref", Struct(&[("fieldPath", Text)])),
]);

const GENERATOR_OPTIONS: Shape = Struct(&[("labels", TEXT_MAP), ("annotations", TEXT_MAP), ("disableNameSuffixHash", Bool), ("immutable", Bool)]);

const CONFIG_MAP_ARGS: Shape = Struct(&[
    ("namespace", Text),
    ("name", Text),
    ("behavior", Text),
    ("literals", TEXTS),
    ("files", TEXTS),
    ("envs", TEXTS),
    ("env", Text),
    ("options", GENERATOR_OPTIONS),
]);

const SECRET_ARGS: Shape = Struct(&[
    ("namespace", Text),
    ("name", Text),
    ("behavior", Text),
    ("literals", TEXTS),
    ("files", TEXTS),
    ("envs", TEXTS),
    ("env", Text),
    ("options", GENERATOR_OPTIONS),
    ("type", Text),
]);

const LABEL: Shape = Struct(&[("pairs", TEXT_MAP), ("includeSelectors", Bool), ("includeTemplates", Bool), ("fields", List(&FIELD_SPEC))]);

const META: Shape = Struct(&[("name", Text), ("namespace", Text), ("labels", TEXT_MAP), ("annotations", TEXT_MAP)]);

const SORT_OPTIONS: Shape = Struct(&[("order", Text), ("legacySortOptions", Struct(&[("orderFirst", TEXTS), ("orderLast", TEXTS)]))]);

/// A kustomization or component.
pub(super) const KUSTOMIZATION: Shape = Struct(&[
    ("kind", Text),
    ("apiVersion", Text),
    ("metadata", META),
    ("openapi", TEXT_MAP),
    ("namePrefix", Text),
    ("nameSuffix", Text),
    ("namespace", Text),
    ("commonLabels", TEXT_MAP),
    ("labels", List(&LABEL)),
    ("commonAnnotations", TEXT_MAP),
    ("patchesStrategicMerge", TEXTS),
    ("patchesJson6902", List(&PATCH)),
    ("patches", List(&PATCH)),
    ("images", List(&IMAGE)),
    ("imageTags", List(&IMAGE)),
    ("replacements", List(&REPLACEMENT)),
    ("replicas", List(&Struct(&[("name", Text), ("count", Int)]))),
    ("vars", List(&VAR)),
    ("sortOptions", SORT_OPTIONS),
    ("resources", TEXTS),
    ("components", TEXTS),
    ("crds", TEXTS),
    ("bases", TEXTS),
    ("configMapGenerator", List(&CONFIG_MAP_ARGS)),
    ("secretGenerator", List(&SECRET_ARGS)),
    ("helmGlobals", Any),
    ("helmCharts", List(&Any)),
    ("helmChartInflationGenerator", List(&Any)),
    ("generatorOptions", GENERATOR_OPTIONS),
    ("configurations", TEXTS),
    ("generators", TEXTS),
    ("transformers", TEXTS),
    ("validators", TEXTS),
    ("buildMetadata", TEXTS),
]);

/// What a message calls a node. Only a message spells it out: nearly all nodes are right.
#[derive(Clone, Copy)]
enum What<'a> {
    Named(&'a str),
    Field(&'a str),
    ItemOf(&'a What<'a>),
    ValueOf(&'a What<'a>),
}

impl fmt::Display for What<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => f.write_str(name),
            Self::Field(name) => write!(f, "`{name}`"),
            Self::ItemOf(list) => write!(f, "every item of {list}"),
            Self::ValueOf(map) => write!(f, "every value of {map}"),
        }
    }
}

/// Notes every unknown field and every value of a wrong type below a node, which messages call `what`.
pub(super) fn check(node: &Node, shape: Shape, what: &str, log: &mut Log) {
    inspect(node, shape, &What::Named(what), log);
}

fn inspect(node: &Node, shape: Shape, what: &What<'_>, log: &mut Log) {
    if node.is_null() {
        return;
    }
    let wrong = |log: &mut Log, wanted: &str| {
        log.refuse(ProblemKind::Field, node.span(), format!("{what} must be {wanted}"));
    };
    match shape {
        Any => {}
        Text => match node.typed() {
            Some(Typed::Str(_)) => {}
            Some(_) => wrong(log, "a string; quote it"),
            None if is_opaque(node) => {}
            None => wrong(log, "a string"),
        },
        Bool if node.as_bool().is_none() && !is_opaque(node) => wrong(log, "true or false"),
        Int if node.as_int().is_none() && !is_opaque(node) => wrong(log, "an integer"),
        Bool | Int => {}
        Map(values) => match node.as_mapping() {
            Some(mapping) => mapping.entries.iter().for_each(|e| inspect(&e.value, *values, &What::ValueOf(what), log)),
            None if is_opaque(node) => {}
            None => wrong(log, "a map"),
        },
        List(items) => match node.as_sequence() {
            Some(list) => list.iter().for_each(|i| inspect(i, *items, &What::ItemOf(what), log)),
            None if is_opaque(node) => {}
            None => wrong(log, "a list"),
        },
        Struct(fields) => match node.as_mapping() {
            Some(mapping) => mapping.entries.iter().for_each(|e| known(e, fields, what, log)),
            None if is_opaque(node) => {}
            None => wrong(log, "a map"),
        },
    }
}

fn known(entry: &Entry, fields: &[(&str, Shape)], what: &What<'_>, log: &mut Log) {
    let Some(key) = entry.key.text() else { return };
    match fields.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)) {
        Some((name, shape)) => inspect(&entry.value, *shape, &What::Field(name), log),
        None => log.refuse(ProblemKind::Field, entry.key.span(), format!("{what} has no field `{key}`")),
    }
}

fn is_opaque(node: &Node) -> bool {
    matches!(node.value(), crate::yaml::Value::Opaque(_))
}

/// The entry of a field: exactly named, or else the last that differs only in case.
pub(super) fn entry<'n>(node: &'n Node, name: &str) -> Option<&'n Entry> {
    let mapping = node.as_mapping()?;
    mapping.entry(name).or_else(|| mapping.entries.iter().rfind(|e| e.key.text().is_some_and(|k| k.eq_ignore_ascii_case(name))))
}

/// The value of a field, unless it is null.
pub(super) fn value<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    entry(node, name).map(|e| &e.value).filter(|v| !v.is_null())
}

/// A field's text, unless it is empty.
pub(super) fn text<'n>(node: &'n Node, name: &str) -> Option<&'n str> {
    value(node, name).and_then(Node::text).filter(|t| !t.is_empty())
}

/// Whether a boolean field is set and true.
pub(super) fn flag(node: &Node, name: &str) -> bool {
    value(node, name).and_then(Node::as_bool) == Some(true)
}

/// The items of a list field.
pub(super) fn items<'n>(node: &'n Node, name: &str) -> &'n [Node] {
    value(node, name).and_then(Node::as_sequence).unwrap_or_default()
}

/// The entries of a map field, by key.
pub(super) fn pairs<'n>(node: &'n Node, name: &str) -> Vec<&'n Entry> {
    let mut pairs: Vec<&Entry> = value(node, name).and_then(Node::as_mapping).map_or_else(Vec::new, |m| m.entries.iter().collect());
    pairs.sort_by(|a, b| a.key.text().cmp(&b.key.text()));
    pairs
}
