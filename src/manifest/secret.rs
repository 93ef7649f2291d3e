//! What Secrets hold.

use crate::text::decode_base64;
use crate::yaml::{Node, Style};

/// A value of a Secret's `data` as it was before it was encoded; every span in it is the value's own. `None` where it is no text.
#[must_use]
pub fn decoded(value: &Node) -> Option<Node> {
    let text = String::from_utf8(decode_base64(value.text()?)?).ok()?;
    Some(Node::scalar(text, Style::Plain, value.span()))
}
