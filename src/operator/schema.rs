//! What the CRD's schema refuses in the fields this linter reads.
//!
//! As in the API server: null counts as absent, a key the schema does not know is pruned and not refused.

use super::hyperconverged::{Api, HyperConverged};
use crate::manifest::template::is_expression;
use crate::source::Span;
use crate::yaml::{Lookup, Node, Typed, Value};
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::sync::OnceLock;

/// One refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The value, or for a missing key the object it is missing from, or the patch that took it away.
    pub span: Span,
    /// Path of the field (`spec.featureGates`, list items by number).
    pub path: String,
    /// What is wrong, completing "`path` …".
    pub problem: Problem,
}

/// The kinds of refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// A value of another type: the type wanted and the one found.
    Type(Type, &'static str),
    /// A required key is missing.
    Missing,
    /// Not one of these values.
    NotOneOf(&'static [&'static str], String),
    /// Longer or shorter than allowed, in words.
    Bounds(String),
}

/// The types of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// A map.
    Object,
    /// A list.
    Array,
    /// A string.
    String,
    /// A boolean.
    Boolean,
    /// A whole number.
    Integer,
    /// A resource quantity: a number or a string such as `10Gi`.
    Quantity,
}

impl Type {
    /// The type with its article.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Type::Object => "a map",
            Type::Array => "a list",
            Type::String => "a string",
            Type::Boolean => "a boolean",
            Type::Integer => "an integer",
            Type::Quantity => "a quantity",
        }
    }
}

const TABLE: &str = include_str!("tables/schema.txt");

#[derive(Debug, Default)]
struct Field {
    kind: &'static str,
    required: bool,
    choices: Vec<&'static str>,
    max_length: Option<usize>,
    min_length: Option<usize>,
    max_items: Option<usize>,
    children: Vec<(&'static str, Field)>,
}

/// The keys of `spec.featureGates` in v1beta1, in order.
#[must_use]
pub fn v1beta1_gates() -> Vec<&'static str> {
    let gates = blocks().get("v1beta1").and_then(|root| root.children.iter().find(|(name, _)| *name == "featureGates"));
    gates.map(|(_, field)| field.children.iter().map(|(name, _)| *name).collect()).unwrap_or_default()
}

/// Everything the schema refuses.
#[must_use]
pub fn violations(hco: &HyperConverged) -> Vec<Violation> {
    let name = match hco.api {
        Api::V1 => "v1",
        Api::V1beta1 => "v1beta1",
    };
    let mut check = Check { blocks: blocks(), path: "spec".to_owned(), found: Vec::new() };
    let Some(root) = check.blocks.get(name) else { return Vec::new() };
    match hco.root().get("spec").non_null() {
        Lookup::Found(spec) if spec.as_mapping().is_some() => check.children(root, spec),
        Lookup::Found(spec) if !is_expression(spec) => check.report(spec.span(), Problem::Type(Type::Object, describe(spec))),
        Lookup::Found(_) | Lookup::Absent | Lookup::Unknown(_) => {}
    }
    check.found
}

struct Check {
    blocks: &'static BTreeMap<&'static str, Field>,
    /// Where the check is.
    path: String,
    found: Vec<Violation>,
}

impl Check {
    fn report(&mut self, span: Span, problem: Problem) {
        self.found.push(Violation { span, path: self.path.clone(), problem });
    }

    /// Checks something further in.
    fn below(&mut self, segment: fmt::Arguments<'_>, check: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        let _ = self.path.write_fmt(segment);
        check(self);
        self.path.truncate(length);
    }

