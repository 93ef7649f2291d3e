//! Which objects a patch's `target` selects: anchored regular expressions, and label selectors.

use super::fields;
use super::id::Gvk;
use super::merge::Misfit;
use super::pattern;
use super::resource::Resource;
use crate::source::Span;
use crate::yaml::Node;
use regex::Regex;

/// A target.
#[derive(Debug)]
pub(super) struct Selector {
    group: Option<Regex>,
    version: Option<Regex>,
    kind: Option<Regex>,
    name: Option<Regex>,
    namespace: Option<Regex>,
    labels: LabelSelector,
    annotations: LabelSelector,
    /// What the target names literally, for an object that is hidden.
    literal: Option<Literal>,
    /// The place.
    pub(super) span: Span,
}

/// A kind and name that a target spells out.
#[derive(Clone, Debug)]
pub(super) struct Literal {
    pub(super) gvk: Gvk,
    pub(super) name: Box<str>,
    pub(super) namespace: Option<Box<str>>,
}

impl Selector {
    /// Reads a `target`.
    pub(super) fn read(node: &Node) -> Result<Self, Misfit> {
        let pattern = |name: &str| {
            let place = fields::value(node, name).map_or(node.span(), Node::span);
            fields::text(node, name).map(|text| pattern::read(&format!("^(?:{text})$"), place)).transpose()
        };
        let selector = |name: &str| {
            LabelSelector::parse(fields::text(node, name).unwrap_or("")).map_err(|message| Misfit {
                span: fields::value(node, name).map_or(node.span(), Node::span),
                related: None,
                message,
            })
        };
        let (labels, annotations) = (selector("labelSelector")?, selector("annotationSelector")?);
        let literal = |name: &str| fields::text(node, name).filter(|t| t.chars().all(|c| c.is_ascii_alphanumeric() || "-._/".contains(c)));
        let plain = labels.is_empty() && annotations.is_empty();
        let spelled = literal("kind").zip(literal("name")).filter(|_| plain).map(|(kind, name)| Literal {
            gvk: Gvk { group: literal("group").unwrap_or("").into(), version: literal("version").unwrap_or("").into(), kind: kind.into() },
            name: name.into(),
            namespace: literal("namespace").map(Box::from),
        });
        Ok(Self {
            group: pattern("group")?,
            version: pattern("version")?,
            kind: pattern("kind")?,
            name: pattern("name")?,
            namespace: pattern("namespace")?,
            labels,
            annotations,
            literal: spelled,
            span: node.span(),
        })
    }

    /// Whether it selects an object, by its original or current name and namespace.
    pub(super) fn selects(&self, resource: &Resource) -> bool {
        let (now, then) = (resource.id(), resource.original_id());
        let either = |pattern: &Option<Regex>, a: &str, b: &str| pattern.as_ref().is_none_or(|p| p.is_match(a) || p.is_match(b));
        either(&self.namespace, then.effective_namespace(), now.effective_namespace())
            && either(&self.name, &then.name, &now.name)
            && either(&self.group, &now.gvk.group, &now.gvk.group)
            && either(&self.version, &now.gvk.version, &now.gvk.version)
            && either(&self.kind, &now.gvk.kind, &now.gvk.kind)
            && self.labels.matches(resource.root.find(&["metadata", "labels"]))
            && self.annotations.matches(resource.root.find(&["metadata", "annotations"]))
    }

    /// The one object it can only mean, if it spells kind and name out.
    pub(super) fn literal(&self) -> Option<&Literal> {
        self.literal.as_ref()
    }
}

/// A selector of labels in Kubernetes' string form: `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>1`.
#[derive(Clone, Debug, Default)]
pub(super) struct LabelSelector(Vec<Requirement>);

#[derive(Clone, Debug)]
struct Requirement {
    key: String,
    test: Test,
}

#[derive(Clone, Debug)]
enum Test {
    Exists,
    Missing,
    In(Vec<String>),
    NotIn(Vec<String>),
    Greater(i64),
    Less(i64),
}

