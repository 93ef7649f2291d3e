//! Expressions of a template, evaluated as far as they are certain: references to values, literals, and the few functions whose outcome
//! follows from them. What depends on anything else is unknown.

use crate::source::Span;
use crate::yaml::{Lookup, Node, Style, Typed, Value as Tree};
use std::collections::BTreeMap;

/// Most brackets of an expression.
const MAX_GROUPS: usize = 32;

/// What an expression yields.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// A value of the values, or a literal of the template.
    Known(Node),
    /// The same, printed between quotes.
    Quoted(Node),
    /// The same as YAML on lines of its own.
    Yaml(Node),
    /// Nothing.
    Nil,
    /// Nobody can tell.
    Unknown,
}

/// What a dot means.
#[derive(Clone, Debug)]
pub(super) enum Dot {
    /// The whole context: `.Values`, `.Release`.
    Root,
    /// A value.
    Of(Value),
}

/// What names mean at a place of a template.
#[derive(Clone, Debug)]
pub(super) struct Scope<'r> {
    pub(super) values: &'r Node,
    pub(super) release: &'r super::Release,
    pub(super) dot: Dot,
    pub(super) variables: BTreeMap<String, Value>,
}

impl Scope<'_> {
    /// The value of a pipeline. `at` is its place in the template, the owner of its literals.
    pub(super) fn evaluate(&self, code: &str, at: Span) -> Value {
        let Some(words) = words(code).filter(|_| code.matches('(').count() <= MAX_GROUPS) else { return Value::Unknown };
        let mut piped: Option<Value> = None;
        for command in words.split(|w| *w == Word::Pipe) {
            piped = Some(self.command(command, piped, at));
        }
        piped.unwrap_or(Value::Unknown)
    }

    fn command(&self, words: &[Word], piped: Option<Value>, at: Span) -> Value {
        let Some((first, rest)) = words.split_first() else { return Value::Unknown };
        let Word::Name(function) = first else {
            return if rest.is_empty() && piped.is_none() { self.operand(first, at) } else { Value::Unknown };
        };
        let mut arguments: Vec<Value> = rest.iter().map(|w| self.operand(w, at)).collect();
        arguments.extend(piped);
        if arguments.is_empty() {
            return self.operand(first, at);
        }
        call(function, &arguments, at)
    }

    fn operand(&self, word: &Word, at: Span) -> Value {
        match word {
            Word::Text(text) => Value::Known(Node::scalar(text.clone(), Style::DoubleQuoted, at)),
            Word::Name(name) => match name.as_str() {
                "nil" => Value::Nil,
                "true" | "false" => Value::Known(Node::scalar(name.clone(), Style::Plain, at)),
                number if number.parse::<i64>().is_ok_and(|n| n.to_string() == number) => Value::Known(Node::scalar(number, Style::Plain, at)),
                _ => Value::Unknown,
            },
            Word::Group(code, fields) => fields.iter().fold(self.evaluate(code, at), |value, name| match value {
                // A group in brackets forgives what is not there.
                Value::Nil => Value::Nil,
                other => field(&other, name),
            }),
            Word::Chain(variable, fields) => match variable.as_deref() {
                None => self.chain(&self.dot, fields),
                Some("") => self.chain(&Dot::Root, fields),
                Some(name) => {
                    let value = self.variables.get(name).cloned().unwrap_or(Value::Unknown);
                    self.chain(&Dot::Of(value), fields)
                }
            },
            Word::Pipe => Value::Unknown,
        }
    }

    fn chain(&self, dot: &Dot, fields: &[String]) -> Value {
        let (start, rest) = match (dot, fields) {
            (Dot::Of(value), _) => (value.clone(), fields),
            (Dot::Root, [first, rest @ ..]) if first == "Values" => (Value::Known(self.values.clone()), rest),
            (Dot::Root, [release, what]) if release == "Release" => {
                let known = |node: &Option<Node>| node.clone().map_or(Value::Unknown, Value::Known);
                return match what.as_str() {
                    "Name" => known(&self.release.name),
                    "Namespace" => known(&self.release.namespace),
                    _ => Value::Unknown,
                };
            }
            (Dot::Root, _) => return Value::Unknown,
        };
        rest.iter().fold(start, |value, name| field(&value, name))
    }
}

/// A field of a value. Asking nothing for a field is an error, so the answer is unknown.
fn field(value: &Value, name: &str) -> Value {
    let Value::Known(node) = value else { return Value::Unknown };
    if node.as_mapping().is_none() {
        return Value::Unknown;
    }
    match node.get(name) {
        Lookup::Found(found) if found.is_null() => Value::Nil,
        // Values may be templates themselves.
        Lookup::Found(found) if found.text().is_some_and(crate::manifest::template::is_template) => Value::Unknown,
        Lookup::Found(found) => Value::Known(found.clone()),
        Lookup::Absent => Value::Nil,
        Lookup::Unknown(_) => Value::Unknown,
    }
}

