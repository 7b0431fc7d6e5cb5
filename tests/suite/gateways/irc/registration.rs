//! How a client becomes somebody: names, capabilities, logins, passwords, and what is no line.

use parlor::auth::totp;
use parlor::config::{Address, TlsSource};
use secrecy::SecretString;
use serde_json::json;

use super::{has, open, server};
use crate::support::irc::IrcClient;
use crate::support::{PASSWORD, TestServer};

#[tokio::test]
async fn a_guest_is_welcomed_with_what_the_server_can_do() {
    let server = server().await;
    let mut ann = IrcClient::connect(&server).await;
    ann.say("NICK ann").await;
    ann.say("USER ann 0 * :Ann").await;

    ann.see(":irc.example 001 ann :Welcome").await;
    let isupport = ann.see(" 005 ann ").await;
    assert!(isupport.contains("CASEMAPPING=ascii") && isupport.contains("CHANMODES=b,k,l,imnst"), "{isupport}");
    ann.see(" 422 ann ").await;
    assert!(has(&ann.ask("USER a b c :d").await, " 462 ann "));
    assert!(has(&ann.ask("NONSENSE").await, " 421 ann NONSENSE "));
    assert!(has(&ann.ask("JOIN").await, " 461 ann JOIN "));
}

#[tokio::test]
async fn before_the_welcome_only_what_leads_to_it_is_taken() {
    let server = server().await;
    server.browser().set_up("olga").await;
    let mut ann = IrcClient::connect(&server).await;
    ann.say("JOIN #lobby").await;
    ann.see(" 451 * ").await;
    ann.say("CAP LS 302").await;
    ann.see("sasl=PLAIN").await;
    ann.say("NICK ann").await;
    ann.say("USER ann 0 * :Ann").await;
    ann.say("CAP REQ :batch nonsense").await;
    ann.see("CAP ann NAK :batch nonsense").await;
    ann.say("CAP REQ :batch message-tags").await;
    ann.see("CAP ann ACK :batch message-tags").await;
    ann.say("CAP END").await;
    ann.see(" 001 ann ").await;
    assert!(has(&ann.ask("CAP LIST").await, "CAP ann LIST :batch cap-notify message-tags"));
    assert!(has(&ann.ask("CAP REQ -batch").await, "CAP ann ACK :-batch"));
}

#[tokio::test]
async fn nobody_takes_the_name_of_somebody_who_is_there_or_one_that_looks_like_it() {
    let server = server().await;
    let _ann = IrcClient::guest(&server, "ann").await;
    let mut other = IrcClient::connect(&server).await;
    other.say("USER x 0 * :x").await;
    for taken in ["ann", "ANN", "аnn"] {
        other.say(&format!("NICK {taken}")).await;
        other.see(" 433 ").await;
    }
    for bad in ["a b", "-a", "a!b", "a@b", "#a"] {
        other.say(&format!("NICK :{bad}")).await;
        other.see(" 432 ").await;
    }
    other.say("NICK bob").await;
    other.see(" 001 bob ").await;
    assert!(has(&other.ask("NICK ann").await, " 433 bob ann "));
    assert!(has(&other.ask("NICK robert").await, " NICK robert"));
}

#[tokio::test]
async fn an_account_logs_in_with_its_password_or_a_token_and_its_name_is_its_own() {
    let server = server().await;
    let owner = server.browser();
    owner.set_up("olga").await;
    let token = owner.token().await;

    let mut guest = IrcClient::connect(&server).await;
    guest.say("NICK olga").await;
    guest.say("USER x 0 * :x").await;
    guest.see(" 433 * olga :Nickname belongs to an account").await;

    for secret in [PASSWORD, token.as_str()] {
        let mut olga = IrcClient::account(&server, "olga", secret, "").await;
        assert!(has(&olga.ask("WHOIS olga").await, " 330 olga olga olga "), "{secret}");
        assert!(has(&olga.ask("NICK other").await, " 432 olga other "));
    }
}

