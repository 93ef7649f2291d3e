//! The way down to a kustomization, by which cycles are found.

use super::path;

/// The directories whose kustomizations are being accumulated, innermost first.
pub(super) struct Chain<'c> {
    pub(super) dir: &'c str,
    pub(super) parent: Option<&'c Chain<'c>>,
    pub(super) depth: usize,
}

impl Chain<'_> {
    /// Whether a directory is, or contains, one of them (`errIfArgEqualOrHigher`).
    pub(super) fn is_in_or_above(&self, dir: &str) -> bool {
        let mut here = Some(self);
        while let Some(link) = here {
            if link.depth > 0 && path::within(dir, link.dir) {
                return true;
            }
            here = link.parent;
        }
        false
    }
}
