//! Baselines as people use them: written, read, outgrown, mended, broken.

#[path = "support/scratch.rs"]
mod scratch;
#[path = "support/tree.rs"]
mod tree;

use scratch::{Files, Scratch};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

const FILE: &str = "known.yaml";

fn hco(on: &str) -> String {
    format!(
        "apiVersion: hco.kubevirt.io/v1\nkind: HyperConverged\nmetadata:\n  name: kubevirt-hyperconverged\n  namespace: openshift-cnv\nspec:\n  \
         workloadSources:\n    enableMultiArchBootImageImport: {on}\n"
    )
}

fn clusters(names: &[&str]) -> String {
    names.iter().fold("clusters:\n".to_owned(), |text, name| format!("{text}- {{name: {name}, nodeArchitectures: [amd64, arm64]}}\n"))
}

fn kustomization() -> String {
    "resources: [../../base]\n".to_owned()
}

fn repository(files: &[(&str, String)]) -> Scratch {
    Scratch::new(&files.iter().map(|(path, text)| ((*path).to_owned(), text.clone().into_bytes())).collect::<Files>())
}

/// One HyperConverged for `dr` and `prod`.
fn shared() -> Scratch {
    repository(&[
        (".hco-lint.yaml", clusters(&["dr", "prod"])),
        ("base/hco.yaml", hco("false")),
        ("base/kustomization.yaml", "resources: [hco.yaml]\n".to_owned()),
        ("clusters/dr/kustomization.yaml", kustomization()),
        ("clusters/prod/kustomization.yaml", kustomization()),
    ])
}

struct Ran {
    out: String,
    err: String,
    code: i32,
}

impl Scratch {
    fn run(&self, arguments: &[&str]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_hco-lint")).args(arguments).env("NO_COLOR", "1").current_dir(&self.root).output();
        let output = output.expect("it runs");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        Ran { out: text(output.stdout), err: text(output.stderr), code: output.status.code().expect("a code") }
    }

    fn report(&self, arguments: &[&str]) -> (Value, i32) {
        let ran = self.run(&[&["--format", "json"], arguments].concat());
        (serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {}{}", ran.out, ran.err)), ran.code)
    }

    /// Rule and clusters of what is found with the baseline.
    fn found(&self, arguments: &[&str]) -> Vec<String> {
        let (report, _) = self.report(&[&["--baseline", FILE], arguments].concat());
        let names = |f: &Value| f["clusters"].as_array().expect("clusters").iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",");
        let findings = report["findings"].as_array().expect("findings").iter();
        findings.map(|f| format!("{} {}", f["rule"].as_str().expect("a rule"), names(f)).trim_end().to_owned()).collect()
    }

    fn record(&self, arguments: &[&str]) -> String {
        let ran = self.run(&[&["--write-baseline", FILE], arguments].concat());
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        self.read(FILE)
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.root.join(path)).expect("a text")
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("directories");
        std::fs::write(path, text).expect("a file");
    }
}

#[test]
fn what_is_recorded_is_silent_and_stays_so_when_lines_move() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/repositories");
    let mut recorded = 0;
    for directory in tree::directories(&root) {
        let files = tree::files(&directory);
        let scratch = Scratch::new(&files);
        let (before, _) = scratch.report(&[]);
        let ran = scratch.run(&["--write-baseline", FILE]);
        let text = scratch.read(FILE);
        recorded += text.matches("fingerprint: ").count();
        assert_eq!(text.matches("fingerprint: ").count(), before["findings"].as_array().expect("findings").len(), "{directory:?}");
        let (after, code) = scratch.report(&["--baseline", FILE]);
        assert_eq!((after["findings"].clone(), code), (Value::Array(Vec::new()), ran.code), "{directory:?}");
        assert_eq!(after["summary"]["baseline"], before["findings"].as_array().expect("findings").len());
        assert_eq!(scratch.run(&["--format", "json", "--write-baseline", FILE]).code, code);
        assert_eq!(scratch.read(FILE), text, "{directory:?}: written again it is the same");
        for (path, bytes) in files.iter().filter(|(path, _)| path.ends_with(".yaml")) {
            let moved = [b"# one\n# two\n".as_slice(), bytes].concat();
            std::fs::write(scratch.root.join(path), moved).expect("a file");
        }
        assert_eq!(scratch.found(&[]), [""; 0], "{directory:?}: lines moved");
    }
    assert!(recorded > 20, "the fixtures have findings: {recorded}");
}

