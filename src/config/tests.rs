//! The settings through their public door: flags, variables and a file in a folder of their own.

use std::path::Path;
use std::time::Duration;

use proptest::prelude::*;
use secrecy::ExposeSecret;

use super::setting::{Allowed, SETTINGS, Setting};
use super::*;
use crate::domain::access::{GuestAccess, Registration};

type Pairs<'a> = &'a [(&'a str, &'a str)];

fn owned(pairs: Pairs<'_>) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn load(flags: Pairs<'_>, vars: Pairs<'_>, file: &str) -> Result<Config, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("parlor.toml"), file).unwrap();
    Config::load(owned(flags), owned(vars), folder.path())
}

fn error(flags: Pairs<'_>, vars: Pairs<'_>, file: &str) -> String {
    let line = load(flags, vars, file).unwrap_err().to_string();
    assert!(!line.contains('\n'), "one line: {line:?}");
    line
}

#[test]
fn the_defaults_are_good() {
    let config = Config::defaults();

    assert_eq!(config.listen.listen.to_string(), "127.0.0.1:8080");
    assert!(config.listen.workers >= 1);
    assert_eq!(config.listen.public_url, None);
    assert_eq!(config.store.data, Path::new("./data"));
    assert_eq!(config.store.database, None);
    assert_eq!(config.access.guests, None);
    assert_eq!(config.access.registration, Registration::Invite);
    assert!(config.limits.rate_limits);
    assert!(config.limits.hash_concurrency >= 1);
    assert_eq!(config.limits.room_idle, Duration::from_mins(10));
    assert!(config.heartbeat.timeout > config.heartbeat.interval);
    assert_eq!((config.log.filter.as_str(), config.log.format), ("info,actix_server=warn", LogFormat::Text));
}

#[test]
fn the_defaults_agree_with_the_table_of_limits() {
    assert_eq!(Config::defaults().limits.outbox_bytes, crate::domain::limits::OUTBOX_BYTES);
}

#[test]
fn no_file_is_needed() {
    let folder = tempfile::tempdir().unwrap();

    assert!(Config::load([], [], folder.path()).is_ok());
}

#[test]
fn a_flag_wins_over_a_variable_a_variable_over_the_file_and_the_file_over_the_default() {
    let file = "workers = 2\nmessage_rate = 3\nserver_name = \"File\"\n";
    let vars = [("PARLOR_MESSAGE_RATE", "4"), ("PARLOR_SERVER_NAME", "Variable")];

    let config = load(&[("server-name", "Flag")], &vars, file).unwrap();

    assert_eq!(config.listen.workers, 2);
    assert_eq!(config.limits.message_rate, 4);
    assert_eq!(config.access.server_name, "Flag");
    assert_eq!(config.limits.message_burst, 30);
    let shown = config.shown();
    for line in [
        "workers = 2  # the file parlor.toml",
        "message_rate = 4  # the variable PARLOR_MESSAGE_RATE",
        "server_name = \"Flag\"  # the flag --server-name",
        "message_burst = 30  # default",
        "# database is not set: parlor.db in the data folder",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line} in\n{shown}");
    }
}

#[test]
fn the_file_takes_numbers_strings_and_switches_as_toml_writes_them() {
    for (file, on) in
        [("rate_limits = false", false), ("rate_limits = \"off\"", false), ("rate_limits = true", true), ("", true)]
    {
        assert_eq!(load(&[], &[], file).unwrap().limits.rate_limits, on, "{file}");
    }
    assert_eq!(load(&[], &[], "workers = \"7\"").unwrap().listen.workers, 7);
    assert_eq!(load(&[], &[], "guests = false").unwrap().access.guests, Some(GuestAccess::Off));
}

