//! From candidates to deliveries: deployers are followed, wherever they are rendered, until nothing new comes.

use super::candidates::{Candidate, candidates};
use super::claims;
use super::effort::{Effort, MAX_DELIVERIES, deliveries as too_many};
use super::helm::TEMPLATE;
use super::kustomize::{Effect, Problem, ProblemKind};
use super::render::{Rendered, Renderer};
use super::repository::{Repository, name_of};
use super::{Deliveries, Delivery, Emission, How, Mode, Target, What, acm, argocd, carriers, flux, values};
use crate::files::Workspace;
use crate::finding::{Confidence, Label};
use crate::manifest::{self, Object};
use crate::operator::hyperconverged::{GROUP, HyperConverged, KIND};
use crate::outcome::Unresolved;
use crate::source::{FileId, Span};
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// How deep deployers may deliver deployers.
const MAX_DEPTH: usize = 12;

/// What deployers may ask about the repository.
pub(super) struct Context<'a> {
    pub(super) workspace: &'a Workspace,
    renderer: &'a Renderer<'a>,
    pub(super) repository: Repository,
    objects: BTreeMap<&'a str, Vec<&'a Object>>,
    /// Names of the clusters that Argo CD's Secrets in Git register, by the URL of their API server.
    registered: BTreeMap<String, String>,
    maps: OnceCell<flux::Maps<'a>>,
    named: OnceCell<Named<'a>>,
    bindings: OnceCell<acm::Bindings<'a>>,
    /// What the placements that were asked for choose.
    pub(super) placements: RefCell<BTreeMap<Span, Arc<Vec<Target>>>>,
}

/// Objects by kind and name.
type Named<'a> = HashMap<(&'a str, &'a str), Vec<&'a Object>>;

impl<'a> Context<'a> {
    fn new(renderer: &'a Renderer<'a>, candidates: &'a [Candidate], url: Option<&str>) -> Self {
        let workspace = renderer.workspace;
        let mut objects: BTreeMap<&str, Vec<&Object>> = BTreeMap::new();
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for object in candidates.iter().flat_map(|c| c.rendered.objects.iter()) {
            objects.entry(object.kind.as_str()).or_default().push(object);
        }
        let mut repositories: BTreeMap<&str, Vec<&Object>> = BTreeMap::new();
        for repository in objects.get("GitRepository").into_iter().flatten() {
            repositories.entry(&repository.name).or_default().push(repository);
        }
        for object in candidates.iter().flat_map(|c| c.rendered.objects.iter()) {
            for (url, path) in argocd::sources(object).into_iter().chain(flux::sources(object, &repositories)) {
                let here = workspace.deployed_directory(path).is_some_and(|p| !p.is_empty());
                if let (true, Some(name)) = (here, name_of(url)) {
                    *seen.entry(name).or_default() += 1;
                }
            }
        }
        let secrets = objects.get("Secret").map_or(&[][..], Vec::as_slice);
        let registered = secrets.iter().filter_map(|s| argocd::registration(s)).collect();
        Self {
            workspace,
            renderer,
            repository: Repository::new(url, &seen),
            objects,
            registered,
            maps: OnceCell::new(),
            named: OnceCell::new(),
            bindings: OnceCell::new(),
            placements: RefCell::default(),
        }
    }

    /// What the kustomization in a directory yields, if there is one.
    pub(super) fn built(&self, directory: &str) -> Option<Arc<Rendered>> {
        self.workspace.kustomization(directory).map(|_| self.renderer.root(directory))
    }

