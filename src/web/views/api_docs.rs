//! The context of `pages/api_docs.html`: the description of the API, shaped for people. Everything on it is read from the
//! document that programs get; its texts are English in every language.

use serde::Serialize;
use serde_json::{Map, Value};

use super::PageView;

const SCHEMAS: &str = "#/components/schemas/";
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// The page.
#[derive(Debug, Serialize)]
pub struct ApiDocsPage {
    /// What every page needs.
    pub page: PageView,
    about: String,
    groups: Vec<GroupView>,
    refusals: Vec<AnswerView>,
    shapes: Vec<ShapeView>,
}

/// Endpoints about one thing.
#[derive(Debug, Serialize)]
struct GroupView {
    name: String,
    operations: Vec<OperationView>,
}

#[derive(Debug, Serialize)]
struct OperationView {
    id: String,
    method: String,
    path: String,
    summary: String,
    about: String,
    /// It takes no login.
    open: bool,
    parameters: Vec<FieldView>,
    body: Vec<FieldView>,
    answers: Vec<AnswerView>,
    /// The statuses of what is refused; they mean the same everywhere.
    refusals: Vec<String>,
}

#[derive(Debug, Serialize)]
struct FieldView {
    name: String,
    /// `path`, `query` or `header`; nothing in a body.
    place: String,
    kind: Vec<Piece>,
    required: bool,
    about: String,
}

#[derive(Debug, Serialize)]
struct AnswerView {
    status: String,
    about: String,
    kind: Vec<Piece>,
}

/// A shape that has a name.
#[derive(Debug, Serialize)]
struct ShapeView {
    name: String,
    about: String,
    kind: Vec<Piece>,
    fields: Vec<FieldView>,
}

/// A part of the description of a type: words, or the name of a shape.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Piece {
    text: String,
    is_shape: bool,
}

impl ApiDocsPage {
    /// The page of this document.
    #[must_use]
    pub fn new(page: PageView, document: &Value) -> Self {
        let mut groups: Vec<GroupView> = Vec::new();
        for (path, item) in entries(&document["paths"]) {
            for method in METHODS.iter().filter(|method| item.get(method).is_some()) {
                let operation = &item[method];
                let name = text(&operation["tags"][0]);
                let shown = operation_view(document, method, path, item, operation);
                match groups.iter_mut().find(|group| group.name == name) {
                    Some(group) => group.operations.push(shown),
                    None => groups.push(GroupView { name, operations: vec![shown] }),
                }
            }
        }
        let components = &document["components"];
        let refusals = entries(&components["responses"]).map(|(status, answer)| answer_view(status, answer)).collect();
        let shapes = entries(&components["schemas"]).map(|(name, schema)| shape_view(document, name, schema)).collect();
        Self { page, about: text(&document["info"]["description"]), groups, refusals, shapes }
    }
}

fn operation_view(document: &Value, method: &str, path: &str, item: &Value, operation: &Value) -> OperationView {
    let parameters = [&item["parameters"], &operation["parameters"]];
    let parameters = parameters.into_iter().flat_map(|list| list.as_array().into_iter().flatten());
    let answers = entries(&operation["responses"]);
    let (refusals, answers): (Vec<_>, Vec<_>) = answers.partition(|(_, answer)| answer.get("$ref").is_some());
    OperationView {
        id: text(&operation["operationId"]),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(&operation["summary"]),
        about: text(&operation["description"]),
        open: operation.get("security").is_some(),
        parameters: parameters.map(parameter_view).collect(),
        body: json_of(&operation["requestBody"]).map_or_else(Vec::new, |schema| fields(document, schema)),
        answers: answers.into_iter().map(|(status, answer)| answer_view(status, answer)).collect(),
        refusals: refusals.into_iter().map(|(status, _)| status.clone()).collect(),
    }
}

fn parameter_view(parameter: &Value) -> FieldView {
    let schema = &parameter["schema"];
    let about =
        [text(&parameter["description"]), text(&schema["description"])].into_iter().find(|text| !text.is_empty());
    FieldView {
        name: text(&parameter["name"]),
        place: text(&parameter["in"]),
        kind: kind(schema),
        required: parameter["required"] == true,
        about: about.unwrap_or_default(),
    }
}

fn answer_view(status: &str, answer: &Value) -> AnswerView {
    let kind = json_of(answer).map_or_else(Vec::new, kind);
    AnswerView { status: status.to_owned(), about: text(&answer["description"]), kind }
}

fn shape_view(document: &Value, name: &str, schema: &Value) -> ShapeView {
    let fields = fields(document, schema);
    let kind = if fields.is_empty() { kind(schema) } else { Vec::new() };
    ShapeView { name: name.to_owned(), about: text(&schema["description"]), kind, fields }
}

