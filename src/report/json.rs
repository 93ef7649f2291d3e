//! The JSON object of `--format json`; `schemas/report.schema.json` describes it.
//!
//! Keys may be added; those that are there keep their meaning. The order of the keys is the order of the fields below.

use super::Options;
use super::fingerprint::Fingerprints;
use super::place::Place;
use super::unseen::{Unseen, unseen};
use crate::finding::{Confidence, Consequence, Finding, Label, Severity};
use crate::membership::Membership;
use crate::nodes::arch::Arch;
use crate::outcome::{ClusterView, Evidence, GoldenImageView, HyperConvergedView, Outcome, Summary};
use crate::source::Span;
use serde::Serialize;
use std::collections::BTreeSet;
use std::io::{self, Write};

/// The meaning of the keys; raised when one changes.
const VERSION: u32 = 1;

/// Writes the object.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, outcome: &Outcome, _: &Options) -> io::Result<()> {
    let fingerprints = Fingerprints::of(outcome);
    let findings = outcome.findings.iter().zip(&fingerprints.findings);
    let report = Report {
        version: VERSION,
        clusters: outcome.clusters.iter().map(|c| cluster(outcome, c, false)).collect(),
        findings: findings.map(|(f, id)| finding(outcome, f, id)).collect(),
        unresolved: outcome.unresolved.iter().map(|u| Unresolved { reason: &u.reason, location: location(outcome, u.span) }).collect(),
        summary: summary(outcome),
    };
    put(out, &report)
}

/// Writes the clusters alone, each with why it exists and why its parts belong to it.
pub(crate) fn write_topology(out: &mut dyn Write, outcome: &Outcome) -> io::Result<()> {
    let clusters = outcome.clusters.iter().map(|c| cluster(outcome, c, true)).collect();
    put(out, &Topology { version: VERSION, clusters, unseen: unseen(outcome).iter().map(|u| not_seen(outcome, u)).collect() })
}

/// Writes any of these objects, indented, with a final line break.
pub(crate) fn put<T: Serialize>(out: &mut dyn Write, value: &T) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    writeln!(out)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    version: u32,
    clusters: Vec<Cluster<'a>>,
    findings: Vec<Entry<'a>>,
    unresolved: Vec<Unresolved<'a>>,
    summary: Totals<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Topology<'a> {
    version: u32,
    clusters: Vec<Cluster<'a>>,
    unseen: Vec<NotSeen<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Cluster<'a> {
    name: &'a str,
    hyperconverged: Option<HyperConverged<'a>>,
    multi_arch: &'static str,
    architectures: Architectures<'a>,
    golden_images: Vec<GoldenImage<'a>>,
    confidence: Confidence,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<Vec<Related<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    members: Option<Vec<Member<'a>>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Member<'a> {
    kind: &'a str,
    name: &'a str,
    certainty: &'static str,
    confidence: Confidence,
    mechanism: &'static str,
    reason: &'a str,
    place: Location<'a>,
    location: Location<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HyperConverged<'a> {
    api_version: &'a str,
    name: &'a str,
    namespace: Option<&'a str>,
    location: Location<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Architectures<'a> {
    workloads: Vec<&'a str>,
    control_plane: Vec<&'a str>,
    latent: Vec<&'a str>,
    knowledge: &'static str,
    evidence: Vec<Pool<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Pool<'a> {
    architecture: Option<&'a str>,
    basis: Option<&'static str>,
    detail: &'a str,
    state: &'static str,
    role: &'static str,
    kind: &'a str,
    name: &'a str,
    location: Location<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GoldenImage<'a> {
    name: &'a str,
    common: bool,
    architectures: &'a [String],
    location: Option<Location<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    rule: &'a str,
    severity: Severity,
    confidence: Confidence,
    alert: Option<&'a str>,
    consequence: Consequence,
    message: &'a str,
    help: Option<&'a str>,
    notes: &'a [String],
    clusters: &'a BTreeSet<String>,
    object: Object<'a>,
    field: &'a str,
    label: &'a str,
    location: Location<'a>,
    related: Vec<Related<'a>>,
    fingerprint: &'a str,
    fixes: Vec<Fix<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Object<'a> {
    kind: &'a str,
    name: &'a str,
    item: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Related<'a> {
    message: &'a str,
    location: Location<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fix<'a> {
    title: &'a str,
    safe: bool,
    edits: Vec<Edit<'a>>,
}

/// `start` and `end` are bytes, from 0.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Edit<'a> {
    file: &'a str,
    start: u32,
    end: u32,
    text: &'a str,
}

/// Lines and columns from 1, columns in characters; `offset` is a byte, from 0; the end is the position after the last character.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    offset: usize,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Unresolved<'a> {
    reason: &'a str,
    location: Location<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NotSeen<'a> {
    kind: &'static str,
    reason: String,
    file: Option<&'a str>,
    location: Option<Location<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Totals<'a> {
    files: usize,
    parsed: usize,
    clusters: usize,
    findings: Counts,
    hidden: usize,
    suppressed: usize,
    baseline: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outside: Option<usize>,
    unreadable: Vec<Unreadable<'a>>,
    templates: &'a [String],
    unknown_architectures: &'a [String],
}

