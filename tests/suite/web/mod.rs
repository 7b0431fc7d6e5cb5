//! Pages and REST over real HTTP.

mod pages;
