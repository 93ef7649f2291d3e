//! Edits carried out, and the fixes of a run that can be carried out together.

use crate::finding::{Edit, Finding, Fix};
use crate::source::FileId;
use std::borrow::Borrow;
use std::collections::BTreeSet;

/// A text after edits, which are in the order of their places; `None` when they overlap or lie outside it.
#[must_use]
pub fn apply(text: &str, edits: &[impl Borrow<Edit>]) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for edit in edits {
        let edit = edit.borrow();
        out.push_str(text.get(done..edit.span.start as usize)?);
        out.push_str(&edit.text);
        done = edit.span.end as usize;
    }
    out.push_str(text.get(done..)?);
    Some(out)
}

/// The fixes to carry out in one go.
#[derive(Debug, Default)]
pub struct Chosen<'a> {
    /// The findings they are of, by their number, and the fix.
    pub fixes: Vec<(usize, &'a Fix)>,
    /// The files they touch.
    pub files: BTreeSet<FileId>,
}

impl<'a> Chosen<'a> {
    /// The edits of one file, in the order of their places.
    #[must_use]
    pub fn edits(&self, file: FileId) -> Vec<&'a Edit> {
        let mut edits: Vec<&Edit> = self.fixes.iter().flat_map(|(_, f)| &f.edits).filter(|e| e.span.file == file).collect();
        edits.sort_by_key(|e| (e.span.start, e.span.end));
        // Several findings may want the same.
        edits.dedup();
        edits
    }
}

/// For each finding its best fix that is wanted (`wanted` is asked with the finding's number), as long as no two come near each other; what is left out now can be chosen next time.
#[must_use]
pub fn choose<'a>(findings: &'a [Finding], wanted: &dyn Fn(usize, &Fix) -> bool) -> Chosen<'a> {
    let mut chosen = Chosen::default();
    let mut taken: Vec<&Edit> = Vec::new();
    for (number, finding) in findings.iter().enumerate() {
        let best = finding.fixes.iter().find(|f| f.safe && wanted(number, f)).or_else(|| finding.fixes.iter().find(|f| wanted(number, f)));
        let Some(fix) = best else { continue };
        let same = chosen.fixes.iter().any(|(_, other)| other.edits == fix.edits);
        let near = |a: &Edit, b: &Edit| a.span.file == b.span.file && a.span.start <= b.span.end && b.span.start <= a.span.end;
        if !same && fix.edits.iter().any(|e| taken.iter().any(|t| near(t, e))) {
            continue;
        }
        taken.extend(&fix.edits);
        chosen.files.extend(fix.edits.iter().map(|e| e.span.file));
        chosen.fixes.push((number, fix));
    }
    chosen
}
