//! The one reader of YAML and JSON: text in, trees of nodes out, every node with the span it came from.
//!
//! This room knows no Kubernetes. It keeps what a linter needs and loaders throw away: spans, styles, comments, what an alias or
//! a merge key brought in, and which patch removed a key.

mod build;
mod comment;
mod cursor;
mod json;
mod keys;
mod lookup;
mod marks;
mod mend;
mod node;
mod overlay;
mod parse;
mod place;
mod quoted;
mod refusal;
mod scalar;
mod split;

pub use comment::Comment;
pub use lookup::Lookup;
pub use node::{Entry, Mapping, Node, Opaque, Removal, RemovedItem, Scalar, Sequence, Style, Value};
pub use overlay::Lists;
pub use parse::{Document, Parsed, Problem, ProblemKind, parse, parse_value, weigh};
pub use scalar::{Dialect, Typed, UNTYPED};
