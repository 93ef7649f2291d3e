//! `--diff-base`: what is new since a revision.

use crate::repository::{Repository, git, isolated};
use crate::support::{Ran, ran};
use std::path::Path;
use std::process::Command;

/// The example with arm64 nodes for `lab` too, which nobody has committed yet.
fn with_arm64_in_lab() -> Repository {
    let repository = Repository::of("fixtures/example");
    let machines = std::fs::read_to_string(repository.root().join("clusters/prod/workers-arm64.yaml")).expect("a file");
    repository.write("clusters/lab/workers-arm64.yaml", &machines.replace("prod-4kx9z", "lab-9wq3n"));
    repository.edit("clusters/lab/kustomization.yaml", "workers-amd64.yaml", "workers-amd64.yaml\n  - workers-arm64.yaml");
    repository
}

const GREW: &str = "hyperconverged.yaml:9:5: warning[multi-arch-images-disabled] golden images are imported for one architecture only, \
                    but virtual machines may run on nodes of several (lab, prod)\n";

#[test]
fn nothing_is_new_where_nothing_changed() {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/repositories");
    let mut known = 0;
    for path in crate::tree::directories(&fixtures) {
        let repository = Repository::of(&format!("fixtures/repositories/{}", path.file_name().expect("a name").to_string_lossy()));
        let ran = repository.lint(&["--diff-base", "HEAD", "--min-confidence", "low", "--format", "json"]);
        let report: serde_json::Value = serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{path:?}: {e}: {}", ran.err));
        assert_eq!(report["findings"].as_array().map(Vec::len), Some(0), "{path:?}: {}", ran.out);
        assert_ne!(ran.code, 1, "{path:?}");
        assert_eq!(ran.err, "", "{path:?}");
        known += report["summary"]["outside"].as_u64().expect("a number");
    }
    assert!(known > 20, "{known} findings were known");
}

#[test]
fn a_finding_that_reaches_one_more_cluster_is_new() {
    let repository = with_arm64_in_lab();
    let ran = repository.lint(&["--diff-base", "HEAD"]);
    assert_eq!((ran.out, ran.code), (format!("components/virtualization/{GREW}"), 1));
    let human = repository.lint(&["--diff-base", "HEAD", "--format", "human"]).out;
    assert!(human.contains("= note: it was there before, but not for lab\n"), "{human}");
    assert!(human.ends_with("not shown: 1 finding outside the change\n"), "{human}");
    repository.commit();
    assert_eq!(repository.lint(&["--diff-base", "HEAD"]).code, 0);
    assert_eq!(repository.lint(&["--diff-base", "HEAD^"]).code, 1);
    assert_eq!(repository.lint(&["--diff-base", "main~1"]).code, 1);
}

#[test]
fn where_it_is_run_makes_no_difference() {
    let repository = with_arm64_in_lab();
    for (directory, paths, shown) in [
        ("", &["clusters"][..], "components/virtualization/"),
        ("", &["clusters/lab", "clusters/prod"], "components/virtualization/"),
        ("clusters", &[], "../components/virtualization/"),
        ("clusters/lab", &["../.."], "components/virtualization/"),
        ("clusters/edge", &["../lab", "../prod"], "../components/virtualization/"),
    ] {
        let arguments: Vec<&str> = ["--diff-base", "HEAD"].iter().chain(paths).copied().collect();
        let ran = repository.lint_in(directory, &arguments);
        assert_eq!((ran.out, ran.code), (format!("{shown}{GREW}"), 1), "{directory} {paths:?} {}", ran.err);
        repository.git(&["stash", "--quiet", "--include-untracked"]);
        let before = repository.lint_in(directory, &arguments);
        assert_eq!((before.out.as_str(), before.code), ("", 0), "{directory} {paths:?} {}", before.err);
        repository.git(&["stash", "pop", "--quiet"]);
    }
    let root = repository.root().to_str().expect("UTF-8");
    for directory in [Path::new("/"), std::env::temp_dir().as_path(), Path::new(env!("CARGO_MANIFEST_DIR"))] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hco-lint"));
        let ran = ran(isolated(command.args(["--format", "concise", "--diff-base", "HEAD", root]).current_dir(directory)));
        assert!(ran.out.ends_with(GREW) && ran.out.lines().count() == 1, "{directory:?}: {} {}", ran.out, ran.err);
    }
}

