//! The twin against the operator's behaviour: clusters, resources, and what the operator's own tests and code say of them.
//!
//! Each row is one cluster: its nodes, its HyperConverged, and the workload architectures, alerts and refusal that follow. Rows whose name ends in a
//! file name restate a case of that upstream test; the others follow from the code it names.

#[path = "support/relint.rs"]
mod relint;
#[path = "support/scratch.rs"]
mod scratch;

use hco_lint::finding::{Confidence, Consequence};
use hco_lint::outcome::Outcome;
use hco_lint::run::{Settings, run};
use scratch::{Files, Scratch};

struct Row {
    name: &'static str,
    /// `roles:architecture`, roles from `w` (worker), `c` (control plane), `m` (master) and `key=value` labels, joined by `+`.
    nodes: &'static str,
    /// `v1` or `v1beta1`, then the spec in flow style.
    resource: &'static str,
    workloads: &'static str,
    /// Alerts without their `HCO` prefix, with the image they name; `refused` when admission refuses.
    outcome: &'static [&'static str],
}

const MIXED: &str = "w:amd64 w:arm64";
const D: &str = "MultiArchGoldenImagesDisabled";

macro_rules! rows {
    ($($name:literal, $nodes:expr, $resource:expr, $workloads:literal, [$($outcome:expr),*];)*) => {
        &[$(Row { name: $name, nodes: $nodes, resource: $resource, workloads: $workloads, outcome: &[$($outcome),*] }),*]
    };
}