#[tokio::test]
async fn wrong_passwords_and_broken_logins_are_refused_and_counted() {
    let server = TestServer::start_with(|config| {
        open(config);
        config.limits.rate_limits = true;
        config.limits.login_tries_per_minute = 3;
    })
    .await;
    server.browser().set_up("olga").await;
    let mut client = IrcClient::connect(&server).await;
    client.say("CAP REQ sasl").await;
    client.say("AUTHENTICATE EXTERNAL").await;
    client.see(" 908 * PLAIN ").await;
    client.say("AUTHENTICATE PLAIN").await;
    client.say("AUTHENTICATE *").await;
    client.see(" 906 ").await;
    client.say("AUTHENTICATE PLAIN").await;
    client.say(&format!("AUTHENTICATE {}", "A".repeat(401))).await;
    client.see(" 905 ").await;
    client.say("AUTHENTICATE PLAIN").await;
    client.say("AUTHENTICATE %%%").await;
    client.see(" 904 ").await;
    for _ in 0..3 {
        client.log_in("olga", "wrong-password").await;
        client.see(" 904 * :the name or the password is wrong").await;
    }
    client.log_in("olga", PASSWORD).await;
    client.see(" 904 * :too many").await;
}

#[tokio::test]
async fn a_server_with_a_password_asks_for_it() {
    let server = TestServer::start_with(|config| {
        open(config);
        config.doors.irc_password = Some(SecretString::from("sesame"));
    })
    .await;
    let mut wrong = IrcClient::connect(&server).await;
    wrong.say("PASS other").await;
    wrong.say("NICK eve").await;
    wrong.say("USER eve 0 * :eve").await;
    let lines = wrong.ended().await;
    assert!(has(&lines, " 464 ") && has(&lines, "ERROR :"), "{lines:?}");

    let mut right = IrcClient::connect(&server).await;
    right.say("PASS sesame").await;
    right.say("NICK ann").await;
    right.say("USER ann 0 * :ann").await;
    right.see(" 001 ann ").await;
}

#[tokio::test]
async fn where_guests_are_off_nobody_comes_in_without_an_account() {
    let server = TestServer::start_with(|config| {
        open(config);
        config.access.guests = None;
    })
    .await;
    server.browser().set_up("olga").await;
    let mut eve = IrcClient::connect(&server).await;
    eve.say("NICK eve").await;
    eve.say("USER eve 0 * :eve").await;
    let lines = eve.ended().await;
    assert!(!has(&lines, " 001 ") && has(&lines, "guests are not welcome here"), "{lines:?}");
}

#[tokio::test]
async fn long_lines_nuls_and_lone_returns_do_no_harm() {
    let server = server().await;
    let mut ann = IrcClient::guest(&server, "ann").await;
    ann.join("#lobby").await;
    ann.send(&[b'x'; 16 * 1024]).await;
    ann.send(b"\r\n").await;
    ann.see(" 417 ann ").await;
    for bad in [&b"PRIVMSG #lobby :a\0b\r\n"[..], b"PRIVMSG #lobby :a\rQUIT\r\n", b"PRIVMSG #lobby :\xff\r\n"] {
        ann.send(bad).await;
        ann.see("FAIL * INVALID_UTF8 ").await;
    }
    ann.send(b"\r\n\r\n   \r\n").await;
    assert_eq!(ann.rest().await, Vec::<String>::new());
}

