//! How a client becomes somebody: names, capabilities, logins, passwords, and what is no line.

use secrecy::SecretString;

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
