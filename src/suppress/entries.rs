//! Suppressions in the configuration: which findings its `ignore` entries cover, and which cover none.

use crate::config::Ignore;
use crate::files::Groups;
use crate::finding::Finding;
use crate::fix::{Change, Proposal};
use crate::rules::{Draft, Findings};
use crate::source::{FileId, Span};
use std::collections::HashMap;

/// Whether everything was seen that a rule could find in files of these paths; no rule stands for all.
pub type Seen<'a> = dyn Fn(Option<&str>, &dyn Fn(&str) -> bool) -> bool + 'a;

/// The entries of a run.
#[derive(Debug)]
pub struct Entries<'a> {
    list: Vec<Entry<'a>>,
    paths: Groups,
    /// The entries that hold in a file, as far as it was asked.
    holding: HashMap<FileId, Holding<'a>>,
    /// Those that hold in every file.
    everywhere: Holding<'a>,
}

/// Entries by the rule and the object that they ask for, in their order.
type Holding<'a> = HashMap<&'a str, HashMap<&'a str, Vec<usize>>>;

/// What stands for any rule, and for any object.
const ANY: &str = "\n";

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
        let mut entries = Self { list: ignores.iter().map(entry).collect(), paths, holding: HashMap::new(), everywhere: Holding::new() };
        entries.everywhere = entries.holding((0..ignores.len()).filter(|number| ignores.get(*number).is_some_and(|i| i.paths.is_empty())));
        entries
    }

    /// These entries, but for those whose day has passed.
    fn holding(&self, numbers: impl Iterator<Item = usize>) -> Holding<'a> {
        let mut holding = Holding::new();
        for (number, entry) in numbers.filter_map(|number| Some((number, self.list.get(number)?))).filter(|(_, e)| !e.expired) {
            let (rule, object) = (entry.ignore.rule.as_deref(), entry.ignore.object.as_deref());
            holding.entry(rule.unwrap_or(ANY)).or_default().entry(object.unwrap_or(ANY)).or_default().push(number);
        }
        holding
    }

    /// Whether a finding is covered: by which entry, and the reason that is given. `path` gives a file's path in the repository.
    pub fn hide(&mut self, finding: &Finding, path: &dyn Fn(FileId) -> String) -> Option<(Span, Option<String>)> {
        let file = finding.primary.span.file;
        if !self.holding.contains_key(&file) {
            let holding = self.holding(self.paths.matching(&path(file)).into_iter());
            self.holding.insert(file, holding);
        }
        let here = self.holding.get_mut(&file)?;
        let mut first: Option<usize> = None;
        let names = names(finding);
        for holding in [&mut self.everywhere, here] {
            for rule in [ANY, finding.rule] {
                let Some(objects) = holding.get_mut(rule) else { continue };
                for object in names.iter().map(String::as_str).chain([ANY]) {
                    let Some(numbers) = objects.get_mut(object) else { continue };
                    for number in numbers.iter() {
                        self.list.get_mut(*number).into_iter().for_each(|entry| entry.used = true);
                    }
                    // All of them are used now; the first is the one to name.
                    numbers.truncate(1);
                    first = first.into_iter().chain(numbers.first().copied()).min();
                }
            }
        }
        first.and_then(|number| self.list.get(number)).map(|entry| (entry.ignore.item.span(), entry.ignore.reason.clone()))
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

/// What entries may call the object of a finding: a name, `Kind/name`, or either with the item behind another slash.
fn names(finding: &Finding) -> Vec<String> {
    let about = &finding.object;
    let plain = [about.name.clone(), format!("{}/{}", about.kind, about.name)];
    let item = about.item.as_deref().filter(|item| !item.is_empty());
    let items: Vec<String> = item.into_iter().flat_map(|item| plain.iter().map(move |name| format!("{name}/{item}"))).collect();
    plain.into_iter().chain(items).collect()
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
