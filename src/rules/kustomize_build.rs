//! A kustomization that `kustomize build` refuses, or a part of it that does nothing. The run reports it where it builds.

use super::Check;

pub(super) const CHECK: Check = Check::Run;
