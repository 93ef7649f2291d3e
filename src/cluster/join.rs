//! Which HyperConverged meets which nodes: deliveries joined on the identity of clusters.
//!
//! A pool joins a HyperConverged if both go to the same named cluster, if one delivery holds both, or if both are nameless and lie so
//! that nobody would doubt it. Objects that describe another cluster belong to the one they name and to no other.

use super::amend;
use super::bounds::{self, Beyond};
use super::gather::{FoundHco, FoundPool, Units, address, hyperconverged, pools, relabel, units};
use super::homes::{Homes, MAX_MEMBERS, MAX_PAIRS, Members, floor, linked};
use super::names::Names;
use super::outside::{self, Outside};
use super::place::{Home, Placed, directory, named, place};
use super::{Cluster, Given, HcoClaim, Member, duplicates, infrastructure};
use crate::config::Config;
use crate::delivery::{Deliveries, How, Mode, Target};
use crate::files::{Workspace, parent};
use crate::finding::{Confidence, Label};
use crate::manifest::Object;
use crate::membership::{Mechanism, Reason};
use crate::nodes::arch::Arch;
use crate::nodes::pool::Scope;
use crate::source::Span;
use crate::yaml::{Lists, Node};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// The clusters of a run.
#[derive(Debug)]
pub struct Assembled {
    /// The clusters, by name.
    pub list: Vec<Cluster>,
    /// The bounds of this program that were hit: where, and which.
    pub beyond: Vec<(Span, String)>,
}

/// The clusters of a run, by name.
///
/// # Errors
/// Facts from outside that fit no cluster, or more than one, in words.
pub fn assemble(workspace: &Workspace, deliveries: &Deliveries, config: &Config, outside: &Outside) -> Result<Assembled, Vec<String>> {
    let mut names = Names::default();
    for cluster in &config.clusters {
        names.key(&cluster.name);
        cluster.aliases.iter().for_each(|alias| names.alias(alias, &cluster.name));
    }
    let (mut placed, known) = place(workspace, deliveries, config, &mut names);
    let unapplied = amend::apply(&mut placed);
    let units = units(&placed);
    let mut beyond = Beyond::default();
    let hcos = hyperconverged(&placed, &units, &mut beyond);
    let (pools, patches) = pools(workspace, &placed, &units, &known, &mut names, &mut beyond);
    let mut clusters = join(hcos, pools, &placed, &units, &known, &mut names, &mut beyond);
    outside::apply(workspace, &mut clusters, config, outside, &mut names)?;
    relabel(&mut clusters, &patches, &names);
    let mut list: Vec<Cluster> = clusters.into_values().collect();
    list.sort_by(|a, b| a.name.cmp(&b.name));
    for (span, words) in bounds::apply(&mut list) {
        beyond.note(span, words);
    }
    Ok(Assembled { list, beyond: unapplied.into_iter().chain(beyond.0.into_iter().map(|(words, span)| (span, words))).collect() })
}

