//! Generators of ApplicationSets: what they yield statically, and what stays open.

use super::super::effort::Effort;
use super::super::plan::Context;
use super::super::selector::{Labels, chooses, selects};
use super::super::{Target, acm};
use super::field;
use super::template::{self, Params, flatten, list_of, normalise, text};
use crate::files::{Globs, Star, glob, parent};
use crate::manifest::Object;
use crate::manifest::template::is_template;
use crate::operator::Tri;
use crate::source::Span;
use crate::yaml::{Lookup, Node, ProblemKind, parse_value};
use std::collections::{BTreeMap, BTreeSet};

/// Most instances one set may have; more are left out and said.
pub(super) const MAX_INSTANCES: usize = 10_000;

/// One instance: its parameters, and where it goes if they do not say.
#[derive(Clone, Debug, Default)]
pub(super) struct Instance {
    pub(super) params: Params,
    /// Where an instance goes whose destination its parameters do not fill in.
    pub(super) target: Option<Target>,
    /// The generator's own template, merged over the set's.
    pub(super) template: Option<Node>,
}

impl Instance {
    /// It stands for clusters that nothing here lists.
    pub(super) fn open(target: Target) -> Self {
        Self { target: Some(target), ..Self::default() }
    }

    pub(super) fn is_open(&self) -> bool {
        matches!(self.target, Some(Target::All | Target::Some))
    }

    /// The instance of a cluster that Argo CD knows by name: whatever the destination refers to, it is this cluster's.
    fn of_cluster(mut self) -> Self {
        let name = ["name", "nameNormalized"].iter().find_map(|key| self.params.get(*key)).cloned();
        if let Some(name) = name {
            self.params.entry("nameNormalized".to_owned()).or_insert_with(|| normalise(&name));
            self.params.entry("name".to_owned()).or_insert_with(|| name.clone());
            self.target = Some(Target::Named(name));
        }
        self
    }
}

/// What a list of generators yields.
#[derive(Clone, Debug, Default)]
pub(super) struct Yield {
    pub(super) instances: Vec<Instance>,
    /// Directories that a generator names to leave them out.
    pub(super) excluded: Vec<String>,
    /// There would be more.
    pub(super) cut: bool,
    /// What cannot be told, and where it stands.
    pub(super) unseen: BTreeSet<(Span, String)>,
}

impl Yield {
    /// Takes on what another generator says beside its instances, which are handed back.
    fn absorb(&mut self, other: Self) -> Vec<Instance> {
        self.excluded.extend(other.excluded);
        self.cut |= other.cut;
        self.unseen.extend(other.unseen);
        other.instances
    }

    /// The matcher of a glob, which is missed where it cannot be read. Parameters that are not known leave no glob to speak of.
    fn glob(&mut self, node: &Node, pattern: &str, star: Star) -> Option<Globs> {
        if is_template(pattern) {
            return None;
        }
        let miss = |why| self.unseen.insert((node.span(), format!("what this glob matches cannot be told: {why}")));
        glob(pattern, star).map_err(miss).ok()
    }
}

/// What the generators of a set yield, one after the other.
pub(super) fn all(generators: &[Node], context: &Context<'_>) -> Yield {
    let mut result = Yield::default();
    for generator in generators {
        let one = result.absorb(one(generator, context, &Params::new(), 0));
        result.instances.extend(one);
        if result.instances.len() > MAX_INSTANCES {
            result.cut = true;
            result.instances.truncate(MAX_INSTANCES);
            break;
        }
    }
    result
}

/// About what a parameter takes besides its name and its value, in bytes.
const PARAMETER: usize = 64;

