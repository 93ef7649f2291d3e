//! Nothing outside the repository is read, and nothing is written that nobody asked for.
//!
//! Outside lies a directory whose files would change what is found, and the repository refers to it in every way there is. It is linted
//! twice: with that directory and with an empty one. What the program says must be the same.

use crate::scratch::Scratch;
use crate::support::{FORMATS, OFF, files, found, json, nodes, on, run, state};
use std::os::unix::fs::symlink;
use std::path::Path;

/// A repository beside a directory that it has no business with.
struct Neighbours {
    scratch: Scratch,
}

impl Neighbours {
    fn new(inside: &[(&str, String)]) -> Self {
        let mut all = files([
            ("outside/hco.yaml".to_owned(), on()),
            ("outside/more.yaml".to_owned(), nodes(&["s390x"])),
            ("outside/values.yaml".to_owned(), "enabled: true\n".to_owned()),
            ("outside/patch.yaml".to_owned(), on()),
            ("outside/env".to_owned(), "enabled=true\n".to_owned()),
            ("outside/ignore".to_owned(), "*.yaml\n".to_owned()),
            ("outside/base/kustomization.yaml".to_owned(), "resources: [hco.yaml]\nnamePrefix: x-\n".to_owned()),
            ("outside/base/hco.yaml".to_owned(), on()),
            ("outside/config.yaml".to_owned(), "rules: {multi-arch-images-disabled: off}\n".to_owned()),
            ("outside/git/config".to_owned(), "[remote \"origin\"]\nurl = https://git.example.com/acme/other.git\n".to_owned()),
            ("outside/git/commondir".to_owned(), ".\n".to_owned()),
            ("outside/git/info/exclude".to_owned(), "*.yaml\n".to_owned()),
        ]);
        all.extend(inside.iter().map(|(path, text)| (format!("inside/{path}"), text.clone().into_bytes())));
        let scratch = Scratch::new(&all);
        // The scratch directory is no repository, the one inside it is.
        std::fs::remove_dir(scratch.root.join(".git")).expect("it goes");
        std::fs::create_dir_all(scratch.root.join("inside/.git")).expect("a directory");
        Self { scratch }
    }

    fn inside(&self) -> std::path::PathBuf {
        self.scratch.root.join("inside")
    }

    fn link(&self, target: &str, at: &str) {
        let at = self.inside().join(at);
        std::fs::create_dir_all(at.parent().expect("a parent")).expect("a directory");
        symlink(target, at).expect("a link");
    }

    /// What is said of the repository, which must not depend on what lies outside.
    fn said(&self) -> serde_json::Value {
        let with = json(&self.inside(), &["--min-confidence", "low"]);
        let aside = self.scratch.root.join("elsewhere");
        std::fs::rename(self.scratch.root.join("outside"), &aside).expect("it moves");
        copy_names(&aside, &self.scratch.root.join("outside"));
        let without = json(&self.inside(), &["--min-confidence", "low"]);
        std::fs::remove_dir_all(self.scratch.root.join("outside")).expect("it goes");
        std::fs::rename(&aside, self.scratch.root.join("outside")).expect("it moves");
        assert_eq!(with, without, "what lies outside matters");
        with
    }
}

/// The same files with nothing in them: that something is there may be known, what is in it may not.
fn copy_names(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a directory");
    for entry in std::fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() { copy_names(&entry.path(), &target) } else { std::fs::write(target, "").expect("a file") }
    }
}

fn plain() -> Vec<(&'static str, String)> {
    vec![("hco.yaml", OFF.to_owned()), ("nodes.yaml", nodes(&["amd64", "arm64"]))]
}

const FOUND: &str = "multi-arch-images-disabled at hco.yaml";

#[test]
fn links_out_of_the_repository_are_not_followed() {
    let neighbours = Neighbours::new(&plain());
    let outside = neighbours.scratch.root.join("outside");
    neighbours.link("../outside/more.yaml", "more.yaml");
    neighbours.link("../outside", "linked");
    neighbours.link(outside.to_str().expect("a path"), "absolute");
    neighbours.link("absolute/base", "indirect");
    neighbours.link("../../../../../../../../../../etc", "etc");
    neighbours.link("/proc/self/fd", "fd");
    assert!(found(&neighbours.said()).contains(&FOUND.to_owned()));
}

#[test]
fn links_in_circles_end() {
    let neighbours = Neighbours::new(&plain());
    neighbours.link(".", "self");
    neighbours.link("..", "a/up");
    neighbours.link("../../a", "a/b/again");
    neighbours.link("two.yaml", "one.yaml");
    neighbours.link("one.yaml", "two.yaml");
    neighbours.link("../inside", "home");
    let report = neighbours.said();
    assert!(found(&report).contains(&FOUND.to_owned()), "{report:#}");
}

