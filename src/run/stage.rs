//! What a run is at, for whoever waits for it.

use std::sync::{Arc, Mutex, PoisonError};

/// Where a run stands; shared by its clones.
#[derive(Clone, Debug, Default)]
pub struct Stage(Arc<Mutex<&'static str>>);

impl Stage {
    /// Says what comes next: *reading files*.
    pub fn set(&self, name: &'static str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = name;
    }

    /// What it is at.
    #[must_use]
    pub fn name(&self) -> &'static str {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