/// One generator. `outer` are parameters of the generator it is combined with in a matrix.
fn one(generator: &Node, context: &Context<'_>, outer: &Params, depth: usize) -> Yield {
    let mut result = Yield::default();
    let effort = context.effort();
    let Some(mapping) = generator.as_mapping().filter(|_| effort.go(1, generator.span())) else {
        result.instances.push(Instance::open(Target::Some));
        return result;
    };
    let Some(entry) = mapping.entries.iter().find(|e| e.key.text() != Some("selector")) else { return result };
    let body = &entry.value;
    match entry.key.text().unwrap_or_default() {
        "list" => list(body, outer, effort, &mut result),
        "git" => git(body, context, outer, &mut result),
        "clusters" => clusters(body, context, &mut result),
        "clusterDecisionResource" => decision(body, context, &mut result),
        "merge" if depth < 4 => merge(body, context, depth, &mut result),
        "matrix" if depth < 4 => matrix(body, context, depth, &mut result),
        _ => result.instances.push(Instance::open(Target::Some)),
    }
    if let Some(template) = body.find(&["template"]) {
        result.instances.iter_mut().for_each(|i| i.template = Some(template.clone()));
    }
    for (key, value) in body.entries_at(&["values"]).iter().filter_map(|e| Some((e.key.text()?, e.value.text()?))) {
        for instance in &mut result.instances {
            // What is not there is left as a template, which is unknown.
            if effort.go(1, body.span()) && effort.fill(PARAMETER + key.len() + value.len(), body.span()) {
                let filled = text(value, &instance.params, effort, body.span());
                instance.params.insert(format!("values.{key}"), filled);
            }
        }
    }
    if let Some(selector) = generator.find(&["selector"]) {
        let weight = selector.weight() as usize;
        result.instances.retain_mut(|instance| effort.go(weight, selector.span()) && selected(instance, selector));
    }
    result
}

/// Whether a generator's own selector keeps an instance. It asks the parameters, of which an open instance may have others.
fn selected(instance: &mut Instance, selector: &Node) -> bool {
    let labels = Labels { value: &|key| instance.params.get(key).map(String::as_str), complete: !instance.is_open() };
    let keeps = selects(selector, &labels);
    if keeps == Tri::Maybe {
        instance.target = Some(Target::Some);
    }
    keeps != Tri::No
}

fn list(body: &Node, outer: &Params, effort: &Effort, result: &mut Yield) {
    let mut add = |elements: &[Node]| {
        result.cut |= elements.len() > MAX_INSTANCES;
        for element in elements.iter().take(MAX_INSTANCES) {
            if !effort.go(element.weight() as usize, element.span()) {
                break;
            }
            let mut instance = Instance::default();
            flatten(element, "", &mut instance.params);
            instance.params.values_mut().filter(|v| v.contains("{{")).for_each(|v| *v = text(v, outer, effort, element.span()));
            result.instances.push(instance);
        }
    };
    add(body.items_at(&["elements"]));
    let Some(yaml) = body.find(&["elementsYaml"]) else { return };
    let written = yaml.text().unwrap_or_default();
    // It is read anew for whatever it is combined with.
    if !effort.go(written.len() / 16 + 1, yaml.span()) {
        return;
    }
    match (list_of(written, outer), parse_value(yaml).documents.first().and_then(|d| d.root.as_sequence())) {
        (Some(elements), _) => result.instances.extend(elements.into_iter().map(|params| Instance { params, ..Instance::default() })),
        (None, Some(elements)) => add(elements),
        (None, None) => result.instances.push(Instance::open(Target::Some)),
    }
}

