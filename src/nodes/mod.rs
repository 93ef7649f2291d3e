//! What declares nodes: every kind that says something about a cluster's machines, read into pools with evidence.

pub mod arch;
pub mod instance_type;
pub mod pool;
