//! White space in the architectures annotation: the operator splits at commas and does not trim.

use super::{Check, Draft, annotations};
use crate::fix::{Change, Proposal};
use crate::operator::images::GoldenImage;
use crate::text::and;
use crate::yaml::Node;

pub(super) const CHECK: Check = Check::Subject(|subject, findings| annotations::each(subject, findings, find));

fn find(image: &GoldenImage, text: &str, node: &Node) -> Option<Draft> {
    // The text of a list has a rule of its own; its blanks are the least of it.
    if text.trim_start().starts_with('[') {
        return None;
    }
    let loose: Vec<String> = text.split(',').filter(|t| *t != t.trim()).map(|t| format!("{t:?}")).collect();
    if loose.is_empty() {
        return None;
    }
    let (verb, word) = if loose.len() == 1 { ("matches", "token") } else { ("match", "tokens") };
    let here = format!("{} {verb} no node", and(&loose));
    let message = format!("white space in the architectures of the golden image {}: the operator compares the {word} as written", image.name);
    let mut draft = Draft::new(node.span(), here, message).help("separate the architectures with commas alone, as in \"amd64,arm64\"");
    let tight: Vec<&str> = text.split(',').map(str::trim).filter(|t| !t.is_empty()).collect();
    if !tight.is_empty() {
        let changes = vec![Change::Replace { node: node.clone(), text: tight.join(",") }];
        draft = draft.fix(Proposal { title: "remove the white space".to_owned(), safe: true, changes });
    }
    Some(draft)
}
