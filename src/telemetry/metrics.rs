//! The numbers at `/metrics`, in the text format that Prometheus reads. One set per server, no globals: two servers in one
//! process (tests) do not see each other's.
//!
//! Every label has a fixed, small set of values. Nothing is counted by user, room or address.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Metric, Registry};

use super::figures::{Counted, Durations, History};
use super::process::Process;
use crate::domain::clock::Timestamp;
use crate::domain::person::Door;

/// The content type of [`Metrics::encode`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// All numbers of one server. Cheap to clone; the clones count together.
#[derive(Clone)]
pub struct Metrics(Arc<Numbers>);

struct Numbers {
    registry: Registry,
    /// Open connections, by door.
    connections: [Gauge; Door::ALL.len()],
    sessions_opened: Counter,
    messages_stored: Counter,
    deliveries: Counter,
    dropped_ephemeral: Counter,
    slow_disconnects: Counter,
    login_failures: Counter,
    password_hashes: Counter,
    /// Empty without TLS.
    certificate_expiry: Family<[(&'static str, &'static str); 0], Gauge>,
    pushes: Family<PushLabels, Counter>,
    file_transfers: Family<FileLabels, Counter>,
    file_bytes: Counter,
    rooms_loaded: Gauge,
    journal_waiting: Gauge,
    deliveries_took: Durations,
    commits_took: Durations,
    started: Timestamp,
    history: History,
    backups: Family<BackupLabels, Counter>,
    last_backup: Gauge,
    delivery_seconds: Histogram,
    journal_batch_events: Histogram,
    journal_commit_seconds: Histogram,
    http_requests: Family<RequestLabels, Counter>,
    http_request_seconds: Family<RouteLabels, Histogram, fn() -> Histogram>,
    memory: Gauge,
    open_files: Gauge,
    most_files: Gauge,
    cpu_seconds: Counter<f64, AtomicU64>,
}

/// Numbers of one moment.
#[derive(Debug, Clone)]
pub struct Now {
    /// Open connections.
    pub connections: u64,
    /// Messages committed so far.
    pub messages: u64,
    /// Events handed to sessions so far.
    pub deliveries: u64,
    /// Events that wait for the journal.
    pub queue: u64,
    /// How long events took from the server to those who read them.
    pub delivery: Counted,
    /// How long transactions of the journal took.
    pub commit: Counted,
}

/// What became of a notification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PushOutcome {
    /// The push service has it.
    Delivered,
    /// The browser has gone; the subscription was forgotten.
    Gone,
    /// The service refused it, or was not reached.
    Failed,
    /// It was not sent: the queue was full, or the service rests after a failure.
    Dropped,
}

impl PushOutcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Gone => "gone",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PushLabels {
    outcome: &'static str,
}

/// What became of a file that was handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileOutcome {
    /// The receiver has it, and it is good.
    Done,
    /// The receiver did not want it.
    Refused,
    /// It came to nothing: a side was gone, gave it up, or broke a rule.
    Broken,
}

