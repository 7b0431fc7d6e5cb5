//! The pages beside a room: its people, its settings, the card of a person; new conversations and pages of words.

use super::*;

#[test]
fn the_pages_beside_a_room_render_in_every_shape() {
    for page in pages() {
        for (text, sidebar) in ["", NASTY].into_iter().zip(sidebars()) {
            for kind in [RoomKind::Public, RoomKind::Private, RoomKind::Direct] {
                let full = !text.is_empty();
                let look = look(kind, if full { Ok(()) } else { Err(Refusal::NotMember) });
                let look = RoomLook { archived: full, description: Description::trusted(text.into()), ..look };
                let entries = entries();
                let card = || RoomCard::new(&look, entries.first().filter(|_| full), &Words::of(Language::English));
                let context = MembersPage {
                    page: page.clone(),
                    sidebar: sidebar.clone(),
                    room: card(),
                    members: if full { members(&look) } else { Vec::new() },
                    refused: text.into(),
                    person_value: text.into(),
                };
                render("pages/members.html", &context);
                let context = RoomSettingsPage {
                    page: page.clone(),
                    sidebar: sidebar.clone(),
                    room: card(),
                    topic_error: text.into(),
                    description_error: text.into(),
                    slow_choices: vec![SlowChoice { seconds: 5, label: "5 s".into(), is_present: full }],
                    rules: if full {
                        let errors =
                            RulesForm { key_error: text.into(), most_error: text.into(), ..RulesForm::new(&look) };
                        RulesForm { key: text.into(), most: text.into(), has_unseen_key: true, ..errors }
                    } else {
                        RulesForm::new(&look)
                    },
                    masks: if full { vec![MaskView { mask: text.into(), by: text.into() }] } else { Vec::new() },
                    banned: if full { vec![BannedView { id: "7".into(), name: "zoe".into() }] } else { Vec::new() },
                    saved: if full { "about".into() } else { String::new() },
                };
                render("pages/room_settings.html", &context);
                for person in members(&look) {
                    let room = full.then(card);
                    let context = PersonPage { page: page.clone(), sidebar: sidebar.clone(), person, room };
                    render("pages/person.html", &context);
                }
            }
        }
    }
}

#[test]
fn new_conversations_and_pages_of_words_render_in_every_shape() {
    for page in pages() {
        for (text, sidebar) in ["", NASTY].into_iter().zip(sidebars()) {
            let people = if text.is_empty() { Vec::new() } else { vec![listed(PersonView::from(&author("bob")))] };
            let context = ConversationPage {
                page: page.clone(),
                sidebar: sidebar.clone(),
                people,
                refused: text.into(),
                most: 9,
            };
            render("pages/conversation.html", &context);
            render("pages/shortcuts.html", &ShellPage { page: page.clone(), sidebar });
            render("pages/offline.html", &BarePage { page: page.clone() });
        }
    }
}

#[test]
fn the_description_of_the_api_renders_and_escapes() {
    let mut document = crate::web::api::openapi::document();
    document["info"]["description"] = NASTY.into();
    document["components"]["schemas"]["Problem"]["description"] = NASTY.into();
    for page in pages() {
        let html = render("pages/api_docs.html", &ApiDocsPage::new(page, &document));

        assert!(html.contains("<code class=\"endpoint__path\">/api/v1/rooms/{room}/messages</code>"));
        let lead =
            html.split("href=\"#shape-").nth(1).and_then(|rest| rest.split('"').next()).expect("types lead somewhere");
        assert!(html.contains(&format!("id=\"shape-{lead}\"")), "{lead} is there");
    }
}
