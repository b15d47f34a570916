//! Azure's keys.

use super::Outcome::{self, Proven, Refuted, Unknown};
use super::codec::{
    BASE62, BASE64, all_in, base32, base64, in_base, is_filler, pick, strict_base64, to_base32,
    to_base64,
};
use crate::random::Random;

const RIGHT: &str = "Azure's marker and the Marvin checksum at the end of the key are right";
const WRONG: &str = "it has Azure's marker, but the Marvin checksum at the end is wrong";

/// 64 random bytes in base 64; newer keys carry the marker `+ASt` and a checksum.
///
/// A key without the marker is unknown when it decodes to 64 bytes: a SHA-512 digest looks alike.
///
/// Source: <https://learn.microsoft.com/azure/storage/common/storage-account-keys-manage>
pub(super) fn storage(text: &str) -> Outcome {
    if text.len() != 88 || !text.ends_with("==") {
        return Unknown;
    }
    match strict_base64(text) {
        Some(bytes) if bytes.iter().all(u8::is_ascii) => {
            return Refuted("it decodes to text, not to a key");
        }
        Some(_) => {}
        None => return Refuted("it does not decode to the 64 bytes of a storage key"),
    }
    match identifiable(text) {
        Unknown if is_filler(text) => Refuted("it repeats a few characters"),
        outcome => outcome,
    }
}

pub(super) fn storage_sample(random: &mut Random) -> String {
    marked(random, 64, "+ASt", u64::from_be_bytes(*b"Default0"))
}

/// A marker in the base 64 text of a key, with the seeds of the checksums that follow it.
struct Family {
    marker: &'static str,
    seeds: &'static [&'static [u8; 8]],
    /// Whether there are no other seeds, so that a wrong checksum refutes the key.
    complete: bool,
}

/// Source: <https://github.com/microsoft/security-utilities/blob/main/src/Microsoft.Security.Utilities.Core/IdentifiableMetadata.cs>
const FAMILIES: [Family; 14] = [
    Family {
        marker: "+ASt",
        seeds: &[b"Default0"],
        complete: true,
    },
    Family {
        marker: "ACDb",
        seeds: COSMOS,
        complete: false,
    },
    Family {
        marker: "AzCa",
        seeds: &[b"Access00"],
        complete: false,
    },
    Family {
        marker: "+ABa",
        seeds: &[b"AbAcct00"],
        complete: false,
    },
    Family {
        marker: "+AMC",
        seeds: &[b"Classic0"],
        complete: false,
    },
    Family {
        marker: "+SQL",
        seeds: &[b"UsrPwd00"],
        complete: false,
    },
    Family {
        marker: "AzFu",
        seeds: &[b"Functi00", b"System00", b"Master00"],
        complete: false,
    },
    Family {
        marker: "+ASb",
        seeds: MESSAGING,
        complete: false,
    },
    Family {
        marker: "+AEh",
        seeds: MESSAGING,
        complete: false,
    },
    Family {
        marker: "+ARm",
        seeds: MESSAGING,
        complete: false,
    },
    Family {
        marker: "AzSe",
        seeds: &[b"Query000", b"PAdmin00"],
        complete: false,
    },
    Family {
        marker: "+ACR",
        seeds: &[b"ACRDflt0"],
        complete: false,
    },
    Family {
        marker: "AIoT",
        seeds: &[b"IoTHub00", b"DpsKey00", b"Device00"],
        complete: false,
    },
    Family {
        marker: "APIM",
        seeds: &[b"Tenant00", b"IoTHub00", b"Gatewy00", b"GitKey00"],
        complete: false,
    },
];

const COSMOS: &[&[u8; 8]] = &[
    b"MastRW00",
    b"MastRO00",
    b"SystRW00",
    b"SystRO00",
    b"SysAll00",
    b"Resour00",
    b"Encryp00",
];
const MESSAGING: &[&[u8; 8]] = &[
    b"Manage00",
    b"Send0000",
    b"Listen00",
    b"System00",
    b"Unknown0",
];

