//! Asks a terminal for the colour of its ground, so that what is written on it can be read: few say it in a variable.

use std::fs::File;
use std::io::{self, Read, Write};
use std::time::Duration;

use rustix::fs::{Mode, OFlags};
use tokio::time::{Instant, sleep};

/// The ground, and behind it what the terminal is: everybody answers that, so that nobody has to be waited for in vain
/// (xterm's control sequences, "Operating System Commands", 11, and "Send Device Attributes").
const QUESTIONS: &[u8] = b"\x1b]11;?\x1b\\\x1b[c";
/// Long enough for a line around the world.
const PATIENCE: Duration = Duration::from_secs(1);
/// Between two looks.
const STEP: Duration = Duration::from_millis(2);
/// More than both answers have.
const MOST_BYTES: usize = 256;

/// Whether the ground is light; `None` when the terminal does not say. It has to be in raw mode, and nobody else may read
/// from it meanwhile.
pub async fn is_light() -> Option<bool> {
    let answers = ask().await.ok()?;
    lightness(&answers).map(|lightness| lightness > 0.5)
}

async fn ask() -> io::Result<String> {
    // Opened anew: what is not waited for here is waited for on standard input.
    let flags = OFlags::RDWR | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let mut terminal = File::from(rustix::fs::open("/dev/tty", flags, Mode::empty())?);
    terminal.write_all(QUESTIONS)?;
    let (mut answers, deadline) = (Vec::new(), Instant::now() + PATIENCE);
    while !is_whole(&answers) && answers.len() < MOST_BYTES && Instant::now() < deadline {
        let mut bytes = [0; 64];
        match terminal.read(&mut bytes) {
            Ok(0) => break,
            Ok(count) => answers.extend_from_slice(&bytes[..count]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => sleep(STEP).await,
            Err(error) => return Err(error),
        }
    }
    Ok(String::from_utf8_lossy(&answers).into_owned())
}

/// The last answer has come: `CSI ? … c`.
fn is_whole(answers: &[u8]) -> bool {
    let begin = answers.windows(3).position(|three| three == b"\x1b[?");
    begin.is_some_and(|begin| answers[begin..].contains(&b'c'))
}

/// How light `rgb:RRRR/GGGG/BBBB` is, from 0 to 1; each part has one to four digits (X(7), "Color Names").
fn lightness(answers: &str) -> Option<f32> {
    let (_, rest) = answers.split_once("]11;rgb:")?;
    let end = rest.find(|c: char| !c.is_ascii_hexdigit() && c != '/').unwrap_or(rest.len());
    let mut parts = rest[..end].split('/').map(|part| {
        let most = 16_u32.checked_pow(u32::try_from(part.len()).ok()?)?.checked_sub(1).filter(|most| *most > 0)?;
        let value = u16::from_str_radix(part, 16).ok()?;
        Some(f32::from(value) / f32::from(u16::try_from(most).ok()?))
    });
    let (red, green, blue) = (parts.next()??, parts.next()??, parts.next()??);
    // The weights of ITU-R BT.601: to tell light from dark they are good enough.
    Some(0.299 * red + 0.587 * green + 0.114 * blue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_all_kinds_are_read_and_others_say_nothing() {
        let light = |answers: &str| lightness(answers).map(|lightness| lightness > 0.5);
        assert_eq!(light("\x1b]11;rgb:ffff/ffff/ffff\x1b\\\x1b[?62;4c"), Some(true));
        assert_eq!(light("\x1b]11;rgb:1e/1e/2e\x07"), Some(false));
        assert_eq!(light("x\x1b]11;rgb:f/f/d"), Some(true), "a key was pressed before");
        for nothing in ["", "\x1b[?1;2c", "\x1b]11;rgb:", "\x1b]11;rgb:ffff/ff", "\x1b]11;rgb:fffff/0/0", "]11;rgb://"]
        {
            assert_eq!(light(nothing), None, "{nothing:?}");
        }
        assert!(is_whole(b"\x1b]11;rgb:c/c/c\x07\x1b[?1;2c") && !is_whole(b"\x1b]11;rgb:c/c/c\x07\x1b[?1"));
    }
}
