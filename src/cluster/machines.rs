//! The virtual machines that a cluster is given, as far as their architecture is concerned.

use super::Cluster;
use crate::finding::Confidence;
use crate::manifest::Object;
use crate::manifest::template::is_template;
use crate::operator::SUPPORTED;
use crate::operator::hyperconverged::Text;
use crate::operator::placement::Placement;
use crate::source::Span;
use crate::yaml::{Lookup, Node};

/// API group of virtual machines.
const GROUP: &str = "kubevirt.io";

/// One VirtualMachine, or one VirtualMachineInstance that stands alone.
#[derive(Clone, Copy, Debug)]
pub struct Machine<'a> {
    /// The object.
    pub object: &'a Object,
    /// How sure it is that the cluster gets it.
    pub confidence: Confidence,
    /// The path of what describes the instance.
    pub path: &'static [&'static str],
    /// What describes the instance.
    pub spec: &'a Node,
}

/// A data source that one of a machine's disks is made from.
#[derive(Clone, Copy, Debug)]
pub struct SourceRef<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its namespace, the machine's own where none is written.
    pub namespace: Option<&'a str>,
    /// Where its name stands.
    pub node: &'a Node,
}

impl Cluster {
    /// The virtual machines it is given.
    #[must_use]
    pub fn machines(&self) -> Vec<Machine<'_>> {
        let of = |kind, path: &'static [&'static str]| {
            self.given(GROUP, kind).filter_map(move |(object, confidence)| {
                let spec = object.root.find(path).filter(|s| s.as_mapping().is_some())?;
                Some(Machine { object, confidence, path, spec })
            })
        };
        of("VirtualMachine", &["spec", "template", "spec"]).chain(of("VirtualMachineInstance", &["spec"])).collect()
    }
}

impl<'a> Machine<'a> {
    /// `architecture`.
    #[must_use]
    pub fn architecture(&self) -> Text<'a> {
        match self.spec.at(&["architecture"]) {
            Lookup::Absent => Text::Absent,
            Lookup::Unknown(_) => Text::Unknown,
            Lookup::Found(node) => match node.text() {
                Some("") => Text::Absent,
                Some(text) if !is_template(text) => Text::Is(text, node),
                _ => Text::Unknown,
            },
        }
    }

    /// The field of the architecture.
    #[must_use]
    pub fn field(&self) -> String {
        format!("{}.architecture", self.path.join("."))
    }

    /// What it demands of its node.
    #[must_use]
    pub fn placement(&self) -> Placement {
        Placement::read(Lookup::Found(self.spec))
    }

    /// The type of its board, if it is written.
    #[must_use]
    pub fn board(&self) -> Option<(&'a str, &'a Node)> {
        let node = self.spec.find(&["domain", "machine", "type"])?;
        Some((node.text().filter(|t| !is_template(t))?, node))
    }

    /// The data sources of its disks; `None` when they cannot all be read.
    #[must_use]
    pub fn sources(&self) -> Option<Vec<SourceRef<'a>>> {
        let templates = match self.object.root.at(&["spec", "dataVolumeTemplates"]) {
            Lookup::Absent => return Some(Vec::new()),
            Lookup::Unknown(_) => return None,
            Lookup::Found(list) => list.as_sequence()?,
        };
        let mut found = Vec::new();
        for template in templates {
            let reference = match template.at(&["spec", "sourceRef"]) {
                Lookup::Absent => continue,
                Lookup::Unknown(_) => return None,
                Lookup::Found(reference) => reference,
            };
            let text = |key: &str| reference.find(&[key]).and_then(Node::text);
            let (name, namespace) = (reference.find(&["name"])?, text("namespace"));
            if !text("kind")?.eq_ignore_ascii_case("DataSource") {
                continue;
            }
            if is_template(name.text()?) || namespace.is_some_and(is_template) {
                return None;
            }
            let namespace = namespace.filter(|n| !n.is_empty()).or(self.object.namespace.as_deref());
            found.push(SourceRef { name: name.text()?, namespace, node: name });
        }
        Some(found)
    }

    /// Whether it has any disk or volume.
    #[must_use]
    pub fn has_volumes(&self) -> bool {
        !self.spec.items_at(&["volumes"]).is_empty()
    }

    /// The key of what describes the instance: where a missing architecture belongs.
    #[must_use]
    pub fn place(&self) -> Span {
        self.object.root.entry_at(self.path).map_or(self.object.span(), |e| e.key.span())
    }
}

impl<'a> SourceRef<'a> {
    /// The name without an architecture at its end, and the architecture.
    #[must_use]
    pub fn split(&self) -> Option<(&'a str, &'static str)> {
        SUPPORTED.into_iter().find_map(|arch| {
            let base = self.name.strip_suffix(arch)?.strip_suffix('-')?;
            (!base.is_empty()).then_some((base, arch))
        })
    }
}
