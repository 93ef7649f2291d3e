//! A resource that several clusters share, and a fix that not all of them want.
//!
//! A finding names the clusters it is true of. Where the text its fix would edit reaches other clusters too, the fix belongs in what the named
//! clusters have for themselves: the root of their Kustomize build, in a patch.

use crate::cluster::{Cluster, HcoClaim};
use crate::files::{Workspace, join};
use crate::finding::{Confidence, Finding, Fix};
use crate::fix::{Change, Mender, Proposal};
use crate::manifest::Object;
use crate::source::{FileId, Span};
use crate::text::and;
use crate::yaml::{Dialect, Lookup, Node, Value, parse, parse_value};
use serde_json::{Map, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

/// What each cluster's HyperConverged is made of.
pub(super) struct Sharing<'a> {
    workspace: &'a Workspace,
    /// The claims of each cluster that certainly or likely hold, by the cluster's name.
    claims: BTreeMap<&'a str, Vec<&'a HcoClaim>>,
    /// What each file has of the clusters' resources, by the number of those who are given it together.
    parts: BTreeMap<FileId, Vec<(usize, Rc<Part>)>>,
    /// The clusters that are given one and the same tree out of the same files.
    together: Vec<Vec<&'a str>>,
}

/// What one file has of a resource.
struct Part {
    /// From its first byte to the end of its last line.
    start: u32,
    end: u32,
    /// The values that no later layer replaced; nothing for a file that takes part and is no part of the resource, such as a kustomization.
    values: Option<Vec<(u32, u32)>>,
}

impl Part {
    /// Whether an edit here changes the resource.
    fn feels(&self, edit: Span) -> bool {
        let inside = self.start <= edit.start && edit.start <= self.end;
        let value = |values: &Vec<(u32, u32)>| edit.start == edit.end || values.iter().any(|(start, end)| *start < edit.end && edit.start < *end);
        inside && self.values.as_ref().is_none_or(value)
    }
}

impl<'a> Sharing<'a> {
    pub(super) fn new(clusters: &'a [Cluster], workspace: &'a Workspace) -> Self {
        let mut claims: BTreeMap<&str, Vec<&HcoClaim>> = BTreeMap::new();
        let mut parts: BTreeMap<FileId, Vec<(usize, Rc<Part>)>> = BTreeMap::new();
        let mut together: Vec<Vec<&str>> = Vec::new();
        let mut known: HashMap<(usize, *const BTreeSet<FileId>), usize> = HashMap::new();
        let whole = Rc::new(Part { start: 0, end: u32::MAX, values: None });
        for cluster in clusters {
            for claim in cluster.hyperconverged.iter().filter(|c| c.confidence > Confidence::Low) {
                claims.entry(&cluster.name).or_default().push(claim);
                let root = claim.hco.root();
                let number = *known.entry((root.address(), Arc::as_ptr(&claim.files))).or_insert_with(|| {
                    let own = own_parts(root, workspace);
                    let rest = claim.files.iter().filter(|f| !own.contains_key(f)).map(|f| (f, &whole));
                    for (file, part) in own.iter().chain(rest) {
                        parts.entry(*file).or_default().push((together.len(), Rc::clone(part)));
                    }
                    together.push(Vec::new());
                    together.len() - 1
                });
                together.get_mut(number).into_iter().for_each(|clusters| clusters.push(&cluster.name));
            }
        }
        Self { workspace, claims, parts, together }
    }

    /// The fixes that a proposal comes to for this finding, best first.
    pub(super) fn fixes(&self, finding: &Finding, proposal: &Proposal, mender: &Mender<'_>) -> Vec<Fix> {
        let Some(fix) = mender.fix(proposal) else { return Vec::new() };
        let others = self.others(finding, &fix);
        if others.is_empty() {
            return vec![fix];
        }
        let own = self.overlaid(finding, proposal).and_then(|p| mender.fix(&p)).filter(|fix| self.others(finding, fix).is_empty());
        let shared = fix.safe.then(|| Fix { title: format!("{}, for {} too", fix.title, and(&few(&others))), safe: false, edits: fix.edits });
        own.into_iter().chain(shared).collect()
    }

