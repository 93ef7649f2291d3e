//! Comments: where they stand and what they say.

use crate::source::Span;

/// One `# …` comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comment {
    /// From the `#` to the end of the line, without the line break.
    pub span: Span,
    /// Nothing but space stands before it on its line.
    pub own_line: bool,
}
