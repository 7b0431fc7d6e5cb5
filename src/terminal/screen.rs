//! The terminal while the client has it: how it is taken, drawn on, and given back, whatever happens.

use std::io::{self, BufWriter, Stdout, Write};
use std::sync::Once;

use crossterm::event::{DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange};
use crossterm::style::Print;
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, SetTitle,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute, queue};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

use super::state::App;
use super::view;

/// Clicks and the wheel, with coordinates of any size; not each movement, which would wake us for nothing (xterm's
/// control sequences, "Mouse Tracking").
const MOUSE_ON: &str = "\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &str = "\x1b[?1006l\x1b[?1000l";
/// The title is put on a stack, and taken from it at the end (xterm's control sequences, "Window manipulation").
const KEEP_TITLE: &str = "\x1b[22;0t";
const GIVE_TITLE_BACK: &str = "\x1b[23;0t";

/// The exit code after a panic, as Rust's own.
const PANICKED: i32 = 101;

/// The terminal. It is given back when this is dropped, and when the program panics.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<BufWriter<Stdout>>>,
    title: String,
}

impl Screen {
    /// Takes the terminal.
    ///
    /// # Errors
    /// When it is none.
    pub fn open(has_mouse: bool) -> io::Result<Self> {
        give_back_on_panic();
        enable_raw_mode()?;
        let mut out = io::stdout();
        let taken = execute!(out, Print(KEEP_TITLE), EnterAlternateScreen, EnableBracketedPaste, EnableFocusChange);
        // From here on whatever fails gives it back.
        let screen = taken.and_then(|()| Terminal::new(CrosstermBackend::new(BufWriter::new(io::stdout()))));
        let mut screen = match screen {
            Ok(terminal) => Self { terminal, title: String::new() },
            Err(error) => {
                give_back();
                return Err(error);
            }
        };
        screen.mouse(has_mouse)?;
        Ok(screen)
    }

    /// Draws what has changed.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn draw(&mut self, app: &mut App) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        self.terminal.draw(|frame| view::draw(app, frame))?;
        let title = app.title();
        if title != self.title {
            queue!(self.terminal.backend_mut(), SetTitle(&title))?;
            self.title = title;
        }
        execute!(self.terminal.backend_mut(), EndSynchronizedUpdate)
    }

    /// Draws everything at the next time, as after something else has written on the screen.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn forget(&mut self) -> io::Result<()> {
        self.terminal.clear()
    }

    /// Listens to the mouse, or leaves it to the terminal.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn mouse(&mut self, is_on: bool) -> io::Result<()> {
        execute!(self.terminal.backend_mut(), Print(if is_on { MOUSE_ON } else { MOUSE_OFF }))
    }

    /// Makes a sound.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn ring(&mut self) -> io::Result<()> {
        execute!(self.terminal.backend_mut(), Print('\u{7}'))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

/// Leaves the terminal as it was found. Doing it twice does no harm.
fn give_back() {
    let mut out = io::stdout();
    // Nobody is left to be told.
    let _ = write_back(&mut out).and_then(|()| out.flush());
    let _ = disable_raw_mode();
}

fn write_back(out: &mut impl Write) -> io::Result<()> {
    execute!(
        out,
        Print(MOUSE_OFF),
        DisableFocusChange,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show,
        Print(GIVE_TITLE_BACK)
    )
}

/// A panic is told on a terminal that is itself again, and ends the program, in whatever task it was: what went on would draw
/// over what the panic has said.
fn give_back_on_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let tell = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            give_back();
            tell(panic);
            std::process::exit(PANICKED);
        }));
    });
}

#[cfg(test)]
mod tests;
