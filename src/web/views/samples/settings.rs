//! The page of the settings in every shape.

use super::super::preferences::{
    AppearanceForm, NotificationsForm, PrivacyForm, PushDeviceView, PushSection, StatusForm,
};
use super::super::settings::{DeviceView, InviteView, PasswordForm, ProfileForm, SettingsPage, TokenForm, TokenView};
use super::{NASTY, pages, render, sidebars};
use crate::domain::grant::Scope;
use crate::domain::preferences::Preferences;

#[test]
fn settings_render_in_every_shape() {
    for page in pages() {
        for (text, sidebar) in ["", NASTY].into_iter().zip(sidebars()) {
            let device = |current| DeviceView {
                id: "1".into(),
                label: NASTY.into(),
                created: "today at 09:05".into(),
                last_used: "today at 09:05".into(),
                current,
            };
            let invite = |max_uses| InviteView {
                code: "c".into(),
                url: "http://a/invite/c".into(),
                room_title: text.into(),
                uses: 1,
                max_uses,
                expires: text.into(),
                created: "today at 09:05".into(),
            };
            let full = !text.is_empty();
            let context = SettingsPage {
                page: page.clone(),
                sidebar,
                profile: ProfileForm { name_value: text.into(), name_error: text.into() },
                status_line: StatusForm {
                    emoji_value: text.into(),
                    emoji_error: text.into(),
                    text_value: text.into(),
                    text_error: text.into(),
                    until: text.into(),
                    is_set: full,
                },
                appearance: AppearanceForm::new(&Preferences::default()),
                notifications: NotificationsForm {
                    quiet_from: text.into(),
                    quiet_to: text.into(),
                    quiet_error: text.into(),
                    time_zone: text.into(),
                    time_zone_error: text.into(),
                    ..NotificationsForm::new(&Preferences::default())
                },
                push: PushSection {
                    key: "key".into(),
                    devices: [true, false]
                        .into_iter()
                        .filter(|_| full)
                        .map(|current| PushDeviceView {
                            id: "id".into(),
                            label: text.into(),
                            created: text.into(),
                            current,
                        })
                        .collect(),
                },
                privacy: PrivacyForm { hide_presence: full, hide_reads: full },
                password: PasswordForm { current_error: text.into(), new_error: text.into() },
                devices: if full { vec![device(true), device(false)] } else { Vec::new() },
                tokens: Scope::ALL
                    .into_iter()
                    .filter(|_| full)
                    .map(|scope| TokenView {
                        device: device(false),
                        scope: scope.as_str(),
                        rooms: text.into(),
                        expires: text.into(),
                    })
                    .collect(),
                token: TokenForm {
                    label_value: text.into(),
                    label_error: text.into(),
                    scope_value: text.into(),
                    rooms_value: text.into(),
                    rooms_error: text.into(),
                    days_value: text.into(),
                },
                new_token: text.into(),
                invites: if full { vec![invite(0), invite(1), invite(9)] } else { Vec::new() },
                sign_in: full,
                saved: if full { "tokens".into() } else { String::new() },
            };
            render("pages/settings.html", &context);
        }
    }
}
