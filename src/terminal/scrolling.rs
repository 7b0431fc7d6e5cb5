//! Where a timeline stands, and where it stands after moving. The lowest row is what is held on to: what comes below it,
//! and what is read above it, moves nothing.

use super::layouts::Blocks;
use super::state::room::Scroll;
use crate::domain::ids::Seq;

/// The lowest block that is seen, and how many of its lines are below the edge.
#[must_use]
pub fn lowest(blocks: &Blocks<'_>, scroll: Scroll) -> Option<(usize, usize)> {
    let last = blocks.len().checked_sub(1)?;
    Some(match scroll {
        Scroll::Bottom => (last, 0),
        Scroll::At { seq, hidden } => blocks.place(seq).map_or((last, 0), |place| (place, hidden)),
    })
}

/// So many lines further up; never beyond the first line.
#[must_use]
pub fn up(blocks: &mut Blocks<'_>, scroll: Scroll, by: usize, rows: usize) -> Scroll {
    let Some((mut place, hidden)) = lowest(blocks, scroll) else { return Scroll::Bottom };
    let mut hidden = hidden + by;
    while hidden >= blocks.height(place) && place > 0 {
        hidden -= blocks.height(place);
        place -= 1;
    }
    hidden = hidden.min(blocks.height(place));
    // As many lines as there is room for have to be left above.
    let mut above = blocks.height(place).saturating_sub(hidden);
    let mut first = place;
    while above < rows && first > 0 {
        first -= 1;
        above += blocks.height(first);
    }
    down_from(blocks, place, hidden, rows.saturating_sub(above))
}

/// So many lines further down.
#[must_use]
pub fn down(blocks: &mut Blocks<'_>, scroll: Scroll, by: usize) -> Scroll {
    match lowest(blocks, scroll) {
        Some((place, hidden)) => down_from(blocks, place, hidden, by),
        None => Scroll::Bottom,
    }
}

fn down_from(blocks: &mut Blocks<'_>, mut place: usize, mut hidden: usize, mut by: usize) -> Scroll {
    while by > hidden {
        by -= hidden;
        place += 1;
        if place >= blocks.len() {
            return Scroll::Bottom;
        }
        hidden = blocks.height(place);
    }
    hidden -= by;
    at(blocks, place, hidden)
}

/// So far that an entry is seen whole, if there is room.
#[must_use]
pub fn reveal(blocks: &mut Blocks<'_>, scroll: Scroll, seq: Seq, rows: usize) -> Scroll {
    let (Some((lowest_place, hidden)), Some(place)) = (lowest(blocks, scroll), blocks.place(seq)) else {
        return scroll;
    };
    if place > lowest_place || (place == lowest_place && hidden > 0) {
        return at(blocks, place, 0);
    }
    let mut needed = 0;
    for between in place..=lowest_place {
        needed += blocks.height(between);
        // Far above: no need to count on.
        if needed > hidden + 3 * rows {
            break;
        }
    }
    let needed = needed.saturating_sub(hidden);
    if needed <= rows {
        return scroll;
    }
    if needed > 2 * rows {
        // From elsewhere: in the middle, with what was said before and after.
        let middle = at(blocks, place, 0);
        let below = down(blocks, middle, rows / 2);
        return up(blocks, below, 0, rows);
    }
    up(blocks, scroll, needed - rows, rows)
}

/// Holding on to the end as soon as it is seen.
fn at(blocks: &Blocks<'_>, place: usize, hidden: usize) -> Scroll {
    if place + 1 == blocks.len() && hidden == 0 {
        return Scroll::Bottom;
    }
    match blocks.entry(place) {
        Some(entry) => Scroll::At { seq: entry.seq, hidden },
        None => Scroll::Bottom,
    }
}
