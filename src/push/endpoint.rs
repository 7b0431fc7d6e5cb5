//! The addresses that notifications are posted to. People choose them, so they are checked when they come in and again, with
//! what their name leads to, each time something is sent.

use std::net::{IpAddr, SocketAddr};

use derive_more::{Display, Error};
use url::{Host, Url};

use crate::domain::network::{is_one_machine, is_public};

/// Longest address; those of the large services have a few hundred bytes.
const LONGEST: usize = 2048;

/// Which machines may be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Those of the public Internet, over TLS.
    Public,
    /// Those of private networks and this one too, also without TLS.
    Anywhere,
}

impl Reach {
    /// Whether this address may be reached.
    #[must_use]
    pub fn allows(self, address: IpAddr) -> bool {
        match self {
            Self::Public => is_public(address),
            Self::Anywhere => is_one_machine(address),
        }
    }
}

/// Why an address was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, Error)]
pub enum EndpointError {
    /// No address at all.
    #[display("`endpoint` must be the https address of a push service")]
    NotAnAddress,
    /// Too long.
    #[display("`endpoint` has more than {LONGEST} bytes")]
    TooLong,
    /// No TLS.
    #[display("`endpoint` must begin with https://")]
    NotHttps,
    /// A name and a password in it.
    #[display("`endpoint` may not carry a name or a password")]
    Credentials,
    /// A machine that may not be reached.
    #[display("`endpoint` lies in a private network; whoever runs this server may allow that with push_allow_private")]
    Private,
}

/// A checked address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(Url);

impl Endpoint {
    /// Checks an address. Names are not looked up here.
    ///
    /// # Errors
    /// Says which rule it breaks.
    pub fn parse(text: &str, reach: Reach) -> Result<Self, EndpointError> {
        if text.len() > LONGEST {
            return Err(EndpointError::TooLong);
        }
        let mut url = Url::parse(text).map_err(|_| EndpointError::NotAnAddress)?;
        match url.scheme() {
            "https" => {}
            "http" if reach == Reach::Anywhere => {}
            "http" => return Err(EndpointError::NotHttps),
            _ => return Err(EndpointError::NotAnAddress),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(EndpointError::Credentials);
        }
        let literal = match url.host() {
            Some(Host::Ipv4(v4)) => Some(IpAddr::V4(v4)),
            Some(Host::Ipv6(v6)) => Some(IpAddr::V6(v6)),
            Some(Host::Domain(name)) if reach == Reach::Public && is_local_name(name) => {
                return Err(EndpointError::Private);
            }
            Some(Host::Domain(name)) if !name.is_empty() => None,
            Some(Host::Domain(_)) | None => return Err(EndpointError::NotAnAddress),
        };
        if literal.is_some_and(|address| !reach.allows(address)) || url.port_or_known_default() == Some(0) {
            return Err(EndpointError::Private);
        }
        url.set_fragment(None);
        Ok(Self(url))
    }

    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The name of the service, for people: without the part that is secret.
    #[must_use]
    pub fn service(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// `https://push.example.org:8443`: for whom a signature is good (RFC 8292, section 2).
    #[must_use]
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }

    /// Whether it is reached over TLS.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// What stands in the first line of a request.
    #[must_use]
    pub fn target(&self) -> String {
        self.0[url::Position::BeforePath..url::Position::AfterQuery].to_owned()
    }

    /// What stands in `Host`: with the port unless it is the usual one.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.0[url::Position::BeforeHost..url::Position::AfterPort]
    }

    /// The addresses behind it that may be reached.
    ///
    /// # Errors
    /// When the name is not known.
    pub async fn addresses(&self, reach: Reach) -> std::io::Result<Vec<SocketAddr>> {
        let port = self.0.port_or_known_default().unwrap_or(443);
        let found: Vec<SocketAddr> = match self.0.host() {
            Some(Host::Ipv4(v4)) => vec![(v4, port).into()],
            Some(Host::Ipv6(v6)) => vec![(v6, port).into()],
            Some(Host::Domain(name)) => tokio::net::lookup_host((name, port)).await?.collect(),
            None => Vec::new(),
        };
        Ok(found.into_iter().filter(|address| reach.allows(address.ip())).collect())
    }
}

