//! Writes what libFuzzer begins with: `seeds DIR`, in the repository's root, makes the inputs `DIR/corpus/*` and the words `DIR/dictionary`.

use hco_lint_fuzz::{mutate, seeds};
use std::fmt::Write as _;
use std::path::PathBuf;

fn main() {
    let directory = PathBuf::from(std::env::args_os().nth(1).expect("seeds DIR"));
    let corpus = directory.join("corpus");
    std::fs::create_dir_all(&corpus).expect("a directory");
    let seeds = seeds::seeds();
    for (number, data) in seeds.iter().enumerate() {
        std::fs::write(corpus.join(format!("{number:04}")), data).expect("a file");
    }
    let mut dictionary = String::new();
    for word in mutate::words() {
        let bytes = word.bytes().fold(String::new(), |text, byte| match byte {
            b'"' | b'\\' => format!("{text}\\{}", char::from(byte)),
            b' '..=b'~' => format!("{text}{}", char::from(byte)),
            _ => format!("{text}\\x{byte:02x}"),
        });
        let _ = writeln!(dictionary, "\"{bytes}\"");
    }
    std::fs::write(directory.join("dictionary"), dictionary).expect("a file");
    println!("{} inputs", seeds.len());
}
