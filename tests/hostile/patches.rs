//! Patches that cannot be read: whatever they are for is unknown, so nothing is said of what they may have set, and that they are unread is.

use crate::scratch::Scratch;
use crate::support::{OFF, files, found, json, nodes, on, run};

const FOUND: &str = "multi-arch-images-disabled at k/hco.yaml";

type Case = (&'static str, &'static str, Option<Vec<u8>>, &'static str, i32);

/// What is wrong, the entry of `patches`, the text of `k/patch.yaml` if there is one, the words for it, and the exit code where findings do not count.
fn cases() -> Vec<Case> {
    let deep = format!("{}  x: {}{}\n", on(), "[".repeat(250), "]".repeat(250));
    let targeted = "{path: patch.yaml, target: {kind: HyperConverged}}";
    let file = "{path: patch.yaml}";
    let large = "{patch: 'kind: HyperConverged', target: {name: '(((a{100}){100}){100})'}}";
    vec![
        ("a missing file", file, None, "there is no file `k/patch.yaml`", 0),
        ("a missing file for a target", targeted, None, "there is no file `k/patch.yaml`", 0),
        ("a remote one", "{path: 'https://git.example.com/patch.yaml'}", None, "is remote", 0),
        ("one outside", "{path: ../../patch.yaml}", None, "outside of the repository", 0),
        ("one that is broken", file, Some(format!("{}---\nkind: [\n", on()).into_bytes()), "not readable as YAML", 0),
        ("an empty one", file, Some(b"# nothing\n".to_vec()), "the patch is empty", 0),
        ("one that nests too deep", file, Some(deep.into_bytes()), "nested more than 200 levels deep", 4),
        ("one that is no text", targeted, Some([on().as_bytes(), b"# \xe9\n"].concat()), "it is not UTF-8", 4),
        ("one that is too large", targeted, Some(vec![b' '; (32 << 20) + 1]), "larger than 32 MiB", 4),
        ("a pattern that is too large", large, None, "too large to be tried", 4),
    ]
}

fn repository(entry: &str, patch: Option<&[u8]>) -> Scratch {
    let mut all = files([
        ("k/kustomization.yaml", format!("resources: [hco.yaml, nodes.yaml]\npatches: [{entry}]\n")),
        ("k/hco.yaml", OFF.to_owned()),
        ("k/nodes.yaml", nodes(&["amd64", "arm64"])),
    ]);
    all.extend(patch.map(|text| ("k/patch.yaml".to_owned(), text.to_vec())));
    Scratch::new(&all)
}

#[test]
fn what_an_unread_patch_is_for_is_unknown() {
    for (what, entry, patch, words, code) in cases() {
        let scratch = repository(entry, patch.as_deref());
        let report = json(&scratch.root, &[]);
        assert!(!found(&report).contains(&FOUND.to_owned()), "{what}: {report:#}");
        assert_eq!(report.pointer("/clusters/0/multiArch").and_then(|m| m.as_str()), Some("unknown"), "{what}: {report:#}");
        assert!(report.to_string().contains(words), "{what}: {report:#}");
        assert_eq!(run(&scratch.root, &["--fail-on", "never"]).code, Some(code), "{what}");
    }
}

#[test]
fn what_others_are_for_is_known() {
    // The file is missing, but the target says that it is for something else.
    let scratch = repository("{path: patch.yaml, target: {kind: Deployment}}", None);
    assert!(found(&json(&scratch.root, &[])).contains(&FOUND.to_owned()));
    // Go takes what this program's own expressions would not.
    let scratch = repository(r#"{patch: '[{"op": "remove", "path": "/spec"}]', target: {name: 'x{{ y }}'}}"#, None);
    assert!(found(&json(&scratch.root, &[])).contains(&FOUND.to_owned()));
}
