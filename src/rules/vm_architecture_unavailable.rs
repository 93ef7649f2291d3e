//! A virtual machine of an architecture that no node has.

use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use crate::finding::Confidence;
use crate::fix::{Change, Proposal};
use crate::nodes::arch::Arch;
use crate::operator::Tri;
use crate::operator::hyperconverged::Text;
use crate::outcome::Knowledge;
use crate::text::and;

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let architectures = &subject.architectures;
    if architectures.knowledge == Knowledge::Unknown {
        return;
    }
    let nodes = subject.nodes();
    for machine in subject.cluster.machines() {
        let Text::Is(text, node) = machine.architecture() else { continue };
        let runs = nodes.run(&text.to_lowercase());
        let possible = nodes.possible.iter().any(|a| a.as_str() == text.to_lowercase());
        if runs == Tri::Yes || possible {
            continue;
        }
        let names: Vec<&str> = nodes.workloads.iter().map(Arch::as_str).collect();
        let has = if names.is_empty() { "no workload nodes".to_owned() } else { format!("workload nodes of {}", and(&names)) };
        let message = format!("the virtual machine {} is for {text}, and {} has {has}", machine.object.name, subject.cluster.called());
        let mut draft = Draft::new(node.span(), "no node has it", message)
            .about(machine.object)
            .field(&machine.field())
            .help("give it an architecture of the cluster, or deliver it to a cluster that has nodes for it")
            .confidence(if runs == Tri::No { subject.membership().min(machine.confidence) } else { Confidence::Low });
        if let Some(meant) = Arch::parse(text).filter(|a| a.as_str() != text) {
            let changes = vec![Change::Replace { node: node.clone(), text: meant.to_string() }];
            draft = draft.note(format!("nodes report {meant}, and KubeVirt knows no other name for it"));
            draft = draft.fix(Proposal { title: format!("write `{meant}`"), safe: true, changes });
        }
        for (arch, proofs) in &architectures.workloads {
            if let Some(proof) = proofs.first() {
                draft = draft.because(proof.span, subject.evidence(&[arch], proof));
            }
        }
        findings.add(draft);
    }
}
