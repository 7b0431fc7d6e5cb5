//! `/admin`: how the server is doing, now, over the last hour and over the last day.

use actix_web::HttpResponse;
use serde::Serialize;

use super::desk::{Desk, Left, Section};
use crate::domain::office::Power;
use crate::protocol::error_code::Problem;
use crate::telemetry::figures::Sample;
use crate::web::pages::visit::redirect;
use crate::web::views::time;

/// Samples of ten seconds in a row of the table.
const FIVE_MINUTES: usize = 30;
/// Samples of five minutes in a row of the table.
const HOUR: usize = 12;

#[derive(Serialize)]
struct Body {
    now: Option<Row>,
    hour: Vec<Row>,
    day: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    at: String,
    connections: String,
    messages: String,
    deliveries: String,
    p50: String,
    p99: String,
    queue: String,
    commit: String,
    memory: String,
    database: String,
    disk: String,
}

/// GET `/admin`. Moderators have no figures; what they look after begins with the reports.
pub async fn show(desk: Desk) -> HttpResponse {
    if !desk.may(Power::Health) {
        return redirect("/admin/reports");
    }
    let result = page(&desk).await;
    desk.respond(result).await
}

async fn page(desk: &Desk) -> Result<HttpResponse, Problem> {
    let found = desk.admin().figures(&desk.by, &desk.visit.state.metrics);
    let figures = found.map_err(|error| desk.problem(&error))?;
    // The newest first, and only whole steps but for the newest.
    let rows = |samples: &[Sample], step: usize| {
        samples.rchunks(step).map(|chunk| row(desk, &Sample::average(chunk))).collect()
    };
    let body = Body {
        now: figures.now.map(|now| row(desk, &now)),
        hour: rows(&figures.hour, FIVE_MINUTES),
        day: rows(&figures.day, HOUR),
    };
    desk.page(Section::Dashboard, "admin/dashboard.html", &Left::default(), &body).await
}

fn row(desk: &Desk, sample: &Sample) -> Row {
    let ms = |value: f64| format!("{value:.1} ms");
    Row {
        at: time::of_day(sample.at, desk.visit.state.renderer.zone()),
        connections: format!("{:.0}", sample.connections),
        messages: format!("{:.1}", sample.messages),
        deliveries: format!("{:.0}", sample.deliveries),
        p50: ms(sample.delivery_p50_ms),
        p99: ms(sample.delivery_p99_ms),
        queue: format!("{:.0}", sample.queue),
        commit: ms(sample.commit_p99_ms),
        memory: bytes(sample.memory_bytes),
        database: bytes(sample.database_bytes),
        disk: bytes(sample.disk_free_bytes),
    }
}

/// A size as people read it: `12.3 MiB`.
pub fn bytes(size: f64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let (mut size, mut unit) = (size, 0);
    while size >= 1024.0 && unit + 1 < UNITS.len() {
        (size, unit) = (size / 1024.0, unit + 1);
    }
    if unit == 0 || size >= 100.0 { format!("{size:.0} {}", UNITS[unit]) } else { format!("{size:.1} {}", UNITS[unit]) }
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn sizes_are_short() {
        for (size, words) in [(0.0, "0 B"), (1023.0, "1023 B"), (1536.0, "1.5 KiB"), (268_435_456.0, "256 MiB")] {
            assert_eq!(bytes(size), words);
        }
    }
}
