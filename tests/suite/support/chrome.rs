//! Chromium without a screen, through chromedriver. Every window is a session of its own with a fresh profile, so two
//! windows are two people.

use std::future::Future;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use reqwest::{Method, Url};
use serde_json::{Value, json};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use super::TestServer;

pub use fantoccini::key::Key;

/// How long a page may take to show something. Nothing waits this long when all is well.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often a page is looked at while something is waited for.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Browsers are heavy: only so many tests with one run at a time.
static PLACES: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(2));

const ARGUMENTS: [&str; 12] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--lang=en-GB",
    // The desk of a wide window has a mouse; a phone's touch takes its place.
    "--blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4",
    // Two windows beside each other: none is "behind" the other, and none is slowed down.
    "--disable-renderer-backgrounding",
];

/// What kind of window.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    size: (u32, u32),
    is_phone: bool,
    is_dark: bool,
    has_javascript: bool,
}

impl Look {
    /// A screen on a desk.
    pub const fn wide() -> Self {
        Self { size: (1280, 860), is_phone: false, is_dark: false, has_javascript: true }
    }

    /// A phone: 390 by 844, with touch.
    pub const fn phone() -> Self {
        Self { size: (390, 844), is_phone: true, is_dark: false, has_javascript: true }
    }

    /// The same, in the dark.
    pub const fn dark(self) -> Self {
        Self { is_dark: true, ..self }
    }

    /// The same, with JavaScript off.
    pub const fn without_javascript(self) -> Self {
        Self { has_javascript: false, ..self }
    }

    /// The same, of another size.
    pub const fn sized(self, width: u32, height: u32) -> Self {
        Self { size: (width, height), ..self }
    }

    fn capabilities(self) -> serde_json::Map<String, Value> {
        let (width, height) = self.size;
        let mut arguments: Vec<String> = ARGUMENTS.iter().map(|argument| (*argument).to_owned()).collect();
        arguments.push(format!("--window-size={width},{height}"));
        let mut options = json!({ "args": arguments, "prefs": { "intl.accept_languages": "en-GB" } });
        if self.is_phone {
            options["mobileEmulation"] = json!({
                "deviceMetrics": { "width": width, "height": height, "pixelRatio": 2, "touch": true, "mobile": true },
                "clientHints": { "platform": "Android", "mobile": true },
            });
        }
        if !self.has_javascript {
            options["prefs"]["profile.managed_default_content_settings.javascript"] = json!(2);
        }
        let all = json!({ "goog:chromeOptions": options, "goog:loggingPrefs": { "browser": "ALL" } });
        all.as_object().expect("an object").clone()
    }
}

/// The driver of one test; everything it started ends with it.
pub struct Chrome {
    driver: Child,
    port: u16,
    _place: SemaphorePermit<'static>,
}

impl Chrome {
    /// Starts a driver, once there is a place for another test with a browser.
    pub async fn start() -> Self {
        let place = PLACES.acquire().await.expect("never closed");
        let (driver, port) = tokio::task::spawn_blocking(start_driver).await.expect("started");
        Self { driver, port, _place: place }
    }

    /// Opens a window with a fresh profile.
    pub async fn window(&self, server: &TestServer, look: Look) -> Window {
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(look.capabilities());
        let driver = format!("http://127.0.0.1:{}", self.port);
        let client = patiently("a window", builder.connect(&driver)).await.expect("a window opens");
        let window = Window { client, base: server.url("") };
        if look.is_dark {
            let dark = json!([{ "name": "prefers-color-scheme", "value": "dark" }]);
            window.devtools("Emulation.setEmulatedMedia", json!({ "features": dark })).await;
        }
        if !look.is_phone {
            // The inside of the window gets the size, not its frame.
            let (width, height) = look.size;
            let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
            window.devtools("Emulation.setDeviceMetricsOverride", size).await;
        }
        window
    }

    /// A wide window.
    pub async fn wide(&self, server: &TestServer) -> Window {
        self.window(server, Look::wide()).await
    }
}

impl Drop for Chrome {
    fn drop(&mut self) {
        // Asked to, the driver ends its browsers too; killed, it would leave them behind.
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) {
            let _ = stream.set_read_timeout(Some(Duration::from_secs(10)));
            let request =
                format!("GET /shutdown HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\r\n", self.port);
            let _ = stream.write_all(request.as_bytes());
            let _ = stream.read_to_end(&mut Vec::new());
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn start_driver() -> (Child, u16) {
    let mut driver = Command::new("chromedriver")
        .args(["--port=0", "--log-level=SEVERE"])
        .env("TZ", "UTC")
        .env("LANGUAGE", "en_GB")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("chromedriver is installed: apt-get install chromium chromium-driver");
    let mut lines = BufReader::new(driver.stdout.take().expect("piped")).lines().map_while(Result::ok);
    let port = lines.find_map(|line| line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok());
    // The rest is read too, so that the driver never waits for us.
    std::thread::spawn(move || lines.for_each(drop));
    (driver, port.expect("the driver says its port"))
}

/// One browser window.
pub struct Window {
    client: Client,
    base: String,
}

impl Window {
    /// Opens a page and waits until it is loaded.
    pub async fn goto(&self, path: &str) {
        self.follow(&format!("{}{path}", self.base)).await;
    }

    /// Opens an address.
    pub async fn follow(&self, url: &str) {
        patiently(url, self.client.goto(url)).await.expect("the page opens");
    }

    /// Loads the page again.
    pub async fn reload(&self) {
        patiently("the reload", self.client.refresh()).await.expect("the page opens");
    }

    /// The back button of the browser.
    pub async fn back(&self) {
        patiently("the way back", self.client.back()).await.expect("the page opens");
    }

    /// Path and query of the page.
    pub async fn path(&self) -> String {
        let url = patiently("the address", self.client.current_url()).await.expect("an address");
        url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()))
    }

