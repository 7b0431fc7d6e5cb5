//! A terminal to look at: tmux, with a server of its own for each test. What the program shows is read back from its
//! screen.

use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::PATIENCE;

/// A terminal with one program in it. Everything ends when it is dropped.
pub struct Tmux {
    folder: TempDir,
}

impl Tmux {
    /// Runs a line of the shell in a terminal of this size. `config` is where the program looks for its settings.
    pub fn start(line: &str, width: u16, height: u16, config: &Path) -> Self {
        let tmux = Self { folder: TempDir::new().expect("a folder") };
        // Whatever stands in the environment of the tests is not what is tested.
        let line = format!(
            "exec env -u NO_COLOR -u PARLOR_TOKEN LANG=C.UTF-8 XDG_CONFIG_HOME={} sh -c '{line}'",
            config.display()
        );
        let (width, height) = (width.to_string(), height.to_string());
        tmux.run(&["new-session", "-d", "-x", &width, "-y", &height, &line]);
        tmux
    }

    fn run(&self, arguments: &[&str]) -> String {
        let socket = self.folder.path().join("tmux");
        let mut command = Command::new("tmux");
        command.args(["-f", "/dev/null", "-u", "-S"]).arg(socket).args(arguments).stdin(Stdio::null());
        let output = command.output().expect("tmux is installed: apt-get install tmux");
        assert!(output.status.success(), "tmux {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// Types text.
    pub fn write(&self, text: &str) {
        self.run(&["send-keys", "-l", text]);
    }

    /// Presses a key, by tmux's name for it.
    pub fn press(&self, key: &str) {
        self.run(&["send-keys", key]);
    }

    /// Types a line and sends it.
    pub fn enter(&self, line: &str) {
        self.write(line);
        self.press("Enter");
    }

    /// Another size.
    pub fn resize(&self, width: u16, height: u16) {
        self.run(&["resize-window", "-x", &width.to_string(), "-y", &height.to_string()]);
    }

    /// What is on the screen.
    pub fn screen(&self) -> String {
        self.run(&["capture-pane", "-p"])
    }

    /// The same with its colours, as SGR (ECMA-48, 8.3.117).
    pub fn colours(&self) -> String {
        self.run(&["capture-pane", "-p", "-e"])
    }

    /// The title of the terminal.
    pub fn title(&self) -> String {
        self.run(&["display-message", "-p", "#{pane_title}"])
    }

    /// The id of the program that runs in it.
    pub fn program(&self) -> String {
        self.run(&["display-message", "-p", "#{pane_pid}"]).trim().to_owned()
    }

    /// Waits until the screen is as wanted; answers with it.
    pub async fn until(&self, what: &str, is_wanted: impl Fn(&str) -> bool) -> String {
        let looked = async {
            loop {
                let screen = self.screen();
                if is_wanted(&screen) {
                    return screen;
                }
                tokio::task::yield_now().await;
            }
        };
        let outcome = tokio::time::timeout(PATIENCE, looked).await;
        outcome
            .unwrap_or_else(|_| panic!("{what} did not happen within {PATIENCE:?}; the screen is\n{}", self.screen()))
    }

    /// Waits until these words are on the screen; answers with it.
    pub async fn shows(&self, words: &str) -> String {
        self.until(words, |screen| screen.contains(words)).await
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        let socket = self.folder.path().join("tmux");
        let _ = Command::new("tmux").arg("-S").arg(socket).arg("kill-server").stderr(Stdio::null()).status();
    }
}
