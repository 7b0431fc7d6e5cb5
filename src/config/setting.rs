//! The one table of settings. The flags, the variables, the keys of `parlor.toml`, the example file, the output of
//! `parlor config` and every error message are made from it.
//!
//! How to add a setting: one entry here, one field in the file of its section, then
//! `parlor config --example > parlor.example.toml`.

use derive_more::Display;
use rustix::process::{Resource, getrlimit};

/// One setting, under all of its names.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// The key in `parlor.toml`; the flag and the variable are made from it.
    pub name: &'static str,
    /// Where it stands in the example file and in `--help`.
    pub section: Section,
    /// What it does, in one or two sentences.
    pub help: &'static str,
    /// Which values are allowed.
    pub allowed: Allowed,
    /// What holds when nobody sets it.
    pub preset: Preset,
    /// What may be shown of it.
    pub secrecy: Secrecy,
}

/// The sections, in the order in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display)]
pub enum Section {
    /// Where the server is reached.
    Listen,
    /// Whether it speaks TLS.
    #[display("TLS")]
    Tls,
    /// The ways in beside HTTP.
    Doors,
    /// Where it keeps its data.
    Store,
    /// Who is let in.
    Access,
    /// How much each may do.
    Limits,
    /// How dead connections are found.
    Heartbeat,
    /// What is logged.
    Log,
    /// How pages are written.
    Pages,
    /// Whom notifications may reach.
    Notifications,
    /// What the server does by itself to stay in order.
    Upkeep,
}

/// The values a setting takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowed {
    /// A text; the words say which.
    Text(&'static str),
    /// A whole number between the two, both included.
    Number(u64, u64),
    /// One of these words. `true` and `false` in the file stand for `on` and `off`.
    Choice(&'static [&'static str]),
}

/// What holds when a setting is not set.
#[derive(Debug, Clone, Copy)]
pub enum Preset {
    /// This value.
    Value(&'static str),
    /// A number that depends on the machine.
    Computed {
        /// Computes it.
        value: fn() -> u64,
        /// What it is, in words.
        meaning: &'static str,
        /// A value for the example file.
        example: &'static str,
    },
    /// No value.
    Unset {
        /// What happens then, in words.
        meaning: &'static str,
        /// A value for the example file.
        example: &'static str,
    },
}

/// What may be shown of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrecy {
    /// All of it.
    Open,
    /// All but the password in a URL.
    UrlPassword,
    /// Nothing.
    Secret,
}

impl Setting {
    /// The flag, with its dashes: `--rate-limits`.
    #[must_use]
    pub fn flag(&self) -> String {
        format!("--{}", self.name.replace('_', "-"))
    }

    /// The variable: `PARLOR_RATE_LIMITS`.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("{VARIABLE_PREFIX}{}", self.name.to_uppercase())
    }

    /// The default, in words.
    #[must_use]
    pub fn default_text(&self) -> &'static str {
        match self.preset {
            Preset::Value(text) => text,
            Preset::Computed { meaning, .. } | Preset::Unset { meaning, .. } => meaning,
        }
    }

    /// True for a setting that may be left without a value.
    #[must_use]
    pub fn is_optional(&self) -> bool {
        matches!(self.preset, Preset::Unset { .. })
    }
}

impl std::fmt::Display for Allowed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(words) => f.write_str(words),
            Self::Number(min, max) => write!(f, "a whole number from {min} to {max}"),
            Self::Choice([words @ .., last]) if !words.is_empty() => write!(f, "{} or {last}", words.join(", ")),
            Self::Choice(words) => f.write_str(&words.concat()),
        }
    }
}

/// The setting of this name.
#[must_use]
pub fn setting(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}

/// Every variable of a setting starts with this.
pub const VARIABLE_PREFIX: &str = "PARLOR_";

/// Variables with the prefix that are no settings: the file, the token of the commands that connect to a server, the
/// program as scripts name it that start it, and a folder for the pictures of the tests.
pub const OTHER_VARIABLES: &[&str] = &[FILE_VARIABLE, TOKEN_VARIABLE, "PARLOR_BIN", "PARLOR_TEST_SCREENSHOTS"];

