//! Files that mean something by their name alone, whatever they hold.

/// Names of kustomization files, exactly one of which a directory may have.
pub const KUSTOMIZATIONS: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];
/// Name of the file that makes a directory a Helm chart.
pub const CHART: &str = "Chart.yaml";
/// Names of the file that makes a directory a bundle of Rancher Fleet.
pub const BUNDLES: [&str; 2] = ["fleet.yaml", "fleet.yml"];
/// Names of the file that lists an appliance's nodes.
const NODES: [&str; 2] = ["nodes-config.yaml", "nodes-config.yml"];

/// Whether a file of this name is read for its name.
pub(super) fn is_known(name: &str) -> bool {
    name == CHART || KUSTOMIZATIONS.contains(&name) || BUNDLES.contains(&name) || NODES.contains(&name)
}
