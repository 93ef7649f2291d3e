//! Every key of the configuration: what it takes, what it says and what holds without it.

use super::shape::{Form, Key, Map, Shape};
use crate::nodes::arch::Arch;
use crate::operator::release::Release;

const fn key(name: &'static str, shape: Shape, default: &'static str, doc: &'static str) -> Key {
    Key { name, shape, doc, default, required: false }
}

const fn required(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key { name, shape, doc, default: "", required: true }
}

const fn map(what: &'static str, keys: &'static [Key]) -> Map {
    Map { what, keys, any_of: &[], not_both: None }
}

/// One text, or a list of texts.
const fn some(of: &'static Shape) -> Shape {
    Shape::List { of, alone: true, empty: true }
}

const fn list(of: &'static Shape) -> Shape {
    Shape::List { of, alone: false, empty: true }
}

const SEVERITIES: &[&str] = &["off", "info", "warning", "error"];

static GLOB: Form = Form {
    name: "glob",
    check: |text| crate::files::glob(text, crate::files::Star::Name).map(drop).map_err(|e| format!("no glob: {e}")),
    pattern: None,
    values: None,
};

static ARCHITECTURE: Form = Form {
    name: "CPU architecture",
    check: |text| Arch::parse(text).map(drop).ok_or("no CPU architecture; write amd64, arm64, s390x or ppc64le".to_owned()),
    pattern: None,
    values: Some(Arch::spellings),
};

static OPERATOR: Form = Form {
    name: "version",
    check: |text| Release::parse(text).map(drop).ok_or("no version; write it like \"1.17\"".to_owned()),
    pattern: Some(r"^v?1\.[0-9]+"),
    values: None,
};

static OPENSHIFT: Form = Form {
    name: "version",
    check: |text| Release::of_openshift_virtualization(text).map(drop).ok_or("no version; write it like \"4.21\"".to_owned()),
    pattern: Some(r"^v?4\.([4-9]|[1-9][0-9]+)"),
    values: None,
};

static DAY: Form = Form {
    name: "day",
    check: |text| if crate::text::is_date(text) { Ok(()) } else { Err("no day; write it like 2027-03-01".to_owned()) },
    pattern: Some("^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"),
    values: None,
};

static A_GLOB: Shape = Shape::Word(&GLOB);
static AN_ARCHITECTURE: Shape = Shape::Word(&ARCHITECTURE);
const GLOBS: Shape = some(&A_GLOB);
const ARCHITECTURES: Shape = some(&AN_ARCHITECTURE);

/// The whole file.
pub(crate) static ROOT: Map = map(
    "the configuration",
    &[
        key(
            "repoURL",
            Shape::Text,
            "the Git remote",
            "URL of this repository: by it the sources of Argo CD and Flux are known to mean this repository.",
        ),
        key("clusters", list(&Shape::Map(&CLUSTER)), "", "What is known of single clusters."),
        key("defaults", Shape::Map(&DEFAULTS), "", "What is assumed of clusters of which nothing else is known."),
        key("operator", Shape::Map(&OPERATOR_MAP), "", "What is known of the HyperConverged operator, where the repository does not show it."),
        key(
            "commonImages",
            Shape::Either(&["upstream", "openshift-virtualization"], &COMMON_IMAGES),
            "those of whoever builds the operator, as far as the repository shows it",
            "The golden images that the operator brings by itself.",
        ),
        key(
            "unknownArchitectures",
            Shape::Choice(&["summary", "note", "warning", "error"]),
            "`summary`",
            "How loudly to say that nothing is known of a cluster's nodes: in a line of the summary, or as a finding.",
        ),
        key("rules", Shape::Rules(SEVERITIES), "what the pages of the rules say", "Severities by rule; `off` switches a rule off."),
        key("ignore", list(&Shape::Map(&IGNORE)), "", "Findings to leave alone: those for which all conditions of an entry hold."),
        key("exclude", GLOBS, "", "Globs of files that are not read at all."),
        key(
            "baseline",
            Shape::Text,
            "",
            "A file with findings to leave alone, as `--write-baseline` writes it. Relative to the configuration file, inside the repository.",
        ),
        key(
            "minConfidence",
            Shape::Choice(&["low", "medium", "high"]),
            "`medium`",
            "Findings below it are hidden; `--min-confidence` says otherwise for one run.",
        ),
    ],
);

static COMMON_IMAGES: Shape = list(&Shape::Map(&IMAGE));

static CLUSTER: Map = Map {
    what: "a cluster",
    keys: &[
        required("name", Shape::Text, "Its name. The entry joins everything that is already called so."),
        key("aliases", some(&Shape::Text), "", "Other names of it: short forms, API URLs, infrastructure ids."),
        key("paths", GLOBS, "", "Globs of files that are its own, whatever the conventions say."),
        key("nodeArchitectures", ARCHITECTURES, "what manifests say", "All architectures of its nodes."),
        key(
            "nodes",
            Shape::Text,
            "what manifests say",
            "A file with all of its Nodes, as `kubectl get nodes -o yaml` prints them. Relative to the configuration file, inside the repository.",
        ),
    ],
    any_of: &[],
    not_both: Some(("nodeArchitectures", "nodes")),
};

static DEFAULTS: Map = map("`defaults`", &[key("nodeArchitectures", ARCHITECTURES, "", "All architectures of their nodes.")]);

static OPERATOR_MAP: Map = Map {
    what: "`operator`",
    keys: &[
        key(
            "version",
            Shape::Word(&OPERATOR),
            "what the repository shows, else the newest semantics",
            "Its release, as in `\"1.17\"`; `--hco-version` says otherwise for one run.",
        ),
        key("openshiftVirtualization", Shape::Word(&OPENSHIFT), "", "The same as a release of OpenShift Virtualization, as in `\"4.21\"`."),
        key("namespace", Shape::Text, "what the repository shows", "The namespace it is installed in."),
        key(
            "platform",
            Shape::Choice(&["openshift", "kubernetes"]),
            "`openshift`",
            "The platform. On `kubernetes` none of the operator's alerts exists.",
        ),
    ],
    any_of: &[],
    not_both: Some(("version", "openshiftVirtualization")),
};

static IMAGE: Map = map(
    "a common image",
    &[
        required("name", Shape::Text, "Name of its DataImportCronTemplate."),
        key("managedDataSource", Shape::Text, "its name without `-image-cron`", "Name of its DataSource."),
        key("registry", Shape::Text, "unknown", "Where it comes from."),
        key("architectures", ARCHITECTURES, "unknown", "The architectures it has."),
    ],
);

static IGNORE: Map = Map {
    what: "an `ignore` entry",
    keys: &[
        key("rule", Shape::Rule, "every rule", "The rule."),
        key("paths", Shape::List { of: &A_GLOB, alone: true, empty: false }, "every file", "Globs of the file that the finding points into."),
        key(
            "object",
            Shape::Text,
            "every object",
            "The object: a name, `Kind/name`, or either with `/item` behind it, such as a golden image's name.",
        ),
        key("reason", Shape::Text, "", "Why, for the next reader."),
        key("expires", Shape::Word(&DAY), "never", "The last day (UTC) on which it holds, as in `2027-03-01`."),
    ],
    any_of: &["rule", "paths", "object"],
    not_both: None,
};
