//! Every kind that declares nodes, read from `fixtures/nodes/<kind>/`: one snapshot of the evidence per directory.

#[path = "support/scratch.rs"]
mod scratch;

use hco_lint::manifest::{Object, objects};
use hco_lint::nodes::pool::{Belonging, LabelValue, Pool};
use hco_lint::nodes::{Inventory, Payload, inventory, read_kindless};
use hco_lint::run::{Settings, run};
use hco_lint::source::{FileId, Source, Span};
use hco_lint::yaml::parse;
use scratch::{Files, Scratch};
use std::fmt::Write as _;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};

/// Labels that every pool has and unit tests cover.
const UNSHOWN: &[&str] = &["kubernetes.io/os", "kubernetes.io/hostname", "kubernetes.io/arch"];

fn sorted(dir: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(dir).expect("fixtures").map(|e| e.expect("entry").path()).collect();
    paths.sort();
    paths
}

struct Fixture {
    sources: Vec<Source>,
}

impl Fixture {
    fn read(dir: &Path) -> Self {
        let source = |path: &PathBuf| {
            let name = path.file_name().expect("name").to_string_lossy().into_owned();
            Source::new(name, std::fs::read_to_string(path).expect("text"))
        };
        Self { sources: sorted(dir).iter().map(source).collect() }
    }

    fn place(&self, span: Span) -> String {
        let source = &self.sources[span.file.0 as usize];
        let at = source.position(span.start as usize);
        format!("{}:{}:{}", source.path, at.line, at.column)
    }

    /// Everything the fixture's files say: objects together, as in one API server, and every file without a kind by itself.
    fn inventories(&self) -> Vec<Inventory> {
        let mut all: Vec<Object> = Vec::new();
        let mut found = Vec::new();
        for (index, source) in self.sources.iter().enumerate() {
            let parsed = parse(FileId(index.try_into().expect("small")), &source.text);
            assert!(parsed.problems.is_empty(), "{}: {:?}", source.path, parsed.problems);
            for document in &parsed.documents {
                all.extend(objects(&document.root));
                if Object::read(&document.root).is_none() {
                    found.extend(read_kindless(&source.path, &document.root));
                }
            }
        }
        found.insert(0, inventory(&all.iter().collect::<Vec<_>>()));
        found
    }

    fn pool(&self, pool: &Pool, text: &mut String) {
        let count = pool.count.map_or(String::new(), |(a, b)| if a == b { format!(" {a}") } else { format!(" {a}..{b}") });
        let arch = pool.arch().map_or("?".to_owned(), ToString::to_string);
        let (role, state) = (pool.role.name(), pool.state.name());
        writeln!(text, "{} {} | {arch} | {role} | {state}{count} | {}", pool.kind, pool.name, self.place(pool.span)).expect("text");
        let belongs = match &pool.belongs {
            Belonging::Applied => "applied here".to_owned(),
            Belonging::Named { cluster, namespace, span } => {
                format!("{}{cluster} ({})", namespace.as_ref().map_or(String::new(), |n| format!("{n}/")), self.place(*span))
            }
            Belonging::Presumed { cluster, span } => format!("{cluster}, if there is such a cluster ({})", self.place(*span)),
            Belonging::Elsewhere => "elsewhere".to_owned(),
        };
        let infra = pool.infra_id.as_ref().map_or(String::new(), |id| format!(", {id}"));
        let node = pool.node.as_ref().map_or(String::new(), |name| format!(", node {name}"));
        let doubtful = if pool.doubtful { ", doubtful" } else { "" };
        writeln!(text, "  {belongs}, {:?}{infra}{node}{doubtful}", pool.scope).expect("text");
        for fact in &pool.facts {
            writeln!(text, "  {} by {}: {} | {}", fact.arch, fact.basis.name(), fact.detail, self.place(fact.span)).expect("text");
        }
        for (what, why) in [("unknown", &pool.unknown_because), ("cannot join", &pool.blocked)] {
            if let Some(why) = why {
                writeln!(text, "  {what}: {why}").expect("text");
            }
        }
        let shown = |key: &str| !UNSHOWN.contains(&key) && !key.contains("beta.kubernetes.io");
        let labels: Vec<String> = pool.labels.known.iter().filter(|(key, _)| shown(key)).map(|(key, value)| label(key, value)).collect();
        writeln!(text, "  labels{}: {}", if pool.labels.complete { " (all)" } else { "" }, labels.join(", ")).expect("text");
    }

    fn show(&self) -> String {
        let mut text = String::new();
        for found in self.inventories() {
            self.inventory(&found, &mut text);
        }
        if text.is_empty() { "nothing\n".to_owned() } else { text }
    }

