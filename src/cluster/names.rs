//! Cluster names: which spellings mean the same cluster, and which one people are shown.

use std::collections::BTreeMap;

/// The names of all clusters of a run.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    /// Canonical form → the spelling to show.
    shown: BTreeMap<String, String>,
    /// Canonical form of an alias → canonical form of the name.
    aliases: BTreeMap<String, String>,
}

impl Names {
    /// Makes `alias` mean the cluster `name`.
    pub(super) fn alias(&mut self, alias: &str, name: &str) {
        let (alias, name) = (canonical(alias), self.key(name));
        if alias != name {
            self.aliases.insert(alias, name);
        }
    }

    /// The key of a cluster's name; the first spelling seen is the one shown.
    pub(super) fn key(&mut self, name: &str) -> String {
        let key = canonical(name);
        let key = self.aliases.get(&key).cloned().unwrap_or(key);
        self.shown.entry(key.clone()).or_insert_with(|| display(name));
        key
    }

    /// The spelling to show for a key.
    pub(super) fn shown<'a>(&'a self, key: &'a str) -> &'a str {
        self.shown.get(key).map_or(key, String::as_str)
    }
}

/// The form in which names are compared: lower case, without a leading `cluster-` or a trailing `-cluster`; an API server's URL by the
/// name OpenShift puts into it.
fn canonical(name: &str) -> String {
    let name = display(name).to_lowercase();
    let short = name.strip_prefix("cluster-").unwrap_or(&name);
    let short = short.strip_suffix("-cluster").unwrap_or(short);
    if short.is_empty() { name } else { short.to_owned() }
}

/// `https://api.prod.example.com:6443` → `prod`; anything else as it is.
fn display(name: &str) -> String {
    let host = name.split_once("://").map(|(_, rest)| rest);
    match host.and_then(|h| h.strip_prefix("api.")).and_then(|h| h.split(['.', ':', '/']).next()) {
        Some(cluster) if !cluster.is_empty() => cluster.to_owned(),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_cluster_by_many_names() {
        let mut names = Names::default();
        names.alias("prd", "prod");
        let key = names.key("prod");
        for other in ["PROD", "cluster-prod", "prod-cluster", "https://api.prod.example.com:6443", "prd"] {
            assert_eq!(names.key(other), key, "{other}");
        }
        assert_eq!(names.shown(&key), "prod");
        assert_ne!(names.key("dev"), key);
        assert_eq!(names.key("cluster-"), "cluster-");
    }
}
