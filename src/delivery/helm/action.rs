//! A template as a tree: text, actions, and blocks with their branches.

use std::ops::Range;

/// Most actions of a template: every value is held against each of them.
const MAX_ACTIONS: usize = 2_000;
/// How deep blocks may nest.
const MAX_DEPTH: usize = 64;

/// A piece of a template. Ranges are bytes of its text.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    /// An action that prints something.
    Print(Action),
    /// An action that prints nothing: a comment, an assignment.
    Silent(Action),
    /// `if`, `with`, `range`.
    Block(Block),
    /// `define`: text that is used elsewhere.
    Definition(Range<usize>),
}

/// `{{ … }}`.
#[derive(Clone, Debug)]
pub(super) struct Action {
    /// The whole of it.
    pub(super) range: Range<usize>,
    /// What is between the braces, without trim marks.
    pub(super) code: String,
    /// It eats the space before it, and after it.
    pub(super) trims: (bool, bool),
}

/// A block of branches of which at most one is taken.
#[derive(Clone, Debug)]
pub(super) struct Block {
    pub(super) word: Word,
    pub(super) branches: Vec<Branch>,
    pub(super) end: Action,
}

/// What begins a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    If,
    With,
    Range,
}

/// One branch.
#[derive(Clone, Debug)]
pub(super) struct Branch {
    /// The action that begins it.
    pub(super) head: Action,
    /// Its condition or subject; `None` for a bare `else`.
    pub(super) subject: Option<(Word, String)>,
    pub(super) body: Vec<Piece>,
}

/// The pieces of a template; `None` when it is more than this reader understands.
pub(super) fn pieces(text: &str) -> Option<Vec<Piece>> {
    let actions = actions(text)?;
    let mut reader = Reader { actions: actions.into_iter(), depth: 0 };
    let (pieces, stop) = reader.body()?;
    stop.is_none().then_some(pieces)
}

fn actions(text: &str) -> Option<Vec<Action>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text.get(at..)?.find("{{").map(|i| at + i) {
        let end = closing(text, start + 2)?;
        let inner = text.get(start + 2..end - 2)?;
        let left = inner.starts_with('-') && inner[1..].starts_with([' ', '\t', '\n', '\r']);
        let inner = if left { &inner[1..] } else { inner };
        let right = inner.ends_with('-') && inner[..inner.len() - 1].ends_with([' ', '\t', '\n', '\r']);
        let inner = if right { &inner[..inner.len() - 1] } else { inner };
        if found.len() >= MAX_ACTIONS {
            return None;
        }
        found.push(Action { range: start..end, code: inner.trim().to_owned(), trims: (left, right) });
        at = end;
    }
    Some(found)
}

/// The end of an action: its `}}`, outside of strings and comments.
fn closing(text: &str, from: usize) -> Option<usize> {
    let body = text.get(from..)?;
    if body.trim_start_matches('-').trim_start().starts_with("/*") {
        let comment = from + body.find("*/")? + 2;
        return Some(comment + text.get(comment..)?.find("}}")? + 2);
    }
    let bytes = text.as_bytes();
    let mut at = from;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                at += 1;
                while *bytes.get(at)? != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
            }
            b'`' => at += 1 + text.get(at + 1..)?.find('`')?,
            b'}' if bytes.get(at + 1) == Some(&b'}') => return Some(at + 2),
            _ => {}
        }
        at += 1;
    }
    None
}

struct Reader {
    actions: std::vec::IntoIter<Action>,
    depth: usize,
}

impl Reader {
    /// Pieces up to the `else` or `end` that belongs to an outer block.
    fn body(&mut self) -> Option<(Vec<Piece>, Option<Action>)> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let read = self.pieces();
        self.depth -= 1;
        read
    }

    fn pieces(&mut self) -> Option<(Vec<Piece>, Option<Action>)> {
        let mut pieces = Vec::new();
        while let Some(action) = self.actions.next() {
            let (word, rest) = split(&action.code);
            match word {
                "end" | "else" => return Some((pieces, Some(action))),
                "if" | "with" | "range" => pieces.push(Piece::Block(self.block(action)?)),
                "define" => {
                    let start = action.range.start;
                    let (_, end) = self.body()?;
                    pieces.push(Piece::Definition(start..end.filter(|e| e.code == "end")?.range.end));
                }
                "block" | "break" | "continue" => return None,
                _ if action.code.starts_with("/*") || (word.starts_with('$') && rest.starts_with([':', '='])) => pieces.push(Piece::Silent(action)),
                _ => pieces.push(Piece::Print(action)),
            }
        }
        Some((pieces, None))
    }

    fn block(&mut self, head: Action) -> Option<Block> {
        let subject = subject(&head.code)?;
        let word = subject.0;
        let (mut head, mut subject, mut branches) = (head, Some(subject), Vec::new());
        loop {
            let (body, stop) = self.body()?;
            branches.push(Branch { head, subject, body });
            let stop = stop?;
            if stop.code == "end" {
                return Some(Block { word, branches, end: stop });
            }
            let rest = stop.code.strip_prefix("else")?.trim();
            subject = if rest.is_empty() { None } else { Some(self::subject(rest)?) };
            head = stop;
        }
    }
}

fn subject(code: &str) -> Option<(Word, String)> {
    let (word, rest) = split(code);
    let word = match word {
        "if" => Word::If,
        "with" => Word::With,
        "range" => Word::Range,
        _ => return None,
    };
    Some((word, rest.to_owned()))
}

fn split(code: &str) -> (&str, &str) {
    let end = code.find(char::is_whitespace).unwrap_or(code.len());
    (&code[..end], code[end..].trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_nest_and_strings_hide_braces() {
        let text = "{{- if and .Values.a (eq .b \"}}\") -}}\nx: {{ .c }}\n{{- else if .d }}\n{{- with .e }}{{ end }}\n{{- end }}\n{{/* }} */}}";
        let found = pieces(text).expect("a template");
        let [Piece::Block(block), Piece::Silent(comment)] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(block.branches.len(), 2);
        assert_eq!(block.branches[0].subject.as_ref().map(|s| s.1.as_str()), Some("and .Values.a (eq .b \"}}\")"));
        assert_eq!(block.branches[0].head.trims, (true, true));
        assert_eq!(comment.code, "/* }} */");
        let deep = |n: usize| format!("{}{}", "{{ if .a }}".repeat(n), "{{ end }}".repeat(n));
        assert!(pieces(&deep(MAX_DEPTH - 1)).is_some() && pieces(&deep(MAX_DEPTH)).is_none() && pieces(&deep(MAX_ACTIONS)).is_none());
        for broken in ["{{ if .a }}", "{{ end }}", "{{ .a", "{{ block \"x\" . }}{{ end }}"] {
            assert!(pieces(broken).is_none(), "{broken}");
        }
    }
}
