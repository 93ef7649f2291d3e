//! `hco_lint_fuzz::fuzz_repo` under libFuzzer, or on the files it is given.
#![cfg_attr(fuzzing, no_main)]

hco_lint_fuzz::target!(hco_lint_fuzz::fuzz_repo);
