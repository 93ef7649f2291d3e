//! A template with its actions carried out as far as they are certain, byte for byte as long as before: what is not printed is blank, what
//! is printed has a stand-in, and what depends on something unknown is noted.

use super::action::{self, Action, Block, Piece, Word};
use super::expression::{Dot, Scope, Value};
use crate::source::{FileId, Span};
use std::ops::Range;

/// The outcome. All ranges are bytes of the template and of `text` alike.
#[derive(Debug, Default)]
pub(super) struct Blanked {
    /// YAML with stand-ins.
    pub(super) text: String,
    /// Stand-ins within a line.
    pub(super) prints: Vec<(Range<usize>, Value)>,
    /// Stand-ins of whole lines: keys, whose place takes the entries of a map.
    pub(super) lines: Vec<(Range<usize>, Value)>,
    /// Stand-ins for items of a list that may be any.
    pub(super) items: Vec<Range<usize>>,
    /// Text that may not be there.
    pub(super) unsure: Vec<Unsure>,
    /// Every action there was.
    pub(super) actions: Vec<Range<usize>>,
}

/// Text under a condition that is not known.
#[derive(Clone, Debug)]
pub(super) struct Unsure {
    pub(super) range: Range<usize>,
    /// Something else may stand there instead.
    pub(super) or_else: bool,
    /// The condition.
    pub(super) at: Span,
}

/// Carries out a template; `None` when it does more than this program understands.
pub(super) fn render(id: FileId, text: &str, scope: &Scope<'_>) -> Option<Blanked> {
    let pieces = action::pieces(text)?;
    let mut work = Work { id, template: text, bytes: text.as_bytes().to_vec(), out: Blanked::default() };
    work.body(&pieces, scope.clone())?;
    work.out.text = String::from_utf8(work.bytes).ok()?;
    Some(work.out)
}

struct Work<'t> {
    id: FileId,
    template: &'t str,
    bytes: Vec<u8>,
    out: Blanked,
}

