//! An answer that must not be compressed says to the compressor that it is done already, by `Content-Encoding: identity`.
//! On the wire that word has no place (RFC 9110, section 8.4.1), so it is taken off here.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::CONTENT_ENCODING;
use actix_web::middleware::Next;

/// Takes the word off.
pub async fn show<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let mut answer = next.call(request).await?;
    if answer.headers().get(CONTENT_ENCODING).is_some_and(|value| value == "identity") {
        answer.headers_mut().remove(CONTENT_ENCODING);
    }
    Ok(answer)
}
