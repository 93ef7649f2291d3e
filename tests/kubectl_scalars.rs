//! Our reading against kubectl's own: `kubectl patch --local` with an empty patch prints what it read, without a cluster.

use hco_lint::source::FileId;
use hco_lint::yaml::{Dialect, ProblemKind, parse};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

const HEAD: &str = "apiVersion: example.org/v1\nkind: Sample\nmetadata: {name: sample}\n";

/// Scalars as they stand behind a `- `.
#[rustfmt::skip]
const SCALARS: &[&str] = &[
    "", "~", "null", "Null", "NULL", "nULL", "true", "True", "TRUE", "tRue", "false", "False", "FALSE", "yes", "Yes", "YES", "yEs", "no", "No",
    "NO", "on", "On", "ON", "off", "Off", "OFF", "y", "Y", "n", "N", "0", "-0", "+0", "1", "+1", "-1", "--1", "+-1", "0755", "-0755", "0o755",
    "0O755", "-0o755", "0o8", "0x1F", "0X1f", "-0x1F", "+0x1F", "0x", "0xG", "0x_1", "0b101", "0B101", "-0b101", "0b102", "0b", "1_000", "1__0",
    "_1", "1_", "0_7", "-_1", "08", "-08", "09.5", "08e1", "1e3", "1E3", "1e+3", "1e-3", "1e", "e1", "1.0", "1.", ".5", "-.5", "+.5", "._5", "1._5",
    "0.0", "-0.0", "1.5", "1.5.1", ".", "..", "-", "+", ".e3", "1e400", "-1e400", "1e-400", "1e19", "1e18", "1.5e18", "9223372036854775807",
    "9223372036854775808", "18446744073709551615", "18446744073709551616", "-9223372036854775808", "-9223372036854775809", "0xFFFFFFFFFFFFFFFF",
    "0x8000000000000000", "-0x8000000000000000", "01777777777777777777777", "123456789012345678901234567890", "inf", "NaN", "-inf", "Infinity",
    "nan", "12:30", "1:2:3", "2001-12-14", "2001-12-14T21:59:43Z", "2001-12-14 21:59:43.10 -5", "10Gi", "100m", "1.2.3", "v1", "<<", "=", "é", "0é",
    "1,000", "1 000", "0.1e1", "1e1.5", "0x1p3", "1f", "0e0", "00", "000", "-", "?x", ":x", "-x", "\"1\"", "'1'", "\"yes\"", "\"\"", "''",
    "\"\\u00e9\\x41\\n\"", "'it''s'", "!!str 1", "!!str yes", "!!str", "!!int \"3\"", "!!int \"0x1F\"", "!!int 3", "!!bool \"yes\"",
    "!!bool \"true\"", "!!bool yes", "!!null \"\"", "!!null ~", "!!float 1", "!!float 1.5", "!!float \"1e3\"", "! 1", "! yes", "!custom 1",
    "!custom yes", "!!custom 1",
];

/// Whether there is a kubectl; says so when not.
fn available() -> bool {
    let found = Command::new("kubectl").args(["version", "--client"]).output().is_ok_and(|o| o.status.success());
    if !found {
        println!("skipped: no kubectl on the PATH");
    }
    found
}

/// What kubectl reads in a text, or why it does not.
fn kubectl(dir: &Path, name: &str, text: &str) -> Result<Value, String> {
    let path = dir.join(name);
    std::fs::write(&path, text).expect("a temporary file");
    let output =
        Command::new("kubectl").args(["patch", "--local", "--type=merge", "-p", "{}", "-o", "json", "-f"]).arg(&path).output().expect("kubectl runs");
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    serde_json::from_slice(&output.stdout).map_err(|e| e.to_string())
}