    /// The ConfigMaps in Git.
    pub(super) fn maps(&self) -> &flux::Maps<'a> {
        self.maps.get_or_init(|| flux::Maps::new(self.workspace, self))
    }

    /// The cluster whose API server has this URL.
    pub(super) fn registered(&self, server: &str) -> Option<&str> {
        self.registered.get(server.trim_end_matches('/')).map(String::as_str)
    }

    /// How much more may be delivered, filled in and gone through.
    pub(super) fn effort(&self) -> &Effort {
        &self.renderer.effort
    }

    /// Which policies are bound by whom.
    pub(super) fn bindings(&self) -> &acm::Bindings<'a> {
        self.bindings.get_or_init(|| acm::Bindings::new(self))
    }

    /// Every object of a group, kind and name that stands in a candidate.
    pub(super) fn named(&self, group: &'static str, kind: &str, name: &str) -> impl Iterator<Item = &'a Object> + use<'a> {
        let index = || {
            let mut index = Named::new();
            for object in self.objects.values().flatten() {
                index.entry((&object.kind, &object.name)).or_default().push(object);
            }
            index
        };
        let named = self.named.get_or_init(index).get(&(kind, name)).cloned().unwrap_or_default();
        named.into_iter().filter(move |o| o.group == group)
    }

    /// Every object of a group and kind that stands in a candidate.
    pub(super) fn all(&self, group: &str, kind: &str) -> impl Iterator<Item = &'a Object> {
        self.objects.get(kind).map_or(&[][..], Vec::as_slice).iter().copied().filter(move |o| o.group == group)
    }
}

/// Everything that is delivered.
#[must_use]
pub fn deliveries(workspace: &Workspace, excluded: &dyn Fn(&str) -> bool, url: Option<&str>) -> Deliveries {
    let mut all = Deliveries::default();
    let renderer = Renderer::new(workspace);
    let candidates = candidates(&renderer, excluded, &mut all);
    let context = Context::new(&renderer, &candidates, url);
    let mut plan = Plan {
        renderer: &renderer,
        context: &context,
        out: all,
        told: BTreeSet::new(),
        failed: Vec::new(),
        limits: BTreeSet::new(),
        hidden: BTreeSet::new(),
        whole: BTreeSet::new(),
        known: RefCell::default(),
    };
    let tops = claims::tops(&renderer, &candidates, &|rendered| emissions(&plan, rendered));
    for candidate in candidates.iter().enumerate().filter(|(index, _)| tops.contains(index)).map(|(_, candidate)| candidate) {
        plan.start(candidate);
    }
    for (span, message) in renderer.effort.beyond() {
        plan.limit(span, message);
    }
    plan.unseen_templates();
    plan.failed_builds(excluded);
    plan.out.list.sort_by(|a, b| a.root.cmp(&b.root).then(a.how.cmp(&b.how)));
    plan.out
}

struct Plan<'a> {
    renderer: &'a Renderer<'a>,
    context: &'a Context<'a>,
    out: Deliveries,
    /// Problems and unresolved references are told once per rendering.
    told: BTreeSet<usize>,
    /// The builds that fail and yield nothing, by their root.
    failed: Vec<(String, Arc<Rendered>)>,
    /// The bounds that were told.
    limits: BTreeSet<String>,
    /// What was told to be unresolved.
    hidden: BTreeSet<(Span, String)>,
    /// Templates of which some release leaves nothing unknown.
    whole: BTreeSet<FileId>,
    /// What each unit sets in motion.
    known: RefCell<BTreeMap<usize, Known>>,
}

/// The files of the units that lead to one.
type Chain = Vec<Arc<BTreeSet<FileId>>>;

/// A unit and what it sets in motion.
type Known = (Arc<Rendered>, Arc<Vec<Emission>>);

/// What a unit's objects set in motion, together with what its build refers to.
fn emissions(plan: &Plan<'_>, rendered: &Arc<Rendered>) -> Arc<Vec<Emission>> {
    let key = Arc::as_ptr(rendered) as usize;
    if let Some((_, known)) = plan.known.borrow().get(&key) {
        return Arc::clone(known);
    }
    let found = Arc::new(read_emissions(plan, rendered));
    // The unit is kept with its answer, so that its address is nobody else's.
    plan.known.borrow_mut().insert(key, (Arc::clone(rendered), Arc::clone(&found)));
    found
}

