//! A small repository as one input, and back: a line `#@ path` begins a file, and a file that no line begins is `hyperconverged.yaml`.

use std::collections::BTreeMap;

/// Bytes of every file, by path.
pub type Files = BTreeMap<String, Vec<u8>>;

/// How many files are read out of an input.
const MOST: usize = 48;

/// The files of an input. No path leads out of the repository or into `.git`.
#[must_use]
pub fn files(data: &[u8]) -> Files {
    let text = String::from_utf8_lossy(data);
    let mut files: Vec<(String, String)> = vec![("hyperconverged.yaml".to_owned(), String::new())];
    for line in text.split_inclusive('\n') {
        if let Some(path) = line.strip_prefix("#@ ") {
            let path: String = path.trim().chars().filter(|c| c.is_ascii_alphanumeric() || "./-_".contains(*c)).take(100).collect();
            let path: Vec<&str> = path.split('/').filter(|p| !matches!(*p, "" | "." | ".." | ".git")).collect();
            files.push((path.join("/"), String::new()));
        } else if let Some((_, text)) = files.last_mut() {
            text.push_str(line);
        }
    }
    files.retain(|(path, text)| !path.is_empty() && !text.is_empty());
    files.into_iter().take(MOST).map(|(path, text)| (path, text.into_bytes())).collect()
}

/// The input of files.
#[must_use]
pub fn input<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Vec<u8> {
    let mut data = Vec::new();
    for (path, text) in files {
        data.extend_from_slice(format!("#@ {path}\n").as_bytes());
        data.extend_from_slice(text);
        if !text.ends_with(b"\n") {
            data.push(b'\n');
        }
    }
    data
}
