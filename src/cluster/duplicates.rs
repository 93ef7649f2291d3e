//! Several declarations of the same nodes: what the repository says twice counts once, and what it says in two ways is not certain.

use super::{Cluster, Member};
use crate::finding::Confidence;
use crate::nodes::arch::Arch;
use crate::nodes::pool::Belonging;
use std::collections::{BTreeMap, BTreeSet};

/// Leaves each described pool once. Files that describe one pool differently are variants, of which nobody can say which one is used.
pub(super) fn settle(cluster: &mut Cluster) {
    let mut kept: BTreeMap<(String, String), Vec<(usize, Member)>> = BTreeMap::new();
    for (order, mut member) in std::mem::take(&mut cluster.pools).into_iter().enumerate() {
        let alike = kept.entry((member.pool.kind.clone(), member.pool.name.clone())).or_default();
        let mut again: Vec<&mut (usize, Member)> = alike.iter_mut().filter(|(_, other)| is_one_pool(other, &member)).collect();
        if again.iter().any(|(_, other)| member.pool.arch().is_none() || other.pool.arch() == member.pool.arch()) {
            continue;
        }
        again.retain(|(_, other)| other.pool.arch().is_some());
        if !again.is_empty() {
            again.into_iter().for_each(|(_, other)| other.confidence = Confidence::Low);
            (member.confidence, cluster.closed) = (Confidence::Low, false);
        }
        // Who says nothing adds nothing.
        alike.retain(|(_, other)| other.pool.arch().is_some() || !is_one_pool(other, &member));
        alike.push((order, member));
    }
    let mut members: Vec<(usize, Member)> = kept.into_values().flatten().collect();
    members.sort_by_key(|(order, _)| *order);
    cluster.pools = members.into_iter().map(|(_, member)| member).collect();
    doubt_namesakes(cluster);
}

/// Hosted clusters of one name in two namespaces are two clusters, of which nobody can say which one this is.
fn doubt_namesakes(cluster: &mut Cluster) {
    let mut by_namespace: BTreeMap<String, BTreeSet<Option<Arch>>> = BTreeMap::new();
    for member in &cluster.pools {
        if let Some(namespace) = hosted(member) {
            by_namespace.entry(namespace.to_owned()).or_default().insert(member.pool.arch().cloned());
        }
    }
    let mut each = by_namespace.values();
    let first = each.next();
    if each.all(|archs| Some(archs) == first) {
        return;
    }
    cluster.closed = false;
    cluster.pools.iter_mut().filter(|m| hosted(m).is_some()).for_each(|m| m.confidence = Confidence::Low);
}

/// The namespace of the hosted cluster that a NodePool is of.
fn hosted(member: &Member) -> Option<&str> {
    match &member.pool.belongs {
        Belonging::Named { namespace: Some(namespace), .. } if member.pool.kind == "NodePool" => Some(namespace),
        _ => None,
    }
}

