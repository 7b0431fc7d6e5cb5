//! The route table, read from the sources that make it up: every path with its methods. The framework has no list of its
//! routes that one could ask for.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Where a route is written down, and how.
const MARKS: [&str; 2] = ["resource(", "page("];
/// What gives a route its methods.
const METHODS: [(&str, &[&str]); 8] = [
    ("read(", &["GET", "HEAD"]),
    ("post()", &["POST"]),
    ("put()", &["PUT"]),
    ("patch()", &["PATCH"]),
    ("delete()", &["DELETE"]),
    ("web::get()", &["GET"]),
    ("web::head()", &["HEAD"]),
    ("web::route()", &[]),
];
/// Files whose routes are computed: static files, which belong to nobody.
const COMPUTED: [&str; 2] = ["static_files.rs", "emoji_list.rs"];

/// Every route by its path; parameters stand in braces, without their patterns.
pub fn routes() -> BTreeMap<String, BTreeSet<&'static str>> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&src.join("web"), &mut files);
    collect(&src.join("gateways"), &mut files);
    let mut routes = BTreeMap::new();
    for file in files {
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let text = fs::read_to_string(&file).expect("a source");
        let text = without_features(text.split("#[cfg(test)]\nmod ").next().unwrap_or_default());
        let text = text.as_str();
        let is_api = file.ends_with("web/api/mod.rs") || file.ends_with("web/api/admin/mod.rs");
        for (path, methods) in routes_of(text, COMPUTED.contains(&name)) {
            let path = if is_api { format!("/api/v1{path}") } else { path };
            assert!(!methods.is_empty(), "{path} has no method");
            assert!(routes.insert(path.clone(), methods).is_none(), "{path} is there twice");
        }
    }
    assert!(routes.len() > 120, "the table was read: {routes:?}");
    routes
}

/// Without the blocks that are not built in.
fn without_features(text: &str) -> String {
    let built = [("oidc", cfg!(feature = "oidc")), ("passkeys", cfg!(feature = "passkeys"))];
    let mut text = text.to_owned();
    for (feature, _) in built.into_iter().filter(|(_, is_built)| !is_built) {
        let begin = format!("    #[cfg(feature = \"{feature}\")]\n    {{\n");
        while let Some(at) = text.find(&begin) {
            let end = text[at..].find("\n    }\n").map_or(text.len(), |end| at + end);
            text.replace_range(at..end, "");
        }
    }
    let either = "    #[cfg(any(feature = \"oidc\", feature = \"passkeys\"))]\n";
    while let Some(at) = text.find(either).filter(|_| !cfg!(any(feature = "oidc", feature = "passkeys"))) {
        let end = text[at + either.len()..].find('\n').map_or(text.len(), |end| at + either.len() + end + 1);
        text.replace_range(at..end, "");
    }
    text
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("tests.rs") {
            files.push(path);
        }
    }
}

fn routes_of(text: &str, is_computed: bool) -> Vec<(String, BTreeSet<&'static str>)> {
    let mut places: Vec<usize> = MARKS.iter().flat_map(|mark| text.match_indices(mark)).map(|(at, _)| at).collect();
    // `my_page(` is something else.
    places.retain(|at| !text[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_'));
    places.sort_unstable();
    let mut found = Vec::new();
    for (index, at) in places.iter().enumerate() {
        let end = places.get(index + 1).copied().unwrap_or(text.len());
        let piece = &text[*at..end];
        let argument = piece.split_once('(').map_or("", |(_, rest)| rest.trim_start());
        let literal = argument.strip_prefix("r\"").or_else(|| argument.strip_prefix('"'));
        let Some((path, rest)) =
            literal.and_then(|text| text.split_once('"')).filter(|(path, _)| path.starts_with('/'))
        else {
            // The one that the table of pages is built with, and functions of that name.
            let is_known = is_computed || argument.starts_with("path)") || !argument.starts_with(['"', 'r', 'f']);
            assert!(is_known, "a route that cannot be read: {}", piece.lines().next().unwrap_or_default());
            continue;
        };
        let rest = rest.split("\n}").next().unwrap_or_default();
        let methods = METHODS.iter().filter(|(word, _)| is_called(rest, word)).flat_map(|(_, methods)| *methods);
        found.push((without_patterns(path), methods.copied().collect()));
    }
    found
}

/// Whether this is called, and not something whose name ends like it.
fn is_called(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
}

/// `/rooms/{seq:\d{1,19}}` as `/rooms/{seq}`.
fn without_patterns(path: &str) -> String {
    let (mut plain, mut depth, mut in_pattern) = (String::new(), 0, false);
    for sign in path.chars() {
        match sign {
            '{' => depth += 1,
            '}' => depth -= 1,
            ':' if depth == 1 => in_pattern = true,
            _ => {}
        }
        in_pattern &= depth > 0;
        if !in_pattern {
            plain.push(sign);
        }
    }
    plain
}
