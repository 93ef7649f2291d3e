//! One pool, two answers to what its nodes are.

use super::{Check, Draft, Findings};
use crate::cluster::{Cluster, Member};
use crate::finding::Confidence;
use crate::nodes::arch::Arch;
use crate::nodes::pool::{Basis, Conflict, State};
use crate::text::and;
use std::collections::BTreeSet;

pub(super) const CHECK: Check = Check::Cluster(check);

fn check(cluster: &Cluster, findings: &mut Findings) {
    for member in &cluster.pools {
        findings.extend(member.pool.conflicts.iter().map(|conflict| within(member, conflict)));
    }
    findings.extend(overruled(cluster));
}

/// Two statements about one pool.
fn within(member: &Member, conflict: &Conflict) -> Draft {
    let (pool, stronger, weaker) = (&member.pool, &conflict.stronger, &conflict.weaker);
    let (message, help) = if weaker.basis == Basis::CapacityAnnotation {
        let message = format!("the capacity annotation of {} {} says {}, but {} is {}", pool.kind, pool.name, weaker.arch, stronger.detail, stronger.arch);
        (message, format!("write `kubernetes.io/arch={}`: boot images and the cluster autoscaler go by the annotation", stronger.arch))
    } else {
        let message = format!("{} {} is {} by one statement and {} by another", pool.kind, pool.name, stronger.arch, weaker.arch);
        (message, "let both say the same".to_owned())
    };
    Draft::new(weaker.span, format!("{}: {}", weaker.arch, weaker.detail), message)
        .object(&pool.kind, &pool.name)
        .field("architecture")
        .because(stronger.span, format!("{}: {}", stronger.arch, stronger.detail))
        .help(help)
        .given(member.confidence)
}

/// Machines that the configuration's list of architectures has no room for.
fn overruled(cluster: &Cluster) -> Vec<Draft> {
    let declared: BTreeSet<&Arch> = cluster.pools.iter().filter_map(|m| m.pool.arch()).collect();
    let Some(by) = cluster.pools.first().filter(|_| !declared.is_empty()) else { return Vec::new() };
    let names: Vec<&str> = declared.iter().map(|a| a.as_str()).collect();
    let sure = |m: &&Member| m.confidence > Confidence::Low && m.pool.state == State::Present;
    let mut drafts = Vec::new();
    for member in cluster.overruled.iter().filter(sure) {
        let pool = &member.pool;
        let Some(fact) = pool.facts.first().filter(|f| f.basis <= Basis::InstanceType && !declared.contains(&f.arch)) else { continue };
        let message = format!("the configuration says that the nodes of {} are {}, but {} {} is {}", cluster.called(), and(&names), pool.kind, pool.name, fact.arch);
        drafts.push(
            Draft::new(by.pool.span, format!("no {} here", fact.arch), message)
                .object(&pool.kind, &pool.name)
                .item(&cluster.name)
                .field("nodeArchitectures")
                .because(fact.span, format!("{}: {}", fact.arch, fact.detail))
                .help("the configuration counts; correct it, or remove the pool")
                .confidence(member.confidence),
        );
    }
    drafts
}
