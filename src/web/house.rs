//! `/house.css`: the accent colour that the owner has chosen. It is a file of its own, because pages have no inline styles.

use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::{Data, ServiceConfig, resource};

use super::methods::read;
use super::state::WebState;

/// Its route.
pub fn configure(config: &mut ServiceConfig) {
    config.service(resource("/house.css").route(read().to(accent)));
}

/// GET `/house.css`; nothing is there while nobody has chosen a colour. The address carries the colour, so that browsers may
/// keep the answer.
async fn accent(state: Data<WebState>) -> HttpResponse {
    let house = state.auth.house();
    if house.accent.is_empty() {
        return HttpResponse::NotFound().finish();
    }
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "public, max-age=86400"))
        .content_type("text/css; charset=utf-8")
        .body(sheet(&house.accent))
}

/// Only the hue is the owner's, and the strength up to a bound: lightness stays that of the built-in accent, so that text and
/// buttons can be read whatever was chosen.
fn sheet(accent: &str) -> String {
    let shade = |lightness: &str, strength: &str| format!("oklch(from {accent} {lightness} min(c, {strength}) h)");
    let role = |name: &str, light: (&str, &str), dark: (&str, &str)| {
        format!("  --raw-{name}: light-dark({}, {});\n", shade(light.0, light.1), shade(dark.0, dark.1))
    };
    let roles = [
        role("accent", ("0.5", "0.14"), ("0.74", "0.13")),
        role("accent-strong", ("0.44", "0.13"), ("0.79", "0.12")),
        role("accent-wash", ("0.955", "0.02"), ("0.25", "0.035")),
    ];
    format!(":root {{\n{}}}\n", roles.concat())
}

#[cfg(test)]
mod tests {
    use super::sheet;

    #[test]
    fn only_hue_and_strength_are_the_owners() {
        let sheet = sheet("#ffee00");
        assert!(sheet.contains("--raw-accent: light-dark(oklch(from #ffee00 0.5 min(c, 0.14) h), "), "{sheet}");
        assert_eq!(sheet.matches("#ffee00").count(), 6);
    }
}