#[test]
fn a_named_file_is_read_instead_and_has_to_exist() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("parlor.toml"), "workers = 2").unwrap();
    std::fs::write(folder.path().join("flag.toml"), "workers = 3").unwrap();
    std::fs::write(folder.path().join("variable.toml"), "workers = 4").unwrap();
    let load = |flags: Pairs<'_>, vars: Pairs<'_>| Config::load(owned(flags), owned(vars), folder.path());
    let variable = [("PARLOR_CONFIG", "variable.toml")];

    assert_eq!(load(&[], &[]).unwrap().listen.workers, 2);
    assert_eq!(load(&[], &variable).unwrap().listen.workers, 4);
    assert_eq!(load(&[("config", "flag.toml")], &variable).unwrap().listen.workers, 3);
    let missing = load(&[("config", "no.toml")], &[]).unwrap_err().to_string();
    assert!(missing.starts_with("config: no.toml, named by the flag --config, cannot be read: "), "{missing}");
}

#[test]
fn an_unknown_name_is_refused_with_the_nearest_known_one() {
    assert_eq!(
        error(&[], &[], "wrokers = 2"),
        "there is no setting \"wrokers\", set by the file parlor.toml (did you mean workers?); `parlor config --example` lists all"
    );
    let variable = error(&[], &[("PARLOR_RATE_LIMIT", "on")], "");
    assert!(variable.contains("\"PARLOR_RATE_LIMIT\"") && variable.contains("PARLOR_RATE_LIMITS?"), "{variable}");
    let flag = error(&[("--heart-beat-seconds", "1")], &[], "");
    assert!(flag.contains("did you mean --heartbeat-seconds?"), "{flag}");
    let far_off = error(&[], &[("PARLOR_COLOUR", "red")], "");
    assert!(far_off.contains("PARLOR_COLOUR") && !far_off.contains("did you mean"), "{far_off}");
}

#[test]
fn variables_of_others_are_none_of_our_business() {
    assert!(load(&[], &[("PATH", "/bin"), ("parlor_x", "1"), ("PARLORX", "1")], "").is_ok());
}

#[test]
fn scripts_may_name_the_program_in_a_variable() {
    assert!(load(&[], &[("PARLOR_BIN", "/opt/parlor")], "").is_ok());
}

#[test]
fn an_empty_variable_is_one_that_is_not_set() {
    let vars = [("PARLOR_WORKERS", ""), ("PARLOR_GUESTS", ""), ("PARLOR_CONFIG", ""), ("RUST_LOG", "")];

    let config = load(&[], &vars, "workers = 2\nguests = \"open\"").unwrap();

    assert_eq!(config.listen.workers, 2);
    assert_eq!(config.access.guests, Some(GuestAccess::Open));
}

#[test]
fn an_optional_setting_is_unset_by_an_empty_flag() {
    let config = load(&[("guests", "")], &[], "guests = \"open\"").unwrap();

    assert_eq!(config.access.guests, None);
}

#[test]
fn a_bad_value_is_told_with_its_place_and_what_is_allowed() {
    assert_eq!(
        error(&[("workers", "0")], &[], ""),
        "workers: the value \"0\" from the flag --workers is not allowed; give a whole number from 1 to 256"
    );
    assert_eq!(
        error(&[], &[("PARLOR_GUESTS", "yes\nno")], ""),
        "guests: the value \"yes\\nno\" from the variable PARLOR_GUESTS is not allowed; give off, lobby or open"
    );
    assert!(
        error(&[], &[], "workers = [1]")
            .starts_with("workers: the value from the file parlor.toml is not allowed (a list")
    );
}

