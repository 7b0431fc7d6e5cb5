//! Who somebody is: WHO, WHOIS, ISON, USERHOST, MONITOR, modes of clients.

use super::{has, server};
use crate::support::irc::IrcClient;

#[tokio::test]
async fn questions_about_people_are_answered() {
    let server = server().await;
    let mut ann = IrcClient::guest(&server, "ann").await;
    ann.join("#tea").await;
    let mut bob = IrcClient::with_caps(&server, "bob", "setname multi-prefix").await;
    bob.join("#tea").await;
    ann.rest().await;
    let lines = ann.ask("WHOIS bob").await;
    assert!(
        has(&lines, " 311 ann bob bob ") && has(&lines, " 319 ann bob :#tea") && has(&lines, " 318 ann bob "),
        "{lines:?}"
    );
    assert!(has(&ann.ask("WHO #tea").await, " 352 ann #tea bob "));
    assert!(has(&ann.ask("WHO #tea %tna,7").await, " 354 ann 7 bob :0"));
    assert!(has(&ann.ask("ISON bob nobody").await, " 303 ann :bob"));
    assert!(has(&ann.ask("USERHOST bob").await, " 302 ann :bob=+bob@"));
    bob.ask("SETNAME :Robert").await;
    assert!(has(&ann.ask("WHOIS bob").await, ":Robert"));
    bob.ask("MODE bob +B").await;
    assert!(has(&ann.ask("WHOIS bob").await, " 335 ann bob "));
    assert!(has(&ann.ask("MODE bob +i").await, " 502 ann "));
    assert!(has(&ann.ask("WHOIS nobody").await, " 401 ann nobody "));
}

#[tokio::test]
async fn whoever_watches_a_name_is_told() {
    let server = server().await;
    let mut ann = IrcClient::guest(&server, "ann").await;
    assert!(has(&ann.ask("MONITOR + bob").await, " 731 ann :bob"));
    let mut bob = IrcClient::guest(&server, "bob").await;
    ann.see(" 730 ann :bob!bob@").await;
    bob.ask("NICK robert").await;
    ann.see(" 731 ann :bob").await;
    assert!(has(&ann.ask("MONITOR L").await, " 732 ann :bob"));
    ann.ask("MONITOR C").await;
    bob.ask("NICK bob").await;
    assert_eq!(ann.rest().await, Vec::<String>::new());
}
