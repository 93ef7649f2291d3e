//! How to tell the linter what a cluster's nodes are: lines that can be copied into a shell or the configuration.

use super::text::neutral;
use crate::outcome::WHOLE_REPOSITORY;

/// `--arch prod=amd64,arm64`.
pub(crate) fn arch_option(cluster: &str) -> String {
    format!("--arch {}", shell(&named(cluster, "amd64,arm64")))
}

/// `--nodes prod=FILE`.
pub(crate) fn nodes_option(cluster: &str) -> String {
    format!("--nodes {}", shell(&named(cluster, "FILE")))
}

fn named(cluster: &str, value: &str) -> String {
    if cluster == WHOLE_REPOSITORY { value.to_owned() } else { format!("{cluster}={value}") }
}

/// One line for `.hco-lint.yaml` that settles all these clusters.
pub(crate) fn configuration<'a>(clusters: impl IntoIterator<Item = &'a str>) -> String {
    const ARCHITECTURES: &str = "nodeArchitectures: [amd64, arm64]";
    let named: Vec<String> =
        clusters.into_iter().filter(|&name| name != WHOLE_REPOSITORY).map(|name| format!("{{name: {}, {ARCHITECTURES}}}", scalar(name))).collect();
    if named.is_empty() { format!("defaults: {{{ARCHITECTURES}}}") } else { format!("clusters: [{}]", named.join(", ")) }
}

fn is_plain(text: &str, more: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || more.contains(c))
}

/// One word of a POSIX shell.
fn shell(text: &str) -> String {
    if is_plain(text, "-._/:@=,") { text.to_owned() } else { format!("'{}'", neutral(text).replace('\'', r"'\''")) }
}

/// A YAML string that stays one within a flow mapping.
fn scalar(text: &str) -> String {
    let word = is_plain(text, "-._/") && text.starts_with(|c: char| c.is_ascii_alphabetic());
    let reserved = matches!(text.to_ascii_lowercase().as_str(), "y" | "n" | "yes" | "no" | "on" | "off" | "true" | "false" | "null");
    if word && !reserved { text.to_owned() } else { serde_json::to_string(&*neutral(text)).unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_where_they_must_be() {
        assert_eq!(arch_option("prod"), "--arch prod=amd64,arm64");
        assert_eq!(arch_option("prod; rm -rf /"), "--arch 'prod; rm -rf /=amd64,arm64'");
        assert_eq!(nodes_option("it's"), r"--nodes 'it'\''s=FILE'");
        assert_eq!(configuration(["prod", "no", "1a", "a, b"]).matches('"').count(), 6);
    }

    #[test]
    fn a_repository_that_is_one_cluster_needs_no_name() {
        assert_eq!(arch_option(WHOLE_REPOSITORY), "--arch amd64,arm64");
        assert_eq!(nodes_option(WHOLE_REPOSITORY), "--nodes FILE");
        assert_eq!(configuration([WHOLE_REPOSITORY]), "defaults: {nodeArchitectures: [amd64, arm64]}");
    }
}
