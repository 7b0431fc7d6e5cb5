//! Colours: those of the pages (static/css/tokens.css), as far as the terminal can show them. People's words are the
//! brightest thing, one accent leads, everything else is quiet.

use ratatui::style::{Color, Modifier, Style};

/// What somebody chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ThemeChoice {
    /// What the terminal says of its background; its own colours stay.
    #[default]
    Auto,
    /// Dark on light, painted.
    Light,
    /// Light on dark, painted.
    Dark,
}

impl ThemeChoice {
    /// Reads a name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "auto" => Some(Self::Auto),
            "light" => Some(Self::Light),
            "dark" => Some(Self::Dark),
            _ => None,
        }
    }

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// How many colours a terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// None, or somebody wants none (`NO_COLOR`, <https://no-color.org>).
    None,
    /// The sixteen names.
    Sixteen,
    /// A cube of six by six by six, and grey.
    Indexed,
    /// Red, green and blue, eight bits each.
    True,
}

/// What the environment says of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abilities {
    /// How many colours.
    pub depth: Depth,
    /// Whether its ground is light, as far as it says so (`COLORFGBG`).
    pub is_light: Option<bool>,
}

impl Abilities {
    /// Reads the variables.
    #[must_use]
    pub fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let value = |name: &str| variable(name).unwrap_or_default();
        let (term, color_term) = (value("TERM"), value("COLORTERM"));
        // What DEC built, and what is like it, has one colour.
        let is_plain = term == "dumb" || term.starts_with("vt");
        let depth = if !value("NO_COLOR").is_empty() || is_plain {
            Depth::None
        } else if matches!(color_term.as_str(), "truecolor" | "24bit") || term.ends_with("-direct") {
            Depth::True
        } else if term.contains("256color") || !color_term.is_empty() {
            Depth::Indexed
        } else {
            Depth::Sixteen
        };
        // `15;0`, or with a word between: the last one is the background.
        let background = value("COLORFGBG").rsplit(';').next().and_then(|number| number.parse::<u8>().ok());
        Self { depth, is_light: background.map(|number| matches!(number, 7 | 9..=15)) }
    }
}

/// Lightness, chroma and hue of OKLCH.
type Lch = (f32, f32, f32);

/// The styles of one look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    depth: Depth,
    is_light: bool,
    is_painted: bool,
}

impl Theme {
    /// The look that somebody chose, on a terminal that can do this.
    #[must_use]
    pub fn new(choice: ThemeChoice, abilities: Abilities) -> Self {
        let is_light = match choice {
            ThemeChoice::Auto => abilities.is_light.unwrap_or(false),
            ThemeChoice::Light => true,
            ThemeChoice::Dark => false,
        };
        // The sixteen colours are the terminal's own: who knows what its white looks like.
        let is_painted = choice != ThemeChoice::Auto && matches!(abilities.depth, Depth::Indexed | Depth::True);
        Self { depth: abilities.depth, is_light, is_painted }
    }

    /// The ground everything stands on.
    #[must_use]
    pub fn ground(self) -> Style {
        if !self.is_painted {
            return Style::new();
        }
        let (ground, ink) = (self.color((0.99, 0.004, 85.0), (0.18, 0.005, 85.0)), self.ink());
        Style::new().bg(ground).fg(ink)
    }

    /// People's words.
    #[must_use]
    pub fn text(self) -> Style {
        if self.is_painted { Style::new().fg(self.ink()) } else { Style::new() }
    }

    /// What steps back: times, counts, hints.
    #[must_use]
    pub fn quiet(self) -> Style {
        match self.depth {
            // What some call bright black is the ground itself with others.
            Depth::None | Depth::Sixteen => Style::new().add_modifier(Modifier::DIM),
            _ => Style::new().fg(self.color((0.52, 0.01, 85.0), (0.68, 0.01, 85.0))),
        }
    }

    /// Lines between things.
    #[must_use]
    pub fn rule(self) -> Style {
        match self.depth {
            Depth::None => Style::new().add_modifier(Modifier::DIM),
            Depth::Sixteen => Style::new().fg(Color::DarkGray),
            _ => Style::new().fg(self.color((0.88, 0.008, 85.0), (0.34, 0.008, 85.0))),
        }
    }

    /// The one accent: links, what is new, what is chosen.
    #[must_use]
    pub fn accent(self) -> Style {
        match self.depth {
            Depth::None => Style::new().add_modifier(Modifier::BOLD),
            Depth::Sixteen if self.is_light => Style::new().fg(Color::Blue),
            Depth::Sixteen => Style::new().fg(Color::LightBlue),
            _ => Style::new().fg(self.color((0.52, 0.14, 255.0), (0.72, 0.14, 255.0))),
        }
    }

    /// What went wrong, and what destroys.
    #[must_use]
    pub fn danger(self) -> Style {
        match self.depth {
            Depth::None => Style::new().add_modifier(Modifier::BOLD),
            Depth::Sixteen if self.is_light => Style::new().fg(Color::Red),
            Depth::Sixteen => Style::new().fg(Color::LightRed),
            // The nearest of the 256 is brown, as a warning is.
            Depth::Indexed if self.is_light => Style::new().fg(Color::Indexed(124)),
            _ => Style::new().fg(self.color((0.52, 0.17, 27.0), (0.72, 0.15, 25.0))),
        }
    }