#[test]
fn each_setting_refuses_nonsense_by_its_name() {
    // What a text setting does not take; numbers and choices refuse any other word.
    let nonsense = |setting: &Setting| match (setting.allowed, setting.name) {
        (Allowed::Number(..) | Allowed::Choice(_), _) => "nonsense",
        (_, "data" | "backup_folder" | "jwt_jwks_file") => "\0",
        (_, "admin_name" | "auth_header") => "a b",
        (_, "admin_password" | "jwt_secret") => "short",
        (_, "server_name" | "jwt_issuer" | "jwt_audience") => "two\nlines",
        (_, "oidc_client_id" | "oidc_client_secret" | "oidc_name" | "oidc_scopes") => "two\nlines",
        (_, "acme_domains") => "*.chat.example",
        (_, "log") => "inof",
        _ => "no such thing",
    };
    for setting in SETTINGS {
        let mut flags = vec![("admin_name", "ann"), ("admin_password", "long enough")];
        flags.push((setting.name, nonsense(setting)));

        let line = error(&flags, &[], "");

        assert!(line.starts_with(&format!("{}: ", setting.name)), "{}: {line}", setting.name);
    }
}

#[test]
fn numbers_are_bounded_on_both_sides() {
    for setting in SETTINGS {
        if let Allowed::Number(min, max) = setting.allowed {
            for bad in [min.wrapping_sub(1), max + 1, u64::MAX] {
                let line = error(&[(setting.name, &bad.to_string())], &[], "");
                assert!(line.starts_with(setting.name), "{line}");
            }
        }
    }
    assert!(error(&[], &[], "workers = -1").contains("\"-1\""));
    assert!(error(&[], &[], "workers = 1.5").contains("\"1.5\""));
}

#[test]
fn the_heartbeat_has_to_be_quicker_than_its_timeout() {
    let late = error(&[("heartbeat-seconds", "40")], &[], "");
    assert!(late.starts_with("heartbeat_seconds: the value \"40\" from the flag --heartbeat-seconds"), "{late}");

    let short = error(&[("heartbeat-timeout-seconds", "5")], &[], "");
    assert!(short.starts_with("heartbeat_timeout_seconds: the value \"5\""), "{short}");

    assert!(load(&[("heartbeat-seconds", "1"), ("heartbeat-timeout-seconds", "2")], &[], "").is_ok());
}

#[test]
fn the_first_account_needs_a_name_and_a_password() {
    let (name, password) = (("PARLOR_ADMIN_NAME", "ann"), ("PARLOR_ADMIN_PASSWORD", "tr0ubador and 3"));

    let admin = load(&[], &[name, password], "").unwrap().access.admin.unwrap();

    assert_eq!((admin.name.as_str(), admin.password.expose_secret()), ("ann", "tr0ubador and 3"));
    assert_eq!(
        error(&[], &[name], ""),
        "admin_name: it is set by the variable PARLOR_ADMIN_NAME, but admin_password is not; set both or neither"
    );
    assert!(error(&[], &[password], "").starts_with("admin_password: it is set by"));
}

#[test]
fn no_secret_is_ever_shown() {
    let flags =
        [("admin_name", "ann"), ("admin_password", "tr0ubador"), ("database", "postgres://a:tr0ubador@host/db")];
    let config = load(&flags, &[], "").unwrap();

    for shown in [config.shown(), format!("{config:?}")] {
        assert!(!shown.contains("tr0ubador"), "{shown}");
    }
    assert!(config.shown().contains("admin_password = \"***\"  # the flag --admin-password"));
    assert!(config.shown().contains("database = \"postgres://a:***@host/db\""));
    assert_eq!(config.store.database.unwrap().expose(), "postgres://a:tr0ubador@host/db");
    for line in [
        error(&[("admin_name", "ann"), ("admin_password", "tr0u")], &[], ""),
        error(&[], &[], "admin_password = \"tr0u\nx = 1"),
        error(&[], &[], "admin_password = 'x'\nadmin_password = 'tr0u'"),
        error(&[("database", "//a:tr0u@host")], &[], ""),
    ] {
        assert!(!line.contains("tr0u"), "{line}");
    }
}