impl LabelSelector {
    /// Reads a selector; the empty one matches everything.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut requirements = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() {
            let (requirement, after) = Requirement::parse(rest).ok_or_else(|| format!("no valid label selector: `{text}`"))?;
            requirements.push(requirement);
            rest = after.trim_start();
            if let Some(more) = rest.strip_prefix(',') {
                rest = more.trim_start();
                if rest.is_empty() {
                    return Err(format!("no valid label selector: `{text}`"));
                }
            } else if !rest.is_empty() {
                return Err(format!("no valid label selector: `{text}`"));
            }
        }
        Ok(Self(requirements))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a map of labels satisfies it.
    pub(super) fn matches(&self, labels: Option<&Node>) -> bool {
        self.0.iter().all(|r| {
            let value = labels.and_then(Node::as_mapping).and_then(|m| m.entry(&r.key)).map(|e| e.value.text().unwrap_or(""));
            match &r.test {
                Test::Exists => value.is_some(),
                Test::Missing => value.is_none(),
                Test::In(values) => value.is_some_and(|v| values.iter().any(|w| w == v)),
                Test::NotIn(values) => value.is_none_or(|v| !values.iter().any(|w| w == v)),
                Test::Greater(n) => value.and_then(|v| v.parse::<i64>().ok()).is_some_and(|v| v > *n),
                Test::Less(n) => value.and_then(|v| v.parse::<i64>().ok()).is_some_and(|v| v < *n),
            }
        })
    }
}

impl Requirement {
    fn parse(text: &str) -> Option<(Self, &str)> {
        if let Some(rest) = text.strip_prefix('!') {
            let (key, rest) = word(rest.trim_start())?;
            return Some((Self { key: key.to_owned(), test: Test::Missing }, rest));
        }
        let (key, rest) = word(text)?;
        let rest = rest.trim_start();
        let of = |test: Test, rest| Some((Self { key: key.to_owned(), test }, rest));
        if rest.is_empty() || rest.starts_with(',') {
            return of(Test::Exists, rest);
        }
        for (sign, equal) in [("!=", false), ("==", true), ("=", true)] {
            if let Some(rest) = rest.strip_prefix(sign) {
                let (value, rest) = word(rest.trim_start()).unwrap_or(("", rest.trim_start()));
                let values = vec![value.to_owned()];
                return of(if equal { Test::In(values) } else { Test::NotIn(values) }, rest);
            }
        }
        for sign in ['>', '<'] {
            if let Some(rest) = rest.strip_prefix(sign) {
                let (value, rest) = word(rest.trim_start())?;
                let number = value.parse().ok()?;
                return of(if sign == '>' { Test::Greater(number) } else { Test::Less(number) }, rest);
            }
        }
        let (operator, rest) = word(rest)?;
        let (values, rest) = rest.trim_start().strip_prefix('(')?.split_once(')')?;
        let values = values.split(',').map(|v| v.trim().to_owned()).collect();
        match operator {
            "in" => of(Test::In(values), rest),
            "notin" => of(Test::NotIn(values), rest),
            _ => None,
        }
    }
}

fn word(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| c.is_whitespace() || "=!<>,()".contains(c)).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;
    use crate::yaml;

    fn matches(selector: &str, labels: &str) -> bool {
        let parsed = yaml::parse(FileId(0), labels);
        LabelSelector::parse(selector).expect("valid").matches(parsed.documents.first().map(|d| &d.root))
    }

    #[test]
    fn label_selectors() {
        let labels = "{app: web, tier: '2', 'x.io/y': z}";
        for yes in ["", "app", "app=web", "app == web,tier", "app in (db, web)", "app notin (db)", "!gone", "gone!=x", "tier>1", "x.io/y=z"] {
            assert!(matches(yes, labels), "{yes}");
        }
        for no in ["gone", "app=db", "app!=web", "!app", "app notin (web)", "tier<2", "gone in (x)"] {
            assert!(!matches(no, labels), "{no}");
        }
        for bad in ["a b", "a in b", "a=b,", "=x", "a>b"] {
            assert!(LabelSelector::parse(bad).is_err(), "{bad}");
        }
    }
}
