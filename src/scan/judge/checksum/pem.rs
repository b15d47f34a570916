//! Private keys in PEM and similar armors.

use super::Outcome::{self, Encrypted, Proven, Public, Refuted, Unknown};
use super::armor::{self, Armor};
use super::codec::to_base64;
use super::pgp;
use crate::random::Random;

/// A private key between `-----BEGIN` and `-----END`.
///
/// PKCS#1, SEC 1 and PKCS#8 keys must be DER of the right outline, OpenSSH keys start with their
/// magic and name a cipher, PGP keys with a secret key packet. A body that is cut off is unknown,
/// one that is abbreviated or no key refuted. Public keys and certificates are public.
///
/// Source: RFC 7468, <https://www.rfc-editor.org/rfc/rfc7468>, for the armor and PKCS#8; RFC 8017,
/// appendix A.1.2, for PKCS#1; RFC 5915 for SEC 1; RFC 1421 for encrypted bodies.
pub(super) fn verify(text: &str) -> Outcome {
    let Some(armor) = armor::find(text) else {
        return Unknown;
    };
    if !armor::is_private(&armor.label) {
        return public(&armor.label);
    }
    if armor.is_abbreviated() {
        return Refuted("the key is abbreviated");
    }
    if armor.is_empty() {
        return if armor.ended {
            Refuted("there is no key between the markers")
        } else {
            Unknown
        };
    }
    if armor.says_encrypted() || armor.label == "TSS2 PRIVATE KEY" {
        return Encrypted("its header says that it is encrypted");
    }
    match armor.label.as_str() {
        "PGP PRIVATE KEY BLOCK" => pgp::verify(&armor),
        "OPENSSH PRIVATE KEY" => best(&armor, openssh),
        "SSH2 ENCRYPTED PRIVATE KEY" => best(&armor, ssh2),
        "ENCRYPTED PRIVATE KEY" => best(&armor, |bytes| der(bytes, SEQUENCE)),
        "PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY" | "DSA PRIVATE KEY" => {
            best(&armor, |bytes| der(bytes, INTEGER))
        }
        label if label.starts_with("OpenVPN") && armor.hex_digits() == 512 => {
            Proven("it holds the 256 bytes of a static key")
        }
        _ => Unknown,
    }
}

/// The answer for an armor that holds no private key.
fn public(label: &str) -> Outcome {
    let kinds = [
        "PUBLIC KEY",
        "CERTIFICATE",
        "X509 CRL",
        "PARAMETERS",
        "SIGNATURE",
    ];
    if kinds.iter().any(|kind| label.contains(kind)) {
        Public("it is a public key or certificate")
    } else {
        Unknown
    }
}

/// What a body is.
pub(super) enum Body {
    /// A key, all of it.
    Key(Outcome),
    /// The start of a key.
    Cut,
    /// Something else.
    Other,
}

/// Judges an armor by the reading of its body that makes the most sense.
pub(super) fn best(armor: &Armor, read: impl Fn(&[u8]) -> Body) -> Outcome {
    let mut cut = !armor.ended;
    for bytes in armor.decoded() {
        match read(&bytes) {
            Body::Key(outcome) => return outcome,
            Body::Cut => cut = true,
            Body::Other => {}
        }
    }
    if cut {
        Unknown
    } else {
        Refuted("what stands between the markers is no key")
    }
}

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;

/// Reads a DER sequence whose first element is a `first`: the version of a key, or the algorithm
/// of an encrypted one.
fn der(bytes: &[u8], first: u8) -> Body {
    let Some((content, declared)) = element(bytes, SEQUENCE) else {
        return if bytes.is_empty() {
            Body::Cut
        } else {
            Body::Other
        };
    };
    if content.len() < declared {
        return if content.first() == Some(&first) {
            Body::Cut
        } else {
            Body::Other
        };
    }
    match element(&content[..declared], first) {
        // No version of any key is above 2.
        Some((&[version, ..], 1)) if first == INTEGER && version <= 2 => {
            Body::Key(Proven("its body is the DER of a private key"))
        }
        Some(_) if first == SEQUENCE => Body::Key(Encrypted("it is encrypted with a passphrase")),
        _ => Body::Other,
    }
}

/// Reads tag and length: what follows them, and how much of it belongs to the element.
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], usize)> {
    let (&found, rest) = bytes.split_first()?;
    let (&length, rest) = rest.split_first()?;
    let (length, rest) = match length {
        0..=0x7f => (usize::from(length), rest),
        0x81..=0x83 => {
            let (digits, rest) = rest.split_at_checked(usize::from(length & 0x7f))?;
            (
                digits
                    .iter()
                    .fold(0, |sum, &digit| sum << 8 | usize::from(digit)),
                rest,
            )
        }
        _ => return None,
    };
    (found == tag).then_some((rest, length))
}

