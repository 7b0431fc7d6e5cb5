//! The client library and the commands over framed TCP.

use parlor::client::event::Event;
use parlor::client::{Client, Identity, JoinOptions, ServerAddress, Settings};
use parlor::config::{Address, TlsSource};
use parlor::domain::person::Door;
use parlor::protocol::encoding::{Body, Encoding, Packing};

use super::support::{Tcp, door, open, server};
use crate::support::program::{command, run};
use crate::support::{TestServer, tls, wire, within};

fn address(server: &TestServer) -> String {
    format!("tcp://{}", door(server).address)
}

#[tokio::test]
async fn the_library_talks_over_framed_tcp_and_goes_on_after_a_restart() {
    let mut server = server().await;
    let settings = Settings { encoding: Encoding::Framed(Body::MsgPack, Packing::Zstd), ..Settings::default() };
    let target = ServerAddress::parse(&address(&server)).unwrap();
    let (client, mut events) = Client::start(target, Identity::guest("ann"), settings);
    within("the join", client.join("lobby", JoinOptions::default())).await.unwrap();
    let one = within("the ack", client.send("lobby", "one").await.unwrap().acked()).await.unwrap();
    let doors = parlor::config::DoorAddresses { plain: Address::parse(&door(&server).address.to_string()), tls: None };
    server.stop().await;
    let receipt = client.send("lobby", "two").await.unwrap();
    server
        .start_again_with(|config| {
            open(config);
            config.doors.tcp = doors;
        })
        .await;
    let two = within("the ack", receipt.acked()).await.unwrap();
    assert_eq!(two.seq, one.seq + 1);
    let mut texts = Vec::new();
    let mut authors = Vec::new();
    while texts.len() < 2 {
        if let Some(Event::Log(event)) = within("an event", events.next()).await {
            texts.extend(event.text.clone());
            authors.extend(event.author.map(|author| author.id));
        }
    }
    assert_eq!(texts, ["one", "two"]);
    assert_eq!(authors[0], authors[1], "a guest stays who it is");
}

#[tokio::test]
async fn the_library_and_the_commands_talk_under_tls_and_trust_only_whom_they_are_told_to() {
    let server = TestServer::start_with(|config| {
        open(config);
        config.tls.source = TlsSource::SelfSigned;
        config.doors.tcp.tls = Address::parse("127.0.0.1:0");
    })
    .await;
    let address = format!("tcps://localhost:{}", wire::door(&server, Door::Tcp, true).port());
    let certificate = tls::certificate(&server);
    let shown = certificate.to_string_lossy().into_owned();
    let mut bob = Tcp::guest(&server, "bob").await;

    let target = ServerAddress::parse(&address).unwrap().trusting(Some(certificate));
    let (client, _events) = Client::start(target, Identity::guest("ann"), Settings::default());
    within("the join", client.join("lobby", JoinOptions::default())).await.unwrap();
    within("the ack", client.send("lobby", "one").await.unwrap().acked()).await.unwrap();
    assert_eq!(bob.see("ChatMessage").await["content"], "one");

    let send = ["send", &address, "lobby", "two", "--name", "eve"];
    let trusted = [&send[..], &["--tls-ca", &shown]].concat();
    let ended = run(server.data(), &trusted, &[]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(bob.see("ChatMessage").await["content"], "two");
    let refused = run(server.data(), &send, &[]).await;
    assert!(refused.code == Some(1) && refused.complaint().contains("cannot be trusted"), "{refused:?}");
}

#[tokio::test]
async fn send_and_the_address_of_another_kind() {
    let server = server().await;
    let mut bob = server.guest("bob").await;
    bob.join("lobby").await;
    let ended = run(server.data(), &["send", &address(&server), "lobby", "over tcp", "--name", "ann"], &[]).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert_eq!(bob.next_text().await, "over tcp");
    let wrong = run(server.data(), &["get", "--server", "ws://127.0.0.1:1", "--token", "x"], &[]).await;
    assert!(wrong.code == Some(2) && wrong.complaint().contains("tcp://"), "{wrong:?}");
}

#[tokio::test]
async fn put_hands_a_file_to_get_and_nothing_is_overwritten_unasked() {
    let server = server().await;
    let owner = server.browser();
    owner.set_up("ann").await;
    let (ann, bob) = (owner.token().await, server.register("bob").await.token().await);
    let folder = tempfile::tempdir().unwrap();
    let (from, into) = (folder.path().join("from"), folder.path().join("into"));
    std::fs::create_dir_all(&from).unwrap();
    std::fs::create_dir_all(&into).unwrap();
    let data: Vec<u8> = (0..500_000_u32).map(|at| u8::try_from(at % 241).unwrap()).collect();
    std::fs::write(from.join("big.bin"), &data).unwrap();
    let address = address(&server);
    let put = || {
        let arguments = ["put", "big.bin", "--to", "bob", "--server", &address];
        command(&from, &arguments, &[("PARLOR_TOKEN", &ann)]).output()
    };
    let get = |arguments: &[&str]| {
        let arguments = [&["get", "--server", &address], arguments].concat();
        command(&into, &arguments, &[("PARLOR_TOKEN", &bob)]).spawn().expect("it starts")
    };

    // A part that is there already is not sent again.
    let hash = sha256(&data);
    std::fs::write(into.join(format!(".big.bin.{}.part", &hash[..16])), &data[..300_000]).unwrap();
    let mut taking = get(&["--from", "ann"]);
    let sent = within("the file", put()).await.unwrap();
    assert_eq!(sent.status.code(), Some(0), "{}", String::from_utf8_lossy(&sent.stderr));
    assert_eq!(within("the end", taking.wait()).await.unwrap().code(), Some(0));
    assert!(std::fs::read(into.join("big.bin")).unwrap() == data);
    assert_eq!(std::fs::read_dir(&into).unwrap().count(), 1, "nothing else is left");
    let metrics = server.browser().get("/metrics").await.body;
    assert!(metrics.contains("parlor_file_bytes_total 200000"), "{metrics}");

    std::fs::write(into.join("big.bin"), "mine").unwrap();
    let mut taking = get(&["--from", "ann"]);
    let sent = within("the answer", put()).await.unwrap();
    assert!(sent.status.code() == Some(1) && String::from_utf8_lossy(&sent.stderr).contains("does not want it"));
    taking.kill().await.unwrap();
    assert_eq!(std::fs::read(into.join("big.bin")).unwrap(), b"mine");
}

fn sha256(data: &[u8]) -> String {
    use sha2::Digest;
    let digits = |byte: &u8| [byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16).unwrap());
    sha2::Sha256::digest(data).iter().flat_map(digits).collect()
}
