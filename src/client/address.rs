//! The address of a server, as people type it.

use std::path::{Path, PathBuf};

use derive_more::Display;
use tokio_rustls::TlsConnector;

use super::error::ClientError;
use crate::tls::trust::client_config;

/// Where a server is reached: host, port, and the path before `/ws` when it stands behind a proxy with one.
#[derive(Debug, Clone, PartialEq, Eq, Display)]
#[display("{}", self.authority())]
pub struct ServerAddress {
    host: String,
    port: u16,
    base: String,
    is_secure: bool,
    is_framed: bool,
    authority: Option<PathBuf>,
}

impl ServerAddress {
    /// Reads `ws://HOST:PORT/ws`, `http://HOST:PORT` or `HOST:PORT`; with `wss` and `https`, under TLS. `tcp://HOST:PORT` and
    /// `tcps://HOST:PORT` lead to the door for framed TCP.
    ///
    /// # Errors
    /// When it is none of these.
    pub fn parse(text: &str) -> Result<Self, ClientError> {
        let bad = |why| ClientError::BadAddress { given: text.to_owned(), why };
        let (is_framed, is_secure, rest) = match text.split_once("://") {
            Some(("ws" | "http", rest)) => (false, false, rest),
            Some(("wss" | "https", rest)) => (false, true, rest),
            Some(("tcp", rest)) => (true, false, rest),
            Some(("tcps", rest)) => (true, true, rest),
            Some(_) => return Err(bad("it begins with none of ws://, wss://, http://, https://, tcp:// and tcps://")),
            None => (false, false, text),
        };
        if rest.contains(['?', '#', '@']) {
            return Err(bad("names and tokens have options of their own"));
        }
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (host, port) = match authority.rsplit_once(':') {
            // The colons of an IPv6 address stand in brackets (RFC 3986, section 3.2.2).
            Some((host, port)) if !port.contains(']') => {
                (host, port.parse().map_err(|_| bad("the port is no number from 1 to 65535"))?)
            }
            _ => (authority, default_port(is_framed, is_secure)),
        };
        let path = path.trim_end_matches('/');
        let base = path.strip_suffix("ws").filter(|base| base.is_empty() || base.ends_with('/')).unwrap_or(path);
        let base = base.trim_end_matches('/');
        let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
        if host.is_empty() || port == 0 || !is_plain(host) || !is_plain(base) {
            return Err(bad("a host and a port are needed"));
        }
        if is_framed && !path.is_empty() {
            return Err(bad("framed TCP has no paths"));
        }
        let base = if base.is_empty() { String::new() } else { format!("/{base}") };
        Ok(Self { host: host.to_owned(), port, base, is_secure, is_framed, authority: None })
    }

    /// The same, where the certificates of this file are trusted instead of those that browsers trust.
    #[must_use]
    pub fn trusting(self, authority: Option<PathBuf>) -> Self {
        Self { authority, ..self }
    }

    /// The file with the certificates that are trusted, if there is one.
    #[must_use]
    pub fn authority_file(&self) -> Option<&Path> {
        self.authority.as_deref()
    }

    /// Whether both lead to the same server, whomever they trust.
    #[must_use]
    pub fn is_same_server(&self, other: &Self) -> bool {
        let place =
            |address: &Self| (address.host.to_lowercase(), address.port, address.base.clone(), address.is_secure);
        place(self) == place(other)
    }

    /// Whether the other one is another door of this server, so that a login for this one may be shown there: HTTP beside
    /// framed TCP on the same host, as cookies know no ports either (RFC 6265, section 8.5). What was given under TLS is
    /// not shown without it.
    #[must_use]
    pub fn has_door(&self, other: &Self) -> bool {
        let is_same_host = self.host.eq_ignore_ascii_case(&other.host);
        is_same_host && self.is_framed != other.is_framed && (other.is_secure || !self.is_secure)
    }

    /// What was told over this line of where the same server speaks HTTP, if that can be followed: nobody is led from TLS to
    /// where there is none.
    #[must_use]
    pub(super) fn followed(&self, told: &str) -> Option<Self> {
        let http = Self::parse(told).ok()?.trusting(self.authority.clone());
        (!http.is_framed && (http.is_secure || !self.is_secure)).then_some(http)
    }

    /// The door for framed TCP of this server, where it is unless somebody has put it elsewhere.
    #[must_use]
    pub fn usual_framed(&self) -> String {
        if self.is_framed {
            return self.url();
        }
        let (is_framed, port) = (true, default_port(true, self.is_secure));
        Self { port, is_framed, base: String::new(), ..self.clone() }.url()
    }

