//! What directory names say about clusters, when nothing better does.

use crate::files::{parent, stem};
use crate::nodes::arch::Arch;
use std::collections::BTreeSet;

/// Directories whose children are clusters.
const CONTAINERS: [&str; 11] =
    ["clusters", "cluster", "environments", "environment", "envs", "env", "sites", "stages", "managed-clusters", "spokes", "fleet"];

/// Directories that hold dumps of nodes, one file per cluster.
const INVENTORIES: [&str; 4] = ["inventory", "nodes", "node-inventory", "dumps"];

/// Names that stand for a variant or a layer, never for a cluster.
const NEVER: [&str; 35] = [
    "base",
    "bases",
    "common",
    "shared",
    "default",
    "defaults",
    "standard",
    "all",
    "template",
    "templates",
    "example",
    "examples",
    "aws",
    "azure",
    "gcp",
    "baremetal",
    "vsphere",
    "openstack",
    "emulation",
    "openshift",
    "kubernetes",
    "hypershift",
    "microshift",
    "overlays",
    "overlay",
    "components",
    "apps",
    "applications",
    "policies",
    "manifests",
    "groups",
    "global",
    "none",
    "instance",
    "operator",
];

/// Names of topics: what a directory is about, not whose it is.
const CATEGORIES: [&str; 36] = [
    "base",
    "bases",
    "components",
    "operators",
    "operator",
    "machinesets",
    "machineset",
    "machines",
    "machine-api",
    "nodes",
    "node",
    "virt",
    "virtualization",
    "openshift-virtualization",
    "openshift-cnv",
    "cnv",
    "kubevirt",
    "hco",
    "hyperconverged",
    "infra",
    "infrastructure",
    "config",
    "configuration",
    "core",
    "platform",
    "storage",
    "network",
    "networking",
    "manifests",
    "policies",
    "instance",
    "inventory",
    "apps",
    "applications",
    "monitoring",
    "common",
];

/// Directories whose content describes no cluster of the repository.
const ASIDE: [&str; 20] = [
    "test",
    "tests",
    "testdata",
    "e2e",
    "example",
    "examples",
    "sample",
    "samples",
    "demo",
    "demos",
    "docs",
    "doc",
    "ci",
    ".github",
    "hack",
    "fixtures",
    "node_modules",
    "vendor",
    "third_party",
    "third-party",
];

/// How names of directories begin that hold what was gathered from some cluster at some time.
const GATHERED: &str = "must-gather";

/// What a path says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// A child of a directory of clusters: likely the cluster's name.
    Strong(String),
    /// An overlay's name and the tree it is an overlay of: a cluster only if something else knows the name.
    Weak {
        /// The name.
        name: String,
        /// The directory that holds the `overlays` directory.
        tree: String,
    },
}

/// Whether a path lies in a directory for tests, examples, documentation or other people's files, counted below `from`.
#[must_use]
pub fn is_aside(path: &str, from: &str) -> bool {
    let below = path.strip_prefix(from).unwrap_or(path);
    parent(below).split('/').map(str::to_lowercase).any(|part| ASIDE.contains(&part.as_str()) || part.starts_with(GATHERED))
}

/// Whether a directory's name is a topic.
#[must_use]
pub fn is_category(name: &str) -> bool {
    CATEGORIES.iter().any(|category| category.eq_ignore_ascii_case(name))
}

/// Whether a name cannot be a cluster's.
#[must_use]
pub fn is_never(name: &str) -> bool {
    let name = name.to_lowercase();
    NEVER.contains(&name.as_str()) || name.starts_with('_') || name.starts_with('.')
}

/// Whether a name looks like one of several environments: `prod`, `east`, `fra1`.
#[must_use]
pub fn is_environment(name: &str) -> bool {
    const WORDS: [&str; 20] = [
        "dev",
        "development",
        "test",
        "qa",
        "stage",
        "staging",
        "uat",
        "preprod",
        "prod",
        "production",
        "dr",
        "lab",
        "hub",
        "edge",
        "east",
        "west",
        "north",
        "south",
        "sandbox",
        "int",
    ];
    let name = name.to_lowercase();
    name.ends_with(|c: char| c.is_ascii_digit()) || name.split(['-', '_', '.']).any(|part| WORDS.contains(&part))
}

