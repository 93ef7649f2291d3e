//! Values as text, in the manner of the text around them.

use super::lines;
use super::site::{Site, is_flow};
use crate::report::is_active;
use crate::source::{FileId, Span};
use crate::yaml::{Dialect, Entry, Node, Scalar, Style, Typed, Value, parse};

/// Reads a value given as text of one line, and puts it at the end of a path of keys.
pub(super) fn value(keys: &[String], value: &str) -> Option<Node> {
    let parsed = parse(FileId(u32::MAX), value);
    match (parsed.problems.as_slice(), parsed.documents.as_slice()) {
        ([], [only]) => Some(nested(keys, only.root.clone())),
        _ => None,
    }
}

/// A value at the end of a path of keys.
pub(super) fn nested(keys: &[String], value: Node) -> Node {
    keys.iter().rev().fold(value, |value, key| single(key, value))
}

/// A map of one entry.
fn single(key: &str, value: Node) -> Node {
    let key = Node::scalar(key, Style::DoubleQuoted, value.span());
    Node::mapping(vec![Entry { key, value, merged: false }], Span::new(FileId(u32::MAX), 0, 0))
}

/// A list of one item.
pub(super) fn list(item: Node) -> Node {
    Node::sequence(vec![item], Span::new(FileId(u32::MAX), 0, 0))
}

/// A string as YAML: bare where every reader takes it for this string, else in double quotes.
pub(super) fn string(text: &str, in_flow: bool) -> String {
    let scalar = Scalar { text: text.into(), style: Style::Plain };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/') || (c == ',' && !in_flow);
    let bare = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(plain)
        && matches!(scalar.typed(None, Dialect::Kubernetes), Typed::Str(_))
        && matches!(scalar.typed(None, Dialect::Kustomize), Typed::Str(_));
    if bare { text.to_owned() } else { quoted(text) }
}

/// A string in double quotes. What JSON escapes, YAML reads the same way. What nobody would see as it is, is written out.
pub(super) fn quoted(text: &str) -> String {
    let plain = serde_json::to_string(text).unwrap_or_default();
    // Beyond the first 65,536 characters the two escape differently.
    let odd = |c: char| (is_active(c) || matches!(c, '\u{fffe}' | '\u{ffff}')) && u32::from(c) <= 0xffff;
    if !plain.contains(odd) {
        return plain;
    }
    plain.chars().map(|c| if odd(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() }).collect()
}

fn scalar(node: &Node, in_flow: bool) -> String {
    match node.typed() {
        Some(Typed::Str(text)) => string(text, in_flow),
        Some(Typed::Null) | None => "null".to_owned(),
        Some(_) => node.text().unwrap_or_default().to_owned(),
    }
}

/// A value on one line, in brackets if it is a list or a map.
pub(super) fn flow(value: &Node, in_flow: bool) -> String {
    match value.value() {
        Value::Mapping(m) => {
            let entries = m.entries.iter().map(|e| format!("{}: {}", flow(&e.key, true), flow(&e.value, true)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        Value::Sequence(s) => format!("[{}]", s.items.iter().map(|i| flow(i, true)).collect::<Vec<_>>().join(", ")),
        Value::Scalar(_) | Value::Opaque(_) => scalar(value, in_flow),
    }
}

/// Where a JSON value stands: its lines' indentation, or all of it on one line.
pub(super) struct Json<'a> {
    /// Indentation of the line it begins on, one step more, and the line break; `None` for one line.
    pub(super) lines: Option<(String, String, &'a str)>,
    /// No blank behind colons and commas.
    pub(super) compact: bool,
}

/// A value as JSON.
pub(super) fn json(value: &Node, form: &Json<'_>) -> String {
    let colon = if form.compact { ":" } else { ": " };
    let parts: Vec<String> = match value.value() {
        Value::Mapping(m) => {
            let entry = |inner: &Json<'_>, e: &Entry| format!("{}{colon}{}", quoted(e.key.text().unwrap_or_default()), json(&e.value, inner));
            m.entries.iter().map(|e| entry(&deeper(form), e)).collect()
        }
        Value::Sequence(s) => s.items.iter().map(|i| json(i, &deeper(form))).collect(),
        Value::Scalar(_) | Value::Opaque(_) => return value.to_json(Dialect::Kubernetes).to_string(),
    };
    let (open, close) = if value.as_mapping().is_some() { ('{', '}') } else { ('[', ']') };
    match &form.lines {
        Some((indent, step, newline)) if !parts.is_empty() => {
            format!("{open}{newline}{indent}{step}{}{newline}{indent}{close}", parts.join(&format!(",{newline}{indent}{step}")))
        }
        _ => format!("{open}{}{close}", parts.join(if form.compact { "," } else { ", " })),
    }
}

fn deeper<'a>(form: &Json<'a>) -> Json<'a> {
    let lines = form.lines.as_ref().map(|(indent, step, newline)| (format!("{indent}{step}"), step.clone(), *newline));
    Json { lines, compact: form.compact }
}

/// How a document indents.
pub(super) struct Block {
    /// One step of maps.
    step: String,
    /// What lists are indented by below their key.
    list: String,
    newline: &'static str,
}

impl Block {
    /// As the first nested map and list of the document are indented; two blanks where there is none.
    pub(super) fn of(site: &Site<'_>, at: usize) -> Self {
        let (mut step, mut list) = (None, None);
        let mut pending = vec![site.root().clone()];
        while let (Some(node), false) = (pending.pop(), step.is_some() && list.is_some()) {
            if node.alias().is_some() || is_flow(&node) {
                continue;
            }
            for entry in node.as_mapping().map_or(&[][..], |m| &m.entries) {
                measure(site.text(), entry, &mut step, &mut list);
            }
            let values = node.as_mapping().into_iter().flat_map(|m| m.entries.iter().filter(|e| !e.merged).map(|e| e.value.clone()));
            let items = node.as_sequence().unwrap_or_default().iter().cloned();
            let below: Vec<Node> = values.chain(items).collect();
            pending.extend(below.into_iter().rev());
        }
        let step = step.unwrap_or(2);
        Self { step: " ".repeat(step), list: " ".repeat(list.unwrap_or(step)), newline: lines::newline(site.text(), at) }
    }

    /// The line break.
    pub(super) fn newline(&self) -> &'static str {
        self.newline
    }

    /// One level deeper.
    pub(super) fn deeper(&self, indent: &str) -> String {
        format!("{indent}{}", self.step)
    }

    /// `key: value` in lines that begin with `indent`, except the first.
    pub(super) fn entry(&self, key: &str, value: &Node, indent: &str) -> String {
        format!("{}:{}", string(key, false), self.value(value, indent))
    }

    /// An item with its dash, likewise.
    pub(super) fn item(&self, value: &Node, indent: &str) -> String {
        let inner = format!("{indent}  ");
        let body = match value.as_mapping().filter(|m| !m.entries.is_empty()) {
            Some(_) => self.entries(value, &inner).join(&format!("{}{inner}", self.newline)),
            None => flow(value, false),
        };
        format!("- {body}")
    }

    fn entries(&self, map: &Node, indent: &str) -> Vec<String> {
        let entries = map.as_mapping().map_or(&[][..], |m| &m.entries);
        entries.iter().map(|e| self.entry(e.key.text().unwrap_or_default(), &e.value, indent)).collect()
    }

    /// What follows a key's colon.
    pub(super) fn value(&self, value: &Node, indent: &str) -> String {
        let collection = |n: &Node| n.as_scalar().is_none();
        let (lines, indent) = match value.value() {
            Value::Mapping(m) if !m.entries.is_empty() => {
                let deeper = self.deeper(indent);
                (self.entries(value, &deeper), deeper)
            }
            Value::Sequence(s) if s.items.iter().any(collection) => {
                let deeper = format!("{indent}{}", self.list);
                (s.items.iter().map(|i| self.item(i, &deeper)).collect(), deeper)
            }
            _ => return self.literal(value, indent).unwrap_or_else(|| format!(" {}", flow(value, false))),
        };
        lines.iter().map(|line| format!("{}{indent}{line}", self.newline)).collect()
    }
}

