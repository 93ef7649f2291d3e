//! Paths inside the repository: relative, with `/`, without `.` and `..`.

/// The directory a path lies in; empty for the top.
#[must_use]
pub fn parent(path: &str) -> &str {
    memchr::memrchr(b'/', path.as_bytes()).map_or("", |slash| &path[..slash])
}

/// The last part of a path.
#[must_use]
pub fn name(path: &str) -> &str {
    memchr::memrchr(b'/', path.as_bytes()).map_or(path, |slash| &path[slash + 1..])
}

/// Whether a file is called like a manifest.
#[must_use]
pub fn is_manifest(path: &str) -> bool {
    [".yaml", ".yml", ".json"].iter().any(|extension| path.ends_with(extension))
}

/// A file's name without directories and extension.
#[must_use]
pub fn stem(path: &str) -> &str {
    let name = name(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// `path` as seen from the directory `from`; `None` when it leads out of the repository or is absolute.
#[must_use]
pub fn join(from: &str, path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    if from.is_empty() || path.is_empty() {
        return normalise(if from.is_empty() { path } else { from });
    }
    let joined = [from, "/", path].concat();
    if is_normal(&joined) { Some(joined) } else { normalise(&joined) }
}

/// A path with `.`, `..` and doubled slashes resolved; `None` when it leads out of the repository.
#[must_use]
pub fn normalise(path: &str) -> Option<String> {
    if is_normal(path) {
        return Some(path.to_owned());
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Whether nothing in a path is to be resolved, as in nearly all: told from its bytes alone.
fn is_normal(path: &str) -> bool {
    let bytes = path.as_bytes();
    let ends = bytes.first().is_some_and(|b| matches!(b, b'/' | b'.')) || bytes.last() == Some(&b'/');
    // Without a way out of the loop, and in bytes, many pairs are compared at once.
    let pairs = bytes.iter().zip(bytes.get(1..).unwrap_or_default());
    let resolved = |(a, b): (&u8, &u8)| u8::from(*a == b'/') & (u8::from(*b == b'/') | u8::from(*b == b'.'));
    !ends && pairs.map(resolved).fold(0, |any, pair| any | pair) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside() {
        assert_eq!(join("a/b", "../c"), Some("a/c".to_owned()));
        assert_eq!(join("a", "./b//c/."), Some("a/b/c".to_owned()));
        assert_eq!(join("a", ".."), Some(String::new()));
        assert_eq!(join("a", "b/.c"), Some("a/b/.c".to_owned()));
        assert_eq!(join("a", ""), Some("a".to_owned()));
        assert_eq!((join("a/./b", "c"), join("a/../b", ""), join("a", "b/")), (Some("a/b/c".into()), Some("b".into()), Some("a/b".into())));
        assert_eq!(join("a", "../.."), None);
        assert_eq!(join("a", "/etc"), None);
        assert_eq!((parent("a/b.yaml"), parent("b")), ("a", ""));
        assert_eq!((stem("a/b.x.yaml"), stem("Kustomization")), ("b.x", "Kustomization"));
    }
}
