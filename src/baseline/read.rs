//! Reading a baseline. What cannot be read hides nothing: every mistake ends the run.

use super::{Baseline, Entry, Place, VERSION};
use crate::config::ConfigError;
use crate::config::shape::{Form, Key, Map, Shape, document, fields, text, texts};
use crate::source::{FileId, Span};
use crate::yaml::Node;
use std::collections::BTreeSet;

static ROOT: Map = Map {
    what: "the baseline",
    keys: &[key("version", Shape::Text, true), key("findings", Shape::List { of: &Shape::Map(&ENTRY), alone: false, empty: true }, false)],
    any_of: &[],
    not_both: None,
};

static ENTRY: Map = Map {
    what: "an entry",
    keys: &[
        key("rule", Shape::Text, true),
        key("file", Shape::Text, false),
        key("object", Shape::Text, false),
        key("message", Shape::Text, false),
        key("clusters", Shape::List { of: &Shape::Text, alone: false, empty: true }, false),
        key("fingerprint", Shape::Word(&FINGERPRINT), true),
    ],
    any_of: &[],
    not_both: None,
};

static FINGERPRINT: Form = Form {
    name: "fingerprint",
    check: |text| if is_fingerprint(text) { Ok(()) } else { Err("no fingerprint".to_owned()) },
    pattern: None,
    values: None,
};

const fn key(name: &'static str, shape: Shape, required: bool) -> Key {
    Key { name, shape, doc: "", default: "", required }
}

/// Reads a baseline's text.
///
/// # Errors
/// Every unknown key, missing or doubled fingerprint and unreadable value, with its place.
pub fn read(file: FileId, text: &str) -> Result<Baseline, Vec<ConfigError>> {
    let wrong = |span, message| ConfigError { span, message };
    let start = Span::new(file, 0, 0);
    // Also a file without any document is no baseline.
    let Some(root) = document(file, text, &ROOT)? else { return Err(vec![wrong(start, "the baseline is empty".to_owned())]) };
    if let Some(version) = root.find(&["version"]).filter(|v| v.text() != Some(VERSION)) {
        let message = format!("this is a baseline of version {}; this program reads version {VERSION}", self::text(version));
        return Err(vec![wrong(version.span(), message)]);
    }
    let entries: Vec<Entry> = root.items_at(&["findings"]).iter().map(entry).collect();
    let mut seen = BTreeSet::new();
    let doubled = entries.iter().filter(|e| !seen.insert(&e.fingerprint));
    let doubled = doubled.map(|e| wrong(e.place.as_ref().map_or(start, |p| p.span), format!("the fingerprint {} is recorded twice", e.fingerprint)));
    let errors: Vec<ConfigError> = doubled.collect();
    if errors.is_empty() { Ok(Baseline { file, entries }) } else { Err(errors) }
}

fn entry(item: &Node) -> Entry {
    let mut entry = Entry { place: Some(Place { item: item.clone(), span: item.span() }), ..Entry::default() };
    for (key, value) in fields(item) {
        match key {
            "rule" => {
                entry.rule = text(value);
                entry.place = Some(Place { item: item.clone(), span: value.span() });
            }
            "file" => entry.file = text(value),
            "object" => entry.object = text(value),
            "message" => entry.message = text(value),
            "clusters" => entry.clusters = texts(value).map(|(name, _)| name).collect(),
            "fingerprint" => entry.fingerprint = text(value),
            _ => {}
        }
    }
    entry
}

/// 32 hexadecimal digits, with a number behind them where equal ones are told apart.
fn is_fingerprint(text: &str) -> bool {
    let (hash, number) = text.split_once('-').map_or((text, None), |(hash, number)| (hash, Some(number)));
    let hash = hash.len() == 32 && hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    hash && number.is_none_or(|n| n.parse::<u32>().is_ok_and(|n| n > 1))
}
