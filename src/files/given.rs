//! Texts that somebody gives in the place of what files hold: what an editor has not saved yet, what a fix has made, what a revision held.

use super::ignored::Ignores;
use super::names::is_known;
use super::needles;
use super::walk::{Found, Walk, Walked, wanted};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

impl Walk {
    /// Puts texts, by absolute path, in the place of what files hold. A file that is not there yet is taken as if it were; one that the walk
    /// left out for anything but its name stays out.
    pub fn replace(&self, walked: &mut Walked, texts: &BTreeMap<PathBuf, String>, linted: &[PathBuf]) {
        if texts.is_empty() {
            return;
        }
        let Walked { found, excluding, .. } = walked;
        let mut ignores = Ignores::new(&self.boundary);
        // A part of the repository is listed twice: as what is linted, and with all the rest.
        let mut places: BTreeMap<Arc<str>, Vec<&mut Found>> = BTreeMap::new();
        for file in found.iter_mut() {
            places.entry(Arc::clone(&file.path)).or_default().push(file);
        }
        let mut more = Vec::new();
        for (absolute, text) in texts {
            let Some((path, at)) = self.place(absolute) else { continue };
            let name = super::path::name(&path);
            let matters = is_known(name) || needles::occur(text.as_bytes());
            let content = Some(Ok(text.clone()));
            if let Some(files) = places.get_mut(path.as_str()) {
                for file in files {
                    file.relevant = file.linted && (file.explicit || matters);
                    file.text.clone_from(&content);
                }
                continue;
            }
            let there = absolute.exists();
            if there == wanted(name.as_bytes()) {
                continue;
            }
            let mut asked = !there && linted.iter().any(|l| absolute.starts_with(l)) && !(self.honour_ignore && ignores.leave_out(&path));
            if asked && !self.exclude.is_empty() {
                let hits = self.exclude.matches(&path);
                asked = hits.is_empty();
                excluding.extend(hits);
            }
            more.push(Found { path: path.into(), at, relevant: asked && matters, explicit: false, linted: asked, text: content });
        }
        more.into_iter().for_each(|file| found.push(file));
    }
}