/// Keys with a marker and a Marvin checksum in them: those of many Azure services, and the common
/// annotated keys with `JQQJ99` in the middle.
///
/// Source: <https://github.com/microsoft/security-utilities/blob/main/src/Microsoft.Security.Utilities.Core/IdentifiableSecrets.cs>
/// and <https://devblogs.microsoft.com/engineering-at-microsoft/common-annotated-security-keys/>
pub(super) fn identifiable(text: &str) -> Outcome {
    if !(32..=128).contains(&text.len()) || !text.is_ascii() {
        return Unknown;
    }
    if let 84 | 88 = text.len()
        && text[52..].starts_with("JQQJ9")
    {
        return annotated(text);
    }
    // 4 characters of marker, then 6 that hold the 4 bytes of checksum.
    let trimmed = text.trim_end_matches('=');
    let Some(marker) = trimmed.len().checked_sub(10).map(|at| &trimmed[at..at + 4]) else {
        return Unknown;
    };
    let Some(family) = FAMILIES.iter().find(|family| family.marker == marker) else {
        return Unknown;
    };
    let Some(bytes) = base64(text).filter(|bytes| bytes.len() >= 24) else {
        return Unknown;
    };
    let (body, sum) = bytes.split_at(bytes.len() - 4);
    let right = |seed: &&[u8; 8]| {
        marvin(body, u64::from_be_bytes(**seed))
            .to_le_bytes()
            .as_slice()
            == sum
    };
    match family.seeds.iter().any(right) {
        true => Proven(RIGHT),
        false if family.complete => Refuted(WRONG),
        false => Unknown,
    }
}

/// 52 random characters, `JQQJ9` and a letter or digit, date, platform and provider data, all of
/// it 80 characters, then the first 3 or all 4 bytes of the checksum.
///
/// Providers may use another checksum, so a wrong one says nothing.
fn annotated(text: &str) -> Outcome {
    let Some(bytes) = base64(text).filter(|bytes| bytes.len() >= 63) else {
        return Unknown;
    };
    let (body, sum) = bytes.split_at(60);
    let expected = marvin(body, u64::from_be_bytes(*b"Default0")).to_le_bytes();
    if expected.starts_with(sum) {
        Proven(RIGHT)
    } else {
        Unknown
    }
}

pub(super) fn identifiable_sample(random: &mut Random) -> String {
    // Random part, marker, year and month, platform data, provider data, provider's signature.
    let body = format!("{}JQQJ99BCACAAAAAAAAAAAAAAAZAI", pick(random, BASE62, 52));
    let sum = base64(&body).map(|bytes| marvin(&bytes, u64::from_be_bytes(*b"Default0")));
    let tail = to_base64(&sum.unwrap_or_default().to_le_bytes()[..3]);
    if all_in(&tail, BASE62) {
        body + &tail
    } else {
        identifiable_sample(random)
    }
}

/// The characters of an application's secret, in the order in which they are digits.
const SECRET_LETTERS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890.-_~";

/// An Entra application's secret: 3 characters, `8Q~` and 34 more, of which the last 3 are the start
/// of the Marvin checksum of what stands before. Those with another digit before `Q~` have none.
///
/// Source: <https://github.com/microsoft/security-utilities/blob/main/src/Microsoft.Security.Utilities.Core/IdentifiableMetadata.cs>
/// and `CustomAlphabetEncoder.cs` beside it
pub(super) fn client_secret(text: &str) -> Outcome {
    if text.len() != 40 || text.get(3..6) != Some("8Q~") || !all_in(text, SECRET_LETTERS) {
        return Unknown;
    }
    let (body, sum) = text.split_at(37);
    if client_secret_sum(body).starts_with(sum) {
        Proven("the Marvin checksum at the end of the secret is right")
    } else {
        Refuted("the Marvin checksum at the end of the secret is wrong")
    }
}

fn client_secret_sum(body: &str) -> String {
    let sum = marvin(body.as_bytes(), u64::from_be_bytes(*b"AadPwd00"));
    in_base(sum, SECRET_LETTERS, 6)
}

pub(super) fn client_secret_sample(random: &mut Random) -> String {
    let (start, rest) = (pick(random, BASE62, 3), pick(random, BASE62, 31));
    let body = format!("{start}8Q~{rest}");
    let sum = client_secret_sum(&body);
    body + &sum[..3]
}

/// What the CRC-32 in a personal access token is combined with: a user's, an application's.
const DEVOPS_SEEDS: [u32; 2] = [0xe0b9_692d, 0x1019_f92e];

/// Where the 4 bytes of checksum stand among the 32 bytes of a token, the lowest first.
const DEVOPS_SUM_AT: [usize; 4] = [22, 8, 7, 2];

/// A personal access token of the older form: 52 characters of base 32 in which 4 bytes, one here
/// and one there, are the CRC-32 of the others.
///
/// Servers of one's own may do otherwise, so a wrong checksum says nothing.
///
/// Source: <https://github.com/microsoft/security-utilities/blob/main/src/Microsoft.Security.Utilities.Core/HighConfidenceMicrosoftSecurityModels/SEC101_102_AdoPat.cs>
pub(super) fn devops(text: &str) -> Outcome {
    let bytes = base32(&text.to_ascii_uppercase()).filter(|bytes| bytes.len() == 32);
    let Some(bytes) = bytes.filter(|_| text.len() == 52) else {
        return Unknown;
    };
    let found = u32::from_le_bytes(DEVOPS_SUM_AT.map(|at| bytes[at]));
    let expected = devops_sum(&bytes);
    if DEVOPS_SEEDS.iter().any(|seed| expected ^ seed == found) {
        Proven("the CRC-32 spread over the token is right")
    } else {
        Unknown
    }
}

