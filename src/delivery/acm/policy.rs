//! Policies: what an enforced ConfigurationPolicy applies, and to which clusters its bindings lead.

use super::super::helm::blank_control_lines;
use super::super::plan::Context;
use super::super::{Emission, Mode, Target, What};
use super::{placement, to_each};
use crate::finding::{Confidence, Label};
use crate::manifest::{self, Object, template::is_template};
use crate::operator::hyperconverged::KIND;
use crate::yaml::{Node, ProblemKind, parse_value};

const GROUP: &str = "policy.open-cluster-management.io";

/// What a Policy delivers.
pub(super) fn emissions(policy: &Object, context: &Context<'_>) -> Vec<Emission> {
    let Some(spec) = policy.root.find(&["spec"]) else { return Vec::new() };
    if spec.find(&["disabled"]).and_then(Node::as_bool) == Some(true) {
        return Vec::new();
    }
    // The policy's own action overrides its templates'.
    let action = spec.find(&["remediationAction"]).and_then(Node::text);
    let targets = bound(&policy.name, policy.namespace.as_deref(), context);
    let enforced = enforced(policy, &targets, context);
    let mut emissions = Vec::new();
    for template in spec.items_at(&["policy-templates"]).iter().filter_map(|t| t.find(&["objectDefinition"])) {
        let (own, unseen) = applied(template, action);
        // A policy that only inspects is enforced where a binding says so.
        let overridden = own.is_empty() && unseen.is_none() && !enforced.is_empty();
        let (applied, unseen) = if overridden { applied(template, Some("enforce")) } else { (own, unseen) };
        let targets = if overridden { &enforced } else { &targets };
        emissions.extend(unseen);
        for Applied { mode, objects, confidence } in applied {
            let via = Label { span: template.span(), message: format!("the policy {} enforces it", policy.name) };
            emissions.extend(to_each(&objects, targets.clone(), mode, &via).into_iter().map(|e| Emission { confidence, ..e }));
        }
    }
    emissions
}

/// What a ConfigurationPolicy of its own applies, in the cluster it is applied to.
pub(super) fn standalone(policy: &Object) -> Vec<Emission> {
    let one = |Applied { mode, objects, confidence }| Emission {
        what: What::Objects(objects),
        target: None,
        mode,
        confidence,
        via: Label { span: policy.span(), message: format!("the policy {} enforces it", policy.name) },
    };
    let (applied, unseen) = applied(&policy.root, None);
    applied.into_iter().map(one).chain(unseen).collect()
}

/// Objects that a policy applies.
struct Applied {
    /// How.
    mode: Mode,
    objects: Vec<Object>,
    /// Whether it does.
    confidence: Confidence,
}

/// The objects that a ConfigurationPolicy applies; and what a template keeps from being read.
fn applied(policy: &Node, action: Option<&str>) -> (Vec<Applied>, Option<Emission>) {
    let nothing = (Vec::new(), None);
    let Some(object) = Object::read(policy).filter(|o| o.is(GROUP, "ConfigurationPolicy")) else { return nothing };
    let own = object.root.find(&["spec", "remediationAction"]).and_then(Node::text);
    // Inform is the default. What only a template can tell is taken to enforce: nobody templates an action to inspect.
    let action = action.or(own).unwrap_or("inform");
    if !action.eq_ignore_ascii_case("enforce") && !is_template(action) {
        return nothing;
    }
    let mut unseen = None;
    let sure = |template: &Node| (template.clone(), Confidence::High);
    let mut templates: Vec<(Node, Confidence)> = object.root.items_at(&["spec", "object-templates"]).iter().map(sure).collect();
    if let Some(raw) = object.root.find(&["spec", "object-templates-raw"]) {
        let (found, whole) = listed(raw);
        templates.extend(found);
        // Most such policies are about something else.
        if !whole && raw.text().is_none_or(|text| text.contains(KIND)) {
            let reason = "the policy's `object-templates-raw` is not YAML before its templates are evaluated; render it and lint the result";
            unseen = Some(Emission::unseen(
                object.root.entry_at(&["spec", "object-templates-raw"]).map_or(raw.span(), |e| e.key.span()),
                reason.to_owned(),
            ));
        }
    }
    let mut result = Vec::new();
    for (template, confidence) in templates {
        let kind = template.find(&["complianceType"]).and_then(Node::text).unwrap_or_default().to_lowercase();
        let mode = match kind.as_str() {
            "musthave" => Mode::Merge,
            "mustonlyhave" => Mode::Full,
            _ => continue,
        };
        if let Some(definition) = template.find(&["objectDefinition"]) {
            result.push(Applied { mode, objects: manifest::objects(definition), confidence });
        }
    }
    (result, unseen)
}

