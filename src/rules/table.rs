//! The list of rules as people read it in the README, made from the pages.

use super::page::Group;
use super::{ALL, Rule};
use std::collections::BTreeMap;

/// One Markdown table per group, below a heading of the third level.
#[must_use]
pub fn table_markdown() -> String {
    let mut groups: BTreeMap<Group, Vec<&Rule>> = BTreeMap::new();
    for rule in ALL.iter() {
        groups.entry(rule.page.meta().group).or_default().push(rule);
    }
    let tables: Vec<String> = groups
        .iter()
        .map(|(group, rules)| {
            let rows: String = rules.iter().map(|r| row(r)).collect();
            format!("### {}\n\n| rule | severity | what it finds |\n|---|---|---|\n{rows}", group.title())
        })
        .collect();
    tables.join("\n")
}

fn row(rule: &Rule) -> String {
    let (name, severity) = (rule.name, rule.page.meta().severity.name());
    format!("| [`{name}`](rules/{name}.md) | {severity} | {} |\n", rule.page.title())
}
