//! Which repository this is: whether a deployer's URL means the files at hand.

use std::collections::BTreeMap;

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

/// The part of a URL that survives mirrors and protocols; `None` for a template.
pub(super) fn name_of(url: &str) -> Option<String> {
    if url.is_empty() || crate::manifest::template::is_template(url) || url.contains('$') {
        return None;
    }
    let last = url.trim_end_matches('/').rsplit(['/', ':']).next().unwrap_or_default();
    Some(last.trim_end_matches(".git").to_lowercase()).filter(|n| !n.is_empty())
}