/// Reads the body of an OpenSSH key.
///
/// Source: <https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key>
fn openssh(bytes: &[u8]) -> Body {
    let Some(mut rest) = bytes.strip_prefix(b"openssh-key-v1\0") else {
        return Body::Other;
    };
    let Some(cipher) = string(&mut rest) else {
        return Body::Cut;
    };
    if cipher != b"none" {
        return Body::Key(Encrypted("it is encrypted with a passphrase"));
    }
    let _derivation = (string(&mut rest), string(&mut rest));
    let keys = rest.get(..4).map(<[u8]>::to_vec);
    rest = rest.get(4..).unwrap_or_default();
    let _public = string(&mut rest);
    let Some(private) = string(&mut rest) else {
        return Body::Cut;
    };
    // Two equal numbers tell whether decryption went well.
    match (keys.as_deref(), private) {
        (Some([0, 0, 0, 1]), [_, _, _, _, _, _, _, _, ..]) if private[..4] == private[4..8] => {
            Body::Key(Proven("it is an OpenSSH key without a passphrase"))
        }
        _ => Body::Other,
    }
}

/// Reads the body of a key of ssh.com: magic, length, key type, cipher.
///
/// Source: <https://github.com/openssh/openssh-portable/blob/master/ssh-keygen.c>, `do_convert_private_ssh2`
fn ssh2(bytes: &[u8]) -> Body {
    let Some(rest) = bytes.strip_prefix(&[0x3f, 0x6f, 0xf9, 0xeb]) else {
        return Body::Other;
    };
    let mut rest = rest.get(4..).unwrap_or_default();
    let _kind = string(&mut rest);
    match string(&mut rest) {
        Some(b"none") => Body::Key(Proven("it is an SSH key without a passphrase")),
        Some(_) => Body::Key(Encrypted("it is encrypted with a passphrase")),
        None => Body::Cut,
    }
}

/// Takes a string of the SSH protocol: 4 bytes of length, then the content.
///
/// Source: RFC 4251, section 5, <https://www.rfc-editor.org/rfc/rfc4251#section-5>.
pub(super) fn string<'t>(rest: &mut &'t [u8]) -> Option<&'t [u8]> {
    let (length, content) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (content, after) = content.split_at_checked(length)?;
    *rest = after;
    Some(content)
}

/// Makes a key with the outline of PKCS#1; its numbers are random and no key of anyone.
pub(super) fn sample(random: &mut Random) -> String {
    armored("RSA PRIVATE KEY", &rsa(random, 128))
}

/// Makes a key with the outline of PKCS#8 around one of PKCS#1.
pub(super) fn pkcs8_sample(random: &mut Random) -> String {
    // The algorithm `rsaEncryption`, 1.2.840.113549.1.1.1, and no parameters.
    let algorithm = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
    let parts = [
        encoded(INTEGER, &[0]),
        encoded(SEQUENCE, algorithm),
        encoded(OCTETS, &rsa(random, 256)),
    ];
    armored("PRIVATE KEY", &encoded(SEQUENCE, &parts.concat()))
}

/// Version, modulus, exponents, primes and the rest, as many bytes as a modulus of `size` asks for.
fn rsa(random: &mut Random, size: usize) -> Vec<u8> {
    let mut number = |size| {
        let mut bytes = random.bytes(size);
        // Positive, odd and of full size.
        bytes[0] = bytes[0] & 0x3f | 0x40;
        bytes[size - 1] |= 1;
        encoded(INTEGER, &bytes)
    };
    let half = size / 2;
    let mut content = [
        encoded(INTEGER, &[0]),
        number(size),
        encoded(INTEGER, &[1, 0, 1]),
    ]
    .concat();
    for size in [size, half, half, half, half, half] {
        content.extend(number(size));
    }
    encoded(SEQUENCE, &content)
}

