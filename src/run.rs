//! One run, from paths to an outcome.

mod housekeeping;
mod mend;
mod named;
mod place;
mod scope;
mod select;
mod share;
mod stage;

pub use mend::{Changed, Mended, mend};
pub use place::{Place, locate, unlinked};
pub use scope::{Scope, Since};
pub use stage::Stage;

use crate::baseline::{self, Baseline};
use crate::cluster::{self, Assumptions, Cluster, Outside};
use crate::config::{self, CommonImages, Config, ConfigError};
use crate::delivery;
use crate::files::{At, Base, File, Found, Walk, Walked, Workspace, globs};
use crate::finding::Confidence;
use crate::nodes::arch::Arch;
use crate::operator::catalogue::Catalogue;
use crate::operator::release::Release;
use crate::outcome::{ClusterView, Decided, Outcome};
use crate::rules::{self, Findings};
use crate::source::{FileId, Source, Span};

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What a run is asked to do.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Files and directories, as given.
    pub paths: Vec<PathBuf>,
    /// The directory that relative paths are relative to.
    pub directory: PathBuf,
    /// A manifest stream to lint instead of, or beside, paths.
    pub stdin: Option<String>,
    /// The cluster that the stream is, rendered.
    pub stdin_cluster: Option<String>,
    /// The configuration file; found by itself when absent.
    pub config: Option<PathBuf>,
    /// Files with Nodes, by cluster.
    pub nodes: Vec<(Option<String>, PathBuf)>,
    /// Architectures, by cluster.
    pub architectures: Vec<(Option<String>, Vec<Arch>)>,
    /// The operator's release.
    pub release: Option<Release>,
    /// Rules to run; all when empty.
    pub select: Vec<String>,
    /// Rules to leave out.
    pub ignore: Vec<String>,
    /// Findings below it are hidden; the configuration's or medium when absent.
    pub min_confidence: Option<Confidence>,
    /// Findings that are left alone; the configuration's when absent.
    pub baseline: Option<PathBuf>,
    /// Whether there is no baseline, whatever the configuration says.
    pub no_baseline: bool,
    /// The baseline that will be written; it need not be there yet.
    pub write_baseline: Option<PathBuf>,
    /// Honour ignore files.
    pub honour_ignore: bool,
    /// Worker threads.
    pub threads: usize,
    /// Texts to read in the place of those that files hold.
    pub texts: BTreeMap<PathBuf, String>,
    /// Which findings are asked for.
    pub scope: Scope,
    /// Told what the run is at.
    pub stage: Stage,
}

/// Why there is no outcome.
#[derive(Debug)]
pub enum RunError {
    /// The command line asks for something impossible.
    Usage(Vec<String>),
    /// The configuration is wrong: its source and every mistake.
    Config(Box<Source>, Vec<ConfigError>),
}

