//! Node placement: which nodes a node selector and a required node affinity choose.
//!
//! Follows the operator's `pkg/internal/nodeinfo` and the scheduler's `component-helpers/scheduling/corev1/nodeaffinity`.

use super::{SUPPORTED, Tri, labels};
use crate::manifest::template::{self, is_expression, is_template};
use crate::nodes::pool::{LabelValue, Labels};
use crate::source::Span;
use crate::yaml::{Lookup, Node, Opaque};

/// What a placement demands of a node.
#[derive(Clone, Debug, Default)]
pub struct Placement {
    /// `nodeSelector`: every key with exactly this value. `None` stands for a value that cannot be read.
    pub selector: Vec<(String, Option<String>)>,
    /// The terms of the required node affinity; `None` when there is none.
    pub required: Option<Required>,
    /// Set when part of the placement cannot be read.
    pub unknown: Option<Opaque>,
}

/// `requiredDuringSchedulingIgnoredDuringExecution`.
#[derive(Clone, Debug)]
pub struct Required {
    /// Its text.
    pub span: Span,
    /// The terms; one that matches is enough. Empty terms are kept: they match nothing.
    pub terms: Vec<Term>,
    /// There may be others that cannot be read.
    pub open: bool,
    /// Admission refuses some of them.
    refused: bool,
}

/// One `nodeSelectorTerms` item: all of its requirements must hold.
#[derive(Clone, Debug)]
pub struct Term {
    /// Its text.
    pub span: Span,
    /// `matchExpressions`.
    pub expressions: Vec<Requirement>,
    /// `matchFields`.
    pub fields: Vec<Requirement>,
    /// There may be others that cannot be read.
    pub open: bool,
}

/// One requirement.
#[derive(Clone, Debug)]
pub struct Requirement {
    /// Its text.
    pub span: Span,
    /// The label's (or field's) key.
    pub key: String,
    /// The operator as written.
    pub operator: String,
    /// The values; `None` stands for one that cannot be read.
    pub values: Vec<Option<String>>,
    /// Part of it cannot be read, so that it may demand anything.
    pub unknown: bool,
}

/// Why a required affinity is refused, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The requirement.
    pub span: Span,
    /// What is wrong with it.
    pub reason: String,
}

impl Placement {
    /// Reads a placement (`{nodeSelector, affinity, tolerations}`).
    #[must_use]
    pub fn read(node: Lookup<'_>) -> Self {
        let mut placement = Placement::default();
        let node = match node {
            Lookup::Absent => return placement,
            Lookup::Unknown(opaque) => {
                placement.unknown = Some(opaque.clone());
                return placement;
            }
            Lookup::Found(node) => node,
        };
        let mut unknown = None;
        let expression = |node: &Node| Opaque { reason: "a template expression stands there".into(), span: node.span() };
        match template::at(node, &["nodeSelector"]) {
            Lookup::Unknown(opaque) => unknown = Some(opaque.clone()),
            Lookup::Absent => {}
            Lookup::Found(selector) if is_expression(selector) => unknown = Some(expression(selector)),
            Lookup::Found(selector) => {
                let mapping = selector.as_mapping();
                unknown = mapping.and_then(|m| m.open.clone());
                for entry in mapping.map_or(&[][..], |m| &m.entries) {
                    match readable(&entry.key) {
                        Some(key) => placement.selector.push((key, readable(&entry.value))),
                        None => unknown = Some(expression(&entry.key)),
                    }
                }
            }
        }
        match template::at(node, &["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"]) {
            Lookup::Unknown(opaque) => unknown = Some(opaque.clone()),
            Lookup::Absent => {}
            Lookup::Found(required) if is_expression(required) => unknown = Some(expression(required)),
            Lookup::Found(required) => {
                let terms = required.items_at(&["nodeSelectorTerms"]).iter().map(Term::read).collect();
                let mut required = Required { span: required.span(), terms, open: !is_list(required, "nodeSelectorTerms"), refused: false };
                let refused = required.refusals().next().is_some();
                required.refused = refused;
                placement.required = Some(required);
            }
        }
        placement.unknown = unknown;
        placement
    }

    /// Whether anything is demanded. If not, the operator takes the nodes with the worker label.
    #[must_use]
    pub fn has_requirements(&self) -> Tri {
        if !self.selector.is_empty() || self.required.is_some() {
            Tri::Yes
        } else if self.unknown.is_some() {
            Tri::Maybe
        } else {
            Tri::No
        }
    }

