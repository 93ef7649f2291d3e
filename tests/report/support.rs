//! Outcomes made by hand, for the tests of the report formats.

use hco_lint::files::Shown;
use hco_lint::finding::{Confidence, Consequence, Edit, Finding, Fix, Label, ObjectRef, Severity};
use hco_lint::membership::{Mechanism, Membership, Reason};
use hco_lint::nodes::arch::Arch;
use hco_lint::nodes::pool::{Basis, Role, State};
use hco_lint::outcome::{
    ClusterView, Evidence, GoldenImageView, HyperConvergedView, Knowledge, MultiArch, Outcome, Summary, Suppressed, Suppression, Unresolved,
};
use hco_lint::report::RuleInfo;
use hco_lint::source::{FileId, Source, Span};
use std::path::Path;

pub(crate) const RULES: &[RuleInfo<'static>] = &[
    RuleInfo {
        name: "golden-image-partial-coverage",
        title: "A golden image is not made for every architecture",
        severity: Severity::Info,
        page: "# golden-image-partial-coverage\n\nNo image for some nodes.\n",
        url: Some("https://example.org/rules/golden-image-partial-coverage"),
    },
    RuleInfo {
        name: "multi-arch-images-disabled",
        title: "Golden images are imported for one architecture only",
        severity: Severity::Warning,
        page: "# multi-arch-images-disabled\n\nThe nodes are mixed, the images are not.\n",
        url: Some("https://example.org/rules/multi-arch-images-disabled"),
    },
];

/// The bytes of the `n`th (from 0) occurrence of `needle`.
pub(crate) fn find(outcome: &Outcome, file: FileId, needle: &str, n: usize) -> Span {
    let text = &outcome.source(file).expect("file").text;
    let (start, _) = text.match_indices(needle).nth(n).unwrap_or_else(|| panic!("{needle:?} is not there {n} times"));
    Span::new(file, start, start + needle.len())
}

pub(crate) fn add(outcome: &mut Outcome, path: &str, text: &str) -> FileId {
    let id = FileId(u32::try_from(outcome.sources.len()).expect("few files"));
    outcome.sources.insert(id, Source::new(path.to_owned(), text.to_owned()));
    id
}

pub(crate) fn label(span: Span, message: &str) -> Label {
    Label { span, message: message.to_owned() }
}

pub(crate) fn arch(name: &str) -> Arch {
    Arch::parse(name).expect("an architecture")
}

pub(crate) fn finding(rule: &'static str, severity: Severity, message: &str, primary: Label) -> Finding {
    Finding {
        rule,
        severity,
        confidence: Confidence::High,
        alert: None,
        consequence: Consequence::Advice,
        message: message.to_owned(),
        help: None,
        notes: Vec::new(),
        clusters: Default::default(),
        object: ObjectRef { kind: "HyperConverged".into(), name: "kubevirt-hyperconverged".into(), item: None },
        field: String::new(),
        primary,
        related: Vec::new(),
        fixes: Vec::new(),
    }
}

pub(crate) fn cluster(name: &str) -> ClusterView {
    ClusterView {
        name: name.to_owned(),
        hyperconverged: None,
        multi_arch: MultiArch::None,
        workloads: Vec::new(),
        control_plane: Vec::new(),
        latent: Vec::new(),
        knowledge: Knowledge::Unknown,
        evidence: Vec::new(),
        golden_images: Vec::new(),
        why: Vec::new(),
        members: Vec::new(),
        confidence: Confidence::High,
    }
}

pub(crate) fn evidence(name: &str, architecture: Option<&str>, detail: &str, span: Span) -> Evidence {
    Evidence {
        arch: architecture.map(arch),
        basis: architecture.map(|_| Basis::InstanceType),
        detail: detail.to_owned(),
        state: State::Present,
        role: Role::Worker,
        kind: "MachineSet".to_owned(),
        name: name.to_owned(),
        span,
    }
}

