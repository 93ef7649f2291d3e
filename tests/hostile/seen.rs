//! Never silently green: what a run could not see stands in every format, and the code says whether it was asked for.

use crate::scratch::{Files, Scratch};
use crate::support::{FORMATS, OFF, files, found, json, nodes, on, run};

/// What is not seen, the words for it, and the code of a run in which nothing fails.
fn cases() -> Vec<(&'static str, Files, &'static str, i32)> {
    let healthy = || files([("hco.yaml", on()), ("nodes.yaml", nodes(&["amd64", "arm64"]))]);
    let with = |path: &str, bytes: &[u8]| {
        let mut all = healthy();
        all.insert(path.to_owned(), bytes.to_vec());
        all
    };
    let deep = format!("{OFF}  x: {}{}\n", "[".repeat(300), "]".repeat(300));
    let remote = "resources: [hco.yaml, nodes.yaml, 'https://git.example.com/acme/base//virt?ref=v1']\n";
    let template = format!("{{{{- if .Values.enabled }}}}\n{OFF}{{{{- end }}}}\n");
    // What deployers refer to, beside a healthy cluster.
    let deployer = |text: &str| {
        let mut all = with("deployer.yaml", text.as_bytes());
        all.insert(".hco-lint.yaml".to_owned(), b"repoURL: https://git.example.com/acme/here\n".to_vec());
        all.insert("virt/hco.yaml".to_owned(), on().into_bytes());
        all.insert("virt/broken.json".to_owned(), b"{\"cluster\": [".to_vec());
        all
    };
    let application = |include: &str| {
        deployer(&format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: virt}}\nspec:\n  source: {{repoURL: 'https://git.example.com/acme/here', \
             path: virt, directory: {{include: '{include}'}}}}\n  destination: {{name: edge}}\n"
        ))
    };
    let set = |generator: &str| {
        let here = "repoURL: 'https://git.example.com/acme/here'";
        deployer(&format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {{name: virt}}\nspec:\n  generators:\n  - {}\n  template:\n    \
             spec: {{source: {{{here}, path: '{{{{path}}}}'}}, destination: {{name: edge}}}}\n",
            generator.replace("HERE", here)
        ))
    };
    let policy = format!(
        "apiVersion: policy.open-cluster-management.io/v1\nkind: ConfigurationPolicy\nmetadata: {{name: virt}}\nspec:\n  remediationAction: enforce\n  \
         object-templates-raw: |\n    {{{{- range $x := list 1 }}}}\n    - complianceType: musthave\n      objectDefinition:\n{}    {{{{- end }}}}\n",
        OFF.lines().map(|line| format!("        {line}\n")).collect::<String>()
    );
    let generated = |manifests: &str, more: &[(&str, &str)]| {
        let generator = format!(
            "apiVersion: policy.open-cluster-management.io/v1\nkind: PolicyGenerator\nmetadata: {{name: g}}\npolicyDefaults: {{namespace: p, \
             remediationAction: enforce}}\npolicies: [{{name: virt, manifests: [{{path: {manifests}}}]}}]\n"
        );
        let mut all = with("policies/generator.yaml", generator.as_bytes());
        all.insert("policies/kustomization.yaml".to_owned(), b"generators: [generator.yaml]\n".to_vec());
        all.extend(more.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())));
        all
    };
    let sync = |kind: &str, patch: &str| {
        deployer(&format!(
            "apiVersion: hive.openshift.io/v1\nkind: SyncSet\nmetadata: {{name: virt, namespace: edge}}\nspec:\n  clusterDeploymentRefs: [{{name: edge}}]\n  \
             patches:\n  - {{apiVersion: hco.kubevirt.io/v1beta1, kind: HyperConverged, name: kubevirt-hyperconverged, namespace: openshift-cnv, \
             patchType: {kind}, patch: '{patch}'}}\n"
        ))
    };
    let carried = "apiVersion: addons.cluster.x-k8s.io/v1beta1\nkind: ClusterResourceSet\nmetadata: {name: virt}\nspec:\n  resources: \
                   [{kind: ConfigMap, name: elsewhere}]\n";
    let conflict = "<<<<<<< HEAD\nresources: [hco.yaml]\n=======\nresources: [nodes.yaml, hco.yaml]\n>>>>>>> other\n";
    let gate = on().replace(": true", ": ${multiarch}");
    let placed = format!("{OFF}  workloads: {{nodePlacement: {{nodeSelector: {{kubernetes.io/arch: '${{arch}}'}}}}}}\n");
    let replaced = |path: &str, text: String| with(path, text.as_bytes());
    let installer = "apiVersion: v1\nbaseDomain: example.com\nmetadata: {name: prod}\ncompute: [\n";
    let remote_build = ("policies/virt/kustomization.yaml", "resources: ['https://git.example.com/acme/base//virt?ref=v1']\n");
    vec![
        ("a glob of files that is none", application("[a"), "this glob picks cannot be told", 0),
        ("a glob of files that is too big", application(&"?".repeat(900_000)), "this glob picks cannot be told", 0),
        ("a glob of directories that is none", set("git: {HERE, directories: [{path: '[a'}]}"), "this glob matches cannot be told", 0),
        (
            "a glob of directories that is too big",
            set(&format!("git: {{HERE, directories: [{{path: '{}'}}]}}", "?".repeat(900_000))),
            "this glob matches cannot be told",
            0,
        ),
        ("a broken file of a generator", set("git: {HERE, files: [{path: 'virt/*.json'}]}"), "what the set makes of it is unknown", 0),
        ("a matrix of one", set("matrix: {generators: [{list: {elements: [{path: virt}]}}]}"), "no other number", 0),
        ("a policy made of templates", deployer(&policy), "render it and lint the result", 0),
        ("a policy's missing manifests", generated("none", &[]), "are not in the repository", 0),
        ("a remote base of a policy", generated("virt", &[remote_build]), "is remote", 0),
        ("a resource set's missing map", deployer(carried), "elsewhere that the resource set applies", 0),
        ("a patch that is no YAML", sync("merge", "{spec: ["), "is no YAML or JSON", 0),
        (
            "a patch beyond a bound",
            sync("json", &format!("[{{\"op\": \"add\", \"path\": \"{}\", \"value\": 1}}]", "/a".repeat(500))),
            "a limit of hco-lint",
            4,
        ),
        ("a kustomization in conflict", with("kustomization.yaml", conflict.as_bytes()), "skip the text from here", 0),
        (
            "a missing generator",
            with("policies/hco.yaml", OFF.as_bytes())
                .into_iter()
                .chain(files([("policies/kustomization.yaml", "generators: [none.yaml]\n")]))
                .collect(),
            "none.yaml",
            0,
        ),
        ("a broken kustomization", with("k/kustomization.yaml", b"patches: [\n"), "not valid YAML", 0),
        ("a broken file of the installer", with("install-config.yaml", installer.as_bytes()), "not valid YAML", 0),
        ("a flag that something substitutes", replaced("hco.yaml", gate), "comes to: a template expression", 0),
        ("a placement that something substitutes", replaced("hco.yaml", placed), "comes to: a template expression", 0),
        ("no text", with("latin.yaml", &[OFF.as_bytes(), b"# \xe9\n"].concat()), "it is not UTF-8", 4),
        ("UTF-16", with("wide.yaml", b"\xff\xfek\0:\0"), "it is UTF-16", 4),
        ("a bound", with("deep.yaml", deep.as_bytes()), "nested more than 200 levels deep", 4),
        ("a remote base", with("kustomization.yaml", remote.as_bytes()), "is remote", 0),
        ("a template", with("chart/templates/hco.yaml", template.as_bytes()), "template", 0),
        ("nothing", files([("README.md", "nothing")]), "nothing was checked", 3),
    ]
}

