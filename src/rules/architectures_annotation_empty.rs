//! The architectures annotation is there and empty.

use super::{Check, Draft, annotations};
use crate::operator::images::GoldenImage;
use crate::yaml::Node;

pub(super) const CHECK: Check = Check::Subject(|subject, findings| annotations::each(subject, findings, find));

fn find(image: &GoldenImage, text: &str, node: &Node) -> Option<Draft> {
    if !text.is_empty() {
        return None;
    }
    let message = format!("the golden image {} lists no architecture at all, so it is not imported", image.name);
    Some(
        Draft::new(node.span(), "an empty list", message)
            .help("list the image's architectures, or remove the annotation: an image without it is imported once, whatever its architecture"),
    )
}
