//! What cannot matter is passed over, and comes back when something looks for it.

use super::*;
use crate::yaml::{Node, Parsed};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Mutex;

/// Files of which only those with a HyperConverged matter; notes which ones are parsed.
struct Marked {
    files: MemoryFiles,
    parsed: Mutex<BTreeSet<FileId>>,
}

impl Files for Marked {
    fn find(&self, path: &str) -> Option<FileId> {
        self.files.find(path)
    }
    fn path(&self, file: FileId) -> Option<&str> {
        self.files.path(file)
    }
    fn parsed(&self, file: FileId) -> &Parsed {
        self.parsed.lock().expect("one thread").insert(file);
        self.files.parsed(file)
    }
    fn bytes(&self, file: FileId) -> Option<Cow<'_, [u8]>> {
        self.files.bytes(file)
    }
    fn is_directory(&self, path: &str) -> bool {
        self.files.is_directory(path)
    }
    fn matters(&self, file: FileId) -> bool {
        self.files.source(file).is_some_and(|s| s.text.contains("HyperConverged"))
    }
}

const HCO: (&str, &str) =
    ("base/hco.yaml", "apiVersion: hco.kubevirt.io/v1beta1\nkind: HyperConverged\nmetadata: {name: h}\nspec: {storageImport: old, note: $(NOTE)}\n");
const MAP: (&str, &str) = ("base/map.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\ndata: {value: new}\n");
const APP: (&str, &str) = ("base/app.yaml", "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {replicas: 1}\n");
const BASE: (&str, &str) = ("base/kustomization.yaml", "resources: [hco.yaml, map.yaml, app.yaml]\n");

/// A lean build of `top`, and the paths of the files it parsed.
fn lean(files: &[(&str, &str)]) -> (Build, Vec<String>) {
    let marked = Marked { files: MemoryFiles::new(files.iter().map(|(p, t)| (*p, *t))), parsed: Mutex::default() };
    let build = Kustomizer::new(&marked, Options { lean: true, ..Options::default() }).build("top");
    let parsed = marked.parsed.lock().expect("one thread").iter().filter_map(|f| Some(marked.files.source(*f)?.path.clone())).collect();
    (build, parsed)
}

/// A lean build of `top` over the base, and the HyperConverged of it.
fn over_base(top: &str) -> (Build, Node, Vec<String>) {
    let (build, parsed) = lean(&[BASE, HCO, MAP, APP, ("top/kustomization.yaml", top)]);
    let hco = build.objects.iter().find(|o| o.root.str_at(&["kind"]) == Some("HyperConverged")).expect("it is there").root.clone();
    (build, hco, parsed)
}

#[test]
fn what_cannot_matter_is_not_parsed() {
    let (build, _, parsed) = over_base("resources: [../base]\nnamePrefix: x-\nlabels: [{pairs: {a: b}}]\n");
    assert_eq!(build.objects.len(), 1);
    assert_eq!(build.problems, []);
    assert_eq!(parsed, ["base/hco.yaml", "base/kustomization.yaml", "top/kustomization.yaml"]);
}

#[test]
fn a_file_that_is_not_there_is_still_missed() {
    let (build, _) = lean(&[("top/kustomization.yaml", "resources: [gone.yaml]\n")]);
    assert_eq!(build.problems.iter().map(|p| p.kind).collect::<Vec<_>>(), [ProblemKind::Missing]);
}

#[test]
fn whoever_looks_for_it_finds_it() {
    for top in [
        "resources: [../base]\npatches:\n- patch: '{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}, spec: {replicas: 2}}'\n",
        "resources: [../base]\npatches:\n- target: {kind: Deployment}\n  patch: '- {op: remove, path: /spec/replicas}'\n",
        "resources: [../base]\nreplicas: [{name: a, count: 3}]\n",
        "resources: [../base]\nconfigMapGenerator: [{name: m, behavior: merge, literals: [a=b]}]\n",
    ] {
        let (build, _, _) = over_base(top);
        assert_eq!(build.problems, [], "{top}");
        assert_eq!(build.objects.len(), 3, "{top}");
    }
}

#[test]
fn values_come_from_what_was_passed_over() {
    let replacement = "resources: [../base]\nreplacements:\n- source: {kind: ConfigMap, name: m, fieldPath: data.value}\n  targets:\n  - select: {kind: HyperConverged}\n    fieldPaths: [spec.storageImport]\n";
    let (build, hco, _) = over_base(replacement);
    assert_eq!(build.problems, []);
    assert_eq!(hco.str_at(&["spec", "storageImport"]), Some("new"));
    let var = "resources: [../base]\nconfigurations: [vars.yaml]\nvars:\n- {name: NOTE, objref: {kind: ConfigMap, name: m, apiVersion: v1}, fieldref: {fieldpath: data.value}}\n";
    let specs = ("top/vars.yaml", "varReference: [{path: spec/note, kind: HyperConverged}]\n");
    let (build, _) = lean(&[BASE, HCO, MAP, APP, ("top/kustomization.yaml", &var.replace("fieldpath", "fieldPath")), specs]);
    let hco = build.objects.iter().find(|o| o.root.str_at(&["kind"]) == Some("HyperConverged")).expect("it is there");
    assert_eq!(hco.root.str_at(&["spec", "note"]), Some("new"));
}

#[test]
fn a_layer_further_in_that_looks_brings_back_only_its_own() {
    let files = [
        (
            "apps/kustomization.yaml",
            "resources: [app.yaml]\npatches:\n- target: {kind: Deployment, name: a}\n  patch: '- {op: remove, path: /spec/replicas}'\n",
        ),
        ("apps/app.yaml", APP.1),
        ("top/kustomization.yaml", "resources: [../apps, ../base]\n"),
    ];
    let (build, parsed) = lean(&[files[0], files[1], files[2], BASE, HCO, MAP, APP]);
    assert_eq!(build.problems, []);
    assert!(parsed.contains(&"apps/app.yaml".to_owned()) && !parsed.contains(&"base/map.yaml".to_owned()), "{parsed:?}");
}
