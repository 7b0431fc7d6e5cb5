//! Every request has an id: in its answer, in the log, in problem documents. A proxy may choose it.

use std::rc::Rc;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest};
use uuid::Uuid;

/// The header that carries it.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The id of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Rc<str>);

impl RequestId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id of this request, if the middleware has seen it.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Option<Self> {
        request.extensions().get::<Self>().cloned()
    }
}

/// Takes the id of the request or gives it one, and repeats it in the answer.
pub async fn identify(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let given = request.headers().get(HEADER).and_then(|value| value.to_str().ok()).filter(|text| is_good(text));
    let id = given.map_or_else(|| Uuid::now_v7().simple().to_string(), str::to_owned);
    let value = HeaderValue::from_str(&id);
    request.extensions_mut().insert(RequestId(id.into()));
    let mut answer = next.call(request).await?;
    if let Ok(value) = value {
        answer.headers_mut().insert(HEADER, value);
    }
    Ok(answer)
}

/// It goes into the log as it is: nothing in it may break a line or look like something else.
fn is_good(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

#[cfg(test)]
mod tests {
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service, read_body};
    use actix_web::{App, web};

    use super::*;

    async fn ids(sent: Option<&str>) -> (String, String) {
        let tell = |request: HttpRequest| async move { RequestId::of(&request).unwrap().as_str().to_owned() };
        let app = init_service(App::new().wrap(from_fn(identify)).route("/", web::get().to(tell))).await;
        let mut request = TestRequest::get();
        if let Some(sent) = sent {
            request = request.insert_header((HEADER, sent));
        }

        let answer = call_service(&app, request.to_request()).await;

        let header = answer.headers().get(HEADER).unwrap().to_str().unwrap().to_owned();
        (header, String::from_utf8(read_body(answer).await.to_vec()).unwrap())
    }

    #[actix_web::test]
    async fn a_good_id_is_kept_and_told() {
        assert_eq!(ids(Some("Proxy_7-a")).await, ("Proxy_7-a".to_owned(), "Proxy_7-a".to_owned()));
    }

    #[actix_web::test]
    async fn a_bad_or_missing_one_is_replaced() {
        for sent in [None, Some(""), Some("a b"), Some("a=b"), Some(&*"a".repeat(65))] {
            let (header, told) = ids(sent).await;

            assert!(is_good(&header) && Some(&*header) != sent, "{sent:?}");
            assert_eq!(header, told);
        }
    }
}