/// The entries of a list that is written as a text with templates, and whether that is all of them for sure.
fn listed(raw: &Node) -> (Vec<(Node, Confidence)>, bool) {
    let read = |node: &Node, confidence| -> (Vec<_>, bool) {
        let parsed = parse_value(node);
        let whole = parsed.documents.iter().all(|d| d.root.as_sequence().is_some()) && !parsed.problems.iter().any(|p| p.kind == ProblemKind::Syntax);
        let items = parsed.documents.iter().flat_map(|d| d.root.as_sequence().unwrap_or_default());
        (items.map(|item| (item.clone(), confidence)).collect(), whole)
    };
    let (found, whole) = read(raw, Confidence::High);
    let Some(text) = raw.text().filter(|_| !whole) else { return (found, whole) };
    // Loops and conditions around lines leave no YAML, and may leave out anything. Definitions and comments change nothing.
    let branches = text.lines().any(|line| BRANCHES.contains(&keyword(line)));
    match read(&raw.filled_in(blank_control_lines(text)), if branches { Confidence::Low } else { Confidence::High }) {
        (all, true) => (all, !branches),
        (_, false) => (found, false),
    }
}

/// Words that begin a line of a template which decides about other lines.
const BRANCHES: [&str; 8] = ["if", "else", "range", "with", "end", "define", "block", "template"];

/// The first word of the template code that a line begins with.
fn keyword(line: &str) -> &str {
    let code = line.trim_start().strip_prefix("{{").unwrap_or_default();
    code.trim_start_matches('-').trim_start_matches("hub").trim_start_matches(['-', ' ']).split([' ', '}', '-']).next().unwrap_or_default()
}

/// The clusters of a policy, through its bindings. A policy that nothing in Git binds may be bound elsewhere.
pub(super) fn bound(policy: &str, namespace: Option<&str>, context: &Context<'_>) -> Vec<Target> {
    led_to(policy, namespace, context, &|b| !is_filter(b)).unwrap_or_else(|| vec![Target::Some])
}

/// The clusters in which a binding has a policy enforced, whatever the policy itself says.
fn enforced(policy: &Object, bound: &[Target], context: &Context<'_>) -> Vec<Target> {
    let clusters = |restricted: bool| {
        let overrides = |b: &Object| b.root.str_at(&["bindingOverrides", "remediationAction"]).is_some_and(|a| a.eq_ignore_ascii_case("enforce"));
        let wanted = |b: &Object| overrides(b) && is_filter(b) == restricted;
        led_to(&policy.name, policy.namespace.as_deref(), context, &wanted).unwrap_or_default()
    };
    let mut enforced = clusters(false);
    let within = |target: &Target| bound.contains(target) || bound.contains(&Target::All);
    enforced.extend(clusters(true).into_iter().filter(within));
    enforced
}

/// Whether a binding is for some of the clusters that others bind, and adds none.
fn is_filter(binding: &Object) -> bool {
    binding.root.str_at(&["subFilter"]) == Some("restricted")
}

/// The clusters that the bindings which pass a test lead a policy to; nothing where there is no such binding.
fn led_to(policy: &str, namespace: Option<&str>, context: &Context<'_>, wanted: &dyn Fn(&Object) -> bool) -> Option<Vec<Target>> {
    let near = |o: &&Object| namespace.is_none() || o.namespace.is_none() || o.namespace.as_deref() == namespace;
    let listed = |set: &str| {
        let found = context.all(GROUP, "PolicySet").filter(near).find(|s| s.name == set);
        found.is_some_and(|s| s.root.items_at(&["spec", "policies"]).iter().any(|p| p.text() == Some(policy)))
    };
    let (mut targets, mut any) = (Vec::new(), false);
    for binding in context.all(GROUP, "PlacementBinding").filter(near).filter(|b| wanted(b)) {
        let binds = binding.root.items_at(&["subjects"]).iter().any(|s| {
            let field = |key: &str| s.find(&[key]).and_then(Node::text).unwrap_or_default();
            match field("kind") {
                "Policy" => field("name") == policy,
                "PolicySet" => listed(field("name")),
                _ => false,
            }
        });
        any |= binds;
        if let (true, Some(name)) = (binds, binding.root.find(&["placementRef", "name"]).and_then(Node::text)) {
            for target in placement(context, name, binding.namespace.as_deref()).targets() {
                if !targets.contains(&target) {
                    targets.push(target);
                }
            }
        }
    }
    any.then_some(targets)
}