#[test]
fn a_secret_may_come_from_a_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("password"), "tr0ubador and 3\n").unwrap();
    let load = |vars: Pairs<'_>| Config::load([], owned(vars), folder.path());
    let (name, file) = (("PARLOR_ADMIN_NAME", "ann"), ("PARLOR_ADMIN_PASSWORD_FILE", "password"));

    let config = load(&[name, file]).unwrap();

    assert_eq!(config.access.admin.as_ref().unwrap().password.expose_secret(), "tr0ubador and 3");
    assert!(!config.shown().contains("tr0ubador"), "{}", config.shown());
    let told = |vars: Pairs<'_>| load(vars).unwrap_err().to_string();
    assert_eq!(
        told(&[name, file, ("PARLOR_ADMIN_PASSWORD", "another one")]),
        "admin_password: both PARLOR_ADMIN_PASSWORD and PARLOR_ADMIN_PASSWORD_FILE are set; set one of them"
    );
    let missing = told(&[name, ("PARLOR_ADMIN_PASSWORD_FILE", "nowhere")]);
    assert!(missing.starts_with("config: nowhere, named by the variable PARLOR_ADMIN_PASSWORD_FILE,"), "{missing}");
    assert!(told(&[("PARLOR_SERVER_NAME_FILE", "password")]).contains("there is no setting"), "it is no secret");
    assert!(load(&[("PARLOR_ADMIN_PASSWORD_FILE", "")]).is_ok(), "empty is not set");
}

#[test]
fn every_secret_setting_has_a_variable_for_a_file() {
    for setting in SETTINGS.iter().filter(|setting| setting.secrecy != setting::Secrecy::Open) {
        let variable = format!("{}_FILE", setting.variable());
        let line = error(&[], &[(&variable, "nowhere")], "");
        assert!(line.contains(&format!("named by the variable {variable}")), "{line}");
    }
}

#[test]
fn whoever_vouches_for_people_is_named_whole() {
    let secret = "0123456789abcdef0123456789abcdef";
    let identity = load(&[("jwt_secret", secret), ("jwt_issuer", "https://id.example")], &[], "").unwrap().identity;
    assert_eq!(identity.jwt_secret.unwrap().expose_secret(), secret);
    assert_eq!(identity.jwt_issuer.as_deref(), Some("https://id.example"));
    let header = [("auth_header", "X-Remote-User"), ("trusted_proxies", "127.0.0.1")];
    let identity = load(&header, &[], "").unwrap().identity;
    assert_eq!(identity.auth_header.as_deref(), Some("x-remote-user"));

    assert!(error(&[("jwt_issuer", "x")], &[], "").contains("without jwt_secret or jwt_jwks_file"));
    assert!(error(&header[..1], &[], "").contains("but trusted_proxies is not"));
    assert!(error(&[("auth_header", "Cookie")], &[], "").starts_with("auth_header: "));
    assert!(!error(&[("jwt_secret", "tr0ubador")], &[], "").contains("tr0ubador"));
}

#[test]
fn a_provider_of_logins_is_named_whole_and_reached_over_tls() {
    let named = [("oidc_issuer", "https://id.example/realm"), ("oidc_client_id", "parlor")];
    let oidc = load(&named, &[], "").unwrap().identity.oidc.unwrap();
    assert_eq!((oidc.issuer.as_str(), oidc.name.as_str(), oidc.only), (named[0].1, "id.example", false));
    assert_eq!(oidc.scopes, ["profile"]);
    let more =
        [named[0], named[1], ("oidc_client_secret", "hush"), ("oidc_scopes", "openid email"), ("oidc_only", "on")];
    let oidc = load(&more, &[], "").unwrap().identity.oidc.unwrap();
    assert_eq!((oidc.client_secret.unwrap().expose_secret(), oidc.only), ("hush", true));
    assert_eq!(oidc.scopes, ["email"]);
    assert!(!load(&more, &[], "").unwrap().shown().contains("hush"));

    assert!(error(&named[..1], &[], "").contains("but oidc_client_id is not"));
    assert!(error(&named[1..], &[], "").contains("but oidc_issuer is not"));
    assert!(error(&[("oidc_only", "on")], &[], "").contains("but oidc_issuer is not"));
    for bad in ["http://id.example", "https://ann:x@id.example", "https://id.example/#a", "id.example"] {
        assert!(error(&[("oidc_issuer", bad), named[1]], &[], "").starts_with("oidc_issuer: "), "{bad}");
    }
    assert!(load(&[("oidc_issuer", "http://localhost:9000"), named[1]], &[], "").is_ok());
}

