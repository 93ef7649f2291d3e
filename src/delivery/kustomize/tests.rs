//! Whole builds: who wrote what, what is refused, what is hidden.

use super::*;
use crate::yaml::{Lookup, Node};

fn build(files: &[(&str, &str)], dir: &str) -> (Build, MemoryFiles) {
    let files = MemoryFiles::new(files.iter().map(|(p, t)| (*p, *t)));
    let build = Kustomizer::new(&files, Options::default()).build(dir);
    (build, files)
}

fn object<'b>(build: &'b Build, kind: &str, name: &str) -> &'b Node {
    let is = |o: &&Resource| o.root.str_at(&["kind"]) == Some(kind) && o.root.str_at(&["metadata", "name"]) == Some(name);
    &build.objects.iter().find(is).expect("the object is there").root
}

/// `path:line:column` of a value.
fn place(files: &MemoryFiles, span: crate::source::Span) -> String {
    let source = files.source(span.file).expect("a text file");
    let position = source.position(span.start as usize);
    format!("{}:{}:{}", source.path, position.line, position.column)
}

fn messages(build: &Build, effect: Effect) -> Vec<(ProblemKind, &str)> {
    build.problems.iter().filter(|p| p.effect == effect).map(|p| (p.kind, p.message.as_str())).collect()
}

const HCO: &str = "apiVersion: hco.kubevirt.io/v1beta1
kind: HyperConverged
metadata:
  name: kubevirt-hyperconverged
spec:
  featureGates:
    a: true
    b: false
  list: [x, y]
";

#[test]
fn every_value_knows_the_layer_that_wrote_it() {
    let (build, files) = build(
        &[
            ("base/kustomization.yaml", "resources: [hco.yaml]\nnamespace: cnv\n"),
            ("base/hco.yaml", HCO),
            (
                "mid/kustomization.yaml",
                "resources: [../base]\npatches:\n- path: gates.yaml\n- target: {kind: HyperConverged}\n  patch: |-\n    - op: replace\n      path: /spec/featureGates/b\n      value: true\n    - op: add\n      path: /metadata/annotations/note\n      value: hi\n",
            ),
            (
                "mid/gates.yaml",
                "apiVersion: hco.kubevirt.io/v1beta1\nkind: HyperConverged\nmetadata: {name: kubevirt-hyperconverged, namespace: cnv}\nspec:\n  featureGates:\n    c: on\n  list: [z]\n",
            ),
            (
                "top/kustomization.yaml",
                "resources: [../mid]\nlabels: [{pairs: {team: virt}}]\npatches:\n- patch: |\n    apiVersion: hco.kubevirt.io/v1beta1\n    kind: HyperConverged\n    metadata:\n      name: kubevirt-hyperconverged\n      namespace: cnv\n    spec:\n      featureGates:\n        a: null\n",
            ),
        ],
        "top",
    );
    assert_eq!(messages(&build, Effect::Refused), []);
    let hco = object(&build, "HyperConverged", "kubevirt-hyperconverged");
    let at = |path: &[&str]| place(&files, hco.find(path).expect("is there").span());
    assert_eq!(at(&["metadata", "namespace"]), "base/kustomization.yaml:2:12");
    assert_eq!(at(&["spec", "featureGates", "b"]), "mid/kustomization.yaml:8:14");
    assert_eq!(at(&["spec", "featureGates", "c"]), "mid/gates.yaml:6:8");
    assert_eq!(at(&["spec", "list"]), "mid/gates.yaml:7:9");
    assert_eq!(at(&["metadata", "annotations", "note"]), "mid/kustomization.yaml:11:14");
    assert_eq!(at(&["metadata", "labels", "team"]), "top/kustomization.yaml:2:25");
    assert_eq!(at(&["kind"]), "base/hco.yaml:2:7");
    // Kustomize reads `on` as a string; the API server is given one.
    assert_eq!(hco.str_at(&["spec", "featureGates", "c"]), Some("on"));
    assert!(matches!(hco.at(&["spec", "featureGates", "a"]), Lookup::Absent));
    let remover = hco.removed_at(&["spec", "featureGates", "a"]).expect("somebody removed it");
    assert_eq!(place(&files, remover), "top/kustomization.yaml:12:9");
    let layers: Vec<String> = build.objects[0].layers.iter().map(|f| files.source(*f).expect("text").path.clone()).collect();
    assert_eq!(layers, ["base/kustomization.yaml", "mid/kustomization.yaml", "top/kustomization.yaml"]);
}

