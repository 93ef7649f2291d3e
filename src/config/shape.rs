//! What a configuration file may hold, as a table: the reader checks a file against it, and the JSON Schema and the reference in the book
//! are made from it.

use super::ConfigError;
use crate::source::{FileId, Span};
use crate::text::{closest, or};
use crate::yaml::{self, Mapping, Node, ProblemKind};

/// A map with known keys.
#[derive(Debug)]
pub(crate) struct Map {
    /// The map in a sentence: `a cluster`.
    pub(crate) what: &'static str,
    /// Its keys, in the order to list them.
    pub(crate) keys: &'static [Key],
    /// One of these is required.
    pub(crate) any_of: &'static [&'static str],
    /// These exclude each other.
    pub(crate) not_both: Option<(&'static str, &'static str)>,
}

/// A key of a map.
#[derive(Debug)]
pub(crate) struct Key {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it takes.
    pub(crate) shape: Shape,
    /// What it says, in Markdown.
    pub(crate) doc: &'static str,
    /// What holds without it, in Markdown; empty where nothing does.
    pub(crate) default: &'static str,
    /// It must be there.
    pub(crate) required: bool,
}

/// What a value may be.
#[derive(Debug)]
pub(crate) enum Shape {
    /// Any text.
    Text,
    /// A text of a certain form.
    Word(&'static Form),
    /// One of these words.
    Choice(&'static [&'static str]),
    /// The name of a rule.
    Rule,
    /// A list.
    List {
        /// What its items are.
        of: &'static Shape,
        /// A single item may stand alone.
        alone: bool,
        /// It may be empty.
        empty: bool,
    },
    /// A map with known keys.
    Map(&'static Map),
    /// A map from names of rules to one of these words.
    Rules(&'static [&'static str]),
    /// One of these words, or something else.
    Either(&'static [&'static str], &'static Shape),
}

/// The form of a text.
#[derive(Debug)]
pub(crate) struct Form {
    /// Its name in a sentence: `glob`.
    pub(crate) name: &'static str,
    /// What is wrong with a text, behind `… is`.
    pub(crate) check: fn(&str) -> Result<(), String>,
    /// The regular expression that it matches, where that is all there is to it.
    pub(crate) pattern: Option<&'static str>,
    /// All texts of the form, where they can be listed.
    pub(crate) values: Option<fn() -> Vec<&'static str>>,
}

/// Reads a file of one document and checks it: the document, if there is one.
///
/// # Errors
/// Everything that is wrong with the text or does not fit the table, with its place.
pub(crate) fn document(file: FileId, text: &str, map: &Map) -> Result<Option<Node>, Vec<ConfigError>> {
    let parsed = yaml::parse(file, text);
    let mut checker = Checker { errors: Vec::new() };
    for problem in &parsed.problems {
        checker.error(problem.span, problem.message.clone());
    }
    if let [_, second, ..] = parsed.documents.as_slice() {
        checker.error(second.root.span(), format!("{} is one document", map.what));
    }
    let broken = parsed.problems.iter().any(|p| p.kind != ProblemKind::DuplicateKey);
    let root = parsed.documents.into_iter().next().map(|d| d.root).filter(|_| !broken);
    root.iter().for_each(|root| checker.map(root, map));
    if checker.errors.is_empty() { Ok(root) } else { Err(checker.errors) }
}

struct Checker {
    errors: Vec<ConfigError>,
}

impl Checker {
    fn error(&mut self, span: Span, message: String) {
        self.errors.push(ConfigError { span, message });
    }

    fn value(&mut self, node: &Node, what: &str, shape: &Shape) {
        let text = node.text().filter(|t| !t.is_empty() && !node.is_null());
        match (shape, text) {
            (Shape::Map(map), _) => self.map(node, map),
            (Shape::Rules(choices), _) => {
                let names: Vec<&str> = crate::rules::names().collect();
                for (key, value) in self.mapping(node, what, &names) {
                    self.value(value, &format!("`{key}`"), &Shape::Choice(choices));
                }
            }
            (Shape::List { of, alone: true, .. }, Some(_)) => self.value(node, what, of),
            (Shape::List { of, empty, .. }, _) => match node.as_sequence() {
                Some([]) | None if !empty && (node.is_null() || node.as_sequence().is_some()) => {
                    self.error(node.span(), format!("{what} must not be empty"));
                }
                Some(items) => items.iter().for_each(|item| self.value(item, what, of)),
                None if node.is_null() => {}
                None => self.error(node.span(), format!("{what} must be a list")),
            },
            (Shape::Either(choices, other), _) => match text {
                Some(text) if choices.contains(&text) => {}
                Some(_) => self.error(node.span(), format!("{what} must be {} or {}", choices.join(", "), other.words())),
                None => self.value(node, what, other),
            },
            (_, None) => self.error(node.span(), format!("{what} must be a string")),
            (Shape::Text, Some(_)) => {}
            (Shape::Word(form), Some(text)) => {
                if let Err(why) = (form.check)(text) {
                    self.error(node.span(), format!("`{text}` is {why}"));
                }
            }
            (Shape::Choice(choices), Some(text)) => {
                if !choices.contains(&text) {
                    self.error(node.span(), format!("{what} must be one of {}", choices.join(", ")));
                }
            }
            (Shape::Rule, Some(text)) => {
                if crate::rules::find(text).is_none() {
                    let hint = closest(text, crate::rules::names()).map_or(String::new(), |k| format!("; did you mean `{k}`?"));
                    self.error(node.span(), format!("there is no rule `{text}`{hint}"));
                }
            }
        }
    }