#[test]
fn an_authority_is_asked_for_names_and_for_nothing_beside_another_certificate() {
    let TlsSource::Acme(acme) =
        load(&[("acme_domains", "Chat.example, www.chat.example")], &[], "").unwrap().tls.source
    else {
        panic!("no authority")
    };
    assert_eq!((acme.domains, acme.email), (vec!["chat.example".to_owned(), "www.chat.example".to_owned()], None));
    assert_eq!(acme.directory.host_str(), Some("acme-v02.api.letsencrypt.org"));
    for bad in ["*.chat.example", "192.0.2.1", "chat_example", "-a.example", ","] {
        assert!(error(&[("acme_domains", bad)], &[], "").starts_with("acme_domains: "), "{bad}");
    }
    assert!(error(&[("acme_email", "a@b.example")], &[], "").contains("but acme_domains is not"));
    let twice = [("acme_domains", "chat.example"), ("tls", "self-signed")];
    assert!(error(&twice, &[], "").contains("there is a certificate already"));
}

#[test]
fn a_file_that_is_no_toml_is_told_with_line_and_column() {
    let line = error(&[], &[], "workers = 2\nlisten = \n");

    assert!(line.starts_with("config: parlor.toml is no TOML: line 2, column "), "{line}");
}

#[test]
fn rust_log_is_read_where_our_own_variable_is_not_set() {
    let filter = |vars: Pairs<'_>| load(&[], vars, "log = \"error\"").unwrap().log.filter;

    assert_eq!(filter(&[]), "error");
    assert_eq!(filter(&[("RUST_LOG", "warn")]), "warn");
    assert_eq!(filter(&[("PARLOR_LOG", "debug"), ("RUST_LOG", "warn")]), "debug");
    assert_eq!(filter(&[("RUST_LOG", "warn"), ("PARLOR_LOG", "debug")]), "debug");
}

#[test]
fn log_filters_are_checked() {
    for good in ["info", "INFO", "warn,parlor::chat=debug", "parlor", "info,actix_web=off", "info/regex.*"] {
        assert!(load(&[("log", good)], &[], "").is_ok(), "{good}");
    }
    assert!(error(&[("log", "wran")], &[], "").contains("did you mean warn?"));
    assert!(error(&[("log", "parlor=loud")], &[], "").contains("\"loud\" is no level"));
    assert!(error(&[("log", "")], &[], "").starts_with("log: "));
}

#[test]
fn what_is_shown_can_be_loaded_again() {
    let file = "server_name = \"a \\\"b\\\" \\\\c ⓓ\"\ntime_zone = \"UTC\"\nrate_limits = false\nguests = \"open\"\n";
    let first = load(&[], &[], file).unwrap().shown();

    let second = load(&[], &[], &first).unwrap().shown();

    let values = |shown: &str| shown.lines().map(|l| l.split("  # ").next().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(values(&first), values(&second));
}

proptest! {
    #[test]
    fn any_server_name_that_is_taken_survives_being_shown(name in "\\PC{1,64}") {
        if let Ok(config) = load(&[("server_name", &name)], &[], "") {
            let again = load(&[], &[], &config.shown()).unwrap();
            prop_assert_eq!(again.access.server_name, config.access.server_name);
        }
    }

    #[test]
    fn no_file_whatever_makes_more_than_one_line_of_error(file in "(?s)(workers|log|x)?( = )?[\"\\[{']?.{0,40}") {
        if let Err(error) = load(&[], &[], &file) {
            prop_assert!(!error.to_string().contains('\n'));
        }
    }
}
