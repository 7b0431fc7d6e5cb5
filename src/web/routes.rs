//! The only route table, and the order of what happens around every request.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{Data, ServiceConfig};
use actix_web::{App, Error};

use super::middleware::{
    access_log, errors, one_host, rate_limits, request_id, same_origin, security_headers, slow_bodies, to_the_end,
    uncompressed,
};
use super::state::WebState;
use super::{admin, api, emoji_list, house, installed, pages, service, static_files};
use crate::gateways::websocket;

/// Every route of the server.
pub fn configure(cfg: &mut ServiceConfig) {
    cfg.configure(api::extract::configure)
        .configure(service::configure)
        .configure(installed::configure)
        .configure(api::configure)
        .configure(websocket::configure)
        .configure(emoji_list::configure)
        .configure(static_files::configure)
        .configure(house::configure)
        .configure(admin::configure)
        .configure(pages::configure);
}

/// The application of one worker thread: every route, with everything around it. Whoever calls may add more data.
pub fn app(
    state: Data<WebState>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    // The last one stands outermost: it sees a request first and its answer last.
    App::new()
        .app_data(state)
        .configure(configure)
        .wrap(from_fn(to_the_end::carry_out))
        // Leaves an answer alone that switches protocols, so that `/ws` is not touched.
        .wrap(Compress::default())
        .wrap(from_fn(uncompressed::show))
        .wrap(from_fn(same_origin::require))
        .wrap(from_fn(slow_bodies::give_up))
        .wrap(from_fn(rate_limits::hold_back))
        .wrap(from_fn(one_host::require))
        .wrap(from_fn(errors::explain))
        .wrap(from_fn(security_headers::add))
        .wrap(from_fn(access_log::record))
        .wrap(from_fn(request_id::identify))
}
