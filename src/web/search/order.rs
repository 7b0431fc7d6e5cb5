//! Results in order, a page at a time.

use super::cursor::Cursor;
use super::{Order, text_of};
use crate::domain::search::matching;
use crate::storage::search::{Found, LogPlace, Wanted};
use crate::storage::{StorageResult, Store};

/// So many of the newest matches are compared to find the best ones. Comparing all would take as long as there are many.
pub const CANDIDATES: usize = 400;

/// A page, and the cursor of the next one.
pub async fn page(
    store: &dyn Store,
    wanted: &Wanted,
    order: Order,
    cursor: Option<Cursor>,
    limit: usize,
) -> StorageResult<(Vec<Found>, Option<String>)> {
    let below = cursor.map(|cursor| cursor.below);
    match order {
        Order::Newest => {
            let mut found = store.find_messages(&Wanted { below, limit: limit + 1, ..wanted.clone() }).await?;
            let has_more = found.len() > limit;
            found.truncate(limit);
            let next = found.last().filter(|_| has_more).map(|last| Cursor { below: last.place, shown: 0 });
            Ok((found, next.map(|next| next.write(order))))
        }
        Order::Best => {
            let found = store.find_messages(&Wanted { below, limit: CANDIDATES, ..wanted.clone() }).await?;
            // The next page compares the same ones: what is written in between is above this place.
            let below = found.first().map(|newest| LogPlace(newest.place.0 + 1));
            let shown = cursor.map_or(0, |cursor| cursor.shown);
            let mut best = sorted(found, wanted);
            let page: Vec<Found> = best.drain(shown.min(best.len())..).take(limit + 1).collect();
            let next = below.filter(|_| page.len() > limit).map(|below| Cursor { below, shown: shown + limit });
            Ok((page.into_iter().take(limit).collect(), next.map(|next| next.write(order))))
        }
    }
}

/// The best first; of two that are equally good the newer one.
fn sorted(found: Vec<Found>, wanted: &Wanted) -> Vec<Found> {
    let total: usize = found.iter().map(|found| matching::length(text_of(&found.event))).sum();
    #[expect(clippy::cast_precision_loss, reason = "some hundred texts have fewer words than a float has digits")]
    let usual = total as f64 / found.len().max(1) as f64;
    let score = |found: &Found| matching::score(text_of(&found.event), &wanted.terms, usual);
    let mut scored: Vec<(f64, Found)> = found.into_iter().map(|found| (score(&found), found)).collect();
    scored.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    scored.into_iter().map(|(_, found)| found).collect()
}
