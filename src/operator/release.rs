//! Releases of the operator and what each of them knows.

use std::fmt;

/// A minor release of the HyperConverged operator (1.N). Red Hat OpenShift Virtualization 4.20 carries 1.16, 4.21 carries 1.17, 4.22
/// carries 1.18.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release(u32);

impl Release {
    /// The newest release whose behaviour is known; used where nothing tells the release.
    pub const NEWEST: Release = Release(20);

    /// The release 1.`minor`.
    #[must_use]
    pub const fn minor(minor: u32) -> Self {
        Release(minor)
    }

    /// Reads `1.17`, `v1.17.2` or a CSV's `…v1.17.0`; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (major, minor) = numbers(text)?;
        (major == 1).then_some(Release(minor))
    }

    /// The release that a version of OpenShift Virtualization (`4.20`, `v4.20.1`) carries.
    #[must_use]
    pub fn of_openshift_virtualization(text: &str) -> Option<Self> {
        let (major, minor) = numbers(text)?;
        (major == 4 && minor >= 4).then(|| Release(minor - 4))
    }

    /// Whether golden images can be imported per architecture at all (1.16).
    #[must_use]
    pub fn has_feature(self) -> bool {
        self.0 >= 16
    }

    /// Whether `hco.kubevirt.io/v1` is served (1.18).
    #[must_use]
    pub fn serves_v1(self) -> bool {
        self.0 >= 18
    }

    /// Whether v1 has the field `spec.workloadSources.enableMultiArchBootImageImport`, and gates are deprecated and matched without regard
    /// to case (1.19).
    #[must_use]
    pub fn has_field(self) -> bool {
        self.0 >= 19
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.0)
    }
}

fn numbers(text: &str) -> Option<(u32, u32)> {
    let text = text.trim().trim_start_matches('v');
    let mut parts = text.split('.');
    let major = parts.next()?.parse().ok()?;
    let minor = parts.next()?;
    let digits = minor.find(|c: char| !c.is_ascii_digit()).unwrap_or(minor.len());
    Some((major, minor[..digits].parse().ok()?))
}
