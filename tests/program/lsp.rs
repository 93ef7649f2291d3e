//! `lsp`: sessions as an editor has them.

use crate::repository::Repository;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

const BASE: &str = "components/virtualization/hyperconverged.yaml";

/// A client; its server is gone when it is dropped.
struct Client {
    server: Child,
    input: Option<ChildStdin>,
    messages: Receiver<Value>,
    /// What the server shows, by URI.
    shown: BTreeMap<String, Value>,
    last: u64,
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Client {
    fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hco-lint"));
        let mut server = command.arg("lsp").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
        let mut output = BufReader::new(server.stdout.take().expect("standard output"));
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            loop {
                let mut length = 0;
                let mut line = String::new();
                while output.read_line(&mut line).is_ok_and(|n| n > 2) {
                    length = line.trim().strip_prefix("Content-Length: ").and_then(|l| l.parse().ok()).unwrap_or(length);
                    line.clear();
                }
                let mut body = vec![0; length];
                if length == 0 || output.read_exact(&mut body).is_err() || sender.send(serde_json::from_slice(&body).expect("JSON")).is_err() {
                    return;
                }
            }
        });
        let input = server.stdin.take();
        Self { server, input, messages, shown: BTreeMap::new(), last: 0 }
    }

    /// A client with a session in a directory.
    fn open(directory: &Path, capabilities: &Value) -> (Self, Value) {
        let mut client = Self::start();
        let folders = json!([{ "uri": uri(directory), "name": "it" }]);
        let answer = client.ask("initialize", &json!({ "processId": null, "workspaceFolders": folders, "capabilities": capabilities }));
        client.tell("initialized", &json!({}));
        (client, answer["result"].clone())
    }

    fn raw(&mut self, body: &str) {
        let input = self.input.as_mut().expect("it is open");
        write!(input, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("it listens");
        input.flush().expect("it listens");
    }

    fn tell(&mut self, method: &str, params: &Value) {
        self.raw(&json!({ "jsonrpc": "2.0", "method": method, "params": params }).to_string());
    }

    fn next(&mut self) -> Value {
        let message = self.messages.recv_timeout(Duration::from_secs(60)).expect("the server says something");
        assert_eq!(message["jsonrpc"], "2.0");
        if message["method"] == "textDocument/publishDiagnostics" {
            let params = &message["params"];
            self.shown.insert(params["uri"].as_str().expect("a URI").to_owned(), params.clone());
        }
        message
    }

    fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.last += 1;
        let id = self.last;
        self.raw(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string());
        loop {
            let message = self.next();
            if message["id"] == id && message.get("method").is_none() {
                return message;
            }
        }
    }

    /// Whatever is to be shown is shown before a request is answered.
    fn settle(&mut self) {
        let here = json!({ "line": 0, "character": 0 });
        self.ask("textDocument/hover", &json!({ "textDocument": { "uri": "file:///nowhere.yaml" }, "position": here }));
    }

    fn edit(&mut self, uri: &str, version: u64, text: &str) {
        let (method, params) = match version {
            1 => ("textDocument/didOpen", json!({ "textDocument": { "uri": uri, "languageId": "yaml", "version": 1, "text": text } })),
            _ => ("textDocument/didChange", json!({ "textDocument": { "uri": uri, "version": version }, "contentChanges": [{ "text": text }] })),
        };
        self.tell(method, &params);
        self.settle();
    }

    /// The rules whose findings are shown for a file.
    fn rules(&self, uri: &str) -> Vec<&str> {
        let list = self.shown.get(uri).and_then(|p| p["diagnostics"].as_array());
        list.into_iter().flatten().map(|d| d["code"].as_str().unwrap_or("(none)")).collect()
    }

    fn end(mut self) -> i32 {
        assert_eq!(self.ask("shutdown", &Value::Null)["result"], Value::Null);
        self.tell("exit", &Value::Null);
        self.server.wait().expect("it ends").code().expect("a code")
    }
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.canonicalize().unwrap_or_else(|_| path.to_path_buf()).display())
}

fn read(repository: &Repository, path: &str) -> String {
    std::fs::read_to_string(repository.root().join(path)).expect("a file")
}