    /// What a handshake of TLS needs; `None` without TLS.
    ///
    /// # Errors
    /// When there is no trusting the file that was named.
    pub fn tls(&self) -> Result<Option<TlsConnector>, ClientError> {
        let config = self.is_secure.then(|| client_config(self.authority.as_deref())).transpose();
        let config = config.map_err(|error| ClientError::BadAuthority(error.to_string()))?;
        Ok(config.map(TlsConnector::from))
    }

    /// As people type it.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = match (self.is_framed, self.is_secure) {
            (true, true) => "tcps",
            (true, false) => "tcp",
            (false, true) => "https",
            (false, false) => "http",
        };
        format!("{scheme}://{}{}", self.authority(), self.base)
    }

    /// Whether framed TCP is spoken there.
    #[must_use]
    pub fn is_framed(&self) -> bool {
        self.is_framed
    }

    /// Host and port, for a header.
    #[must_use]
    pub fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// Host and port, to connect to.
    #[must_use]
    pub fn target(&self) -> (&str, u16) {
        (self.host.trim_start_matches('[').trim_end_matches(']'), self.port)
    }

    /// The path of something on this server: `/ws`.
    #[must_use]
    pub fn path(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

fn default_port(is_framed: bool, is_secure: bool) -> u16 {
    match (is_framed, is_secure) {
        (true, true) => 7443,
        (true, false) => 7070,
        (false, true) => 443,
        (false, false) => 80,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_type_leads_to_the_same_door() {
        for text in ["ws://h:81/ws", "http://h:81", "http://h:81/", "h:81", "ws://h:81", "h:81/ws/"] {
            let address = ServerAddress::parse(text).unwrap();
            assert_eq!((address.authority().as_str(), address.path("/ws").as_str()), ("h:81", "/ws"), "{text}");
        }
        let behind = ServerAddress::parse("http://example.org/chat/ws").unwrap();
        assert_eq!((behind.target(), behind.path("/ws").as_str()), (("example.org", 80), "/chat/ws"));
        let six = ServerAddress::parse("ws://[::1]:8080").unwrap();
        assert_eq!((six.target(), six.authority().as_str()), (("::1", 8080), "[::1]:8080"));
        assert_eq!(ServerAddress::parse("http://[::1]").unwrap().target(), ("::1", 80));
        for (text, port) in [("wss://h/ws", 443), ("https://h", 443), ("https://h:8443", 8443)] {
            let address = ServerAddress::parse(text).unwrap();
            assert_eq!((address.target(), address.path("/ws").as_str()), (("h", port), "/ws"), "{text}");
            assert!(address.tls().unwrap().is_some());
        }
        assert!(ServerAddress::parse("ws://h").unwrap().tls().unwrap().is_none());
        let framed = ServerAddress::parse("tcps://h").unwrap();
        assert!(framed.is_framed() && framed.target() == ("h", 7443) && framed.tls().unwrap().is_some());
        assert_eq!(ServerAddress::parse("tcp://h").unwrap().target(), ("h", 7070));
        assert_eq!(ServerAddress::parse("h:1/news").unwrap().path("/ws"), "/news/ws");
    }

    #[test]
    fn a_login_is_for_the_doors_of_its_host_and_never_goes_from_tls_to_none() {
        let at = |text: &str| ServerAddress::parse(text).unwrap();
        let has = |login: &str, door: &str| at(login).has_door(&at(door));
        assert!(has("http://h:8080", "tcp://h") && has("https://H", "tcps://h") && has("tcp://h", "https://h"));
        assert!(!has("https://h", "tcp://h"), "it would be told without TLS");
        assert!(!has("http://h:1", "http://h:2"), "two servers of one machine");
        assert!(!has("https://h", "tcps://other"));
        let followed = |line: &str, told: &str| at(line).followed(told).map(|http| http.authority());
        assert_eq!(followed("tcps://h", "https://chat.example.org").as_deref(), Some("chat.example.org:443"));
        assert_eq!(followed("tcps://h", "http://chat.example.org"), None);
        assert_eq!((followed("tcp://h", "tcp://h"), followed("tcp://h", "?")), (None, None));
        assert_eq!(at("https://h:8443").usual_framed(), "tcps://h:7443");
        assert_eq!(at("tcp://h:1").usual_framed(), "tcp://h:1");
    }

    #[test]
    fn what_leads_nowhere_is_refused_with_a_reason() {
        for text in [
            "",
            "ftp://h",
            "ws://",
            "h:port",
            "h:0",
            "h:70000",
            "ws://h/ws?name=ann",
            "http://a@h",
            "a b:1",
            "tcp://h/ws",
        ] {
            assert!(matches!(ServerAddress::parse(text), Err(ClientError::BadAddress { .. })), "{text}");
        }
    }
}
