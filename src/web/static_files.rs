//! Styles, scripts and pictures. A release carries them inside the binary, under an address that changes with their
//! content, so that browsers keep them for a year; a debug build serves the folder as it is. The words of the scripts
//! lie there too, made from `locales/`: `locales/de.js`.

use std::fmt::Write;
use std::sync::OnceLock;

use actix_files::Files as Folder;
use actix_web::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, ContentEncoding, ETag, EntityTag, HeaderValue, IF_NONE_MATCH, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::middleware::DefaultHeaders;
use actix_web::{HttpRequest, HttpResponse, web};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use super::packed::{self, Packed};
use super::styles;
use super::words::catalogue::{self, Catalogue, CatalogueError};
use super::words::language::Language;

use super::emoji_list;

/// A file under its own hash never changes.
pub(super) const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Kept, but asked for every time.
pub(super) const ASK_FIRST: &str = "no-cache";

/// Scripts that run in the service worker only.
const WORKERS: [&str; 2] = ["js/service_worker.js", "js/push_worker.js"];

/// The folder `static`: inside a release, on disk in a debug build.
#[derive(RustEmbed)]
#[folder = "static"]
pub(super) struct Files;

/// What stands before the path of a file: `/static/v-` and a hash of all files, or `/static/v-dev` in a debug build.
#[must_use]
pub fn asset_prefix() -> String {
    format!("/static/v-{}", version())
}

/// The paths of all styles and scripts below the prefix, those of the words too, with the signs of the program: what an
/// installed app keeps.
#[must_use]
pub fn shell_files() -> Vec<String> {
    let is_kept = |name: &str| {
        let is_code = name.starts_with("js/") && !WORKERS.contains(&name);
        is_code || name == "favicon.svg"
    };
    let words = Language::ALL.map(|language| format!("locales/{}.js", language.tag()));
    let mut files: Vec<_> = Files::iter().map(std::borrow::Cow::into_owned).filter(|name| is_kept(name)).collect();
    files.extend(words);
    files.push(styles::NAME.to_owned());
    files.sort_unstable();
    files
}

/// The parts of the service worker, in order; what is not there is left out.
#[must_use]
pub fn worker_source() -> String {
    let parts = WORKERS.iter().filter_map(|name| Files::get(name));
    parts.map(|file| String::from_utf8_lossy(&file.data).into_owned()).collect::<Vec<_>>().join("\n")
}

/// The routes. They need nothing but the server's configuration.
pub fn configure(config: &mut web::ServiceConfig) {
    // Before the folders, which would answer that there is no such file.
    // No address is the present one in a debug build: nothing is kept there.
    let current = if cfg!(debug_assertions) { String::new() } else { version() };
    config.app_data(web::Data::new(Served::new(current))).app_data(web::Data::new(Packed::default()));
    for path in ["/static/v-{version}/locales/{language}.js", "/static/locales/{language}.js"] {
        let resource = web::resource(path).route(web::get().to(words)).route(web::head().to(words));
        config.service(resource);
    }
    for path in ["/static/v-{version}/css/all.css", "/static/css/all.css"] {
        let resource = web::resource(path).route(web::get().to(all_styles)).route(web::head().to(all_styles));
        config.service(resource);
    }
    if cfg!(debug_assertions) {
        let folder = || Folder::new("", concat!(env!("CARGO_MANIFEST_DIR"), "/static"));
        for prefix in ["/static/v-dev", "/static"] {
            let headers = DefaultHeaders::new().add((CACHE_CONTROL, ASK_FIRST));
            config.service(web::scope(prefix).wrap(headers).service(folder()));
        }
    } else {
        release(config);
    }
}

fn release(config: &mut web::ServiceConfig) {
    for path in ["/static/v-{version}/{path:.*}", "/static/{path:.*}"] {
        let resource = web::resource(path).route(web::get().to(embedded)).route(web::head().to(embedded));
        config.service(resource);
    }
}

/// What the handlers hold: the present version, and the words once somebody has asked for them.
struct Served {
    version: String,
    words: OnceLock<Vec<web::Bytes>>,
}

impl Served {
    fn new(version: String) -> Self {
        Self { version, words: OnceLock::new() }
    }

    /// The words of the scripts in a language.
    fn words(&self, language: Language) -> Result<web::Bytes, CatalogueError> {
        // In a debug build they may have changed.
        let known = self.words.get().filter(|_| !cfg!(debug_assertions));
        if let Some(all) = known {
            return Ok(all[language as usize].clone());
        }
        let all: Vec<_> = Catalogue::load_all()?.iter().map(|words| web::Bytes::from(words.script())).collect();
        let script = all[language as usize].clone();
        // Two requests at once read the same.
        let _ = self.words.set(all);
        Ok(script)
    }
}

