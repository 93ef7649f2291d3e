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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::Given;
    use crate::source::FileId;
    use crate::yaml::parse;

    fn cluster(text: &str) -> Cluster {
        let parsed = parse(FileId(0), text);
        let objects = parsed.documents.iter().filter_map(|d| Object::read(&d.root));
        let given = objects
            .map(|object| {
                let reason = crate::membership::Reason::new(crate::membership::Mechanism::Delivery, "it is given", object.span());
                Given { object, confidence: Confidence::High, reason }
            })
            .collect();
        Cluster { given, ..Cluster::default() }
    }

    const HEAD: &str = "apiVersion: kubevirt.io/v1\nkind: VirtualMachine\nmetadata: {name: a, namespace: shop}\n";

    fn sources(templates: &str) -> Option<Vec<(String, Option<String>)>> {
        let cluster = cluster(&format!("{HEAD}spec: {{dataVolumeTemplates: {templates}, template: {{spec: {{}}}}}}\n"));
        let machines = cluster.machines();
        let found = machines.first().expect("a machine").sources()?;
        Some(found.iter().map(|s| (s.name.to_owned(), s.namespace.map(str::to_owned))).collect())
    }

    #[test]
    fn data_sources() {
        let is = |name: &str, namespace: &str| Some(vec![(name.to_owned(), Some(namespace.to_owned()))]);
        assert_eq!(sources("[{spec: {sourceRef: {kind: datasource, name: fedora}}}]"), is("fedora", "shop"), "its own namespace, any case");
        assert_eq!(sources("[{spec: {sourceRef: {kind: DataSource, name: fedora, namespace: images}}}]"), is("fedora", "images"));
        assert_eq!(sources("[{spec: {source: {blank: {}}}}, {spec: {sourceRef: {kind: Other, name: x}}}]"), Some(Vec::new()));
        assert_eq!(sources("[{spec: {sourceRef: {kind: DataSource, name: '${OS}'}}}]"), None, "a template");
        assert_eq!(sources("'{{ disks }}'"), None);
    }

    #[test]
    fn architectures() {
        let of = |spec: &str| {
            let cluster = cluster(&format!("{HEAD}spec: {{template: {{spec: {spec}}}}}\n"));
            match cluster.machines().first().expect("a machine").architecture() {
                Text::Is(text, _) => text.to_owned(),
                Text::Absent => "absent".to_owned(),
                Text::Unknown => "unknown".to_owned(),
            }
        };
        assert_eq!(of("{architecture: arm64}"), "arm64");
        assert_eq!(of("{architecture: ''}"), "absent");
        assert_eq!(of("{architecture: '{{ .arch }}'}"), "unknown");
        assert_eq!(of("{domain: {}}"), "absent");
        let alone = cluster("apiVersion: kubevirt.io/v1\nkind: VirtualMachineInstance\nspec: {architecture: s390x}\n");
        assert!(matches!(alone.machines().first().map(Machine::architecture), Some(Text::Is("s390x", _))));
    }

    #[test]
    fn names_with_an_architecture() {
        let node = Node::scalar("x", crate::yaml::Style::Plain, Span::new(FileId(0), 0, 0));
        let split = |name| SourceRef { name, namespace: None, node: &node }.split();
        assert_eq!(split("fedora-arm64"), Some(("fedora", "arm64")));
        assert_eq!(split("centos-stream9-s390x"), Some(("centos-stream9", "s390x")));
        assert_eq!(split("fedora"), None);
        assert_eq!(split("-amd64"), None);
        assert_eq!(split("notamd64"), None);
    }
}
