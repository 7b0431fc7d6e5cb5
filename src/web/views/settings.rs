//! The context of `pages/settings.html`.

use jiff::tz::TimeZone;
use serde::Serialize;

use super::preferences::{AppearanceForm, NotificationsForm, PrivacyForm, PushSection, StatusForm};
use super::{PageView, SidebarView, time};
use crate::domain::clock::Timestamp;
use crate::domain::device::Device;
use crate::domain::ids::DeviceId;
use crate::storage::invites::Invite;
use crate::web::words::Words;

/// Everything about one's own account.
#[derive(Debug, Serialize)]
pub struct SettingsPage {
    /// What every page needs.
    pub page: PageView,
    /// The list of rooms.
    pub sidebar: SidebarView,
    /// The name.
    pub profile: ProfileForm,
    /// What one says of oneself.
    pub status_line: StatusForm,
    /// How pages look.
    pub appearance: AppearanceForm,
    /// What is notified.
    pub notifications: NotificationsForm,
    /// Where one is notified.
    pub push: PushSection,
    /// What one keeps to oneself.
    pub privacy: PrivacyForm,
    /// The password.
    pub password: PasswordForm,
    /// Where one is logged in.
    pub devices: Vec<DeviceView>,
    /// What one's programs use.
    pub tokens: Vec<TokenView>,
    /// The form of a new token.
    pub token: TokenForm,
    /// A token that has just been made, or nothing; shown this once.
    pub new_token: String,
    /// The invites one has made.
    pub invites: Vec<InviteView>,
    /// There are other ways to log in than passwords.
    pub sign_in: bool,
    /// The section that has just been saved, or nothing.
    pub saved: String,
}

/// The form of the name.
#[derive(Debug, Default, Serialize)]
pub struct ProfileForm {
    /// The name, or what was typed.
    pub name_value: String,
    /// What is wrong with it.
    pub name_error: String,
}

/// The form of the password.
#[derive(Debug, Default, Serialize)]
pub struct PasswordForm {
    /// What is wrong with the present one.
    pub current_error: String,
    /// What is wrong with the new one.
    pub new_error: String,
}

/// A login.
#[derive(Debug, Serialize)]
pub struct DeviceView {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub label: String,
    /// When it was made, inside a sentence.
    pub created: String,
    /// When it was last used, inside a sentence.
    pub last_used: String,
    /// It is the one that is looking.
    pub current: bool,
}

impl DeviceView {
    /// Shows a login.
    #[must_use]
    pub fn new(device: &Device, current: Option<DeviceId>, now: Timestamp, zone: &TimeZone, words: &Words) -> Self {
        Self {
            id: device.id.to_string(),
            label: device.label.clone(),
            created: time::moment(device.created_at, now, zone, words),
            last_used: time::moment(device.used_at, now, zone, words),
            current: current == Some(device.id),
        }
    }
}

/// A token.
#[derive(Debug, Serialize)]
pub struct TokenView {
    /// What it has in common with every login.
    #[serde(flatten)]
    pub device: DeviceView,
    /// How much it may do: `read`, `write` or `admin`.
    pub scope: &'static str,
    /// The rooms it is good for, or nothing for all.
    pub rooms: String,
    /// When it ends, inside a sentence, or nothing.
    pub expires: String,
}

/// The form of a new token.
#[derive(Debug, Default, Serialize)]
pub struct TokenForm {
    /// What was typed as the label.
    pub label_value: String,
    /// What is wrong with it.
    pub label_error: String,
    /// What was chosen as the scope.
    pub scope_value: String,
    /// What was typed as the rooms.
    pub rooms_value: String,
    /// What is wrong with them.
    pub rooms_error: String,
    /// What was chosen as its life, in days.
    pub days_value: String,
}

/// An invite.
#[derive(Debug, Serialize)]
pub struct InviteView {
    /// Its code.
    pub code: String,
    /// The whole link.
    pub url: String,
    /// The room it leads into, or nothing.
    pub room_title: String,
    /// How many accounts it has made.
    pub uses: u32,
    /// How many it may make; 0 for any number.
    pub max_uses: u32,
    /// When it ends, inside a sentence, or nothing.
    pub expires: String,
    /// When it was made, inside a sentence.
    pub created: String,
}

impl InviteView {
    /// Shows an invite; `base` is the origin under which people reach the server.
    #[must_use]
    pub fn new(
        invite: &Invite,
        room_title: String,
        base: &str,
        now: Timestamp,
        zone: &TimeZone,
        words: &Words,
    ) -> Self {
        Self {
            code: invite.code.clone(),
            url: format!("{base}/invite/{}", invite.code),
            room_title,
            uses: invite.uses,
            max_uses: invite.max_uses.unwrap_or(0),
            expires: invite.expires_at.map(|end| time::moment(end, now, zone, words)).unwrap_or_default(),
            created: time::moment(invite.created_at, now, zone, words),
        }
    }
}
