//! A certificate that the server makes for itself: for a network at home, or before there is a real one. Nobody vouches for
//! it; people compare the fingerprint once.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, date_time_ymd};
use tokio_rustls::rustls::client::verify_server_name;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::server::ParsedCertificate;

use super::certificate::Certificate;
use super::error::TlsError;
use crate::config::CertificateFiles;
use crate::domain::clock::Timestamp;

/// How long it is good. Some systems refuse certificates that are made for more than 825 days.
const GOOD_FOR: Duration = Duration::from_hours(24 * 800);
/// A new one is made when so little is left.
pub(super) const RENEW_BEFORE: Duration = Duration::from_hours(24 * 30);
/// A machine whose clock is a little late takes it all the same.
const GOOD_BEFORE: Duration = Duration::from_hours(48);

/// The files of the certificate in this folder, made first where there is none that is good for these names.
pub(super) fn provide(folder: &Path, names: &[String], now: Timestamp) -> Result<CertificateFiles, TlsError> {
    let files = CertificateFiles { cert: folder.join("self-signed.crt"), key: folder.join("self-signed.key") };
    let is_good = Certificate::read(&files).is_ok_and(|there| is_good(&there, names, now));
    if !is_good {
        make(folder, &files, names, now).map_err(|reason| TlsError::NotMade { folder: folder.to_owned(), reason })?;
    }
    Ok(files)
}

fn is_good(there: &Certificate, names: &[String], now: Timestamp) -> bool {
    there.expires_at > now.plus(RENEW_BEFORE) && is_for(there, names)
}

/// Whether a certificate is for all of these names.
pub(super) fn is_for(there: &Certificate, names: &[String]) -> bool {
    let Some(Ok(parsed)) = there.leaf().map(ParsedCertificate::try_from) else { return false };
    let is_for = |name: &String| {
        ServerName::try_from(name.as_str()).is_ok_and(|name| verify_server_name(&parsed, &name).is_ok())
    };
    names.iter().all(is_for)
}

fn make(folder: &Path, files: &CertificateFiles, names: &[String], now: Timestamp) -> Result<(), String> {
    let wrong = |error: rcgen::Error| error.to_string();
    let key = KeyPair::generate().map_err(wrong)?;
    let mut params = CertificateParams::new(names).map_err(wrong)?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, "Parlor, self-signed");
    let day = |at: Timestamp| {
        let date = jiff::Timestamp::from_millisecond(at.0).unwrap_or_default().to_zoned(jiff::tz::TimeZone::UTC).date();
        date_time_ymd(i32::from(date.year()), date.month().unsigned_abs(), date.day().unsigned_abs())
    };
    params.not_before = day(Timestamp(now.0 - i64::try_from(GOOD_BEFORE.as_millis()).unwrap_or(0)));
    params.not_after = day(now.plus(GOOD_FOR));
    let cert = params.self_signed(&key).map_err(wrong)?;
    let write = || {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        replace(&files.key, &key.serialize_pem())?;
        replace(&files.cert, &cert.pem())
    };
    write().map_err(|error: io::Error| error.to_string())
}

/// Puts a file in place at once, for the owner's eyes only from its first byte on.
pub(super) fn replace(path: &Path, text: &str) -> io::Result<()> {
    let new = path.with_extension("new");
    match std::fs::remove_file(&new) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(new, path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn names(more: &str) -> Vec<String> {
        ["localhost", "127.0.0.1", "::1", more].map(str::to_owned).to_vec()
    }

    #[test]
    fn it_is_made_once_and_only_its_owner_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("tls");
        let files = provide(&folder, &names("chat.example"), Timestamp(0)).unwrap();
        let first = Certificate::read(&files).unwrap();

        let again = Certificate::read(&provide(&folder, &names("chat.example"), Timestamp(1)).unwrap()).unwrap();

        assert_eq!(first.fingerprint, again.fingerprint);
        for path in [&files.cert, &files.key] {
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn another_name_an_end_that_is_near_and_a_broken_file_make_a_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let (folder, start) = (folder.path(), Timestamp(1_795_251_600_000));
        let made =
            |name: &str, now| Certificate::read(&provide(folder, &names(name), now).unwrap()).unwrap().fingerprint;
        let first = made("chat.example", start);

        let second = made("other.example", start);
        assert_ne!(first, second);
        assert_eq!(made("other.example", start.plus(RENEW_BEFORE)), second);
        let third = made("other.example", start.plus(GOOD_FOR));
        assert_ne!(second, third);

        std::fs::write(folder.join("self-signed.key"), "").unwrap();
        assert_ne!(made("other.example", start), third);
    }
}
