//! `hco_lint_fuzz::fuzz_fix` under libFuzzer.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| hco_lint_fuzz::fuzz_fix(data));
