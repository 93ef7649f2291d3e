//! CPU architectures: one spelling for the many that manifests, payloads and clouds use.
//!
//! The spelling is Go's (`GOARCH`), because it is what a kubelet reports in `status.nodeInfo.architecture`, what the label
//! `kubernetes.io/arch` holds and what the operator compares. The set is open: a node may report a name this program has never heard of.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// A CPU architecture in `GOARCH` spelling. Compares, sorts and hashes as its name, and costs nothing much to clone.
#[derive(Clone)]
pub struct Arch(Name);

/// Names known when the program was built need no allocation; any other is shared.
#[derive(Clone)]
enum Name {
    Static(&'static str),
    Shared(Arc<str>),
}

/// Every 32- and 64-bit architecture a Linux kubelet can be built for, with the spellings met for it outside Go: RPM's and the kernel's
/// (`aarch64`, `x86_64`), OCI image variants (`arm64/v8`), and the clouds' own (`x64` on Azure, `ibmz`). All lower case.
///
/// Plain `x86` is here what Linux and RPM mean by it, 32 bits; a cloud that means 64 by it is heard in
/// [`Cloud::arch`](super::instance_type::Cloud::arch).
const SPELLINGS: &[(&str, &[&str])] = &[
    ("386", &["i386", "i486", "i586", "i686", "x86"]),
    ("amd64", &["x86_64", "x86-64", "x86_64h", "x86_64_v2", "x86_64_v3", "x64", "intel64", "em64t"]),
    ("arm", &["armhf", "armhfp", "armv6", "armv6l", "armv7", "armv7l", "armv7hl", "arm/v6", "arm/v7"]),
    ("arm64", &["aarch64", "arm64/v8", "arm64v8", "arm_64"]),
    ("loong64", &["loongarch64"]),
    ("mips64le", &["mips64el"]),
    ("ppc64", &["powerpc64"]),
    ("ppc64le", &["powerpc64le", "ppc64el"]),
    ("riscv64", &["riscv64gc"]),
    ("s390x", &["z", "ibmz"]),
];

impl Arch {
    /// 64-bit x86.
    pub const AMD64: Arch = Arch(Name::Static("amd64"));
    /// 64-bit Arm.
    pub const ARM64: Arch = Arch(Name::Static("arm64"));
    /// Little-endian 64-bit POWER.
    pub const PPC64LE: Arch = Arch(Name::Static("ppc64le"));
    /// 64-bit RISC-V.
    pub const RISCV64: Arch = Arch(Name::Static("riscv64"));
    /// IBM Z.
    pub const S390X: Arch = Arch(Name::Static("s390x"));

    /// The architecture a person meant by `text`: any spelling in use, in any letter case, with quotes and space around it.
    ///
    /// `None` for everything else: placeholders and templates, words that say several ([`is_multi`]), and `arm64_mac`, which is a Mac and
    /// never a node. A word nobody uses for an architecture is more likely a placeholder than an architecture, so it is not guessed at.
    #[must_use]
    pub fn parse(text: &str) -> Option<Arch> {
        let word = bare(text);
        let is = |spelling: &str| spelling.eq_ignore_ascii_case(word);
        SPELLINGS.iter().find(|(name, others)| is(name) || others.iter().any(|other| is(other))).map(|(name, _)| Arch(Name::Static(name)))
    }

    /// Every spelling that [`Arch::parse`] knows, in lower case, the `GOARCH` names first.
    #[must_use]
    pub fn spellings() -> Vec<&'static str> {
        SPELLINGS.iter().map(|(name, _)| *name).chain(SPELLINGS.iter().flat_map(|(_, others)| others.iter().copied())).collect()
    }

    /// The architecture of exactly this name, as a kubelet reports it or a manifest that is compared with such a report says it.
    /// Whatever it is: the operator compares these strings as they are, so `x86_64` here is an architecture no node has.
    #[must_use]
    pub fn goarch(text: &str) -> Arch {
        let known = SPELLINGS.iter().find(|(name, _)| *name == text);
        Arch(known.map_or_else(|| Name::Shared(Arc::from(text)), |(name, _)| Name::Static(name)))
    }

    /// The name in `GOARCH` spelling.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Name::Static(name) => name,
            Name::Shared(name) => name,
        }
    }
}

/// Whether `text` is a release payload's or installer's word for several architectures at once, which is no architecture.
#[must_use]
pub fn is_multi(text: &str) -> bool {
    bare(text).trim_start_matches('-').eq_ignore_ascii_case("multi")
}

/// `text` without the space and quotes around it.
pub(super) fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '"' || c == '\'')
}

impl fmt::Display for Arch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Arch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Arch({})", self.as_str())
    }
}

impl PartialEq for Arch {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Arch {}

impl PartialOrd for Arch {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Arch {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Hash for Arch {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn spellings_in_use_are_heard() {
        for (text, name) in [
            ("amd64", "amd64"),
            ("x86_64", "amd64"),
            ("X86-64", "amd64"),
            ("x64", "amd64"),
            ("x86", "386"),
            ("i686", "386"),
            (" 'aarch64' ", "arm64"),
            ("\"ARM64\"", "arm64"),
            ("Arm64", "arm64"),
            ("arm64/v8", "arm64"),
            ("S390X", "s390x"),
            ("PPC64LE", "ppc64le"),
            ("ppc64", "ppc64"),
            ("riscv64", "riscv64"),
            ("arm", "arm"),
            ("armv7l", "arm"),
        ] {
            assert_eq!(Arch::parse(text).as_ref().map(Arch::as_str), Some(name), "{text}");
        }
    }

    #[test]
    fn what_is_no_architecture_is_not_guessed() {
        for text in ["", "multi", "arm64_mac", "power", "{{ .Values.arch }}", "${ARCH}", "CHANGEME", "amd64,arm64", "noarch"] {
            assert_eq!(Arch::parse(text), None, "{text}");
        }
    }

    #[test]
    fn multi_is_told_apart() {
        assert!(is_multi("multi") && is_multi("Multi") && is_multi("-multi") && is_multi("\"MULTI\""));
        assert!(!is_multi("amd64") && !is_multi("multi-2") && !is_multi(""));
    }

    #[test]
    fn a_reported_name_stays_as_it_is() {
        assert_eq!(Arch::goarch("arm64"), Arch::ARM64);
        assert_eq!(Arch::goarch("sparc64").to_string(), "sparc64");
        assert_ne!(Arch::goarch("x86_64"), Arch::AMD64);
        assert_ne!(Arch::goarch("AMD64"), Arch::AMD64);
    }

    #[test]
    fn names_order_and_compare_as_strings() {
        let set: BTreeSet<Arch> = ["s390x", "sparc64", "arm64", "amd64", "arm", "arm64"].into_iter().map(Arch::goarch).collect();
        let names: Vec<&str> = set.iter().map(Arch::as_str).collect();
        assert_eq!(names, ["amd64", "arm", "arm64", "s390x", "sparc64"]);
        assert_eq!(Arch(Name::Shared(Arc::from("amd64"))), Arch::AMD64);
    }

    #[test]
    fn no_spelling_means_two_architectures() {
        let all: Vec<&str> = SPELLINGS.iter().flat_map(|(name, others)| std::iter::once(name).chain(others.iter())).copied().collect();
        let distinct: BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(all.len(), distinct.len());
        assert!(all.iter().all(|spelling| spelling.to_ascii_lowercase() == *spelling));
    }
}
