//! A pool without nodes would give the cluster a second architecture, and golden images are imported for one.

use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use crate::cluster::architectures::is_workload_as;
use crate::finding::Confidence;
use crate::nodes::pool::State;
use crate::operator::Tri;
use crate::text::and;

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let workloads = &subject.architectures.workloads;
    // With two architectures there already the alert fires; with none known nobody can say that another would be the second.
    if !subject.minds_architectures() || subject.feature.on != Tri::No || subject.images.any() != Tri::Yes || workloads.len() != 1 {
        return;
    }
    for member in subject.cluster.pools.iter().filter(|m| m.confidence > Confidence::Low) {
        let pool = &member.pool;
        // What can never join is another matter.
        if pool.state == State::Present || pool.blocked.is_some() {
            continue;
        }
        let Some(fact) = pool.facts.first().filter(|f| !workloads.contains_key(&f.arch)) else { continue };
        let chosen = is_workload_as(&fact.arch, pool, &subject.workloads);
        if chosen == Tri::No {
            continue;
        }
        let certain = chosen == Tri::Yes && !pool.doubtful;
        let has: Vec<&str> = workloads.keys().map(crate::nodes::arch::Arch::as_str).collect();
        let how = if pool.state == State::Latent { "an autoscaler may add some" } else { "none until somebody scales it up" };
        let message = format!("{} {} has no nodes now; with them {} has {} beside {}", pool.kind, pool.name, subject.cluster.called(), fact.arch, and(&has));
        findings.add(
            Draft::new(fact.span, format!("{}, {how}", fact.arch), message)
                .about(&subject.hco.object)
                .item(&pool.name)
                .field("nodes")
                .because(subject.feature.place, "golden images are imported for one architecture only")
                .help(format!("{} before it is scaled up", subject.feature.enabling()))
                .confidence(if certain { subject.membership().min(member.confidence) } else { Confidence::Low }),
        );
    }
}
