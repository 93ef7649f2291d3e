//! From a change to the bytes that make it.

use super::Change;
use crate::finding::Edit;
use crate::source::{FileId, Source, Span};
use crate::yaml::{Entry, Mapping, Node, Scalar, Style, Typed};

type Sources<'a, 's> = &'s dyn Fn(FileId) -> Option<&'a Source>;

/// The edits of a change.
pub(super) fn edits(change: &Change, sources: Sources<'_, '_>) -> Option<Vec<Edit>> {
    match change {
        Change::Replace { node, text } => replace(node, text).map(|e| vec![e]),
        Change::Set { root, path, value } => set(root, path, value, sources).map(|e| vec![e]),
        Change::Rename { entry, key } => rename(entry, key).map(|e| vec![e]),
        Change::Remove { mapping, key } => remove(mapping.as_mapping()?, key, sources).map(|e| vec![e]),
    }
}

/// Whether a node's own text can be edited without changing any other place.
fn is_own(node: &Node) -> bool {
    node.alias().is_none() && !node.is_anchored()
}

fn replace(node: &Node, text: &str) -> Option<Edit> {
    let scalar = node.as_scalar().filter(|_| is_own(node))?;
    let text = match scalar.style {
        Style::Plain => plain_or_quoted(text),
        Style::SingleQuoted => format!("'{}'", text.replace('\'', "''")),
        Style::DoubleQuoted => quoted(text),
        Style::Literal | Style::Folded => return None,
    };
    // An omitted value is an empty span right behind its key's colon.
    let text = if node.span().start == node.span().end { format!(" {text}") } else { text };
    Some(Edit { span: node.span(), text })
}

fn rename(entry: &Entry, key: &str) -> Option<Edit> {
    if entry.merged {
        return None;
    }
    replace(&entry.key, key)
}

/// A word as it can stand bare; quoted where YAML would read it as something else.
fn plain_or_quoted(text: &str) -> String {
    let scalar = Scalar { text: text.into(), style: Style::Plain };
    let simple = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | ','));
    let keeps = match scalar.typed(None, crate::yaml::Dialect::Kubernetes) {
        Typed::Str(_) => simple && text.starts_with(|c: char| c.is_ascii_alphanumeric()),
        Typed::Bool(_) => matches!(text, "true" | "false"),
        _ => false,
    };
    if keeps { text.to_owned() } else { quoted(text) }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn set(root: &Node, path: &[String], value: &str, sources: Sources<'_, '_>) -> Option<Edit> {
    let mut here = root.clone();
    for (depth, key) in path.iter().enumerate() {
        if !is_own(&here) {
            return None;
        }
        let mapping = here.as_mapping()?;
        if mapping.open.is_some() && mapping.entry(key).is_none() && !has_own_entry(&here) {
            return None;
        }
        let Some(entry) = mapping.entry(key) else { return insert(&here, &path[depth..], value, sources) };
        if entry.merged {
            return None;
        }
        let empty = entry.value.is_null() || entry.value.as_mapping().is_some_and(|m| m.entries.is_empty());
        let last = depth + 1 == path.len();
        if last {
            return entry.value.as_scalar().and_then(|_| is_own(&entry.value).then(|| value_edit(entry, value)));
        }
        if empty {
            return fill(entry, &path[depth + 1..], value, sources);
        }
        here = entry.value.clone();
    }
    None
}

fn value_edit(entry: &Entry, value: &str) -> Edit {
    let span = entry.value.span();
    let text = if span.start == span.end { format!(" {value}") } else { value.to_owned() };
    Edit { span, text }
}

/// Whether the map's own file still holds at least one entry that can be the new one's neighbour.
fn has_own_entry(node: &Node) -> bool {
    node.as_mapping().is_some_and(|m| neighbour(node, m).is_some())
}

/// The last entry that was written where the map was.
fn neighbour<'a>(node: &Node, mapping: &'a Mapping) -> Option<&'a Entry> {
    let file = node.span().file;
    let own = |e: &&Entry| !e.merged && e.key.span().file == file && node.span().start <= e.key.span().start && e.key.span().end <= node.span().end;
    mapping.entries.iter().filter(own).max_by_key(|e| e.key.span().start)
}

