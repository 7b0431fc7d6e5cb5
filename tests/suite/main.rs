//! Everything from outside, in one binary.

mod storage;
mod web;