#[test]
fn a_patch_for_a_hidden_object_still_decides() {
    let patch = "apiVersion: hco.kubevirt.io/v1beta1\nkind: HyperConverged\nmetadata: {name: h}\nspec: {featureGates: {a: false}}\n";
    let (build, _) = build(
        &[
            ("a/kustomization.yaml", "resources: ['https://github.com/o/r//virt?ref=v1']\npatches: [{path: hco.yaml}]\n"),
            ("a/hco.yaml", patch),
            (
                "b/kustomization.yaml",
                "resources: [../a]\npatches:\n- target: {kind: HyperConverged, name: h}\n  patch: '- {op: add, path: /spec/x/y, value: 1}'\n",
            ),
        ],
        "b",
    );
    assert_eq!(build.problems, []);
    assert_eq!(build.unresolved.len(), 1);
    let hco = object(&build, "HyperConverged", "h");
    assert!(build.objects[0].conjured);
    assert_eq!(hco.find(&["spec", "featureGates", "a"]).and_then(Node::as_bool), Some(false));
    assert!(matches!(hco.at(&["spec", "featureGates", "b"]), Lookup::Unknown(_)));
    assert!(matches!(hco.at(&["status"]), Lookup::Unknown(_)));
    assert_eq!(hco.find(&["spec", "x", "y"]).and_then(Node::as_int), Some(1));
    assert!(matches!(hco.at(&["spec", "x", "z"]), Lookup::Unknown(_)));
}

#[test]
fn a_remote_component_makes_everything_but_identity_unknown() {
    let (build, _) = build(
        &[
            ("a/kustomization.yaml", "resources: [hco.yaml]\ncomponents: ['github.com/o/r//c']\npatches: [{path: p.yaml}]\n"),
            ("a/hco.yaml", HCO),
            (
                "a/p.yaml",
                "apiVersion: hco.kubevirt.io/v1beta1\nkind: HyperConverged\nmetadata: {name: kubevirt-hyperconverged}\nspec: {featureGates: {b: true}}\n",
            ),
        ],
        "a",
    );
    let hco = object(&build, "HyperConverged", "kubevirt-hyperconverged");
    assert!(matches!(hco.at(&["spec", "featureGates", "a"]), Lookup::Unknown(_)));
    assert_eq!(hco.find(&["spec", "featureGates", "b"]).and_then(Node::as_bool), Some(true));
    assert!(build.unresolved[0].alters);
}

#[test]
fn what_kustomize_refuses_has_a_place_and_the_rest_is_built() {
    let (build, files) = build(
        &[
            (
                "a/kustomization.yaml",
                "resources:\n- hco.yaml\n- hco.yaml\n- gone.yaml\n- ../a\n- ../empty\nnamspace: x\nnamePrefix: 1\npatches:\n- target: {kind: Gone}\n  patch: '- {op: remove, path: /a}'\n",
            ),
            ("a/hco.yaml", HCO),
            ("empty/readme.txt", ""),
        ],
        "a",
    );
    assert_eq!(build.objects.len(), 1);
    let found: Vec<(ProblemKind, String)> = build.problems.iter().map(|p| (p.kind, place(&files, p.span))).collect();
    for expected in [
        (ProblemKind::Duplicate, "a/kustomization.yaml:3:3"),
        (ProblemKind::Missing, "a/kustomization.yaml:4:3"),
        (ProblemKind::Cycle, "a/kustomization.yaml:5:3"),
        (ProblemKind::NoKustomization, "a/kustomization.yaml:6:3"),
        (ProblemKind::Field, "a/kustomization.yaml:7:1"),
        (ProblemKind::Field, "a/kustomization.yaml:8:13"),
    ] {
        assert!(found.contains(&(expected.0, expected.1.to_owned())), "{expected:?} in {found:?}");
    }
}

