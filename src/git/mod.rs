//! What an earlier revision of the repository holds. It is read with `git`, the one program that this one ever starts, and only when somebody
//! asks for a comparison.
//!
//! The commands used read objects and nothing else: neither hooks, filters, text conversions nor remotes take part, whatever the
//! repository's configuration says.

mod checkout;
mod command;
mod tree;

pub use checkout::Checkout;
pub use tree::Tree;

use command::Git;
use std::path::Path;

/// The tree of a commit.
///
/// # Errors
/// The directory is not the root of a Git repository, or the revision is not in it, in words for people.
pub fn tree(root: &Path, revision: &str) -> Result<Tree, String> {
    let git = Git::new(root)?;
    match resolve(&git, revision)? {
        Some(commit) => Tree::read(git, revision, &commit),
        None if git.text(&["rev-parse", "--is-shallow-repository"])? == "true" => Err(format!(
            "the revision `{revision}` is not in this shallow clone: fetch it first, with `git fetch --depth 1 origin COMMIT` or with the whole history"
        )),
        None => Err(format!("there is no revision `{revision}` in this repository")),
    }
}

/// The tree of the last commit; without any entry before the first one.
///
/// # Errors
/// As for [`tree`].
pub fn last_commit(root: &Path) -> Result<Tree, String> {
    let git = Git::new(root)?;
    match resolve(&git, "HEAD")? {
        Some(commit) => Tree::read(git, "HEAD", &commit),
        None => Ok(Tree::empty(git)),
    }
}

/// The tree of the commit where two lines of history part; of `one` where that is not known, as in a shallow clone.
///
/// # Errors
/// As for [`tree`].
pub fn fork_point(root: &Path, one: &str, other: &str) -> Result<Tree, String> {
    let git = Git::new(root)?;
    let parted = match (resolve(&git, one)?, resolve(&git, other)?) {
        (Some(one), Some(other)) => git.run(&["merge-base", &one, &other])?.filter(|name| is_name(name)),
        _ => None,
    };
    tree(root, parted.as_deref().unwrap_or(one))
}

/// The name of a revision's commit; nothing where there is none.
fn resolve(git: &Git, revision: &str) -> Result<Option<String>, String> {
    // What begins with a hyphen would be an option, and git allows no such name.
    if revision.is_empty() || revision.starts_with('-') || revision.contains('\0') {
        return Err(format!("`{revision}` is no revision"));
    }
    Ok(git.run(&["rev-parse", "--quiet", "--verify", &format!("{revision}^{{commit}}")])?.filter(|name| is_name(name)))
}

/// Whether this is an object's name in full.
fn is_name(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|b| b.is_ascii_hexdigit())
}