#[test]
fn untracked_files_are_new_and_the_work_tree_is_left_alone() {
    let repository = Repository::of("fixtures/example");
    repository.write("clusters/new/hyperconverged.yaml", "apiVersion: hco.kubevirt.io/v1beta1\nkind: HyperConverged\nmetadata: {name: other}\n");
    let before = repository.git(&["status", "--porcelain"]);
    let ran = repository.lint(&["--diff-base", "HEAD"]);
    assert!(ran.out.starts_with("clusters/new/hyperconverged.yaml:3:18: error[hyperconverged-name]"), "{}", ran.out);
    assert!(!ran.out.contains("multi-arch"), "{}", ran.out);
    assert_eq!(repository.git(&["status", "--porcelain"]), before);
}

#[test]
fn a_revision_that_cannot_be_had_is_a_usage_error() {
    let repository = Repository::of("fixtures/example");
    let said = |revision: &str| {
        let ran = repository.lint(&[&format!("--diff-base={revision}")]);
        assert_eq!((ran.out.as_str(), ran.code), ("", 2), "{revision}");
        ran.err
    };
    assert_eq!(said("nowhere"), "hco-lint: there is no revision `nowhere` in this repository\n");
    assert_eq!(said("--help"), "hco-lint: `--help` is no revision\n");
    assert_eq!(said(""), "hco-lint: `` is no revision\n");
    for odd in ["HEAD:clusters", "HEAD..HEAD", "^HEAD", "HEAD HEAD"] {
        assert_eq!(said(odd), format!("hco-lint: there is no revision `{odd}` in this repository\n"));
    }
    assert!(said("HEAD^{tree}").contains("expected commit type"));
    let stream = repository.lint(&["--diff-base", "HEAD", "-"]);
    assert!(stream.code == 2 && stream.err.contains("standard input has no earlier revision"), "{}", stream.err);

    repository.commit();
    let url = format!("file://{}", repository.root().display());
    let shallow = repository.temporary().join("shallow");
    git(&std::env::temp_dir(), &["clone", "--quiet", "--depth", "1", &url, shallow.to_str().expect("UTF-8")]);
    let first = repository.git(&["rev-parse", "HEAD^"]);
    let lint = |revision: &str| ran(isolated(Command::new(env!("CARGO_BIN_EXE_hco-lint")).args(["--diff-base", revision]).current_dir(&shallow)));
    let missing = lint(&first);
    assert_eq!(missing.code, 2);
    assert!(missing.err.contains("is not in this shallow clone: fetch it first, with `git fetch --depth 1 origin"), "{}", missing.err);
    git(&shallow, &["fetch", "--quiet", "--depth", "1", "origin", &first]);
    assert_eq!(lint(&first).code, 0, "once it is fetched");
    std::fs::remove_dir_all(repository.temporary()).expect("it is gone");

    std::fs::remove_dir_all(repository.root().join(".git")).expect("it is gone");
    let ran = ran(isolated(Command::new(env!("CARGO_BIN_EXE_hco-lint")).args(["--diff-base", "HEAD"]).current_dir(repository.root())));
    assert_eq!(ran.code, 2);
    assert!(ran.err.ends_with(" is not in a Git repository\n"), "{}", ran.err);
}

#[test]
fn an_earlier_configuration_that_is_wrong_makes_everything_new() {
    let repository = Repository::of("fixtures/example");
    repository.write(".hco-lint.yaml", "rule: {}\n");
    repository.commit();
    repository.write(".hco-lint.yaml", "rules: {}\n");
    let ran = repository.lint(&["--diff-base", "HEAD"]);
    assert_eq!((ran.code, ran.out.lines().count()), (1, 2));
    let why = ".hco-lint.yaml:1:1: the configuration has no key `rule`; did you mean `rules`?";
    assert_eq!(ran.err, format!("hco-lint: the revision before cannot be linted ({why}): everything counts as new\n"));
}

