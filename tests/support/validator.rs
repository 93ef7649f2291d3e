//! A validator for the part of JSON Schema that `schemas/` uses. It refuses keywords it does not know, so that no constraint is
//! overlooked, and keys that a schema does not name, so that nothing is written without being published.

use serde_json::Value;

/// Keywords that say nothing about validity.
const PROSE: &[&str] = &["$schema", "$defs", "title", "description"];

/// What is wrong with `value`, each with the path to it. `roots` are the schemas that a `$ref` may name, with their file names; the
/// first is the one to validate against.
pub(crate) fn problems(roots: &[(&str, &Value)], value: &Value) -> Vec<String> {
    let (name, schema) = roots.first().expect("a schema");
    let mut out = Vec::new();
    check(roots, name, schema, value, "$", &mut out);
    out
}

fn check(roots: &[(&str, &Value)], here: &str, schema: &Value, value: &Value, at: &str, out: &mut Vec<String>) {
    let schema = schema.as_object().expect("a schema is an object");
    let named = schema.contains_key("properties");
    let fits = |schema: &Value| {
        let mut inner = Vec::new();
        check(roots, here, schema, value, at, &mut inner);
        inner.is_empty()
    };
    for (keyword, rule) in schema {
        match keyword.as_str() {
            k if PROSE.contains(&k) => {}
            "$ref" => {
                let (file, pointer) = rule.as_str().and_then(|r| r.split_once('#')).expect("a reference with a #");
                let file = if file.is_empty() { here } else { file };
                let root = roots.iter().find(|(name, _)| *name == file).unwrap_or_else(|| panic!("no schema {file}")).1;
                let target = root.pointer(pointer).unwrap_or_else(|| panic!("{file} has no {pointer}"));
                check(roots, file, target, value, at, out);
            }
            "type" => {
                let types: Vec<&str> = rule
                    .as_array()
                    .map_or_else(|| vec![rule.as_str().expect("a schema is well-formed")], |a| a.iter().filter_map(Value::as_str).collect());
                let number = value.is_number() && types.contains(&"number");
                if !number && !types.contains(&kind(value)) {
                    out.push(format!("{at}: {} is not {}", kind(value), types.join(" or ")));
                }
            }
            "const" if rule != value => out.push(format!("{at}: {value} is not {rule}")),
            "enum" if !rule.as_array().expect("a schema is well-formed").contains(value) => out.push(format!("{at}: {value} is none of {rule}")),
            "const" | "enum" => {}
            "minimum" => {
                if value.as_u64().is_none_or(|v| v < rule.as_u64().expect("a schema is well-formed")) {
                    out.push(format!("{at}: {value} is below {rule}"));
                }
            }
            "pattern" => {
                let pattern = regex::Regex::new(rule.as_str().expect("a schema is well-formed")).expect("a schema is well-formed");
                if value.as_str().is_some_and(|v| !pattern.is_match(v)) {
                    out.push(format!("{at}: {value} does not match {rule}"));
                }
            }
            "minLength" => {
                if value.as_str().is_some_and(|v| (v.chars().count() as u64) < rule.as_u64().expect("a schema is well-formed")) {
                    out.push(format!("{at}: {value} is too short"));
                }
            }
            "minItems" => {
                if value.as_array().is_some_and(|v| (v.len() as u64) < rule.as_u64().expect("a schema is well-formed")) {
                    out.push(format!("{at}: {value} has too few items"));
                }
            }
            "required" => {
                for key in rule.as_array().expect("a schema is well-formed").iter().filter_map(Value::as_str) {
                    if value.as_object().is_some_and(|v| !v.contains_key(key)) {
                        out.push(format!("{at}: {key} is missing"));
                    }
                }
            }
            "properties" => {
                for (key, inner) in value.as_object().into_iter().flatten() {
                    match rule.get(key) {
                        Some(schema) => check(roots, here, schema, inner, &format!("{at}.{key}"), out),
                        None => out.push(format!("{at}: the schema does not name {key}")),
                    }
                }
            }
            "items" => {
                for (i, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(roots, here, rule, item, &format!("{at}[{i}]"), out);
                }
            }
            // Keys that the schema does not name are refused in any case.
            "additionalProperties" => assert_eq!(rule, false, "the validator does not know other values"),
            "oneOf" => {
                let n = rule.as_array().expect("a schema is well-formed").iter().filter(|schema| fits(schema)).count();
                if n != 1 {
                    out.push(format!("{at}: {n} alternatives fit, not one"));
                }
            }
            "anyOf" => {
                if !rule.as_array().expect("a schema is well-formed").iter().any(fits) {
                    out.push(format!("{at}: no alternative fits"));
                }
            }
            "not" => {
                if fits(rule) {
                    out.push(format!("{at}: what must not be is there"));
                }
            }
            other => panic!("the validator does not know {other}"),
        }
    }
    // What only names keys is about a part of what another schema describes.
    let elsewhere =
        ["$ref", "oneOf", "anyOf"].iter().any(|k| schema.contains_key(*k)) || schema.keys().all(|k| ["type", "required"].contains(&k.as_str()));
    if value.is_object() && !named && !elsewhere {
        out.push(format!("{at}: an object nobody describes"));
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(n) if n.is_u64() || n.is_i64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
