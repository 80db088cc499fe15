//! Style sheet, scripts and icons, embedded with the hash of their content in their name.

use actix_web::http::header;
use actix_web::http::header::HeaderValue;
use actix_web::{HttpRequest, HttpResponse};

use crate::web::failure::Failure;
use crate::web::guard::Public;
/// One embedded file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asset {
    /// The name that templates use, such as `app.css`.
    pub name: &'static str,
    /// The path under which it is served. It changes with the content, so it may be kept for ever.
    pub url: &'static str,
    pub raw: &'static [u8],
    /// The same bytes as brotli.
    pub br: &'static [u8],
    /// The same bytes as gzip.
    pub gz: &'static [u8],
    pub content_type: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// The address of a file by its name; empty for a name that is not embedded, as the scripts of a build without them.
pub fn asset(name: &str) -> &'static str {
    ASSETS.iter().find(|asset| asset.name == name).map_or("", |asset| asset.url)
}

/// The file that is served under a path.
pub fn find(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.url == path)
}

/// Serves an embedded file, compressed as the browser likes it.
pub async fn serve(_everybody: Public, request: HttpRequest) -> Result<HttpResponse, Failure> {
    let asset = find(request.path()).ok_or(Failure::NotFound)?;
    let accepted = request.headers().get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let takes = |name: &str| accepted.split(',').any(|one| one.trim().split(';').next() == Some(name));
    let (encoding, bytes) = if takes("br") {
        ("br", asset.br)
    } else if takes("gzip") {
        ("gzip", asset.gz)
    } else {
        ("identity", asset.raw)
    };
    let mut response = HttpResponse::Ok()
        .content_type(asset.content_type)
        .insert_header((header::CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((header::VARY, "Accept-Encoding"))
        .body(bytes);
    response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_asset_is_found_by_its_address_and_compressed() {
        for asset in ASSETS {
            assert_eq!(find(super::asset(asset.name)), Some(asset));
            assert!(asset.br.len() < asset.raw.len() && asset.gz.len() < asset.raw.len(), "{}", asset.name);
        }
        assert_eq!(find("/static/app.css"), None);
    }

    #[test]
    fn style_and_scripts_stay_within_their_budget() {
        let weight =
            |ending: &str| ASSETS.iter().filter(|asset| asset.name.ends_with(ending)).map(|asset| asset.br.len()).sum::<usize>();
        assert!(weight(".css") <= 10_000, "style sheet: {} bytes", weight(".css"));
        assert!(weight(".js") <= 18_000, "scripts: {} bytes", weight(".js"));
    }
}