#[test]
fn kustomizations_stay_inside() {
    for reference in ["../../outside/hco.yaml", "../../outside/base", "linked/hco.yaml", "linked/base", "/etc/hostname", "ABSOLUTE/base"] {
        let kustomization = format!("resources: [hco.yaml, nodes.yaml, {reference}]\n");
        let mut inside = plain();
        inside.push(("k/kustomization.yaml", kustomization));
        inside.extend([("k/hco.yaml", OFF.to_owned()), ("k/nodes.yaml", nodes(&["amd64", "arm64"]))]);
        let neighbours = Neighbours::new(&inside);
        neighbours.link("../../outside", "k/linked");
        let root = neighbours.scratch.root.join("outside");
        let file = neighbours.inside().join("k/kustomization.yaml");
        let text = std::fs::read_to_string(&file).expect("a text").replace("ABSOLUTE", root.to_str().expect("a path"));
        std::fs::write(file, text).expect("a file");
        neighbours.said();
    }
    let fields = [
        "patches: [{path: PATH/patch.yaml}]",
        "patchesStrategicMerge: [PATH/patch.yaml]",
        "components: [PATH/base]",
        "bases: [PATH/base]",
        "generators: [PATH/hco.yaml]",
        "transformers: [PATH/hco.yaml]",
        "configurations: [PATH/values.yaml]",
        "crds: [PATH/values.yaml]",
        "openapi: {path: PATH/values.yaml}",
        "replacements: [{path: PATH/values.yaml}]",
        "configMapGenerator: [{name: x, files: [PATH/env], envs: [PATH/env]}]",
        "secretGenerator: [{name: x, files: [a=PATH/env], env: PATH/env}]",
        "helmCharts: [{name: x, valuesFile: PATH/values.yaml}]",
    ];
    for field in fields {
        for path in ["../../outside", "linked"] {
            let neighbours = Neighbours::new(&[
                ("k/kustomization.yaml", format!("resources: [hco.yaml, nodes.yaml]\n{}\n", field.replace("PATH", path))),
                ("k/hco.yaml", OFF.to_owned()),
                ("k/nodes.yaml", nodes(&["amd64", "arm64"])),
            ]);
            neighbours.link("../../outside", "k/linked");
            neighbours.said();
        }
    }
}

#[test]
fn deployers_stay_inside() {
    let application = |source: &str| {
        format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: virt}}\nspec:\n  source:\n    repoURL: \
             https://git.example.com/acme/fleet.git\n{source}  destination: {{name: prod}}\n"
        )
    };
    let flux =
        |path: &str| format!("apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {{name: virt}}\nspec:\n  path: {path}\n");
    let chart = "apiVersion: hco.kubevirt.io/v1beta1\nkind: HyperConverged\nmetadata:\n  name: kubevirt-hyperconverged\nspec:\n  featureGates:\n    \
                 enableMultiArchBootImageImport: {{ .Values.enabled }}\n";
    for path in ["../outside/base", "..", "linked", "linked/base", "/etc", "/../outside", "./x/../../outside"] {
        let neighbours = Neighbours::new(&[
            ("application.yaml", application(&format!("    path: {path}\n"))),
            ("flux.yaml", flux(path)),
            ("hco.yaml", OFF.to_owned()),
            ("nodes.yaml", nodes(&["amd64", "arm64"])),
        ]);
        neighbours.link("../outside", "linked");
        neighbours.said();
    }
    for values in ["../../outside/values.yaml", "/../outside/values.yaml", "linked/values.yaml", "values.link"] {
        let neighbours = Neighbours::new(&[
            ("application.yaml", application(&format!("    path: chart\n    helm: {{valueFiles: [{values}]}}\n"))),
            ("chart/Chart.yaml", "name: virt\n".to_owned()),
            ("chart/values.yaml", "enabled: false\n".to_owned()),
            ("chart/templates/hco.yaml", chart.to_owned()),
            ("nodes.yaml", nodes(&["amd64", "arm64"])),
        ]);
        neighbours.link("../../outside", "chart/linked");
        neighbours.link("../../outside/values.yaml", "chart/values.link");
        neighbours.said();
    }
    let generator = "apiVersion: policy.open-cluster-management.io/v1\nkind: PolicyGenerator\nmetadata: {name: x}\npolicyDefaults: {namespace: \
                     p}\npolicies: [{name: x, manifests: [{path: ../../outside/hco.yaml}, {path: linked}]}]\n";
    let neighbours = Neighbours::new(&[
        ("k/kustomization.yaml", "generators: [generator.yaml]\n".to_owned()),
        ("k/generator.yaml", generator.to_owned()),
        ("k/nodes.yaml", nodes(&["amd64", "arm64"])),
    ]);
    neighbours.link("../../outside", "k/linked");
    neighbours.said();
}

