//! Names that are links, tags, commands or syntax where somebody reads a report: each format is read as its reader would, and nothing but text
//! comes of them.

use crate::scratch::Scratch;
use crate::support::{FORMATS, OFF, Ran, files, json, nodes, run};
use serde_json::Value;
use std::collections::BTreeSet;

/// What a reader of Markdown, of SARIF, of HTML, of XML or of a log would be led by.
const LURE: &str = "[click](http://evil.example) [y](1) ![i](//evil.example) \\](http://evil.example) @octocat #12 www.evil.example <img src=x \
                    onerror=alert(1)> ]]> &lt; `code` ``x |cell| ##teamcity[x] %0A::error::x %25 ?q=1 {a: b} - 'q' \"d\" \u{fffe}";

/// The same as a scalar of YAML.
fn scalar() -> String {
    serde_json::Value::from(LURE).to_string().replace('\u{fffe}', "\\ufffe")
}

/// A repository in which everything that has a name has this one.
fn repository() -> Scratch {
    let (name, lure) = (LURE.replace('/', "∕"), scalar());
    let images = format!(
        "  dataImportCronTemplates:\n  - metadata: {{name: {lure}, annotations: {{ssp.kubevirt.io/dict.architectures: {lure}}}}}\n    spec: \
         {{managedDataSource: {lure}, schedule: x, template: {{spec: {{source: {{registry: {{url: {lure}}}}}}}}}}}\n  - metadata: {{name: {lure}}}\n"
    );
    let machines = nodes(&["amd64", "arm64"]).replace("name: n1", &format!("name: {lure}"));
    let application = format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {{name: {lure}}}\nspec:\n  source: {{repoURL: {lure}, path: {lure}}}\n  \
         destination: {{name: {lure}}}\n"
    );
    Scratch::new(&files([
        (format!("clusters/{name}/hco.yaml"), OFF.to_owned() + &images),
        (format!("clusters/{name}/nodes.yaml"), machines),
        ("clusters/broken/hco.yaml".to_owned(), OFF.to_owned()),
        ("clusters/broken/kustomization.yaml".to_owned(), format!("resources: [hco.yaml, {lure}]\n{lure}: 1\npatches: [{{path: {lure}}}]\n")),
        (format!("clusters/lone/{name}.yaml"), OFF.to_owned()),
        (
            "clusters/far/kustomization.yaml".to_owned(),
            format!("resources: [hco.yaml]\ncomponents: [{}]\n", scalar().replacen('"', "\"https://git.example.com/a/b//", 1)),
        ),
        ("clusters/far/hco.yaml".to_owned(), OFF.to_owned()),
        ("application.yaml".to_owned(), application),
        (format!("{name}.yaml"), "apiVersion: v1\nkind: [\n".to_owned()),
        (format!("{name}.json"), "\u{fffe}\"kubevirt\": \u{1b}".to_owned()),
        ("templates/x.yaml".to_owned(), format!("kind: HyperConverged # {{{{ {name} }}}}\n[\n")),
    ]))
}

#[test]
fn names_are_text_to_whoever_reads() {
    let scratch = repository();
    let report = json(&scratch.root, &["--min-confidence", "low"]);
    assert!(
        report["findings"].as_array().is_some_and(|f| f.len() > 6) && report["unresolved"].as_array().is_some_and(|u| !u.is_empty()),
        "{report:#}"
    );
    for format in FORMATS {
        let ran = run(&scratch.root, &["--format", format, "--min-confidence", "low", "-v"]);
        assert!(ran.out.contains("click"), "{format} names nothing");
        check(format, &ran);
    }
}

