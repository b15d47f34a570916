//! Keys of `age`, Bitcoin, NATS, Stellar and Nostr, and BIP-39 phrases.

use bip39::{Language, Mnemonic};
use sha2::{Digest as _, Sha256};

use super::Outcome::{self, Proven, Public, Refuted, Unknown};
use super::codec::{base32, base58, to_base32, to_base58};
use crate::random::Random;

/// `AGE-SECRET-KEY-1` (or `-PQ-1`) and 58 characters of Bech32.
///
/// Source: <https://github.com/C2SP/C2SP/blob/main/age.md>; Bech32:
/// <https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki>
pub(super) fn age(text: &str) -> Outcome {
    if text.starts_with("age1") {
        return Public("it is a recipient, the public half of an age key");
    }
    if !text.starts_with("AGE-SECRET-KEY-") {
        return Unknown;
    }
    if text.len() == "AGE-SECRET-KEY-1".len() + 58 || text.starts_with("AGE-SECRET-KEY-PQ-1") {
        return if bech32(text) {
            Proven("its Bech32 checksum is right")
        } else {
            Refuted("its Bech32 checksum is wrong")
        };
    }
    Refuted("an age key has 58 characters after its prefix")
}

const BECH32: &[u8; 32] = b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";

/// Whether an upper case Bech32 text has the right checksum.
fn bech32(text: &str) -> bool {
    let Some((prefix, data)) = text.rsplit_once('1').filter(|_| text.len() <= 200) else {
        return false;
    };
    let mut values = expanded(prefix);
    for byte in data.bytes() {
        let Some(value) = BECH32.iter().position(|&letter| letter == byte) else {
            return false;
        };
        values.push(value.to_le_bytes()[0]);
    }
    polymod(&values) == 1
}

/// Spreads the human-readable part over the checksum's input, in lower case as the BIP asks.
fn expanded(prefix: &str) -> Vec<u8> {
    let prefix = prefix.to_ascii_lowercase();
    let high = prefix.bytes().map(|byte| byte >> 5);
    high.chain([0])
        .chain(prefix.bytes().map(|byte| byte & 31))
        .collect()
}

fn polymod(values: &[u8]) -> u32 {
    const GENERATOR: [u32; 5] = [
        0x3b6a_57b2,
        0x2650_8e6d,
        0x1ea1_19fa,
        0x3d42_33dd,
        0x2a14_62b3,
    ];
    values.iter().fold(1, |sum, &value| {
        let next = (sum & 0x01ff_ffff) << 5 ^ u32::from(value);
        (0..5)
            .filter(|bit| sum >> (25 + bit) & 1 == 1)
            .fold(next, |next, bit| next ^ GENERATOR[bit])
    })
}

pub(super) fn age_sample(random: &mut Random) -> String {
    bech32_of("AGE-SECRET-KEY-", random)
}

/// Returns 32 random bytes in upper case Bech32.
fn bech32_of(prefix: &str, random: &mut Random) -> String {
    // 256 bits are 52 characters, the last with one bit of data.
    let mut data: Vec<u8> = random.bytes(52).iter().map(|byte| byte & 31).collect();
    data[51] &= 0b1_0000;
    let mut values = expanded(prefix);
    values.extend(&data);
    values.extend([0; 6]);
    let sum = polymod(&values) ^ 1;
    data.extend((0..6).map(|at| (sum >> (25 - 5 * at) & 31).to_le_bytes()[0]));
    let text: String = data
        .iter()
        .map(|&value| char::from(BECH32[usize::from(value)]))
        .collect();
    format!("{}1{text}", prefix.to_ascii_uppercase())
}

/// `nsec1` and 58 characters of Bech32.
///
/// Source: <https://github.com/nostr-protocol/nips/blob/master/19.md>
pub(super) fn nostr(text: &str) -> Outcome {
    if !text.starts_with("nsec1") {
        Unknown
    } else if text.len() == 63 && bech32(&text.to_ascii_uppercase()) {
        Proven("its Bech32 checksum is right")
    } else {
        Refuted("its Bech32 checksum is wrong")
    }
}

pub(super) fn nostr_sample(random: &mut Random) -> String {
    bech32_of("nsec", random).to_ascii_lowercase()
}

/// A private key in wallet import format, or an extended private key (`xprv` and its kin): base 58
/// with the first 4 bytes of a double SHA-256 at the end.
///
/// Source: <https://en.bitcoin.it/wiki/Wallet_import_format>,
/// <https://github.com/bitcoin/bips/blob/master/bip-0032.mediawiki#serialization-format> and for
/// `yprv` and `zprv` <https://github.com/satoshilabs/slips/blob/master/slip-0132.md>
pub(super) fn bitcoin(text: &str) -> Outcome {
    let Some(bytes) = base58(text).filter(|bytes| bytes.len() > 4) else {
        return Refuted("it is not base 58");
    };
    let (payload, sum) = bytes.split_at(bytes.len() - 4);
    if Sha256::digest(Sha256::digest(payload))[..4] != *sum {
        return Refuted("the double SHA-256 at the end is wrong");
    }
    match (payload, payload.len()) {
        ([0x80, ..], 33)
        | ([0x80, .., 1], 34)
        | (
            [0x04, 0x88, 0xad, 0xe4, ..]
            | [0x04, 0x9d, 0x78, 0x78, ..]
            | [0x04, 0xb2, 0x43, 0x0c, ..],
            78,
        ) => Proven("the double SHA-256 at the end is right"),
        ([0xef, ..], 33 | 34) | ([0x04, 0x35, 0x83, 0x94, ..], 78) => {
            Refuted("it is a key of the test network, whose coins are worthless")
        }
        ([0x04, 0x88, 0xb2, 0x1e, ..], 78) => Public("it is an extended public key"),
        _ => Unknown,
    }
}