#[test]
fn ignore_files_and_configuration_stay_inside() {
    for name in [".gitignore", ".ignore", "sub/.gitignore", ".hco-lint.yaml"] {
        let mut inside = plain();
        inside.push(("sub/hco.yaml", OFF.to_owned()));
        let neighbours = Neighbours::new(&inside);
        let up = if name.starts_with("sub") { "../../outside" } else { "../outside" };
        let target = if name.ends_with(".hco-lint.yaml") { "config.yaml" } else { "ignore" };
        neighbours.link(&format!("{up}/{target}"), name);
        let ran = run(&neighbours.inside(), &[]);
        assert!(matches!(ran.code, Some(1 | 2 | 4)), "{name}: {ran:?}");
        if ran.code != Some(2) {
            neighbours.said();
        }
    }
}

#[test]
fn what_the_configuration_names_lies_inside() {
    for (path, text) in [("nodes", "clusters: [{name: prod, nodes: PATH/more.yaml}]\n"), ("baseline", "baseline: PATH/config.yaml\n")] {
        for outside in ["../outside", "linked", "/dev", "ABSOLUTE"] {
            let neighbours = Neighbours::new(&plain());
            neighbours.link("../outside", "linked");
            let absolute = neighbours.scratch.root.join("outside");
            let text = text.replace("/dev/more.yaml", "/dev/zero").replace("PATH", outside).replace("ABSOLUTE", absolute.to_str().expect("a path"));
            let text = text.replace("/dev/more.yaml", "/dev/zero").replace("/dev/config.yaml", "/dev/zero");
            std::fs::write(neighbours.inside().join(".hco-lint.yaml"), text).expect("a file");
            let ran = run(&neighbours.inside(), &[]);
            assert_eq!(ran.code, Some(2), "{path} {outside}: {ran:?}");
            assert!(ran.err.contains("outside of the repository"), "{path} {outside}: {ran:?}");
        }
    }
    // What the command line names is the user's own choice.
    let neighbours = Neighbours::new(&plain());
    let ran = run(&neighbours.inside(), &["--nodes", "../outside/more.yaml"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

#[test]
fn git_directories_stay_inside() {
    let application = "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: virt}\nspec:\n  source: {repoURL: \
                       https://git.example.com/acme/other.git, path: apps}\n  destination: {name: prod}\n";
    for kind in ["link", "file", "config"] {
        let mut inside = plain();
        inside.extend([
            ("application.yaml", application.to_owned()),
            ("apps/hco.yaml", OFF.to_owned()),
            ("apps/nodes.yaml", nodes(&["amd64", "arm64"])),
        ]);
        let neighbours = Neighbours::new(&inside);
        let git = neighbours.inside().join(".git");
        std::fs::remove_dir(&git).expect("it goes");
        match kind {
            "link" => symlink("../outside/git", &git).expect("a link"),
            "file" => std::fs::write(&git, format!("gitdir: {}\n", neighbours.scratch.root.join("outside/git").display())).expect("a file"),
            _ => {
                std::fs::create_dir(&git).expect("a directory");
                symlink("../../outside/git/config", git.join("config")).expect("a link");
                std::fs::create_dir(git.join("info")).expect("a directory");
                symlink("../../../outside/git/info/exclude", git.join("info/exclude")).expect("a link");
            }
        }
        let report = neighbours.said();
        assert!(found(&report).contains(&FOUND.to_owned()), "{kind}: {report:#}");
    }
}

#[test]
fn nothing_is_written_that_nobody_asked_for() {
    let neighbours = Neighbours::new(&plain());
    neighbours.link("../outside", "linked");
    let before = state(&neighbours.scratch.root);
    let formats = FORMATS.map(|format| ["--format", format]);
    let others = [["topology", "-v"], ["--diff", "-q"], ["--list-files", "-q"], ["--unsafe-fixes", "--diff"], ["explain", "syntax"]];
    for arguments in formats.iter().chain(&others) {
        run(&neighbours.inside(), arguments);
        assert!(state(&neighbours.scratch.root) == before, "{arguments:?} writes");
    }
}

#[test]
fn fixes_write_only_what_they_mend() {
    let neighbours = Neighbours::new(&plain());
    neighbours.link("../outside", "linked");
    neighbours.link("../outside/hco.yaml", "other.yaml");
    let before = state(&neighbours.scratch.root);
    let ran = run(&neighbours.inside(), &["--fix"]);
    // The links were not followed, and that is said.
    assert_eq!(ran.code, Some(4), "{ran:?}");
    let after = state(&neighbours.scratch.root);
    let changed: Vec<_> = after.iter().filter(|(path, s)| before.get(*path).map(|b| &b.3) != Some(&s.3)).map(|(p, _)| p.clone()).collect();
    assert_eq!(changed, [neighbours.inside().join("hco.yaml")]);
    assert_eq!(before.len(), after.len(), "nothing is left behind");
}
