//! The templates, once for each language: the function `t` of each speaks its own. A release carries templates and words
//! inside the binary; a debug build reads them from disk and follows changes.

use std::sync::RwLock;
use std::time::{Duration, Instant};

use rust_embed::RustEmbed;
use serde::Serialize;
use tera::{Context, Tera};

use super::render::RenderError;
use crate::web::words::Words;
use crate::web::words::catalogue::{self, Catalogue};
use crate::web::words::language::Language;
use crate::web::words::template::Translate;

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
    /// In the order of [`Language::ALL`].
    spoken: Vec<Spoken>,
    /// When each file was last changed, all in one number.
    stamp: u64,
    looked: Instant,
}

/// The templates and the words of one language.
struct Spoken {
    words: Words,
    tera: Tera,
}

impl Templates {
    /// Reads and checks every template.
    pub fn load() -> Result<Self, RenderError> {
        let loaded = Loaded { spoken: read()?, stamp: stamp(), looked: Instant::now() };
        Ok(Self { loaded: RwLock::new(loaded) })
    }

    /// Renders one in a language.
    pub fn render(&self, language: Language, name: &str, context: &impl Serialize) -> Result<String, RenderError> {
        if cfg!(debug_assertions) {
            self.follow_changes()?;
        }
        let context = Context::from_serialize(context).map_err(|error| RenderError::new(name, &error))?;
        let loaded = self.loaded.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        loaded.spoken[language as usize].tera.render(name, &context).map_err(|error| RenderError::new(name, &error))
    }

    /// The words of a language.
    pub fn words(&self, language: Language) -> Words {
        let loaded = self.loaded.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        loaded.spoken[language as usize].words.clone()
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
            loaded.spoken = read()?;
            loaded.stamp = stamp;
        }
        Ok(())
    }
}

fn read() -> Result<Vec<Spoken>, RenderError> {
    let catalogues = Catalogue::load_all().map_err(|error| RenderError::new("locales", &error))?;
    let mut words = catalogues.into_iter().map(Words::new);
    let english = words.next().unwrap_or_else(|| unreachable!("English is always there"));
    let tera = templates(english.clone())?;
    // Functions are looked up by name when a template runs: a copy with another `t` speaks another language.
    let others = words.map(|words| {
        let mut tera = tera.clone();
        tera.register_function("t", Translate(words.clone()));
        Spoken { words, tera }
    });
    let others: Vec<_> = others.collect();
    Ok([Spoken { words: english, tera }].into_iter().chain(others).collect())
}

fn templates(words: Words) -> Result<Tera, RenderError> {
    let mut tera = Tera::new();
    tera.register_function("t", Translate(words));
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
    stamp_of::<Files>() ^ stamp_of::<catalogue::Files>()
}

fn stamp_of<F: RustEmbed>() -> u64 {
    let files = F::iter().filter_map(|name| F::get(&name).map(|file| (name.len(), file.metadata.sha256_hash())));
    files.fold(0, |stamp, (length, hash)| {
        let word = hash.iter().take(8).fold(length as u64, |word, byte| word.rotate_left(8) ^ u64::from(*byte));
        stamp ^ word.rotate_left(u32::from(hash[8] % 64))
    })
}
