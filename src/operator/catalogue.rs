//! The golden images that the operator brings along, per distribution.

use std::sync::OnceLock;

/// One of the operator's own images.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommonImage {
    /// Name of its DataImportCronTemplate.
    pub name: String,
    /// The data source it manages.
    pub data_source: String,
    /// Registry URL; `None` where it is not published, so that nobody can tell whether a customised entry changes it.
    pub url: Option<String>,
    /// The architectures annotation; `None` where it is not published.
    pub architectures: Option<String>,
}

/// A set of common images.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalogue {
    /// The images, by name.
    pub images: Vec<CommonImage>,
    /// Whether the set and all its values are certain.
    pub certain: bool,
}

/// The rows: distribution, name, data source, URL, architectures; `-` where it is not published.
const TABLE: &str = include_str!("tables/common-images.tsv");

impl Catalogue {
    /// The upstream images, the same from 1.16 to 1.20.
    #[must_use]
    pub fn upstream() -> &'static Catalogue {
        static UPSTREAM: OnceLock<Catalogue> = OnceLock::new();
        UPSTREAM.get_or_init(|| Catalogue::of("upstream", true))
    }

    /// The images of OpenShift Virtualization: their names are documented, their registries and architectures are not.
    #[must_use]
    pub fn openshift_virtualization() -> &'static Catalogue {
        static DOWNSTREAM: OnceLock<Catalogue> = OnceLock::new();
        DOWNSTREAM.get_or_init(|| Catalogue::of("openshift-virtualization", false))
    }

    fn of(distribution: &str, certain: bool) -> Catalogue {
        let known = |field: Option<&str>| field.filter(|f| *f != "-").map(str::to_owned);
        let rows = TABLE.lines().filter(|l| !l.starts_with('#')).map(|l| l.split('\t').collect::<Vec<_>>());
        let images = rows
            .filter(|r| r.first() == Some(&distribution))
            .map(|r| CommonImage {
                name: r.get(1).copied().unwrap_or_default().to_owned(),
                data_source: r.get(2).copied().unwrap_or_default().to_owned(),
                url: known(r.get(3).copied()),
                architectures: known(r.get(4).copied()),
            })
            .collect();
        Catalogue { images, certain }
    }

    /// The image of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&CommonImage> {
        self.images.iter().find(|i| i.name == name)
    }
}
