//! `hco_lint_fuzz::fuzz_kustomize` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hco_lint_fuzz::fuzz_kustomize(data));
