//! Compares the native Kustomize engine with `kubectl kustomize`, object by object, over every kustomization root of the given
//! repositories.
//!
//! ```text
//! cargo run --example kustomize_crosscheck -- [-v] REPOSITORY...
//! ```
//!
//! Prints how many roots are equal, differ (with the first differing path), cannot be built by kubectl (by reason), and how many of
//! those kubectl builds the engine has something against. `-v` lists all roots that are not equal. kubectl gets no network; its
//! answers are kept in the temporary directory, so that a second run is fast. Exits with 1 when any root differs.

#[path = "../tests/support/rendered.rs"]
mod rendered;

use hco_lint::delivery::kustomize::{Build, Effect, Files, Kustomizer, MemoryFiles, Options};
use hco_lint::source::FileId;
use hco_lint::yaml;
use rendered::{difference, json, kustomize, objects};
use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

fn main() -> ExitCode {
    let (flags, repositories): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|a| a.starts_with('-'));
    let verbose = flags.iter().any(|f| f == "-v");
    if repositories.is_empty() {
        eprintln!("usage: kustomize_crosscheck [-v] REPOSITORY...");
        return ExitCode::from(2);
    }
    let mut all = Tally::default();
    for repository in &repositories {
        all.absorb(check(Path::new(repository)));
    }
    all.print(verbose);
    if all.different.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[derive(Default)]
struct Tally {
    equal: usize,
    objects: usize,
    different: BTreeMap<String, String>,
    unbuildable: BTreeMap<&'static str, BTreeMap<String, String>>,
    /// kubectl builds it, the engine refuses it.
    accused: BTreeMap<String, String>,
    /// kubectl refuses it, the engine finds nothing and hides nothing.
    missed: BTreeMap<String, String>,
    engine: Duration,
}

impl Tally {
    fn absorb(&mut self, other: Tally) {
        self.equal += other.equal;
        self.objects += other.objects;
        self.engine += other.engine;
        self.different.extend(other.different);
        self.accused.extend(other.accused);
        self.missed.extend(other.missed);
        for (class, roots) in other.unbuildable {
            self.unbuildable.entry(class).or_default().extend(roots);
        }
    }

    fn print(&self, verbose: bool) {
        println!("equal: {} roots, {} objects (engine: {:?})", self.equal, self.objects, self.engine);
        let list = |title: &str, roots: &BTreeMap<String, String>, always: bool| {
            println!("{title}: {}", roots.len());
            for (root, why) in roots.iter().filter(|_| always || verbose) {
                println!("  {root}: {why}");
            }
        };
        list("different", &self.different, true);
        list("refused by the engine, built by kubectl", &self.accused, true);
        list("refused by kubectl, unsuspected by the engine", &self.missed, true);
        for (class, roots) in &self.unbuildable {
            list(&format!("not buildable by kubectl, {class}"), roots, false);
        }
    }
}

fn check(repository: &Path) -> Tally {
    let mut contents = BTreeMap::new();
    walk(repository, repository, &mut contents);
    let mut hasher = DefaultHasher::new();
    contents.hash(&mut hasher);
    let fingerprint = hasher.finish();
    let files = MemoryFiles::new(contents);
    let roots = roots(repository, repository, &files);
    let kustomizer = Kustomizer::new(&files, Options::default());
    let tally = Mutex::new(Tally::default());
    let next = Mutex::new(roots.iter());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let Some(root) = next.lock().ok().and_then(|mut n| n.next()) else { return };
                    let oracle = oracle(repository, root, fingerprint);
                    let started = Instant::now();
                    let build = kustomizer.build(root);
                    let took = started.elapsed();
                    if let Ok(mut tally) = tally.lock() {
                        tally.engine += took;
                        judge(&format!("{}/{root}", repository.display()), &build, &oracle, &files, &mut tally);
                    }
                }
            });
        }
    });
    tally.into_inner().unwrap_or_default()
}

fn judge(name: &str, build: &Build, oracle: &Result<String, String>, files: &MemoryFiles, tally: &mut Tally) {
    let refused = build.problems.iter().find(|p| p.effect == Effect::Refused);
    let complaint = refused.map(|p| {
        let place = files.source(p.span.file).map_or(String::new(), |s| format!("{}:{}", s.path, s.position(p.span.start as usize).line));
        format!("{place}: {}", p.message)
    });
    match oracle {
        Ok(output) => {
            let wanted = objects(json(yaml::parse(FileId(0), output).documents.iter().map(|d| &d.root)));
            let got = objects(json(build.objects.iter().map(|o| &o.root)));
            if let Some(complaint) = complaint {
                tally.accused.insert(name.to_owned(), complaint);
            }
            match difference(&wanted, &got) {
                None => {
                    tally.equal += 1;
                    tally.objects += wanted.len();
                }
                Some(why) => {
                    tally.different.insert(name.to_owned(), why);
                }
            }
        }
        Err(error) => {
            let class = class(error);
            let error = reason(error);
            if complaint.is_none() && build.unresolved.is_empty() {
                tally.missed.insert(name.to_owned(), error.clone());
            }
            tally.unbuildable.entry(class).or_default().insert(name.to_owned(), error);
        }
    }
}

