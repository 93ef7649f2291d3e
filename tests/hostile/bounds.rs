//! Small repositories that come to more than any machine holds: what the program takes of them is bounded, and it says so.

use crate::scratch::Scratch;
use crate::support::{FORMATS, OFF, files, nodes, run};
use std::fmt::Write;

/// Lints such a repository once, for every format: each says what was too much, and so does the code.
fn assert_beyond(list: &[(&str, String)], words: &str) {
    let mut all = files(list.iter().map(|(path, text)| (*path, text.clone())));
    all.entry("nodes.yaml".to_owned()).or_insert_with(|| nodes(&["amd64", "arm64"]).into_bytes());
    let scratch = Scratch::new(&all);
    let outputs = FORMATS.map(|format| format!("{format}=.git/{format}"));
    let arguments: Vec<&str> = ["--fail-on", "never"].into_iter().chain(outputs.iter().flat_map(|o| ["--output", o.as_str()])).collect();
    let ran = run(&scratch.root, &arguments);
    assert_eq!(ran.code, Some(4), "{words}: {ran:?}");
    for format in FORMATS {
        let text = std::fs::read_to_string(scratch.root.join(".git").join(format)).expect("a report");
        // Where a format breaks or escapes lines is its own affair.
        let flat = text.replace('\\', " ").split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(words), "{format} does not say `{words}`: {}", text.chars().take(4000).collect::<String>());
    }
}

/// A kustomization over a HyperConverged.
fn kustomized(fields: &str) -> Vec<(&'static str, String)> {
    vec![("k/kustomization.yaml", format!("resources: [hco.yaml]\n{fields}")), ("k/hco.yaml", OFF.to_owned())]
}

