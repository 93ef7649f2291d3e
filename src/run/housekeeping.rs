//! What the run itself has to say: broken files, keys given twice, entries of the configuration that match nothing.

use crate::cluster::{Assumptions, Cluster};
use crate::config::Config;
use crate::delivery::{Deliveries, kustomize};
use crate::files::{KUSTOMIZATIONS, Workspace};
use crate::finding::{Confidence, Consequence, Severity};
use crate::manifest::{Object, template, template::is_template};
use crate::operator::Tri;
use crate::operator::feature::feature;
use crate::operator::hyperconverged::{HyperConverged, Part};
use crate::outcome::{ClusterView, Knowledge, Unresolved};
use crate::rules::{Draft, Findings};
use crate::source::{FileId, Source, Span};
use crate::yaml::{Lookup, Problem, ProblemKind};
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Names of the installer's files.
const INSTALLER: [&str; 4] = ["install-config.yaml", "install-config.yml", "agent-config.yaml", "agent-config.yml"];

/// Reports what is wrong with the text of manifests.
pub(super) fn problems(workspace: &Workspace, deliveries: &Deliveries, aside: &dyn Fn(&str) -> bool, findings: &mut Findings) {
    for (id, file) in workspace.iter() {
        if !file.linted || !file.relevant || aside(&file.path) || deliveries.templates.contains(&id) || workspace.twin(id).is_some() {
            continue;
        }
        let Ok(source) = workspace.source(id) else { continue };
        let template = is_template(&source.text);
        let claims = OnceCell::new();
        let is_meant = || *claims.get_or_init(|| file.explicit || means_something(file.name()) || claims_to_be_manifest(source));
        for problem in &workspace.parsed(id).problems {
            match problem.kind {
                ProblemKind::Syntax | ProblemKind::Ignored if !template && is_meant() => {
                    // The parser's words are the defect, then the reason.
                    let (defect, reason) = problem.message.split_once(": ").unwrap_or(("this is not valid YAML", &problem.message));
                    let draft = Draft::new(problem.span, reason, defect).field("syntax");
                    let skipped = problem.kind == ProblemKind::Ignored;
                    findings.report("syntax", if skipped { draft.severity(Severity::Warning).consequence(Consequence::SilentLoss) } else { draft });
                }
                ProblemKind::Refused if !template && in_manifest(workspace, id, problem) => {
                    findings.report("syntax", Draft::new(problem.span, problem.message.clone(), "Kubernetes refuses this key").field("syntax"));
                }
                ProblemKind::DuplicateKey if in_manifest(workspace, id, problem) => {
                    let key = source.text.get(problem.span.range()).unwrap_or_default();
                    let mut draft = Draft::new(problem.span, "`kubectl` takes this one", format!("the key `{key}` stands twice in one map"))
                        .field(key)
                        .note("Kustomize refuses a resource with it, and of a patch it takes the first")
                        .help("merge the two, or remove one");
                    if let Some(first) = problem.related {
                        draft = draft.because(first, "and drops this one without a word");
                    }
                    findings.report("duplicate-key", draft);
                }
                _ => {}
            }
        }
    }
    // Whether files above the kustomization may be read depends on a flag; a bound of this program is no fault of the repository.
    let told = |kind| !matches!(kind, kustomize::ProblemKind::OutsideRoot | kustomize::ProblemKind::Limit);
    for problem in deliveries.problems.iter().filter(|p| told(p.kind)) {
        let (here, severity, consequence) = match problem.effect {
            kustomize::Effect::Refused => ("`kustomize build` fails here", Severity::Error, Consequence::Breaks),
            kustomize::Effect::Ineffective => ("this has no effect", Severity::Warning, Consequence::Ignored),
        };
        let mut draft = Draft::new(problem.span, here, problem.message.clone()).field("kustomization").severity(severity).consequence(consequence);
        if let Some(other) = problem.related {
            draft = draft.because(other, "the other place");
        }
        findings.report("kustomize-build", draft);
    }
    for unresolved in &deliveries.unresolved {
        findings.report(
            "unresolved",
            Draft::new(unresolved.span, "whatever this brings is unknown", format!("not seen: {}", unresolved.reason)).field("unresolved"),
        );
    }
}

/// Whether a file's name says what it is to hold.
fn means_something(name: &str) -> bool {
    KUSTOMIZATIONS.contains(&name) || INSTALLER.contains(&name)
}