#[test]
fn patches_that_match_nothing() {
    let (build, files) = build(
        &[
            (
                "kustomization.yaml",
                "resources: [hco.yaml]\npatches:\n- target: {kind: Gone}\n  patch: '- {op: remove, path: /a}'\n- path: p.yaml\n- target: {kind: HyperConverged}\n  patch: '- {op: test, path: /spec/list/0, value: y}'\n",
            ),
            ("hco.yaml", HCO),
            ("p.yaml", "kind: HyperConverged\nmetadata:\n  name: other\n"),
        ],
        "",
    );
    let found: Vec<(ProblemKind, Effect, String)> = build.problems.iter().map(|p| (p.kind, p.effect, place(&files, p.span))).collect();
    assert_eq!(
        found,
        [
            (ProblemKind::NoTarget, Effect::Ineffective, "kustomization.yaml:3:11".into()),
            (ProblemKind::NoTarget, Effect::Refused, "p.yaml:3:9".into()),
            (ProblemKind::NotApplicable, Effect::Refused, "kustomization.yaml:7:13".into()),
        ]
    );
}

#[test]
fn a_shared_base_is_read_once_and_a_cycle_through_it_is_found() {
    let files = MemoryFiles::new([
        ("base/kustomization.yaml", "resources: [hco.yaml, ../top]\n"),
        ("base/hco.yaml", HCO),
        ("top/kustomization.yaml", "resources: [../base]\n"),
        ("other/kustomization.yaml", "resources: [../base]\n"),
    ]);
    let kustomizer = Kustomizer::new(&files, Options::default());
    for dir in ["other", "top", "base"] {
        let build = kustomizer.build(dir);
        assert!(build.problems.iter().any(|p| p.kind == ProblemKind::Cycle), "{dir}: {:?}", build.problems);
    }
}

#[test]
fn a_deployers_fields_are_laid_into_the_kustomization() {
    let files = MemoryFiles::new([
        ("app/kustomization.yaml", "resources: [hco.yaml]\nnamespace: old\n"),
        ("app/hco.yaml", HCO),
        ("plain/hco.yaml", HCO),
        (
            "app.yaml",
            "namespace: new\npatches:\n- target: {kind: HyperConverged}\n  patch: |\n    - {op: replace, path: /spec/featureGates/b, value: true}\n",
        ),
    ]);
    let fields = files.parsed(files.find("app.yaml").expect("is there")).documents[0].root.clone();
    let reference = fields.span();
    let overlay = Overlay { fields };
    let kustomizer = Kustomizer::new(&files, Options::default());
    let paths = ["plain/hco.yaml".to_owned()];
    for source in [Source::Directory("app"), Source::Resources { dir: "plain", paths: &paths, reference }] {
        let build = kustomizer.build_with(&source, Some(&overlay));
        assert_eq!(build.problems, []);
        let hco = object(&build, "HyperConverged", "kubevirt-hyperconverged");
        assert_eq!(hco.str_at(&["metadata", "namespace"]), Some("new"));
        let b = hco.find(&["spec", "featureGates", "b"]).expect("is there");
        assert_eq!((b.as_bool(), place(&files, b.span()).as_str()), (Some(true), "app.yaml:5:56"));
    }
    // The directory's own build is not touched by it.
    let build = kustomizer.build("app");
    assert_eq!(object(&build, "HyperConverged", "kubevirt-hyperconverged").str_at(&["metadata", "namespace"]), Some("old"));
}

