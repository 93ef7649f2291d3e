//! A value the CRD's schema refuses.

use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use crate::operator::gates::{Effect, known, of_release};
use crate::operator::hyperconverged::Api;
use crate::operator::release::Release;
use crate::operator::schema::{Problem, Type, violations};
use crate::text::and;

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for violation in violations(subject.hco).iter().filter(|v| !is_pruned(subject, &v.path)) {
        let path = &violation.path;
        let (here, message) = match &violation.problem {
            // The shape of the gates has a rule of its own, which says how to write them.
            Problem::Type(..) if path == "spec.featureGates" => continue,
            Problem::Type(wanted, found) => (format!("this is {found}"), format!("`{path}` must be {}", wanted.words())),
            Problem::Missing => ("it is missing here".to_owned(), format!("`{path}` is required")),
            Problem::NotOneOf(choices, found) => (format!("`{found}` is none of them"), format!("`{path}` must be {}", and(choices).replace(" and ", " or "))),
            Problem::Bounds(words) => (words.clone(), format!("`{path}` {words}")),
        };
        let mut draft = Draft::new(violation.span, here, message).about(&subject.hco.object).field(path).confidence(subject.confidence());
        if path.contains(".annotations.") {
            draft = draft.help("annotation values are strings: put it in quotes");
        } else if matches!(violation.problem, Problem::Type(Type::Boolean, "a string")) {
            draft = draft.help("write `true` or `false` without quotes");
        }
        findings.add(draft);
    }
}

/// Whether the release's schema does not have the field, so that its value is dropped and not refused.
fn is_pruned(subject: &Subject<'_>, path: &str) -> bool {
    match (subject.hco.api, path.strip_prefix("spec.featureGates.")) {
        (Api::V1beta1, Some(gate)) => known(Api::V1beta1, gate, subject.release).is_none(),
        (Api::V1beta1, None) => false,
        (Api::V1, _) => {
            let fields = of_release(Api::V1, Release::NEWEST).filter(|k| k.effect == Effect::Deprecated).filter_map(|k| k.field);
            !subject.release.has_field() && fields.into_iter().any(|f| f == path)
        }
    }
}
