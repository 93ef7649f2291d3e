//! Random changes of random manifests. What comes out is read by a second parser too, and what it must mean is worked out on plain JSON.

use crate::File;
use crate::generate::{Random, manifest};
use crate::granit::{Verdict, compare};
use hco_lint::fix::Change;
use hco_lint::yaml::{Dialect, Node, parse, parse_value};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// How many manifests; the variable `FIX_CASES` asks for more.
const CASES: u64 = 2500;

/// One step of a path in the JSON of a file.
#[derive(Clone, Debug)]
enum Step {
    Key(String),
    Index(usize),
}

/// A node of the file and its path. `shared` when text of other places stands in for it.
struct Place {
    node: Node,
    path: Vec<Step>,
    shared: bool,
}

/// All documents as JSON, with what is inside patches read as well.
fn whole(text: &str) -> (Value, usize) {
    let parsed = parse(hco_lint::source::FileId(0), text);
    (Value::Array(parsed.documents.iter().map(|d| deep(&d.root)).collect()), parsed.problems.len())
}

fn deep(node: &Node) -> Value {
    if let Some(items) = node.as_sequence() {
        return items.iter().map(deep).collect();
    }
    let Some(mapping) = node.as_mapping() else { return node.to_json(Dialect::Kubernetes) };
    let entries = mapping.entries.iter().map(|e| {
        let key = e.key.text().unwrap_or_default().to_owned();
        let value =
            if key == "patch" { Value::Array(parse_value(&e.value).documents.iter().map(|d| deep(&d.root)).collect()) } else { deep(&e.value) };
        (key, value)
    });
    Value::Object(entries.collect::<Map<_, _>>())
}

fn places(node: &Node, path: &mut Vec<Step>, shared: bool, all: &mut Vec<Place>) {
    let shared = shared || node.alias().is_some();
    all.push(Place { node: node.clone(), path: path.clone(), shared });
    for (index, item) in node.as_sequence().unwrap_or_default().iter().enumerate() {
        path.push(Step::Index(index));
        places(item, path, shared, all);
        path.pop();
    }
    for entry in node.entries_at(&[]) {
        let key = entry.key.text().unwrap_or_default().to_owned();
        path.push(Step::Key(key.clone()));
        if key == "patch" {
            for (index, document) in parse_value(&entry.value).documents.iter().enumerate() {
                path.push(Step::Index(index));
                places(&document.root, path, shared, all);
                path.pop();
            }
        } else {
            places(&entry.value, path, shared || entry.merged, all);
        }
        path.pop();
    }
}

fn at<'v>(value: &'v mut Value, path: &[Step]) -> &'v mut Value {
    path.iter().fold(value, |value, step| match step {
        Step::Key(key) => &mut value[key.as_str()],
        Step::Index(index) => &mut value[*index],
    })
}

/// A change, and the same change to JSON.
struct Case {
    kind: &'static str,
    change: Change,
    expected: Value,
    /// Text that may be gone, besides white space.
    gone: Vec<String>,
    /// Making it twice changes nothing more.
    settles: bool,
    /// The text is that of another place too.
    shared: bool,
}

const VALUES: &[&str] = &["true", "Enabled", "'true'", "\"a,b\"", "[amd64, 's390x']", "{k: {l: [1, {m: n}]}}", "[{a: 1, b: [x, y]}, {c: {}}]", "12"];

