//! `--fix`, `--unsafe-fixes` and `--diff` as people run them, on the repositories of `fixtures/repositories` too.

use crate::scratch::{Files, Scratch};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

struct Ran {
    out: String,
    err: String,
    code: i32,
}

fn run(scratch: &Scratch, arguments: &[&str], input: Option<&str>) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hco-lint"));
    command.args(arguments).current_dir(&scratch.root).env("NO_COLOR", "1").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it runs");
    child.stdin.take().expect("standard input").write_all(input.unwrap_or_default().as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Ran { out: text(output.stdout), err: text(output.stderr), code: output.status.code().expect("a code") }
}

/// The findings' rules, and whether any has a fix that is safe, or a fix at all.
fn findings(scratch: &Scratch) -> (Vec<String>, bool, bool) {
    let report: serde_json::Value = serde_json::from_str(&run(scratch, &["--format", "json"], None).out).expect("a report");
    let findings = report["findings"].as_array().expect("findings");
    let rules = findings.iter().map(|f| f["rule"].as_str().expect("a rule").to_owned()).collect();
    let fixes: Vec<&serde_json::Value> = findings.iter().flat_map(|f| f["fixes"].as_array().expect("fixes")).collect();
    (rules, fixes.iter().any(|f| f["safe"] == true), !fixes.is_empty())
}

fn contents(scratch: &Scratch) -> Files {
    crate::tree::files(&scratch.root)
}

#[test]
fn repositories_are_mended_once_and_for_all() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/repositories");
    let (mut safe, mut changed) = (0, 0);
    for directory in crate::tree::directories(&root) {
        let files = crate::tree::files(&directory);
        for option in ["--fix", "--unsafe-fixes"] {
            let scratch = Scratch::new(&files);
            let (before, ..) = findings(&scratch);
            let diff = run(&scratch, &["--diff", option], None);
            assert_eq!(contents(&scratch), files, "--diff writes nothing");
            let first = run(&scratch, &[option], None);
            let mended = contents(&scratch);
            assert_eq!(diff.out.is_empty(), mended == files, "{directory:?} {}", diff.out);
            assert_eq!(diff.code, i32::from(mended != files));
            let (after, any_safe, any) = findings(&scratch);
            assert!(!any_safe, "{directory:?} {option} leaves safe fixes");
            assert!(option == "--fix" || !any, "{directory:?} {option} leaves fixes");
            assert!(after.len() <= before.len(), "{directory:?} {option}: {before:?} {after:?}");
            let second = run(&scratch, &[option], None);
            assert_eq!(contents(&scratch), mended, "a second run changes nothing");
            assert_eq!((first.out, first.code), (second.out, second.code));
            assert!(second.err.contains("0 findings mended"), "{}", second.err);
            safe += usize::from(option == "--fix" && mended != files);
            changed += usize::from(option == "--unsafe-fixes" && mended != files);
        }
    }
    assert!(safe >= 4 && changed > 4, "{safe} repositories mended safely, {changed} in all");
}

const HCO: &str = "apiVersion: hco.kubevirt.io/v1beta1\r\nkind: HyperConverged\r\nmetadata:\r\n  name: kubevirt-hyperconverged\r\nspec:\r\n  featureGates: # ours\r\n    enableMultiArchBootImageImport: false # for now\r\n";

#[test]
fn a_stream_is_mended_on_its_way() {
    let scratch = Scratch::new(&Files::new());
    let mended = HCO.replace("false", "true");
    let arguments = ["--arch", "amd64,arm64", "--fix", "-"];
    let ran = run(&scratch, &arguments, Some(HCO));
    assert_eq!((ran.out.as_str(), ran.code), (mended.as_str(), 0), "{}", ran.err);
    assert!(ran.err.contains("1 finding mended in 1 file"), "{}", ran.err);
    let again = run(&scratch, &arguments, Some(&mended));
    assert_eq!(again.out, mended);
    let diff = run(&scratch, &["--arch", "amd64,arm64", "--diff", "-"], Some(HCO));
    assert!(
        diff.out.contains("-    enableMultiArchBootImageImport: false # for now\r\n+    enableMultiArchBootImageImport: true # for now\r\n"),
        "{}",
        diff.out
    );
    assert_eq!(diff.code, 1);
}