    /// Waits until the page has this path (and query).
    pub async fn at(&self, path: &str) {
        self.wait(&format!("the page {path}"), async || {
            let url = self.path().await;
            if url == path { Ok(()) } else { Err(format!("it is {url}")) }
        })
        .await;
    }

    /// Replaces the text of a field.
    pub async fn fill(&self, css: &str, text: &str) {
        self.act(css, async |element| {
            element.clear().await?;
            element.send_keys(text).await
        })
        .await;
    }

    /// Types into a field, after what stands there.
    pub async fn write(&self, css: &str, text: &str) {
        self.act(css, async |element| element.send_keys(text).await).await;
    }

    /// Clicks, as soon as it can be clicked.
    pub async fn click(&self, css: &str) {
        // The driver does not find its way up in a scroller that grows upwards.
        let script = "document.querySelector(arguments[0])?.scrollIntoView({ block: 'nearest' })";
        self.act(css, async |element| {
            self.client.execute(script, vec![json!(css)]).await?;
            element.click().await
        })
        .await;
    }

    /// Presses keys, one after the other, wherever the focus is.
    pub async fn press(&self, keys: &[Key]) {
        let text: String = keys.iter().map(|key| char::from(*key)).collect();
        self.type_text(&text).await;
    }

    /// Types a text, wherever the focus is.
    pub async fn type_text(&self, text: &str) {
        let actions = text.chars().fold(KeyActions::new("keyboard".to_owned()), |actions, value| {
            actions.then(KeyAction::Down { value }).then(KeyAction::Up { value })
        });
        patiently("typing", self.client.perform_actions(actions)).await.expect("typed");
    }

    /// Presses a key while another one is held.
    pub async fn press_with(&self, held: Key, key: char) {
        let actions = KeyActions::new("keyboard".to_owned())
            .then(KeyAction::Down { value: held.into() })
            .then(KeyAction::Down { value: key })
            .then(KeyAction::Up { value: key })
            .then(KeyAction::Up { value: held.into() });
        patiently("keys", self.client.perform_actions(actions)).await.expect("pressed");
    }

    /// Waits until something can be seen.
    pub async fn see(&self, css: &str) {
        self.wait(&format!("{css} in view"), async || match self.find(css).await?.is_displayed().await {
            Ok(true) => Ok(()),
            Ok(false) => Err("it is there, but hidden".to_owned()),
            Err(error) => Err(error.to_string()),
        })
        .await;
    }

    /// Waits until nothing of this kind can be seen.
    pub async fn lose(&self, css: &str) {
        self.wait(&format!("{css} gone"), async || {
            for element in self.client.find_all(Locator::Css(css)).await.map_err(words)? {
                if element.is_displayed().await.map_err(words)? {
                    return Err("it can be seen".to_owned());
                }
            }
            Ok(())
        })
        .await;
    }

    /// Waits until the text can be read on the page.
    pub async fn see_text(&self, text: &str) {
        self.see_text_in("body", text).await;
    }

    /// Waits until the text can be read in a part of the page.
    pub async fn see_text_in(&self, css: &str, text: &str) {
        self.wait(&format!("{text:?} in {css}"), async || {
            let shown = self.find(css).await?.text().await.map_err(words)?;
            if shown.contains(text) { Ok(()) } else { Err(format!("it shows {shown:?}")) }
        })
        .await;
    }

    /// What can be read in a part of the page.
    pub async fn text(&self, css: &str) -> String {
        self.read(css, async |element| element.text().await).await
    }

    /// The value of a property.
    pub async fn property(&self, css: &str, name: &str) -> String {
        self.read(css, async |element| element.prop(name).await.map(Option::unwrap_or_default)).await
    }

    /// What can be read in each element of this kind.
    pub async fn texts(&self, css: &str) -> Vec<String> {
        self.try_texts(css).await.expect("texts")
    }

    /// The words of the messages, oldest first.
    pub async fn messages(&self) -> Vec<String> {
        self.texts(MESSAGES).await
    }