    /// The clusters that an edit reaches and the finding does not name.
    fn others(&self, finding: &Finding, fix: &Fix) -> Vec<&'a str> {
        let reached = |at: Span| {
            let parts = self.parts.get(&at.file).map(Vec::as_slice).unwrap_or_default();
            parts.iter().filter(move |(_, p)| p.feels(at)).filter_map(|(number, _)| self.together.get(*number)).flatten().copied()
        };
        let names: BTreeSet<&str> = fix.edits.iter().flat_map(|e| reached(e.span)).filter(|name| !finding.clusters.contains(*name)).collect();
        if finding.clusters.is_empty() { Vec::new() } else { names.into_iter().collect() }
    }

    /// The same changes as patches in the build roots of the finding's clusters.
    fn overlaid(&self, finding: &Finding, proposal: &Proposal) -> Option<Proposal> {
        let claims: Vec<&HcoClaim> = finding.clusters.iter().filter_map(|c| self.claims.get(c.as_str())).flatten().copied().collect();
        let wanted: Option<Vec<Wanted>> = proposal.changes.iter().map(|c| claims.iter().find_map(|claim| wanted(claim, c))).collect();
        let wanted = wanted?;
        let mut roots: BTreeMap<&str, &HcoClaim> = BTreeMap::new();
        for claim in claims {
            roots.insert(&claim.root, claim);
        }
        let mut changes = Vec::new();
        for (root, claim) in &roots {
            changes.extend(self.patch(root, claim, &wanted)?);
        }
        let names: Vec<&str> = finding.clusters.iter().map(String::as_str).collect();
        Some(Proposal { title: format!("{}, for {} alone", proposal.title, and(&few(&names))), safe: proposal.safe, changes })
    }

    /// The values set in a patch of the kustomization in this directory: the one it has for the resource, else a new one. Items are added to
    /// lists in a patch of their own: a strategic merge would replace the list.
    fn patch(&self, root: &str, claim: &HcoClaim, wanted: &[Wanted]) -> Option<Vec<Change>> {
        let directory = root.strip_suffix('/')?;
        let id = self.workspace.kustomization(directory)?;
        let kustomization = &self.workspace.parsed(id).documents.first()?.root;
        let object = &claim.hco.object;
        // A target is named by a regular expression, which is no other than the name where that can be one at all.
        if !object.name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.')) {
            return None;
        }
        let listed = kustomization.items_at(&["patches"]).iter();
        let listed = listed.flat_map(|p| [p.find(&["path"]).and_then(|path| self.file(directory, path)), p.find(&["patch"]).and_then(inline)]);
        let legacy = kustomization.items_at(&["patchesStrategicMerge"]).iter().map(|p| self.file(directory, p).or_else(|| inline(p)));
        let mut known = listed.chain(legacy).flatten().flatten();
        let value = |text: &str| Some(parse(FileId(u32::MAX), text).documents.first()?.root.to_json(Dialect::Kubernetes));
        let entry = |patch: &serde_json::Value| {
            let text = serde_yaml::to_string(patch).ok()?;
            let entry = json!({ "patch": text.trim_end(), "target": { "kind": object.kind, "name": object.name } });
            Some(Change::Append { root: kustomization.clone(), path: vec!["patches".to_owned()], value: entry.to_string() })
        };
        let items = wanted.iter().filter(|w| w.item).map(|w| {
            let path: String = w.path.iter().map(|key| format!("/{}", key.replace('~', "~0").replace('/', "~1"))).collect();
            Some(json!({ "op": "add", "path": format!("{path}/-"), "value": value(&w.value)? }))
        });
        let items: Vec<serde_json::Value> = items.collect::<Option<_>>()?;
        let mut changes = Vec::new();
        if !items.is_empty() {
            changes.push(entry(&items.into())?);
        }
        let wanted: Vec<&Wanted> = wanted.iter().filter(|w| !w.item).collect();
        if wanted.is_empty() {
            return Some(changes);
        }
        // One that Kustomize finds nothing for (another version, another namespace) takes no part in the resource.
        let named = |root: &Node| Object::read(root).is_some_and(|o| o.kind == object.kind && o.group == object.group && o.name == object.name);
        if let Some(known) = known.find(|root| named(root) && holds_part(root.span(), claim.hco.root())) {
            changes.extend(wanted.iter().map(|w| Change::Set { root: known.clone(), path: w.path.clone(), value: w.value.clone() }));
            return Some(changes);
        }
        let mut patch = json!({ "apiVersion": object.api_version(), "kind": object.kind, "metadata": { "name": object.name } });
        for w in wanted {
            insert(patch.as_object_mut()?, &w.path, value(&w.value)?)?;
        }
        changes.push(entry(&patch)?);
        Some(changes)
    }

    /// The documents of a patch file.
    fn file(&self, directory: &str, path: &Node) -> Option<Vec<Node>> {
        let id = self.workspace.find(&join(directory, path.text()?)?)?;
        Some(self.workspace.parsed(id).documents.iter().map(|d| d.root.clone()).collect())
    }
}

/// Whether some value of a tree was written at this place.
fn holds_part(place: Span, tree: &Node) -> bool {
    let (span, inner) = (tree.span(), |node: &Node| holds_part(place, node));
    place.contains(span) || tree.entries_at(&[]).iter().any(|e| inner(&e.value)) || tree.as_sequence().is_some_and(|items| items.iter().any(inner))
}

