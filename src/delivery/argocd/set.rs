//! ApplicationSets: one Application per instance.

use super::super::effort::Effort;
use super::super::plan::Context;
use super::super::{Emission, Mode, Target, What};
use super::application::{self, Fate};
use super::generators::{self, Instance, MAX_INSTANCES, invert};
use super::template;
use crate::finding::{Confidence, Label};
use crate::yaml::{Lists, Node, Opaque, parse_value};

/// What a set delivers.
pub(super) fn emissions(root: &Node, context: &Context<'_>) -> Vec<Emission> {
    let yielded = generators::all(root.items_at(&["spec", "generators"]), context);
    let Some(base) = root.find(&["spec", "template"]) else { return Vec::new() };
    let patch = root.find(&["spec", "templatePatch"]);
    let (mut emissions, effort) = (Vec::new(), context.effort());
    'set: for instance in yielded.instances {
        for (params, target) in openings(base, &instance, context) {
            let merged = instance.template.as_ref().map_or_else(|| base.clone(), |over| base.overlaid(over, Lists::Replace));
            // A template that fills in nothing is gone through all the same.
            if !effort.generate(root.span()) || !effort.fill(merged.weight() as usize * 16, merged.span()) {
                break 'set;
            }
            let application = template::node(&merged, &params, effort);
            let (application, veil) = patch.map_or((application.clone(), None), |patch| patched(application, patch, &params, effort));
            let fate = Fate { open: target, veil, via: None };
            emissions.extend(application::emissions(&application, context, &fate));
        }
    }
    emissions.extend(yielded.unseen.into_iter().map(|(span, reason)| Emission::unseen(span, reason)));
    if !yielded.excluded.is_empty() {
        emissions.push(Emission {
            what: What::Nothing(yielded.excluded),
            target: None,
            mode: Mode::Full,
            confidence: Confidence::High,
            via: Label { span: root.span(), message: "this set leaves the directory out".to_owned() },
        });
    }
    let many = format!("the generators yield more than {MAX_INSTANCES} instances; the others were left out");
    if yielded.cut {
        emissions.push(Emission {
            what: What::Beyond(many),
            target: None,
            mode: Mode::Full,
            confidence: Confidence::High,
            via: Label { span: root.span(), message: "this set delivers more".to_owned() },
        });
    }
    emissions
}

/// An Application with the set's `templatePatch` merged onto it; and what of it stays unknown where the patch is more than references.
fn patched(application: Node, patch: &Node, params: &template::Params, effort: &Effort) -> (Node, Option<Opaque>) {
    let text = patch.text().unwrap_or_default();
    // Most patches are about syncing.
    if !text.contains("source") && !text.contains("destination") {
        return (application, None);
    }
    if !effort.fill(text.len(), patch.span()) {
        return (application, Some(Opaque { reason: "a templatePatch may change it".into(), span: patch.span() }));
    }
    let filled = template::text(text, params, effort, patch.span());
    let parsed = if filled == text { parse_value(patch) } else { parse_value(&patch.filled_in(filled.clone())) };
    match parsed.documents.first().filter(|_| !filled.contains("{{") && parsed.problems.is_empty()) {
        Some(document) => (application.overlaid(&document.root, Lists::Replace), None),
        None => (application, Some(Opaque { reason: "a templatePatch may change it".into(), span: patch.span() })),
    }
}

/// The instances an instance stands for: itself, or, when its cluster is open and its path names the cluster, one per directory that fits.
fn openings(base: &Node, instance: &Instance, context: &Context<'_>) -> Vec<(template::Params, Option<Target>)> {
    let own = (instance.params.clone(), instance.target.clone());
    if !instance.is_open() {
        return vec![own];
    }
    let Some(spec) = base.find(&["spec"]) else { return vec![own] };
    let paths = application::sources(spec).into_iter().filter_map(|s| s.find(&["path"])?.text());
    let inverted: Vec<_> =
        paths.flat_map(|p| invert(&generators::fill(p, &instance.params, context.effort(), spec.span()), spec.span(), context)).collect();
    if inverted.is_empty() {
        return vec![own];
    }
    let named = |(name, found): (String, template::Params)| {
        let mut params = instance.params.clone();
        params.extend(found);
        // Whatever reference the destination uses, it is this cluster's.
        (params, Some(Target::Named(name)))
    };
    inverted.into_iter().map(named).collect()
}
