//! What makes a finding the same finding in the next run.
//!
//! A fingerprint is the 128-bit FNV-1a hash, in hex, of
//!
//! 1. the rule's name,
//! 2. the object: kind, name, item,
//! 3. the field's path,
//! 4. the path, from the repository's root, of the file to edit,
//!
//! each followed by the byte `0xFF`, which no UTF-8 text contains. Lines, columns and messages are not part of it, so it survives
//! what is written above; nor are the clusters, so one more cluster does not make an old finding new. Findings of one run that
//! agree in all four are told apart by their order in the file: the second has `-2` appended, the third `-3`.
//!
//! JSON, SARIF, GitLab and the baseline all carry this value.

use crate::finding::Finding;
use crate::outcome::Outcome;
use std::collections::BTreeMap;

const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

/// The fingerprints of an outcome.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Fingerprints {
    /// One for each of `Outcome::findings`, in their order.
    pub findings: Vec<String>,
    /// One for each of `Outcome::suppressed`, in their order.
    pub suppressed: Vec<String>,
}

impl Fingerprints {
    /// The fingerprints of what is shown and what is suppressed. Both count for the order, so hiding a finding renames no other.
    #[must_use]
    pub fn of(outcome: &Outcome) -> Self {
        let shown = outcome.findings.len();
        let all: Vec<&Finding> = outcome.findings.iter().chain(outcome.suppressed.iter().map(|s| &s.finding)).collect();
        let mut order: Vec<usize> = (0..all.len()).collect();
        order.sort_by_key(|&i| all.get(i).map(|f| f.primary.span));
        let mut seen: BTreeMap<u128, usize> = BTreeMap::new();
        let mut names = vec![String::new(); all.len()];
        for i in order {
            let (Some(finding), Some(name)) = (all.get(i), names.get_mut(i)) else { continue };
            let hash = of(outcome, finding);
            let times = seen.entry(hash).or_default();
            *times += 1;
            *name = if *times == 1 { format!("{hash:032x}") } else { format!("{hash:032x}-{times}") };
        }
        let suppressed = names.split_off(shown);
        Self { findings: names, suppressed }
    }
}

/// The hash of these fields in this order.
pub(crate) fn hash<S: AsRef<str>>(fields: impl IntoIterator<Item = S>) -> u128 {
    let mut hash = BASIS;
    for field in fields {
        for byte in field.as_ref().bytes().chain([0xff]) {
            hash = (hash ^ u128::from(byte)).wrapping_mul(PRIME);
        }
    }
    hash
}

fn of(outcome: &Outcome, finding: &Finding) -> u128 {
    let path = outcome.source(finding.primary.span.file).map_or("", |s| s.path.as_str());
    identity(finding, &outcome.shown.from_root(path))
}

/// What two findings have in common that only their order tells apart. `file` is the path from the repository's root.
pub(crate) fn identity(finding: &Finding, file: &str) -> u128 {
    let object = &finding.object;
    hash([finding.rule, &object.kind, &object.name, object.item.as_deref().unwrap_or_default(), &finding.field, file])
}