#[test]
fn only_linted_files_are_changed() {
    let base = HCO.as_bytes().to_vec();
    let files = Files::from([
        ("base/hco.yaml".to_owned(), base),
        ("base/kustomization.yaml".to_owned(), b"resources: [hco.yaml]\n".to_vec()),
        ("prod/kustomization.yaml".to_owned(), b"resources: [../base]\n".to_vec()),
    ]);
    let scratch = Scratch::new(&files);
    let ran = run(&scratch, &["--arch", "amd64,arm64", "--fix", "prod"], None);
    assert_eq!(contents(&scratch), files);
    assert!(ran.out.contains("multi-arch-images-disabled") && ran.code == 1, "{}{}", ran.out, ran.err);
    let ran = run(&scratch, &["--arch", "amd64,arm64", "--fix", "."], None);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert_ne!(contents(&scratch), files);
}

/// A base for two clusters, of which one has nodes of two architectures, or both.
fn shared(lab: &str, prod: &[(&str, &str)]) -> Files {
    let clusters = format!("clusters:\n- {{name: prod, nodeArchitectures: [amd64, arm64]}}\n- {{name: lab, nodeArchitectures: [{lab}]}}\n");
    let mut files = vec![
        (".hco-lint.yaml", clusters),
        ("base/kustomization.yaml", "resources: [hco.yaml]\n".to_owned()),
        ("base/hco.yaml", HCO.replace("\r\n", "\n")),
        ("clusters/lab/kustomization.yaml", "resources: [../../base]\n".to_owned()),
    ];
    files.extend(prod.iter().map(|(path, text)| (*path, (*text).to_owned())));
    files.into_iter().map(|(path, text)| (path.to_owned(), text.into_bytes())).collect()
}

fn mended_by(files: &Files, option: &str) -> (Files, Ran) {
    let scratch = Scratch::new(files);
    let ran = run(&scratch, &[option], None);
    let mut after = contents(&scratch);
    after.retain(|path, text| files[path] != *text);
    (after, ran)
}

fn text(files: &Files, path: &str) -> String {
    String::from_utf8(files[path].clone()).expect("text")
}

#[test]
fn what_is_shared_is_mended_in_the_overlay() {
    let path = "clusters/prod/kustomization.yaml";
    let files = shared("amd64", &[(path, "# prod\nresources:\n- ../../base\n")]);
    for option in ["--fix", "--unsafe-fixes"] {
        let (changed, ran) = mended_by(&files, option);
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        assert_eq!(changed.len(), 1);
        let expected = "# prod\nresources:\n- ../../base\npatches:\n- patch: |-\n    apiVersion: hco.kubevirt.io/v1beta1\n    kind: HyperConverged\n    metadata:\n      name: kubevirt-hyperconverged\n    spec:\n      featureGates:\n        enableMultiArchBootImageImport: true\n  target:\n    kind: HyperConverged\n    name: kubevirt-hyperconverged\n";
        assert_eq!(text(&changed, path), expected);
    }
}

