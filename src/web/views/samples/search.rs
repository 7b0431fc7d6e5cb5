//! The page of the search in every shape.

use super::super::forms::PersonView;
use super::super::search::{self, ContextView, ResultView, SearchForm, SearchPage};
use super::{NASTY, NOW, author, pages, render, sidebars};

#[test]
fn the_search_renders_in_every_shape() {
    for page in pages() {
        for (text, sidebar) in ["", NASTY].into_iter().zip(sidebars()) {
            let full = !text.is_empty();
            let context = || ContextView { author: text.into(), text: text.into() };
            let result = |kind: &str| ResultView {
                author: PersonView::from(&author("bob")),
                room_title: NASTY.into(),
                room_kind: kind.into(),
                room_url: "/rooms/lobby".into(),
                permalink: "/rooms/lobby/7".into(),
                at: NOW.rfc3339(),
                day: "Today".into(),
                time: "23:05".into(),
                snippet: search::snippet_html(NASTY, &[]),
                is_pinned: full,
                before: full.then(context),
                after: full.then(context),
            };
            for is_search in [true, false] {
                let context = SearchPage {
                    page: page.clone(),
                    sidebar: sidebar.clone(),
                    form: SearchForm {
                        q_value: text.into(),
                        q_error: text.into(),
                        sort: if full { "best" } else { "newest" },
                    },
                    is_search,
                    results: if full { ["public", "private", "direct"].map(result).into() } else { Vec::new() },
                    next_url: text.into(),
                    newest_url: "/search?q=tea".into(),
                    best_url: "/search?q=tea&sort=best".into(),
                };
                let html = render("pages/search.html", &context);
                assert_eq!(html.contains("class=\"result\""), full && is_search, "{html}");
            }
        }
    }
}
