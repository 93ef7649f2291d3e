//! One Application: its sources and its destination.

use super::super::plan::Context;
use super::super::render::below;
use super::super::{Emission, Mode, Rendering, Target, Tool, What};
use super::release::release;
use crate::files::{CHART, Star, glob, join};
use crate::finding::{Confidence, Label};
use crate::manifest::template::is_template;
use crate::source::Span;
use crate::yaml::{Entry, Mapping, Node, Opaque, Value};

/// What a set knows of the clusters of an Application whose destination stays open.
#[derive(Clone, Debug, Default)]
pub(super) struct Fate {
    /// Where an Application goes whose destination is an expression.
    pub(super) open: Option<Target>,
    /// What may be changed about the Application's sources.
    pub(super) veil: Option<Opaque>,
    /// The place to name when the Application is a set's.
    pub(super) via: Option<Span>,
}

/// The sources of a spec: `source` or `sources`.
pub(super) fn sources(spec: &Node) -> Vec<&Node> {
    spec.find(&["source"]).into_iter().chain(spec.items_at(&["sources"])).collect()
}

/// What an Application delivers.
pub(super) fn emissions(root: &Node, context: &Context<'_>, fate: &Fate) -> Vec<Emission> {
    let Some(spec) = root.find(&["spec"]) else { return Vec::new() };
    let target = destination(spec, fate, context);
    let mut emissions = Vec::new();
    for source in sources(spec) {
        let Some(path) = source.find(&["path"]) else { continue };
        let (Some(text), url) = (path.text(), source.find(&["repoURL"]).and_then(Node::text).unwrap_or_default()) else { continue };
        let Some(directory) = join("", text.trim_start_matches('/')).filter(|d| !is_template(text) && context.workspace.is_directory(d)) else {
            continue;
        };
        if !context.repository.is(url) {
            continue;
        }
        let directory_options = source.find(&["directory"]);
        let option = |key: &str| directory_options.and_then(|d| d.str_at(&[key])).unwrap_or_default().to_owned();
        let tool = Tool::ArgoCd {
            recurse: directory_options.and_then(|d| d.find(&["recurse"])).and_then(Node::as_bool).unwrap_or(false),
            include: option("include"),
            exclude: option("exclude"),
        };
        let unread = ["include", "exclude"].into_iter().find_map(|key| unread(directory_options?.find(&[key])?));
        let veil = unread.as_ref().map(|(span, reason)| Opaque { reason: reason.as_str().into(), span: *span });
        emissions.extend(unread.map(|(span, reason)| Emission::unseen(span, reason)));
        let release = release(root, source, &directory, context);
        // A chart's objects are doubtful enough without it.
        let chart = context.workspace.find(&below(&directory, CHART)).is_some();
        let plugin = source.find(&["plugin"]).filter(|_| !chart).map(|p| Opaque { reason: "a plugin may change it".into(), span: p.span() });
        emissions.push(Emission {
            what: What::Directory(Rendering {
                directory,
                tool,
                overlay: source.find(&["kustomize"]).map(overlay),
                veil: fate.veil.clone().or(veil).or(plugin),
                release,
            }),
            target: target.clone(),
            mode: Mode::Full,
            confidence: Confidence::High,
            via: Label { span: fate.via.unwrap_or(path.span()), message: format!("Argo CD delivers {text}") },
        });
    }
    emissions
}

/// Where an Application goes: `None` is the cluster that its Argo CD runs on.
fn destination(spec: &Node, fate: &Fate, context: &Context<'_>) -> Option<Target> {
    let open = || Some(fate.open.clone().unwrap_or(Target::Some));
    let text = |key: &str| spec.find(&["destination", key]).and_then(Node::text).filter(|t| !t.is_empty());
    match (text("name"), text("server")) {
        (Some(name), _) if is_template(name) => open(),
        (Some("in-cluster"), _) => None,
        (Some(name), _) => Some(Target::Named(name.to_owned())),
        (None, Some(server)) if is_template(server) => open(),
        (None, Some(server)) if server.contains("kubernetes.default.svc") => None,
        (None, Some(server)) => Some(Target::Named(context.registered(server).unwrap_or(server).to_owned())),
        // No destination at all: it cannot be deployed, or a project fills it in.
        (None, None) => open(),
    }
}

/// Why a glob of files cannot be applied, with its place: Argo CD refuses it, or a template fills it in.
fn unread(node: &Node) -> Option<(Span, String)> {
    let text = node.text()?;
    let why = if is_template(text) { "it is a template".to_owned() } else { glob(text, Star::Path).err()? };
    Some((node.span(), format!("the files that this glob picks cannot be told: {why}")))
}

/// `source.kustomize` in the kustomization's own words.
fn overlay(kustomize: &Node) -> Node {
    let Some(mapping) = kustomize.as_mapping() else { return kustomize.clone() };
    let mut entries: Vec<Entry> = Vec::new();
    for entry in &mapping.entries {
        // Argo CD calls it by the flag's name; versions and flags are no fields of a kustomization.
        match entry.key.text() {
            Some(
                "version"
                | "forceCommonLabels"
                | "forceCommonAnnotations"
                | "ignoreMissingComponents"
                | "labelWithoutSelector"
                | "labelIncludeTemplates",
            ) => {}
            _ => entries.push(entry.clone()),
        }
    }
    kustomize.clone().with_value(Value::Mapping(Mapping { entries, ..mapping.clone() }))
}