    /// Whether a node with these labels is chosen. `name` is the node's, where there is one node and it is known.
    #[must_use]
    pub fn matches(&self, node: &Labels, name: Option<&str>) -> Tri {
        let mut answer = if self.unknown.is_some() { Tri::Maybe } else { Tri::Yes };
        for (key, value) in &self.selector {
            answer = answer.and(is_one_of(node, key, std::slice::from_ref(value)));
        }
        if let Some(required) = &self.required {
            // Admission refuses what does not parse: which nodes it was to choose is in nobody's hands.
            answer = answer.and(if required.refused { Tri::Maybe } else { required.matches(node, name) });
        }
        answer
    }

    /// Why part of it cannot be read, if so.
    #[must_use]
    pub fn unread(&self) -> Option<String> {
        let terms = || self.required.iter().flat_map(|r| &r.terms);
        let unreadable = |r: &Requirement| r.unknown || r.values.iter().any(Option::is_none);
        let open = self.selector.iter().any(|(_, value)| value.is_none())
            || self.required.as_ref().is_some_and(|r| r.open)
            || terms().any(|t| t.open || t.expressions.iter().chain(&t.fields).any(unreadable));
        let unknown = self.unknown.as_ref().map(|opaque| opaque.reason.to_string());
        unknown.or_else(|| open.then(|| "a template expression stands there".to_owned()))
    }

    /// Whether all nodes that it can choose have the same architecture, whatever nodes there are.
    #[must_use]
    pub fn is_of_one_architecture(&self) -> bool {
        let may_choose = |arch: &&str| {
            let known = ARCHITECTURE.map(|key| (key.to_owned(), LabelValue::Is((*arch).to_owned())));
            self.matches(&Labels { known: known.into(), complete: false }, None) != Tri::No
        };
        self.has_requirements() == Tri::Yes && SUPPORTED.into_iter().filter(may_choose).count() < 2
    }

    /// The label keys that it demands something of.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let terms = self.required.iter().flat_map(|r| &r.terms).flat_map(|t| &t.expressions).map(|r| r.key.as_str());
        self.selector.iter().map(|(key, _)| key.as_str()).chain(terms)
    }

    /// Everything admission refuses in the required affinity.
    #[must_use]
    pub fn refusals(&self) -> Vec<Refusal> {
        self.required.iter().flat_map(Required::refusals).collect()
    }

    /// How much there is to hold against a node: keys, requirements and values.
    #[must_use]
    pub fn size(&self) -> usize {
        let requirement = |r: &Requirement| 1 + r.values.len();
        let term = |t: &Term| 1 + t.expressions.iter().chain(&t.fields).map(requirement).sum::<usize>();
        self.selector.len() + self.required.iter().flat_map(|r| &r.terms).map(term).sum::<usize>()
    }
}

impl Required {
    fn refusals(&self) -> impl Iterator<Item = Refusal> {
        let of = |t: &Term| {
            let expressions = t.expressions.iter().filter_map(Requirement::refusal);
            expressions.chain(t.fields.iter().filter_map(Requirement::field_refusal)).collect::<Vec<_>>()
        };
        self.terms.iter().flat_map(of)
    }

    /// Whether one of the terms chooses a node.
    fn matches(&self, node: &Labels, name: Option<&str>) -> Tri {
        let mut any = if self.open { Tri::Maybe } else { Tri::No };
        for term in &self.terms {
            any = any.or(term.matches(node, name));
            if any == Tri::Yes {
                break;
            }
        }
        any
    }

    /// Whether no term can match any node, because there is none or all are empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.iter().all(Term::is_empty) && !self.open
    }
}

impl Term {
    fn read(node: &Node) -> Self {
        let requirements = |key| node.items_at(&[key]).iter().map(Requirement::read).collect();
        let open = !is_list(node, "matchExpressions") || !is_list(node, "matchFields");
        Self { span: node.span(), expressions: requirements("matchExpressions"), fields: requirements("matchFields"), open }
    }

    /// A term without requirements matches nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.expressions.is_empty() && self.fields.is_empty() && !self.open
    }

    fn matches(&self, node: &Labels, name: Option<&str>) -> Tri {
        if self.is_empty() {
            return Tri::No;
        }
        let expressions = self.expressions.iter().map(|r| r.matches(node));
        let fields = self.fields.iter().map(|r| r.matches_name(name));
        let mut all = if self.open { Tri::Maybe } else { Tri::Yes };
        for one in expressions.chain(fields) {
            all = all.and(one);
            if all == Tri::No {
                break;
            }
        }
        all
    }
}

