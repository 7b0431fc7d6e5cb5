//! The settings as flags of the command line. They are read as plain text: `Config::load` checks all values alike,
//! wherever they come from.

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches};

use super::setting::{Allowed, FILE_NAME, FILE_VARIABLE, SETTINGS, Setting};

const FILE_FLAG: &str = "config";

/// A flag for each setting, and `--config` for the file.
#[must_use]
pub fn clap_args() -> Vec<Arg> {
    let file = Arg::new(FILE_FLAG).long(FILE_FLAG).value_name("PATH").help(format!(
        "The file of settings [variable: {FILE_VARIABLE}] [default: {FILE_NAME} in the working directory, if it is there]"
    ));
    std::iter::once(file).chain(SETTINGS.iter().map(arg)).collect()
}

/// The flags that were given, as names and values for `Config::load`.
#[must_use]
pub fn given_flags(matches: &ArgMatches) -> Vec<(String, String)> {
    let given = |name: &'static str| {
        let value = matches.try_get_one::<String>(name).ok().flatten()?;
        let source = matches.value_source(name);
        (source == Some(ValueSource::CommandLine)).then(|| (name.to_owned(), value.clone()))
    };
    std::iter::once(FILE_FLAG).chain(SETTINGS.iter().map(|setting| setting.name)).filter_map(given).collect()
}

fn arg(setting: &'static Setting) -> Arg {
    let help = format!(
        "{} Give {} [variable: {}] [default: {}]",
        setting.help,
        setting.allowed,
        setting.variable(),
        setting.default_text()
    );
    Arg::new(setting.name)
        .long(setting.name.replace('_', "-"))
        .value_name(value_name(setting))
        .help(help)
        .help_heading(setting.section.to_string())
        .allow_hyphen_values(matches!(setting.allowed, Allowed::Number(..)))
}

fn value_name(setting: &Setting) -> String {
    match setting.allowed {
        Allowed::Number(..) => "N".to_owned(),
        Allowed::Choice(words) => words.join("|"),
        Allowed::Text(_) => setting.name.rsplit('_').next().unwrap_or(setting.name).to_uppercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_that_were_given_are_handed_on_as_text_and_others_are_not() {
        let command = clap::Command::new("parlor").args(clap_args());
        command.clone().debug_assert();

        let matches =
            command.try_get_matches_from(["parlor", "--rate-limits", "off", "--workers", "-1", "--config=x"]).unwrap();

        let text = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(given_flags(&matches), [text("config", "x"), text("workers", "-1"), text("rate_limits", "off")]);
    }
}
