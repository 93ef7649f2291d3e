//! The architecture a cloud's instance type stands for, from tables of families that anyone can extend without writing Rust.
//!
//! Each cloud has a table under `tables/`, read the first time a type of that cloud is met. A name is looked up only in the table of the
//! cloud its manifest belongs to: `t3a.large` is AMD on AWS, and no other cloud's rule may say otherwise. A family that no row describes is
//! [`Classification::Unknown`], never a default: clouds name new families after their processor, and a guess would be wrong just when it
//! matters.
//!
//! # The tables
//!
//! Plain text. `#` begins a comment line. One line `shape PATTERN` says how a whole name looks, with `{family}` where the family stands.
//! Every other line is `PATTERN WHAT`: a pattern for the family, and the architecture in `GOARCH` spelling or `not-a-node` for machines
//! that cannot run a kubelet. The first row that matches decides. Patterns are regular expressions over the lower-case name, match it from
//! end to end, and hold no spaces.

use std::fmt;
use std::sync::OnceLock;

use regex::RegexSet;

use super::arch::{Arch, bare};

/// A cloud with its own names for machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are the clouds' own; `name` spells them out")]
pub enum Cloud {
    Alibaba,
    Aws,
    Azure,
    DigitalOcean,
    Equinix,
    Gcp,
    Hetzner,
    Huawei,
    IbmVpc,
    Linode,
    Oci,
    PowerVs,
    Scaleway,
    Vultr,
}

/// What is known of an instance type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Classification {
    /// Machines of this type have this architecture.
    Known(Arch),
    /// Machines of this type never become nodes of a cluster (Macs).
    NotANode,
    /// No row describes the family, or the text is no instance type at all (a template, a placeholder).
    Unknown,
}

/// What the cloud's table says of the instance type `name`. Letter case, space and quotes around the name do not matter; a Google
/// resource path (`…/machineTypes/t2a-standard-4`) stands for its last part.
#[must_use]
pub fn classify(cloud: Cloud, name: &str) -> Classification {
    cloud.table().classify(&key(cloud, name))
}

/// The spelling of `name` that the cloud's patterns are written for.
fn key(cloud: Cloud, name: &str) -> String {
    let name = bare(name).to_ascii_lowercase();
    match name.rsplit_once("/machinetypes/") {
        Some((_, last)) if cloud == Cloud::Gcp => last.to_owned(),
        _ => name,
    }
}

/// What is known of a whole AWS family without a size (`m6g`), as Karpenter's requirement `karpenter.k8s.aws/instance-family` names it.
#[must_use]
pub fn classify_aws_family(family: &str) -> Classification {
    // The rules for AWS look at the family alone, so any size will do.
    classify(Cloud::Aws, &format!("{}.large", bare(family)))
}

impl Cloud {
    /// Every cloud there is a table for.
    pub const ALL: [Cloud; 14] = [
        Cloud::Alibaba,
        Cloud::Aws,
        Cloud::Azure,
        Cloud::DigitalOcean,
        Cloud::Equinix,
        Cloud::Gcp,
        Cloud::Hetzner,
        Cloud::Huawei,
        Cloud::IbmVpc,
        Cloud::Linode,
        Cloud::Oci,
        Cloud::PowerVs,
        Cloud::Scaleway,
        Cloud::Vultr,
    ];