    /// Waits until the page shows exactly these messages, all of them sent.
    pub async fn see_messages(&self, expected: &[&str]) {
        self.wait(&format!("the messages {expected:?}"), async || {
            let shown = self.try_texts(MESSAGES).await.map_err(words)?;
            let pending = self.client.find_all(Locator::Css(".message--pending")).await.map_err(words)?.len();
            if pending == 0 && shown == expected { Ok(()) } else { Err(format!("{shown:?}, {pending} pending")) }
        })
        .await;
    }

    /// Writes into the composer and presses Enter.
    pub async fn say(&self, text: &str) {
        self.fill("#text", text).await;
        self.write("#text", "\u{e007}").await;
    }

    /// The value of an expression on the page.
    pub async fn value(&self, expression: &str) -> Value {
        let script = format!("return ({expression})");
        patiently(expression, self.client.execute(&script, Vec::new())).await.expect("a value")
    }

    /// Waits until an expression on the page is true.
    pub async fn see_that(&self, expression: &str) {
        let script = format!("return ({expression})");
        self.wait(expression, async || match self.client.execute(&script, Vec::new()).await {
            Ok(Value::Bool(true)) => Ok(()),
            Ok(other) => Err(format!("it is {other}")),
            Err(error) => Err(error.to_string()),
        })
        .await;
    }

    /// Asks the browser itself for something (Chrome `DevTools` protocol).
    pub async fn devtools(&self, method: &str, parameters: Value) -> Value {
        let command = Vendor { path: "goog/cdp/execute", body: json!({ "cmd": method, "params": parameters }) };
        patiently(method, self.client.issue_cmd(command)).await.expect("done")
    }

    /// Keeps a picture, when `PARLOR_TEST_SCREENSHOTS` names a folder.
    pub async fn screenshot(&self, name: &str) {
        let Some(folder) = std::env::var_os("PARLOR_TEST_SCREENSHOTS") else { return };
        let picture = patiently("a picture", self.client.screenshot()).await.expect("a picture");
        std::fs::create_dir_all(&folder).expect("a folder for pictures");
        std::fs::write(Path::new(&folder).join(format!("{name}.png")), picture).expect("the picture is written");
    }

    /// What the browser complained about since it was last asked: errors, refusals of the content policy, uncaught
    /// exceptions.
    pub async fn problems(&self) -> Vec<String> {
        let command = Vendor { path: "se/log", body: json!({ "type": "browser" }) };
        let log = patiently("the log", self.client.issue_cmd(command)).await.expect("a log");
        let entries = log.as_array().expect("entries").iter();
        let bad = entries.filter(|entry| matches!(entry["level"].as_str(), Some("SEVERE" | "WARNING")));
        bad.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    async fn find(&self, css: &str) -> Result<Element, String> {
        self.client.find(Locator::Css(css)).await.map_err(words)
    }

    /// By the page itself: the driver takes for hidden what is scrolled out of sight.
    async fn try_texts(&self, css: &str) -> Result<Vec<String>, CmdError> {
        let script = "return [...document.querySelectorAll(arguments[0])].map((element) => element.innerText.trim())";
        let texts = self.client.execute(script, vec![json!(css)]).await?;
        Ok(texts.as_array().into_iter().flatten().filter_map(|text| text.as_str().map(str::to_owned)).collect())
    }

    /// Does something with an element once it is there and lets itself be acted on.
    async fn act(&self, css: &str, action: impl AsyncFn(&Element) -> Result<(), CmdError>) {
        self.read(css, action).await;
    }

    async fn read<T>(&self, css: &str, action: impl AsyncFn(&Element) -> Result<T, CmdError>) -> T {
        self.wait(css, async || action(&self.find(css).await?).await.map_err(words)).await
    }

    /// Looks again until it succeeds. Pages change while one looks at them, so every failure may pass.
    async fn wait<T>(&self, what: &str, look: impl AsyncFn() -> Result<T, String>) -> T {
        let deadline = Instant::now() + PATIENCE;
        let mut problem = "the browser does not answer".to_owned();
        // WebDriver has no way to tell that a page has changed: it has to be asked.
        let mut looks = tokio::time::interval(LOOK_EVERY);
        loop {
            looks.tick().await;
            match tokio::time::timeout_at(deadline, look()).await {
                Ok(Ok(value)) => return value,
                Ok(Err(last)) => problem = last,
                Err(_) => {
                    self.screenshot("failed").await;
                    panic!("no {what} within {PATIENCE:?}: {problem}; log: {:?}", self.problems().await);
                }
            }
        }
    }
}

const MESSAGES: &str = ".message[data-kind=message] > .message__text";

fn words(error: CmdError) -> String {
    error.to_string()
}

async fn patiently<T>(what: &str, future: impl Future<Output = T>) -> T {
    let answer = tokio::time::timeout(PATIENCE, future).await;
    answer.unwrap_or_else(|_| panic!("{what}: no answer from the browser within {PATIENCE:?}"))
}

type ParseError = <Url as std::str::FromStr>::Err;

/// A command of chromedriver that the standard does not know.
#[derive(Debug)]
struct Vendor {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Vendor {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}
