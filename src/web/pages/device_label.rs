//! What a login is called in the list of devices: browser and system, as the `User-Agent` header tells them.

use actix_web::HttpRequest;
use actix_web::http::header::USER_AGENT;

use crate::web::words::Words;

/// In the order in which they have to be looked for: most browsers also claim to be others.
const BROWSERS: [(&str, &str); 9] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chromium"),
    ("Chrom", "Chromium"),
    ("Safari/", "Safari"),
];
const SYSTEMS: [(&str, &str); 8] = [
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
    ("FreeBSD", "FreeBSD"),
];
const PROGRAMS: [(&str, &str); 3] = [("curl/", "curl"), ("Wget/", "Wget"), ("HTTPie/", "HTTPie")];

/// What to call the login of this request.
pub fn of(request: &HttpRequest) -> String {
    let agent = request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    label(agent)
}

fn label(agent: &str) -> String {
    let find =
        |table: &[(&str, &'static str)]| table.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, name)| *name);
    match (find(&PROGRAMS), find(&BROWSERS), find(&SYSTEMS)) {
        (Some(program), _, _) => program.to_owned(),
        (None, Some(browser), Some(system)) => format!("{browser} on {system}"),
        (None, Some(browser), None) => browser.to_owned(),
        (None, None, Some(system)) => format!("Browser on {system}"),
        (None, None, None) => "Browser".to_owned(),
    }
}

/// A label as a page shows it. It is kept in English; names of browsers and systems are the same in every language.
pub fn shown(label: &str, words: &Words) -> String {
    let is_system = |name: &str| SYSTEMS.iter().any(|(_, system)| *system == name);
    match label.split_once(" on ") {
        Some(("Browser", system)) if is_system(system) => {
            words.with("device.on", &[("browser", &words.get("device.browser")), ("system", &system)])
        }
        Some((browser, system)) if is_system(system) => {
            words.with("device.on", &[("browser", &browser), ("system", &system)])
        }
        None if label == "Browser" => words.get("device.browser"),
        _ => label.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{label, shown};
    use crate::web::words::Words;
    use crate::web::words::language::Language;

    #[test]
    fn labels_are_shown_in_the_language_of_the_reader() {
        let german = |label| shown(label, &Words::of(Language::German));
        assert_eq!(german("Firefox on Windows"), "Firefox auf Windows");
        assert_eq!(german("Browser on Linux"), "Browser auf Linux");
        assert_eq!(german("curl"), "curl");
        assert_eq!(german("backup on Sundays"), "backup on Sundays", "what somebody called it stays");
    }

    #[test]
    fn browsers_are_known_by_name_and_system() {
        let cases = [
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
                "Chromium on Linux",
            ),
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Windows"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
                "Chromium on Android",
            ),
            ("curl/8.5.0", "curl"),
            ("", "Browser"),
            ("something/1.0 <script>", "Browser"),
        ];
        for (agent, expected) in cases {
            assert_eq!(label(agent), expected, "{agent}");
        }
    }
}