#[test]
fn a_new_finding_shows_and_a_mended_one_is_stale() {
    let scratch = shared();
    scratch.record(&[]);
    assert_eq!(scratch.found(&[]), [""; 0]);
    scratch.write("base/hco.yaml", &hco("false").replace("kubevirt-hyperconverged", "kubevirt"));
    assert!(scratch.found(&[]).iter().any(|f| f.starts_with("hyperconverged-name")), "{:?}", scratch.found(&[]));
    scratch.write("base/hco.yaml", &hco("true"));
    assert_eq!(scratch.found(&[]), ["baseline-stale"]);
    assert_eq!(scratch.run(&["--baseline", FILE]).code, 0, "advice fails nothing");
    scratch.write(".hco-lint.yaml", &format!("{}rules: {{baseline-stale: warning}}\nbaseline: {FILE}\n", clusters(&["dr", "prod"])));
    assert_eq!(scratch.run(&[]).code, 1);
    assert_eq!(scratch.run(&["--fix"]).code, 0, "the entry is removed");
    assert!(scratch.read(FILE).ends_with("findings: []\n"), "{}", scratch.read(FILE));
}

#[test]
fn one_more_cluster_shows_the_finding_again() {
    let scratch = shared();
    scratch.record(&[]);
    scratch.write("clusters/lab/kustomization.yaml", &kustomization());
    scratch.write(".hco-lint.yaml", &clusters(&["dr", "lab", "prod"]));
    assert_eq!(scratch.found(&[]), ["multi-arch-images-disabled dr,lab,prod"]);
    assert_eq!(scratch.run(&["--baseline", FILE]).code, 1);
    let (report, _) = scratch.report(&["--baseline", FILE]);
    let notes = report["findings"][0]["notes"].to_string();
    assert!(notes.contains("the baseline has it, but not for lab"), "{notes}");
    scratch.record(&["--baseline", FILE]);
    assert_eq!(scratch.found(&[]), [""; 0]);
    // One cluster less does not fail, but the entry says more than there is.
    std::fs::remove_dir_all(scratch.root.join("clusters/lab")).expect("it goes");
    scratch.write(".hco-lint.yaml", &clusters(&["dr", "prod"]));
    assert_eq!(scratch.found(&[]), ["baseline-stale"]);
    assert!(scratch.record(&["--baseline", FILE]).contains("clusters: [\"dr\", \"prod\"]"));
    assert_eq!(scratch.found(&[]), [""; 0]);
}

/// Findings that only their order tells apart.
#[test]
fn a_moved_file_is_known_for_the_clusters_it_was_known_for() {
    let scratch = shared();
    scratch.record(&[]);
    let moved = |from: &str, to: &str| std::fs::rename(scratch.root.join(from), scratch.root.join(to)).expect("it moves");
    scratch.write("base/kustomization.yaml", "resources: [virtualization.yaml]\n");
    moved("base/hco.yaml", "base/virtualization.yaml");
    assert_eq!(scratch.found(&["--min-confidence", "low"]), [""; 0], "neither new nor stale");

    scratch.write(".hco-lint.yaml", &clusters(&["prod", "qa"]));
    moved("clusters/dr", "clusters/qa");
    assert_eq!(scratch.found(&[]), ["multi-arch-images-disabled prod,qa", "baseline-stale"], "another cluster");
    let text = scratch.record(&["--baseline", FILE]);
    assert!(text.contains("file: \"base/virtualization.yaml\"") && !text.contains("base/hco.yaml"), "{text}");
    assert_eq!(scratch.found(&[]), [""; 0]);
}