impl Requirement {
    fn read(node: &Node) -> Self {
        let unreadable = |key: &str| match template::at(node, &[key]) {
            Lookup::Unknown(_) => true,
            Lookup::Found(found) => is_expression(found),
            Lookup::Absent => false,
        };
        Self {
            span: node.span(),
            unknown: ["key", "operator", "values"].into_iter().any(unreadable),
            key: node.find(&["key"]).and_then(Node::text).unwrap_or_default().to_owned(),
            operator: node.find(&["operator"]).and_then(Node::text).unwrap_or_default().to_owned(),
            values: node.items_at(&["values"]).iter().map(readable).collect(),
        }
    }

    fn matches(&self, node: &Labels) -> Tri {
        if self.unknown {
            return Tri::Maybe;
        }
        match self.operator.as_str() {
            "In" => is_one_of(node, &self.key, &self.values),
            "NotIn" => !is_one_of(node, &self.key, &self.values),
            "Exists" => exists(node, &self.key),
            "DoesNotExist" => !exists(node, &self.key),
            "Gt" | "Lt" => match (node.get(&self.key), self.values.first()) {
                (Some(LabelValue::Is(have)), Some(Some(want))) => match (have.parse::<i64>(), want.parse::<i64>()) {
                    (Ok(have), Ok(want)) => Tri::from(if self.operator == "Gt" { have > want } else { have < want }),
                    _ => Tri::No,
                },
                (Some(LabelValue::Absent), _) => Tri::No,
                _ => Tri::Maybe,
            },
            _ => Tri::No,
        }
    }

    fn matches_name(&self, name: Option<&str>) -> Tri {
        let Some(Some(want)) = self.values.first().filter(|_| !self.unknown) else { return Tri::Maybe };
        // The only field there is; any other reads as the empty string.
        let equal = match (self.key.as_str(), name) {
            ("metadata.name", Some(name)) => Tri::from(name == want),
            ("metadata.name", None) => Tri::Maybe,
            _ => Tri::from(want.is_empty()),
        };
        if self.operator == "In" { equal } else { !equal }
    }

    fn refusal(&self) -> Option<Refusal> {
        let refuse = |reason: String| (!self.unknown).then_some(Refusal { span: self.span, reason });
        if let Some(why) = labels::key_error(&self.key) {
            return refuse(format!("`{}` is no label key: {why}", self.key));
        }
        let count = self.values.len();
        match self.operator.as_str() {
            "In" | "NotIn" if count == 0 => return refuse(format!("`{}` needs at least one value", self.operator)),
            "Exists" | "DoesNotExist" if count > 0 => return refuse(format!("`{}` takes no values", self.operator)),
            "Gt" | "Lt" if count != 1 => return refuse(format!("`{}` takes exactly one value", self.operator)),
            "In" | "NotIn" | "Exists" | "DoesNotExist" | "Gt" | "Lt" => {}
            other => return refuse(format!("`{other}` is no operator: use In, NotIn, Exists, DoesNotExist, Gt or Lt")),
        }
        for value in self.values.iter().flatten() {
            if matches!(self.operator.as_str(), "Gt" | "Lt") && value.parse::<i64>().is_err() {
                return refuse(format!("`{}` compares integers, and `{value}` is none", self.operator));
            }
            if let Some(why) = labels::value_error(value) {
                return refuse(format!("`{value}` is no label value: {why}"));
            }
        }
        None
    }

    fn field_refusal(&self) -> Option<Refusal> {
        let refuse = |reason: String| (!self.unknown).then_some(Refusal { span: self.span, reason });
        match self.operator.as_str() {
            "In" | "NotIn" if self.values.len() == 1 => None,
            "In" | "NotIn" => refuse("`matchFields` takes exactly one value".to_owned()),
            other => refuse(format!("`{other}` is no operator of `matchFields`: use In or NotIn")),
        }
    }
}

/// The labels that the kubelet gives a node for its architecture.
pub const ARCHITECTURE: [&str; 2] = ["kubernetes.io/arch", "beta.kubernetes.io/arch"];

/// Whether a label's key is that of a node's architecture.
#[must_use]
pub fn is_architecture(key: &str) -> bool {
    ARCHITECTURE.contains(&key)
}

