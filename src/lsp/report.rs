//! Findings as diagnostics, quick fixes and the text beside the pointer.

use super::position::{Encoding, touch};
use super::uri::uri;
use crate::config::ConfigError;
use crate::finding::{Confidence, Finding, Fix, Severity};
use crate::outcome::Outcome;
use crate::report::text::neutral;
use crate::rules;
use crate::source::{FileId, Source, Span};
use crate::text::and;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// What a client can do.
#[derive(Debug, Default)]
pub(super) struct Client {
    pub(super) encoding: Encoding,
    /// It shows further places of a diagnostic.
    pub(super) related: bool,
    /// It takes changes of documents of a certain version.
    pub(super) versioned: bool,
    /// It watches files when asked.
    pub(super) watches: bool,
}

/// What the editor has open.
#[derive(Debug)]
pub(super) struct Document {
    /// As the client writes it.
    pub(super) uri: String,
    pub(super) version: Value,
    pub(super) text: String,
}

/// The outcome for one directory, seen by one client.
pub(super) struct View<'a> {
    pub(super) root: &'a Path,
    pub(super) outcome: &'a Outcome,
    pub(super) client: &'a Client,
    pub(super) documents: &'a BTreeMap<PathBuf, Document>,
}

impl View<'_> {
    /// The diagnostics of each file, by its URI.
    pub(super) fn diagnostics(&self) -> BTreeMap<String, Vec<Value>> {
        let mut all: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for finding in &self.outcome.findings {
            if let Some((uri, diagnostic)) = self.diagnostic(finding) {
                all.entry(uri).or_default().push(diagnostic);
            }
        }
        // Silence about what nobody could read would look like approval.
        for (file, reason) in self.outcome.summary.unreadable.iter().filter(|(file, _)| !file.is_empty()) {
            let start = json!({ "line": 0, "character": 0 });
            let message = format!("could not be read: {}", neutral(reason));
            let value = json!({ "range": { "start": start, "end": start }, "severity": 2, "source": "hco-lint", "message": message });
            all.entry(self.uri(&absolute(self.root, file))).or_default().push(value);
        }
        all
    }

    fn diagnostic(&self, finding: &Finding) -> Option<(String, Value)> {
        let (uri, range) = self.place(finding.primary.span)?;
        let mut message = neutral(&finding.message).into_owned();
        let mut add = |what: String| message.push_str(&format!("\n{what}"));
        if !finding.clusters.is_empty() {
            add(format!("affects: {}", neutral(&and(&finding.clusters.iter().collect::<Vec<_>>()))));
        }
        if finding.confidence != Confidence::High {
            add(format!("confidence: {}", finding.confidence.name()));
        }
        finding.notes.iter().for_each(|note| add(neutral(note).into_owned()));
        finding.help.iter().for_each(|help| add(format!("help: {}", neutral(help))));
        let severity = match finding.severity {
            Severity::Error => 1,
            Severity::Warning => 2,
            Severity::Info => 3,
        };
        let mut value = json!({ "range": range, "severity": severity, "source": "hco-lint", "code": finding.rule, "message": message });
        if let Some(rule) = rules::find(finding.rule) {
            value["codeDescription"] = json!({ "href": rule.url() });
        }
        if self.client.related {
            let related = finding.related.iter().filter_map(|label| {
                let (uri, range) = self.place(label.span)?;
                Some(json!({ "location": { "uri": uri, "range": range }, "message": neutral(&label.message) }))
            });
            value["relatedInformation"] = related.collect();
        }
        Some((uri, value))
    }

    /// The findings of a file whose marks touch a range.
    fn at<'b>(&'b self, uri: &'b str, range: &'b Value) -> impl Iterator<Item = (&'b Finding, Value)> {
        self.outcome.findings.iter().filter_map(move |finding| {
            let (of, diagnostic) = self.diagnostic(finding)?;
            (of == uri && touch(&diagnostic["range"], range)).then_some((finding, diagnostic))
        })
    }

    /// The ways to mend what is marked in a range.
    pub(super) fn actions(&self, uri: &str, range: &Value) -> Vec<Value> {
        let mut actions = Vec::new();
        for (finding, diagnostic) in self.at(uri, range) {
            for (number, fix) in finding.fixes.iter().enumerate() {
                let Some(edit) = self.edit(fix) else { continue };
                let title = neutral(&fix.title);
                let title = if fix.safe { title.into_owned() } else { format!("{title} (unsafe: think first)") };
                let preferred = fix.safe && number == 0;
                actions.push(json!({ "title": title, "kind": "quickfix", "diagnostics": [diagnostic], "isPreferred": preferred, "edit": edit }));
            }
        }
        actions
    }

    /// All edits of a fix; nothing if one of them has no place.
    fn edit(&self, fix: &Fix) -> Option<Value> {
        let mut files: BTreeMap<FileId, Vec<Value>> = BTreeMap::new();
        for edit in &fix.edits {
            let (_, range) = self.place(edit.span)?;
            files.entry(edit.span.file).or_default().push(json!({ "range": range, "newText": edit.text }));
        }
        if self.client.versioned {
            let changes = files.into_iter().map(|(file, edits)| {
                let path = self.path(file)?;
                let version = self.documents.get(&path).map_or(Value::Null, |d| d.version.clone());
                Some(json!({ "textDocument": { "uri": self.uri(&path), "version": version }, "edits": edits }))
            });
            return Some(json!({ "documentChanges": changes.collect::<Option<Vec<_>>>()? }));
        }
        let changes: Option<Map<String, Value>> = files.into_iter().map(|(file, edits)| Some((self.uri(&self.path(file)?), json!(edits)))).collect();
        Some(json!({ "changes": changes? }))
    }

    /// The page of the rule whose finding is marked at a place.
    pub(super) fn hover(&self, uri: &str, at: &Value) -> Option<Value> {
        let here = json!({ "start": at, "end": at });
        let (finding, diagnostic) = self.at(uri, &here).next()?;
        let rule = rules::find(finding.rule)?;
        Some(json!({ "contents": { "kind": "markdown", "value": rule.page.body() }, "range": diagnostic["range"] }))
    }

    fn place(&self, span: Span) -> Option<(String, Value)> {
        let source = self.outcome.source(span.file)?;
        Some((self.uri(&self.path(span.file)?), self.client.encoding.range(source, span)))
    }

    fn path(&self, file: FileId) -> Option<PathBuf> {
        Some(absolute(self.root, &self.outcome.source(file)?.path))
    }

    fn uri(&self, path: &Path) -> String {
        self.documents.get(path).map_or_else(|| uri(path), |d| d.uri.clone())
    }
}

/// Where a file lies that is shown as seen from a directory.
pub(super) fn absolute(root: &Path, shown: &str) -> PathBuf {
    let mut path = root.to_path_buf();
    for part in Path::new(shown).components() {
        match part {
            Component::ParentDir => drop(path.pop()),
            Component::CurDir => {}
            part => path.push(part),
        }
    }
    path
}

/// What is wrong with a configuration.
pub(super) fn mistakes(encoding: Encoding, source: &Source, errors: &[ConfigError]) -> Vec<Value> {
    let mistake =
        |e: &ConfigError| json!({ "range": encoding.range(source, e.span), "severity": 1, "source": "hco-lint", "message": neutral(&e.message) });
    errors.iter().map(mistake).collect()
}