fn case(text: &str, r: &mut Random) -> Option<Case> {
    let file = File::new("f", text);
    let (document, _) = whole(text);
    let mut all = Vec::new();
    for (index, document) in file.parsed.documents.iter().enumerate() {
        places(&document.root, &mut vec![Step::Index(index)], false, &mut all);
    }
    let source = |node: &Node| text[node.alias().unwrap_or(node.span()).range()].to_owned();
    let mut expected = document;
    let kind = r.below(9);
    let fits = |p: &&Place| match kind {
        0 => p.node.as_scalar().is_some(),
        1..=3 | 5..=7 => p.node.as_mapping().is_some(),
        4 => p.node.as_sequence().is_some_and(|s| !s.is_empty()),
        _ => p.node.as_sequence().is_some(),
    };
    let fitting: Vec<&Place> = all.iter().filter(fits).collect();
    if fitting.is_empty() {
        return None;
    }
    let place = *r.pick(&fitting);
    let (node, shared) = (&place.node, place.shared);
    let here = at(&mut expected, &place.path);
    let value = (*r.pick(VALUES)).to_owned();
    let meant = parse(hco_lint::source::FileId(0), &value).documents[0].root.to_json(Dialect::Kubernetes);
    let entries = node.entries_at(&[]);
    let done = |kind, change, expected, gone, settles, shared| Some(Case { kind, change, expected, gone, settles, shared });
    match kind {
        0 => {
            let text = (*r.pick(&["true", "amd64,arm64", "it's", "x: y # z", "Enabled", "a\nb"])).to_owned();
            *here = if node.as_str().is_none() && text == "true" { json!(true) } else { json!(text) };
            done("replace", Change::Replace { node: node.clone(), text }, expected, vec![source(node)], true, shared)
        }
        1 | 2 => {
            // A key that is not there, below as many that are not there either.
            let path: Vec<String> = ["new", "newer", "newest"].iter().take(1 + r.below(3)).map(|k| (*k).to_owned()).collect();
            let nested = path.iter().skip(1).rev().fold(meant, |value, key| json!({ key: value }));
            here.as_object_mut()?.insert(path[0].clone(), nested);
            done("insert", Change::Set { root: node.clone(), path, value }, expected, vec!["{}".into(), "{ }".into()], true, shared)
        }
        3 => {
            let entry = entries.get(r.below(entries.len()))?;
            let key = entry.key.text()?.to_owned();
            let (empty, scalar) = (entry.value.is_null() || deep(&entry.value) == json!({}), entry.value.as_scalar().is_some());
            let deeper = empty && r.percent(50);
            let full = entry.value.as_mapping().is_some_and(|m| !m.entries.is_empty()) || entry.value.as_sequence().is_some_and(|s| !s.is_empty());
            if full || key == "patch" {
                return None;
            }
            let path = if deeper { vec![key.clone(), "new".to_owned()] } else { vec![key.clone()] };
            here.as_object_mut()?.insert(key, if deeper { json!({ "new": meant }) } else { meant });
            let shared = shared || entry.merged || (entry.value.alias().is_some() && !scalar);
            let kind = if empty { "fill" } else { "overwrite" };
            done(kind, Change::Set { root: node.clone(), path, value }, expected, vec![source(&entry.value)], true, shared)
        }
        4 => {
            let items = node.as_sequence()?;
            let index = r.below(items.len());
            here.as_array_mut()?.remove(index);
            done("remove item", Change::RemoveItem { item: items[index].clone() }, expected, Vec::new(), false, shared)
        }
        5 => {
            let entry = entries.get(r.below(entries.len()))?;
            let key = entry.key.text()?.to_owned();
            here.as_object_mut()?.remove(&key);
            // A merge key may bring the same key; what is then left is for the proof to refuse.
            done("remove", Change::Remove { mapping: node.clone(), key }, expected, Vec::new(), false, shared || entry.merged)
        }
        6 => {
            let entry = entries.get(r.below(entries.len()))?;
            let key = entry.key.text()?.to_owned();
            let map = here.as_object_mut()?;
            let value = map.remove(&key)?;
            map.insert("renamed".to_owned(), value);
            let gone = vec![source(&entry.key)];
            let embedding = key == "patch";
            (!embedding).then_some(())?;
            done("rename", Change::Rename { entry: entry.clone(), key: "renamed".to_owned() }, expected, gone, false, shared || entry.merged)
        }
        _ => {
            // One more item, in a list that may not be there.
            let (root, path, shared) = if kind == 7 {
                here.as_object_mut()?.insert("new".to_owned(), json!([meant]));
                (node.clone(), vec!["new".to_owned()], shared)
            } else {
                here.as_array_mut()?.push(meant);
                let (Step::Key(key), parent) = (place.path.last()?.clone(), &place.path[..place.path.len() - 1]) else { return None };
                let parent = all.iter().find(|p| format!("{:?}", p.path) == format!("{parent:?}"))?;
                (parent.node.clone(), vec![key], shared)
            };
            done("append", Change::Append { root, path, value }, expected, vec!["[]".into(), "{}".into(), "{ }".into()], false, shared)
        }
    }
}

