//! The house rules, kept by a test: who may import whom, how long a file may be, what every file begins with.
//!
//! The import table is the one in docs/ARCHITECTURE.md. Each rule is first shown to fail on a sample, then asked about
//! the repository. Only the standard library is used, so that this works while nothing else compiles.

#[path = "architecture/imports.rs"]
mod imports;
#[path = "architecture/rules.rs"]
mod rules;
#[path = "architecture/samples.rs"]
mod samples;
#[path = "architecture/source.rs"]
mod source;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use imports::{Table, cycle, read_table};
use source::Source;

const TABLE: &str = "docs/ARCHITECTURE.md";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path} cannot be read: {error}"))
}

fn table() -> Table {
    read_table(&read(TABLE)).unwrap_or_else(|fault| panic!("{fault}"))
}

/// Every file of the repository: those git knows and those it would add, or all there are where there is no git.
fn files() -> Vec<String> {
    let known = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .ok()
        .filter(|listed| listed.status.success())
        .and_then(|listed| String::from_utf8(listed.stdout).ok());
    let mut files: Vec<String> = match known {
        Some(list) => list.lines().map(str::to_owned).collect(),
        None => walk(&root(), ""),
    };
    // A file may be deleted and still be listed.
    files.retain(|file| root().join(file).is_file());
    files.sort();
    files
}

fn walk(folder: &Path, shown: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if shown.is_empty() { name.clone() } else { format!("{shown}/{name}") };
        if entry.path().is_dir() {
            if !["target", "data", ".git"].contains(&name.as_str()) {
                found.extend(walk(&entry.path(), &path));
            }
        } else {
            found.push(path);
        }
    }
    found
}

fn files_with(extensions: &[&str], under: &[&str]) -> Vec<(String, String)> {
    let has_extension = |file: &str| extensions.iter().any(|extension| file.ends_with(&format!(".{extension}")));
    files()
        .into_iter()
        .filter(|file| has_extension(file) && under.iter().any(|folder| file.starts_with(folder)))
        .filter(|file| !file.starts_with("static/vendor/"))
        .map(|file| {
            let text = read(&file);
            (file, text)
        })
        .collect()
}

fn sources() -> Vec<Source> {
    let found = files_with(&["rs"], &["src/", "tests/", "benches/", "build.rs"]);
    assert!(found.len() > 20, "the sources were not found; is this the repository?");
    found.iter().map(|(path, text)| Source::new(path, text)).collect()
}

#[track_caller]
fn assert_none(wrong: impl IntoIterator<Item = String>) {
    let wrong: Vec<String> = wrong.into_iter().collect();
    assert!(wrong.is_empty(), "\n\n{}\n", wrong.join("\n"));
}

#[test]
fn every_import_stands_in_the_table() {
    let table = table();
    assert_none(sources().iter().flat_map(|source| rules::imports(source, &table)));
}

#[test]
fn the_table_is_whole_and_has_no_cycle() {
    let (table, sources) = (table(), sources());
    let layers: Vec<&str> = sources.iter().filter_map(Source::layer).collect();
    let round =
        cycle(&table).map(|way| format!("the import table goes round: {}; take one of these out", way.join(" > ")));

    assert_none(rules::table_is_whole(&table, &layers).into_iter().chain(round));
}

#[test]
fn modules_behind_a_trait_stay_there() {
    assert_none(sources().iter().flat_map(rules::private_modules));
}

#[test]
fn gateways_do_not_know_each_other() {
    let sources = sources();
    let folder = |source: &Source| {
        let (folder, _) = source.path.strip_prefix("src/gateways/")?.split_once('/')?;
        Some(folder.to_owned())
    };
    let folders: Vec<String> = sources.iter().filter_map(folder).collect();
    let folders: Vec<&str> = folders.iter().map(String::as_str).collect();
    assert_none(sources.iter().flat_map(|source| rules::siblings(source, &folders)));
}

#[test]
fn libraries_are_known_where_they_belong() {
    assert_none(sources().iter().flat_map(rules::libraries));
}

#[test]
fn actors_live_in_chat_and_gateways() {
    assert_none(sources().iter().filter_map(rules::actors));
}

#[test]
fn files_are_short() {
    assert_none(rules::lengths(&sources()));
}

#[test]
fn every_source_begins_with_what_it_is() {
    assert_none(sources().iter().filter_map(rules::module_doc));
}

#[test]
fn every_script_style_and_template_begins_with_what_it_is() {
    let assets = files_with(&["js", "css", "html"], &["static/", "templates/"]);
    assert_none(assets.iter().filter_map(|(path, text)| rules::opening_comment(path, text)));
}

#[test]
fn templates_have_nothing_inline() {
    let templates = files_with(&["html"], &["templates/"]);
    assert_none(templates.iter().flat_map(|(path, text)| rules::inline(path, text)));
}

#[test]
fn tests_do_not_sleep() {
    assert_none(sources().iter().filter_map(rules::sleeps));
}

#[test]
fn nothing_stray_is_left_lying_about() {
    // What others have written stays as they wrote it.
    let ours = files().into_iter().filter(|file| !file.starts_with("static/vendor/"));
    let wrong = ours.filter_map(|file| {
        // What is no text is a picture.
        let text = fs::read_to_string(root().join(&file)).ok()?;
        Some(rules::stray_words(&file, &text))
    });
    assert_none(wrong.flatten());
}

#[test]
fn documents_link_to_what_is_there() {
    let documents = files_with(&["md"], &[""]);
    let exists = |path: &str| root().join(path).exists();
    assert_none(documents.iter().flat_map(|(path, text)| rules::links(path, text, exists)));
}

#[test]
fn the_readme_is_short() {
    assert_none(rules::readme_length(&read("README.md")));
}

#[test]
fn the_protocol_document_has_every_code_and_limit() {
    let (codes, limits) = (read("src/protocol/error_code.rs"), read("src/domain/limits.rs"));
    assert_none(rules::protocol_tables(&read("docs/PROTOCOL.md"), &codes, &limits));
}
