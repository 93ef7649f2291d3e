//! Where findings point when a layer over a shared base is to blame: at the line of the patch that wrote the value or took it away.

#[path = "support/scratch.rs"]
mod scratch;

use scratch::{Files, Scratch};
use serde_json::Value;
use std::process::Command;

const ON: &str = "  featureGates:\n    enableMultiArchBootImageImport: true\n";
const IMAGE: &str = "  featureGates:\n    enableMultiArchBootImageImport: true\n  dataImportCronTemplates:\n  - metadata:\n      name: fedora-image-cron\n      \
    annotations:\n        ssp.kubevirt.io/dict.architectures: amd64,arm64\n    spec:\n      managedDataSource: fedora\n      schedule: x\n      template:\n        spec:\n          \
    source:\n            registry: {url: docker://example.com/fedora}\n";

struct Row {
    base: &'static str,
    /// An entry of `patches`, below the target.
    patch: &'static str,
    rule: &'static str,
    /// File and line, trimmed.
    place: (&'static str, &'static str),
}

const OVERLAY: &str = "clusters/prod/kustomization.yaml";
const DISABLED: &str = "multi-arch-images-disabled";

const ROWS: &[Row] = &[
    Row {
        base: ON,
        patch: "patch: |-\n    - op: replace\n      path: /spec/featureGates/enableMultiArchBootImageImport\n      value: false\n",
        rule: DISABLED,
        place: (OVERLAY, "value: false"),
    },
    Row {
        base: ON,
        patch: "patch: |-\n    - value: false\n      path: /spec/featureGates/enableMultiArchBootImageImport\n      op: replace\n",
        rule: DISABLED,
        place: (OVERLAY, "- value: false"),
    },
    Row {
        base: ON,
        patch: "patch: |-\n    - op: replace\n      path: /spec/featureGates\n      value: {alignCPUs: true}\n",
        rule: DISABLED,
        place: (OVERLAY, "path: /spec/featureGates"),
    },
    Row { base: ON, patch: "patch: |-\n    - op: remove\n      path: /spec/featureGates\n", rule: DISABLED, place: (OVERLAY, "- op: remove") },
    Row {
        base: ON,
        patch: "patch: |-\n    apiVersion: hco.kubevirt.io/v1beta1\n    kind: HyperConverged\n    metadata: {name: x}\n    spec:\n      featureGates:\n        $patch: delete\n",
        rule: DISABLED,
        place: (OVERLAY, "featureGates:"),
    },
    // What a patch took away was another gate: the flag belongs in the block that is left.
    Row {
        base: "  featureGates:\n    alignCPUs: true\n",
        patch: "patch: |-\n    - op: remove\n      path: /spec/featureGates\n",
        rule: DISABLED,
        place: ("base/hco.yaml", "spec:"),
    },
    // A key without a value sets nothing, and the value belongs there.
    Row {
        base: "  featureGates:\n    alignCPUs: true\n    enableMultiArchBootImageImport:\n",
        patch: "patch: |-\n    - op: remove\n      path: /spec/featureGates/alignCPUs\n",
        rule: DISABLED,
        place: ("base/hco.yaml", "enableMultiArchBootImageImport:"),
    },
    Row {
        base: IMAGE,
        patch: "patch: |-\n    - op: replace\n      path: /spec/dataImportCronTemplates/0/metadata/annotations/ssp.kubevirt.io~1dict.architectures\n      value: amd64, arm64\n",
        rule: "architectures-annotation-whitespace",
        place: (OVERLAY, "value: amd64, arm64"),
    },
    Row {
        base: IMAGE,
        patch: "patch: |-\n    - op: remove\n      path: /spec/dataImportCronTemplates/0/metadata/annotations\n",
        rule: "golden-image-no-architectures",
        place: (OVERLAY, "- op: remove"),
    },
    Row {
        base: IMAGE,
        patch: "patch: |-\n    - op: remove\n      path: /spec/dataImportCronTemplates/0/spec/template/spec/source\n",
        rule: "golden-image-without-source",
        place: (OVERLAY, "- op: remove"),
    },
    Row {
        base: IMAGE,
        patch: "patch: |-\n    - op: remove\n      path: /spec/dataImportCronTemplates/0/spec\n",
        rule: "golden-image-without-spec",
        place: (OVERLAY, "- op: remove"),
    },
    Row {
        base: IMAGE,
        patch: "patch: |-\n    - op: remove\n      path: /spec/dataImportCronTemplates/0/metadata/name\n",
        rule: "golden-image-without-name",
        place: (OVERLAY, "- op: remove"),
    },
    Row {
        base: IMAGE,
        patch: "patch: |-\n    - op: remove\n      path: /spec/dataImportCronTemplates/0/spec/schedule\n",
        rule: "wrong-value-type",
        place: (OVERLAY, "- op: remove"),
    },
];

impl Row {
    fn files(&self) -> Files {
        let object = "apiVersion: hco.kubevirt.io/v1beta1\nkind: HyperConverged\nmetadata:\n  name: kubevirt-hyperconverged\n  namespace: openshift-cnv\nspec:\n";
        let node = |arch: &str| {
            format!(
                "---\napiVersion: v1\nkind: Node\nmetadata: {{name: {arch}, labels: {{node-role.kubernetes.io/worker: ''}}}}\nstatus: {{nodeInfo: {{architecture: {arch}}}}}\n"
            )
        };
        let files = [
            ("base/kustomization.yaml", "resources: [hco.yaml]\n".to_owned()),
            ("base/hco.yaml", format!("{object}{}", self.base)),
            ("clusters/prod/nodes.yaml", node("amd64") + &node("arm64")),
            (OVERLAY, format!("resources: [../../base, nodes.yaml]\npatches:\n- target: {{kind: HyperConverged}}\n  {}", self.patch)),
        ];
        files.map(|(path, text)| (path.to_owned(), text.into_bytes())).into()
    }

    /// File and line of the finding.
    fn place(&self) -> Option<(String, String)> {
        let files = self.files();
        let scratch = Scratch::new(&files);
        let mut command = Command::new(env!("CARGO_BIN_EXE_hco-lint"));
        let output = command.args(["--format", "json", "--select", self.rule]).current_dir(&scratch.root).output().expect("it runs");
        let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
        let place = &report["findings"].as_array().expect("findings").first()?["location"];
        let (file, line) = (place["file"].as_str()?, usize::try_from(place["line"].as_u64()?).ok()?);
        let text = String::from_utf8(files.get(file)?.clone()).ok()?;
        Some((file.to_owned(), text.lines().nth(line - 1)?.trim().to_owned()))
    }
}

#[test]
fn findings_point_at_the_layer_to_blame() {
    let wrong: Vec<String> = ROWS
        .iter()
        .map(|row| (row, row.place()))
        .filter(|(row, got)| got.as_ref().map(|(f, l)| (f.as_str(), l.as_str())) != Some(row.place))
        .map(|(row, got)| format!("{}\n{}  wanted {:?}, got {got:?}", row.rule, row.patch, row.place))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
