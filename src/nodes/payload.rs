//! Release payloads: which architectures the nodes of a cluster can have at all.

use super::arch::Arch;
use super::pool::{Belonging, Fact};
use super::read::{self, Field};
use super::{Reading, World};
use crate::source::Span;

/// What a release image, or the name of an image set, is built for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// One architecture: every node has it.
    Single(Arch),
    /// Several: nodes may differ, which does not say that they do.
    Multi,
}

impl Payload {
    /// The only architecture it has.
    #[must_use]
    pub fn single(&self) -> Option<&Arch> {
        match self {
            Payload::Single(arch) => Some(arch),
            Payload::Multi => None,
        }
    }
}

/// A payload, the cluster that runs it, and where that is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterPayload {
    /// The cluster.
    pub belongs: Belonging,
    /// The payload.
    pub payload: Payload,
    /// The words that say it.
    pub detail: String,
    /// Where they stand.
    pub span: Span,
}

/// The payload a release image's tag names: `…:4.19.9-x86_64`, `…:4.19.9-multi`, `…-multi-aarch64` (still multi). A digest, an OKD tag or
/// any other ending says nothing.
#[must_use]
pub(super) fn of_image(image: &str) -> Option<Payload> {
    let image = image.trim();
    let at = image.rfind([':', '@'])?;
    let tag = image.get(at + 1..)?;
    if tag.contains('/') {
        return None; // the colon was a registry's port
    }
    let mut parts = tag.rsplit('-');
    let last = parts.next()?;
    if parts.clone().next().is_some_and(|before| before.eq_ignore_ascii_case("multi")) && arch_word(last).is_some() && parts.clone().count() > 1 {
        return Some(Payload::Multi);
    }
    parts.next().and_then(|_| word(last))
}

/// The payload an image set's name ends in: `img4.20.14-x86-64-appsub`, `img4.14.2-multi`, `openshift-v4.14.0-x86_64`.
#[must_use]
pub(super) fn of_image_set_name(name: &str) -> Option<Payload> {
    let name = name.trim().to_ascii_lowercase();
    let name = name.strip_suffix("-appsub").unwrap_or(&name);
    if name.ends_with("-x86-64") {
        return Some(Payload::Single(Arch::AMD64));
    }
    let (_, last) = name.rsplit_once('-')?;
    word(last)
}

fn arch_word(text: &str) -> Option<Arch> {
    match text.to_ascii_lowercase().as_str() {
        "x86_64" | "amd64" => Some(Arch::AMD64),
        "aarch64" | "arm64" => Some(Arch::ARM64),
        "s390x" => Some(Arch::S390X),
        "ppc64le" => Some(Arch::PPC64LE),
        _ => None,
    }
}

fn word(text: &str) -> Option<Payload> {
    if text.eq_ignore_ascii_case("multi") { Some(Payload::Multi) } else { arch_word(text).map(Payload::Single) }
}

/// The payload of a field that holds a release image.
pub(super) fn image_field(field: &Field<'_>) -> Option<(Payload, String, Span)> {
    let (text, span) = field.known()?;
    Some((of_image(text)?, text.trim().to_owned(), span))
}

/// The payload of a field that names a ClusterImageSet: its release image where the object is at hand, else what its name ends in.
pub(super) fn image_set_field(world: &World<'_>, field: &Field<'_>) -> Option<(Payload, String, Span)> {
    let (name, span) = field.known()?;
    let set = world.find("hive.openshift.io", "ClusterImageSet", None, name);
    let image = set.and_then(|set| image_field(&read::field(&set.root, &["spec", "releaseImage"])));
    image.or_else(|| Some((of_image_set_name(name)?, name.trim().to_owned(), span)))
}

impl Reading {
    /// Records the payload of a cluster, if it is known.
    pub(super) fn payload(&mut self, belongs: Belonging, found: Option<(Payload, String, Span)>) {
        if let Some((payload, detail, span)) = found {
            self.out.payloads.push(ClusterPayload { belongs, payload, detail, span });
        }
    }
}

/// `ClusterVersion`: the cluster's own payload. `architecture: Multi` and a tag's ending tell; that neither is written tells nothing.
pub(super) fn read(world: &World<'_>, reading: &mut Reading) {
    for version in world.all("config.openshift.io", "ClusterVersion") {
        let multi = [["spec", "desiredUpdate", "architecture"], ["status", "desired", "architecture"]].into_iter().find_map(|path| {
            let (text, span) = read::field(&version.root, &path).known()?;
            text.trim().eq_ignore_ascii_case("multi").then(|| (Payload::Multi, format!("architecture: {}", text.trim()), span))
        });
        // What is wanted comes before what is there: a linter judges what will be.
        let image = || {
            let paths = [["spec", "desiredUpdate", "image"], ["status", "desired", "image"]];
            paths.into_iter().find_map(|path| image_field(&read::field(&version.root, &path)))
        };
        reading.payload(Belonging::Applied, multi.or_else(image));
    }
}

impl ClusterPayload {
    /// Whether it is this cluster's.
    pub(super) fn is_of(&self, belongs: &Belonging) -> bool {
        self.belongs.is_also(belongs)
    }

    /// The fact it is for every pool, if it is one.
    pub(super) fn fact(&self) -> Option<Fact> {
        let arch = self.payload.single()?.clone();
        Some(Fact { arch, basis: super::pool::Basis::Payload, detail: self.detail.clone(), span: self.span })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_tells_by_its_ending() {
        let single = |arch: &Arch| Some(Payload::Single(arch.clone()));
        for (image, payload) in [
            ("quay.io/openshift-release-dev/ocp-release:4.19.9-x86_64", single(&Arch::AMD64)),
            ("quay.io/openshift-release-dev/ocp-release:4.19.9-aarch64", single(&Arch::ARM64)),
            ("registry.example.com:5000/ocp:4.19.9-arm64", single(&Arch::ARM64)),
            ("quay.io/openshift-release-dev/ocp-release:4.19.9-S390X", single(&Arch::S390X)),
            ("quay.io/openshift-release-dev/ocp-release:4.19.9-ppc64le", single(&Arch::PPC64LE)),
            ("quay.io/openshift-release-dev/ocp-release:4.19.9-multi", Some(Payload::Multi)),
            ("quay.io/openshift-release-dev/ocp-release:4.19.9-multi-aarch64", Some(Payload::Multi)),
            ("quay.io/openshift-release-dev/ocp-release:4.19.9", None),
            ("quay.io/openshift-release-dev/ocp-release-x86_64@sha256:0123", None),
            ("registry.example.com:5000/ocp-release-x86_64", None),
            ("quay.io/openshift/okd:4.15.0-0.okd-2024-03-10-010116", None),
            ("quay.io/okd/scos-release:4.19.0-okd-scos.1", None),
            ("{{ .Values.image }}", None),
        ] {
            assert_eq!(of_image(image), payload, "{image}");
        }
    }

    #[test]
    fn an_image_set_tells_by_its_name() {
        for (name, payload) in [
            ("img4.20.14-x86-64-appsub", Some(Payload::Single(Arch::AMD64))),
            ("openshift-v4.14.0-x86_64", Some(Payload::Single(Arch::AMD64))),
            ("img4.14.2-aarch64", Some(Payload::Single(Arch::ARM64))),
            ("img4.14.2-multi-appsub", Some(Payload::Multi)),
            ("img4.14.2", None),
            ("openshift-4-14", None),
        ] {
            assert_eq!(of_image_set_name(name), payload, "{name}");
        }
    }
}
