//! Which paths lie in a directory, and which references lead out of the repository.

pub(super) use crate::files::join;

/// Whether `path` is `dir` or lies below it.
pub(super) fn within(dir: &str, path: &str) -> bool {
    dir.is_empty() || path.strip_prefix(dir).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Whether kustomize would fetch a file reference over HTTP.
pub(super) fn is_url(reference: &str) -> bool {
    if !reference.starts_with(['h', 'H']) {
        return false;
    }
    let lower = reference.get(..8).unwrap_or(reference).to_ascii_lowercase();
    lower.starts_with("http://") || lower.starts_with("https:/") && reference.get(..8).is_some_and(|p| p.ends_with("//"))
}

/// Whether kustomize would clone a directory reference with git (`api/internal/git/repospec.go`): a scheme, a user before `@`, or
/// GitHub's host; then a host and at least an organisation and a repository, or an explicit mark of where the repository ends.
pub(super) fn is_repository(reference: &str) -> bool {
    if reference.starts_with('/') {
        return false;
    }
    let bare = reference.split_once('?').map_or(reference, |(before, _)| before);
    let bare = strip_ignoring_case(bare, "git::").unwrap_or(bare);
    let scheme = ["ssh://", "https://", "http://", "file://"].into_iter().find_map(|s| Some((s, strip_ignoring_case(bare, s)?)));
    if let Some(("file://", rest)) = scheme {
        return !rest.is_empty();
    }
    let rest = scheme.map_or(bare, |(_, rest)| rest);
    let user = rest.split_once('@').filter(|(user, _)| is_user(user));
    let rest = user.map_or(rest, |(_, rest)| rest);
    let github = ["github.com/", "github.com:"].into_iter().any(|h| strip_ignoring_case(rest, h).is_some());
    let scp = scheme.is_none() && (user.is_some() || github);
    if scheme.is_none() && !scp {
        return false;
    }
    let slash = rest.find('/');
    let colon = rest.find(':').filter(|&c| scp && c > 0);
    let end = match (slash, colon) {
        (Some(s), Some(c)) => s.min(c),
        (Some(s), None) => s,
        (None, Some(c)) => c,
        (None, None) => return false,
    };
    let Some(path) = rest.get(end + 1..) else { return false };
    let (repository, root) = match (path.find("_git/"), path.find("//"), path.find(".git")) {
        (Some(i), ..) => (true, path.get(i + 5..).and_then(|p| p.split_once('/')).map_or("", |(_, r)| r)),
        (None, Some(i), _) => (i > 0, path.get(i + 2..).unwrap_or("")),
        (None, None, Some(i)) => (true, path.get(i + 4..).unwrap_or("")),
        (None, None, None) => {
            let mut parts = path.splitn(3, '/');
            let both = parts.next().is_some() && parts.next().is_some();
            (both, parts.next().unwrap_or(""))
        }
    };
    repository && join("", root.trim_start_matches('/')).is_some()
}

fn is_user(user: &str) -> bool {
    user.starts_with(|c: char| c.is_ascii_alphabetic()) && user.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

fn strip_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_contains_itself_and_what_is_below() {
        assert!(within("a/b", "a/b/c") && within("", "x") && within("a", "a"));
        assert!(!within("a/b", "a/bc") && !within("a/b", "a"));
    }

    #[test]
    fn what_kustomize_would_fetch() {
        for remote in [
            "https://github.com/org/repo//base?ref=v1",
            "github.com/org/repo",
            "github.com/org/repo/path?ref=main",
            "git@github.com:org/repo.git",
            "ssh://git@git.example.com/org/repo",
            "git::https://example.com/org/repo//x",
            "https://dev.azure.com/org/project/_git/repo/base",
            "user@host.example:path/to/repo.git/sub",
        ] {
            assert!(is_repository(remote), "{remote}");
        }
        for local in ["../base", "base", "gitlab.com/org/repo", "/abs/path", "./github.com/org/repo", "a@b", "deployment.yaml"] {
            assert!(!is_repository(local), "{local}");
        }
        assert!(is_url("https://example.com/crd.yaml") && is_url("http://example.com/x"));
        assert!(!is_url("httpsfoo/bar") && !is_url("base"));
    }
}
