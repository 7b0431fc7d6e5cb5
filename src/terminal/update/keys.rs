//! Keys, pasted text, and what the window says.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui_textarea::CursorMove;

use super::{acts, complete, mouse, moving, rooms, tell_typing, typed};
use crate::terminal::effect::Effect;
use crate::terminal::state::composer::Purpose;
use crate::terminal::state::panel::Panel;
use crate::terminal::state::{App, Focus};

/// Takes what the terminal tells.
pub fn take(app: &mut App, event: Event) {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => press(app, key),
        Event::Key(_) | Event::Resize(..) => {}
        Event::Mouse(event) => mouse::take(app, event),
        Event::Paste(text) => paste(app, &text),
        Event::FocusGained => app.has_focus = true,
        Event::FocusLost => app.has_focus = false,
    }
}

fn paste(app: &mut App, text: &str) {
    app.focus = Focus::Composer;
    app.composer.completion = None;
    app.composer.area().insert_str(crate::terminal::clean::text(text));
    tell_typing(app);
}

fn press(app: &mut App, key: KeyEvent) {
    // Whoever presses a key is here, whatever the terminal has said.
    app.has_focus = true;
    app.remark = None;
    let (is_ctrl, is_alt) = (key.modifiers.contains(KeyModifiers::CONTROL), key.modifiers.contains(KeyModifiers::ALT));
    if app.help.is_some() {
        return moving::in_help(app, key.code);
    }
    if let Some(seq) = app.deleting.take() {
        match key.code {
            KeyCode::Char('y' | 'Y') => acts::delete(app, seq),
            _ => app.say("Nothing was deleted."),
        }
        return;
    }
    match key.code {
        KeyCode::Char('c') if is_ctrl => return interrupt(app),
        KeyCode::Char('q') if is_ctrl => return quit(app),
        KeyCode::Char('d') if is_ctrl && app.composer.is_empty() => return quit(app),
        KeyCode::Char('l') if is_ctrl => return app.layouts = crate::terminal::layouts::Layouts::default(),
        KeyCode::Char('n') if is_ctrl => return rooms::step(app, 1),
        KeyCode::Char('p') if is_ctrl => return rooms::step(app, -1),
        KeyCode::Down if is_alt => return rooms::step(app, 1),
        KeyCode::Up if is_alt => return rooms::step(app, -1),
        KeyCode::Char('a') if is_alt => return rooms::next_unread(app),
        KeyCode::Char('u') if is_alt => return moving::to_unread(app),
        KeyCode::Char('k') if is_ctrl => return begin(app, "/join "),
        KeyCode::Char('f') if is_ctrl => return begin(app, "/search "),
        KeyCode::Char('t') if is_ctrl => return acts::toggle_panel(app, Panel::Members),
        KeyCode::Char('b') if is_ctrl => return app.shows_rooms = !app.shows_rooms,
        KeyCode::F(1) => return app.help = Some(0),
        KeyCode::PageUp => return moving::page(app, true),
        KeyCode::PageDown => return moving::page(app, false),
        KeyCode::Up if is_ctrl => return moving::select(app, true),
        KeyCode::Down if is_ctrl => return moving::select(app, false),
        _ => {}
    }
    app.asked_to_quit = false;
    match app.focus {
        Focus::Timeline => in_timeline(app, key),
        Focus::Panel => in_panel(app, key),
        Focus::Composer => in_composer(app, key, is_ctrl, is_alt),
    }
}

fn in_composer(app: &mut App, key: KeyEvent, is_ctrl: bool, is_alt: bool) {
    let is_shift = key.modifiers.contains(KeyModifiers::SHIFT);
    let completes = matches!(key.code, KeyCode::Tab | KeyCode::BackTab);
    if !completes {
        app.composer.completion = None;
    }
    match key.code {
        KeyCode::Enter if is_alt || is_shift => app.composer.area().insert_newline(),
        KeyCode::Char('j') if is_ctrl => app.composer.area().insert_newline(),
        KeyCode::Enter => typed::send(app),
        KeyCode::Tab => complete::forward(app),
        KeyCode::BackTab => drop(app.composer.complete_next(true)),
        KeyCode::Esc => escape(app),
        KeyCode::Char('?') if app.composer.is_empty() && !is_ctrl && !is_alt => app.help = Some(0),
        KeyCode::Char('u') if is_ctrl => drop(app.composer.area().delete_line_by_head()),
        KeyCode::Up if app.composer.edges().0 => {
            if !app.composer.recall_older() && app.composer.is_empty() {
                moving::select(app, true);
            }
        }
        KeyCode::Down if app.composer.edges().1 => drop(app.composer.recall_newer()),
        KeyCode::Home if is_ctrl => moving::to_beginning(app),
        KeyCode::End if is_ctrl || app.composer.is_empty() => moving::to_end(app),
        KeyCode::Home => app.composer.area().move_cursor(CursorMove::Head),
        KeyCode::End => app.composer.area().move_cursor(CursorMove::End),
        _ => {
            if app.composer.area().input(key) {
                tell_typing(app);
            }
        }
    }
}

