//! `cargo bench` · how long each room takes on a tree of 2,000 files, or of as many as `FILES` says: medians of as many runs as fit into three
//! seconds, in one process, so without the cost of starting one. `scripts/bench` measures the whole program against others.

mod tree;

use hco_lint::files::{Base, Shown, Walk, Workspace};
use hco_lint::run::{self, Settings};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

fn main() {
    let files = std::env::var("FILES").ok().and_then(|f| f.parse().ok()).unwrap_or(2000);
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-{files}"));
    let _ = std::fs::remove_dir_all(&root);
    let tree = tree::make(&root, files, tree::usual_clusters(files), 1).expect("a tree");
    std::fs::create_dir(root.join(".git")).expect("a repository of its own");
    let root = root.canonicalize().expect("the tree");
    println!("{} files, {} clusters, {} to report; {} threads", tree.files, tree.clusters, tree.reported, threads());

    time("walk and search", || (), |()| walk(&root).len());
    let read = || Workspace::new(root.clone(), Shown::default(), Base::default(), walk(&root));
    time("parse what matters", read, |workspace| {
        workspace.parse_relevant(threads());
        workspace.iter().filter(|(_, f)| f.relevant).count()
    });
    let settings = settings(&root);
    time("everything", || (), |()| run::run(&settings).expect("a run").findings.len());
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(4, usize::from)
}

fn walk(root: &Path) -> hco_lint::files::Finds {
    let walk = Walk { boundary: root.to_owned(), shown: Shown::default(), honour_ignore: true, exclude: Default::default(), threads: threads() };
    walk.run(&[root.to_owned()]).found
}

fn settings(root: &Path) -> Settings {
    Settings { paths: vec![PathBuf::from(".")], directory: root.to_owned(), honour_ignore: true, threads: threads(), ..Settings::default() }
}

/// Times `work` on fresh input and prints the median; the input's making is not counted.
fn time<I>(what: &str, mut input: impl FnMut() -> I, mut work: impl FnMut(I) -> usize) {
    let started = Instant::now();
    let mut times: Vec<Duration> = Vec::new();
    let mut made = 0;
    while times.len() < 5 || (started.elapsed() < Duration::from_secs(3) && times.len() < 200) {
        let given = input();
        let start = Instant::now();
        made = std::hint::black_box(work(given));
        times.push(start.elapsed());
    }
    times.sort();
    let median = times[times.len() / 2];
    println!("{what:20} {:9.2} ms  (least {:.2}, {} runs, gives {made})", ms(median), ms(times[0]), times.len());
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
