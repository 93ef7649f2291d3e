//! `configMapGenerator` and `secretGenerator`: maps made of literals, files and env files, and the hash kustomize appends to
//! their names.

use super::accumulate::Kustomizer;
use super::accumulated::Accumulated;
use super::digest;
use super::edit;
use super::fields;
use super::kustomization::Kustomization;
use super::log::{Log, ProblemKind};
use super::patch::hide_all;
use super::resource::{Behavior, Origin, Resource};
use crate::source::Span;
use crate::yaml::{Dialect, Entry, Mapping, Node, Opaque, Style, Value};
use std::sync::Arc;

/// What is generated.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Generated {
    ConfigMap,
    Secret,
}

/// One key and value of a generated map.
struct Pair {
    key: Node,
    /// The value, or why it is not known.
    value: Content,
    span: Span,
}

enum Content {
    Text(Node),
    Binary(Vec<u8>),
    Unknown,
}

/// Runs both map generators of a kustomization.
pub(super) fn maps(kustomizer: &Kustomizer<'_>, kustomization: &Kustomization, acc: &mut Accumulated) {
    let global = fields::value(&kustomization.root, "generatorOptions").cloned();
    for (field, kind) in [("configMapGenerator", Generated::ConfigMap), ("secretGenerator", Generated::Secret)] {
        for item in fields::items(&kustomization.root, field) {
            map(kustomizer, kustomization, kind, item, global.as_ref(), acc);
        }
    }
}

/// Generates one map and adds it to, or merges it with, what is there.
pub(super) fn map(
    kustomizer: &Kustomizer<'_>,
    kustomization: &Kustomization,
    kind: Generated,
    item: &Node,
    global: Option<&Node>,
    acc: &mut Accumulated,
) {
    let Some(name) = fields::value(item, "name").filter(|n| n.text().is_some_and(|t| !t.is_empty())) else {
        return acc.log.refuse(ProblemKind::Field, item.span(), "a generator needs a name");
    };
    let pairs = pairs(kustomizer, kustomization, item, &mut acc.log);
    let options = Options { local: fields::value(item, "options"), global };
    let root = tree(kind, item, name, &pairs, &options);
    let origin = Origin { span: item.span(), dir: kustomization.dir.clone(), generated: true };
    let mut resource = Resource::new(root, Arc::new(origin));
    resource.state.hash = !options.flag("disableNameSuffixHash");
    resource.state.behavior = match fields::text(item, "behavior") {
        Some("merge") => Behavior::Merge,
        Some("replace") => Behavior::Replace,
        _ => Behavior::Create,
    };
    absorb(resource, item.span(), acc);
}

struct Options<'n> {
    local: Option<&'n Node>,
    global: Option<&'n Node>,
}

impl<'n> Options<'n> {
    fn flag(&self, name: &str) -> bool {
        [self.local, self.global].into_iter().flatten().any(|o| fields::flag(o, name))
    }

    /// A map of both, the generator's own values first.
    fn pairs(&self, name: &str) -> Vec<&'n Entry> {
        let mut all: Vec<&Entry> = self.local.map(|o| fields::pairs(o, name)).unwrap_or_default();
        for entry in self.global.map(|o| fields::pairs(o, name)).unwrap_or_default() {
            if !all.iter().any(|e| e.key.text() == entry.key.text()) {
                all.push(entry);
            }
        }
        all.sort_by(|a, b| a.key.text().cmp(&b.key.text()));
        all
    }
}

