//! Text that some other program will replace before Kubernetes sees it.

use crate::source::{FileId, Span};
use crate::yaml::{Lookup, Node, Opaque};
use std::sync::LazyLock;

/// Whether a scalar holds a template expression (Helm, Go, Jinja, envsubst, Flux, OpenShift), so that its value cannot be known.
#[must_use]
pub fn is_template(text: &str) -> bool {
    // Nearly every text is told apart by one look at its bytes.
    let suspicious = memchr::memchr3(b'{', b'(', b'%', text.as_bytes()).is_some();
    suspicious && (text.contains("{{") || text.contains("{%") || text.contains("${") || text.contains("$((") || text.contains("<%"))
}

/// What stands at a path, as [`Node::at`] has it, where an expression may stand for a whole map: what is in it is unknown then.
#[must_use]
pub fn at<'a>(root: &'a Node, path: &[&str]) -> Lookup<'a> {
    static EXPRESSION: LazyLock<Opaque> =
        LazyLock::new(|| Opaque { reason: "a template expression stands for all of it".into(), span: Span::new(FileId(0), 0, 0) });
    let through = |depth: &usize| path.get(..*depth).and_then(|above| root.find(above)).is_some_and(is_expression);
    match root.at(path) {
        Lookup::Absent if (0..path.len()).any(|depth| through(&depth)) => Lookup::Unknown(&EXPRESSION),
        other => other,
    }
}

/// Whether a value holds a template expression.
#[must_use]
pub fn is_expression(node: &Node) -> bool {
    node.text().is_some_and(is_template)
}
