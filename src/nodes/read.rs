//! Reading fields that may be templates: there, not there, or there and unreadable, with the reason.

use crate::manifest::{Object, template};
use crate::source::Span;
use crate::yaml::{Lookup, Node};

/// A text field.
#[derive(Clone, Debug)]
pub(super) enum Field<'a> {
    /// Not written.
    Absent,
    /// Written.
    Text(&'a str, Span),
    /// Written, or perhaps written, but not to be known; the reason completes "unknown: …".
    Unreadable(String),
}

impl<'a> Field<'a> {
    /// The text, if it can be read.
    pub(super) fn text(&self) -> Option<&'a str> {
        match self {
            Field::Text(text, _) => Some(text),
            _ => None,
        }
    }

    /// The text and its place, if it can be read.
    pub(super) fn known(&self) -> Option<(&'a str, Span)> {
        match self {
            Field::Text(text, span) => Some((text, *span)),
            _ => None,
        }
    }

    /// This field if anything is written there, else the other.
    pub(super) fn or(self, other: impl FnOnce() -> Field<'a>) -> Field<'a> {
        match self {
            Field::Absent => other(),
            written => written,
        }
    }
}

/// The text field at the end of a path. Null counts as absent, and so does an empty string, as Kubernetes' defaulting has it.
pub(super) fn field<'a>(root: &'a Node, path: &[&str]) -> Field<'a> {
    match template::at(root, path) {
        Lookup::Absent => Field::Absent,
        Lookup::Unknown(opaque) => Field::Unreadable(opaque.reason.to_string()),
        Lookup::Found(node) => scalar(node, path.last().copied().unwrap_or_default()),
    }
}

/// A node as a text field; `name` is what to call it.
pub(super) fn scalar<'a>(node: &'a Node, name: &str) -> Field<'a> {
    match node.text() {
        None => match node.value() {
            crate::yaml::Value::Opaque(opaque) => Field::Unreadable(opaque.reason.to_string()),
            _ => Field::Unreadable(format!("{name} is no text")),
        },
        Some(text) if text.trim().is_empty() => Field::Absent,
        Some(text) if is_template(text) => Field::Unreadable(format!("{name} is the template expression {}", text.trim())),
        Some(text) => Field::Text(text, node.span()),
    }
}

/// A number field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    /// Not written.
    Absent,
    /// Written.
    Is(u32),
    /// Written, or perhaps written, but not to be known.
    Unreadable,
}

impl Number {
    /// This number, or the default where none is written.
    pub(super) fn or(self, default: u32) -> Self {
        if self == Number::Absent { Number::Is(default) } else { self }
    }

    /// The number, if it can be read.
    pub(super) fn known(self) -> Option<u32> {
        match self {
            Number::Is(n) => Some(n),
            _ => None,
        }
    }
}

/// The number at the end of a path. A quoted number is read too: annotations hold nothing else.
pub(super) fn number(root: &Node, path: &[&str]) -> Number {
    match template::at(root, path) {
        Lookup::Absent => Number::Absent,
        Lookup::Unknown(_) => Number::Unreadable,
        Lookup::Found(node) => {
            let written = node.as_int().or_else(|| node.text().and_then(|t| t.trim().parse().ok()));
            written.and_then(|n| u32::try_from(n).ok()).map_or(Number::Unreadable, Number::Is)
        }
    }
}

/// Whether a text is, or holds, an expression that something fills in later: a template, a Kustomize variable (`$(NAME)`), a parameter
/// (`$NAME`), or words in angle brackets.
pub(super) fn is_template(text: &str) -> bool {
    template::is_template(text) || text.contains("$(") || (text.contains('<') && text.contains('>')) || text.trim().starts_with('$')
}

/// Whether a text is no name of anything yet: a template, a word in capitals, or one that says it is to be replaced.
pub(super) fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    let capitals = text.chars().any(|c| c.is_ascii_uppercase()) && !text.chars().any(|c| c.is_ascii_lowercase());
    let upper = text.to_ascii_uppercase().replace(['-', ' '], "_");
    text.is_empty()
        || text.contains(['$', '{', '}', '<', '>', '%'])
        || capitals
        || ["CHANGEME", "CHANGE_ME", "PLACEHOLDER", "REPLACE_ME", "REPLACE_WITH", "INFRANAME"].iter().any(|word| upper.contains(word))
        || text.contains("REPLACE")
}

/// The text at a path when it names something for certain.
pub(super) fn name<'a>(root: &'a Node, path: &[&str]) -> Option<(&'a str, Span)> {
    field(root, path).known().filter(|(text, _)| !is_placeholder(text))
}

/// A label of an object that names something for certain.
pub(super) fn label_name<'a>(object: &'a Object, key: &str) -> Option<(&'a str, Span)> {
    name(&object.root, &["metadata", "labels", key])
}

/// The object's namespace unless it is a placeholder.
pub(super) fn namespace(object: &Object) -> Option<String> {
    object.namespace.clone().filter(|n| !is_placeholder(n))
}

/// Where an object says what it is: the place of what it says by saying nothing.
pub(super) fn kind_span(object: &Object) -> Span {
    object.root.find(&["kind"]).map_or_else(|| object.span(), Node::span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_no_names() {
        for text in
            ["{{ .Values.name }}", "${INFRA_ID}", "$(NAME)", "<infraID>", "INFRANAME", "CLUSTER_NAME_PLACEHOLDER", "change-me", "POOL", "%NAME%"]
        {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["demo-x7k2q", "prod", "odh-cl1-lbbst", "Standard_D4ps_V5", "m6g.2xlarge", "replacement-cluster", "12"] {
            assert!(!is_placeholder(text), "{text}");
        }
    }

    #[test]
    fn templates_are_told_from_text() {
        for text in ["{{ x }}", "a-${b}", "$(c)", "<d>", "$REPLICAS"] {
            assert!(is_template(text), "{text}");
        }
        for text in ["m6g.large", "a<b", "price$", "arm64"] {
            assert!(!is_template(text), "{text}");
        }
    }
}
