//! What must not matter: threads, the order of paths, of the files on disk and of the keys of a map, how often one looks, the order of documents in
//! a file, and in which file a document stands. Tried on the fixtures that are repositories, and where a run is enough on the examples of the rules'
//! pages.

#[path = "support/lint.rs"]
mod lint;
#[path = "support/scratch.rs"]
mod scratch;
#[path = "support/tree.rs"]
mod tree;

use hco_lint::finding::Finding;
use hco_lint::source::FileId;
use hco_lint::yaml::{Dialect, Node, Style, Value, parse};
use scratch::{Files, Scratch};
use std::path::{Path, PathBuf};
use std::process::Command;
use tree::{entries, files};

/// Every repository with its name.
fn repositories() -> Vec<(String, Files)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let one = |directory: PathBuf| (directory.strip_prefix(&root).expect("a fixture").display().to_string(), files(&directory));
    let below = ["repositories", "nodes"].into_iter().flat_map(|d| entries(&root.join(d)));
    below.chain([root.join("example"), root.join("mutations/repository")]).filter(|p| p.is_dir()).map(one).collect()
}

/// Every example of a page, with the page's name and its title.
fn examples() -> Vec<(String, Files)> {
    let examples = |rule: &'static hco_lint::rules::Rule| rule.page.examples().into_iter().map(|e| (format!("{}: {}", rule.name, e.title), e.files));
    let all = hco_lint::rules::ALL.iter().flat_map(examples);
    all.map(|(name, files)| (name, files.into_iter().map(|f| (f.path, f.text.into_bytes())).collect())).collect()
}

fn report(scratch: &Scratch, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hco-lint"));
    let command = command.args(["--format", "json", "--min-confidence", "low"]).args(arguments).current_dir(&scratch.root);
    String::from_utf8(command.output().expect("it runs").stdout).expect("UTF-8")
}

/// The findings without their places, sorted.
fn verdicts(files: &Files) -> Vec<String> {
    let verdict = |f: &Finding| format!("{} {:?} {:?} {:?} {:?} {:?} {}", f.rule, f.severity, f.confidence, f.clusters, f.object, f.field, f.message);
    let mut all: Vec<String> = lint::lint(files).findings.iter().map(verdict).collect();
    all.sort();
    all
}

/// A small generator of pseudo-random numbers, the same on every run.
struct Random(u64);

impl Random {
    fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            list.swap(last, (self.0 >> 33) as usize % (last + 1));
        }
    }
}

#[test]
fn threads_order_and_repetition_do_not_matter() {
    for (name, files) in repositories() {
        let scratch = Scratch::new(&files);
        let mut paths: Vec<String> = entries(&scratch.root).iter().filter_map(|p| Some(p.file_name()?.to_str()?.to_owned())).collect();
        paths.retain(|p| !p.starts_with('.'));
        let first = report(&scratch, &["--threads", "1"]);
        for threads in ["1", "2", "7", "64"] {
            assert!(report(&scratch, &["--threads", threads]) == first, "{name}: {threads} threads");
        }
        let arguments: Vec<&str> = paths.iter().map(String::as_str).collect();
        let forward = report(&scratch, &arguments);
        let twice: Vec<&str> = arguments.iter().chain(&arguments).copied().collect();
        let backward: Vec<&str> = arguments.iter().rev().copied().collect();
        assert!(report(&scratch, &backward) == forward, "{name}: paths backwards");
        assert!(report(&scratch, &twice) == forward, "{name}: paths twice");
        // Directories are listed in the order in which files came into them, or in one of their hashes.
        let turned = Scratch::new(&Files::new());
        for (path, bytes) in files.iter().rev() {
            let path = turned.root.join(path);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            std::fs::write(path, bytes).expect("a file");
        }
        assert!(report(&turned, &["--threads", "1"]) == first, "{name}: files in another order on disk");
    }
}

/// The documents of a file, unless something about it is more than documents.
fn documents(path: &str, bytes: &[u8]) -> Option<Vec<String>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let is_plain =
        path.ends_with(".yaml") && !path.contains("templates/") && !text.contains("{{") && !text.contains("hco-lint:") && !text.contains('\r');
    // A list of files is in an order that kustomize goes by.
    let is_manifest = !path.ends_with("kustomization.yaml") && !path.ends_with(".hco-lint.yaml") && !path.contains("values");
    let parsed = parse(FileId(0), text);
    let texts: Vec<String> = text.split("\n---").map(|d| d.trim_start_matches("---").trim_start_matches('\n').to_owned() + "\n").collect();
    let whole = parsed.problems.is_empty() && texts.len() == parsed.documents.len() && texts.len() > 1;
    (is_plain && is_manifest && whole).then_some(texts)
}

