//! The description of the API is true: it has every route, and the server does what it says, also with what it refuses.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::routes::routes;
use crate::support::schema::{misfits, resolved, sample};
use crate::support::{Api, Page, TestServer};

const METHODS: [&str; 6] = ["get", "head", "post", "put", "patch", "delete"];

/// One operation of the document.
struct Operation<'a> {
    method: Method,
    path: &'a str,
    about: &'a Value,
    in_path: &'a Value,
}

async fn described(server: &TestServer) -> Value {
    let page = Api::anonymous(server).get("/api/openapi.json").await;
    assert_eq!((page.status, page.header("content-type")), (200, "application/json; charset=utf-8"));
    page.json()
}

fn operations(document: &Value) -> Vec<Operation<'_>> {
    let paths = document["paths"].as_object().expect("paths").iter();
    let mut all = Vec::new();
    for (path, item) in paths {
        for method in METHODS.iter().filter(|method| item.get(method).is_some()) {
            let name = method.to_uppercase().parse().expect("a method");
            all.push(Operation { method: name, path, about: &item[method], in_path: &item["parameters"] });
        }
    }
    all
}

impl Operation<'_> {
    /// Where to ask: with things that are not there, so that a rule of the path alone decides.
    fn place(&self) -> String {
        let numbers = ["{seq}", "{id}"];
        let part = |part: &str| match part {
            _ if numbers.contains(&part) => "1".to_owned(),
            "{emoji}" => "%F0%9F%8E%89".to_owned(),
            "{room}" => "lobby".to_owned(),
            _ if part.starts_with('{') => "nobody-of-that-name".to_owned(),
            _ => part.to_owned(),
        };
        self.path.split('/').map(part).collect::<Vec<_>>().join("/")
    }

    /// An answer that has no end.
    fn is_stream(&self) -> bool {
        let kinds = self.about.pointer("/responses/200/content").and_then(Value::as_object);
        kinds.is_some_and(|kinds| kinds.len() == 1 && kinds.contains_key("text/event-stream"))
    }

    fn body(&self) -> Option<&Value> {
        self.about.pointer("/requestBody/content/application~1json/schema")
    }

    /// What is wrong with an answer, held against the document.
    fn check(&self, document: &Value, page: &Page) -> Vec<String> {
        let Some(answer) = self.about["responses"].get(page.status.to_string()) else {
            return vec![format!("the status {} is not described: {}", page.status, page.body)];
        };
        let answer = resolved(document, answer);
        let mut wrong = Vec::new();
        for (name, header) in answer["headers"].as_object().into_iter().flatten() {
            if header["required"] == json!(true) && page.header(name).is_empty() {
                wrong.push(format!("the header {name} is missing"));
            }
        }
        let kinds = answer["content"].as_object();
        match kinds.and_then(|kinds| kinds.iter().next()) {
            Some((kind, content)) if kind.as_str() != "application/json" && !kind.ends_with("+json") => {
                let is_kind = page.header("content-type").starts_with(kind.as_str());
                wrong.extend((!is_kind).then(|| format!("{} is not {kind}: {content}", page.header("content-type"))));
            }
            Some((kind, content)) => {
                if !page.header("content-type").starts_with(kind.as_str()) {
                    wrong.push(format!("{} is not {kind}", page.header("content-type")));
                }
                wrong.extend(misfits(document, &content["schema"], &page.json()));
            }
            None if !page.body.is_empty() => wrong.push(format!("a body that is not described: {}", page.body)),
            None => {}
        }
        wrong
    }
}

#[tokio::test]
async fn every_route_of_the_api_is_described_and_nothing_else() {
    let server = TestServer::start().await;
    let document = described(&server).await;
    let described: BTreeSet<_> =
        operations(&document).iter().map(|one| format!("{} {}", one.method, one.path)).collect();

    let table = routes();
    let api = table.iter().filter(|(path, _)| path.starts_with("/api/v1/"));
    let there: BTreeSet<_> =
        api.flat_map(|(path, methods)| methods.iter().map(move |method| format!("{method} {path}"))).collect();

    assert_eq!(there.difference(&described).collect::<Vec<_>>(), Vec::<&String>::new(), "not described");
    assert_eq!(described.difference(&there).collect::<Vec<_>>(), Vec::<&String>::new(), "described and not there");
    let names: BTreeSet<_> = operations(&document).iter().map(|one| one.about["operationId"].to_string()).collect();
    assert_eq!(names.len(), described.len(), "each has a name of its own");
    assert!(operations(&document).iter().all(|one| !one.about["summary"].to_string().is_empty()));
}

#[tokio::test]
async fn the_table_that_tests_read_is_the_one_the_server_has() {
    let server = TestServer::start_with(|config| config.limits.rate_limits = false).await;
    let nobody = Api::anonymous(&server);
    for (path, methods) in routes() {
        let place = path.replace("{seq}", "1").replace("{id}", "1").replace(['{', '}'], "");

        let page = nobody.send(nobody.request(Method::from_bytes(b"PURGE").expect("a method"), &place)).await;

        let allowed: BTreeSet<_> = page.header("allow").split(", ").collect();
        assert_eq!((page.status, allowed), (405, methods), "{path}");
    }
}