#[test]
fn each_revision_is_judged_by_its_own_configuration() {
    let repository = Repository::of("fixtures/example");
    repository.write(".hco-lint.yaml", "rules: {multi-arch-images-disabled: off}\n");
    repository.commit();
    repository.remove(".hco-lint.yaml");
    let ran = repository.lint(&["--diff-base", "HEAD"]);
    assert!(ran.out.contains("multi-arch-images-disabled") && ran.out.lines().count() == 1, "{}", ran.out);
}

#[test]
fn facts_from_the_command_line_hold_for_both() {
    let repository = Repository::of("fixtures/example");
    let ran = repository.lint(&["--diff-base", "HEAD", "--arch", "lab=amd64,arm64"]);
    assert_eq!((ran.out.as_str(), ran.code), ("", 0), "{}", ran.err);
    repository.write("dumps/lab.yaml", &node("amd64"));
    repository.commit();
    repository.write("dumps/lab.yaml", &format!("{}---\n{}", node("amd64"), node("arm64")));
    let ran = repository.lint(&["--diff-base", "HEAD", "--nodes", "lab=dumps/lab.yaml"]);
    assert!(ran.out.contains(GREW) && ran.code == 1, "a dump that changed: {} {}", ran.out, ran.err);
}

#[test]
fn what_the_revision_names_leaves_out_and_links_is_read_as_it_was() {
    let repository = Repository::of("fixtures/example");
    // Named by the configuration, in a directory of its own.
    repository.write(".hco-lint.yaml", "clusters:\n  - name: lab\n    nodes: inventory/../inventory/lab.yaml\nexclude: [archive/**]\n");
    repository.write("inventory/lab.yaml", &format!("{}---\n{}", node("amd64"), node("arm64")));
    let bad = "apiVersion: hco.kubevirt.io/v1beta1\nkind: HyperConverged\nmetadata: {name: other}\n";
    for (path, text) in [
        ("archive/hco.yaml", bad),
        ("kept/hco.yaml", bad),
        ("kept/deep/hco.yaml", bad),
        ("own/hco.yaml", bad),
        (".gitignore", "kept/*\n!kept/deep/\n"),
        ("own/.ignore", "/*.yaml\n"),
    ] {
        repository.write(path, text);
    }
    repository.git(&["add", "--all", "--force"]);
    repository.commit();
    let names = |ran: &Ran| -> Vec<String> { ran.out.lines().map(|l| l.split(':').next().unwrap_or_default().to_owned()).collect() };
    for (directory, paths) in [("", &[][..]), ("inventory", &[".."]), ("", &["clusters", "kept"])] {
        let arguments: Vec<&str> = ["-q", "--diff-base", "HEAD"].iter().chain(paths).copied().collect();
        let same = repository.lint_in(directory, &arguments);
        assert_eq!((same.out.as_str(), same.err.as_str(), same.code), ("", "", 0), "{directory} {paths:?}");
    }

    // What no longer is left out was not found before.
    repository.write(".hco-lint.yaml", "clusters:\n  - name: lab\n    nodes: inventory/lab.yaml\n");
    repository.write(".gitignore", "");
    repository.remove("own/.ignore");
    repository.remove("kept/deep/hco.yaml");
    let ran = repository.lint(&["-q", "--diff-base", "HEAD", "--select", "hyperconverged-name"]);
    assert_eq!(names(&ran), ["archive/hco.yaml", "kept/hco.yaml", "own/hco.yaml"], "{}", ran.err);

    // Links lead where they led.
    repository.commit();
    repository.remove("components/virtualization/hyperconverged.yaml");
    std::fs::create_dir(repository.root().join("shared")).expect("a directory");
    let text = repository.git(&["show", "HEAD:components/virtualization/hyperconverged.yaml"]);
    repository.write("shared/hyperconverged.txt", &format!("{text}\n"));
    let link = repository.root().join("components/virtualization/hyperconverged.yaml");
    std::os::unix::fs::symlink("../../shared/hyperconverged.txt", link).expect("a link");
    repository.commit();
    let ran = repository.lint(&["-q", "--diff-base", "HEAD"]);
    assert_eq!((ran.out.as_str(), ran.err.as_str(), ran.code), ("", "", 0));
    repository.edit("shared/hyperconverged.txt", "name: kubevirt-hyperconverged", "name: another");
    let ran = repository.lint(&["-q", "--diff-base", "HEAD", "--select", "hyperconverged-name"]);
    assert_eq!(names(&ran), ["components/virtualization/hyperconverged.yaml"], "{}", ran.err);
}

