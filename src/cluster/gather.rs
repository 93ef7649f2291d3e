//! What the units that are delivered hold, each read once: HyperConvergeds, pools of nodes, and what is put on nodes.

use super::bounds::Beyond;
use super::conventions;
use super::homes::MAX_MEMBERS;
use super::names::Names;
use super::place::{Home, Placed, directory, named};
use super::{Cluster, interests};
use crate::delivery::How;
use crate::files::{Workspace, parent};
use crate::finding::Confidence;
use crate::manifest::Object;
use crate::membership::{Mechanism, Reason};
use crate::nodes::pool::{Belonging, Pool, Scope, State};
use crate::nodes::{NodePatch, inventory};
use crate::operator::hyperconverged::HyperConverged;
use crate::source::FileId;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Bound;
use std::sync::Arc;

/// How many values the HyperConvergeds of all clusters together may hold, each cluster counted.
const MAX_VALUES: usize = 2_000_000;

/// A node pool and where it goes.
pub(super) struct FoundPool {
    pub(super) pool: Arc<Pool>,
    pub(super) home: Home,
    pub(super) confidence: Confidence,
    pub(super) reason: Reason,
    /// The delivery it came with, by index.
    pub(super) delivery: Option<usize>,
}

/// A HyperConverged and where it goes.
pub(super) struct FoundHco {
    pub(super) hco: HyperConverged,
    pub(super) home: Home,
    pub(super) confidence: Confidence,
    pub(super) reason: Reason,
    pub(super) delivery: usize,
}

/// Puts what clusters are given for their nodes on these, wherever it is that they are known from.
pub(super) fn relabel(clusters: &mut BTreeMap<String, Cluster>, patches: &Patches, names: &Names) {
    let mut by_cluster: BTreeMap<&str, HashMap<&str, Vec<&NodePatch>>> = BTreeMap::new();
    for (key, patch) in patches {
        by_cluster.entry(names.shown(key)).or_default().entry(&patch.name).or_default().push(patch);
    }
    for (name, patches) in by_cluster {
        for member in clusters.get_mut(name).into_iter().flat_map(|cluster| &mut cluster.pools) {
            for patch in member.pool.node.as_deref().and_then(|node| patches.get(node)).into_iter().flatten() {
                patch.apply(Arc::make_mut(&mut member.pool));
            }
        }
    }
}

/// The objects of interest of a unit, which may be delivered a thousand times.
#[derive(Default)]
pub(super) struct Interesting<'a> {
    pub(super) hyperconverged: Vec<HyperConverged>,
    pub(super) others: Vec<&'a Object>,
}

/// What is of interest in each unit, by its address.
pub(super) type Units<'a> = HashMap<usize, Interesting<'a>>;

pub(super) fn address(p: &Placed<'_>) -> usize {
    Arc::as_ptr(&p.objects) as usize
}