/// Step by step back to plain writing.
fn escape(app: &mut App) {
    let is_editing = app.composer.purpose != Purpose::Write;
    if is_editing {
        app.composer.clear();
    } else if app.room_mut().is_some_and(|room| room.reply_to.take().is_some()) {
        // Nothing else: what was typed stays.
    } else if app.shows_rooms {
        app.shows_rooms = false;
    } else if app.panel != Panel::Closed {
        acts::close_panel(app);
    } else {
        moving::to_end(app);
    }
}

fn in_timeline(app: &mut App, key: KeyEvent) {
    let Some(seq) = app.selected else { return app.focus = Focus::Composer };
    match key.code {
        KeyCode::Up | KeyCode::Char('k') => moving::select(app, true),
        KeyCode::Down | KeyCode::Char('j') => moving::select(app, false),
        KeyCode::Home | KeyCode::Char('g') => moving::to_beginning(app),
        KeyCode::End | KeyCode::Char('G') => moving::to_end(app),
        KeyCode::Char('r') | KeyCode::Enter => acts::reply(app, seq),
        KeyCode::Char('e') => acts::begin_edit(app, Some(seq)),
        KeyCode::Char('d') | KeyCode::Delete => acts::ask_delete(app, Some(seq)),
        KeyCode::Char('p') => acts::toggle_pin(app, Some(seq)),
        KeyCode::Char('t') => acts::open_thread(app, Some(seq)),
        KeyCode::Char('+') => {
            app.focus = Focus::Composer;
            app.composer.set("/react :");
        }
        KeyCode::Char('?') => app.help = Some(0),
        KeyCode::Esc => moving::unselect(app),
        // Whoever begins to write loses no letter.
        _ => {
            moving::unselect(app);
            let (is_ctrl, is_alt) =
                (key.modifiers.contains(KeyModifiers::CONTROL), key.modifiers.contains(KeyModifiers::ALT));
            in_composer(app, key, is_ctrl, is_alt);
        }
    }
}

fn in_panel(app: &mut App, key: KeyEvent) {
    let count = acts::panel_items(app);
    match key.code {
        KeyCode::Up | KeyCode::Char('k') => app.chosen = app.chosen.saturating_sub(1),
        KeyCode::Down | KeyCode::Char('j') => app.chosen = (app.chosen + 1).min(count.saturating_sub(1)),
        KeyCode::Home => app.chosen = 0,
        KeyCode::End => app.chosen = count.saturating_sub(1),
        KeyCode::Enter => acts::open_item(app),
        KeyCode::Esc | KeyCode::Char('q') => acts::close_panel(app),
        _ => {
            app.focus = Focus::Composer;
            in_composer(app, key, key.modifiers.contains(KeyModifiers::CONTROL), false);
        }
    }
}

/// A command whose rest is to be typed.
fn begin(app: &mut App, words: &str) {
    app.focus = Focus::Composer;
    app.composer.set(words);
}

fn interrupt(app: &mut App) {
    if app.composer.is_empty() {
        quit(app);
    } else {
        app.composer.clear();
    }
}

/// Leaves, but not with something unsent without a word.
pub fn quit(app: &mut App) {
    let waiting = app.waiting();
    if waiting > 0 && !app.asked_to_quit {
        app.asked_to_quit = true;
        let what = if waiting == 1 { "One message is".to_owned() } else { format!("{waiting} messages are") };
        app.complain(format!("{what} not sent yet. Quit once more to give up on it."));
    } else {
        app.effect(Effect::Quit);
    }
}
