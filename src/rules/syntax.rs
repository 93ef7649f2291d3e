//! A file that should be a manifest is no YAML. The run reports it where it reads.

use super::Check;

pub(super) const CHECK: Check = Check::Run;
