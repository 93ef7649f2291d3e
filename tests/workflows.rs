//! The action and the workflows: the action's script is run as GitHub would run it, and nothing in them can be steered by an input or a
//! moved tag.

#![cfg(unix)]

use serde_yaml::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn yaml(path: &Path) -> Value {
    serde_yaml::from_str(&fs::read_to_string(path).expect("the file")).expect("YAML")
}

/// The action and the workflows.
fn files() -> Vec<PathBuf> {
    let mut files = vec![root().join("action.yml")];
    files.extend(fs::read_dir(root().join(".github/workflows")).expect("workflows").map(|e| e.expect("an entry").path()));
    files.sort();
    files
}

/// Every step of a file: of the action, or of all jobs of a workflow.
fn steps(file: &Value) -> Vec<Value> {
    let of = |v: &Value| v.get("steps").and_then(Value::as_sequence).cloned().unwrap_or_default();
    let jobs = file.get("jobs").and_then(Value::as_mapping);
    let mut steps: Vec<Value> = file.get("runs").map(of).unwrap_or_default();
    steps.extend(jobs.into_iter().flat_map(|jobs| jobs.values()).flat_map(of));
    steps
}

/// What one run of the action's last step printed and left.
struct Ran {
    code: i32,
    log: String,
    output: String,
    summary: String,
}

/// Runs the action's script with these inputs, in a directory that holds nothing but what the inputs name.
fn action(name: &str, inputs: &[(&str, &str)]) -> Ran {
    let action = yaml(&root().join("action.yml"));
    let step = steps(&action).pop().expect("the last step");
    let default = |input: &str| action["inputs"][input]["default"].as_str().unwrap_or_default().to_owned();
    let given: BTreeMap<&str, &str> = inputs.iter().copied().collect();
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join("action").join(name);
    let _ = fs::remove_dir_all(&scratch);
    fs::create_dir_all(&scratch).expect("a scratch directory");
    let mut command = Command::new("bash");
    command.args(["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"].as_str().expect("a script")]);
    for (variable, expression) in step["env"].as_mapping().expect("env") {
        let expression = expression.as_str().expect("an expression");
        let input = expression.strip_prefix("${{ inputs.").and_then(|e| e.strip_suffix(" }}")).expect("an input");
        let value = match input {
            "program" => env!("CARGO_BIN_EXE_hco-lint").to_owned(),
            _ => given.get(input).map_or_else(|| default(input), ToString::to_string),
        };
        command.env(variable.as_str().expect("a name"), value);
    }
    let output = command
        .env("RUNNER_TEMP", &scratch)
        .env("GITHUB_OUTPUT", scratch.join("output"))
        .env("GITHUB_STEP_SUMMARY", scratch.join("summary"))
        .env("CI", "true")
        .current_dir(root().join("fixtures/example"))
        .stdin(Stdio::null())
        .output()
        .expect("bash");
    let read = |file: &str| fs::read_to_string(scratch.join(file)).unwrap_or_default();
    let log = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    Ran { code: output.status.code().expect("an exit code"), log, output: read("output"), summary: read("summary") }
}

#[test]
fn the_action_says_what_it_found() {
    let sarif = Path::new(env!("CARGO_TARGET_TMPDIR")).join("action.sarif");
    let ran = action("findings", &[("sarif", sarif.to_str().expect("UTF-8"))]);
    assert_eq!(ran.code, 1, "{}", ran.log);
    assert_eq!(ran.output, "exit-code=1\n");
    let annotation = ran.log.lines().find(|l| l.starts_with("::warning file=fixtures/example/components/virtualization/hyperconverged.yaml,line=9,"));
    assert!(annotation.is_some(), "{}", ran.log);
    assert!(ran.summary.contains("multi-arch-images-disabled"), "{}", ran.summary);
    let sarif: serde_json::Value = serde_json::from_str(&fs::read_to_string(sarif).expect("a SARIF file")).expect("JSON");
    assert_eq!(sarif["runs"][0]["results"].as_array().expect("results").len(), 2);
    let lines: Vec<&str> = ran.log.lines().collect();
    let token = lines[0].strip_prefix("::stop-commands::").expect("commands stop before the report");
    let resumed = lines.iter().position(|l| *l == format!("::{token}::")).expect("commands resume");
    assert!(lines[1..resumed].iter().any(|l| l.starts_with("warning[multi-arch-images-disabled]")), "the report is in between");
}

#[test]
fn the_action_takes_facts_and_paths_by_the_line() {
    let ran = action("lines", &[("paths", "clusters/lab\nclusters/prod\n"), ("arch", "prod=amd64\nlab=amd64,arm64"), ("fail-on", "never")]);
    assert_eq!(ran.code, 0, "{}", ran.log);
    let annotations: Vec<&str> = ran.log.lines().filter(|l| l.starts_with("::warning file=")).collect();
    assert!(matches!(annotations[..], [one] if one.contains("affects: lab%0A")), "{annotations:?}");
}

#[test]
fn an_input_is_never_a_command() {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join("action-injected");
    let _ = fs::remove_file(&scratch);
    let payload = format!("$(touch {0}); `touch {0}`\"; touch {0} #", scratch.display());
    for input in ["paths", "config", "nodes", "arch", "diff-base", "fail-on", "min-confidence"] {
        let ran = action("injected", &[(input, &payload)]);
        assert_eq!(ran.code, 2, "{input}: {}", ran.log);
        assert_eq!(ran.output, "exit-code=2\n");
        assert!(!scratch.exists(), "{input} ran a command");
    }
    assert_eq!(action("option", &[("paths", "--list-files")]).code, 2, "a path is never an option");
}

#[test]
fn scripts_take_nothing_from_expressions() {
    for path in files() {
        for step in steps(&yaml(&path)) {
            let script = step.get("run").and_then(Value::as_str).unwrap_or_default();
            assert!(!script.contains("${{"), "{}: an expression in a script: {script}", path.display());
        }
    }
}

#[test]
fn other_actions_are_pinned_by_commit() {
    let mut seen = 0;
    for path in files() {
        for step in steps(&yaml(&path)) {
            let Some(uses) = step.get("uses").and_then(Value::as_str) else { continue };
            let pinned = uses.split_once('@').is_some_and(|(_, at)| at.len() == 40 && at.bytes().all(|b| b.is_ascii_hexdigit()));
            assert!(uses == "./" || pinned, "{}: {uses}", path.display());
            seen += 1;
        }
    }
    assert!(seen >= 5, "{seen} uses");
}

#[test]
fn workflows_start_without_permissions() {
    for path in files().iter().filter(|p| p.parent().is_some_and(|d| d.ends_with("workflows"))) {
        let permissions = &yaml(path)["permissions"];
        assert!(permissions.as_mapping().is_some_and(|p| p.is_empty()), "{}", path.display());
    }
}
