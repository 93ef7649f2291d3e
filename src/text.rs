//! Small things about words: suggestions for misspelt ones, lists in prose, dates.

/// The known word that a misspelt one most likely means, if any is near enough.
pub fn closest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let scored = known.map(|k| (distance(&lower, &k.to_lowercase()), k));
    let limit = (word.chars().count() / 3).clamp(1, 6);
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
    match words {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => format!("{} and {}", first.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", "), last.as_ref()),
    }
}

/// Whether a text is a calendar day, `2027-03-01`.
#[must_use]
pub fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let number = |t: &str, len: usize, max: u32| t.len() == len && t.parse::<u32>().is_ok_and(|n| (1..=max).contains(&n));
    number(year, 4, 9999) && number(month, 2, 12) && number(day, 2, 31)
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
    fn prose() {
        assert_eq!(and(&["a", "b", "c"]), "a, b and c");
        assert!(is_date("2027-03-01") && !is_date("2027-13-01") && !is_date("tomorrow"));
    }
}
