//! Templates of ApplicationSets: parameters put into an Application, in both dialects, as far as they are plain references.

use super::super::effort::Effort;
use crate::source::Span;
use crate::yaml::{Entry, Mapping, Node, Sequence, Value};
use std::collections::BTreeMap;

/// Parameters by their dotted name (`path.basename`, `metadata.labels.region`).
pub(super) type Params = BTreeMap<String, String>;

/// A text with every plain reference replaced. What is not known, or more than a reference, is left as it is, and so is what comes to too much.
pub(super) fn text(template: &str, params: &Params, effort: &Effort, at: Span) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(start) = rest.find("{{") {
        let Some(length) = rest[start + 2..].find("}}") else { break };
        let end = start + 2 + length + 2;
        out.push_str(&rest[..start]);
        match value(&rest[start + 2..end - 2], params) {
            Some(value) if effort.fill(value.len(), at) => out.push_str(&value),
            _ => out.push_str(&rest[start..end]),
        }
        rest = &rest[end..];
    }
    out + rest
}

/// The value of an expression: `name`, `.name`, `index .path.segments 1`, `.path.segments[1]`, with quoting pipes ignored.
fn value(expression: &str, params: &Params) -> Option<String> {
    let mut stages = expression.trim().trim_start_matches('-').trim_end_matches('-').split('|').map(str::trim);
    let first = stages.next()?;
    let found = match first.split_whitespace().collect::<Vec<_>>().as_slice() {
        ["index", list, number] => params.get(&format!("{}.{}", key(list), number.trim_matches('"'))),
        ["index", a, b, c] => params.get(&[key(a), b.trim_matches('"').to_owned(), c.trim_matches('"').to_owned()].join(".")),
        [name] => params.get(&key(name)),
        _ => None,
    };
    let mut found = found.cloned();
    for stage in stages {
        found = match (stage.split_whitespace().collect::<Vec<_>>().as_slice(), found) {
            (["default", word], None) => Some(word.trim_matches('"').to_owned()),
            (["default", _] | ["quote" | "squote" | "trim" | "toString"], found) => found,
            (["lower"], Some(v)) => Some(v.to_lowercase()),
            (["upper"], Some(v)) => Some(v.to_uppercase()),
            (["normalize"], Some(v)) => Some(normalise(&v)),
            _ => return None,
        };
    }
    found
}

/// The elements of a list among the parameters that an expression hands on whole: `{{ .clusters | toJson }}`.
pub(super) fn list_of(template: &str, params: &Params) -> Option<Vec<Params>> {
    let expression = template.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    let (name, format) = expression.trim().trim_matches('-').split_once('|')?;
    if !matches!(format.trim(), "toJson" | "toYaml") {
        return None;
    }
    let prefix = format!("{}.", key(name.trim()));
    let mut elements: BTreeMap<usize, Params> = BTreeMap::new();
    for (name, value) in params.range(prefix.clone()..).take_while(|(name, _)| name.starts_with(&prefix)) {
        let (number, rest) = name[prefix.len()..].split_once('.')?;
        elements.entry(number.parse().ok()?).or_default().insert(rest.to_owned(), value.clone());
    }
    Some(elements.into_values().collect())
}

/// `.path.segments[1]` and `path[1]` → `path.segments.1`, `path.1`.
fn key(name: &str) -> String {
    name.trim_start_matches('.').replace(['[', ']'], ".").replace("..", ".").trim_end_matches('.').to_owned()
}

/// A name as DNS allows it.
pub(super) fn normalise(name: &str) -> String {
    let kept: String = name.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' }).collect();
    kept.trim_matches(['-', '.']).to_owned()
}

/// A tree with the parameters put in; spans stay those of the template.
pub(super) fn node(template: &Node, params: &Params, effort: &Effort) -> Node {
    match template.value() {
        Value::Scalar(scalar) if scalar.text.contains("{{") => {
            let filled = text(&scalar.text, params, effort, template.span());
            if *filled == *scalar.text {
                return template.clone();
            }
            template.filled_in(filled)
        }
        Value::Mapping(mapping) => {
            let entries = mapping.entries.iter().map(|e| Entry { value: node(&e.value, params, effort), ..e.clone() }).collect();
            template.clone().with_value(Value::Mapping(Mapping { entries, ..mapping.clone() }))
        }
        Value::Sequence(sequence) => {
            let items = sequence.items.iter().map(|i| node(i, params, effort)).collect();
            template.clone().with_value(Value::Sequence(Sequence { items, ..sequence.clone() }))
        }
        _ => template.clone(),
    }
}

/// The scalars of a tree by their dotted names.
pub(super) fn flatten(root: &Node, prefix: &str, params: &mut Params) {
    let name = |key: &str| if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") };
    match root.value() {
        Value::Mapping(mapping) => mapping.entries.iter().for_each(|e| flatten(&e.value, &name(e.key.text().unwrap_or_default()), params)),
        Value::Sequence(sequence) => sequence.items.iter().enumerate().for_each(|(i, item)| flatten(item, &name(&i.to_string()), params)),
        Value::Scalar(scalar) if !prefix.is_empty() => {
            params.insert(prefix.to_owned(), scalar.text.to_string());
        }
        Value::Scalar(_) | Value::Opaque(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_handed_on() {
        let params: Params =
            [("all.0.name", "a"), ("all.1.name", "b"), ("all.1.at.x", "1"), ("other", "c")].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        let names = |t: &str| list_of(t, &params).map(|l| l.iter().filter_map(|p| p.get("name").cloned()).collect::<Vec<_>>());
        assert_eq!(names("{{ .all | toJson }}"), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(names("{{ .all | first }}"), None);
        assert_eq!(names("[{name: a}]"), None);
    }

    #[test]
    fn references_in_both_dialects() {
        let params: Params = [("name", "prod"), ("path.basename", "a b"), ("path.segments.1", "x")].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
        let text = |template: &str, params: &Params| text(template, params, &Effort::new(), Span::new(crate::source::FileId(0), 0, 0));
        assert_eq!(text("virt-{{name}}/{{ .name }}", &params), "virt-prod/prod");
        assert_eq!(text("{{ index .path.segments 1 }}-{{.path.segments[1]}}", &params), "x-x");
        assert_eq!(text("{{ .path.basename | normalize }}", &params), "a-b");
        assert_eq!(text("{{ .missing }} {{ printf \"%s\" .name }}", &params), "{{ .missing }} {{ printf \"%s\" .name }}");
        assert_eq!(text("{{ .missing | default \"d\" }} {{ unclosed", &params), "d {{ unclosed");
    }
}
