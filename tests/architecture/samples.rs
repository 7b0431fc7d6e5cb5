//! Samples that break each rule: a rule that cannot fail is worth nothing.

use super::imports::{Row, Table, crate_paths, cycle, read_table};
use super::rules;
use super::source::{Source, blank_comments_and_literals};

const DOCUMENT: &str = "
Some words.

| module | may import |
|---|---|
| domain | nothing |
| chat | domain |
| gateways | domain, chat |
| web | domain, gateways::websocket |
| bus | not there yet |

More words.
";

fn table() -> Table {
    read_table(DOCUMENT).expect("a good table")
}

fn source(path: &str, code: &str) -> Source {
    Source::new(path, &format!("//! A sample.\n{code}\n"))
}

fn paths(code: &str) -> Vec<String> {
    let code = source("src/chat/commands/send.rs", code).production;
    crate_paths(&code, &["chat", "commands", "send"]).into_iter().map(|path| path.join("::")).collect()
}

#[test]
fn comments_and_literals_are_blanked_and_lines_stay() {
    let code = r##"let a = "crate::x"; // crate::y
/* crate::z /* nested */ */ let b = r#"crate::"q" "#; let c = '"'; let d: &'static str = b"crate::w";
let e = '\''; let f = br"\"; let g = 'ä';"##;

    let blanked = blank_comments_and_literals(code);

    assert!(!blanked.contains("crate"), "{blanked}");
    assert_eq!(blanked.len(), code.len());
    assert_eq!(blanked.lines().count(), 3);
    assert!(blanked.contains("let d: &'static str =") && blanked.contains("let g ="), "{blanked}");
}

#[test]
fn paths_are_found_in_groups_behind_super_and_inside_code() {
    assert_eq!(paths("use crate::domain::ids::RoomId;"), ["domain::ids::RoomId"]);
    assert_eq!(paths("use crate::{domain::{self, ids as i}, web};"), ["domain", "domain::ids", "web"]);
    assert_eq!(paths("use {crate::web::x, std::fmt};"), ["web::x"]);
    assert_eq!(paths("use super::super::super::web::y::*;"), ["web::y"]);
    assert_eq!(paths("use super::super::room::Room;"), ["chat::room::Room"]);
    assert_eq!(paths("fn f() { crate::web::g::<u8>(1) }"), ["web::g"]);
    assert_eq!(paths("// use crate::web;\nconst A: &str = \"crate::web\";"), [""; 0]);
    assert_eq!(paths("#[cfg(test)]\nmod tests { use crate::web; }\nuse crate::domain;"), ["domain"]);
}

#[test]
fn an_import_that_is_not_in_the_table_is_told() {
    let wrong = |path: &str, code: &str| rules::imports(&source(path, code), &table());
    assert!(wrong("src/chat/room.rs", "use crate::domain::ids::RoomId;").is_empty());
    assert!(wrong("src/web/routes.rs", "use crate::gateways::websocket::configure;").is_empty());
    assert!(wrong("src/chat/room.rs", "use crate::web;")[0].contains("`chat` may not import `web`"));
    assert!(!wrong("src/domain/ids.rs", "fn f() { super::super::chat::x() }").is_empty());
    assert!(!wrong("src/web/routes.rs", "use crate::gateways::dispatch::Outcome;").is_empty());
    assert!(wrong("src/cellar/mod.rs", "")[0].contains("no row"));
    assert!(wrong("src/bus/mod.rs", "")[0].contains("not there yet"));
}

#[test]
fn a_table_that_goes_round_or_has_holes_is_told() {
    assert_eq!(cycle(&table()), None);
    let round = DOCUMENT.replace("| domain | nothing |", "| domain | web |");
    let way = cycle(&read_table(&round).expect("a table")).expect("a cycle");
    assert_eq!(way.first(), way.last());
    assert!(read_table("no table").is_err());
    assert!(read_table(&DOCUMENT.replace("| chat | domain |", "| domain | chat |")).is_err());

    assert!(rules::table_is_whole(&table(), &["domain", "chat", "gateways", "web"]).is_empty());
    assert_eq!(rules::table_is_whole(&table(), &["domain", "chat", "gateways", "web", "cellar"]).len(), 1);
    assert_eq!(rules::table_is_whole(&table(), &["domain", "chat", "gateways"]).len(), 1);
    assert_eq!(table().get("bus"), Some(&Row::NotThereYet));
}

#[test]
fn the_database_behind_the_traits_is_hidden() {
    let code = "use crate::storage::{sqlite::SqliteStore, Store};";
    assert_eq!(rules::private_modules(&source("src/web/state.rs", code)).len(), 1);
    assert!(rules::private_modules(&source("src/app.rs", code)).is_empty());
}

#[test]
fn a_gateway_that_imports_another_is_told() {
    let code = "use crate::gateways::irc::Line;";
    assert_eq!(rules::siblings(&source("src/gateways/websocket/actor.rs", code), &["websocket", "irc"]).len(), 1);
    assert_eq!(rules::siblings(&source("src/gateways/dispatch.rs", code), &["websocket", "irc"]).len(), 1);
    assert!(rules::siblings(&source("src/gateways/irc/mod.rs", code), &["websocket", "irc"]).is_empty());
}

