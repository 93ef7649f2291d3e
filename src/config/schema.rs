//! The table of the configuration's keys as a JSON Schema, for editors (`schemas/config.schema.json`).
//!
//! Draft 7 is what every editor's YAML support reads.

use super::keys::ROOT;
use super::shape::{Key, Map, Shape};
use serde_json::{Map as Object, Value, json};

/// The schema.
#[must_use]
pub fn schema() -> Value {
    let mut schema = map(&ROOT);
    schema.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
    schema.insert("title".to_owned(), json!("The configuration of hco-lint"));
    Value::Object(schema)
}

fn map(map: &Map) -> Object<String, Value> {
    let properties: Object<String, Value> = map.keys.iter().map(|key| (key.name.to_owned(), described(key))).collect();
    let required: Vec<&str> = map.keys.iter().filter(|k| k.required).map(|k| k.name).collect();
    // An empty map is one without any key.
    let null = required.is_empty() && map.any_of.is_empty();
    let mut schema = object(json!({ "type": if null { json!(["object", "null"]) } else { json!("object") } }));
    schema.insert("additionalProperties".to_owned(), json!(false));
    schema.insert("properties".to_owned(), Value::Object(properties));
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    if !map.any_of.is_empty() {
        schema.insert("anyOf".to_owned(), map.any_of.iter().map(|name| json!({ "required": [name] })).collect());
    }
    if let Some((one, other)) = map.not_both {
        schema.insert("not".to_owned(), json!({ "type": "object", "required": [one, other] }));
    }
    schema
}

fn described(key: &Key) -> Value {
    let mut schema = shape(&key.shape);
    let default = if key.default.is_empty() { String::new() } else { format!(" Default: {}.", key.default) };
    schema.insert("description".to_owned(), json!(format!("{}{default}", key.doc)));
    Value::Object(schema)
}

fn shape(shape: &Shape) -> Object<String, Value> {
    object(match shape {
        // What YAML takes for a number is a text all the same.
        Shape::Text => json!({ "type": ["string", "number", "boolean"], "minLength": 1 }),
        Shape::Word(form) => match (form.values, form.pattern) {
            (Some(values), _) => json!({ "enum": values() }),
            // In quotes, or `1.20` is `1.2`.
            (None, Some(pattern)) => json!({ "type": "string", "pattern": pattern }),
            (None, None) => return self::shape(&Shape::Text),
        },
        Shape::Choice(choices) => json!({ "enum": choices }),
        Shape::Rule => json!({ "enum": crate::rules::names().collect::<Vec<_>>() }),
        Shape::List { of, alone, empty } => {
            let items = Value::Object(self::shape(of));
            let list =
                if *empty { json!({ "type": ["array", "null"], "items": items }) } else { json!({ "type": "array", "items": items, "minItems": 1 }) };
            if *alone { json!({ "anyOf": [items, list] }) } else { list }
        }
        Shape::Map(inner) => Value::Object(map(inner)),
        Shape::Rules(choices) => {
            let rule = |r: &crate::rules::Rule| (r.name.to_owned(), json!({ "enum": choices, "description": r.page.title() }));
            let rules: Object<String, Value> = crate::rules::ALL.iter().map(rule).collect();
            json!({ "type": ["object", "null"], "additionalProperties": false, "properties": rules })
        }
        Shape::Either(choices, other) => json!({ "anyOf": [{ "enum": choices }, self::shape(other)] }),
    })
}

fn object(value: Value) -> Object<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Object::new(),
    }
}
