//! The grammar of a suppression: `# hco-lint: ignore[rule, rule] reason`.

use std::ops::Range;

/// What a comment asks for. Ranges are bytes of the comment's text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Directive {
    /// Not to show findings of these rules.
    Ignore {
        /// The names, and where each stands.
        rules: Vec<(String, Range<usize>)>,
        /// The text behind the brackets.
        reason: Option<String>,
    },
    /// It looks like a suppression and is none.
    Malformed {
        /// What is wrong with it.
        why: &'static str,
        /// The comment as it was most likely meant.
        meant: Option<String>,
    },
}

const NAME: &str = "hco-lint";
const VERB: &str = "ignore";

/// Reads a comment, from its `#` on; `None` when it is about something else. The directive may follow another comment on the same line
/// (`# yamllint disable-line # hco-lint: …`).
pub(super) fn read(comment: &str) -> Option<Directive> {
    let (at, rest) = begins(comment)?;
    let malformed = |why, meant: Option<String>| Some(Directive::Malformed { why, meant });
    let written = &comment[at..comment.len() - rest.len()];
    let corrected = |rest: &str| format!("{}{NAME}: {rest}", &comment[..at]);
    let Some(body) = rest.trim_start().strip_prefix(':') else {
        // A sentence may begin with the program's name.
        let verb = rest.trim_start().get(..VERB.len()).filter(|v| v.eq_ignore_ascii_case(VERB));
        return verb.and_then(|_| malformed("the colon behind `hco-lint` is missing", Some(corrected(rest.trim_start()))));
    };
    let body = body.trim_start();
    if at > 1 && !comment[..at].trim_end().ends_with('#') {
        return malformed("it must stand at the beginning of a comment", None);
    }
    let word = body.len() - body.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '-').len();
    let (verb, tail) = body.split_at(word);
    if verb != VERB {
        let near = crate::text::closest(verb, std::iter::once(VERB)).map(|verb| corrected(&format!("{verb}{tail}")));
        return malformed("the one thing it can say is `ignore[rule, rule] reason`", near);
    }
    if written != NAME {
        return malformed("`hco-lint` is written in lower case", Some(corrected(body)));
    }
    let Some(list) = tail.trim_start().strip_prefix('[') else {
        return malformed("the rules are missing: `ignore[rule, rule] reason`", None);
    };
    let Some((list, reason)) = list.split_once(']') else { return malformed("the closing bracket is missing", None) };
    let mut start = comment.len() - reason.len() - 1 - list.len();
    let mut rules = Vec::new();
    for part in list.split(',') {
        let name = part.trim();
        let from = start + part.len() - part.trim_start().len();
        if name.is_empty() {
            return malformed("a rule's name is missing between the brackets", None);
        }
        rules.push((name.to_owned(), from..from + name.len()));
        start += part.len() + 1;
    }
    let reason = reason.trim().trim_start_matches([':', '-', '—', '–']).trim();
    Some(Directive::Ignore { rules, reason: (!reason.is_empty()).then(|| reason.to_owned()) })
}

/// Where the program's name stands as the first word of a comment, or in front of a directive, and the text behind it.
fn begins(comment: &str) -> Option<(usize, &str)> {
    let lower = comment.to_ascii_lowercase();
    let mut from = 0;
    while let Some(at) = lower.get(from..)?.find(NAME).map(|i| from + i) {
        let rest = comment.get(at + NAME.len()..)?;
        let alone = rest.starts_with(|c: char| c == ':' || c.is_whitespace()) || rest.is_empty();
        let before = comment.get(..at)?.trim_end();
        let directive = rest.trim_start().strip_prefix(':').is_some_and(|r| r.trim_start().to_ascii_lowercase().starts_with(VERB));
        if alone && (before.ends_with('#') || directive) {
            return Some((at, rest));
        }
        from = at + NAME.len();
    }
    None
}

/// The comment without some of its rules, by number, in order.
pub(super) fn without(comment: &str, rules: &[(String, Range<usize>)], gone: &[usize]) -> Option<String> {
    let left: Vec<&str> = rules.iter().enumerate().filter(|(i, _)| gone.binary_search(i).is_err()).map(|(_, (name, _))| name.as_str()).collect();
    let (first, last) = (rules.first()?, rules.last()?);
    (!left.is_empty()).then(|| format!("{}{}{}", &comment[..first.1.start], left.join(", "), &comment[last.1.end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(comment: &str) -> Vec<(&str, Option<String>)> {
        match read(comment) {
            Some(Directive::Ignore { rules, reason }) => {
                let names = rules.iter().map(|(name, range)| (&comment[range.clone()], name));
                names.map(|(text, name)| (text, (text != name).then(|| name.clone()).or(reason.clone()))).collect()
            }
            other => panic!("{comment}: {other:?}"),
        }
    }

    fn malformed(comment: &str) -> (&'static str, Option<String>) {
        match read(comment) {
            Some(Directive::Malformed { why, meant }) => (why, meant),
            other => panic!("{comment}: {other:?}"),
        }
    }

    #[test]
    fn suppressions() {
        assert_eq!(rules("# hco-lint: ignore[a-b]"), [("a-b", None)]);
        assert_eq!(rules("#hco-lint:ignore[ a , b ]: see #12"), [("a", Some("see #12".to_owned())), ("b", Some("see #12".to_owned()))]);
        assert_eq!(rules("# yamllint disable-line # hco-lint: ignore[a] — why"), [("a", Some("why".to_owned()))]);
        assert_eq!(rules("## hco-lint: ignore [a]"), [("a", None)]);
    }

    #[test]
    fn what_looks_like_one() {
        assert_eq!(malformed("# hco-lint ignore[a] why").1.as_deref(), Some("# hco-lint: ignore[a] why"));
        assert_eq!(malformed("# HCO-Lint: ignore[a]").1.as_deref(), Some("# hco-lint: ignore[a]"));
        assert_eq!(malformed("# hco-lint: ignroe[a]").1.as_deref(), Some("# hco-lint: ignore[a]"));
        for (comment, word) in [
            ("# hco-lint: disable", "one thing"),
            ("# hco-lint: ignore", "rules are missing"),
            ("# hco-lint: ignore this", "rules are missing"),
            ("# hco-lint: ignore[a", "closing bracket"),
            ("# hco-lint: ignore[]", "name is missing"),
            ("# hco-lint: ignore[a,]", "name is missing"),
            ("# TODO: hco-lint: ignore[a]", "beginning"),
        ] {
            let (why, meant) = malformed(comment);
            assert!(why.contains(word) && meant.is_none(), "{comment}: {why}");
        }
    }

    #[test]
    fn prose() {
        for comment in ["# nothing", "# hco-lint finds this", "# hco-lint", "# see hco-lint: it knows", "# hco-linted: yes", "# hco-lint-ignore"] {
            assert_eq!(read(comment), None, "{comment}");
        }
    }

    #[test]
    fn fewer_rules() {
        let comment = "# hco-lint: ignore[a, b,c] why";
        let Some(Directive::Ignore { rules, .. }) = read(comment) else { panic!("a suppression") };
        assert_eq!(without(comment, &rules, &[1]).as_deref(), Some("# hco-lint: ignore[a, c] why"));
        assert_eq!(without(comment, &rules, &[0, 1, 2]), None);
    }
}
