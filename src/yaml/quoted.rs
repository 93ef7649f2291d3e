//! The value of a quoted scalar, or of one over several lines, from its source, for the ones whose layout the parser refuses and Kubernetes reads.

/// Unquotes `"…"` or `'…'`, quotes included; nothing if an escape is unknown.
pub(super) fn unquote(source: &str) -> Option<String> {
    let single = source.starts_with('\'');
    let inner = source.get(1..source.len().checked_sub(1)?)?;
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(c) = rest.chars().next() {
        match c {
            ' ' | '\t' | '\n' | '\r' => rest = fold_white(rest, &mut out),
            '\'' if single => {
                out.push('\'');
                rest = rest.get(2..)?;
            }
            '\\' if !single => rest = escape(&rest[1..], &mut out)?,
            _ => {
                out.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    Some(out)
}

/// The value of a plain scalar that goes over several lines.
pub(super) fn fold(source: &str) -> String {
    let (mut out, mut rest) = (String::with_capacity(source.len()), source);
    while let Some(at) = rest.find([' ', '\t', '\n', '\r']) {
        out.push_str(&rest[..at]);
        rest = fold_white(&rest[at..], &mut out);
    }
    out + rest
}

/// Writes what the white space at the start of a text stands for, and gives what follows: a line break is a space, further ones are themselves.
fn fold_white<'t>(text: &'t str, out: &mut String) -> &'t str {
    let (run, after) = white(text);
    match breaks(run.as_bytes()) {
        0 => out.push_str(run),
        1 => out.push(' '),
        several => out.extend(std::iter::repeat_n('\n', several - 1)),
    }
    after
}

/// The white space at the start of a text, and what follows.
fn white(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c| !matches!(c, ' ' | '\t' | '\n' | '\r')).unwrap_or(text.len()))
}

/// How many line breaks there are; CRLF is one.
pub(super) fn breaks(bytes: &[u8]) -> usize {
    let ends = |(i, b): (usize, &u8)| *b == b'\n' || (*b == b'\r' && bytes.get(i + 1) != Some(&b'\n'));
    bytes.iter().enumerate().filter(|&p| ends(p)).count()
}

/// Reads what follows a backslash and gives the rest.
fn escape<'t>(text: &'t str, out: &mut String) -> Option<&'t str> {
    let code = text.chars().next()?;
    let after = &text[code.len_utf8()..];
    let digits = match code {
        '\n' | '\r' => {
            // An escaped line break joins without a space; blank lines behind it still count.
            let (run, after) = white(text);
            out.extend(std::iter::repeat_n('\n', breaks(run.as_bytes()) - 1));
            return Some(after);
        }
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ => {
            out.push(match code {
                '0' => '\0',
                'a' => '\u{7}',
                'b' => '\u{8}',
                't' | '\t' => '\t',
                'n' => '\n',
                'v' => '\u{b}',
                'f' => '\u{c}',
                'r' => '\r',
                'e' => '\u{1b}',
                ' ' | '"' | '\\' | '\'' => code,
                'N' => '\u{85}',
                '_' => '\u{a0}',
                'L' => '\u{2028}',
                'P' => '\u{2029}',
                _ => return None,
            });
            return Some(after);
        }
    };
    let hex = after.get(..digits).filter(|h| h.bytes().all(|b| b.is_ascii_hexdigit()))?;
    out.push(char::from_u32(u32::from_str_radix(hex, 16).ok()?)?);
    after.get(digits..)
}

#[cfg(test)]
mod tests {
    use super::unquote;

    #[test]
    fn values() {
        for (source, value) in [
            ("'it''s'", "it's"),
            ("'a\nb\n\nc'", "a b\nc"),
            ("\"a  b\"", "a  b"),
            ("\"a \n  b\r\n\r\n\tc\"", "a b\nc"),
            ("\"a \\\n  b\"", "a b"),
            ("\"a\\\n\n  b\"", "a\nb"),
            ("\"\\x41\\u00e9\\U0001F600\\n\"", "Aé😀\n"),
            ("'\\n'", "\\n"),
            ("\"\"", ""),
        ] {
            assert_eq!(unquote(source).as_deref(), Some(value), "{source}");
        }
        for source in ["\"\\q\"", "\"\\x4\"", "\"\\ud800\"", "\""] {
            assert_eq!(unquote(source), None, "{source}");
        }
    }
}