/// Appends the checksum of base58check and encodes.
fn base58check(mut payload: Vec<u8>) -> String {
    let sum = Sha256::digest(Sha256::digest(&payload));
    payload.extend(&sum[..4]);
    to_base58(&payload)
}

pub(super) fn bitcoin_sample(random: &mut Random) -> String {
    let mut payload = vec![0x80];
    payload.extend(random.bytes(32));
    payload.push(1);
    base58check(payload)
}

/// A NATS key: base 32 of a type byte, 32 bytes and their CRC-16. Seeds start with `S`.
///
/// Source: <https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro/nkey_auth>
/// and <https://github.com/nats-io/nkeys/blob/main/strkey.go>
pub(super) fn nkey(text: &str) -> Outcome {
    let Some(bytes) = base32(text).filter(|_| matches!(text.len(), 56 | 58)) else {
        return Unknown;
    };
    let (body, sum) = bytes.split_at(bytes.len() - 2);
    if crc16(body).to_le_bytes() != *sum || to_base32(&bytes) != text {
        return Refuted("the CRC-16 at the end of the key is wrong");
    }
    match text.as_bytes()[0] {
        b'S' | b'P' => Proven("the CRC-16 at the end of the key is right"),
        _ => Public("it is a public key"),
    }
}

/// CRC-16/XMODEM, <https://reveng.sourceforge.io/crc-catalogue/16.htm#crc.cat.crc-16-xmodem>.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |sum, &byte| {
        (0..8).fold(sum ^ u16::from(byte) << 8, |sum, _| {
            sum << 1 ^ if sum & 0x8000 == 0 { 0 } else { 0x1021 }
        })
    })
}

pub(super) fn nkey_sample(random: &mut Random) -> String {
    // `S` for a seed in the first 5 bits, `U` for a user's in the next 5.
    let mut bytes = vec![18 << 3 | 20 >> 2, 0];
    bytes.extend(random.bytes(32));
    bytes.extend(crc16(&bytes).to_le_bytes());
    to_base32(&bytes)
}

/// A Stellar seed: base 32 of a type byte, 32 bytes and their CRC-16. It starts with `S`.
///
/// Source: <https://github.com/stellar/stellar-protocol/blob/master/ecosystem/sep-0023.md>
pub(super) fn stellar(text: &str) -> Outcome {
    let Some(bytes) = base32(text).filter(|bytes| bytes.len() == 35 && text.len() == 56) else {
        return Unknown;
    };
    let (body, sum) = bytes.split_at(33);
    if crc16(body).to_le_bytes() != *sum {
        return Refuted("the CRC-16 at the end of the key is wrong");
    }
    match body[0] {
        STELLAR_SEED => Proven("the CRC-16 at the end of the seed is right"),
        _ => Public("it is an account's address or another public key"),
    }
}

/// `S` in the first 5 bits.
const STELLAR_SEED: u8 = 18 << 3;

pub(super) fn stellar_sample(random: &mut Random) -> String {
    let mut bytes = vec![STELLAR_SEED];
    bytes.extend(random.bytes(32));
    bytes.extend(crc16(&bytes).to_le_bytes());
    to_base32(&bytes)
}

/// 12, 15, 18, 21 or 24 words of the English list, the last of which holds a checksum.
///
/// Whatever is no letter may stand between the words: spaces, line ends, quotes and commas.
///
/// Source: <https://github.com/bitcoin/bips/blob/master/bip-0039.mediawiki>
pub(super) fn bip39(text: &str) -> Outcome {
    let words: Vec<String> = text
        .split(|letter: char| !letter.is_ascii_alphabetic())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let mut distinct: Vec<&String> = words.iter().collect();
    distinct.sort_unstable();
    distinct.dedup();
    match Mnemonic::parse_in_normalized(Language::English, &words.join(" ")) {
        // No wallet draws a word three times: "abandon ... about" and its kin are for tests.
        Ok(_) if distinct.len() * 2 < words.len() => {
            Public("a phrase of repeated words is a test phrase")
        }
        Ok(_) => Proven("all words are BIP-39 words and the checksum in the last is right"),
        Err(bip39::Error::InvalidChecksum) => Refuted("the checksum in the last word is wrong"),
        Err(_) => Refuted("it is no phrase of 12 to 24 BIP-39 words"),
    }
}

