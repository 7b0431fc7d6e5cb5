//! How long the body of a request may take. The head has its own limit, below HTTP; here is the rest of it.
//!
//! A body that nobody has read to its end when the answer is there ends the connection. HTTP below would read chunks that
//! nobody wants until their sender is tired of it, without a limit; it hangs up when somebody still wants them.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::StatusCode;
use actix_web::middleware::Next;
use actix_web::rt;
use actix_web::rt::time::{Sleep, sleep};
use actix_web::{Error, HttpMessage, web};
use bytes::Bytes;
use futures_util::{Stream, StreamExt};

use crate::web::api::problem::ApiError;
use crate::web::state::WebState;

/// Lets a request pass, and gives up on a body that takes too long.
pub async fn give_up<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let payload = request.take_payload();
    let span = request.app_data::<web::Data<WebState>>().map_or(Duration::ZERO, |state| state.body_timeout);
    if matches!(payload, Payload::None) {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    let is_late = Rc::new(Cell::new(false));
    let body = Body { payload, has_ended: false, span, timer: None, is_late: Rc::clone(&is_late) };
    request.set_payload(Payload::Stream { payload: Box::pin(body) });
    let answer = next.call(request).await?;
    if !is_late.get() {
        return Ok(answer.map_into_left_body());
    }
    let message = format!("the request did not arrive whole within {} s; send it again", span.as_secs());
    let refusal = ApiError::of_status(StatusCode::REQUEST_TIMEOUT, message);
    Ok(answer.error_response(refusal).map_into_right_body())
}

/// A body with a time to its end.
struct Body {
    payload: Payload,
    has_ended: bool,
    /// Zero is for ever.
    span: Duration,
    /// Begins when there is something to wait for.
    timer: Option<Pin<Box<Sleep>>>,
    is_late: Rc<Cell<bool>>,
}

impl Stream for Body {
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if let Poll::Ready(next) = this.payload.poll_next_unpin(cx) {
            this.has_ended = !matches!(next, Some(Ok(_)));
            return Poll::Ready(next);
        }
        if this.span.is_zero() {
            return Poll::Pending;
        }
        let span = this.span;
        let timer = this.timer.get_or_insert_with(|| Box::pin(sleep(span)));
        if timer.as_mut().poll(cx).is_pending() {
            return Poll::Pending;
        }
        this.is_late.set(true);
        Poll::Ready(Some(Err(PayloadError::Io(std::io::ErrorKind::TimedOut.into()))))
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        let mut payload = std::mem::replace(&mut self.payload, Payload::None);
        let mut rest = Context::from_waker(Waker::noop());
        while !self.has_ended {
            match payload.poll_next_unpin(&mut rest) {
                Poll::Ready(Some(Ok(_))) => {}
                Poll::Ready(_) => self.has_ended = true,
                Poll::Pending => {
                    // Held until the connection has gone.
                    rt::spawn(async move { while let Some(Ok(_)) = payload.next().await {} });
                    return;
                }
            }
        }
    }
}