/// The fields of an object, those of a shape that it names or that it is made of among them.
fn fields(document: &Value, schema: &Value) -> Vec<FieldView> {
    if let Some(name) = schema["$ref"].as_str() {
        return document.pointer(name.trim_start_matches('#')).map_or_else(Vec::new, |schema| fields(document, schema));
    }
    let mut all: Vec<FieldView> = list(&schema["allOf"]).flat_map(|part| fields(document, part)).collect();
    let required: Vec<&str> = list(&schema["required"]).filter_map(Value::as_str).collect();
    all.extend(entries(&schema["properties"]).map(|(name, field)| FieldView {
        name: name.clone(),
        place: String::new(),
        kind: kind(field),
        required: required.contains(&name.as_str()),
        about: text(&field["description"]),
    }));
    all
}

/// A type in words.
fn kind(schema: &Value) -> Vec<Piece> {
    let words = |text: &str| Piece { text: text.to_owned(), is_shape: false };
    if let Some(name) = schema["$ref"].as_str() {
        return vec![Piece { text: name.trim_start_matches(SCHEMAS).to_owned(), is_shape: true }];
    }
    for choice in ["anyOf", "oneOf"] {
        let kinds: Vec<_> = list(&schema[choice]).map(kind).collect();
        if !kinds.is_empty() {
            return joined(kinds, " or ");
        }
    }
    // Of a refusal the first part says what it is.
    if let Some(first) = list(&schema["allOf"]).next() {
        return kind(first);
    }
    let values: Vec<String> = list(&schema["enum"]).map(text).collect();
    if !values.is_empty() {
        return vec![words(&values.join(" | "))];
    }
    let types: Vec<String> = match &schema["type"] {
        Value::Array(types) => types.iter().map(text).collect(),
        one => vec![text(one)],
    };
    let mut pieces = vec![words(&types.join(" or "))];
    if types.iter().any(|kind| kind == "array") {
        pieces = vec![words("list of ")];
        pieces.extend(kind(&schema["items"]));
        if types.iter().any(|kind| kind == "null") {
            pieces.push(words(" or null"));
        }
    }
    pieces.extend(bounds(schema).map(|bounds| words(&bounds)));
    pieces
}

/// What a value is bounded by. Patterns are for programs, and are in the document.
fn bounds(schema: &Value) -> Option<String> {
    let number = |name: &str| schema.get(name).filter(|value| value.is_number()).map(Value::to_string);
    // Two to the 53 and the like say nothing to people.
    let short = |name: &str| number(name).filter(|digits| digits.len() < 12);
    let mut said = Vec::new();
    match (short("minimum"), short("maximum")) {
        (Some(least), Some(most)) => said.push(format!("{least} to {most}")),
        (Some(least), None) if least != "0" => said.push(format!("from {least}")),
        (None, Some(most)) => said.push(format!("up to {most}")),
        _ => {}
    }
    said.extend(number("maxLength").map(|most| format!("at most {most} characters")));
    said.extend(number("maxItems").map(|most| format!("at most {most}")));
    said.extend(schema["format"].as_str().filter(|format| !format.starts_with("int")).map(str::to_owned));
    (!said.is_empty()).then(|| format!(", {}", said.join(", ")))
}

fn joined(kinds: Vec<Vec<Piece>>, between: &str) -> Vec<Piece> {
    let mut all = Vec::new();
    for kind in kinds {
        if !all.is_empty() {
            all.push(Piece { text: between.to_owned(), is_shape: false });
        }
        all.extend(kind);
    }
    all
}

fn json_of(holder: &Value) -> Option<&Value> {
    entries(&holder["content"]).next().map(|(_, content)| &content["schema"])
}

fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn words(schema: Value) -> String {
        kind(&schema).iter().map(|piece| piece.text.as_str()).collect()
    }

    #[test]
    fn types_are_told_in_words() {
        for (schema, told) in [
            (json!({ "type": "string" }), "string"),
            (json!({ "type": ["string", "null"], "maxLength": 5 }), "string or null, at most 5 characters"),
            (json!({ "type": "integer", "minimum": 1, "maximum": 200 }), "integer, 1 to 200"),
            (json!({ "type": "integer", "minimum": 0, "maximum": 9_007_199_254_740_991_u64 }), "integer"),
            (json!({ "type": "array", "items": { "$ref": "#/components/schemas/Room" } }), "list of Room"),
            (json!({ "oneOf": [{ "type": "null" }, { "$ref": "#/components/schemas/Role" }] }), "null or Role"),
            (json!({ "type": "string", "enum": ["a", "b"] }), "a | b"),
            (json!({ "type": "string", "format": "date-time" }), "string, date-time"),
        ] {
            assert_eq!(words(schema), told);
        }
    }
}
