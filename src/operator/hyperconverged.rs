//! The HyperConverged resource, read the same way in both API versions.

use super::Tri;
use super::placement::Placement;
use crate::manifest::{Object, template, template::is_template};
use crate::source::{FileId, Span};
use crate::yaml::{Entry, Lookup, Node};

/// API group of the resource.
pub const GROUP: &str = "hco.kubevirt.io";
/// Its kind.
pub const KIND: &str = "HyperConverged";
/// The only name the operator acts on; the CRD's pattern demands that a name contains it.
pub const NAME: &str = "kubevirt-hyperconverged";
/// Annotation that lists the architectures an image has.
pub const ARCHITECTURES: &str = "ssp.kubevirt.io/dict.architectures";
/// Annotation that disables an image.
pub const ENABLE: &str = "dataimportcrontemplate.kubevirt.io/enable";
/// The gate's and the field's name.
pub const FEATURE: &str = "enableMultiArchBootImageImport";

/// The API versions. What differs between them is where fields live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Api {
    /// `hco.kubevirt.io/v1beta1`
    V1beta1,
    /// `hco.kubevirt.io/v1`
    V1,
}

/// A part of the resource whose path depends on the API version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The list of DataImportCronTemplates.
    Images,
    /// The switch of the common images (default on).
    CommonImages,
    /// The namespace for unmodified common images.
    CommonImagesNamespace,
    /// Placement of workloads.
    Workloads,
    /// Placement of infrastructure.
    Infra,
}

impl Api {
    /// The path of a part below the root.
    #[must_use]
    pub fn path(self, part: Part) -> &'static [&'static str] {
        match (self, part) {
            (Api::V1beta1, Part::Images) => &["spec", "dataImportCronTemplates"],
            (Api::V1beta1, Part::CommonImages) => &["spec", "enableCommonBootImageImport"],
            (Api::V1beta1, Part::CommonImagesNamespace) => &["spec", "commonBootImageNamespace"],
            (Api::V1beta1, Part::Workloads) => &["spec", "workloads", "nodePlacement"],
            (Api::V1beta1, Part::Infra) => &["spec", "infra", "nodePlacement"],
            (Api::V1, Part::Images) => &["spec", "workloadSources", "dataImportCronTemplates"],
            (Api::V1, Part::CommonImages) => &["spec", "workloadSources", "enableCommonBootImageImport"],
            (Api::V1, Part::CommonImagesNamespace) => &["spec", "workloadSources", "commonBootImageNamespace"],
            (Api::V1, Part::Workloads) => &["spec", "deployment", "nodePlacements", "workload"],
            (Api::V1, Part::Infra) => &["spec", "deployment", "nodePlacements", "infra"],
        }
    }
}

/// One HyperConverged.
#[derive(Clone, Debug)]
pub struct HyperConverged {
    /// The object.
    pub object: Object,
    /// Its API version; an unknown one is read as v1, the newest.
    pub api: Api,
}

impl HyperConverged {
    /// The resource an object is, if it is one.
    #[must_use]
    pub fn read(object: &Object) -> Option<Self> {
        if !object.is(GROUP, KIND) {
            return None;
        }
        let api = if object.version == "v1beta1" { Api::V1beta1 } else { Api::V1 };
        Some(Self { object: object.clone(), api })
    }

    /// The whole tree.
    #[must_use]
    pub fn root(&self) -> &Node {
        &self.object.root
    }

    /// Whether several files make it: patches, which look for it by its name and namespace.
    #[must_use]
    pub fn is_patched(&self) -> bool {
        fn elsewhere(node: &Node, file: FileId) -> bool {
            let inside = node.entries_at(&[]).iter().map(|e| &e.value).chain(node.as_sequence().unwrap_or_default());
            node.span().file != file || inside.into_iter().any(|n| elsewhere(n, file))
        }
        elsewhere(self.root(), self.root().span().file)
    }

