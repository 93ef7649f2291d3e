//! The session: what the client says, and what it is told.

use super::position::Encoding;
use super::report::{Client, Document, View, absolute, mistakes};
use super::{uri, wire};
use crate::outcome::Outcome;
use crate::report::text::neutral;
use crate::run::{self, RunError, Settings, unlinked};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Error codes of JSON-RPC and the protocol.
mod code {
    pub(super) const PARSE: i32 = -32700;
    pub(super) const INVALID_REQUEST: i32 = -32600;
    pub(super) const METHOD_NOT_FOUND: i32 = -32601;
    pub(super) const NOT_INITIALIZED: i32 = -32002;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Fresh,
    Running,
    Over,
}

/// One session.
pub(super) struct Server<'o> {
    output: &'o mut dyn Write,
    phase: Phase,
    client: Client,
    /// The open directories, without links.
    folders: BTreeSet<PathBuf>,
    /// The open documents, by path without links above it.
    documents: BTreeMap<PathBuf, Document>,
    /// What was last found in each directory.
    outcomes: BTreeMap<PathBuf, Outcome>,
    /// The files that the client shows something for.
    published: BTreeSet<String>,
    /// What the client was told in words.
    told: BTreeSet<String>,
    stale: bool,
}

impl<'o> Server<'o> {
    pub(super) fn new(output: &'o mut dyn Write) -> Self {
        Self {
            output,
            phase: Phase::Fresh,
            client: Client::default(),
            folders: BTreeSet::new(),
            documents: BTreeMap::new(),
            outcomes: BTreeMap::new(),
            published: BTreeSet::new(),
            told: BTreeSet::new(),
            stale: false,
        }
    }

    /// Whether something has changed since the last run.
    pub(super) fn is_stale(&self) -> bool {
        self.stale
    }

    /// Takes a message. Gives an exit code when it is the last one.
    pub(super) fn take(&mut self, message: &[u8]) -> io::Result<Option<u8>> {
        let Ok(message) = serde_json::from_slice::<Value>(message) else {
            self.refuse(&Value::Null, code::PARSE, "this is no JSON")?;
            return Ok(None);
        };
        let (id, params) = (message.get("id"), &message["params"]);
        match (message["method"].as_str(), id) {
            (Some("exit"), _) => return Ok(Some(u8::from(self.phase != Phase::Over))),
            (Some(method), Some(id)) => self.request(method, id, params)?,
            (Some(method), None) if self.phase == Phase::Running => self.notification(method, params)?,
            // Answers to what the server asked, and what comes too early or too late.
            (None, Some(_)) if message.get("result").is_some() || message.get("error").is_some() => {}
            (Some(_), None) => {}
            (None, id) => self.refuse(id.unwrap_or(&Value::Null), code::INVALID_REQUEST, "this is no request")?,
        }
        Ok(None)
    }

    fn request(&mut self, method: &str, id: &Value, params: &Value) -> io::Result<()> {
        match (self.phase, method) {
            (Phase::Fresh, "initialize") => {
                let result = self.initialize(params);
                self.answer(id, result)
            }
            (Phase::Fresh, _) => self.refuse(id, code::NOT_INITIALIZED, "initialize comes first"),
            (Phase::Over, _) => self.refuse(id, code::INVALID_REQUEST, "the session is over"),
            (Phase::Running, "initialize") => self.refuse(id, code::INVALID_REQUEST, "the session has begun"),
            (Phase::Running, "shutdown") => {
                self.phase = Phase::Over;
                self.stale = false;
                self.answer(id, Value::Null)
            }
            (Phase::Running, "textDocument/codeAction") => {
                let only = params["context"]["only"].as_array();
                let wanted = only.is_none_or(|kinds| kinds.iter().any(|k| matches!(k.as_str(), Some("" | "quickfix"))));
                let uri = params["textDocument"]["uri"].as_str().unwrap_or_default();
                let actions = self.look(|view| if wanted { view.actions(uri, &params["range"]) } else { Vec::new() })?;
                self.answer(id, actions.into_iter().flatten().collect())
            }
            (Phase::Running, "textDocument/hover") => {
                let uri = params["textDocument"]["uri"].as_str().unwrap_or_default();
                let pages = self.look(|view| view.hover(uri, &params["position"]))?;
                self.answer(id, pages.into_iter().flatten().next().unwrap_or(Value::Null))
            }
            (Phase::Running, _) => self.refuse(id, code::METHOD_NOT_FOUND, &format!("there is no method `{method}`")),
        }
    }

