//! The data sources that golden images bring about: what virtual machines can name.
//!
//! Follows SSP's `internal/operands/data-sources/reconcile.go`. With the feature off an image has the data source it manages. With it on,
//! an annotated image has one per architecture (`fedora-arm64`) and a pointer of the plain name to the default one.

use super::hyperconverged::{HyperConverged, Part};
use super::images::{Annotation, GoldenImage, Images};
use super::{SUPPORTED, Tri};
use crate::manifest::template::is_template;
use crate::nodes::arch::Arch;
use crate::yaml::Node;
use std::collections::BTreeSet;

/// What is known of a cluster's nodes.
#[derive(Clone, Debug, Default)]
pub struct Nodes {
    /// Architectures that certainly run workloads.
    pub workloads: BTreeSet<Arch>,
    /// Architectures that may run workloads.
    pub possible: BTreeSet<Arch>,
    /// Architectures of the control plane.
    pub control_plane: BTreeSet<Arch>,
    /// There are no others.
    pub complete: bool,
}

/// One data source that a golden image brings about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataSource {
    /// Its name.
    pub name: String,
    /// Its namespace; `None` for the namespace of golden images.
    pub namespace: Option<String>,
    /// Index of the image in the list of those in effect.
    pub image: usize,
    /// The architecture of what it holds, where there is one for each.
    pub arch: Option<Arch>,
    /// How it comes to be.
    pub kind: Kind,
    /// Whether it comes to be.
    pub certain: Tri,
}

/// How a data source comes to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An import fills it.
    Import,
    /// It points to the import of the default architecture.
    Pointer,
}

impl Nodes {
    /// Whether nodes of this architecture run workloads.
    #[must_use]
    pub fn run(&self, arch: &str) -> Tri {
        let holds = |set: &BTreeSet<Arch>| set.iter().any(|a| a.as_str() == arch);
        if holds(&self.workloads) {
            Tri::Yes
        } else if self.complete && !holds(&self.possible) {
            Tri::No
        } else {
            Tri::Maybe
        }
    }

    /// The architecture that stands for all: the first of the control plane's, then of the workloads', that `has` says yes to. `None` where
    /// there is none or where more nodes may exist than are known.
    #[must_use]
    pub fn default_of(&self, has: &dyn Fn(&str) -> bool) -> Option<&Arch> {
        let known = self.complete && self.possible.is_empty();
        self.control_plane.iter().chain(&self.workloads).find(|a| known && has(a.as_str()))
    }
}

/// The data sources of the golden images in effect, with the feature `on`.
#[must_use]
pub fn data_sources(hco: &HyperConverged, images: &Images, on: Tri, nodes: &Nodes) -> Vec<DataSource> {
    let mut found = Vec::new();
    for (index, image) in images.list.iter().enumerate() {
        let Some(base) = image.data_source.as_deref().filter(|d| !d.is_empty() && !is_template(d)) else { continue };
        let namespace = namespace(hco, image);
        let mut add = |name: String, arch: Option<&str>, kind: Kind, certain: Tri| {
            // Pointers are made in the namespace of golden images, wherever the image itself goes.
            let namespace = if kind == Kind::Pointer { None } else { namespace.clone() };
            found.push(DataSource { name, namespace, image: index, arch: arch.map(Arch::goarch), kind, certain });
        };
        if on != Tri::Yes {
            add(base.to_owned(), None, Kind::Import, !on);
        }
        if on == Tri::No {
            continue;
        }
        let listed: Vec<&str> = match &image.annotation {
            Annotation::Absent => {
                let name = default_name(base, nodes);
                add(name, None, Kind::Import, on);
                continue;
            }
            Annotation::Is(..) => SUPPORTED.into_iter().filter(|a| image.annotation.tokens().any(|t| t == *a)).collect(),
            Annotation::Unknown => SUPPORTED.to_vec(),
        };
        let sure = if image.annotation == Annotation::Unknown { Tri::Maybe } else { on };
        let mut any = Tri::No;
        for arch in listed {
            let runs = nodes.run(arch);
            any = any.or(runs);
            if runs != Tri::No {
                add(format!("{base}-{arch}"), Some(arch), Kind::Import, runs.and(sure));
            }
        }
        if any != Tri::No {
            add(base.to_owned(), None, Kind::Pointer, any.and(sure));
        }
    }
    found
}

/// The data source of an image without the annotation: its own, but the default architecture's where templates refer to it.
fn default_name(base: &str, nodes: &Nodes) -> String {
    match nodes.default_of(&|arch| has_template(base, arch)) {
        Some(arch) => format!("{base}-{arch}"),
        None => base.to_owned(),
    }
}

fn namespace(hco: &HyperConverged, image: &GoldenImage) -> Option<String> {
    let written = match &image.entry {
        Some(entry) => entry.node.find(&["metadata", "namespace"]).and_then(Node::text),
        None => hco.part(Part::CommonImagesNamespace).found().and_then(Node::text),
    };
    written.filter(|n| !n.is_empty()).map(str::to_owned)
}

