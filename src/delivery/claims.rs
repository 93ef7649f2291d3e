//! Which candidates deployers account for: what a deployer renders or embeds stands for itself no more.

use super::candidates::Candidate;
use super::render::{Rendered, Renderer};
use super::{Emission, What};
use crate::source::FileId;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// What a unit sets in motion.
type Emissions<'e> = dyn Fn(&Arc<Rendered>) -> Arc<Vec<Emission>> + 'e;

/// The candidates, by index, that stand for themselves: no deployer leads there, or only their own, or they are the first of a circle.
pub(super) fn tops(renderer: &Renderer<'_>, candidates: &[Candidate], emissions: &Emissions<'_>) -> BTreeSet<usize> {
    let claims = Claims::of(renderer, candidates, emissions);
    let circles = circles(&claims.leads_to);
    let mut led_to = BTreeSet::new();
    for (from, ends) in claims.leads_to.iter().enumerate() {
        led_to.extend(ends.iter().map(|to| circles[*to]).filter(|circle| *circle != circles[from]));
    }
    let mut firsts: BTreeSet<usize> = BTreeSet::new();
    let first = |index: &usize| firsts.insert(circles[*index]) && !led_to.contains(&circles[*index]) && !claims.left_out.contains(index);
    (0..candidates.len()).filter(first).collect()
}

/// Who leads to whom. The first nodes are the candidates, by index; the others are units.
struct Claims {
    leads_to: Vec<Vec<usize>>,
    /// Candidates that are left out on purpose: they stand for nothing at all.
    left_out: BTreeSet<usize>,
}

impl Claims {
    fn of(renderer: &Renderer<'_>, candidates: &[Candidate], emissions: &Emissions<'_>) -> Self {
        let by_key: BTreeMap<FileId, usize> = candidates.iter().enumerate().map(|(i, c)| (c.key, i)).collect();
        let workspace = renderer.workspace;
        let of = |id: FileId| [Some(id), workspace.twin(id)].into_iter().flatten().filter_map(|id| by_key.get(&id).copied());
        let mut claims = Self { leads_to: vec![Vec::new(); candidates.len()], left_out: BTreeSet::new() };
        let mut nodes: HashMap<usize, usize> = HashMap::new();
        let mut pending: Vec<(usize, Arc<Rendered>)> = candidates.iter().map(|c| Arc::clone(&c.rendered)).enumerate().collect();
        // Units are kept, so that their addresses are nobody else's.
        let mut kept: Vec<Arc<Rendered>> = Vec::new();
        let mut left_out: HashSet<String> = HashSet::new();
        while let Some((node, rendered)) = pending.pop() {
            for emission in emissions(&rendered).iter() {
                match &emission.what {
                    What::Objects(_) | What::Amendments(_) | What::Beyond(_) | What::Unseen(_) => {}
                    What::Nothing(paths) => {
                        for path in paths.iter().filter(|path| left_out.insert((*path).clone())) {
                            let below = workspace.below(path).map(|(id, _)| id).chain(workspace.find(path));
                            claims.left_out.extend(below.flat_map(of));
                        }
                    }
                    What::Directory(rendering) => {
                        let inner = renderer.render(rendering);
                        let unit = *nodes.entry(Arc::as_ptr(&inner) as usize).or_insert_with(|| {
                            claims.leads_to.push(inner.files.iter().flat_map(|f| of(*f)).collect());
                            kept.push(Arc::clone(&inner));
                            pending.push((claims.leads_to.len() - 1, inner));
                            claims.leads_to.len() - 1
                        });
                        claims.leads_to[node].push(unit);
                    }
                }
            }
        }
        claims
    }
}

/// The number of each node's circle: nodes that lead to each other share one (Tarjan's algorithm, without recursion).
fn circles(leads_to: &[Vec<usize>]) -> Vec<usize> {
    const NONE: usize = usize::MAX;
    let count = leads_to.len();
    let (mut order, mut low, mut circle) = (vec![NONE; count], vec![NONE; count], vec![NONE; count]);
    let (mut open, mut next) = (Vec::new(), 0);
    for start in 0..count {
        let mut path: Vec<(usize, usize)> = Vec::from_iter((order[start] == NONE).then_some((start, 0)));
        while let Some((node, edge)) = path.pop() {
            if edge == 0 {
                (order[node], low[node]) = (next, next);
                next += 1;
                open.push(node);
            }
            if let Some(to) = leads_to[node].get(edge).copied() {
                path.push((node, edge + 1));
                if order[to] == NONE {
                    path.push((to, 0));
                } else if circle[to] == NONE {
                    low[node] = low[node].min(order[to]);
                }
                continue;
            }
            if low[node] == order[node] {
                while let Some(member) = open.pop() {
                    circle[member] = node;
                    if member == node {
                        break;
                    }
                }
            }
            if let Some((above, _)) = path.last() {
                low[*above] = low[*above].min(low[node]);
            }
        }
    }
    circle
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_that_lead_to_each_other_are_a_circle() {
        let same = |leads_to: &[Vec<usize>], a: usize, b: usize| {
            let circles = circles(leads_to);
            circles[a] == circles[b]
        };
        let graph = vec![vec![1], vec![2, 4], vec![0, 3], vec![3], vec![], vec![0]];
        for (a, b, together) in [(0, 1, true), (0, 2, true), (2, 3, false), (1, 4, false), (5, 0, false), (3, 4, false)] {
            assert_eq!(same(&graph, a, b), together, "{a} {b}");
        }
        let eight = vec![vec![1], vec![2], vec![0, 3], vec![4], vec![2]];
        assert!((1..5).all(|n| same(&eight, 0, n)));
        let long: Vec<Vec<usize>> = (0..100_000).map(|n| vec![(n + 1) % 100_000]).collect();
        assert!(same(&long, 0, 99_999), "no recursion");
    }
}
