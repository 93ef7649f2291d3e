//! `hco-lint` reads a GitOps repository and says which clusters will have nodes of several CPU architectures and what their KubeVirt
//! HyperConverged configuration gets wrong about it.
//!
//! One way through: `files` (bytes) → `yaml` (spanned trees) → `manifest` (Kubernetes objects) → `delivery` (what each cluster is
//! given) → `nodes` and `operator` (what declares nodes, what the operator would compute) → `cluster` (one cluster with both) →
//! `rules` (what is wrong) → `report` (what people and machines read). Nothing reaches back.

pub mod baseline;
pub mod cli;
pub mod cluster;
pub mod config;
pub mod delivery;
pub mod files;
pub mod finding;
pub mod fix;
pub mod git;
pub mod lsp;
pub mod manifest;
pub mod membership;
pub mod nodes;
pub mod operator;
pub mod outcome;
pub mod report;
pub mod rules;
pub mod run;
pub mod source;
pub mod suppress;
pub mod text;
pub mod yaml;