const ROWS: &[Row] = rows! {
    "no nodes: architectures_test.go", "", "v1beta1 {}", "", [];
    "a node that has not reported: architectures_test.go", "w:", "v1beta1 {}", "", [];
    "one architecture: architectures_test.go", "w:amd64 w:amd64", "v1beta1 {}", "amd64", [];
    "two architectures: architectures_test.go", MIXED, "v1beta1 {}", "amd64 arm64", [D];
    "one of two has not reported: architectures_test.go", "w:amd64 w:", "v1beta1 {}", "amd64", [];
    "control planes do not count: architectures_test.go", "c:amd64 c:arm64", "v1beta1 {}", "", [];
    "a single node is both: architectures_test.go", "c+w:amd64", "v1beta1 {}", "amd64", [];
    "a selector leaves one: architectures_test.go", "w+a=1:amd64 w:arm64", "v1beta1 {workloads: {nodePlacement: {nodeSelector: {a: '1'}}}}", "amd64", [];
    "a selector needs no worker label: architectures_test.go", "a=1:amd64", "v1beta1 {workloads: {nodePlacement: {nodeSelector: {a: '1'}}}}", "amd64", [];
    "a selector may choose control planes: architectures_test.go", "c+a=1:amd64 w:arm64", "v1 {deployment: {nodePlacements: {workload: {nodeSelector: {a: '1'}}}}}", "amd64", [];
    "required affinity with In: architectures_test.go", "a=1:amd64 a=2:arm64 a=3:s390x",
        "v1beta1 {workloads: {nodePlacement: {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: In, values: ['1', '3']}]}]}}}}}}",
        "amd64 s390x", [D];
    "an empty selector demands nothing", MIXED, "v1beta1 {workloads: {nodePlacement: {nodeSelector: {}}}}", "amd64 arm64", [D];
    "an empty affinity demands nothing", MIXED, "v1beta1 {workloads: {nodePlacement: {affinity: {nodeAffinity: {}}}}}", "amd64 arm64", [D];
    "preferred terms and tolerations choose nothing", MIXED,
        "v1beta1 {workloads: {nodePlacement: {tolerations: [{key: x}], affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 1, preference: {matchExpressions: [{key: kubernetes.io/arch, operator: gt}]}}]}}}}}",
        "amd64 arm64", [D];
    "an empty term matches nothing", MIXED,
        "v1beta1 {workloads: {nodePlacement: {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{}]}}}}}}", "", [];
    "an empty term beside another does no harm", "w+a=1:amd64 w:arm64",
        "v1beta1 {workloads: {nodePlacement: {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{}, {matchExpressions: [{key: a, operator: Exists}]}]}}}}}}", "amd64", [];
    "NotIn matches where the key is missing", "w+a=1:amd64 w:arm64",
        "v1beta1 {workloads: {nodePlacement: {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: NotIn, values: ['1']}]}]}}}}}}", "arm64", [];
    "Gt compares integers", "w+a=9:amd64 w+a=10:arm64 w+a=x:s390x",
        "v1beta1 {workloads: {nodePlacement: {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Gt, values: ['9']}]}]}}}}}}", "arm64", [];
    "matchFields chooses by name", MIXED,
        "v1beta1 {workloads: {nodePlacement: {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchFields: [{key: metadata.name, operator: In, values: [n1]}]}]}}}}}}", "arm64", [];
    "an operator in lower case is refused: validator_test.go", MIXED,
        "v1beta1 {infra: {nodePlacement: {affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: gt, values: ['1']}]}]}}}}}}", "amd64 arm64", ["refused", D];
    "the gate is on: operator_collectors_test.go", MIXED, "v1beta1 {featureGates: {enableMultiArchBootImageImport: true}}", "amd64 arm64", [];
    "the field is on", MIXED, "v1 {workloadSources: {enableMultiArchBootImageImport: true}}", "amd64 arm64", [];
    "the field beats a gate that agrees with nothing: mutate_multiarch_enabler_test.go", MIXED,
        "v1 {featureGates: [{name: enableMultiArchBootImageImport, state: Disabled}], workloadSources: {enableMultiArchBootImageImport: true}}", "amd64 arm64", ["refused"];
    "every deprecated gate must agree with its field: fg_to_fields.go", "w:amd64",
        "v1 {featureGates: [{name: persistentReservation}], storage: {persistentReservationConfiguration: {enabled: false}}}", "amd64", ["refused"];
    "a gate that disables agrees with a field that is false: fg_to_fields.go", "w:amd64",
        "v1 {featureGates: [{name: disableMDevConfiguration}], virtualization: {mediatedDevicesConfiguration: {enabled: false}}}", "amd64", [];
    "a gate that disables contradicts a field that is true: fg_to_fields.go", "w:amd64",
        "v1 {featureGates: [{name: disableMDevConfiguration}], virtualization: {mediatedDevicesConfiguration: {enabled: true}}}", "amd64", ["refused"];
    "a listed gate is enabled, in any case: mutate_multiarch_enabler_test.go", MIXED, "v1 {featureGates: [{name: EnableMULTIArchBootImageImport}], workloadSources: {}}", "amd64 arm64", [];
    "a listed gate needs workloadSources", MIXED, "v1 {featureGates: [{name: enableMultiArchBootImageImport}]}", "amd64 arm64", ["refused"];
    "no image, no alert: operator_collectors_test.go", MIXED, "v1beta1 {enableCommonBootImageImport: false}", "amd64 arm64", [];
    "all common images disabled: golden_images_test.go", MIXED,
        "v1beta1 {dataImportCronTemplates: [{metadata: {name: fedora-image-cron, annotations: {dataimportcrontemplate.kubevirt.io/enable: 'false'}}}, {metadata: {name: centos-stream9-image-cron, annotations: {dataimportcrontemplate.kubevirt.io/enable: 'FALSE'}}}, {metadata: {name: centos-stream10-image-cron, annotations: {dataimportcrontemplate.kubevirt.io/enable: 'false'}}}]}",
        "amd64 arm64", [];
    "no annotation: ssp_test.go", MIXED, "v1beta1 {featureGates: {enableMultiArchBootImageImport: true}, dataImportCronTemplates: [IMAGE(mine)]}", "amd64 arm64", ["GoldenImageWithNoArchitectureAnnotation/mine"];
    "no annotation, one architecture: it fires all the same", "w:amd64", "v1beta1 {featureGates: {enableMultiArchBootImageImport: true}, dataImportCronTemplates: [IMAGE(mine)]}", "amd64", ["GoldenImageWithNoArchitectureAnnotation/mine"];
    "an empty annotation counts as none", MIXED, "v1beta1 {featureGates: {enableMultiArchBootImageImport: true}, dataImportCronTemplates: [IMAGE(mine|)]}", "amd64 arm64", ["GoldenImageWithNoArchitectureAnnotation/mine"];
    "a comma is an annotation of nothing", MIXED, "v1beta1 {featureGates: {enableMultiArchBootImageImport: true}, dataImportCronTemplates: [IMAGE(mine|,)]}", "amd64 arm64", ["GoldenImageWithNoSupportedArchitecture/mine"];
    "one of them is enough: golden_images_test.go", MIXED, "v1beta1 {featureGates: {enableMultiArchBootImageImport: true}, dataImportCronTemplates: [IMAGE(mine|amd64,s390x)]}", "amd64 arm64", [];
    "none of them: golden_images_test.go", "w:amd64 w:s390x", "v1beta1 {featureGates: {enableMultiArchBootImageImport: true}, dataImportCronTemplates: [IMAGE(mine|arm64)]}", "amd64 s390x", ["GoldenImageWithNoSupportedArchitecture/mine"];
    "tokens are not trimmed", "w:arm64", "v1beta1 {featureGates: {enableMultiArchBootImageImport: true}, dataImportCronTemplates: [IMAGE(mine|amd64, arm64)]}", "arm64", ["GoldenImageWithNoSupportedArchitecture/mine"];
    "tokens keep their case", MIXED, "v1beta1 {featureGates: {enableMultiArchBootImageImport: true}, dataImportCronTemplates: [IMAGE(mine|AMD64)]}", "amd64 arm64", ["GoldenImageWithNoSupportedArchitecture/mine"];
    "the common registry keeps the common annotation: golden_images_test.go", MIXED,
        "v1beta1 {featureGates: {enableMultiArchBootImageImport: true}, dataImportCronTemplates: [COMMON(foo|url: 'docker://quay.io/containerdisks/fedora:latest')]}", "amd64 arm64", [];
    "another registry needs an annotation of its own: golden_images_test.go", MIXED,
        "v1beta1 {featureGates: {enableMultiArchBootImageImport: true}, dataImportCronTemplates: [COMMON(foo|url: 'docker://example.com/fedora')]}", "amd64 arm64", ["GoldenImageWithNoSupportedArchitecture/fedora-image-cron"];
    "any change of the registry counts", MIXED,
        "v1beta1 {featureGates: {enableMultiArchBootImageImport: true}, dataImportCronTemplates: [COMMON(|url: 'docker://quay.io/containerdisks/fedora:latest', pullMethod: node)]}", "amd64 arm64", ["GoldenImageWithNoArchitectureAnnotation/fedora-image-cron"];
    "without common images an entry of their name is dropped", MIXED,
        "v1beta1 {enableCommonBootImageImport: false, featureGates: {enableMultiArchBootImageImport: true}, dataImportCronTemplates: [COMMON(|url: 'docker://example.com/fedora')]}", "amd64 arm64", [];
    "one name twice is refused, disabled or not: golden_images_test.go", MIXED, "v1beta1 {dataImportCronTemplates: [IMAGE(x), {metadata: {name: x, annotations: {dataimportcrontemplate.kubevirt.io/enable: 'false'}}}]}", "amd64 arm64", ["refused", D];
    "a customised common image without a source crashes admission", MIXED,
        "v1beta1 {dataImportCronTemplates: [{metadata: {name: fedora-image-cron}, spec: {managedDataSource: fedora, schedule: x, template: {spec: {storage: {storageClassName: fast}}}}}]}", "amd64 arm64", ["refused", D];
    "a bare word is a boolean to the API server", MIXED, "v1beta1 {featureGates: {enableMultiArchBootImageImport: yes}}", "amd64 arm64", [];
    "a quoted one is not", MIXED, "v1beta1 {featureGates: {enableMultiArchBootImageImport: 'true'}}", "amd64 arm64", ["refused"];
};

