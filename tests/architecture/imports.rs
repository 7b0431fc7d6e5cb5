//! Finds what a file imports, and reads the import table of docs/ARCHITECTURE.md.

use std::collections::{BTreeMap, BTreeSet};

/// A path inside the crate, from its root: `["chat", "turn", "Item"]`.
pub type Path = Vec<String>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    Colons,
    Sign(char),
}

fn tokens(code: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        if length > 0 {
            found.push(Token::Word(&rest[..length]));
            rest = &rest[length..];
        } else if let Some(after) = rest.strip_prefix("::") {
            found.push(Token::Colons);
            rest = after;
        } else {
            if !first.is_whitespace() {
                found.push(Token::Sign(first));
            }
            rest = &rest[first.len_utf8()..];
        }
    }
    found
}

/// Every path into the crate: `use crate::a::{b, c::d}`, `super::super::a::b`, and `crate::a::b` inside code. `module`
/// is the path of the file itself.
pub fn crate_paths(code: &str, module: &[&str]) -> Vec<Path> {
    let tokens = tokens(code);
    let mut found = Vec::new();
    for at in 0..tokens.len() {
        let is_continued = at > 0 && tokens[at - 1] == Token::Colons;
        if is_continued || tokens.get(at + 1) != Some(&Token::Colons) {
            continue;
        }
        match tokens[at] {
            Token::Word("crate") => {
                read_tree(&tokens, at + 2, &Vec::new(), &mut found);
            }
            Token::Word("super") => {
                let (mut from, mut ups) = (at, 0);
                while tokens.get(from) == Some(&Token::Word("super")) && tokens.get(from + 1) == Some(&Token::Colons) {
                    (from, ups) = (from + 2, ups + 1);
                }
                let kept = module.len().saturating_sub(ups);
                let prefix: Path = module[..kept].iter().map(|part| (*part).to_owned()).collect();
                read_tree(&tokens, from, &prefix, &mut found);
            }
            _ => {}
        }
    }
    found
}

/// Reads what follows `::`: a word, a group in braces, or a star. Answers with the place after it.
fn read_tree(tokens: &[Token<'_>], mut at: usize, prefix: &Path, found: &mut Vec<Path>) -> usize {
    let mut path = prefix.clone();
    loop {
        match tokens.get(at) {
            Some(Token::Word(word)) => {
                if *word != "self" {
                    path.push((*word).to_owned());
                }
                at += 1;
                if tokens.get(at) == Some(&Token::Colons) {
                    at += 1;
                    continue;
                }
            }
            Some(Token::Sign('{')) => return read_group(tokens, at + 1, &path, found),
            Some(Token::Sign('*')) => at += 1,
            _ => {}
        }
        if !path.is_empty() {
            found.push(path);
        }
        return at;
    }
}

fn read_group(tokens: &[Token<'_>], mut at: usize, prefix: &Path, found: &mut Vec<Path>) -> usize {
    while let Some(token) = tokens.get(at) {
        match token {
            Token::Sign('}') => return at + 1,
            Token::Word("as") => at += 2,
            Token::Word(_) | Token::Sign('*' | '{') => at = read_tree(tokens, at, prefix, found),
            _ => at += 1,
        }
    }
    at
}

/// True when the code names this library: `sqlx::query`, `use sqlx;`, `extern crate sqlx`.
pub fn uses_library(code: &str, library: &str) -> bool {
    let tokens = tokens(code);
    (0..tokens.len()).any(|at| {
        if tokens[at] != Token::Word(library) {
            return false;
        }
        let before = at.checked_sub(1).map(|before| tokens[before]);
        // `::sqlx::query` names the library too, `a::sqlx::b` does not.
        let parent = at.checked_sub(2).map(|parent| tokens[parent]);
        let is_inside = before == Some(Token::Colons) && matches!(parent, Some(Token::Word(word)) if word != "use");
        let is_path = tokens.get(at + 1) == Some(&Token::Colons);
        let is_imported = matches!(before, Some(Token::Word("use" | "crate")));
        !is_inside && (is_path || is_imported)
    })
}

/// True when the code makes something an actor, or lets one handle a message.
pub fn has_actor(code: &str) -> bool {
    tokens(code).windows(2).any(|pair| pair == [Token::Word("Actor"), Token::Word("for")])
}

/// True when the code calls a function of this name.
pub fn calls(code: &str, function: &str) -> bool {
    tokens(code).windows(2).any(|pair| pair == [Token::Word(function), Token::Sign('(')])
}

/// What a row of the table allows.
#[derive(Debug, PartialEq, Eq)]
pub enum Row {
    /// The module may import these: `config`, or only a part of one, `gateways::websocket`.
    MayImport(BTreeSet<String>),
    /// The module is planned.
    NotThereYet,
}

/// The import table, by module.
pub type Table = BTreeMap<String, Row>;

/// Reads the table under the line `| module | may import |`.
pub fn read_table(document: &str) -> Result<Table, String> {
    let mut lines = document.lines().skip_while(|line| squeezed(line) != "|module|mayimport|");
    lines.next().ok_or("docs/ARCHITECTURE.md has no table that begins with `| module | may import |`")?;
    let mut table = Table::new();
    for line in lines.skip(1).take_while(|line| line.trim_start().starts_with('|')) {
        let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
        let [module, imports] = cells[..] else { return Err(format!("this row needs two cells: {line}")) };
        let row = match imports {
            "not there yet" => Row::NotThereYet,
            "nothing" => Row::MayImport(BTreeSet::new()),
            names => Row::MayImport(names.split(',').map(|name| name.trim().to_owned()).collect()),
        };
        if table.insert(module.to_owned(), row).is_some() {
            return Err(format!("`{module}` has two rows; keep one"));
        }
    }
    Ok(table)
}

fn squeezed(line: &str) -> String {
    line.chars().filter(|c| !c.is_whitespace()).collect()
}

/// A way round the table that ends where it began, if there is one.
pub fn cycle(table: &Table) -> Option<Vec<String>> {
    fn visit(table: &Table, module: &str, way: &mut Vec<String>, done: &mut BTreeSet<String>) -> Option<Vec<String>> {
        if let Some(at) = way.iter().position(|other| other == module) {
            return Some(way[at..].iter().cloned().chain([module.to_owned()]).collect());
        }
        if !done.insert(module.to_owned()) {
            return None;
        }
        way.push(module.to_owned());
        if let Some(Row::MayImport(imports)) = table.get(module) {
            for import in imports {
                let found = visit(table, top(import), way, done);
                if found.is_some() {
                    return found;
                }
            }
        }
        way.pop();
        None
    }
    let mut done = BTreeSet::new();
    table.keys().find_map(|module| visit(table, module, &mut Vec::new(), &mut done))
}

/// `gateways` of `gateways::websocket`.
pub fn top(path: &str) -> &str {
    path.split("::").next().unwrap_or(path)
}
