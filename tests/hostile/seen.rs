//! Never silently green: what a run could not see stands in every format, and the code says whether it was asked for.

use crate::scratch::{Files, Scratch};
use crate::support::{FORMATS, OFF, files, nodes, on, run};

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
    vec![
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