/// One DataImportCronTemplate: `IMAGE(name)`, `IMAGE(name|architectures)`; `COMMON(architectures|registry fields)` for Fedora's.
fn expand(resource: &str) -> String {
    let mut text = resource.to_owned();
    while let Some(start) = text.find("IMAGE(").or_else(|| text.find("COMMON(")) {
        let open = start + text[start..].find('(').unwrap_or(0);
        let close = open + text[open..].find(')').unwrap_or(0);
        let (first, second) = text[open + 1..close].split_once('|').map_or((&text[open + 1..close], None), |(a, b)| (a, Some(b)));
        let entry = if text[start..].starts_with("IMAGE") {
            image(first, second, &format!("url: 'docker://example.com/{first}'"))
        } else {
            image("fedora-image-cron", Some(first).filter(|a| !a.is_empty()), second.unwrap_or_default())
        };
        text.replace_range(start..=close, &entry);
    }
    text
}

fn image(name: &str, architectures: Option<&str>, registry: &str) -> String {
    let annotation = architectures.map_or(String::new(), |a| format!(", annotations: {{ssp.kubevirt.io/dict.architectures: '{a}'}}"));
    format!(
        "{{metadata: {{name: {name}{annotation}}}, spec: {{managedDataSource: {name}, schedule: x, template: {{spec: {{source: {{registry: {{{registry}}}}}}}}}}}}}"
    )
}