    /// The name people know the cloud by.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Cloud::Alibaba => "Alibaba Cloud",
            Cloud::Aws => "AWS",
            Cloud::Azure => "Azure",
            Cloud::DigitalOcean => "DigitalOcean",
            Cloud::Equinix => "Equinix Metal",
            Cloud::Gcp => "Google Cloud",
            Cloud::Hetzner => "Hetzner Cloud",
            Cloud::Huawei => "Huawei Cloud",
            Cloud::IbmVpc => "IBM Cloud VPC",
            Cloud::Linode => "Linode",
            Cloud::Oci => "Oracle Cloud",
            Cloud::PowerVs => "IBM Power Virtual Server",
            Cloud::Scaleway => "Scaleway",
            Cloud::Vultr => "Vultr",
        }
    }

    /// The architecture this cloud's interface means by `text`: what [`Arch::parse`] hears, but for the words a cloud uses in a sense of
    /// its own. Alibaba's `ARM` and `X86` are both of 64 bits, and `power` is little-endian on Power Virtual Server.
    #[must_use]
    pub fn arch(self, text: &str) -> Option<Arch> {
        match (self, bare(text).to_ascii_lowercase().as_str()) {
            (Cloud::Alibaba, "arm") => Some(Arch::ARM64),
            (Cloud::Alibaba, "x86") => Some(Arch::AMD64),
            (Cloud::PowerVs, "power") => Some(Arch::PPC64LE),
            (_, word) => Arch::parse(word),
        }
    }

    /// The text of the cloud's table.
    fn text(self) -> &'static str {
        match self {
            Cloud::Alibaba => include_str!("tables/alibaba.txt"),
            Cloud::Aws => include_str!("tables/aws.txt"),
            Cloud::Azure => include_str!("tables/azure.txt"),
            Cloud::DigitalOcean => include_str!("tables/digitalocean.txt"),
            Cloud::Equinix => include_str!("tables/equinix.txt"),
            Cloud::Gcp => include_str!("tables/gcp.txt"),
            Cloud::Hetzner => include_str!("tables/hetzner.txt"),
            Cloud::Huawei => include_str!("tables/huawei.txt"),
            Cloud::IbmVpc => include_str!("tables/ibm-vpc.txt"),
            Cloud::Linode => include_str!("tables/linode.txt"),
            Cloud::Oci => include_str!("tables/oci.txt"),
            Cloud::PowerVs => include_str!("tables/powervs.txt"),
            Cloud::Scaleway => include_str!("tables/scaleway.txt"),
            Cloud::Vultr => include_str!("tables/vultr.txt"),
        }
    }

    /// The cloud's table, read when first asked for.
    fn table(self) -> &'static Table {
        static TABLES: [OnceLock<Table>; Cloud::ALL.len()] = [const { OnceLock::new() }; Cloud::ALL.len()];
        // The tables are part of the program and a test reads them all. A broken one would know nothing rather than stop a run.
        TABLES[self as usize].get_or_init(|| Table::parse(self.text()).unwrap_or_default())
    }
}

impl fmt::Display for Cloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One cloud's rows: the patterns in order, and beside them what each row says.
#[derive(Debug, Default)]
struct Table {
    patterns: RegexSet,
    verdicts: Vec<Classification>,
}