/// Turns HyperConvergeds for all or some clusters into claims of the clusters that are known; with no cluster known they stay nameless.
fn spread(hcos: Vec<FoundHco>, pools: &[FoundPool], placed: &[Placed<'_>], known: &BTreeSet<String>, beyond: &mut Beyond) -> Vec<FoundHco> {
    let (symbolic, mut out): (Vec<_>, Vec<_>) = hcos.into_iter().partition(|h| matches!(h.home, Home::All | Home::Some));
    let concrete: BTreeSet<String> =
        out.iter().filter(|h| h.confidence > Confidence::Low).filter_map(|h| named(&h.home)).map(str::to_owned).collect();
    let with_pools: BTreeSet<&str> = pools.iter().filter_map(|p| named(&p.home)).collect();
    for h in symbolic {
        let all = h.home == Home::All;
        let receivers: Vec<&String> = known.iter().filter(|k| !concrete.contains(*k) && (all || with_pools.contains(k.as_str()))).collect();
        if receivers.is_empty() && concrete.is_empty() {
            let home = Home::Nameless(parent(&placed[h.delivery].delivery.root).to_owned());
            out.push(FoundHco { home, confidence: Confidence::Low, ..h });
            continue;
        }
        for key in receivers {
            if out.len() >= MAX_MEMBERS {
                beyond.members(h.hco.object.span());
                return out;
            }
            // That a cluster we know of is one of all is likely; that it is one of some is merely possible.
            let confidence = h.confidence.min(if all { Confidence::Medium } else { Confidence::Low });
            let reason = h.reason.clone();
            out.push(FoundHco { hco: h.hco.clone(), home: Home::Named(key.clone()), confidence, reason, delivery: h.delivery });
        }
    }
    out
}

/// Which clusters get machines that go to all or some of them is as good as unknown, unless no cluster is known at all: then they are where
/// the HyperConverged is that comes with them.
fn along(pools: Vec<FoundPool>, hcos: &[FoundHco]) -> Vec<FoundPool> {
    let along = |mut found: FoundPool| {
        if matches!(found.home, Home::All | Home::Some) {
            let beside = hcos.iter().find(|h| found.delivery == Some(h.delivery) && directory(&h.home).is_some())?;
            found.home = beside.home.clone();
        }
        Some(found)
    };
    pools.into_iter().filter_map(along).collect()
}

fn join(
    hcos: Vec<FoundHco>,
    pools: Vec<FoundPool>,
    placed: &[Placed<'_>],
    units: &Units<'_>,
    known: &BTreeSet<String>,
    names: &mut Names,
    beyond: &mut Beyond,
) -> BTreeMap<String, Cluster> {
    let hcos = spread(hcos, &pools, placed, known, beyond);
    let mut pools = along(pools, &hcos);
    infrastructure::recognise(&mut pools, &hcos, names);
    let regions = regions(&hcos, placed);
    // Where deployers deliver a HyperConverged, one that none of them delivers may be in use nowhere.
    let deployed = hcos.iter().any(|hco| placed[hco.delivery].delivery.how == How::Deployed && hco.confidence > Confidence::Low);
    let mut clusters: BTreeMap<String, Cluster> = BTreeMap::new();
    let mut why: HashSet<(String, Label)> = HashSet::new();
    let mut closed_roots: HashMap<usize, Node> = HashMap::new();
    for (index, hco) in hcos.iter().enumerate() {
        let name = match named(&hco.home) {
            Some(key) => names.shown(key).to_owned(),
            None => regions.get(&index).cloned().unwrap_or_default(),
        };
        let delivery = placed[hco.delivery].delivery;
        let cluster = clusters.entry(name.clone()).or_insert_with(|| empty(&name));
        cluster.stray |= deployed && directory(&hco.home).is_some() && delivery.how != How::Deployed;
        // A deployer's own words are part of the chain; anything else that decides comes first.
        let own = Some(hco.reason.label()).filter(|_| hco.reason.mechanism != Mechanism::Deployer);
        let object = Label { span: hco.hco.object.span(), message: "its HyperConverged".to_owned() };
        for label in own.into_iter().chain(delivery.via.clone()).chain([object]) {
            if why.insert((name.clone(), label.clone())) {
                cluster.why.push(label);
            }
        }
        let mut closed = hco.hco.clone();
        let root = hco.hco.root();
        closed.object.root = closed_roots.entry(root.address()).or_insert_with(|| root.closed().0).clone();
        cluster.hyperconverged.push(HcoClaim {
            hco: closed,
            seen: hco.hco.clone(),
            parts: Vec::new(),
            // In a place of its own the resource is certain, whatever the place is called.
            confidence: if directory(&hco.home).is_some() || matches!(delivery.target, Target::Path(_)) {
                delivery.confidence.min(floor(hco))
            } else {
                hco.confidence
            },
            reason: hco.reason.clone(),
            guessed: delivery.confidence == Confidence::Low,
            mode: delivery.mode,
            via: delivery.via.clone(),
            root: delivery.root.clone(),
            files: delivery.files.clone(),
        });
    }
    clusters.values_mut().for_each(merge_claims);
    let homes = Homes::new(&hcos, &pools, &clusters, &regions, names);
    let mut left = Vec::new();
    let mut members = Members::default();
    for object in given(placed, units) {
        if members.beyond.is_some() {
            break;
        }
        for (name, confidence, link) in homes.of(object.home, Some(object.delivery), object.confidence, Some(Confidence::Low)) {
            let Some(cluster) = clusters.get_mut(&name) else { continue };
            if members.is_new(&name, object.object.span(), None, confidence) {
                let own = &placed[object.delivery].reason;
                cluster.given.push(Given { object: object.object.clone(), confidence, reason: linked(link, own, object.object.span()) });
            }
        }
    }
    for found in pools {
        if members.beyond.is_some() {
            break;
        }
        let likely = if found.pool.scope == Scope::Inventory { Confidence::Medium } else { Confidence::Low };
        let fallback = found.delivery.map_or(Some(likely), |d| placed[d].fallback.map(|f| f.min(likely)));
        let homes = homes.of(&found.home, found.delivery, found.confidence, fallback);
        if homes.is_empty() {
            left.push(found);
            continue;
        }
        for (name, confidence, link) in homes {
            let cluster = clusters.entry(name.clone()).or_insert_with(|| empty(&name));
            // One object may have nodes of several architectures; it may also be delivered twice.
            let pool = format!("{}\n{}", found.pool.name, found.pool.arch().map_or("", Arch::as_str));
            if !members.is_new(&name, found.pool.span, Some(&pool), confidence) {
                continue;
            }
            cluster.closed |= found.pool.scope != Scope::Part && confidence > Confidence::Low;
            let reason = linked(link, &found.reason, found.pool.span);
            if cluster.hyperconverged.is_empty() && confidence > Confidence::Low && cluster.why.is_empty() {
                let message = match reason.mechanism {
                    Mechanism::Field | Mechanism::Namespace => format!("{} {}: {}", found.pool.kind, found.pool.name, reason.words),
                    _ => reason.words.clone(),
                };
                cluster.why.push(Label { span: reason.span, message });
            }
            cluster.pools.push(Member { pool: found.pool.clone(), confidence, reason });
        }
    }
    if let Some(span) = homes.tired() {
        let words = format!(
            "more than {MAX_PAIRS} pairs of directories would be held against each other to tell whose nodes are whose; the others were left out"
        );
        beyond.note(span, words);
    }
    clusters.values_mut().for_each(duplicates::settle);
    if clusters.is_empty() && !left.is_empty() {
        // No HyperConverged and no names: the repository's own machines, for `topology` to show.
        let mut cluster = empty(REPOSITORY);
        for found in left {
            cluster.closed |= found.pool.scope != Scope::Part;
            let reason = Reason::new(Mechanism::OnlyCluster, "no cluster is named", found.pool.span);
            cluster.pools.push(Member { pool: found.pool, confidence: Confidence::Low, reason });
        }
        clusters.insert(REPOSITORY.to_owned(), cluster);
    }
    if let Some(span) = members.beyond {
        beyond.members(span);
    }
    clusters
}

/// Merges what policies only add to onto the resource that is there.
fn merge_claims(cluster: &mut Cluster) {
    let (parts, whole): (Vec<HcoClaim>, Vec<HcoClaim>) = std::mem::take(&mut cluster.hyperconverged).into_iter().partition(|c| c.mode == Mode::Merge);
    cluster.hyperconverged = whole;
    for part in parts {
        let same = |c: &&mut HcoClaim| c.hco.object.name == part.hco.object.name && c.hco.api == part.hco.api;
        match cluster.hyperconverged.iter_mut().find(same) {
            Some(known) if part.confidence > Confidence::Low => {
                if known.parts.is_empty() {
                    known.parts.push(known.seen.clone());
                }
                known.parts.push(part.seen.clone());
                known.hco.object.root = known.hco.object.root.overlaid(&part.hco.object.root, Lists::Add);
                known.seen.object.root = known.seen.object.root.overlaid(&part.seen.object.root, Lists::Add);
                known.confidence = known.confidence.min(part.confidence);
            }
            Some(_) => {}
            None => cluster.hyperconverged.push(part),
        }
    }
}

/// The name of the cluster that the whole repository is.
const REPOSITORY: &str = "(repository)";

fn empty(name: &str) -> Cluster {
    Cluster { name: name.to_owned(), ..Cluster::default() }
}

/// An object that some rule reads, besides the HyperConverged and what declares nodes.
struct FoundObject<'a> {
    object: &'a Object,
    home: &'a Home,
    confidence: Confidence,
    delivery: usize,
}

/// The objects of interest of all deliveries.
fn given<'a>(placed: &'a [Placed<'_>], units: &'a Units<'a>) -> impl Iterator<Item = FoundObject<'a>> {
    placed.iter().enumerate().flat_map(move |(delivery, p)| {
        let objects = units.get(&address(p)).into_iter().flat_map(|u| u.others.iter().copied());
        objects.map(move |object| FoundObject { object, home: &p.home, confidence: p.confidence, delivery })
    })
}

/// The names of the nameless HyperConvergeds' clusters, by index: `(repository)` if there is but one that could be all of it, else where they
/// lie.
fn regions(hcos: &[FoundHco], placed: &[Placed<'_>]) -> BTreeMap<usize, String> {
    let nameless: Vec<(usize, &FoundHco, &str)> = hcos.iter().enumerate().filter_map(|(i, h)| Some((i, h, directory(&h.home)?))).collect();
    let deliveries: BTreeSet<usize> = nameless.iter().map(|(_, h, _)| h.delivery).collect();
    let mut many: BTreeMap<&str, usize> = BTreeMap::new();
    for dir in deliveries.iter().filter_map(|d| directory(&placed[*d].home)) {
        *many.entry(dir).or_default() += 1;
    }
    // An overlay beside clusters that have names is one of several, not the repository.
    let any_named = hcos.iter().any(|h| h.confidence > Confidence::Low && named(&h.home).is_some());
    let is_one_of_several = |h: &FoundHco| any_named && placed[h.delivery].is_overlay();
    let name = |h: &FoundHco, dir: &str| match () {
        () if deliveries.len() == 1 && !is_one_of_several(h) => REPOSITORY.to_owned(),
        () if many.get(dir).is_some_and(|n| *n > 1) => format!("./{}", placed[h.delivery].delivery.root.trim_end_matches('/')),
        () => format!("./{dir}"),
    };
    nameless.iter().map(|(i, h, dir)| (*i, name(h, dir))).collect()
}
