//! A pool of an architecture that the cluster's release payload does not have.

use super::{Check, pool_problems};
use crate::nodes::pool::ProblemKind;

pub(super) const CHECK: Check = Check::Cluster(|cluster, findings| {
    let help = "move the cluster to a multi-architecture payload (the release image ends in `-multi`), or make the pool of the payload's architecture";
    pool_problems::each(cluster, ProblemKind::SingleArchPayload, help, findings);
});
