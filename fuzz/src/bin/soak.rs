//! The targets without libFuzzer: mutated fixtures from a seed, on any toolchain.
//!
//! `soak TARGET SECONDS [SEED]`, in the repository's root. What fails is written to `fuzz/artifacts/`.

use std::path::Path;
use std::time::{Duration, Instant};

struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (n.max(1) as u64)).unwrap_or(0)
    }
}

/// The files of every directory of fixtures as one input, and every file by itself.
fn corpus(directory: &Path, all: &mut Vec<Vec<u8>>) -> Vec<u8> {
    let mut paths: Vec<_> = std::fs::read_dir(directory).into_iter().flatten().flatten().map(|e| e.path()).collect();
    paths.sort();
    let mut whole = Vec::new();
    for path in paths {
        if path.is_dir() {
            corpus(&path, all);
        } else if path.extension().is_some_and(|e| e == "yaml" || e == "json")
            && let Ok(bytes) = std::fs::read(&path)
        {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            whole.extend_from_slice(format!("#@ {name}\n").as_bytes());
            whole.extend_from_slice(&bytes);
            all.push(bytes);
        }
    }
    all.push(whole.clone());
    whole
}

const TOKENS: [&str; 24] = [
    "\n",
    " ",
    "  ",
    "---\n",
    "- ",
    ": ",
    "{",
    "}",
    "[",
    "]",
    "&a ",
    "*a",
    "<<: ",
    "|\n",
    ">-\n",
    "\"",
    "'",
    "#",
    "\t",
    "\u{feff}",
    "é",
    "#@ base/kustomization.yaml\n",
    "resources: [.]\n",
    "$patch: delete\n",
];

fn mutated(random: &mut Random, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut data = corpus[random.below(corpus.len())].clone();
    data.truncate(1 << 14);
    for _ in 0..=random.below(6) {
        let at = random.below(data.len() + 1);
        let end = (at + random.below(40)).min(data.len());
        match random.below(6) {
            0 => drop(data.drain(at..end)),
            1 => drop(data.splice(at..at, TOKENS[random.below(TOKENS.len())].bytes())),
            2 => drop(data.splice(at..end, TOKENS[random.below(TOKENS.len())].bytes())),
            3 => {
                let other = &corpus[random.below(corpus.len())];
                let from = random.below(other.len());
                let to = (from + random.below(400)).min(other.len());
                data.splice(at..at, other[from..to].iter().copied());
            }
            4 => {
                let copy: Vec<u8> = data[at..end].to_vec();
                data.splice(at..at, copy);
            }
            _ => {
                if let Some(byte) = data.get_mut(at) {
                    *byte = u8::try_from(random.below(256)).unwrap_or(0);
                }
            }
        }
    }
    data
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, target, seconds, seed @ ..] = arguments.as_slice() else { panic!("soak TARGET SECONDS [SEED]") };
    let run = match target.as_str() {
        "yaml" => hco_lint_fuzz::fuzz_yaml,
        "kustomize" => hco_lint_fuzz::fuzz_kustomize,
        "fix" => hco_lint_fuzz::fuzz_fix,
        "repo" => hco_lint_fuzz::fuzz_repo,
        other => panic!("no target {other}: yaml, kustomize, fix, repo"),
    };
    let until = Instant::now() + Duration::from_secs(seconds.parse().expect("seconds"));
    let seed: u64 = seed.first().map_or(1, |s| s.parse().expect("a number"));
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut inputs = Vec::new();
    corpus(Path::new("fixtures"), &mut inputs);
    let (mut done, mut failed) = (0u64, 0u64);
    while Instant::now() < until {
        let data = mutated(&mut random, &inputs);
        done += 1;
        let began = Instant::now();
        let result = std::panic::catch_unwind(|| run(&data));
        if result.is_err() || began.elapsed() > Duration::from_secs(20) {
            failed += 1;
            let _ = std::fs::create_dir_all("fuzz/artifacts");
            let _ = std::fs::write(format!("fuzz/artifacts/{target}-{done}"), &data);
        }
    }
    println!("{target}: {done} executions, {failed} failures");
}
