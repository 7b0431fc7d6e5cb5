//! Does a request come from our own pages? Asked for every unsafe request and every WebSocket handshake: a foreign page
//! can make a browser send our cookies along, but it cannot lie in these headers.

/// What a request says about where it comes from.
#[derive(Debug, Clone, Copy, Default)]
pub struct Headers<'a> {
    /// `Sec-Fetch-Site` (Fetch Metadata Request Headers, section 2.3).
    pub sec_fetch_site: Option<&'a str>,
    /// `Origin` (RFC 6454, section 7).
    pub origin: Option<&'a str>,
    /// `Host` (RFC 9110, section 7.2).
    pub host: Option<&'a str>,
}

/// True for requests from our own pages and for programs, which send neither header. `public` is the origin under
/// which people reach the server, where a proxy stands before it.
#[must_use]
pub fn is_ours(headers: Headers<'_>, public: Option<&str>) -> bool {
    let Some(origin) = headers.origin else {
        return matches!(headers.sec_fetch_site, None | Some("same-origin" | "none"));
    };
    if public.is_some_and(|public| public.eq_ignore_ascii_case(origin)) {
        return true;
    }
    if !matches!(headers.sec_fetch_site, None | Some("same-origin" | "none")) {
        return false;
    }
    let authority = origin.split_once("://").map(|(_, authority)| authority);
    match (authority, headers.host) {
        (Some(authority), Some(host)) => authority.eq_ignore_ascii_case(host),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(sec_fetch_site: Option<&str>, origin: Option<&str>) -> bool {
        is_ours(Headers { sec_fetch_site, origin, host: Some("chat.example:8080") }, Some("https://chat.example"))
    }

    #[test]
    fn our_own_pages_and_programs_pass() {
        assert!(ours(None, None));
        assert!(ours(Some("same-origin"), Some("http://chat.example:8080")));
        assert!(ours(Some("none"), None));
        assert!(ours(None, Some("http://Chat.Example:8080")));
        assert!(ours(Some("same-origin"), Some("https://chat.example")));
    }

    #[test]
    fn foreign_pages_do_not() {
        assert!(!ours(Some("cross-site"), Some("https://evil.example")));
        assert!(!ours(Some("same-site"), Some("http://evil.chat.example:8080")));
        assert!(!ours(Some("cross-site"), None));
        assert!(!ours(None, Some("https://evil.example")));
        assert!(!ours(None, Some("http://chat.example:8081")));
        assert!(!ours(None, Some("null")));
        assert!(!ours(Some("cross-site"), Some("http://chat.example:8080")));
    }
}