fn git(body: &Node, context: &Context<'_>, outer: &Params, result: &mut Yield) {
    let url = body.find(&["repoURL"]).and_then(Node::text).unwrap_or_default();
    if !context.repository.is(url) {
        result.instances.push(Instance::open(Target::Some));
        return;
    }
    let prefix = body.str_at(&["pathParamPrefix"]).filter(|p| !p.is_empty()).map(|p| format!("{p}.")).unwrap_or_default();
    let flag = |n: &Node| n.find(&["exclude"]).and_then(Node::as_bool).unwrap_or(false);
    let effort = context.effort();
    let filled = |path: &Node| path.text().map(|p| text(p, outer, effort, path.span()).trim_start_matches("./").trim_end_matches('/').to_owned());
    let pattern = |n: &Node| n.find(&["path"]).and_then(filled);
    let directories = body.items_at(&["directories"]);
    if !directories.is_empty() {
        // `path.Match` over the whole path: a star does not cross a slash, and excluding wins whatever the order.
        let (mut include, mut exclude, mut bases) = (Vec::new(), Vec::new(), BTreeSet::new());
        for entry in directories {
            let Some(pattern) = pattern(entry) else { continue };
            let read = result.glob(entry, &pattern, Star::Name);
            if flag(entry) {
                exclude.extend(read);
            } else if let Some(glob) = read {
                include.push(glob);
                bases.insert(base(&pattern).to_owned());
            }
        }
        for directory in outermost(&bases).flat_map(|base| context.workspace.directories_below(base)) {
            if !effort.go(include.len() + exclude.len(), body.span()) {
                break;
            }
            let hidden = directory.split('/').any(|part| part.starts_with('.'));
            if directory.is_empty() || hidden || !include.iter().any(|g| g.is_match(directory)) {
                continue;
            }
            if exclude.iter().any(|g| g.is_match(directory)) {
                result.excluded.push(directory.to_owned());
                continue;
            }
            let mut instance = Instance::default();
            path_params(directory, &prefix, &mut instance.params);
            result.instances.push(instance);
        }
    }
    let files = body.items_at(&["files"]);
    let mut excluded = Vec::new();
    for file in files.iter().filter(|f| flag(f)) {
        excluded.extend(pattern(file).and_then(|p| result.glob(file, &p, Star::Path)));
    }
    for file in files.iter().filter(|f| !flag(f)) {
        // Argo CD's default globbing lets a star cross slashes.
        let Some(pattern) = pattern(file) else { continue };
        let Some(include) = result.glob(file, &pattern, Star::Path) else { continue };
        for (id, path) in context.workspace.below(base(&pattern)) {
            if !effort.go(1 + excluded.len(), file.span()) {
                break;
            }
            if !include.is_match(path) || excluded.iter().any(|g| g.is_match(path)) {
                continue;
            }
            if context.workspace.parsed(id).problems.iter().any(|p| p.kind == ProblemKind::Syntax) {
                result.unseen.insert((file.span(), format!("{path} is not valid YAML: what the set makes of it is unknown")));
            }
            for document in &context.workspace.parsed(id).documents {
                let roots = document.root.as_sequence().map_or_else(|| vec![&document.root], |items| items.iter().collect());
                for root in roots {
                    if result.instances.len() > MAX_INSTANCES || !effort.go(root.weight() as usize, file.span()) {
                        break;
                    }
                    let mut instance = Instance::default();
                    flatten(root, "", &mut instance.params);
                    path_params(parent(path), &prefix, &mut instance.params);
                    let file = crate::files::name(path);
                    instance.params.insert(format!("{prefix}path.filename"), file.to_owned());
                    instance.params.insert(format!("{prefix}path.filenameNormalized"), normalise(file));
                    result.instances.push(instance);
                }
            }
        }
    }
}

/// The directory that whatever a pattern matches lies below: what stands before its first special character.
fn base(pattern: &str) -> &str {
    parent(&pattern[..pattern.find(['*', '?', '[', '{', '\\']).unwrap_or(pattern.len())])
}

/// The directories that lie below no other one.
fn outermost(directories: &BTreeSet<String>) -> impl Iterator<Item = &str> {
    let inside = |directory: &str| directory.match_indices('/').map(|(at, _)| &directory[..at]).chain([""]).any(|above| directories.contains(above));
    directories.iter().map(String::as_str).filter(move |d| d.is_empty() || !inside(d))
}