impl FileOutcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Broken => "broken",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct FileLabels {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BackupLabels {
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct DoorLabels {
    door: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: String,
    status: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

impl Metrics {
    /// A fresh set; `started` is when the server started.
    #[must_use]
    pub fn new(started: Timestamp) -> Self {
        let mut registry = Registry::with_prefix("parlor");
        let r = &mut registry;
        let connections = register(r, "connections", "Connections open now", Family::<DoorLabels, Gauge>::default());
        let start_time: Gauge =
            register(r, "process_start_time_seconds", "When the server started, in Unix time", Gauge::default());
        start_time.set(started.0 / 1000);
        let numbers = Numbers {
            connections: Door::ALL.map(|door| connections.get_or_create_owned(&DoorLabels { door: door.as_str() })),
            sessions_opened: register(r, "sessions_opened", "Sessions opened", Counter::default()),
            messages_stored: register(r, "messages_stored", "Messages committed", Counter::default()),
            deliveries: register(r, "deliveries", "Events handed to sessions", Counter::default()),
            dropped_ephemeral: register(
                r,
                "dropped_ephemeral",
                "Typing and presence events not sent to slow readers",
                Counter::default(),
            ),
            slow_disconnects: register(
                r,
                "slow_disconnects",
                "Sessions cut off because they did not read",
                Counter::default(),
            ),
            login_failures: register(r, "login_failures", "Logins refused", Counter::default()),
            password_hashes: register(r, "password_hashes", "Passwords hashed or checked", Counter::default()),
            certificate_expiry: register(
                r,
                "tls_certificate_expiry_timestamp_seconds",
                "Until when the certificate is good, in seconds since 1970",
                Family::default(),
            ),
            pushes: register(r, "push_notifications", "Notifications, by what became of them", Family::default()),
            file_transfers: register(
                r,
                "file_transfers",
                "Files handed from person to person, by what became of them",
                Family::default(),
            ),
            file_bytes: register(r, "file_bytes", "Bytes of files handed from person to person", Counter::default()),
            rooms_loaded: register(r, "rooms_loaded", "Rooms in memory", Gauge::default()),
            journal_waiting: register(r, "journal_waiting", "Events that wait for the journal", Gauge::default()),
            deliveries_took: Durations::default(),
            commits_took: Durations::default(),
            started,
            history: History::default(),
            backups: register(r, "backups", "Scheduled backups, by what became of them", Family::default()),
            last_backup: register(
                r,
                "backup_last_success_time_seconds",
                "When the last scheduled backup was made, in Unix time; 0 for never",
                Gauge::default(),
            ),
            delivery_seconds: register(
                r,
                "delivery_seconds",
                "From when the server took an event until a thread had handed it out; the oldest of each pass",
                seconds(),
            ),
            journal_batch_events: register(
                r,
                "journal_batch_events",
                "Events written in one transaction",
                Histogram::new(exponential_buckets(1.0, 2.0, 11)),
            ),
            journal_commit_seconds: register(
                r,
                "journal_commit_seconds",
                "Time one transaction took, commit included",
                seconds(),
            ),
            http_requests: register(r, "http_requests", "Requests answered", Family::default()),
            http_request_seconds: register(
                r,
                "http_request_seconds",
                "Time until the answer was ready",
                Family::new_with_constructor(seconds as fn() -> Histogram),
            ),
            memory: register(r, "process_resident_memory_bytes", "Memory the process has", Gauge::default()),
            open_files: register(r, "process_open_fds", "Files and connections that are open", Gauge::default()),
            most_files: register(r, "process_max_fds", "How many may be open", Gauge::default()),
            cpu_seconds: register(r, "process_cpu_seconds", "Time of the processor used", Counter::default()),
            registry,
        };
        Self(Arc::new(numbers))
    }

    /// Counts a connection and its session.
    pub fn connected(&self, door: Door) {
        self.open(door).inc();
        self.0.sessions_opened.inc();
    }

    /// Counts the end of a connection.
    pub fn disconnected(&self, door: Door) {
        self.open(door).dec();
    }

    /// How many connections are open at a door.
    #[must_use]
    pub fn connections(&self, door: Door) -> usize {
        usize::try_from(self.open(door).get()).unwrap_or(0)
    }

    fn open(&self, door: Door) -> &Gauge {
        &self.0.connections[door as usize]
    }

    /// One transaction of the journal: how many events, how many of them messages, how long it took.
    pub fn journal_committed(&self, events: usize, messages: usize, took: Duration) {
        self.0.journal_batch_events.observe(f64::from(u32::try_from(events).unwrap_or(u32::MAX)));
        self.0.journal_commit_seconds.observe(took.as_secs_f64());
        self.0.commits_took.observe(took);
        self.0.messages_stored.inc_by(messages as u64);
    }

    /// Events were handed to so many sessions.
    pub fn delivered(&self, sessions: usize) {
        self.0.deliveries.inc_by(sessions as u64);
    }

    /// A thread has handed out events; the oldest of them was taken so long ago.
    pub fn delivery_took(&self, took: Duration) {
        self.0.delivery_seconds.observe(took.as_secs_f64());
        self.0.deliveries_took.observe(took);
    }

    /// So many events wait for the journal.
    pub fn journal_waiting(&self, events: usize) {
        self.0.journal_waiting.set(i64::try_from(events).unwrap_or(i64::MAX));
    }

    /// The numbers of this moment, for those who look at them on a page.
    #[must_use]
    pub fn now(&self) -> Now {
        let count = |gauge: &Gauge| u64::try_from(gauge.get()).unwrap_or(0);
        Now {
            connections: self.0.connections.iter().map(count).sum(),
            messages: self.0.messages_stored.get(),
            deliveries: self.0.deliveries.get(),
            queue: count(&self.0.journal_waiting),
            delivery: self.0.deliveries_took.counted(),
            commit: self.0.commits_took.counted(),
        }
    }

    /// How it went over the last hour and the last day.
    #[must_use]
    pub fn history(&self) -> &History {
        &self.0.history
    }

    /// When the server started.
    #[must_use]
    pub fn started(&self) -> Timestamp {
        self.0.started
    }

    /// Counts a notification.
    pub fn pushed(&self, outcome: PushOutcome) {
        self.0.pushes.get_or_create_owned(&PushLabels { outcome: outcome.as_str() }).inc();
    }

    /// A file was handed over, or was not.
    pub fn file_ended(&self, outcome: FileOutcome) {
        self.0.file_transfers.get_or_create_owned(&FileLabels { outcome: outcome.as_str() }).inc();
    }

    /// So many bytes of a file have passed.
    pub fn file_bytes(&self, bytes: usize) {
        self.0.file_bytes.inc_by(bytes as u64);
    }

    /// An ephemeral event was not sent to a slow reader.
    pub fn dropped_ephemeral(&self) {
        self.0.dropped_ephemeral.inc();
    }

    /// A session was cut off because it did not read.
    pub fn slow_disconnect(&self) {
        self.0.slow_disconnects.inc();
    }

    /// A login was refused.
    pub fn login_failed(&self) {
        self.0.login_failures.inc();
    }

    /// A scheduled backup was made at this time, or failed.
    pub fn backed_up(&self, at: Option<Timestamp>) {
        let outcome = if at.is_some() { "done" } else { "failed" };
        self.0.backups.get_or_create_owned(&BackupLabels { outcome }).inc();
        if let Some(at) = at {
            self.last_backup_was(at);
        }
    }

    /// The newest scheduled backup that there is was made at this time.
    pub fn last_backup_was(&self, at: Timestamp) {
        self.0.last_backup.set(at.0 / 1000);
    }

    /// A password is hashed, or checked against a hash.
    pub fn password_hashed(&self) {
        self.0.password_hashes.inc();
    }

    /// The certificate in force is good until then.
    pub fn certificate_expires_at(&self, end: Timestamp) {
        self.0.certificate_expiry.get_or_create(&[]).set(end.0.div_euclid(1000));
    }

    /// So many rooms are in memory now.
    pub fn rooms_loaded(&self, rooms: usize) {
        self.0.rooms_loaded.set(i64::try_from(rooms).unwrap_or(i64::MAX));
    }

    /// A request was answered. `route` is the pattern of the route table (`/rooms/{room}`), never the path that was
    /// asked for; none where no route matched.
    pub fn http_request(&self, method: &str, route: Option<&str>, status: u16, took: Duration) {
        let route = route.unwrap_or("unmatched").to_owned();
        let labels = RequestLabels { method: known_method(method), route: route.clone(), status: class(status) };
        self.0.http_requests.get_or_create(&labels).inc();
        self.0.http_request_seconds.get_or_create(&RouteLabels { route }).observe(took.as_secs_f64());
    }

    /// Everything, as `/metrics` gives it.
    #[must_use]
    pub fn encode(&self) -> String {
        self.look_at_process();
        let mut text = String::with_capacity(8 * 1024);
        // Writing into a String cannot fail.
        let _ = encode(&mut text, &self.0.registry);
        text
    }
}

impl Metrics {
    fn look_at_process(&self) {
        let Some(found) = Process::look() else { return };
        self.0.memory.set(found.resident_bytes);
        self.0.open_files.set(found.open_files);
        self.0.most_files.set(found.most_files);
        // Two who ask at once may add a little twice; a counter that went back would count from nothing.
        self.0.cpu_seconds.inc_by((found.cpu_seconds - self.0.cpu_seconds.get()).max(0.0));
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

fn register<M: Metric + Clone>(registry: &mut Registry, name: &str, help: &str, metric: M) -> M {
    registry.register(name, help, metric.clone());
    metric
}

/// From half a millisecond to eight seconds.
fn seconds() -> Histogram {
    Histogram::new(exponential_buckets(0.0005, 2.0, 15))
}

/// A client may send any word as a method; as a label only these count.
fn known_method(method: &str) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    KNOWN.into_iter().find(|known| *known == method).unwrap_or("OTHER")
}

fn class(status: u16) -> &'static str {
    match status {
        100..=199 => "1xx",
        200..=299 => "2xx",
        300..=399 => "3xx",
        400..=499 => "4xx",
        _ => "5xx",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(metrics: &Metrics) -> Vec<String> {
        metrics.encode().lines().map(str::to_owned).collect()
    }

    fn assert_line(metrics: &Metrics, line: &str) {
        let lines = lines(metrics);
        assert!(lines.iter().any(|found| found == line), "{line} in\n{}", lines.join("\n"));
    }

    #[test]
    fn a_connection_counts_until_it_is_dropped_and_its_session_for_good() {
        let metrics = Metrics::new(Timestamp(1_500));

        metrics.connected(Door::Websocket);
        metrics.clone().connected(Door::Websocket);
        metrics.disconnected(Door::Websocket);

        assert_line(&metrics, "parlor_connections{door=\"websocket\"} 1");
        assert_line(&metrics, "parlor_sessions_opened_total 2");
        assert_line(&metrics, "parlor_process_start_time_seconds 1");
        metrics.disconnected(Door::Websocket);
        assert_line(&metrics, "parlor_connections{door=\"websocket\"} 0");
    }

    #[test]
    fn a_commit_counts_its_events_its_messages_and_its_time() {
        let metrics = Metrics::new(Timestamp(0));

        metrics.journal_committed(3, 2, Duration::from_millis(2));

        assert_line(&metrics, "parlor_messages_stored_total 2");
        assert_line(&metrics, "parlor_journal_batch_events_sum 3.0");
        assert_line(&metrics, "parlor_journal_commit_seconds_count 1");
    }

    #[test]
    fn requests_are_counted_by_method_route_and_class_of_status() {
        let metrics = Metrics::new(Timestamp(0));

        metrics.http_request("GET", Some("/rooms/{room}"), 200, Duration::from_millis(1));
        metrics.http_request("GET", Some("/rooms/{room}"), 204, Duration::from_millis(1));
        metrics.http_request("BREW", None, 404, Duration::from_millis(1));

        assert_line(&metrics, "parlor_http_requests_total{method=\"GET\",route=\"/rooms/{room}\",status=\"2xx\"} 2");
        assert_line(&metrics, "parlor_http_requests_total{method=\"OTHER\",route=\"unmatched\",status=\"4xx\"} 1");
        assert_line(&metrics, "parlor_http_request_seconds_count{route=\"/rooms/{room}\"} 2");
    }

    /// Every family that `/metrics` may give, as OPERATIONS.md writes it.
    fn families() -> std::collections::BTreeSet<String> {
        let metrics = Metrics::new(Timestamp(0));
        metrics.pushed(PushOutcome::Delivered);
        metrics.backed_up(None);
        metrics.file_ended(FileOutcome::Done);
        metrics.certificate_expires_at(Timestamp(0));
        metrics.http_request("GET", None, 200, Duration::ZERO);
        let encoded = lines(&metrics);
        let types = encoded.iter().filter_map(|line| line.strip_prefix("# TYPE "));
        types
            .filter_map(|line| line.split_once(' '))
            .map(|(name, kind)| if kind == "counter" { format!("{name}_total") } else { name.to_owned() })
            .collect()
    }

    #[test]
    fn the_handbook_lists_what_there_is_and_nothing_else() {
        let handbook = include_str!("../../docs/OPERATIONS.md");
        let rows = handbook.lines().filter_map(|line| line.strip_prefix("| `parlor_"));
        let told: std::collections::BTreeSet<String> =
            rows.map(|row| format!("parlor_{}", row.split(['{', '`']).next().unwrap_or_default())).collect();

        assert_eq!(told, families());
    }

    #[test]
    fn alerts_and_dashboard_ask_for_what_there_is() {
        let families = families();
        for file in [
            include_str!("../../deploy/prometheus-alerts.yml"),
            include_str!("../../deploy/grafana-dashboard.json"),
            include_str!("../../docs/OPERATIONS.md"),
        ] {
            let words = file.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            let asked: Vec<&str> = words.filter(|word| word.starts_with("parlor_")).collect();
            assert!(!asked.is_empty());
            for name in asked {
                let family = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end));
                assert!(families.contains(name) || family.is_some_and(|name| families.contains(name)), "{name}");
            }
        }
    }

    #[test]
    fn every_number_is_there_from_the_start_and_has_our_prefix() {
        let metrics = Metrics::new(Timestamp(0));
        metrics.delivered(5);
        metrics.dropped_ephemeral();
        metrics.slow_disconnect();
        metrics.login_failed();
        metrics.password_hashed();
        assert!(!lines(&metrics).iter().any(|line| line.starts_with("parlor_tls_")), "nothing without TLS");
        metrics.certificate_expires_at(Timestamp(1_795_251_600_999));
        metrics.rooms_loaded(4);

        for line in [
            "parlor_deliveries_total 5",
            "parlor_dropped_ephemeral_total 1",
            "parlor_slow_disconnects_total 1",
            "parlor_login_failures_total 1",
            "parlor_password_hashes_total 1",
            "parlor_tls_certificate_expiry_timestamp_seconds{} 1795251600",
            "parlor_rooms_loaded 4",
        ] {
            assert_line(&metrics, line);
        }
        assert!(lines(&metrics).iter().all(|line| line.starts_with('#') || line.starts_with("parlor_")));
        assert_eq!(lines(&metrics).last().map(String::as_str), Some("# EOF"));
    }
}
