//! A feature gate that the operator does not know: the API server prunes it, or the operator ignores it.

use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use crate::finding::Confidence;
use crate::fix::{Change, Proposal};
use crate::manifest::template::is_template;
use crate::operator::feature::{COMMON_IMAGES, gates};
use crate::operator::gates::{known, of_release, releases};
use crate::operator::hyperconverged::{Api, FEATURE};
use crate::source::Span;
use crate::text::closest;

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    match subject.hco.api {
        Api::V1 => {
            for gate in gates(subject.hco) {
                let Some(node) = gate.node.find(&["name"]) else { continue };
                findings.extend(draft(subject, gate.name, node.span(), |name| Change::Replace { node: node.clone(), text: name.to_owned() }));
            }
        }
        Api::V1beta1 if subject.hco.root().find(&["spec", "featureGates"]).is_some_and(|g| g.as_mapping().is_some()) => {
            for entry in subject.hco.root().entries_at(&["spec", "featureGates"]) {
                let name = entry.key.text().unwrap_or_default();
                findings.extend(draft(subject, name, entry.key.span(), |name| Change::Rename { entry: entry.clone(), key: name.to_owned() }));
            }
        }
        Api::V1beta1 => {}
    }
}

fn draft(subject: &Subject<'_>, name: &str, at: Span, rename: impl Fn(&str) -> Change) -> Option<Draft> {
    let (api, release) = (subject.hco.api, subject.release);
    // These two have a rule of their own, which says what to do instead.
    let other = name == COMMON_IMAGES || (name == FEATURE && !release.has_feature());
    if name.is_empty() || is_template(name) || other || known(api, name, release).is_some() {
        return None;
    }
    let elsewhere = releases(api, name);
    let here = match (&elsewhere, api) {
        (Some(_), _) => format!("not known in {release}"),
        (None, Api::V1) => "unknown, and ignored".to_owned(),
        (None, Api::V1beta1) => "unknown, and pruned".to_owned(),
    };
    let message = match api {
        Api::V1 => format!("the operator knows no feature gate `{name}` and ignores it"),
        Api::V1beta1 => format!("the operator knows no feature gate `{name}`: the API server drops it"),
    };
    let mut draft = Draft::new(at, here, message).about(&subject.hco.object).item(name).field("spec.featureGates").confidence(subject.confidence());
    if let Some(elsewhere) = elsewhere {
        draft = draft.help("remove it").note(format!("known to the operator's releases: {elsewhere}"));
        if subject.release_known {
            return Some(draft);
        }
        return Some(draft.note("nothing says which release runs, so the newest is assumed").confidence(Confidence::Medium));
    }
    match closest(name, of_release(api, release).map(|k| k.name)) {
        Some(meant) => {
            // Another letter case is a slip; another word may be another gate.
            let safe = meant.eq_ignore_ascii_case(name);
            let proposal = Proposal { title: format!("write `{meant}`"), safe, changes: vec![rename(meant)] };
            draft = draft.help(format!("did you mean `{meant}`?")).fix(proposal);
        }
        None => draft = draft.help("correct its name or remove it"),
    }
    Some(draft)
}