#[test]
fn libraries_and_actors_in_the_wrong_place_are_told() {
    let wrong = |path: &str, code: &str| rules::libraries(&source(path, code));
    assert_eq!(wrong("src/web/api/rooms.rs", "fn f() { sqlx::query(A) }").len(), 1);
    assert_eq!(wrong("src/chat/room.rs", "use actix_web::{web, App};").len(), 1);
    assert_eq!(wrong("src/gateways/tcp/mod.rs", "use actix_web;").len(), 1);
    assert_eq!(wrong("src/web/routes.rs", "use ::actix_http::ws;").len(), 1);
    assert_eq!(wrong("src/app.rs", "use actix_web_actors::ws;").len(), 1);
    assert!(wrong("src/storage/sqlite/mod.rs", "use sqlx::Row; // actix_web::web").is_empty());
    assert!(wrong("src/web/routes.rs", "use actix_web::web; use a::sqlx::b;").is_empty());

    assert!(rules::actors(&source("src/web/live.rs", "impl actix::Actor for Live {}")).is_some());
    assert!(rules::actors(&source("src/chat/live.rs", "impl Actor for Live {}")).is_none());
}

#[test]
fn long_files_are_told_and_tests_do_not_count() {
    let lines = |count: usize| "fn a() {}\n".repeat(count);
    let with_tests = |count| format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", lines(count), lines(400));
    assert_eq!(source("src/chat/a.rs", &with_tests(10)).production_lines, 12);

    let sources = [source("src/chat/a.rs", &lines(501)), source("src/chat/b.rs", &with_tests(350))];
    let told = rules::lengths(&sources).expect("one is too long");
    assert!(told.contains("src/chat/a.rs (503 lines)") && told.contains("src/chat/b.rs (352 lines)"), "{told}");
    assert!(rules::lengths(&sources[1..]).is_none());
    assert!(rules::lengths(&[source("src/chat/a/tests.rs", &lines(900))]).is_none());
}

#[test]
fn a_file_that_does_not_say_what_it_is_is_told() {
    assert!(rules::module_doc(&Source::new("src/a.rs", "use std::fmt;\n")).is_some());
    assert!(rules::module_doc(&Source::new("src/a.rs", "//! What it is.\n")).is_none());
    assert!(rules::opening_comment("static/js/a.js", "import x;").is_some());
    assert!(rules::opening_comment("static/css/a.css", ".a {}").is_some());
    assert!(rules::opening_comment("templates/a.html", "<p>").is_some());
    assert!(rules::opening_comment("templates/a.html", "{#- A page. -#}").is_none());
    assert!(rules::opening_comment("static/js/a.js", "// A module.").is_none());
}

#[test]
fn inline_code_and_style_are_told() {
    for bad in [
        "<script>go()</script>",
        "<SCRIPT type=\"module\">x</SCRIPT>",
        "<style>p {}</style>",
        "<p class=\"a\" style=\"color: red\">",
        "<button onclick=\"go()\">",
        "<p title=\"a > b\" OnLoad='x'>",
    ] {
        assert_eq!(rules::inline("a.html", bad).len(), 1, "{bad}");
    }
    for good in [
        "<script type=\"module\" src=\"/static/js/app.js\"></script>",
        "<p data-style=\"x\">one=1 style= onclick=</p>",
        "{# <p style=x> #}{{ <icon name=\"a\" /> }}<a href=\"?on=1\" title=\"style=no\">",
    ] {
        assert_eq!(rules::inline("a.html", good), [""; 0], "{good}");
    }
}

#[test]
fn a_test_that_sleeps_is_told() {
    let sleeping = "tokio::time::sleep(one).await;";
    assert!(rules::sleeps(&source("tests/suite/a.rs", sleeping)).is_some());
    assert!(
        rules::sleeps(&source("src/chat/a.rs", &format!("#[cfg(test)] mod tests {{ fn a() {{ {sleeping} }} }}")))
            .is_some()
    );
    assert!(rules::sleeps(&source("src/chat/a.rs", sleeping)).is_none());
    assert!(rules::sleeps(&source("tests/suite/a.rs", "// sleep(1)\nlet sleep = \"sleep(1)\";")).is_none());
}

#[test]
fn machine_paths_unfinished_work_and_dead_links_are_told() {
    let path = ["see /ho", "me/ann/notes"].concat();
    assert_eq!(rules::stray_words("a.md", &format!("fine\n{path}")).len(), 1);
    assert!(rules::stray_words("a.md", "the home of a room").is_empty());

    let exists = |path: &str| path == "docs/PROTOCOL.md";
    assert!(rules::links("docs/a.md", "[p](PROTOCOL.md#limits) [q](https://example.org) [r](#x)", exists).is_empty());
    assert!(rules::links("docs/decisions/a.md", "[p](../PROTOCOL.md)", exists).is_empty());
    assert_eq!(rules::links("a.md", "[p](PROTOCOL.md)", exists).len(), 1);
    assert!(rules::readme_length(&"a\n".repeat(151)).is_some());
    assert!(rules::readme_length(&"a\n".repeat(150)).is_none());
}

#[test]
fn a_code_or_limit_that_is_not_documented_is_told() {
    let codes = "error_codes! {\n    /// Gone.\n    Gone = \"gone\", 410, \"Gone for good\";\n}\n";
    let limits = "pub struct ShownLimits {\n    /// Bytes.\n    pub text_bytes: usize,\n}\n";
    let good = "| `gone` | 410 | Gone for good | then |\n| `text_bytes`: text | 9 |\n{\"text_bytes\": 9}";

    assert!(rules::protocol_tables(good, codes, limits).is_empty());
    assert_eq!(rules::protocol_tables("", codes, limits).len(), 2);
}