fn comments(text: &str) -> Vec<&str> {
    let marks = text.match_indices("# c").filter_map(|(at, _)| text[at..].split_once('.').map(|(c, _)| c));
    marks.filter(|c| c[3..].bytes().all(|b| b.is_ascii_digit())).collect()
}

fn breaks(text: &str) -> [usize; 3] {
    let crlf = text.matches("\r\n").count();
    [crlf, text.matches('\n').count() - crlf, text.matches('\r').count() - crlf]
}

#[test]
fn changes_change_what_they_should_and_nothing_else() {
    let mut tally: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    let cases = std::env::var("FIX_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(CASES);
    for seed in 0..cases {
        let made = manifest(seed);
        let text = &made.text;
        let (before, problems) = whole(text);
        assert_eq!(problems, 0, "seed {seed}: {text}");
        let mut r = Random::new(seed ^ 0xfeed);
        let Some(case) = case(text, &mut r) else { continue };
        let file = File::new(made.name, text);
        let counts = tally.entry(case.kind).or_default();
        let Some(fix) = file.fix(vec![case.change.clone()]) else {
            let settled = case.expected == before;
            counts[if settled { 2 } else { 1 }] += usize::from(settled || !case.shared);
            continue;
        };
        counts[0] += 1;
        let after = hco_lint::fix::apply(text, &fix.edits).expect("edits in order");
        let show = || format!("seed {seed} {:?}\n{text}\n----\n{after}", case.change);
        let (meaning, problems) = whole(&after);
        assert_eq!(problems, 0, "{}", show());
        assert_eq!(meaning, case.expected, "{}", show());
        if matches!(compare(text), Verdict::Agree(_)) {
            assert!(matches!(compare(&after), Verdict::Agree(_)), "{:?} {}", compare(&after), show());
        }
        if !case.kind.starts_with("remove") {
            assert_eq!(comments(&after), comments(text), "{}", show());
            for edit in &fix.edits {
                let gone = text[edit.span.range()].trim();
                assert!(gone.is_empty() || case.gone.iter().any(|g| g.contains(gone)), "{gone:?} is gone: {}", show());
            }
            assert_eq!(after.ends_with(['\n', '\r']), text.ends_with(['\n', '\r']), "{}", show());
        }
        let (old, new) = (breaks(text), breaks(&after));
        assert!((0..3).all(|i| old[i] > 0 || new[i] == 0 || old == [0; 3]), "{old:?} {new:?} {}", show());
        let trailing = |t: &str| t.lines().filter(|l| l.ends_with([' ', '\t'])).count();
        assert!(trailing(&after) <= trailing(text), "blanks at a line's end: {}", show());
        if case.settles {
            let again = File::new(made.name, &after);
            let change = again_of(&case.change, &again);
            assert!(change.is_none_or(|c| again.fix(vec![c]).is_none()), "a second run changes more: {}", show());
        }
    }
    for (kind, [made, refused, settled]) in &tally {
        println!("{kind}: {made} made, {refused} refused, {settled} were so already");
        assert!(*made > 20 * refused, "{kind}: {made} made, {refused} refused");
    }
    assert_eq!(tally.len(), 8, "every kind of change occurs");
}

/// The same change to the changed file: only where its root still stands where it stood.
fn again_of(change: &Change, file: &File) -> Option<Change> {
    let mut all = Vec::new();
    for document in &file.parsed.documents {
        places(&document.root, &mut Vec::new(), false, &mut all);
    }
    let start = |node: &Node| node.alias().unwrap_or(node.span()).start;
    let find = |node: &Node, map: bool| all.iter().find(|p| start(&p.node) == start(node) && p.node.as_mapping().is_some() == map);
    Some(match change {
        Change::Replace { node, text } => Change::Replace { node: find(node, false)?.node.clone(), text: text.clone() },
        Change::Set { root, path, value } => Change::Set { root: find(root, true)?.node.clone(), path: path.clone(), value: value.clone() },
        _ => return None,
    })
}