#[tokio::test]
async fn a_guest_who_logs_in_goes_on_as_the_account_in_the_same_channels() {
    let server = server().await;
    let olga = server.browser();
    olga.set_up("olga").await;
    olga.make_room("kitchen", "public").await;
    let mut bob = IrcClient::with_caps(&server, "bob", "extended-join account-tag").await;
    bob.join("#kitchen").await;
    let mut gus = IrcClient::with_caps(&server, "gus", "sasl message-tags").await;
    gus.join("#kitchen").await;
    gus.ask("AWAY :tea").await;
    gus.ask("MONITOR + zoe").await;
    bob.rest().await;

    gus.log_in("olga", PASSWORD).await;
    gus.see(" 900 gus gus!*@* olga :").await;
    gus.see(" 903 gus ").await;
    assert!(gus.see(" NICK olga").await.contains(":gus!gus@"));
    // Olga owns the room, and Gus did not.
    gus.see(" MODE #kitchen +q olga").await;
    let seen = bob.rest().await;
    assert!(has(&seen, " QUIT :Logged in as olga") && has(&seen, " JOIN #kitchen olga "), "{seen:?}");

    gus.ask("PRIVMSG #kitchen :it is me").await;
    let said = bob.see("PRIVMSG #kitchen :it is me").await;
    assert!(said.contains("account=olga") && said.contains(":olga!olga@"), "{said}");
    let whois = bob.ask("WHOIS olga").await;
    assert!(has(&whois, " 301 bob olga :tea") && has(&whois, " 330 bob olga olga "), "{whois:?}");
    let _zoe = IrcClient::guest(&server, "zoe").await;
    gus.see(" 730 olga :zoe!").await;
    IrcClient::guest(&server, "gus").await;
}

#[tokio::test]
async fn nothing_of_a_guest_is_left_to_the_account_that_it_becomes() {
    let server = server().await;
    let olga = server.browser();
    olga.set_up("olga").await;
    server.register("bob").await;
    // Where Bob is banned, the guest may be and Bob may not.
    let api = server.api(&olga).await;
    olga.make_room("garden", "public").await;
    let mut owner = IrcClient::account(&server, "olga", PASSWORD, "").await;
    owner.join("#garden").await;
    assert_eq!(owner.ask("MODE #garden +b bob!*@*").await.len(), 1);

    let mut guest = IrcClient::with_caps(&server, "gus", "sasl message-tags").await;
    guest.join("#garden").await;
    guest.join("#cellar").await;
    assert!(has(&guest.ask("NAMES #cellar").await, " :@gus"), "whoever makes a room as a guest keeps order in it");
    guest.ask("OPER captain anchors-aweigh").await;
    guest.log_in("bob", "wrong-password").await;
    guest.see(" 904 gus ").await;
    assert!(has(&guest.ask("NAMES #garden").await, "gus"), "a wrong password changes nothing");

    guest.log_in("bob", PASSWORD).await;
    guest.see(" NICK bob").await;
    let lines = guest.rest().await;
    assert!(
        has(&lines, " MODE bob -o") && has(&lines, " PART #garden ") && has(&lines, "MODE #cellar -o bob"),
        "{lines:?}"
    );
    assert!(has(&guest.ask("KILL olga :x").await, " 481 "));
    assert!(has(&guest.ask("PRIVMSG #garden :x").await, " 404 bob #garden "));
    let names = owner.ask("NAMES #garden").await;
    assert!(!names.iter().any(|line| line.contains(" 353 ") && line.contains("bob")), "{names:?}");

    // The same person once more changes nothing, and another one ends what the first had.
    guest.log_in("bob", PASSWORD).await;
    guest.see(" 903 bob ").await;
    assert_eq!(guest.rest().await, Vec::<String>::new());
    guest.log_in("olga", PASSWORD).await;
    guest.see(" NICK olga").await;
    guest.rest().await;
    let seen = api.get("/api/v1/admin/sessions").await.json();
    let names: Vec<&serde_json::Value> =
        seen["items"].as_array().unwrap().iter().map(|item| &item["user"]["name"]).collect();
    assert_eq!(names, [&json!("olga"), &json!("olga")], "{seen}");
}