/// Returns the CRC-32 of the bytes that are no checksum.
fn devops_sum(bytes: &[u8]) -> u32 {
    let payload = bytes.iter().enumerate();
    let payload = payload.filter(|(at, _)| !DEVOPS_SUM_AT.contains(at));
    let payload: Vec<u8> = payload.map(|(_, byte)| *byte).collect();
    crc32fast::hash(&payload)
}

pub(super) fn devops_sample(random: &mut Random) -> String {
    let mut bytes = random.bytes(32);
    let sum = devops_sum(&bytes) ^ DEVOPS_SEEDS[0];
    for (at, byte) in DEVOPS_SUM_AT.into_iter().zip(sum.to_le_bytes()) {
        bytes[at] = byte;
    }
    to_base32(&bytes).to_ascii_lowercase()
}

/// Makes a key of `length` bytes, a multiple of 3 and 1, with a marker before its checksum.
fn marked(random: &mut Random, length: usize, marker: &str, seed: u64) -> String {
    let body = pick(random, BASE64, (length - 7) / 3 * 4) + marker;
    let mut bytes = base64(&body).unwrap_or_default();
    let sum = marvin(&bytes, seed);
    bytes.extend(sum.to_le_bytes());
    to_base64(&bytes)
}

/// Returns the Marvin32 checksum of `data`, both halves folded into one.
///
/// Source: <https://github.com/microsoft/SymCrypt/blob/main/lib/marvin32.c>
fn marvin(data: &[u8], seed: u64) -> u32 {
    let [a, b, c, d, bytes @ ..] = seed.to_le_bytes();
    let (mut low, mut high) = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes(bytes));
    let mut mix = |word: u32| {
        low = low.wrapping_add(word);
        high ^= low;
        low = low.rotate_left(20).wrapping_add(high);
        high = high.rotate_left(9) ^ low;
        low = low.rotate_left(27).wrapping_add(high);
        high = high.rotate_left(19);
        low ^ high
    };
    let (words, rest) = data.as_chunks::<4>();
    for word in words {
        mix(u32::from_le_bytes(*word));
    }
    // The rest is closed by 0x80 and filled up with zeros.
    let mut last = [0; 4];
    last[..rest.len()].copy_from_slice(rest);
    last[rest.len()] = 0x80;
    mix(u32::from_le_bytes(last));
    mix(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The self-test of `SymCrypt`, at the end of its `marvin32.c`, folded.
    #[test]
    fn marvin_agrees_with_its_reference() {
        assert_eq!(
            marvin(b"abc", 0xd53c_d9ce_cd08_93b7),
            0x22c7_4339 ^ 0x4927_69bf
        );
    }

    /// The example that the class `AadClientAppIdentifiableCredentialsCurrent` of the source gives.
    #[test]
    fn the_published_client_secret_is_right() {
        let secret = concat!("zzz8Q~zzzzzzzzzzzzzzzz", "zzzzzzzzzzzzzzzblP");
        assert!(matches!(client_secret(secret), Proven(_)));
        assert!(matches!(
            client_secret(&secret.replace("blP", "blQ")),
            Refuted(_)
        ));
        assert_eq!(client_secret(&secret.replace("8Q~", "7Q~")), Unknown);
        assert_eq!(client_secret(&secret[..39]), Unknown);
    }

    #[test]
    fn devops_tokens_with_another_checksum_are_unknown() {
        let token = devops_sample(&mut Random::seeded(7));
        assert_eq!(token.len(), 52);
        let other = if token.ends_with('a') { "q" } else { "a" };
        assert_eq!(devops(&format!("{}{other}", &token[..51])), Unknown);
        assert_eq!(devops(&token[..51]), Unknown);
    }

    #[test]
    fn keys_of_64_bytes_without_a_marker_are_unknown() {
        let mut random = Random::seeded(5);
        let key = to_base64(&random.bytes(64));
        assert_eq!(storage(&key), Unknown);
        assert_eq!(identifiable(&key), Unknown);
        let loose = format!("{}B==", &key[..85]);
        assert!(matches!(storage(&loose), Refuted(_)), "unused bits are set");
        assert!(matches!(
            storage(&format!("{}A==", "A".repeat(85))),
            Refuted(_)
        ));
    }

    #[test]
    fn markers_are_found_in_keys_of_other_sizes() {
        let mut random = Random::seeded(6);
        for length in [31, 64] {
            let key = marked(
                &mut random,
                length,
                "AzCa",
                u64::from_be_bytes(*b"Access00"),
            );
            assert_eq!(identifiable(&key), Proven(RIGHT), "{length}");
        }
    }
}
