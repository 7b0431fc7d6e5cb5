//! Does a request come from our own pages? Asked for every unsafe request and every WebSocket handshake: a foreign page
//! can make a browser send our cookies along, but it cannot lie in these headers.

/// What a request says about where it comes from.
#[derive(Debug, Clone, Copy, Default)]
pub struct Headers<'a> {
    /// `Sec-Fetch-Site` (Fetch Metadata Request Headers, section 2.3).
    pub sec_fetch_site: Option<&'a str>,
    /// `Origin` (RFC 6454, section 7).
    pub origin: Option<&'a str>,
    /// `Host` (RFC 9110, section 7.2), as the browser has sent it.
    pub host: Option<&'a str>,
    /// True when the browser came over TLS: our own pages did too, then.
    pub is_secure: bool,
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
    match (origin.split_once("://"), headers.host) {
        // A page of the same name without TLS may be anybody's who sits on the line.
        (Some((scheme, _)), _) if headers.is_secure && !scheme.eq_ignore_ascii_case("https") => false,
        (Some((_, authority)), Some(host)) => authority.eq_ignore_ascii_case(host),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ours(sec_fetch_site: Option<&str>, origin: Option<&str>) -> bool {
        let host = Some("chat.example:8080");
        is_ours(Headers { sec_fetch_site, origin, host, is_secure: false }, Some("https://chat.example"))
    }

    #[test]
    fn under_tls_a_page_without_it_is_foreign() {
        let ours = |origin, is_secure| {
            is_ours(Headers { origin: Some(origin), host: Some("chat.example"), is_secure, ..Headers::default() }, None)
        };
        assert!(ours("https://chat.example", true));
        assert!(!ours("http://chat.example", true));
        // Behind a proxy that nobody has told us of, TLS ends where we cannot see it.
        assert!(ours("https://chat.example", false));
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
