//! JUnit readers are XML parsers: whatever a repository holds, the report is well-formed.

use crate::support::{awkward, clean, fleet, nothing};
use crate::{options, write};
use hco_lint::finding::Severity;
use hco_lint::outcome::Outcome;
use hco_lint::report::{Format, Options};

/// What keeps a text from being well-formed XML of elements, attributes in double quotes and text.
pub(crate) fn malformed(xml: &str) -> Result<(), String> {
    let illegal = |c: char| (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}');
    if let Some(c) = xml.chars().find(|&c| illegal(c)) {
        return Err(format!("XML has no {c:?}"));
    }
    let mut rest = xml.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").ok_or("no declaration")?;
    let mut open: Vec<&str> = Vec::new();
    while let Some((text, tail)) = rest.split_once('<') {
        references(text)?;
        let (tag, tail) = tail.split_once('>').ok_or("an open tag")?;
        rest = tail;
        if let Some(name) = tag.strip_prefix('/') {
            let opened = open.pop();
            if opened != Some(name) {
                return Err(format!("{name} closes {opened:?}"));
            }
            continue;
        }
        let (tag, closed) = tag.strip_suffix('/').map_or((tag, false), |t| (t, true));
        let (name, mut attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        while !attributes.is_empty() {
            let (key, value) = attributes.split_once("=\"").ok_or_else(|| format!("no attribute: {attributes}"))?;
            if !key.chars().all(|c| c.is_ascii_lowercase()) {
                return Err(format!("no attribute name: {key}"));
            }
            let (value, tail) = value.split_once('"').ok_or("an open attribute")?;
            references(value)?;
            attributes = tail.trim_start();
        }
        if !closed {
            open.push(name);
        }
    }
    if open.is_empty() && rest.trim().is_empty() { Ok(()) } else { Err(format!("left open: {open:?} {rest}")) }
}

fn references(text: &str) -> Result<(), String> {
    for part in text.split('&').skip(1) {
        let (name, _) = part.split_once(';').ok_or_else(|| format!("a bare ampersand: {part}"))?;
        let known = ["amp", "lt", "gt", "quot", "apos"];
        // Characters that XML has.
        let number = name.strip_prefix('#').and_then(|n| n.parse::<u32>().ok()).filter(|n| matches!(n, 9 | 10 | 13 | 32..0xd800 | 0xe000..=0xfffd));
        if number.is_none() && !known.contains(&name) {
            return Err(format!("unknown reference {name}"));
        }
    }
    Ok(())
}

fn count(xml: &str, what: &str) -> usize {
    xml.matches(what).count()
}

#[test]
fn every_report_is_well_formed_and_counts_right() {
    for outcome in [fleet(), awkward(), clean(), nothing()] {
        let xml = write(Format::Junit, &outcome, &options());
        assert_eq!(malformed(&xml), Ok(()), "{xml}");
        let head = xml.lines().nth(1).expect("testsuites");
        for (key, tag) in [("tests", "<testcase "), ("failures", "<failure "), ("errors", "<error "), ("skipped", "<skipped ")] {
            assert!(head.contains(&format!("{key}=\"{}\"", count(&xml, tag))), "{head}\n{xml}");
        }
        assert!(count(&xml, "<testcase ") > 0, "an empty report is a broken one to some readers");
    }
}

#[test]
fn the_checker_sees_what_is_not_well_formed() {
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    assert_eq!(malformed(&format!("{head}<a b=\"c\"><d/>&lt;</a>")), Ok(()));
    for bad in ["<a>", "<a></b>", "<a b=c/>", "<a b=\"&\"/>", "<a>\u{1}</a>", "<a>&nbsp;</a>", "a"] {
        assert!(malformed(&format!("{head}{bad}")).is_err(), "{bad}");
    }
}

#[test]
fn only_what_fails_the_run_is_a_failure() {
    let failures = |outcome: &Outcome, fail_on| count(&write(Format::Junit, outcome, &Options { fail_on, ..options() }), "<failure ");
    assert_eq!(failures(&fleet(), Some(Severity::Error)), 1);
    assert_eq!(failures(&fleet(), Some(Severity::Warning)), 2);
    assert_eq!(failures(&fleet(), Some(Severity::Info)), 4);
    assert_eq!(failures(&fleet(), None), 0);
    // Two of the four are of low confidence.
    assert_eq!(failures(&awkward(), Some(Severity::Info)), 2);
}
