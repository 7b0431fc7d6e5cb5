//! Text as HTML: the three signs that would begin something else.

/// Adds the text. Right between tags only, not inside of one.
pub fn text(text: &str, html: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>']) {
        html.push_str(&rest[..at]);
        html.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            _ => "&gt;",
        });
        rest = &rest[at + 1..];
    }
    html.push_str(rest);
}

/// Adds the text as the value of an attribute between double quotes.
pub fn attribute(value: &str, html: &mut String) {
    for (number, part) in value.split('"').enumerate() {
        if number > 0 {
            html.push_str("&quot;");
        }
        text(part, html);
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_begins_a_tag_or_ends_an_attribute() {
        let mut html = String::new();
        super::text("a<b>&\"c\"", &mut html);
        super::attribute("\"<x>&", &mut html);
        assert_eq!(html, "a&lt;b&gt;&amp;\"c\"&quot;&lt;x&gt;&amp;");
    }
}
