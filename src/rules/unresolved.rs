//! Something that was not seen, and what that hides. The run reports it where it reads.

use super::Check;

pub(super) const CHECK: Check = Check::Run;
