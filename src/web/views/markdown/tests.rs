//! What messages look like, what they can never contain, and what they may cost.

use std::time::Instant;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::domain::ids::UserId;
use crate::domain::name::UserName;
use crate::domain::person::Author;

thread_local! {
    static MARKDOWN: Markdown = Markdown::new();
}

fn html(text: &str) -> String {
    mentioning(text, &Mentions::NONE)
}

fn mentioning(text: &str, mentions: &Mentions) -> String {
    MARKDOWN.with(|markdown| markdown.to_html(text, mentions))
}

/// The long way.
fn rendered(text: &str) -> String {
    MARKDOWN.with(|markdown| markdown.rendered(text, &Mentions::NONE))
}

/// Ann, Bob and everybody.
fn people() -> Mentions {
    let person =
        |number, name: &str| Author { id: UserId(Uuid::from_u128(number)), name: UserName::trusted(name.to_owned()) };
    Mentions { people: vec![person(1, "ann"), person(2, "O_Brien")], everyone: true }
}

#[test]
fn messages_are_written_as_people_write_them() {
    let cases = [
        ("hello", "<p>hello</p>\n"),
        ("one\ntwo", "<p>one<br>\ntwo</p>\n"),
        ("*a* **b** ~~c~~ `d`", "<p><em>a</em> <strong>b</strong> <del>c</del> <code>d</code></p>\n"),
        ("# Big\n\ntext", "<p><strong>Big</strong></p>\n<p>text</p>\n"),
        ("hi :smile:", "<p>hi 😄</p>\n"),
        (":smile: 🎉", "<p class=\"prose--jumbo\">😄 🎉</p>\n"),
        ("**bold *both***", "<p><strong>bold <em>both</em></strong></p>\n"),
        ("> quote\n\ntext", "<blockquote>\n<p>quote</p>\n</blockquote>\n<p>text</p>\n"),
        ("one\n\ntwo", "<p>one</p>\n<p>two</p>\n"),
        ("note: this", "<p>note: this</p>\n"),
        ("a < b && c > d", "<p>a &lt; b &amp;&amp; c &gt; d</p>\n"),
        ("- [ ] todo", "<ul>\n<li>[ ] todo</li>\n</ul>\n"),
        (
            "```rust\nlet a = 1;\n```",
            "<pre><code class=\"language-rust\"><span class=\"hl-k\">let</span> a = <span class=\"hl-n\">1</span>;\n</code></pre>\n",
        ),
        ("    a < b", "<pre><code>a &lt; b\n</code></pre>\n"),
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
fn people_who_are_mentioned_are_links() {
    const ANN: &str = "<a class=\"mention\" href=\"/people/00000000-0000-0000-0000-000000000001\" \
        data-user=\"00000000-0000-0000-0000-000000000001\" rel=\"nofollow noopener noreferrer\">@ann</a>";
    const ALL: &str = "<span class=\"mention mention--room\">@room</span>";
    let cases = [
        ("@ann", format!("<p>{ANN}</p>\n")),
        ("hi @Ann.", format!("<p>hi {ANN}.</p>\n")),
        ("**@ann**, @bob", format!("<p><strong>{ANN}</strong>, @bob</p>\n")),
        ("- @room: @ann", format!("<ul>\n<li>{ALL}: {ANN}</li>\n</ul>\n")),
        ("# @ann #dev", format!("<p><strong>{ANN} #dev</strong></p>\n")),
        ("`@ann` \\@ann", "<p><code>@ann</code> @ann</p>\n".to_owned()),
        ("```\n@ann\n```", "<pre><code>@ann\n</code></pre>\n".to_owned()),
    ];
    for (text, expected) in cases {
        assert_eq!(mentioning(text, &people()), expected, "{text:?}");
    }
    assert!(mentioning("@o_brien and *@o_brien*", &people()).matches("class=\"mention\"").count() == 2);
    for text in ["[@ann](https://example.org)", "https://example.org/@ann", "ann@example.org", "@@ann"] {
        assert!(!mentioning(text, &people()).contains("mention"), "{text:?}");
    }
    assert_eq!(html("@ann @room"), "<p>@ann @room</p>\n");
    let many = mentioning(&"@ann ".repeat(3000), &people());
    assert!(many.matches("<a ").count() == 100 && many.matches("@ann").count() == 3000);
}

#[test]
fn rooms_are_links_and_numbers_are_not() {
    const REL: &str = "rel=\"nofollow noopener noreferrer\"";
    assert_eq!(html("see #Dev."), format!("<p>see <a class=\"room-name\" href=\"/rooms/dev\" {REL}>#Dev</a>.</p>\n"));
    assert!(html("#über").contains("href=\"/rooms/%C3%BCber\""), "{}", html("#über"));
    for text in [
        "#12",
        "a#dev",
        "`#dev`",
        "# #dev",
        "[#dev](https://a.example)",
        "\\#dev",
        "#direct-x",
        "https://a.example/#dev",
    ] {
        assert!(!html(text).contains("room-name"), "{text:?} {}", html(text));
    }
}

#[test]
fn what_mentions_are_made_of_cannot_be_written_by_hand() {
    for text in [
        "<a class=\"mention\" href=\"/people/ann\">@ann</a>",
        "<span class=\"mention mention--room\">@room</span>",
        "[x](/people/ann)",
        "[x](/rooms/lobby)",
        "<p class=\"prose--jumbo\">x</p>",
        "```x\" class=\"mention\n@ann\n```",
    ] {
        let html = html(text);
        assert!(!["<a", "<span", "<p class"].iter().any(|tag| html.contains(tag)), "{html}");
    }
}

#[test]
fn the_second_wall_knows_our_pages_by_their_form() {
    let clean = |url: &str| policy::cleaner().clean(&format!("<a href=\"{url}\">x</a>")).to_string().contains("href");
    for url in ["/rooms/dev", "/people/ann", "/rooms/%C3%BCber", "https://example.org"] {
        assert!(clean(url), "{url}");
    }
    for url in [
        "/logout",
        "/rooms/dev/leave",
        "//evil.example",
        "/rooms/../logout",
        "/rooms/%2e%2e",
        "/rooms/%2Fx",
        "/rooms/",
        "rooms/dev",
        "",
        "?x",
        "#x",
        "/rooms/a?b",
        "\\\\evil",
    ] {
        assert!(!clean(url), "{url}");
    }
    let attributes =
        "<a class=\"button\" data-user=\"x\" target=\"_top\">x</a><span class=\"hl-x\" style=\"x\">y</span>";
    let left = policy::cleaner().clean(attributes).to_string();
    assert_eq!(left, "<a rel=\"nofollow noopener noreferrer\">x</a><span>y</span>");
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
        "span",
    ];
    const ATTRIBUTES: &[&str] = &["href", "title", "class", "start", "align", "target", "rel", "data-user"];
    const CLASSES: [&str; 6] =
        ["language-", "hl-", "mention\"", "mention mention--room\"", "room-name\"", "prose--jumbo\""];
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
            let good =
                ["http://", "https://", "mailto:", "/rooms/", "/people/"].iter().any(|scheme| url.starts_with(scheme));
            assert!(good, "{url} in {text:?} {html}");
        }
        if let Some(class) = tag.split("class=\"").nth(1) {
            assert!(CLASSES.iter().any(|good| class.starts_with(good)), "{class} in {text:?} {html}");
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
        fill("@ann "),
        fill("#a "),
        fill("@room @o_brien."),
        fill("@b\n"),
        fill("/@a"),
        fill("\\@"),
        format!("```rust\n{}", fill("\"a\" ")),
        format!("```rust\n{}", fill("a(")),
        format!("```c\n{}", fill("/*")),
        format!("```html\n{}", fill("<a ")),
        fill("```js\n1\n```\n"),
        fill("👍"),
        fill("👍 "),
        fill(":+1:"),
    ];
    let markdown = Markdown::new();
    for text in texts {
        let begun = Instant::now();
        let html = markdown.to_html(&text, &people());
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
        if let Some(html) = plain::html(&text) {
            prop_assert_eq!(html, rendered(&text));
        }
    }

    #[test]
    fn the_short_way_is_right_for_any_letters(text in "[a-zA-Z\\PC ]{1,40}") {
        if let Some(html) = plain::html(&text) {
            prop_assert_eq!(html, rendered(&text));
        }
    }

    #[test]
    fn the_short_way_is_right_for_lines(text in "([a-z:=+\\-#.,()!/%\"' é😀\n]|[0-9]{1,3}[.)]?|\n\n| a|: |http:/|ftp|[a-z]:){0,16}") {
        if let Some(html) = plain::html(&text) {
            prop_assert_eq!(html, rendered(&text));
        }
    }

    #[test]
    fn any_text_gives_only_known_markup(text in "([<>\"'=/&;#:\\[\\]()!*_`| \n-]|script|onerror|javascript|a|href|img|&lt|http://){0,40}") {
        assert_only_known_markup(&html(&text), &text);
        assert_only_known_markup(&mentioning(&format!("@ann {text} @room #dev"), &people()), &text);
    }

    #[test]
    fn code_of_any_kind_gives_only_known_markup(text in "([<>\"'&;`@#: \n]|script|onerror|let|//|/\\*){0,30}") {
        for language in ["rust", "html", "yaml", "diff", "js\" x=\"", "<b>"] {
            let text = format!("~~~{language}\n{text}\n~~~");
            assert_only_known_markup(&html(&text), &text);
        }
    }
}
