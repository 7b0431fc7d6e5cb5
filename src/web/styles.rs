//! All styles as one file: `css/all.css`. There is one source file for each component and no build step; but two dozen
//! requests, each with its headers, would cost a first visit more than the styles themselves.

use super::static_files::Files;

/// The address below the prefix.
pub const NAME: &str = "css/all.css";

/// These come first, in this order: components add to them.
const FIRST: [&str; 5] = [
    "css/tokens.css",
    "css/base.css",
    "css/components/button.css",
    "css/components/form.css",
    "css/components/avatar.css",
];

/// The names of all style sheets, in the order of the cascade.
#[must_use]
pub fn names() -> Vec<String> {
    let mut others: Vec<String> = Files::iter().map(std::borrow::Cow::into_owned).collect();
    others.retain(|name| name.starts_with("css/") && !FIRST.contains(&name.as_str()));
    others.sort_unstable();
    FIRST.iter().map(|name| (*name).to_owned()).chain(others).collect()
}

/// All of them, one after the other.
#[must_use]
pub fn sheet() -> String {
    let files = names().into_iter().filter_map(|name| Files::get(&name));
    let all = files.map(|file| String::from_utf8_lossy(&file.data).into_owned()).collect::<Vec<_>>().join("\n");
    // Components lie one folder deeper than the file that holds them all.
    all.replace("../../", "../")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_style_is_in_it_once_and_what_others_build_on_comes_first() {
        let (names, sheet) = (names(), sheet());
        assert_eq!(names[..2], ["css/tokens.css", "css/base.css"]);
        assert!(names.len() > 20, "{names:?}");
        for name in &names {
            let file = Files::get(name).unwrap_or_else(|| panic!("{name} is not there"));
            let text = String::from_utf8_lossy(&file.data).into_owned();
            assert_eq!(sheet.matches(text.trim().replace("../../", "../").as_str()).count(), 1, "{name}");
        }
    }

    #[test]
    fn no_style_depends_on_where_it_stands() {
        let sheet = sheet();
        assert!(!sheet.contains("@import"), "one more request, and only allowed at the beginning");
        let addresses = sheet.split("url(").skip(1).map(|rest| rest.trim_start_matches(['"', '\'']));
        for address in addresses {
            let path = address.split(['"', '\'', ')']).next().unwrap_or_default();
            let is_there = path.strip_prefix("../").is_some_and(|path| Files::get(path).is_some());
            assert!(is_there || path.starts_with("data:"), "{path} is not there, seen from `css/all.css`");
        }
    }
}