    fn initialize(&mut self, params: &Value) -> Value {
        let can = &params["capabilities"];
        self.client = Client {
            encoding: Encoding::choose(&can["general"]["positionEncodings"]),
            related: can["textDocument"]["publishDiagnostics"]["relatedInformation"] == true,
            versioned: can["workspace"]["workspaceEdit"]["documentChanges"] == true,
            watches: can["workspace"]["didChangeWatchedFiles"]["dynamicRegistration"] == true,
        };
        let folders = params["workspaceFolders"].as_array().into_iter().flatten().filter_map(|f| f["uri"].as_str());
        self.folders = folders.filter_map(folder).collect();
        if self.folders.is_empty() {
            let root = params["rootUri"].as_str().and_then(folder);
            let root = root.or_else(|| Path::new(params["rootPath"].as_str()?).canonicalize().ok());
            self.folders.extend(root);
        }
        self.phase = Phase::Running;
        self.stale = true;
        json!({
            "capabilities": {
                "positionEncoding": self.client.encoding.name(),
                "textDocumentSync": { "openClose": true, "change": 1, "save": true },
                "codeActionProvider": { "codeActionKinds": ["quickfix"] },
                "hoverProvider": true,
                "workspace": { "workspaceFolders": { "supported": true, "changeNotifications": true } },
            },
            "serverInfo": { "name": "hco-lint", "version": env!("CARGO_PKG_VERSION") },
        })
    }

    fn notification(&mut self, method: &str, params: &Value) -> io::Result<()> {
        let document = &params["textDocument"];
        let path = document["uri"].as_str().and_then(uri::path).map(|p| unlinked(&p).unwrap_or(p));
        match (method, path) {
            ("initialized", _) if self.client.watches => {
                let watchers = json!([{ "globPattern": "**/*.{yaml,yml,json,tpl}" }, { "globPattern": "**/Kustomization" }]);
                let watch = json!({ "id": "files", "method": "workspace/didChangeWatchedFiles", "registerOptions": { "watchers": watchers } });
                let params = json!({ "registrations": [watch] });
                return self.send(&json!({ "jsonrpc": "2.0", "id": "watch", "method": "client/registerCapability", "params": params }));
            }
            ("textDocument/didOpen", Some(path)) => {
                let text = document["text"].as_str().unwrap_or_default().to_owned();
                let uri = document["uri"].as_str().unwrap_or_default().to_owned();
                self.documents.insert(path, Document { uri, version: document["version"].clone(), text });
            }
            ("textDocument/didChange", Some(path)) => {
                // The whole text is asked for; a change with a range would be one of a part.
                let whole = params["contentChanges"].as_array().into_iter().flatten().rfind(|c| c.get("range").is_none());
                if let (Some(known), Some(text)) = (self.documents.get_mut(&path), whole.and_then(|c| c["text"].as_str())) {
                    known.version = document["version"].clone();
                    text.clone_into(&mut known.text);
                }
            }
            ("textDocument/didClose", Some(path)) => drop(self.documents.remove(&path)),
            ("textDocument/didSave", Some(_)) | ("workspace/didChangeWatchedFiles", _) => {}
            ("workspace/didChangeWorkspaceFolders", _) => {
                let listed = |which: &str| {
                    let list = params["event"][which].as_array().into_iter().flatten();
                    list.filter_map(|f| f["uri"].as_str()).filter_map(folder).collect::<Vec<_>>()
                };
                let removed = listed("removed");
                self.folders.retain(|f| !removed.contains(f));
                self.folders.extend(listed("added"));
            }
            _ => return Ok(()),
        }
        self.stale = true;
        Ok(())
    }

