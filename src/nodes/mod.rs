//! What declares nodes: every kind that says something about a cluster's machines, read into pools with evidence.

pub mod pool;