#[test]
fn a_moved_file_brings_nothing_new_and_a_copy_does() {
    let repository = Repository::of("fixtures/example");
    let text = std::fs::read_to_string(repository.root().join("components/virtualization/hyperconverged.yaml")).expect("a file");
    repository.edit("components/virtualization/kustomization.yaml", "hyperconverged.yaml", "kubevirt/hco.yaml");
    repository.write("components/virtualization/kubevirt/hco.yaml", &text);
    let copied = repository.lint(&["-q", "--diff-base", "HEAD"]);
    assert!(copied.out.starts_with("components/virtualization/kubevirt/hco.yaml:9:5: warning[multi-arch-images-disabled]"), "{}", copied.out);
    repository.remove("components/virtualization/hyperconverged.yaml");
    let moved = repository.lint(&["-q", "--diff-base", "HEAD"]);
    assert_eq!((moved.out.as_str(), moved.err.as_str(), moved.code), ("", "", 0));
}

#[test]
fn what_cannot_be_read_in_the_revision_says_so_there_too() {
    let repository = Repository::of("fixtures/example");
    std::fs::create_dir(repository.root().join("wide")).expect("a directory");
    std::fs::write(repository.root().join("wide/hco.yaml"), b"\xff\xfek\0i\0").expect("a file");
    repository.commit();
    let ran = repository.lint(&["--diff-base", "HEAD"]);
    assert!(
        ran.err.is_empty() && ran.out.contains("wide/hco.yaml:1:1: not seen: could not be read: it is UTF-16") && ran.code == 4,
        "{}{}",
        ran.out,
        ran.err
    );
}

fn node(arch: &str) -> String {
    let labels = format!("{{kubernetes.io/arch: {arch}, node-role.kubernetes.io/worker: \"\"}}");
    format!("apiVersion: v1\nkind: Node\nmetadata:\n  name: {arch}\n  labels: {labels}\nstatus: {{nodeInfo: {{architecture: {arch}}}}}\n")
}

