//! A pool whose nodes never boot: the image is for another architecture than the machine.

use super::{Check, pool_problems};
use crate::nodes::pool::ProblemKind;

pub(super) const CHECK: Check = Check::Cluster(|cluster, findings| {
    let help = "let `spec.arch` and the machine agree; the controller chooses the image by `spec.arch` alone, and amd64 where it is not written";
    pool_problems::each(cluster, ProblemKind::CannotBoot, help, findings);
});