fn call(function: &str, arguments: &[Value], at: Span) -> Value {
    let truth = |value: bool| Value::Known(Node::scalar(if value { "true" } else { "false" }, Style::Plain, at));
    match (function, arguments) {
        ("default", [fallback, value]) => match value.truth() {
            Some(true) => value.clone(),
            Some(false) => fallback.clone(),
            None => Value::Unknown,
        },
        ("required", [_, value]) if !matches!(value, Value::Nil) => value.clone(),
        ("quote" | "squote", [Value::Known(node)]) if node.as_scalar().is_some() => Value::Quoted(node.clone()),
        ("toYaml", [Value::Known(node)]) if node.as_scalar().is_none() => Value::Yaml(node.clone()),
        ("toYaml" | "toString", [Value::Known(node)]) if matches!(node.typed(), Some(Typed::Bool(_))) => Value::Known(node.clone()),
        ("nindent" | "indent", [Value::Known(_), Value::Yaml(node)]) => Value::Yaml(node.clone()),
        ("not", [value]) => value.truth().map_or(Value::Unknown, |t| truth(!t)),
        ("empty", [value]) => value.truth().map_or(Value::Unknown, |t| truth(!t)),
        ("and" | "or", [first, rest @ ..]) => {
            // The first that decides, else the last.
            let decides = function == "or";
            let mut value = first;
            for next in rest {
                match value.truth() {
                    Some(t) if t == decides => return value.clone(),
                    Some(_) => value = next,
                    None => return Value::Unknown,
                }
            }
            value.clone()
        }
        ("eq" | "ne", [a, b]) => equal(a, b).map_or(Value::Unknown, |same| truth(same == (function == "eq"))),
        ("hasKey", [Value::Known(map), Value::Known(key)]) => match (map.as_mapping(), key.text()) {
            (Some(mapping), Some(key)) => match mapping.get(key) {
                Lookup::Found(_) => truth(true),
                Lookup::Absent => truth(false),
                Lookup::Unknown(_) => Value::Unknown,
            },
            _ => Value::Unknown,
        },
        _ => Value::Unknown,
    }
}

/// Whether two values of one type are equal.
fn equal(a: &Value, b: &Value) -> Option<bool> {
    let (Value::Known(a), Value::Known(b)) = (a, b) else { return None };
    match (a.typed()?, b.typed()?) {
        (Typed::Str(x), Typed::Str(y)) => Some(x == y),
        (Typed::Bool(x), Typed::Bool(y)) => Some(x == y),
        _ => None,
    }
}

impl Value {
    /// Whether it counts as true.
    pub(super) fn truth(&self) -> Option<bool> {
        let node = match self {
            Value::Nil => return Some(false),
            Value::Unknown => return None,
            Value::Known(node) | Value::Quoted(node) | Value::Yaml(node) => node,
        };
        match node.value() {
            Tree::Opaque(_) => None,
            Tree::Sequence(s) => Some(!s.items.is_empty()),
            Tree::Mapping(m) if !m.entries.is_empty() => Some(true),
            Tree::Mapping(m) => {
                if m.open.is_some() {
                    None
                } else {
                    Some(false)
                }
            }
            Tree::Scalar(_) => match node.typed()? {
                Typed::Null => Some(false),
                Typed::Bool(value) => Some(value),
                Typed::Int(number) => Some(number != 0),
                Typed::Unsigned(_) => Some(true),
                Typed::Float(number) => Some(number != 0.0),
                Typed::Str(text) => Some(!text.is_empty()),
            },
        }
    }

    /// What it prints on a line, and the place of it; `None` where that cannot be told.
    pub(super) fn printed(&self) -> Option<(String, Option<Span>)> {
        let node = match self {
            Value::Nil => return Some((String::new(), None)),
            Value::Known(node) => node,
            Value::Quoted(node) => return Some((format!("\"{}\"", plain_text(node)?), Some(node.span()))),
            Value::Yaml(_) | Value::Unknown => return None,
        };
        Some((plain_text(node)?, Some(node.span())))
    }
}