#[test]
fn what_is_shared_is_mended_in_the_patch_there_is() {
    let kustomization = "resources: [../../base]\npatches:\n- path: hco.yaml\n";
    let patch = "kind: HyperConverged\napiVersion: hco.kubevirt.io/v1beta1\nmetadata: {name: kubevirt-hyperconverged}\nspec: # ours\n  infra: {}\n";
    let files = shared("amd64", &[("clusters/prod/kustomization.yaml", kustomization), ("clusters/prod/hco.yaml", patch)]);
    let (changed, ran) = mended_by(&files, "--fix");
    assert_eq!((changed.len(), ran.code), (1, 0), "{}{}", ran.out, ran.err);
    assert_eq!(text(&changed, "clusters/prod/hco.yaml"), format!("{patch}  featureGates:\n    enableMultiArchBootImageImport: true\n"));

    let inline = "resources: [../../base]\npatches:\n- patch: |-\n    kind: HyperConverged\n    apiVersion: hco.kubevirt.io/v1beta1\n    metadata: {name: kubevirt-hyperconverged}\n    spec:\n      infra: {}\n";
    let (changed, ran) = mended_by(&shared("amd64", &[("clusters/prod/kustomization.yaml", inline)]), "--fix");
    assert_eq!((changed.len(), ran.code), (1, 0), "{}{}", ran.out, ran.err);
    let expected = format!("{inline}      featureGates:\n        enableMultiArchBootImageImport: true\n");
    assert_eq!(text(&changed, "clusters/prod/kustomization.yaml"), expected);
}

#[test]
fn an_item_is_added_to_a_shared_list_by_a_patch_of_its_own() {
    let gates =
        |list: &str| format!("apiVersion: hco.kubevirt.io/v1\nkind: HyperConverged\nmetadata: {{name: kubevirt-hyperconverged}}\nspec: {list}\n");
    let path = "clusters/prod/kustomization.yaml";
    let with = |list: &str| {
        let mut files = shared("amd64", &[(path, "resources: [../../base]\n")]);
        files.insert("base/hco.yaml".to_owned(), gates(list).into_bytes());
        let config = text(&files, ".hco-lint.yaml") + "operator: {version: '1.18'}\n";
        files.insert(".hco-lint.yaml".to_owned(), config.into_bytes());
        let (changed, ran) = mended_by(&files, "--fix");
        assert_eq!((changed.len(), ran.code), (1, 0), "{}{}", ran.out, ran.err);
        text(&changed, path)
    };
    let target = "  target:\n    kind: HyperConverged\n    name: kubevirt-hyperconverged\n";
    let item = "  - patch: |-\n      - op: add\n        path: /spec/featureGates/-\n        value:\n          name: enableMultiArchBootImageImport\n";
    let indented = |text: &str| text.lines().map(|l| format!("  {l}\n")).collect::<String>();
    assert_eq!(with("{featureGates: [{name: downwardMetrics}]}"), format!("resources: [../../base]\npatches:\n{item}{}", indented(target)));
    // Nothing to add to: the list comes with the item.
    let merge = with("{infra: {}}");
    assert!(merge.contains("      spec:\n        featureGates:\n        - name: enableMultiArchBootImageImport\n"), "{merge}");
}

#[test]
fn what_is_shared_by_all_that_are_wrong_is_mended_once() {
    let files = shared("amd64, s390x", &[("clusters/prod/kustomization.yaml", "resources: [../../base]\n")]);
    let (changed, ran) = mended_by(&files, "--fix");
    assert_eq!((changed.len(), ran.code), (1, 0), "{}{}", ran.out, ran.err);
    assert!(text(&changed, "base/hco.yaml").contains("enableMultiArchBootImageImport: true # for now"));
}

#[cfg(unix)]
#[test]
fn what_may_not_be_written_is_said() {
    use std::os::unix::fs::PermissionsExt;
    let scratch = Scratch::new(&Files::from([("hco.yaml".to_owned(), HCO.as_bytes().to_vec())]));
    let path = scratch.root.join("hco.yaml");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o444)).expect("permissions");
    let ran = run(&scratch, &["--arch", "amd64,arm64", "--fix"], None);
    assert_eq!(ran.code, 4);
    assert!(ran.err.contains("hco.yaml: it is read-only; it was not mended"), "{}", ran.err);
    assert_eq!(std::fs::read_to_string(&path).expect("a text"), HCO);
}
