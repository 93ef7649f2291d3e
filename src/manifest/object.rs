//! One Kubernetes object and its identity, always matched by API group and kind, never by kind alone.

use crate::source::Span;
use crate::yaml::Node;

/// A document that has an `apiVersion` and a `kind`.
#[derive(Clone, Debug)]
pub struct Object {
    /// The whole object.
    pub root: Node,
    /// API group; empty for the core group.
    pub group: String,
    /// API version without the group.
    pub version: String,
    /// Kind.
    pub kind: String,
    /// `metadata.name`; empty when there is none or it is no string.
    pub name: String,
    /// `metadata.namespace`, if it is written.
    pub namespace: Option<String>,
}

impl Object {
    /// The object a tree describes; `None` when it has no string `apiVersion` and `kind`.
    #[must_use]
    pub fn read(root: &Node) -> Option<Self> {
        let api = root.str_at(&["apiVersion"])?;
        let kind = root.str_at(&["kind"])?;
        let (group, version) = api.split_once('/').unwrap_or(("", api));
        let name = root.find(&["metadata", "name"]).and_then(Node::text).unwrap_or_default();
        Some(Self {
            root: root.clone(),
            group: group.to_owned(),
            version: version.to_owned(),
            kind: kind.to_owned(),
            name: name.to_owned(),
            namespace: root.find(&["metadata", "namespace"]).and_then(Node::text).map(str::to_owned),
        })
    }

    /// Whether it is of this API group and kind, in any version.
    #[must_use]
    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.group == group && self.kind == kind
    }

    /// `apiVersion` as written.
    #[must_use]
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.clone() } else { format!("{}/{}", self.group, self.version) }
    }

    /// Where the object stands.
    #[must_use]
    pub fn span(&self) -> Span {
        self.root.span()
    }

    /// The value of a label (`metadata.labels`).
    #[must_use]
    pub fn label(&self, key: &str) -> Option<&Node> {
        self.root.find(&["metadata", "labels", key])
    }

    /// The value of an annotation (`metadata.annotations`).
    #[must_use]
    pub fn annotation(&self, key: &str) -> Option<&Node> {
        self.root.find(&["metadata", "annotations", key])
    }
}

/// The objects of a document: itself, or the items of a `List` (or `NodeList` and its kin), to any depth.
#[must_use]
pub fn objects(root: &Node) -> Vec<Object> {
    let mut found = Vec::new();
    let mut pending = vec![root.clone()];
    while let Some(node) = pending.pop() {
        let Some(object) = Object::read(&node) else { continue };
        let items = node.find(&["items"]).and_then(Node::as_sequence);
        match items {
            // kubectl opens every kind that ends in List and has items, whatever its group.
            Some(items) if object.kind.ends_with("List") => pending.extend(items.iter().rev().map(|item| with_kind_of_list(item, &object))),
            _ => found.push(object),
        }
    }
    found
}

/// Items of a typed list (`NodeList`) may leave out what the list's own kind says.
fn with_kind_of_list(item: &Node, list: &Object) -> Node {
    let element = list.kind.trim_end_matches("List");
    if element.is_empty() || item.find(&["kind"]).is_some() || item.as_mapping().is_none() {
        return item.clone();
    }
    let Some(mapping) = item.as_mapping() else { return item.clone() };
    let mut mapping = mapping.clone();
    let word = |text: &str| Node::scalar(text, crate::yaml::Style::Plain, item.span().at_start());
    for (key, value) in [("apiVersion", list.api_version()), ("kind", element.to_owned())] {
        if mapping.entry(key).is_none() {
            mapping.entries.push(crate::yaml::Entry { key: word(key), value: word(&value), merged: false });
        }
    }
    item.clone().with_value(crate::yaml::Value::Mapping(mapping))
}