/// A place where a placement mentions the architecture without demanding it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The place.
    pub span: Span,
    /// What it is: a preference or a toleration.
    pub what: &'static str,
}

/// The preferred terms and tolerations of a placement that mention the architecture. They never decide which nodes count.
#[must_use]
pub fn hints(placement: Lookup<'_>) -> Vec<Hint> {
    let Some(node) = placement.found() else { return Vec::new() };
    let mentions = |n: &&Node| n.find(&["key"]).and_then(Node::text).is_some_and(is_architecture);
    let preferred = node.items_at(&["affinity", "nodeAffinity", "preferredDuringSchedulingIgnoredDuringExecution"]).iter();
    let preferred = preferred.flat_map(|t| t.items_at(&["preference", "matchExpressions"])).filter(mentions);
    let tolerations = node.items_at(&["tolerations"]).iter().filter(mentions);
    let hint = |what| move |n: &Node| Hint { span: n.span(), what };
    preferred.map(hint("a preference")).chain(tolerations.map(hint("a toleration"))).collect()
}

/// Whether a key holds a list that can be read, or nothing at all.
fn is_list(node: &Node, key: &str) -> bool {
    match template::at(node, &[key]) {
        Lookup::Unknown(_) => false,
        Lookup::Found(list) => !is_expression(list),
        Lookup::Absent => true,
    }
}

/// A scalar's text, or nothing when it is a template expression.
fn readable(node: &Node) -> Option<String> {
    node.text().filter(|t| !is_template(t)).map(str::to_owned)
}

fn exists(node: &Labels, key: &str) -> Tri {
    match node.get(key) {
        Some(LabelValue::Is(_) | LabelValue::Some) => Tri::Yes,
        Some(LabelValue::Absent) => Tri::No,
        None => Tri::Maybe,
    }
}

fn is_one_of(node: &Labels, key: &str, values: &[Option<String>]) -> Tri {
    match node.get(key) {
        Some(LabelValue::Is(have)) if values.iter().flatten().any(|v| v == have) => Tri::Yes,
        Some(LabelValue::Is(_)) => Tri::from(values.iter().any(Option::is_none)).and(Tri::Maybe),
        Some(LabelValue::Absent) => Tri::No,
        Some(LabelValue::Some) | None => Tri::Maybe,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;
    use crate::yaml::parse;

    /// What a placement makes of a node with the label `a: b`, and how many requirements admission refuses.
    fn judged(text: &str) -> (Tri, usize) {
        let root = parse(FileId(0), text).documents[0].root.clone();
        let placement = Placement::read(Lookup::Found(&root));
        let known = [("a".to_owned(), LabelValue::Is("b".to_owned()))].into();
        (placement.matches(&Labels { known, complete: true }, Some("n")), placement.refusals().len())
    }

    #[test]
    fn what_a_template_writes_is_unknown_and_never_refused() {
        let required = |terms: &str| {
            judged(&format!("affinity: {{nodeAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: {{nodeSelectorTerms: {terms}}}}}}}\n"))
        };
        for terms in [
            "'${X}'",
            "['${X}']",
            "[{matchExpressions: '${X}'}]",
            "[{matchFields: '${X}'}]",
            "[{matchExpressions: ['${X}']}]",
            "[{matchExpressions: [{key: '${X}', operator: In, values: [b]}]}]",
            "[{matchExpressions: [{key: a, operator: '${X}', values: [b]}]}]",
            "[{matchExpressions: [{key: a, operator: In, values: '${X}'}]}]",
            "[{matchExpressions: [{key: a, operator: In, values: ['${X}']}]}]",
            "[{matchFields: [{key: metadata.name, operator: '${X}', values: [n]}]}]",
        ] {
            assert_eq!(required(terms), (Tri::Maybe, 0), "{terms}");
        }
        assert_eq!(required("[{matchExpressions: [{key: a, operator: In, values: [c]}, '${X}']}]"), (Tri::No, 0), "all must hold");
        assert_eq!(required("[{matchExpressions: [{key: a, operator: In, values: [b]}]}]"), (Tri::Yes, 0));
        assert_eq!(required("[{matchExpressions: [{key: a, operator: In}]}]"), (Tri::Maybe, 1));
        for placement in ["'${X}'", "nodeSelector: '${X}'", "nodeSelector: {'${X}': b}", "affinity: '${X}'", "affinity: {nodeAffinity: '${X}'}"] {
            assert_eq!(judged(placement), (Tri::Maybe, 0), "{placement}");
        }
    }
}
