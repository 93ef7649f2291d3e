//! What fixes change, as a unified diff that `git apply` and `patch -p1` take.

use crate::report::text::is_active;
use similar::TextDiff;

/// The difference of a file's texts; empty when there is none.
#[must_use]
pub fn unified(path: &str, old: &str, new: &str) -> String {
    let diff = TextDiff::from_lines(old, new);
    diff.unified_diff().context_radius(3).header(&name("a", path), &name("b", path)).to_string()
}

/// A path below `a` or `b`, quoted as git quotes it where it could be taken for something else.
fn name(side: &str, path: &str) -> String {
    // Build servers obey what follows `##`, wherever it stands.
    let sharp = path.contains("##");
    let plain = |c: char| c != '"' && c != '\\' && !is_active(c) && !(sharp && c == '#');
    if path.chars().all(plain) {
        return format!("{side}/{path}");
    }
    let mut quoted = format!("\"{side}/");
    for c in path.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            c if plain(c) => quoted.push(c),
            c => c.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| quoted.push_str(&format!("\\{byte:03o}"))),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::unified;

    #[test]
    fn says_where_a_line_break_is_missing() {
        assert_eq!(
            unified("f", "a\nb", "a\nb\nc"),
            "--- a/f\n+++ b/f\n@@ -1,2 +1,3 @@\n a\n-b\n\\ No newline at end of file\n+b\n+c\n\\ No newline at end of file\n"
        );
        assert_eq!(unified("f", "a\r\nb\r\n", "a\r\n"), "--- a/f\n+++ b/f\n@@ -1,2 +1 @@\n a\r\n-b\r\n");
        assert_eq!(unified("f", "a\n", "a\n"), "");
    }
}
