//! Pages, REST and service addresses, as browsers and programs see them.

mod admin;
mod api;
mod api_docs;
mod api_lists;
mod bots;
pub mod corpora;
mod event_stream;
mod guests;
mod invites;
mod languages;
mod login;
mod message_forms;
mod moderation_forms;
mod openapi;
mod other_peoples;
mod pages;
#[cfg(feature = "passkeys")]
mod passkeys;
mod people;
mod posting;
mod private_rooms;
mod problems;
mod program_login;
mod prose;
#[cfg(feature = "oidc")]
mod provider;
mod proxies;
mod reset;
mod resuming;
mod retries;
mod rooms;
mod search;
mod second_factor;
mod security;
mod service;
mod setup;
mod token_scopes;
mod tokens;
mod vouched;
