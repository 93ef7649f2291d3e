//! Reading the configuration: every key checked, every mistake with its place.

use super::{ClusterConfig, CommonImages, Config, ConfigError, Ignore, UnknownArchitectures};
use crate::finding::{Confidence, Severity};
use crate::nodes::arch::Arch;
use crate::operator::catalogue::{Catalogue, CommonImage};
use crate::operator::release::Release;
use crate::source::{FileId, Span};
use crate::text::closest;
use crate::yaml::{self, Node, ProblemKind};

/// Reads a configuration file's text.
///
/// # Errors
/// Every unknown key, wrong type and unreadable value, with its place.
pub fn read(file: FileId, text: &str) -> Result<Config, Vec<ConfigError>> {
    let mut config = Config::default();
    Reader::document(file, text, "the configuration", |reader, root| reader.config(root, &mut config))?;
    Ok(config)
}

/// Reads a file of one document in which every key is known, and remembers what is wrong with it.
pub(crate) struct Reader {
    pub(crate) errors: Vec<ConfigError>,
}

impl Reader {
    /// Reads the one document of a text, if its text is sound.
    pub(crate) fn document(file: FileId, text: &str, what: &str, read: impl FnOnce(&mut Self, &Node)) -> Result<(), Vec<ConfigError>> {
        let parsed = yaml::parse(file, text);
        let mut reader = Self { errors: Vec::new() };
        for problem in &parsed.problems {
            reader.error(problem.span, problem.message.clone());
        }
        if let [_, second, ..] = parsed.documents.as_slice() {
            reader.error(second.root.span(), format!("{what} is one document"));
        }
        let broken = parsed.problems.iter().any(|p| p.kind != ProblemKind::DuplicateKey);
        if let (false, Some(document)) = (broken, parsed.documents.first()) {
            read(&mut reader, &document.root);
        }
        if reader.errors.is_empty() { Ok(()) } else { Err(reader.errors) }
    }

    pub(crate) fn error(&mut self, span: Span, message: String) {
        self.errors.push(ConfigError { span, message });
    }

