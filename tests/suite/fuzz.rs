//! The bodies of the fuzz targets, with every seed and with every input that once failed. `make fuzz` looks for more.

use std::fs;
use std::path::{Path, PathBuf};

#[path = "../fuzz/bodies/mod.rs"]
mod bodies;

/// Runs a body with every file of `tests/fuzz/{kind}/{target}`; answers how many there were.
fn replay(kind: &str, target: &str, run: fn(&[u8])) -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz").join(kind).join(target);
    // Git keeps no empty folder.
    let Ok(inputs) = fs::read_dir(folder) else { return 0 };
    let inputs: Vec<PathBuf> = inputs.map(|input| input.unwrap().path()).collect();
    let fails = |path: &&PathBuf| {
        let data = fs::read(path).unwrap();
        std::panic::catch_unwind(|| run(&data)).is_err()
    };
    let failing: Vec<&PathBuf> = inputs.iter().filter(fails).collect();
    assert!(failing.is_empty(), "these fail, and say above why: {failing:?}");
    inputs.len()
}

#[test]
fn every_reader_of_foreign_bytes_takes_its_seeds() {
    for (target, run) in bodies::ALL {
        assert!(replay("seeds", target, run) > 0, "{target} has no seeds");
    }
}

#[test]
fn what_once_failed_does_not_fail_again() {
    for (target, run) in bodies::ALL {
        replay("regressions", target, run);
    }
}
