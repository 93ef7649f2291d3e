//! A small repository with one finding, and the program run on it under guard.

use crate::scratch::{Files, Scratch};
use std::collections::BTreeMap;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Every output format.
pub(crate) const FORMATS: [&str; 9] = ["human", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown", "html"];

/// How often the guard looks whether the program has ended, and how long it pauses in between: two minutes in all.
const GUARD: (u32, std::time::Duration) = (2400, std::time::Duration::from_millis(50));

/// What one run printed, and its exit code.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) code: Option<i32>,
}

/// The program with these arguments, in this directory. One that hangs is killed and fails the test.
pub(crate) fn run(directory: &Path, arguments: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hco-lint"));
    command.args(arguments).current_dir(directory).env("NO_COLOR", "1").env_remove("COLUMNS");
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    let (mut out, mut err) = (child.stdout.take().expect("a pipe"), child.stderr.take().expect("a pipe"));
    let read = |stream: &mut dyn Read| {
        let mut text = Vec::new();
        stream.read_to_end(&mut text).expect("it can be read");
        String::from_utf8(text).expect("UTF-8")
    };
    std::thread::scope(|scope| {
        let (out, err) = (scope.spawn(move || read(&mut out)), scope.spawn(move || read(&mut err)));
        let mut status = None;
        for _ in 0..GUARD.0 {
            status = child.try_wait().expect("a child");
            if status.is_some() {
                break;
            }
            std::thread::sleep(GUARD.1);
        }
        if status.is_none() {
            child.kill().expect("a child");
            child.wait().expect("a child");
        }
        let (out, err) = (out.join().expect("a text"), err.join().expect("a text"));
        let status = status.unwrap_or_else(|| panic!("it hangs with {arguments:?}"));
        Ran { out, err, code: status.code() }
    })
}

/// The report as JSON.
pub(crate) fn json(directory: &Path, arguments: &[&str]) -> serde_json::Value {
    let ran = run(directory, &[&["--format", "json"], arguments].concat());
    serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {ran:?}"))
}

/// `rule` at `file` of every finding, in order.
pub(crate) fn found(report: &serde_json::Value) -> Vec<String> {
    let text = |f: &serde_json::Value, at: &str| f.pointer(at).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    report["findings"].as_array().expect("findings").iter().map(|f| format!("{} at {}", text(f, "/rule"), text(f, "/location/file"))).collect()
}

/// A HyperConverged that imports images for one architecture.
pub(crate) const OFF: &str = "\
apiVersion: hco.kubevirt.io/v1beta1
kind: HyperConverged
metadata:
  name: kubevirt-hyperconverged
  namespace: openshift-cnv
spec:
  featureGates:
    enableMultiArchBootImageImport: false
";

/// The same for all of them.
pub(crate) fn on() -> String {
    OFF.replace("false", "true")
}

/// A node of each architecture.
pub(crate) fn nodes(architectures: &[&str]) -> String {
    let node = |(number, arch): (usize, &&str)| {
        format!(
            "---\napiVersion: v1\nkind: Node\nmetadata:\n  name: n{number}\n  labels: {{kubernetes.io/arch: {arch}, \
             node-role.kubernetes.io/worker: \"\"}}\nstatus:\n  nodeInfo: {{architecture: {arch}}}\n"
        )
    };
    architectures.iter().enumerate().map(node).collect()
}

/// Files by path.
pub(crate) fn files<P: Into<String>, T: Into<Vec<u8>>>(list: impl IntoIterator<Item = (P, T)>) -> Files {
    list.into_iter().map(|(path, text)| (path.into(), text.into())).collect()
}

/// A repository with one finding.
pub(crate) fn repository() -> Scratch {
    Scratch::new(&files([("hco.yaml", OFF.to_owned()), ("nodes.yaml", nodes(&["amd64", "arm64"]))]))
}

/// Every file below a directory with what tells that somebody wrote it.
pub(crate) fn state(directory: &Path) -> BTreeMap<PathBuf, (u64, i64, i64, Vec<u8>)> {
    let mut all = BTreeMap::new();
    let mut pending = vec![directory.to_path_buf()];
    while let Some(here) = pending.pop() {
        for entry in std::fs::read_dir(&here).expect("a directory") {
            let path = entry.expect("an entry").path();
            let metadata = std::fs::symlink_metadata(&path).expect("metadata");
            let content = if metadata.is_file() { std::fs::read(&path).unwrap_or_default() } else { Vec::new() };
            if metadata.is_dir() {
                pending.push(path.clone());
            }
            all.insert(path, (metadata.ino(), metadata.mtime(), metadata.mtime_nsec(), content));
        }
    }
    all
}
