//! What makes a browser offer to install Parlor, and what runs while no page is open: the manifest and the service worker.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{Data, ServiceConfig, resource};
use serde_json::json;

use super::methods::read;
use super::state::WebState;
use super::static_files;

/// Both addresses stay the same for ever: a browser asks for them anew, and finds new content after an update.
const ASK_FIRST: (actix_web::http::header::HeaderName, &str) = (CACHE_CONTROL, "no-cache");

/// Their routes.
pub fn configure(config: &mut ServiceConfig) {
    config
        .service(resource("/manifest.webmanifest").route(read().to(manifest)))
        .service(resource("/sw.js").route(read().to(worker)));
}

/// GET `/manifest.webmanifest` (W3C Web Application Manifest).
async fn manifest(state: Data<WebState>) -> HttpResponse {
    let name = state.auth.server_name();
    let icon = |file: &str, size: &str, kind: &str, purpose: &str| json!({ "src": format!("{}/icons/{file}", state.renderer.assets()), "sizes": size, "type": kind, "purpose": purpose });
    let body = json!({
        "id": "/",
        "name": name,
        "short_name": name,
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#fdfcfa",
        "theme_color": "#fdfcfa",
        "categories": ["social", "productivity"],
        "icons": [
            icon("icon.svg", "any", "image/svg+xml", "any"),
            icon("icon-192.png", "192x192", "image/png", "any"),
            icon("icon-512.png", "512x512", "image/png", "any"),
            icon("maskable-512.png", "512x512", "image/png", "maskable"),
        ],
    });
    HttpResponse::Ok()
        .insert_header(ASK_FIRST)
        .insert_header((CONTENT_TYPE, "application/manifest+json"))
        .body(body.to_string())
}

/// GET `/sw.js`: one line about this version, then the scripts. The version is a part of the script, so that a browser sees
/// with its first byte-by-byte comparison that there is another one.
async fn worker(state: Data<WebState>) -> HttpResponse {
    let assets = state.renderer.assets();
    let version = assets.rsplit_once("/v-").map_or("", |(_, version)| version);
    let about = json!({ "version": version, "assets": assets, "files": static_files::shell_files() });
    let script = format!("self.PARLOR = {about};\n{}", static_files::worker_source());
    HttpResponse::Ok().insert_header(ASK_FIRST).content_type("text/javascript; charset=utf-8").body(script)
}