fn nodes(row: &str) -> String {
    let mut text = "apiVersion: v1\nkind: List\nitems:\n".to_owned();
    for (index, node) in row.split_whitespace().enumerate() {
        let (roles, arch) = node.split_once(':').unwrap_or((node, ""));
        let label = |role: &str| match role {
            "w" => "node-role.kubernetes.io/worker: ''".to_owned(),
            "c" => "node-role.kubernetes.io/control-plane: ''".to_owned(),
            "m" => "node-role.kubernetes.io/master: ''".to_owned(),
            other => other.replace('=', ": '") + "'",
        };
        let labels: Vec<String> = roles.split('+').filter(|r| !r.is_empty()).map(label).collect();
        text += &format!(
            "- {{apiVersion: v1, kind: Node, metadata: {{name: n{index}, labels: {{{}}}}}, status: {{nodeInfo: {{architecture: '{arch}'}}}}}}\n",
            labels.join(", ")
        );
    }
    text
}

impl Row {
    fn files(&self) -> Files {
        let (version, spec) = self.resource.split_once(' ').unwrap_or((self.resource, "{}"));
        let hco = format!(
            "apiVersion: hco.kubevirt.io/{version}\nkind: HyperConverged\nmetadata: {{name: kubevirt-hyperconverged, namespace: openshift-cnv}}\nspec: {}\n",
            expand(spec)
        );
        let files = [("hco.yaml", hco), ("dump/nodes.yaml", nodes(self.nodes))];
        files.map(|(path, text)| (path.to_owned(), text.into_bytes())).into()
    }
}

fn lint(files: &Files) -> Outcome {
    let scratch = Scratch::new(files);
    let settings = Settings {
        paths: vec!["hco.yaml".into()],
        directory: scratch.root.clone(),
        nodes: vec![(None, "dump/nodes.yaml".into())],
        min_confidence: Some(Confidence::Medium),
        threads: 1,
        ..Settings::default()
    };
    run(&settings).unwrap_or_else(|error| panic!("{error:?}"))
}

#[test]
fn the_twin_answers_as_the_operator() {
    let mut wrong = Vec::new();
    for row in ROWS {
        let outcome = lint(&row.files());
        let workloads: Vec<String> = outcome.clusters[0].workloads.iter().map(ToString::to_string).collect();
        let mut got: Vec<String> = Vec::new();
        if outcome.findings.iter().any(|f| f.consequence == Consequence::Rejected) {
            got.push("refused".to_owned());
        }
        for finding in &outcome.findings {
            let Some(alert) = finding.alert else { continue };
            let item = finding.object.item.as_ref().map_or(String::new(), |i| format!("/{i}"));
            got.push(format!("{}{item}", alert.trim_start_matches("HCO")));
        }
        if workloads.join(" ") != row.workloads || got != row.outcome {
            wrong.push(format!("{}: {} {got:?}, wanted {} {:?}", row.name, workloads.join(" "), row.workloads, row.outcome));
        }
    }
    assert!(wrong.is_empty(), "{} of {} rows differ:\n{}", wrong.len(), ROWS.len(), wrong.join("\n"));
}

#[test]
fn fixes_keep_what_they_promise() {
    let mut broken = Vec::new();
    for row in ROWS {
        let files = row.files();
        let promises = relint::broken_promises(&files, &lint(&files), &lint);
        broken.extend(promises.into_iter().map(|b| format!("{}: {b}", row.name)));
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
