//! SARIF 2.1.0 for code scanning and for viewers.
//!
//! Columns are Unicode code points, and say so. URIs are relative to the repository's root. The stable fingerprint has a key of its own:
//! GitHub's `primaryLocationLineHash` is computed by the upload, which warns about every result that brings another value.
//! Message texts link to the related locations, since GitHub shows only those that a message names.

use super::fingerprint::Fingerprints;
use super::json::put;
use super::place::Place;
use super::text::{list, sentence};
use super::unseen::{Kind, unseen};
use super::{Options, RuleInfo};
use crate::finding::{Finding, Fix, Label, Severity};
use crate::nodes::arch::Arch;
use crate::outcome::{Outcome, Suppressed, Suppression};
use crate::source::{FileId, Span};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const ROOT: &str = "%SRCROOT%";
const FINGERPRINT: &str = "hcoLint/v1";
/// A message links to this many related locations; all are listed.
const LINKS: usize = 8;

/// Writes the log: one run.
///
/// # Errors
/// When `out` cannot be written to.
pub fn write(out: &mut dyn Write, outcome: &Outcome, options: &Options) -> io::Result<()> {
    let fingerprints = Fingerprints::of(outcome);
    let suppressed = if options.suppressed { outcome.suppressed.as_slice() } else { &[] };
    let rules = rules(outcome, suppressed, options);
    let shown = outcome.findings.iter().zip(&fingerprints.findings).map(|(f, id)| (f, id, None));
    let hidden = suppressed.iter().zip(&fingerprints.suppressed).map(|(s, id)| (&s.finding, id, Some(s)));
    let results = shown.chain(hidden).map(|(finding, fingerprint, by)| {
        let mut value = result(outcome, finding, fingerprint, &rules);
        // Either every result has the key or none.
        if options.suppressed {
            value.insert("suppressions".into(), by.map_or_else(|| json!([]), suppression));
        }
        if outcome.baseline.is_some() {
            let known = by.is_some_and(|s: &Suppressed| s.by == Suppression::Baseline);
            value.insert("baselineState".into(), if known { "unchanged" } else { "new" }.into());
        }
        Value::Object(value)
    });
    let notifications: Vec<Value> =
        NOTIFICATIONS.iter().map(|(kind, text)| json!({ "id": kind.name(), "shortDescription": { "text": text } })).collect();
    let version = env!("CARGO_PKG_VERSION");
    let descriptors: Vec<Value> = rules.iter().map(|(name, info)| descriptor(name, *info)).collect();
    let driver = json!({ "name": "hco-lint", "version": version, "semanticVersion": version, "rules": descriptors, "notifications": notifications });
    let run = json!({
        "tool": { "driver": driver },
        "invocations": [invocation(outcome)],
        "originalUriBaseIds": { ROOT: { "description": { "text": "The root of the repository." } } },
        "columnKind": "unicodeCodePoints",
        "results": null,
        "properties": properties(outcome),
    });
    put(out, &Log { schema: SCHEMA, runs: [Run { fields: run, results }], version: "2.1.0" })
}

/// The whole of it. A result as a tree is many times as large as its text, so each is made when it is written.
#[derive(serde::Serialize)]
#[serde(bound = "")]
struct Log<I: Iterator<Item = Value> + Clone> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    runs: [Run<I>; 1],
    version: &'static str,
}

struct Run<I> {
    fields: Value,
    /// What stands in the field of this name.
    results: I,
}

impl<I: Iterator<Item = Value> + Clone> Serialize for Run<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in self.fields.as_object().into_iter().flatten() {
            if key == "results" {
                map.serialize_entry(key, &Results(self.results.clone()))?;
            } else {
                map.serialize_entry(key, value)?;
            }
        }
        map.end()
    }
}

struct Results<I>(I);

impl<I: Iterator<Item = Value> + Clone> Serialize for Results<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.clone())
    }
}

/// The rules that ran, then those of findings that are none of them; `ruleIndex` counts along this list.
fn rules<'a>(outcome: &Outcome, suppressed: &[Suppressed], options: &Options<'a>) -> Vec<(&'a str, Option<&'a RuleInfo<'a>>)> {
    let mut rules: Vec<(&str, Option<&RuleInfo>)> = options.rules.iter().map(|r| (r.name, Some(r))).collect();
    for finding in outcome.findings.iter().chain(suppressed.iter().map(|s| &s.finding)) {
        if !rules.iter().any(|(name, _)| *name == finding.rule) {
            rules.push((finding.rule, None));
        }
    }
    rules
}

