//! What Kubernetes accepts as a label's key and value (apimachinery's `validation.IsQualifiedName` and `IsValidLabelValue`).

/// Why a label key is refused; `None` when it is valid.
#[must_use]
pub fn key_error(key: &str) -> Option<&'static str> {
    let (prefix, name) = match key.split_once('/') {
        Some((_, rest)) if rest.contains('/') => return Some("a label key has at most one `/`"),
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, key),
    };
    if prefix.is_some_and(|p| !is_subdomain(p)) {
        return Some("the part before the `/` must be a lower-case DNS name");
    }
    (!is_name(name)).then_some("a label's name is 1 to 63 letters, digits, `-`, `_` or `.`, and begins and ends with a letter or digit")
}

/// Why a label value is refused; `None` when it is valid.
#[must_use]
pub fn value_error(value: &str) -> Option<&'static str> {
    (!value.is_empty() && !is_name(value))
        .then_some("a label's value is at most 63 letters, digits, `-`, `_` or `.`, and begins and ends with a letter or digit")
}

fn is_name(text: &str) -> bool {
    let ends = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    text.len() <= 63
        && ends(text.chars().next())
        && ends(text.chars().next_back())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

fn is_subdomain(text: &str) -> bool {
    let label = |part: &str| {
        let end = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        end(part.chars().next()) && end(part.chars().next_back()) && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    text.len() <= 253 && text.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        for good in ["a", "kubernetes.io/arch", "node-role.kubernetes.io/worker", "A_b.c", "x.y/Z"] {
            assert_eq!(key_error(good), None, "{good}");
        }
        for bad in ["", "bad key!", "-a", "a-", "/a", "a/", "a/b/c", "Upper.io/a", "a..b/c", &"x".repeat(64)] {
            assert!(key_error(bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn values() {
        for good in ["", "a", "1", "a.b_c-d", &"x".repeat(63)] {
            assert_eq!(value_error(good), None, "{good}");
        }
        for bad in ["not valid!", "-1", "a-", &"x".repeat(64), "é"] {
            assert!(value_error(bad).is_some(), "{bad}");
        }
    }
}
