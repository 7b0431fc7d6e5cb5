//! Lays flags over variables over the file over defaults, and hands out each value with the place it came from.
//! Called by `Config::load` only; the sections read their values here.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use ::config::{ConfigBuilder, FileFormat, Map, Source, Value, ValueKind, builder::DefaultState};

use super::error::{ConfigError, Origin};
use super::masking::shown_value;
use super::nearest::nearest;
use super::setting::{
    Allowed, FILE_NAME, FILE_VARIABLE, OTHER_VARIABLES, Preset, SETTINGS, Secrecy, Setting, VARIABLE_PREFIX, setting,
};

/// One value and where it came from.
#[derive(Debug, Clone)]
pub(super) struct Given {
    pub(super) setting: &'static Setting,
    pub(super) text: String,
    pub(super) origin: Origin,
}

/// All values that are set, by name.
pub(super) struct Values(HashMap<&'static str, Given>);

/// The variables that concern the server. Values that are no UTF-8 are read as well as possible and fail later, by name.
pub fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
        .filter(|(name, _)| name.starts_with(VARIABLE_PREFIX) || name == RUST_LOG)
}

const RUST_LOG: &str = "RUST_LOG";
const FILE_FLAG: &str = "config";

/// One layer: values of one kind of place, each under the name of its setting.
#[derive(Debug, Clone, Default)]
struct Layer {
    values: Vec<(&'static Setting, ValueKind, Origin)>,
}

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, ::config::ConfigError> {
        let value = |kind: &ValueKind, origin: &Origin| Value::new(Some(&write_origin(origin)), kind.clone());
        Ok(self.values.iter().map(|(setting, kind, origin)| (setting.name.to_owned(), value(kind, origin))).collect())
    }
}

/// Reads and layers everything.
pub(super) fn collect(
    flags: impl IntoIterator<Item = (String, String)>,
    vars: impl IntoIterator<Item = (String, String)>,
    working_dir: &Path,
) -> Result<Values, ConfigError> {
    let (flags, named_by_flag) = flag_layer(flags)?;
    let (vars, named_by_variable) = variable_layer(vars, working_dir)?;
    let file = file_layer(named_by_flag.or(named_by_variable), working_dir)?;
    lay([defaults(), file, vars, flags])
}

/// The values of a server that nobody has set anything for.
pub(super) fn defaults_only() -> Result<Values, ConfigError> {
    lay([defaults()])
}

/// Lays each layer over those before it.
fn lay(layers: impl IntoIterator<Item = Layer>) -> Result<Values, ConfigError> {
    let mut builder = ConfigBuilder::<DefaultState>::default();
    for layer in layers {
        builder = builder.add_source(layer);
    }
    let layered = builder.build().expect("a layer is a map in memory and its keys are plain words");
    let table = layered.cache.into_table().expect("layers of tables make a table");
    let mut values = HashMap::new();
    for (name, value) in sorted(table) {
        let setting = setting(&name).expect("every layer checks its names against the table of settings");
        let origin = value.origin().map_or(Origin::Default, read_origin);
        if let Some(given) = given(setting, &value.kind, origin)? {
            values.insert(setting.name, given);
        }
    }
    Ok(Values(values))
}

fn defaults() -> Layer {
    let kind = |setting: &Setting| match setting.preset {
        Preset::Value(text) => Some(ValueKind::from(text)),
        Preset::Computed { value, .. } => Some(ValueKind::from(value())),
        Preset::Unset { .. } => None,
    };
    Layer { values: SETTINGS.iter().filter_map(|s| Some((s, kind(s)?, Origin::Default))).collect() }
}

type NamedFile = Option<(PathBuf, Origin)>;

fn flag_layer(flags: impl IntoIterator<Item = (String, String)>) -> Result<(Layer, NamedFile), ConfigError> {
    let (mut layer, mut file) = (Layer::default(), None);
    for (name, text) in flags {
        let name = name.trim_start_matches('-').replace('-', "_");
        let origin = Origin::Flag(format!("--{}", name.replace('_', "-")));
        if name == FILE_FLAG {
            file = Some((PathBuf::from(text), origin));
        } else {
            layer.values.push((known(&name, &origin)?, text.into(), origin));
        }
    }
    Ok((layer, file))
}

