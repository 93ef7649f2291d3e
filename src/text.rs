//! Small things about text: suggestions for misspelt words, lists in prose, dates, base64.

/// The known word that a misspelt one most likely means, if any is near enough.
pub fn closest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let length = word.chars().count();
    let limit = (length / 3).clamp(1, 6);
    // Words of another length need at least as many edits; and a word may be as long as a file.
    let near = known.filter(|k| k.chars().count().abs_diff(length) <= limit);
    let scored = near.map(|k| (distance(&lower, &k.to_lowercase()), k));
    scored.filter(|(d, _)| *d <= limit).min_by(|a, b| a.0.cmp(&b.0).then(a.1.cmp(b.1))).map(|(_, k)| k)
}

/// Edits (insert, delete, replace, swap of neighbours) between two words.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replace = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replace.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

/// `a`, `a and b`, `a, b and c`.
#[must_use]
pub fn and(words: &[impl AsRef<str>]) -> String {
    joined(words, "and")
}

fn joined(words: &[impl AsRef<str>], last_by: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => format!("{} {last_by} {}", first.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", "), last.as_ref()),
    }
}

/// `a`, `a or b`, `a, b or c`.
#[must_use]
pub fn or(words: &[impl AsRef<str>]) -> String {
    joined(words, "or")
}

/// Whether a text is a calendar day, `2027-03-01`.
#[must_use]
pub fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let number = |t: &str, len: usize| if t.len() == len && t.bytes().all(|b| b.is_ascii_digit()) { t.parse().ok() } else { None };
    matches!((number(year, 4), number(month, 2), number(day, 2)), (Some(y), Some(m), Some(d)) if is_day(y, m, d))
}

/// Whether there is such a day in the Gregorian calendar, as far as it goes back.
#[must_use]
pub fn is_day(year: u32, month: u32, day: u32) -> bool {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// The bytes that base64 with or without line breaks stands for (the standard alphabet, as Kubernetes has it); `None` when it is none.
#[must_use]
pub fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let six = |c: u8| match c {
        b'A'..=b'Z' => Some(c - b'A'),
        b'a'..=b'z' => Some(c - b'a' + 26),
        b'0'..=b'9' => Some(c - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let bytes: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    let (groups, []) = bytes.as_chunks::<4>() else { return None };
    let mut out = Vec::with_capacity(bytes.len() / 4 * 3);
    for (index, group) in groups.iter().enumerate() {
        let padding = group.iter().rev().take_while(|b| **b == b'=').count();
        if padding > 2 || (padding > 0 && index + 1 < groups.len()) {
            return None;
        }
        let mut bits = 0u32;
        for byte in &group[..4 - padding] {
            bits = bits << 6 | u32::from(six(*byte)?);
        }
        let [_, decoded @ ..] = (bits << (6 * padding)).to_be_bytes();
        out.extend(&decoded[..3 - padding]);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggestions() {
        let known = ["nodeArchitectures", "nodes", "name"];
        assert_eq!(closest("nodeArchitecture", known.into_iter()), Some("nodeArchitectures"));
        assert_eq!(closest("nmae", known.into_iter()), Some("name"));
        assert_eq!(closest("zebra", known.into_iter()), None);
    }

    #[test]
    fn base64() {
        for (text, bytes) in [("", ""), ("TQ==", "M"), ("TWE=", "Ma"), ("TWFu", "Man"), ("bGlnaHQg\nd29yay4=\n", "light work.")] {
            assert_eq!(decode_base64(text).as_deref(), Some(bytes.as_bytes()), "{text}");
        }
        assert_eq!(decode_base64("/+8="), Some(vec![0xff, 0xef]));
        for text in ["TQ", "TQ=", "T===", "TQ==TWFu", "T=Fu", "TWF-", "${SECRET}", "===="] {
            assert_eq!(decode_base64(text), None, "{text}");
        }
    }

    #[test]
    fn prose() {
        assert_eq!(and(&["a", "b", "c"]), "a, b and c");
        assert_eq!(or(&["a", "b"]), "a or b");
    }

    #[test]
    fn days() {
        for text in ["2027-03-01", "2027-12-31", "2028-02-29", "2000-02-29", "2027-04-30"] {
            assert!(is_date(text), "{text}");
        }
        for text in
            ["2027-13-01", "2027-00-01", "2027-02-31", "2027-02-29", "2100-02-29", "2027-04-31", "2027-04-00", "2027-+1-01", "27-03-01", "tomorrow"]
        {
            assert!(!is_date(text), "{text}");
        }
    }
}