    /// There is no connection.
    #[must_use]
    pub fn warning(self) -> Style {
        match self.depth {
            Depth::None => Style::new().add_modifier(Modifier::BOLD),
            // Yellow on white cannot be read.
            Depth::Sixteen if self.is_light => Style::new().fg(Color::Magenta),
            Depth::Sixteen => Style::new().fg(Color::Yellow),
            _ => Style::new().fg(self.color((0.5, 0.11, 65.0), (0.8, 0.12, 80.0))),
        }
    }

    /// Somebody is here.
    #[must_use]
    pub fn present(self) -> Style {
        match self.depth {
            Depth::None => Style::new(),
            Depth::Sixteen => Style::new().fg(Color::Green),
            // The nearest of the 256 is grey.
            Depth::Indexed if self.is_light => Style::new().fg(Color::Indexed(22)),
            _ => Style::new().fg(self.color((0.47, 0.1, 150.0), (0.78, 0.1, 150.0))),
        }
    }

    /// Code.
    #[must_use]
    pub fn code(self) -> Style {
        match self.depth {
            Depth::None => Style::new(),
            Depth::Sixteen if self.is_light => Style::new().fg(Color::Magenta),
            Depth::Sixteen => Style::new().fg(Color::Cyan),
            _ => Style::new().fg(self.color((0.47, 0.08, 205.0), (0.79, 0.07, 205.0))),
        }
    }

    /// The row that is chosen.
    #[must_use]
    pub fn chosen(self) -> Style {
        match self.depth {
            Depth::None | Depth::Sixteen => Style::new().add_modifier(Modifier::REVERSED),
            _ => Style::new().bg(self.color((0.92, 0.009, 85.0), (0.265, 0.008, 85.0))),
        }
    }

    /// The name of a person, who has a hue of their own.
    #[must_use]
    pub fn person(self, id: &str) -> Style {
        let style = Style::new().add_modifier(Modifier::BOLD);
        match self.depth {
            Depth::None | Depth::Sixteen => style,
            _ => {
                // FNV-1a, so that people keep their hue.
                let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
                let hash = id.bytes().fold(0xcbf2_9ce4_8422_2325, fold);
                let hue = f32::from(u16::try_from((hash ^ (hash >> 32)) % 360).unwrap_or_default());
                style.fg(self.color((0.48, 0.09, hue), (0.79, 0.09, hue)))
            }
        }
    }

    fn ink(self) -> Color {
        self.color((0.25, 0.01, 85.0), (0.93, 0.006, 85.0))
    }

    fn color(self, light: Lch, dark: Lch) -> Color {
        let (red, green, blue) = srgb(if self.is_light { light } else { dark });
        if self.depth == Depth::True { Color::Rgb(red, green, blue) } else { Color::Indexed(indexed(red, green, blue)) }
    }
}

/// OKLCH as sRGB (CSS Color Module Level 4, section 10).
#[expect(clippy::many_single_char_names, reason = "the names of the standard")]
fn srgb((lightness, chroma, hue): Lch) -> (u8, u8, u8) {
    let (a, b) = (chroma * hue.to_radians().cos(), chroma * hue.to_radians().sin());
    let l = (lightness + 0.396_337_78 * a + 0.215_803_76 * b).powi(3);
    let m = (lightness - 0.105_561_346 * a - 0.063_854_17 * b).powi(3);
    let s = (lightness - 0.089_484_18 * a - 1.291_485_5 * b).powi(3);
    (
        gamma(4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s),
        gamma(-1.268_438 * l + 2.609_757_4 * m - 0.341_319_38 * s),
        gamma(-0.004_196_086_3 * l - 0.703_418_6 * m + 1.707_614_7 * s),
    )
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 0 and 255")]
fn gamma(linear: f32) -> u8 {
    let value = if linear <= 0.003_130_8 { 12.92 * linear } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 };
    (value.clamp(0.0, 1.0) * 255.0).round() as u8
}

