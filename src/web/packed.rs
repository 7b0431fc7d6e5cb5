//! Scripts and styles as a release sends them: without the comments and the indentation that are for us, and compressed
//! once, as well as it can be done. A first visit is small by this, and there is still no build step.

use std::collections::HashMap;
use std::io::Write;
use std::sync::Mutex;

use actix_web::web::Bytes;

/// The best brotli can do (RFC 7932): it takes some milliseconds for each file, once.
const QUALITY: u32 = 11;
/// 4 MiB, larger than any file here.
const WINDOW: u32 = 22;

/// The files of one worker thread that somebody has asked for, compressed.
#[derive(Default)]
pub struct Packed(Mutex<HashMap<String, Bytes>>);

impl Packed {
    /// A file with this hash as brotli.
    pub fn brotli(&self, hash: &str, plain: &[u8]) -> Bytes {
        let mut files = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(known) = files.get(hash) {
            return known.clone();
        }
        let packed = Bytes::from(brotli(plain));
        files.insert(hash.to_owned(), packed.clone());
        packed
    }
}

/// Compressed with brotli.
#[must_use]
pub fn brotli(plain: &[u8]) -> Vec<u8> {
    let mut writer = brotli::CompressorWriter::new(Vec::new(), plain.len().max(1), QUALITY, WINDOW);
    // Writing into memory cannot fail.
    let _ = writer.write_all(plain);
    writer.into_inner()
}

/// A script or a style sheet without comments that stand on lines of their own, and without indentation. Other files stay
/// as they are. A text of several lines in a script would lose its indentation; the test below finds one.
#[must_use]
pub fn lean(name: &str, text: &str) -> Option<String> {
    let is_code = [".js", ".css"].iter().any(|ending| name.ends_with(ending));
    is_code.then(|| {
        let mut lines = Vec::new();
        let mut in_comment = false;
        for line in text.lines().map(str::trim) {
            let begins = line.starts_with("/*");
            if in_comment || begins {
                in_comment = !line.ends_with("*/");
            } else if !line.is_empty() && !line.starts_with("//") {
                lines.push(line);
            }
        }
        lines.join("\n")
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::{Path, PathBuf};

    use super::*;

    /// What is allowed for all scripts of a first visit to a room, in bytes.
    const BUDGET: usize = 25 * 1024;

    fn folder() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("static")
    }

    fn scripts(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                scripts(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "js") {
                found.push(path);
            }
        }
    }

    /// A script and all that it imports at once.
    fn with_imports(path: &Path, found: &mut BTreeMap<PathBuf, String>) {
        let path = path.canonicalize().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        if found.contains_key(&path) {
            return;
        }
        let text = std::fs::read_to_string(&path).expect("text");
        let imports: Vec<_> = text
            .lines()
            .filter(|line| line.starts_with("import ") || line.starts_with("} from ") || line.starts_with("export "))
            .filter_map(|line| line.split('"').nth(1).filter(|name| name.starts_with('.')).map(str::to_owned))
            .collect();
        let parent = path.parent().expect("a folder").to_owned();
        found.insert(path, text);
        for import in imports {
            with_imports(&parent.join(import), found);
        }
    }

    #[test]
    fn comments_go_and_code_stays() {
        let script = "// What it is.\n\nimport { a } from \"./a.js\"; // why\n/**\n * More.\n */\nif (a) {\n  a(\"// no comment\");\n}\n";
        let expected = "import { a } from \"./a.js\"; // why\nif (a) {\na(\"// no comment\");\n}";
        assert_eq!(lean("x.js", script).as_deref(), Some(expected));
        assert_eq!(lean("x.css", "/* One. */\n.a {\n  color: red;\n}\n").as_deref(), Some(".a {\ncolor: red;\n}"));
        assert_eq!(lean("x.svg", "<!-- -->"), None);
    }

    #[test]
    fn no_script_has_a_text_of_several_lines() {
        let mut found = Vec::new();
        scripts(&folder().join("js"), &mut found);
        for path in found {
            let text = std::fs::read_to_string(&path).expect("text");
            let code = text.lines().filter(|line| !line.trim_start().starts_with(['/', '*']));
            let odd = code.map(|line| line.matches('`').count()).position(|ticks| ticks % 2 == 1);
            assert_eq!(odd, None, "{}", path.display());
        }
    }

    #[test]
    fn a_first_visit_loads_few_scripts() {
        let mut found = BTreeMap::new();
        with_imports(&folder().join("js/app.js"), &mut found);
        let words = crate::web::words::catalogue::Catalogue::load_all().expect("good files")[0].script();
        let sizes = found.values().map(|text| brotli(lean("a.js", text).expect("a script").as_bytes()).len());
        let total = sizes.sum::<usize>() + brotli(words.as_bytes()).len();
        assert!(found.len() > 15, "{found:?}");
        assert!(
            total <= BUDGET,
            "{total} bytes in {} files, {BUDGET} are allowed; load later what can wait",
            found.len()
        );
    }
}
