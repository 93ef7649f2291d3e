//! Reading a baseline. What cannot be read hides nothing: every mistake ends the run.

use super::{Baseline, Entry, Place, VERSION};
use crate::config::{ConfigError, Reader};
use crate::source::{FileId, Span};
use crate::yaml::Node;
use std::collections::{BTreeMap, BTreeSet};

/// Reads a baseline's text.
///
/// # Errors
/// Every unknown key, missing or doubled fingerprint and unreadable value, with its place.
pub fn read(file: FileId, text: &str) -> Result<Baseline, Vec<ConfigError>> {
    let (mut entries, mut version) = (Vec::new(), None);
    Reader::document(file, text, "the baseline", |reader, root| {
        for (key, value) in reader.entries(root, "the baseline", &["version", "findings"]) {
            match key {
                "version" => version = value.text().map(str::to_owned),
                _ => {
                    for item in reader.items(value, "`findings`") {
                        entries.extend(entry(reader, item));
                    }
                }
            }
        }
        doubled(reader, &entries);
    })?;
    // Also a file without any document is none.
    let wrong = |message| Err(vec![ConfigError { span: Span::new(file, 0, 0), message }]);
    match version.as_deref() {
        Some(VERSION) => Ok(Baseline { file, entries }),
        Some(other) => wrong(format!("this is a baseline of version {other}; this program reads version {VERSION}")),
        None => wrong("this is no baseline: `version` is missing".to_owned()),
    }
}

fn entry(reader: &mut Reader, item: &Node) -> Option<Entry> {
    let (mut fingerprint, mut rule, mut at) = (None, None, item.span());
    let (mut file, mut object, mut message, mut clusters) = (String::new(), String::new(), String::new(), BTreeSet::new());
    for (key, value) in reader.entries(item, "an entry", &["rule", "file", "object", "message", "clusters", "fingerprint"]) {
        let what = format!("`{key}`");
        match key {
            "clusters" => clusters = reader.strings(value, &what).into_iter().map(|(name, _)| name).collect(),
            "rule" => {
                at = value.span();
                rule = reader.string(value, &what);
            }
            "file" => file = reader.string(value, &what).unwrap_or_default(),
            "object" => object = reader.string(value, &what).unwrap_or_default(),
            "message" => message = reader.string(value, &what).unwrap_or_default(),
            _ => match reader.string(value, &what) {
                Some(text) if is_fingerprint(&text) => fingerprint = Some(text),
                Some(text) => reader.error(value.span(), format!("`{text}` is no fingerprint")),
                None => {}
            },
        }
    }
    let place = Some(Place { item: item.clone(), span: at });
    match (fingerprint, rule) {
        (Some(fingerprint), Some(rule)) => Some(Entry { fingerprint, rule, file, object, message, clusters, place }),
        _ if !reader.errors.is_empty() => None,
        _ => {
            reader.error(item.span(), "an entry needs a `rule` and a `fingerprint`".to_owned());
            None
        }
    }
}

/// 32 hexadecimal digits, with a number behind them where equal ones are told apart.
fn is_fingerprint(text: &str) -> bool {
    let (hash, number) = text.split_once('-').map_or((text, None), |(hash, number)| (hash, Some(number)));
    let hash = hash.len() == 32 && hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    hash && number.is_none_or(|n| n.parse::<u32>().is_ok_and(|n| n > 1))
}

fn doubled(reader: &mut Reader, entries: &[Entry]) {
    let mut seen = BTreeMap::new();
    for entry in entries {
        if let (Some(_), Some(place)) = (seen.insert(&entry.fingerprint, ()), &entry.place) {
            reader.error(place.item.span(), format!("the fingerprint {} is recorded twice", entry.fingerprint));
        }
    }
}
