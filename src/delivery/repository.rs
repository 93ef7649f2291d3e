//! Which repository this is: whether a deployer's URL means the files at hand.

use std::collections::BTreeMap;
use std::path::Path;

/// The identity of the repository, as far as it is known.
#[derive(Clone, Debug, Default)]
pub(super) struct Repository {
    /// Last part of its URL in lower case, without `.git`.
    name: Option<String>,
}

impl Repository {
    /// The repository of a known URL; without one, the URL that most deployers with a path that exists here name.
    pub(super) fn new(known: Option<&str>, seen: &BTreeMap<String, usize>) -> Self {
        let majority = || seen.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0))).map(|(name, _)| name.clone());
        Self { name: known.and_then(name_of).or_else(majority) }
    }

    /// Whether a deployer's URL means this repository. A templated one does where its path exists, which the caller checks.
    pub(super) fn is(&self, url: &str) -> bool {
        match (&self.name, name_of(url)) {
            (Some(own), Some(other)) => *own == other,
            _ => true,
        }
    }
}

/// The URL of the remote `origin`, as git's own configuration in the repository says it.
#[must_use]
pub fn origin(root: &Path) -> Option<String> {
    let text = crate::files::read(&root.join(".git/config"), root).ok()?;
    let mut inside = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            inside = line == "[remote \"origin\"]";
        } else if let (true, Some((key, value))) = (inside, line.split_once('='))
            && key.trim() == "url"
        {
            return Some(value.trim().to_owned());
        }
    }
    None
}

/// The part of a URL that survives mirrors and protocols; `None` for a template.
pub(super) fn name_of(url: &str) -> Option<String> {
    if url.is_empty() || crate::manifest::template::is_template(url) || url.contains('$') {
        return None;
    }
    let last = url.trim_end_matches('/').rsplit(['/', ':']).next().unwrap_or_default();
    Some(last.trim_end_matches(".git").to_lowercase()).filter(|n| !n.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_one_repository() {
        for url in ["https://git.example.com/acme/Fleet.git", "git@git.example.com:acme/fleet", "ssh://git@git.example.com:22/acme/fleet/"] {
            assert_eq!(name_of(url).as_deref(), Some("fleet"), "{url}");
        }
        assert_eq!(name_of("{{ .repoURL }}"), None);
    }
}