/// Whether two members of one kind and name are one pool of the cluster that their fields name, or whose infrastructure id they carry. In one
/// file they are two entries.
fn is_one_pool(a: &Member, b: &Member) -> bool {
    let (a, b) = (&a.pool, &b.pool);
    let one = match (&a.belongs, &b.belongs) {
        (Belonging::Named { .. }, Belonging::Named { .. }) => a.belongs.is_also(&b.belongs),
        (Belonging::Applied, Belonging::Applied) => a.infra_id.is_some() && a.infra_id == b.infra_id,
        _ => false,
    };
    one && a.span.file != b.span.file
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nodes::pool::{Basis, Fact, Pool};
    use crate::source::{FileId, Span};

    /// A member from a file: its name, its architecture and the namespace of its cluster.
    fn member(file: u32, name: &str, arch: Option<&str>, namespace: Option<&str>) -> Member {
        let span = Span::new(FileId(file), 0, 1);
        let mut pool = Pool::new("NodePool", name, span);
        pool.belongs = Belonging::Named { cluster: "c".into(), namespace: namespace.map(str::to_owned), span };
        pool.facts.extend(arch.map(|a| Fact { arch: Arch::goarch(a), basis: Basis::Declared, detail: a.to_owned(), span }));
        let reason = crate::membership::Reason::new(crate::membership::Mechanism::Field, "it names the cluster", span);
        Member { pool: pool.into(), confidence: Confidence::High, reason }
    }

    /// What is left: file, architecture, confidence; and whether the list is complete.
    fn settled(pools: Vec<Member>) -> (Vec<(u32, String, Confidence)>, bool) {
        let mut cluster = Cluster { pools, closed: true, ..Cluster::default() };
        settle(&mut cluster);
        let shown = |m: &Member| (m.pool.span.file.0, m.pool.arch().map_or("?".to_owned(), ToString::to_string), m.confidence);
        (cluster.pools.iter().map(shown).collect(), cluster.closed)
    }

    #[test]
    fn the_same_twice_counts_once() {
        let pools = vec![member(0, "a", Some("amd64"), None), member(1, "b", Some("arm64"), None), member(2, "a", Some("amd64"), Some("ns"))];
        assert_eq!(settled(pools), (vec![(0, "amd64".into(), Confidence::High), (1, "arm64".into(), Confidence::High)], true));
    }

    #[test]
    fn who_knows_more_counts() {
        for (first, second, left) in [(None, Some("arm64"), 1), (Some("arm64"), None, 0)] {
            let pools = vec![member(0, "a", first, None), member(1, "a", second, None)];
            assert_eq!(settled(pools), (vec![(left, "arm64".into(), Confidence::High)], true));
        }
    }

    #[test]
    fn variants_are_not_certain() {
        let pools = vec![member(0, "a", Some("amd64"), None), member(1, "a", Some("arm64"), None)];
        assert_eq!(settled(pools), (vec![(0, "amd64".into(), Confidence::Low), (1, "arm64".into(), Confidence::Low)], false));
    }

    #[test]
    fn machines_are_one_pool_by_their_infrastructure_id() {
        let applied = |file: u32, arch: &str, id: Option<&str>| {
            let mut member = member(file, "a", Some(arch), None);
            let pool = std::sync::Arc::make_mut(&mut member.pool);
            (pool.belongs, pool.infra_id) = (Belonging::Applied, id.map(str::to_owned));
            member
        };
        let two = |id| settled(vec![applied(0, "amd64", id), applied(1, "arm64", id)]);
        assert_eq!(two(Some("c-x7k2q")), (vec![(0, "amd64".into(), Confidence::Low), (1, "arm64".into(), Confidence::Low)], false));
        // A name that is yet to be filled in may become two.
        assert_eq!(two(None), (vec![(0, "amd64".into(), Confidence::High), (1, "arm64".into(), Confidence::High)], true));
    }

    #[test]
    fn namesakes_are_not_mixed() {
        let pools = |arch: &str| vec![member(0, "a", Some("amd64"), Some("x")), member(1, "b", Some(arch), Some("y"))];
        let low = |(left, closed): (Vec<(u32, String, Confidence)>, bool)| (left.iter().all(|(_, _, c)| *c == Confidence::Low), closed);
        assert_eq!(low(settled(pools("arm64"))), (true, false));
        assert_eq!(low(settled(pools("amd64"))), (false, true));
    }

    #[test]
    fn entries_of_one_file_and_pools_of_other_clusters_are_others() {
        let both = (vec![(0, "amd64".into(), Confidence::High), (0, "arm64".into(), Confidence::High)], true);
        assert_eq!(settled(vec![member(0, "a", Some("amd64"), None), member(0, "a", Some("arm64"), None)]), both);
        let elsewhere = vec![member(0, "a", Some("amd64"), Some("x")), member(1, "a", Some("amd64"), Some("y"))];
        assert_eq!(settled(elsewhere).0.len(), 2);
    }
}