/// Lints.
///
/// # Errors
/// A path that does not exist, facts about clusters that do not exist, a wrong configuration.
pub fn run(settings: &Settings) -> Result<Outcome, RunError> {
    let Loaded { workspace, place, configuration, config, baseline, errors, excluding } = load(settings)?;
    settings.stage.set("reading manifests");
    workspace.parse_relevant(settings.threads);
    let forced = globs(config.clusters.iter().flat_map(|c| &c.paths));
    let aside = |path: &str| cluster::conventions::is_aside(path, place.linted_below(path)) && !forced.is_match(path);
    // A linted part may be a repository of its own inside this one, so only for the whole of it does the remote tell.
    let origin = || if place.base().is_empty() { delivery::origin(&place.boundary) } else { None };
    let url = config.repo_url.clone().or_else(origin);
    settings.stage.set("working out what clusters are given");
    let mut deliveries = delivery::deliveries(&workspace, &aside, url.as_deref());
    if let (Some(id), Some(name)) = (workspace.find(STDIN), &settings.stdin_cluster) {
        for d in deliveries.list.iter_mut().filter(|d| d.files.contains(&id)) {
            d.target = delivery::Target::Named(name.clone());
            d.how = delivery::How::Stdin;
        }
    }
    let outside = outside(settings, &workspace, &place, &config)?;
    let cluster::Assembled { list: clusters, beyond } = cluster::assemble(&workspace, &deliveries, &config, &outside).map_err(RunError::Usage)?;
    let catalogue = match &config.common_images {
        CommonImages::Unsaid => None,
        CommonImages::Upstream => Some(Catalogue::upstream()),
        CommonImages::OpenshiftVirtualization => Some(Catalogue::openshift_virtualization()),
        CommonImages::Listed(catalogue) => Some(catalogue),
    };
    let assumptions = Assumptions {
        release: settings.release.or(config.release.map(|(r, _)| r)),
        plain_kubernetes: config.plain_kubernetes.is_some_and(|(plain, _)| plain),
        catalogue,
        namespace: config.namespace.as_ref().map(|(n, span)| (n.clone(), Some(*span))),
    };
    deliveries.unresolved.extend(housekeeping::undecided(&workspace, &deliveries, &clusters, &assumptions));
    settings.stage.set("checking clusters");
    let mut findings = Findings::default();
    for cluster in &clusters {
        rules::check(cluster, cluster.subject(&assumptions).as_ref(), &mut findings);
    }
    housekeeping::problems(&workspace, &deliveries, &aside, &mut findings);
    let views: Vec<ClusterView> = clusters.iter().map(|c| cluster::view(c, &assumptions)).collect();
    let (files, parsed, mut unreadable) = workspace.tally();
    unreadable.extend(errors);
    unreadable.extend(housekeeping::beyond_limits(&workspace, &deliveries));
    unreadable.extend(beyond.into_iter().chain(findings.beyond()).map(|(span, what)| (workspace.display(span.file), what)));
    // What matches nothing may well match something that was not looked at.
    let whole = !place.linted_is_part() && unreadable.is_empty();
    if whole {
        housekeeping::unused_clusters(&config, &views, &mut findings);
        housekeeping::unused_globs(&config, &excluding, &mut findings);
    }
    let unresolved = deliveries.unresolved.clone();
    let judged = |id: FileId, file: &File| file.linted && file.relevant && !aside(&file.path) && !deliveries.templates.contains(&id);
    let asked = select::Asked {
        settings,
        config: &config,
        workspace: &workspace,
        clusters: &clusters,
        baseline: baseline.as_ref(),
        whole,
        assumptions: &assumptions,
        undecided: OnceCell::new(),
    };
    let mut selection = select::select(&asked, findings, &judged);
    let decided = Decided { configuration, baseline: baseline.as_ref().map(|b| b.file), off: asked.off(), faint: selection.faint };
    let outside = scope::narrow(settings, &place, &workspace, &mut selection.shown)?;
    let mut summary = selection.summary;
    summary.outside = outside;
    summary.files = files;
    summary.parsed = parsed;
    unreadable.extend(selection.beyond.map(|(span, what)| (workspace.display(span.file), what)));
    unreadable.sort();
    unreadable.dedup();
    summary.unreadable = unreadable;
    summary.templates = deliveries.templates.iter().map(|id| workspace.display(*id)).collect();
    summary.unknown_architectures = unknown(&clusters, &assumptions);
    let files = workspace.linted_paths();
    let (sources, trees) = workspace.into_sources();
    // Taking apart what is no longer needed takes as long as writing the report, so it is done beside it.
    drop(std::thread::spawn(move || drop((trees, deliveries, clusters))));
    Ok(Outcome {
        shown: place.shown,
        files,
        sources,
        clusters: views,
        findings: selection.shown,
        suppressed: selection.suppressed,
        baseline: selection.baseline,
        decided,
        unresolved,
        summary,
    })
}