    /// The entries of a map whose keys are all known.
    pub(crate) fn entries<'a>(&mut self, node: &'a Node, what: &str, known: &[&str]) -> Vec<(&'a str, &'a Node)> {
        if node.is_null() {
            return Vec::new();
        }
        let Some(mapping) = node.as_mapping() else {
            self.error(node.span(), format!("{what} is a map"));
            return Vec::new();
        };
        let mut entries = Vec::new();
        for entry in &mapping.entries {
            let key = entry.key.text().unwrap_or_default();
            if known.is_empty() || known.contains(&key) {
                if !entry.value.is_null() {
                    entries.push((key, &entry.value));
                }
            } else {
                let hint =
                    closest(key, known.iter().copied()).map_or_else(|| format!("known are {}", known.join(", ")), |k| format!("did you mean `{k}`?"));
                self.error(entry.key.span(), format!("{what} has no key `{key}`; {hint}"));
            }
        }
        entries
    }

    pub(crate) fn items<'a>(&mut self, node: &'a Node, what: &str) -> &'a [Node] {
        match node.as_sequence() {
            Some(items) => items,
            None => {
                self.error(node.span(), format!("{what} is a list"));
                &[]
            }
        }
    }

    pub(crate) fn string(&mut self, node: &Node, what: &str) -> Option<String> {
        let text = node.as_scalar().map(|s| s.text.to_string()).filter(|t| !t.is_empty());
        if text.is_none() {
            self.error(node.span(), format!("{what} is a string"));
        }
        text
    }

    pub(crate) fn strings(&mut self, node: &Node, what: &str) -> Vec<(String, Span)> {
        let items = if node.as_scalar().is_some() { std::slice::from_ref(node) } else { self.items(node, what) };
        items.iter().filter_map(|item| Some((self.string(item, what)?, item.span()))).collect()
    }

    fn globs(&mut self, node: &Node, what: &str) -> Vec<(String, Span)> {
        let globs = self.strings(node, what);
        for (glob, span) in &globs {
            if let Err(error) = globset::Glob::new(glob) {
                self.error(*span, format!("`{glob}` is no glob: {}", error.kind()));
            }
        }
        globs
    }

    fn one_of<T: Copy>(&mut self, node: &Node, what: &str, choices: &[(&str, T)]) -> Option<T> {
        let text = node.text().unwrap_or_default();
        // A bare `off` is the boolean false to YAML.
        let found = choices.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
        if found.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            self.error(node.span(), format!("{what} is one of {}", names.join(", ")));
        }
        found
    }

    fn architectures(&mut self, node: &Node, what: &str) -> Vec<(Arch, Span)> {
        let names = self.strings(node, what);
        names
            .into_iter()
            .filter_map(|(name, span)| match Arch::parse(&name) {
                Some(arch) => Some((arch, span)),
                None => {
                    self.error(span, format!("`{name}` is no CPU architecture; write amd64, arm64, s390x or ppc64le"));
                    None
                }
            })
            .collect()
    }

    fn config(&mut self, root: &Node, config: &mut Config) {
        const KEYS: &[&str] = &[
            "repoURL",
            "clusters",
            "defaults",
            "operator",
            "commonImages",
            "unknownArchitectures",
            "rules",
            "ignore",
            "exclude",
            "baseline",
            "minConfidence",
        ];
        for (key, value) in self.entries(root, "the configuration", KEYS) {
            match key {
                "repoURL" => config.repo_url = self.string(value, "`repoURL`"),
                "clusters" => {
                    for item in self.items(value, "`clusters`") {
                        self.cluster(item, config);
                    }
                }
                "defaults" => {
                    for (_, value) in self.entries(value, "`defaults`", &["nodeArchitectures"]) {
                        config.default_architectures = self.architectures(value, "`nodeArchitectures`");
                    }
                }
                "operator" => self.operator(value, config),
                "commonImages" => self.common_images(value, config),
                "unknownArchitectures" => {
                    let finding = UnknownArchitectures::Finding;
                    let choices = [
                        ("summary", UnknownArchitectures::Summary),
                        ("note", finding(Severity::Info)),
                        ("warning", finding(Severity::Warning)),
                        ("error", finding(Severity::Error)),
                    ];
                    config.unknown_architectures = (self.one_of(value, "`unknownArchitectures`", &choices).unwrap_or_default(), Some(value.span()));
                }
                "rules" => self.rules(value, config),
                "ignore" => {
                    for item in self.items(value, "`ignore`") {
                        self.ignore(item, config);
                    }
                }
                "exclude" => config.exclude = self.globs(value, "`exclude`"),
                "baseline" => config.baseline = self.string(value, "`baseline`").map(|path| (path, value.span())),
                "minConfidence" => {
                    let choices = [("low", Confidence::Low), ("medium", Confidence::Medium), ("high", Confidence::High)];
                    config.min_confidence = self.one_of(value, "`minConfidence`", &choices);
                }
                _ => {}
            }
        }
    }

    fn cluster(&mut self, node: &Node, config: &mut Config) {
        let mut cluster =
            ClusterConfig { name: String::new(), span: node.span(), aliases: Vec::new(), paths: Vec::new(), architectures: None, nodes: None };
        for (key, value) in self.entries(node, "a cluster", &["name", "aliases", "paths", "nodeArchitectures", "nodes"]) {
            match key {
                "name" => {
                    cluster.span = value.span();
                    cluster.name = self.string(value, "`name`").unwrap_or_default();
                }
                "aliases" => cluster.aliases = self.strings(value, "`aliases`").into_iter().map(|(a, _)| a).collect(),
                "paths" => cluster.paths = self.globs(value, "`paths`").into_iter().map(|(g, _)| g).collect(),
                "nodeArchitectures" => {
                    let list = self.architectures(value, "`nodeArchitectures`");
                    if !list.is_empty() {
                        cluster.architectures = Some((list.into_iter().map(|(a, _)| a).collect(), value.span()));
                    }
                }
                "nodes" => cluster.nodes = self.string(value, "`nodes`").map(|path| (path, value.span())),
                _ => {}
            }
        }
        if cluster.name.is_empty() {
            self.error(node.span(), "a cluster needs a `name`".to_owned());
        } else if let (Some(_), Some((_, span))) = (&cluster.architectures, &cluster.nodes) {
            self.error(*span, "give `nodeArchitectures` or `nodes`, not both".to_owned());
        } else if config.clusters.iter().any(|c| c.name == cluster.name) {
            self.error(cluster.span, format!("the cluster `{}` is listed twice", cluster.name));
        } else {
            config.clusters.push(cluster);
        }
    }

    fn operator(&mut self, node: &Node, config: &mut Config) {
        for (key, value) in self.entries(node, "`operator`", &["version", "openshiftVirtualization", "namespace", "platform"]) {
            let Some(text) = self.string(value, &format!("`{key}`")) else { continue };
            match key {
                "version" | "openshiftVirtualization" => {
                    let release = if key == "version" { Release::parse(&text) } else { Release::of_openshift_virtualization(&text) };
                    let example = if key == "version" { "1.17" } else { "4.21" };
                    match release {
                        Some(release) => config.release = Some((release, value.span())),
                        None => self.error(value.span(), format!("`{text}` is no version; write it like \"{example}\"")),
                    }
                }
                "namespace" => config.namespace = Some((text, value.span())),
                _ => {
                    let platform = self.one_of(value, "`platform`", &[("openshift", false), ("kubernetes", true)]);
                    config.plain_kubernetes = platform.map(|p| (p, value.span()));
                }
            }
        }
    }

    fn common_images(&mut self, node: &Node, config: &mut Config) {
        match node.text() {
            Some("upstream") => config.common_images = CommonImages::Upstream,
            Some("openshift-virtualization") => config.common_images = CommonImages::OpenshiftVirtualization,
            Some(_) => self.error(node.span(), "`commonImages` is upstream, openshift-virtualization or a list of images".to_owned()),
            None => {
                let mut images = Vec::new();
                for item in self.items(node, "`commonImages`") {
                    let mut image = CommonImage { name: String::new(), data_source: String::new(), url: None, architectures: None };
                    for (key, value) in self.entries(item, "a common image", &["name", "managedDataSource", "registry", "architectures"]) {
                        match key {
                            "name" => image.name = self.string(value, "`name`").unwrap_or_default(),
                            "managedDataSource" => image.data_source = self.string(value, "`managedDataSource`").unwrap_or_default(),
                            "registry" => image.url = self.string(value, "`registry`"),
                            _ => {
                                let list = self.architectures(value, "`architectures`");
                                image.architectures = Some(list.iter().map(|(a, _)| a.to_string()).collect::<Vec<_>>().join(","));
                            }
                        }
                    }
                    if image.name.is_empty() {
                        self.error(item.span(), "a common image needs a `name`".to_owned());
                    }
                    if image.data_source.is_empty() {
                        image.data_source = image.name.trim_end_matches("-image-cron").to_owned();
                    }
                    images.push(image);
                }
                let certain = images.iter().all(|i| i.url.is_some() && i.architectures.is_some());
                config.common_images = CommonImages::Listed(Catalogue { images, certain });
            }
        }
    }

    fn rules(&mut self, node: &Node, config: &mut Config) {
        let names: Vec<&str> = crate::rules::names().collect();
        for (key, value) in self.entries(node, "`rules`", &names) {
            let choices = [("off", None), ("info", Some(Severity::Info)), ("warning", Some(Severity::Warning)), ("error", Some(Severity::Error))];
            if let Some(severity) = self.one_of(value, &format!("`{key}`"), &choices) {
                config.rules.insert(key.to_owned(), (severity, value.span()));
            }
        }
    }

    fn ignore(&mut self, node: &Node, config: &mut Config) {
        let mut ignore = Ignore { rule: None, paths: Vec::new(), object: None, reason: None, expires: None, span: node.span() };
        for (key, value) in self.entries(node, "an `ignore` entry", &["rule", "paths", "object", "reason", "expires"]) {
            match key {
                "rule" => {
                    let names: Vec<(&str, &str)> = crate::rules::names().map(|n| (n, n)).collect();
                    let text = value.text().unwrap_or_default();
                    match names.iter().find(|(n, _)| *n == text) {
                        Some((name, _)) => ignore.rule = Some((*name).to_owned()),
                        None => {
                            let hint = closest(text, names.iter().map(|(n, _)| *n)).map_or(String::new(), |k| format!("; did you mean `{k}`?"));
                            self.error(value.span(), format!("there is no rule `{text}`{hint}"));
                        }
                    }
                }
                "paths" => ignore.paths = self.globs(value, "`paths`").into_iter().map(|(g, _)| g).collect(),
                "object" => ignore.object = self.string(value, "`object`"),
                "reason" => ignore.reason = self.string(value, "`reason`"),
                _ => match self.string(value, "`expires`") {
                    Some(day) if crate::text::is_date(&day) => ignore.expires = Some((day, value.span())),
                    Some(day) => self.error(value.span(), format!("`{day}` is no day; write it like 2027-03-01")),
                    None => {}
                },
            }
        }
        if ignore.rule.is_none() && ignore.paths.is_empty() && ignore.object.is_none() {
            self.error(node.span(), "an `ignore` entry needs a `rule`, `paths` or an `object`".to_owned());
        } else {
            config.ignore.push(ignore);
        }
    }
}