fn tree(kind: Generated, item: &Node, name: &Node, pairs: &[Pair], options: &Options<'_>) -> Node {
    let span = item.span();
    let key = |text: &str| Node::scalar(text, Style::Plain, span);
    let entry = |text: &str, value: Node| Entry { key: key(text), value, merged: false };
    let mut metadata = vec![entry("name", edit::as_string(name))];
    metadata.extend(fields::value(item, "namespace").filter(|n| n.text() != Some("")).map(|n| entry("namespace", edit::as_string(n))));
    for field in ["labels", "annotations"] {
        let pairs = options.pairs(field);
        if !pairs.is_empty() {
            let strings = pairs.into_iter().map(|e| Entry { value: edit::as_string(&e.value), ..e.clone() }).collect();
            metadata.push(entry(field, Node::mapping(strings, span)));
        }
    }
    let word = if kind == Generated::ConfigMap { "ConfigMap" } else { "Secret" };
    let mut root = vec![entry("apiVersion", key("v1")), entry("kind", key(word)), entry("metadata", Node::mapping(metadata, span))];
    if kind == Generated::Secret {
        root.push(entry("type", fields::value(item, "type").filter(|t| t.text() != Some("")).map_or_else(|| key("Opaque"), edit::as_string)));
    }
    let (mut data, mut binary) = (Vec::new(), Vec::new());
    for Pair { key, value, span } in pairs {
        let (list, value) = match (kind, value) {
            (Generated::ConfigMap, Content::Text(node)) => (&mut data, node.clone()),
            (Generated::ConfigMap, Content::Binary(bytes)) => (&mut binary, edit::string(digest::base64_lines(bytes), *span)),
            (Generated::Secret, Content::Text(node)) => (&mut data, edit::string(digest::base64_lines(node.text().unwrap_or("").as_bytes()), *span)),
            (Generated::Secret, Content::Binary(bytes)) => (&mut data, edit::string(digest::base64_lines(bytes), *span)),
            (_, Content::Unknown) => (&mut data, Node::opaque("the file is not in the repository", *span)),
        };
        list.push(Entry { key: key.clone(), value, merged: false });
    }
    if !data.is_empty() || kind == Generated::Secret {
        root.push(entry("data", Node::mapping(data, span)));
    }
    if !binary.is_empty() {
        root.push(entry("binaryData", Node::mapping(binary, span)));
    }
    if options.flag("immutable") {
        root.push(entry("immutable", key("true")));
    }
    Node::mapping(root, span)
}

/// Everything a generator's sources give, sorted by key.
fn pairs(kustomizer: &Kustomizer<'_>, kustomization: &Kustomization, item: &Node, log: &mut Log) -> Vec<Pair> {
    let mut pairs = Vec::new();
    let envs = fields::items(item, "envs").iter().chain(fields::value(item, "env").filter(|e| e.text() != Some("")));
    for env in envs {
        let Some(file) = kustomizer.file(kustomization, env.text().unwrap_or(""), env.span(), log) else { continue };
        let Some(bytes) = kustomizer.files.bytes(file) else { continue };
        match std::str::from_utf8(&bytes) {
            Ok(text) => pairs.extend(env_pairs(text, file)),
            Err(_) => log.refuse(ProblemKind::Malformed, env.span(), "the env file is no UTF-8 text"),
        }
    }
    for literal in fields::items(item, "literals") {
        let text = literal.text().unwrap_or("");
        match text.split_once('=') {
            Some((key, value)) if !key.is_empty() => {
                let value = Content::Text(edit::string(unquoted(value), literal.span()));
                pairs.push(Pair { key: edit::string(key, literal.span()), value, span: literal.span() });
            }
            _ => log.refuse(ProblemKind::Field, literal.span(), format!("`{text}` is no `key=value`")),
        }
    }
    for source in fields::items(item, "files") {
        let text = source.text().unwrap_or("");
        let (key, path) = match text.split_once('=') {
            None => (text.rsplit_once('/').map_or(text, |(_, name)| name), text),
            Some((key, path)) if !key.is_empty() && !path.is_empty() && !path.contains('=') => (key, path),
            Some(_) => {
                log.refuse(ProblemKind::Field, source.span(), format!("`{text}` is neither a path nor `key=path`"));
                continue;
            }
        };
        let file = kustomizer.file(kustomization, path, source.span(), log);
        let (value, span) = match file.and_then(|f| Some((f, kustomizer.files.bytes(f)?))) {
            Some((file, bytes)) => {
                let span = Span::new(file, 0, bytes.len());
                let value = String::from_utf8(bytes.into_owned());
                (value.map_or_else(|e| Content::Binary(e.into_bytes()), |t| Content::Text(Node::verbatim(t, span))), span)
            }
            None => (Content::Unknown, source.span()),
        };
        pairs.push(Pair { key: edit::string(key, source.span()), value, span });
    }
    pairs.sort_by(|a, b| a.key.text().cmp(&b.key.text()));
    for (first, second) in pairs.iter().zip(pairs.iter().skip(1)) {
        if first.key.text() == second.key.text() {
            let message = format!("the generator has the key `{}` twice", second.key.text().unwrap_or(""));
            log.refuse_related(ProblemKind::Duplicate, second.key.span(), message, first.key.span());
        }
    }
    pairs.dedup_by(|later, first| later.key.text() == first.key.text());
    pairs
}

