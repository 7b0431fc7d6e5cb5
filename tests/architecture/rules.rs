//! The house rules. Each takes text and answers with what is wrong and what to do; none of them reads a file.

use super::imports::{Row, Table, calls, crate_paths, has_actor, top, uses_library};
use super::source::Source;

/// Longest file of `src`, tests aside.
const MAX_LINES: usize = 500;
/// Files above this are worth a look when one is over the limit.
const LONG_LINES: usize = 300;
/// Longest README.
const README_LINES: usize = 150;

/// Libraries that only some places may know, each with the reason.
const LIBRARIES: &[(&str, &[&str], &str)] = &[
    ("sqlx", &["src/storage/"], "SQL stays below the storage traits: add a method there"),
    (
        "actix_web_actors",
        &["src/gateways/websocket/"],
        "another transport can replace it only while one folder knows it",
    ),
    ("actix_http", &["src/gateways/websocket/"], "another transport can replace it only while one folder knows it"),
    ("actix_files", &["src/web/"], "static files are served by the web"),
    (
        "actix_web",
        &["src/web/", "src/gateways/websocket/", "src/app"],
        "HTTP is known to the web and to the WebSocket door",
    ),
];

/// Modules that only some layers may import, each with the reason.
const PRIVATE: &[(&[&str], &[&str], &str)] = &[(
    &["storage", "sqlite"],
    &["storage", "app", "cli"],
    "ask for a trait of `storage`; only `app` knows which database it is",
)];

/// Every import of a file has to stand in the table.
pub fn imports(source: &Source, table: &Table) -> Vec<String> {
    let Some(layer) = source.layer() else { return Vec::new() };
    let Some(row) = table.get(layer) else {
        return vec![format!(
            "{}: `{layer}` has no row in the import table of docs/ARCHITECTURE.md; add one",
            source.path
        )];
    };
    let Row::MayImport(allowed) = row else {
        return vec![format!(
            "{}: the import table says that `{layer}` is not there yet; write what it may import",
            source.path
        )];
    };
    let mut wrong = Vec::new();
    for path in crate_paths(&source.production, &source.module()) {
        let target = path[0].as_str();
        if target == layer {
            continue;
        }
        let is_allowed = allowed.iter().any(|entry| entry.split("::").eq(path.iter().take(entry.split("::").count())));
        if !is_allowed {
            wrong.push(format!(
                "{}: `{layer}` may not import `{}`. Move what is needed down to a layer that both may import, or pass it \
                 in as an argument; a change of the table in docs/ARCHITECTURE.md takes a decision record",
                source.path,
                path.join("::"),
            ));
        }
    }
    wrong.dedup();
    wrong
}

/// Modules behind a trait stay there.
pub fn private_modules(source: &Source) -> Vec<String> {
    let Some(layer) = source.layer() else { return Vec::new() };
    let paths = crate_paths(&source.production, &source.module());
    let is_wrong = |hidden: &[&str], allowed: &[&str]| {
        !allowed.contains(&layer) && paths.iter().any(|path| hidden.iter().eq(path.iter().take(hidden.len())))
    };
    PRIVATE
        .iter()
        .filter(|(hidden, allowed, _)| is_wrong(hidden, allowed))
        .map(|(hidden, _, reason)| format!("{}: imports `{}`; {reason}", source.path, hidden.join("::")))
        .collect()
}

/// The folder that is no gateway, but what they share.
const SHARED: &str = "stream";

/// Gateways share `dispatch`, `admission` and `stream`, and nothing else. `folders` are the folders below `src/gateways`.
pub fn siblings(source: &Source, folders: &[&str]) -> Vec<String> {
    let Some(inside) = source.path.strip_prefix("src/gateways/") else { return Vec::new() };
    let own = inside.split('/').next().unwrap_or_default();
    crate_paths(&source.production, &source.module())
        .into_iter()
        .filter(|path| path[0] == "gateways")
        .filter_map(|path| path.get(1).cloned())
        .filter(|other| other != own && other != SHARED && folders.contains(&other.as_str()))
        .map(|other| format!("{}: imports the gateway `{other}`; move what both need to gateways/stream", source.path))
        .collect()
}

/// Some libraries are known in one place only.
pub fn libraries(source: &Source) -> Vec<String> {
    if !source.path.starts_with("src/") {
        return Vec::new();
    }
    let is_wrong = |library: &str, places: &[&str]| {
        !places.iter().any(|place| source.path.starts_with(place)) && uses_library(&source.production, library)
    };
    LIBRARIES
        .iter()
        .filter(|(library, places, _)| is_wrong(library, places))
        .map(|(library, places, reason)| {
            format!("{}: uses {library} outside {}; {reason}", source.path, places.join(", "))
        })
        .collect()
}