/// What the tree looks like, as far as the conventions need it.
pub trait Tree {
    /// Names of the directories directly below a directory.
    fn children(&self, directory: &str) -> Vec<String>;
    /// Whether files lie directly in a directory.
    fn has_files(&self, directory: &str) -> bool;
    /// Whether a kustomization lies directly in a directory.
    fn has_kustomization(&self, directory: &str) -> bool;
    /// Whether a HyperConverged, a node pool or a kustomization lies in or below a directory.
    fn has_content(&self, directory: &str) -> bool;
}

/// What the directories of a file (or of a build root, given as `root/`) say. The innermost container decides.
#[must_use]
pub fn claim(path: &str, tree: &dyn Tree) -> Option<Claim> {
    let directories: Vec<&str> = parent(path).split('/').filter(|p| !p.is_empty()).collect();
    for index in (0..directories.len()).rev() {
        let here = directories[..=index].join("/");
        let Some(child) = directories.get(index + 1) else { continue };
        let name = directories[index].to_lowercase();
        if CONTAINERS.contains(&name.as_str()) {
            let below = format!("{here}/{child}");
            if let (true, Some(grandchild)) = (is_group(&below, tree), directories.get(index + 2)) {
                // Where another group has one of the same name, the two are not one cluster.
                let again = |group: &String| *group != *child && is_group(&format!("{here}/{group}"), tree);
                let also = |group: String| tree.children(&format!("{here}/{group}")).iter().any(|c| c == grandchild);
                let ambiguous = tree.children(&here).into_iter().filter(again).any(also);
                let name = if ambiguous { format!("{child}/{grandchild}") } else { (*grandchild).to_owned() };
                return (!is_never(grandchild)).then_some(Claim::Strong(name));
            }
            if !is_never(child) {
                return Some(Claim::Strong((*child).to_owned()));
            }
        } else if name == "overlays" {
            // The shallowest directory below that is a kustomization of its own.
            let mut below = here.clone();
            for part in &directories[index + 1..] {
                below = format!("{below}/{part}");
                if tree.has_kustomization(&below) {
                    return (!is_never(part)).then(|| Claim::Weak { name: (*part).to_owned(), tree: parent(&here).to_owned() });
                }
            }
        }
    }
    None
}

/// A directory of a container that only groups clusters: no files of its own, no topics among its children, at least two of them with
/// content.
fn is_group(directory: &str, tree: &dyn Tree) -> bool {
    if tree.has_files(directory) {
        return false;
    }
    let children = tree.children(directory);
    !children.iter().any(|c| is_category(c) || is_never(c)) && children.iter().filter(|c| tree.has_content(&format!("{directory}/{c}"))).count() >= 2
}

/// The cluster whose nodes a dump holds, as its file name says: `inventory/prod.yaml`, `prod/nodes.yaml`.
#[must_use]
pub fn dump_claim(path: &str) -> Option<String> {
    let directory = parent(path);
    let last = crate::files::name(directory);
    let name = stem(path);
    if INVENTORIES.contains(&last.to_lowercase().as_str()) {
        return Some(name.trim_end_matches("-nodes").to_owned());
    }
    (matches!(name, "nodes" | "inventory" | "node-inventory") && !last.is_empty()).then(|| last.to_owned())
}

/// Whether the directory's name says that its files are inventories, one per cluster.
#[must_use]
pub fn is_inventory(directory: &str) -> bool {
    let last = crate::files::name(directory).to_lowercase();
    last != "nodes" && INVENTORIES.contains(&last.as_str())
}

/// Whether a dump called so is called after a cluster, and not after a topic, an architecture or a role.
#[must_use]
pub fn is_cluster_name(name: &str) -> bool {
    const ROLES: [&str; 9] = ["worker", "workers", "master", "masters", "control-plane", "controlplane", "arbiter", "cluster", "dump"];
    let name = name.to_lowercase();
    !(is_never(&name) || is_category(&name) || ROLES.contains(&name.as_str()) || Arch::parse(&name).is_some())
}