/// An empty variable counts as one that is not set: compose files write them so.
fn variable_layer(
    vars: impl IntoIterator<Item = (String, String)>,
    working_dir: &Path,
) -> Result<(Layer, NamedFile), ConfigError> {
    let (mut layer, mut file) = (Layer::default(), None);
    for (variable, text) in vars {
        let origin = Origin::Variable(variable.clone());
        if variable == FILE_VARIABLE && !text.is_empty() {
            file = Some((PathBuf::from(text), origin));
        } else if variable == RUST_LOG && !text.is_empty() {
            // Below `PARLOR_LOG`, wherever that stands in the environment: of two values the later one counts.
            layer.values.insert(0, (known("log", &origin)?, text.into(), origin));
        } else if let Some(name) = variable.strip_prefix(VARIABLE_PREFIX)
            && !OTHER_VARIABLES.contains(&variable.as_str())
        {
            let secret_of_file = secret_of_file(&variable);
            let setting = match secret_of_file {
                Some(setting) => setting,
                None => known_variable(&variable, name, &origin)?,
            };
            if text.is_empty() {
                continue;
            }
            if setting.secrecy != Secrecy::Open && layer.values.iter().any(|(other, ..)| other.name == setting.name) {
                return Err(ConfigError::GivenTwice { name: setting.name, variable: setting.variable() });
            }
            match secret_of_file {
                Some(_) => layer.values.push(from_file(setting, &text, origin, working_dir)?),
                None => layer.values.push((setting, text.into(), origin)),
            }
        }
    }
    Ok((layer, file))
}

/// The setting whose secret lies in a file that this variable names: `PARLOR_ADMIN_PASSWORD_FILE`.
fn secret_of_file(variable: &str) -> Option<&'static Setting> {
    let name = variable.strip_suffix("_FILE")?;
    SETTINGS.iter().find(|setting| setting.secrecy != Secrecy::Open && setting.variable() == name)
}

/// Editors put a line break behind the last line; it is not part of the secret.
fn from_file(
    setting: &'static Setting,
    path: &str,
    origin: Origin,
    working_dir: &Path,
) -> Result<(&'static Setting, ValueKind, Origin), ConfigError> {
    let path = PathBuf::from(path);
    match std::fs::read_to_string(working_dir.join(&path)) {
        Ok(text) => Ok((setting, text.trim_end_matches(['\r', '\n']).into(), Origin::File(path))),
        Err(error) => Err(ConfigError::Unreadable { path, origin: Some(origin), reason: error.to_string() }),
    }
}

fn file_layer(named: NamedFile, working_dir: &Path) -> Result<Layer, ConfigError> {
    let path = named.as_ref().map_or_else(|| PathBuf::from(FILE_NAME), |(path, _)| path.clone());
    let text = match (std::fs::read_to_string(working_dir.join(&path)), named) {
        (Ok(text), _) => text,
        (Err(error), None) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Layer::default()),
        (Err(error), named) => {
            let origin = named.map(|(_, origin)| origin);
            return Err(ConfigError::Unreadable { path, origin, reason: error.to_string() });
        }
    };
    let table = ::config::File::from_str(&text, FileFormat::Toml)
        .collect()
        .map_err(|error| ConfigError::Syntax { path: path.clone(), reason: syntax(&error) })?;
    let mut layer = Layer::default();
    for (name, value) in sorted(table) {
        let origin = Origin::File(path.clone());
        layer.values.push((known(&name, &origin)?, value.kind, origin));
    }
    Ok(layer)
}

/// In the order of their names, so that of two faults the same one is always told.
fn sorted(table: Map<String, Value>) -> Vec<(String, Value)> {
    let mut entries: Vec<_> = table.into_iter().collect();
    entries.sort_by(|left, right| left.0.cmp(&right.0));
    entries
}

/// The first and the last line of the parser's words; those between quote the file, which may hold a password.
fn syntax(error: &::config::ConfigError) -> String {
    let ::config::ConfigError::FileParse { cause, .. } = error else { return "it cannot be parsed".to_owned() };
    let words = cause.to_string();
    let place = words.lines().next().unwrap_or_default().trim_start_matches("TOML parse error at ");
    match words.lines().rfind(|line| !line.trim().is_empty()) {
        Some(fault) if words.lines().count() > 1 => format!("{place}: {fault}"),
        _ => place.to_owned(),
    }
}