    fn inventory(&self, found: &Inventory, text: &mut String) {
        for pool in &found.pools {
            self.pool(pool, text);
        }
        for (pool, conflict) in found.pools.iter().flat_map(|p| p.conflicts.iter().map(move |c| (p, c))) {
            let (name, a, b) = (&pool.name, &conflict.stronger, &conflict.weaker);
            writeln!(text, "conflict in {name}: {} by {}, {} by {} | {}", a.arch, a.basis.name(), b.arch, b.basis.name(), self.place(b.span))
                .expect("text");
        }
        for (pool, problem) in found.pools.iter().flat_map(|p| p.problems.iter().map(move |c| (p, c))) {
            writeln!(text, "{:?} in {}: {} | {}", problem.kind, pool.name, problem.message, self.place(problem.span)).expect("text");
            for (span, words) in &problem.related {
                writeln!(text, "  {words} | {}", self.place(*span)).expect("text");
            }
        }
        if let Some((yes, span)) = found.masters_schedulable {
            writeln!(text, "masters schedulable: {yes} | {}", self.place(span)).expect("text");
        }
        for patch in &found.node_patches {
            let labels: Vec<String> = patch.labels.iter().map(|(key, value)| label(key, value)).collect();
            writeln!(text, "patch of node {}: {} | {}", patch.name, labels.join(", "), self.place(patch.span)).expect("text");
        }
        for cluster in &found.clusters {
            let infra = cluster.infra_id.as_ref().map_or(String::new(), |id| format!(", {id}"));
            let labels: Vec<String> = cluster.labels.iter().map(|(key, value)| format!(", {key}={value}")).collect();
            let space = cluster.namespace.as_ref().map_or(String::new(), |n| format!("{n}/"));
            writeln!(
                text,
                "cluster {space}{} by {}{infra}{} | {}",
                cluster.names.join(" = "),
                cluster.kind,
                labels.join(""),
                self.place(cluster.span)
            )
            .expect("text");
        }
        for (id, span) in &found.infra_ids {
            writeln!(text, "own infrastructure id {id} | {}", self.place(*span)).expect("text");
        }
        for payload in &found.payloads {
            let what = match &payload.payload {
                Payload::Single(arch) => arch.to_string(),
                Payload::Multi => "multi".to_owned(),
            };
            let of = match &payload.belongs {
                Belonging::Named { cluster, .. } => cluster.as_str(),
                _ => "here",
            };
            writeln!(text, "payload of {of}: {what}, {} | {}", payload.detail, self.place(payload.span)).expect("text");
        }
    }
}

fn label(key: &str, value: &LabelValue) -> String {
    match value {
        LabelValue::Is(value) if value.is_empty() => key.to_owned(),
        LabelValue::Is(value) => format!("{key}={value}"),
        LabelValue::Some => format!("{key}=?"),
        LabelValue::Absent => format!("!{key}"),
    }
}

#[test]
fn every_kind_says_what_it_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/nodes");
    let mut settings = insta::Settings::clone_current();
    settings.set_omit_expression(true);
    settings.set_prepend_module_to_snapshot(false);
    settings.set_snapshot_path("../fixtures/nodes");
    let mut failed = Vec::new();
    for dir in sorted(&root).into_iter().filter(|p| p.is_dir()) {
        let name = dir.file_name().expect("name").to_string_lossy().into_owned();
        let shown = Fixture::read(&dir).show();
        // One stale snapshot must not hide the others.
        let compared = std::panic::catch_unwind(AssertUnwindSafe(|| settings.bind(|| insta::assert_snapshot!(name.as_str(), shown))));
        if compared.is_err() {
            failed.push(name);
        }
    }
    assert!(failed.is_empty(), "snapshots differ: {failed:?}");
}

#[test]
fn whatever_declares_nodes_is_found() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/nodes");
    for path in sorted(&root).into_iter().filter(|p| p.is_dir()).flat_map(|dir| sorted(&dir)) {
        let name = path.file_name().expect("name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("text");
        let scratch = Scratch::new(&Files::from([(name.clone(), text.clone().into_bytes())]));
        let settings = Settings { paths: vec![scratch.root.clone()], directory: scratch.root.clone(), threads: 1, ..Settings::default() };
        let parsed = run(&settings).expect("it runs").summary.parsed;
        let alone = Fixture { sources: vec![Source::new(name, text)] };
        assert!(parsed == 1 || alone.show() == "nothing\n", "{} is passed over", path.display());
    }
}
