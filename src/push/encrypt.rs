//! Encrypts a notification for one browser: RFC 8291 over RFC 8188, one record, so that the push service in between reads
//! nothing.

use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::error::Unspecified;
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use ring::rand::{SecureRandom, SystemRandom};

use crate::domain::push::{PushKey, PushSecret};

/// Size of the record; services take 4,096 bytes and no more (RFC 8030, section 7.2).
const RECORD: u32 = 4096;
/// Salt, size of the record, length of the key and the key itself (RFC 8188, section 2.1).
const HEADER: usize = 16 + 4 + 1 + 65;
/// What the cipher adds.
const TAG: usize = 16;
/// Longest text, with the byte that ends it.
pub const LONGEST: usize = RECORD as usize - HEADER - TAG - 1;
/// Texts are filled up to a multiple of this: their length tells less.
const STEP: usize = 256;

/// The body of a request.
///
/// # Errors
/// When the text is too long, or the key of the browser is no point of the curve.
pub fn encrypt(text: &[u8], key: &PushKey, secret: &PushSecret) -> Result<Vec<u8>, Unspecified> {
    let random = SystemRandom::new();
    let mut salt = [0; 16];
    random.fill(&mut salt)?;
    let ours = EphemeralPrivateKey::generate(&ECDH_P256, &random)?;
    let our_key: PushKey = ours.compute_public_key()?.as_ref().try_into().map_err(|_| Unspecified)?;
    let their_key = UnparsedPublicKey::new(&ECDH_P256, key);
    let padded = text.len().next_multiple_of(STEP).min(LONGEST) - text.len().min(LONGEST);
    agree_ephemeral(ours, &their_key, |shared| seal(text, padded, shared, key, secret, &our_key, &salt))?
}

/// The body, from what both sides share: no random number is drawn here.
fn seal(
    text: &[u8],
    padding: usize,
    shared: &[u8],
    their_key: &PushKey,
    secret: &PushSecret,
    our_key: &PushKey,
    salt: &[u8; 16],
) -> Result<Vec<u8>, Unspecified> {
    if text.len() + padding > LONGEST {
        return Err(Unspecified);
    }
    // RFC 8291, section 3.3.
    let mut ikm = [0; 32];
    let info: [&[u8]; 3] = [b"WebPush: info\0", their_key, our_key];
    Salt::new(HKDF_SHA256, secret).extract(shared).expand(&info, Bytes(32))?.fill(&mut ikm)?;
    // RFC 8188, sections 2.2 and 2.3.
    let prk = Salt::new(HKDF_SHA256, salt).extract(&ikm);
    let (mut cek, mut nonce) = ([0; 16], [0; 12]);
    prk.expand(&[b"Content-Encoding: aes128gcm\0"], Bytes(16))?.fill(&mut cek)?;
    prk.expand(&[b"Content-Encoding: nonce\0"], Bytes(12))?.fill(&mut nonce)?;

    let mut sealed = Vec::with_capacity(HEADER + text.len() + 1 + padding + TAG);
    sealed.extend_from_slice(text);
    // The last record ends with 2, then zeros.
    sealed.push(2);
    sealed.resize(text.len() + 1 + padding, 0);
    let cipher = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &cek)?);
    cipher.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed)?;

    let mut body = Vec::with_capacity(HEADER + sealed.len());
    body.extend_from_slice(salt);
    body.extend_from_slice(&RECORD.to_be_bytes());
    body.push(65);
    body.extend_from_slice(our_key);
    body.append(&mut sealed);
    Ok(body)
}

/// So many bytes out of a derivation.
struct Bytes(usize);

impl KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    use super::*;

    fn bytes<const N: usize>(text: &str) -> [u8; N] {
        URL_SAFE_NO_PAD.decode(text).expect("base64url").try_into().expect("so many bytes")
    }

    /// RFC 8291, appendix A.
    #[test]
    fn the_example_of_the_standard_comes_out_as_written() {
        let body = seal(
            b"When I grow up, I want to be a watermelon",
            0,
            &bytes::<32>("kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs"),
            &bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
            &bytes("BTBZMqHH6r4Tts7J_aSIgg"),
            &bytes("BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"),
            &bytes("DGv6ra1nlYgDCS1FRnbzlw"),
        );
        let expected = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8w\
            EqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(body.map(|body| URL_SAFE_NO_PAD.encode(body)), Ok(expected.to_owned()));
    }

    #[test]
    fn a_text_that_does_not_fit_and_a_key_that_is_none_are_refused() {
        let key = bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4");
        let body = encrypt(&[b'x'; LONGEST], &key, &[1; 16]).expect("it fits");
        assert_eq!(body.len(), RECORD as usize);
        assert!(encrypt(&[b'x'; LONGEST + 1], &key, &[1; 16]).is_err());
        assert!(encrypt(b"x", &[4; 65], &[1; 16]).is_err());
        assert_eq!(encrypt(b"x", &key, &[1; 16]).expect("good").len(), HEADER + STEP + 1 + TAG);
    }
}