#[tokio::test]
async fn a_key_that_a_client_has_shown_once_opens_the_room_for_its_account_too_and_an_invitation_does_not() {
    let server = server().await;
    server.browser().set_up("olga").await;
    server.register("bob").await;
    let mut olga = IrcClient::account(&server, "olga", PASSWORD, "").await;
    for room in ["#locked", "#guarded"] {
        olga.join(room).await;
    }
    olga.ask("MODE #locked +k secret").await;
    olga.ask("MODE #guarded +i").await;
    let mut guest = IrcClient::with_caps(&server, "gus", "sasl").await;
    olga.ask("INVITE gus #guarded").await;
    guest.join("#locked secret").await;
    guest.join("#guarded").await;

    guest.log_in("bob", PASSWORD).await;
    guest.see(" NICK bob").await;
    let lines = guest.rest().await;

    assert!(has(&lines, " PART #guarded ") && !has(&lines, " PART #locked "), "{lines:?}");
    assert!(!has(&guest.ask("PRIVMSG #locked :here").await, " 404 "));
    olga.see("PRIVMSG #locked :here").await;
}

#[tokio::test]
async fn logging_in_again_and_again_counts_as_connecting_does() {
    let server = TestServer::start_with(|config| {
        open(config);
        config.limits.rate_limits = true;
        config.limits.handshake_burst = 3;
    })
    .await;
    let olga = server.browser();
    olga.set_up("olga").await;
    let tokens = [olga.token().await, server.register("bob").await.token().await];
    let mut client = IrcClient::with_caps(&server, "gus", "sasl").await;
    for (name, token) in [("olga", &tokens[0]), ("bob", &tokens[1])] {
        client.log_in(name, token).await;
        client.see(" 903 ").await;
    }
    client.log_in("olga", &tokens[0]).await;
    client.see(" 904 bob :").await;
    assert!(has(&client.ask("WHOIS bob").await, " 330 bob bob bob "), "it is who it was");
}

#[tokio::test]
async fn a_second_factor_takes_a_token_here_too() {
    let server = server().await;
    let olga = server.browser();
    olga.set_up("olga").await;
    let api = server.api(&olga).await;
    let secret = api.post("/api/v1/me/second-factor", json!({})).await.json()["secret"].as_str().unwrap().to_owned();
    let step = totp::step_at(server.clock.now());
    let code = totp::code(&totp::from_base32(&secret).unwrap(), step);
    let on = json!({"secret": secret, "code": code, "password": PASSWORD});
    assert_eq!(api.put("/api/v1/me/second-factor", on).await.status, 200);

    let mut client = IrcClient::connect(&server).await;
    client.say("CAP REQ sasl").await;
    client.log_in("olga", PASSWORD).await;
    client.see(" 904 * :this account has a second factor").await;
    client.log_in("olga", &olga.token().await).await;
    client.see(" 903 ").await;
}

#[tokio::test]
async fn a_client_under_tls_is_in_the_same_rooms_and_is_shown_as_secure() {
    let server = TestServer::start_with(|config| {
        open(config);
        config.tls.source = TlsSource::SelfSigned;
        config.doors.irc.tls = Address::parse("127.0.0.1:0");
    })
    .await;
    let mut plain = IrcClient::guest(&server, "bob").await;
    plain.join("#lobby").await;
    let mut ann = IrcClient::secured(&server).await;
    ann.say("NICK ann").await;
    ann.say("USER ann 0 * :Ann").await;
    ann.see(" MODE ann +iZ").await;
    ann.join("#lobby").await;
    ann.ask(&format!("PRIVMSG #lobby :{}", "x".repeat(400))).await;
    plain.see(&"x".repeat(400)).await;
    assert!(has(&plain.ask("WHOIS ann").await, " 671 bob ann "));
    assert!(!has(&ann.ask("WHOIS bob").await, " 671 "));
    // Longer than one record of TLS: it comes back in pieces and whole.
    for _ in 0..100 {
        plain.say(&format!("PRIVMSG #lobby :{}", "y".repeat(400))).await;
    }
    plain.rest().await;
    let heard = ann.rest().await;
    assert_eq!(heard.iter().filter(|line| line.ends_with(&"y".repeat(400))).count(), 100);
    ann.say("QUIT :bye").await;
    assert!(has(&ann.ended().await, "ERROR :Closing link: Quit: bye"));
}