/// Names that mean this machine or its neighbours, whatever the resolver says (RFC 6761, RFC 6762).
fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    let top = name.rsplit('.').next().unwrap_or_default();
    !name.contains('.') || ["localhost", "local", "internal"].contains(&top)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Option<EndpointError> {
        Endpoint::parse(text, Reach::Public).err()
    }

    #[test]
    fn services_of_the_public_internet_are_taken() {
        for good in [
            "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
            "https://fcm.googleapis.com/fcm/send/abc:def",
            "https://web.push.apple.com/QABC?x=1",
            "https://push.example.org:8443/up",
            "https://1.1.1.1/x",
        ] {
            assert_eq!(refused(good), None, "{good}");
        }
    }

    #[test]
    fn private_machines_are_refused_however_they_are_written() {
        for bad in [
            "https://127.0.0.1/x",
            "https://127.1/x",
            "https://0x7f000001/x",
            "https://2130706433/x",
            "https://0177.0.0.1/x",
            "https://[::1]/x",
            "https://[::ffff:10.0.0.1]/x",
            "https://[fd00::1]/x",
            "https://169.254.169.254/latest",
            "https://10.0.0.8:8443/x",
            "https://192.168.1.1/x",
            "https://100.64.0.1/x",
            "https://[fe80::1]/x",
            "https://localhost/x",
            "https://LOCALHOST./x",
            "https://a.localhost/x",
            "https://printer.local/x",
            "https://metadata.google.internal/x",
            "https://router/x",
            "https://１２７.0.0.1/x",
            "https://1.1.1.1:0/",
        ] {
            assert_eq!(refused(bad), Some(EndpointError::Private), "{bad}");
        }
    }

    #[test]
    fn what_is_no_address_of_a_service_is_refused() {
        assert_eq!(refused("http://push.example.org/x"), Some(EndpointError::NotHttps));
        assert_eq!(refused("https://ann:secret@push.example.org/x"), Some(EndpointError::Credentials));
        assert_eq!(refused(&format!("https://push.example.org/{}", "x".repeat(2048))), Some(EndpointError::TooLong));
        for bad in [
            "",
            "push",
            "/x",
            "file:///etc/passwd",
            "gopher://a.example/",
            "javascript:alert(1)",
            "https://",
            "data:,x",
        ] {
            assert_eq!(refused(bad), Some(EndpointError::NotAnAddress), "{bad}");
        }
    }

    #[test]
    fn a_home_network_is_reached_where_it_is_allowed_and_no_single_link() {
        let parse = |text| Endpoint::parse(text, Reach::Anywhere);
        for good in ["http://127.0.0.1:9000/x", "https://192.168.1.7/up", "https://ntfy.local/x", "http://[fd00::1]/x"]
        {
            assert!(parse(good).is_ok(), "{good}");
        }
        assert_eq!(parse("http://169.254.169.254/latest"), Err(EndpointError::Private));
        assert_eq!(parse("http://[fe80::1]/"), Err(EndpointError::Private));
        assert_eq!(parse("http://0.0.0.0/"), Err(EndpointError::Private));
    }

    #[tokio::test]
    async fn what_a_name_leads_to_is_looked_at_each_time() {
        let name = Endpoint::parse("https://localhost/x", Reach::Anywhere).expect("good");
        assert!(
            name.addresses(Reach::Public).await.expect("known").is_empty(),
            "a name that leads home reaches nobody"
        );
        assert!(!name.addresses(Reach::Anywhere).await.expect("known").is_empty());
    }

    #[test]
    fn the_parts_of_a_request_come_from_the_address() {
        let endpoint = Endpoint::parse("https://push.example.org:8443/a/b?c=d#e", Reach::Public).expect("good");
        assert_eq!((endpoint.target().as_str(), endpoint.authority()), ("/a/b?c=d", "push.example.org:8443"));
        assert_eq!(
            (endpoint.origin().as_str(), endpoint.service()),
            ("https://push.example.org:8443", "push.example.org")
        );
    }
}
