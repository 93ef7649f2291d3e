//! Open Cluster Management and its downstream, Advanced Cluster Management: policies, works and what places them.

mod generator;
mod placement;
mod policy;
mod work;

pub(super) use generator::emissions as generated;
pub(super) use placement::{Chosen, placement};
pub(super) use policy::Bindings;

use super::plan::Context;
use super::{Emission, Mode, Target, What};
use crate::finding::{Confidence, Label};
use crate::manifest::Object;

/// What an object of Open Cluster Management sets in motion; nothing for any other object.
pub(super) fn emissions(object: &Object, context: &Context<'_>) -> Vec<Emission> {
    match (object.group.as_str(), object.kind.as_str()) {
        ("policy.open-cluster-management.io", "Policy") => policy::emissions(object, context),
        ("policy.open-cluster-management.io", "ConfigurationPolicy") => policy::standalone(object),
        ("work.open-cluster-management.io", "ManifestWork") => work::manifest_work(object, context),
        ("work.open-cluster-management.io", "ManifestWorkReplicaSet") => work::replica_set(object, context),
        ("addon.open-cluster-management.io", "AddOnTemplate") => work::addon(object, context),
        ("apps.open-cluster-management.io", "Subscription") => work::subscription(object, context),
        _ => Vec::new(),
    }
}

impl Chosen {
    /// The targets it stands for.
    fn targets(self) -> Vec<Target> {
        match self {
            Chosen::These(names) => names.into_iter().map(Target::Named).collect(),
            Chosen::All => vec![Target::All],
            Chosen::Some => vec![Target::Some],
            Chosen::AtLeast(names) => names.into_iter().map(Target::Named).chain([Target::Some]).collect(),
        }
    }
}

/// One emission of the same objects per target.
fn to_each(objects: Vec<Object>, targets: &[Target], mode: Mode, via: &Label, context: &Context<'_>) -> Vec<Emission> {
    if objects.is_empty() {
        return Vec::new();
    }
    let what = What::objects(objects, via.span.file);
    let one = |target: &Target| Emission { what: what.clone(), target: Some(target.clone()), mode, confidence: Confidence::High, via: via.clone() };
    targets.iter().take(context.effort().emit(targets.len(), via.span)).map(one).collect()
}
