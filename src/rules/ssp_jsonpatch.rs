//! A JSON patch on one of the operator's operands changes what this program predicts from the HyperConverged alone.

use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use crate::manifest::template::is_template;
use crate::yaml::Node;
use serde_json::Value;

pub(super) const CHECK: Check = Check::Subject(check);

/// Annotation, operand, and the paths of it that what is predicted rests on.
const PATCHES: [(&str, &str, &[&str]); 2] = [
    ("ssp.kubevirt.io/jsonpatch", "SSP", &["/spec/cluster", "/spec/commonTemplates", "/spec/enableMultipleArchitectures"]),
    ("kubevirt.kubevirt.io/jsonpatch", "KubeVirt", &["/spec/configuration/architectureConfiguration", "/spec/workloads"]),
];

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for (annotation, operand, paths) in PATCHES {
        let Some(entry) = subject.hco.root().entry_at(&["metadata", "annotations", annotation]) else { continue };
        let Some(text) = Node::text(&entry.value).filter(|t| !is_template(t)) else { continue };
        // What is no patch the operator cannot apply either.
        let Ok(Value::Array(operations)) = serde_json::from_str::<Value>(text) else { continue };
        let touched = operations.iter().flat_map(|o| ["path", "from"].map(|k| o.get(k).and_then(Value::as_str))).flatten();
        let Some(path) = touched.filter(|t| paths.iter().any(|p| overlaps(p, t))).map(str::to_owned).next() else { continue };
        let message = format!("a patch changes `{path}` of {operand} behind the HyperConverged, so what is said here of golden images may not hold");
        findings.add(
            Draft::new(entry.key.span(), format!("changes {operand}"), message)
                .about(&subject.hco.object)
                .item(annotation)
                .field("metadata.annotations")
                .note("the operator counts such patches in the alert UnsupportedHCOModification")
                .help("say it with a field of the HyperConverged where there is one")
                .confidence(subject.confidence()),
        );
    }
}

/// Whether one JSON pointer lies on the way to the other.
fn overlaps(a: &str, b: &str) -> bool {
    let mut steps = a.split('/').zip(b.trim_end_matches('/').split('/'));
    steps.all(|(a, b)| a == b)
}

#[cfg(test)]
mod tests {
    use super::overlaps;

    #[test]
    fn pointers() {
        for (a, b, want) in [
            ("/spec/cluster", "/spec", true),
            ("/spec/cluster", "/spec/cluster/workloadArchitectures/0", true),
            ("/spec/cluster", "/spec/clusters", false),
            ("/spec/workloads", "/spec/configuration/developerConfiguration/featureGates/-", false),
        ] {
            assert_eq!(overlaps(a, b), want, "{a} {b}");
        }
    }
}
