//! The architectures annotation has a token that is not spelt as a node spells its architecture.

use super::{Check, Draft, annotations};
use crate::fix::{Change, Proposal};
use crate::nodes::arch::Arch;
use crate::operator::SUPPORTED;
use crate::operator::images::GoldenImage;
use crate::text::and;
use crate::yaml::Node;

pub(super) const CHECK: Check = Check::Subject(|subject, findings| annotations::each(subject, findings, find));

fn find(image: &GoldenImage, text: &str, node: &Node) -> Option<Draft> {
    // Exactly nothing has a rule of its own.
    if text.is_empty() {
        return None;
    }
    let list = text.trim().strip_prefix('[');
    let (here, help) = match list {
        Some(_) => ("this is the text of a list".to_owned(), "write the architectures with commas between them and nothing else, as in \"amd64,arm64\"".to_owned()),
        None => {
            let odd: Vec<(&str, Wrong)> = text.split(',').filter_map(|t| Some((t, wrong(t)?))).collect();
            let &(first, kind) = odd.first()?;
            let words: Vec<String> = odd.iter().map(|(t, _)| format!("{:?}", t.trim())).collect();
            (format!("{} {}", and(&words), if odd.len() == 1 { kind.words() } else { "match no node" }), help(first, kind))
        }
    };
    let message = format!("the golden image {} lists something that is no architecture of a node", image.name);
    let mut draft = Draft::new(node.span(), here, message).help(help);
    if let Some(mended) = mended(text) {
        let changes = vec![Change::Replace { node: node.clone(), text: mended.clone() }];
        draft = draft.fix(Proposal { title: format!("write \"{mended}\""), safe: true, changes });
    }
    Some(draft)
}

/// What is wrong with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrong {
    Empty,
    Alias,
    Unknown,
}

impl Wrong {
    fn words(self) -> &'static str {
        match self {
            Wrong::Empty => "is an empty token",
            Wrong::Alias => "is no node's spelling",
            Wrong::Unknown => "is no architecture that golden images can have",
        }
    }
}

/// What is wrong with a token, blanks around it aside: those have a rule of their own.
fn wrong(token: &str) -> Option<Wrong> {
    match token.trim() {
        "" => token.is_empty().then_some(Wrong::Empty),
        known if SUPPORTED.contains(&known) => None,
        other if meant(other).is_some() => Some(Wrong::Alias),
        _ => Some(Wrong::Unknown),
    }
}

/// The architecture that a spelling stands for, if golden images can have it.
fn meant(token: &str) -> Option<Arch> {
    let token = token.strip_prefix("linux/").unwrap_or(token);
    Arch::parse(token).filter(|a| SUPPORTED.contains(&a.as_str()))
}

fn help(token: &str, kind: Wrong) -> String {
    match (kind, meant(token.trim())) {
        (Wrong::Empty, _) => "remove the superfluous comma".to_owned(),
        (_, Some(arch)) => format!("nodes report {arch}, and the operator compares letter by letter"),
        (_, None) => format!("the operator's stack knows {}", and(&SUPPORTED)),
    }
}

/// The list that was plainly meant: every token an architecture in some spelling.
fn mended(text: &str) -> Option<String> {
    let bare = text.trim();
    let bare = bare.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(bare);
    let tokens = bare.split(',').map(|t| t.trim().trim_matches(['"', '\''])).filter(|t| !t.is_empty());
    let mut list: Vec<String> = Vec::new();
    for token in tokens {
        let arch = meant(token)?.to_string();
        if !list.contains(&arch) {
            list.push(arch);
        }
    }
    (!list.is_empty()).then(|| list.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens() {
        let cases = [
            ("amd64", None),
            (" arm64", None),
            (" ", None),
            ("", Some(Wrong::Empty)),
            ("AMD64", Some(Wrong::Alias)),
            ("x86_64", Some(Wrong::Alias)),
            ("linux/arm64", Some(Wrong::Alias)),
            ("ppc64le", Some(Wrong::Unknown)),
            ("foo", Some(Wrong::Unknown)),
        ];
        for (token, want) in cases {
            assert_eq!(wrong(token), want, "{token:?}");
        }
    }

    #[test]
    fn what_was_meant() {
        assert_eq!(mended("x86_64,aarch64").as_deref(), Some("amd64,arm64"));
        assert_eq!(mended("[\"amd64\", 'linux/arm64']").as_deref(), Some("amd64,arm64"));
        assert_eq!(mended("amd64,,AMD64").as_deref(), Some("amd64"));
        assert_eq!(mended("amd64,ppc64le"), None);
        assert_eq!(mended(","), None);
    }
}