fn known(name: &str, origin: &Origin) -> Result<&'static Setting, ConfigError> {
    setting(name).ok_or_else(|| unknown(name, name, origin))
}

fn known_variable(variable: &str, name: &str, origin: &Origin) -> Result<&'static Setting, ConfigError> {
    SETTINGS.iter().find(|setting| setting.variable() == variable).ok_or_else(|| unknown(variable, name, origin))
}

fn unknown(shown: &str, name: &str, origin: &Origin) -> ConfigError {
    let suggestion = nearest(name, SETTINGS.iter().map(|setting| setting.name));
    ConfigError::Unknown { name: shown.to_owned(), origin: origin.clone(), suggestion }
}

/// The value as text. An optional setting that is set to nothing is not set.
fn given(setting: &'static Setting, kind: &ValueKind, origin: Origin) -> Result<Option<Given>, ConfigError> {
    let text = match (kind, setting.allowed) {
        (ValueKind::Boolean(switch), Allowed::Choice(words)) if words.contains(&"on") || words.contains(&"off") => {
            if *switch { "on" } else { "off" }.to_owned()
        }
        (ValueKind::Table(_) | ValueKind::Array(_), _) => {
            return Err(ConfigError::BadValue {
                name: setting.name,
                origin,
                value: None,
                reason: Some("a list or a table where one value belongs".to_owned()),
                allowed: setting.allowed.to_string(),
            });
        }
        (kind, _) => kind.to_string(),
    };
    let text = if matches!(setting.allowed, Allowed::Text(_)) { text } else { text.trim().to_owned() };
    Ok((!(text.is_empty() && setting.is_optional())).then_some(Given { setting, text, origin }))
}

/// The layering crate keeps an origin as text; a letter in front keeps the kinds apart.
fn write_origin(origin: &Origin) -> String {
    match origin {
        Origin::Flag(flag) => format!("f{flag}"),
        Origin::Variable(name) => format!("v{name}"),
        Origin::File(path) => format!("p{}", path.display()),
        Origin::Default => "d".to_owned(),
    }
}

fn read_origin(text: &str) -> Origin {
    match text.split_at_checked(1) {
        Some(("f", flag)) => Origin::Flag(flag.to_owned()),
        Some(("v", name)) => Origin::Variable(name.to_owned()),
        Some(("p", path)) => Origin::File(path.into()),
        _ => Origin::Default,
    }
}

impl Values {
    /// The value of an optional setting.
    pub(super) fn optional(&self, name: &str) -> Option<&Given> {
        self.0.get(name)
    }

    /// The value of a setting with a default.
    pub(super) fn required(&self, name: &str) -> &Given {
        self.0.get(name).expect("a section asks only for settings of the table, and this one has a default")
    }

    /// A number, checked against the table.
    pub(super) fn number<N: TryFrom<u64>>(&self, name: &str) -> Result<N, ConfigError> {
        let given = self.required(name);
        let Allowed::Number(min, max) = given.setting.allowed else { return Err(given.plainly_bad()) };
        let number = given.text.parse().ok().filter(|number| (min..=max).contains(number));
        number.and_then(|number| N::try_from(number).ok()).ok_or_else(|| given.plainly_bad())
    }
}

impl Given {
    /// One of the words of the table, turned into what it stands for.
    pub(super) fn choice<T: Copy>(&self, meanings: &[(&str, T)]) -> Result<T, ConfigError> {
        let found = meanings.iter().find(|(word, _)| *word == self.text);
        found.map(|(_, meaning)| *meaning).ok_or_else(|| self.plainly_bad())
    }

    /// The error for this value where the allowed values say enough.
    pub(super) fn plainly_bad(&self) -> ConfigError {
        self.refused(None)
    }

    /// The error for this value with the reason.
    pub(super) fn bad(&self, reason: impl Into<String>) -> ConfigError {
        self.refused(Some(reason.into()))
    }

    /// The error for this value where another setting has to be set with it.
    pub(super) fn without(&self, missing: &'static str) -> ConfigError {
        ConfigError::Incomplete { name: self.setting.name, origin: self.origin.clone(), missing }
    }

    fn refused(&self, reason: Option<String>) -> ConfigError {
        ConfigError::BadValue {
            name: self.setting.name,
            origin: self.origin.clone(),
            value: shown_value(self.setting, &self.text),
            reason,
            allowed: self.setting.allowed.to_string(),
        }
    }
}