/// How two places without a cluster's name relate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// The same cluster, as far as anyone can tell.
    Same,
    /// Perhaps the same.
    Maybe,
    /// Different ones.
    Different,
}

/// Where nameless things lie, for `relate`.
#[derive(Clone, Debug, Default)]
pub struct Nameless {
    /// Directories of all HyperConvergeds without a cluster's name.
    pub hyperconverged: BTreeSet<String>,
    /// Directories of all node pools without a cluster's name.
    pub pools: BTreeSet<String>,
    /// Whether there is but one HyperConverged, and no cluster has a name.
    pub only_one: bool,
}

/// How a HyperConverged in directory `hco` and a node pool in directory `pool` relate.
#[must_use]
pub fn relate(hco: &str, pool: &str, all: &Nameless) -> Relation {
    Near::new(pool, all).relate(hco)
}

/// A directory with a node pool. Each is asked about every HyperConverged, so what is the same for neighbours is worked out once.
#[derive(Debug)]
pub struct Near<'a> {
    pool: &'a str,
    all: &'a Nameless,
    fork: Option<Fork>,
}

/// Where the way to a HyperConverged leaves the way to the pool: behind so many bytes.
#[derive(Clone, Copy, Debug)]
struct Fork {
    common: usize,
    category: bool,
    environment: bool,
    /// A HyperConverged lies on the pool's own way.
    nearer: bool,
}

impl<'a> Near<'a> {
    /// A directory.
    #[must_use]
    pub fn new(pool: &'a str, all: &'a Nameless) -> Self {
        Self { pool, all, fork: None }
    }

    /// How a HyperConverged in a directory relates to the pool.
    pub fn relate(&mut self, hco: &str) -> Relation {
        let common = shared(hco, self.pool);
        let Some(fork) = self.fork(common) else { return Relation::Same };
        let Some((a, hco_branch)) = branch(hco, common) else {
            // It lies above: the same, unless another HyperConverged is nearer to the pool.
            return if fork.nearer { Relation::Different } else { Relation::Same };
        };
        if fork.category || is_category(a) {
            return if self.all.only_one { Relation::Same } else { Relation::Maybe };
        }
        let apart = fork.nearer || (fork.environment && is_environment(a)) || any_below(&self.all.pools, hco_branch);
        if apart { Relation::Different } else { Relation::Maybe }
    }

    /// The fork behind these bytes; nothing where the pool's way ends there.
    fn fork(&mut self, common: usize) -> Option<Fork> {
        if self.fork.is_none_or(|fork| fork.common != common) {
            let (name, path) = branch(self.pool, common)?;
            let nearer = any_below(&self.all.hyperconverged, path);
            self.fork = Some(Fork { common, category: is_category(name), environment: is_environment(name), nearer });
        }
        self.fork
    }
}

/// How many bytes of two paths are directories that they share.
fn shared(a: &str, b: &str) -> usize {
    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let whole = |path: &str| path.len() == same || path.as_bytes().get(same) == Some(&b'/');
    if whole(a) && whole(b) { same } else { a.as_bytes()[..same].iter().rposition(|b| *b == b'/').unwrap_or(0) }
}

/// The directory behind the first bytes of a path, which are whole directories: its name, and the path that ends with it.
pub(super) fn branch(path: &str, from: usize) -> Option<(&str, &str)> {
    let start = if from == 0 { 0 } else { from + 1 };
    let name = path.get(start..).filter(|rest| !rest.is_empty())?.split('/').next()?;
    Some((name, &path[..start + name.len()]))
}

