//! A descheduler without a profile that suits virtual machines.

use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use crate::finding::Confidence;
use crate::fix::{Change, Proposal};
use crate::manifest::Object;
use crate::operator::release::Release;
use crate::yaml::{Lookup, Node};

pub(super) const CHECK: Check = Check::Subject(check);

/// The only descheduler that counts.
const NAME: &str = "cluster";
const NAMESPACE: &str = "openshift-kube-descheduler-operator";
/// The profiles that suit virtual machines (the operator's `controllers/descheduler/descheduler_controller.go`), the last one since 1.16.
const PROFILES: [&str; 3] = ["KubeVirtRelieveAndMigrate", "DevKubeVirtRelieveAndMigrate", "LongLifecycle"];

/// What was looked at before the profiles.
const OLD: &str = "devEnableEvictionsInBackground";

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    // Up to 1.14 the operator looked at something else.
    if subject.plain_kubernetes || subject.release < Release::minor(15) {
        return;
    }
    for (object, confidence) in subject.cluster.given("operator.openshift.io", "KubeDescheduler") {
        let elsewhere = object.namespace.as_deref().is_some_and(|n| n != NAMESPACE);
        if object.name != NAME || elsewhere {
            continue;
        }
        let Some((at, here)) = unsuited(object, &PROFILES[..if subject.release < Release::minor(16) { 2 } else { 3 }]) else { continue };
        let mut draft = Draft::new(at, here, "the descheduler has no profile that suits virtual machines")
            .about(object)
            .field("spec.profiles")
            .help("use the profile KubeVirtRelieveAndMigrate, or LongLifecycle")
            .confidence(confidence.min(subject.membership()));
        if object.namespace.is_none() {
            draft = draft.confidence(Confidence::Medium);
        }
        if !subject.release_known && object.root.find(&["spec", "profileCustomizations", OLD]).and_then(Node::as_bool) == Some(true) {
            draft = draft.note(format!("up to release 1.14 `{OLD}` was what the operator looked at")).confidence(Confidence::Medium);
        }
        if matches!(object.root.at(&["spec", "profiles"]), Lookup::Absent) && object.root.find(&["spec"]).is_some() {
            let path = ["spec", "profiles"].map(str::to_owned).to_vec();
            let changes = vec![Change::Set { root: object.root.clone(), path, value: "[KubeVirtRelieveAndMigrate]".to_owned() }];
            draft = draft.fix(Proposal { title: "use KubeVirtRelieveAndMigrate".to_owned(), safe: false, changes });
        }
        findings.add(draft);
    }
}

/// Where the profiles stand, or should, if none of them suits.
fn unsuited(object: &Object, profiles: &[&str]) -> Option<(crate::source::Span, &'static str)> {
    match object.root.at(&["spec", "profiles"]) {
        Lookup::Unknown(_) => None,
        Lookup::Absent => {
            let entry = object.root.entry_at(&["spec"]).or_else(|| object.root.entry_at(&["kind"]))?;
            Some((entry.key.span(), "no profiles"))
        }
        Lookup::Found(list) => {
            let items = list.as_sequence()?;
            let unclear = |n: &Node| n.text().is_none_or(crate::manifest::template::is_template);
            let suits = |n: &Node| n.text().is_some_and(|t| profiles.contains(&t));
            let entry = object.root.entry_at(&["spec", "profiles"])?;
            (!items.iter().any(|n| unclear(n) || suits(n))).then(|| (entry.key.span(), "none of these does"))
        }
    }
}
