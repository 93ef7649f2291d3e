//! A suppression of a rule that does not exist. The run reports it where it reads.

use super::Check;

pub(super) const CHECK: Check = Check::Run;
