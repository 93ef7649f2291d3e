//! Small repositories that come to more than any machine holds: what the program takes of them is bounded, and it says so.

use crate::scratch::Scratch;
use crate::support::{OFF, files, json, nodes, run};
use std::fmt::Write;

/// What could not be read, in the program's words; the code says that something could not.
fn beyond(list: &[(&str, String)]) -> Vec<String> {
    let mut all = files(list.iter().map(|(path, text)| (*path, text.clone())));
    all.entry("nodes.yaml".to_owned()).or_insert_with(|| nodes(&["amd64", "arm64"]).into_bytes());
    let scratch = Scratch::new(&all);
    let ran = run(&scratch.root, &["--fail-on", "never"]);
    assert_eq!(ran.code, Some(4), "{ran:?}");
    assert!(ran.out.contains("could not be read"), "{ran:?}");
    let report = json(&scratch.root, &[]);
    let unreadable = report["summary"]["unreadable"].as_array().expect("a list");
    unreadable.iter().map(|u| u.as_str().map_or_else(|| u.to_string(), str::to_owned)).collect()
}

fn assert_beyond(list: &[(&str, String)], words: &str) {
    let said = beyond(list);
    assert!(said.iter().any(|s| s.contains(words)), "{words} is not in {said:?}");
}

/// A kustomization over a HyperConverged.
fn kustomized(fields: &str) -> Vec<(&'static str, String)> {
    vec![("k/kustomization.yaml", format!("resources: [hco.yaml]\n{fields}")), ("k/hco.yaml", OFF.to_owned())]
}

#[test]
fn documents_are_bounded() {
    assert_beyond(&[("hco.yaml", format!("{OFF}  x: {}{}\n", "[".repeat(5000), "]".repeat(5000)))], "nested too deep");
    let mut laughs = OFF.to_owned() + "  l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n";
    for level in 1..20 {
        let below = vec![format!("*l{}", level - 1); 10].join(", ");
        writeln!(laughs, "  l{level}: &l{level} [{below}]").expect("a text");
    }
    assert_beyond(&[("hco.yaml", laughs)], "alias");
}

#[test]
fn copies_in_patches_are_bounded() {
    let mut patch = "- {op: add, path: /spec/x, value: {a: b}}\n".to_owned();
    for n in 0..64 {
        writeln!(patch, "- {{op: copy, from: /spec, path: /spec/c{n}}}").expect("a text");
    }
    let mut list = kustomized("patches: [{path: patch.yaml, target: {kind: HyperConverged}}]\n");
    list.push(("k/patch.yaml", patch));
    assert_beyond(&list, "copies make an object hold more than 100000 values");

    let mut moves = String::new();
    for n in 0..1000 {
        writeln!(moves, "- {{op: add, path: /y, value: {{}}}}\n- {{op: move, from: /spec, path: /y/x{n}}}\n- {{op: move, from: /y, path: /spec}}")
            .expect("a text");
    }
    let mut list = kustomized("patches: [{path: patch.yaml, target: {kind: HyperConverged}}]\n");
    list.push(("k/patch.yaml", moves));
    assert_beyond(&list, "nest deeper than 400 levels");

    let mut replacements = "replacements:\n".to_owned();
    for n in 0..64 {
        writeln!(
            replacements,
            "- {{source: {{kind: HyperConverged, fieldPath: spec}}, targets: [{{select: {{kind: HyperConverged}}, fieldPaths: [spec.c{n}], options: {{create: true}}}}]}}"
        )
        .expect("a text");
    }
    assert_beyond(&kustomized(&replacements), "copies make an object hold more than 100000 values");
}

#[test]
fn deep_paths_are_bounded() {
    let path = "/a".repeat(100_000);
    let patch = format!("- {{op: add, path: /spec{path}, value: 1}}\n");
    let mut list = kustomized("patches: [{path: patch.yaml, target: {kind: HyperConverged}}]\n");
    list.push(("k/patch.yaml", patch));
    assert_beyond(&list, "a path leads deeper than 400 levels");
    let path = path.replace('/', ".");
    let replacement = format!(
        "replacements:\n- source: {{kind: HyperConverged, fieldPath: metadata.name}}\n  targets: [{{select: {{kind: HyperConverged}}, fieldPaths: [spec{path}], options: {{create: true}}}}]\n"
    );
    assert_beyond(&kustomized(&replacement), "a path leads deeper than 400 levels");
    // A parameter of a chart: what it sets is unknown.
    let application = format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: virt}}\nspec:\n  source:\n    repoURL: https://git.example.com/x.git\n    \
         path: chart\n    helm: {{parameters: [{{name: a{path}, value: b}}]}}\n  destination: {{name: prod}}\n"
    );
    let scratch = Scratch::new(&files([
        ("application.yaml", application),
        ("chart/Chart.yaml", "name: virt\n".to_owned()),
        ("chart/templates/hco.yaml", OFF.replace("false", "{{ .Values.a }}")),
        ("chart/templates/indent.yaml", format!("{OFF}  x:\n{{{{ toYaml .Values.a | nindent 18446744073709551615 }}}}\n")),
    ]));
    assert!(run(&scratch.root, &["--format", "json"]).code.is_some());
}

