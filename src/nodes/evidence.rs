//! Collecting what one pool's declaration says about its architecture, and why it says nothing.

use super::arch::{Arch, is_multi};
use super::instance_type::{Classification, Cloud, classify};
use super::pool::{Basis, Fact};
use super::read::{self, Field, is_placeholder};
use crate::source::Span;
use crate::yaml::Node;

/// The annotation in which machine controllers tell the cluster autoscaler, and the machine config operator, the labels of nodes to come.
pub(super) const CAPACITY_LABELS: &str = "capacity.cluster-autoscaler.kubernetes.io/labels";

/// Facts as they are found, and the first reason why one could not be.
#[derive(Clone, Debug, Default)]
pub(super) struct Evidence {
    pub(super) facts: Vec<Fact>,
    pub(super) because: Option<String>,
    /// What to say where nothing is written that could tell.
    pub(super) silence: Option<&'static str>,
}

impl Evidence {
    /// Adds a fact.
    pub(super) fn fact(&mut self, arch: Arch, basis: Basis, detail: impl Into<String>, span: Span) {
        self.facts.push(Fact { arch, basis, detail: detail.into(), span });
    }

    /// Remembers why something that could have told does not; the first reason is kept.
    pub(super) fn unclear(&mut self, because: impl Into<String>) {
        self.because.get_or_insert_with(|| because.into());
    }

    /// Nothing was found and nothing stood in the way.
    pub(super) fn is_silent(&self) -> bool {
        self.facts.is_empty() && self.because.is_none()
    }

    /// A field in which a person states an architecture, in any spelling. Whether anything is written there: a schema's default does not
    /// apply then.
    pub(super) fn stated(&mut self, basis: Basis, what: &str, field: &Field<'_>) -> bool {
        match field {
            Field::Absent => return false,
            Field::Unreadable(because) => self.unclear(because.clone()),
            Field::Text(text, span) => match Arch::parse(text) {
                Some(arch) => self.fact(arch, basis, text.trim(), *span),
                None if is_multi(text) => self.unclear(format!("{what} is {}, which is no architecture", text.trim())),
                None if is_placeholder(text) => self.unclear(format!("{what} is the placeholder {}", text.trim())),
                None => self.unclear(format!("{what} is {}, which is no known architecture", text.trim())),
            },
        }
        true
    }

    /// What a kubelet reported, word for word.
    pub(super) fn reported(&mut self, basis: Basis, field: &Field<'_>) {
        match field {
            Field::Absent => {}
            Field::Unreadable(because) => self.unclear(because.clone()),
            Field::Text(text, span) => self.fact(Arch::goarch(text), basis, *text, *span),
        }
    }

    /// A field that names hardware of a cloud.
    pub(super) fn hardware(&mut self, cloud: Cloud, field: &Field<'_>) {
        match field {
            Field::Absent => {}
            Field::Unreadable(because) => self.unclear(because.clone()),
            Field::Text(text, span) => match classify(cloud, text) {
                Classification::Known(arch) => self.fact(arch, Basis::InstanceType, text.trim(), *span),
                Classification::NotANode => self.unclear(format!("{} machines cannot be nodes", text.trim())),
                Classification::Unknown if is_placeholder(text) => self.unclear(format!("the instance type is the placeholder {}", text.trim())),
                Classification::Unknown => self.unclear(format!("{} is no known {cloud} instance type", text.trim())),
            },
        }
    }

    /// The capacity annotation of a machine set, Cluster API's or OpenShift's: `kubernetes.io/arch=<GOARCH>` between commas and spaces.
    pub(super) fn capacity_annotation(&mut self, annotations_of: &Node) {
        let (text, span) = match read::field(annotations_of, &["metadata", "annotations", CAPACITY_LABELS]) {
            Field::Text(text, span) => (text, span),
            Field::Unreadable(because) => return self.unclear(because),
            Field::Absent => return,
        };
        if let Some(arch) = capacity_labels(text).find(|(key, _)| *key == "kubernetes.io/arch").map(|(_, value)| value) {
            // The machine config operator and the autoscaler compare the word as it stands, so an alias is not heard here either.
            match Arch::parse(arch) {
                Some(known) if known.as_str() == arch => self.fact(known, Basis::CapacityAnnotation, format!("kubernetes.io/arch={arch}"), span),
                _ => self.unclear(format!("the capacity annotation says kubernetes.io/arch={arch}, which is no architecture")),
            }
        }
    }

    /// The facts, strongest first, and why there are none.
    pub(super) fn sorted(mut self) -> (Vec<Fact>, Option<String>) {
        self.facts.sort_by_key(|f| f.basis);
        (self.facts, self.because.or_else(|| self.silence.map(str::to_owned)))
    }
}

/// The labels of the capacity annotation.
pub(super) fn capacity_labels(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split(',').filter_map(|item| item.split_once('=')).map(|(key, value)| (key.trim(), value.trim()))
}
