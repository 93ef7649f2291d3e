//! Paths as the URIs of a language client.

use std::path::{Path, PathBuf};

/// The path of a `file` URI; nothing for any other.
pub(super) fn path(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    // A host is the machine itself, or nothing that is reached by a path.
    let rest = rest.strip_prefix("localhost").unwrap_or(rest);
    let text = decode(rest.split(['?', '#']).next()?)?;
    let text = if cfg!(windows) { text.strip_prefix('/')?.to_owned() } else { text };
    Some(PathBuf::from(text)).filter(|p| p.is_absolute())
}

/// The URI of a path.
pub(super) fn uri(path: &Path) -> String {
    let text = path.to_string_lossy();
    let text = if cfg!(windows) { format!("/{}", text.trim_start_matches(r"\\?\").replace('\\', "/")) } else { text.into_owned() };
    let mut out = String::from("file://");
    for byte in text.bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |b: Option<u8>| char::from(b?).to_digit(16);
            let (high, low) = (digit(rest.next())?, digit(rest.next())?);
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for name in ["/a/b.yaml", "/with blank/ä%.yaml", "/a/[b]/#c?.yaml", "/"] {
            assert_eq!(path(&uri(Path::new(name))).as_deref(), Some(Path::new(name)));
        }
        assert_eq!(path("file://localhost/a%2fb"), Some("/a/b".into()));
        for other in ["untitled:Untitled-1", "git:/a/b", "file://server/share", "file:///a%zz", "file:///%ff", "/a"] {
            assert_eq!(path(other), None, "{other}");
        }
    }
}
