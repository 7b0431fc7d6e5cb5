//! Addresses as people write them: where to listen, and the URL under which others see the server.

use std::io;
use std::net::{Ipv6Addr, SocketAddr, ToSocketAddrs};

use derive_more::Display;

/// A host, by name or by number, and a port.
#[derive(Debug, Clone, PartialEq, Eq, Display)]
#[display("{host}:{port}")]
pub struct Address {
    /// A name, an IPv4 address, or an IPv6 address in brackets.
    pub host: String,
    /// The port; 0 lets the system pick one.
    pub port: u16,
}

impl Address {
    /// Reads `HOST:PORT`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (host, port) = text.rsplit_once(':')?;
        Some(Self { host: checked_host(host)?, port: checked_port(port)? })
    }

    /// Every socket address this stands for; a name may have several.
    ///
    /// # Errors
    /// When the name cannot be resolved.
    pub fn resolve(&self) -> io::Result<Vec<SocketAddr>> {
        Ok(self.to_string().to_socket_addrs()?.collect())
    }
}

/// The URL under which people reach the server: scheme, host and port, nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Display)]
#[display("{origin}")]
pub struct PublicUrl {
    origin: String,
    secure: bool,
}

impl PublicUrl {
    /// Reads `http(s)://HOST[:PORT]`; a slash at the end is dropped, and so is the port the scheme implies.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let (secure, implied) = match scheme.to_ascii_lowercase().as_str() {
            "http" => (false, 80),
            "https" => (true, 443),
            _ => return None,
        };
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(checked_port(port)?)),
            _ => (authority, None),
        };
        let host = checked_host(host)?;
        let scheme = if secure { "https" } else { "http" };
        let origin = match port.filter(|port| *port != implied) {
            Some(0) => return None,
            Some(port) => format!("{scheme}://{host}:{port}"),
            None => format!("{scheme}://{host}"),
        };
        Some(Self { origin, secure })
    }

    /// The host alone; an IPv6 address stands in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        let authority = self.origin.split_once("://").map_or("", |(_, authority)| authority);
        match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => host,
            _ => authority,
        }
    }

    /// The origin as a browser sends it (RFC 6454, section 6.2): lower case, no implied port, no slash at the end.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// True for `https`: cookies are then sent over TLS only.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// The URL of a page; `path` starts with a slash.
    #[must_use]
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.origin)
    }
}

/// A host in the form in which URLs and browsers write it.
fn checked_host(host: &str) -> Option<String> {
    if let Some(number) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return number.parse::<Ipv6Addr>().ok().map(|number| format!("[{number}]"));
    }
    let good = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    (!host.is_empty() && host.len() <= 253 && host.bytes().all(good)).then(|| host.to_ascii_lowercase())
}

/// A port without the sign and the spaces that number parsers let through.
fn checked_port(port: &str) -> Option<u16> {
    if port.bytes().all(|byte| byte.is_ascii_digit()) { port.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_host_and_a_port() {
        for (text, shown) in
            [("127.0.0.1:0", "127.0.0.1:0"), ("[::]:8080", "[::]:8080"), ("Chat.Local:80", "chat.local:80")]
        {
            assert_eq!(Address::parse(text).unwrap().to_string(), shown);
        }
        for text in ["", ":80", "8080", "host", "host:", "host:+1", "host:65536", "::1:80", "a b:80", "[::1]", "[x]:80"]
        {
            assert_eq!(Address::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_numeric_address_resolves_to_itself() {
        let address = Address::parse("[::1]:8080").unwrap();

        assert_eq!(address.resolve().unwrap(), ["[::1]:8080".parse().unwrap()]);
    }

    #[test]
    fn a_public_url_becomes_the_origin_a_browser_sends() {
        for (text, origin) in [
            ("https://Chat.Example.org", "https://chat.example.org"),
            ("HTTPS://chat.example.org:443/", "https://chat.example.org"),
            ("http://chat.example.org:80", "http://chat.example.org"),
            ("http://chat.example.org:443", "http://chat.example.org:443"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("http://[0:0::1]", "http://[::1]"),
        ] {
            let url = PublicUrl::parse(text).unwrap();
            assert_eq!(url.origin(), origin);
            assert_eq!(url.is_secure(), origin.starts_with("https"));
        }
        assert_eq!(PublicUrl::parse("https://a").unwrap().link("/rooms"), "https://a/rooms");
        for (text, host) in
            [("https://a", "a"), ("http://a.b:81", "a.b"), ("http://[::1]", "[::1]"), ("http://[::1]:81", "[::1]")]
        {
            assert_eq!(PublicUrl::parse(text).unwrap().host(), host);
        }
    }

    #[test]
    fn a_public_url_has_no_path_no_user_and_a_known_scheme() {
        for text in [
            "",
            "a",
            "ftp://a",
            "https://",
            "https://a/b",
            "https://a?b",
            "https://u@a",
            "https://a:0",
            "https://a:b",
            "ws://a",
            "https://a//",
        ] {
            assert_eq!(PublicUrl::parse(text), None, "{text}");
        }
    }
}