#[tokio::test]
async fn the_document_is_kept_and_asked_for_again() {
    let server = TestServer::start().await;
    let api = Api::anonymous(&server);

    let first = api.get("/api/openapi.json").await;
    let request = api.request(Method::GET, "/api/openapi.json").header("If-None-Match", first.header("etag"));
    let again = api.send(request).await;

    assert_eq!((again.status, again.body.as_str()), (304, ""));
    let packed = api.request(Method::GET, "/api/openapi.json").header("Accept-Encoding", "br");
    assert_eq!(api.send(packed).await.header("content-encoding"), "br");
}

#[tokio::test]
async fn what_fits_and_what_does_not_is_answered_as_described() {
    let (server, ann) = TestServer::open_to_all("ann").await;
    let (api, nobody) = (server.api(&ann).await, Api::anonymous(&server));
    let document = described(&server).await;
    let mut wrong = Vec::new();
    for one in operations(&document).into_iter().filter(|one| !one.is_stream()) {
        let place = one.place();
        let mut note = |what: &str, page: &Page, refused: bool| {
            let misfits = one.check(&document, page);
            let is_fine = misfits.is_empty() && page.status < 500 && (!refused || page.status >= 400);
            if !is_fine {
                wrong.push(format!("{} {place} {what}: {} {misfits:?}", one.method, page.status));
            }
        };
        // Who asks is looked at before what is asked for.
        let good = one.body().map(|schema| sample(&document, schema));
        let ask = |by: &Api, place: &str, body: Option<&Value>| {
            body.into_iter().fold(by.request(one.method.clone(), place), reqwest::RequestBuilder::json)
        };
        let page = nobody.send(ask(&nobody, &place, good.as_ref())).await;
        note("by nobody", &page, one.about.get("security").is_none());
        let page = api.send(ask(&api, &place, good.as_ref())).await;
        note("as described", &page, false);
        let page = api.send(ask(&api, &format!("{place}?no_such_key=1"), good.as_ref())).await;
        let takes_a_query = one.about["parameters"].as_array().into_iter().flatten().any(|one| one["in"] == "query");
        note("with an unknown key", &page, takes_a_query);
        for parameter in one.in_path.as_array().into_iter().flatten() {
            let name = format!("{{{}}}", parameter["name"].as_str().unwrap_or_default());
            for odd in ["%00", "%F0%9F%92%A9", "-1", "99999999999999999999", "a%2Fb", "%20"] {
                let odd = one.path.split('/').map(|part| if part == name { odd } else { part }).collect::<Vec<_>>();
                let odd = odd.join("/").replace("{seq}", "1").replace("{id}", "1").replace("{room}", "lobby");
                let page = api.send(ask(&api, &odd.replace(['{', '}'], ""), good.as_ref())).await;
                note(&odd, &page, false);
            }
        }
        let Some(good) = good else { continue };
        let may_be_left_out = one.about["requestBody"]["required"] != json!(true);
        for (what, bad) in spoilt(&good) {
            note(&what, &api.send(ask(&api, &place, Some(&bad))).await, !(may_be_left_out && bad.is_null()));
        }
        let raw = |kind: &'static str, body: &'static [u8]| {
            api.request(one.method.clone(), &place).header("Content-Type", kind).body(body)
        };
        for (kind, body) in [
            ("text/plain", &b"{}"[..]),
            ("application/json", b"{"),
            ("application/json", b""),
            ("application/json", b"\xff"),
            ("application/json", b"{\"text\": \"\\ud800\"}"),
        ] {
            let is_bad = !(may_be_left_out && body.is_empty());
            note(&format!("{kind} {body:?}"), &api.send(raw(kind, body)).await, is_bad);
        }
        let large = api.request(one.method.clone(), &place).header("Content-Type", "application/json");
        let page = api.send(large.body(format!("\"{}\"", "a".repeat(70_000)))).await;
        note("too large", &page, true);
        assert_eq!(page.status, 413, "{} {place}", one.method);
    }
    assert!(wrong.is_empty(), "{}:\n{}", wrong.len(), wrong.join("\n"));
}

/// A good body made bad, in every way that keeps it JSON.
fn spoilt(good: &Value) -> Vec<(String, Value)> {
    let mut bad = vec![
        ("with an unknown field".to_owned(), {
            let mut more = good.clone();
            more["no_such_field"] = json!(1);
            more
        }),
        (
            "as an array".to_owned(),
            good.as_object().map(|fields| fields.values().cloned().collect()).unwrap_or_default(),
        ),
        ("as null".to_owned(), Value::Null),
    ];
    for name in good.as_object().into_iter().flatten().map(|(name, _)| name) {
        let mut less = good.clone();
        less.as_object_mut().expect("an object").remove(name);
        bad.push((format!("without {name}"), less));
        for odd in [json!(null), json!({}), json!([[]]), json!(-1), json!(1.5), json!("\u{0}")] {
            let mut other = good.clone();
            other[name] = odd;
            bad.push((format!("with {name} = {}", other[name]), other));
        }
    }
    bad
}
