use std::io::Write as _;

use age::Encryptor;
use age::armor::{ArmoredWriter, Format};

use super::Recipient;

/// It could not be encrypted.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    #[error("there is nobody to encrypt it to")]
    Nobody,
    #[error("it could not be encrypted: {0}")]
    Failed(String),
}

/// Encrypts bytes so that each of these recipients can read them with their own identity. Returns armoured text
/// (`-----BEGIN AGE ENCRYPTED FILE-----`), in which nothing stands in clear.
pub fn seal(bytes: &[u8], to: &[Recipient]) -> Result<String, SealError> {
    let failed = |why: &dyn std::fmt::Display| SealError::Failed(why.to_string());
    if to.is_empty() {
        return Err(SealError::Nobody);
    }
    let encryptor = Encryptor::with_recipients(to.iter().map(|one| &one.0 as &dyn age::Recipient)).map_err(|e| failed(&e))?;
    let armour = ArmoredWriter::wrap_output(vec![], Format::AsciiArmor).map_err(|e| failed(&e))?;
    let mut writer = encryptor.wrap_output(armour).map_err(|e| failed(&e))?;
    writer.write_all(bytes).map_err(|e| failed(&e))?;
    let text = writer.finish().and_then(ArmoredWriter::finish).map_err(|e| failed(&e))?;
    String::from_utf8(text).map_err(|e| failed(&e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::escrow::NewIdentity;

    #[test]
    fn each_holder_opens_it_alone_and_nobody_else_does() {
        let keys = [NewIdentity::make(), NewIdentity::make(), NewIdentity::make()];
        let to: Vec<Recipient> = keys.iter().take(2).map(|key| key.recipient().clone()).collect();
        let long = vec![7; 70_000];
        for secret in [&b"seven quiet otters"[..], b"", b"\0\xff\r\n", &long] {
            let sealed = seal(secret, &to).unwrap();
            assert!(sealed.starts_with("-----BEGIN AGE ENCRYPTED FILE-----\n") && !sealed.contains("quiet"));
            let opened = keys.each_ref().map(|key| {
                let identity: age::x25519::Identity = key.expose().parse().unwrap();
                age::decrypt(&identity, sealed.as_bytes()).ok()
            });
            assert_eq!(opened, [Some(secret.to_vec()), Some(secret.to_vec()), None]);
        }
        assert!(matches!(seal(b"x", &[]), Err(SealError::Nobody)));
    }
}
