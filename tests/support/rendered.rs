//! What `kubectl kustomize` says, and how two renderings of one root differ.
#![allow(dead_code, reason = "each test takes what it needs")]

use hco_lint::yaml::{Dialect, Node};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

/// What `kubectl kustomize` prints for a directory, or its complaint. It gets no network.
pub(crate) fn kustomize(dir: &Path) -> Result<String, String> {
    let nowhere = "http://127.0.0.1:9";
    let output = Command::new("timeout")
        .args(["20", "kubectl", "kustomize"])
        .arg(dir)
        .envs([("http_proxy", nowhere), ("https_proxy", nowhere), ("HTTP_PROXY", nowhere), ("HTTPS_PROXY", nowhere)])
        .envs([("GIT_TERMINAL_PROMPT", "0"), ("GIT_SSH_COMMAND", "false")])
        .stdin(Stdio::null())
        .output();
    match output {
        Ok(output) if output.status.success() => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        Ok(output) if output.status.code() == Some(124) => Err("error: timed out".to_owned()),
        Ok(output) => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        Err(error) => Err(format!("error: kubectl did not start: {error}")),
    }
}

/// Objects by `apiVersion|kind|namespace|name`: their order means nothing to a cluster.
pub(crate) type Objects = BTreeMap<String, Value>;

/// The objects of a rendering.
pub(crate) fn objects(list: impl IntoIterator<Item = Value>) -> Objects {
    let text = |object: &Value, path: &str| object.pointer(path).and_then(Value::as_str).unwrap_or("").to_owned();
    let key = |object: &Value| ["/apiVersion", "/kind", "/metadata/namespace", "/metadata/name"].map(|p| text(object, p)).join("|");
    list.into_iter().map(|object| (key(&object), object)).collect()
}

/// Trees as JSON.
pub(crate) fn json<'n>(roots: impl IntoIterator<Item = &'n Node>) -> Vec<Value> {
    roots.into_iter().map(|root| root.to_json(Dialect::Kubernetes)).collect()
}

/// The first difference between two renderings, in words.
pub(crate) fn difference(wanted: &Objects, got: &Objects) -> Option<String> {
    for (key, want) in wanted {
        match got.get(key) {
            None => return Some(format!("lacks {key}")),
            Some(have) => {
                if let Some(path) = first_difference(want, have, &mut String::new()) {
                    return Some(format!("{key} {path}"));
                }
            }
        }
    }
    got.keys().find(|k| !wanted.contains_key(*k)).map(|k| format!("has {k} too"))
}

fn first_difference(want: &Value, have: &Value, path: &mut String) -> Option<String> {
    match (want, have) {
        (Value::Object(a), Value::Object(b)) => {
            for key in a.keys().chain(b.keys().filter(|k| !a.contains_key(*k))) {
                let length = path.len();
                path.push('/');
                path.push_str(key);
                let found = match (a.get(key), b.get(key)) {
                    (Some(x), Some(y)) => first_difference(x, y, path),
                    (Some(x), None) => Some(format!("{path}: {} lacks", brief(x))),
                    (None, Some(y)) => Some(format!("{path}: {} is too much", brief(y))),
                    (None, None) => None,
                };
                path.truncate(length);
                if found.is_some() {
                    return found;
                }
            }
            None
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (n, (x, y)) in a.iter().zip(b).enumerate() {
                let length = path.len();
                path.push_str(&format!("/{n}"));
                let found = first_difference(x, y, path);
                path.truncate(length);
                if found.is_some() {
                    return found;
                }
            }
            None
        }
        // `1.0` and `1` are one number.
        (Value::Number(a), Value::Number(b)) if a == b || a.as_f64() == b.as_f64() => None,
        _ if want == have => None,
        (Value::String(a), Value::String(b)) => {
            let same = a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count();
            let tail = |text: &str| brief(&String::from_utf8_lossy(text.as_bytes().get(same.saturating_sub(20)..).unwrap_or_default()).into());
            Some(format!("{path}: from byte {same} on {} wanted, {} got", tail(a), tail(b)))
        }
        _ => Some(format!("{path}: {} wanted, {} got", brief(want), brief(have))),
    }
}

fn brief(value: &Value) -> String {
    let text = value.to_string();
    if text.len() > 150 { format!("{}…", text.chars().take(150).collect::<String>()) } else { text }
}