pub(super) fn bip39_sample(random: &mut Random) -> String {
    Mnemonic::from_entropy_in(Language::English, &random.bytes(16))
        .expect("16 bytes are an entropy of the BIP")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Valid Bech32 of BIP-173, "Test vectors", and one with a wrong checksum.
    #[test]
    fn bech32_agrees_with_its_bip() {
        assert!(bech32("A12UEL5L"));
        assert!(bech32(
            "AN83CHARACTERLONGHUMANREADABLEPARTTHATCONTAINSTHENUMBER1ANDTHEEXCLUDEDCHARACTERSBIO1TT5TGS"
        ));
        assert!(!bech32("A12UEL5M"));
        assert!(!bech32("A1G7SGD8"));
    }

    /// The identity of <https://github.com/C2SP/CCTV/tree/main/age> and the seed and key of
    /// <https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro/nkey_auth>.
    #[test]
    fn published_age_and_nats_keys_are_right() {
        let identity = concat!(
            "AGE-SECRET-KEY-1",
            "XMWWC06LY3EE5RYTXM9MFLAZ2U56",
            "JJJ36S0MYPDRWSVLUL66MV4QX3S7F6"
        );
        assert!(matches!(age(identity), Proven(_)));
        let seed = concat!(
            "SUACSSL3UAHUDXKFSNVUZRF5UHPM",
            "WZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY"
        );
        assert!(matches!(nkey(seed), Proven(_)));
        let public = "UDXU4RCSJNZOIQHZNWXHXORDPRTGNJAHAHFRGZNEEJCPQTT2M7NLCNF4";
        assert!(matches!(nkey(public), Public(_)));
    }

    /// The key of NIP-19, "Bare keys and ids", and the seed of SEP-5's first test case, account 0.
    #[test]
    fn published_nostr_and_stellar_keys_are_right() {
        let key = concat!(
            "nsec1vl029mgpspedva04g90v",
            "ltkh6fvh240zqtv9k0t9af8935ke9laqsnlfe5"
        );
        assert!(matches!(nostr(key), Proven(_)));
        assert!(matches!(nostr(&key.replace("vl0", "vl9")), Refuted(_)));
        let seed = concat!(
            "SBGWSG6BTNCKCOB3DIFBGCVMUPQFYP",
            "A2G4O34RMTB343OYPXU5DJDVMN"
        );
        assert!(matches!(stellar(seed), Proven(_)));
        let account = "GDRXE2BQUC3AZNPVFSCEZ76NJ3WWL25FYFK6RGZGIEKWE4SOOHSUJUJ6";
        assert!(matches!(stellar(account), Public(_)));
    }

    /// The key of <https://en.bitcoin.it/wiki/Wallet_import_format> and test vector 1 of BIP-32.
    #[test]
    fn bitcoin_agrees_with_its_wiki_and_bip() {
        let wif = concat!("5HueCGU8rMjxEXxiPuD5BDku", "4MkFqeZyd4dZ1jvhTVqvbTLvyTJ");
        assert!(matches!(bitcoin(wif), Proven(_)));
        let extended = concat!(
            "xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPP",
            "qjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi"
        );
        assert!(matches!(bitcoin(extended), Proven(_)));
        let public = concat!(
            "xpub661MyMwAqRbcFtXgS5sYJABqqG9YLmC4Q1Rdap9gSE8NqtwybGhe",
            "PY2gZ29ESFjqJoCu1Rupje8YtGqsefD265TMg7usUDFdp6W1EGMcet8"
        );
        assert!(matches!(bitcoin(public), Public(_)));
    }

    /// The check value of the catalogue named at [`crc16`].
    #[test]
    fn crc16_agrees_with_its_catalogue() {
        assert_eq!(crc16(b"123456789"), 0x31c3);
    }

    /// Test vectors of BIP-39: <https://github.com/trezor/python-mnemonic/blob/master/vectors.json>.
    #[test]
    fn bip39_agrees_with_its_vectors() {
        for phrase in [
            "letter advice cage absurd amount doctor acoustic avoid letter advice cage above",
            "legal winner thank year wave sausage worth useful legal winner thank yellow",
            "legal, winner, thank, year, wave, sausage,\n worth, useful, legal, winner, thank, yellow",
        ] {
            assert!(matches!(bip39(phrase), Proven(_)), "{phrase}");
        }
        let test = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
        assert!(matches!(bip39(test), Public(_)));
        assert!(matches!(
            bip39(&test.replace("about", "abandon")),
            Refuted(_)
        ));
        assert!(matches!(bip39("the quick brown fox"), Refuted(_)));
    }

    #[test]
    fn public_halves_are_public() {
        assert!(matches!(
            age("age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"),
            Public(_)
        ));
        let mut bytes = vec![20 << 3];
        bytes.extend(Random::seeded(1).bytes(32));
        bytes.extend(crc16(&bytes).to_le_bytes());
        let text = to_base32(&bytes);
        assert!(
            text.starts_with('U') && matches!(nkey(&text), Public(_)),
            "{text}"
        );
    }
}