/// The objects a Kustomize root yields, as JSON values; and what `kustomize build` would refuse, with its place in words.
///
/// # Errors
/// The path is no directory that can be read.
pub fn render(settings: &Settings) -> Result<(Vec<serde_json::Value>, Vec<String>), RunError> {
    let Loaded { workspace, place, .. } = load(settings)?;
    let Some(directory) = place.linted.first().map(|d| place.key(d)) else { return Ok((Vec::new(), Vec::new())) };
    let (roots, problems) = delivery::render_root(&workspace, &directory);
    let words = |p: &delivery::kustomize::Problem| match workspace.source(p.span.file) {
        Ok(source) => format!("{}:{}: {}", source.path, source.position(p.span.start as usize).line, p.message),
        Err(_) => p.message.clone(),
    };
    let refused = problems.iter().filter(|p| p.effect == delivery::kustomize::Effect::Refused).map(words).collect();
    Ok((roots.iter().map(|r| r.to_json(crate::yaml::Dialect::Kubernetes)).collect(), refused))
}

/// The files a run would look at, as shown.
///
/// # Errors
/// As for [`run`].
pub fn list_files(settings: &Settings) -> Result<Vec<String>, RunError> {
    let Loaded { workspace, .. } = load(settings)?;
    Ok(workspace.iter().filter(|(_, f)| f.linted).map(|(id, _)| workspace.display(id)).collect())
}

/// Name of the file that standard input counts as.
pub const STDIN: &str = "<stdin>";
/// Name of the file that the command line's facts count as.
const COMMAND_LINE: &str = "<command line>";

/// What is there before anything is parsed.
struct Loaded {
    workspace: Workspace,
    place: Place,
    /// The file of the configuration.
    configuration: Option<FileId>,
    config: Config,
    baseline: Option<Baseline>,
    /// What could not be walked, with the reason.
    errors: Vec<(String, String)>,
    /// Which of the configuration's `exclude` globs left a file out.
    excluding: BTreeSet<usize>,
}