/// The end of what kubectl says, where it comes to the point.
fn reason(error: &str) -> String {
    let said: Vec<&str> = error.lines().map(str::trim).filter(|l| !l.is_empty() && *l != ">" && !l.starts_with("# Warning")).collect();
    let said = said.join(" ");
    let skipped = said.chars().count().saturating_sub(300);
    said.chars().skip(skipped).collect()
}

fn class(error: &str) -> &'static str {
    let has = |words: &[&str]| words.iter().any(|w| error.contains(w));
    if has(&[
        "timed out",
        "git fetch",
        "git init",
        "dial tcp",
        "lookup",
        "Could not resolve",
        "evalsymlink failure on 'http",
        "HTTP",
        "proxyconnect",
        "failed to run",
    ]) {
        "remote"
    } else if has(&["helm"]) {
        "Helm"
    } else if has(&["plugin"]) {
        "plugin"
    } else if has(&["no such file", "doesn't exist", "not a valid", "must resolve to a file", "unable to find one of"]) {
        "missing file"
    } else if has(&["no matches for Id", "no resource matches"]) {
        "patch without target"
    } else if has(&["already registered id"]) {
        "duplicate"
    } else if has(&["MalformedYAML", "yaml:", "missing metadata.name", "missing kind", "missing Resource metadata", "unable to parse"]) {
        "malformed"
    } else if has(&["security; file"]) {
        "outside of the root"
    } else if has(&["cycle detected"]) {
        "cycle"
    } else {
        "other"
    }
}

/// What kubectl says, from the cache if it was asked before.
fn oracle(repository: &Path, root: &str, fingerprint: u64) -> Result<String, String> {
    let mut hasher = DefaultHasher::new();
    (repository.to_string_lossy(), root, fingerprint).hash(&mut hasher);
    let cache = std::env::temp_dir().join("hco-lint-kustomize-crosscheck");
    let base = cache.join(format!("{:016x}", hasher.finish()));
    if let Ok(output) = fs::read_to_string(base.with_extension("ok")) {
        return Ok(output);
    }
    if let Ok(error) = fs::read_to_string(base.with_extension("err")) {
        return Err(error);
    }
    let result = kustomize(&repository.join(root));
    if fs::create_dir_all(&cache).is_ok() {
        let (extension, text) = match &result {
            Ok(text) => ("ok", text),
            Err(text) => ("err", text),
        };
        let _ = fs::write(base.with_extension(extension), text);
    }
    result
}

fn walk(root: &Path, dir: &Path, contents: &mut BTreeMap<String, Vec<u8>>) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            if entry.file_name() != ".git" {
                walk(root, &path, contents);
            }
        } else if path.is_file()
            && let (Ok(relative), Ok(bytes)) = (path.strip_prefix(root), fs::read(&path))
        {
            contents.insert(relative.to_string_lossy().into_owned(), bytes);
        }
    }
}

/// Directories with a kustomization that is no component.
fn roots(repository: &Path, dir: &Path, files: &MemoryFiles) -> Vec<String> {
    let mut found = Vec::new();
    let relative: PathBuf = dir.strip_prefix(repository).map(Path::to_path_buf).unwrap_or_default();
    let relative = relative.to_string_lossy().into_owned();
    let in_dir = |name: &str| if relative.is_empty() { name.to_owned() } else { format!("{relative}/{name}") };
    if let Some(file) = NAMES.iter().find_map(|n| files.find(&in_dir(n))) {
        let component = files.parsed(file).documents.first().is_some_and(|d| d.root.str_at(&["kind"]) == Some("Component"));
        if !component {
            found.push(relative.clone());
        }
    }
    let Ok(entries) = fs::read_dir(dir) else { return found };
    let mut dirs: Vec<PathBuf> = entries.flatten().filter(|e| e.file_type().is_ok_and(|t| t.is_dir())).map(|e| e.path()).collect();
    dirs.sort();
    for dir in dirs.iter().filter(|d| d.file_name().is_some_and(|n| n != ".git")) {
        found.extend(roots(repository, dir, files));
    }
    found
}
