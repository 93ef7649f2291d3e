//! The rules by which what was found belongs to clusters.

use super::Cluster;
use super::conventions::{Nameless, Near, Relation};
use super::gather::{FoundHco, FoundPool};
use super::names::Names;
use super::place::{Home, directory, named};
use crate::finding::Confidence;
use crate::membership::{Mechanism, Reason};
use crate::source::Span;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

/// What clusters are known to be given: how surely, by the place and, of pools, the name.
#[derive(Default)]
pub(super) struct Members {
    known: HashMap<(String, Span, Option<String>), Confidence>,
    /// The first that was too many.
    pub(super) beyond: Option<Span>,
}

/// How many HyperConvergeds, node pools and other objects all clusters together may be given.
pub(super) const MAX_MEMBERS: usize = 200_000;

/// How many directories that hold HyperConvergeds and nodes without a cluster's name may be held against each other.
pub(super) const MAX_PAIRS: usize = 5_000_000;

impl Members {
    /// Whether the cluster is not known to be given this as surely.
    pub(super) fn is_new(&mut self, cluster: &str, span: Span, pool: Option<&str>, confidence: Confidence) -> bool {
        let key = (cluster.to_owned(), span, pool.map(str::to_owned));
        if self.known.get(&key).is_some_and(|known| *known >= confidence) {
            return false;
        }
        if self.known.len() >= MAX_MEMBERS {
            self.beyond.get_or_insert(span);
            return false;
        }
        self.known.insert(key, confidence);
        true
    }
}

/// HyperConvergeds by index, and how each relates to a directory.
type Related = Rc<Vec<(usize, Relation)>>;

/// The rules by which something that was found belongs to clusters.
pub(super) struct Homes<'a> {
    hcos: &'a [FoundHco],
    /// The HyperConvergeds of named clusters that likely go there, by the cluster's key.
    named: BTreeMap<&'a str, Vec<&'a FoundHco>>,
    regions: &'a BTreeMap<usize, String>,
    nameless: Nameless,
    /// The HyperConvergeds without a cluster's name, by where they lie and by the delivery that brings them.
    by_directory: BTreeMap<&'a str, Vec<usize>>,
    by_delivery: BTreeMap<usize, Vec<usize>>,
    /// Those that are related to a directory, as far as it was asked.
    related: RefCell<HashMap<String, Related>>,
    /// How many directories were held against each other.
    pairs: Cell<usize>,
    /// Clusters that are given a HyperConverged.
    receivers: Vec<String>,
    names: &'a Names,
}

impl<'a> Homes<'a> {
    pub(super) fn new(
        hcos: &'a [FoundHco],
        pools: &[FoundPool],
        clusters: &BTreeMap<String, Cluster>,
        regions: &'a BTreeMap<usize, String>,
        names: &'a Names,
    ) -> Self {
        let nameless = Nameless {
            hyperconverged: hcos.iter().filter_map(|h| directory(&h.home)).map(str::to_owned).collect(),
            pools: pools.iter().filter_map(|p| directory(&p.home)).map(str::to_owned).collect(),
            only_one: hcos.len() == 1,
        };
        let mut by_key: BTreeMap<&str, Vec<&FoundHco>> = BTreeMap::new();
        for hco in hcos.iter().filter(|h| h.confidence > Confidence::Low) {
            if let Some(key) = named(&hco.home) {
                by_key.entry(key).or_default().push(hco);
            }
        }
        let mut by_directory: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut by_delivery: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (index, hco) in hcos.iter().enumerate().filter(|(index, _)| regions.contains_key(index)) {
            if let Some(directory) = directory(&hco.home) {
                by_directory.entry(directory).or_default().push(index);
                by_delivery.entry(hco.delivery).or_default().push(index);
            }
        }
        let sure = |c: &Cluster| c.hyperconverged.iter().any(|h| h.confidence > Confidence::Low);
        let receivers = clusters.iter().filter(|(_, c)| sure(c)).map(|(n, _)| n.clone()).collect();
        Self {
            hcos,
            named: by_key,
            regions,
            nameless,
            by_directory,
            by_delivery,
            related: RefCell::default(),
            pairs: Cell::default(),
            receivers,
            names,
        }
    }

    /// Where the first of the HyperConvergeds stands, when more directories would have been held against each other than may be.
    pub(super) fn tired(&self) -> Option<Span> {
        let first = self.regions.keys().next().and_then(|hco| self.hcos.get(*hco));
        first.filter(|_| self.pairs.get() > MAX_PAIRS).map(|hco| hco.hco.object.span())
    }

