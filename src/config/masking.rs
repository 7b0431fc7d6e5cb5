//! What may be shown of a value, in `parlor config` and in error messages.

use super::setting::{Secrecy, Setting};

/// Stands in place of a secret.
pub(super) const HIDDEN: &str = "***";

/// The value as it may be shown; none for a secret.
pub(super) fn shown_value(setting: &Setting, text: &str) -> Option<String> {
    match setting.secrecy {
        Secrecy::Open => Some(text.to_owned()),
        Secrecy::UrlPassword => Some(without_password(text)),
        Secrecy::Secret => None,
    }
}

/// The URL with its passwords hidden: `postgres://ann:***@host/db`, `?password=***`.
pub(super) fn without_password(url: &str) -> String {
    let url = hide_user_info(url);
    match url.split_once('?') {
        Some((address, query)) => {
            let query: Vec<String> = query.split('&').map(hide_parameter).collect();
            format!("{address}?{}", query.join("&"))
        }
        None => url,
    }
}

/// Everything between the first colon after `//` and the last `@` counts as the password. A password that itself holds
/// `/`, `?`, `@` or `:` must not show its tail; hiding too much of an odd URL is the lesser evil.
fn hide_user_info(url: &str) -> String {
    let start = url.find("//").map_or(0, |at| at + 2);
    let Some(end) = url.rfind('@').filter(|end| *end >= start) else { return url.to_owned() };
    match url[start..end].find(':') {
        Some(colon) => format!("{}:{HIDDEN}{}", &url[..start + colon], &url[end..]),
        None => url.to_owned(),
    }
}

fn hide_parameter(parameter: &str) -> String {
    match parameter.split_once('=') {
        Some((key, _)) if key.to_lowercase().contains("pass") => format!("{key}={HIDDEN}"),
        _ => parameter.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_a_url_is_hidden_and_the_rest_stays() {
        for (url, shown) in [
            ("sqlite:./data/parlor.db", "sqlite:./data/parlor.db"),
            ("postgres://host:5432/db", "postgres://host:5432/db"),
            ("postgres://ann@host/db", "postgres://ann@host/db"),
            ("postgres://ann:s3cret@host:5432/db", "postgres://ann:***@host:5432/db"),
            ("postgres://ann:a@b/c:d@host/db", "postgres://ann:***@host/db"),
            ("postgres://ann:a?b=c@host/db", "postgres://ann:***@host/db"),
            ("postgres://host/db?sslmode=on&password=x", "postgres://host/db?sslmode=on&password=***"),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }
}