/// The nearest of the 256 colours: the cube of 6 by 6 by 6 from 16 on, or the 24 greys from 232 on.
fn indexed(red: u8, green: u8, blue: u8) -> u8 {
    const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let nearest =
        |value: u8| (0..6_u8).min_by_key(|step| STEPS[usize::from(*step)].abs_diff(value)).unwrap_or_default();
    let (r, g, b) = (nearest(red), nearest(green), nearest(blue));
    let far = |(x, y, z): (u8, u8, u8)| {
        let square = |one: u8, other: u8| u32::from(one.abs_diff(other)).pow(2);
        square(x, red) + square(y, green) + square(z, blue)
    };
    let cube = (STEPS[usize::from(r)], STEPS[usize::from(g)], STEPS[usize::from(b)]);
    let grey = (0..24_u8).min_by_key(|step| far((8 + 10 * step, 8 + 10 * step, 8 + 10 * step))).unwrap_or_default();
    let shade = 8 + 10 * grey;
    if far((shade, shade, shade)) < far(cube) { 232 + grey } else { 16 + 36 * r + 6 * g + b }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn abilities(pairs: &[(&str, &str)]) -> Abilities {
        Abilities::of(|name| pairs.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn the_environment_says_what_a_terminal_can_do() {
        let full = abilities(&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("COLORFGBG", "0;15")]);
        assert_eq!(full, Abilities { depth: Depth::True, is_light: Some(true) });
        assert_eq!(abilities(&[("TERM", "screen-256color")]).depth, Depth::Indexed);
        assert_eq!(abilities(&[("TERM", "linux"), ("COLORFGBG", "15;default;0")]).depth, Depth::Sixteen);
        assert_eq!(abilities(&[("COLORFGBG", "15;0")]).is_light, Some(false));
        assert_eq!(abilities(&[("COLORFGBG", "default;default")]).is_light, None, "it is asked for");
        assert_eq!(abilities(&[("TERM", "vt220")]).depth, Depth::None);
        assert_eq!(abilities(&[("TERM", "xterm-256color"), ("NO_COLOR", "1")]).depth, Depth::None);
        assert_eq!(abilities(&[("TERM", "xterm-256color"), ("NO_COLOR", "")]).depth, Depth::Indexed);
    }

    #[test]
    fn without_colours_there_is_none_anywhere() {
        let theme = Theme::new(ThemeChoice::Dark, Abilities { depth: Depth::None, is_light: None });
        let styles = [
            theme.ground(),
            theme.text(),
            theme.quiet(),
            theme.rule(),
            theme.accent(),
            theme.danger(),
            theme.warning(),
            theme.present(),
            theme.code(),
            theme.chosen(),
            theme.person("ann"),
        ];
        assert!(styles.iter().all(|style| style.fg.is_none() && style.bg.is_none()), "{styles:?}");
    }

    /// How much two colours differ (WCAG 2.2, "contrast ratio").
    fn contrast(one: (u8, u8, u8), other: (u8, u8, u8)) -> f32 {
        let linear = |value: u8| {
            let value = f32::from(value) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        let light = |(r, g, b): (u8, u8, u8)| 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
        let (one, other) = (light(one), light(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// What a terminal shows; the sixteen are left out, which are its own.
    fn shown(color: Color) -> (u8, u8, u8) {
        let step = |at: u8| [0, 95, 135, 175, 215, 255][usize::from(at)];
        match color {
            Color::Rgb(r, g, b) => (r, g, b),
            Color::Indexed(grey @ 232..) => (8 + 10 * (grey - 232), 8 + 10 * (grey - 232), 8 + 10 * (grey - 232)),
            Color::Indexed(at @ 16..) => (step((at - 16) / 36), step((at - 16) / 6 % 6), step((at - 16) % 6)),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn everything_can_be_read_on_either_ground_and_on_the_row_that_is_chosen() {
        for (depth, is_light) in
            [(Depth::True, true), (Depth::True, false), (Depth::Indexed, true), (Depth::Indexed, false)]
        {
            let choice = if is_light { ThemeChoice::Light } else { ThemeChoice::Dark };
            let theme = Theme::new(choice, Abilities { depth, is_light: None });
            let people = (0..50).map(|at| theme.person(&format!("person {at}")));
            let named = [theme.text(), theme.quiet(), theme.accent(), theme.danger(), theme.warning(), theme.present()];
            for style in named.into_iter().chain([theme.code()]).chain(people) {
                for ground in [theme.ground(), theme.chosen()] {
                    let ratio = contrast(shown(style.fg.unwrap()), shown(ground.bg.unwrap()));
                    assert!(ratio >= 4.0, "{depth:?} {is_light} {style:?} on {ground:?}: {ratio}");
                }
            }
        }
    }

    #[test]
    fn only_who_chose_gets_a_painted_ground() {
        let abilities = Abilities { depth: Depth::True, is_light: Some(true) };
        assert_eq!(Theme::new(ThemeChoice::Auto, abilities).ground(), Style::new());
        let dark = Theme::new(ThemeChoice::Dark, abilities).ground();
        assert_eq!(dark.bg, Some(Color::Rgb(19, 17, 15)));
    }

    #[test]
    fn colours_are_those_of_the_pages() {
        // As browsers show oklch(0.52 0.14 255), to one step.
        let (red, green, blue) = srgb((0.52, 0.14, 255.0));
        assert!(red.abs_diff(39) <= 1 && green.abs_diff(105) <= 1 && blue.abs_diff(183) <= 1, "{red} {green} {blue}");
        assert_eq!((srgb((1.0, 0.0, 0.0)), srgb((0.0, 0.0, 0.0))), ((255, 255, 255), (0, 0, 0)));
        assert_eq!((indexed(255, 0, 0), indexed(128, 128, 128), indexed(0, 0, 0)), (196, 244, 16));
    }
}
