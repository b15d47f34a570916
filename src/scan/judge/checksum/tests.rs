//! What holds for every check.

use super::*;

/// The checks whose good secrets are unknown, because nothing in them is redundant.
const WITHOUT_PROOF: [Checksum; 4] = [
    Checksum::AwsId,
    Checksum::Card,
    Checksum::Slack,
    Checksum::Stripe,
];

/// The checks that see every changed character.
const CHECKSUMMED: [Checksum; 19] = [
    Checksum::Github,
    Checksum::GithubPat,
    Checksum::Npm,
    Checksum::GitlabRoutable,
    Checksum::GrafanaSa,
    Checksum::Atlassian,
    Checksum::Cloudflare,
    Checksum::Vercel,
    Checksum::Zuplo,
    Checksum::Confluent,
    Checksum::Age,
    Checksum::BitcoinWif,
    Checksum::Nkey,
    Checksum::AzureStorage,
    Checksum::Putty,
    Checksum::Bip39,
    Checksum::AadClientSecret,
    Checksum::Nostr,
    Checksum::Stellar,
];

#[test]
fn samples_are_proven_whatever_the_seed() {
    for &check in Checksum::ALL {
        for seed in 0..200 {
            let secret = sample(check, &mut Random::seeded(seed));
            let outcome = verify(check, secret.as_bytes());
            if WITHOUT_PROOF.contains(&check) {
                assert_eq!(outcome, Outcome::Unknown, "{check}: {secret}");
            } else {
                assert!(
                    matches!(outcome, Outcome::Proven(_)),
                    "{check}: {outcome:?}: {secret}"
                );
            }
        }
    }
}

/// A check that the page on proofs does not name is one whose source nobody can look up.
#[test]
fn every_check_is_documented() {
    let page = include_str!("../../../../docs/proofs.md");
    let list = include_str!("../../../../docs/patterns.md");
    for check in Checksum::ALL {
        assert!(page.contains(&format!("`{check}`")), "{check}");
        assert!(list.contains(&format!("`{check}`")), "{check}");
    }
}

#[test]
fn samples_differ_and_repeat_with_their_seed() {
    for &check in Checksum::ALL {
        let make = |seed| sample(check, &mut Random::seeded(seed));
        assert_eq!(make(1), make(1));
        assert_ne!(make(1), make(2));
    }
}

/// Replaces the character at `at` by another of the same class.
fn flipped(secret: &str, at: usize) -> String {
    let mut bytes = secret.as_bytes().to_vec();
    bytes[at] = match bytes[at] {
        b'Z' => b'A',
        b'z' => b'a',
        b'9' => b'8',
        byte if byte.is_ascii_alphanumeric() => byte + 1,
        byte => byte,
    };
    String::from_utf8(bytes).expect("still ASCII")
}

#[test]
fn a_flipped_character_is_never_proven_where_there_is_a_checksum() {
    for check in CHECKSUMMED {
        let mut refuted = 0;
        for seed in 0..200 {
            let mut random = Random::seeded(seed);
            let secret = sample(check, &mut random);
            let other = flipped(&secret, random.below(secret.len()));
            if other == secret {
                continue;
            }
            match verify(check, other.as_bytes()) {
                Outcome::Refuted(_) => refuted += 1,
                // The 4 bits of a phrase's checksum may fit by chance; the header of a PuTTY key
                // and the last 8 characters of a fine-grained token are covered by nothing.
                Outcome::Proven(_) => assert!(
                    matches!(
                        check,
                        Checksum::Bip39 | Checksum::Putty | Checksum::GithubPat
                    ),
                    "{check}: {other}"
                ),
                _ => {}
            }
        }
        // In the rest it was the prefix that changed, and another thing is unknown.
        assert!(refuted > 100, "{check}: {refuted}");
    }
}

#[test]
fn nothing_panics_and_nothing_else_is_proven() {
    let mut inputs: Vec<Vec<u8>> = vec![
        Vec::new(),
        b" ".to_vec(),
        b"\n".to_vec(),
        b"\xff\xfe\x00".to_vec(),
        "ключ".repeat(30).into_bytes(),
        b"=".repeat(100),
        b"-".repeat(100),
        b".".repeat(100),
        b"{".repeat(3000),
        b"A".repeat(MAX_BYTES),
        b"A".repeat(MAX_BYTES + 1),
        b"1".repeat(MAX_BYTES),
        b"\\".repeat(MAX_BYTES),
        b"BEGIN ".repeat(MAX_BYTES / 6),
        b"-----BEGIN ".repeat(MAX_BYTES / 11),
        b"{\"kty\":".repeat(MAX_BYTES / 7),
    ];
    for length in 0..200 {
        inputs.push(Random::seeded(length).bytes(usize::try_from(length).expect("small")));
    }
    for &check in Checksum::ALL {
        for input in &inputs {
            let outcome = verify(check, input);
            assert!(!matches!(outcome, Outcome::Proven(_)), "{check}: {input:?}");
        }
    }
}

#[test]
fn a_secret_cut_or_broken_anywhere_does_not_panic() {
    for &check in Checksum::ALL {
        let secret = sample(check, &mut Random::seeded(1));
        for at in 0..secret.len().min(1500) {
            let _ = verify(check, &secret.as_bytes()[..at]);
            let _ = verify(check, &secret.as_bytes()[at..]);
            let mut bytes = secret.clone().into_bytes();
            bytes[at] = 0xff;
            assert_eq!(verify(check, &bytes), Outcome::Unknown);
            bytes.splice(at..=at, "é".bytes());
            let _ = verify(check, &bytes);
        }
    }
}

#[test]
fn every_check_meets_every_other_checks_sample() {
    for &check in Checksum::ALL {
        for &other in Checksum::ALL {
            let _ = verify(check, sample(other, &mut Random::seeded(9)).as_bytes());
        }
    }
}

#[test]
fn space_around_a_secret_does_not_matter() {
    let secret = sample(Checksum::Github, &mut Random::seeded(1));
    assert!(matches!(
        verify(Checksum::Github, format!(" {secret}\n").as_bytes()),
        Outcome::Proven(_)
    ));
}