impl Block {
    /// A string of several lines as a block, where that can hold it.
    fn literal(&self, value: &Node, indent: &str) -> Option<String> {
        let text = value.as_str()?;
        let (body, chomp) = text.strip_suffix('\n').map_or((text, "-"), |body| (body, ""));
        let sound = |line: &str| !line.ends_with(' ') && !line.contains(|c: char| c.is_control());
        let fits = body.contains('\n') && !body.starts_with([' ', '\n']) && !body.ends_with('\n') && body.split('\n').all(sound);
        let indent = self.deeper(indent);
        let line = |l: &str| if l.is_empty() { self.newline.to_owned() } else { format!("{}{indent}{l}", self.newline) };
        fits.then(|| format!(" |{chomp}{}", body.split('\n').map(line).collect::<String>()))
    }
}

/// How far below its key an entry's block stands, where that has a line of its own.
fn measure(text: &str, entry: &Entry, step: &mut Option<usize>, list: &mut Option<usize>) {
    let (key, value) = (entry.key.span(), entry.value.span());
    if entry.merged || entry.value.alias().is_some() || is_flow(&entry.value) || key.file != value.file {
        return;
    }
    let (from, to) = (key.end as usize, value.start as usize);
    if lines::same(text, from, to) {
        return;
    }
    let Some(by) = lines::column(text, to).checked_sub(lines::column(text, key.start as usize)) else { return };
    match entry.value.value() {
        Value::Mapping(_) if by > 0 => *step = step.or(Some(by)),
        Value::Sequence(_) => *list = list.or(Some(by)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_would_see_is_written_out() {
        assert_eq!(quoted("a\u{202e}b\u{1b}\u{fffe}é"), "\"a\\u202eb\\u001b\\ufffeé\"");
    }

    #[test]
    fn strings_stay_strings() {
        for bare in ["amd64", "kubernetes.io/arch", "Enabled", "a-b_c"] {
            assert_eq!(string(bare, true), bare);
        }
        assert_eq!((string("amd64,arm64", false), string("amd64,arm64", true)), ("amd64,arm64".to_owned(), "\"amd64,arm64\"".to_owned()));
        for text in ["true", "no", "null", "12", "1e3", "2027-03-01", "", " a", "a: b", "a #", "-", "*x", "a\nb", "é", "\"", "\\"] {
            let quoted = string(text, false);
            assert!(quoted.starts_with('"'), "{quoted}");
            let back = value(&[], &quoted).expect("one document");
            assert_eq!(back.as_str(), Some(text));
        }
    }

    #[test]
    fn values_on_one_line() {
        let value = value(&["a".to_owned(), "b c".to_owned()], "[{x: 1, y: 'on'}, null, {}]").expect("a value");
        assert_eq!(flow(&value, false), r#"{a: {"b c": [{x: 1, y: "on"}, null, {}]}}"#);
        assert_eq!(json(&value, &Json { lines: None, compact: true }), r#"{"a":{"b c":[{"x":1,"y":"on"},null,{}]}}"#);
    }
}
