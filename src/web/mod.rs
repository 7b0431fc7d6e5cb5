//! The web: pages, REST, static files. [`routes`] is the only route table.
//!
//! **How to add a page:** a context in `views/`, a handler in `pages/`, one line in `routes`, a template.
//! **How to add an endpoint:** a handler in `api/`, one line in `api::configure`, a test in `tests/suite/web/`.

pub mod admin;
pub mod api;
pub mod cookies;
mod emoji_list;
mod export;
mod house;
pub mod installed;
pub mod methods;
pub(crate) mod middleware;
pub mod packed;
pub mod pages;
mod preview;
pub mod redirect;
pub mod routes;
pub mod search;
pub mod service;
pub mod state;
pub mod static_files;
pub mod styles;
mod token_wish;
mod unchanging;
pub mod views;
pub mod visitor;
pub mod words;
