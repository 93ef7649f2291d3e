//! One case for each way of writing, with the text that must come out.

use crate::File;
use hco_lint::fix::Change;
use hco_lint::yaml::{Node, parse_value};

fn keys(path: &str) -> Vec<String> {
    path.split_whitespace().map(str::to_owned).collect()
}

fn set(root: &Node, path: &str, value: &str) -> Change {
    Change::Set { root: root.clone(), path: keys(path), value: value.to_owned() }
}

/// The first document after setting a value at a path.
#[track_caller]
fn sets(text: &str, path: &str, value: &str, expected: &str) {
    let file = File::new("f.yaml", text);
    let root = &file.parsed.documents[0].root;
    assert_eq!(file.mended(vec![set(root, path, value)]).as_deref(), Some(expected));
}

#[track_caller]
fn refuses(text: &str, path: &str) {
    let file = File::new("f.yaml", text);
    assert_eq!(file.mended(vec![set(&file.parsed.documents[0].root, path, "true")]), None);
}

#[test]
fn a_key_in_a_block() {
    sets("a:\n  b: 1\n", "a c", "true", "a:\n  b: 1\n  c: true\n");
    sets("a:\n  b: 1 # why\nz: 1\n", "a c", "true", "a:\n  b: 1 # why\n  c: true\nz: 1\n");
    sets("a:\r\n    b: 1\r\nz: 1\r\n", "a c d", "true", "a:\r\n    b: 1\r\n    c:\r\n        d: true\r\nz: 1\r\n");
    sets("a:\n  b: 1", "a c", "true", "a:\n  b: 1\n  c: true");
    sets("\u{feff}b: 1\n---\nx: 1\n", "c", "true", "\u{feff}b: 1\nc: true\n---\nx: 1\n");
    sets("b: 1\n...\n", "c", "true", "b: 1\nc: true\n...\n");
    sets("a:\n  b:\t1\t# c\n", "a c", "true", "a:\n  b:\t1\t# c\n  c: true\n");
    sets("a:\n  b: |\n    x\n\nz: 1\n", "a c", "true", "a:\n  b: |\n    x\n  c: true\n\nz: 1\n");
    sets("a:\n  b: |+\n    x\n\nz: 1\n", "a c", "true", "a:\n  c: true\n  b: |+\n    x\n\nz: 1\n");
    sets("a:\n  l:\n  - x\n  - y\nz: 1\n", "a c", "true", "a:\n  l:\n  - x\n  - y\n  c: true\nz: 1\n");
    sets("a:\n  b: {x: 1,\n    y: 2} # c\n", "a c", "true", "a:\n  b: {x: 1,\n    y: 2} # c\n  c: true\n");
    sets("a:\n  b:\nz: 1\n", "a c", "true", "a:\n  b:\n  c: true\nz: 1\n");
}

#[test]
fn a_key_in_a_list_item() {
    let file = File::new("f.yaml", "l:\n- a: 1\n-   b: 2 # c\n    d: 3\n");
    let items = file.parsed.documents[0].root.items_at(&["l"]);
    assert_eq!(file.mended(vec![set(&items[0], "x", "1")]).as_deref(), Some("l:\n- a: 1\n  x: 1\n-   b: 2 # c\n    d: 3\n"));
    assert_eq!(file.mended(vec![set(&items[1], "x w", "1")]).as_deref(), Some("l:\n- a: 1\n-   b: 2 # c\n    d: 3\n    x:\n      w: 1\n"));
}

#[test]
fn the_first_key_of_an_empty_value() {
    sets("a: {}\nz: 1\n", "a b", "true", "a:\n  b: true\nz: 1\n");
    sets("a: { } # none\nz: 1\n", "a b c", "true", "a: # none\n  b:\n    c: true\nz: 1\n");
    sets("a:\nz: 1\n", "a b", "true", "a:\n  b: true\nz: 1\n");
    sets("a:   # none\nz: 1\n", "a b", "true", "a:   # none\n  b: true\nz: 1\n");
    sets("a: null\n", "a b", "true", "a:\n  b: true\n");
    sets("a: ~", "a b", "true", "a:\n  b: true");
    sets("a: &x {}\n", "a b", "true", "a: &x\n  b: true\n");
    sets("{a: {}, z: 1}\n", "a b", "true", "{a: {b: true}, z: 1}\n");
    sets("{a: , z: 1}\n", "a b", "true", "{a: {b: true} , z: 1}\n");
    sets("{a, z: 1}\n", "a b", "true", "{a: {b: true}, z: 1}\n");
    sets("a:\n", "a", "true", "a: true\n");
    sets("a: # c\n", "a", "true", "a: true # c\n");
    sets("a: []\n", "a", "[{b: 1}]", "a:\n  - b: 1\n");
}

