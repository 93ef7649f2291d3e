//! Kubernetes objects: what a document says it is, and the objects that wrappers carry.

mod object;
pub mod secret;
pub mod template;

pub use object::{Object, objects};
