//! Install configurations that lie in a Secret or ConfigMap, as hubs keep them and as Kustomize generates them.

use super::{Reading, World, install};
use crate::manifest::secret::decoded;
use crate::yaml::parse_value;

const KEY: &str = "install-config.yaml";

pub(super) fn read(world: &World<'_>, reading: &mut Reading) {
    for object in world.all("", "Secret").iter().chain(world.all("", "ConfigMap")) {
        let plain = |map: &str| object.root.find(&[map, KEY]).map(|value| parse_value(value).documents);
        // The API server lets `stringData` win.
        let documents = match object.kind.as_str() {
            "Secret" => plain("stringData").or_else(|| object.root.find(&["data", KEY]).and_then(decoded).map(|text| parse_value(&text).documents)),
            _ => plain("data"),
        };
        for document in documents.unwrap_or_default().iter().filter(|document| install::is_install_config(&document.root)) {
            install::install_config(&document.root, reading);
        }
    }
}
