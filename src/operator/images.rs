//! The golden images in effect: the operator's merge of its own images with the resource's, and what it makes of their architectures.
//!
//! Follows the operator's `controllers/handlers/golden-images/golden_images.go`.

use super::Tri;
use super::catalogue::{Catalogue, CommonImage};
use super::hyperconverged::{ARCHITECTURES, HyperConverged, Image, Text};
use crate::source::Span;
use crate::yaml::{Lookup, Node};

/// One golden image in effect.
#[derive(Clone, Debug)]
pub struct GoldenImage {
    /// Name of its DataImportCronTemplate.
    pub name: String,
    /// One of the operator's own, customised or not.
    pub common: bool,
    /// Its entry in the resource, if it has one.
    pub entry: Option<Image>,
    /// The data source it manages, if it can be read.
    pub data_source: Option<String>,
    /// The architectures annotation after the merge.
    pub annotation: Annotation,
    /// Whether the entry changes a common image's registry, by which the annotation of the common image is lost.
    pub registry_modified: Tri,
}

/// The merged architectures annotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Annotation {
    /// There is none.
    Absent,
    /// This text, and where the resource writes it (nowhere, if it is the common image's).
    Is(String, Option<Span>),
    /// It cannot be told.
    Unknown,
}

impl Annotation {
    /// The tokens as the operator splits them: at commas, without trimming.
    pub fn tokens(&self) -> impl Iterator<Item = &str> {
        let text = match self {
            Annotation::Is(text, _) => Some(text.as_str()),
            Annotation::Absent | Annotation::Unknown => None,
        };
        text.into_iter().flat_map(|t| t.split(','))
    }
}

impl GoldenImage {
    /// The architectures annotation as the resource itself writes it, where that is what counts.
    #[must_use]
    pub fn written(&self) -> Option<(&str, &Node)> {
        let Annotation::Is(_, Some(_)) = self.annotation else { return None };
        match self.entry.as_ref()?.annotation(ARCHITECTURES) {
            Text::Is(text, node) => Some((text, node)),
            Text::Absent | Text::Unknown => None,
        }
    }
}

/// The images in effect.
#[derive(Clone, Debug, Default)]
pub struct Images {
    /// By name.
    pub list: Vec<GoldenImage>,
    /// Whether the list is exactly this; otherwise some entry may or may not be in effect, or the catalogue is not published.
    pub certain: bool,
    /// Enabled entries that carry a common image's name while common images are off: neither common nor custom, they are dropped.
    pub dropped: Vec<Image>,
}

impl Images {
    /// Whether at least one image is in effect.
    #[must_use]
    pub fn any(&self) -> Tri {
        if !self.list.is_empty() {
            Tri::Yes
        } else if self.certain {
            Tri::No
        } else {
            Tri::Maybe
        }
    }
}

/// The images in effect for a resource.
#[must_use]
pub fn in_effect(hco: &HyperConverged, catalogue: &Catalogue, feature_on: Tri) -> Images {
    let mut images = Images { certain: catalogue.certain && hco.images_known(), ..Images::default() };
    let entries = hco.images();
    let (common_on, _) = hco.common_images();
    images.certain &= common_on != Tri::Maybe;

    for common in &catalogue.images {
        let entry = entries.iter().find(|e| e.name() == common.name);
        let enabled = entry.map_or(Tri::Yes, Image::enabled);
        match (common_on, enabled) {
            (Tri::Yes, Tri::Yes) if entry.is_some() || hco.images_known() => images.list.push(common_image(common, entry, feature_on)),
            // A list that cannot be read may customise the image; that it drops every one of them is not to be feared.
            (Tri::Yes, Tri::Yes) => images.list.push(GoldenImage { annotation: Annotation::Unknown, ..common_image(common, None, feature_on) }),
            (Tri::No, Tri::Yes) => images.dropped.extend(entry.cloned()),
            (Tri::No, _) | (_, Tri::No) => {}
            _ => images.certain = false,
        }
    }
    for entry in entries.iter().filter(|e| catalogue.get(e.name()).is_none()) {
        match entry.enabled() {
            Tri::Yes => images.list.push(custom_image(entry)),
            Tri::Maybe => images.certain = false,
            Tri::No => {}
        }
    }
    images.list.sort_by(|a, b| a.name.cmp(&b.name));
    images
}