#[test]
fn findings_follow_what_is_typed() {
    let repository = Repository::of("fixtures/example");
    let (base, other) = (uri(&repository.root().join(BASE)), uri(&repository.root().join("clusters/edge/virtualization.yaml")));
    let related = json!({ "textDocument": { "publishDiagnostics": { "relatedInformation": true } } });
    let (mut client, result) = Client::open(repository.root(), &related);
    assert_eq!((&result["capabilities"]["positionEncoding"], &result["serverInfo"]["name"]), (&json!("utf-16"), &json!("hco-lint")));
    client.settle();
    assert_eq!(client.rules(&other), ["golden-image-no-architectures"], "a file that is not open");

    let text = read(&repository, BASE);
    client.edit(&base, 1, &text);
    let shown = &client.shown[&base];
    assert_eq!(shown["version"], 1);
    let diagnostic = &shown["diagnostics"][0];
    let range = json!({ "start": { "line": 8, "character": 4 }, "end": { "line": 8, "character": 41 } });
    assert_eq!((&diagnostic["range"], &diagnostic["severity"], &diagnostic["source"]), (&range, &json!(2), &json!("hco-lint")));
    assert!(diagnostic["message"].as_str().is_some_and(|m| m.contains("\naffects: prod\nhelp: set `spec.featureGates")), "{diagnostic}");
    assert!(diagnostic["codeDescription"]["href"].as_str().is_some_and(|l| l.ends_with("/rules/multi-arch-images-disabled.md")));
    let evidence = &diagnostic["relatedInformation"][1];
    assert_eq!(evidence["location"]["uri"], uri(&repository.root().join("clusters/prod/workers-arm64.yaml")));
    assert_eq!(evidence["location"]["range"]["start"], json!({ "line": 25, "character": 24 }));

    client.edit(&base, 2, &text.replace("Import: false", "Import: true"));
    assert_eq!((client.rules(&base), &client.shown[&base]["version"]), (vec![], &json!(2)));
    client.edit(&base, 3, &text.replace("spec:", "spec: {"));
    assert!(client.rules(&base).contains(&"syntax"), "{:?}", client.rules(&base));
    client.tell("textDocument/didClose", &json!({ "textDocument": { "uri": base } }));
    client.settle();
    assert_eq!(client.rules(&base), ["multi-arch-images-disabled"], "what is on disk");
    repository.write(BASE, &text.replace("Import: false", "Import: true"));
    client.tell("workspace/didChangeWatchedFiles", &json!({ "changes": [] }));
    client.settle();
    assert_eq!(client.rules(&base), [""; 0], "somebody else wrote it");
    assert_eq!(client.end(), 0);
}

/// Applies the edits of an action to what is on disk.
fn apply(repository: &Repository, edit: &Value) {
    let root = uri(repository.root());
    let versioned = edit["documentChanges"].as_array().into_iter().flatten().map(|c| (c["textDocument"]["uri"].clone(), c["edits"].clone()));
    let plain = edit["changes"].as_object().into_iter().flatten().map(|(uri, edits)| (json!(uri), edits.clone()));
    for (uri, edits) in versioned.chain(plain) {
        let path = uri.as_str().and_then(|u| u.strip_prefix(&root)).expect("in the repository").trim_start_matches('/');
        let mut text = read(repository, path);
        let mut edits = edits.as_array().expect("edits").clone();
        edits.sort_by_key(|e| std::cmp::Reverse((e["range"]["start"]["line"].as_u64(), e["range"]["start"]["character"].as_u64())));
        for edit in edits {
            let at = |end: &str| {
                let place = &edit["range"][end];
                let number = |key: &str| usize::try_from(place[key].as_u64().expect("a number")).expect("a number");
                text.split_inclusive('\n').take(number("line")).map(str::len).sum::<usize>() + number("character")
            };
            let range = at("start")..at("end");
            text.replace_range(range, edit["newText"].as_str().expect("text"));
        }
        repository.write(path, &text);
    }
}

