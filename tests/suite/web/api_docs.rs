//! The page that shows the API: for everybody, under the policy of all pages, and whole.

use crate::support::routes::routes;
use crate::support::{Api, TestServer};

#[tokio::test]
async fn everybody_reads_it_and_every_endpoint_is_on_it() {
    let (server, _ann) = TestServer::owned_by("ann").await;

    let page = Api::anonymous(&server).get("/api/docs").await;

    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(!page.header("content-security-policy").contains("unsafe"));
    assert!(!page.body.contains("<script"), "it takes none");
    for (path, methods) in routes().iter().filter(|(path, _)| path.starts_with("/api/v1/")) {
        for method in methods.iter().filter(|method| **method != "HEAD") {
            let (method, path) = (format!("endpoint__method--{method}\""), format!(">{path}</code>"));
            assert!(page.body.lines().any(|line| line.contains(&method) && line.contains(&path)), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn what_it_links_to_is_there() {
    let server = TestServer::start().await;

    let page = Api::anonymous(&server).get("/api/docs").await;

    let links: Vec<_> = page.body.match_indices("href=\"#").map(|(at, _)| &page.body[at + 7..]).collect();
    assert!(links.len() > 300, "{}", links.len());
    for name in links.iter().filter_map(|rest| rest.split('"').next()) {
        assert!(page.body.contains(&format!(" id=\"{name}\"")), "#{name} leads nowhere");
    }
}