fn check(format: &str, ran: &Ran) {
    let out = ran.out.as_str();
    match format {
        "json" | "gitlab" => drop(parsed(out)),
        "sarif" => sarif(&parsed(out)),
        "github" => github(out),
        "junit" => xml(out),
        "markdown" => markdown(out),
        "html" => {
            for tag in ["<img", "href=\"http://evil", "href=\"//evil", " onerror=\""] {
                assert!(!out.contains(tag), "html has {tag}");
            }
        }
        _ => assert!(!out.lines().any(|l| l.trim_start().starts_with("::") && !l.trim_start().starts_with(":::")), "{format}: {out}"),
    }
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

/// Links of messages lead to related locations, and URIs hold no character that would end them.
fn sarif(log: &Value) {
    fn walk(value: &Value, seen: &mut dyn FnMut(&str, &Value)) {
        match value {
            Value::Object(map) => map.iter().for_each(|(key, inner)| {
                seen(key, inner);
                walk(inner, seen);
            }),
            Value::Array(items) => items.iter().for_each(|inner| walk(inner, seen)),
            _ => {}
        }
    }
    let mut links = 0;
    walk(&log["runs"][0]["results"], &mut |key, value| match (key, value.as_str(), value.get("text").and_then(Value::as_str)) {
        ("uri", Some(uri), _) => {
            assert!(uri.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/%".contains(&b)), "{uri}");
        }
        ("message" | "description", _, Some(text)) => {
            for target in targets(text) {
                assert!(target.parse::<u32>().is_ok(), "`{target}` in {text}");
                links += 1;
            }
        }
        _ => {}
    });
    assert!(links > 0, "no link at all");
    for result in log["runs"][0]["results"].as_array().expect("results") {
        let ids: BTreeSet<String> = result["relatedLocations"].as_array().into_iter().flatten().map(|l| l["id"].to_string()).collect();
        let text = result["message"]["text"].as_str().expect("a text");
        assert!(targets(text).len() <= ids.len() && targets(text).iter().all(|t| ids.contains(t)), "{text}");
    }
}

/// Where the links of a plain text message lead: what stands in round brackets behind a `]` that no backslash escapes.
fn targets(text: &str) -> Vec<String> {
    let (mut found, mut escaped, mut rest) = (Vec::new(), false, text);
    while let Some(c) = rest.chars().next() {
        if !escaped && rest.starts_with("](") {
            found.extend(rest[2..].split(')').next().map(str::to_owned));
        }
        escaped = c == '\\' && !escaped;
        rest = &rest[c.len_utf8()..];
    }
    found
}

/// Each line that is a command is one of the format's own, in the form that the runner reads.
fn github(out: &str) {
    let commands: Vec<&str> = out.lines().filter(|l| l.trim_start().starts_with("::")).collect();
    assert!(commands.len() > 5);
    for line in commands {
        let (head, data) = line[2..].split_once("::").expect("a command");
        let (kind, properties) = head.split_once(' ').expect("properties");
        assert!(["error", "warning", "notice"].contains(&kind), "{line}");
        for property in properties.split(',') {
            let (key, value) = property.split_once('=').expect("a property");
            assert!(["file", "line", "endLine", "col", "endColumn", "title"].contains(&key) && !value.contains(':'), "{property}");
            assert!(key == "file" || value == "hco-lint" || value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'), "{property}");
        }
        // What was a percent sign stays one: a name with `%0A` in it breaks no line.
        assert!(!data.contains("%0A::error::x") || data.contains("%250A::error::x"), "{data}");
    }
}

/// Tags are balanced, attributes quoted, and every character is one that XML 1.0 has.
fn xml(text: &str) {
    let legal = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert!(text.chars().all(legal) && !text.contains("]]>"));
    let (mut open, mut rest) = (Vec::new(), text);
    let entities = |text: &str| {
        for after in text.split('&').skip(1) {
            let name = after.split(';').next().unwrap_or_default();
            let number = name.strip_prefix('#').and_then(|n| n.parse().ok()).and_then(char::from_u32);
            assert!(["amp", "lt", "gt", "quot", "apos"].contains(&name) || number.is_some_and(legal), "&{name};");
        }
    };
    while let Some((before, after)) = rest.split_once('<') {
        entities(before);
        let (tag, after) = after.split_once('>').expect("the end of a tag");
        rest = after;
        if tag.starts_with('?') {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
            continue;
        }
        let (alone, tag) = tag.strip_suffix('/').map_or((false, tag), |tag| (true, tag));
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "<{tag}>");
        let values: Vec<&str> = attributes.split('"').collect();
        assert!(attributes.is_empty() || values.len() % 2 == 1, "{attributes}");
        for (number, part) in values.iter().enumerate() {
            let is_name = part.trim().is_empty() || part.trim().strip_suffix('=').is_some_and(|n| n.bytes().all(|b| b.is_ascii_lowercase()));
            assert!(number % 2 == 1 || is_name, "{part} in {attributes}");
            entities(part);
        }
        if !alone {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

/// Outside of code nothing is a link of the repository's, a tag or somebody's name; a row of the table has its cells.
fn markdown(text: &str) {
    for row in text.lines().filter(|l| l.starts_with('|')) {
        let bars = row.match_indices('|').filter(|(at, _)| !row[..*at].ends_with('\\')).count();
        assert_eq!(bars, 6, "{row}");
    }
    let prose = without_code(text);
    for lure in ["](", "<img", "@octocat", " #12", "www.evil", "http://evil", "&lt; `"] {
        let escaped = |at: usize| prose[..at].len() % 2 != prose[..at].trim_end_matches('\\').len() % 2;
        // A summary is HTML.
        let is_html = |at: usize| lure == "](" && prose[..at].rsplit('\n').next().is_some_and(|line| line.starts_with("<summary>"));
        let found = prose.match_indices(lure).find(|(at, _)| !escaped(*at) && !is_html(*at));
        let line = found.and_then(|(at, _)| prose[..at].rsplit('\n').next());
        assert!(found.is_none(), "`{lure}` behind {line:?}");
    }
}

/// The text without fenced blocks and spans of code.
fn without_code(text: &str) -> String {
    let mut prose = String::new();
    let mut fence: Option<String> = None;
    for line in text.lines() {
        let ticks: String = line.chars().take_while(|c| *c == '`').collect();
        match &fence {
            Some(open) if line.trim_end() == open => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 && !line[ticks.len()..].contains('`') => fence = Some(ticks),
            None => prose += &(line.to_owned() + "\n"),
        }
    }
    let (mut out, mut rest) = (String::new(), prose.as_str());
    while let Some(at) = rest.find('`') {
        let run = rest[at..].len() - rest[at..].trim_start_matches('`').len();
        out += &rest[..at];
        let after = &rest[at + run..];
        let line = after.split("\n\n").next().unwrap_or_default();
        // A run of as many closes the span.
        let close = line.match_indices(&"`".repeat(run)).map(|(i, _)| i).find(|i| !line[i + run..].starts_with('`') && !line[..*i].ends_with('`'));
        rest = match close {
            Some(close) if !out.ends_with('\\') => &after[close + run..],
            _ => after,
        };
    }
    out + rest
}

#[test]
fn what_is_written_down_can_be_read_again() {
    let scratch = repository();
    let ran = run(&scratch.root, &["--write-baseline", "known.yaml"]);
    assert!(matches!(ran.code, Some(0 | 4)), "{ran:?}");
    let report = json(&scratch.root, &["--baseline", "known.yaml"]);
    assert_eq!(report["findings"], serde_json::json!([]), "the baseline hides what it records");
    let before = json(&scratch.root, &[]);
    let ran = run(&scratch.root, &["--unsafe-fixes"]);
    assert!(matches!(ran.code, Some(0 | 1 | 4)), "{ran:?}");
    let syntax = |report: &Value| report["findings"].as_array().into_iter().flatten().filter(|f| f["rule"] == "syntax").count();
    assert_eq!(syntax(&json(&scratch.root, &[])), syntax(&before), "a fix breaks a file");
}

#[test]
fn a_name_that_is_no_regular_expression_of_itself_gets_no_patch() {
    let named = |name: &str| {
        let overlay = "resources: [../../base, nodes.yaml]\n";
        let scratch = Scratch::new(&files([
            ("base/hco.yaml", OFF.replace("kubevirt-hyperconverged", name)),
            ("base/kustomization.yaml", "resources: [hco.yaml]\n".to_owned()),
            ("clusters/a/kustomization.yaml", overlay.to_owned()),
            ("clusters/a/nodes.yaml", nodes(&["amd64", "arm64"])),
            ("clusters/b/kustomization.yaml", overlay.to_owned()),
            ("clusters/b/nodes.yaml", nodes(&["amd64"])),
        ]));
        let ran = run(&scratch.root, &["--unsafe-fixes", "--ignore", "hyperconverged-name"]);
        assert!(!ran.out.contains("kustomize-build"), "{ran:?}");
        std::fs::read_to_string(scratch.root.join("clusters/a/kustomization.yaml")).expect("a text").contains("patches:")
    };
    assert!(named("kubevirt-hyperconverged") && !named("'a[b'"));
}