/// Actors live where live state is.
pub fn actors(source: &Source) -> Option<String> {
    let is_wrong = !matches!(source.layer(), None | Some("chat" | "gateways")) && has_actor(&source.production);
    is_wrong
        .then(|| format!("{}: an actor outside chat and gateways; use a plain struct, or move it there", source.path))
}

/// Short files. The longest ones are named with the failure, so that the next split can be planned.
pub fn lengths(sources: &[Source]) -> Option<String> {
    let mut long: Vec<(usize, &str)> = sources
        .iter()
        .filter(|source| source.path.starts_with("src/") && source.production_lines > LONG_LINES)
        .map(|source| (source.production_lines, source.path.as_str()))
        .collect();
    long.sort_unstable_by(|one, other| other.cmp(one));
    let shown = |(lines, path): &(usize, &str)| format!("{path} ({lines} lines)");
    let over: Vec<String> = long.iter().take_while(|(lines, _)| *lines > MAX_LINES).map(shown).collect();
    let near: Vec<String> = long.iter().skip(over.len()).map(shown).collect();
    (!over.is_empty()).then(|| {
        format!(
            "over {MAX_LINES} lines, tests aside; split each by what it does: {}. Next in line, over {LONG_LINES}: {}",
            over.join(", "),
            if near.is_empty() { "none".to_owned() } else { near.join(", ") },
        )
    })
}

/// Every file says first what it is.
pub fn module_doc(source: &Source) -> Option<String> {
    let is_fine = source.raw.starts_with("//! ");
    (!is_fine).then(|| format!("{}: the first line must be a `//!` that says what the file holds", source.path))
}

/// Scripts, styles and templates too.
pub fn opening_comment(path: &str, text: &str) -> Option<String> {
    let extension = path.rsplit('.').next().unwrap_or_default();
    let openings: &[&str] = match extension {
        "js" => &["//", "/*"],
        "css" => &["/*"],
        "html" => &["{#", "<!--"],
        _ => return None,
    };
    let is_fine = openings.iter().any(|opening| text.starts_with(opening));
    (!is_fine).then(|| format!("{path}: begin with a comment that says what it is: {}", openings.join(" or ")))
}

/// The Content-Security-Policy refuses everything inline; so do we, before a browser has to.
pub fn inline(path: &str, text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for tag in tags(&without_template_code(text)) {
        let (name, rest) = tag.split_at(tag.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(tag.len()));
        let names = attribute_names(rest);
        if name.eq_ignore_ascii_case("script") && !names.iter().any(|name| name == "src") {
            wrong.push(format!("{path}: <script> without src; put the code into a module of static/js"));
        }
        if name.eq_ignore_ascii_case("style") || names.iter().any(|name| name == "style") {
            wrong.push(format!("{path}: inline style; put it into static/css/components"));
        }
        if let Some(handler) = names.iter().find(|name| name.len() > 2 && name.starts_with("on")) {
            wrong.push(format!("{path}: {handler}= in a tag; listen in a module of static/js"));
        }
    }
    wrong
}

/// Spaces for `{# … #}`, `{% … %}` and `{{ … }}`.
fn without_template_code(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = ["{#", "{%", "{{"].iter().filter_map(|mark| rest.find(mark)).min() {
        let closing = match &rest[start..start + 2] {
            "{#" => "#}",
            "{%" => "%}",
            _ => "}}",
        };
        out.push_str(&rest[..start]);
        out.push(' ');
        rest = rest[start..].find(closing).map_or("", |end| &rest[start + end + 2..]);
    }
    out + rest
}

/// The inside of every opening tag. A `>` in quotes does not end one.
fn tags(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        let mut quote = None;
        let end = rest.find(|c: char| match (quote, c) {
            (None, '"' | '\'') => {
                quote = Some(c);
                false
            }
            (Some(open), _) => {
                if c == open {
                    quote = None;
                }
                false
            }
            (None, _) => c == '>',
        });
        let end = end.unwrap_or(rest.len());
        found.push(rest[..end].to_owned());
        rest = &rest[end..];
    }
    found
}

fn attribute_names(inside: &str) -> Vec<String> {
    let mut names = Vec::new();
    let (mut name, mut quote) = (String::new(), None);
    for character in inside.chars().chain([' ']) {
        match (quote, character) {
            (Some(open), _) if character == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(character),
            (None, '=') => names.push(std::mem::take(&mut name).to_ascii_lowercase()),
            (None, c) if c.is_whitespace() => {
                if !name.is_empty() {
                    names.push(std::mem::take(&mut name).to_ascii_lowercase());
                }
            }
            (None, c) => name.push(c),
        }
    }
    names
}

