//! PGP private keys.

use super::Outcome::{self, Encrypted, Proven, Refuted};
use super::armor::Armor;
use super::codec::base64;
use super::pem::{Body, best};

/// A secret key packet, with the CRC-24 of the armor when it is there.
///
/// Source: RFC 9580, <https://www.rfc-editor.org/rfc/rfc9580>, sections 4.2, 5.5.3 and 6.1.
pub(super) fn verify(armor: &Armor) -> Outcome {
    let sum = armor.checksum().and_then(base64).filter(|_| armor.ended);
    best(armor, |bytes| {
        let outcome = match packet(bytes) {
            Some(body) => match is_protected(body) {
                Some(true) => Encrypted("it is encrypted with a passphrase"),
                _ => Proven("it is a PGP secret key packet"),
            },
            None => return Body::Other,
        };
        match &sum {
            Some(sum) if crc24(bytes).to_be_bytes()[1..] != *sum => {
                Body::Key(Refuted("the CRC-24 of the armor is wrong"))
            }
            _ => Body::Key(outcome),
        }
    })
}

/// Returns the content of the secret key packet that `bytes` starts with, as far as it is there.
fn packet(bytes: &[u8]) -> Option<&[u8]> {
    match bytes {
        // The old form of packets: tag 5 and the size of the length.
        [0x94, _, rest @ ..] | [0x95, _, _, rest @ ..] | [0x96, _, _, _, _, rest @ ..] => {
            Some(rest)
        }
        // The new form, whose first byte of length says how many follow.
        [0xc5, 0..=191, rest @ ..]
        | [0xc5, 192..=223, _, rest @ ..]
        | [0xc5, 255, _, _, _, _, rest @ ..] => Some(rest),
        _ => None,
    }
    .filter(|rest| matches!(rest.first(), Some(2..=6)))
}

/// Whether the packet's secret part is encrypted; `None` when that cannot be read.
fn is_protected(body: &[u8]) -> Option<bool> {
    let version = *body.first()?;
    let days = if version < 4 { 2 } else { 0 };
    let algorithm = *body.get(5 + days)?;
    let mut rest = body.get(6 + days..)?;
    if version >= 5 {
        // The size of the public part, which newer versions tell.
        let (size, after) = rest.split_first_chunk::<4>()?;
        rest = after.get(usize::try_from(u32::from_be_bytes(*size)).ok()?..)?;
    } else {
        match algorithm {
            1..=3 => numbers(&mut rest, 2)?,
            16 => numbers(&mut rest, 3)?,
            17 => numbers(&mut rest, 4)?,
            19 | 22 => {
                skip(&mut rest)?;
                numbers(&mut rest, 1)?;
            }
            18 => {
                skip(&mut rest)?;
                numbers(&mut rest, 1)?;
                skip(&mut rest)?;
            }
            25 | 27 => rest = rest.get(32..)?,
            26 => rest = rest.get(56..)?,
            28 => rest = rest.get(57..)?,
            _ => return None,
        }
    }
    Some(*rest.first()? != 0)
}

/// Skips numbers: 2 bytes of length in bits, then the number.
fn numbers(rest: &mut &[u8], count: usize) -> Option<()> {
    for _ in 0..count {
        let (bits, after) = rest.split_first_chunk::<2>()?;
        *rest = after.get(usize::from(u16::from_be_bytes(*bits)).div_ceil(8)..)?;
    }
    Some(())
}

/// Skips a byte of length and so many bytes.
fn skip(rest: &mut &[u8]) -> Option<()> {
    let (&length, after) = rest.split_first()?;
    *rest = after.get(usize::from(length)..)?;
    Some(())
}

/// CRC-24/OPENPGP, RFC 9580, section 6.1.1.
fn crc24(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x00b7_04ce, |sum, &byte| {
        let sum = (0..8).fold(sum ^ u32::from(byte) << 16, |sum, _| {
            sum << 1
                ^ if sum & 0x0080_0000 == 0 {
                    0
                } else {
                    0x0186_4cfb
                }
        });
        sum & 0x00ff_ffff
    })
}

#[cfg(test)]
mod tests {
    use super::super::Outcome::Unknown;
    use super::super::armor;
    use super::super::codec::to_base64;
    use super::*;

    /// An old packet with an `Ed25519` key (algorithm 22) and that octet for its protection.
    fn key(protection: u8) -> Vec<u8> {
        let mut body = vec![4, 0x5f, 1, 2, 3, 22, 9];
        body.extend(b"\x2b\x06\x01\x04\x01\xda\x47\x0f\x01");
        body.extend([1, 7]);
        body.extend([0x40; 33]);
        body.push(protection);
        body.extend([1; 40]);
        let mut packet = vec![0x94, u8::try_from(body.len()).expect("short")];
        packet.extend(body);
        packet
    }

    fn armored(bytes: &[u8], sum: Option<u32>) -> Outcome {
        let sum = sum.map_or(String::new(), |sum| {
            format!("={}\n", to_base64(&sum.to_be_bytes()[1..]))
        });
        let text = format!(
            "-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: x\n\n{}\n{sum}-----END PGP PRIVATE KEY BLOCK-----",
            to_base64(bytes)
        );
        verify(&armor::find(&text).expect("there is an armor"))
    }

    /// The check value of <https://reveng.sourceforge.io/crc-catalogue/17plus.htm#crc.cat.crc-24-openpgp>.
    #[test]
    fn crc24_agrees_with_its_catalogue() {
        assert_eq!(crc24(b"123456789"), 0x0021_cf02);
    }

    #[test]
    fn tells_plain_keys_from_protected_ones() {
        assert!(matches!(armored(&key(0), None), Proven(_)));
        assert!(matches!(armored(&key(254), None), Encrypted(_)));
    }

    #[test]
    fn the_checksum_decides() {
        let bytes = key(0);
        let sum = crc24(&bytes);
        assert!(matches!(armored(&bytes, Some(sum)), Proven(_)));
        assert!(matches!(armored(&bytes, Some(sum ^ 1)), Refuted(_)));
    }

    #[test]
    fn what_is_no_secret_key_packet_is_refuted_and_nothing_panics() {
        assert!(matches!(armored(&[0x99; 80], None), Refuted(_)));
        let bytes = key(0);
        for length in 0..bytes.len() {
            let _ = packet(&bytes[..length]).map(is_protected);
        }
        for algorithm in 0..=30 {
            for version in [3, 4, 5, 6] {
                let mut bytes = key(0);
                bytes[2] = version;
                bytes[7] = algorithm;
                assert!(armored(&bytes, None) != Unknown);
            }
        }
    }
}