#[test]
fn copies_in_patches_are_bounded() {
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

/// An ApplicationSet of these generators.
fn set(generators: &str, path: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: virt}}\nspec:\n  generators:\n{generators}  template:\n    \
         metadata: {{name: x}}\n    spec:\n      source: {{repoURL: https://git.example.com/x.git, path: '{path}'}}\n      destination: {{name: '{{{{a}}}}'}}\n"
    )
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

/// Where each bound stands, its value there, how the book says it, a repository beyond it, and the words for it.
macro_rules! bounds {
    ($($test:ident: $file:literal $name:ident = $value:literal, $row:literal, $beyond:expr => $words:literal;)*) => {
        const BOUNDS: &[(&str, &str, &str, &str)] = &[$(($file, stringify!($name), $value, $row)),*];
        $(#[test]
        fn $test() {
            assert_beyond(&$beyond, $words);
        })*
    };
}

bounds! {
    large_files: "src/files/mod.rs" MAX_FILE = "32 << 20", "| 32 MiB |", one("x".repeat((32 << 20) + 1)) => "larger than 32 MiB";
    nesting: "src/yaml/build.rs" MAX_DEPTH = "200", "| 200 levels |", one(format!("{OFF}  x: {}{}\n", "[".repeat(250), "]".repeat(250)))
        => "nested more than 200 levels deep";
    aliases: "src/yaml/build.rs" MAX_ALIASED = "400_000", "| 400000 |", one(laughs(20)) => "aliases stand for more than 400000 nodes";
    aliases_of_a_file: "src/yaml/build.rs" MAX_ALIASED_IN_TEXT = "4_000_000", "| 4000000 |", one(format!("---\n{}", laughs(5)).repeat(40))
        => "aliases up to here stand for more than 4000000 nodes";
    keys_and_values: "src/yaml/build.rs" MAX_NODES = "2_000_000", "of a file | 2000000 |", one(format!("{OFF}  x: [{}1]\n", "1,".repeat(2_000_000)))
        => "more than 2000000 keys and values";
    keys_and_values_of_a_line: "src/yaml/build.rs" MAX_NODES = "2_000_000", "of a file | 2000000 |",
        one_line()
        => "more than 2000000 keys and values";
    values_of_all_files: "src/files/mod.rs" MAX_VALUES = "5_000_000", "punctuation tells | 5000000 |", heavy()
        => "the files before this one hold more than 5000000 keys and values";
    documents: "src/yaml/parse.rs" MAX_DOCUMENTS = "100_000", "| documents of a file | 100000 |", one(OFF.to_owned() + &"---\n".repeat(100_001))
        => "more than 100000 documents";
    problems: "src/yaml/parse.rs" MAX_PROBLEMS = "10_000", "not valid YAML | 10000 |", one("# hco.kubevirt.io HyperConverged\n".to_owned() + &"---\nx: a: b\n".repeat(10_002))
        => "more than 10000 problems";
    unusual_names: "src/files/mod.rs" MAX_LATE = "1024", "| 1023 |", unusual() => "more than 1023 files with unusual names";
    nested_kustomizations: "src/delivery/kustomize/bounds.rs" MAX_DEPTH = "64", "| 64 |", nested() => "kustomizations nest deeper than 64";
    objects: "src/delivery/kustomize/bounds.rs" MAX_OBJECTS = "20_000", "| 20000 |", with_many(20_000, "") => "more than 20000 objects";
    components: "src/delivery/kustomize/bounds.rs" MAX_COMPONENTS = "2_000", "| 2000 |", doubled() => "components are taken in more than 2000 times";
    meetings: "src/delivery/kustomize/bounds.rs" MAX_MEETINGS = "2_000_000", "held against | 2000000 |",
        with_many(2000, &format!("patches:\n{}", "- {patch: '{kind: ConfigMap, metadata: {name: x}, data: {a: b}}', target: {name: none}}\n".repeat(1100)))
        => "held against more than 2000000 objects";
    meetings_of_generators: "src/delivery/kustomize/bounds.rs" MAX_MEETINGS = "2_000_000", "held against | 2000000 |",
        with_many(1000, &format!("configMapGenerator:\n{}", (0..2000).map(|n| format!("- {{name: g{n}, literals: [a=b]}}\n")).collect::<String>()))
        => "held against more than 2000000 objects";
    work: "src/delivery/kustomize/bounds.rs" MAX_WORK = "50_000_000", "| 50000000 |", long_lists() => "the changes of a kustomization take more than 50000000 steps";
    work_of_operations: "src/delivery/kustomize/bounds.rs" MAX_WORK = "50_000_000", "| 50000000 |", many_operations()
        => "the changes of a kustomization take more than 50000000 steps";
    work_of_texts: "src/delivery/kustomize/bounds.rs" MAX_WORK = "50_000_000", "| 50000000 |", doubling_text()
        => "the changes of a kustomization take more than 50000000 steps";
    taken: "src/delivery/kustomize/bounds.rs" MAX_TAKEN = "1_000_000", "| 1000000 |", many_overlays() => "kustomizations take in more than 1000000 objects";
    values: "src/delivery/kustomize/bounds.rs" MAX_VALUES = "100_000", "a replacement | 100000 |", copies() => "copies make an object hold more than 100000 values";
    levels: "src/delivery/kustomize/bounds.rs" MAX_LEVELS = "400", "| 400 |", deep_path() => "a path leads deeper than 400 levels";
    instances: "src/delivery/argocd/generators.rs" MAX_INSTANCES = "10_000", "an ApplicationSet | 10000 |", fanned_out() => "yield more than 10000 instances";
    instances_of_all: "src/delivery/effort.rs" MAX_GENERATED = "100_000", "all ApplicationSets | 100000 |", many_sets()
        => "ApplicationSets yield more than 100000 instances in all";
    text_of_sets: "src/delivery/effort.rs" MAX_FILLED = "256 << 20", "| 256 MiB |", long_text() => "more than 256 MiB";
    text_of_many_sets: "src/delivery/effort.rs" MAX_FILLED = "256 << 20", "| 256 MiB |", values_of_values() => "more than 256 MiB";
    text_of_substitutions: "src/delivery/effort.rs" MAX_FILLED = "256 << 20", "| 256 MiB |", long_substitutions() => "more than 256 MiB";
    steps_of_deployers: "src/delivery/effort.rs" MAX_STEPS = "20_000_000", "deployers deliver | 20000000 |", nothing_but_combinations()
        => "finding what is delivered takes more than 20000000 steps";
    deployers: "src/delivery/plan.rs" MAX_DEPTH = "12", "| 12 |", chain() => "deployers deliver deployers more than 12 times over";
    deliveries_of_policies: "src/delivery/effort.rs" MAX_DELIVERIES = "200_000", "deliveries of a run | 200000 |", policies_for_all()
        => "more than 200000 deliveries";
    deliveries: "src/delivery/effort.rs" MAX_DELIVERIES = "200_000", "deliveries of a run | 200000 |", everyone_delivers_the_next() => "more than 200000 deliveries";
    members: "src/cluster/homes.rs" MAX_MEMBERS = "200_000", "each cluster counted | 200000 |", all_for_all() => "clusters are given more than 200000 objects";
    amendments: "src/cluster/amend.rs" MAX_HELD = "2_000_000", "of sync sets meet | 2000000 |", patches_for_all()
        => "the patches of sync sets are held against more than 2000000 objects";
    values_of_members: "src/cluster/gather.rs" MAX_VALUES = "2_000_000", "of HyperConvergeds, each cluster counted | 2000000 |", large_for_all()
        => "the HyperConvergeds of all clusters hold more than 2000000 values";
    pairs: "src/cluster/homes.rs" MAX_PAIRS = "5_000_000", "against each other | 5000000 |", directories_beside_each_other()
        => "more than 5000000 pairs of directories would be held against each other";
    architectures: "src/cluster/bounds.rs" MAX_ARCHITECTURES = "100", "nodes | 100 |", every_node_another_architecture()
        => "nodes of a cluster have more than 100 architectures";
    placements: "src/cluster/bounds.rs" MAX_HELD = "20_000_000", "nodes are held against | 20000000 |", long_placement()
        => "nodes are held against more than 20000000 requirements of placements";
    findings: "src/rules/report.rs" MAX_FINDINGS = "25_000", "| findings | 25000 |", doubled_keys()
        => "there are more than 25000 findings";
    moved: "src/baseline/recall.rs" MAX_MOVED = "1_500_000", "| 1500000 |", baseline_of_what_is_gone()
        => "findings are held against more than 1500000 files that the baseline names and that are gone";
}

type List = Vec<(&'static str, String)>;

fn one(text: String) -> List {
    vec![("one.yaml", text)]
}

fn one_line() -> List {
    let head = r#"{"apiVersion": "hco.kubevirt.io/v1beta1", "kind": "HyperConverged", "x": ["#;
    vec![("one.json", format!("{head}{}1]}}", "1,".repeat(2_000_000)))]
}

/// A HyperConverged and ten times as many aliases on each level as on the one below.
fn laughs(levels: usize) -> String {
    let mut text = OFF.to_owned() + "  l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n";
    for level in 1..levels {
        let below = vec![format!("*l{}", level - 1); 10].join(", ");
        writeln!(text, "  l{level}: &l{level} [{below}]").expect("a text");
    }
    text
}

/// Files at paths that are made up.
fn leaked(path: String) -> &'static str {
    Box::leak(path.into_boxed_str())
}

fn unusual() -> List {
    let names: Vec<String> = (0..1100).map(|n| format!("f{n}.txt")).collect();
    let fields: String = names.iter().map(|name| format!("  - {name}\n")).collect();
    let mut list = kustomized(&format!("configMapGenerator:\n- name: x\n  files:\n{fields}"));
    list.extend(names.into_iter().map(|name| (leaked(format!("k/{name}")), "x".to_owned())));
    list
}

fn nested() -> List {
    let mut list = kustomized("");
    for n in 0..80 {
        let next = if n < 79 { format!("../d{}", n + 1) } else { "../k".to_owned() };
        list.push((leaked(format!("d{n}/kustomization.yaml")), format!("resources: [{next}]\n")));
    }
    list
}

/// Components of which each takes in the next one twice.
fn doubled() -> List {
    let mut list = kustomized("components: [c0, c0/]\n");
    for n in 0..40 {
        let next = if n < 39 { format!("[../c{0}, ../c{0}/]", n + 1) } else { "[]".to_owned() };
        let text = format!("apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncomponents: {next}\n");
        list.push((leaked(format!("k/c{n}/kustomization.yaml")), text));
    }
    list
}

/// A HyperConverged and many ConfigMaps.
fn with_many(count: usize, fields: &str) -> List {
    let object = |n: usize| format!("---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{n}}}\n");
    let mut list = kustomized(fields);
    list[0].1 = list[0].1.replace("[hco.yaml]", "[hco.yaml, many.yaml]");
    list.push(("k/many.yaml", (0..count).map(object).collect::<String>() + "# hco.kubevirt.io HyperConverged\n"));
    list
}

/// Lists that merge item by item, and have so many that each of them against each is too much.
fn long_lists() -> List {
    let deployment = |prefix: &str| {
        let containers: String = (0..4000).map(|n| format!("      - name: {prefix}{n}\n")).collect();
        format!("---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: d}}\nspec:\n  template:\n    spec:\n      containers:\n{containers}")
    };
    let mut list = kustomized("patches: [{path: patch.yaml}]\n");
    list[1].1 += &deployment("a");
    list.push(("k/patch.yaml", deployment("b")));
    list
}

fn many_operations() -> List {
    let mut list = kustomized("patches: [{path: patch.yaml, target: {kind: HyperConverged}}]\n");
    let operations = "- {op: add, path: /spec/a, value: []}\n".to_owned() + &"- {op: add, path: /spec/a/0, value: 1}\n".repeat(11_000);
    list.push(("k/patch.yaml", operations));
    list
}

/// A text that every replacement puts into itself.
fn doubling_text() -> List {
    let one = "- {source: {kind: HyperConverged, fieldPath: spec.x}, targets: [{select: {kind: HyperConverged}, fieldPaths: [spec.x], options: {delimiter: '-', index: 1}}]}\n";
    let mut list = kustomized(&format!("replacements:\n{}", one.repeat(60)));
    list[1].1 += "  x: a-b\n";
    list
}

/// Overlays over overlays over a large base, which each object goes through.
fn many_overlays() -> List {
    let mut list = with_many(700, "");
    for n in 0..60 {
        let next = if n < 59 { format!("../o{}", n + 1) } else { "../k".to_owned() };
        list.push((leaked(format!("o{n}/kustomization.yaml")), format!("namePrefix: a-\nresources: [{next}]\n")));
    }
    list
}

fn copies() -> List {
    let mut patch = "- {op: add, path: /spec/x, value: {a: b}}\n".to_owned();
    for n in 0..64 {
        writeln!(patch, "- {{op: copy, from: /spec, path: /spec/c{n}}}").expect("a text");
    }
    let mut list = kustomized("patches: [{path: patch.yaml, target: {kind: HyperConverged}}]\n");
    list.push(("k/patch.yaml", patch));
    list
}

fn deep_path() -> List {
    let mut list = kustomized("patches: [{path: patch.yaml, target: {kind: HyperConverged}}]\n");
    list.push(("k/patch.yaml", format!("- {{op: add, path: /spec{}, value: 1}}\n", "/a".repeat(100_000))));
    list
}

fn fanned_out() -> List {
    let elements: String = (0..200).map(|n| format!("{{a: n{n}}}, ")).collect();
    let list = format!("{{list: {{elements: [{elements}]}}}}");
    let generators = format!("  - matrix: {{generators: [{list}, {{matrix: {{generators: [{list}, {list}]}}}}]}}\n");
    vec![("set.yaml", set(&generators, "apps")), ("apps/hco.yaml", OFF.to_owned())]
}

/// As many sets as all of them together may not have instances.
fn many_sets() -> List {
    let elements: String = (0..10_000).map(|n| format!("{{a: n{n}}}, ")).collect();
    let generators = format!("  - list: {{elements: [{elements}]}}\n");
    let one = |n: usize| (leaked(format!("s{n}.yaml")), set(&generators, "none").replace("name: virt", &format!("name: s{n}")));
    (0..11).map(one).chain([("apps/hco.yaml", OFF.to_owned())]).collect()
}

/// Values of which each holds the one before a hundred times.
fn values_of_values() -> List {
    let values: String = (1..9).map(|n| format!("v{n}: '{}', ", format!("{{{{values.v{}}}}}", n - 1).repeat(100))).collect();
    let generators = format!("  - list: {{elements: [{{a: x}}], values: {{v0: x, {values}}}}}\n");
    vec![("set.yaml", set(&generators, "apps")), ("apps/hco.yaml", OFF.to_owned())]
}

/// Ten thousand times ten thousand elements, of which none is chosen.
fn nothing_but_combinations() -> List {
    let elements = |key: &str| (0..10_000).map(|n| format!("{{{key}: n{n}}}, ")).collect::<String>();
    let (first, second) = (elements("a"), elements("b"));
    let generators = format!(
        "  - matrix: {{generators: [{{list: {{elements: [{first}]}}}}, {{list: {{elements: [{second}]}}, selector: {{matchLabels: {{b: none}}}}}}]}}\n"
    );
    vec![("set.yaml", set(&generators, "apps")), ("apps/hco.yaml", OFF.to_owned())]
}

/// Policies for many clusters each.
fn policies_for_all() -> List {
    const ACM: &str = "open-cluster-management.io";
    let clusters =
        (0..500).map(|n| format!("---\napiVersion: cluster.{ACM}/v1\nkind: ManagedCluster\nmetadata: {{name: m{n}, labels: {{env: prod}}}}\n"));
    let placement = format!(
        "apiVersion: cluster.{ACM}/v1beta1\nkind: Placement\nmetadata: {{name: all, namespace: a}}\nspec: {{predicates: [{{requiredClusterSelector: {{labelSelector: {{matchLabels: {{env: prod}}}}}}}}]}}\n"
    );
    let object = "{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}";
    let policies = (0..500).map(|n| {
        format!(
            "---\napiVersion: policy.{ACM}/v1\nkind: Policy\nmetadata: {{name: p{n}, namespace: a}}\nspec:\n  remediationAction: enforce\n  policy-templates:\n  - objectDefinition: {{apiVersion: policy.{ACM}/v1, kind: ConfigurationPolicy, metadata: {{name: x}}, spec: {{object-templates: [{{complianceType: musthave, objectDefinition: {object}}}]}}}}\n---\napiVersion: policy.{ACM}/v1\nkind: PlacementBinding\nmetadata: {{name: b{n}, namespace: a}}\nplacementRef: {{name: all, kind: Placement}}\nsubjects: [{{kind: Policy, name: p{n}}}]\n"
        )
    });
    vec![("clusters.yaml", clusters.collect()), ("placement.yaml", placement), ("policies.yaml", policies.collect())]
}

/// Sync sets that patch whatever there is on every cluster.
fn patches_for_all() -> List {
    let patch =
        "{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, name: kubevirt-hyperconverged, patchType: merge, patch: '{spec: {x: 1}}'}";
    let sets = (0..1000)
        .map(|n| format!("---\napiVersion: hive.openshift.io/v1\nkind: SelectorSyncSet\nmetadata: {{name: s{n}}}\nspec: {{patches: [{patch}]}}\n"));
    let mut list: List = (0..1000).map(|n| (leaked(format!("d{n}/hco.yaml")), OFF.to_owned())).collect();
    list.push(("sets.yaml", sets.collect()));
    list
}

/// A large HyperConverged for many clusters.
fn large_for_all() -> List {
    let elements: String = (0..30).map(|n| format!("{{a: n{n}}}, ")).collect();
    let object = format!("{OFF}  x: [{}1]\n", "1,".repeat(80_000));
    vec![("set.yaml", set(&format!("  - list: {{elements: [{elements}]}}\n"), "apps")), ("apps/hco.yaml", object)]
}

fn directories_beside_each_other() -> List {
    let hyperconverged = (0..500).map(|n| (leaked(format!("h{n}/hco.yaml")), OFF.to_owned()));
    hyperconverged.chain((0..10_050).map(|n| (leaked(format!("p{n}/nodes.yaml")), nodes(&["arm64"])))).collect()
}

/// As many findings as files that a baseline names and that are gone.
fn baseline_of_what_is_gone() -> List {
    let gates: String = (0..1250).map(|n| format!("    g{n}: true\n")).collect();
    let entry = |n: usize| format!("{{\"rule\": \"feature-gate-unknown\", \"file\": \"gone{n}.yaml\", \"fingerprint\": \"{n:032x}\"}}");
    let entries: Vec<String> = (0..1250).map(entry).collect();
    let baseline = format!("{{\"version\": 1, \"findings\": [{}]}}", entries.join(",\n"));
    vec![("hco.yaml", OFF.to_owned() + &gates), (".hco-lint.yaml", "baseline: base.json\n".to_owned()), ("base.json", baseline)]
}

/// Files of which each holds nearly as many problems as it may.
fn doubled_keys() -> List {
    (0..3).map(|n| (leaked(format!("f{n}.yaml")), format!("{OFF}  x: {{{}k: 1}}\n", "k: 1,".repeat(9_000)))).collect()
}

/// Files that come to too much together. What they weigh is told without parsing, so that it need not stand for anything here.
fn heavy() -> List {
    let text = format!("{}# {}\n", nodes(&["amd64"]), ",".repeat(900_000));
    (0..12).map(|n| (leaked(format!("heavy/{n:02}.yaml")), text.clone())).chain([("hco.yaml", OFF.to_owned())]).collect()
}

fn every_node_another_architecture() -> List {
    let architectures: Vec<String> = (0..150).map(|n| format!("a{n}")).collect();
    vec![("hco.yaml", OFF.to_owned()), ("nodes.yaml", nodes(&architectures.iter().map(String::as_str).collect::<Vec<_>>()))]
}

fn long_placement() -> List {
    let terms = "{matchExpressions: [{key: x, operator: In, values: [a]}]},".repeat(7000);
    let placement = format!(
        "{OFF}  workloads: {{nodePlacement: {{affinity: {{nodeAffinity: {{requiredDuringSchedulingIgnoredDuringExecution: {{nodeSelectorTerms: [{terms}]}}}}}}}}}}\n"
    );
    vec![("hco.yaml", placement), ("nodes.yaml", nodes(&["arm64"; 1000]))]
}

fn long_text() -> List {
    let generators = format!("  - list: {{elements: [{{a: {}}}]}}\n", "x".repeat(1 << 20));
    vec![("set.yaml", set(&generators, &"{{a}}".repeat(500))), ("apps/hco.yaml", OFF.to_owned())]
}

fn long_substitutions() -> List {
    let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: virt}\nspec:\n  path: ./apps\n  postBuild: {substitute: {A: ";
    vec![("flux.yaml", format!("{flux}{}}}}}\n", "x".repeat(1 << 20))), ("apps/hco.yaml", format!("{OFF}  x: {}\n", "${A}".repeat(500)))]
}

/// An application of a directory, on the cluster that it is on itself.
fn application(name: &str, directory: &str) -> String {
    format!(
        "---\napiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {name}}}\nspec:\n  source: {{repoURL: \
         https://git.example.com/x.git, path: {directory}}}\n  destination: {{server: 'https://kubernetes.default.svc'}}\n"
    )
}

/// A chain that is longer than any real one.
fn chain() -> List {
    let link = |n: usize| (leaked(format!("d{n}/app.yaml")), application(&format!("a{}", n + 1), &format!("d{}", n + 1)));
    (0..20).map(link).chain([("d20/hco.yaml", OFF.to_owned())]).collect()
}

/// Three applications in each directory for each of three others: as many ways as three to the power of the depth.
fn everyone_delivers_the_next() -> List {
    let next = |n: usize| (1..4).map(|m| application(&format!("a{m}"), &format!("d{}", n + m))).collect::<String>();
    (0..40).map(|n| (leaked(format!("d{n}/app.yaml")), next(n))).chain([("d40/hco.yaml", OFF.to_owned())]).collect()
}

/// Many clusters with nodes of their own, and as many sets that give each of them a HyperConverged.
fn all_for_all() -> List {
    let sets = (0..460).map(|n| {
        (
            leaked(format!("sets/s{n}.yaml")),
            set("  - clusters: {}\n", "apps").replace("name: virt", &format!("name: s{n}")).replace("{{a}}", "{{name}}"),
        )
    });
    let clusters = (0..460).map(|n| (leaked(format!("clusters/c{n}/nodes.yaml")), nodes(&["arm64"])));
    sets.chain(clusters).chain([("apps/hco.yaml", OFF.to_owned())]).collect()
}

#[test]
fn the_book_tells_the_bounds() {
    let read = |path: &str| std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("a file");
    let book = read("docs/src/bounds.md");
    for (file, name, value, row) in BOUNDS {
        let constant = |line: &str| line.contains(&format!("const {name}: ")) && line.ends_with(&format!(" = {value};"));
        assert!(read(file).lines().any(constant), "{file} has no {name} of {value}");
        assert_eq!(book.matches(row).count(), 1, "the book says not once `{row}` ({name})");
    }
    let rows: std::collections::BTreeSet<&str> = BOUNDS.iter().map(|(_, _, _, row)| *row).collect();
    assert_eq!(book.lines().filter(|l| l.starts_with("| ")).count(), rows.len() + 1, "the book has other rows");
}