#[test]
fn a_key_between_brackets() {
    sets("a: {b: 1}\n", "a c", "true", "a: {b: 1, c: true}\n");
    sets("a: {b: 1,}\n", "a c", "true", "a: {b: 1, c: true,}\n");
    sets("a: { b: [x] } # c\n", "a c d", "true", "a: { b: [x], c: {d: true} } # c\n");
    sets("a: {\n  b: 1, # one\n  d: 2 # two\n}\n", "a c", "true", "a: {\n  b: 1, # one\n  d: 2,\n  c: true # two\n}\n");
    sets("a: {'b': 1}\n", "a x/y", "'a,b'", "a: {'b': 1, x/y: \"a,b\"}\n");
}

#[test]
fn json() {
    sets(r#"{"a":{"b":1}}"#, "a c d", "true", r#"{"a":{"b":1,"c":{"d":true}}}"#);
    sets(r#"{"a": {}}"#, "a c", "yes", r#"{"a": {"c": true}}"#);
    sets(
        "{\n\t\"a\": {\n\t\t\"b\": 1\n\t}\n}\n",
        "a c",
        "[{x: w}]",
        "{\n\t\"a\": {\n\t\t\"b\": 1,\n\t\t\"c\": [\n\t\t\t{\n\t\t\t\t\"x\": \"w\"\n\t\t\t}\n\t\t]\n\t}\n}\n",
    );
    let file = File::new("f.json", "{\"a\": null}");
    assert_eq!(file.mended(vec![set(&file.parsed.documents[0].root, "a b", "[x]")]).as_deref(), Some("{\"a\": {\"b\": [\"x\"]}}"));
}

#[test]
fn a_long_value_in_the_manner_of_the_document() {
    let terms = "[{matchExpressions: [{key: kubernetes.io/arch, operator: In, values: [amd64]}]}]";
    let expected =
        "l:\n- x: 1\na:\n  b: 1\n  terms:\n  - matchExpressions:\n    - key: kubernetes.io/arch\n      operator: In\n      values: [amd64]\n";
    sets("l:\n- x: 1\na:\n  b: 1\n", "a terms", terms, expected);
}

#[test]
fn values() {
    let replace = |text: &str, path: &[&str], new: &str| {
        let file = File::new("f.yaml", text);
        let node = file.parsed.documents[0].root.find(path).expect("a value").clone();
        file.mended(vec![Change::Replace { node, text: new.to_owned() }])
    };
    assert_eq!(replace("a: false # c\n", &["a"], "true").as_deref(), Some("a: true # c\n"));
    assert_eq!(replace("a: 'false'\n", &["a"], "it's").as_deref(), Some("a: 'it''s'\n"));
    assert_eq!(replace("a: \"x\"\n", &["a"], "a\\b").as_deref(), Some("a: \"a\\\\b\"\n"));
    assert_eq!(replace("a: word\n", &["a"], "true").as_deref(), Some("a: \"true\"\n"));
    assert_eq!(replace("a: |-\n  amd64\n\nb: 1\n", &["a"], "arm64").as_deref(), Some("a: arm64\n\nb: 1\n"));
    assert_eq!(replace("a: |- # why\n  amd64\n", &["a"], "arm64"), None);
    assert_eq!(replace("a: x\n", &["a"], "x"), None);
    assert_eq!(replace("a: &x false\nb: 1\n", &["a"], "true").as_deref(), Some("a: &x true\nb: 1\n"));
    assert_eq!(replace("a: &x false\nb: *x\n", &["a"], "true"), None);
    assert_eq!(replace("a: &x false\nb: *x\n", &["b"], "true").as_deref(), Some("a: &x false\nb: true\n"));
    sets("a: 'true'\n", "a", "true", "a: true\n");
    sets("a: 'Disabled'\n", "a", "Enabled", "a: 'Enabled'\n");
}

#[test]
fn what_is_shared_or_not_there_is_left_alone() {
    refuses("x: &x {b: 1}\na:\n  <<: *x\n  c: 1\n", "a b");
    refuses("x: &x {b: 1}\na: *x\n", "a c");
    refuses("x: &x\n  b: 1\na: *x\n", "x c");
    refuses("x: &x {b: 1}\na:\n  <<: *x\n", "a c");
    refuses("a:\n  b: 1\n", "a b c");
    refuses("a:\n  b: [1]\n", "a b");
    refuses("a:\n  b: 1\n  {{ include \"x\" . }}: 1\n", "a c");
    sets("x: &x {b: 1}\na:\n  <<: *x\n  d: 1\n", "a c", "true", "x: &x {b: 1}\na:\n  <<: *x\n  d: 1\n  c: true\n");
}

#[test]
fn inside_an_inline_patch() {
    let text = "patches:\n- patch: |-\n    spec:\n      a: false # c\n      b: {}\n  target: {}\n";
    let file = File::new("f.yaml", text);
    let scalar = file.parsed.documents[0].root.items_at(&["patches"])[0].find(&["patch"]).expect("a patch").clone();
    let inner = parse_value(&scalar).documents.remove(0).root;
    let mended = file.mended(vec![set(&inner, "spec a", "true"), set(&inner, "spec b c", "1"), set(&inner, "spec d", "1")]);
    assert_eq!(mended.as_deref(), Some("patches:\n- patch: |-\n    spec:\n      a: true # c\n      b:\n        c: 1\n      d: 1\n  target: {}\n"));
    let operations = File::new("f.yaml", "patch: '[{op: replace, path: /a, value: false}]'\n");
    let scalar = operations.parsed.documents[0].root.find(&["patch"]).expect("a patch").clone();
    let value = parse_value(&scalar).documents[0].root.items_at(&[])[0].find(&["value"]).expect("a value").clone();
    let mended = operations.mended(vec![Change::Replace { node: value, text: "true".to_owned() }]);
    assert_eq!(mended.as_deref(), Some("patch: '[{op: replace, path: /a, value: true}]'\n"));
    // Folded: the text in the file is not the text that was parsed.
    let folded = File::new("f.yaml", "patch: \"a:\\n  b: false\"\n");
    let scalar = folded.parsed.documents[0].root.find(&["patch"]).expect("a patch").clone();
    let inner = parse_value(&scalar).documents.remove(0).root;
    assert_eq!(folded.mended(vec![set(&inner, "a b", "true")]), None);
    assert_eq!(folded.mended(vec![set(&inner, "a c", "true")]), None);
}

#[test]
fn removals() {
    let without = |text: &str, path: &[&str], key: &str| {
        let file = File::new("f.yaml", text);
        let mapping = file.parsed.documents[0].root.find(path).expect("a map").clone();
        file.mended(vec![Change::Remove { mapping, key: key.to_owned() }])
    };
    assert_eq!(without("a:\n  # about b\n  b: 1 # one\n  c: 2\n", &["a"], "b").as_deref(), Some("a:\n  # about b\n  c: 2\n"));
    assert_eq!(without("a:\n  b: 1\n  c:\n    d: 2\nz: 1\n", &["a"], "c").as_deref(), Some("a:\n  b: 1\nz: 1\n"));
    assert_eq!(without("a:\n  b: 1\n  c: 2", &["a"], "c").as_deref(), Some("a:\n  b: 1"));
    assert_eq!(without("a:\n  b: 1 # c\nz: 1\n", &["a"], "b").as_deref(), Some("a: {} # c\nz: 1\n"));
    assert_eq!(without("a: # c\n  b: 1\nz: 1\n", &["a"], "b").as_deref(), Some("a: {} # c\nz: 1\n"));
    assert_eq!(without("a: {b: 1, c: 2}\n", &["a"], "b").as_deref(), Some("a: {c: 2}\n"));
    assert_eq!(without("a: {b: 1, c: 2}\n", &["a"], "c").as_deref(), Some("a: {b: 1}\n"));
    assert_eq!(without("a: { b: 1 }\n", &["a"], "b").as_deref(), Some("a: {}\n"));
    assert_eq!(
        without("{\n  \"a\": {\n    \"b\": 1,\n    \"c\": 2\n  }\n}\n", &["a"], "c").as_deref(),
        Some("{\n  \"a\": {\n    \"b\": 1\n  }\n}\n")
    );
    let item = |text: &str, number: usize| {
        let file = File::new("f.yaml", text);
        let item = file.parsed.documents[0].root.items_at(&["l"])[number].clone();
        file.mended(vec![Change::RemoveItem { item }])
    };
    assert_eq!(item("l:\n- a: 1\n  b: 2\n- c: 3\n", 0).as_deref(), Some("l:\n- c: 3\n"));
    assert_eq!(item("l:\n  - x\n  - y # why\nz: 1\n", 1).as_deref(), Some("l:\n  - x\nz: 1\n"));
    assert_eq!(item("l:\n  - x\nz: 1\n", 0).as_deref(), Some("l: []\nz: 1\n"));
    assert_eq!(item("l: [x, y]\n", 0).as_deref(), Some("l: [y]\n"));
    let file = File::new("f.yaml", "l:\n- a: 1\n  b: 2\n");
    let mapping = file.parsed.documents[0].root.items_at(&["l"])[0].clone();
    assert_eq!(file.mended(vec![Change::Remove { mapping, key: "a".to_owned() }]).as_deref(), Some("l:\n- b: 2\n"));
}

#[test]
fn items() {
    let append = |text: &str, value: &str| {
        let file = File::new("f.yaml", text);
        file.mended(vec![Change::Append { root: file.parsed.documents[0].root.clone(), path: keys("a l"), value: value.to_owned() }])
    };
    assert_eq!(
        append("a:\n  l:\n  - x\nz: 1\n", "{name: y, state: Enabled}").as_deref(),
        Some("a:\n  l:\n  - x\n  - name: y\n    state: Enabled\nz: 1\n")
    );
    assert_eq!(append("a:\n  l: [x] # c\n", "y").as_deref(), Some("a:\n  l: [x, y] # c\n"));
    assert_eq!(append("a:\n  l: []\n", "{name: y}").as_deref(), Some("a:\n  l:\n    - name: y\n"));
    assert_eq!(append("a:\n  x: 1\n", "{name: y}").as_deref(), Some("a:\n  x: 1\n  l:\n    - name: y\n"));
    let patch = r#"{patch: "a:\n  b: 1\n\nc: 2", target: {kind: x}}"#;
    let expected = "a:\r\n    l:\r\n      - x\r\n      - patch: |-\r\n            a:\r\n              b: 1\r\n\r\n            c: 2\r\n        target:\r\n            kind: x\r\n";
    assert_eq!(append("a:\r\n    l:\r\n      - x\r\n", patch).as_deref(), Some(expected));
    assert_eq!(append("a:\n", "y").as_deref(), Some("a:\n  l: [y]\n"));
}

#[test]
fn several_changes_are_one() {
    let file = File::new("f.yaml", "spec:\n  gates:\n    import: false\n  z: 1\n");
    let root = &file.parsed.documents[0].root;
    let gates = root.find(&["spec", "gates"]).expect("gates").clone();
    let changes = vec![set(root, "spec import", "false"), Change::Remove { mapping: gates, key: "import".to_owned() }];
    assert_eq!(file.mended(changes).as_deref(), Some("spec:\n  gates: {}\n  z: 1\n  import: false\n"));
    let entry = root.entry_at(&["spec", "z"]).expect("an entry").clone();
    assert_eq!(file.mended(vec![Change::Rename { entry, key: "w".to_owned() }]).as_deref(), Some("spec:\n  gates:\n    import: false\n  w: 1\n"));
    let spec = root.find(&["spec"]).expect("a map").clone();
    let moved = vec![Change::Remove { mapping: spec, key: "z".to_owned() }, set(root, "spec w", "1")];
    assert_eq!(file.mended(moved).as_deref(), Some("spec:\n  gates:\n    import: false\n  w: 1\n"));
    // All or none.
    assert_eq!(file.mended(vec![set(root, "spec z", "2"), set(root, "spec z deep", "2")]), None);
}

#[test]
fn comments() {
    let file = File::new("f.yaml", "a: 1 # one\n# two\nb: 2\n");
    let comments = &file.parsed.documents[0].comments;
    let change = |number: usize, text: Option<&str>| vec![Change::Comment { span: comments[number].span, text: text.map(str::to_owned) }];
    assert_eq!(file.mended(change(0, None)).as_deref(), Some("a: 1\n# two\nb: 2\n"));
    assert_eq!(file.mended(change(1, None)).as_deref(), Some("a: 1 # one\nb: 2\n"));
    assert_eq!(file.mended(change(1, Some("# three"))).as_deref(), Some("a: 1 # one\n# three\nb: 2\n"));
    assert_eq!(file.mended(change(1, Some("c: 3"))), None);
}
