//! The web through its own door: requests in, responses out, over a real chat and a real database.

mod browser;
mod pages;
