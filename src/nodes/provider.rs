//! The provider's part of an OpenShift machine: which field names the hardware, cloud by cloud.

use super::arch::Arch;
use super::evidence::Evidence;
use super::instance_type::{Classification, Cloud, classify};
use super::pool::{Basis, Labels};
use super::read::{self, Field};
use crate::yaml::Node;

/// Why a cloud's machines without an instance type are silent: the webhook that fills it in goes by the control plane.
pub(super) const BY_CONTROL_PLANE: &str = "no instance type is written, and the default depends on the control plane";

/// Who makes the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Provider {
    Cloud(Cloud),
    /// IBM Power hardware, whatever its name.
    PowerVs,
    /// Nothing in the manifest tells the architecture (vSphere, OpenStack, Nutanix, bare metal, libvirt, oVirt, KubeVirt).
    Silent,
    /// No kind this program knows.
    Unknown,
}

/// Reads `providerSpec.value`.
pub(super) fn read(value: &Node, evidence: &mut Evidence, labels: &mut Labels) {
    let kind = read::field(value, &["kind"]);
    let provider = match &kind {
        Field::Text(kind, _) => of_kind(kind),
        // Hand-written manifests often leave the kind out; the machine controllers know their own platform.
        _ => of_fields(value),
    };
    match provider {
        Provider::Cloud(cloud) => hardware(cloud, value, evidence, labels),
        Provider::PowerVs => {
            let field = read::field(value, &["systemType"]);
            let (detail, span) = field.known().map_or(("PowerVS", value.span()), |(text, span)| (text, span));
            evidence.fact(Arch::PPC64LE, Basis::Platform, detail, span);
        }
        Provider::Silent => evidence.silence = Some("machines of this provider name no architecture"),
        Provider::Unknown => {
            if let Field::Text(kind, _) = kind {
                evidence.unclear(format!("{kind} is a machine provider this program does not know"));
            }
        }
    }
}

fn of_kind(kind: &str) -> Provider {
    match kind {
        "AWSMachineProviderConfig" => Provider::Cloud(Cloud::Aws),
        "AzureMachineProviderSpec" => Provider::Cloud(Cloud::Azure),
        "GCPMachineProviderSpec" => Provider::Cloud(Cloud::Gcp),
        "IBMCloudMachineProviderSpec" => Provider::Cloud(Cloud::IbmVpc),
        "AlibabaCloudMachineProviderConfig" => Provider::Cloud(Cloud::Alibaba),
        "PowerVSMachineProviderConfig" => Provider::PowerVs,
        "VSphereMachineProviderSpec"
        | "OpenstackProviderSpec"
        | "NutanixMachineProviderConfig"
        | "BareMetalMachineProviderSpec"
        | "LibvirtMachineProviderConfig"
        | "OvirtMachineProviderSpec"
        | "KubevirtMachineProviderSpec" => Provider::Silent,
        _ => Provider::Unknown,
    }
}

/// The provider by the field that only it has. `instanceType` is everybody's word, so it must name an EC2 or Alibaba type.
fn of_fields(value: &Node) -> Provider {
    let has = |key: &str| !matches!(read::field(value, &[key]), Field::Absent);
    if has("vmSize") {
        return Provider::Cloud(Cloud::Azure);
    }
    if has("machineType") {
        return Provider::Cloud(Cloud::Gcp);
    }
    if has("profile") {
        return Provider::Cloud(Cloud::IbmVpc);
    }
    if has("systemType") {
        return Provider::PowerVs;
    }
    match read::field(value, &["instanceType"]) {
        Field::Text(text, _) if classify(Cloud::Alibaba, text) != Classification::Unknown => Provider::Cloud(Cloud::Alibaba),
        Field::Text(..) | Field::Unreadable(_) => Provider::Cloud(Cloud::Aws),
        Field::Absent => Provider::Silent,
    }
}

fn hardware(cloud: Cloud, value: &Node, evidence: &mut Evidence, labels: &mut Labels) {
    let at = |path: &[&str]| read::field(value, path);
    let field = match cloud {
        Cloud::Azure => at(&["vmSize"]),
        Cloud::Gcp => at(&["machineType"]),
        Cloud::IbmVpc => at(&["profile"]),
        _ => at(&["instanceType"]),
    };
    evidence.hardware(cloud, &field);
    evidence.silence = Some(BY_CONTROL_PLANE);
    if cloud == Cloud::Azure && matches!(field, Field::Absent) {
        // Confidential virtual machines exist on x86 only, and the webhook refuses them elsewhere.
        if let Field::Text(text @ "ConfidentialVM", span) = at(&["securityProfile", "settings", "securityType"]) {
            evidence.fact(Arch::AMD64, Basis::Platform, text, span);
        }
    }
    let (region, zone) = match cloud {
        Cloud::Aws => (at(&["placement", "region"]), at(&["placement", "availabilityZone"])),
        Cloud::Azure => (at(&["location"]), Field::Absent), // the label is made of location and zone
        Cloud::Alibaba => (at(&["regionID"]), at(&["zoneID"])),
        _ => (at(&["region"]), at(&["zone"])),
    };
    labels.cloud(&field, region.text(), zone.text());
}
