//! The client library and the commands over framed TCP.

use parlor::client::event::Event;
use parlor::client::{Client, Identity, JoinOptions, ServerAddress, Settings};
use parlor::protocol::encoding::{Body, Encoding, Packing};

use super::support::{door, open, server};
use crate::support::program::{command, run};
use crate::support::{TestServer, within};

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
    let doors = parlor::config::DoorAddresses {
        plain: parlor::config::Address::parse(&door(&server).address.to_string()),
        tls: None,
    };
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