/// Puts tag and length before a content of less than 64 KiB.
fn encoded(tag: u8, content: &[u8]) -> Vec<u8> {
    let [.., high, low] = content.len().to_be_bytes();
    let mut out = match (high, low) {
        (0, 0..=0x7f) => vec![tag, low],
        (0, _) => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    out.extend(content);
    out
}

/// Writes lines of 64 characters between the markers.
fn armored(label: &str, bytes: &[u8]) -> String {
    let coded = to_base64(bytes);
    let mut text = format!("-----BEGIN {label}-----\n");
    let mut rest = coded.as_str();
    while let Some((line, after)) = rest.split_at_checked(64) {
        text += line;
        text.push('\n');
        rest = after;
    }
    if !rest.is_empty() {
        text += rest;
        text.push('\n');
    }
    text + "-----END " + label + "-----"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(label: &str, bytes: &[u8]) -> Outcome {
        verify(&armored(label, bytes))
    }

    /// The private key of RFC 8410, section 10.3.
    #[test]
    fn the_rfcs_ed25519_key_is_a_key() {
        let body = concat!(
            "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp",
            "+K06/nwoy/HU++CXqI9EdVhC"
        );
        for text in [
            format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----"),
            format!("-----BEGIN PRIVATE KEY-----\\n{body}\\n-----END PRIVATE KEY-----\\n"),
            format!("-----BEGIN PRIVATE KEY-----\n{body}"),
        ] {
            assert!(matches!(verify(&text), Proven(_)), "{text}");
        }
    }

    #[test]
    fn a_cut_key_is_unknown_and_an_abbreviated_one_refuted() {
        let text = sample(&mut Random::seeded(1));
        for length in [40, 100, 500, 800] {
            assert_eq!(verify(&text[..length]), Unknown, "{length}");
        }
        let lines: Vec<&str> = text.lines().collect();
        let shortened = [lines[0], lines[1], "...", lines[lines.len() - 1]].join("\n");
        assert!(matches!(verify(&shortened), Refuted(_)));
        let gutted = [lines[0], lines[1], lines[lines.len() - 1]].join("\n");
        assert_eq!(verify(&gutted), Unknown);
        let empty = [lines[0], "your key here", lines[lines.len() - 1]].join("\n");
        assert!(matches!(verify(&empty), Refuted(_)));
    }

    #[test]
    fn what_is_no_der_is_refuted() {
        assert!(matches!(key("RSA PRIVATE KEY", &[7; 300]), Refuted(_)));
        assert!(matches!(
            key("PRIVATE KEY", &encoded(SEQUENCE, &[9; 300])),
            Refuted(_)
        ));
        assert_eq!(key("UNHEARD-OF PRIVATE KEY", &[7; 300]), Unknown);
    }

    #[test]
    fn encrypted_keys_are_told_apart() {
        let der = encoded(
            SEQUENCE,
            &[encoded(SEQUENCE, &[5; 60]), vec![4; 80]].concat(),
        );
        assert!(matches!(key("ENCRYPTED PRIVATE KEY", &der), Encrypted(_)));
        let old = armored("RSA PRIVATE KEY", &[7; 300]).replacen(
            '\n',
            "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00FF\n\n",
            1,
        );
        assert!(matches!(verify(&old), Encrypted(_)));
    }

    #[test]
    fn openssh_keys_name_their_cipher() {
        let text = |cipher: &[u8], checks: [u8; 8]| {
            let mut bytes = b"openssh-key-v1\0".to_vec();
            let private = [checks.as_slice(), &[3; 120]].concat();
            for part in [cipher, b"none", b""] {
                bytes.extend(u32::try_from(part.len()).expect("short").to_be_bytes());
                bytes.extend(part);
            }
            bytes.extend([0, 0, 0, 1]);
            for part in [&[8; 51], private.as_slice()] {
                bytes.extend(u32::try_from(part.len()).expect("short").to_be_bytes());
                bytes.extend(part);
            }
            armored("OPENSSH PRIVATE KEY", &bytes)
        };
        let plain = text(b"none", [1, 2, 3, 4, 1, 2, 3, 4]);
        assert!(matches!(verify(&plain), Proven(_)));
        assert_eq!(verify(&plain[..140]), Unknown);
        assert!(matches!(
            verify(&text(b"none", [1, 2, 3, 4, 5, 6, 7, 8])),
            Refuted(_)
        ));
        assert!(matches!(verify(&text(b"aes256-ctr", [0; 8])), Encrypted(_)));
    }

    #[test]
    fn public_things_are_public_unless_a_private_key_follows() {
        let certificate = armored("CERTIFICATE", &[7; 100]);
        assert!(matches!(verify(&certificate), Public(_)));
        assert!(matches!(key("RSA PUBLIC KEY", &[7; 100]), Public(_)));
        let both = format!("{certificate}\n{}", sample(&mut Random::seeded(2)));
        assert!(matches!(verify(&both), Proven(_)));
        assert_eq!(verify("no armor at all"), Unknown);
        assert_eq!(key("SOMETHING", &[7; 100]), Unknown);
    }

    #[test]
    fn openvpn_keys_are_256_bytes() {
        let body = "0123456789abcdef0123456789abcdef\n".repeat(16);
        let text = |body: &str| {
            verify(&format!(
                "-----BEGIN OpenVPN Static key V1-----\n{body}-----END OpenVPN Static key V1-----"
            ))
        };
        assert!(matches!(text(&body), Proven(_)));
        assert_eq!(text(&body[33..]), Unknown);
    }

    #[test]
    fn pkcs8_samples_are_keys() {
        assert!(matches!(
            verify(&pkcs8_sample(&mut Random::seeded(3))),
            Proven(_)
        ));
    }
}