fn version() -> String {
    if cfg!(debug_assertions) {
        return "dev".to_owned();
    }
    let mut all = Sha256::new();
    add_all::<Files>(&mut all);
    add_all::<catalogue::Files>(&mut all);
    // It has no file, but stands under the same address.
    all.update(emoji_list::json());
    hex(&all.finalize(), 6)
}

fn add_all<F: RustEmbed>(all: &mut Sha256) {
    let mut names: Vec<_> = F::iter().collect();
    names.sort_unstable();
    for name in names {
        if let Some(file) = F::get(&name) {
            all.update(name.as_bytes());
            all.update(file.metadata.sha256_hash());
        }
    }
}

/// The words of the scripts in one language.
async fn words(request: HttpRequest, current: web::Data<Served>) -> HttpResponse {
    let tag = request.match_info().get("language").unwrap_or_default();
    let Some(language) = Language::ALL.into_iter().find(|language| language.tag() == tag) else {
        return HttpResponse::NotFound().finish();
    };
    match current.words(language) {
        Ok(script) => answer(&request, &current, &format!("locales/{tag}.js"), &Sha256::digest(&script), script),
        Err(error) => {
            log::error!("{error}");
            HttpResponse::InternalServerError().finish()
        }
    }
}

/// Every style sheet.
async fn all_styles(request: HttpRequest, current: web::Data<Served>) -> HttpResponse {
    let sheet = styles::sheet();
    let sheet = packed::lean(styles::NAME, &sheet).unwrap_or(sheet);
    answer(&request, &current, styles::NAME, &Sha256::digest(&sheet), sheet.into())
}

/// A file from inside the binary. Names are looked up in a table: there is no path to walk out of.
async fn embedded(request: HttpRequest, current: web::Data<Served>) -> HttpResponse {
    let info = request.match_info();
    let Some((name, file)) = info.get("path").and_then(|name| Files::get(name).map(|file| (name, file))) else {
        return HttpResponse::NotFound().finish();
    };
    let lean = std::str::from_utf8(&file.data).ok().and_then(|text| packed::lean(name, text));
    let bytes = match (lean, file.data) {
        (Some(lean), _) => lean.into(),
        (None, std::borrow::Cow::Borrowed(bytes)) => web::Bytes::from_static(bytes),
        (None, std::borrow::Cow::Owned(bytes)) => bytes.into(),
    };
    answer(&request, &current, name, &file.metadata.sha256_hash(), bytes)
}

fn answer(request: &HttpRequest, current: &Served, name: &str, hash: &[u8], bytes: web::Bytes) -> HttpResponse {
    // After an update, pages of the version before ask for the old address: they get the file, but do not keep it.
    let is_current = request.match_info().get("version") == Some(&*current.version);
    let sign = hex(hash, 16);
    let tag = EntityTag::new_strong(sign.clone());
    let is_known = is_known(request, &tag);
    let mut response = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header(ETag(tag))
        .insert_header((CACHE_CONTROL, if is_current { FOR_EVER } else { ASK_FIRST }))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .content_type(content_type(name));
    // The server itself leaves the body out of answers to HEAD, but not out of 304: there it would be taken for the
    // beginning of the next answer (RFC 9112, section 6.3).
    if is_known {
        return response.finish();
    }
    response.insert_header((VARY, "accept-encoding"));
    let packed = request.app_data::<web::Data<Packed>>().filter(|_| is_text(name) && takes_brotli(request));
    match packed {
        // What is compressed already is left alone on its way out.
        Some(packed) => response.insert_header(ContentEncoding::Brotli).body(packed.brotli(&sign, &bytes)),
        None => response.body(bytes),
    }
}

fn is_text(name: &str) -> bool {
    [".js", ".css", ".svg"].iter().any(|ending| name.ends_with(ending))
}

fn takes_brotli(request: &HttpRequest) -> bool {
    let values = request.headers().get_all(ACCEPT_ENCODING).filter_map(|value| value.to_str().ok());
    let mut codings = values.flat_map(|value| value.split(','));
    codings.any(|coding| {
        matches!(coding.split(';').map(str::trim).collect::<Vec<_>>()[..], ["br"] | ["br", "q=1" | "q=1.0"])
    })
}