fn env_pairs(text: &str, file: crate::source::FileId) -> Vec<Pair> {
    let mut pairs = Vec::new();
    let mut start = 0;
    for (n, whole) in text.split('\n').enumerate() {
        let line = whole.strip_suffix('\r').unwrap_or(whole);
        let line = if n == 0 { line.strip_prefix('\u{feff}').unwrap_or(line) } else { line };
        let trimmed = line.trim_start();
        let end = start + whole.strip_suffix('\r').unwrap_or(whole).len();
        let begin = end - trimmed.len();
        start += whole.len() + 1;
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let (key, value) = trimmed.split_once('=').unwrap_or((trimmed, ""));
        let span = Span::new(file, end - value.len(), end);
        let key = edit::string(key, Span::new(file, begin, begin + key.len()));
        pairs.push(Pair { key, value: Content::Text(Node::verbatim(value, span)), span });
    }
    pairs
}

/// A literal's value without the quotes around it.
fn unquoted(value: &str) -> &str {
    let inner = |q: char| value.strip_prefix(q).and_then(|v| v.strip_suffix(q));
    inner('"').or_else(|| inner('\'')).unwrap_or(value)
}

/// Adds a generated map, or lays it over the one that is there (`resWrangler.appendReplaceOrMerge`).
pub(super) fn absorb(mut resource: Resource, span: Span, acc: &mut Accumulated) {
    let id = resource.id();
    if !acc.log.meet(acc.resources.len(), span) {
        return;
    }
    let matches: Vec<usize> = acc.resources.iter().enumerate().filter(|(_, r)| r.any_id(|i| i.same(&id))).map(|(n, _)| n).collect();
    let behavior = resource.state.behavior;
    match (matches.as_slice(), behavior) {
        ([], Behavior::Create) => acc.append(resource, span),
        ([], Behavior::Merge | Behavior::Replace) => {
            let Some((hidden, reason)) = acc.log.hides() else {
                return acc.log.refuse(ProblemKind::NoTarget, span, format!("there is no {id} to merge with or replace"));
            };
            resource.conjured = true;
            if behavior == Behavior::Merge {
                open(&mut resource.root, &Opaque { reason, span: hidden });
            }
            acc.append(resource, span);
        }
        ([index], Behavior::Merge | Behavior::Replace) => {
            let Some(old) = acc.resources.get_mut(*index) else { return };
            let steps = (old.root.weight() as usize).saturating_mul(resource.root.weight() as usize);
            if let Err(misfit) = acc.log.work(|work| work.spend(steps, span)) {
                hide_all(old, span);
                return acc.log.limit(misfit.span, misfit.message, true);
            }
            let root = laid_over(&old.root, &resource.root, behavior == Behavior::Merge);
            let hash = old.state.hash && resource.state.hash;
            resource.state = old.state.clone();
            resource.state.hash = hash;
            resource.root = root;
            resource.layers.clone_from(&old.layers);
            resource.conjured = old.conjured;
            let place = old.origin.span;
            if behavior == Behavior::Merge {
                resource.origin = old.origin.clone();
            }
            *old = resource;
            acc.log.excuse_keys(place, &acc.resources);
            acc.index();
        }
        ([index, ..], _) => {
            let related = acc.resources.get(*index).map_or(span, |r| r.origin.span);
            acc.log.refuse_related(ProblemKind::Duplicate, span, format!("the generated object is already there: {id}"), related);
        }
    }
}

/// Marks the data as possibly having more keys.
fn open(root: &mut Node, unknown: &Opaque) {
    *root = edit::with_mapping(root, |m| {
        if let Some(entry) = m.entries.iter_mut().find(|e| e.key.text() == Some("data")) {
            entry.value = edit::with_mapping(&entry.value, |m| m.open = Some(unknown.clone()));
        }
        m.open = Some(unknown.clone());
    });
}

