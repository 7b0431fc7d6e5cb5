//! What the state looks like. Each part of the screen has a file; this one says where the parts are.
//!
//! ```text
//! host        │ #lobby  topic                    3 here │ panel
//! ────────────┼──────────────────────────────────────── │
//! ▌#lobby     │ messages                                │
//!  #garden  2 │                                         │
//!             │ bob is writing …                        │
//! ────────────┼──────────────────────────────────────── │
//! ● ann       │ › what is typed                         │
//!             │ what to do next                         │
//! ```

mod composer;
mod footer;
mod header;
mod help;
pub mod message;
mod panel;
mod rooms;
pub mod timeline;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::Widget;

use super::state::App;
use super::state::panel::Panel;
use super::state::regions::Regions;
use super::update::CALM;

/// From this width on the rooms stand beside the timeline.
const WITH_ROOMS: u16 = 72;
/// From this width on the panel stands beside the timeline instead of over it.
const WITH_PANEL: u16 = 112;
/// From this height on there is room for a line that says what to do.
const WITH_FOOTER: u16 = 10;

/// Draws everything, and notes what is where.
pub fn draw(app: &mut App, frame: &mut Frame<'_>) {
    let area = frame.area();
    app.regions = Regions::default();
    frame.buffer_mut().set_style(area, app.theme.ground());
    if area.width == 0 || area.height == 0 {
        return;
    }
    let (list, rest) = if area.width >= WITH_ROOMS {
        let width = if area.width >= WITH_PANEL { 26 } else { 20 };
        beside(area, width)
    } else {
        (Rect::ZERO, area)
    };
    let (main, side) = match app.panel {
        Panel::Closed => (rest, Rect::ZERO),
        _ if area.width >= WITH_PANEL => split_right(rest, 36),
        _ => (rest, rest),
    };
    let is_covered = side == main && app.panel != Panel::Closed;
    if list.width > 0 {
        rooms::draw(app, list, frame.buffer_mut());
        upright(Rect { x: list.right(), width: 1, ..area }, app.theme.rule(), frame.buffer_mut());
    }
    conversation(app, main, is_covered, frame);
    if !is_covered && side.width > 1 {
        upright(Rect { width: 1, ..side }, app.theme.rule(), frame.buffer_mut());
        panel::draw(app, Rect { x: side.x + 1, width: side.width - 1, ..side }, frame.buffer_mut());
    }
    if app.shows_rooms && list.width == 0 {
        let over = Rect { width: area.width.min(28), ..area };
        clear(over, app.theme.ground(), frame.buffer_mut());
        rooms::draw(app, over, frame.buffer_mut());
    }
    if app.help.is_some() {
        clear(area, app.theme.ground(), frame.buffer_mut());
        help::draw(app, area, frame.buffer_mut());
    }
}

/// The middle: header, messages, field. Where there is no room beside them, a panel lies over header and messages; what is
/// typed and what can be done stay in sight.
fn conversation(app: &mut App, area: Rect, is_covered: bool, frame: &mut Frame<'_>) {
    let has_footer = area.height >= WITH_FOOTER;
    let typed = app.composer.rows(composer::text_width(area.width));
    let most = (area.height * 2 / 5).max(1);
    let rows = u16::try_from(typed).unwrap_or(u16::MAX).clamp(1, most);
    let mut rest = area;
    let mut take_bottom = |rows: u16| {
        let rows = rows.min(rest.height);
        rest.height -= rows;
        Rect { y: rest.bottom(), height: rows, ..rest }
    };
    let footer_rows = if has_footer { footer::rows(app, area.width).min(area.height / 4).max(1) } else { 0 };
    let footer = take_bottom(footer_rows);
    let field = take_bottom(rows);
    let under = take_bottom(u16::from(area.height >= 6));
    let typing = take_bottom(u16::from(area.height >= 8));
    let buffer = frame.buffer_mut();
    if is_covered {
        panel::draw(app, Rect { height: rest.height + typing.height, ..rest }, buffer);
    } else {
        let mut take_top = |rows: u16| {
            let rows = rows.min(rest.height);
            let taken = Rect { height: rows, ..rest };
            rest = Rect { y: rest.y + rows, height: rest.height - rows, ..rest };
            taken
        };
        let head = take_top(u16::from(area.height >= 4));
        let over = take_top(u16::from(area.height >= 6));
        header::draw(app, head, buffer);
        level(over, line_style(app), buffer);
        timeline::draw(app, rest, buffer);
        timeline::typing(app, typing, buffer);
    }
    level(under, app.theme.rule(), buffer);
    footer::draw(app, footer, buffer);
    app.regions.composer = field;
    if let Some(cursor) = composer::draw(app, field, frame.buffer_mut())
        && app.help.is_none()
    {
        frame.set_cursor_position(cursor);
    }
}

/// The line under the header turns amber when there has been no connection for a moment.
fn line_style(app: &App) -> Style {
    use super::state::Line as State;
    match app.line {
        State::Connecting(since) | State::Down(since, _) if app.now.since(since) >= CALM => app.theme.warning(),
        State::Ended(_) => app.theme.danger(),
        _ => app.theme.rule(),
    }
}

fn beside(area: Rect, width: u16) -> (Rect, Rect) {
    let width = width.min(area.width.saturating_sub(1));
    let rest = Rect { x: area.x + width + 1, width: area.width - width - 1, ..area };
    (Rect { width, ..area }, rest)
}

fn split_right(area: Rect, width: u16) -> (Rect, Rect) {
    let width = width.min(area.width);
    (Rect { width: area.width - width, ..area }, Rect { x: area.right() - width, width, ..area })
}

fn level(area: Rect, style: Style, buffer: &mut Buffer) {
    if area.height > 0 {
        buffer.set_stringn(area.x, area.y, "─".repeat(usize::from(area.width)), usize::from(area.width), style);
    }
}

fn upright(area: Rect, style: Style, buffer: &mut Buffer) {
    for y in area.top()..area.bottom() {
        put(&Line::styled("│", style), Rect { y, height: 1, ..area }, buffer);
    }
}

/// Draws a line, as much of it as there is room for.
fn put(line: &Line<'_>, area: Rect, buffer: &mut Buffer) {
    let area = area.intersection(buffer.area);
    if area.width > 0 && area.height > 0 {
        line.render(Rect { height: 1, ..area }, buffer);
    }
}

fn clear(area: Rect, ground: Style, buffer: &mut Buffer) {
    ratatui::widgets::Clear.render(area.intersection(buffer.area), buffer);
    buffer.set_style(area, ground);
}

#[cfg(test)]
mod tests;