/// What decides whether images are imported for all nodes and cannot be read, where nothing else says that something was not seen: silence
/// would look like approval.
pub(super) fn undecided(workspace: &Workspace, deliveries: &Deliveries, clusters: &[Cluster], assumptions: &Assumptions<'_>) -> Vec<Unresolved> {
    let mut found: BTreeMap<(Span, String), Unresolved> = BTreeMap::new();
    let mut told: BTreeSet<FileId> = deliveries.unresolved.iter().map(|u| u.span.file).collect();
    told.extend(deliveries.problems.iter().map(|p| p.span.file));
    told.extend(&deliveries.templates);
    for subject in clusters.iter().filter_map(|c| c.subject(assumptions)) {
        let claim = subject.claim;
        let mut files = claim.files.iter().copied().chain(claim.via.iter().map(|l| l.span.file));
        let said = files.any(|id| told.contains(&id) || workspace.source(id).is_err());
        // Where all nodes are known to be alike nothing of it matters.
        let alike = subject.architectures.knowledge == Knowledge::Complete && subject.architectures.conceivable().len() < 2;
        if said || alike || claim.guessed || claim.confidence == Confidence::Low || !subject.minds_architectures() {
            continue;
        }
        let own = feature(&claim.seen, subject.release);
        // Of what is not there, defaults are assumed.
        let (span, path, why) = match claim.hco.placement(Part::Workloads).unread() {
            _ if own.on == Tri::Maybe && !own.refused => (own.place, own.path, why_not(&claim.seen, own.path)),
            Some(why) if subject.feature.on == Tri::No => {
                let path = claim.hco.api.path(Part::Workloads);
                (claim.hco.nearest(path), path, why)
            }
            _ => continue,
        };
        let reason = format!("what `{}` comes to: {why}", path.join("."));
        found.entry((span, reason.clone())).or_insert(Unresolved { reason, span });
    }
    found.into_values().collect()
}

/// Why what stands at a path cannot be read.
fn why_not(hco: &HyperConverged, path: &[&str]) -> String {
    match template::at(hco.root(), path) {
        Lookup::Unknown(opaque) => opaque.reason.to_string(),
        Lookup::Found(_) | Lookup::Absent => "a template expression stands there".to_owned(),
    }
}

fn claims_to_be_manifest(source: &Source) -> bool {
    let has = |key: &str| source.text.lines().any(|l| l.trim_start_matches('\u{feff}').starts_with(key));
    has("apiVersion:") && has("kind:")
}

fn in_manifest(workspace: &Workspace, id: FileId, problem: &Problem) -> bool {
    let documents = &workspace.parsed(id).documents;
    let first = documents.partition_point(|d| d.span.end < problem.span.end);
    documents.get(first).is_some_and(|d| d.span.start <= problem.span.start && Object::read(&d.root).is_some())
}

/// Files that went beyond a bound of this program, or whose builds did, with the bound.
pub(super) fn beyond_limits(workspace: &Workspace, deliveries: &Deliveries) -> Vec<(String, String)> {
    let limits = |id| workspace.parsed(id).problems.iter().filter(|p| p.kind == ProblemKind::Limit);
    let parsed =
        workspace.iter().filter(|(_, f)| f.is_parsed()).flat_map(|(id, _)| limits(id).map(move |p| (workspace.display(id), p.message.clone())));
    let built = deliveries.problems.iter().filter(|p| p.kind == kustomize::ProblemKind::Limit);
    parsed.chain(built.map(|p| (workspace.display(p.span.file), p.message.clone()))).collect()
}

/// Reports clusters of the configuration that nothing belongs to.
pub(super) fn unused_clusters(config: &Config, clusters: &[ClusterView], findings: &mut Findings) {
    let known: HashSet<&str> = clusters.iter().map(|c| c.name.as_str()).collect();
    for cluster in &config.clusters {
        if known.contains(cluster.name.as_str()) {
            continue;
        }
        let draft = Draft::new(cluster.span, "matches nothing", format!("nothing belongs to the cluster {}", cluster.name));
        findings.report(
            "configuration-unused",
            draft.field("clusters").item(&cluster.name).help("correct the name, add `aliases` or `paths`, or remove the entry"),
        );
    }
}

/// Reports globs of `exclude` that leave nothing out; `used` are the others, by their number.
pub(super) fn unused_globs(config: &Config, used: &BTreeSet<usize>, findings: &mut Findings) {
    for (_, (glob, span)) in config.exclude.iter().enumerate().filter(|(number, _)| !used.contains(number)) {
        let draft = Draft::new(*span, "matches nothing", format!("no file matches the glob `{glob}`"));
        let help = "globs are of whole paths from the repository's root, as in `archive/**`; correct it or remove it";
        findings.report("configuration-unused", draft.field("exclude").item(glob).help(help));
    }
}