fn custom_image(entry: &Image) -> GoldenImage {
    GoldenImage {
        name: entry.name().to_owned(),
        common: false,
        entry: Some(entry.clone()),
        data_source: entry.data_source().map(str::to_owned),
        annotation: own_annotation(entry),
        registry_modified: Tri::No,
    }
}

fn own_annotation(entry: &Image) -> Annotation {
    match entry.annotation(ARCHITECTURES) {
        Text::Absent => Annotation::Absent,
        Text::Unknown => Annotation::Unknown,
        Text::Is(text, node) => Annotation::Is(text.to_owned(), Some(node.span())),
    }
}

fn common_image(common: &CommonImage, entry: Option<&Image>, feature_on: Tri) -> GoldenImage {
    let inherited = || common.architectures.clone().map_or(Annotation::Unknown, |a| Annotation::Is(a, None));
    let Some(entry) = entry else {
        return GoldenImage {
            name: common.name.clone(),
            common: true,
            entry: None,
            data_source: Some(common.data_source.clone()),
            annotation: inherited(),
            registry_modified: Tri::No,
        };
    };
    let modified = registry_modified(common, entry);
    let own = own_annotation(entry);
    let annotation = match (feature_on, modified) {
        // The common annotation wins over the entry's own.
        (Tri::Yes, Tri::No) => inherited(),
        // Another registry: only the entry's own annotation counts.
        (Tri::Yes, Tri::Yes) => own,
        // A plain merge of annotations.
        (Tri::No, _) => {
            if own == Annotation::Absent {
                inherited()
            } else {
                own
            }
        }
        _ => Annotation::Unknown,
    };
    GoldenImage {
        name: common.name.clone(),
        common: true,
        entry: Some(entry.clone()),
        data_source: entry.data_source().map(str::to_owned),
        annotation,
        registry_modified: modified,
    }
}

/// Whether the entry names a registry that is not deeply equal to the common image's. An entry with another kind of source does not.
fn registry_modified(common: &CommonImage, entry: &Image) -> Tri {
    let registry = match entry.node.at(&["spec", "template", "spec", "source", "registry"]) {
        Lookup::Absent => return Tri::No,
        Lookup::Unknown(_) => return Tri::Maybe,
        Lookup::Found(registry) => registry,
    };
    // The fields of the API type; the API server prunes any other key before the operator compares.
    let others = ["imageStream", "pullMethod", "secretRef", "certConfigMap", "platform"];
    if others.iter().any(|key| registry.get(key).non_null().found().is_some()) {
        // Upstream's common images have none of these; what a vendor's have is not published.
        return Tri::from(common.url.is_some()).or(Tri::Maybe);
    }
    match (&common.url, registry.get("url").non_null()) {
        (None, _) | (_, Lookup::Unknown(_)) => Tri::Maybe,
        (Some(_), Lookup::Absent) => Tri::Yes,
        (Some(url), Lookup::Found(node)) => match node.text() {
            Some(text) if crate::manifest::template::is_template(text) => Tri::Maybe,
            text => Tri::from(text != Some(url)),
        },
    }
}

/// Whether an image whose source is missing would crash the operator's merge: an enabled entry of a common image with a `spec` but no
/// `spec.template.spec.source`.
#[must_use]
pub fn lacks_source(entry: &Image) -> Tri {
    match entry.node.at(&["spec"]) {
        Lookup::Absent => Tri::No,
        Lookup::Unknown(_) => Tri::Maybe,
        Lookup::Found(_) => match entry.node.at(&["spec", "template", "spec", "source"]) {
            Lookup::Absent => Tri::Yes,
            Lookup::Unknown(_) => Tri::Maybe,
            Lookup::Found(node) => Tri::from(node.as_mapping().is_none() && Node::is_null(node)),
        },
    }
}