    /// A part, null counting as absent.
    #[must_use]
    pub fn part(&self, part: Part) -> Lookup<'_> {
        template::at(self.root(), self.api.path(part))
    }

    /// Placement of workloads or infrastructure.
    #[must_use]
    pub fn placement(&self, part: Part) -> Placement {
        Placement::read(self.part(part))
    }

    /// The entries of the list of DataImportCronTemplates, in order.
    #[must_use]
    pub fn images(&self) -> Vec<Image> {
        let items = self.part(Part::Images).found().and_then(Node::as_sequence).unwrap_or_default();
        items.iter().filter(|node| !template::is_expression(node)).map(|node| Image { node: node.clone() }).collect()
    }

    /// Whether the list of images can be read; the opposite is a list that is a template expression or holds one.
    #[must_use]
    pub fn images_known(&self) -> bool {
        match self.part(Part::Images) {
            Lookup::Unknown(_) => false,
            Lookup::Absent => true,
            Lookup::Found(node) => node.as_sequence().is_some_and(|items| items.iter().all(|i| i.as_mapping().is_some_and(|m| m.open.is_none()))),
        }
    }

    /// Whether the operator's own images are used: the switch, on when absent. With the node that decides, if one does.
    #[must_use]
    pub fn common_images(&self) -> (Tri, Option<&Node>) {
        boolean(self.part(Part::CommonImages), true)
    }

    /// The key and value that stand at a path, or the narrowest enclosing block that exists, down to the object's `kind`. This is where
    /// something that is missing belongs.
    #[must_use]
    pub fn nearest(&self, path: &[&str]) -> Span {
        for depth in (1..=path.len()).rev() {
            if let Some(entry) = self.root().entry_at(&path[..depth]) {
                return entry.key.span();
            }
        }
        self.root().entry_at(&["kind"]).map_or(self.root().span(), Entry::span)
    }
}

/// A boolean with a default: the answer, and the node that gives it.
#[must_use]
pub fn boolean(lookup: Lookup<'_>, default: bool) -> (Tri, Option<&Node>) {
    match lookup.non_null() {
        Lookup::Absent => (Tri::from(default), None),
        Lookup::Unknown(_) => (Tri::Maybe, None),
        Lookup::Found(node) => (node.as_bool().map_or(Tri::Maybe, Tri::from), Some(node)),
    }
}

/// The value that a word for yes or no plainly means.
#[must_use]
pub fn meant(value: &str) -> Option<&'static str> {
    match value.trim().to_lowercase().as_str() {
        "true" | "yes" | "on" | "enabled" => Some("true"),
        "false" | "no" | "off" | "disabled" => Some("false"),
        _ => None,
    }
}

/// One entry of the list of DataImportCronTemplates.
#[derive(Clone, Debug)]
pub struct Image {
    /// The entry.
    pub node: Node,
}

/// What an annotation says.
#[derive(Clone, Debug)]
pub enum Text<'a> {
    /// It is not there.
    Absent,
    /// This, written there.
    Is(&'a str, &'a Node),
    /// It cannot be read.
    Unknown,
}

impl Image {
    /// `metadata.name`; empty when there is none.
    #[must_use]
    pub fn name(&self) -> &str {
        self.node.find(&["metadata", "name"]).and_then(Node::text).unwrap_or_default()
    }

    /// Whether the name can be read.
    #[must_use]
    pub fn name_known(&self) -> bool {
        !matches!(template::at(&self.node, &["metadata", "name"]), Lookup::Unknown(_)) && !is_template(self.name())
    }

    /// The value of an annotation. The API server accepts strings alone; anything else is refused before the operator sees it.
    #[must_use]
    pub fn annotation(&self, key: &str) -> Text<'_> {
        match template::at(&self.node, &["metadata", "annotations", key]) {
            Lookup::Absent => Text::Absent,
            Lookup::Unknown(_) => Text::Unknown,
            Lookup::Found(node) => match node.text() {
                Some(text) if !is_template(text) => Text::Is(text, node),
                _ => Text::Unknown,
            },
        }
    }

    /// Whether the entry is enabled: no annotation, or one that is `true` in any case. Of one that admission refuses counts what it plainly
    /// means.
    #[must_use]
    pub fn enabled(&self) -> Tri {
        match self.annotation(ENABLE) {
            Text::Absent => Tri::Yes,
            Text::Unknown => Tri::Maybe,
            Text::Is(value, _) => Tri::from(meant(value) == Some("true")),
        }
    }

    /// The data source it manages.
    #[must_use]
    pub fn data_source(&self) -> Option<&str> {
        self.node.find(&["spec", "managedDataSource"]).and_then(Node::text)
    }

    /// Where to point when something of the entry is missing: the patch that took it away, else as [`Image::span`].
    #[must_use]
    pub fn lacking(&self, path: &[&str]) -> Span {
        self.node.removed_at(path).unwrap_or_else(|| self.span())
    }

    /// Where to point when the entry as a whole is meant: its name, else its first key.
    #[must_use]
    pub fn span(&self) -> Span {
        if let Some(entry) = self.node.entry_at(&["metadata", "name"]) {
            return entry.span();
        }
        self.node.as_mapping().and_then(|m| m.entries.first()).map_or(self.node.span(), |e| e.key.span())
    }
}
