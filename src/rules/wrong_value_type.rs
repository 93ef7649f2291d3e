//! A value the CRD's schema refuses.

use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use crate::operator::schema::{Problem, Type, violations};
use crate::text::and;

pub(super) const CHECK: Check = Check::Subject(check);

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for violation in violations(subject.hco) {
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
