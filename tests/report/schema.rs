//! What is published about the JSON output is true of it.

use crate::support::{awkward, clean, fleet, nothing};
use crate::validator::problems;
use hco_lint::outcome::Outcome;
use hco_lint::report::{Format, Options, topology};
use serde_json::Value;

fn schema(name: &str) -> Value {
    let path = format!("{}/schemas/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"))).expect("JSON")
}

fn report(outcome: &Outcome) -> Value {
    let mut out = Vec::new();
    Format::Json.write(&mut out, outcome, &Options::default()).expect("memory can be written to");
    serde_json::from_slice(&out).expect("JSON")
}

#[test]
fn every_report_fits_the_published_schema() {
    let schema = schema("report.schema.json");
    for outcome in [fleet(), awkward(), clean(), nothing()] {
        let value = report(&outcome);
        assert_eq!(problems(&[("report.schema.json", &schema)], &value), Vec::<String>::new());
    }
}

#[test]
fn every_topology_fits_the_published_schema() {
    let (topology_schema, report_schema) = (schema("topology.schema.json"), schema("report.schema.json"));
    for outcome in [fleet(), awkward(), clean(), nothing()] {
        let mut out = Vec::new();
        topology::write_json(&mut out, &outcome).expect("memory can be written to");
        let value: Value = serde_json::from_slice(&out).expect("JSON");
        let roots = [("topology.schema.json", &topology_schema), ("report.schema.json", &report_schema)];
        assert_eq!(problems(&roots, &value), Vec::<String>::new());
        assert!(value["clusters"].as_array().expect("as tested").iter().all(|c| c["why"].is_array()), "topology says why");
    }
}

#[test]
fn the_schema_refuses_what_is_not_a_report() {
    let schema = schema("report.schema.json");
    let spoil = |pointer: &str, value: Value| {
        let mut report = report(&fleet());
        *report.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}")) = value;
        problems(&[("report.schema.json", &schema)], &report)
    };
    assert_eq!(spoil("/version", 2.into()), ["$.version: 2 is not 1"]);
    assert_eq!(spoil("/findings/0/severity", "bad".into()).len(), 1);
    assert_eq!(spoil("/findings/0/location/line", 0.into()), ["$.findings[0].location.line: 0 is below 1"]);
    assert_eq!(spoil("/findings/0/fingerprint", "xyz".into()).len(), 1);
    assert_eq!(spoil("/findings/0/object", serde_json::json!({"kind": "a", "name": "b"})), ["$.findings[0].object: item is missing"]);
    assert_eq!(spoil("/clusters/0/goldenImages/0/location", "x".into()).len(), 1);
    assert_eq!(spoil("/summary/templates", serde_json::json!({"a": 1})).len(), 2);
}

/// The keys that the interface promises, in its order; a new key may come between them.
#[test]
fn keys_keep_their_order() {
    let mut out = Vec::new();
    Format::Json.write(&mut out, &fleet(), &Options::default()).expect("memory can be written to");
    let text = String::from_utf8(out).expect("UTF-8");
    let finding = text.split("\"findings\": [").nth(1).expect("findings");
    let promised = [
        "rule",
        "severity",
        "confidence",
        "alert",
        "consequence",
        "message",
        "help",
        "clusters",
        "object",
        "location",
        "file",
        "line",
        "column",
        "offset",
        "endLine",
        "endColumn",
        "related",
        "fingerprint",
        "fixes",
    ];
    let places: Vec<usize> = promised.iter().map(|key| finding.find(&format!("\"{key}\":")).unwrap_or_else(|| panic!("no {key}"))).collect();
    assert!(places.is_sorted(), "{places:?}");
}