/// Compares the verdicts on every repository with those on a changed copy; `change` says how much it changed.
fn same_verdicts(repositories: Vec<(String, Files)>, enough: usize, mut change: impl FnMut(&Files, &mut Files) -> usize) {
    let mut changed = 0;
    for (name, files) in repositories {
        let mut other = files.clone();
        let changes = change(&files, &mut other);
        if changes > 0 {
            assert_eq!(verdicts(&other), verdicts(&files), "{name}");
        }
        changed += changes;
    }
    assert!(changed > enough, "only {changed} changes");
}

fn everything() -> Vec<(String, Files)> {
    repositories().into_iter().chain(examples()).collect()
}

#[test]
fn the_order_of_documents_does_not_matter() {
    let mut random = Random(1);
    same_verdicts(everything(), 20, |_, files| {
        let mut changed = 0;
        for (path, bytes) in files {
            let Some(mut texts) = documents(path, bytes) else { continue };
            if texts.len() == 2 {
                texts.reverse()
            } else {
                random.shuffle(&mut texts)
            }
            *bytes = texts.join("---\n").into_bytes();
            changed += 1;
        }
        changed
    });
}

#[test]
fn the_file_of_a_document_does_not_matter() {
    same_verdicts(everything(), 10, |files, split| {
        let mut changed = 0;
        // Whoever lists files by their names means those files, and a file may say by its name which cluster's it is.
        let all = String::from_utf8_lossy(&files.values().flatten().copied().collect::<Vec<u8>>()).into_owned();
        let clusters: Vec<String> = lint::lint(files).clusters.into_iter().map(|c| c.name).collect();
        for (path, bytes) in files {
            let file = path.rsplit('/').next().unwrap_or(path);
            let named = all.contains(file) || clusters.iter().any(|c| file.starts_with(c.as_str()));
            let Some(texts) = documents(path, bytes).filter(|_| !named) else { continue };
            split.remove(path);
            let part = |(number, text): (usize, String)| (path.replace(".yaml", &format!(".{number}.yaml")), text.into_bytes());
            split.extend(texts.into_iter().enumerate().map(part));
            changed += 1;
        }
        changed
    });
}

/// The tree as JSON with the keys of every map in another order; nothing for one that has what JSON has no word for.
fn shuffled(node: &Node, random: &mut Random) -> Option<String> {
    match node.value() {
        Value::Scalar(scalar) => {
            let plain = scalar.style == Style::Plain && scalar.text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._/".contains(&b));
            Some(if plain && !scalar.text.is_empty() { scalar.text.to_string() } else { node.to_json(Dialect::Kubernetes).to_string() })
        }
        Value::Sequence(list) => {
            let items: Option<Vec<String>> = list.items.iter().map(|item| shuffled(item, random)).collect();
            Some(format!("[{}]", items?.join(", ")))
        }
        Value::Mapping(map) => {
            let entry = |e: &hco_lint::yaml::Entry| Some(format!("{}: {}", serde_json::Value::from(e.key.text()?), shuffled(&e.value, random)?));
            let mut entries: Vec<String> = map.entries.iter().map(entry).collect::<Option<_>>()?;
            if entries.len() == 2 {
                entries.reverse()
            } else {
                random.shuffle(&mut entries)
            }
            map.open.is_none().then(|| format!("{{{}}}", entries.join(",\n")))
        }
        Value::Opaque(_) => None,
    }
}

#[test]
fn the_order_of_keys_does_not_matter() {
    let mut random = Random(2);
    same_verdicts(everything(), 500, |_, files| {
        let mut changed = 0;
        for (path, bytes) in files {
            let Ok(text) = std::str::from_utf8(bytes) else { continue };
            let parsed = parse(FileId(0), text);
            // Comments and templates are not in the tree, and where text is put into text, quotes matter.
            let whole = parsed.problems.is_empty()
                && !parsed.documents.is_empty()
                && !text.contains("hco-lint")
                && !text.contains("{{")
                && !text.contains("${");
            if !whole || !(path.ends_with(".yaml") || path.ends_with(".yml")) {
                continue;
            }
            let documents: Option<Vec<String>> = parsed.documents.iter().map(|d| shuffled(&d.root, &mut random)).collect();
            let Some(documents) = documents else { continue };
            *bytes = (documents.join("\n---\n") + "\n").into_bytes();
            changed += 1;
        }
        changed
    });
}
