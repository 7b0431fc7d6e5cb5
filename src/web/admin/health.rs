//! `/admin/health`: what works and what does not.

use std::time::Duration;

use actix_web::HttpResponse;
use serde::Serialize;

use super::dashboard::bytes;
use super::desk::{Desk, Left, Section};
use crate::protocol::error_code::Problem;

/// With less than this on the disk somebody should do something.
const LITTLE: f64 = 1024.0 * 1024.0 * 1024.0;

/// A certificate that is good for less than this has not been renewed.
const SOON: Duration = Duration::from_hours(7 * 24);

#[derive(Serialize)]
struct Body {
    checks: Vec<Check>,
    facts: Vec<Fact>,
}

/// Something that works or does not.
#[derive(Serialize)]
struct Check {
    label: String,
    good: bool,
    words: String,
}

#[derive(Serialize)]
struct Fact {
    label: String,
    value: String,
}

/// GET `/admin/health`
pub async fn show(desk: Desk) -> HttpResponse {
    let result = page(&desk).await;
    desk.respond(result).await
}

async fn page(desk: &Desk) -> Result<HttpResponse, Problem> {
    let (state, words) = (&desk.visit.state, &desk.visit.words);
    let figures = desk.admin().figures(&desk.by, &state.metrics).map_err(|error| desk.problem(&error))?;
    let now = figures.now.unwrap_or_default();
    let check = |label: &str, good: bool, bad: &str| Check {
        label: words.get(label),
        good,
        words: words.get(if good { "admin.works" } else { bad }),
    };
    let answers = match state.store.ping().await {
        Ok(()) => true,
        Err(error) => {
            log::error!("the database does not answer: {error}");
            false
        }
    };
    // Where the system does not say how much is free, nothing is wrong yet.
    let has_room = now.disk_free_bytes <= 0.0 || now.disk_free_bytes >= LITTLE;
    let certificate = state.tls.as_ref().map(|tls| tls.expires_at());
    let fact = |label: &str, value: String| Fact { label: words.get(label), value };
    let mut body = Body {
        checks: vec![
            check("admin.check_database", answers, "admin.database_silent"),
            check("admin.check_journal", state.chat.is_healthy(), "admin.journal_stuck"),
            check("admin.check_disk", has_room, "admin.disk_full"),
            check("admin.check_push", !state.push.public_key().is_empty(), "admin.push_off"),
        ],
        facts: vec![
            fact("admin.version", figures.version.to_owned()),
            fact("admin.started", desk.moment(figures.started_at)),
            fact("admin.uptime", uptime(figures.uptime_seconds)),
            fact("admin.database_size", bytes(now.database_bytes)),
            fact("admin.disk_free", bytes(now.disk_free_bytes)),
            fact("admin.memory", bytes(now.memory_bytes)),
            fact("admin.queue", format!("{:.0}", now.queue)),
        ],
    };
    if let Some(end) = certificate {
        let left = end.since(state.clock.now());
        body.checks.push(check("admin.check_certificate", left >= SOON, "admin.certificate_ends"));
        body.facts.push(fact("admin.certificate", desk.moment(end)));
    }
    desk.page(Section::Health, "admin/health.html", &Left::default(), &body).await
}

/// `3 d 04:05`: days, hours, minutes.
fn uptime(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    if days > 0 { format!("{days} d {hours:02}:{minutes:02}") } else { format!("{hours:02}:{minutes:02}") }
}

#[cfg(test)]
mod tests {
    use super::uptime;

    #[test]
    fn time_is_told_in_days_hours_and_minutes() {
        assert_eq!([uptime(59), uptime(3_660), uptime(2 * 86_400 + 61)], ["00:00", "01:01", "2 d 00:01"]);
    }
}
