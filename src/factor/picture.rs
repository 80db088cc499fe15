use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

/// The text as a QR code: an SVG, black on white with a rim, whatever colours the page has: cameras want it so. `None` if it is too
/// long for one.
pub fn picture(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    Some(code.render::<svg::Color<'_>>().min_dimensions(220, 220).build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_a_small_picture_and_one_without_end_none() {
        let svg = picture("otpauth://totp/Canteen:ana?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Canteen").unwrap();
        assert!(svg.contains("<svg") && svg.len() < 20_000, "{} bytes", svg.len());
        assert!(picture(&"x".repeat(5000)).is_none());
    }
}
