//! The contexts of the pages around the chat: set-up, login, register, guest, and the start of a direct room.

use serde::Serialize;

use super::rooms::ListedPersonView;
use super::{PageView, SidebarView};
use crate::domain::person::Author;

/// A page that is nothing but a form.
#[derive(Debug, Serialize)]
pub struct FormPage<F: Serialize> {
    /// What every page needs.
    pub page: PageView,
    /// The form.
    pub form: F,
}

/// `pages/setup.html`
#[derive(Debug, Default, Serialize)]
pub struct SetupForm {
    /// The code of the console has to be typed.
    pub needs_code: bool,
    /// What was typed.
    pub code_value: String,
    /// What is wrong with it.
    pub code_error: String,
    /// What was typed.
    pub server_name_value: String,
    /// What is wrong with it.
    pub server_name_error: String,
    /// What was typed.
    pub name_value: String,
    /// What is wrong with it.
    pub name_error: String,
    /// What is wrong with the password.
    pub password_error: String,
    /// What is wrong with no single field.
    pub error: String,
}

/// `pages/login.html`
#[derive(Debug, Default, Serialize)]
pub struct LoginForm {
    /// What was typed.
    pub name_value: String,
    /// What is wrong with it.
    pub name_error: String,
    /// What is wrong with the password.
    pub password_error: String,
    /// What is wrong with no single field.
    pub error: String,
    /// Where to go on, or nothing.
    pub next: String,
    /// Whoever likes to may register.
    pub can_register: bool,
    /// Guests are let in.
    pub guests: bool,
    /// What the provider is called at which one may log in, or nothing.
    pub provider: String,
    /// The way there.
    pub provider_url: String,
    /// One may log in with a passkey.
    pub passkeys: bool,
}

/// `pages/register.html`
#[derive(Debug, Default, Serialize)]
pub struct RegisterForm {
    /// The code of the invite, or nothing.
    pub code: String,
    /// Where those log in who have an account already; it leads back to the invite.
    pub login_url: String,
    /// Who made it, or nothing.
    pub invited_by: String,
    /// The room it leads into, or nothing.
    pub room_title: String,
    /// What was typed.
    pub name_value: String,
    /// What is wrong with it.
    pub name_error: String,
    /// What is wrong with the password.
    pub password_error: String,
    /// What is wrong with no single field.
    pub error: String,
}

/// `pages/guest.html`
#[derive(Debug, Default, Serialize)]
pub struct GuestForm {
    /// What was typed.
    pub name_value: String,
    /// What is wrong with it.
    pub name_error: String,
    /// Where to go on, or nothing.
    pub next: String,
}

/// `pages/direct_start.html`
#[derive(Debug, Serialize)]
pub struct DirectStartPage {
    /// What every page needs.
    pub page: PageView,
    /// The list of rooms.
    pub sidebar: SidebarView,
    /// With whom.
    pub person: PersonView,
}

/// `pages/conversation.html`
#[derive(Debug, Serialize)]
pub struct ConversationPage {
    /// What every page needs.
    pub page: PageView,
    /// The list of rooms.
    pub sidebar: SidebarView,
    /// With whom one could talk.
    pub people: Vec<ListedPersonView>,
    /// Why the form was refused, or nothing.
    pub refused: String,
    /// How many may be chosen.
    pub most: usize,
}

/// Somebody, as avatars show them.
#[derive(Debug, Clone, Serialize)]
pub struct PersonView {
    /// Who.
    pub id: String,
    /// Their name.
    pub name: String,
    /// For the avatar.
    pub initials: String,
    /// For the avatar.
    pub hue: u64,
}

impl From<&Author> for PersonView {
    fn from(author: &Author) -> Self {
        Self {
            id: author.id.to_string(),
            name: author.name.to_string(),
            initials: super::initials(author.name.as_str()),
            hue: super::hue(author.id),
        }
    }
}
