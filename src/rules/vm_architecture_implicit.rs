//! Nodes of several architectures, and a virtual machine that leaves it to a default which of them it is for.

use super::{Check, Draft, Findings};
use crate::cluster::{SourceRef, Subject};
use crate::operator::Tri;
use crate::operator::data_sources::{DataSource, Kind, is_there};
use crate::operator::hyperconverged::Text;

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let architectures = &subject.architectures;
    if subject.feature.on != Tri::Yes || architectures.workloads.len() < 2 {
        return;
    }
    let made = subject.data_sources();
    for machine in subject.cluster.machines() {
        let (Text::Absent, Some(sources)) = (machine.architecture(), machine.sources()) else { continue };
        if !machine.has_volumes() || sources.iter().any(|s| may_say(subject, &made, s)) {
            continue;
        }
        let message = format!("the virtual machine {} has no architecture, and nothing that it boots from says one", machine.object.name);
        let mut draft = Draft::new(machine.place(), "no `architecture`", message)
            .about(machine.object)
            .field(&machine.field())
            .note(default(subject))
            .help(format!("set `{}`", machine.field()))
            .confidence(subject.membership().min(architectures.mixed()).min(machine.confidence));
        if let Some(source) = sources.first() {
            draft = draft.because(source.node.span(), format!("{} is the same for every architecture", source.name));
        }
        findings.add(draft);
    }
}

/// What decides then.
fn default(subject: &Subject<'_>) -> &'static str {
    if subject.release.has_field() {
        "the cluster's default is used: the control plane's architecture if workload nodes have it, else the one most of them have"
    } else {
        "the cluster's default is used: the architecture of the node on which KubeVirt's operator first ran"
    }
}

/// Whether a data source may carry an architecture, from which the machine takes it. One that nobody knows may.
fn may_say(subject: &Subject<'_>, made: &[DataSource], source: &SourceRef<'_>) -> bool {
    let mut ours = made.iter().filter(|d| d.name == source.name && is_there(d, source.namespace)).peekable();
    if ours.peek().is_some() {
        return ours.any(|d| d.arch.is_some() || d.kind == Kind::Pointer);
    }
    let mut declared = subject.cluster.given("cdi.kubevirt.io", "DataSource").filter(|(o, _)| o.name == source.name).peekable();
    if declared.peek().is_some() {
        return declared.any(|(o, _)| o.label("template.kubevirt.io/architecture").is_some() || o.root.find(&["spec", "source", "dataSource"]).is_some());
    }
    true
}
