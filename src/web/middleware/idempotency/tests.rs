//! What can be tested without a server; the rest is in `tests/suite/web`.

use actix_web::http::header::HeaderMap;
use actix_web::test::TestRequest;

use super::*;

fn headers(key: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(HeaderName::from_static(HEADER), HeaderValue::from_bytes(key.as_bytes()).unwrap());
    headers
}

#[test]
fn a_key_has_up_to_64_visible_signs() {
    assert_eq!(key(&HeaderMap::new()), Ok(None));
    assert_eq!(key(&headers("a-1")), Ok(Some("a-1".to_owned())));
    for bad in ["", "a b", "ä", &"k".repeat(65)] {
        assert_eq!(key(&headers(bad)).unwrap_err().field, Some("Idempotency-Key"), "{bad:?}");
    }
}

#[test]
fn another_path_or_body_is_another_request() {
    let print = |path: &str, body: &[u8]| fingerprint(&TestRequest::post().uri(path).to_srv_request(), body);

    assert_eq!(print("/a", b"{}"), print("/a", b"{}"));
    assert_ne!(print("/a", b"{}"), print("/b", b"{}"));
    assert_ne!(print("/a", b"{}"), print("/a", b"{ }"));
}

#[actix_web::test]
async fn a_repeated_request_gets_the_first_answer() {
    let kept = Kept { location: Some("/api/v1/rooms/a".to_owned()), body: "{\"name\":\"a\"}".to_owned() };

    let answer = replay(201, &serde_json::to_string(&kept).unwrap()).unwrap();

    assert_eq!(answer.status(), 201);
    assert_eq!(answer.headers().get(REPLAYED).unwrap(), "true");
    assert_eq!(answer.headers().get(LOCATION).unwrap(), "/api/v1/rooms/a");
    assert_eq!(to_bytes(answer.into_body()).await.unwrap(), kept.body);
}

#[test]
fn a_secret_is_not_told_again() {
    let kept = serde_json::to_string(&Kept { location: None, body: String::new() }).unwrap();

    assert!(replay(409, &kept).unwrap_err().to_string().contains("only once"));
}
