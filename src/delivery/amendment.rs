//! Patches for objects that somebody else delivers.

use super::kustomize::json_patched;
use crate::manifest::Object;
use crate::source::Span;
use crate::yaml::{Entry, Mapping, Node, Opaque, ProblemKind, Style, Value, parse_value};

/// A patch for one object of a cluster.
#[derive(Clone, Debug)]
pub struct Amendment {
    /// The object with nothing but its identity; everything else about it is unknown.
    pub stub: Node,
    /// The entry that holds the patch.
    pub span: Span,
    patch: Node,
    json: bool,
}

impl Amendment {
    /// A sync set's entry; `None` when it changes nothing: a strategic merge patch, Hive's default, is refused for custom resources.
    pub(super) fn read(entry: &Node) -> Option<Self> {
        let text = entry.find(&["patch"])?;
        let kind = entry.str_at(&["patchType"]).unwrap_or("strategic");
        if !matches!(kind, "merge" | "json") {
            return None;
        }
        let parsed = parse_value(text);
        let document = parsed.documents.first().filter(|_| parsed.problems.is_empty())?;
        Some(Self { stub: stub(entry)?, span: entry.span(), patch: document.root.clone(), json: kind == "json" })
    }

    /// Whether a sync set's entry holds a patch that cannot be read, so that what it changes is unknown.
    pub(super) fn is_unreadable(entry: &Node) -> bool {
        let meant = matches!(entry.str_at(&["patchType"]), Some("merge" | "json"));
        meant && entry.find(&["patch"]).is_some_and(|text| parse_value(text).problems.iter().any(|p| p.kind == ProblemKind::Syntax))
    }

    /// Whether it is for this object.
    #[must_use]
    pub fn is_for(&self, object: &Object) -> bool {
        let text = |path: &[&str]| self.stub.str_at(path).unwrap_or_default();
        let namespace = self.stub.str_at(&["metadata", "namespace"]);
        let near = namespace.is_none() || object.namespace.is_none() || object.namespace.as_deref() == namespace;
        object.api_version() == text(&["apiVersion"]) && object.kind == text(&["kind"]) && object.name == text(&["metadata", "name"]) && near
    }

    /// The object after the patch, as it was where the patch does not fit; and the bound of this program that leaves it unknown.
    #[must_use]
    pub fn apply(&self, root: &Node) -> (Node, Option<String>) {
        if self.json { json_patched(root, &self.patch).unwrap_or_else(|| (root.clone(), None)) } else { (root.merge_patched(&self.patch), None) }
    }
}

fn stub(entry: &Node) -> Option<Node> {
    let unknown = Opaque { reason: "only a patch says something of it".into(), span: entry.span() };
    let open = |entries: Vec<Entry>| Node::new(Value::Mapping(Mapping { entries, open: Some(unknown.clone()), ..Mapping::default() }), entry.span());
    let field = |key: &str| entry.entry_at(&[key]).cloned();
    let metadata = open([field("name"), field("namespace")].into_iter().flatten().collect());
    let key = Node::scalar("metadata", Style::Plain, entry.span());
    field("name")?;
    Some(open(vec![field("apiVersion")?, field("kind")?, Entry { key, value: metadata, merged: false }]))
}
