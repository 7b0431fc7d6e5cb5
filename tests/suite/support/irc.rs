//! An IRC client.

use parlor::domain::person::Door;

use super::TestServer;
use super::wire::Wire;

/// One connection that speaks IRC.
pub struct IrcClient {
    wire: Wire,
    pings: u32,
}

impl IrcClient {
    /// Connects, and says nothing yet.
    pub async fn connect(server: &TestServer) -> Self {
        Self { wire: Wire::connect(server, Door::Irc).await, pings: 0 }
    }

    /// Connects under TLS, and says nothing yet.
    pub async fn secured(server: &TestServer) -> Self {
        Self { wire: Wire::secured(server, Door::Irc).await, pings: 0 }
    }

    /// A guest who is welcome.
    pub async fn guest(server: &TestServer, name: &str) -> Self {
        Self::with_caps(server, name, "").await
    }

    /// A guest who has asked for capabilities.
    pub async fn with_caps(server: &TestServer, name: &str, caps: &str) -> Self {
        let mut client = Self::connect(server).await;
        if !caps.is_empty() {
            client.say(&format!("CAP REQ :{caps}")).await;
        }
        client.say(&format!("NICK {name}")).await;
        client.say(&format!("USER {name} 0 * :{name} real")).await;
        if !caps.is_empty() {
            client.say("CAP END").await;
        }
        client.see(&format!(" 001 {name} ")).await;
        client.rest().await;
        client
    }

    /// An account that logs in with SASL, with a password or a token.
    pub async fn account(server: &TestServer, name: &str, password: &str, caps: &str) -> Self {
        let mut client = Self::connect(server).await;
        client.say(&format!("CAP REQ :sasl {caps}")).await;
        client.log_in(name, password).await;
        client.see(" 903 ").await;
        client.say(&format!("NICK {name}")).await;
        client.say(&format!("USER {name} 0 * :{name} real")).await;
        client.say("CAP END").await;
        client.see(&format!(" 001 {name} ")).await;
        client.rest().await;
        client
    }

    /// Sends PLAIN.
    pub async fn log_in(&mut self, name: &str, password: &str) {
        use base64::Engine;
        let plain = base64::engine::general_purpose::STANDARD.encode(format!("\0{name}\0{password}"));
        self.say("AUTHENTICATE PLAIN").await;
        self.see("AUTHENTICATE +").await;
        self.say(&format!("AUTHENTICATE {plain}")).await;
    }

    /// Sends a line.
    pub async fn say(&mut self, line: &str) {
        self.wire.type_line(line).await;
    }

    /// Sends bytes.
    pub async fn send(&mut self, bytes: &[u8]) {
        self.wire.send(bytes).await;
    }

    /// Waits for a line with this in it.
    pub async fn see(&mut self, wanted: &str) -> String {
        self.wire.see(wanted).await
    }

    /// Everything that has happened until now.
    pub async fn rest(&mut self) -> Vec<String> {
        self.pings += 1;
        let token = format!("sync{}", self.pings);
        self.say(&format!("PING {token}")).await;
        let mut lines = Vec::new();
        loop {
            match self.wire.line().await {
                Some(line) if line.ends_with(&token) => return lines,
                Some(line) => lines.push(line),
                None => panic!("the connection ended; seen: {lines:?}"),
            }
        }
    }

    /// Sends a line and gives what comes of it.
    pub async fn ask(&mut self, line: &str) -> Vec<String> {
        self.say(line).await;
        self.rest().await
    }

    /// Comes into a channel.
    pub async fn join(&mut self, channel: &str) {
        let lines = self.ask(&format!("JOIN {channel}")).await;
        assert!(lines.iter().any(|line| line.contains(" 366 ")), "{lines:?}");
    }

    /// Waits for the end; answers with the lines before it.
    pub async fn ended(&mut self) -> Vec<String> {
        self.wire.ended().await
    }
}
