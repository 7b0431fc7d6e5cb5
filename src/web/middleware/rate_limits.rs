//! How many requests one address may make: all of them together, and those that let somebody in. Refused before anything is
//! done for them, with 429 and the time to wait.
//!
//! WebSocket handshakes are counted by `gateways::admission`; what probes ask for, and files that cost nothing, are not
//! counted at all.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::{Error, web};
use tokio::sync::watch;

use crate::config::LimitsConfig;
use crate::domain::clock::Timestamp;
use crate::domain::network::network;
use crate::domain::token_bucket::Rate;
use crate::domain::token_buckets::TokenBuckets;
use crate::protocol::error_code::Problem;
use crate::web::api::problem::ApiError;
use crate::web::state::WebState;
use crate::web::visitor::address;

/// What lets somebody in, or tries to: passwords are hashed there, and accounts and guests are made.
const SIGN_INS: [&str; 9] = [
    "/login",
    "/login/code",
    "/login/jwt",
    "/register",
    "/guest",
    "/setup",
    "/api/v1/guests",
    "/api/v1/login",
    "/api/v1/login/code",
];
/// The same, with a secret behind it.
const RESETS: &str = "/reset/";
/// What is not counted.
const FREE: [&str; 5] = ["/healthz", "/readyz", "/metrics", "/ws", "/ws/echo"];

/// Counts requests, for the whole server.
#[derive(Clone)]
pub struct RequestRates(Option<Arc<Mutex<Counted>>>);

struct Counted {
    limits: watch::Receiver<LimitsConfig>,
    requests: TokenBuckets<IpAddr>,
    sign_ins: TokenBuckets<IpAddr>,
}

impl RequestRates {
    /// As the settings say; off when rate limits are.
    #[must_use]
    pub fn new(limits: watch::Receiver<LimitsConfig>) -> Self {
        let (is_on, (requests, sign_ins)) = {
            let limits = limits.borrow();
            (limits.rate_limits, rates(&limits))
        };
        let (requests, sign_ins) = (TokenBuckets::new(requests), TokenBuckets::new(sign_ins));
        Self(is_on.then(|| Arc::new(Mutex::new(Counted { limits, requests, sign_ins }))))
    }

    /// Counts what one request holds beside itself, where it holds several things that others ask for one by one.
    ///
    /// # Errors
    /// `rate_limited`: too much from this address.
    pub fn count_more(&self, address: IpAddr, more: usize, now: Timestamp) -> Result<(), Problem> {
        let Some(counted) = &self.0 else { return Ok(()) };
        let mut counted = counted.lock().unwrap_or_else(PoisonError::into_inner);
        (0..more).try_for_each(|_| counted.requests.take(network(address), now).map_err(Problem::rate_limited))
    }

    /// Counts one request.
    fn count(&self, address: IpAddr, method: &Method, path: &str, now: Timestamp) -> Result<(), Problem> {
        let Some(counted) = &self.0 else { return Ok(()) };
        if path.starts_with("/static/") || FREE.contains(&path) {
            return Ok(());
        }
        let is_sign_in = method == Method::POST && (SIGN_INS.contains(&path) || path.starts_with(RESETS));
        let address = network(address);
        // A panic between lock and unlock leaves counters behind, nothing that could be wrong.
        let mut counted = counted.lock().unwrap_or_else(PoisonError::into_inner);
        counted.follow();
        counted.requests.take(address, now).map_err(Problem::rate_limited)?;
        if is_sign_in {
            counted.sign_ins.take(address, now).map_err(Problem::rate_limited)?;
        }
        Ok(())
    }
}

impl Counted {
    /// The limits may be others since the last request.
    fn follow(&mut self) {
        if self.limits.has_changed().unwrap_or(false) {
            let (requests, sign_ins) = rates(&self.limits.borrow_and_update());
            self.requests.set_rate(requests);
            self.sign_ins.set_rate(sign_ins);
        }
    }
}

/// For all requests of an address, and for those that let somebody in.
fn rates(limits: &LimitsConfig) -> (Rate, Rate) {
    let requests = Rate { per_second: f64::from(limits.requests_per_second), burst: f64::from(limits.request_burst) };
    let per_minute = f64::from(limits.sign_ins_per_minute);
    (requests, Rate { per_second: per_minute / 60.0, burst: per_minute })
}

/// Lets a request pass that comes in time.
pub async fn hold_back<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let counted = match request.app_data::<web::Data<WebState>>() {
        Some(state) => {
            let address = address(request.request());
            // The path as the routes see it: how it was written does not count.
            let path = request.match_info().as_str();
            state.request_rates.count(address, request.method(), path, state.clock.now())
        }
        None => Ok(()),
    };
    match counted {
        Ok(()) => Ok(next.call(request).await?.map_into_left_body()),
        Err(problem) => Ok(request.error_response(ApiError::from(problem)).map_into_right_body()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    fn limits(rate_limits: bool) -> LimitsConfig {
        LimitsConfig {
            rate_limits,
            requests_per_second: 10,
            request_burst: 20,
            sign_ins_per_minute: 3,
            ..Config::defaults().limits
        }
    }

    fn rates(rate_limits: bool) -> RequestRates {
        RequestRates::new(watch::Sender::new(limits(rate_limits)).subscribe())
    }

    fn passed(rates: &RequestRates, address: &str, method: &Method, path: &str, at: i64) -> usize {
        let address = address.parse().expect("an address");
        (0..100).filter(|_| rates.count(address, method, path, Timestamp(at)).is_ok()).count()
    }

    #[test]
    fn an_address_has_a_burst_and_a_rate_whatever_it_asks_for() {
        let rates = rates(true);
        assert_eq!(passed(&rates, "192.0.2.1", &Method::GET, "/rooms/lobby", 0), 20);
        assert_eq!(passed(&rates, "192.0.2.1", &Method::POST, "/api/v1/rooms", 0), 0);
        assert_eq!(passed(&rates, "192.0.2.1", &Method::GET, "/rooms/lobby", 500), 5);
        assert_eq!(passed(&rates, "192.0.2.2", &Method::GET, "/rooms/lobby", 0), 20, "others have their own");
    }

    #[test]
    fn other_limits_hold_from_the_next_request_on() {
        let decided = watch::Sender::new(limits(true));
        let rates = RequestRates::new(decided.subscribe());
        assert_eq!(passed(&rates, "192.0.2.1", &Method::GET, "/rooms/lobby", 0), 20);

        decided.send_replace(LimitsConfig { request_burst: 3, requests_per_second: 2, ..limits(true) });

        assert_eq!(passed(&rates, "192.0.2.1", &Method::GET, "/rooms/lobby", 500), 1);
        assert_eq!(passed(&rates, "192.0.2.2", &Method::GET, "/rooms/lobby", 500), 3);
    }

    #[test]
    fn what_lets_somebody_in_is_counted_once_more() {
        let rates = rates(true);
        assert_eq!(passed(&rates, "192.0.2.1", &Method::POST, "/login", 0), 3);
        let rates = self::rates(true);
        assert_eq!(passed(&rates, "192.0.2.1", &Method::GET, "/login", 0), 20, "looking at the form does not count");
    }

    #[test]
    fn probes_and_files_are_free_and_off_is_off() {
        for path in ["/healthz", "/metrics", "/static/css/base.css", "/ws"] {
            assert_eq!(passed(&rates(true), "192.0.2.1", &Method::GET, path, 0), 100, "{path}");
        }
        assert_eq!(passed(&rates(false), "192.0.2.1", &Method::POST, "/login", 0), 100);
    }
}
