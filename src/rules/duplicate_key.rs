//! One key twice in a map. The run reports it where it reads.

use super::Check;

pub(super) const CHECK: Check = Check::Run;