    fn resolve(&self, field: &'static Field) -> &'static Field {
        self.blocks.get(field.kind).unwrap_or(field)
    }

    fn value(&mut self, field: &'static Field, node: &Node) {
        let field = self.resolve(field);
        if matches!(node.value(), Value::Opaque(_)) || is_expression(node) {
            return;
        }
        let Some(wanted) = type_of(field.kind) else { return };
        if !has_type(node, wanted) {
            self.report(node.span(), Problem::Type(wanted, describe(node)));
            return;
        }
        let length = node.text().map_or(0, |t| t.chars().count());
        if !field.choices.is_empty() && !field.choices.iter().any(|c| node.text() == Some(c)) {
            self.report(node.span(), Problem::NotOneOf(&field.choices, node.text().unwrap_or_default().to_owned()));
        } else if field.max_length.is_some_and(|max| length > max) {
            self.report(node.span(), Problem::Bounds(format!("is longer than {} characters", field.max_length.unwrap_or_default())));
        } else if field.min_length.is_some_and(|min| length < min) {
            self.report(node.span(), Problem::Bounds("must not be empty".to_owned()));
        }
        match node.value() {
            Value::Mapping(_) => self.children(field, node),
            Value::Sequence(s) => {
                if field.max_items.is_some_and(|max| s.items.len() > max) {
                    self.report(node.span(), Problem::Bounds(format!("has more than {} items", field.max_items.unwrap_or_default())));
                }
                let Some((_, item)) = field.children.first() else { return };
                for (index, child) in s.items.iter().enumerate() {
                    self.below(format_args!("[{index}]"), |check| check.value(item, child));
                }
            }
            Value::Scalar(_) | Value::Opaque(_) => {}
        }
    }

    fn children(&mut self, field: &'static Field, node: &Node) {
        for (key, child) in &field.children {
            if *key == "*" {
                for entry in node.as_mapping().map_or(&[][..], |m| &m.entries) {
                    if !entry.value.is_null() {
                        self.below(format_args!(".{}", entry.key.text().unwrap_or_default()), |check| check.value(child, &entry.value));
                    }
                }
                continue;
            }
            match node.get(key).non_null() {
                Lookup::Found(value) => self.below(format_args!(".{key}"), |check| check.value(child, value)),
                Lookup::Absent if child.required => {
                    self.below(format_args!(".{key}"), |check| check.report(node.removed_at(&[key]).unwrap_or(node.span()), Problem::Missing))
                }
                Lookup::Absent | Lookup::Unknown(_) => {}
            }
        }
    }
}

fn type_of(kind: &str) -> Option<Type> {
    Some(match kind {
        "object" => Type::Object,
        "array" => Type::Array,
        "string" => Type::String,
        "boolean" => Type::Boolean,
        "integer" => Type::Integer,
        "quantity" => Type::Quantity,
        _ => return None,
    })
}

fn has_type(node: &Node, wanted: Type) -> bool {
    match wanted {
        Type::Object => node.as_mapping().is_some(),
        Type::Array => node.as_sequence().is_some(),
        Type::String => node.as_str().is_some(),
        Type::Boolean => node.as_bool().is_some(),
        Type::Integer => matches!(node.typed(), Some(Typed::Int(_))) || matches!(node.typed(), Some(Typed::Float(f)) if f.fract() == 0.0),
        Type::Quantity => match node.typed() {
            Some(Typed::Int(_)) => true,
            Some(Typed::Str(text)) => is_quantity(text),
            _ => false,
        },
    }
}

/// The CRD's pattern for quantities: a signed decimal and an optional suffix or exponent.
fn is_quantity(text: &str) -> bool {
    let decimal = |t: &str| {
        let digits = t.trim_start_matches(|c: char| c.is_ascii_digit());
        let whole = t.len() - digits.len();
        match digits.strip_prefix('.') {
            None => (whole > 0, digits.to_owned()),
            Some(rest) => {
                let tail = rest.trim_start_matches(|c: char| c.is_ascii_digit());
                (whole > 0 || tail.len() < rest.len(), tail.to_owned())
            }
        }
    };
    let sign = |t: &str| t.strip_prefix(['+', '-']).unwrap_or(t).to_owned();
    let (number, suffix) = decimal(&sign(text));
    let exponent = suffix.strip_prefix(['e', 'E']).map(|e| decimal(&sign(e)));
    number
        && (matches!(suffix.as_str(), "" | "Ki" | "Mi" | "Gi" | "Ti" | "Pi" | "Ei" | "n" | "u" | "m" | "k" | "M" | "G" | "T" | "P" | "E")
            || exponent.is_some_and(|(number, rest)| number && rest.is_empty()))
}

/// What a value is, with its article.
#[must_use]
pub fn describe(node: &Node) -> &'static str {
    match node.value() {
        Value::Mapping(_) => "a map",
        Value::Sequence(_) => "a list",
        Value::Opaque(_) => "something unreadable",
        Value::Scalar(_) => match node.typed() {
            Some(Typed::Null) | None => "null",
            Some(Typed::Bool(_)) => "a boolean",
            Some(Typed::Int(_) | Typed::Unsigned(_) | Typed::Float(_)) => "a number",
            Some(Typed::Str(_)) => "a string",
        },
    }
}

fn blocks() -> &'static BTreeMap<&'static str, Field> {
    static BLOCKS: OnceLock<BTreeMap<&'static str, Field>> = OnceLock::new();
    BLOCKS.get_or_init(|| {
        let lines: Vec<&'static str> = TABLE.lines().filter(|l| !l.starts_with('#')).collect();
        let (mut blocks, mut at) = (BTreeMap::new(), 0);
        while at < lines.len() {
            let (name, field) = read_field(&lines, &mut at, 0);
            blocks.insert(name, field);
        }
        blocks
    })
}

/// Reads the field at `lines[*at]` with the deeper lines below it. The table is the program's own, and a test reads all of it.
fn read_field(lines: &[&'static str], at: &mut usize, depth: usize) -> (&'static str, Field) {
    let line = lines[*at].trim();
    *at += 1;
    let (name, rest) = line.split_once(": ").unwrap_or((line, "object"));
    let mut words = rest.split(' ');
    let mut field = Field { kind: words.next().unwrap_or_default(), ..Field::default() };
    for word in words {
        let argument = word.split_once('(').map_or("", |(_, a)| a.trim_end_matches(')'));
        match word.split('(').next() {
            Some("required") => field.required = true,
            Some("enum") => field.choices = argument.split('|').collect(),
            Some("maxLength") => field.max_length = argument.parse().ok(),
            Some("minLength") => field.min_length = argument.parse().ok(),
            Some("maxItems") => field.max_items = argument.parse().ok(),
            _ => {}
        }
    }
    while *at < lines.len() && indent(lines[*at]) > depth {
        let child = read_field(lines, at, indent(lines[*at]));
        field.children.push(child);
    }
    (name, field)
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields<'a>(field: &'a Field, all: &mut Vec<&'a Field>) {
        all.push(field);
        field.children.iter().for_each(|(_, f)| fields(f, all));
    }

    #[test]
    fn every_line_of_the_table_has_a_known_type() {
        let mut all = Vec::new();
        blocks().values().for_each(|f| fields(f, &mut all));
        assert_eq!(all.len(), TABLE.lines().filter(|l| !l.starts_with('#')).count());
        for field in all {
            assert!(type_of(field.kind).is_some() || blocks().contains_key(field.kind), "{}", field.kind);
        }
    }

    #[test]
    fn quantities() {
        for good in ["10Gi", "1", "0.5", ".5", "1e3", "-2M", "1E-2", "5."] {
            assert!(is_quantity(good), "{good}");
        }
        for bad in ["", "Gi", "10 Gi", "10gi", "1e", "."] {
            assert!(!is_quantity(bad), "{bad}");
        }
    }
}
