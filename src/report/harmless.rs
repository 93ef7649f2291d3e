//! The last thing between a report and whoever reads it: what texts of a repository could make build servers and terminals do.
//!
//! GitHub's runner and Azure's agent obey `##[command]` and `##vso[command]` wherever on a line they stand, TeamCity's `##teamcity[message]`, so
//! in every format, and GitHub's obeys a line that begins with `::`. In JSON, characters that could do more than be read are escaped; the
//! other formats have made them visible where they wrote them.

use super::text::{is_active, neutral};
use std::borrow::Cow;
use std::io::{self, Write};

/// What begins a command of a build server.
const COMMANDS: [&str; 3] = ["##[", "##vso[", "##teamcity["];

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// JSON: every character of a string may be escaped.
    Json,
    /// Commands of GitHub's runner, one a line.
    Commands,
    /// Anything else: no line is a command.
    Text,
}

/// Passes on whole lines, made harmless.
pub(crate) struct Harmless<W: Write> {
    out: W,
    kind: Kind,
    /// A line that has not ended.
    pending: Vec<u8>,
}

impl<W: Write> Harmless<W> {
    /// Writes to `out`. What follows the last line break is written by [`Write::flush`].
    pub(crate) fn new(out: W, kind: Kind) -> Self {
        Self { out, kind, pending: Vec::new() }
    }

    fn pass(&mut self, end: usize) -> io::Result<()> {
        let rest = self.pending.split_off(end);
        let lines = std::mem::replace(&mut self.pending, rest);
        match std::str::from_utf8(&lines) {
            Ok(text) => self.out.write_all(harmless(text, self.kind).as_bytes()),
            Err(_) => self.out.write_all(harmless(&String::from_utf8_lossy(&lines), self.kind).as_bytes()),
        }
    }
}

impl<W: Write> Write for Harmless<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pending.extend_from_slice(bytes);
        if let Some(last) = memchr::memrchr(b'\n', bytes) {
            self.pass(self.pending.len() - bytes.len() + last + 1)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pass(self.pending.len())?;
        self.out.flush()
    }
}

fn harmless(text: &str, kind: Kind) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    let active = |c: char| is_active(c) && c != '\n';
    if kind == Kind::Json && text.contains(active) {
        let mut escaped = String::with_capacity(text.len() + 64);
        for c in text.chars() {
            if active(c) { escaped.push_str(&escape(c)) } else { escaped.push(c) }
        }
        text = Cow::Owned(escaped);
    }
    for command in COMMANDS {
        if text.contains(command) {
            let sharp = if kind == Kind::Json { "\\u0023" } else { "♯" };
            text = Cow::Owned(text.replace(command, &command.replacen("##", &format!("#{sharp}"), 1)));
        }
    }
    if kind == Kind::Text && text.lines().any(is_command) {
        let line = |line: &str| if is_command(line) { line.replacen(':', "∶", 1) } else { line.to_owned() };
        text = Cow::Owned(text.split_inclusive('\n').map(line).collect());
    }
    text
}

/// A character as strings of JSON have it.
pub(crate) fn escape(c: char) -> String {
    c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
}

/// Whether GitHub's runner would read a line as a command. `:::` is none that it knows: an excerpt's mark of a second file.
fn is_command(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("::") && !line.starts_with(":::")
}

/// A message on one line.
pub(crate) fn line(text: &str) -> String {
    harmless(&neutral(text), Kind::Text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(kind: Kind, pieces: &[&str]) -> String {
        let mut out = Vec::new();
        let mut writer = Harmless::new(&mut out, kind);
        pieces.iter().for_each(|p| writer.write_all(p.as_bytes()).expect("memory"));
        writer.flush().expect("memory");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn commands_are_no_commands_even_in_pieces() {
        assert_eq!(through(Kind::Text, &["a #", "#[error]b\nc ##vs", "o[x] ## [y]"]), "a #♯[error]b\nc #♯vso[x] ## [y]");
        assert_eq!(through(Kind::Json, &["{\"a\": \"##[e]\u{202e}\u{9b}\u{e0041}\"}\n"]), "{\"a\": \"#\\u0023[e]\\u202e\\u009b\\udb40\\udc41\"}\n");
        assert_eq!(through(Kind::Text, &["a\n  ::error::b\n ::: c\n"]), "a\n  ∶:error::b\n ::: c\n");
        assert_eq!(through(Kind::Commands, &["::error::b\n"]), "::error::b\n");
        assert_eq!(through(Kind::Text, &["### heading\n", "\u{1b}[1mbold"]), "### heading\n\u{1b}[1mbold");
    }
}
