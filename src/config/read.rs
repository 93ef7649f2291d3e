//! Reading the configuration: what the table of its keys lets through, as values.

use super::keys::ROOT;
use super::shape::{document, fields, text, texts};
use super::{ClusterConfig, CommonImages, Config, ConfigError, Ignore, UnknownArchitectures};
use crate::finding::{Confidence, Severity};
use crate::nodes::arch::Arch;
use crate::operator::catalogue::{Catalogue, CommonImage};
use crate::operator::release::Release;
use crate::source::{FileId, Span};
use crate::yaml::Node;
use std::collections::HashSet;

/// Reads a configuration file's text.
///
/// # Errors
/// Every unknown key, wrong type and unreadable value, with its place.
pub fn read(file: FileId, text: &str) -> Result<Config, Vec<ConfigError>> {
    let root = document(file, text, &ROOT)?;
    let config = root.as_ref().map(config).unwrap_or_default();
    let mut known = HashSet::new();
    let twice = config.clusters.iter().filter(|cluster| !known.insert(&cluster.name));
    let error = |c: &ClusterConfig| ConfigError { span: c.span, message: format!("the cluster `{}` is listed twice", c.name) };
    let errors: Vec<ConfigError> = twice.map(error).collect();
    if errors.is_empty() { Ok(config) } else { Err(errors) }
}

fn config(root: &Node) -> Config {
    let mut config = Config::default();
    for (key, value) in fields(root) {
        let (word, at) = (text(value), value.span());
        match key {
            "repoURL" => config.repo_url = Some(word),
            "clusters" => config.clusters = items(value).map(cluster).collect(),
            "defaults" => fields(value).for_each(|(_, list)| config.default_architectures = architectures(list).collect()),
            "operator" => operator(value, &mut config),
            "commonImages" => config.common_images = common_images(value),
            "unknownArchitectures" => config.unknown_architectures = (unknown(&word), Some(at)),
            "rules" => config.rules = fields(value).map(|(rule, v)| (rule.to_owned(), (severity(&text(v)), v.span()))).collect(),
            "ignore" => config.ignore = items(value).map(ignore).collect(),
            "exclude" => config.exclude = texts(value).collect(),
            "baseline" => config.baseline = Some((word, at)),
            "minConfidence" => config.min_confidence = confidence(&word),
            _ => {}
        }
    }
    config
}

fn items(node: &Node) -> impl Iterator<Item = &Node> {
    node.as_sequence().unwrap_or_default().iter()
}

fn words(node: &Node) -> Vec<String> {
    texts(node).map(|(word, _)| word).collect()
}

fn architectures(node: &Node) -> impl Iterator<Item = (Arch, Span)> {
    texts(node).filter_map(|(word, at)| Some((Arch::parse(&word)?, at)))
}

fn severity(word: &str) -> Option<Severity> {
    match word {
        "info" => Some(Severity::Info),
        "warning" => Some(Severity::Warning),
        "error" => Some(Severity::Error),
        _ => None,
    }
}

fn confidence(word: &str) -> Option<Confidence> {
    [Confidence::Low, Confidence::Medium, Confidence::High].into_iter().find(|c| c.name() == word)
}

fn unknown(word: &str) -> UnknownArchitectures {
    let word = if word == "note" { "info" } else { word };
    severity(word).map_or(UnknownArchitectures::Summary, UnknownArchitectures::Finding)
}

fn cluster(node: &Node) -> ClusterConfig {
    let mut cluster =
        ClusterConfig { name: String::new(), span: node.span(), aliases: Vec::new(), paths: Vec::new(), architectures: None, nodes: None };
    for (key, value) in fields(node) {
        let at = value.span();
        match key {
            "name" => (cluster.name, cluster.span) = (text(value), at),
            "aliases" => cluster.aliases = words(value),
            "paths" => cluster.paths = words(value),
            "nodeArchitectures" => {
                let list: Vec<Arch> = architectures(value).map(|(arch, _)| arch).collect();
                cluster.architectures = (!list.is_empty()).then_some((list, at));
            }
            "nodes" => cluster.nodes = Some((text(value), at)),
            _ => {}
        }
    }
    cluster
}

fn operator(node: &Node, config: &mut Config) {
    for (key, value) in fields(node) {
        let (word, at) = (text(value), value.span());
        match key {
            "version" => config.release = Release::parse(&word).map(|r| (r, at)),
            "openshiftVirtualization" => config.release = Release::of_openshift_virtualization(&word).map(|r| (r, at)),
            "namespace" => config.namespace = Some((word, at)),
            "platform" => config.plain_kubernetes = Some((word == "kubernetes", at)),
            _ => {}
        }
    }
}

fn common_images(node: &Node) -> CommonImages {
    match node.text() {
        _ if node.is_null() => CommonImages::Unsaid,
        Some("upstream") => CommonImages::Upstream,
        Some(_) => CommonImages::OpenshiftVirtualization,
        None => {
            let images: Vec<CommonImage> = items(node).map(common_image).collect();
            let certain = images.iter().all(|i| i.url.is_some() && i.architectures.is_some());
            CommonImages::Listed(Catalogue { images, certain })
        }
    }
}

fn common_image(node: &Node) -> CommonImage {
    let mut image = CommonImage { name: String::new(), data_source: String::new(), url: None, architectures: None };
    for (key, value) in fields(node) {
        match key {
            "name" => image.name = text(value),
            "managedDataSource" => image.data_source = text(value),
            "registry" => image.url = Some(text(value)),
            "architectures" => image.architectures = Some(architectures(value).map(|(a, _)| a.to_string()).collect::<Vec<_>>().join(",")),
            _ => {}
        }
    }
    if image.data_source.is_empty() {
        image.data_source = image.name.trim_end_matches("-image-cron").to_owned();
    }
    image
}

fn ignore(node: &Node) -> Ignore {
    let mut ignore = Ignore { rule: None, paths: Vec::new(), object: None, reason: None, expires: None, item: node.clone() };
    for (key, value) in fields(node) {
        match key {
            "rule" => ignore.rule = Some(text(value)),
            "paths" => ignore.paths = words(value),
            "object" => ignore.object = Some(text(value)),
            "reason" => ignore.reason = Some(text(value)),
            "expires" => ignore.expires = Some((text(value), value.span())),
            _ => {}
        }
    }
    ignore
}