/// The text of a value as Go prints it; large and fractional numbers have forms of their own.
fn plain_text(node: &Node) -> Option<String> {
    match node.typed()? {
        Typed::Bool(value) => Some(value.to_string()),
        Typed::Int(number) if number.unsigned_abs() < 1_000_000 => Some(number.to_string()),
        Typed::Str(text) if !text.contains(['\n', '"', '\\']) => Some(text.to_owned()),
        _ => None,
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Word {
    Pipe,
    /// A function, or a bare word.
    Name(String),
    /// A string.
    Text(String),
    /// `.a.b`, `$.a`, `$x.a`: the variable and the fields.
    Chain(Option<String>, Vec<String>),
    /// `( … ).a`.
    Group(String, Vec<String>),
}

/// The words of a pipeline; `None` for what is no plain one.
fn words(code: &str) -> Option<Vec<Word>> {
    let mut found = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let (word, after) = match first {
            '|' => (Word::Pipe, &rest[1..]),
            '"' => {
                let end = rest[1..].find('"')? + 1;
                let text = &rest[1..end];
                if text.contains('\\') {
                    return None;
                }
                (Word::Text(text.to_owned()), &rest[end + 1..])
            }
            '`' => {
                let end = rest[1..].find('`')? + 1;
                (Word::Text(rest[1..end].to_owned()), &rest[end + 1..])
            }
            '(' => {
                let end = group_end(rest)?;
                let (fields, after) = fields(&rest[end + 1..])?;
                (Word::Group(rest[1..end].to_owned(), fields), after)
            }
            '.' => {
                let (fields, after) = fields(rest)?;
                (Word::Chain(None, fields), after)
            }
            '$' => {
                let end = rest[1..].find(|c: char| !c.is_alphanumeric() && c != '_').map_or(rest.len(), |i| i + 1);
                let (fields, after) = fields(&rest[end..])?;
                (Word::Chain(Some(rest[1..end].to_owned()), fields), after)
            }
            c if c.is_alphanumeric() || c == '-' => {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').unwrap_or(rest.len());
                (Word::Name(rest[..end].to_owned()), &rest[end..])
            }
            _ => return None,
        };
        // Words are set apart, but for pipes and brackets.
        if !after.is_empty() && !after.starts_with(|c: char| c.is_whitespace() || c == '|') && word != Word::Pipe {
            return None;
        }
        found.push(word);
        rest = after.trim_start();
    }
    Some(found)
}

/// `.a.b` and what follows it; a lone dot has no fields.
fn fields(text: &str) -> Option<(Vec<String>, &str)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(after) = rest.strip_prefix('.') {
        let end = after.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(after.len());
        if end == 0 {
            return if found.is_empty() { Some((found, after)) } else { None };
        }
        found.push(after[..end].to_owned());
        rest = &after[end..];
    }
    Some((found, rest))
}

/// The place of the bracket that closes the one at the start.
fn group_end(text: &str) -> Option<usize> {
    let (mut depth, mut string) = (0, false);
    for (at, c) in text.char_indices() {
        match c {
            '"' => string = !string,
            '(' if !string => depth += 1,
            ')' if !string => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;
    use crate::yaml::parse;

    #[test]
    fn what_is_certain() {
        let parsed =
            parse(FileId(0), "on: true\noff: false\nname: virt\nnumber: 3\nbig: 10000000\ntext: \"true\"\nempty: ''\nmap: {a: {b: yes}}\nnone: {}\n");
        let release = super::super::Release { namespace: Some(Node::scalar("cnv", Style::Plain, Span::new(FileId(0), 0, 0))), ..Default::default() };
        let scope = Scope { values: &parsed.documents[0].root, release: &release, dot: Dot::Root, variables: BTreeMap::new() };
        let printed = |code: &str| scope.evaluate(code, Span::new(FileId(0), 0, 0)).printed().map(|(text, _)| text);
        for (code, want) in [
            (".Values.off", "false"),
            ("$.Values.off", "false"),
            (".Values.off | default true", "true"),
            ("default false .Values.gone", "false"),
            (".Values.name | quote", "\"virt\""),
            (".Values.number", "3"),
            (".Values.map.a.b", "true"),
            ("((.Values.gone).deeper) | default \"x\"", "x"),
            (".Release.Namespace", "cnv"),
            ("not .Values.off", "true"),
            ("and .Values.on (not .Values.gone)", "true"),
            ("or .Values.off .Values.name", "virt"),
            ("eq .Values.name \"virt\"", "true"),
            ("ne .Values.name \"virt\"", "false"),
            ("empty .Values.none", "true"),
            ("hasKey .Values \"on\"", "true"),
            (".Values.gone", ""),
            ("required \"needed\" .Values.off", "false"),
        ] {
            assert_eq!(printed(code).as_deref(), Some(want), "{code}");
        }
        let deep = format!("{}.Values.off{}", "(".repeat(100_000), ")".repeat(100_000));
        assert_eq!(printed(&deep), None);
        for code in [
            ".Values.gone.deeper",
            ".Values.big",
            "include \"x\" .",
            ".Capabilities.KubeVersion",
            "lookup \"v1\" \"Node\" \"\" \"\"",
            ".Release.Name",
            "printf \"%s\" .Values.name",
            "$x",
            ".Values.map",
            "tpl .Values.name .",
            "eq .Values.number 3",
            ".Values.name | upper",
            "index .Values \"on\"",
        ] {
            assert_eq!(printed(code), None, "{code}");
        }
    }
}
