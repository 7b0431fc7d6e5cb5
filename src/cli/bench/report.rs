//! What a run has found: one table for people, one JSON object for programs.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};

use super::super::Failure;
use super::checker::Faults;
use super::process::Usage;

/// The slowest answer that is told apart, in microseconds.
const SLOWEST: u64 = 120_000_000;

/// What is told of latencies.
const QUANTILES: [&str; 4] = ["p50_ms", "p99_ms", "p999_ms", "max_ms"];

/// How long things took.
#[derive(Debug, Clone)]
pub struct Latencies(Histogram<u64>);

impl Default for Latencies {
    fn default() -> Self {
        Self(Histogram::new_with_bounds(1, SLOWEST, 3).expect("the bounds are good ones"))
    }
}

impl Latencies {
    /// Takes one.
    pub fn take(&mut self, span: Duration) {
        self.0.saturating_record(u64::try_from(span.as_micros()).unwrap_or(SLOWEST).max(1));
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    fn shown(&self) -> [(&'static str, f64); 4] {
        let ms = |micros: u64| Duration::from_micros(micros).as_secs_f64() * 1000.0;
        let quantile = |quantile| ms(self.0.value_at_quantile(quantile));
        let [p50, p99, p999, max] = QUANTILES;
        [(p50, quantile(0.5)), (p99, quantile(0.99)), (p999, quantile(0.999)), (max, ms(self.0.max()))]
    }
}

/// The rows of a report, in order.
#[derive(Debug, Default)]
pub struct Report(Vec<(&'static str, Value)>);

impl Report {
    /// A report of a run of this kind.
    pub fn new(bench: &'static str) -> Self {
        Self(vec![("bench", json!(bench))])
    }

    /// One more figure.
    pub fn row(&mut self, name: &'static str, value: impl Into<Value>) {
        self.0.push((name, value.into()));
    }

    /// So many in so long.
    pub fn rate(&mut self, name: &'static str, count: u64, span: Duration) {
        self.row(name, rounded(ratio(count, span.as_secs_f64())));
    }

    /// How long things took.
    pub fn latency(&mut self, name: &'static str, latencies: &Latencies) {
        if latencies.count() > 0 {
            let shown = latencies.shown().into_iter().map(|(name, ms)| (name.to_owned(), json!(rounded(ms))));
            self.row(name, Value::Object(shown.collect()));
        }
    }

    /// What the server has used between two moments; `per` is what it did meanwhile, if that is worth a ratio.
    pub fn server(&mut self, before: Option<Usage>, after: Option<Usage>, per: Option<(&'static str, u64)>) {
        let (Some(before), Some(after)) = (before, after) else { return };
        let cpu = (after.cpu_seconds - before.cpu_seconds).max(0.0);
        self.row("server_cpu_seconds", rounded(cpu));
        if let Some((name, count)) = per.filter(|_| cpu > 0.0) {
            self.row(name, rounded(ratio(count, cpu)));
        }
        self.row("server_rss_bytes", after.rss_bytes);
    }

    /// The processor time of this program: near the length of the run, it is this program that is measured.
    pub fn own(&mut self, before: Option<Usage>, after: Option<Usage>) {
        if let (Some(before), Some(after)) = (before, after) {
            self.row("own_cpu_seconds", rounded(after.cpu_seconds - before.cpu_seconds));
        }
    }

    /// What was wrong.
    pub fn faults(&mut self, faults: Faults) {
        self.row("lost", faults.lost);
        self.row("duplicate", faults.duplicate);
        self.row("out_of_order", faults.out_of_order);
        self.row("different", faults.different);
    }

    /// Prints it.
    #[expect(clippy::print_stdout, reason = "the output of this command")]
    pub fn print(&self, as_json: bool) -> Result<(), Failure> {
        if as_json {
            let line = serde_json::to_string(self).map_err(|error| Failure::Failed(error.to_string()))?;
            println!("{line}");
        } else {
            print!("{}", self.table());
        }
        Ok(())
    }

    fn table(&self) -> String {
        let mut table = String::new();
        for (name, value) in &self.0 {
            let shown = match value {
                Value::Object(parts) => {
                    let part = |name: &str| Some(format!("{} {}", name.trim_end_matches("_ms"), parts.get(name)?));
                    let parts: Vec<String> = QUANTILES.iter().filter_map(|name| part(name)).collect();
                    format!("{} ms", parts.join("  "))
                }
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            table.extend([format!("{:<32}", name.replace('_', " ")), shown, "\n".to_owned()]);
        }
        table
    }
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// A count for each unit; 0 when there is no unit.
pub fn ratio(count: u64, units: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a figure for people; 15 digits are enough")]
    let count = count as f64;
    if units > 0.0 { count / units } else { 0.0 }
}

/// Three decimals below a hundred, none above.
fn rounded(number: f64) -> f64 {
    let factor = if number.abs() < 100.0 { 1000.0 } else { 1.0 };
    (number * factor).round() / factor
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_reads_alike_for_people_and_programs_and_keeps_its_order() {
        let mut latencies = Latencies::default();
        (1..=100).for_each(|ms| latencies.take(Duration::from_millis(ms)));
        let mut report = Report::new("send");
        report.row("sent", 3);
        report.rate("sent_per_second", 1000, Duration::from_secs(4));
        report.latency("ack", &latencies);

        let json = serde_json::to_string(&report).unwrap();
        assert!(json.starts_with(r#"{"bench":"send","sent":3,"sent_per_second":250.0,"ack":{"#), "{json}");
        let parsed: Value = serde_json::from_str(&json).unwrap();
        assert!((49.9..50.2).contains(&parsed["ack"]["p50_ms"].as_f64().unwrap()), "{json}");
        let table = report.table();
        assert!(table.contains("sent per second                 250.0\n") && table.contains("p50 50"), "{table}");
    }

    #[test]
    fn what_never_ends_and_what_takes_no_time_can_be_taken() {
        let mut latencies = Latencies::default();
        latencies.take(Duration::ZERO);
        latencies.take(Duration::MAX);
        assert_eq!(latencies.count(), 2);
        assert!(ratio(5, 0.0).abs() < f64::EPSILON);
    }
}
