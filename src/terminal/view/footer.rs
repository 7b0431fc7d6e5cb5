//! The last line: what was said to whoever sits here, what is being done, or what can be done next.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::put;
use crate::terminal::markdown::Reader;
use crate::terminal::state::composer::Purpose;
use crate::terminal::state::{App, Focus, Line as State};
use crate::terminal::update::PATIENT;
use crate::terminal::wrap::{cut, wrap};

/// What is said may need so many lines.
const MOST_ROWS: usize = 3;
/// Cells beside the words.
const BESIDE: u16 = 4;

/// How many lines it needs: what is said to somebody is not cut.
#[must_use]
pub fn rows(app: &App, width: u16) -> u16 {
    let Some(remark) = &app.remark else { return 1 };
    let most = usize::from(width.saturating_sub(BESIDE)).max(1);
    let lines = wrap(&[(remark.text.clone(), Style::new())], most, &[], &[]).len();
    u16::try_from(lines.clamp(1, MOST_ROWS)).unwrap_or(1)
}

/// Draws it.
pub fn draw(app: &App, area: Rect, buffer: &mut Buffer) {
    let (words, style) = words(app);
    let most = usize::from(area.width.saturating_sub(BESIDE));
    let lines = if area.height > 1 {
        wrap(&[(words, style)], most.max(1), &[], &[])
    } else {
        vec![Line::styled(cut(&words, most), style)]
    };
    for (mut line, y) in lines.into_iter().zip(area.top()..area.bottom()) {
        line.spans.insert(0, Span::raw("   "));
        put(&line, Rect { y, height: 1, ..area }, buffer);
    }
}

fn words(app: &App) -> (String, Style) {
    let theme = app.theme;
    if let Some(remark) = &app.remark {
        return (remark.text.clone(), if remark.is_error { theme.danger() } else { theme.text() });
    }
    if app.deleting.is_some() {
        return ("Delete this message for everybody? y deletes it, any other key does not.".to_owned(), theme.danger());
    }
    if let Some(completion) = &app.composer.completion {
        let shown = completion.candidates.iter().enumerate().skip(completion.at).take(12);
        let names: Vec<String> = shown.map(|(_, name)| named(name)).collect();
        return (names.join("  "), theme.quiet());
    }
    if let Some(words) = line(app) {
        return words;
    }
    if app.composer.purpose != Purpose::Write {
        return ("Changing a message. Enter keeps it, Esc leaves it as it was.".to_owned(), theme.accent());
    }
    let reply = app.room().and_then(|room| room.message(room.reply_to?));
    if let Some(message) = reply {
        let said = Reader { theme, me: &app.name }.plain(&message.text);
        let words = format!("Answering {}: {}", message.author, cut(&said, 40));
        return (format!("{words}  Esc: not any more"), theme.accent());
    }
    let hint = match app.focus {
        Focus::Timeline => "r answer  + react  e edit  d delete  p pin  t thread",
        Focus::Panel => "↑↓ choose  Enter open  Esc close",
        Focus::Composer => "Enter send  Alt-Enter new line  Tab complete  ? help",
    };
    (hint.to_owned(), theme.quiet())
}

/// A candidate; an emoji with its name, since small ones look alike.
fn named(candidate: &str) -> String {
    let name = emojis::get(candidate).and_then(|emoji| emoji.shortcode());
    name.map_or_else(|| candidate.to_owned(), |name| format!("{candidate} {name}"))
}

/// What is to be said about the line, when it has been gone for a while.
fn line(app: &App) -> Option<(String, Style)> {
    let is_long = |since| app.now.since(since) >= PATIENT;
    match &app.line {
        State::Down(since, why) if is_long(*since) => {
            let words = format!(
                "Not connected, trying again. What you write is sent later. ({})",
                crate::terminal::clean::line(why)
            );
            Some((words, app.theme.warning()))
        }
        State::Connecting(since) if is_long(*since) => {
            Some((format!("Connecting to {} …", app.setup.server), app.theme.warning()))
        }
        State::Ended(why) => Some((format!("Disconnected: {why}. Ctrl-Q leaves."), app.theme.danger())),
        _ => None,
    }
}