fn path_params(directory: &str, prefix: &str, params: &mut Params) {
    let base = crate::files::name(directory);
    let mut set = |key: &str, value: &str| params.insert(format!("{prefix}{key}"), value.to_owned());
    set("path", directory);
    set("path.path", directory);
    set("path.basename", base);
    set("path.basenameNormalized", &normalise(base));
    for (index, segment) in directory.split('/').enumerate() {
        set(&format!("path.{index}"), segment);
        set(&format!("path.segments.{index}"), segment);
    }
}

/// Clusters that Argo CD knows. Secrets in Git name some of them; the world stays open.
fn clusters(body: &Node, context: &Context<'_>, result: &mut Yield) {
    let selected = body.find(&["selector"]);
    let weight = 1 + selected.map_or(0, |s| s.weight() as usize);
    for secret in context.all("", "Secret") {
        if result.instances.len() > MAX_INSTANCES || !context.effort().go(weight, body.span()) {
            break;
        }
        if !is_registration(secret) || selected.is_some_and(|s| chooses(s, secret) != Tri::Yes) {
            continue;
        }
        if !context.effort().go(secret.root.weight() as usize, body.span()) {
            break;
        }
        let instance = Instance { params: secret_params(secret), ..Instance::default() };
        // What the Secret itself is called is not always the cluster's name.
        let named = field(secret, "name").is_some();
        result.instances.push(if named { instance.of_cluster() } else { instance });
    }
    let open = match selected.map(|s| s.at(&["matchLabels"])) {
        None | Some(Lookup::Absent) => Target::All,
        Some(_) => Target::Some,
    };
    let open = if selected.is_some_and(|s| !s.items_at(&["matchExpressions"]).is_empty()) { Target::Some } else { open };
    result.instances.push(Instance::open(open));
}

/// Whether a Secret registers a cluster with Argo CD.
pub(super) fn is_registration(secret: &Object) -> bool {
    secret.label("argocd.argoproj.io/secret-type").and_then(Node::text) == Some("cluster")
}

fn secret_params(secret: &Object) -> Params {
    let mut params = Params::new();
    for key in ["name", "server"] {
        if let Some(value) = field(secret, key) {
            params.insert(key.to_owned(), value);
        }
    }
    let name = params.get("name").cloned().unwrap_or_else(|| secret.name.clone());
    params.insert("nameNormalized".to_owned(), normalise(&name));
    params.insert("name".to_owned(), name);
    for part in ["labels", "annotations"] {
        if let Some(map) = secret.root.find(&["metadata", part]) {
            flatten(map, &format!("metadata.{part}"), &mut params);
        }
    }
    params
}

/// The clusters that a Placement decides for.
fn decision(body: &Node, context: &Context<'_>, result: &mut Yield) {
    let label = body.find(&["labelSelector", "matchLabels", "cluster.open-cluster-management.io/placement"]).and_then(Node::text);
    let chosen = label.map_or(acm::Chosen::Some, |name| acm::placement(context, name, None));
    if matches!(chosen, acm::Chosen::AtLeast(_)) {
        result.instances.push(Instance::open(Target::Some));
    }
    match chosen {
        acm::Chosen::These(names) | acm::Chosen::AtLeast(names) if !context.effort().go(names.len(), body.span()) => {}
        acm::Chosen::These(names) | acm::Chosen::AtLeast(names) => result.instances.extend(names.into_iter().map(|name| {
            let params = [("clusterName", &name), ("name", &name)].map(|(k, v)| (k.to_owned(), v.clone())).into();
            Instance { params, ..Instance::default() }.of_cluster()
        })),
        acm::Chosen::All => result.instances.push(Instance::open(Target::All)),
        acm::Chosen::Some => result.instances.push(Instance::open(Target::Some)),
    }
}

