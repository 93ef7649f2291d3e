//! The clusters of the page.

use super::{Prose, Text, path};
use crate::finding::Finding;
use crate::nodes::arch::Arch;
use crate::nodes::pool::State;
use crate::outcome::{ClusterView, Evidence, GoldenImageView, Knowledge, MultiArch, Outcome};
use crate::report::Options;
use crate::report::text::count;
use std::fmt::{self, Write};

/// What the filters call a cluster.
pub(super) fn kinds(outcome: &Outcome, options: &Options, cluster: &ClusterView) -> Vec<&'static str> {
    let mut out = vec!["cluster"];
    if cluster.workloads.len() > 1 {
        out.push("mixed");
    }
    if cluster.workloads.is_empty() && cluster.knowledge != Knowledge::Complete {
        out.push("unsure");
    }
    if findings(outcome, options, cluster).next().is_some() {
        out.push("found");
    }
    out
}

fn findings<'a>(outcome: &'a Outcome, options: &Options<'a>, cluster: &'a ClusterView) -> impl Iterator<Item = &'a Finding> {
    options.unfolded(outcome).filter(|f| f.clusters.contains(&cluster.name))
}

pub(super) fn write(out: &mut String, outcome: &Outcome, options: &Options) -> fmt::Result {
    if outcome.clusters.is_empty() {
        return Ok(());
    }
    writeln!(out, "<section data-list=\"clusters\"><h2>Clusters <small id=\"clusters\">{}</small></h2>", outcome.clusters.len())?;
    for (i, cluster) in outcome.clusters.iter().enumerate() {
        one(out, outcome, options, i, cluster)?;
    }
    writeln!(out, "</section>")
}

fn one(out: &mut String, outcome: &Outcome, options: &Options, i: usize, c: &ClusterView) -> fmt::Result {
    write!(out, "<details class=\"card cluster\" id=\"c{i}\" data-is=\"{}\">", kinds(outcome, options, c).join(" "))?;
    write!(out, "<summary><b>{}</b><span>", Text(&c.name))?;
    architectures(out, c)?;
    write!(out, "</span><span>")?;
    feature(out, c)?;
    write!(out, "</span><span class=\"end\">")?;
    if let Some(worst) = findings(outcome, options, c).map(|f| f.severity).max() {
        write!(out, "<span class=\"tag {}\">{}</span>", worst.name(), count(findings(outcome, options, c).count(), "finding"))?;
    }
    write!(out, "</span></summary><div class=\"inside\">")?;
    given(out, outcome, c)?;
    nodes(out, outcome, c)?;
    images(out, outcome, &c.golden_images)?;
    writeln!(out, "</div></details>")
}

fn badge(out: &mut String, arch: &Arch, more: &str) -> fmt::Result {
    let name = arch.as_str();
    let class = if ["amd64", "arm64", "s390x", "ppc64le"].contains(&name) { name } else { "other" };
    write!(out, "<span class=\"arch {class}{more}\">{}</span>", Text(name))
}

/// What the workload nodes are, and how much of the truth that is.
fn architectures(out: &mut String, c: &ClusterView) -> fmt::Result {
    for arch in &c.workloads {
        badge(out, arch, "")?;
    }
    for arch in &c.latent {
        badge(out, arch, " latent")?;
    }
    let words = match (c.knowledge, c.workloads.is_empty()) {
        (Knowledge::Complete, true) => "no workload nodes",
        (Knowledge::Complete, false) => "",
        (_, true) => "unknown nodes",
        (_, false) => "or more",
    };
    let latent = if c.latent.is_empty() { "" } else { " (dashed: when scaled up)" };
    write!(out, "<span class=\"soft\">{words}{latent}</span>")
}

/// Whether images are made for every architecture.
fn feature(out: &mut String, c: &ClusterView) -> fmt::Result {
    let mixed = c.workloads.len() > 1;
    let (class, words) = match c.multi_arch {
        MultiArch::On => ("good", "multi-arch images on"),
        MultiArch::Off if mixed => ("warning", "multi-arch images off"),
        MultiArch::Off => ("", "multi-arch images off"),
        MultiArch::Unknown => ("", "multi-arch images unknown"),
        MultiArch::None => ("", "no HyperConverged"),
    };
    write!(out, "<span class=\"tag {class}\">{words}</span>")
}

fn given(out: &mut String, outcome: &Outcome, c: &ClusterView) -> fmt::Result {
    if let Some(h) = &c.hyperconverged {
        let namespace = h.namespace.as_ref().map(|n| format!("{n}/")).unwrap_or_default();
        write!(
            out,
            "<h4>HyperConverged</h4><code>{}{}</code> <span class=\"soft\">{}</span> ",
            Text(&namespace),
            Text(&h.name),
            Text(&h.api_version)
        )?;
        write!(out, "{} <span class=\"soft\">membership: {} confidence</span>", path(outcome, h.span), c.confidence.name())?;
    }
    if !c.why.is_empty() {
        write!(out, "<h4>Given by</h4><ul>")?;
        for why in &c.why {
            write!(out, "<li>{} {}</li>", Prose(&why.message), path(outcome, why.span))?;
        }
        write!(out, "</ul>")?;
    }
    Ok(())
}

fn nodes(out: &mut String, outcome: &Outcome, c: &ClusterView) -> fmt::Result {
    write!(out, "<h4>Nodes</h4>")?;
    if !c.control_plane.is_empty() {
        write!(out, "<p>Control plane: ")?;
        for arch in &c.control_plane {
            badge(out, arch, "")?;
        }
        write!(out, "</p>")?;
    }
    if c.evidence.is_empty() {
        return write!(out, "<p>Nothing says what they are.</p>");
    }
    write!(out, "<div class=\"scroll\"><table><thead><tr><th>architecture<th>says<th>known by<th>pool<th>role<th>place</tr></thead><tbody>")?;
    for e in &c.evidence {
        pool(out, outcome, e)?;
    }
    write!(out, "</tbody></table></div>")
}

fn pool(out: &mut String, outcome: &Outcome, e: &Evidence) -> fmt::Result {
    write!(out, "<tr><td>")?;
    match &e.arch {
        Some(arch) => badge(out, arch, if e.state == State::Present { "" } else { " latent" })?,
        None => write!(out, "<span class=\"arch\">?</span>")?,
    }
    let basis = e.basis.map_or("", |b| b.name());
    write!(out, "<td>{}<td>{basis}<td>{} {}", Prose(&e.detail), Text(&e.kind), Text(&e.name))?;
    if e.state != State::Present {
        write!(out, " <span class=\"tag\">{}</span>", e.state.name())?;
    }
    write!(out, "<td>{}<td>{}</tr>", e.role.name(), path(outcome, e.span))
}

fn images(out: &mut String, outcome: &Outcome, images: &[GoldenImageView]) -> fmt::Result {
    if images.is_empty() {
        return Ok(());
    }
    write!(out, "<h4>Golden images</h4><div class=\"scroll\"><table><thead><tr><th>name<th>architectures<th>place</tr></thead><tbody>")?;
    for image in images {
        let common = if image.common { " <span class=\"tag\">common</span>" } else { "" };
        let architectures = if image.architectures.is_empty() { "–".to_owned() } else { image.architectures.join(", ") };
        let place = image.span.map(|s| path(outcome, s)).unwrap_or_default();
        write!(out, "<tr><td>{}{common}<td>{}<td>{place}</tr>", Text(&image.name), Text(&architectures))?;
    }
    write!(out, "</tbody></table></div>")
}
