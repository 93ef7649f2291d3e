//! Infrastructure ids: which cluster a dump of nodes came out of, where its place does not say.
//!
//! The installer calls everything it makes after the cluster and five random characters, and OpenShift's nodes name their machines.

use super::gather::{FoundHco, FoundPool};
use super::names::Names;
use super::place::{Home, named};
use crate::finding::Confidence;
use crate::membership::{Mechanism, Reason};
use crate::nodes::pool::{Belonging, Pool, Scope};
use std::collections::{BTreeMap, BTreeSet};

/// Gives nodes that lie where nothing names their cluster to the cluster whose infrastructure id they carry, if a HyperConverged goes there.
pub(super) fn recognise(pools: &mut [FoundPool], hcos: &[FoundHco], names: &mut Names) {
    let receivers: BTreeSet<String> =
        hcos.iter().filter(|h| h.confidence > Confidence::Low).filter_map(|h| named(&h.home)).map(str::to_owned).collect();
    if receivers.is_empty() {
        return;
    }
    let mut owners: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for found in pools.iter().filter(|p| p.confidence > Confidence::Low) {
        if let (Some(key), Some(id)) = (named(&found.home), own_id(&found.pool)) {
            owners.entry(id.to_owned()).or_default().insert(key.to_owned());
        }
    }
    let identified: BTreeSet<String> = owners.values().flatten().cloned().collect();
    for found in pools.iter_mut().filter(|p| p.pool.scope == Scope::Inventory && matches!(p.home, Home::Nameless(_))) {
        let Some(id) = own_id(&found.pool) else { continue };
        let key = match owners.get(id) {
            Some(keys) => keys.iter().next().filter(|_| keys.len() == 1).cloned(),
            // A cluster with an id of its own is another one, whatever both are called.
            None => called(id).map(|name| names.key(name)).filter(|key| !identified.contains(key)),
        };
        let Some(key) = key.filter(|key| receivers.contains(key)) else { continue };
        let words = format!("its machine carries the cluster's infrastructure id {id}");
        (found.confidence, found.reason) = (Confidence::Medium, Reason::new(Mechanism::Field, words, found.pool.span));
        found.home = Home::Named(key);
    }
}

/// The infrastructure id of what belongs to the cluster it is in.
fn own_id(pool: &Pool) -> Option<&str> {
    pool.infra_id.as_deref().filter(|_| pool.belongs == Belonging::Applied)
}

/// The cluster's name in an infrastructure id; longer ones are cut off at 21 characters, and then nobody knows.
fn called(id: &str) -> Option<&str> {
    let (name, _) = id.rsplit_once('-')?;
    (name.len() < 21).then_some(name)
}
