//! Files that options and the configuration name, wherever they lie.

use super::{RunError, Settings};
use crate::config::{Config, ConfigError};
use crate::source::Span;
use std::path::{Path, PathBuf};

/// One of them.
#[derive(Clone, Debug)]
pub(super) struct Named {
    /// Its path.
    pub(super) path: PathBuf,
    /// Its path as it was written.
    written: String,
    /// Where the configuration names it, if an option does not.
    at: Option<Span>,
}

impl Named {
    fn by_option(settings: &Settings, path: &Path) -> Self {
        Self { path: settings.directory.join(path), written: path.display().to_string(), at: None }
    }

    fn by_configuration(directory: &Path, (path, span): &(String, Span)) -> Self {
        Self { path: directory.join(path), written: format!("`{path}`"), at: Some(*span) }
    }

    /// Why there is no run when it cannot be had.
    pub(super) fn refused(&self, why: &str, misconfigured: impl Fn(Vec<ConfigError>) -> RunError) -> RunError {
        let message = format!("{}: {why}", self.written);
        match self.at {
            Some(span) => misconfigured(vec![ConfigError { span, message }]),
            None => RunError::Usage(vec![message]),
        }
    }
}

/// The files with Nodes.
pub(super) fn nodes(settings: &Settings, config: &Config, directory: &Path) -> Vec<Named> {
    let given = settings.nodes.iter().map(|(_, path)| Named::by_option(settings, path));
    given.chain(config.clusters.iter().filter_map(|c| c.nodes.as_ref()).map(|entry| Named::by_configuration(directory, entry))).collect()
}

/// The baseline: the given one, else the configured one. One that is about to be written for the first time is not there.
pub(super) fn baseline(settings: &Settings, config: &Config, directory: &Path) -> Option<Named> {
    let given = settings.baseline.as_ref().map(|path| Named::by_option(settings, path));
    let configured = || config.baseline.as_ref().map(|entry| Named::by_configuration(directory, entry));
    let named = given.or_else(configured).filter(|_| !settings.no_baseline)?;
    let same = |other: &PathBuf| std::path::absolute(settings.directory.join(other)).ok() == std::path::absolute(&named.path).ok();
    (named.path.exists() || !settings.write_baseline.as_ref().is_some_and(same)).then_some(named)
}
