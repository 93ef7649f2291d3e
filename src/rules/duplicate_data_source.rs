//! Two golden images manage one data source: one of them wins and nobody is told.

use super::{Check, Draft, Findings};
use crate::cluster::Subject;
use crate::finding::Confidence;
use crate::operator::Tri;
use crate::operator::data_sources::{DataSource, Kind};
use crate::operator::images::GoldenImage;
use crate::source::Span;
use std::collections::{BTreeSet, HashMap};

pub(super) const CHECK: Check = Check::Subject(check);

/// So many images that bring about one data source are told of each other; of more, each is told of the first ones.
const MOST: usize = 10;

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    if subject.plain_kubernetes {
        return;
    }
    let sources = subject.data_sources();
    let mut told = BTreeSet::new();
    let name = |source: &DataSource| subject.images.list.get(source.image).map(|image| image.name.as_str());
    let mut known: HashMap<(&str, Option<&str>), Vec<&DataSource>> = HashMap::new();
    for second in &sources {
        let same = known.entry((&second.name, second.namespace.as_deref())).or_default();
        // Two pointers of one name are one pointer; one image name twice is refused, and has a rule that says so.
        let others = same.iter().copied().filter(|first| (first.kind, second.kind) != (Kind::Pointer, Kind::Pointer) && name(first) != name(second));
        let others: Vec<&DataSource> = others.take(MOST).filter(|first| told.insert((first.image, second.image))).collect();
        let alike = |first: &&&DataSource| first.kind == second.kind;
        if same.iter().filter(alike).count() < MOST && !same.iter().filter(alike).any(|first| name(first) == name(second)) {
            same.push(second);
        }
        findings.extend(others.into_iter().filter_map(|first| draft(subject, first, second)));
    }
}

fn draft(subject: &Subject<'_>, first: &DataSource, second: &DataSource) -> Option<Draft> {
    let (a, b) = (subject.images.list.get(first.image)?, subject.images.list.get(second.image)?);
    // The operator sorts by name and the later one wins; only an entry can be edited.
    let ((winner, at), loser) = match (place(a), place(b)) {
        (_, Some(at)) => ((b, at), a),
        (Some(at), None) => ((a, at), b),
        (None, None) => return None,
    };
    let both = (first.kind, second.kind) == (Kind::Import, Kind::Import);
    let here = match (both, first.kind) {
        (true, _) => format!("{} manages it too", loser.name),
        (false, Kind::Pointer) => format!("{} has a pointer of this name", a.name),
        (false, Kind::Import) => format!("{} has a pointer of this name", b.name),
    };
    let message = format!("the golden images {} and {} both bring about the data source {}", a.name, b.name, first.name);
    let mut draft = Draft::new(at, here, message)
        .about(&subject.hco.object)
        .item(&winner.name)
        .field("spec.managedDataSource")
        .help("let each image manage a data source of its own")
        .confidence(match first.certain.and(second.certain) {
            // Which architectures there are depends on the cluster.
            Tri::Yes if first.arch.is_some() || second.arch.is_some() => subject.membership(),
            Tri::Yes => subject.confidence(),
            Tri::Maybe | Tri::No => Confidence::Low,
        });
    if both {
        draft = draft.note(format!("{} wins, because the operator sorts images by name; the other is never imported", b.name));
    }
    if let Some(other) = place(loser) {
        draft = draft.because(other, format!("the data source of {}", loser.name));
    }
    Some(draft)
}

fn place(image: &GoldenImage) -> Option<Span> {
    let entry = image.entry.as_ref()?;
    Some(entry.node.find(&["spec", "managedDataSource"]).map_or(entry.span(), crate::yaml::Node::span))
}
