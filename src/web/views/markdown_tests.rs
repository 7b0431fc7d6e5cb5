//! What messages look like, what they can never contain, and what they may cost.

use std::time::Instant;

use proptest::prelude::*;

use super::*;

fn html(text: &str) -> String {
    Markdown::new().to_html(text)
}

#[test]
fn messages_are_written_as_people_write_them() {
    let cases = [
        ("hello", "<p>hello</p>\n"),
        ("one\ntwo", "<p>one<br>\ntwo</p>\n"),
        ("*a* **b** ~~c~~ `d`", "<p><em>a</em> <strong>b</strong> <del>c</del> <code>d</code></p>\n"),
        ("# Big\n\ntext", "<p><strong>Big</strong></p>\n<p>text</p>\n"),
        (":smile:", "<p>😄</p>\n"),
        ("a < b && c > d", "<p>a &lt; b &amp;&amp; c &gt; d</p>\n"),
        ("- [ ] todo", "<ul>\n<li>[ ] todo</li>\n</ul>\n"),
        ("```rust\nlet a = 1;\n```", "<pre><code class=\"language-rust\">let a = 1;\n</code></pre>\n"),
        ("a <b>c</b>", "<p>a &lt;b&gt;c&lt;/b&gt;</p>\n"),
        ("<div>\nhi", "<p>&lt;div&gt;<br>\nhi</p>\n"),
    ];
    for (text, expected) in cases {
        assert_eq!(html(text), expected, "{text:?}");
    }
}

#[test]
fn links_lead_out_and_give_nothing_away() {
    const REST: &str = "target=\"_blank\" rel=\"nofollow noopener noreferrer\"";
    let cases = [
        "see https://example.org/a?b=c",
        "see www.example.org",
        "[x](https://example.org)",
        "![x](https://example.org/x.png)",
        "![](https://example.org/x.png)",
        "mail ann@example.org",
    ];
    for text in cases {
        let html = html(text);
        assert_eq!(html.matches("<a ").count(), 1, "{text} {html}");
        assert!(html.contains(REST) && html.contains("href=\"") && !html.contains("<img"), "{text} {html}");
    }
    let image = html("![](https://example.org/x.png)");
    assert!(image.contains(">https://example.org/x.png</a>"), "{image}");
    let both = html("[![alt](https://a.example/i.png)](https://b.example)");
    assert!(both.matches("<a ").count() == 1 && both.contains("b.example") && !both.contains("i.png"), "{both}");
}

#[test]
fn tables_are_tables() {
    let html = html("| a | b |\n|---|--:|\n| 1 | 2 |");
    assert!(html.contains("<th align=\"right\">b</th>") && html.contains("<td>1</td>"), "{html}");
}

#[test]
fn nothing_in_a_message_can_run() {
    let corpus = [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg/onload=alert(1)>",
        "<a href=\"javascript:alert(1)\">x</a>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](java\tscript:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](&#x6A&#x61vascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:msgbox(1))",
        "[x](file:///etc/passwd)",
        "[x](//evil.example)",
        "[x](/logout)",
        "<javascript:alert(1)>",
        "![x](javascript:alert(1))",
        "![x\" onerror=\"alert(1)](https://e.example/x)",
        "[x](https://e.example \"t\\\" onclick=\\\"alert(1)\")",
        "```\" onclick=\"alert(1)\nx\n```",
        "```x\u{0}\" onclick=\n```",
        "`<script>`",
        "<style>*{display:none}</style>",
        "<iframe src=https://e.example></iframe>",
        "<form action=/logout method=post><button>x</button></form>",
        "<math><mtext></mtext><mglyph><style><img src=x onerror=alert(1)>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "<!--><img src=x onerror=alert(1)>-->",
        "<![CDATA[<img src=x onerror=alert(1)>]]>",
        "<?php echo 1 ?><img src=x onerror=alert(1)>",
        "a</p></div></article><h1>out</h1>",
        "<details open ontoggle=alert(1)>",
        "<base href=https://e.example>",
        "<meta http-equiv=refresh content=0>",
        "<b id=m-1 class=message data-seq=9>x</b>",
        "[x]: javascript:alert(1)\n\n[x]",
        "|a|\n|-|\n|<img src=x onerror=alert(1)>|",
    ];
    for text in corpus {
        assert_only_known_markup(&html(text), text);
        assert_only_known_markup(&html(&format!("> - {text}\n\n**{text}**")), text);
    }
}