#[test]
fn equal_findings_are_counted() {
    let node = |name: &str, doubled: bool| {
        let again = if doubled { format!("metadata: {{name: {name}, labels: {{kubernetes.io/arch: amd64}}}}\n") } else { String::new() };
        format!("---\napiVersion: v1\nkind: Node\nmetadata: {{name: {name}, labels: {{kubernetes.io/arch: amd64}}}}\n{again}")
    };
    let nodes = |doubled: [bool; 3]| node("a", doubled[0]) + &node("b", doubled[1]) + &node("c", doubled[2]);
    let path = "clusters/prod/nodes.yaml";
    let scratch = repository(&[("clusters/prod/hco.yaml", hco("true")), (path, nodes([true, true, false]))]);
    assert_eq!(scratch.record(&[]).matches("duplicate-key").count(), 2);
    assert_eq!(scratch.found(&[]), [""; 0]);
    scratch.write(path, &nodes([false, true, false]));
    assert_eq!(scratch.found(&[]), ["baseline-stale"], "the first is mended: the second is still known");
    scratch.write(path, &nodes([true, true, true]));
    assert_eq!(scratch.found(&[]), ["duplicate-key"], "a third one is new");
}

#[test]
fn what_a_run_cannot_judge_is_neither_stale_nor_lost() {
    let scratch = shared();
    scratch.write(
        "clusters/prod/nodes.yaml",
        "apiVersion: v1\nkind: Node\nmetadata: {name: a, labels: {kubernetes.io/arch: amd64}}\nmetadata: {name: a}\n",
    );
    let all = scratch.record(&[]);
    assert_eq!(all.matches("fingerprint").count(), 3, "{all}");
    std::fs::remove_file(scratch.root.join("clusters/prod/nodes.yaml")).expect("it goes");
    let other = ["--select", "golden-image-without-name,baseline-stale"];
    assert_eq!(scratch.found(&other), [""; 0], "the rule is not at work");
    assert_eq!(scratch.found(&["clusters/dr"]), [""; 0], "a part of the repository");
    assert_eq!(scratch.found(&[]), ["baseline-stale"]);
    assert_eq!(scratch.record(&[["--baseline", FILE].as_slice(), &other].concat()), all);
    assert_eq!(scratch.record(&["--baseline", FILE, "clusters/dr"]), all);
    assert_eq!(scratch.record(&["--baseline", FILE]).matches("fingerprint").count(), 2, "duplicate-key is mended");
    scratch.write("clusters/dr/broken.yaml", "\u{0}");
    std::fs::write(scratch.root.join("clusters/dr/kustomization.yaml"), b"\xff").expect("a file");
    assert!(!scratch.found(&[]).contains(&"baseline-stale".to_owned()), "a file cannot be read: {:?}", scratch.found(&[]));
}

#[test]
fn confidence_and_suppressions() {
    let scratch = shared();
    let all = scratch.record(&[]);
    assert_eq!(scratch.found(&["--min-confidence", "high"]), [""; 0], "what is hidden for its confidence is not gone");
    assert_eq!(scratch.record(&["--baseline", FILE, "--min-confidence", "high"]), all);
    let comment = hco("false # hco-lint: ignore[multi-arch-images-disabled] later");
    scratch.write("base/hco.yaml", &comment);
    assert_eq!(scratch.found(&[]), [""; 0], "the entry is not stale: the finding is there");
    assert!(scratch.record(&["--baseline", FILE]).ends_with("findings: []\n"), "the comment is enough");
    assert_eq!(scratch.found(&[]), [""; 0]);
}

#[test]
fn fixes_leave_alone_what_is_recorded() {
    let scratch = shared();
    scratch.record(&[]);
    let ran = scratch.run(&["--baseline", FILE, "--fix"]);
    assert!(ran.err.contains("0 findings mended"), "{}", ran.err);
    let ran = scratch.run(&["--fix", "--write-baseline", FILE]);
    assert!(ran.err.contains("1 finding mended") && ran.err.contains("0 findings recorded"), "{}", ran.err);
}