impl Work<'_> {
    fn body(&mut self, pieces: &[Piece], mut scope: Scope<'_>) -> Option<()> {
        for piece in pieces {
            match piece {
                Piece::Definition(range) => self.blank(range.clone()),
                Piece::Silent(action) => {
                    self.control(action)?;
                    self.assign(action, &mut scope);
                }
                Piece::Print(action) => self.print(action, &scope)?,
                Piece::Block(block) => self.block(block, &scope)?,
            }
        }
        Some(())
    }

    fn span(&self, action: &Action) -> Span {
        Span::new(self.id, action.range.start, action.range.end)
    }

    fn assign(&self, action: &Action, scope: &mut Scope<'_>) {
        let Some((name, rest)) = action.code.strip_prefix('$').and_then(|c| c.split_once('=')) else { return };
        let (name, declares) = match name.trim().strip_suffix(':') {
            Some(name) => (name.trim(), true),
            None => (name.trim(), false),
        };
        // What is assigned anew inside a block is another variable's business.
        let once = declares && self.template.matches(&format!("${name} =")).count() == 0;
        let value = if once { scope.evaluate(rest.trim(), self.span(action)) } else { Value::Unknown };
        scope.variables.insert(name.to_owned(), value);
    }

    fn blank(&mut self, range: Range<usize>) {
        for byte in self.bytes.get_mut(range.clone()).into_iter().flatten().filter(|b| **b != b'\n' && **b != b'\r') {
            *byte = b' ';
        }
        self.out.actions.push(range);
    }

    /// Blanks an action that prints nothing; `None` when it would join two lines.
    fn control(&mut self, action: &Action) -> Option<()> {
        if action.trims == (true, true) {
            let before = self.template.get(..action.range.start)?.trim_end();
            let after = self.template.get(action.range.end..)?.trim_start();
            let is_text = |side: &str, neighbour: bool| !side.is_empty() && !neighbour;
            if is_text(before, before.ends_with("}}")) && is_text(after, after.starts_with("{{")) {
                return None;
            }
        }
        self.blank(action.range.clone());
        Some(())
    }

    /// Where its line begins, if nothing but actions stands on its lines.
    fn own_line(&self, range: &Range<usize>) -> Option<usize> {
        let start = self.template.get(..range.start)?.rfind('\n').map_or(0, |i| i + 1);
        let end = self.template.get(range.end..)?.find('\n').map_or(self.template.len(), |i| range.end + i);
        let mut rest = format!("{}{}", self.template.get(start..range.start)?, self.template.get(range.end..end)?);
        while let (Some(open), Some(close)) = (rest.find("{{"), rest.find("}}")) {
            if close < open {
                return None;
            }
            rest.replace_range(open..close + 2, "");
        }
        rest.trim().is_empty().then_some(start)
    }

    fn print(&mut self, action: &Action, scope: &Scope<'_>) -> Option<()> {
        if action.code.starts_with("fail ") {
            self.blank(action.range.clone());
            return Some(());
        }
        let value = scope.evaluate(&action.code, self.span(action));
        let line = self.template.get(..action.range.start)?.rfind('\n').map_or(0, |i| i + 1);
        let alone = self.template.get(line..action.range.start)?.trim().is_empty();
        let follows = self.template.get(action.range.end..)?.split('\n').next()?.trim();
        if alone && follows.is_empty() {
            let indent = indent(&action.code)?;
            return self.stand_in(line, indent, action.range.clone(), false).map(|key| self.out.lines.push((key, value)));
        }
        if action.trims.1 && follows.is_empty() || self.template.get(action.range.clone())?.contains('\n') {
            return None;
        }
        // Without the space before it, a bare value is part of the key.
        let joined = action.trims.0 && !matches!(value, Value::Yaml(_));
        self.fill(action.range.clone());
        self.out.prints.push((action.range.clone(), if joined { Value::Unknown } else { value }));
        Some(())
    }

    fn fill(&mut self, range: Range<usize>) {
        self.bytes.get_mut(range.clone()).into_iter().flatten().for_each(|b| *b = b'x');
        self.out.actions.push(range);
    }

    /// Writes a stand-in on the first line of an action: a key, or an item of a list.
    fn stand_in(&mut self, line: usize, indent: usize, range: Range<usize>, item: bool) -> Option<Range<usize>> {
        self.blank(range.clone());
        let first_line = self.template.get(line..range.end)?.find('\n').map_or(range.end, |i| line + i);
        let from = line + indent;
        let name = format!("x{}", self.out.actions.len());
        let (prefix, suffix) = if item { ("- ", "") } else { ("", ":") };
        let room = first_line.checked_sub(from + prefix.len() + suffix.len())?;
        if room < name.len() {
            return None;
        }
        self.bytes.get_mut(line..from)?.fill(b' ');
        let written = format!("{prefix}{name:_<room$}{suffix}");
        self.bytes.get_mut(from..first_line)?.copy_from_slice(written.as_bytes());
        let key = from + prefix.len();
        Some(key..key + room)
    }

    fn block(&mut self, block: &Block, scope: &Scope<'_>) -> Option<()> {
        let heads: Vec<Range<usize>> = block.branches.iter().map(|b| b.head.range.clone()).chain([block.end.range.clone()]).collect();
        if heads.iter().any(|h| self.own_line(h).is_none()) {
            let whole = heads.first()?.start..heads.last()?.end;
            if self.template.get(whole.clone())?.contains('\n') {
                return None;
            }
            self.fill(whole.clone());
            self.out.prints.push((whole, Value::Unknown));
            return Some(());
        }
        let mut decided = false;
        for (branch, next) in block.branches.iter().zip(heads.iter().skip(1)) {
            let inside = branch.head.range.end..next.start;
            self.control(&branch.head)?;
            if decided {
                self.blank(inside);
                continue;
            }
            let Some((word, code)) = &branch.subject else {
                self.body(&branch.body, scope.clone())?;
                continue;
            };
            let value = if *word == Word::Range {
                scope.evaluate(listed(code), self.span(&branch.head))
            } else {
                scope.evaluate(code, self.span(&branch.head))
            };
            let truth = value.truth();
            if truth == Some(false) {
                self.blank(inside);
                continue;
            }
            decided = true;
            if *word == Word::Range {
                self.range(&branch.head, inside)?;
                continue;
            }
            if truth.is_none() {
                let or_else = next.start != block.end.range.start;
                self.out.unsure.push(Unsure { range: inside, or_else, at: self.span(&branch.head) });
            }
            let dot = if block.word == Word::With { Dot::Of(value) } else { scope.dot.clone() };
            self.body(&branch.body, Scope { dot, ..scope.clone() })?;
        }
        self.control(&block.end)
    }

    /// A loop's text is whatever its items make of it.
    fn range(&mut self, head: &Action, inside: Range<usize>) -> Option<()> {
        let body = self.template.get(inside.clone())?;
        let first = body.lines().find(|l| !l.trim().is_empty() && !l.trim_start().starts_with("{{"))?;
        let indent = first.len() - first.trim_start().len();
        let item = first.trim_start().starts_with("- ");
        let line = self.own_line(&head.range)?;
        self.blank(inside);
        let key = self.stand_in(line, indent, head.range.clone(), item)?;
        if item {
            self.out.items.push(key);
        } else {
            self.out.lines.push((key, Value::Unknown));
        }
        Some(())
    }
}

/// The subject of a loop without its variables.
fn listed(code: &str) -> &str {
    code.split_once(":=").map_or(code, |(_, list)| list.trim())
}

/// The number of `indent` or `nindent` at the end of a pipeline.
fn indent(code: &str) -> Option<usize> {
    let (word, number) = code.rsplit_once('|')?.1.trim().split_once(' ')?;
    if matches!(word, "indent" | "nindent") { number.trim().parse().ok().filter(|n: &usize| *n <= 1 << 16) } else { None }
}