/// Instances of the first generator, overridden by those of the others with the same keys. An open instance takes on every concrete one.
fn merge(body: &Node, context: &Context<'_>, depth: usize, result: &mut Yield) {
    let keys: Vec<&str> = body.items_at(&["mergeKeys"]).iter().filter_map(Node::text).collect();
    let mut parts = body.items_at(&["generators"]).iter().map(|g| one(g, context, &Params::new(), depth + 1));
    let Some(first) = parts.next() else { return };
    let mut base = result.absorb(first);
    let value = |i: &Instance| keys.iter().map(|k| i.params.get(*k).cloned()).collect::<Vec<_>>();
    let mut known: BTreeMap<Vec<Option<String>>, Vec<usize>> = BTreeMap::new();
    for (number, instance) in base.iter().enumerate().filter(|(_, i)| !i.is_open()) {
        known.entry(value(instance)).or_default().push(number);
    }
    let open = base.iter().find(|i| i.is_open()).cloned();
    for part in parts {
        for over in result.absorb(part) {
            let numbers = known.entry(value(&over)).or_default();
            for number in numbers.iter() {
                if !context.effort().go(1 + over.params.len(), body.span()) {
                    break;
                }
                if let Some(instance) = base.get_mut(*number) {
                    instance.params.extend(over.params.clone());
                }
            }
            if let (true, false, Some(open)) = (numbers.is_empty(), over.is_open(), &open) {
                let mut params = open.params.clone();
                params.extend(over.params);
                numbers.push(base.len());
                base.push(Instance { params, target: over.target, template: open.template.clone() }.of_cluster());
            }
        }
    }
    result.instances.extend(base);
}

/// Every instance of the first generator with every one of the second.
fn matrix(body: &Node, context: &Context<'_>, depth: usize, result: &mut Yield) {
    let [first, second] = body.items_at(&["generators"]) else {
        result.instances.push(Instance::open(Target::Some));
        result.unseen.insert((body.span(), "Argo CD combines two generators in a matrix, no other number".to_owned()));
        return;
    };
    let left = one(first, context, &Params::new(), depth + 1);
    for a in result.absorb(left) {
        let right = one(second, context, &a.params, depth + 1);
        for b in result.absorb(right) {
            if result.instances.len() >= MAX_INSTANCES {
                result.cut = true;
                return;
            }
            if !context.effort().go(1 + a.params.len() + b.params.len(), body.span()) {
                return;
            }
            let mut params = a.params.clone();
            params.extend(b.params);
            let target = b.target.or_else(|| a.target.clone());
            result.instances.push(Instance { params, target, template: b.template.or_else(|| a.template.clone()) });
        }
    }
}

/// Directories that fit a path template with one open reference, with what stands in its place: `regions/{{name}}/config` ⇒ fra1, nyc3.
pub(super) fn invert(template: &str, at: Span, context: &Context<'_>) -> Vec<(String, Params)> {
    let Some((before, rest)) = template.split_once("{{") else { return Vec::new() };
    let Some((reference, after)) = rest.split_once("}}") else { return Vec::new() };
    let name = reference.trim().trim_start_matches('.');
    if !matches!(name, "name" | "nameNormalized") || after.contains("{{") {
        return Vec::new();
    }
    let (before, mut found, mut seen) = (before.trim_start_matches("./"), Vec::new(), BTreeSet::new());
    let above = before.rfind('/').map_or("", |end| &before[..end]);
    for directory in context.workspace.directories_below(above) {
        if !context.effort().go(1, at) {
            break;
        }
        let Some(middle) = directory.strip_prefix(before) else { continue };
        let value = middle.split('/').next().unwrap_or_default();
        let rebuilt = format!("{before}{value}{after}");
        let rebuilt = rebuilt.trim_end_matches('/');
        let plain = !value.is_empty() && !crate::cluster::conventions::is_never(value);
        if plain && context.workspace.is_directory(rebuilt) && seen.insert(value.to_owned()) {
            let params = ["name", "nameNormalized"].map(|k| (k.to_owned(), value.to_owned())).into();
            found.push((value.to_owned(), params));
        }
    }
    found
}

/// Fills a template's text; for callers that have no tree.
pub(super) fn fill(template: &str, params: &Params, effort: &Effort, at: Span) -> String {
    template::text(template, params, effort, at)
}
