//! Names and texts that would speak to a terminal, a log or a page if they got there as they are.

use crate::scratch::Scratch;
use crate::support::{FORMATS, OFF, Ran, files, nodes, run};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

/// What people would be deceived by, and what a build server would obey.
const EVIL: &str = "a\u{1b}]0;owned\u{7}\u{1b}[2J\u{2060}\u{e0041}\n::error file=x::owned\r##vso[task.complete]##teamcity[x]\u{9b}31m\u{202e}\u{2066}\u{2028}\u{feff}<script>'\"`|*";

/// Whether a character could do more than be read.
fn is_active(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
        || matches!(c, '\u{2060}' | '\u{e0000}'..='\u{e007f}')
}

fn assert_harmless(what: &str, ran: &Ran) {
    for (stream, text) in [("standard output", &ran.out), ("standard error", &ran.err)] {
        if let Some(at) = text.find(is_active) {
            let before: String = text[..at].chars().rev().take(120).collect::<Vec<_>>().into_iter().rev().collect();
            panic!("{what}: {:?} on {stream} behind {before:?}", text[at..].chars().next());
        }
        for line in text.lines() {
            // Wherever on a line the old commands stand, they are obeyed; the others begin it. `:::` is the mark of an excerpt of a second file.
            assert!(["##[", "##vso[", "##teamcity["].iter().all(|c| !line.contains(c)), "{what}: {stream} commands: {line:?}");
            let line = line.trim_start();
            let command = line.starts_with("::") && !line.starts_with(":::");
            // The format whose lines are commands has only its own.
            let own = what.starts_with("github") && !line.starts_with("::error file=x");
            assert!(!command || own, "{what}: {stream} commands: {line:?}");
        }
    }
    assert_ne!(ran.code, None, "{what}: a signal");
    assert!(!ran.err.contains("panicked"), "{what}: {}", ran.err);
}

/// The text as a double-quoted scalar.
fn quoted(text: &str) -> String {
    let escape = |c: char| if c.is_ascii_alphanumeric() { c.to_string() } else { format!("\\U{:08x}", c as u32) };
    format!("\"{}\"", text.chars().map(escape).collect::<String>())
}

fn check_all(scratch: &Scratch) {
    for format in FORMATS {
        for more in [&[][..], &["-v", "--min-confidence", "low"], &["--color", "never", "--fail-on", "never"]] {
            let ran = run(&scratch.root, &[&["--format", format], more].concat());
            assert_harmless(&format!("{format} {more:?}"), &ran);
            assert_ne!(ran.out, "", "{format} says nothing");
        }
    }
    let odd = "x\n::error file=x::\u{1b}[31m\u{202e}";
    for arguments in [["explain", odd], ["--select", odd], ["--format", odd], ["--arch", odd], ["--config", odd], ["--hco-version", odd]] {
        assert_harmless(&format!("{arguments:?}"), &run(&scratch.root, &arguments));
    }
    for arguments in [&["topology"][..], &["topology", "--format", "json"], &["--list-files"], &["no/such\n::error file=x::path\u{1b}[31m"]] {
        assert_harmless(&format!("{arguments:?}"), &run(&scratch.root, arguments));
    }
}

#[test]
fn names_of_files_and_directories_stay_names() {
    let name = EVIL.replace('/', "");
    let off = OFF.to_owned();
    let broken = "apiVersion: v1\nkind: Node\nmetadata: [\n".to_owned();
    let kustomization = "resources: [hco.yaml, nodes.yaml, missing.yaml]\npatches: [{path: none.yaml}]\n".to_owned();
    let scratch = Scratch::new(&files([
        (format!("clusters/{name}/hco.yaml"), off.clone() + "---\n" + &off),
        (format!("clusters/{name}/nodes.yaml"), nodes(&["amd64", "arm64"])),
        (format!("clusters/{name}/kustomization.yaml"), kustomization),
        (format!("{name}.yaml"), broken),
        (format!("::error file=x::{}.yaml", name.len()), off),
        ("##[command]x.yaml".to_owned(), "kind: HyperConverged\n[\n".to_owned()),
    ]));
    let invalid = OsStr::from_bytes(b"caf\xe9\xff\x1b[31m.yaml");
    std::fs::write(scratch.root.join(invalid), OFF).expect("a file");
    std::fs::write(scratch.root.join(OsStr::from_bytes(b"\xfe.yaml")), b"kind: HyperConverged # \xff\n").expect("a file");
    check_all(&scratch);
}

#[test]
fn what_manifests_say_stays_text() {
    let evil = quoted(EVIL);
    let hyperconverged = format!(
        "apiVersion: hco.kubevirt.io/v1beta1\nkind: HyperConverged\nmetadata:\n  name: {evil}\n  namespace: {evil}\nspec:\n  \
         featureGates:\n    enableMultiArchBootImageImport: false\n    {evil}: true\n  {evil}: {{{evil}: 1, {evil}: 2}}\n  \
         dataImportCronTemplates:\n  - metadata: {{name: {evil}, annotations: {{ssp.kubevirt.io/dict.architectures: {evil}}}}}\n    \
         spec: {{managedDataSource: {evil}}}\n  - metadata: {{name: {evil}}}\n"
    );
    let machines = nodes(&["amd64", "arm64"]).replace("n1", &evil)
        + &nodes(&["arm64"]).replace("name: n0", "name: x").replace("architecture: arm64", &format!("architecture: {evil}"));
    let application = format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {evil}}}\nspec:\n  source: {{repoURL: {evil}, path: base}}\n  \
         destination: {{name: {evil}, namespace: {evil}}}\n"
    );
    let kustomization = format!(
        "resources: [hco.yaml, nodes.yaml, {evil}]\n{evil}: {evil}\npatches: [{{path: {evil}}}, {{patch: {evil}, target: {{name: {evil}}}}}]\n"
    );
    let scratch = Scratch::new(&files([
        ("base/hco.yaml", hyperconverged),
        ("base/nodes.yaml", machines),
        ("base/kustomization.yaml", kustomization),
        ("application.yaml", application),
        ("late.yaml", format!("# hco-lint: ignore[{}] reason\n{OFF}", "x\u{202e}y")),
    ]));
    check_all(&scratch);
    let wrong = format!("{evil}: 1\nrules: {{{evil}: {evil}}}\nclusters: [{{name: {evil}, {evil}: 1, nodes: {evil}}}]\nignore: [{{rule: {evil}}}]\n");
    std::fs::write(scratch.root.join(".hco-lint.yaml"), wrong).expect("a file");
    assert_harmless("a wrong configuration", &run(&scratch.root, &[]));
    let stale = format!("clusters: [{{name: {evil}}}]\nexclude: [{evil}]\nignore: [{{paths: [{evil}], reason: {evil}}}]\n");
    std::fs::write(scratch.root.join(".hco-lint.yaml"), stale).expect("a file");
    for format in FORMATS {
        assert_harmless(&format!("{format} of a stale configuration"), &run(&scratch.root, &["--format", format]));
    }
}

#[test]
fn differences_name_files_as_git_does() {
    let scratch =
        Scratch::new(&files([(format!("{}.yaml", EVIL.replace('/', "")), OFF.to_owned()), ("nodes.yaml".to_owned(), nodes(&["amd64", "arm64"]))]));
    let ran = run(&scratch.root, &["--diff"]);
    assert!(ran.out.starts_with("--- \"a/a\\033]0;owned"), "{ran:?}");
    assert_harmless("--diff", &ran);
}
