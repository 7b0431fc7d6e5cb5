//! What `parlor admin` prints.

use serde_json::Value;

/// A line for each.
#[expect(clippy::print_stdout, reason = "the output of this command")]
pub fn show(lines: &[Value], as_json: bool) {
    for line in lines {
        if as_json {
            println!("{line}");
        } else {
            println!("{}", readable(line));
        }
    }
}

/// `name=ann role=owner`: what is `null`, false or empty is left out.
fn readable(line: &Value) -> String {
    let fields = line.as_object().into_iter().flatten();
    let shown = fields.filter_map(|(name, value)| match value {
        Value::Null | Value::Bool(false) => None,
        Value::String(text) if text.is_empty() => None,
        Value::String(text) if !text.contains([' ', '"', '=']) => Some(format!("{name}={text}")),
        Value::Bool(true) => Some(name.clone()),
        other => Some(format!("{name}={other}")),
    });
    shown.collect::<Vec<_>>().join("  ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_line_shows_what_there_is() {
        let line = json!({ "name": "ann", "role": "owner", "silenced": false, "why": "too loud", "used_at": null });
        assert_eq!(readable(&line), "name=ann  role=owner  why=\"too loud\"");
    }
}
