//! What a patch makes of one object, and how kustomize writes the two anew for it.

use super::edit;
use super::id::text_at;
use super::merge::{Kind, Merge, Misfit};
use super::metadata::{strings, with_field};
use super::numbers;
use super::patch::PatchOptions;
use super::replacement::is_mistyped;
use super::resource::Resource;
use super::shared;
use crate::yaml::{Dialect, Lookup, Mapping, Node, Style, Typed};
use std::borrow::Cow;

/// The object after the patch; identity stays unless the options let it change. With `rewrites` the patch's labels and annotations
/// count as strings even where they are null, as they do when kustomize copies a patch for a target.
pub(super) fn patched(resource: &Resource, patch: &Node, merge: &Merge<'_>, options: PatchOptions, rewrites: bool) -> Result<Option<Node>, Misfit> {
    let base = &resource.root;
    if replaces(patch) {
        return Ok(Some(base.clone()));
    }
    let api_version = base.as_mapping().and_then(|m| m.entry("apiVersion")).cloned();
    let patch = match (&api_version, rewrites) {
        // A patch for a target is of the object's version, whatever it says, which decides how its lists merge.
        (Some(entry), true) => edit::with_mapping(&copied(patch, &["labels", "annotations"]), |m| edit::set(m, &entry.key, entry.value.clone())),
        (None, true) => copied(patch, &["labels", "annotations"]),
        // That a patch may change names is noted in its annotations, which are written anew for that.
        (_, false) if options.name_change || options.kind_change => copied(patch, &["annotations"]),
        (_, false) => patch.clone(),
    };
    let Some(merged) = merge.apply(Some(base), Some(&patch), None)? else { return Ok(None) };
    let merged = if resource.state.shares { shared::spread(&merged, &merge.changes(), resource) } else { merged };
    if merged.as_mapping().is_none_or(|m| m.entries.is_empty()) {
        return Ok(None);
    }
    let keep = |merged: &mut Mapping, key: &str, old: &Node| {
        let entry = old.as_mapping().and_then(|m| m.entry(key)).filter(|e| !e.value.is_null());
        match entry {
            Some(entry) => {
                let value =
                    entry.value.as_scalar().map_or_else(|| entry.value.clone(), |old| edit::renamed(old.style, &old.text, entry.value.span()));
                edit::set(merged, &entry.key, value);
            }
            None => merged.entries.retain(|e| e.key.text() != Some(key)),
        }
    };
    let metadata = |root: &Node| root.find(&["metadata"]).cloned();
    let (old_meta, new_meta) = (metadata(base), metadata(&merged));
    let merged = edit::with_mapping(&merged, |m| {
        if !options.kind_change {
            keep(m, "kind", base);
        }
        if let Some(entry) = api_version.filter(|_| rewrites) {
            edit::set(m, &entry.key, entry.value);
        }
        if let Some(old) = old_meta {
            let new = edit::with_mapping(new_meta.as_ref().unwrap_or(&old), |m| {
                if !options.name_change {
                    keep(m, "name", &old);
                }
                keep(m, "namespace", &old);
            });
            edit::set_value(m, &Node::scalar("metadata", Style::Plain, old.span()), new);
        }
    });
    Ok(Some(merged))
}

/// Whether a patch says that it replaces the whole object. Kustomize changes objects in place, so it loses the replacement.
pub(super) fn replaces(patch: &Node) -> bool {
    patch.str_at(&["$patch"]) == Some("replace")
}

/// The field that identifies an object and that it has no more after a change, without which kustomize refuses it.
pub(super) fn lost_identity(before: &Node, after: &Node) -> Option<&'static [&'static str]> {
    let fields: [&[&str]; 2] = [&["kind"], &["metadata", "name"]];
    let lacks = |path: &[&str]| match after.at(path) {
        Lookup::Unknown(_) => false,
        Lookup::Absent => true,
        Lookup::Found(value) => value.text() == Some("") || value.is_null(),
    };
    fields.into_iter().find(|path| !text_at(before, path).is_empty() && lacks(path))
}

/// Whether a patch takes all annotations away. Null annotations do not where kustomize copies them.
pub(super) fn clears_annotations(patch: &Node, copies: bool) -> bool {
    let annotations = ["metadata", "annotations"];
    let word = |path: &[&str]| matches!(patch.find(path).and_then(|n| n.str_at(&["$patch"])), Some("replace" | "delete"));
    !replaces(patch) && (word(&annotations[..1]) || word(&annotations) || !copies && patch.entry_at(&annotations).is_some_and(|e| e.value.is_null()))
}

/// The patch with its labels or annotations as strings.
fn copied(patch: &Node, fields: &[&str]) -> Node {
    fields.iter().fold(patch.clone(), |patch, field| match patch.entry_at(&["metadata", field]).map(|e| &e.value) {
        Some(value) if matches!(Kind::of(value), Kind::Map | Kind::Null) => with_field(&patch, field, strings(value)),
        _ => patch,
    })
}

/// The tree as go-yaml would write it after a JSON patch: a string is quoted only where it must be, null is spelled out, numbers are decimal.
pub(super) fn requoted(node: &Node) -> Node {
    edit::with_scalars(node, &|node, scalar| {
        if is_mistyped(node) {
            return None;
        }
        let style = |text: &str| {
            let bare = Node::scalar(text, Style::Plain, node.span()).as_str().is_some() && !edit::needs_quotes(text);
            if bare { Style::Plain } else { Style::DoubleQuoted }
        };
        let (text, style) = match node.as_str() {
            Some(text) => (Cow::from(text), style(text)),
            None if node.is_null() => (Cow::from("null"), Style::Plain),
            None => (Cow::from(json_text(node, false)), Style::Plain),
        };
        // What stays as it is stays the same node, which may stand in several places.
        let stays = scalar.style == style && *scalar.text == *text && node.tag().is_none();
        (!stays).then(|| Node::scalar(text, style, node.span()))
    })
}

/// A number, truth value or null as Go writes it when it has gone through JSON; with `floats` an integer is a floating-point number, too.
fn json_text(node: &Node, floats: bool) -> String {
    match node.typed() {
        Some(Typed::Int(n)) if floats => numbers::printed(n as f64),
        Some(Typed::Unsigned(n)) if floats => numbers::printed(n as f64),
        Some(Typed::Float(n)) if n.is_finite() => numbers::printed(n),
        Some(Typed::Float(_)) => node.text().unwrap_or("").to_owned(),
        _ => node.to_json(Dialect::Kubernetes).to_string(),
    }
}

/// The object with annotations that are no strings written as JSON writes them: what becomes a string in the end is no longer `1.50` or `~`. With
/// `floats` integers are floating-point numbers, too.
pub(super) fn with_json_annotations(root: &Node, floats: bool) -> Node {
    let written = |n: &Node| json_text(n, floats);
    let differs = |n: &Node| match n.typed() {
        Some(Typed::Null) => n.text().is_some_and(|t| !t.is_empty()),
        Some(Typed::Str(_)) | None => false,
        Some(_) => n.text().is_some_and(|t| t != written(n)),
    };
    let Some(map) = root.find(&["metadata", "annotations"]).filter(|n| n.as_mapping().is_some_and(|m| m.entries.iter().any(|e| differs(&e.value))))
    else {
        return root.clone();
    };
    let anew = |n: &Node| Node::scalar(written(n), Style::Plain, n.span());
    let new = edit::with_mapping(map, |m| m.entries.iter_mut().filter(|e| differs(&e.value)).for_each(|e| e.value = anew(&e.value)));
    edit::with_value_at(root, &["metadata", "annotations"], new)
}
