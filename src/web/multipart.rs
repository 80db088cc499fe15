//! Forms that carry files (RFC 7578): the parts of a body, byte for byte.

use super::failure::Failure;

/// One control of the form.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part<'a> {
    pub(super) name: String,
    /// A file was to be chosen here. Browsers send an empty part where none was.
    pub(super) file: bool,
    pub(super) data: &'a [u8],
}

/// The boundary that a content type names; `None` for another type.
pub(super) fn boundary(content_type: &str) -> Option<&str> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let boundary = parameters.split(';').find_map(|p| p.trim().strip_prefix("boundary="))?;
    Some(boundary.trim_matches('"')).filter(|b| !b.is_empty() && b.len() <= 70)
}

/// The parts of `body`, in their order.
pub(super) fn parts<'a>(boundary: &str, body: &'a [u8]) -> Result<Vec<Part<'a>>, Failure> {
    let broken = || Failure::BadForm("the form did not arrive whole; send it again".to_owned());
    let first = format!("--{boundary}");
    let next = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(first.as_bytes()).ok_or_else(broken)?;
    let mut parts = vec![];
    loop {
        if rest.starts_with(b"--") {
            return Ok(parts);
        }
        let (head, behind) = split(rest.strip_prefix(b"\r\n").ok_or_else(broken)?, b"\r\n\r\n").ok_or_else(broken)?;
        let (data, behind) = split(behind, next.as_bytes()).ok_or_else(broken)?;
        let head = str::from_utf8(head).map_err(|_binary| broken())?;
        let (name, file) = disposition(head).ok_or_else(broken)?;
        parts.push(Part { name, file, data });
        rest = behind;
    }
}

/// What stands before and behind the first `needle`.
fn split<'a>(text: &'a [u8], needle: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = text.windows(needle.len()).position(|window| window == needle)?;
    Some((text.get(..at)?, text.get(at + needle.len()..)?))
}

/// The control's name, and whether it is one for files.
fn disposition(head: &str) -> Option<(String, bool)> {
    let line = head.split("\r\n").find(|l| l.to_ascii_lowercase().starts_with("content-disposition:"))?;
    let quoted = |key: &str| {
        let (_, value) = line.split_once(&format!("; {key}=\""))?;
        value.split_once('"').map(|(value, _)| value.to_owned())
    };
    Some((quoted("name")?, quoted("filename").is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_a_file_come_through_as_they_are() {
        let body = b"--xx\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nabc\r\n--xx\r\nContent-Disposition: form-data; \
                     name=\"file\"; filename=\"k\"\r\nContent-Type: application/octet-stream\r\n\r\n\x00\xff\r\n--x\r\n\n\r\n--xx--\r\n";
        let found = parts(boundary("multipart/form-data; boundary=xx").unwrap(), body).unwrap();
        let expected = [("csrf", false, &b"abc"[..]), ("file", true, &b"\x00\xff\r\n--x\r\n\n"[..])];
        assert_eq!(found, expected.map(|(name, file, data)| Part { name: name.to_owned(), file, data }));
    }

    #[test]
    fn what_is_cut_off_or_no_form_is_refused() {
        let whole = b"--xx\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--xx--\r\n";
        for end in 0..whole.len() - 4 {
            assert!(parts("xx", &whole[..end]).is_err(), "{end}");
        }
        assert!(parts("xx", b"--xx\r\nContent-Type: text/plain\r\n\r\n1\r\n--xx--").is_err(), "a part without a name");
        for other in ["text/plain; boundary=xx", "multipart/form-data", "multipart/form-data; boundary="] {
            assert_eq!(boundary(other), None, "{other}");
        }
        assert_eq!(boundary("Multipart/Form-Data; charset=utf-8; boundary=\"a b\""), Some("a b"));
    }
}