#[test]
fn quick_fixes_are_those_of_the_command_line() {
    for versioned in [true, false] {
        let (repository, twin) = (Repository::of("fixtures/example"), Repository::of("fixtures/example"));
        let base = uri(&repository.root().join(BASE));
        let (mut client, _) = Client::open(repository.root(), &json!({ "workspace": { "workspaceEdit": { "documentChanges": versioned } } }));
        client.edit(&base, 1, &read(&repository, BASE));
        let at = json!({ "line": 8, "character": 10 });
        let mut ask = |range: Value, context: Value| {
            let params = json!({ "textDocument": { "uri": base }, "range": range, "context": context });
            client.ask("textDocument/codeAction", &params)["result"].clone()
        };
        let here = json!({ "start": at, "end": at });
        let actions = ask(here.clone(), json!({ "diagnostics": [] }));
        let titles: Vec<&str> = actions.as_array().expect("actions").iter().filter_map(|a| a["title"].as_str()).collect();
        assert_eq!(
            titles,
            [
                "import golden images for every architecture, for prod alone",
                "import golden images for every architecture, for lab too (unsafe: think first)",
                "keep virtual machines to amd64 nodes, for prod alone (unsafe: think first)",
            ]
        );
        assert_eq!((&actions[0]["isPreferred"], &actions[1]["isPreferred"], &actions[0]["kind"]), (&json!(true), &json!(false), &json!("quickfix")));
        assert_eq!(actions[0]["diagnostics"][0]["code"], "multi-arch-images-disabled");
        if versioned {
            assert_eq!(actions[0]["edit"]["documentChanges"][0]["textDocument"]["version"], Value::Null, "it is not open");
            assert_eq!(actions[1]["edit"]["documentChanges"][0]["textDocument"], json!({ "uri": base, "version": 1 }));
        }
        assert_eq!(ask(here.clone(), json!({ "only": ["refactor"] })), json!([]));
        assert_eq!(ask(here, json!({ "only": ["quickfix"] })), actions);
        let elsewhere = json!({ "line": 0, "character": 0 });
        assert_eq!(ask(json!({ "start": elsewhere, "end": elsewhere }), json!({})), json!([]));

        apply(&repository, &actions[0]["edit"]);
        twin.lint(&["--fix"]);
        assert_eq!(repository.git(&["diff"]), twin.git(&["diff"]));
        assert!(!twin.git(&["diff"]).is_empty());
        assert_eq!(client.end(), 0);
    }
}

#[test]
fn columns_are_counted_as_agreed() {
    let text = "apiVersion: hco.kubevirt.io/v1beta1\nkind: HyperConverged\nmetadata: {labels: {a: \"ä🚀\"}, name: other}\n";
    for (offered, agreed, column) in [(json!(["utf-16", "utf-8"]), "utf-8", 40), (json!(["utf-32"]), "utf-16", 37), (Value::Null, "utf-16", 37)] {
        let repository = Repository::of("fixtures/example");
        let file = uri(&repository.root().join("clusters/new.yaml"));
        let (mut client, result) = Client::open(repository.root(), &json!({ "general": { "positionEncodings": offered } }));
        assert_eq!(result["capabilities"]["positionEncoding"], agreed);
        client.edit(&file, 1, text);
        let number = client.rules(&file).iter().position(|r| *r == "hyperconverged-name").expect("a finding in a file that was never saved");
        assert_eq!(client.shown[&file]["diagnostics"][number]["range"]["start"], json!({ "line": 2, "character": column }));
    }
}

#[test]
fn the_pointer_shows_the_rule() {
    let repository = Repository::of("fixtures/example");
    let base = uri(&repository.root().join(BASE));
    let (mut client, _) = Client::open(repository.root(), &json!({}));
    let at = |line: u64| json!({ "textDocument": { "uri": base }, "position": { "line": line, "character": 6 } });
    let hover = client.ask("textDocument/hover", &at(8))["result"].clone();
    assert_eq!(hover["contents"]["kind"], "markdown");
    assert!(hover["contents"]["value"].as_str().is_some_and(|v| v.starts_with("# Nodes of several architectures")), "{hover}");
    assert_eq!(hover["range"]["start"], json!({ "line": 8, "character": 4 }));
    assert_eq!(client.ask("textDocument/hover", &at(1))["result"], Value::Null);
}

#[test]
fn a_wrong_configuration_is_shown_in_its_place() {
    let repository = Repository::of("fixtures/example");
    repository.write(".hco-lint.yaml", "rules: {}\n");
    let (base, configuration) = (uri(&repository.root().join(BASE)), uri(&repository.root().join(".hco-lint.yaml")));
    let (mut client, _) = Client::open(repository.root(), &json!({}));
    client.edit(&configuration, 1, "rules:\n  multi-arch-images: off\n");
    let diagnostic = &client.shown[&configuration]["diagnostics"][0];
    assert_eq!((&diagnostic["severity"], &diagnostic["range"]["start"]), (&json!(1), &json!({ "line": 1, "character": 2 })));
    client.edit(&configuration, 2, "rules:\n  multi-arch-images-disabled: off\n");
    assert_eq!((client.rules(&configuration), client.rules(&base)), (vec![], vec![]));
    client.edit(&configuration, 3, "rules: {}\n");
    assert_eq!(client.rules(&base), ["multi-arch-images-disabled"]);
}