    /// The HyperConvergeds without a cluster's name that something in a directory may belong to, in their order: of those that are alike in
    /// the cluster and in how sure it is, the first.
    fn related(&self, directory: &str) -> Related {
        if let Some(known) = self.related.borrow().get(directory) {
            return Rc::clone(known);
        }
        // Each directory is held against each.
        self.pairs.set(self.pairs.get() + self.by_directory.len());
        if self.pairs.get() > MAX_PAIRS {
            return Related::default();
        }
        let mut near = Near::new(directory, &self.nameless);
        let mut relation = |there: &str| Some(near.relate(there)).filter(|r| *r != Relation::Different);
        let found = self.by_directory.iter().filter_map(|(there, hcos)| Some((hcos, relation(there)?)));
        let mut all: Vec<(usize, Relation)> = found.flat_map(|(hcos, relation)| hcos.iter().map(move |hco| (*hco, relation))).collect();
        all.sort_unstable_by_key(|(hco, _)| *hco);
        let mut seen = HashSet::new();
        all.retain(|(hco, relation)| seen.insert((self.regions.get(hco), *relation == Relation::Same, floor(&self.hcos[*hco]))));
        let all = Rc::new(all);
        self.related.borrow_mut().insert(directory.to_owned(), Rc::clone(&all));
        all
    }

    /// The clusters that something belongs to, and how sure that is. What lies nowhere near a HyperConverged belongs to the only one there
    /// is as surely as `fallback`, if at all.
    pub(super) fn of(
        &self,
        home: &Home,
        delivery: Option<usize>,
        confidence: Confidence,
        fallback: Option<Confidence>,
    ) -> Vec<(String, Confidence, Link)> {
        let mut homes: Vec<(String, Confidence, Link)> = Vec::new();
        match home {
            Home::Named(key) => {
                let same = self.named.get(key.as_str()).map(Vec::as_slice).unwrap_or_default();
                // In one delivery they certainly meet, else as surely as the weaker name says.
                let link = |h: &&FoundHco| if delivery == Some(h.delivery) { Confidence::High } else { h.confidence.min(confidence) };
                homes.push((self.names.shown(key).to_owned(), same.iter().map(link).max().unwrap_or(confidence), None));
            }
            Home::Nameless(dir) => {
                let mut add = |hco: usize, confidence: Confidence, link: (Mechanism, &'static str)| {
                    let name = self.regions.get(&hco).cloned().unwrap_or_default();
                    homes.push((name, confidence.min(floor(&self.hcos[hco])), Some(link)));
                };
                // Each is looked at once, the surest way first.
                let own = delivery.and_then(|d| self.by_delivery.get(&d)).map(Vec::as_slice).unwrap_or_default();
                let mut told = HashSet::new();
                for hco in own.iter().copied().filter(|hco| told.insert((self.regions.get(hco), floor(&self.hcos[*hco])))) {
                    add(hco, Confidence::High, (Mechanism::Delivery, "one delivery holds it and the HyperConverged"));
                }
                for (hco, relation) in self.related(dir).iter().filter(|(hco, _)| delivery != Some(self.hcos[*hco].delivery)) {
                    match relation {
                        Relation::Same => add(*hco, Confidence::Medium, (Mechanism::Neighbourhood, "it lies where the HyperConverged lies")),
                        _ => add(*hco, Confidence::Low, (Mechanism::Neighbourhood, "it may go where the HyperConverged goes")),
                    }
                }
                if let (true, [only], Some(fallback)) = (homes.is_empty(), self.receivers.as_slice(), fallback) {
                    homes.push((only.clone(), fallback, Some((Mechanism::OnlyCluster, "no other cluster is given a HyperConverged"))));
                }
            }
            Home::All | Home::Some => {}
        }
        homes
    }
}

/// A resource for clusters that nobody knows is no more than possible for any of them.
pub(super) fn floor(hco: &FoundHco) -> Confidence {
    if directory(&hco.home).is_some() && hco.confidence == Confidence::Low { Confidence::Low } else { Confidence::High }
}

/// What joins something to a cluster where it is not its own reason alone.
pub(super) type Link = Option<(Mechanism, &'static str)>;

pub(super) fn linked(link: Link, own: &Reason, span: Span) -> Reason {
    link.map_or_else(|| own.clone(), |(mechanism, words)| Reason::new(mechanism, words, span))
}
