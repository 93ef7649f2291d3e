//! Where transformers write and what refers to what by name: the built-in table, and what `configurations` files add.

use super::fields;
use super::fieldspec::FieldSpec;
use super::id::Gvk;
use super::log::{Log, ProblemKind};
use crate::source::Span;
use crate::yaml::Node;
use std::sync::{Arc, LazyLock};

/// The field specs of all transformers.
#[derive(Clone, Debug, Default)]
pub(super) struct Specs {
    pub(super) name_prefix: Vec<FieldSpec>,
    pub(super) name_suffix: Vec<FieldSpec>,
    pub(super) namespace: Vec<FieldSpec>,
    pub(super) common_labels: Vec<FieldSpec>,
    pub(super) labels: Vec<FieldSpec>,
    pub(super) template_labels: Vec<FieldSpec>,
    pub(super) common_annotations: Vec<FieldSpec>,
    pub(super) images: Vec<FieldSpec>,
    pub(super) replicas: Vec<FieldSpec>,
    pub(super) var_reference: Vec<FieldSpec>,
    /// A kind, and the fields that refer to objects of it by name.
    pub(super) name_reference: Vec<(Gvk, Vec<FieldSpec>)>,
}

impl Specs {
    /// What kustomize carries.
    pub(super) fn builtin() -> Arc<Specs> {
        static BUILTIN: LazyLock<Arc<Specs>> = LazyLock::new(|| Arc::new(Specs::read(include_str!("data/field_specs.txt"))));
        BUILTIN.clone()
    }

    /// What stands before anything is read.
    pub(super) fn none() -> Arc<Specs> {
        static NONE: LazyLock<Arc<Specs>> = LazyLock::new(Arc::default);
        NONE.clone()
    }

    fn read(text: &str) -> Self {
        let mut specs = Specs::default();
        let mut section = "";
        for line in text.lines().filter(|l| !l.is_empty() && !l.starts_with('#')) {
            let mut words = line.split_whitespace();
            let Some(first) = words.next() else { continue };
            if !line.starts_with(' ') {
                section = first;
                specs.name_reference.extend(words.next().map(|kind| (gvk(kind), Vec::new())));
                continue;
            }
            let (path, create) = first.strip_suffix('!').map_or((first, false), |p| (p, true));
            let mut kinds: Vec<Gvk> = words.map(gvk).collect();
            if kinds.is_empty() {
                kinds.push(Gvk::default());
            }
            let entries = kinds.into_iter().map(|gvk| FieldSpec { path: expand(path, &gvk.kind), gvk, create });
            if let Some(list) = specs.section(section) {
                list.extend(entries);
            } else if let Some((_, list)) = specs.name_reference.last_mut() {
                list.extend(entries);
            }
        }
        specs.common_labels.retain(|s| !s.path.starts_with('='));
        specs.common_labels.extend(specs.template_labels.iter().cloned());
        specs
    }

    fn section(&mut self, name: &str) -> Option<&mut Vec<FieldSpec>> {
        match name {
            "namePrefix" => Some(&mut self.name_prefix),
            "nameSuffix" => Some(&mut self.name_suffix),
            "namespace" => Some(&mut self.namespace),
            "commonLabels" => Some(&mut self.common_labels),
            "labels" => Some(&mut self.labels),
            "templateLabels" => Some(&mut self.template_labels),
            "commonAnnotations" => Some(&mut self.common_annotations),
            "images" => Some(&mut self.images),
            "replicas" => Some(&mut self.replicas),
            "varReference" => Some(&mut self.var_reference),
            _ => None,
        }
    }

    /// What a `configurations` file says.
    pub(super) fn from_configuration(root: &Node, log: &mut Log) -> Self {
        let mut specs = Specs::default();
        let Some(mapping) = root.as_mapping() else {
            if !root.is_null() {
                log.refuse(ProblemKind::Field, root.span(), "a transformer configuration is a map");
            }
            return specs;
        };
        for entry in &mapping.entries {
            let Some(name) = entry.key.text() else { continue };
            let items = entry.value.as_sequence().unwrap_or_default();
            if name.eq_ignore_ascii_case("nameReference") {
                for item in items {
                    let referrers = fields::items(item, "fieldSpecs").iter().map(field_spec).collect();
                    specs.add_reference(gvk_of(item), referrers, entry.key.span(), log);
                }
            } else if let Some(list) = SECTIONS.iter().find(|s| s.eq_ignore_ascii_case(name)).and_then(|s| specs.section(s)) {
                items.iter().for_each(|item| add(list, field_spec(item), item.span(), log));
            } else {
                log.refuse(ProblemKind::Field, entry.key.span(), format!("a transformer configuration has no field `{name}`"));
            }
        }
        specs
    }

    pub(super) fn add_reference(&mut self, target: Gvk, specs: Vec<FieldSpec>, span: Span, log: &mut Log) {
        match self.name_reference.iter_mut().find(|(gvk, _)| *gvk == target) {
            Some((_, list)) => specs.into_iter().for_each(|s| add(list, s, span, log)),
            None => self.name_reference.push((target, specs)),
        }
    }

