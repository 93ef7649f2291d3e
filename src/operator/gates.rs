//! The feature gates that each release knows, and what listing one does there.

use super::hyperconverged::Api;
use super::release::Release;
use std::sync::OnceLock;

/// What is known of a gate in a range of releases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The API version whose gate it is.
    pub api: Api,
    /// Its name.
    pub name: &'static str,
    /// The first release that this is true of.
    pub first: Release,
    /// The last one; `None` while it is true of the newest.
    pub last: Option<Release>,
    /// What listing it does.
    pub effect: Effect,
    /// The field that replaces it.
    pub field: Option<&'static str>,
    /// The field is true where the gate is disabled.
    pub inverted: bool,
}

/// What listing a gate does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It switches a feature that is on by default.
    On,
    /// It switches a feature that is off by default.
    Off,
    /// As [`Effect::Off`], but a field has taken its place.
    Deprecated,
    /// Nothing.
    Ignored,
    /// It is a plain boolean of v1beta1.
    Key,
}

const TABLE: &str = include_str!("tables/feature-gates.tsv");

/// Everything known of all gates.
#[must_use]
pub fn all() -> &'static [Known] {
    static ALL: OnceLock<Vec<Known>> = OnceLock::new();
    ALL.get_or_init(|| TABLE.lines().filter(|l| !l.starts_with('#')).filter_map(read).collect())
}

fn read(line: &'static str) -> Option<Known> {
    let columns: Vec<&'static str> = line.split('\t').collect();
    let [api, name, first, last, effect, field] = columns.as_slice() else { return None };
    let (inverted, field) = field.strip_prefix('!').map_or((false, *field), |field| (true, field));
    Some(Known {
        api: match *api {
            "v1" => Api::V1,
            "v1beta1" => Api::V1beta1,
            _ => return None,
        },
        name,
        first: Release::minor(first.parse().ok()?),
        last: match *last {
            "-" => None,
            last => Some(Release::minor(last.parse().ok()?)),
        },
        effect: match *effect {
            "on" => Effect::On,
            "off" => Effect::Off,
            "deprecated" => Effect::Deprecated,
            "ignored" => Effect::Ignored,
            "key" => Effect::Key,
            _ => return None,
        },
        field: (field != "-").then_some(field),
        inverted,
    })
}

impl Known {
    /// Whether it is true of a release.
    #[must_use]
    pub fn is_of(&self, release: Release) -> bool {
        self.first <= release && self.last.is_none_or(|last| release <= last)
    }
}

/// What a release knows of a gate of this name. v1 matches names without regard to case since 1.19.
#[must_use]
pub fn known(api: Api, name: &str, release: Release) -> Option<&'static Known> {
    let loose = api == Api::V1 && release.has_field();
    let is = |known: &str| if loose { known.eq_ignore_ascii_case(name) } else { known == name };
    of_release(api, release).find(|k| is(k.name))
}

/// What a release knows of the gates of an API version.
pub fn of_release(api: Api, release: Release) -> impl Iterator<Item = &'static Known> {
    all().iter().filter(move |k| k.api == api && k.is_of(release))
}

/// The releases that know a gate of exactly this name, in words (`1.4 to 1.7`, `1.19 and later`); `None` if none does.
#[must_use]
pub fn releases(api: Api, name: &str) -> Option<String> {
    let mut rows: Vec<&Known> = all().iter().filter(|k| k.api == api && k.name == name).collect();
    rows.sort_by_key(|k| k.first);
    let (first, last) = (rows.first()?.first, rows.last()?.last);
    Some(match last {
        None => format!("{first} and later"),
        Some(last) if last == first => first.to_string(),
        Some(last) => format!("{first} to {last}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operator::schema;

    #[test]
    fn every_line_of_the_table_is_read() {
        assert_eq!(all().len(), TABLE.lines().filter(|l| !l.starts_with('#')).count());
    }

    /// Two lines that are true of one release would contradict each other.
    #[test]
    fn one_answer_per_release() {
        for known in all() {
            for minor in 0..30 {
                let release = Release::minor(minor);
                let answers = of_release(known.api, release).filter(|k| k.name == known.name).count();
                assert!(answers <= 1, "{} in {release}", known.name);
            }
        }
    }

    /// The newest v1beta1 gates are the schema's.
    #[test]
    fn agrees_with_the_schema() {
        let mut names: Vec<&str> = of_release(Api::V1beta1, Release::NEWEST).map(|k| k.name).collect();
        names.sort_unstable();
        assert_eq!(names, schema::v1beta1_gates());
    }

    #[test]
    fn names_and_releases() {
        let newest = Release::NEWEST;
        assert_eq!(known(Api::V1, "EnableMultiArchBootImageImport", newest).map(|k| k.effect), Some(Effect::Deprecated));
        assert_eq!(known(Api::V1, "EnableMultiArchBootImageImport", Release::minor(18)), None);
        assert_eq!(known(Api::V1beta1, "EnableMultiArchBootImageImport", newest), None);
        assert_eq!(known(Api::V1beta1, "enableMultiArchBootImageImport", Release::minor(15)), None);
        assert_eq!(releases(Api::V1beta1, "sriovLiveMigration").as_deref(), Some("1.4 to 1.7"));
        assert_eq!(releases(Api::V1, "videoConfig").as_deref(), Some("1.18"));
        assert_eq!(releases(Api::V1, "template").as_deref(), Some("1.19 and later"));
        assert_eq!(releases(Api::V1, "nonsense"), None);
    }
}