    /// The directories to lint: the open ones, and the repositories of documents that lie in none of them; none below another one.
    fn roots(&self) -> BTreeSet<PathBuf> {
        let mut roots = self.folders.clone();
        for path in self.documents.keys().filter(|p| !self.folders.iter().any(|f| p.starts_with(f))) {
            let repository = path.ancestors().skip(1).find(|a| a.join(".git").exists()).or(path.parent());
            roots.extend(repository.filter(|r| r.is_dir()).map(Path::to_path_buf));
        }
        let all = roots.clone();
        roots.retain(|r| !r.ancestors().skip(1).any(|a| all.contains(a)));
        roots
    }

    /// Lints everything anew, and says what has come of it.
    pub(super) fn refresh(&mut self) -> io::Result<()> {
        self.stale = false;
        self.outcomes.clear();
        let mut diagnostics: BTreeMap<String, Vec<Value>> = self.documents.values().map(|d| (d.uri.clone(), Vec::new())).collect();
        let mut words = BTreeSet::new();
        for root in self.roots() {
            let open = self.documents.iter().filter(|(path, _)| path.starts_with(&root));
            let settings = Settings {
                paths: vec![root.clone()],
                directory: root.clone(),
                honour_ignore: true,
                threads: std::thread::available_parallelism().map_or(4, usize::from),
                texts: open.map(|(path, document)| (path.clone(), document.text.clone())).collect(),
                ..Settings::default()
            };
            match run::run(&settings) {
                Ok(outcome) => {
                    let view = View { root: &root, outcome: &outcome, client: &self.client, documents: &self.documents };
                    view.diagnostics().into_iter().for_each(|(uri, list)| diagnostics.entry(uri).or_default().extend(list));
                    self.outcomes.insert(root, outcome);
                }
                Err(RunError::Config(source, errors)) => {
                    let path = absolute(&root, &source.path);
                    let uri = self.documents.get(&path).map_or_else(|| uri::uri(&path), |d| d.uri.clone());
                    diagnostics.entry(uri).or_default().extend(mistakes(self.client.encoding, &source, &errors));
                }
                Err(RunError::Usage(messages)) => words.extend(messages),
            }
        }
        let versions: BTreeMap<&str, &Value> = self.documents.values().map(|d| (d.uri.as_str(), &d.version)).collect();
        let mut messages = Vec::new();
        let gone = self.published.iter().filter(|uri| !diagnostics.contains_key(*uri)).map(|uri| (uri, &[][..]));
        for (uri, list) in gone.chain(diagnostics.iter().map(|(uri, list)| (uri, list.as_slice()))) {
            let mut params = json!({ "uri": uri, "diagnostics": list });
            if let Some(version) = versions.get(uri.as_str()).filter(|v| v.is_number()) {
                params["version"] = (*version).clone();
            }
            messages.push(json!({ "jsonrpc": "2.0", "method": "textDocument/publishDiagnostics", "params": params }));
        }
        for text in words.difference(&self.told) {
            let params = json!({ "type": 1, "message": format!("hco-lint: {}", neutral(text)) });
            messages.push(json!({ "jsonrpc": "2.0", "method": "window/showMessage", "params": params }));
        }
        self.told = words;
        self.published = diagnostics.into_iter().filter(|(_, list)| !list.is_empty()).map(|(uri, _)| uri).collect();
        messages.iter().try_for_each(|message| self.send(message))
    }

    /// What something sees in each directory, as it is by now.
    fn look<T>(&mut self, see: impl Fn(&View<'_>) -> T) -> io::Result<Vec<T>> {
        if self.stale {
            self.refresh()?;
        }
        let (client, documents) = (&self.client, &self.documents);
        Ok(self.outcomes.iter().map(|(root, outcome)| see(&View { root, outcome, client, documents })).collect())
    }

    fn answer(&mut self, id: &Value, result: Value) -> io::Result<()> {
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": result }))
    }

    fn refuse(&mut self, id: &Value, code: i32, message: &str) -> io::Result<()> {
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } }))
    }

    fn send(&mut self, message: &Value) -> io::Result<()> {
        wire::write(self.output, message)
    }
}

/// The directory of a URI, without links.
fn folder(uri: &str) -> Option<PathBuf> {
    uri::path(uri)?.canonicalize().ok().filter(|p| p.is_dir())
}