#[test]
fn nothing_that_a_repository_says_is_run() {
    let repository = with_arm64_in_lab();
    let mark = repository.root().join(".git/ran");
    let touch = format!("touch {}", mark.display());
    for key in [
        "alias.rev-parse",
        "alias.ls-tree",
        "alias.cat-file",
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "core.gitProxy",
        "diff.external",
        "diff.all.textconv",
        "diff.all.command",
        "filter.all.smudge",
        "filter.all.clean",
        "filter.all.process",
        "pager.cat-file",
        "pager.ls-tree",
        "uploadpack.packObjectsHook",
        "credential.helper",
    ] {
        let value = if key.starts_with("alias.") { format!("!{touch}") } else { touch.clone() };
        repository.git(&["config", key, &value]);
    }
    let hooks = repository.root().join(".git/own-hooks");
    std::fs::create_dir_all(&hooks).expect("a directory");
    for hook in ["post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman"] {
        std::fs::write(hooks.join(hook), format!("#!/bin/sh\n{touch}\n")).expect("a hook");
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(hooks.join(hook), mode).expect("a mode");
    }
    repository.git(&["config", "core.hooksPath", hooks.to_str().expect("UTF-8")]);
    repository.write(".gitattributes", "* filter=all diff=all export-ignore export-subst\n");
    assert_eq!(repository.lint(&["--diff-base", "HEAD"]).code, 1);
    assert!(!mark.exists(), "something was run");

    // A partial clone without an object asks its remote for it; here the remote is a command.
    let blob = repository.git(&["rev-parse", "HEAD:clusters/lab/workers-amd64.yaml"]);
    let (directory, file) = blob.split_at(2);
    repository.remove(&format!(".git/objects/{directory}/{file}"));
    for (key, value) in [
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("remote.origin.url", &format!("ext::sh -c \"{touch}\"")),
        ("remote.origin.uploadpack", &touch),
        ("protocol.ext.allow", "always"),
        ("core.repositoryFormatVersion", "1"),
    ] {
        repository.git(&["config", key, value]);
    }
    for url in [format!("ext::sh -c \"{touch}\""), "ssh://nowhere.invalid/x".to_owned(), repository.root().display().to_string()] {
        repository.git(&["config", "remote.origin.url", &url]);
        let ran = repository.lint(&["--diff-base", "HEAD"]);
        assert_eq!((ran.out.as_str(), ran.code), ("", 2), "{url}: {}", ran.err);
        assert!(!mark.exists(), "{url}: something was run");
    }
}

#[test]
fn variables_that_name_another_repository_are_not_followed() {
    let repository = with_arm64_in_lab();
    let other = Repository::of("fixtures/repositories/flat");
    let mut command = Command::new(env!("CARGO_BIN_EXE_hco-lint"));
    isolated(command.args(["--format", "concise", "--diff-base", "HEAD"]).current_dir(repository.root()));
    let ran = ran(command.env("GIT_DIR", other.root().join(".git")).env("GIT_WORK_TREE", other.root()).env("GIT_INDEX_FILE", "/nowhere"));
    assert_eq!((ran.out, ran.code), (format!("components/virtualization/{GREW}"), 1), "{}", ran.err);
}

/// Makes a commit of a tree given as `git mktree` reads it, which any bytes can be.
fn commit_of(repository: &Repository, tree: &str) -> String {
    repository.write(".git/tree", tree);
    let tree = repository.git(&["-c", "alias.make=!git mktree <.git/tree", "make"]);
    repository.git(&["commit-tree", "-m", "crafted", &tree])
}

#[test]
fn a_crafted_commit_writes_nowhere_else() {
    let repository = Repository::of("fixtures/example");
    let outside = repository.root().join(".git/outside");
    std::fs::create_dir_all(&outside).expect("a directory");
    let blob = repository.git(&["rev-parse", "HEAD:clusters/lab/kustomization.yaml"]);
    repository.write(".git/link", outside.to_str().expect("UTF-8"));
    let link = repository.git(&["hash-object", "-w", ".git/link"]);
    let inner = repository.git(&["rev-parse", "HEAD:clusters/lab"]);
    for (tree, says) in [
        (format!("100644 blob {blob}\t..\n"), "holds the path `..`, which cannot be written"),
        (format!("100644 blob {blob}\t.GIT\n"), "holds the path `.GIT`, which cannot be written"),
        (format!("040000 tree {inner}\t..\n"), "which cannot be written"),
        (format!("120000 blob {link}\ta\n040000 tree {inner}\ta\n"), "holds a file above `a/"),
    ] {
        let commit = commit_of(&repository, &tree);
        let ran = repository.lint(&["--diff-base", &commit]);
        assert!(ran.code == 2 && ran.err.contains(says), "{tree}: {}", ran.err);
    }
    let harmless = commit_of(&repository, &format!("120000 blob {link}\tA\n040000 tree {inner}\ta\n"));
    assert_eq!(repository.lint(&["--diff-base", &harmless]).code, 1);
    assert_eq!(std::fs::read_dir(&outside).expect("a directory").count(), 0);
}
