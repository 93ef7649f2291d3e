//! Words and characters: counts, lists, and text that a terminal, a log or a page can be shown without harm.

use std::borrow::Cow;

/// Whether a character could do more than be read, or hides: control characters, line separators, what turns the direction of writing, and
/// what nobody sees. Joiners stay, because words of some languages need them.
pub(crate) fn is_active(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
        || matches!(c, '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The text on one line, with every active character replaced by a visible one.
pub(crate) fn neutral(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_active) { Cow::Owned(text.chars().map(visible).collect()) } else { Cow::Borrowed(text) }
}

fn visible(c: char) -> char {
    match c {
        '\0'..='\u{1f}' => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        '\u{7f}' => '\u{2421}',
        c if is_active(c) => '\u{fffd}',
        c => c,
    }
}

/// `1 file`, `2 files`.
pub(crate) fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// Names with commas, the first `most` of them, and how many more there are.
pub(crate) fn list<S: AsRef<str>>(names: impl IntoIterator<Item = S>, most: usize) -> String {
    let mut out = String::new();
    let mut left = 0;
    for (i, name) in names.into_iter().enumerate() {
        if i >= most {
            left += 1;
            continue;
        }
        if i > 0 {
            out.push_str(", ");
        }
        out.push_str(&neutral(name.as_ref()));
    }
    if left > 0 {
        out.push_str(&format!(" and {left} more"));
    }
    out
}

/// The words as a sentence: a capital letter in front, unless they start with code, and one full stop.
pub(crate) fn sentence(words: &str) -> String {
    let words = words.trim_end_matches('.');
    let mut chars = words.chars();
    let first: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", chars.as_str())
}

/// The parts of a message, each with whether it stands in backticks. An unpaired backtick is a character like any other.
pub(crate) fn parts(message: &str) -> Vec<(bool, &str)> {
    let mut out = Vec::new();
    let mut rest = message;
    while let Some((before, after)) = rest.split_once('`') {
        let Some((code, tail)) = after.split_once('`') else { break };
        out.push((false, before));
        out.push((true, code));
        rest = tail;
    }
    out.push((false, rest));
    out.retain(|(_, part)| !part.is_empty());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn active_characters_become_visible() {
        assert_eq!(neutral("plain – ünïcode 🚀"), "plain – ünïcode 🚀");
        assert_eq!(neutral("a\nb\tc\x1b[31m\u{7f}"), "a␊b␉c␛[31m␡");
        assert_eq!(neutral("\u{9b}31m\u{202e}x\u{2028}\u{feff}"), "\u{fffd}31m\u{fffd}x\u{fffd}\u{fffd}");
        assert_eq!(neutral("a\u{200b}b\u{2060}\u{e0041}\u{200d}"), "a\u{fffd}b\u{fffd}\u{fffd}\u{200d}");
    }

    #[test]
    fn lists_say_how_many_are_left_out() {
        assert_eq!(list(["a", "b", "c"], 3), "a, b, c");
        assert_eq!(list(["a", "b", "c", "d"], 2), "a, b and 2 more");
        assert_eq!(list(Vec::<String>::new(), 2), "");
        assert_eq!(count(1, "file"), "1 file");
        assert_eq!(count(0, "file"), "0 files");
    }

    #[test]
    fn sentences_end_once() {
        assert_eq!(sentence("écrit"), "Écrit.");
        assert_eq!(sentence("done."), "Done.");
        assert_eq!(sentence("`a` is b"), "`a` is b.");
        assert_eq!(sentence(""), ".");
    }

    #[test]
    fn backticks_pair_up() {
        assert_eq!(parts("the `a` and `b"), [(false, "the "), (true, "a"), (false, " and `b")]);
        assert_eq!(parts("plain"), [(false, "plain")]);
        assert_eq!(parts("`x`"), [(true, "x")]);
        assert_eq!(parts("``"), []);
    }
}
