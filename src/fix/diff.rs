//! What fixes change, as a unified diff that `git apply` and `patch -p1` take.

use similar::TextDiff;

/// The difference of a file's texts; empty when there is none.
#[must_use]
pub fn unified(path: &str, old: &str, new: &str) -> String {
    let diff = TextDiff::from_lines(old, new);
    diff.unified_diff().context_radius(3).header(&format!("a/{path}"), &format!("b/{path}")).to_string()
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