    fn map(&mut self, node: &Node, map: &Map) {
        let names: Vec<&str> = map.keys.iter().map(|k| k.name).collect();
        let entries = self.mapping(node, map.what, &names);
        let given = |name: &str| entries.iter().find(|(key, _)| *key == name).map(|(_, value)| value.span());
        for (key, value) in &entries {
            if let Some(known) = map.keys.iter().find(|k| k.name == *key) {
                self.value(value, &format!("`{key}`"), &known.shape);
            }
        }
        if !node.is_null() && node.as_mapping().is_none() {
            return;
        }
        for key in map.keys.iter().filter(|k| k.required && given(k.name).is_none()) {
            self.error(node.span(), format!("{} needs a `{}`", map.what, key.name));
        }
        if !map.any_of.is_empty() && map.any_of.iter().all(|name| given(name).is_none()) {
            let names: Vec<String> = map.any_of.iter().map(|name| format!("`{name}`")).collect();
            self.error(node.span(), format!("{} needs {}", map.what, or(&names)));
        }
        if let Some((one, other)) = map.not_both
            && let (Some(_), Some(span)) = (given(one), given(other))
        {
            self.error(span, format!("give `{one}` or `{other}`, not both"));
        }
    }

    /// The entries of a map that has no other keys than these.
    fn mapping<'n>(&mut self, node: &'n Node, what: &str, known: &[&str]) -> Vec<(&'n str, &'n Node)> {
        let Some(mapping) = node.as_mapping() else {
            if !node.is_null() {
                self.error(node.span(), format!("{what} must be a map"));
            }
            return Vec::new();
        };
        for entry in &mapping.entries {
            let key = entry.key.text().unwrap_or_default();
            if !known.contains(&key) {
                let near = closest(key, known.iter().copied()).map(|k| format!("did you mean `{k}`?"));
                let hint = near.unwrap_or_else(|| if known.len() > 16 { String::new() } else { format!("known are {}", known.join(", ")) });
                let hint = if hint.is_empty() { hint } else { format!("; {hint}") };
                self.error(entry.key.span(), format!("{what} has no key `{key}`{hint}"));
            }
        }
        entries(mapping).filter(|(key, _)| known.contains(key)).collect()
    }
}

impl Shape {
    /// The shape in a sentence.
    pub(crate) fn words(&self) -> String {
        let quoted = |words: &[&str]| or(&words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>());
        match self {
            Shape::Text => "text".to_owned(),
            Shape::Word(form) => form.name.to_owned(),
            Shape::Choice(choices) => quoted(choices),
            Shape::Rule => "name of a rule".to_owned(),
            Shape::List { of, alone, .. } => format!("{}a list of {}", if *alone { "one or " } else { "" }, of.several()),
            Shape::Map(_) => "a map".to_owned(),
            Shape::Rules(choices) => format!("a map from rules to {}", quoted(choices)),
            Shape::Either(choices, other) => {
                format!("{}, or {}", choices.iter().map(|c| format!("`{c}`")).collect::<Vec<_>>().join(", "), other.words())
            }
        }
    }

    fn several(&self) -> String {
        match self {
            Shape::Text => "texts".to_owned(),
            Shape::Word(form) => format!("{}s", form.name),
            _ => "maps".to_owned(),
        }
    }
}

/// The entries of a map, by the text of their keys.
fn entries(mapping: &Mapping) -> impl Iterator<Item = (&str, &Node)> {
    mapping.entries.iter().filter_map(|e| Some((e.key.text()?, &e.value)))
}

/// The entries of a value that has been checked.
pub(crate) fn fields(node: &Node) -> impl Iterator<Item = (&str, &Node)> {
    node.as_mapping().into_iter().flat_map(entries)
}

/// The text of a value that has been checked; empty for a list or a map.
pub(crate) fn text(node: &Node) -> String {
    node.text().unwrap_or_default().to_owned()
}

/// The texts of a list that has been checked, or the one that stands alone.
pub(crate) fn texts(node: &Node) -> impl Iterator<Item = (String, Span)> {
    let items = if node.as_sequence().is_some() || node.is_null() { node.as_sequence().unwrap_or_default() } else { std::slice::from_ref(node) };
    items.iter().map(|item| (text(item), item.span()))
}
