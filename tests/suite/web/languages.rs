//! In which language pages answer, and what is the same in all of them.

use reqwest::Method;
use reqwest::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_TYPE};

use crate::support::http::PASSWORD;
use crate::support::{Browser, TestServer};

/// A page, as a browser with this `Accept-Language` gets it.
async fn page(browser: &Browser, path: &str, accept: &str) -> String {
    browser.send(browser.request(Method::GET, path).header(ACCEPT_LANGUAGE, accept)).await.body
}

#[tokio::test]
async fn a_page_is_in_the_language_that_the_browser_asks_for() {
    let (server, _) = TestServer::owned_by("ann").await;
    let stranger = server.browser();

    let german = page(&stranger, "/login", "de-AT,de;q=0.9,en;q=0.8").await;
    assert!(german.contains("<html lang=\"de\" dir=\"ltr\"") && german.contains("Anmelden"), "{german}");
    let arabic = page(&stranger, "/login", "ar").await;
    assert!(arabic.contains("<html lang=\"ar\" dir=\"rtl\"") && arabic.contains("تسجيل الدخول"), "{arabic}");
    let english = page(&stranger, "/login", "tlh").await;
    assert!(english.contains("<html lang=\"en\" dir=\"ltr\"") && english.contains("Log in"), "{english}");
}

#[tokio::test]
async fn a_language_that_was_chosen_stays() {
    let (server, _) = TestServer::owned_by("ann").await;
    let stranger = server.browser();

    let chosen = stranger.post("/language", &[("lang", "de"), ("next", "/login?next=%2Frooms")]).await;
    assert_eq!(chosen.leads_to(), (303, "/login?next=%2Frooms"));
    assert!(chosen.cookie("lang").starts_with("lang=de;"), "{chosen:?}");
    assert!(page(&stranger, "/login", "ar").await.contains("lang=\"de\""));

    for (lang, next) in [("xx", "/login"), ("", "//evil.example/"), ("<script>", "")] {
        let refused = stranger.post("/language", &[("lang", lang), ("next", next)]).await;
        assert!(refused.leads_to().1.starts_with('/') && !refused.leads_to().1.starts_with("//"), "{refused:?}");
    }
    assert!(page(&stranger, "/login", "ar").await.contains("lang=\"de\""), "what is no language changes nothing");
}

#[tokio::test]
async fn refusals_are_told_in_the_language_of_the_page_and_programs_are_told_in_english() {
    let (server, owner) = TestServer::owned_by("ann").await;
    let stranger = server.browser();
    stranger.post("/language", &[("lang", "de")]).await;
    owner.post("/language", &[("lang", "ar")]).await;

    let wrong = stranger.post("/login", &[("name", "ann"), ("password", "not this")]).await;
    assert!(wrong.status == 401 && wrong.body.contains("Name oder Passwort ist falsch."), "{wrong:?}");
    let nowhere = owner.get("/rooms/nowhere").await;
    assert!(nowhere.status == 404 && nowhere.body.contains("لا توجد غرفة كهذه"), "{nowhere:?}");
    let empty = owner.post("/rooms/lobby/messages", &[("text", " ")]).await;
    assert!(empty.status == 422 && empty.body.contains("اكتب شيئًا أولًا."), "{empty:?}");
    let api = owner.get("/api/v1/rooms/nowhere").await;
    assert_eq!((api.status, api.json()["title"].as_str()), (404, Some("Not found")));
}

#[tokio::test]
async fn a_page_is_whole_in_every_language() {
    let (server, owner) = TestServer::owned_by("ann").await;
    owner.post("/rooms", &[("name", "garden"), ("kind", "public")]).await;
    owner.post("/settings/tokens", &[("label", "backup")]).await;
    owner.post("/invites", &[("max_uses", "3")]).await;
    owner.invite(&server, "bob").await;
    for language in ["en", "de", "ar"] {
        owner.post("/language", &[("lang", language)]).await;
        for path in ["/rooms/lobby", "/rooms", "/settings", "/direct/bob", "/rooms/none", "/rooms/lobby/1"] {
            let page = owner.get(path).await;
            assert!(page.body.contains(&format!("<html lang=\"{language}\"")), "{path}: {page:?}");
            assert!(page.body.trim_end().ends_with("</html>"), "{path}: {page:?}");
        }
    }
    let joined = owner.get("/rooms/lobby").await.body;
    assert!(joined.contains("انضم \u{2068}bob\u{2069}"), "{joined}");
    let stranger = server.browser();
    let log_in = [("name", "bob"), ("password", PASSWORD)];
    assert_eq!(stranger.post("/login", &log_in).await.leads_to(), (303, "/"), "a form is the same in every language");
}

#[tokio::test]
async fn scripts_get_their_words_as_a_module() {
    let server = TestServer::start().await;
    let browser = server.browser();

    let words = browser.get("/static/v-dev/locales/de.js").await;
    assert_eq!((words.status, words.header(CONTENT_TYPE.as_str())), (200, "text/javascript; charset=utf-8"));
    assert_eq!(words.header(CACHE_CONTROL.as_str()), "no-cache");
    assert!(words.body.contains("export default {") && words.body.contains("\"js.day.today\": \"Heute\""));
    assert!(!words.body.contains("\"login."), "scripts get their own words only");
    for path in ["/static/v-dev/locales/xx.js", "/static/locales/..%2fen.js", "/static/v-dev/locales/en.toml"] {
        assert_eq!(browser.get(path).await.status, 404, "{path}");
    }
}
