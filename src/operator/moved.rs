//! Where the fields of one API version live in the other.

use super::feature::field_path;
use super::hyperconverged::{Api, FEATURE, HyperConverged};
use crate::yaml::Lookup;
use std::sync::OnceLock;

/// One field in both API versions; `None` where a version has no such field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Path of keys in v1beta1.
    pub v1beta1: Option<Vec<&'static str>>,
    /// Path of keys in v1.
    pub v1: Option<Vec<&'static str>>,
}

const TABLE: &str = include_str!("tables/moved-fields.tsv");

/// Every field that the versions keep in different places.
#[must_use]
pub fn fields() -> &'static [Field] {
    static FIELDS: OnceLock<Vec<Field>> = OnceLock::new();
    FIELDS.get_or_init(|| {
        let path = |text: &'static str| (text != "-").then(|| text.split('.').collect());
        let rows = TABLE.lines().filter(|l| !l.starts_with('#')).filter_map(|l| l.split_once('\t'));
        rows.map(|(v1beta1, v1)| Field { v1beta1: path(v1beta1), v1: path(v1) }).collect()
    })
}

/// A field that stands where only the other API version has it, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misplaced {
    /// Where it stands.
    pub found: &'static [&'static str],
    /// Where this version has it, if it has it at all.
    pub wanted: Option<&'static [&'static str]>,
}

/// The fields of a resource that its API version does not have there, so that the API server prunes them.
#[must_use]
pub fn misplaced(hco: &HyperConverged) -> Vec<Misplaced> {
    let mut all = Vec::new();
    for field in fields() {
        let (foreign, own) = match hco.api {
            Api::V1 => (&field.v1beta1, &field.v1),
            Api::V1beta1 => (&field.v1, &field.v1beta1),
        };
        let Some(foreign) = foreign else { continue };
        // Gates have the same place in both, in two shapes; the wrong one is refused, not pruned.
        let gates = foreign.get(1) == Some(&"featureGates");
        if !gates && matches!(hco.root().at(foreign), Lookup::Found(_)) {
            all.push(Misplaced { found: foreign, wanted: own.as_deref() });
        }
    }
    if matches!(hco.root().at(STRAY), Lookup::Found(_)) {
        all.push(Misplaced { found: STRAY, wanted: Some(field_path(hco.api)) });
    }
    all
}

/// Where the feature's switch stands when the line above it is forgotten or the line itself is not indented; no version has it there.
const STRAY: &[&str] = &["spec", FEATURE];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operator::hyperconverged::Part;

    #[test]
    fn the_table_is_whole_and_agrees_with_the_parts() {
        assert_eq!(fields().len(), TABLE.lines().filter(|l| !l.starts_with('#')).count());
        for part in [Part::Images, Part::CommonImages, Part::CommonImagesNamespace, Part::Workloads, Part::Infra] {
            let pair = (Some(Api::V1beta1.path(part).to_vec()), Some(Api::V1.path(part).to_vec()));
            assert!(fields().iter().any(|f| (&f.v1beta1, &f.v1) == (&pair.0, &pair.1)), "{part:?}");
        }
    }
}