fn read_emissions(plan: &Plan<'_>, rendered: &Rendered) -> Vec<Emission> {
    let mut found: Vec<Emission> = Vec::new();
    for object in rendered.objects.iter() {
        for read in [argocd::emissions, acm::emissions, flux::emissions, carriers::emissions] {
            found.extend(read(object, plan.context));
        }
    }
    found.extend(rendered.plugins.iter().flat_map(|plugin| acm::generated(plugin, plan.context)));
    found.extend(values::of_build(plan.context.workspace, rendered));
    found
}

impl Plan<'_> {
    /// Templates that carry a HyperConverged and that no deployer led to.
    fn unseen_templates(&mut self) {
        let told: BTreeSet<FileId> = self.out.unresolved.iter().map(|u| u.span.file).collect();
        let whole = std::mem::take(&mut self.whole);
        self.out.templates.retain(|id| !whole.contains(id) || told.contains(id));
        for id in self.out.templates.difference(&told) {
            let Ok(source) = self.context.workspace.source(*id) else { continue };
            if let Some(at) = source.text.find("kind: HyperConverged") {
                self.out.unresolved.push(Unresolved { reason: TEMPLATE.to_owned(), span: Span::new(*id, at, at + "kind: HyperConverged".len()) });
            }
        }
    }

    /// Notes once that a bound of this program was hit.
    fn limit(&mut self, span: Span, message: String) {
        if self.limits.insert(message.clone()) {
            self.out.problems.push(Problem { kind: ProblemKind::Limit, effect: Effect::Ineffective, span, message, related: None, sought: None });
        }
    }

    /// What is wrong with builds that yield nothing at all, where a HyperConverged below them goes nowhere.
    fn failed_builds(&mut self, excluded: &dyn Fn(&str) -> bool) {
        let failed = std::mem::take(&mut self.failed);
        let delivered: BTreeSet<FileId> =
            if failed.is_empty() { BTreeSet::new() } else { self.out.list.iter().flat_map(|d| d.files.iter().copied()).collect() };
        let workspace = self.context.workspace;
        let is_lost = |id: FileId| {
            let file = workspace.file(id);
            let holds_one = || {
                let mut objects = workspace.parsed(id).documents.iter().flat_map(|d| manifest::objects(&d.root));
                objects.any(|o| HyperConverged::read(&o).is_some())
            };
            file.linted && file.relevant && !delivered.contains(&id) && !excluded(&file.path) && holds_one()
        };
        for (root, rendered) in failed {
            let directory = root.strip_suffix('/').map(|d| d.trim_start_matches('.'));
            if directory.is_some_and(|d| workspace.below(d).any(|(id, _)| is_lost(id))) {
                self.out.problems.extend(rendered.problems.iter().filter(|p| p.kind != ProblemKind::Limit).cloned());
            }
        }
    }

    fn start(&mut self, candidate: &Candidate) {
        let target = Target::Path(candidate.root.clone());
        let seed = Seed { how: candidate.how, root: &candidate.root, target, mode: Mode::Full, confidence: Confidence::High };
        let mut chain = vec![Arc::new(BTreeSet::from([candidate.key]))];
        self.unit(&candidate.rendered, &seed, &[], &mut chain, 0);
    }

    /// Adds one delivery and everything its objects set in motion.
    fn unit(&mut self, rendered: &Arc<Rendered>, seed: &Seed<'_>, via: &[Label], chain: &mut Chain, depth: usize) {
        if self.out.list.len() >= MAX_DELIVERIES {
            let span = via.last().map_or_else(|| Span::new(rendered.files.first().copied().unwrap_or(FileId(0)), 0, 0), |l| l.span);
            return self.limit(span, too_many());
        }
        if self.told.insert(Arc::as_ptr(rendered) as usize) {
            // One template is unknown for the same reason in every release of it.
            let new = rendered.unresolved.iter().filter(|u| self.hidden.insert((u.span, u.reason.clone())));
            self.out.unresolved.extend(new.cloned());
            // What is wrong with a build matters where it yields a HyperConverged, or patches one that is not there.
            let yields = rendered.objects.iter().any(|o| HyperConverged::read(o).is_some());
            let patches = |p: &Problem| p.sought.as_ref().is_some_and(|(group, kind)| (&**group, &**kind) == (GROUP, KIND));
            self.out.problems.extend(rendered.problems.iter().filter(|p| yields || p.kind == ProblemKind::Limit || patches(p)).cloned());
            if rendered.objects.is_empty() && rendered.problems.iter().any(|p| p.effect == Effect::Refused) {
                self.failed.push((seed.root.to_owned(), Arc::clone(rendered)));
            }
            self.whole.extend(&rendered.whole);
        }
        self.out.list.push(Delivery {
            how: seed.how,
            root: seed.root.to_owned(),
            objects: Arc::clone(&rendered.objects),
            pools: Arc::clone(&rendered.pools),
            amendments: Arc::default(),
            files: Arc::clone(&rendered.files),
            target: seed.target.clone(),
            mode: seed.mode,
            confidence: seed.confidence,
            incomplete: rendered.incomplete,
            via: via.to_vec(),
        });
        if let (false, Some(last)) = (rendered.guesses.is_empty(), self.out.list.last()) {
            let maybe = Delivery { objects: Arc::clone(&rendered.guesses), pools: Arc::default(), confidence: Confidence::Low, ..last.clone() };
            self.out.list.push(maybe);
        }
        if depth >= MAX_DEPTH {
            if let Some(first) = emissions(self, rendered).first() {
                self.limit(first.via.span, format!("deployers deliver deployers more than {MAX_DEPTH} times over; the rest was not followed"));
            }
            return;
        }
        for emission in emissions(self, rendered).iter() {
            self.follow(emission, seed, via, chain, depth);
        }
    }

    fn follow(&mut self, emission: &Emission, from: &Seed<'_>, via: &[Label], chain: &mut Chain, depth: usize) {
        let target = emission.target.clone().unwrap_or_else(|| match &from.target {
            Target::Path(path) => Target::InCluster(path.clone()),
            other => other.clone(),
        });
        let mut via = via.to_vec();
        via.push(emission.via.clone());
        let confidence = from.confidence.min(emission.confidence);
        match &emission.what {
            What::Nothing(_) => {}
            What::Beyond(message) => self.limit(emission.via.span, message.clone()),
            What::Unseen(reason) => {
                if self.hidden.insert((emission.via.span, reason.clone())) {
                    self.out.unresolved.push(Unresolved { reason: reason.clone(), span: emission.via.span });
                }
            }
            _ if self.out.list.len() >= MAX_DELIVERIES => self.limit(emission.via.span, too_many()),
            What::Amendments(patches) => {
                let file = emission.via.span.file;
                self.out.list.push(Delivery {
                    how: How::Deployed,
                    root: self.context.workspace.file(file).path.to_string(),
                    objects: Arc::default(),
                    pools: Arc::default(),
                    amendments: Arc::clone(patches),
                    files: Arc::new(BTreeSet::from([file])),
                    target,
                    mode: emission.mode,
                    confidence,
                    incomplete: false,
                    via,
                });
            }
            What::Objects(rendered) => {
                let root = self.context.workspace.file(emission.via.span.file).path.clone();
                let seed = Seed { how: How::Deployed, root: &root, target, mode: emission.mode, confidence };
                self.unit(rendered, &seed, &via, chain, depth + 1);
            }
            What::Directory(rendering) => {
                let rendered = self.renderer.render(rendering);
                // A deployer that delivers itself adds nothing new: what stands there is already under way.
                let known = |file: &FileId| chain.iter().any(|files| files.contains(file));
                if !rendered.files.is_empty() && rendered.files.iter().all(known) {
                    return;
                }
                chain.push(Arc::clone(&rendered.files));
                let root = format!("{}/", rendering.directory);
                let seed = Seed { how: How::Deployed, root: &root, target, mode: emission.mode, confidence };
                self.unit(&rendered, &seed, &via, chain, depth + 1);
                chain.pop();
            }
        }
    }
}

/// How a unit begins.
struct Seed<'s> {
    how: How,
    root: &'s str,
    target: Target,
    mode: Mode,
    confidence: Confidence,
}