pub(crate) const HCO: &str = "\
apiVersion: hco.kubevirt.io/v1beta1
kind: HyperConverged
metadata:
  name: kubevirt-hyperconverged
  namespace: openshift-cnv
spec:
  featureGates:
    enableMultiArchBootImageImport: false
  dataImportCronTemplates:
  - metadata:
      name: fedora-image-cron
      annotations:
        ssp.kubevirt.io/dict.architectures: amd64
";

fn machine_set(name: &str, instance_type: &str) -> String {
    format!(
        "apiVersion: machine.openshift.io/v1beta1\nkind: MachineSet\nmetadata:\n  name: {name}\nspec:\n  replicas: 2\n  template:\n    spec:\n      providerSpec:\n        value:\n          instanceType: {instance_type}\n"
    )
}

/// Three clusters over one base: `prod` and `dr` are mixed and get one architecture of images, nothing tells what `lab` is.
pub(crate) fn fleet() -> Outcome {
    let mut o = Outcome::default();
    let hco = add(&mut o, "base/hco.yaml", HCO);
    let dr =
        add(&mut o, "clusters/dr/machinesets.yaml", &format!("{}---\n{}", machine_set("dr-a", "m6i.xlarge"), machine_set("dr-arm", "m7g.xlarge")));
    let kustomization = add(&mut o, "clusters/lab/kustomization.yaml", "resources:\n- ../../base\n- https://example.org/nodes?ref=v1\n");
    let prod_a = add(&mut o, "clusters/prod/workers-a.yaml", &machine_set("prod-a", "m6i.2xlarge"));
    let prod_b = add(&mut o, "clusters/prod/workers-b.yaml", &machine_set("prod-arm", "m7g.2xlarge"));

    let gate = find(&o, hco, "enableMultiArchBootImageImport: false", 0);
    let mut off = finding(
        "multi-arch-images-disabled",
        Severity::Warning,
        "golden images are imported for one architecture only, but the workload nodes have two: `amd64` and `arm64`",
        label(gate, "the feature is off here"),
    );
    off.alert = Some("HCOMultiArchGoldenImagesDisabled");
    off.consequence = Consequence::Alert;
    off.help = Some("enable the feature, or pin workloads to one architecture with `spec.workloads.nodePlacement`".into());
    off.notes = vec!["the shared base is used by 3 clusters; the fix changes all of them".into()];
    off.clusters = ["dr".to_owned(), "prod".to_owned()].into();
    off.field = "spec.featureGates.enableMultiArchBootImageImport".into();
    off.related = vec![
        label(find(&o, prod_b, "m7g.2xlarge", 0), "prod: arm64 comes from here"),
        label(find(&o, prod_a, "m6i.2xlarge", 0), "prod: amd64 comes from here"),
        label(find(&o, dr, "m7g.xlarge", 0), "dr: arm64 comes from here"),
        label(find(&o, dr, "m6i.xlarge", 0), "dr: amd64 comes from here"),
    ];
    let value = find(&o, hco, "false", 0);
    let before = find(&o, hco, "  featureGates", 0).at_start();
    let pin = "  workloads:\n    nodePlacement:\n      nodeSelector:\n        kubernetes.io/arch: amd64\n";
    off.fixes = vec![
        Fix { title: "turn the feature on".into(), safe: true, edits: vec![Edit { span: value, text: "true".into() }] },
        Fix { title: "pin workloads to amd64".into(), safe: false, edits: vec![Edit { span: before, text: pin.into() }] },
    ];

    let mut coverage = finding(
        "golden-image-partial-coverage",
        Severity::Info,
        "no image of `fedora-image-cron` for arm64 nodes",
        label(find(&o, hco, "ssp.kubevirt.io/dict.architectures: amd64", 0), "amd64 only"),
    );
    coverage.confidence = Confidence::Medium;
    coverage.consequence = Consequence::SilentLoss;
    coverage.clusters = ["prod".to_owned()].into();
    coverage.object.item = Some("fedora-image-cron".into());
    coverage.field = "spec.dataImportCronTemplates[fedora-image-cron].metadata.annotations".into();

    let mut name = finding(
        "hyperconverged-name",
        Severity::Error,
        "admission refuses this name",
        label(find(&o, hco, "kubevirt-hyperconverged", 0), "must be `kubevirt-hyperconverged`"),
    );
    name.consequence = Consequence::Rejected;
    name.field = "metadata.name".into();
    name.clusters = ["lab".to_owned()].into();

    let mut unknown = finding(
        "unknown-architectures",
        Severity::Info,
        "nothing says what the nodes of lab are",
        label(find(&o, hco, "HyperConverged", 0), "delivered to lab"),
    );
    unknown.clusters = ["lab".to_owned()].into();
    unknown.field = "lab".into();
    let mut quiet = coverage.clone();
    quiet.clusters = ["dr".to_owned()].into();
    o.suppressed = vec![Suppressed { finding: quiet, by: Suppression::Comment, reason: Some("Fedora is not used in dr".into()), at: None }];
    o.findings = vec![name, off, coverage, unknown];

    let object = Span::new(hco, 0, HCO.len());
    let view = |name: &str| ClusterView {
        hyperconverged: Some(HyperConvergedView {
            api_version: "hco.kubevirt.io/v1beta1".into(),
            name: "kubevirt-hyperconverged".into(),
            namespace: Some("openshift-cnv".into()),
            span: object,
        }),
        multi_arch: MultiArch::Off,
        golden_images: vec![GoldenImageView {
            name: "fedora-image-cron".into(),
            common: true,
            architectures: vec!["amd64".into()],
            span: Some(find(&o, hco, "fedora-image-cron", 0)),
        }],
        ..cluster(name)
    };
    let mut view_dr = view("dr");
    view_dr.workloads = vec![arch("amd64"), arch("arm64")];
    view_dr.knowledge = Knowledge::Partial;
    view_dr.evidence = vec![
        evidence("dr-a", Some("amd64"), "m6i.xlarge", find(&o, dr, "m6i.xlarge", 0)),
        evidence("dr-arm", Some("arm64"), "m7g.xlarge", find(&o, dr, "m7g.xlarge", 0)),
    ];
    let member = |kind: &str, name: &str, span: Span, confidence: Confidence| Membership {
        kind: kind.into(),
        name: name.into(),
        span,
        reason: Reason::new(Mechanism::Directory, "the directory clusters/dr is called after the cluster", span),
        confidence,
    };
    view_dr.members = vec![
        member("MachineSet", "dr-a", find(&o, dr, "m6i.xlarge", 0), Confidence::Medium),
        member("MachineSet", "dr-arm", find(&o, dr, "m7g.xlarge", 0), Confidence::Medium),
        member("HyperConverged", "kubevirt-hyperconverged", object, Confidence::Low),
    ];
    view_dr.why = vec![label(find(&o, dr, "kind: MachineSet", 0), "directory clusters/dr")];
    view_dr.confidence = Confidence::Medium;
    let mut view_lab = view("lab");
    view_lab.multi_arch = MultiArch::Unknown;
    view_lab.evidence = vec![evidence("lab-gpu", None, "instance type `${TYPE}` is a template", find(&o, kustomization, "resources", 0))];
    view_lab.why = vec![label(find(&o, kustomization, "../../base", 0), "clusters/lab builds base")];
    let mut view_prod = view("prod");
    view_prod.workloads = vec![arch("amd64"), arch("arm64")];
    view_prod.control_plane = vec![arch("amd64")];
    view_prod.latent = vec![arch("s390x")];
    view_prod.knowledge = Knowledge::Complete;
    view_prod.evidence = vec![
        evidence("prod-a", Some("amd64"), "m6i.2xlarge", find(&o, prod_a, "m6i.2xlarge", 0)),
        evidence("prod-arm", Some("arm64"), "m7g.2xlarge", find(&o, prod_b, "m7g.2xlarge", 0)),
    ];
    view_prod.why = vec![
        label(find(&o, prod_a, "kind: MachineSet", 0), "directory clusters/prod"),
        label(find(&o, hco, "kind: HyperConverged", 0), "clusters/prod builds base"),
    ];
    o.clusters = vec![view_dr, view_lab, view_prod];
    o.unresolved = vec![Unresolved {
        reason: "the remote base https://example.org/nodes?ref=v1 is not fetched".into(),
        span: find(&o, kustomization, "https://example.org/nodes?ref=v1", 0),
    }];
    o.summary = Summary {
        files: 120,
        parsed: 7,
        unreadable: vec![("secrets/nodes.yaml".into(), "Permission denied (os error 13)".into())],
        templates: vec!["charts/virt/templates/hco.yaml".into()],
        hidden: 2,
        outside: None,
        unknown_architectures: vec!["lab".into()],
    };
    o
}