fn is_known(request: &HttpRequest, tag: &EntityTag) -> bool {
    let values = request.headers().get_all(IF_NONE_MATCH).filter_map(|value| HeaderValue::to_str(value).ok());
    let mut tags = values.flat_map(|value| value.split(',')).map(str::trim);
    tags.any(|known| known == "*" || known.parse::<EntityTag>().is_ok_and(|known| known.weak_eq(tag)))
}

/// Text is UTF-8 here, and says so.
fn content_type(name: &str) -> String {
    let kind = mime_guess::from_path(name).first_or_octet_stream();
    let is_text = kind.type_() == "text" || kind.subtype() == "javascript" || kind.subtype() == "json";
    if is_text { format!("{}; charset=utf-8", kind.essence_str()) } else { kind.essence_str().to_owned() }
}

/// The first bytes as hexadecimal digits.
pub(super) fn hex(bytes: &[u8], count: usize) -> String {
    bytes.iter().take(count).fold(String::new(), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use actix_web::http::StatusCode;
    use actix_web::test::{TestRequest, call_service, init_service, read_body};
    use actix_web::{App, dev::ServiceResponse};

    use super::*;

    /// What a release answers.
    async fn answer(path: &str, known: Option<&ETag>) -> ServiceResponse {
        let service =
            init_service(App::new().app_data(web::Data::new(Served::new("abc".to_owned()))).configure(release)).await;
        let request = TestRequest::get().uri(path);
        let request = match known {
            Some(tag) => request.insert_header((IF_NONE_MATCH, format!("\"x\", {}", tag.0))),
            None => request,
        };
        call_service(&service, request.to_request()).await
    }

    fn header(response: &ServiceResponse, name: actix_web::http::header::HeaderName) -> &str {
        response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    #[actix_web::test]
    async fn a_file_under_the_present_hash_is_kept_for_a_year() {
        let file = answer("/static/v-abc/css/tokens.css", None).await;
        assert_eq!(file.status(), StatusCode::OK);
        assert_eq!(header(&file, CACHE_CONTROL), FOR_EVER);
        assert_eq!(header(&file, actix_web::http::header::CONTENT_TYPE), "text/css; charset=utf-8");
        for path in ["/static/v-old/css/tokens.css", "/static/css/tokens.css"] {
            let file = answer(path, None).await;
            assert_eq!((file.status(), header(&file, CACHE_CONTROL)), (StatusCode::OK, ASK_FIRST), "{path}");
        }
    }

    #[actix_web::test]
    async fn a_browser_that_has_the_file_is_told_so() {
        let path = "/static/css/tokens.css";
        let tag: EntityTag = header(&answer(path, None).await, actix_web::http::header::ETAG).parse().expect("a tag");
        let known = answer(path, Some(&ETag(tag))).await;
        assert_eq!(known.status(), StatusCode::NOT_MODIFIED);
        assert!(read_body(known).await.is_empty(), "a body would be taken for the next answer");
        let other = ETag(EntityTag::new_strong("other".to_owned()));
        assert_eq!(answer(path, Some(&other)).await.status(), StatusCode::OK);
    }

    #[actix_web::test]
    async fn only_files_of_the_folder_are_there() {
        for path in [
            "/static/",
            "/static/css",
            "/static/none.css",
            "/static/../Cargo.toml",
            "/static/%2e%2e/Cargo.toml",
            "/static/..%2fCargo.toml",
            "/static/v-abc/../../Cargo.toml",
            "/static//etc/passwd",
        ] {
            assert_eq!(answer(path, None).await.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[actix_web::test]
    async fn scripts_are_lean_and_compressed_for_whoever_takes_it() {
        let version = web::Data::new(Served::new("abc".to_owned()));
        let app = App::new().app_data(version).app_data(web::Data::new(Packed::default())).configure(release);
        let service = init_service(app).await;
        for (accepted, encoding) in [("gzip, br", Some("br")), ("gzip, br;q=0", None), ("gzip", None)] {
            let request = TestRequest::get().uri("/static/js/app.js").insert_header((ACCEPT_ENCODING, accepted));
            let file = call_service(&service, request.to_request()).await;
            let header =
                file.headers().get("content-encoding").and_then(|value| value.to_str().ok()).map(str::to_owned);
            assert_eq!(header.as_deref(), encoding, "{accepted}");
            let body = read_body(file).await;
            assert_eq!(body.starts_with(b"import "), encoding.is_none(), "{accepted}");
        }
    }

    #[test]
    fn text_says_that_it_is_utf_8() {
        assert_eq!(content_type("js/app.js"), "text/javascript; charset=utf-8");
        assert_eq!(content_type("favicon.svg"), "image/svg+xml");
    }
}