#[derive(Serialize)]
struct Counts {
    error: usize,
    warning: usize,
    info: usize,
}

#[derive(Serialize)]
struct Unreadable<'a> {
    file: &'a str,
    reason: &'a str,
}

fn cluster<'a>(outcome: &'a Outcome, c: &'a ClusterView, why: bool) -> Cluster<'a> {
    Cluster {
        name: &c.name,
        hyperconverged: c.hyperconverged.as_ref().map(|h| hyperconverged(outcome, h)),
        multi_arch: c.multi_arch.name(),
        architectures: Architectures {
            workloads: names(&c.workloads),
            control_plane: names(&c.control_plane),
            latent: names(&c.latent),
            knowledge: c.knowledge.name(),
            evidence: c.evidence.iter().map(|e| pool(outcome, e)).collect(),
        },
        golden_images: c.golden_images.iter().map(|g| golden_image(outcome, g)).collect(),
        confidence: c.confidence,
        why: why.then(|| related(outcome, &c.why)),
        members: why.then(|| c.members.iter().map(|m| member(outcome, m)).collect()),
    }
}

fn member<'a>(outcome: &'a Outcome, m: &'a Membership) -> Member<'a> {
    Member {
        kind: &m.kind,
        name: &m.name,
        certainty: m.certainty(),
        confidence: m.confidence,
        mechanism: m.reason.mechanism.name(),
        reason: &m.reason.words,
        place: location(outcome, m.reason.span),
        location: location(outcome, m.span),
    }
}

fn names(architectures: &[Arch]) -> Vec<&str> {
    architectures.iter().map(Arch::as_str).collect()
}

fn hyperconverged<'a>(outcome: &'a Outcome, h: &'a HyperConvergedView) -> HyperConverged<'a> {
    HyperConverged { api_version: &h.api_version, name: &h.name, namespace: h.namespace.as_deref(), location: location(outcome, h.span) }
}

fn pool<'a>(outcome: &'a Outcome, e: &'a Evidence) -> Pool<'a> {
    Pool {
        architecture: e.arch.as_ref().map(Arch::as_str),
        basis: e.basis.map(|b| b.name()),
        detail: &e.detail,
        state: e.state.name(),
        role: e.role.name(),
        kind: &e.kind,
        name: &e.name,
        location: location(outcome, e.span),
    }
}

fn golden_image<'a>(outcome: &'a Outcome, g: &'a GoldenImageView) -> GoldenImage<'a> {
    GoldenImage { name: &g.name, common: g.common, architectures: &g.architectures, location: g.span.map(|s| location(outcome, s)) }
}

fn finding<'a>(outcome: &'a Outcome, f: &'a Finding, fingerprint: &'a str) -> Entry<'a> {
    let path = |span: Span| outcome.source(span.file).map_or("", |s| s.path.as_str());
    let edits =
        |fix: &'a crate::finding::Fix| fix.edits.iter().map(|e| Edit { file: path(e.span), start: e.span.start, end: e.span.end, text: &e.text });
    Entry {
        rule: f.rule,
        severity: f.severity,
        confidence: f.confidence,
        alert: f.alert,
        consequence: f.consequence,
        message: &f.message,
        help: f.help.as_deref(),
        notes: &f.notes,
        clusters: &f.clusters,
        object: Object { kind: &f.object.kind, name: &f.object.name, item: f.object.item.as_deref() },
        field: &f.field,
        label: &f.primary.message,
        location: location(outcome, f.primary.span),
        related: related(outcome, &f.related),
        fingerprint,
        fixes: f.fixes.iter().map(|x| Fix { title: &x.title, safe: x.safe, edits: edits(x).collect() }).collect(),
    }
}

fn related<'a>(outcome: &'a Outcome, labels: &'a [Label]) -> Vec<Related<'a>> {
    labels.iter().map(|l| Related { message: &l.message, location: location(outcome, l.span) }).collect()
}

fn location(outcome: &Outcome, span: Span) -> Location<'_> {
    let Place { file, start, end, offset } = Place::of(outcome, span);
    Location { file, line: start.line, column: start.column, offset, end_line: end.line, end_column: end.column }
}

fn not_seen<'a>(outcome: &'a Outcome, u: &Unseen<'a>) -> NotSeen<'a> {
    NotSeen { kind: u.kind.name(), reason: u.reason.clone().into_owned(), file: u.file, location: u.span.map(|s| location(outcome, s)) }
}

fn summary(outcome: &Outcome) -> Totals<'_> {
    let s = &outcome.summary;
    let [error, warning, info] = Summary::count(&outcome.findings);
    Totals {
        files: s.files,
        parsed: s.parsed,
        clusters: outcome.clusters.len(),
        findings: Counts { error, warning, info },
        hidden: s.hidden,
        suppressed: outcome.suppressed.len(),
        baseline: outcome.baseline.is_some().then(|| outcome.recorded()),
        outside: s.outside,
        unreadable: s.unreadable.iter().map(|(file, reason)| Unreadable { file, reason }).collect(),
        templates: &s.templates,
        unknown_architectures: &s.unknown_architectures,
    }
}