/// Everything that breaks careless output: CRLF, tabs, characters of several bytes, an empty file, a byte order mark, a file name with
/// a line break that spells a workflow command, markup in every string.
pub(crate) fn awkward() -> Outcome {
    let mut o = Outcome { shown: Shown::new(Path::new("/r"), Path::new("/r/deploy")), ..Outcome::default() };
    let hostile = add(&mut o, "a,b:c%\n::error file=x::injected.yaml", "kind: Node\n");
    let bom = add(&mut o, "bom.yaml", "\u{feff}kind: Größe\n");
    let crlf = add(&mut o, "crlf.yaml", "kind: HyperConverged\r\nmetadata:\r\n\tname: \"é🚀🚀\" # \u{202e}comment\r\nspec: {}\r\n");
    let empty = add(&mut o, "empty.yaml", "");

    let mut first = finding(
        "wrong-value-type",
        Severity::Error,
        "a <b>name</b> of \x1b[31mred\x1b[0m | pipes `code` & @team #12 ]]> ::error::x",
        label(find(&o, crlf, "\"é🚀🚀\"", 0), "tabs, emoji"),
    );
    first.field = "metadata.name".into();
    first.related =
        vec![label(find(&o, hostile, "Node", 0), "in a file with a strange name"), label(find(&o, bom, "Größe", 0), "after a byte order mark")];
    first.fixes = vec![Fix {
        title: "write <plain> letters".into(),
        safe: true,
        edits: vec![
            Edit { span: find(&o, crlf, "\"é🚀🚀\"", 0), text: "e".into() },
            Edit { span: find(&o, crlf, "spec: {}\r\n", 0), text: "spec:\r\n  infra: {}\r\n".into() },
        ],
    }];
    let second = finding("syntax", Severity::Error, "the file is empty", label(Span::new(empty, 0, 0), "nothing here"));
    let mut third = finding("unresolved", Severity::Warning, "in the file with a strange name", label(Span::new(hostile, 0, 400), "past the end"));
    third.confidence = Confidence::Low;
    // Same rule, object, field and file as the third: only their order tells them apart.
    let mut fourth = third.clone();
    fourth.primary = label(find(&o, hostile, "Node", 0), "");
    o.findings = vec![first, second, third, fourth];
    o.unresolved = vec![Unresolved { reason: "line\nbreak".into(), span: find(&o, hostile, "Node", 0) }];
    o.summary = Summary { files: 4, parsed: 4, ..Summary::default() };
    o
}

