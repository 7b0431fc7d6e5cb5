//! `parlor.example.toml`, made from the table of settings.

use std::fmt::Write;

use super::setting::{FILE_NAME, Preset, SETTINGS, Setting};
use super::shown::literal;

/// The text of `parlor.example.toml`: every setting with its help, commented out.
#[must_use]
pub fn example_toml() -> String {
    let mut text = format!(
        "# Every setting of Parlor. Copy this file to {FILE_NAME} in the working directory, or name it with --config or\n\
         # PARLOR_CONFIG. Each key is also a flag (rate_limits: --rate-limits) and a variable (PARLOR_RATE_LIMITS);\n\
         # a flag wins over a variable, a variable over this file. `parlor config` shows what is in force. A secret may lie in a\n\
         # file of its own, named by its variable with _FILE behind it: PARLOR_ADMIN_PASSWORD_FILE.\n"
    );
    let mut section = None;
    for setting in SETTINGS {
        if section != Some(setting.section) {
            section = Some(setting.section);
            let _ = write!(text, "\n\n# ---- {} ----\n", setting.section);
        }
        entry(&mut text, setting);
    }
    text
}

/// Writing into a String cannot fail, so results are dropped.
fn entry(text: &mut String, setting: &Setting) {
    let value = match setting.preset {
        Preset::Value(value) => value,
        Preset::Computed { example, .. } | Preset::Unset { example, .. } => example,
    };
    let _ = writeln!(text, "\n# {}", setting.help);
    let _ = writeln!(text, "# Allowed: {}.", setting.allowed);
    let _ = writeln!(text, "# Default: {}.", setting.default_text());
    let _ = writeln!(text, "#{} = {}", setting.name, literal(setting, value));
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;

    #[test]
    fn the_example_file_is_up_to_date() {
        let committed = include_str!("../../parlor.example.toml");

        assert!(
            committed == example_toml(),
            "parlor.example.toml is out of date; make it anew with `parlor config --example > parlor.example.toml`"
        );
    }

    #[test]
    fn the_example_file_is_good_with_every_setting_switched_on() {
        let folder = tempfile::tempdir().unwrap();
        // A certificate comes from files or from an authority, not from both.
        let is_alternative = |line: &str| line.trim_start_matches('#').starts_with("acme_");
        let example = example_toml();
        let left_out = example.lines().filter(|line| is_alternative(line)).count();
        let switched_on: String = example
            .lines()
            .filter(|line| !is_alternative(line))
            .map(|line| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line))
            .fold(String::new(), |text, line| text + line + "\n");
        std::fs::write(folder.path().join(FILE_NAME), switched_on).unwrap();

        let config = Config::load([], [], folder.path()).unwrap();

        assert_eq!(config.shown().matches("# the file parlor.toml").count(), SETTINGS.len() - left_out);
        assert!(left_out > 0, "otherwise this says nothing");
    }
}
