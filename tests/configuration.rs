//! The configuration's reader, its JSON Schema and its reference in the book agree, because one table makes all three.

#[path = "support/validator.rs"]
mod validator;

use hco_lint::config::{read, reference_markdown, schema};
use hco_lint::source::{FileId, Source};
use hco_lint::yaml::{Dialect, parse};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

const NAME: &str = ".hco-lint.yaml";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Compares a published text with the true one, or writes it.
fn published(path: &str, was: &str, is: &str, whole: &str) {
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(root().join(path), whole).expect("it is written");
    } else {
        assert!(was == is, "{path} is stale: UPDATE=1 cargo test --test configuration");
    }
}

/// What the schema has against a value.
fn refusals(value: &Value) -> Vec<String> {
    let schema = schema();
    validator::problems(&[("config.schema.json", &schema)], value)
}

/// What the reader has against a text, as `line:column: words`.
fn errors(text: &str) -> Vec<String> {
    let source = Source::new(NAME.to_owned(), text.to_owned());
    let at = |start: u32| source.position(start as usize);
    let errors = read(FileId(0), text).err().unwrap_or_default();
    errors.iter().map(|e| format!("{}:{}: {}", at(e.span.start).line, at(e.span.start).column, e.message)).collect()
}

#[test]
fn the_schema_is_published() {
    let text = serde_json::to_string_pretty(&schema()).expect("JSON") + "\n";
    let was = std::fs::read_to_string(root().join("schemas/config.schema.json")).unwrap_or_default();
    published("schemas/config.schema.json", &was, &text, &text);
}

#[test]
fn the_reference_is_published() {
    let path = "docs/src/configuration.md";
    let text = std::fs::read_to_string(root().join(path)).expect("a page");
    let (begin, end) = ("<!-- keys -->\n", "<!-- /keys -->");
    let (head, rest) = text.split_once(begin).expect("the line `<!-- keys -->`");
    let (was, tail) = rest.split_once(end).expect("the line `<!-- /keys -->`");
    let is = format!("\n{}\n", reference_markdown());
    published(path, was, &is, &format!("{head}{begin}{is}{end}{tail}"));
}

fn files(directory: &Path, wanted: &dyn Fn(&Path) -> bool, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, wanted, out);
        } else if wanted(&path) {
            out.push(path);
        }
    }
}

/// Every configuration in the pages (blocks that name the file, and blocks of single keys in its own page) and the fixtures.
fn examples() -> Vec<(String, String)> {
    let mut pages = vec![root().join("README.md")];
    let mut examples = Vec::new();
    for directory in ["docs/src", "rules"] {
        files(&root().join(directory), &|p| p.extension().is_some_and(|e| e == "md"), &mut pages);
    }
    for page in pages {
        let text = std::fs::read_to_string(&page).expect("a page");
        let own = page.ends_with("docs/src/configuration.md");
        for block in text.split("\n```yaml").skip(1).filter_map(|b| b.split("\n```").next()) {
            let (info, body) = block.split_once('\n').unwrap_or((block, ""));
            if info.contains(NAME) || own && info.is_empty() {
                examples.push((page.display().to_string(), body.to_owned()));
            }
        }
    }
    let mut own = Vec::new();
    files(&root().join("fixtures"), &|p| p.ends_with(NAME), &mut own);
    examples.extend(own.into_iter().map(|p| (p.display().to_string(), std::fs::read_to_string(p).expect("a file"))));
    examples
}

#[test]
fn examples_fit_the_schema_as_they_fit_the_reader() {
    let (mut right, mut wrong) = (0, 0);
    for (place, text) in examples() {
        let parsed = parse(FileId(0), &text);
        let value = parsed.documents.first().map_or(Value::Null, |d| d.root.to_json(Dialect::Kustomize));
        let (said, refused) = (errors(&text), refusals(&value));
        assert_eq!(said.is_empty(), refused.is_empty(), "{place}:\n{text}\n{said:?}\n{refused:?}");
        right += usize::from(said.is_empty());
        wrong += usize::from(!said.is_empty());
    }
    assert!(right > 30 && wrong > 0, "{right} right and {wrong} wrong");
}