#[test]
fn components_and_depth_are_bounded() {
    let mut list = kustomized("components: [c0, c0/]\n");
    let names: Vec<String> = (0..40).map(|n| format!("k/c{n}/kustomization.yaml")).collect();
    for (n, name) in names.iter().enumerate() {
        let next = if n + 1 < names.len() { format!("[../c{0}, ../c{0}/]", n + 1) } else { "[]".to_owned() };
        list.push((name.as_str(), format!("apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncomponents: {next}\n")));
    }
    assert_beyond(&list, "components are taken in more than 2000 times");

    let mut list = kustomized("");
    let names: Vec<String> = (0..80).map(|n| format!("d{n}/kustomization.yaml")).collect();
    for (n, name) in names.iter().enumerate() {
        list.push((name.as_str(), format!("resources: [{}]\n", if n + 1 < names.len() { format!("../d{}", n + 1) } else { "../k".to_owned() })));
    }
    assert_beyond(&list, "kustomizations nest deeper than 64");
}

#[test]
fn patches_times_objects_are_bounded() {
    let object = |n: usize| format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{n}}}\n");
    let objects: String = (0..2000).map(object).collect();
    let patches = "- {patch: '{kind: ConfigMap, metadata: {name: x}, data: {a: b}}', target: {name: none}}\n".repeat(1100);
    let mut list = kustomized(&format!("patches:\n{patches}"));
    list[0].1 = list[0].1.replace("[hco.yaml]", "[hco.yaml, many.yaml]");
    list.push(("k/many.yaml", objects + "# hco.kubevirt.io HyperConverged\n"));
    assert_beyond(&list, "held against more than 2000000 objects");
}

/// An ApplicationSet of these generators.
fn set(generators: &str, path: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: virt}}\nspec:\n  generators:\n{generators}  template:\n    \
         metadata: {{name: x}}\n    spec:\n      source: {{repoURL: https://git.example.com/x.git, path: '{path}'}}\n      destination: {{name: '{{{{a}}}}'}}\n"
    )
}

#[test]
fn generators_are_bounded() {
    let elements: String = (0..200).map(|n| format!("{{a: n{n}}}, ")).collect();
    let list = format!("{{list: {{elements: [{elements}]}}}}");
    let generators = format!("  - matrix: {{generators: [{list}, {{matrix: {{generators: [{list}, {list}]}}}}]}}\n");
    assert_beyond(&[("set.yaml", set(&generators, "apps")), ("apps/hco.yaml", OFF.to_owned())], "yield more than 10000 instances");
    let long = "x".repeat(1 << 20);
    let generators = format!("  - list: {{elements: [{{a: {long}}}]}}\n");
    assert_beyond(&[("set.yaml", set(&generators, &"{{a}}".repeat(500))), ("apps/hco.yaml", OFF.to_owned())], "more than 64 MiB");
}

