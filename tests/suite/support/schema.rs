//! As much of JSON Schema as the description of the API uses: whether a value fits, and a value that does.

use serde_json::{Value, json};

/// What does not fit, with its place; nothing when all of it does.
pub fn misfits(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    look(document, schema, value, "$", &mut found);
    found
}

/// The schema that a reference names.
pub fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema["$ref"].as_str() {
        Some(name) => {
            let found = document.pointer(name.trim_start_matches('#'));
            resolved(document, found.unwrap_or_else(|| panic!("{name} leads nowhere")))
        }
        None => schema,
    }
}

fn look(document: &Value, schema: &Value, value: &Value, place: &str, found: &mut Vec<String>) {
    let schema = resolved(document, schema);
    for all in schema["allOf"].as_array().into_iter().flatten() {
        look(document, all, value, place, found);
    }
    for choice in ["anyOf", "oneOf"] {
        if let Some(choices) = schema[choice].as_array()
            && !choices.iter().any(|one| misfits(document, one, value).is_empty())
        {
            found.push(format!("{place} fits none of {choice}: {value}"));
        }
    }
    let kinds = kinds_of(schema);
    if !kinds.is_empty() && !kinds.iter().any(|kind| is_a(kind, value)) {
        found.push(format!("{place} is no {kinds:?}: {value}"));
        return;
    }
    if let Some(known) = schema["enum"].as_array()
        && !known.contains(value)
    {
        found.push(format!("{place} is none of {known:?}: {value}"));
    }
    if schema.get("const").is_some_and(|only| only != value) {
        found.push(format!("{place} is not {}: {value}", schema["const"]));
    }
    match value {
        Value::Object(fields) => {
            for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                if !fields.contains_key(name) {
                    found.push(format!("{place}.{name} is missing"));
                }
            }
            for (name, field) in fields {
                match schema["properties"].get(name) {
                    Some(inner) => look(document, inner, field, &format!("{place}.{name}"), found),
                    None if schema["additionalProperties"] == json!(false) => {
                        found.push(format!("{place}.{name} is not described"));
                    }
                    None => {}
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                look(document, &schema["items"], item, &format!("{place}[{index}]"), found);
            }
        }
        Value::Number(number) => {
            let number = number.as_f64().unwrap_or_default();
            let (least, most) = (schema["minimum"].as_f64(), schema["maximum"].as_f64());
            if least.is_some_and(|least| number < least) || most.is_some_and(|most| number > most) {
                found.push(format!("{place} is out of range: {number}"));
            }
        }
        _ => {}
    }
}

fn kinds_of(schema: &Value) -> Vec<&str> {
    match &schema["type"] {
        Value::String(kind) => vec![kind],
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

fn is_a(kind: &str, value: &Value) -> bool {
    match kind {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        _ => value.is_object(),
    }
}

/// A value that fits, as plain as can be: only what is required, and no null where there is something else.
pub fn sample(document: &Value, schema: &Value) -> Value {
    let schema = resolved(document, schema);
    for choice in ["anyOf", "oneOf", "allOf"] {
        let choices = schema[choice].as_array().into_iter().flatten();
        if let Some(one) = choices.map(|one| resolved(document, one)).find(|one| one["type"] != "null") {
            return sample(document, one);
        }
    }
    if let Some(first) = schema["enum"].get(0) {
        return first.clone();
    }
    match kinds_of(schema).first().copied().unwrap_or("string") {
        "boolean" => json!(true),
        "integer" | "number" => {
            schema["minimum"].as_i64().filter(|least| *least > 0).map_or(json!(1), |least| json!(least))
        }
        "array" => json!([sample(document, &schema["items"])]),
        "object" => {
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            required.map(|name| (name.to_owned(), sample(document, &schema["properties"][name]))).collect()
        }
        _ if schema["format"] == "date-time" => json!("2030-01-31T12:00:00Z"),
        _ => json!("tea"),
    }
}

#[test]
fn what_does_not_fit_is_found() {
    let document = json!({ "components": { "Name": { "type": "string" } } });
    let schema = json!({ "type": "object", "required": ["a"], "additionalProperties": false, "properties": {
        "a": { "type": "integer", "minimum": 1 }, "b": { "anyOf": [{ "type": "null" }, { "$ref": "#/components/Name" }] },
        "c": { "type": ["array", "null"], "items": { "enum": ["x"] } },
    } });
    for good in [json!({"a": 1}), json!({"a": 2, "b": null, "c": null}), json!({"a": 1, "b": "n", "c": ["x"]})] {
        assert_eq!(misfits(&document, &schema, &good), Vec::<String>::new());
    }
    for bad in
        [json!([]), json!({}), json!({"a": 0}), json!({"a": "1"}), json!({"a": 1, "b": 2}), json!({"a": 1, "d": 1})]
    {
        assert_eq!(misfits(&document, &schema, &bad).len(), 1, "{bad}");
    }
    assert_eq!(misfits(&document, &schema, &json!({"a": 1, "c": ["x", "y"]})).len(), 1);
    assert_eq!(sample(&document, &schema), json!({"a": 1}));
}
