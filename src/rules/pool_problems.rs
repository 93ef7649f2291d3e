//! What the rules about pools that never get nodes share: the inventory already says what is wrong and where.

use super::{Draft, Findings};
use crate::cluster::Cluster;
use crate::nodes::pool::ProblemKind;

/// Reports the problems of a kind.
pub(super) fn each(cluster: &Cluster, kind: ProblemKind, help: &str, findings: &mut Findings) {
    for member in &cluster.pools {
        let pool = &member.pool;
        for problem in pool.problems.iter().filter(|p| p.kind == kind) {
            let here = pool.blocked.clone().unwrap_or_default();
            let mut draft = Draft::new(problem.span, here, problem.message.clone()).object(&pool.kind, &pool.name).field("architecture").help(help);
            for (span, words) in &problem.related {
                draft = draft.because(*span, words.clone());
            }
            findings.add(draft.given(member.confidence));
        }
    }
}