#[test]
fn mistakes_are_said_where_they_are() {
    for (text, said) in [
        ("[]\n", "1:1: the configuration must be a map"),
        ("cluster: []\n", "1:1: the configuration has no key `cluster`; did you mean `clusters`?"),
        ("zebra: 1\n", "1:1: the configuration has no key `zebra`; known are repoURL, clusters, "),
        ("repoURL:\n", "1:9: `repoURL` must be a string"),
        ("clusters: prod\n", "1:11: `clusters` must be a list"),
        ("clusters:\n- aliases: [a]\n", "2:3: a cluster needs a `name`"),
        ("clusters:\n- {name: a, nodeArchitectures: [sparc]}\n", "2:33: `sparc` is no CPU architecture; write amd64, arm64, s390x or ppc64le"),
        ("clusters:\n- {name: a, nodeArchitectures: amd64, nodes: b}\n", "2:46: give `nodeArchitectures` or `nodes`, not both"),
        ("clusters:\n- name: a\n- name: a\n", "3:9: the cluster `a` is listed twice"),
        ("clusters:\n- {name: a, paths: ['[']}\n", "2:21: `[` is no glob: unclosed character class; missing ']'"),
        ("operator: {version: two}\n", "1:21: `two` is no version; write it like \"1.17\""),
        ("operator: {platform: mainframe}\n", "1:22: `platform` must be one of openshift, kubernetes"),
        ("commonImages: none\n", "1:15: `commonImages` must be upstream, openshift-virtualization or a list of maps"),
        ("rules: {latent-architectur: off}\n", "1:9: `rules` has no key `latent-architectur`; did you mean `latent-architecture`?"),
        ("rules: {latent-architecture: loud}\n", "1:30: `latent-architecture` must be one of off, info, warning, error"),
        ("ignore:\n- reason: because\n", "2:3: an `ignore` entry needs `rule`, `paths` or `object`"),
        ("ignore:\n- {rule: syntax, paths: []}\n", "2:25: `paths` must not be empty"),
        ("ignore:\n- {rule: sintax}\n", "2:10: there is no rule `sintax`; did you mean `syntax`?"),
        ("ignore:\n- {rule: syntax, expires: tomorrow}\n", "2:27: `tomorrow` is no day; write it like 2027-03-01"),
        ("minConfidence: low\nminConfidence: high\n", "2:1: "),
        ("a: 1\n---\nb: 1\n", "3:1: the configuration is one document"),
    ] {
        let errors = errors(text);
        assert!(errors.iter().any(|e| e.starts_with(said)), "{text}{errors:#?}");
    }
}

/// A configuration with every key.
fn everything() -> Value {
    json!({
        "repoURL": "https://git.example.com/fleet.git",
        "clusters": [{ "name": "a", "aliases": ["b"], "paths": "c/**", "nodeArchitectures": ["amd64"] }, { "name": "d", "nodes": "d.yaml" }],
        "defaults": { "nodeArchitectures": [] },
        "operator": { "version": "1.17", "namespace": "n", "platform": "kubernetes" },
        "commonImages": [{ "name": "i", "managedDataSource": "s", "registry": "r", "architectures": ["arm64", "x86_64"] }],
        "unknownArchitectures": "note",
        "rules": { "syntax": "off" },
        "ignore": [{ "rule": "syntax", "paths": ["p"], "object": "o", "reason": "r", "expires": "2027-03-01" }, { "paths": "q" }],
        "exclude": ["x/**"],
        "baseline": "known.yaml",
        "minConfidence": "high",
    })
}

#[test]
fn no_key_is_forgotten() {
    let schema = schema();
    let full = everything();
    let keys = |value: &Value| value.as_object().expect("a map").keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&schema["properties"]), keys(&full));
    assert_eq!(errors(&full.to_string()), [""; 0]);
}

/// Whatever is put in the place of any part of a configuration, the schema says no when the reader does.
#[test]
fn the_schema_refuses_what_the_reader_refuses() {
    let others = [
        json!(null),
        json!(""),
        json!("x"),
        json!(12),
        json!(true),
        json!([]),
        json!(["x"]),
        json!([[]]),
        json!([null]),
        json!({}),
        json!({ "x": 1 }),
        json!({ "name": "x" }),
        json!([{ "name": "x" }]),
        json!({ "rule": "syntax" }),
        json!("upstream"),
        json!("warning"),
        json!("amd64"),
        json!("2027-13-01"),
        json!({ "version": "1.17", "openshiftVirtualization": "4.20" }),
        json!([{ "name": "x", "nodes": "y", "nodeArchitectures": [] }]),
        json!({ "syntax": null }),
    ];
    let full = everything();
    let mut pointers = Vec::new();
    walk(&full, String::new(), &mut pointers);
    let (mut taken, mut refused) = (0, 0);
    let mut compare = |value: &Value| {
        let (said, schema) = (errors(&value.to_string()), refusals(value));
        assert_eq!(said.is_empty(), schema.is_empty(), "{value}\nreader: {said:?}\nschema: {schema:?}");
        taken += usize::from(said.is_empty());
        refused += usize::from(!said.is_empty());
    };
    for pointer in &pointers {
        for other in &others {
            let mut value = full.clone();
            *value.pointer_mut(pointer).expect("a part") = other.clone();
            compare(&value);
        }
        // The part is not there, or has a key too many.
        let mut without = full.clone();
        let (above, last) = pointer.rsplit_once('/').unwrap_or_default();
        if let Some(Value::Object(map)) = without.pointer_mut(above) {
            map.remove(last);
            compare(&without);
        }
        let mut more = full.clone();
        if let Some(Value::Object(map)) = more.pointer_mut(pointer) {
            map.insert("surplus".to_owned(), json!(1));
            compare(&more);
        }
    }
    assert!(taken > 50 && refused > 300, "{taken} taken and {refused} refused");
}

fn walk(value: &Value, at: String, out: &mut Vec<String>) {
    out.push(at.clone());
    match value {
        Value::Object(map) => map.iter().for_each(|(key, inner)| walk(inner, format!("{at}/{key}"), out)),
        Value::Array(items) => items.iter().enumerate().for_each(|(i, inner)| walk(inner, format!("{at}/{i}"), out)),
        _ => {}
    }
}