#[test]
fn substitutions_are_bounded() {
    let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: virt}\nspec:\n  path: ./apps\n  postBuild: {substitute: {A: ";
    let flux = format!("{flux}{}}}}}\n", "x".repeat(1 << 20));
    let off = format!("{OFF}  x: {}\n", "${A}".repeat(500));
    assert_beyond(&[("flux.yaml", flux), ("apps/hco.yaml", off)], "more than 64 MiB");
}

#[test]
fn deployers_of_deployers_are_bounded() {
    let application = |n: usize| {
        format!(
            "---\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: a{n}}}\nspec:\n  source: {{repoURL: \
             https://git.example.com/x.git, path: d{n}}}\n  destination: {{server: 'https://kubernetes.default.svc'}}\n"
        )
    };
    // A chain that is longer than any real one.
    let chain: Vec<(String, String)> =
        (0..20).map(|n| (format!("d{n}/app.yaml"), application(n + 1))).chain([("d20/hco.yaml".to_owned(), OFF.to_owned())]).collect();
    let chain: Vec<(&str, String)> = chain.iter().map(|(p, t)| (p.as_str(), t.clone())).collect();
    assert_beyond(&chain, "deployers deliver deployers more than 12 times over");
}

#[test]
fn files_with_unusual_names_are_bounded() {
    let names: Vec<String> = (0..1100).map(|n| format!("k/f{n}.txt")).collect();
    let fields: String = names.iter().map(|n| format!("- {}\n", &n[2..])).collect();
    let mut list = kustomized(&format!("configMapGenerator:\n- name: x\n  files:\n{}", fields.replace("- ", "  - ")));
    list.extend(names.iter().map(|n| (n.as_str(), "x".to_owned())));
    assert_beyond(&list, "more than 1023 files with unusual names");
}

#[test]
fn patterns_do_not_blow_up() {
    for pattern in ["(((a{100}){100}){100})", "(a*)*b", "(?:a|a?)+$", "[", "((((((((((a?){10}){10}){10}){10}){10}){10})"] {
        let scratch = Scratch::new(&files(kustomized(&format!("patches: [{{patch: 'x: 1', target: {{name: '{pattern}'}}}}]\n"))));
        assert!(run(&scratch.root, &["--format", "json"]).code.is_some(), "{pattern}");
    }
}

#[test]
fn long_words_and_lines_are_taken_as_they_are() {
    let long = "é".repeat(1 << 20);
    let off = format!("{OFF}    {long}: true\n    x: {long}\n");
    let scratch = Scratch::new(&files([("hco.yaml", off), ("nodes.yaml", nodes(&["amd64", "arm64"]))]));
    std::fs::write(scratch.root.join("one.json"), format!("{{\"kind\": \"HyperConverged\", \"x\": [{}1]}}", "1,".repeat(1 << 20))).expect("a file");
    for format in ["human", "json", "github"] {
        assert!(run(&scratch.root, &["--format", format]).code.is_some(), "{format}");
    }
    std::fs::write(scratch.root.join(".hco-lint.yaml"), format!("{long}: 1\n")).expect("a file");
    assert_eq!(run(&scratch.root, &[]).code, Some(2));
}

#[test]
fn deep_directories_are_walked() {
    let deep = "d/".repeat(1000);
    let scratch = Scratch::new(&files([(format!("{deep}hco.yaml"), OFF.to_owned()), (format!("{deep}nodes.yaml"), nodes(&["amd64", "arm64"]))]));
    assert_eq!(run(&scratch.root, &[]).code, Some(1));
}

/// Where each bound stands, its value there, and how the book says it.
const BOUNDS: [(&str, &str, &str, &str); 16] = [
    ("src/files/mod.rs", "MAX_FILE", "32 << 20", "| 32 MiB |"),
    ("src/yaml/build.rs", "MAX_DEPTH", "200", "| 200 levels |"),
    ("src/yaml/build.rs", "MAX_ALIASED", "400_000", "| 400000 |"),
    ("src/files/mod.rs", "MAX_LATE", "1024", "| 1023 |"),
    ("src/delivery/kustomize/bounds.rs", "MAX_DEPTH", "64", "| 64 |"),
    ("src/delivery/kustomize/bounds.rs", "MAX_OBJECTS", "20_000", "| 20000 |"),
    ("src/delivery/kustomize/bounds.rs", "MAX_COMPONENTS", "2_000", "| 2000 |"),
    ("src/delivery/kustomize/bounds.rs", "MAX_MEETINGS", "2_000_000", "| 2000000 |"),
    ("src/yaml/build.rs", "MAX_ALIASED_IN_TEXT", "4_000_000", "| 4000000 |"),
    ("src/yaml/parse.rs", "MAX_DOCUMENTS", "100_000", "| documents of a file | 100000 |"),
    ("src/delivery/kustomize/bounds.rs", "MAX_VALUES", "100_000", "a replacement | 100000 |"),
    ("src/delivery/kustomize/bounds.rs", "MAX_LEVELS", "400", "| 400 |"),
    ("src/delivery/argocd/generators.rs", "MAX_INSTANCES", "10_000", "| 10000 |"),
    ("src/delivery/growth.rs", "MAX_FILLED", "64 << 20", "| 64 MiB |"),
    ("src/delivery/plan.rs", "MAX_DEPTH", "12", "| 12 |"),
    ("src/delivery/plan.rs", "MAX_DELIVERIES", "200_000", "| 200000 |"),
];

#[test]
fn the_book_tells_the_bounds() {
    let read = |path: &str| std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("a file");
    let book = read("docs/src/bounds.md");
    for (file, name, value, row) in BOUNDS {
        let constant = |line: &str| line.contains(&format!("const {name}: ")) && line.ends_with(&format!(" = {value};"));
        assert!(read(file).lines().any(constant), "{file} has no {name} of {value}");
        assert_eq!(book.matches(row).count(), 1, "the book says not once `{row}` ({name})");
    }
    assert_eq!(book.lines().filter(|l| l.starts_with("| ")).count(), BOUNDS.len() + 1, "the book has other rows");
}
