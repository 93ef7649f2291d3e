//! Suppressions in the configuration: which findings its `ignore` entries cover, and which cover none.

use crate::config::Ignore;
use crate::files::Groups;
use crate::finding::Finding;
use crate::fix::{Change, Proposal};
use crate::rules::{Draft, Findings};
use crate::source::{FileId, Span};
use std::collections::{BTreeSet, HashMap};

/// Whether everything was seen that a rule could find in files of these paths; no rule stands for all.
pub type Seen<'a> = dyn Fn(Option<&str>, &dyn Fn(&str) -> bool) -> bool + 'a;

/// The entries of a run.
#[derive(Debug)]
pub struct Entries<'a> {
    list: Vec<Entry<'a>>,
    paths: Groups,
    /// The entries whose paths match a file's, as far as it was asked.
    matching: HashMap<FileId, BTreeSet<usize>>,
}

#[derive(Debug)]
struct Entry<'a> {
    ignore: &'a Ignore,
    expired: bool,
    used: bool,
}

impl<'a> Entries<'a> {
    /// The entries as they are on a day, written `2027-03-01`.
    #[must_use]
    pub fn new(ignores: &'a [Ignore], today: &str) -> Self {
        let entry = |ignore: &'a Ignore| Entry { ignore, expired: ignore.expires.as_ref().is_some_and(|(day, _)| day.as_str() < today), used: false };
        let paths = Groups::new(ignores.iter().map(|ignore| ignore.paths.as_slice()));
        Self { list: ignores.iter().map(entry).collect(), paths, matching: HashMap::new() }
    }

    /// Whether a finding is covered: by which entry, and the reason that is given. `path` gives a file's path in the repository.
    pub fn hide(&mut self, finding: &Finding, path: &dyn Fn(FileId) -> String) -> Option<(Span, Option<String>)> {
        let mut hidden = None;
        let file = finding.primary.span.file;
        let matching = self.matching.entry(file).or_insert_with(|| self.paths.matching(&path(file)));
        for (number, entry) in self.list.iter_mut().enumerate().filter(|(_, e)| !e.expired) {
            let ignore = entry.ignore;
            let rule = ignore.rule.as_ref().is_none_or(|r| r == finding.rule);
            let covers = ignore.paths.is_empty() || matching.contains(&number);
            if rule && covers && ignore.object.as_ref().is_none_or(|o| is_object(o, finding)) {
                entry.used = true;
                hidden = hidden.or_else(|| Some((ignore.item.span(), ignore.reason.clone())));
            }
        }
        hidden
    }

    /// Says which entries have no effect.
    pub fn report(&self, seen: &Seen<'_>, findings: &mut Findings) {
        for (number, entry) in self.list.iter().enumerate() {
            let ignore = entry.ignore;
            let what = ignore.rule.as_deref().unwrap_or("everything");
            let remove =
                |safe| Proposal { title: "remove the entry".to_owned(), safe, changes: vec![Change::RemoveItem { item: ignore.item.clone() }] };
            if let Some((day, span)) = ignore.expires.as_ref().filter(|_| entry.expired) {
                let draft = Draft::new(*span, "this day has passed", format!("the entry that ignores {what} expired on {day}"));
                let draft = draft.field("ignore").item(what).help("look at its findings again; then remove the entry or give it another day");
                findings.report("configuration-unused", draft.fix(remove(false)));
            } else if !entry.used && seen(ignore.rule.as_deref(), &|path| ignore.paths.is_empty() || self.paths.matching(path).contains(&number)) {
                let draft = Draft::new(ignore.item.span(), "matches nothing", format!("there is no finding {} to ignore", words(ignore)));
                findings.report("configuration-unused", draft.field("ignore").item(what).help("correct it or remove it").fix(remove(true)));
            }
        }
    }
}

/// The entry's conditions in a sentence.
fn words(ignore: &Ignore) -> String {
    let rule = ignore.rule.as_ref().map_or("of any rule".to_owned(), |r| format!("of {r}"));
    let object = ignore.object.as_ref().map_or(String::new(), |o| format!(" about {o}"));
    let paths = if ignore.paths.is_empty() { String::new() } else { format!(" in {}", ignore.paths.join(", ")) };
    rule + &object + &paths
}

/// Whether a finding is about the object of an entry: a name, `Kind/name`, or either with the item behind another slash.
fn is_object(object: &str, finding: &Finding) -> bool {
    let about = &finding.object;
    let item = about.item.as_deref().unwrap_or_default();
    let kind = format!("{}/{}", about.kind, about.name);
    object == about.name || object == kind || (!item.is_empty() && (object == format!("{}/{item}", about.name) || object == format!("{kind}/{item}")))
}

/// Today in UTC, as `2027-03-01`. `SOURCE_DATE_EPOCH` (seconds since 1970) says otherwise, for runs that must not depend on the day.
#[must_use]
pub fn today() -> String {
    let given = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|s| s.parse::<u64>().ok());
    let now = || std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |d| d.as_secs());
    date(given.unwrap_or_else(now) / 86_400)
}

/// The day so many days after 1970-01-01, by the proleptic Gregorian calendar: eras of 400 years that begin in March.
fn date(days: u64) -> String {
    let days = days.min(2_932_896) + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days() {
        for (days, text) in [
            (0, "1970-01-01"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (20_515, "2026-03-03"),
            (47_540, "2100-02-28"),
            (47_541, "2100-03-01"),
            (2_932_896, "9999-12-31"),
            (u64::MAX, "9999-12-31"),
        ] {
            assert_eq!(date(days), text);
        }
    }
}
