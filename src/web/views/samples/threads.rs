//! Threads and pins in every shape.

use super::super::thread::{PinsPage, ThreadPage};
use super::*;

#[test]
fn threads_and_pins_render_in_every_shape() {
    let renderer = renderer();
    let words = Words::of(Language::English);
    let views = || {
        let writing = renderer.writing(&words, Some(author("ann").id));
        events().iter().map(|event| EventView::new(event, writing)).collect::<Vec<_>>()
    };
    for may in [Ok(()), Err(Refusal::NotMember)] {
        for page in pages() {
            for (sidebar, is_empty) in sidebars().into_iter().zip([true, false]) {
                let room = || {
                    RoomView::new(
                        &look(RoomKind::Public, may),
                        ("lobby", "/rooms/lobby"),
                        Shown::default(),
                        true,
                        "n".into(),
                        &words,
                    )
                };
                let whole = room_page(page.clone(), sidebar.clone(), room(), !is_empty);
                let thread = ThreadPage {
                    page: page.clone(),
                    sidebar: sidebar.clone(),
                    room: room(),
                    root: views().remove(0),
                    timeline: whole.timeline,
                    more_url: if is_empty { String::new() } else { "/rooms/lobby/1/thread?after=9".into() },
                };
                render("pages/thread.html", &thread);
                let pins = if is_empty { Vec::new() } else { views() };
                render("pages/pins.html", &PinsPage { page: page.clone(), sidebar, room: room(), pins });
            }
        }
    }
}
