//! The targets without libFuzzer: mutated fixtures from a seed, on any toolchain.
//!
//! `soak TARGET SECONDS [SEED]`, in the repository's root. What fails is written to `fuzz/artifacts/`.

use hco_lint_fuzz::mutate::{Random, mutate};
use hco_lint_fuzz::seeds::seeds;
use std::time::{Duration, Instant};

/// No input should take longer.
const PATIENCE: Duration = Duration::from_secs(10);

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
    let mut random = Random::new(seed.first().map_or(1, |s| s.parse().expect("a number")));
    let inputs = seeds();
    let (mut done, mut failed) = (0u64, 0u64);
    while Instant::now() < until {
        let mut data = inputs[random.below(inputs.len())].clone();
        mutate(&mut random, &mut data);
        done += 1;
        let began = Instant::now();
        let result = std::panic::catch_unwind(|| run(&data));
        if result.is_err() || began.elapsed() > PATIENCE {
            failed += 1;
            let _ = std::fs::create_dir_all("fuzz/artifacts");
            let _ = std::fs::write(format!("fuzz/artifacts/{target}-{done}"), &data);
        }
    }
    println!("{target}: {done} executions, {failed} failures");
}