fn descriptor(name: &str, info: Option<&RuleInfo>) -> Value {
    let Some(info) = info else {
        return json!({ "id": name, "shortDescription": { "text": name }, "fullDescription": { "text": name }, "help": { "text": name } });
    };
    let mut value = json!({
        "id": name,
        "shortDescription": { "text": info.title },
        "fullDescription": { "text": info.title },
        "help": { "text": info.page, "markdown": info.page },
        "defaultConfiguration": { "level": level(info.severity) },
        "properties": { "problem.severity": problem(info.severity), "tags": ["kubevirt", "multi-arch"] },
    });
    if let (Some(url), Some(object)) = (info.url, value.as_object_mut()) {
        object.insert("helpUri".into(), url.into());
    }
    value
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// GitHub's words for severities of what is no security problem.
fn problem(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "recommendation",
    }
}

fn result(outcome: &Outcome, finding: &Finding, fingerprint: &str, rules: &[(&str, Option<&RuleInfo>)]) -> Map<String, Value> {
    let object = &finding.object;
    let path: Vec<&str> = [object.kind.as_str(), &object.name, object.item.as_deref().unwrap_or_default(), &finding.field]
        .into_iter()
        .filter(|p| !p.is_empty())
        .collect();
    let mut location = location(outcome, &finding.primary);
    if !path.is_empty() {
        location["logicalLocations"] = json!([{ "fullyQualifiedName": path.join("/"), "kind": "resource" }]);
    }
    let related: Vec<Value> = finding
        .related
        .iter()
        .enumerate()
        .map(|(i, label)| {
            let mut value = self::location(outcome, label);
            value["id"] = json!(i + 1);
            value
        })
        .collect();
    let value = json!({
        "ruleId": finding.rule,
        "ruleIndex": rules.iter().position(|(name, _)| *name == finding.rule),
        "level": level(finding.severity),
        "message": { "text": message(finding) },
        "locations": [location],
        "relatedLocations": related,
        "partialFingerprints": { FINGERPRINT: fingerprint },
        "fixes": finding.fixes.iter().map(|f| fix(outcome, f)).collect::<Vec<_>>(),
        "properties": {
            "confidence": finding.confidence.name(),
            "consequence": finding.consequence,
            "alert": finding.alert,
            "clusters": finding.clusters,
            "object": { "kind": object.kind, "name": object.name, "item": object.item },
            "field": finding.field,
        },
    });
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// The defect, whom it affects, what proves it (as links to the related locations, which have these numbers), what to do.
fn message(finding: &Finding) -> String {
    let mut text = sentence(&unlinked(&finding.message));
    if !finding.clusters.is_empty() {
        let _ = write!(text, " Affects {}.", unlinked(&list(&finding.clusters, 12)));
    }
    let links: Vec<String> = finding.related.iter().take(LINKS).enumerate().map(|(i, l)| format!("[{}]({})", link_text(&l.message), i + 1)).collect();
    if !links.is_empty() {
        let more = finding.related.len() - links.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let _ = write!(text, " See {}{more}.", links.join(", "));
    }
    for note in finding.notes.iter().chain(&finding.help) {
        let _ = write!(text, " {}", sentence(&unlinked(note)));
    }
    text
}

/// Text of a message in which nothing is a link, whatever a repository's names look like (SARIF 2.1.0, 3.11.6).
fn unlinked(text: &str) -> Cow<'_, str> {
    if text.contains("](") { Cow::Owned(link_text(text)) } else { Cow::Borrowed(text) }
}

/// Brackets end a link's text unless they are escaped.
fn link_text(text: &str) -> String {
    let text = if text.is_empty() { "here" } else { text };
    text.replace('\\', r"\\").replace('[', r"\[").replace(']', r"\]")
}

fn location(outcome: &Outcome, label: &Label) -> Value {
    let mut value = json!({ "physicalLocation": { "artifactLocation": artifact(outcome, label.span.file), "region": region(outcome, label.span) } });
    if !label.message.is_empty() {
        value["message"] = json!({ "text": unlinked(&label.message) });
    }
    value
}