/// One cluster, nothing wrong.
pub(crate) fn clean() -> Outcome {
    let mut o = Outcome::default();
    let hco = add(&mut o, "hco.yaml", HCO);
    let mut only = cluster("(repository)");
    only.hyperconverged = Some(HyperConvergedView {
        api_version: "hco.kubevirt.io/v1beta1".into(),
        name: "kubevirt-hyperconverged".into(),
        namespace: None,
        span: Span::new(hco, 0, HCO.len()),
    });
    only.workloads = vec![arch("amd64")];
    only.knowledge = Knowledge::Complete;
    only.multi_arch = MultiArch::On;
    only.evidence = vec![evidence("a", Some("amd64"), "m6i.xlarge", find(&o, hco, "kind", 0))];
    o.clusters = vec![only];
    o.summary = Summary { files: 3, parsed: 1, ..Summary::default() };
    o
}

/// Nothing could be read.
pub(crate) fn nothing() -> Outcome {
    Outcome {
        summary: Summary { files: 2, unreadable: vec![("a.yaml".into(), "not UTF-8 (byte 0xff at 17)".into())], ..Summary::default() },
        ..Outcome::default()
    }
}

/// `n` clusters over one base, every third one mixed, every seventh unknown.
pub(crate) fn many(n: usize) -> Outcome {
    let mut o = Outcome::default();
    let hco = add(&mut o, "base/hco.yaml", HCO);
    let mixed: Vec<String> = (0..n).filter(|i| i % 3 == 0 && i % 7 != 0).map(|i| format!("cluster-{i:03}")).collect();
    let mut off = finding(
        "multi-arch-images-disabled",
        Severity::Warning,
        "golden images are imported for one architecture only, but the workload nodes have two: `amd64` and `arm64`",
        label(find(&o, hco, "enableMultiArchBootImageImport: false", 0), "the feature is off here"),
    );
    off.clusters = mixed.into_iter().collect();
    off.help = Some("enable the feature".into());
    off.fixes =
        vec![Fix { title: "turn the feature on".into(), safe: true, edits: vec![Edit { span: find(&o, hco, "false", 0), text: "true".into() }] }];
    for i in 0..n {
        let name = format!("cluster-{i:03}");
        let a = add(&mut o, &format!("clusters/{name}/workers-a.yaml"), &machine_set(&format!("{name}-a"), "m6i.xlarge"));
        let mut view = cluster(&name);
        view.hyperconverged = Some(HyperConvergedView {
            api_version: "hco.kubevirt.io/v1beta1".into(),
            name: "kubevirt-hyperconverged".into(),
            namespace: Some("openshift-cnv".into()),
            span: Span::new(hco, 0, HCO.len()),
        });
        view.multi_arch = if i % 5 == 0 { MultiArch::On } else { MultiArch::Off };
        view.why = vec![label(find(&o, a, "kind: MachineSet", 0), "directory of the cluster")];
        if i % 7 == 0 {
            view.evidence = vec![evidence(&format!("{name}-a"), None, "instance type `${TYPE}` is a template", find(&o, a, "m6i.xlarge", 0))];
            o.summary.unknown_architectures.push(name.clone());
        } else {
            view.workloads = vec![arch("amd64")];
            view.knowledge = Knowledge::Partial;
            view.evidence = vec![evidence(&format!("{name}-a"), Some("amd64"), "m6i.xlarge", find(&o, a, "m6i.xlarge", 0))];
            if i % 3 == 0 {
                let b = add(&mut o, &format!("clusters/{name}/workers-b.yaml"), &machine_set(&format!("{name}-arm"), "m7g.xlarge"));
                view.workloads.push(arch("arm64"));
                view.evidence.push(evidence(&format!("{name}-arm"), Some("arm64"), "m7g.xlarge", find(&o, b, "m7g.xlarge", 0)));
                off.related.push(label(find(&o, b, "m7g.xlarge", 0), &format!("{name}: arm64 comes from here")));
            }
        }
        o.clusters.push(view);
    }
    o.findings = vec![off];
    o.summary.files = n * 12;
    o.summary.parsed = o.sources.len();
    o
}