impl Table {
    /// Reads a table; an error names the line.
    fn parse(text: &str) -> Result<Table, String> {
        let mut shape = "{family}";
        let (mut patterns, mut verdicts) = (Vec::new(), Vec::new());
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#')) {
            let mut words = line.split_whitespace();
            let (Some(first), Some(second), None) = (words.next(), words.next(), words.next()) else {
                return Err(format!("line {}: expected two words", index + 1));
            };
            if first == "shape" {
                shape = second;
                continue;
            }
            patterns.push(format!("^(?:{})$", shape.replace("{family}", &format!("(?:{first})"))));
            verdicts.push(match second {
                "not-a-node" => Classification::NotANode,
                name => {
                    let arch = Arch::parse(name).filter(|arch| arch.as_str() == name);
                    Classification::Known(arch.ok_or_else(|| format!("line {}: {name} is no architecture", index + 1))?)
                }
            });
        }
        let patterns = RegexSet::new(patterns).map_err(|error| error.to_string())?;
        Ok(Table { patterns, verdicts })
    }

    /// What the first row that matches says.
    fn classify(&self, name: &str) -> Classification {
        self.row(name).and_then(|row| self.verdicts.get(row)).cloned().unwrap_or(Classification::Unknown)
    }

    /// The first row that matches, from 0.
    fn row(&self, name: &str) -> Option<usize> {
        self.patterns.matches(name).iter().next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// The lines of `tables/vectors.txt`: the cloud, the expected answer and the type.
    fn vectors() -> Vec<(Cloud, Classification, &'static str)> {
        let lines = include_str!("tables/vectors.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let read = |line: &'static str| {
            let mut fields = line.splitn(3, ' ');
            let (cloud, answer, name) = (fields.next()?, fields.next()?, fields.next()?);
            let cloud = Cloud::ALL.into_iter().find(|known| format!("{known:?}").eq_ignore_ascii_case(cloud))?;
            let answer = match answer {
                "unknown" => Classification::Unknown,
                "not-a-node" => Classification::NotANode,
                arch => Classification::Known(Arch::parse(arch)?),
            };
            Some((cloud, answer, name))
        };
        lines.map(|line| read(line).unwrap_or_else(|| panic!("unreadable vector: {line}"))).collect()
    }

    #[test]
    fn every_vector_is_answered_as_expected() {
        for (cloud, answer, name) in vectors() {
            assert_eq!(classify(cloud, name), answer, "{cloud}: {name}");
        }
    }

    #[test]
    fn every_cloud_has_types_that_are_known_and_types_that_are_not() {
        for cloud in Cloud::ALL {
            let of_cloud = || vectors().into_iter().filter(move |vector| vector.0 == cloud);
            assert!(of_cloud().any(|vector| matches!(vector.1, Classification::Known(_))), "{cloud}");
            // Power Virtual Server has nothing but POWER.
            assert_eq!(of_cloud().any(|vector| vector.1 == Classification::Unknown), cloud != Cloud::PowerVs, "{cloud}");
        }
    }

    #[test]
    fn every_row_of_every_table_is_read_and_answers_a_vector() {
        for (index, cloud) in Cloud::ALL.into_iter().enumerate() {
            assert_eq!(cloud as usize, index, "ALL lists the clouds in the order of their numbers");
            let table = Table::parse(cloud.text()).unwrap_or_else(|error| panic!("{cloud}: {error}"));
            let hit: BTreeSet<usize> =
                vectors().into_iter().filter(|vector| vector.0 == cloud).filter_map(|(_, _, name)| table.row(&key(cloud, name))).collect();
            let all: BTreeSet<usize> = (0..table.verdicts.len()).collect();
            assert_eq!(all.difference(&hit).collect::<Vec<_>>(), Vec::<&usize>::new(), "{cloud}: rows (from 0) that answer no vector");
            assert!(!all.is_empty(), "{cloud}");
        }
    }

    #[test]
    fn a_name_is_read_as_people_write_it() {
        for name in ["m6g.large", " M6G.Large ", "\"m6g.large\"", "'m6g.large'"] {
            assert_eq!(classify(Cloud::Aws, name), Classification::Known(Arch::ARM64), "{name}");
        }
        assert_eq!(classify(Cloud::Aws, ""), Classification::Unknown);
        // No other cloud has resource paths for types.
        assert_eq!(classify(Cloud::Aws, "x/machineTypes/m6g.large"), Classification::Unknown);
    }

    #[test]
    fn a_type_is_judged_by_its_own_cloud_alone() {
        assert_eq!(classify(Cloud::Aws, "t3a.large"), Classification::Known(Arch::AMD64));
        assert_eq!(classify(Cloud::Gcp, "t3a.large"), Classification::Unknown);
        assert_eq!(classify(Cloud::Gcp, "t2a-standard-1"), Classification::Known(Arch::ARM64));
        assert_eq!(classify(Cloud::Aws, "t2a-standard-1"), Classification::Unknown);
    }

    #[test]
    fn a_family_stands_for_its_sizes() {
        assert_eq!(classify_aws_family("m6g"), Classification::Known(Arch::ARM64));
        assert_eq!(classify_aws_family("m7i-flex"), Classification::Known(Arch::AMD64));
        assert_eq!(classify_aws_family("mac2"), Classification::NotANode);
        assert_eq!(classify_aws_family("m6g.large"), Classification::Unknown);
        assert_eq!(classify_aws_family(""), Classification::Unknown);
    }

    #[test]
    fn a_cloud_has_words_of_its_own() {
        assert_eq!(Cloud::Alibaba.arch("ARM"), Some(Arch::ARM64));
        assert_eq!(Cloud::Alibaba.arch("X86"), Some(Arch::AMD64));
        assert_eq!(Cloud::Azure.arch("x64"), Some(Arch::AMD64));
        assert_eq!(Cloud::Azure.arch("ARM").as_ref().map(Arch::as_str), Some("arm"));
        assert_eq!(Cloud::PowerVs.arch("Power"), Some(Arch::PPC64LE));
        assert_eq!(Cloud::IbmVpc.arch("power"), None);
        assert_eq!(Cloud::IbmVpc.arch("z"), Some(Arch::S390X));
    }

    #[test]
    fn a_table_that_is_not_understood_is_refused_with_its_line() {
        for (text, error) in [
            ("# fine\nm5", "line 2: expected two words"),
            ("m5 amd64 arm64", "line 1: expected two words"),
            ("m5 x86_64", "line 1: x86_64 is no architecture"),
            ("m5 multi", "line 1: multi is no architecture"),
        ] {
            assert_eq!(Table::parse(text).err().as_deref(), Some(error));
        }
        assert!(Table::parse("m(5 amd64").is_err());
    }

    #[test]
    fn the_first_row_that_matches_decides() {
        let table = Table::parse("shape {family}\\.x\n\nab|b arm64\na?b|c amd64").unwrap_or_default();
        assert_eq!(table.classify("ab.x"), Classification::Known(Arch::ARM64));
        assert_eq!(table.classify("c.x"), Classification::Known(Arch::AMD64));
        assert_eq!(table.classify("ab"), Classification::Unknown);
    }
}
