//! `--changed`: what rests on changed files, and what was not there before them.

use crate::repository::{Repository, isolated};
use crate::support::{Ran, ran};
use std::process::Command;

const BASE: &str = "components/virtualization/hyperconverged.yaml";

/// The example where `prod` has no arm64 nodes yet, and `edge` has its old finding.
fn repository() -> Repository {
    let repository = Repository::of("fixtures/example");
    repository.remove("clusters/prod/workers-arm64.yaml");
    repository.edit("clusters/prod/kustomization.yaml", "  - workers-arm64.yaml\n", "");
    repository.commit();
    repository
}

fn arm64_in_prod(repository: &Repository) {
    let machines = std::fs::read_to_string(repository.root().join("clusters/edge/workers-arm64.yaml")).expect("a file");
    repository.write("clusters/prod/workers-arm64.yaml", &machines.replace("edge-t82vq", "prod-4kx9z"));
    repository.edit("clusters/prod/kustomization.yaml", "workers-amd64.yaml", "workers-amd64.yaml\n  - workers-arm64.yaml");
}

fn changed(repository: &Repository, paths: &[&str]) -> Ran {
    let arguments: Vec<&str> = ["--changed"].iter().chain(paths).copied().collect();
    repository.lint(&arguments)
}

/// The rules of what is reported.
fn rules(ran: &Ran) -> Vec<&str> {
    ran.out.lines().filter_map(|l| l.split_once('[')?.1.split_once(']')).map(|(rule, _)| rule).collect()
}

#[test]
fn a_new_machine_set_shows_the_untouched_base_that_becomes_wrong() {
    let repository = repository();
    arm64_in_prod(&repository);
    for paths in [
        &["clusters/prod/workers-arm64.yaml", "clusters/prod/kustomization.yaml"][..],
        &["clusters/prod/workers-arm64.yaml"],
        &["clusters/prod"],
        &["./clusters//prod/workers-arm64.yaml"],
    ] {
        let ran = changed(&repository, paths);
        assert!(ran.out.starts_with(&format!("{BASE}:9:5: warning[multi-arch-images-disabled]")), "{paths:?}: {} {}", ran.out, ran.err);
        assert_eq!((ran.out.lines().count(), ran.code), (1, 1), "{paths:?}: {}", ran.out);
    }
    let below = repository.lint_in("clusters/prod", &["--changed", "workers-arm64.yaml"]);
    assert_eq!((rules(&below), below.code), (vec!["multi-arch-images-disabled"], 1), "{}", below.err);
}

#[test]
fn old_findings_are_shown_where_their_files_are_touched() {
    let repository = repository();
    assert_eq!(changed(&repository, &["clusters/prod/kustomization.yaml"]).out, "");
    assert_eq!(changed(&repository, &[]).code, 0);
    let ran = changed(&repository, &["clusters/edge/virtualization.yaml"]);
    assert_eq!((rules(&ran), ran.code), (vec!["golden-image-no-architectures"], 1));
    // As evidence, and through a link.
    arm64_in_prod(&repository);
    repository.commit();
    assert_eq!(rules(&changed(&repository, &["clusters/prod/workers-amd64.yaml"])), ["multi-arch-images-disabled"]);
    std::os::unix::fs::symlink("clusters/prod/workers-amd64.yaml", repository.root().join("link.txt")).expect("a link");
    assert_eq!(rules(&changed(&repository, &["link.txt"])), ["multi-arch-images-disabled"]);
    let all = repository.git(&["ls-files"]);
    assert_eq!(rules(&changed(&repository, &all.lines().collect::<Vec<_>>())).len(), 2);
}

#[test]
fn what_a_change_takes_away_is_seen() {
    let repository = repository();
    arm64_in_prod(&repository);
    let patch = "patches:\n  - patch: |-\n      - op: replace\n        path: /spec/featureGates/enableMultiArchBootImageImport\n        value: true\n    \
                 target: {kind: HyperConverged}\n";
    let kustomization = std::fs::read_to_string(repository.root().join("clusters/prod/kustomization.yaml")).expect("a file");
    repository.write("clusters/prod/kustomization.yaml", &format!("{kustomization}{patch}"));
    repository.commit();
    assert_eq!(repository.lint(&["--ignore", "golden-image-no-architectures"]).code, 0);
    // A line that is gone is in no place of the finding.
    repository.write("clusters/prod/kustomization.yaml", &kustomization);
    assert_eq!(rules(&changed(&repository, &["clusters/prod/kustomization.yaml"])), ["multi-arch-images-disabled"]);
    // A file that is gone cannot be named at all.
    repository.write(".hco-lint.yaml", "clusters: [{name: prod, nodeArchitectures: [amd64]}]\n");
    repository.commit();
    repository.remove(".hco-lint.yaml");
    assert_eq!(rules(&changed(&repository, &[])), ["multi-arch-images-disabled"]);
    repository.git(&["add", "--all"]);
    assert_eq!(rules(&changed(&repository, &[])), ["multi-arch-images-disabled"], "staged");
    repository.commit();
    assert_eq!(changed(&repository, &[]).code, 0, "committed");
}

