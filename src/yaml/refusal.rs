//! What the parser refuses, in words for people who write manifests.

use super::build::too_deep;
use super::place::Place;
use super::{Problem, ProblemKind};

/// The problem of a document that could not be read: it stands on the rest of the line at `at` and says why.
pub(super) fn problem(place: &Place, text: &str, at: usize, end: usize, info: &str) -> Problem {
    let (kind, message) = if info == "recursion limit exceeded" {
        (ProblemKind::Limit, too_deep())
    } else {
        (ProblemKind::Syntax, format!("this is not valid YAML, so the document was not read: {}", words(info)))
    };
    Problem { kind, span: place.span(at, line_end(text, at, end)), message, related: None }
}

/// The problem of text behind the end of a document.
pub(super) fn ignored(place: &Place, text: &str, at: usize, end: usize, info: &str) -> Problem {
    let why = match info {
        "did not find expected <document start>" => {
            "it is no part of the document above it, which begins further to the right or is complete in itself"
        }
        "..." => "it stands behind `...`, which ends the document",
        other => words(other),
    };
    let message = format!("kubectl and kustomize skip the text from here to the next `---` without a word: {why}");
    Problem { kind: ProblemKind::Ignored, span: place.span(at, line_end(text, at, end)), message, related: None }
}

/// The end of the line at `at`, without white space.
fn line_end(text: &str, at: usize, end: usize) -> usize {
    let rest = text.get(at..end).unwrap_or_default();
    at + rest.lines().next().unwrap_or_default().trim_end().len()
}

/// The parser's reason in other words where its own are about its insides.
fn words(info: &str) -> &str {
    match info {
        "simple key expected" | "simple key expect ':'" => "a key without its `:`",
        "mapping values are not allowed in this context" => "a `:` where no key can stand",
        "mapping keys are not allowed in this context" => "a `?` where no key can stand",
        "block sequence entries are not allowed in this context" => "a `-` where no list item can stand",
        "while parsing a block mapping, did not find expected key" => "indentation or a value where a key must stand",
        "while parsing a block collection, did not find expected '-' indicator" => "indentation or a value where a `-` must stand",
        "while parsing a node, did not find expected node content" => "a bracket or comma where a value must stand",
        "while parsing a flow sequence, expected ',' or ']'" => "a list `[…]` lacks a `,` or its `]`",
        "while parsing a flow mapping, did not find expected ',' or '}'" => "a map `{…}` lacks a `,` or its `}`",
        "while scanning a quoted scalar, found unexpected end of stream" => "a quoted string that does not end",
        "while scanning a quoted scalar, found unexpected document indicator" => "a quoted string that does not end",
        "invalid trailing content after double-quoted scalar" => "text right behind a quoted string",
        "while parsing a quoted scalar, found unknown escape character" => "an escape that YAML does not know in a double-quoted string",
        "while parsing node, found unknown anchor" => "an alias names no anchor that stands before it",
        "tabs disallowed within this context (block indentation)" => "a tab in indentation",
        "while scanning a plain scalar, found a tab" => "a tab in indentation",
        "comments must be separated from other tokens by whitespace" => "a `#` needs a space before it to begin a comment",
        "while scanning a block scalar, did not find expected comment or line break" => "text behind the `|` or `>` of a block scalar",
        other => other,
    }
}