/// A generated map over the one that is there: metadata merges, name and namespace stay, data merges or is replaced.
fn laid_over(old: &Node, new: &Node, merges: bool) -> Node {
    let field = |root: &Node, key: &str| root.as_mapping().and_then(|m| m.entry(key)).map(|e| e.value.clone());
    let strings = |node: Option<Node>| -> Mapping {
        let mut mapping = node.as_ref().and_then(Node::as_mapping).cloned().unwrap_or_default();
        mapping.entries.iter_mut().filter(|e| !matches!(e.value.value(), Value::Opaque(_))).for_each(|e| e.value = edit::as_string(&e.value));
        mapping
    };
    let union = |old: Option<Node>, new: Option<Node>, span: Span| {
        let mut all = strings(old);
        strings(new).entries.into_iter().for_each(|e| edit::set(&mut all, &e.key, e.value));
        all.entries.sort_by(|a, b| a.key.text().cmp(&b.key.text()));
        (!all.entries.is_empty() || all.open.is_some()).then(|| Node::new(Value::Mapping(all), span))
    };
    let (old_meta, new_meta) = (field(old, "metadata"), field(new, "metadata"));
    let inner = |meta: &Option<Node>, key: &str| meta.as_ref().and_then(|m| field(m, key));
    let meta_span = new_meta.as_ref().map_or(new.span(), Node::span);
    let put = |m: &mut Mapping, key: &str, value: Option<Node>, span: Span| match value {
        Some(value) => edit::set_value(m, &Node::scalar(key, Style::Plain, span), value),
        None => m.entries.retain(|e| e.key.text() != Some(key)),
    };
    edit::with_mapping(new, |m| {
        if let Some(meta) = &new_meta {
            let meta = edit::with_mapping(meta, |m| {
                for key in ["name", "namespace"] {
                    let old = inner(&old_meta, key);
                    put(m, key, old.map(|n| edit::renamed(Style::Plain, n.text().unwrap_or(""), n.span())), meta_span);
                }
                for key in ["labels", "annotations"] {
                    put(m, key, union(inner(&old_meta, key), inner(&new_meta, key), meta_span), meta_span);
                }
            });
            put(m, "metadata", Some(meta), meta_span);
        }
        if merges {
            for key in ["data", "binaryData"] {
                put(m, key, union(field(old, key).map(|data| without_nulls(&data)), field(new, key), new.span()), new.span());
            }
        }
    })
}

/// Data in which what is null is an empty text.
fn without_nulls(data: &Node) -> Node {
    edit::with_scalars(data, &|node, _| node.is_null().then(|| Node::scalar("", Style::DoubleQuoted, node.span())))
}

/// The hash of an object's content as kustomize appends it to names (`api/hasher`); `None` when some of the content is unknown.
pub(super) fn hash(root: &Node) -> Option<String> {
    if is_unknown(root) {
        return None;
    }
    let value = |key: &str| match root.as_mapping().and_then(|m| m.entry(key)).map(|e| &e.value) {
        None => serde_json::Value::String(String::new()),
        Some(node) if node.as_scalar().is_some() => node.text().unwrap_or("").into(),
        Some(node) => node.to_json(Dialect::Kubernetes),
    };
    let kind = super::id::text_at(root, &["kind"]);
    let (always, optional): (&[&str], &str) = match kind {
        "ConfigMap" => (&["data"], "binaryData"),
        "Secret" => (&["data", "type"], "stringData"),
        _ => return None,
    };
    let mut content = serde_json::Map::new();
    content.insert("kind".into(), kind.into());
    // The original looks for a field called `metadata/name`, which never exists.
    content.insert("name".into(), "".into());
    content.extend(always.iter().map(|key| ((*key).to_owned(), value(key))));
    content.extend(Some(value(optional)).filter(serde_json::Value::is_object).map(|v| (optional.to_owned(), v)));
    Some(digest::short_hash(&digest::go_json(&serde_json::Value::Object(content))))
}

fn is_unknown(node: &Node) -> bool {
    match node.value() {
        Value::Opaque(_) => true,
        Value::Scalar(_) => false,
        Value::Sequence(s) => s.items.iter().any(is_unknown),
        Value::Mapping(m) => m.open.is_some() || m.entries.iter().any(|e| is_unknown(&e.value)),
    }
}