    /// Takes over what another configuration says, as kustomize merges them: what a spec that is there covers is left out, and all are
    /// sorted. A spec for one kind comes before the one for all kinds, which the next merging then leaves out.
    pub(super) fn merge(mine: &Arc<Specs>, theirs: &Arc<Specs>, span: Span, log: &mut Log) -> Arc<Specs> {
        let is = |specs: &Arc<Specs>, other: &Arc<Specs>| Arc::ptr_eq(specs, other);
        let (none, builtin) = (Specs::none(), Specs::builtin());
        if is(theirs, &none) || is(theirs, &builtin) && is(mine, &builtin) {
            return mine.clone();
        }
        if is(mine, &none) && is(theirs, &builtin) {
            return builtin;
        }
        let mut all = (**mine).clone();
        all.take_in((**theirs).clone(), span, log);
        Arc::new(all)
    }

    /// The same for a configuration that is not shared.
    pub(super) fn take_in(&mut self, mut theirs: Specs, span: Span, log: &mut Log) {
        for name in SECTIONS {
            let more = theirs.section(name).map(std::mem::take).unwrap_or_default();
            if let Some(list) = self.section(name) {
                more.into_iter().for_each(|spec| add(list, spec, span, log));
                sort(list);
            }
        }
        theirs.name_reference.into_iter().for_each(|(target, specs)| self.add_reference(target, specs, span, log));
        self.name_reference.sort_by_cached_key(|(gvk, _)| gvk.rank());
    }
}

/// Sorts specs by their kinds.
pub(super) fn sort(list: &mut [FieldSpec]) {
    list.sort_by_cached_key(|spec| spec.gvk.rank());
}

const SECTIONS: [&str; 10] =
    ["namePrefix", "nameSuffix", "namespace", "commonLabels", "labels", "templateLabels", "commonAnnotations", "images", "replicas", "varReference"];

/// Adds a spec unless an equal or narrower one is there (`FsSlice.MergeOne`); one that differs only in creating is refused.
pub(super) fn add(list: &mut Vec<FieldSpec>, spec: FieldSpec, span: Span, log: &mut Log) {
    if let Err(misfit) = log.work(|work| work.spend(list.len(), span)) {
        return log.limit(misfit.span, misfit.message, true);
    }
    match list.iter().find(|s| s.path == spec.path && spec.gvk.selects(&s.gvk)) {
        Some(same) if same.create != spec.create => {
            log.refuse(ProblemKind::Field, span, format!("the field spec for `{}` contradicts another about `create`", spec.path));
        }
        Some(_) => {}
        None => list.push(spec),
    }
}

/// A field spec as a configuration file or a label entry writes it.
pub(super) fn field_spec(node: &Node) -> FieldSpec {
    FieldSpec { gvk: gvk_of(node), path: fields::text(node, "path").unwrap_or("").into(), create: fields::flag(node, "create") }
}

/// `group`, `version` and `kind` of a node.
pub(super) fn gvk_of(node: &Node) -> Gvk {
    let part = |name: &str| Box::from(fields::text(node, name).unwrap_or(""));
    Gvk { group: part("group"), version: part("version"), kind: part("kind") }
}

/// `Kind.group/version` of the table.
fn gvk(word: &str) -> Gvk {
    let (word, version) = word.split_once('/').unwrap_or((word, ""));
    let (kind, group) = word.split_once('.').unwrap_or((word, ""));
    Gvk { group: group.into(), version: version.into(), kind: kind.into() }
}

fn expand(path: &str, kind: &str) -> Box<str> {
    let pod = match kind {
        "Pod" => "spec",
        "PodTemplate" => "template/spec",
        "CronJob" => "spec/jobTemplate/spec/template/spec",
        _ => "spec/template/spec",
    };
    path.replace("<pod>", pod).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_reads_as_it_is_meant() {
        let specs = Specs::builtin();
        assert_eq!(specs.name_prefix.len(), 1);
        assert_eq!(specs.images.len(), 4);
        assert!(specs.images.iter().all(|s| s.create && s.gvk == Gvk::default()));
        let labelled: Vec<&str> = specs.common_labels.iter().filter(|s| &*s.gvk.kind == "Deployment").map(|s| &*s.path).collect();
        assert!(labelled.contains(&"spec/selector/matchLabels") && labelled.contains(&"spec/template/metadata/labels"));
        assert!(specs.template_labels.iter().all(|s| !s.path.contains("selector")));
        let config_map = specs.name_reference.iter().find(|(g, _)| &*g.kind == "ConfigMap").map(|(_, s)| s).expect("listed");
        assert!(config_map.iter().any(|s| &*s.gvk.kind == "CronJob" && &*s.path == "spec/jobTemplate/spec/template/spec/volumes/configMap/name"));
        let all = specs.common_labels.len() + specs.namespace.len() + specs.common_annotations.len();
        assert_eq!(all, 32 + 3 + 9);
    }
}
