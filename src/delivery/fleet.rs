//! Rancher Fleet's bundles: recognised, not evaluated. What a bundle customizes for its targets is different from cluster to cluster, so
//! nothing that its files say of a HyperConverged is certain, and its overlays are no manifests of their own.

use super::render::Rendered;
use crate::files::{BUNDLES, Workspace, parent};
use crate::outcome::Unresolved;
use crate::source::Span;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The directories of bundles that customize their targets, with the place that says so.
pub(super) struct Bundles(BTreeMap<String, Span>);

impl Bundles {
    pub(super) fn new(workspace: &Workspace) -> Self {
        let files = workspace.named(&BUNDLES).filter(|(_, f)| f.linted);
        let customized = files.filter_map(|(id, file)| {
            let root = &workspace.parsed(id).documents.first()?.root;
            let entry = root.entry_at(&["targetCustomizations"]).filter(|_| !root.items_at(&["targetCustomizations"]).is_empty())?;
            Some((parent(&file.path).to_owned(), entry.key.span()))
        });
        Self(customized.collect())
    }

    /// The innermost bundle that a file is part of.
    fn of(&self, path: &str) -> Option<(&str, Span)> {
        let mut directory = parent(path);
        loop {
            if let Some((directory, span)) = self.0.get_key_value(directory) {
                return Some((directory, *span));
            }
            if directory.is_empty() {
                return None;
            }
            directory = parent(directory);
        }
    }

    /// Whether a file lies in a bundle's `overlays`, whose files replace or patch others.
    pub(super) fn is_overlay(&self, path: &str) -> bool {
        let inside = |directory: &str| path.strip_prefix(directory).map(|p| p.trim_start_matches('/').starts_with("overlays/"));
        self.of(path).and_then(|(directory, _)| inside(directory)).unwrap_or(false)
    }

    /// What a file or build of a bundle yields, with what may be customized no more than possible.
    pub(super) fn softened(&self, path: &str, rendered: Arc<Rendered>) -> Arc<Rendered> {
        let Some((_, span)) = self.of(path).filter(|_| rendered.objects.iter().any(|o| o.kind == "HyperConverged")) else { return rendered };
        let mut softened = (*rendered).clone();
        let (guesses, sure) = rendered.objects.iter().cloned().partition(|o| o.kind == "HyperConverged");
        softened.guesses = Arc::new(guesses);
        softened.objects = Arc::new(sure);
        softened.incomplete = true;
        let reason = "Fleet's target customizations are not evaluated; render the bundle and lint the result".to_owned();
        softened.unresolved.push(Unresolved { reason, span });
        Arc::new(softened)
    }
}
