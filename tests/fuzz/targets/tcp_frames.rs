//! Lets libFuzzer loose on [`bodies::tcp_frames`].

#![no_main]

#[path = "../bodies/mod.rs"]
#[allow(dead_code, reason = "each target runs one body")]
mod bodies;

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::tcp_frames::run(data));
