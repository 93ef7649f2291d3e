//! Policies: what an enforced ConfigurationPolicy applies, and to which clusters its bindings lead.

use super::super::helm::blank_control_lines;
use super::super::plan::Context;
use super::super::{Emission, Mode, Target, What};
use super::placement::placed;
use super::to_each;
use crate::finding::{Confidence, Label};
use crate::manifest::{self, Object, template::is_template};
use crate::operator::hyperconverged::KIND;
use crate::source::Span;
use crate::yaml::{Node, ProblemKind, parse_value};
use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

const GROUP: &str = "policy.open-cluster-management.io";

/// What a Policy delivers.
pub(super) fn emissions(policy: &Object, context: &Context<'_>) -> Vec<Emission> {
    let Some(spec) = policy.root.find(&["spec"]) else { return Vec::new() };
    if spec.find(&["disabled"]).and_then(Node::as_bool) == Some(true) {
        return Vec::new();
    }
    // The policy's own action overrides its templates'.
    let action = spec.find(&["remediationAction"]).and_then(Node::text);
    let (targets, forced) = (OnceCell::new(), OnceCell::new());
    let targets = || targets.get_or_init(|| bound(&policy.name, policy.namespace.as_deref(), policy.span(), context));
    let enforced = || forced.get_or_init(|| enforced(policy, targets(), context));
    let mut emissions = Vec::new();
    for template in spec.items_at(&["policy-templates"]).iter().filter_map(|t| t.find(&["objectDefinition"])) {
        let (own, unseen) = applied(template, action);
        // A policy that only inspects is enforced where a binding says so.
        let overridden = own.is_empty() && unseen.is_none() && !enforced().is_empty();
        let (applied, unseen) = if overridden { applied(template, Some("enforce")) } else { (own, unseen) };
        emissions.extend(unseen);
        for Applied { mode, objects, confidence } in applied {
            let targets = if overridden { enforced() } else { targets() };
            let via = Label { span: template.span(), message: format!("the policy {} enforces it", policy.name) };
            emissions.extend(to_each(objects, targets, mode, &via, context).into_iter().map(|e| Emission { confidence, ..e }));
        }
    }
    emissions
}

/// What a ConfigurationPolicy of its own applies, in the cluster it is applied to.
pub(super) fn standalone(policy: &Object) -> Vec<Emission> {
    let one = |Applied { mode, objects, confidence }| Emission {
        what: What::objects(objects, policy.span().file),
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
pub(super) fn bound(policy: &str, namespace: Option<&str>, at: Span, context: &Context<'_>) -> Vec<Target> {
    let bindings = context.bindings().to(policy, namespace, at, context);
    led_to(&bindings, at, context, &|b| !is_filter(b)).unwrap_or_else(|| vec![Target::Some])
}

/// The clusters in which a binding has a policy enforced, whatever the policy itself says.
fn enforced(policy: &Object, bound: &[Target], context: &Context<'_>) -> Vec<Target> {
    let at = policy.span();
    let bindings = context.bindings().to(&policy.name, policy.namespace.as_deref(), at, context);
    let clusters = |restricted: bool| {
        let overrides = |b: &Object| b.root.str_at(&["bindingOverrides", "remediationAction"]).is_some_and(|a| a.eq_ignore_ascii_case("enforce"));
        led_to(&bindings, at, context, &|b| overrides(b) && is_filter(b) == restricted).unwrap_or_default()
    };
    let mut enforced = clusters(false);
    let everywhere = bound.contains(&Target::All);
    let bound: HashSet<&Target> = bound.iter().collect();
    enforced.extend(clusters(true).into_iter().filter(|target| everywhere || bound.contains(target)));
    enforced
}

/// Whether a binding is for some of the clusters that others bind, and adds none.
fn is_filter(binding: &Object) -> bool {
    binding.root.str_at(&["subFilter"]) == Some("restricted")
}

/// The clusters that those of some bindings which pass a test lead to; nothing where there is no such binding.
fn led_to(bindings: &[&Object], at: Span, context: &Context<'_>, wanted: &dyn Fn(&Object) -> bool) -> Option<Vec<Target>> {
    let effort = context.effort();
    let (mut targets, mut seen, mut any) = (Vec::new(), HashSet::new(), false);
    for binding in bindings.iter().filter(|b| wanted(b)) {
        any = true;
        let Some(name) = binding.root.find(&["placementRef", "name"]).and_then(Node::text) else { continue };
        let chosen = placed(context, name, binding.namespace.as_deref());
        if !effort.may_emit() || !effort.go(chosen.len() + 1, at) {
            break;
        }
        targets.extend(chosen.iter().filter(|target| seen.insert((*target).clone())).cloned());
    }
    any.then_some(targets)
}

/// Which bindings name which policies and sets of policies.
#[derive(Default)]
pub(in crate::delivery) struct Bindings<'a> {
    subjects: HashMap<(&'a str, &'a str), Vec<(usize, &'a Object)>>,
    sets: HashMap<&'a str, Vec<&'a Object>>,
}

impl<'a> Bindings<'a> {
    pub(in crate::delivery) fn new(context: &Context<'a>) -> Self {
        let mut bindings = Self::default();
        for (number, binding) in context.all(GROUP, "PlacementBinding").enumerate() {
            for subject in binding.root.items_at(&["subjects"]) {
                let field = |key: &str| subject.find(&[key]).and_then(Node::text).unwrap_or_default();
                bindings.subjects.entry((field("kind"), field("name"))).or_default().push((number, binding));
            }
        }
        for set in context.all(GROUP, "PolicySet") {
            for policy in set.root.items_at(&["spec", "policies"]).iter().filter_map(Node::text) {
                bindings.sets.entry(policy).or_default().push(set);
            }
        }
        bindings
    }

    /// Those that bind a policy, by itself or in a set.
    fn to(&self, policy: &str, namespace: Option<&str>, at: Span, context: &Context<'_>) -> Vec<&'a Object> {
        let near = |o: &&Object| namespace.is_none() || o.namespace.is_none() || o.namespace.as_deref() == namespace;
        let mut found = self.of("Policy", policy);
        for set in self.sets_of(policy).into_iter().take_while(|_| context.effort().go(1, at)) {
            // Of several sets of one name it is the first that counts.
            if context.named(GROUP, "PolicySet", &set.name).find(near).is_some_and(|first| first.span() == set.span()) {
                found.extend(self.of("PolicySet", &set.name));
            }
        }
        found.retain(|(_, binding)| near(binding));
        found.sort_by_key(|(number, _)| *number);
        found.dedup_by_key(|(number, _)| *number);
        found.into_iter().map(|(_, binding)| binding).collect()
    }

    /// Those of a policy or a set, with their numbers.
    fn of(&self, kind: &str, name: &str) -> Vec<(usize, &'a Object)> {
        self.subjects.get(&(kind, name)).cloned().unwrap_or_default()
    }

    /// The sets that list a policy.
    fn sets_of(&self, policy: &str) -> Vec<&'a Object> {
        self.sets.get(policy).cloned().unwrap_or_default()
    }
}