pub(super) fn units<'a>(placed: &'a [Placed<'_>]) -> Units<'a> {
    let mut units = Units::new();
    for p in placed {
        units.entry(address(p)).or_insert_with(|| Interesting {
            hyperconverged: p.objects.iter().filter_map(HyperConverged::read).collect(),
            others: p.objects.iter().filter(|o| interests(o)).collect(),
        });
    }
    units
}

pub(super) fn hyperconverged(placed: &[Placed<'_>], units: &Units<'_>, beyond: &mut Beyond) -> Vec<FoundHco> {
    let (mut found, mut values) = (Vec::new(), 0);
    for (index, p) in placed.iter().enumerate() {
        for hco in units.get(&address(p)).into_iter().flat_map(|u| &u.hyperconverged) {
            if found.len() >= MAX_MEMBERS {
                beyond.members(hco.object.span());
                return found;
            }
            // Rules go through the whole of it for every cluster.
            values += hco.root().weight() as usize;
            if values > MAX_VALUES {
                let words = format!("the HyperConvergeds of all clusters hold more than {MAX_VALUES} values; the others were left out");
                beyond.note(hco.object.span(), words);
                return found;
            }
            found.push(FoundHco { hco: hco.clone(), home: p.home.clone(), confidence: p.confidence, reason: p.reason.clone(), delivery: index });
        }
    }
    found
}

/// What makes objects be read together: a cluster, a nameless region, or one delivery.
type Group<'a> = (Option<&'a Home>, Option<&'a str>, Option<usize>);

/// The labels that manifests put on the nodes of clusters with a name, by its key.
pub(super) type Patches = Vec<(String, Arc<NodePatch>)>;

/// What objects that are read together declare.
struct Declared {
    pools: Vec<Arc<Pool>>,
    patches: Vec<Arc<NodePatch>>,
}

impl Declared {
    fn read(objects: &[&Object]) -> Arc<Self> {
        let inventory = inventory(objects);
        let pools = inventory.pools.into_iter().map(Arc::new).collect();
        Arc::new(Self { pools, patches: inventory.node_patches.into_iter().map(Arc::new).collect() })
    }
}

/// The pools of all deliveries. Objects that go to one cluster are read together, because they refer to each other.
pub(super) fn pools(
    workspace: &Workspace,
    placed: &[Placed<'_>],
    units: &Units<'_>,
    known: &BTreeSet<String>,
    names: &mut Names,
    beyond: &mut Beyond,
) -> (Vec<FoundPool>, Patches) {
    // Plain files without a cluster's name are read with those that go to the same nameless HyperConverged, so that one region's autoscaler or
    // scheduler settings do not reach another.
    let plain = |p: &Placed<'_>| p.delivery.how == How::Plain;
    let has_hco = |p: &Placed<'_>| units.get(&address(p)).is_some_and(|u| !u.hyperconverged.is_empty());
    let hyperconverged: BTreeSet<&str> = placed.iter().filter(|p| has_hco(p)).filter_map(|p| directory(&p.home)).collect();
    let region = |dir: &str| same_region(&hyperconverged, dir);
    let mut regions: HashMap<&str, Option<&str>> = HashMap::new();
    let mut groups: BTreeMap<Group<'_>, Vec<usize>> = BTreeMap::new();
    for (index, p) in placed.iter().enumerate() {
        let key = match &p.home {
            home @ Home::Named(_) => (Some(home), None, None),
            Home::Nameless(dir) if plain(p) && hyperconverged.len() > 1 => {
                (None, *regions.entry(dir).or_insert_with(|| region(dir).or(Some(dir))), None)
            }
            Home::Nameless(_) if plain(p) => (None, None, None),
            _ => (None, None, Some(index)),
        };
        groups.entry(key).or_default().push(index);
    }
    let (mut found, mut patches) = (Vec::new(), Patches::new());
    // One unit may be given to a thousand clusters; what it declares is the same each time.
    let mut inventories: HashMap<Vec<usize>, Arc<Declared>> = HashMap::new();
    for ((home, ..), members) in &groups {
        // What a cluster is given twice counts once.
        let (mut units, mut kindless) = (HashSet::new(), HashSet::new());
        let once: Vec<&Placed<'_>> = members.iter().map(|i| &placed[*i]).filter(|p| units.insert(address(p))).collect();
        let read = || Declared::read(&once.iter().flat_map(|p| p.objects.iter()).collect::<Vec<_>>());
        let declared = Arc::clone(inventories.entry(once.iter().map(|p| address(p)).collect()).or_insert_with(read));
        // Of several deliveries the first that holds the file is meant.
        let by_file = || members.iter().rev().flat_map(|i| placed[*i].delivery.files.iter().map(|f| (*f, *i))).collect::<HashMap<FileId, usize>>();
        let by_file: HashMap<FileId, usize> = if members.len() > 1 { by_file() } else { HashMap::new() };
        let once = members.iter().map(|i| &placed[*i].delivery.pools).filter(|p| !p.is_empty() && kindless.insert(Arc::as_ptr(p)));
        let mut kindless: Vec<Arc<Pool>> = once.flat_map(|pools| pools.iter().cloned().map(Arc::new)).collect();
        if let Some(key) = home.and_then(named).filter(|_| members.iter().any(|i| placed[*i].confidence > Confidence::Low)) {
            patches.extend(declared.patches.iter().map(|patch| (key.to_owned(), Arc::clone(patch))));
        }
        let mut described = declared.pools.clone();
        described.append(&mut kindless);
        doubt_lists(workspace, &mut described);
        for pool in described {
            if found.len() >= MAX_MEMBERS {
                beyond.members(pool.span);
                return (found, patches);
            }
            let delivery = if let [only] = members.as_slice() { Some(*only) } else { by_file.get(&pool.span.file).copied() };
            let Some(from) = delivery.or(members.first().copied()).map(|i| &placed[i]) else { continue };
            let (home, confidence, reason, delivery) = match &pool.belongs {
                Belonging::Applied => (from.home.clone(), from.confidence, from.reason.clone(), delivery),
                Belonging::Named { cluster, span, .. } => {
                    (Home::Named(names.key(cluster)), Confidence::High, Reason::new(Mechanism::Field, "it names the cluster", *span), None)
                }
                Belonging::Presumed { cluster, span } => {
                    let key = names.key(cluster);
                    if !known.contains(&key) {
                        continue;
                    }
                    (Home::Named(key), Confidence::High, Reason::new(Mechanism::Namespace, "its namespace is called like the cluster", *span), None)
                }
                Belonging::Elsewhere => continue,
            };
            let home = match home {
                // A nameless pool lies where its own file lies, whatever it was read together with.
                Home::Nameless(_) if from.delivery.how == How::Plain => Home::Nameless(parent(&workspace.file(pool.span.file).path).to_owned()),
                other => other,
            };
            found.push(FoundPool { pool, home, confidence, reason, delivery });
        }
    }
    // The installer's two files are about the same machines, and only one of them says what they are.
    let directory = |f: &FoundPool| parent(&workspace.file(f.pool.span.file).path).to_owned();
    let installed = found.iter().filter(|f| f.pool.kind == "install-config");
    let (homes, directories): (BTreeSet<Home>, BTreeSet<String>) = installed.map(|f| (f.home.clone(), directory(f))).unzip();
    found.retain(|f| f.pool.kind != "AgentConfig" || !(homes.contains(&f.home) || directories.contains(&directory(f))));
    (found, patches)
}

/// Takes lists of all nodes for a part where something beside them is of a cluster that cannot be read: it may be theirs.
fn doubt_lists(workspace: &Workspace, pools: &mut [Arc<Pool>]) {
    let place = |pool: &Pool| (pool.kind.clone(), parent(&workspace.file(pool.span.file).path).to_owned());
    let lost = |pool: &&Arc<Pool>| pool.belongs == Belonging::Elsewhere && pool.state != State::Parked;
    let lost: BTreeSet<(String, String)> = pools.iter().filter(lost).map(|pool| place(pool)).collect();
    if !lost.is_empty() {
        let doubtful = pools.iter_mut().filter(|pool| pool.scope == Scope::Whole && lost.contains(&place(pool)));
        doubtful.for_each(|pool| Arc::make_mut(pool).scope = Scope::Part);
    }
}

/// Of the directories with a HyperConverged, the first that is the same place as another one: it lies above that, with none nearer to it, or
/// below.
fn same_region<'a>(hyperconverged: &BTreeSet<&'a str>, dir: &str) -> Option<&'a str> {
    let first_below = |directory: &str| {
        let inside = if directory.is_empty() { String::new() } else { format!("{directory}/") };
        hyperconverged.range::<str, _>((Bound::Included(inside.as_str()), Bound::Unbounded)).next().copied().filter(|d| d.starts_with(&inside))
    };
    let ends = std::iter::once(0).chain(dir.match_indices('/').map(|(at, _)| at)).chain([dir.len()]);
    let above = ends.filter_map(|end| hyperconverged.get(&dir[..end]).copied());
    let nearer = |branch: &str| hyperconverged.contains(branch) || first_below(branch).is_some();
    let mut alone = above.filter(|h| conventions::branch(dir, h.len()).is_none_or(|(_, branch)| !nearer(branch)));
    alone.next().or_else(|| first_below(dir))
}