/// Who `parlor send` and its kin are, like `--token`.
pub const TOKEN_VARIABLE: &str = "PARLOR_TOKEN";

/// Names the file, like `--config`.
pub const FILE_VARIABLE: &str = "PARLOR_CONFIG";

/// The file that is read from the working directory if it is there.
pub const FILE_NAME: &str = "parlor.toml";

const MIB: u64 = 1024 * 1024;

fn cores() -> u64 {
    std::thread::available_parallelism().map_or(1, |cores| cores.get().min(256) as u64)
}

/// What is left of the open files for live connections: pages, the database and the log need some too.
fn connections() -> u64 {
    let files = getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX);
    files.saturating_sub(256).clamp(256, 10_000_000)
}

fn half_of_the_cores() -> u64 {
    (cores() / 2).max(1)
}

const fn entry(section: Section, name: &'static str, preset: Preset, allowed: Allowed, help: &'static str) -> Setting {
    Setting { name, section, help, allowed, preset, secrecy: Secrecy::Open }
}

const fn hidden(setting: Setting, secrecy: Secrecy) -> Setting {
    Setting { secrecy, ..setting }
}

/// All settings.
#[rustfmt::skip]
pub const SETTINGS: &[Setting] = &[
    entry(Section::Listen, "listen", Preset::Value("127.0.0.1:8080"),
        Allowed::Text("HOST:PORT such as 127.0.0.1:8080, 0.0.0.0:80 or [::]:8080"),
        "Address and port of the server. Port 0 picks a free one and prints it."),
    entry(Section::Listen, "public_url",
        Preset::Unset { meaning: "the address of each request", example: "https://chat.example.org" },
        Allowed::Text("http://HOST or https://HOST, with :PORT if needed and without a path"),
        "Where people reach the server, if that is not the address it listens on. With https, cookies are sent over TLS only."),
    entry(Section::Listen, "workers",
        Preset::Computed { value: cores, meaning: "the number of cores", example: "4" }, Allowed::Number(1, 256),
        "Threads that serve connections."),
    entry(Section::Listen, "max_connections",
        Preset::Computed { value: connections, meaning: "as many as the system lets the program have open files, less 256", example: "20000" },
        Allowed::Number(1, 10_000_000),
        "Live connections, of all doors together, that may be open at once. More are refused, so that pages and the database still have files to open."),
    entry(Section::Listen, "shutdown_seconds", Preset::Value("10"), Allowed::Number(1, 300),
        "How long a stopping server waits for its connections to end."),
    entry(Section::Listen, "header_timeout_seconds", Preset::Value("10"), Allowed::Number(1, 300),
        "How long a client may take to send the head of a request; slower ones are cut off."),
    entry(Section::Listen, "body_timeout_seconds", Preset::Value("30"), Allowed::Number(1, 3_600),
        "How long a client may take to send the body of a request."),
    entry(Section::Listen, "keep_alive_seconds", Preset::Value("30"), Allowed::Number(1, 3_600),
        "How long an HTTP connection without a request stays open. WebSockets have the heartbeat instead."),
    entry(Section::Listen, "trusted_proxies",
        Preset::Unset { meaning: "none", example: "127.0.0.1, ::1, 10.0.0.0/8" },
        Allowed::Text("addresses and ranges such as 127.0.0.1 or 10.0.0.0/8, with commas between"),
        "Proxies before the server. Only they are believed when they say for whom they ask (X-Forwarded-For, -Proto and -Host, or Forwarded)."),

    entry(Section::Tls, "tls", Preset::Value("off"), Allowed::Choice(&["off", "self-signed"]),
        "Whether the server makes a certificate for itself, in the data folder, and speaks TLS with it. Its fingerprint is printed at the start. For a certificate of your own set tls_cert and tls_key instead."),
    entry(Section::Tls, "tls_cert",
        Preset::Unset { meaning: "no TLS, unless tls says otherwise", example: "/etc/parlor/fullchain.pem" },
        Allowed::Text("a PEM file with the certificate of the server first"),
        "The certificate; the server then speaks TLS. A new one in the same file is taken within 10 seconds, or on SIGHUP."),
    entry(Section::Tls, "tls_key",
        Preset::Unset { meaning: "no TLS, unless tls says otherwise", example: "/etc/parlor/privkey.pem" },
        Allowed::Text("a PEM file with a private key that has no password"),
        "The private key of tls_cert."),
    entry(Section::Tls, "acme_domains",
        Preset::Unset { meaning: "no authority is asked", example: "chat.example.org" },
        Allowed::Text("1 to 100 names with commas between them, no addresses and no stars"),
        "Gets a certificate for these names from an ACME authority, and renews it. They must lead here, and port 443 to this server. Needs a build with --features acme."),
    entry(Section::Tls, "acme_email",
        Preset::Unset { meaning: "the authority cannot write to anybody", example: "admin@example.org" },
        Allowed::Text("an e-mail address"),
        "Where the authority writes to when something is wrong with the certificate."),
    entry(Section::Tls, "acme_directory", Preset::Value("https://acme-v02.api.letsencrypt.org/directory"),
        Allowed::Text("an https:// address, or http:// on this machine"),
        "The authority. With the default you agree to the terms of Let's Encrypt."),
    entry(Section::Tls, "http_redirect",
        Preset::Unset { meaning: "plain HTTP is not answered", example: "0.0.0.0:80" },
        Allowed::Text("HOST:PORT such as 0.0.0.0:80"),
        "A second address, where plain HTTP is led to TLS and nothing else is served."),

    entry(Section::Doors, "tcp",
        Preset::Unset { meaning: "closed", example: "127.0.0.1:7070" }, Allowed::Text("HOST:PORT such as 127.0.0.1:7070"),
        "Where framed TCP is spoken, for programs and devices without WebSocket."),
    entry(Section::Doors, "tcp_tls",
        Preset::Unset { meaning: "closed", example: "0.0.0.0:7443" }, Allowed::Text("HOST:PORT such as 0.0.0.0:7443"),
        "Where framed TCP is spoken under TLS, with the certificate of the server."),
    entry(Section::Doors, "file_max_mib", Preset::Value("1024"), Allowed::Number(0, MIB),
        "Largest file, in MiB, that one person may hand to another over framed TCP; 0 for none at all. Files pass through and are not stored."),
    entry(Section::Doors, "file_transfers", Preset::Value("64"), Allowed::Number(1, 10_000),
        "Files that may be under way at the same time. Each takes up to 256 KiB of memory."),
    entry(Section::Doors, "file_rate_kib", Preset::Value("16384"), Allowed::Number(0, MIB),
        "How quickly one file goes, in KiB a second; 0 for as quickly as it can."),
    entry(Section::Doors, "lines",
        Preset::Unset { meaning: "closed", example: "127.0.0.1:7071" }, Allowed::Text("HOST:PORT such as 127.0.0.1:7071"),
        "Where plain lines are spoken, for nc and telnet."),
    entry(Section::Doors, "lines_tls",
        Preset::Unset { meaning: "closed", example: "0.0.0.0:7444" }, Allowed::Text("HOST:PORT such as 0.0.0.0:7444"),
        "Where plain lines are spoken under TLS."),
    entry(Section::Doors, "lines_idle_minutes", Preset::Value("60"), Allowed::Number(1, 10_080),
        "After how long somebody with plain lines who types nothing is shown out: such a connection cannot be asked whether it is alive."),
    entry(Section::Doors, "irc",
        Preset::Unset { meaning: "closed", example: "127.0.0.1:6667" }, Allowed::Text("HOST:PORT such as 127.0.0.1:6667"),
        "Where IRC is spoken."),
    entry(Section::Doors, "irc_tls",
        Preset::Unset { meaning: "closed", example: "0.0.0.0:6697" }, Allowed::Text("HOST:PORT such as 0.0.0.0:6697"),
        "Where IRC is spoken under TLS."),
    entry(Section::Doors, "irc_name", Preset::Value("parlor.local"),
        Allowed::Text("1 to 63 letters, digits, dots and dashes, such as irc.example.org"),
        "The name under which IRC clients know the server."),
    hidden(entry(Section::Doors, "irc_password",
        Preset::Unset { meaning: "none is asked for", example: "open-sesame" },
        Allowed::Text("1 to 200 bytes without spaces, not beginning with a colon"),
        "The password of the server, which IRC clients send before anything else (PASS)."), Secrecy::Secret),
    entry(Section::Doors, "irc_oper_name",
        Preset::Unset { meaning: "nobody becomes an operator", example: "ann" },
        Allowed::Text("1 to 200 bytes without spaces, not beginning with a colon"),
        "The name for OPER; needs irc_oper_password."),
    hidden(entry(Section::Doors, "irc_oper_password",
        Preset::Unset { meaning: "nobody becomes an operator", example: "correct-horse" },
        Allowed::Text("1 to 200 bytes without spaces, not beginning with a colon"),
        "The password for OPER."), Secrecy::Secret),

    entry(Section::Store, "data", Preset::Value("./data"), Allowed::Text("a folder"),
        "The folder of everything the server keeps. It is made if it does not exist."),
    hidden(entry(Section::Store, "database",
        Preset::Unset { meaning: "parlor.db in the data folder", example: "sqlite:./data/parlor.db" },
        Allowed::Text("a URL such as sqlite:PATH or sqlite:PATH?max_mib=2048"),
        "The database, and the MiB that it may have at most."), Secrecy::UrlPassword),

    entry(Section::Access, "guests",
        Preset::Unset { meaning: "lobby before the first account exists, off after", example: "lobby" },
        Allowed::Choice(&["off", "lobby", "open"]),
        "What people without an account may do: nothing, talk in the lobby, or join and create any public room."),
    entry(Section::Access, "registration", Preset::Value("invite"), Allowed::Choice(&["open", "invite", "closed"]),
        "Who may register: everybody, whoever has an invite, or nobody."),
    entry(Section::Access, "server_name", Preset::Value("Parlor"), Allowed::Text("1 to 64 characters in one line"),
        "The name of the server, as pages show it."),
    entry(Section::Access, "admin_name",
        Preset::Unset { meaning: "the first account is made at /setup", example: "ann" },
        Allowed::Text("a name of 1 to 32 letters, digits and the signs _ . -"),
        "The first account, made at the first start; needs admin_password."),
    hidden(entry(Section::Access, "admin_password",
        Preset::Unset { meaning: "the first account is made at /setup", example: "correct horse battery staple" },
        Allowed::Text("8 characters or more, at most 1024 bytes"),
        "The password of the first account. Better set as a variable: other users of the machine can see flags."), Secrecy::Secret),

    hidden(entry(Section::Access, "jwt_secret",
        Preset::Unset { meaning: "no token signed with a shared secret is believed", example: "at least thirty-two bytes, better random" },
        Allowed::Text("32 bytes or more"),
        "Programs that embed Parlor log their people in with tokens (JWT) signed by this secret with HS256."), Secrecy::Secret),
    entry(Section::Access, "jwt_jwks_file",
        Preset::Unset { meaning: "no token signed with a private key is believed", example: "./keys.json" },
        Allowed::Text("a file with a JSON Web Key Set"),
        "The public keys of such tokens, for RS256, ES256 and EdDSA. Read at the start."),
    entry(Section::Access, "jwt_issuer",
        Preset::Unset { meaning: "any issuer that has the key", example: "https://id.example.org" },
        Allowed::Text("one line of at most 255 bytes"),
        "Who must have issued such a token."),
    entry(Section::Access, "jwt_audience",
        Preset::Unset { meaning: "any audience", example: "parlor" },
        Allowed::Text("one line of at most 255 bytes"),
        "Whom such a token must be for. Set it where the same keys sign tokens for other programs too."),
    entry(Section::Access, "jwt_login_days",
        Preset::Unset { meaning: "as long as the token holds", example: "30" },
        Allowed::Number(1, 400),
        "How long a browser stays logged in that POST /login/jwt let in. Whoever is shut out over there stays in here until then."),
    entry(Section::Access, "auth_header",
        Preset::Unset { meaning: "no header logs anybody in", example: "X-Remote-User" },
        Allowed::Text("the name of a header such as X-Remote-User"),
        "The header in which a proxy that asks for logins itself names whom it has let in. Believed from trusted_proxies only; they must drop it from everybody else's requests."),
    entry(Section::Access, "oidc_issuer",
        Preset::Unset { meaning: "nobody logs in at a provider", example: "https://id.example.org/realms/main" },
        Allowed::Text("an https:// address, or http:// on this machine"),
        "The OpenID Connect provider at which people may log in. Unknown people get an account only where registration is open. Needs a build with --features oidc."),
    entry(Section::Access, "oidc_client_id",
        Preset::Unset { meaning: "no provider", example: "parlor" },
        Allowed::Text("one line of at most 255 bytes"),
        "What the provider calls this server. Its redirect address there is <public_url>/login/oidc/callback."),
    hidden(entry(Section::Access, "oidc_client_secret",
        Preset::Unset { meaning: "a public client, proven by PKCE alone", example: "what the provider has given out" },
        Allowed::Text("one line of at most 255 bytes"),
        "What the provider knows this server by."), Secrecy::Secret),
    entry(Section::Access, "oidc_name",
        Preset::Unset { meaning: "the host of the issuer", example: "Example Inc." },
        Allowed::Text("1 to 40 characters"),
        "What the button on the login page calls the provider."),
    entry(Section::Access, "oidc_scopes", Preset::Value("profile"),
        Allowed::Text("scopes with blanks between them"),
        "What the provider is asked for beside openid."),
    entry(Section::Access, "oidc_only", Preset::Value("off"), Allowed::Choice(&["on", "off"]),
        "Whether passwords are for admins and the owner only, and nobody registers with one."),

    entry(Section::Limits, "rate_limits", Preset::Value("on"), Allowed::Choice(&["on", "off"]),
        "Whether senders who are too quick are held back. Off is for load tests only."),
    entry(Section::Limits, "message_rate", Preset::Value("10"), Allowed::Number(1, 100_000),
        "Messages one account may send each second, in the long run, over all its connections, REST and forms together; a guest, over each connection."),
    entry(Section::Limits, "message_burst", Preset::Value("30"), Allowed::Number(1, 1_000_000),
        "Messages one account, or one connection of a guest, may send at once."),
    entry(Section::Limits, "connections_per_address", Preset::Value("1000"), Allowed::Number(1, 10_000_000),
        "WebSockets that may be open from one address (IPv6: one /64), and as many connections of plain HTTP. Raise it where many share one; trusted_proxies have no limit of the latter."),
    entry(Section::Limits, "handshakes_per_second", Preset::Value("50"), Allowed::Number(1, 1_000_000),
        "WebSockets that one address may open each second, in the long run."),
    entry(Section::Limits, "handshake_burst", Preset::Value("1000"), Allowed::Number(1, 10_000_000),
        "WebSockets that one address may open at once: as many as come back together after a restart."),
    entry(Section::Limits, "requests_per_second", Preset::Value("100"), Allowed::Number(1, 1_000_000),
        "Requests for pages and to the API that one address (IPv6: one /64) may make each second, in the long run."),
    entry(Section::Limits, "request_burst", Preset::Value("1000"), Allowed::Number(1, 10_000_000),
        "Requests that one address may make at once."),
    entry(Section::Limits, "sign_ins_per_minute", Preset::Value("60"), Allowed::Number(1, 1_000_000),
        "Logins, registrations, set-ups and new guests that one address may try each minute, right or wrong."),
    entry(Section::Limits, "login_tries_per_minute", Preset::Value("5"), Allowed::Number(1, 1_000),
        "Wrong passwords for one account from one address, each minute; four times as many for all accounts together. Nobody is kept out by what others try elsewhere."),
    entry(Section::Limits, "hash_concurrency",
        Preset::Computed { value: half_of_the_cores, meaning: "half of the cores", example: "2" }, Allowed::Number(1, 256),
        "Passwords hashed at the same time. Each takes 19 MiB of memory and one core while it lasts."),
    entry(Section::Limits, "echo_max_bytes", Preset::Value("1048576"), Allowed::Number(1, 64 * MIB),
        "Longest message that /ws/echo sends back."),
    entry(Section::Limits, "outbox_bytes", Preset::Value("262144"), Allowed::Number(65_536, 64 * MIB),
        "Bytes that may wait for one connection; above half of it, events wait in the log instead. A reader that takes nothing for ten seconds, or more answers than this, is cut off and can resume."),
    entry(Section::Limits, "room_idle_minutes", Preset::Value("10"), Allowed::Number(1, 10_080),
        "How long a room that nobody is in stays in memory."),

    entry(Section::Heartbeat, "heartbeat_seconds", Preset::Value("15"), Allowed::Number(1, 3_600),
        "How often a silent connection is asked whether it is alive."),
    entry(Section::Heartbeat, "heartbeat_timeout_seconds", Preset::Value("40"), Allowed::Number(2, 7_200),
        "After how much silence a connection is cut off. More than heartbeat_seconds."),

    entry(Section::Log, "log", Preset::Value("info,actix_server=warn"),
        Allowed::Text("a level (off, error, warn, info, debug, trace) or a list such as info,parlor::chat=debug"),
        "What is logged. RUST_LOG is read too where PARLOR_LOG is not set."),
    entry(Section::Log, "log_format", Preset::Value("text"), Allowed::Choice(&["text", "json"]),
        "One line of text for each entry, or one JSON object a line."),

    entry(Section::Pages, "time_zone", Preset::Value("system"),
        Allowed::Text("system or a name such as UTC or Europe/Berlin"),
        "The time zone of pages in browsers without JavaScript, and of quiet hours without one of their own."),

    entry(Section::Notifications, "push_allow_private", Preset::Value("off"), Allowed::Choice(&["on", "off"]),
        "Whether push services of private networks may be reached, also without TLS: for a UnifiedPush server at home. Whoever has an account here can then make this server post to machines of its own network."),
    entry(Section::Notifications, "push_contact",
        Preset::Unset { meaning: "public_url, if it is https", example: "mailto:ann@example.org" },
        Allowed::Text("mailto:NAME@HOST or an https address"),
        "Whom a push service may ask about this server's notifications. Some services refuse them without it."),

    entry(Section::Upkeep, "backup_every", Preset::Value("off"), Allowed::Text("off, or minutes, hours or days such as 30m, 6h or 1d"),
        "How often the server copies its database into backup_folder, while it goes on serving."),
    entry(Section::Upkeep, "backup_keep", Preset::Value("7"), Allowed::Number(1, 10_000),
        "How many of these backups are kept; the oldest go first."),
    entry(Section::Upkeep, "backup_folder",
        Preset::Unset { meaning: "the folder backups in the data folder", example: "/mnt/backups/parlor" },
        Allowed::Text("a folder, better on another disk than the database"),
        "Where backups go, and the copy that is made before an upgrade."),
    entry(Section::Upkeep, "retention_days", Preset::Value("0"), Allowed::Number(0, 36_500),
        "Days after which the words of messages go, in rooms that say nothing else. 0 keeps them for ever."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_has_one_name_and_a_sentence_that_explains_it() {
        for (at, setting) in SETTINGS.iter().enumerate() {
            assert!(setting.name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{}", setting.name);
            assert!(setting.help.ends_with('.'), "{}", setting.name);
            assert!(SETTINGS[..at].iter().all(|other| other.name != setting.name), "{} twice", setting.name);
        }
    }

    #[test]
    fn flag_variable_and_key_are_one_name() {
        let limits = setting("rate_limits").unwrap();

        assert_eq!(limits.flag(), "--rate-limits");
        assert_eq!(limits.variable(), "PARLOR_RATE_LIMITS");
    }
}