#[test]
fn untracked_files_are_no_part_of_the_change() {
    let repository = repository();
    repository.write("clusters/try/hyperconverged.yaml", "apiVersion: hco.kubevirt.io/v1beta1\nkind: HyperConverged\nmetadata: {name: other}\n");
    assert_eq!(changed(&repository, &["clusters/prod/kustomization.yaml"]).out.lines().filter(|l| l.contains('[')).count(), 0);
    assert_eq!(rules(&changed(&repository, &["clusters/try/hyperconverged.yaml"])), ["hyperconverged-name"]);
}

#[test]
fn a_new_file_counts_whatever_its_name() {
    let repository = repository();
    // The hook is given names of YAML and JSON only.
    repository.write("clusters/prod/pool.txt", &std::fs::read_to_string(repository.root().join("clusters/edge/workers-arm64.yaml")).expect("a file"));
    repository.edit("clusters/prod/pool.txt", "edge-t82vq", "prod-4kx9z");
    repository.edit("clusters/prod/kustomization.yaml", "workers-amd64.yaml", "workers-amd64.yaml\n  - pool.txt");
    assert_eq!(changed(&repository, &["clusters/prod/kustomization.yaml"]).out, "");
    repository.git(&["add", "clusters/prod/pool.txt"]);
    assert_eq!(rules(&changed(&repository, &["clusters/prod/kustomization.yaml"])), ["multi-arch-images-disabled"]);
}

#[test]
fn before_the_first_commit_nothing_was_there() {
    let repository = repository();
    repository.git(&["checkout", "--quiet", "--orphan", "fresh"]);
    assert_eq!(rules(&changed(&repository, &["clusters/lab/kustomization.yaml"])), ["golden-image-no-architectures"], "everything is staged");
    repository.git(&["rm", "-r", "--quiet", "--cached", "clusters/edge"]);
    assert_eq!(rules(&changed(&repository, &["clusters/lab/kustomization.yaml"])), [""; 0]);
    assert_eq!(rules(&changed(&repository, &["clusters/edge/virtualization.yaml"])), ["golden-image-no-architectures"]);
}

#[test]
fn commits_are_compared_with_where_they_left() {
    let repository = repository();
    let before = repository.git(&["rev-parse", "HEAD"]);
    repository.write(".hco-lint.yaml", "clusters: [{name: prod, nodeArchitectures: [amd64, arm64]}]\n");
    repository.commit();
    repository.git(&["checkout", "--quiet", "-b", "other", &before]);
    repository.edit("clusters/edge/virtualization.yaml", "- metadata:", "- metadata: # edited");
    repository.commit();
    let lint = |from: &str, arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hco-lint"));
        isolated(command.args(["--format", "concise", "--changed"]).args(arguments).current_dir(repository.root()));
        ran(command.env("PRE_COMMIT_FROM_REF", from).env("PRE_COMMIT_TO_REF", "HEAD"))
    };
    // What main has by now is no loss of this branch.
    assert_eq!(lint("main", &[]).out, "");
    assert_eq!(rules(&lint("main", &["--diff-base", "main", "clusters/lab"])), [""; 0]);
    repository.git(&["checkout", "--quiet", "main"]);
    assert_eq!(rules(&lint("other", &[])), ["multi-arch-images-disabled"]);
    assert_eq!(rules(&lint("other", &["--diff-base", "HEAD"])), [""; 0], "the option decides");
    assert_eq!(lint("nowhere", &[]).code, 2);
}

#[test]
fn only_names_in_a_repository_make_sense() {
    let repository = repository();
    assert!(changed(&repository, &["-"]).err.contains("--changed takes the names of changed files"));
    std::fs::remove_dir_all(repository.root().join(".git")).expect("it is gone");
    let mut command = Command::new(env!("CARGO_BIN_EXE_hco-lint"));
    let ran = ran(isolated(command.args(["--changed", BASE]).current_dir(repository.root())));
    assert!(ran.code == 2 && ran.err.ends_with(" is not in a Git repository\n"), "{}", ran.err);
}
