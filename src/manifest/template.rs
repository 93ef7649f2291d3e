//! Text that some other program will replace before Kubernetes sees it.

use crate::source::{FileId, Span};
use crate::yaml::{Lookup, Node, Opaque};
use std::sync::LazyLock;

/// Whether a scalar holds a template expression (Helm, Go, Jinja, envsubst, Flux, OpenShift, Autoconf), so that its value cannot be known.
#[must_use]
pub fn is_template(text: &str) -> bool {
    // Nearly every text is told apart by one look at its bytes.
    let suspicious = memchr::memchr3(b'{', b'(', b'%', text.as_bytes()).is_some();
    (suspicious && (text.contains("{{") || text.contains("{%") || text.contains("${") || text.contains("$((") || text.contains("<%")))
        || holds_variable(text)
}

/// Whether a text holds a variable between at signs, as in `@IMAGE_URL@`, which `sed` and Autoconf's tools replace.
fn holds_variable(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'@', bytes).any(|at| {
        let rest = bytes.get(at + 1..).unwrap_or_default();
        let name = rest.iter().take_while(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || **b == b'_').count();
        rest.first().is_some_and(u8::is_ascii_uppercase) && rest.get(name) == Some(&b'@')
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_stand_between_at_signs() {
        assert!(is_template("image: @OPERATOR_IMAGE@") && is_template("v@V1@"));
        for text in ["me@EXAMPLE.COM, you@EXAMPLE.COM", "a@b@", "@", "@@", "@1@", "quay.io/x@sha256:0A@"] {
            assert!(!is_template(text), "{text}");
        }
    }
}