#[test]
fn every_summary_counts_it() {
    let scratch = shared();
    scratch.record(&[]);
    for format in ["human", "markdown", "github", "html"] {
        let out = scratch.run(&["--baseline", FILE, "--format", format]).out;
        assert!(out.contains("1 in the baseline"), "{format}: {out}");
    }
    let sarif = |arguments: &[&str]| serde_json::from_str::<Value>(&scratch.run(arguments).out).expect("JSON");
    assert_eq!(sarif(&["--baseline", FILE, "--format", "sarif"])["runs"][0]["properties"]["baseline"], 1);
    assert!(sarif(&["--format", "sarif"])["runs"][0]["results"][0].get("baselineState").is_none());
    scratch.write("base/hco.yaml", &hco("false").replace("kubevirt-hyperconverged", "kubevirt"));
    let log = sarif(&["--baseline", FILE, "--format", "sarif"]);
    let states: Vec<&Value> = log["runs"][0]["results"].as_array().expect("results").iter().map(|r| &r["baselineState"]).collect();
    assert!(!states.is_empty() && states.iter().all(|s| *s == "new"), "{states:?}");
    assert_eq!(scratch.report(&[]).0["summary"]["baseline"], Value::Null);
}

#[test]
fn a_broken_baseline_ends_the_run_and_says_where() {
    let scratch = shared();
    let print = "710b55abad9243c5243ca7726c71df96";
    let entry = format!("  - {{rule: a, fingerprint: {print}}}\n");
    for (text, said) in [
        (String::new(), "known.yaml:1:1: the baseline is empty"),
        ("version: 1\nfindings: [\n".to_owned(), "known.yaml:2:11: this is not valid YAML"),
        ("version: 2\n".to_owned(), "known.yaml:1:10: this is a baseline of version 2"),
        ("findings: []\n".to_owned(), "known.yaml:1:1: the baseline needs a `version`"),
        ("# nothing\n".to_owned(), "the baseline is empty"),
        ("version: 1\nfinding: []\n".to_owned(), "known.yaml:2:1: the baseline has no key `finding`; did you mean `findings`?"),
        ("version: 1\nfindings: {}\n".to_owned(), "known.yaml:2:11: `findings` must be a list"),
        ("version: 1\nfindings:\n  - {rule: a, fingerprint: 12}\n".to_owned(), "known.yaml:3:28: `12` is no fingerprint"),
        (format!("version: 1\nfindings:\n  - {{fingerprint: {print}}}\n"), "known.yaml:3:5: an entry needs a `rule`"),
        (format!("version: 1\nfindings:\n{entry}{entry}"), "known.yaml:4:12: the fingerprint 710b55abad9243c5243ca7726c71df96 is recorded twice"),
        (format!("version: 1\nfindings:\n<<<<<<< HEAD\n{entry}=======\n>>>>>>> b\n"), "known.yaml:"),
    ] {
        scratch.write(FILE, &text);
        let ran = scratch.run(&["--baseline", FILE]);
        assert!(ran.code == 2 && ran.err.contains(said), "{text}: {}{}", ran.out, ran.err);
    }
    assert_eq!(scratch.run(&["--baseline", "nowhere.yaml"]).code, 2);
    scratch.write(".hco-lint.yaml", "baseline: nowhere.yaml\n");
    assert_eq!(scratch.run(&[]).code, 2);
    assert_eq!(scratch.run(&["--no-baseline"]).code, 0);
    assert_eq!(scratch.run(&["--write-baseline", "nowhere.yaml"]).code, 0, "the first of its name");
    assert_eq!(scratch.run(&[]).code, 0);
}

#[test]
fn what_cannot_be_written_is_said() {
    let scratch = shared();
    let ran = scratch.run(&["--write-baseline", "no/such/directory.yaml"]);
    assert!(ran.code == 4 && ran.err.contains("no baseline was written"), "{}", ran.err);
    assert!(ran.out.contains("multi-arch-images-disabled"), "the findings are still shown");
    std::fs::create_dir(scratch.root.join("empty")).expect("a directory");
    scratch.write(FILE, "kept");
    assert_eq!(scratch.run(&["--write-baseline", FILE, "empty"]).code, 3);
    assert_eq!(scratch.read(FILE), "kept", "a path with nothing in it does not empty the baseline");
    assert_eq!(scratch.run(&["--write-baseline", FILE, "--diff"]).code, 2);
}