/// The end of the line that an offset is on.
fn line_end(workspace: &Workspace, file: FileId, at: u32) -> u32 {
    let Ok(source) = workspace.source(file) else { return at };
    u32::try_from(source.line_range(source.position(at as usize).line).end).unwrap_or(at)
}

/// The documents of an inline patch.
fn inline(patch: &Node) -> Option<Vec<Node>> {
    patch.as_scalar().map(|_| parse_value(patch).documents.into_iter().map(|d| d.root).collect())
}

/// So many names that a title stays one.
fn few(names: &[&str]) -> Vec<String> {
    const MOST: usize = 3;
    let rest = names.len().saturating_sub(MOST);
    let shown = names.iter().take(if rest > 1 { MOST } else { names.len() }).map(|n| (*n).to_owned());
    shown.chain((rest > 1).then(|| format!("{rest} more"))).collect()
}

/// What each file has of a tree, to the ends of lines.
fn own_parts(root: &Node, workspace: &Workspace) -> BTreeMap<FileId, Rc<Part>> {
    let mut parts = BTreeMap::new();
    extent(root, &mut parts);
    let to_line_end = |(file, part): (FileId, Part)| (file, Rc::new(Part { end: line_end(workspace, file, part.end), ..part }));
    parts.into_iter().map(to_line_end).collect()
}

fn extent(node: &Node, parts: &mut BTreeMap<FileId, Part>) {
    let mut note = |span: Span, value: bool| {
        let fresh = || Part { start: span.start, end: span.end, values: Some(Vec::new()) };
        let part = parts.entry(span.file).or_insert_with(fresh);
        (part.start, part.end) = (part.start.min(span.start), part.end.max(span.end));
        part.values.iter_mut().filter(|_| value).for_each(|v| v.push((span.start, span.end)));
    };
    let content = node.as_mapping().is_some_and(|m| !m.entries.is_empty()) || node.as_sequence().is_some_and(|s| !s.is_empty());
    note(node.alias().unwrap_or(node.span()), !content);
    match node.value() {
        Value::Mapping(m) => {
            // Keys are edited to rename them, with all that is below.
            m.entries.iter().for_each(|e| note(e.key.span(), true));
            m.entries.iter().for_each(|e| extent(&e.value, parts));
        }
        Value::Sequence(s) => s.items.iter().for_each(|i| extent(i, parts)),
        Value::Scalar(_) | Value::Opaque(_) => {}
    }
}

/// A value at a path of the resource.
struct Wanted {
    path: Vec<String>,
    /// YAML of one line.
    value: String,
    /// It is one more item of the list at the path.
    item: bool,
}

/// A change as a value at a path of the resource, if it is one: lists are not merged, so what lies in them cannot be.
fn wanted(claim: &HcoClaim, change: &Change) -> Option<Wanted> {
    let (node, more, value) = match change {
        Change::Set { root, path, value } | Change::Append { root, path, value } => (root, path.as_slice(), value.clone()),
        Change::Replace { node, text } if node.as_str().is_some() => (node, &[][..], serde_json::to_string(text).ok()?),
        Change::Replace { node, text } => (node, &[][..], text.clone()),
        _ => return None,
    };
    let mut path = Vec::new();
    if !find(claim.hco.root(), node, &mut path) {
        return None;
    }
    path.extend(more.iter().cloned());
    let Change::Append { .. } = change else { return Some(Wanted { path, value, item: false }) };
    // Where there is no list, the item makes one.
    let keys: Vec<&str> = path.iter().map(String::as_str).collect();
    match claim.hco.root().at(&keys).non_null() {
        Lookup::Found(list) if list.as_sequence().is_some() => Some(Wanted { path, value, item: true }),
        Lookup::Absent => Some(Wanted { path, value: format!("[{value}]"), item: false }),
        Lookup::Found(_) | Lookup::Unknown(_) => None,
    }
}

/// Finds a node below another one, through maps alone.
fn find(here: &Node, node: &Node, path: &mut Vec<String>) -> bool {
    if here.same(node) {
        return true;
    }
    for entry in here.entries_at(&[]) {
        path.push(entry.key.text().unwrap_or_default().to_owned());
        if find(&entry.value, node, path) {
            return true;
        }
        path.pop();
    }
    false
}

fn insert(map: &mut Map<String, serde_json::Value>, path: &[String], value: serde_json::Value) -> Option<()> {
    match path {
        [] => return None,
        [last] => {
            map.insert(last.clone(), value);
        }
        [first, rest @ ..] => insert(map.entry(first.clone()).or_insert_with(|| json!({})).as_object_mut()?, rest, value)?,
    }
    Some(())
}