/// What we read in a text of one document, or why Kubernetes would not.
fn ours(text: &str) -> Result<Value, String> {
    let parsed = parse(FileId(0), text);
    match parsed.problems.iter().find(|p| p.kind != ProblemKind::DuplicateKey) {
        Some(problem) => Err(problem.message.clone()),
        None => Ok(parsed.documents.first().map_or(Value::Null, |d| d.root.to_json(Dialect::Kubernetes))),
    }
}

/// Equal, numbers by value: kubectl prints an integral float without a fraction.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || (a.as_i64().is_none() || b.as_i64().is_none()) && a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => a.len() == b.len() && a.iter().all(|(k, v)| b.get(k).is_some_and(|w| same(v, w))),
        _ => a == b,
    }
}

fn temporary(name: &str) -> PathBuf {
    let dir = std::env::temp_dir().join(format!("hco-lint-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&dir).expect("a temporary directory");
    dir
}

#[test]
fn scalars_are_typed_alike() {
    if !available() {
        return;
    }
    let dir = temporary("scalars");
    let values: String = SCALARS.iter().map(|s| format!("- {s}\n")).collect();
    let keys: String = ["yes", "0755", "1.5", "\"x\"", "off", "1e3", "+1", "2001-12-14"].iter().map(|k| format!("  {k}: 1\n")).collect();
    let text = format!("{HEAD}keys:\n{keys}values:\n{values}");
    let theirs = kubectl(&dir, "scalars.yaml", &text).expect("kubectl reads the scalars");
    let ours = ours(&text).expect("we read the scalars");
    std::fs::remove_dir_all(&dir).expect("removal");
    let list = |v: &Value| v["values"].as_array().cloned().expect("a list");
    let differ = |((s, a), b): ((&&str, Value), Value)| (!same(&a, &b)).then(|| format!("{s}: {a}, kubectl has {b}"));
    let differences: Vec<_> = SCALARS.iter().zip(list(&ours)).zip(list(&theirs)).filter_map(differ).collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(same(&ours, &theirs), "{ours}\n{theirs}");
}

#[test]
fn what_json_cannot_say_is_refused() {
    if !available() {
        return;
    }
    let dir = temporary("refused");
    for scalar in [".inf", "-.inf", ".nan", "!!int x", "!!bool maybe"] {
        assert!(kubectl(&dir, "refused.yaml", &format!("{HEAD}value: {scalar}\n")).is_err(), "{scalar}");
    }
    std::fs::remove_dir_all(&dir).expect("removal");
}

/// Each document of the fixtures as the value of a key.
#[test]
fn fixtures_read_alike() {
    if !available() {
        return;
    }
    let dir = temporary("fixtures");
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/yaml");
    let (mut agree, mut failures) = (0, Vec::new());
    for entry in std::fs::read_dir(fixtures).expect("the fixtures") {
        let path = entry.expect("a fixture").path();
        // kubectl refuses a template; we keep what is literal in it.
        if path.ends_with("template.yaml") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("UTF-8");
        for document in parse(FileId(0), &text).documents {
            let root = &text[document.root.span().range()];
            // A lone CR is a line break to YAML and not to the one who indents.
            if document.root.as_scalar().is_some() || root.replace("\r\n", "").contains('\r') {
                continue;
            }
            let from = text[..document.root.span().start as usize].rfind('\n').map_or(0, |i| i + 1);
            let body = text[from..document.span.end as usize].trim_start_matches('\u{feff}');
            let wrapped = format!("{HEAD}spec:\n  {}\n", body.replace('\n', "\n  "));
            match (ours(&wrapped), kubectl(&dir, "fixture.yaml", &wrapped)) {
                (Ok(ours), Ok(theirs)) if same(&ours, &theirs) => agree += 1,
                (Err(_), Err(_)) => {}
                (ours, theirs) => failures.push(format!("{}: {ours:?}\nkubectl: {theirs:?}", path.display())),
            }
        }
    }
    std::fs::remove_dir_all(&dir).expect("removal");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(agree >= 15, "only {agree} documents agree");
}
