//! Paths as people write them: odd ones are refused by name, and where the program is started changes nothing but how paths are shown.

use crate::repository::Repository;
use crate::support::{Ran, hco_lint, ran_with};
use serde_json::Value;
use std::collections::BTreeSet;
use std::process::Command;

#[test]
fn what_cannot_be_read_is_refused_as_it_was_written() {
    let repository = Repository::of("fixtures/example");
    assert!(Command::new("mkfifo").arg(repository.root().join("pipe")).status().expect("it runs").success());
    for option in ["--config", "--nodes", "--baseline"] {
        for (path, why) in [
            (".", "it is a directory"),
            ("/", "it is a directory"),
            ("clusters/", "it is a directory"),
            ("pipe", "it is not a regular file"),
            ("gone", "No such file or directory"),
            ("gone/", "No such file or directory"),
            ("clusters/prod/kustomization.yaml/", "Not a directory"),
        ] {
            let ran = hco_lint(repository.root(), &[option, path]);
            assert!(ran.err.starts_with(&format!("hco-lint: {path}: {why}")), "{option} {path}: {}", ran.err);
            assert_eq!((ran.out.as_str(), ran.code), ("", 2), "{option} {path}");
        }
    }
    for (arguments, err) in [
        (["--write-baseline", "pipe"], "hco-lint: pipe: it is not a regular file; no baseline was written\n"),
        (["--write-baseline", "clusters"], "hco-lint: clusters: it is not a regular file; no baseline was written\n"),
    ] {
        let ran = hco_lint(repository.root(), &arguments);
        assert_eq!((ran.err.as_str(), ran.code), (err, 4), "{arguments:?}");
    }
    let ran = hco_lint(repository.root(), &["--output", "json="]);
    assert!(ran.err.contains("write it like json=report.json") && ran.code == 2, "{}", ran.err);
}

#[test]
fn what_a_failed_command_left_is_no_inventory() {
    let repository = Repository::of("fixtures/example");
    let no_node = "it holds no Node: is it the output of `kubectl get nodes -o yaml`?";
    let status = "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"code\":401}\n";
    let pods = "apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Pod}]\n";
    let node =
        "apiVersion: v1\nkind: Node\nmetadata: {name: a, labels: {node-role.kubernetes.io/worker: ''}}\nstatus: {nodeInfo: {architecture: amd64}}\n";
    let broken = format!("{node}---\nkind: [\n");
    for (text, why) in [
        ("", no_node),
        ("# nothing\n", no_node),
        ("error: You must be logged in to the server (Unauthorized)\n", no_node),
        ("<!DOCTYPE html>\n<html></html>\n", no_node),
        (status, no_node),
        (pods, no_node),
        (&broken, "line 6: this is not valid YAML"),
    ] {
        repository.write("inventory", text);
        let ran = hco_lint(repository.root(), &["--nodes", "prod=inventory"]);
        assert!(ran.err.starts_with(&format!("hco-lint: inventory: {why}")), "{text}: {}", ran.err);
        assert_eq!((ran.out.as_str(), ran.code), ("", 2), "{text}");
    }
    // A cluster may have no nodes yet.
    for text in [
        "apiVersion: v1\nkind: List\nitems: []\n",
        "apiVersion: v1\nkind: NodeList\nitems:\n",
        "[]\n",
        &format!("[{{{}}}]\n", node.trim().replace('\n', ", ")),
    ] {
        repository.write("inventory", text);
        assert_eq!(hco_lint(repository.root(), &["--nodes", "prod=inventory"]).err, "", "{text}");
    }
    // A manifest that only labels a node does not say what it is.
    repository.write("inventory", &node.replace("status: {nodeInfo: {architecture: amd64}}\n", ""));
    let ran = hco_lint(repository.root(), &["--nodes", "prod=inventory"]);
    assert!(ran.out.contains("node architectures are unknown for prod"), "{}", ran.out);
    repository.write("inventory", "");
    repository.write(".hco-lint.yaml", "clusters:\n- {name: prod, nodes: inventory}\n");
    let ran = repository.lint(&[]);
    assert_eq!((ran.err, ran.code), (format!(".hco-lint.yaml:2:23: `inventory`: {no_node}\n"), 2));
}

#[test]
fn a_directory_is_not_what_stands_on_standard_input() {
    let repository = Repository::of("fixtures/example");
    let given = |path: &str| -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hco-lint"));
        ran_with(command.args(["--stdin-filename", path]).current_dir(repository.root()), "kind: HyperConverged\n")
    };
    for path in [".", "/", "clusters/", "clusters/prod/kustomization.yaml/", "clusters/prod/kustomization.yaml/x"] {
        let ran = given(path);
        assert!(ran.err.starts_with(&format!("hco-lint: {path}: ")) && ran.code == 2, "{path}: {}{}", ran.err, ran.out);
    }
}

#[test]
fn a_file_that_the_configuration_names_is_refused_where_it_is_named() {
    let repository = Repository::of("fixtures/example");
    repository.write(".hco-lint.yaml", "baseline: known.yaml\n");
    let ran = repository.lint(&[]);
    assert_eq!((ran.err.as_str(), ran.code), (".hco-lint.yaml:1:11: `known.yaml`: No such file or directory (os error 2)\n", 2));
    repository.write(".hco-lint.yaml", "clusters:\n  - name: prod\n    nodes: clusters\n");
    let ran = repository.lint_in("clusters/prod", &[]);
    assert_eq!((ran.err.as_str(), ran.code), ("../../.hco-lint.yaml:3:12: `clusters`: it is a directory\n", 2));
}

/// Fingerprints, and paths as GitHub is told of them.
fn known_by(repository: &Repository, directory: &str, path: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let log: Value = serde_json::from_str(&repository.lint_in(directory, &["--format", "sarif", path]).out).expect("JSON");
    let results = log["runs"][0]["results"].as_array().expect("results");
    let texts = |pointer: &str| results.iter().map(|r| r.pointer(pointer).and_then(Value::as_str).expect("a text").to_owned()).collect();
    (texts("/partialFingerprints/hcoLint~1v1"), texts("/locations/0/physicalLocation/artifactLocation/uri"))
}

#[test]
fn findings_are_known_by_the_same_paths_wherever_the_program_is_started() {
    let repository = Repository::of("fixtures/example");
    let from_root = known_by(&repository, "", ".");
    assert_eq!(from_root.1, ["clusters/edge/virtualization.yaml", "components/virtualization/hyperconverged.yaml"].map(str::to_owned).into());
    assert_eq!(known_by(&repository, "clusters", "."), from_root, "of a base beside the linted directory");
    assert_eq!(known_by(&repository, "clusters", ".."), from_root, "below the linted directory");
    let name = repository.root().file_name().and_then(|n| n.to_str()).expect("a name");
    assert_eq!(known_by(&repository, "..", name), from_root, "above the repository");
}
