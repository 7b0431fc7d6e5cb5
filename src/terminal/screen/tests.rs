//! What is left of a terminal whose client has panicked, in a real one.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::*;

/// Long enough for a machine that has much to do.
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn what_is_written_back_ends_each_thing_that_was_begun() {
    let mut begun = Vec::new();
    let taken = execute!(begun, Print(KEEP_TITLE), EnterAlternateScreen, EnableBracketedPaste, EnableFocusChange);
    taken.and_then(|()| execute!(begun, Print(MOUSE_ON), cursor::Hide)).unwrap();
    let mut ended = Vec::new();
    write_back(&mut ended).unwrap();

    let modes = |bytes: &[u8], last: char| -> Vec<String> {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let mut found: Vec<String> = text
            .split("\u{1b}[?")
            .skip(1)
            .filter_map(|rest| rest.split_once(last))
            .filter(|(mode, _)| mode.bytes().all(|byte| byte.is_ascii_digit()))
            .map(|(mode, _)| mode.to_owned())
            .collect();
        found.sort();
        found
    };
    // The cursor is hidden by its mode being off.
    let mut on = modes(&begun, 'h');
    on.sort();
    let mut off = modes(&ended, 'l');
    assert_eq!((modes(&begun, 'l'), modes(&ended, 'h')), (vec!["25".to_owned()], vec!["25".to_owned()]));
    off.sort();
    assert_eq!(on, off);
    assert_eq!(on.len(), 5, "{on:?}");
}

/// Not a test of its own: the other one runs it, in a terminal.
#[test]
#[ignore = "it panics, for the test below"]
fn a_client_that_panics() {
    let _screen = Screen::open(true).expect("a terminal");
    panic!("the client is broken");
}

#[test]
fn a_panic_is_told_on_a_terminal_that_is_itself_again() {
    let folder = tempfile::TempDir::new().unwrap();
    let tmux = |arguments: &[&str]| {
        let mut command = Command::new("tmux");
        command.args(["-f", "/dev/null", "-u", "-S"]).arg(folder.path().join("tmux")).args(arguments);
        let output = command.stdin(Stdio::null()).output().expect("tmux is installed: apt-get install tmux");
        String::from_utf8(output.stdout).unwrap()
    };
    let program = std::env::current_exe().unwrap();
    let line = format!(
        "before=$(stty -g); {} --ignored --exact --nocapture terminal::screen::tests::a_client_that_panics; \
         echo ended with $?; test $before = $(stty -g) && echo lines are as before; echo that is all; exec cat",
        program.display()
    );
    tmux(&["new-session", "-d", "-x", "120", "-y", "40", &line]);

    let began = Instant::now();
    let mut screen = String::new();
    while !screen.contains("that is all") && began.elapsed() < PATIENCE {
        screen = tmux(&["capture-pane", "-p"]);
    }
    let modes = tmux(&["display-message", "-p", "#{alternate_on} #{mouse_any_flag} #{mouse_sgr_flag} #{cursor_flag}"]);
    tmux(&["kill-server"]);

    assert!(screen.contains("the client is broken") && screen.contains("ended with 101"), "{screen}");
    assert_eq!(modes.trim(), "0 0 0 1", "{screen}");
    assert!(screen.contains("lines are as before"), "raw mode has ended: {screen}");
}