#[test]
fn what_could_not_be_read_is_shown_at_its_file() {
    let repository = Repository::of("fixtures/example");
    std::fs::write(repository.root().join("latin.yaml"), b"kind: Node # kubevirt \xe9\n").expect("a file");
    let (mut client, _) = Client::open(repository.root(), &json!({}));
    client.settle();
    let shown = &client.shown[&uri(&repository.root().join("latin.yaml"))]["diagnostics"];
    assert_eq!((shown[0]["message"].as_str(), shown.as_array().map(Vec::len)), (Some("could not be read: it is not UTF-8 (byte 22)"), Some(1)));
}

#[test]
fn folders_come_and_go_and_documents_have_repositories_of_their_own() {
    let (one, two) = (Repository::of("fixtures/example"), Repository::of("fixtures/example"));
    let base = |repository: &Repository| uri(&repository.root().join(BASE));
    let (mut client, _) = Client::open(one.root(), &json!({}));
    client.settle();
    assert_eq!((client.rules(&base(&one)).len(), client.rules(&base(&two)).len()), (1, 0));
    client.edit(&base(&two), 1, &read(&two, BASE));
    assert_eq!((client.rules(&base(&one)).len(), client.rules(&base(&two)).len()), (1, 1), "a document elsewhere");
    let event = json!({ "removed": [{ "uri": uri(one.root()), "name": "one" }], "added": [{ "uri": uri(two.root()), "name": "two" }] });
    client.tell("workspace/didChangeWorkspaceFolders", &json!({ "event": event }));
    client.tell("textDocument/didClose", &json!({ "textDocument": { "uri": base(&two) } }));
    client.settle();
    assert_eq!((client.rules(&base(&one)).len(), client.rules(&base(&two)).len()), (0, 1));
    for odd in ["untitled:Untitled-1", "git:/a.yaml", "file:///no/such/directory/a.yaml"] {
        client.edit(odd, 1, "kind: HyperConverged\n");
    }
    assert_eq!(client.end(), 0);
}

#[test]
fn what_is_out_of_order_is_refused() {
    let code = |answer: &Value| answer["error"]["code"].clone();
    let mut client = Client::start();
    assert_eq!(code(&client.ask("textDocument/hover", &json!({}))), -32002);
    client.tell("textDocument/didOpen", &json!({}));
    client.raw("{");
    assert_eq!(code(&client.next()), -32700);
    client.raw("[]");
    assert_eq!(code(&client.next()), -32600);
    assert!(client.ask("initialize", &json!({ "capabilities": {} }))["result"].is_object());
    assert_eq!(code(&client.ask("initialize", &json!({ "capabilities": {} }))), -32600);
    assert_eq!(code(&client.ask("textDocument/rename", &json!({}))), -32601);
    for nonsense in
        [json!(null), json!([]), json!({ "textDocument": 7 }), json!({ "textDocument": { "uri": "file:///" }, "range": "x", "position": [] })]
    {
        for method in
            ["textDocument/didOpen", "textDocument/didChange", "textDocument/didClose", "$/cancelRequest", "workspace/didChangeWorkspaceFolders"]
        {
            client.tell(method, &nonsense);
        }
        client.ask("textDocument/codeAction", &nonsense);
        client.ask("textDocument/hover", &nonsense);
    }
    client.tell("textDocument/didClose", &json!({ "textDocument": { "uri": "file:///" } }));
    assert_eq!(client.ask("shutdown", &Value::Null)["result"], Value::Null);
    assert_eq!(code(&client.ask("textDocument/hover", &json!({}))), -32600);
    client.tell("exit", &Value::Null);
    assert_eq!(client.server.wait().expect("it ends").code(), Some(0));

    let mut hasty = Client::start();
    hasty.tell("exit", &Value::Null);
    assert_eq!(hasty.server.wait().expect("it ends").code(), Some(1), "without shutdown");
    let mut gone = Client::start();
    drop(gone.input.take());
    assert_eq!(gone.server.wait().expect("it ends").code(), Some(1), "the client is gone");
}

#[test]
fn files_are_watched_by_clients_that_can() {
    let repository = Repository::of("fixtures/example");
    let (mut client, _) = Client::open(repository.root(), &json!({ "workspace": { "didChangeWatchedFiles": { "dynamicRegistration": true } } }));
    let asked = client.next();
    assert_eq!(asked["method"], "client/registerCapability");
    let registration = &asked["params"]["registrations"][0];
    assert_eq!(registration["method"], "workspace/didChangeWatchedFiles");
    client.raw(&json!({ "jsonrpc": "2.0", "id": asked["id"], "result": null }).to_string());
    assert_eq!(client.end(), 0);
}
