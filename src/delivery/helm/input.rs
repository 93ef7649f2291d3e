//! What a chart is rendered with: the release, and layers of values from the chart's own to the deployer's parameters.

use crate::files::Workspace;
use crate::source::{FileId, Span};
use crate::yaml::{Entry, Lists, Mapping, Node, Opaque, ProblemKind, Style, Value};

/// What whoever delivers a chart says about it.
#[derive(Clone, Debug, Default)]
pub(in crate::delivery) struct Release {
    /// Its name, where it is known.
    pub(in crate::delivery) name: Option<Node>,
    /// The namespace it is installed into, where it is known.
    pub(in crate::delivery) namespace: Option<Node>,
    /// The chart's own `values.yaml` is left out.
    pub(in crate::delivery) without_own: bool,
    /// What is laid over it, in order.
    pub(in crate::delivery) layers: Vec<Layer>,
    /// The finished objects are changed in a way that is not known.
    pub(in crate::delivery) changed_after: bool,
}

/// One layer of values.
#[derive(Clone, Debug)]
pub(in crate::delivery) enum Layer {
    /// A file of values.
    File(FileId),
    /// Values written where the chart is delivered.
    Values(Node),
    /// Some values, nobody can tell which.
    Unknown(Span),
}

impl Layer {
    /// One value at a dotted path, as `--set` takes it.
    pub(in crate::delivery) fn parameter(name: &Node, value: &Node, is_string: bool) -> Layer {
        let (Some(path), Some(text)) = (name.text(), value.text()) else { return Layer::Unknown(name.span()) };
        // Lists, several values in one and escapes have a syntax of their own.
        if path.is_empty() || path.matches('.').count() > 32 || path.contains(['[', '\\', ',', '=', '{']) || text.contains([',', '\\', '{', '$']) {
            return Layer::Unknown(name.span());
        }
        let typed = matches!(text, "true" | "false" | "null") || text.parse::<i64>().is_ok_and(|n| n.to_string() == text);
        let style = if typed && !is_string { Style::Plain } else { Style::DoubleQuoted };
        let leaf = Node::scalar(text, style, value.span());
        let nested = path.rsplit('.').fold(leaf, |inner, key| {
            let key = Node::scalar(key, Style::Plain, name.span());
            Node::mapping(vec![Entry { key, value: inner, merged: false }], name.span())
        });
        Layer::Values(nested)
    }

    /// Whether two layers say the same, for telling renderings apart.
    pub(in crate::delivery) fn key(&self) -> String {
        match self {
            Layer::File(id) => format!("file {}", id.0),
            Layer::Values(node) => format!("{:?} {}", node.span(), node.to_json(crate::yaml::Dialect::Kubernetes)),
            Layer::Unknown(span) => format!("unknown {span:?}"),
        }
    }
}

impl Release {
    /// What tells two releases of one chart apart.
    pub(in crate::delivery) fn key(&self) -> String {
        let text = |node: &Option<Node>| node.as_ref().and_then(Node::text).unwrap_or_default().to_owned();
        let layers: Vec<String> = self.layers.iter().map(Layer::key).collect();
        format!("{} {} {} {} {layers:?}", text(&self.name), text(&self.namespace), self.without_own, self.changed_after)
    }

    /// The values the chart in a directory sees.
    pub(super) fn values(&self, workspace: &Workspace, directory: &str) -> Node {
        if self.layers.is_empty() {
            // Defaults are there to be changed, and nothing says that nobody does, as `--set` would.
            return Node::opaque("nothing says which values the chart is deployed with", Span::new(FileId(0), 0, 0));
        }
        let own = workspace.find_any(&format!("{directory}/values.yaml")).filter(|_| !self.without_own);
        let nothing = || Node::mapping(Vec::new(), Span::new(FileId(0), 0, 0));
        let mut all = own.map_or_else(nothing, |id| of_file(workspace, id));
        for layer in &self.layers {
            all = match layer {
                Layer::File(id) => laid_over(&all, &of_file(workspace, *id)),
                Layer::Values(node) => laid_over(&all, node),
                Layer::Unknown(span) => Node::opaque("values that are not in the repository may say otherwise", *span),
            };
        }
        all
    }
}

fn of_file(workspace: &Workspace, id: FileId) -> Node {
    let parsed = workspace.parsed(id);
    let start = Span::new(id, 0, 0);
    let broken = workspace.source(id).is_err() || parsed.problems.iter().any(|p| matches!(p.kind, ProblemKind::Syntax | ProblemKind::Limit));
    match parsed.documents.as_slice() {
        _ if broken => Node::opaque("the values cannot be read", start),
        [] => Node::mapping(Vec::new(), start),
        [only] if only.root.is_null() => Node::mapping(Vec::new(), start),
        [only] => only.root.clone(),
        _ => Node::opaque("the values are several documents", start),
    }
}

/// Maps merge, everything else is replaced. Over something unknown, what is said is known and what is not stays unknown.
fn laid_over(base: &Node, over: &Node) -> Node {
    match (base.value(), over.value()) {
        (Value::Opaque(unknown), Value::Mapping(_)) => opened(over, unknown),
        (_, Value::Opaque(_)) => over.clone(),
        (_, Value::Mapping(_)) => base.overlaid(over, Lists::Replace),
        // Nothing at all says nothing.
        _ if over.is_null() => base.clone(),
        _ => Node::opaque("the values are no map", over.span()),
    }
}

/// A tree whose maps may have further keys.
fn opened(node: &Node, unknown: &Opaque) -> Node {
    let Some(mapping) = node.as_mapping() else { return node.clone() };
    let entries = mapping.entries.iter().map(|e| Entry { value: opened(&e.value, unknown), ..e.clone() }).collect();
    node.clone().with_value(Value::Mapping(Mapping { entries, open: Some(unknown.clone()), ..mapping.clone() }))
}