/// The namespaces of golden images, upstream's and OpenShift Virtualization's.
const GOLDEN: [&str; 2] = ["kubevirt-os-images", "openshift-virtualization-os-images"];

fn same_namespace(own: Option<&str>, namespace: Option<&str>) -> bool {
    match (own, namespace) {
        (Some(own), Some(namespace)) => own == namespace,
        (None, Some(namespace)) => GOLDEN.contains(&namespace),
        (_, None) => false,
    }
}

/// Whether a data source may exist, and is in this namespace.
#[must_use]
pub fn is_there(source: &DataSource, namespace: Option<&str>) -> bool {
    source.certain != Tri::No && same_namespace(source.namespace.as_deref(), namespace)
}

/// Whether the data sources of an image are in this namespace.
#[must_use]
pub fn lives_in(hco: &HyperConverged, image: &GoldenImage, of: Option<&str>) -> bool {
    same_namespace(namespace(hco, image).as_deref(), of)
}

const TEMPLATES: &str = include_str!("tables/template-data-sources.tsv");

/// Whether SSP's own templates refer to a data source of this name for this architecture, so that SSP makes it in any case.
#[must_use]
pub fn has_template(data_source: &str, arch: &str) -> bool {
    let rows = TEMPLATES.lines().filter(|l| !l.starts_with('#')).filter_map(|l| l.split_once('\t'));
    rows.filter(|(name, _)| *name == data_source).any(|(_, list)| list.split(',').any(|a| a == arch))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Object;
    use crate::operator::catalogue::Catalogue;
    use crate::operator::images::in_effect;
    use crate::source::FileId;

    const SPEC: &str = "apiVersion: hco.kubevirt.io/v1\nkind: HyperConverged\nspec:\n  workloadSources:\n    commonBootImageNamespace: images\n    \
        dataImportCronTemplates:\n    - metadata: {name: own, annotations: {ssp.kubevirt.io/dict.architectures: 'amd64,arm64,ppc64le'}}\n      \
        spec: {managedDataSource: own}\n    - metadata: {name: plain, namespace: elsewhere}\n      spec: {managedDataSource: plain}\n    \
        - metadata: {name: rhel}\n      spec: {managedDataSource: rhel9}\n";

    fn names(on: Tri, nodes: &Nodes) -> Vec<(String, Option<String>, Tri)> {
        let parsed = crate::yaml::parse(FileId(0), SPEC);
        let hco = HyperConverged::read(&Object::read(&parsed.documents[0].root).expect("an object")).expect("a HyperConverged");
        let images = in_effect(&hco, Catalogue::upstream(), on);
        data_sources(&hco, &images, on, nodes).into_iter().map(|d| (d.name, d.namespace, d.certain)).collect()
    }

    fn nodes(workloads: &[&str], control_plane: &[&str], complete: bool) -> Nodes {
        let set = |list: &[&str]| list.iter().map(|a| Arch::goarch(a)).collect();
        Nodes { workloads: set(workloads), possible: BTreeSet::new(), control_plane: set(control_plane), complete }
    }

    fn own(name: &str) -> (String, Option<String>, Tri) {
        (name.to_owned(), None, Tri::Yes)
    }

    #[test]
    fn off() {
        let images = Some("images".to_owned());
        let common = |name: &str| (name.to_owned(), images.clone(), Tri::Yes);
        let rest = [own("own"), ("plain".to_owned(), Some("elsewhere".to_owned()), Tri::Yes), own("rhel9")];
        let want: Vec<_> = ["centos-stream10", "centos-stream9", "fedora"].map(common).into_iter().chain(rest).collect();
        assert_eq!(names(Tri::No, &nodes(&["amd64"], &[], true)), want);
    }

    #[test]
    fn on() {
        let all = names(Tri::Yes, &nodes(&["amd64", "arm64"], &["arm64"], true));
        let of = |prefix: &str| all.iter().filter(|d| d.0.starts_with(prefix)).cloned().collect::<Vec<_>>();
        assert_eq!(of("own"), [own("own-amd64"), own("own-arm64"), own("own")]);
        assert_eq!(of("plain"), [("plain".to_owned(), Some("elsewhere".to_owned()), Tri::Yes)]);
        // A data source of the templates, without the annotation: the default architecture's.
        assert_eq!(of("rhel9"), [own("rhel9-arm64")]);
        assert_eq!(of("fedora-"), ["fedora-amd64", "fedora-arm64"].map(|n| (n.to_owned(), Some("images".to_owned()), Tri::Yes)));
        assert_eq!(of("fedora").last(), Some(&own("fedora")));
    }

    #[test]
    fn nodes_that_are_not_all_known() {
        let all = names(Tri::Yes, &nodes(&["amd64"], &[], false));
        assert!(all.contains(&own("own-amd64")));
        assert!(all.contains(&("own-arm64".to_owned(), None, Tri::Maybe)));
        assert!(!all.iter().any(|d| d.0 == "own-ppc64le"));
        assert!(all.contains(&own("rhel9")), "no default is certain");
    }
}
