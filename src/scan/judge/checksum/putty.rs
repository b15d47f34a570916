//! Private keys in `PuTTY`'s own format.

use sha2::{Digest as _, Sha256};

use super::Outcome::{self, Encrypted, Proven, Refuted, Unknown};
use super::codec::{base64, to_base64, to_hex};
use super::pem;
use crate::random::Random;

/// `PuTTY-User-Key-File-N`, headers, public and private lines and their MAC.
///
/// The MAC of version 3 keys without a passphrase is an HMAC-SHA-256 with an empty key, so it can
/// be checked. Older versions use SHA-1; there the public part tells.
///
/// Source: <https://the.earth.li/~sgtatham/putty/latest/htmldoc/AppendixC.html>
pub(super) fn verify(text: &str) -> Outcome {
    let text = text.replace("\\r", "").replace("\\n", "\n");
    let file = Lines {
        lines: text.lines().map(str::trim).collect(),
    };
    let version = [
        "PuTTY-User-Key-File-3",
        "PuTTY-User-Key-File-2",
        "PuTTY-User-Key-File-1",
    ]
    .iter()
    .find_map(|&version| Some((version, file.header(version)?)));
    let (Some((version, algorithm)), Some(cipher)) = (version, file.header("Encryption")) else {
        return Unknown;
    };
    if cipher != "none" {
        return Encrypted("it is encrypted with a passphrase");
    }
    let (Some(public), Some(private)) = (file.block("Public-Lines"), file.block("Private-Lines"))
    else {
        return Unknown;
    };
    if pem::string(&mut public.as_slice()) != Some(algorithm.as_bytes()) || private.is_empty() {
        return Refuted("its public part is not that of the key it says it is");
    }
    let comment = file.header("Comment").unwrap_or_default();
    let mac = file.header("Private-MAC").unwrap_or_default();
    if version.ends_with('2') || version.ends_with('1') || !comment.is_ascii() || mac.is_empty() {
        return Proven("it is a PuTTY key without a passphrase");
    }
    if mac.eq_ignore_ascii_case(&self::mac([
        algorithm.as_bytes(),
        cipher.as_bytes(),
        comment.as_bytes(),
        &public,
        &private,
    ])) {
        Proven("the MAC at the end of the key is right")
    } else {
        Refuted("the MAC at the end of the key is wrong")
    }
}

struct Lines<'t> {
    lines: Vec<&'t str>,
}

impl<'t> Lines<'t> {
    /// Returns the value of the header of that name.
    fn header(&self, name: &str) -> Option<&'t str> {
        self.lines
            .iter()
            .find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(':')?.trim()))
    }

    /// Decodes the lines that follow a header which says how many they are.
    fn block(&self, name: &str) -> Option<Vec<u8>> {
        let count: usize = self.header(name)?.parse().ok()?;
        let at = self.lines.iter().position(|line| line.starts_with(name))? + 1;
        base64(&self.lines.get(at..at.checked_add(count)?)?.concat())
    }
}

/// Returns the HMAC-SHA-256, with an empty key, of the parts as strings of the SSH protocol, in
/// hexadecimal.
///
/// Source: RFC 2104, <https://www.rfc-editor.org/rfc/rfc2104>.
fn mac(parts: [&[u8]; 5]) -> String {
    let mut inner = Sha256::new_with_prefix([0x36; 64]);
    for part in parts {
        inner.update(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        inner.update(part);
    }
    let outer = Sha256::new_with_prefix([0x5c; 64])
        .chain_update(inner.finalize())
        .finalize();
    to_hex(&outer)
}

pub(super) fn sample(random: &mut Random) -> String {
    let public = [
        b"\0\0\0\x0bssh-ed25519\0\0\0\x20".as_slice(),
        &random.bytes(32),
    ]
    .concat();
    let private = [b"\0\0\0\x20".as_slice(), &random.bytes(32)].concat();
    let comment = format!("eddsa-key-{}", 20_230_101 + random.below(28));
    let mac = mac([
        b"ssh-ed25519",
        b"none",
        comment.as_bytes(),
        &public,
        &private,
    ]);
    let coded = to_base64(&public);
    let (first, second) = coded.split_at(64);
    [
        "PuTTY-User-Key-File-3: ssh-ed25519",
        "Encryption: none",
        &format!("Comment: {comment}"),
        "Public-Lines: 2",
        first,
        second,
        "Private-Lines: 1",
        &to_base64(&private),
        &format!("Private-MAC: {mac}"),
    ]
    .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// HMAC-SHA-256 with an empty key over an empty text, as `openssl dgst -sha256 -mac hmac`
    /// prints it, is b613679a...; here over five empty strings, each with its length.
    #[test]
    fn a_mac_is_an_hmac() {
        let outer = Sha256::new_with_prefix([0x5c; 64])
            .chain_update(Sha256::digest([0x36; 64]))
            .finalize();
        assert_eq!(outer[..4], [0xb6, 0x13, 0x67, 0x9a]);
        assert_eq!(mac([b""; 5]).len(), 64);
    }

    #[test]
    fn escapes_indentation_and_older_versions_are_read() {
        let text = sample(&mut Random::seeded(1));
        assert!(matches!(verify(&text.replace('\n', "\\r\\n")), Proven(_)));
        assert!(matches!(verify(&text.replace('\n', "\r\n    ")), Proven(_)));
        assert!(matches!(
            verify(&text.replace("File-3", "File-2")),
            Proven(_)
        ));
        assert!(matches!(
            verify(&text.replace("Comment: e", "Comment: f")),
            Refuted(_)
        ));
        assert!(matches!(
            verify(&text.replace("File-3: ssh-ed25519", "File-3: ssh-rsa")),
            Refuted(_)
        ));
        assert!(matches!(
            verify(&text.replace(": none", ": aes256-cbc")),
            Encrypted(_)
        ));
    }

    #[test]
    fn a_cut_key_is_unknown() {
        let text = sample(&mut Random::seeded(2));
        assert_eq!(verify(&text[..150]), Unknown);
        assert_eq!(verify("PuTTY-User-Key-File-2: ssh-rsa"), Unknown);
        assert_eq!(
            verify(&text.replace("Public-Lines: 2", "Public-Lines: 99999999999999999999")),
            Unknown
        );
    }
}
