//! Makes values for secrets.

use rand::CryptoRng;

use super::{
    rule::{Charset, Rule},
    value::SecretValue,
};

const WORDS: usize = 6;
/// Room for six of the longest words and the hyphens, so that no half-made value is left behind by a move.
const PASSPHRASE_ROOM: usize = 64;

/// A new value after `rule`; `None` when a member has to insert it. It ends without a line break.
pub fn generate<R: CryptoRng + ?Sized>(rule: &Rule, rng: &mut R) -> Option<SecretValue> {
    match *rule {
        Rule::Password { length, charset } => Some(SecretValue::from(password(length, charset, rng))),
        Rule::Passphrase => Some(SecretValue::from(passphrase(rng))),
        Rule::Insert => None,
    }
}

fn password<R: CryptoRng + ?Sized>(length: usize, charset: Charset, rng: &mut R) -> Vec<u8> {
    let alphabet = charset.alphabet();
    if alphabet.is_empty() {
        let mut bytes = vec![0; length];
        rng.fill_bytes(&mut bytes);
        return bytes;
    }
    let mut value = Vec::with_capacity(length);
    value.extend((0..length).filter_map(|_| pick(&alphabet, rng)));
    value
}

fn passphrase<R: CryptoRng + ?Sized>(rng: &mut R) -> Vec<u8> {
    let mut value = Vec::with_capacity(PASSPHRASE_ROOM);
    for number in 0..WORDS {
        if number > 0 {
            value.push(b'-');
        }
        if let Some((_, word)) = pick(eff_wordlist::large::LIST, rng) {
            value.extend_from_slice(word.as_bytes());
        }
    }
    value
}

/// One of `choices`, each equally likely; `None` when there are none. A draw from the incomplete last round of the
/// generator's range is thrown away, for it would make the first choices likelier.
fn pick<T: Copy, R: CryptoRng + ?Sized>(choices: &[T], rng: &mut R) -> Option<T> {
    let count = u32::try_from(choices.len()).ok().filter(|count| *count > 0)?;
    let incomplete = (u32::MAX % count + 1) % count;
    let drawn = loop {
        let drawn = rng.next_u32();
        if drawn <= u32::MAX - incomplete {
            break drawn;
        }
    };
    choices.get(usize::try_from(drawn % count).ok()?).copied()
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, convert::Infallible};

    use rand::{SeedableRng, TryCryptoRng, TryRng, rngs::StdRng};

    use super::*;

    /// Gives the numbers of a list, the last one first.
    struct Scripted(Vec<u32>);

    impl TryRng for Scripted {
        type Error = Infallible;
        fn try_next_u32(&mut self) -> Result<u32, Infallible> {
            Ok(self.0.pop().unwrap())
        }
        fn try_next_u64(&mut self) -> Result<u64, Infallible> {
            unreachable!("a draw is 32 bits")
        }
        fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Infallible> {
            unreachable!("only for bytes")
        }
    }
    impl TryCryptoRng for Scripted {}

    #[test]
    fn a_draw_that_would_favour_the_first_choices_is_repeated() {
        // 2^32 is 3 · 1431655765 + 1, so the largest draw belongs to an incomplete round.
        assert_eq!(pick(b"abc", &mut Scripted(vec![u32::MAX - 1, u32::MAX])), Some(b'c'));
        assert_eq!(pick(b"abcd", &mut Scripted(vec![u32::MAX])), Some(b'd'));
        assert_eq!(pick::<u8, _>(&[], &mut Scripted(vec![])), None);
    }

    #[test]
    fn a_password_has_its_length_and_only_its_alphabet() {
        let mut rng = StdRng::seed_from_u64(7);
        let names = "default special safespecial default,special default,safespecial hex base64 base64url";
        for name in names.split(' ') {
            let charset = Charset::parse(name).unwrap();
            let value = generate(&Rule::Password { length: 4000, charset }, &mut rng).unwrap();
            assert_eq!(value.len(), 4000);
            let seen: BTreeSet<u8> = value.expose().iter().copied().collect();
            let alphabet: BTreeSet<u8> = charset.alphabet().into_iter().collect();
            assert_eq!(seen, alphabet, "{name}: every symbol turns up, and no other");
        }
        assert_eq!(generate(&Rule::Password { length: 33, charset: Charset::Bytes }, &mut rng).unwrap().len(), 33);
    }

    #[test]
    fn a_passphrase_is_six_words_of_the_list_and_no_line_break() {
        let value = generate(&Rule::Passphrase, &mut StdRng::seed_from_u64(7)).unwrap();
        let text = str::from_utf8(value.expose()).unwrap();
        let known = |word: &str| eff_wordlist::large::LIST.iter().any(|(_, listed)| *listed == word);
        // A few words of the list hold a hyphen themselves (t-shirt).
        assert!(text.split('-').filter(|word| known(word)).count() >= 5, "{text}");
        assert!(!text.ends_with('\n') && text.len() <= PASSPHRASE_ROOM);
        assert!(generate(&Rule::Insert, &mut StdRng::seed_from_u64(7)).is_none());
    }
}
