//! A rule's page: its documentation, its metadata and its tests in one Markdown file.

use crate::finding::{Consequence, Severity};
use std::sync::OnceLock;

/// A page.
#[derive(Debug)]
pub struct Page {
    name: &'static str,
    text: &'static str,
    meta: OnceLock<Meta>,
}

/// The front matter.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meta {
    /// Severity where the configuration says nothing.
    pub severity: Severity,
    /// What happens if the defect is deployed; a finding may say otherwise.
    pub consequence: Consequence,
    /// The operator's alert for it.
    #[serde(default)]
    pub alert: Option<String>,
    /// The group it is listed under.
    pub group: Group,
    /// First version of this program that has it.
    pub since: String,
}

/// The groups of rules, in the order to list them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// What the operator would alert on.
    Alerts,
    /// What is lost without an alert.
    SilentLoss,
    /// What admission refuses, or what breaks the operator.
    Refused,
    /// What the node inventory itself gets wrong.
    Inventory,
    /// Around it.
    Around,
    /// Housekeeping.
    Housekeeping,
}

impl Group {
    /// The heading of the group.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Group::Alerts => "What the operator would alert on",
            Group::SilentLoss => "What is lost without an alert",
            Group::Refused => "What admission refuses, or what breaks the operator",
            Group::Inventory => "What the node inventory itself gets wrong",
            Group::Around => "Around it",
            Group::Housekeeping => "Housekeeping",
        }
    }
}

/// One fenced block of a page that names a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExampleFile {
    /// Path below the example's root.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// One example: a small repository, and what the page says must come out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Example {
    /// The heading it stands under.
    pub title: String,
    /// Whether the rule must be silent on it.
    pub clean: bool,
    /// The other rules that find something in it.
    pub also: Vec<String>,
    /// The files.
    pub files: Vec<ExampleFile>,
}

impl Page {
    pub(super) const fn new(name: &'static str, text: &'static str) -> Self {
        Self { name, text, meta: OnceLock::new() }
    }

    /// The front matter. A page without a readable one is a defect of this program that its tests find; it reads as a plain warning.
    #[must_use]
    pub fn meta(&self) -> &Meta {
        self.meta.get_or_init(|| {
            self.read_meta().unwrap_or(Meta {
                severity: Severity::Warning,
                consequence: Consequence::Advice,
                alert: None,
                group: Group::Housekeeping,
                since: String::new(),
            })
        })
    }

    /// Reads the front matter.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn read_meta(&self) -> Result<Meta, String> {
        let (front, _) = self.split().ok_or("the page has no front matter")?;
        serde_yaml::from_str(front).map_err(|e| e.to_string())
    }

    fn split(&self) -> Option<(&'static str, &'static str)> {
        self.text.strip_prefix("---\n")?.split_once("\n---\n")
    }

    /// The page without its front matter.
    #[must_use]
    pub fn body(&self) -> &'static str {
        self.split().map_or(self.text, |(_, body)| body.trim_start_matches('\n'))
    }

    /// The defect in a few words: the page's heading.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.body().lines().find_map(|l| l.strip_prefix("# ")).unwrap_or(self.name)
    }

    /// The examples: below `## Examples` a `### …` heading begins one, and fenced blocks that name a file (`file=hco.yaml`) are its files.
    /// A heading that begins with `Silent:` or `Mended:` promises that the rule finds nothing; a line `Also raises: …` names the other
    /// rules that find something.
    #[must_use]
    pub fn examples(&self) -> Vec<Example> {
        let mut examples: Vec<Example> = Vec::new();
        let mut fence: Option<ExampleFile> = None;
        for line in self.body().lines().skip_while(|l| *l != "## Examples") {
            match (&mut fence, line.strip_prefix("```")) {
                (Some(_), Some("")) => {
                    if let (Some(file), Some(example)) = (fence.take(), examples.last_mut()) {
                        example.files.extend((!file.path.is_empty()).then_some(file));
                    }
                }
                (Some(file), _) => {
                    file.text += line;
                    file.text.push('\n');
                }
                (None, Some(info)) => {
                    let path = info.split_whitespace().find_map(|w| w.strip_prefix("file=")).unwrap_or_default();
                    fence = Some(ExampleFile { path: path.to_owned(), text: String::new() });
                }
                (None, None) => {
                    if let Some(title) = line.strip_prefix("### ") {
                        let clean = title.starts_with("Silent:") || title.starts_with("Mended:");
                        examples.push(Example { title: title.to_owned(), clean, also: Vec::new(), files: Vec::new() });
                    } else if let (Some(names), Some(example)) = (line.strip_prefix("Also raises:"), examples.last_mut()) {
                        let names = names.split(',').map(|n| n.trim_matches([' ', '`', '.']));
                        example.also.extend(names.filter(|n| !n.is_empty()).map(str::to_owned));
                    }
                }
            }
        }
        examples.retain(|e| !e.files.is_empty());
        examples
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_is_a_heading_and_its_files() {
        let text = "---\nseverity: info\n---\n\n# Title\n\n```yaml file=not-an-example.yaml\na: 1\n```\n\n## Examples\n\n### Bad\n\nAlso raises: `a`, `b`.\n\n\
                    ```yaml file=x/y.yaml\na: 1\n```\n\n```\nno file\n```\n\n### Mended: good\n\n```yaml file=z.yaml\n### no heading\n```\n";
        let page = Page::new("name", text);
        let file = |path: &str, text: &str| ExampleFile { path: path.to_owned(), text: text.to_owned() };
        let example = |title: &str, clean, also: &[&str], file| Example {
            title: title.to_owned(),
            clean,
            also: also.iter().map(|a| (*a).to_owned()).collect(),
            files: vec![file],
        };
        let bad = example("Bad", false, &["a", "b"], file("x/y.yaml", "a: 1\n"));
        let good = example("Mended: good", true, &[], file("z.yaml", "### no heading\n"));
        assert_eq!((page.title(), page.examples()), ("Title", vec![bad, good]));
    }
}
