//! Suppressions as people run into them: what the program says of them, and that it says nothing where it could not know.

#[path = "support/scratch.rs"]
mod scratch;

use scratch::{Files, Scratch};
use serde_json::Value;
use std::process::Command;

const OFF: &str = "\
apiVersion: hco.kubevirt.io/v1
kind: HyperConverged
metadata:
  name: kubevirt-hyperconverged
  namespace: openshift-cnv
spec:
  workloadSources:
    enableMultiArchBootImageImport: false
";
const MIXED: &str = "clusters:\n- name: prod\n  nodeArchitectures: [amd64, arm64]\n";

fn repository(files: &[(&str, &str)]) -> Scratch {
    Scratch::new(&files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect::<Files>())
}

/// The rules of what is found on a day (seconds since 1970), and how many findings are suppressed.
fn rules(scratch: &Scratch, day: &str, arguments: &[&str]) -> (Vec<String>, u64) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hco-lint"));
    let output = command.args(["--format", "json"]).args(arguments).env("SOURCE_DATE_EPOCH", day).current_dir(&scratch.root).output();
    let output = output.expect("it runs");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let rules = report["findings"].as_array().expect("findings").iter().map(|f| f["rule"].as_str().expect("a rule").to_owned());
    (rules.collect(), report["summary"]["suppressed"].as_u64().expect("a number"))
}

#[test]
fn a_part_of_the_repository_says_nothing_of_entries() {
    let config = "\
clusters:
- {name: prod, nodeArchitectures: [amd64]}
- {name: dr, nodeArchitectures: [amd64]}
- {name: gone, nodeArchitectures: [amd64]}
ignore:
- {rule: multi-arch-images-disabled, paths: ['clusters/dr/**']}
- {paths: ['clusters/lab/**']}
exclude: ['archive/**']
";
    let comment = OFF.replace("false", "false # hco-lint: ignore[golden-image-without-source]");
    let on = [(".hco-lint.yaml", config), ("clusters/prod/hco.yaml", comment.as_str()), ("clusters/dr/hco.yaml", OFF)];
    let scratch = repository(&on);
    let unused = ["configuration-unused"; 4];
    let (whole, _) = rules(&scratch, "0", &[]);
    assert_eq!(whole, [unused.as_slice(), &["suppression-unused"]].concat(), "gone, two ignores and the glob");
    assert_eq!(rules(&scratch, "0", &["clusters/prod"]).0, [""; 0]);
    assert_eq!(rules(&scratch, "0", &["clusters/prod/hco.yaml"]).0, [""; 0]);
    // The entry without a rule may hide findings of the rules that are left out.
    assert_eq!(
        rules(&scratch, "0", &["--ignore", "multi-arch-images-disabled"]).0,
        ["configuration-unused", "configuration-unused", "suppression-unused"]
    );
    std::fs::write(scratch.root.join("clusters/prod/kustomization.yaml"), b"\xff").expect("a file");
    assert_eq!(rules(&scratch, "0", &[]).0, [""; 0], "a file that cannot be read may be what an entry is about");
}

#[test]
fn what_may_be_found_once_nodes_are_known_is_not_called_unused() {
    let config = "ignore:\n- {rule: multi-arch-images-disabled, paths: ['clusters/prod/**']}\n- {rule: multi-arch-images-disabled, paths: ['clusters/dr/**']}\n";
    let comment = OFF.replace("false", "false # hco-lint: ignore[golden-image-without-source]");
    let dump = |arch: &str| format!("apiVersion: v1\nkind: Node\nmetadata: {{name: a, labels: {{kubernetes.io/arch: {arch}}}}}\n");
    let nodes = dump("amd64") + "---\n" + &dump("amd64").replace("name: a", "name: b");
    let scratch = repository(&[
        (".hco-lint.yaml", config),
        ("clusters/prod/hco.yaml", &comment),
        ("clusters/dr/hco.yaml", OFF),
        ("clusters/dr/nodes.yaml", &nodes),
    ]);
    assert_eq!(rules(&scratch, "0", &[]).0, ["configuration-unused", "unknown-architectures"], "dr is known to need no exception");
    let found = rules(&scratch, "0", &["--arch", "prod=amd64"]).0;
    assert_eq!(found, ["configuration-unused", "configuration-unused", "suppression-unused"]);
}

#[test]
fn what_is_hidden_for_its_confidence_is_still_ignored() {
    let config = format!("{MIXED}minConfidence: high\nignore:\n- {{rule: multi-arch-images-disabled, reason: why}}\n");
    let scratch = repository(&[(".hco-lint.yaml", &config), ("clusters/prod/hco.yaml", OFF)]);
    assert_eq!(rules(&scratch, "0", &[]).0, [""; 0]);
}

#[test]
fn an_entry_holds_until_its_last_day() {
    let config = format!("{MIXED}ignore:\n- {{rule: multi-arch-images-disabled, expires: 2000-02-29}}\n");
    let scratch = repository(&[(".hco-lint.yaml", &config), ("clusters/prod/hco.yaml", OFF)]);
    let (last, next) = ("951868799", "951868800");
    assert_eq!(rules(&scratch, last, &[]), (Vec::new(), 1));
    let (found, suppressed) = rules(&scratch, next, &[]);
    assert_eq!((found.iter().map(String::as_str).collect::<Vec<_>>(), suppressed), (vec!["configuration-unused", "multi-arch-images-disabled"], 0));
    assert_eq!(rules(&scratch, next, &["clusters/prod"]).0.len(), 2, "a day that has passed has passed for every part");
}

#[test]
fn sarif_has_what_is_left_alone_only_when_asked() {
    let config = format!("{MIXED}- {{name: dr, nodeArchitectures: [amd64, arm64]}}\nignore:\n- {{paths: ['clusters/dr/**'], reason: no images}}\n");
    let comment = OFF.replace("false", "false # hco-lint: ignore[multi-arch-images-disabled] no machines yet");
    let scratch = repository(&[(".hco-lint.yaml", &config), ("clusters/prod/hco.yaml", &comment), ("clusters/dr/hco.yaml", OFF)]);
    let suppressions = |arguments: &[&str]| -> Vec<Value> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hco-lint"));
        let output = command.args(["--format", "sarif"]).args(arguments).current_dir(&scratch.root).output().expect("it runs");
        let log: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let results = log["runs"][0]["results"].as_array().expect("results");
        results.iter().map(|r| r["suppressions"][0].clone()).collect()
    };
    assert_eq!(suppressions(&[]), [Value::Null; 0]);
    let listed = suppressions(&["--sarif-suppressed"]);
    let said: Vec<(&str, &str)> = listed.iter().filter_map(|s| Some((s["kind"].as_str()?, s["justification"].as_str()?))).collect();
    assert_eq!(said, [("external", "no images"), ("inSource", "no machines yet")]);
}
