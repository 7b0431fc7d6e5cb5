//! Clients as people use them: irssi in a terminal, and WeeChat without one.

use std::path::Path;
use std::process::Stdio;

use base64::Engine;
use parlor::config::{Address, Admin, TlsSource};
use parlor::domain::name::UserName;
use parlor::domain::person::Door;
use serde_json::json;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::{open, server};
use crate::support::irc::IrcClient;
use crate::support::{PASSWORD, TestServer, tls, until, wire};

fn port(server: &TestServer) -> u16 {
    server.doors.iter().find(|open| open.door == Door::Irc).expect("the door is open").address.port()
}

/// irssi in a terminal that nobody looks at.
struct Irssi {
    socket: String,
    home: TempDir,
}

impl Irssi {
    async fn start(server: &TestServer, name: &str, password: &str) -> Self {
        let to = format!("address = \"127.0.0.1\"; port = \"{}\";", port(server));
        let login = format!("sasl_mechanism = \"PLAIN\"; sasl_username = \"{name}\"; sasl_password = \"{password}\";");
        let irssi = Self::open(&to, &login, name).await;
        irssi.see("Mode change [+i]").await;
        irssi
    }

    /// Starts it with these settings of the server and of its network.
    async fn open(server: &str, network: &str, name: &str) -> Self {
        let home = TempDir::new().expect("a folder");
        let config = format!(
            "servers = ( {{ {server} chatnet = \"parlor\"; autoconnect = \"yes\"; }} );\n\
             chatnets = {{ parlor = {{ type = \"IRC\"; nick = \"{name}\"; {network} }}; }};\n\
             settings = {{ core = {{ real_name = \"{name}\"; user_name = \"{name}\"; nick = \"{name}\"; }}; }};\n"
        );
        std::fs::write(home.path().join("config"), config).expect("written");
        let irssi = Self { socket: format!("irssi-{}", home.path().file_name().unwrap().to_string_lossy()), home };
        let start = format!("irssi --home={}", irssi.home.path().display());
        irssi.tmux(&["new-session", "-d", "-s", "it", "-x", "160", "-y", "50", &start]).await;
        irssi
    }

    async fn tmux(&self, arguments: &[&str]) -> String {
        let output = Command::new("tmux").arg("-L").arg(&self.socket).args(arguments).output().await;
        String::from_utf8_lossy(&output.expect("tmux is installed").stdout).into_owned()
    }

    async fn type_line(&self, line: &str) {
        self.tmux(&["send-keys", "-t", "it", "-l", line]).await;
        self.tmux(&["send-keys", "-t", "it", "Enter"]).await;
    }

    async fn see(&self, wanted: &str) {
        until(wanted, || async { self.tmux(&["capture-pane", "-p", "-t", "it"]).await.contains(wanted) }).await;
    }

    async fn end(self) {
        self.tmux(&["kill-server"]).await;
    }
}

/// WeeChat without a screen; it does what it is told at its start, and writes logs.
fn weechat(server: &TestServer, home: &Path, commands: &[&str]) -> Child {
    let mut command = Command::new("weechat-headless");
    command.arg("-d").arg(home).arg("--stdout").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let add = format!("/server add parlor 127.0.0.1/{} -notls", port(server));
    let start = ["/set irc.server_default.nicks bob", "/set logger.file.flush_delay 0", &add, "/connect parlor"];
    for line in start.iter().chain(commands) {
        command.arg("-r").arg(line);
    }
    command.kill_on_drop(true).spawn().expect("weechat-headless is installed")
}

#[tokio::test]
async fn irssi_logs_in_talks_and_keeps_order() {
    let server = server().await;
    server.browser().set_up("olga").await;
    let irssi = Irssi::start(&server, "olga", PASSWORD).await;
    irssi.type_line("/join #tea").await;
    irssi.see("Join to #tea was synced").await;

    let mut bob = server.guest("bob").await;
    bob.join("tea").await;
    irssi.see("bob [bob@").await;
    bob.say("tea", "hello from a browser").await;
    irssi.see("hello from a browser").await;
    irssi.type_line("hello from irssi").await;
    assert_eq!(bob.next_text().await, "hello from a browser");
    assert_eq!(bob.next_text().await, "hello from irssi");
    irssi.type_line("/topic black tea").await;
    assert_eq!(bob.next_of("topic").await["topic"], "black tea");
    let mut gast = IrcClient::guest(&server, "gast").await;
    gast.join("#tea").await;
    gast.ask("PRIVMSG olga :psst").await;
    irssi.type_line("/msg gast yes?").await;
    gast.see("PRIVMSG gast :yes?").await;
    irssi.type_line("/kick #tea gast enough").await;
    gast.see(" KICK #tea gast :enough").await;
    irssi.type_line("/quit bye").await;
    bob.acked(json!({"type": "members", "room": "tea"})).await;
    irssi.end().await;
}

#[tokio::test]
async fn irssi_under_tls_begins_as_a_guest_and_logs_in_later() {
    let server = TestServer::start_with(|config| {
        open(config);
        config.tls.source = TlsSource::SelfSigned;
        config.doors.irc.tls = Address::parse("127.0.0.1:0");
        let name = UserName::parse("olga").expect("a name");
        config.access.admin = Some(Admin { name, password: PASSWORD.to_owned().into() });
    })
    .await;
    let plain = base64::engine::general_purpose::STANDARD.encode(format!("\0olga\0{PASSWORD}"));
    let port = wire::door(&server, Door::Irc, true).port();
    let trusted = tls::certificate(&server);
    let to = format!(
        "address = \"localhost\"; port = \"{port}\"; use_tls = \"yes\"; tls_verify = \"yes\"; tls_cafile = \"{}\";",
        trusted.display()
    );
    let irssi = Irssi::open(&to, "", "gus").await;
    irssi.see("Mode change [+iZ]").await;
    irssi.type_line("/join #tea").await;
    irssi.see("Join to #tea was synced").await;
    let mut bob = IrcClient::guest(&server, "bob").await;
    bob.join("#tea").await;

    irssi.type_line("/quote AUTHENTICATE PLAIN").await;
    irssi.type_line(&format!("/quote AUTHENTICATE {plain}")).await;
    irssi.see("You're now known as olga").await;
    bob.see(" JOIN #tea").await;
    irssi.type_line("hello, it is me").await;
    assert!(bob.see("PRIVMSG #tea :hello, it is me").await.starts_with(":olga!"));
    irssi.end().await;
}

#[tokio::test]
async fn weechat_joins_and_talks() {
    let server = server().await;
    let mut ann = IrcClient::guest(&server, "ann").await;
    ann.join("#tea").await;
    ann.ask("TOPIC #tea :black tea").await;
    let home = TempDir::new().expect("a folder");
    let weechat = weechat(
        &server,
        home.path(),
        &[
            "/wait 2 /command -buffer irc.server.parlor * /join #tea",
            "/wait 4 /command -buffer irc.parlor.#tea * /say hello from weechat",
            "/wait 4 /command -buffer irc.parlor.#tea * /me waves",
        ],
    );
    ann.see(":bob!bob@").await;
    ann.see("PRIVMSG #tea :hello from weechat").await;
    ann.see("ACTION waves").await;
    ann.say("PRIVMSG #tea :welcome, bob").await;
    let log = home.path().join("logs");
    let logged = || {
        let files = std::fs::read_dir(&log).into_iter().flatten().flatten();
        files.filter_map(|file| std::fs::read_to_string(file.path()).ok()).any(|text| text.contains("welcome, bob"))
    };
    until("the log of weechat", || async { logged() }).await;
    drop(weechat);
}
