//! A comment that looks like a suppression and is none. The run reports it where it reads.

use super::Check;

pub(super) const CHECK: Check = Check::Run;