fn artifact(outcome: &Outcome, file: FileId) -> Value {
    uri(outcome, outcome.source(file).map_or("", |s| s.path.as_str()))
}

fn uri(outcome: &Outcome, path: &str) -> Value {
    json!({ "uri": percent(&outcome.shown.from_root(path)), "uriBaseId": ROOT })
}

fn region(outcome: &Outcome, span: Span) -> Value {
    let Place { start, end, .. } = Place::of(outcome, span);
    json!({ "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column })
}

/// A path as a relative URI reference.
fn percent(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn fix(outcome: &Outcome, fix: &Fix) -> Value {
    let mut files: Vec<FileId> = fix.edits.iter().map(|e| e.span.file).collect();
    files.sort_unstable();
    files.dedup();
    let changes: Vec<Value> = files
        .into_iter()
        .map(|file| {
            let edits = fix.edits.iter().filter(|e| e.span.file == file);
            let replacements: Vec<Value> =
                edits.map(|e| json!({ "deletedRegion": region(outcome, e.span), "insertedContent": { "text": e.text } })).collect();
            json!({ "artifactLocation": artifact(outcome, file), "replacements": replacements })
        })
        .collect();
    json!({ "description": { "text": unlinked(&fix.title) }, "artifactChanges": changes, "properties": { "safe": fix.safe } })
}

fn suppression(suppressed: &Suppressed) -> Value {
    let (kind, by) = match suppressed.by {
        Suppression::Comment => ("inSource", "comment"),
        Suppression::Configuration => ("external", "configuration"),
        Suppression::Baseline => ("external", "baseline"),
    };
    let mut value = json!({ "kind": kind, "status": "accepted", "properties": { "by": by } });
    if let Some(reason) = &suppressed.reason {
        value["justification"] = json!(reason);
    }
    json!([value])
}

const NOTIFICATIONS: [(Kind, &str); 4] = [
    (Kind::Nothing, "No manifest was read at all."),
    (Kind::Unreadable, "A file could not be read."),
    (Kind::Template, "A file holds templates that are not evaluated in full."),
    (Kind::Unresolved, "A manifest refers to something that is not in the repository."),
];

/// What was not seen: without it an empty list of results would look like approval.
fn invocation(outcome: &Outcome) -> Value {
    let unseen = unseen(outcome);
    let failed = unseen.iter().any(|u| u.kind.is_failure());
    let notifications: Vec<Value> = unseen
        .iter()
        .map(|u| {
            let index = NOTIFICATIONS.iter().position(|(kind, _)| *kind == u.kind);
            let mut value = json!({
                "descriptor": { "id": u.kind.name(), "index": index },
                "level": if u.kind.is_failure() { "error" } else { "note" },
                "message": { "text": unlinked(&u.reason) },
            });
            if let Some(file) = u.file {
                let mut place = json!({ "artifactLocation": uri(outcome, file) });
                if let Some(span) = u.span {
                    place["region"] = region(outcome, span);
                }
                value["locations"] = json!([{ "physicalLocation": place }]);
            }
            value
        })
        .collect();
    json!({ "executionSuccessful": !failed, "toolExecutionNotifications": notifications })
}

fn properties(outcome: &Outcome) -> Value {
    let names = |architectures: &[Arch]| architectures.iter().map(|a| a.as_str().to_owned()).collect::<Vec<String>>();
    let clusters: Vec<Value> = outcome
        .clusters
        .iter()
        .map(|c| {
            let architectures = json!({
                "workloads": names(&c.workloads),
                "controlPlane": names(&c.control_plane),
                "latent": names(&c.latent),
                "knowledge": c.knowledge.name(),
            });
            json!({ "name": c.name, "multiArch": c.multi_arch.name(), "architectures": architectures })
        })
        .collect();
    let s = &outcome.summary;
    json!({
        "clusters": clusters,
        "files": s.files,
        "parsed": s.parsed,
        "hidden": s.hidden,
        "suppressed": outcome.suppressed.len(),
        "baseline": outcome.baseline.is_some().then(|| outcome.recorded()),
        "unknownArchitectures": s.unknown_architectures,
    })
}
