//! Findings that somebody has seen and does not want to see again: comments in manifests and `ignore` entries of the configuration.
//!
//! Only the place a finding points at counts, not the evidence it cites: a finding may be true of several clusters and rest on several
//! nodes, and a comment beside one of them says nothing of the others. A comment therefore stands where the report points.

mod comments;
mod cover;
mod directive;
mod entries;

pub use comments::{Comments, Text, mentions};
pub use entries::{Entries, Seen, today};
