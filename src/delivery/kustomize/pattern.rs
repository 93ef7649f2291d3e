//! Regular expressions as Go writes them.

use super::bounds;
use super::merge::Misfit;
use crate::source::Span;
use regex::{Error, Regex};

/// Reads a regular expression. One that is too large for this program may be well for Go, so it is not wrong but beyond a bound.
pub(super) fn read(text: &str, place: Span) -> Result<Regex, Misfit> {
    Regex::new(&translated(text)).map_err(|error| {
        let words = error.to_string();
        let last = words.lines().last().unwrap_or_default();
        let last = last.strip_prefix("error: ").unwrap_or(last);
        if matches!(error, Error::CompiledTooBig(_)) || last.contains("nested") {
            return bounds::misfit(place, "the regular expression is too large to be tried");
        }
        Misfit { span: place, related: None, message: format!("no valid regular expression: {last}") }
    })
}

/// What Go takes for itself and this program's own expressions do not: a brace that repeats nothing, `\\Q…\\E`, and `[`, `&` and `~` in a class.
fn translated(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut in_class) = (text, false);
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        rest = after;
        match c {
            '\\' => match after.strip_prefix('Q') {
                Some(quoted) => {
                    let (quoted, behind) = quoted.split_once("\\E").unwrap_or((quoted, ""));
                    out.push_str(&regex::escape(quoted));
                    rest = behind;
                }
                None => {
                    out.push(c);
                    if let Some(escaped) = after.chars().next() {
                        out.push(escaped);
                        rest = &after[escaped.len_utf8()..];
                    }
                }
            },
            '[' if !in_class => {
                in_class = true;
                out.push(c);
                // A bracket that closes right away is one of the class.
                for first in ["^]", "^", "]"] {
                    if let Some(behind) = after.strip_prefix(first) {
                        out.push_str(&first.replace(']', "\\]"));
                        rest = behind;
                        break;
                    }
                }
            }
            ']' if in_class => {
                in_class = false;
                out.push(c);
            }
            '[' if after.starts_with(':') => match after.split_once(":]") {
                Some((name, behind)) => {
                    out.push_str(&format!("[{name}:]"));
                    rest = behind;
                }
                None => out.push_str("\\["),
            },
            '[' | '&' | '~' if in_class => out.extend(['\\', c]),
            '{' if !in_class && !repeats(after) => out.push_str("\\{"),
            _ => out.push(c),
        }
    }
    out
}

/// Whether a number of repetitions stands behind a brace.
fn repeats(after: &str) -> bool {
    let Some((counts, _)) = after.split_once('}') else { return false };
    let (least, most) = counts.split_once(',').unwrap_or((counts, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    !least.is_empty() && digits(least) && digits(most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    #[test]
    fn patterns_are_those_of_go() {
        let matches = |pattern: &str, text: &str| read(pattern, Span::new(FileId(0), 0, 0)).map(|p| p.is_match(text)).map_err(|m| m.message);
        for (pattern, text) in [
            ("^a{2,3}$", "aa"),
            ("^a{,3}$", "a{,3}"),
            ("^{{ x }}$", "{{ x }}"),
            ("^a{$", "a{"),
            (r"^\Qa.b(\E.$", "a.b(c"),
            (r"^\Q*", "*"),
            ("^[[a&&b]$", "["),
            ("^[]a]$", "]"),
            ("^[^]a]$", "b"),
            ("^[[:alpha:]~]+$", "a~b"),
            (r"^\{x\}\[$", "{x}["),
        ] {
            assert_eq!(matches(pattern, text), Ok(true), "{pattern}");
        }
        assert_eq!(matches(r"^\Qa.b\E$", "axb"), Ok(false));
        for (pattern, words) in [("(", "no valid regular expression: unclosed group"), ("(((a{100}){100}){100})", "too large to be tried")] {
            assert!(matches(pattern, "").is_err_and(|message| message.contains(words)), "{pattern}");
        }
        let deep = format!("{}a{}", "(".repeat(300), ")".repeat(300));
        assert!(matches(&deep, "a").is_err_and(|message| message.contains("too large to be tried")));
    }
}
