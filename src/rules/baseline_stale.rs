//! A baseline entry whose finding is gone. The run reports it where it compares.

use super::Check;

pub(super) const CHECK: Check = Check::Run;
