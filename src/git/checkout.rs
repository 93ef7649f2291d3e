//! The files of a commit: manifests as texts, and all else in a directory of its own, which is gone when it is no longer needed. The work tree is
//! not touched.

use super::command::{cannot_start, complaint};
use super::tree::Tree;
use crate::files::{MAX_FILE, wanted};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, DirBuilder, File};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// The files of a commit.
#[derive(Debug)]
pub struct Checkout {
    directory: PathBuf,
    /// Where the repository's root is in it. Absolute, without symbolic links.
    pub root: PathBuf,
    /// The texts of files that are not in the directory, by their paths in it.
    pub texts: BTreeMap<PathBuf, String>,
}

impl Drop for Checkout {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
    }
}

impl Checkout {
    /// Reads the files of a commit, which are at home below `below` in a new directory. What is in `named` is written there in any case, be it a
    /// file or a directory.
    ///
    /// # Errors
    /// An object is missing, or the directory cannot be written.
    pub fn new(tree: &Tree, below: &Path, named: &BTreeSet<&Path>) -> Result<Self, String> {
        let directory = private_directory().map_err(|e| format!("a temporary directory cannot be made: {e}"))?;
        let mut checkout = Self { root: directory.clone(), directory, texts: BTreeMap::new() };
        let disk = |e: io::Error| format!("a temporary directory cannot be written: {e}");
        checkout.directory = checkout.directory.canonicalize().map_err(disk)?;
        checkout.root = checkout.directory.join(below);
        // It is a repository too, so that nothing above it is looked at. What git itself says of the repository holds for it as well.
        let (own, ours) = (checkout.root.join(".git"), tree.git.root().join(".git"));
        fs::create_dir_all(own.join("info")).map_err(disk)?;
        for file in ["config", "info/exclude"].into_iter().filter(|f| ours.join(f).is_file()) {
            fs::copy(ours.join(file), own.join(file)).map_err(disk)?;
        }
        // What a link leads to must be there; few repositories have any.
        let linked = tree.files.values().any(|b| b.link);
        let written = |path: &Path| linked || named.contains(path) || !path.file_name().is_some_and(|n| wanted(n.as_encoded_bytes()));
        for directory in named.iter().filter(|path| tree.has_directory(path)) {
            fs::create_dir_all(checkout.root.join(directory)).map_err(disk)?;
        }
        checkout.fill(tree, &written)?;
        Ok(checkout)
    }

    /// The directory that holds nothing else.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    fn fill(&mut self, tree: &Tree, written: &dyn Fn(&Path) -> bool) -> Result<(), String> {
        if tree.files.is_empty() {
            return Ok(());
        }
        let mut child = tree.git.command(&["cat-file", "--batch"]).stdin(std::process::Stdio::piped()).spawn().map_err(|e| cannot_start(&e))?;
        let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else { return Err("git: no pipe".to_owned()) };
        let written = std::thread::scope(|scope| {
            // Asked on a thread of its own: git answers before it has read all questions, and both pipes are finite.
            scope.spawn(move || {
                let mut input = io::BufWriter::new(&mut input);
                tree.files.values().try_for_each(|b| writeln!(input, "{}", b.object)).and_then(|()| input.flush())
            });
            self.take(tree, &mut BufReader::new(output), written)
        });
        if written.is_err() {
            let _ = child.kill();
        }
        let ended = child.wait_with_output().map_err(|e| cannot_start(&e))?;
        match written {
            Ok(()) if ended.status.success() => Ok(()),
            Err(error) if ended.stderr.is_empty() => Err(error),
            _ => Err(complaint(&ended.stderr)),
        }
    }

    /// Takes what git answers, in the order of the files. Links come last, so that nothing is ever written through one.
    fn take(&mut self, tree: &Tree, answers: &mut impl BufRead, written: &dyn Fn(&Path) -> bool) -> Result<(), String> {
        let mut links = Vec::new();
        for (path, blob) in &tree.files {
            let size = size(answers).map_err(|e| format!("git: {}: {e}", path.display()))?;
            let target = self.root.join(path);
            let disk = |e: io::Error| format!("{}: {e}", target.display());
            let mut content = answers.take(size);
            if blob.link {
                let mut text = Vec::new();
                content.read_to_end(&mut text).map_err(disk)?;
                links.push((path, text));
            } else if size > MAX_FILE {
                // Its size is all that anybody asks of it.
                io::copy(&mut content, &mut io::sink()).map_err(disk)?;
                create(&target).and_then(|f| f.set_len(size)).map_err(disk)?;
            } else {
                let mut bytes = Vec::new();
                content.read_to_end(&mut bytes).map_err(disk)?;
                match String::from_utf8(bytes) {
                    Ok(text) if !written(path) => drop(self.texts.insert(target, text)),
                    other => {
                        create(&target).and_then(|mut f| f.write_all(&other.map_or_else(|e| e.into_bytes(), String::into_bytes))).map_err(disk)?
                    }
                }
            }
            let mut end = [0];
            answers.read_exact(&mut end).map_err(|e| format!("git: {e}"))?;
        }
        for (path, text) in links {
            let target = self.root.join(path);
            let _ = target.parent().map(fs::create_dir_all);
            let inside = target.parent().and_then(|p| p.canonicalize().ok()).is_some_and(|p| p.starts_with(&self.root));
            if inside {
                link(&text, &target);
            }
        }
        Ok(())
    }
}

/// The size of the next answer: `NAME blob SIZE`.
fn size(answers: &mut impl BufRead) -> Result<u64, String> {
    let mut line = String::new();
    answers.by_ref().take(1024).read_line(&mut line).map_err(|e| e.to_string())?;
    let size = line.trim_end().rsplit_once(" blob ").and_then(|(_, size)| size.parse().ok());
    size.ok_or_else(|| "its content is not in this clone; fetch it first".to_owned())
}

/// A new file, in directories that need not be there yet.
fn create(path: &Path) -> io::Result<File> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    File::create_new(path)
}

/// A link that cannot be made is one that leads nowhere.
#[cfg(unix)]
fn link(text: &[u8], at: &Path) {
    use std::os::unix::ffi::OsStrExt;
    let _ = std::os::unix::fs::symlink(std::ffi::OsStr::from_bytes(text), at);
}

/// Where links are rare, git writes what they hold.
#[cfg(not(unix))]
fn link(text: &[u8], at: &Path) {
    let _ = fs::write(at, text);
}

/// A new directory that nobody else can look into.
fn private_directory() -> io::Result<PathBuf> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    loop {
        let nanoseconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.subsec_nanos());
        let name = format!("hco-lint-{}-{}-{nanoseconds:x}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        match builder.create(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}
