//! What was begun is done, although the client hangs up meanwhile. A handler ends with its connection otherwise, between any
//! two of its steps: something would be done and not written into the audit log, or written and not in force.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;

use crate::protocol::error_code::Problem;
use crate::web::api::problem::ApiError;

/// Runs every request that may change something as a task of its own.
pub async fn carry_out<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    if request.method().is_safe() {
        return next.call(request).await;
    }
    actix_web::rt::spawn(async move { next.call(request).await }).await.unwrap_or_else(|panic| {
        log::error!("a request broke off: {panic}");
        Err(ApiError::from(Problem::unavailable()).into())
    })
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::rc::Rc;

    use actix_web::App;
    use actix_web::dev::Service;
    use actix_web::http::Method;
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, init_service};
    use actix_web::web;
    use futures_util::FutureExt;
    use tokio::sync::oneshot;

    use super::*;

    /// Begins a request, hangs up in the middle, lets the handler go on, and says whether it came to its end.
    async fn is_done_after_hanging_up(method: Method) -> bool {
        let (go_on, gate) = oneshot::channel::<()>();
        let (done, ended) = oneshot::channel::<()>();
        let held = Rc::new((Cell::new(Some(gate)), RefCell::new(Some(done))));
        let handler = move || {
            let held = Rc::clone(&held);
            async move {
                if let Some(gate) = held.0.take() {
                    let _ = gate.await;
                }
                if let Some(done) = held.1.borrow_mut().take() {
                    let _ = done.send(());
                }
                ""
            }
        };
        let route = web::resource("/").route(web::route().to(handler));
        let app = init_service(App::new().service(route).wrap(from_fn(carry_out))).await;
        let mut answer = Box::pin(app.call(TestRequest::default().method(method).to_request()));
        assert!(answer.as_mut().now_or_never().is_none(), "the handler waits");
        // A task of its own has to be begun before the client is gone.
        tokio::task::yield_now().await;

        drop(answer);
        drop(app);
        let _ = go_on.send(());

        // Its end is told, or lost with the handler that was dropped.
        ended.await.is_ok()
    }

    #[actix_web::test]
    async fn what_may_change_something_goes_on_without_its_client() {
        assert!(is_done_after_hanging_up(Method::POST).await);
        assert!(is_done_after_hanging_up(Method::DELETE).await);
        assert!(!is_done_after_hanging_up(Method::GET).await, "nobody waits for what is only read");
    }
}