/// A new entry in a map that has some.
fn insert(node: &Node, keys: &[String], value: &str, sources: Sources<'_, '_>) -> Option<Edit> {
    let mapping = node.as_mapping()?;
    let source = sources(node.span().file)?;
    let Some(last) = neighbour(node, mapping) else {
        let text = source.text.get(node.span().range())?;
        return (mapping.flow && mapping.entries.is_empty() && text.trim_start_matches('{').trim_end_matches('}').trim().is_empty())
            .then(|| Edit { span: node.span(), text: format!("{{{}}}", flow(keys, value)) });
    };
    if mapping.flow {
        // Before the closing bracket, behind whatever stands last.
        let end = source.floor(last.value.span().end.max(last.key.span().end) as usize);
        if last.value.span().file != node.span().file {
            return None;
        }
        let at = Span::new(node.span().file, end, end);
        return Some(Edit { span: at, text: format!(", {}", flow(keys, value)) });
    }
    let column = column_text(source, last.key.span().start as usize)?;
    if last.value.alias().is_none() && last.value.span().file != node.span().file {
        return None;
    }
    let end = last.value.alias().unwrap_or(last.value.span()).end.max(last.key.span().end);
    let at = line_end(source, end as usize);
    let newline = newline(source);
    Some(Edit { span: Span::new(node.span().file, at, at), text: format!("{newline}{}", block(keys, value, &column, newline)) })
}

/// The first entry of a map that is empty or null.
fn fill(entry: &Entry, keys: &[String], value: &str, sources: Sources<'_, '_>) -> Option<Edit> {
    let span = entry.value.span();
    let source = sources(span.file)?;
    if !is_own(&entry.value) || span.file != entry.key.span().file {
        return None;
    }
    let Some(column) = column_text(source, entry.key.span().start as usize) else {
        let text = format!("{}{{{}}}", if span.start == span.end { " " } else { "" }, flow(keys, value));
        return Some(Edit { span, text });
    };
    let newline = newline(source);
    let deeper = format!("{column}  ");
    // From behind the key's colon, so that no blank is left at the line's end.
    let colon = source.text.get(entry.key.span().end as usize..)?.find(':')? + entry.key.span().end as usize + 1;
    let rest = &source.text[span.end.max(u32::try_from(colon).ok()?) as usize..];
    let line = rest.split(['\n', '\r']).next().unwrap_or_default();
    if !line.trim().is_empty() {
        // A comment follows: the block goes below it.
        if span.start != span.end {
            return Some(Edit { span, text: format!("{{{}}}", flow(keys, value)) });
        }
        let at = span.end as usize + line.len();
        return Some(Edit { span: Span::new(span.file, at, at), text: format!("{newline}{}", block(keys, value, &deeper, newline)) });
    }
    let end = (span.end as usize).max(colon);
    Some(Edit { span: Span::new(span.file, colon, end), text: format!("{newline}{}", block(keys, value, &deeper, newline)) })
}

/// An entry and its line, or its part of a flow map.
fn remove(mapping: &Mapping, key: &str, sources: Sources<'_, '_>) -> Option<Edit> {
    let entry = mapping.entry(key).filter(|e| !e.merged && is_own(&e.value))?;
    let (span, source) = (entry.span(), sources(entry.key.span().file)?);
    // A map must keep an entry, or it would become null.
    if mapping.flow || mapping.entries.len() < 2 || span.file != entry.value.span().file {
        return None;
    }
    let start = source.text[..span.start as usize].rfind(['\n', '\r']).map_or(0, |i| i + 1);
    if !source.text[start..span.start as usize].chars().all(|c| c == ' ') {
        return None;
    }
    let line = source.text[span.end as usize..].find('\n').map_or(source.text.len(), |i| span.end as usize + i + 1);
    Some(Edit { span: Span::new(span.file, start, line), text: String::new() })
}

fn flow(keys: &[String], value: &str) -> String {
    let (last, parents) = keys.split_last().map_or(("", &[][..]), |(l, p)| (l.as_str(), p));
    let open: String = parents.iter().map(|k| format!("{}: {{", plain_or_quoted(k))).collect();
    format!("{open}{}: {value}{}", plain_or_quoted(last), "}".repeat(parents.len()))
}

fn block(keys: &[String], value: &str, indent: &str, newline: &str) -> String {
    let (last, parents) = keys.split_last().map_or(("", &[][..]), |(l, p)| (l.as_str(), p));
    let mut text = String::new();
    let mut indent = indent.to_owned();
    for key in parents {
        text += &format!("{indent}{}:{newline}", plain_or_quoted(key));
        indent += "  ";
    }
    text + &format!("{indent}{}: {value}", plain_or_quoted(last))
}

fn newline(source: &Source) -> &'static str {
    if source.text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// What stands before a key on its line, with list dashes read as blanks; `None` when the key is inside a flow collection or shares its line
/// with other text.
fn column_text(source: &Source, start: usize) -> Option<String> {
    let line = source.text[..start].rfind(['\n', '\r']).map_or(0, |i| i + 1);
    let before = source.text.get(line..start)?.trim_start_matches('\u{feff}');
    before.chars().all(|c| matches!(c, ' ' | '-')).then(|| " ".repeat(before.len()))
}

/// The end of the line that `end` lies on, where a line can be added below.
fn line_end(source: &Source, end: usize) -> usize {
    let rest = &source.text[end..];
    end + rest.find(['\n', '\r']).unwrap_or(rest.len())
}
