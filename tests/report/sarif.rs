//! What SARIF 2.1.0 and code scanning demand beyond what a snapshot shows.

use crate::options;
use crate::support::{awkward, clean, fleet, nothing};
use hco_lint::outcome::Outcome;
use hco_lint::report::{Format, Options};
use serde_json::Value;

fn log(outcome: &Outcome, options: &Options) -> Value {
    let mut out = Vec::new();
    Format::Sarif.write(&mut out, outcome, options).expect("memory can be written to");
    serde_json::from_slice(&out).expect("JSON")
}

fn array<'a>(value: &'a Value, pointer: &str) -> &'a Vec<Value> {
    value.pointer(pointer).and_then(Value::as_array).unwrap_or_else(|| panic!("{pointer} is no array"))
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer} is no string"))
}

/// Every `physicalLocation` below a value.
fn places<'a>(value: &'a Value, out: &mut Vec<&'a Value>) {
    match value {
        Value::Object(map) => {
            out.extend(map.get("physicalLocation"));
            map.values().for_each(|v| places(v, out));
        }
        Value::Array(items) => items.iter().for_each(|v| places(v, out)),
        _ => {}
    }
}

#[test]
fn the_log_has_what_the_standard_requires() {
    for outcome in [fleet(), awkward(), clean(), nothing()] {
        let log = log(&outcome, &options());
        assert_eq!(text(&log, "/version"), "2.1.0");
        let run = log.pointer("/runs/0").expect("a run");
        assert_eq!(text(run, "/columnKind"), "unicodeCodePoints");
        assert_eq!(text(run, "/tool/driver/name"), "hco-lint");
        let rules = array(run, "/tool/driver/rules");
        let results = array(run, "/results");
        assert_eq!(results.len(), outcome.findings.len(), "an empty array when there is none");
        for result in results {
            let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
            assert_eq!(rules[index]["id"], result["ruleId"]);
            assert!(["error", "warning", "note"].contains(&text(result, "/level")));
            assert!(!text(result, "/message/text").is_empty());
            assert_eq!(array(result, "/locations").len(), 1);
            assert!(!text(result, "/partialFingerprints/hcoLint~1v1").is_empty());
            assert!(result.get("suppressions").is_none(), "code scanning opens alerts for them");
            for (i, related) in array(result, "/relatedLocations").iter().enumerate() {
                assert_eq!(related["id"], i + 1);
                assert!(text(result, "/message/text").contains(&format!("]({})", i + 1)), "the message links to it");
            }
        }
        for rule in rules {
            for key in ["/id", "/shortDescription/text", "/fullDescription/text", "/help/text"] {
                assert!(!text(rule, key).is_empty());
            }
        }
        for fix in results.iter().flat_map(|r| array(r, "/fixes")) {
            for change in array(fix, "/artifactChanges") {
                assert!(!array(change, "/replacements").is_empty());
            }
        }
    }
}

#[test]
fn places_are_relative_uris_and_positions_from_one() {
    for outcome in [fleet(), awkward()] {
        let log = log(&outcome, &options());
        let mut found = Vec::new();
        places(&log, &mut found);
        assert!(found.len() > 3);
        for place in found {
            let uri = text(place, "/artifactLocation/uri");
            assert_eq!(text(place, "/artifactLocation/uriBaseId"), "%SRCROOT%");
            assert!(uri.starts_with(&outcome.shown.from_root("")) && !uri.starts_with(['/', '.']), "{uri}");
            assert!(uri.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~/%".contains(&b)), "{uri}");
            let Some(region) = place.get("region") else { continue };
            let number = |key: &str| region[key].as_u64().expect("a number");
            assert!(number("startLine") >= 1 && number("startColumn") >= 1);
            assert!((number("endLine"), number("endColumn")) >= (number("startLine"), number("startColumn")));
        }
    }
}

#[test]
fn columns_count_code_points() {
    let log = log(&awkward(), &options());
    // A tab, `name: `, then `"é🚀🚀"`: five code points, seven UTF-16 units, twelve bytes.
    let region = log.pointer("/runs/0/results/0/locations/0/physicalLocation/region").expect("a region");
    assert_eq!((&region["startColumn"], &region["endColumn"]), (&8.into(), &13.into()));
}

#[test]
fn what_was_not_seen_is_a_notification() {
    let incomplete = log(&fleet(), &options());
    assert_eq!(incomplete.pointer("/runs/0/invocations/0/executionSuccessful"), Some(&false.into()));
    let ids: Vec<&str> = array(&incomplete, "/runs/0/invocations/0/toolExecutionNotifications").iter().map(|n| text(n, "/descriptor/id")).collect();
    assert_eq!(ids, ["unreadable", "template", "unresolved"]);
    let seen = log(&clean(), &options());
    assert_eq!(seen.pointer("/runs/0/invocations/0/executionSuccessful"), Some(&true.into()));
    let nothing = log(&nothing(), &options());
    assert_eq!(text(&nothing, "/runs/0/invocations/0/toolExecutionNotifications/0/descriptor/id"), "nothing-checked");
}

#[test]
fn suppressed_results_are_listed_when_asked_for() {
    let log = log(&fleet(), &Options { suppressed: true, ..options() });
    let results = array(&log, "/runs/0/results");
    assert_eq!(results.len(), 5);
    assert!(results[..4].iter().all(|r| r["suppressions"] == serde_json::json!([])), "all results have the key or none");
    assert_eq!(text(&results[4], "/suppressions/0/kind"), "inSource");
    assert_eq!(text(&results[4], "/suppressions/0/justification"), "Fedora is not used in dr");
}
