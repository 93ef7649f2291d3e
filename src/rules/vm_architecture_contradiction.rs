//! A virtual machine whose architecture contradicts its node selector, its board or its data source.

use super::{Check, Draft, Findings};
use crate::cluster::{Cluster, Machine};
use crate::manifest::template::is_template;
use crate::nodes::arch::Arch;
use crate::nodes::pool::{LabelValue, Labels};
use crate::operator::Tri;
use crate::operator::hyperconverged::Text;
use crate::operator::placement::{ARCHITECTURE, is_architecture};
use crate::source::Span;
use crate::yaml::{Entry, Node};

pub(super) const CHECK: Check = Check::Cluster(check);

fn check(cluster: &Cluster, findings: &mut Findings) {
    for machine in cluster.machines() {
        let Text::Is(arch, node) = machine.architecture() else { continue };
        // That it is the wrong word for an architecture is no contradiction.
        let meant = Arch::parse(arch);
        let meant = meant.as_ref().map_or(arch, Arch::as_str);
        let found = [placement(&machine, meant), board(&machine, meant), source(&machine, meant)];
        for (at, what, consequence) in found.into_iter().flatten() {
            let message = format!("the virtual machine {} is for {arch}, but {what}", machine.object.name);
            findings.add(
                Draft::new(at, consequence, message)
                    .about(machine.object)
                    .field(&machine.field())
                    .because(node.span(), format!("its architecture is {arch}"))
                    .help("let both say the same")
                    .given(machine.confidence),
            );
        }
    }
}

/// Where, what contradicts, and what comes of it.
type Contradiction = (Span, String, &'static str);

/// The machine's own selector is applied last and overrides the one that follows from the architecture.
fn placement(machine: &Machine<'_>, arch: &str) -> Option<Contradiction> {
    let placement = machine.placement();
    if placement.unknown.is_some() || !placement.keys().any(is_architecture) || !placement.refusals().is_empty() {
        return None;
    }
    let known = ARCHITECTURE.map(|k| (k.to_owned(), LabelValue::Is(arch.to_owned())));
    let node = Labels { known: known.into(), complete: false };
    if placement.matches(&node, None) != Tri::No || placement.required.as_ref().is_some_and(crate::operator::placement::Required::is_empty) {
        return None;
    }
    let what = "its placement keeps it off such nodes".to_owned();
    let other = |e: &&Entry| e.key.text().is_some_and(is_architecture) && e.value.text().is_some_and(|v| v != arch && !is_template(v));
    if let Some(entry) = machine.spec.entries_at(&["nodeSelector"]).iter().find(other) {
        return Some((entry.span(), what, "overrides what follows from the architecture"));
    }
    // An affinity is added to what follows from the architecture.
    Some((placement.required.as_ref()?.span, what, "no node satisfies both"))
}

fn board(machine: &Machine<'_>, arch: &str) -> Option<Contradiction> {
    let (board, node) = machine.board()?;
    let of = match board {
        b if b == "q35" || b.starts_with("q35-") || b.starts_with("pc-") || b == "pc" => "amd64",
        b if b == "virt" || b.starts_with("virt-") => "arm64",
        b if b.starts_with("s390-ccw-virtio") => "s390x",
        b if b.starts_with("pseries") => "ppc64le",
        _ => return None,
    };
    (of != arch).then(|| (node.span(), format!("its machine type {board} is {of}'s"), "refused for this architecture"))
}

fn source(machine: &Machine<'_>, arch: &str) -> Option<Contradiction> {
    let sources = machine.sources()?;
    let (source, of) = sources.iter().find_map(|s| Some((s, s.split()?.1)).filter(|(_, of)| *of != arch))?;
    Some((Node::span(source.node), format!("its disk is made from {}", source.name), of_words(of)))
}

fn of_words(arch: &str) -> &'static str {
    match arch {
        "amd64" => "a disk for amd64",
        "arm64" => "a disk for arm64",
        _ => "a disk for s390x",
    }
}
