//! `explain`: a rule's page, or the list of rules.

use super::exit;
use crate::rules::{self, Rule};
use std::io::{self, Write};

/// Prints a page or the list.
pub(super) fn explain(rule: Option<&str>) -> io::Result<u8> {
    let mut out = io::stdout().lock();
    let Some(rule) = rule.and_then(rules::find) else {
        list(&mut out)?;
        return Ok(exit::OK);
    };
    let meta = rule.page.meta();
    let alert = meta.alert.as_ref().map_or(String::new(), |a| format!(", the operator's alert {a}"));
    writeln!(out, "{} ({}{alert})\n", rule.name, format!("{:?}", meta.severity).to_lowercase())?;
    out.write_all(rule.page.body().as_bytes())?;
    Ok(exit::OK)
}

fn list(out: &mut dyn Write) -> io::Result<()> {
    let mut all: Vec<&Rule> = rules::ALL.iter().collect();
    all.sort_by_key(|r| r.page.meta().group);
    let width = all.iter().map(|r| r.name.len()).max().unwrap_or_default();
    let mut group = None;
    for rule in all {
        let meta = rule.page.meta();
        let above = group.replace(meta.group);
        if above != Some(meta.group) {
            writeln!(out, "{}{}", if above.is_some() { "\n" } else { "" }, meta.group.title())?;
        }
        writeln!(out, "  {:width$}  {:7}  {}", rule.name, format!("{:?}", meta.severity).to_lowercase(), rule.page.title())?;
    }
    Ok(())
}
