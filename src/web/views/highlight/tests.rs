//! What the colours are, that nothing gets lost, and what they cost.

use proptest::prelude::*;

use super::*;

thread_local! {
    static HIGHLIGHTER: Highlighter = Highlighter::new();
}

fn html(name: &str, code: &str) -> String {
    let mut html = String::new();
    HIGHLIGHTER.with(|highlighter| highlighter.write(name, code, &mut html));
    html
}

/// The first name of each language.
fn names() -> Vec<&'static str> {
    languages::all().filter_map(|language| language.names.split(' ').next()).collect()
}

/// The tokens in a short form: `k:let n:1`.
fn tokens(name: &str, code: &str) -> String {
    let html = html(name, code);
    let spans = html.split("<span class=\"hl-").skip(1).map(|part| {
        let (kind, rest) = part.split_once("\">").unwrap();
        format!("{kind}:{}", rest.split_once("</span>").unwrap().0)
    });
    spans.collect::<Vec<_>>().join(" ")
}

/// What is left when the tags are taken away.
fn text(html: &str) -> String {
    let mut parts = html.split('<');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str(part.split_once('>').unwrap().1);
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

#[test]
fn code_gets_its_colours() {
    let cases = [
        ("rust", "let a: &'static str = \"x\\\"\"; // b", "k:let k:static t:str s:\"x\\\"\" c:// b"),
        ("rust", "#[derive(Debug)]\nstruct A;", "a:#[derive(Debug)] k:struct t:A"),
        (
            "rust",
            "println!(\"{}\", 'a' as u8 + 0x1f_u8 - 1.5e-3);",
            "f:println s:\"{}\" s:'a' k:as t:u8 n:0x1f_u8 n:1.5e-3",
        ),
        ("rust", "r#\"a \" b\"# /* x", "s:r#\"a \" b\"# c:/* x"),
        ("Rust,ignore", "fn f() {}", "k:fn f:f"),
        ("c", "#include <x.h>\nint main(void) { return 'a'; }", "a:#include t:int f:main t:void k:return s:'a'"),
        ("python", "@x\ndef f(a): return f'{a}' # b", "a:@x k:def f:f k:return s:f'{a}' c:# b"),
        ("python", "\"\"\"a\n'b'\n\"\"\"\nNone", "s:\"\"\"a\n'b'\n\"\"\" n:None"),
        ("js", "const $a = `x\n${y}`;", "k:const s:`x\n${y}`"),
        ("sh", "echo \"$HOME\" $HOME # x#y", "t:echo s:\"$HOME\" a:$HOME c:# x#y"),
        ("sql", "SELECT a FROM b WHERE c = 'it''s' -- d", "k:SELECT k:FROM k:WHERE s:'it''s' c:-- d"),
        ("json", "{\"a\": [1, true, \"b\"]}", "a:\"a\" n:1 n:true s:\"b\""),
        ("yaml", "# x\na: 1\n- b c: \"d\"\nhttp://e", "c:# x a:a n:1 a:b c s:\"d\""),
        ("toml", "[a]\nb = true", "t:[a] a:b n:true"),
        ("diff", "--- a\n+++ b\n@@ 1\n-x\n+y\n z", "c:--- a\n+++ b\n a:@@ 1\n d:-x\n i:+y\n"),
        ("html", "<a href=\"x\">&amp;</a><!-- y", "k:&lt;a a:href s:\"x\" k:&gt; n:&amp;amp; k:&lt;/a&gt; c:&lt;!-- y"),
        ("css", "a { color: #fff; }", "a:color a:#fff"),
        ("haskell", "foldl' f 'a'", "s:'a'"),
        ("elixir", ":ok = A::b", "a::ok t:A"),
    ];
    for (name, code, expected) in cases {
        assert_eq!(tokens(name, code), expected, "{name}: {code}");
    }
}

#[test]
fn unknown_languages_have_no_colours() {
    for name in ["", "nothing", "text", "{", "rust\"", &"x".repeat(1000)] {
        assert_eq!(html(name, "let a = 1 < 2;"), "let a = 1 &lt; 2;", "{name}");
    }
}

#[test]
fn every_name_leads_to_its_language() {
    let languages = Languages::new();
    for language in languages::all() {
        for name in language.names.split_whitespace() {
            let found = languages.find(name).map(|known| known.language.names);
            assert_eq!(found, Some(language.names), "{name}");
        }
        if language.ignores_case {
            assert_eq!(language.keywords, language.keywords.to_lowercase());
        }
    }
    assert!(names().len() >= 30);
}

#[test]
fn hostile_code_does_not_grow() {
    const SIZE: usize = 4 * 1024;
    let parts = [
        "\"", "'", "`", "/*", "//", "#", "#[", "$", "${", "@", "a(", "a ", "1", "1.", "1e-", "\\", "\"\\", "'\\", "<",
        "<a ", "<a b=", "<!--", "&", "&a", "&a;", "\n", "a:\n", "[", "\"a\"", "\"\" ", "r#", "r##\"", "--[[", "{-",
        "é", "'é", "\"é\\é", "+\n-\n", "a!(", ":a", "::", "</", "a=", "-", "\u{202e}", "=begin", "\"\"\"", "'''",
        "R\"", "b'", "a\"\n", "  \n:",
    ];
    for name in names() {
        for part in parts {
            let code = part.repeat(SIZE / part.len());
            let html = html(name, &code);
            assert!(html.len() < 8 * SIZE + SPANS * 27, "{name} {part:?} grew to {}", html.len());
            assert_eq!(text(&html), code, "{name}");
        }
    }
}

proptest! {
    #[test]
    fn nothing_is_lost_or_added(
        index in 0..50_usize,
        code in "([<>&\"'`/*#\\[\\]{}()$@!:;=.,+\\\\|%_ \n-]|let|fn|a|1|0x|e|é|😀|//|/\\*|\\*/|<!--|-->|&amp;|\"\"\"|r#\"|\u{202e}){0,60}",
    ) {
        let names = names();
        let name = names[index % names.len()];
        let html = html(name, &code);
        prop_assert_eq!(text(&html), code);
        prop_assert_eq!(html.matches("<span class=\"hl-").count(), html.matches("</span>").count());
        prop_assert_eq!(html.matches('<').count(), 2 * html.matches("</span>").count());
    }
}