#[test]
fn an_item_that_a_json_patch_takes_out_has_an_owner() {
    let (build, files) = build(
        &[
            (
                "kustomization.yaml",
                "resources: [hco.yaml]\npatches:\n- target: {kind: HyperConverged}\n  patch: |\n    - op: remove\n      path: /spec/featureGates/0\n    - {op: add, path: /spec/featureGates/-, value: {name: c}}\n",
            ),
            ("hco.yaml", "apiVersion: hco.kubevirt.io/v1\nkind: HyperConverged\nmetadata: {name: h}\nspec: {featureGates: [{name: a}, {name: b}]}\n"),
        ],
        "",
    );
    let hco = object(&build, "HyperConverged", "h");
    let names: Vec<_> = hco.items_at(&["spec", "featureGates"]).iter().filter_map(|i| i.str_at(&["name"])).collect();
    assert_eq!(names, ["b", "c"]);
    let by = |name: &str| hco.item_removed_at(&["spec", "featureGates"], |i| i.str_at(&["name"]) == Some(name));
    assert_eq!(by("a").map(|span| place(&files, span)).as_deref(), Some("kustomization.yaml:5:7"));
    assert_eq!(by("b"), None);
}

#[test]
fn a_build_has_a_bound_and_says_so() {
    let one = |n: usize| format!("---\n{{apiVersion: v1, kind: ConfigMap, metadata: {{name: c{n}}}}}\n");
    let many: String = (0..=super::bounds::MAX_OBJECTS).map(one).collect();
    let (build, files) =
        build(&[("kustomization.yaml", "resources: [hco.yaml, many.yaml, hco.yaml]\n"), ("many.yaml", &many), ("hco.yaml", HCO)], "");
    assert_eq!(build.objects.len(), super::bounds::MAX_OBJECTS);
    let limits: Vec<_> =
        build.problems.iter().filter(|p| p.kind == ProblemKind::Limit).map(|p| (place(&files, p.span), p.message.as_str())).collect();
    assert_eq!(limits, [("kustomization.yaml:1:23".to_owned(), "one build yields more than 20000 objects; the others were not read")]);
    assert_eq!(build.unresolved.len(), 1);
}

#[test]
fn a_name_that_kustomize_wrote_anew_has_no_type() {
    // As `kubectl kustomize` prints them; it cannot read such names itself.
    let replaced = "replacements:\n- source: {kind: Widget, fieldPath: spec.number}\n  targets: [{select: {kind: ConfigMap}}]\n";
    let patch = "{apiVersion: v1, kind: ConfigMap, metadata: {name: map}, data: {a: b}}";
    for (kustomization, number) in [
        (String::new(), false),
        ("namePrefix: p-\n".to_owned(), false),
        ("configMapGenerator: [{name: map, behavior: merge, literals: [a=b]}]\n".to_owned(), true),
        (format!("patches: [{{patch: '{patch}'}}]\n"), false),
        (
            "patches: [{target: {kind: ConfigMap}, patch: '[{\"op\": \"add\", \"path\": \"/data\", \"value\": {}}]'}]\nnamePrefix: p-\n".to_owned(),
            true,
        ),
    ] {
        let kustomization = format!("{kustomization}resources: [all.yaml]\n{replaced}");
        let objects = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: 'map'}\n---\napiVersion: e.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {number: 2}\n";
        let (build, _) = build(&[("kustomization.yaml", &kustomization), ("all.yaml", objects)], "");
        let map = build.objects.iter().find(|o| o.root.str_at(&["kind"]) == Some("ConfigMap")).expect("the map");
        let name = map.root.find(&["metadata", "name"]).expect("a name");
        assert_eq!((name.text(), name.as_int()), (Some("2"), number.then_some(2)), "{kustomization}");
    }
}
