//! Flags, variables and the file, as a user types them.

use tempfile::TempDir;

use crate::support::program::{self, Program};
use crate::support::{PASSWORD, Place};

fn folder() -> TempDir {
    TempDir::new().expect("a temporary folder")
}

#[tokio::test]
async fn config_shows_where_each_value_comes_from_and_hides_secrets() {
    let folder = folder();
    std::fs::write(folder.path().join("parlor.toml"), "workers = 3\nserver_name = \"Den\"\n").expect("written");
    let variables = [
        ("PARLOR_ADMIN_NAME", "ann"),
        ("PARLOR_ADMIN_PASSWORD", "hunter2-hunter2"),
        ("PARLOR_DATABASE", "postgres://ann:s3cret@host/db"),
        ("PARLOR_WORKERS", "5"),
    ];

    let shown = program::run(folder.path(), &["config", "--listen", "0.0.0.0:9000"], &variables).await;

    assert_eq!((shown.code, shown.stderr.as_str()), (Some(0), ""));
    for line in [
        "listen = \"0.0.0.0:9000\"  # the flag --listen",
        "workers = 5  # the variable PARLOR_WORKERS",
        "server_name = \"Den\"  # the file ",
        "registration = \"invite\"  # default",
        "admin_name = \"ann\"",
    ] {
        assert!(shown.stdout.contains(line), "{line} in {}", shown.stdout);
    }
    assert!(!shown.stdout.contains("hunter2") && !shown.stdout.contains("s3cret"), "{}", shown.stdout);
    assert!(!folder.path().join("data").exists(), "it only shows");
}

#[tokio::test]
async fn what_is_not_known_or_not_allowed_stops_the_start_by_name() {
    let folder = folder();
    let file = folder.path().join("parlor.toml");
    let cases: [(&[&str], &[(&str, &str)], &str, &str); 9] = [
        (&[], &[("PARLOR_LISTNE", "x")], "", "PARLOR_LISTEN"),
        (&[], &[("PARLOR_GUESTS", "maybe")], "", "guests"),
        (&[], &[("PARLOR_WORKERS", "0")], "", "workers"),
        (&["--listen", "nonsense"], &[], "", "listen"),
        (&["--rate-limits", "sometimes"], &[], "", "on or off"),
        (&[], &[("PARLOR_ADMIN_NAME", "ann")], "", "admin_password"),
        (&[], &[("PARLOR_ADMIN_NAME", "ann"), ("PARLOR_ADMIN_PASSWORD", "sh0rt")], "", "admin_password"),
        (&[], &[], "wrokers = 3", "workers"),
        (&[], &[], "workers = ", "parlor.toml"),
    ];
    for (arguments, variables, toml, named) in cases {
        std::fs::write(&file, toml).expect("written");

        let ended = program::run(folder.path(), arguments, variables).await;

        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{ended:?}");
        assert!(ended.complaint().starts_with("parlor: ") && ended.complaint().contains(named), "{ended:?}");
        assert!(!ended.stderr.contains("sh0rt"), "a secret is not repeated");
        assert!(!folder.path().join("data").exists(), "nothing was begun");
    }
}

#[tokio::test]
async fn an_unknown_flag_or_command_is_wrong_usage() {
    let folder = folder();
    for (arguments, named) in [(&["--lisen", "x"][..], "--lisen"), (&["sevre"], "sevre"), (&["--data"], "--data")] {
        let ended = program::run(folder.path(), arguments, &[]).await;

        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{ended:?}");
        assert!(ended.stderr.contains(named), "{ended:?}");
    }
    let help = program::run(folder.path(), &["--help"], &[]).await;
    assert!(help.code == Some(0) && help.stdout.contains("--listen") && help.stdout.contains("PARLOR_"));
    assert_eq!(program::run(folder.path(), &["--version"], &[]).await.code, Some(0));
}

#[tokio::test]
async fn the_first_line_says_where_to_open_it_and_the_second_how_to_begin() {
    let folder = folder();
    let mut program = Program::start(folder.path(), &[]).await;

    let hint = program.next_line().await;

    assert!(hint.contains("/setup") && hint.contains("type the code "), "{hint}");
    assert!(folder.path().join("data/parlor.db").exists());
    let page = reqwest::get(format!("http://{}/readyz", program.address())).await;
    assert_eq!(page.expect("an answer").status().as_u16(), 200);
}

#[tokio::test]
async fn variables_make_the_owner() {
    let folder = folder();
    let variables = [("PARLOR_ADMIN_NAME", "ann"), ("PARLOR_ADMIN_PASSWORD", PASSWORD), ("PARLOR_DATA", "here")];
    let program = Program::start(folder.path(), &variables).await;
    let base = format!("http://{}", program.address());
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");

    let login = http.post(format!("{base}/login")).form(&[("name", "ann"), ("password", PASSWORD)]).send().await;

    assert_eq!(login.expect("an answer").status().as_u16(), 303);
    program.signal("TERM").await;
    assert_eq!(program.ended().await, Some(0));
    let data = std::fs::read(folder.path().join("here/parlor.db")).expect("the database");
    assert!(!data.windows(PASSWORD.len()).any(|window| window == PASSWORD.as_bytes()));
}
