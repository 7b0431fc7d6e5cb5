//! The templates. A release carries them inside the binary; a debug build reads them from disk and follows changes.

use std::sync::RwLock;
use std::time::{Duration, Instant};

use rust_embed::RustEmbed;
use serde::Serialize;
use tera::{Context, Tera};

use super::render::RenderError;

/// A debug build looks for changes at most this often.
const LOOK_EVERY: Duration = Duration::from_millis(300);

#[derive(RustEmbed)]
#[folder = "templates"]
#[include = "*.html"]
struct Files;

/// All templates, ready to render.
pub struct Templates {
    // Written in debug builds only; a read lock without writers costs next to nothing.
    loaded: RwLock<Loaded>,
}

struct Loaded {
    tera: Tera,
    /// When each file was last changed, all in one number.
    stamp: u64,
    looked: Instant,
}

impl Templates {
    /// Reads and checks every template.
    pub fn load() -> Result<Self, RenderError> {
        let loaded = Loaded { tera: read()?, stamp: stamp(), looked: Instant::now() };
        Ok(Self { loaded: RwLock::new(loaded) })
    }

    /// Renders one.
    pub fn render(&self, name: &str, context: &impl Serialize) -> Result<String, RenderError> {
        if cfg!(debug_assertions) {
            self.follow_changes()?;
        }
        let context = Context::from_serialize(context).map_err(|error| RenderError::new(name, &error))?;
        let loaded = self.loaded.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        loaded.tera.render(name, &context).map_err(|error| RenderError::new(name, &error))
    }

    fn follow_changes(&self) -> Result<(), RenderError> {
        let mut loaded = self.loaded.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if loaded.looked.elapsed() < LOOK_EVERY {
            return Ok(());
        }
        loaded.looked = Instant::now();
        let stamp = stamp();
        if stamp != loaded.stamp {
            // With a broken template every page says so until it is mended.
            loaded.tera = read()?;
            loaded.stamp = stamp;
        }
        Ok(())
    }
}

fn read() -> Result<Tera, RenderError> {
    let mut tera = Tera::new();
    let mut files = Vec::new();
    for name in Files::iter() {
        if let Some(file) = Files::get(&name) {
            let text = String::from_utf8(file.data.into_owned()).map_err(|error| RenderError::new(&name, &error))?;
            files.push((name.into_owned(), text));
        }
    }
    tera.add_raw_templates(files).map_err(|error| RenderError::new("templates", &error))?;
    Ok(tera)
}

/// A number that changes when a file is added, removed or changed.
fn stamp() -> u64 {
    let files =
        Files::iter().filter_map(|name| Files::get(&name).map(|file| (name.len(), file.metadata.sha256_hash())));
    files.fold(0, |stamp, (length, hash)| {
        let word = hash.iter().take(8).fold(length as u64, |word, byte| word.rotate_left(8) ^ u64::from(*byte));
        stamp ^ word.rotate_left(u32::from(hash[8] % 64))
    })
}
