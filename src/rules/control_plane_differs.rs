//! The control plane has another architecture than all workload nodes: templates are deployed for the wrong one, and no alert says so.

use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use crate::finding::Confidence;
use crate::operator::{SUPPORTED, Tri};
use crate::outcome::Knowledge;

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let architectures = &subject.architectures;
    if !subject.minds_architectures() || subject.feature.on != Tri::No || architectures.workloads.len() != 1 {
        return;
    }
    // The images' operator takes the first of the control plane's architectures, sorted.
    let (Some((workload, nodes)), Some((control, masters))) = (architectures.workloads.first_key_value(), architectures.control_plane.first_key_value())
    else {
        return;
    };
    let (Some(node), Some(master)) = (nodes.first(), masters.first()) else { return };
    // An architecture that the images' operator does not know stops it altogether, and has a rule that says so.
    if workload == control || architectures.control_plane.keys().chain([workload]).any(|a| !SUPPORTED.contains(&a.as_str())) {
        return;
    }
    let whole = architectures.knowledge == Knowledge::Complete;
    let confidence = if whole { node.confidence.min(master.confidence).min(subject.membership()) } else { Confidence::Low };
    let message = format!("templates and their data sources are deployed for {control}, the control plane's architecture, but workload nodes have {workload}");
    findings.add(
        Draft::new(subject.feature.place, "for one architecture only, the control plane's", message)
            .about(&subject.hco.object)
            .field("enableMultiArchBootImageImport")
            .because(master.span, format!("control plane: {}", subject.evidence(&[control], master)))
            .because(node.span, format!("workloads: {}", subject.evidence(&[workload], node)))
            .help(format!("{}; templates are then deployed for both", subject.feature.enabling()))
            .confidence(confidence),
    );
}