/// Whether one of the directories is this one or lies below it.
fn any_below(directories: &BTreeSet<String>, directory: &str) -> bool {
    let inside = format!("{directory}/");
    directories.contains(directory) || directories.range(inside.clone()..).next().is_some_and(|d| d.starts_with(&inside))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Flat(Vec<&'static str>);

    impl Tree for Flat {
        fn children(&self, directory: &str) -> Vec<String> {
            let prefix = format!("{directory}/");
            let mut names: Vec<String> =
                self.0.iter().filter_map(|f| f.strip_prefix(&prefix)).filter_map(|r| r.split_once('/')).map(|(d, _)| d.to_owned()).collect();
            names.dedup();
            names
        }
        fn has_files(&self, directory: &str) -> bool {
            self.0.iter().any(|f| parent(f) == directory)
        }
        fn has_kustomization(&self, directory: &str) -> bool {
            self.0.contains(&format!("{directory}/kustomization.yaml").as_str())
        }
        fn has_content(&self, directory: &str) -> bool {
            self.0.iter().any(|f| f.starts_with(&format!("{directory}/")))
        }
    }

    #[test]
    fn containers_name_clusters() {
        let tree = Flat(vec!["clusters/prod/hco.yaml", "environments/prod/east/hco.yaml", "environments/prod/west/hco.yaml"]);
        assert_eq!(claim("clusters/prod/virt/hco.yaml", &tree), Some(Claim::Strong("prod".into())));
        assert_eq!(claim("environments/prod/east/hco.yaml", &tree), Some(Claim::Strong("east".into())));
        let twice = Flat(["a/x", "a/y", "b/x", "b/z"].map(|d| &*format!("envs/{d}/hco.yaml").leak()).to_vec());
        assert_eq!(claim("envs/a/x/hco.yaml", &twice), Some(Claim::Strong("a/x".into())));
        assert_eq!(claim("envs/a/y/hco.yaml", &twice), Some(Claim::Strong("y".into())));
        assert_eq!(claim("clusters/base/hco.yaml", &tree), None);
        assert_eq!(claim("clusters/prod.yaml", &tree), None);
        assert_eq!(claim("hco.yaml", &tree), None);
    }

    #[test]
    fn overlays_name_weakly() {
        let tree = Flat(vec!["virt/overlays/moc/smaug/kustomization.yaml", "virt/overlays/base/kustomization.yaml"]);
        let weak = Claim::Weak { name: "smaug".into(), tree: "virt".into() };
        assert_eq!(claim("virt/overlays/moc/smaug/patch.yaml", &tree), Some(weak));
        assert_eq!(claim("virt/overlays/base/x.yaml", &tree), None);
    }

    #[test]
    fn dumps_are_named_by_their_file() {
        assert_eq!(dump_claim("inventory/prod.yaml"), Some("prod".into()));
        assert_eq!(dump_claim("clusters/prod/nodes.yaml"), Some("prod".into()));
        assert_eq!(dump_claim("clusters/prod/hco.yaml"), None);
    }

    #[test]
    fn nameless_neighbours() {
        let set = |list: &[&str]| list.iter().map(|d| (*d).to_owned()).collect();
        let one = Nameless { hyperconverged: set(&["virt"]), pools: set(&["machines"]), only_one: true };
        assert_eq!(relate("virt", "machines", &one), Relation::Same);
        assert_eq!(relate("", "machines", &one), Relation::Same);
        let two = Nameless { hyperconverged: set(&["a", "b"]), pools: set(&["a", "b"]), only_one: false };
        assert_eq!(relate("a", "a", &two), Relation::Same);
        assert_eq!(relate("a", "b", &two), Relation::Different);
        let nested = Nameless { hyperconverged: set(&["x", "x/y/z", "xy"]), pools: set(&["x/y/machines"]), only_one: false };
        assert_eq!(relate("x", "x/y/machines", &nested), Relation::Different, "another one is nearer");
        assert_eq!(relate("x/y/z", "x/y/machines", &nested), Relation::Maybe, "a topic");
        assert_eq!(relate("x", "x/w", &nested), Relation::Same);
        assert_eq!(relate("x/y/z", "x", &nested), Relation::Same);
        assert_eq!(relate("x", "x/y", &nested), Relation::Different);
        assert_eq!(relate("xy", "x/w", &nested), Relation::Different, "`xy` is not below `x`, and `x` has its own");
        assert_eq!(relate("xy", "xz", &nested), Relation::Maybe);
    }
}