fn load(settings: &Settings) -> Result<Loaded, RunError> {
    let place = locate(&settings.directory, &settings.paths).map_err(RunError::Usage)?;
    let configured = place.configuration(settings).map_err(RunError::Usage)?;
    let misconfigured = |errors| {
        let (path, text) = configured.clone().unwrap_or_default();
        RunError::Config(Box::new(Source::new(place.shown.absolute(&path), text)), errors)
    };
    let read = |id: FileId| configured.as_ref().map_or_else(|| Ok(Config::default()), |(_, text)| config::read(id, text).map_err(&misconfigured));
    let first = read(FileId(0))?;
    let walk = Walk {
        boundary: place.boundary.clone(),
        shown: place.shown.clone(),
        honour_ignore: settings.honour_ignore,
        exclude: globs(first.exclude.iter().map(|(g, _)| g)),
        threads: settings.threads,
    };
    settings.stage.set("looking for manifests");
    let mut walked = walk.run(&place.linted);
    if place.versioned && place.linted_is_part() && walked.found.iter().any(|f| f.path.contains("ustomization")) {
        let whole = walk.list();
        walked.found.append(whole.found);
        walked.links.extend(whole.links);
    }
    walk.replace(&mut walked, &settings.texts, &place.linted);
    let Walked { mut found, errors, excluding, links } = walked;
    let given = |path: &str, text: String, linted: bool| Found {
        path: path.into(),
        at: At::Nowhere,
        relevant: linted,
        explicit: linted,
        linted,
        text: Some(Ok(text)),
    };
    // A stream that holds nothing, such as that of a failed command, is no file.
    if let Some(text) = settings.stdin.as_ref().filter(|text| !text.trim().is_empty()) {
        found.push(given(STDIN, text.clone(), true));
    }
    if !settings.architectures.is_empty() {
        found.push(given(COMMAND_LINE, command_line(&settings.architectures), false));
    }
    let directory = configured.as_ref().and_then(|(path, _)| path.parent()).unwrap_or(&place.boundary);
    if settings.config.is_none() {
        // Who writes the repository writes the configuration, too; it gets no further than the rest.
        let named = first.clusters.iter().filter_map(|c| c.nodes.as_ref()).chain(&first.baseline).filter(|(p, _)| place.leads_out(directory, p));
        let wrong = |(p, span): &(String, Span)| ConfigError { span: *span, message: format!("`{p}` lies outside of the repository") };
        let errors: Vec<ConfigError> = named.map(wrong).collect();
        if !errors.is_empty() {
            return Err(misconfigured(errors));
        }
    }
    let recorded = named::baseline(settings, &first, directory);
    let inventories = named::nodes(settings, &first, directory);
    for named in inventories.iter().chain(&recorded) {
        found.push(place.named_file(&named.path, &settings.texts).map_err(|why| named.refused(&why, misconfigured))?);
    }
    if let Some((path, _)) = &configured {
        found.push(place.named_file(path, &settings.texts).map_err(|why| RunError::Usage(vec![format!("{}: {why}", path.display())]))?);
    }
    let workspace = Workspace::new(place.boundary.clone(), place.shown.clone(), Base { directory: place.base(), first: !place.versioned }, found)
        .with_links(links);
    for named in &inventories {
        let why = workspace.find(&place.key(&named.path)).and_then(|id| cluster::no_inventory(&workspace, id));
        if let Some(why) = why {
            return Err(named.refused(&why, misconfigured));
        }
    }
    let configuration = configured.as_ref().and_then(|(path, _)| workspace.find(&place.key(path)));
    let config = match configuration {
        Some(id) => read(id)?,
        None => first,
    };
    let baseline = match recorded.and_then(|named| workspace.find(&place.key(&named.path))) {
        Some(id) => {
            let source = workspace.source(id).map_err(|why| RunError::Usage(vec![format!("{}: {why}", workspace.display(id))]))?;
            let wrong = |errors| RunError::Config(Box::new(Source::new(source.path.clone(), source.text.clone())), errors);
            Some(baseline::read(id, &source.text).map_err(wrong)?)
        }
        None => None,
    };
    Ok(Loaded { workspace, place, configuration, config, baseline, errors, excluding })
}

fn command_line(facts: &[(Option<String>, Vec<Arch>)]) -> String {
    let line = |(name, list): &(Option<String>, Vec<Arch>)| {
        let list: Vec<&str> = list.iter().map(Arch::as_str).collect();
        format!("--arch {}{}\n", name.as_ref().map_or(String::new(), |n| format!("{n}=")), list.join(","))
    };
    facts.iter().map(line).collect()
}

fn outside(settings: &Settings, workspace: &Workspace, place: &Place, config: &Config) -> Result<Outside, RunError> {
    let file = |path: &Path| workspace.find(&place.key(path)).ok_or_else(|| RunError::Usage(vec![format!("{}: it is gone", path.display())]));
    let mut outside = Outside { command_line: workspace.find(COMMAND_LINE), architectures: settings.architectures.clone(), ..Outside::default() };
    for (name, path) in &settings.nodes {
        outside.nodes.push((name.clone(), file(&settings.directory.join(path))?));
    }
    if let Some(directory) = place.configuration(settings).ok().flatten().and_then(|(p, _)| p.parent().map(PathBuf::from)) {
        for cluster in &config.clusters {
            if let Some((path, _)) = &cluster.nodes {
                outside.configured.push((cluster.name.clone(), file(&directory.join(path))?));
            }
        }
    }
    Ok(outside)
}

/// The clusters of which an answer was wanted and nothing is known.
fn unknown(clusters: &[Cluster], assumptions: &Assumptions<'_>) -> Vec<String> {
    let wanted = |c: &&Cluster| c.subject(assumptions).is_some_and(|s| s.wants_architectures());
    let names: BTreeSet<String> = clusters.iter().filter(wanted).map(|c| c.name.clone()).collect();
    names.into_iter().collect()
}