/// Tests wait for an answer or an event.
pub fn sleeps(source: &Source) -> Option<String> {
    let found = calls(&source.tests(), "sleep");
    found.then(|| {
        format!("{}: a test that sleeps is slow or flaky; wait for a reply, an event or a clock you turn", source.path)
    })
}

/// What has no place in the repository: paths of somebody's machine, and marks of unfinished work. Written in two
/// parts, so that this file does not find itself.
const STRAY: &[(&str, &str, &str)] = &[
    ("/wo", "rk/", "a path of one machine; say it relative to the repository"),
    ("/ho", "me/", "a path of one machine; say it relative to the repository"),
    ("/ro", "ot/", "a path of one machine; say it relative to the repository"),
    ("/Us", "ers/", "a path of one machine; say it relative to the repository"),
    ("\\Us", "ers\\", "a path of one machine; say it relative to the repository"),
    ("FIX", "ME", "unfinished work; finish it, or open an issue and name its number in a sentence"),
    ("TO", "DO:", "unfinished work; finish it, or open an issue and name its number in a sentence"),
    ("lorem ", "ipsum", "filler; write what is meant"),
];

pub fn stray_words(path: &str, text: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        for (head, tail, what) in STRAY {
            if line.contains(&format!("{head}{tail}")) {
                wrong.push(format!("{path}:{number}: `{head}{tail}` is {what}"));
            }
        }
    }
    wrong
}

/// Links of documents to files of the repository. `exists` is asked with a path relative to the repository.
pub fn links(path: &str, text: &str, exists: impl Fn(&str) -> bool) -> Vec<String> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut wrong = Vec::new();
    for (at, _) in text.match_indices("](") {
        let target = text[at + 2..].split(')').next().unwrap_or_default();
        let file = target.split('#').next().unwrap_or_default();
        if file.is_empty() || file.contains("://") || file.starts_with("mailto:") {
            continue;
        }
        let from_root = joined(folder, file);
        if !exists(&from_root) {
            wrong.push(format!("{path}: links to {from_root}, which is not there; mend the link or add the file"));
        }
    }
    wrong
}

fn joined(folder: &str, file: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in file.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part);
        }
    }
    parts.join("/")
}

/// The first page stays one that is read.
pub fn readme_length(text: &str) -> Option<String> {
    let lines = text.lines().count();
    (lines > README_LINES)
        .then(|| format!("README.md has {lines} lines, {README_LINES} are allowed; move details to docs/"))
}

/// Every row is a module, every module has a row, and every name in a row is a module of the table.
pub fn table_is_whole(table: &Table, layers: &[&str]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (module, row) in table {
        match row {
            Row::NotThereYet => {}
            Row::MayImport(imports) => {
                if !layers.contains(&module.as_str()) {
                    wrong.push(format!("the import table has a row for `{module}`, which is not in src; remove it, or write `not there yet`"));
                }
                let unknown = imports.iter().filter(|import| !table.contains_key(top(import)));
                wrong.extend(
                    unknown
                        .map(|import| format!("the import table lets `{module}` import `{import}`, which has no row")),
                );
            }
        }
    }
    let without_row = layers.iter().filter(|layer| !table.contains_key(**layer));
    wrong.extend(
        without_row.map(|layer| format!("`{layer}` has no row in the import table of docs/ARCHITECTURE.md; add one")),
    );
    wrong
}

/// The protocol document has every error code with its status, and every limit that `welcome` shows. `codes` and `limits`
/// are the sources that hold the tables.
pub fn protocol_tables(document: &str, codes: &str, limits: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for line in
        codes.lines().skip_while(|line| !line.starts_with("error_codes! {")).skip(1).take_while(|line| *line != "}")
    {
        let Some((_, row)) = line.split_once(" = \"") else { continue };
        let mut parts = row.trim_end_matches(';').split(", ").map(|part| part.trim_matches('"'));
        let (code, status, title) = (parts.next(), parts.next(), parts.next());
        let start = format!("| `{}` | {} | {} |", code.unwrap_or("?"), status.unwrap_or("?"), title.unwrap_or("?"));
        if !document.contains(&start) {
            wrong.push(format!("docs/PROTOCOL.md: the table of error codes needs a row that begins with {start}"));
        }
    }
    let fields =
        limits.lines().skip_while(|line| !line.starts_with("pub struct ShownLimits")).take_while(|line| *line != "}");
    for field in fields.filter_map(|line| line.trim().strip_prefix("pub ")?.split_once(": ").map(|(name, _)| name)) {
        if !document.contains(&format!("| `{field}`: ")) || !document.contains(&format!("\"{field}\": ")) {
            wrong.push(format!(
                "docs/PROTOCOL.md: the limit `{field}` is missing in the table of limits or in `welcome`"
            ));
        }
    }
    wrong
}