/// Every `<` of the HTML opens or closes a tag of the list, with attributes of the list.
fn assert_only_known_markup(html: &str, text: &str) {
    const TAGS: &[&str] = &[
        "p",
        "br",
        "hr",
        "strong",
        "em",
        "del",
        "code",
        "pre",
        "blockquote",
        "ul",
        "ol",
        "li",
        "a",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
    ];
    const ATTRIBUTES: &[&str] = &["href", "title", "class", "start", "align", "target", "rel"];
    for part in html.split('<').skip(1) {
        let (tag, _) = part.split_once('>').unwrap_or_else(|| panic!("an open tag: {text:?} {html}"));
        let name = tag.trim_start_matches('/').split(' ').next().unwrap_or_default();
        assert!(TAGS.contains(&name), "{name} in {text:?} {html}");
        // Names of attributes stand outside quotes.
        let outside: String = tag.split('"').step_by(2).collect::<Vec<_>>().join(" ");
        for attribute in outside.split_whitespace().skip(1) {
            assert!(ATTRIBUTES.contains(&attribute.trim_end_matches('=')), "{attribute} in {text:?} {html}");
        }
        if let Some(url) = tag.split("href=\"").nth(1) {
            let good = ["http://", "https://", "mailto:"].iter().any(|scheme| url.starts_with(scheme));
            assert!(good, "{url} in {text:?} {html}");
        }
        if let Some(class) = tag.split("class=\"").nth(1) {
            assert!(class.starts_with("language-"), "{class} in {text:?} {html}");
        }
    }
}

#[test]
fn hostile_texts_cost_little() {
    const SIZE: usize = 16 * 1024;
    let fill = |part: &str| part.repeat(SIZE / part.len());
    let table = format!("{}\n{}\n{}", "|a".repeat(2000), "|-".repeat(2000), "x\n".repeat(4000));
    let quoted_table = format!("> {}\n> {}\n{}", "|a".repeat(60), "|-".repeat(60), "> x\n".repeat(3900));
    let texts = [
        fill(">"),
        fill("> "),
        fill("["),
        fill("![]("),
        fill("[a]("),
        fill("]"),
        fill("[]"),
        fill("*"),
        fill("*a "),
        fill("**a *a "),
        fill("_a__"),
        fill("`"),
        fill("`a``b"),
        fill("<"),
        fill("<a "),
        fill("<!--"),
        fill("- "),
        fill("1. "),
        fill("a@"),
        fill("www."),
        fill("http://a"),
        fill("~a~~"),
        fill(":a"),
        fill("&"),
        fill("&#0;"),
        fill("\\"),
        fill("# "),
        fill("|"),
        fill("\n"),
        fill(" \n"),
        fill("a\n"),
        fill("- \n"),
        fill("* a\n  "),
        table,
        quoted_table,
        format!("{}{}", fill("- ").split_at(8000).0, "\n".repeat(8000)),
        fill("<http://a@"),
        fill("[a]: b\n"),
        fill("**"),
        fill("a**b"),
        fill("\"'"),
        fill("![[]()"),
        fill("```\n"),
        fill("a_b*c~"),
    ];
    let markdown = Markdown::new();
    for text in texts {
        let begun = Instant::now();
        let html = markdown.to_html(&text);
        let took = begun.elapsed();
        let start: String = text.chars().take(24).collect();
        if std::env::var_os("SHOW_COST").is_some() {
            println!("{start:?} {} bytes in {took:?}", html.len());
        }
        assert!(took.as_millis() < 3000, "{start:?} took {took:?} (unoptimised)");
        assert!(html.len() < 40 * SIZE, "{start:?} grew to {} bytes", html.len());
    }
}

proptest! {
    #[test]
    fn the_short_way_gives_what_the_long_way_gives(text in "[ -~äß\u{a0}\u{2028}\u{feff}😀\n\t]{0,24}") {
        if is_plain(&text) {
            prop_assert_eq!(plain(&text), Markdown::new().rendered(&text));
        }
    }

    #[test]
    fn the_short_way_is_right_for_any_letters(text in "[a-zA-Z\\PC ]{1,40}") {
        if is_plain(&text) {
            prop_assert_eq!(plain(&text), Markdown::new().rendered(&text));
        }
    }

    #[test]
    fn any_text_gives_only_known_markup(text in "([<>\"'=/&;#:\\[\\]()!*_`| \n-]|script|onerror|javascript|a|href|img|&lt|http://){0,40}") {
        assert_only_known_markup(&html(&text), &text);
    }
}
