//! `--stdin-filename`: what an editor has not saved yet, in its place in the repository.

use crate::repository::{Repository, isolated};
use crate::support::{Ran, ran_with};
use std::process::Command;

const BASE: &str = "components/virtualization/hyperconverged.yaml";

fn lint(repository: &Repository, directory: &str, arguments: &[&str], text: &str) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hco-lint"));
    isolated(command.args(["--format", "concise"]).args(arguments).current_dir(repository.root().join(directory)));
    ran_with(&mut command, text)
}

fn read(repository: &Repository, path: &str) -> String {
    std::fs::read_to_string(repository.root().join(path)).expect("a file")
}

#[test]
fn the_unsaved_text_decides() {
    let repository = Repository::of("fixtures/example");
    let on = read(&repository, BASE).replace("Import: false", "Import: true");
    for (directory, name, paths) in [
        ("", BASE.to_owned(), &[][..]),
        ("", BASE.to_owned(), &["-"]),
        ("", repository.root().join(BASE).display().to_string(), &["-", "."]),
        ("", BASE.to_owned(), &["-", "components", "clusters"]),
        ("clusters/prod", format!("../../{BASE}"), &["../.."]),
    ] {
        let arguments: Vec<&str> = ["--stdin-filename", &name].iter().chain(paths).copied().collect();
        let ran = lint(&repository, directory, &arguments, &on);
        assert_eq!(ran.out.lines().count(), 1, "{arguments:?}: {} {}", ran.out, ran.err);
        assert!(ran.out.contains("[golden-image-no-architectures]"), "{}", ran.out);
    }
    assert!(lint(&repository, "", &[], "").out.contains("multi-arch-images-disabled"), "the file is as it was");
}

#[test]
fn broken_text_is_a_finding_in_its_place() {
    let repository = Repository::of("fixtures/example");
    let broken = read(&repository, BASE).replace("spec:", "spec: {");
    let ran = lint(&repository, "", &["--stdin-filename", BASE, "-"], &broken);
    assert!(ran.out.contains(&format!("{BASE}:8:27: ")) && ran.out.contains("error[syntax]"), "{}", ran.out);
}

#[test]
fn files_that_are_not_there_yet_count_and_so_do_those_of_other_names() {
    let repository = Repository::of("fixtures/example");
    let machines = read(&repository, "clusters/prod/workers-arm64.yaml").replace("prod-4kx9z", "lab-9wq3n");
    repository.edit("clusters/lab/kustomization.yaml", "workers-amd64.yaml", "workers-amd64.yaml\n  - workers-arm64.yaml");
    let ran = lint(&repository, "", &["--stdin-filename", "clusters/lab/workers-arm64.yaml"], &machines);
    assert!(ran.out.contains("(lab, prod)"), "not there yet: {} {}", ran.out, ran.err);

    repository.write(".gitignore", "workers-arm64.yaml\n");
    let ran = lint(&repository, "", &["--stdin-filename", "clusters/lab/workers-arm64.yaml", "--list-files"], &machines);
    assert!(ran.code == 0 && !ran.out.contains("clusters/lab/workers-arm64.yaml"), "left out, as it will be when it is saved: {}", ran.out);
    repository.remove(".gitignore");

    repository.write("clusters/lab/workers-arm64.yaml", "# nothing yet\n");
    assert!(!lint(&repository, "", &[], "").out.contains("(lab, prod)"));
    let ran = lint(&repository, "", &["--stdin-filename", "clusters/lab/workers-arm64.yaml"], &machines);
    assert!(ran.out.contains("(lab, prod)"), "nothing of interest in it yet: {} {}", ran.out, ran.err);

    repository.edit("clusters/lab/kustomization.yaml", "workers-arm64.yaml", "workers-arm64.txt");
    repository.write("clusters/lab/workers-arm64.txt", "");
    let ran = lint(&repository, "", &["--stdin-filename", "clusters/lab/workers-arm64.txt"], &machines);
    assert!(ran.out.contains("(lab, prod)"), "a name that nothing is looked for in: {} {}", ran.out, ran.err);
}

#[test]
fn the_configuration_can_be_the_file() {
    let repository = Repository::of("fixtures/example");
    let off = "rules: {multi-arch-images-disabled: off, golden-image-no-architectures: off}\n";
    for text in [None, Some("# nothing yet\n")] {
        text.into_iter().for_each(|text| repository.write(".hco-lint.yaml", text));
        assert_eq!(lint(&repository, "", &["--stdin-filename", ".hco-lint.yaml"], off).code, 0, "{text:?}");
    }
    let wrong = lint(&repository, "", &["--stdin-filename", ".hco-lint.yaml"], "rule: {}\n");
    assert_eq!((wrong.out.as_str(), wrong.code), ("", 2));
    assert!(wrong.err.starts_with(".hco-lint.yaml:1:1: the configuration has no key `rule`"), "{}", wrong.err);
}

#[test]
fn a_mended_text_goes_to_standard_output_and_not_to_the_file() {
    let repository = Repository::of("fixtures/example");
    repository.remove("clusters/lab/kustomization.yaml");
    let old = read(&repository, BASE);
    let unsaved = format!("# unsaved\n{old}");
    let ran = lint(&repository, "", &["--stdin-filename", BASE, "--unsafe-fixes", "--select", "multi-arch-images-disabled"], &unsaved);
    assert_eq!(ran.out, unsaved.replace("Import: false", "Import: true"), "{}", ran.err);
    assert_eq!(read(&repository, BASE), old);
    let diff = lint(&repository, "", &["--stdin-filename", BASE, "--diff", "--unsafe-fixes"], &unsaved);
    assert!(diff.out.contains("@@ -7,4 +7,4 @@"), "one line below where the file has it: {}", diff.out);
    let clean = lint(&repository, "", &["--stdin-filename", BASE, "--fix", "--ignore", "multi-arch-images-disabled"], &unsaved);
    assert_eq!(clean.out, unsaved, "what needs no mending is printed as it is");
}

#[test]
fn a_file_that_is_not_linted_is_refused() {
    let repository = Repository::of("fixtures/example");
    let ran = lint(&repository, "clusters", &["--stdin-filename", &format!("../{BASE}")], "");
    assert_eq!(ran.code, 2);
    assert!(ran.err.ends_with(&format!("{BASE} is not among what is linted\n")), "{}", ran.err);
    let nowhere = lint(&repository, "", &["--stdin-filename", "no/such/directory/x.yaml"], "");
    assert!(nowhere.code == 2 && nowhere.err.starts_with("hco-lint: no/such/directory/x.yaml: "), "{}", nowhere.err);
}

/// What a failed command leaves in a pipe is nothing, and no reason to be content; what cannot matter was checked.
#[test]
fn a_stream_of_nothing_is_nothing_to_check() {
    let repository = Repository::of("fixtures/example");
    for (text, code) in [("", 3), (" \n", 3), ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", 0)] {
        let ran = lint(&repository, "", &["-"], text);
        assert_eq!((ran.code, ran.out.contains("nothing was checked")), (code, code == 3), "{text:?}: {} {}", ran.out, ran.err);
    }
}