#[test]
fn every_format_says_what_was_not_seen() {
    for (what, files, words, code) in cases() {
        let scratch = Scratch::new(&files);
        for format in FORMATS {
            let ran = run(&scratch.root, &["--format", format, "-v", "--fail-on", "never"]);
            assert_eq!(ran.code, Some(code), "{what} in {format}: {ran:?}");
            // JSON says that nothing was checked in numbers.
            let numbers = format == "json" && what == "nothing" && ran.out.contains("\"parsed\": 0");
            assert!(ran.out.contains(words) || numbers, "{format} does not say `{words}` for {what}: {}", ran.out);
        }
    }
}

#[test]
fn what_a_secret_of_a_resource_set_holds_is_seen() {
    // A HyperConverged of a wrong name, encoded as the API server keeps it.
    let encoded = "YXBpVmVyc2lvbjogaGNvLmt1YmV2aXJ0LmlvL3YxYmV0YTEKa2luZDogSHlwZXJDb252ZXJnZWQKbWV0YWRhdGE6CiAgbmFtZTogb3RoZXIKICBuYW1lc3BhY2U6IG9wZW5zaGlmdC1jbnYK";
    let holder = format!("apiVersion: v1\nkind: Secret\nmetadata: {{name: virt}}\ndata: {{hco.yaml: {encoded}}}\n");
    let set = "apiVersion: addons.cluster.x-k8s.io/v1beta1\nkind: ClusterResourceSet\nmetadata: {name: virt}\nspec:\n  resources: [{kind: Secret, name: virt}]\n";
    let scratch = Scratch::new(&files([("set.yaml", format!("{set}---\n{holder}"))]));
    let report = json(&scratch.root, &["--min-confidence", "low"]);
    assert_eq!(found(&report).first().map(String::as_str), Some("hyperconverged-name at set.yaml"), "{report}");
    let broken = holder.replace("{hco.yaml: YXBp", "{hco.yaml: YX*p");
    let scratch = Scratch::new(&files([("set.yaml", format!("{set}---\n{broken}"))]));
    assert_eq!(found(&json(&scratch.root, &["--min-confidence", "low"])), ["unresolved at set.yaml"]);
}

#[test]
fn a_list_of_nodes_beside_some_of_an_unknown_cluster_is_not_all() {
    let pool = |name: &str, cluster: &str, arch: &str| {
        format!(
            "---\napiVersion: hypershift.openshift.io/v1beta1\nkind: NodePool\nmetadata: {{name: {name}, namespace: clusters}}\nspec: {{clusterName: \
             '{cluster}', arch: {arch}, replicas: 2, platform: {{type: AWS}}}}\n"
        )
    };
    let hub = format!(
        "apiVersion: hypershift.openshift.io/v1beta1\nkind: HostedCluster\nmetadata: {{name: prod, namespace: clusters}}\n{}",
        pool("a", "prod", "amd64")
    );
    for (hub, knowledge) in [(hub.clone(), "complete"), (hub + &pool("b", "${CLUSTER}", "arm64"), "partial")] {
        let scratch = Scratch::new(&files([("clusters/prod/hco.yaml", OFF.to_owned()), ("hub/prod.yaml", hub)]));
        assert_eq!(json(&scratch.root, &[])["clusters"][0]["architectures"]["knowledge"], knowledge);
    }
}
