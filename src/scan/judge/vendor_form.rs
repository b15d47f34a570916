//! Names of vendors whose credentials have one form: a value of another form is none of theirs.
//!
//! Only vendors stand here that issue all credentials of a kind themselves, in a form that they
//! document or that their code shows, so that a value of other length or alphabet cannot work.
//! Vendors whose clients also talk to other servers (`OPENAI_API_KEY` of a proxy) are left out.

use bstr::ByteSlice;

/// What credentials of a vendor look like.
struct Form {
    /// A word in the name, lower case.
    vendor: &'static [u8],
    /// What else the name has to hold, lower case: other values of the vendor have other forms.
    what: &'static [&'static [u8]],
    fits: fn(&[u8]) -> bool,
}

/// A name says as much: `telegram_bot_token`, `GITEA_TOKEN`, `X-Cisco-Meraki-API-Key`.
const FORMS: &[Form] = &[
    // <https://core.telegram.org/bots/features#generating-an-authentication-token>
    Form {
        vendor: b"telegram",
        what: &[
            b"bot_token",
            b"bottoken",
            b"api_token",
            b"apitoken",
            b"m_token",
        ],
        fits: |value| {
            value.split_once_str(":").is_some_and(|(id, rest)| {
                let id = id.strip_prefix(b"bot").unwrap_or(id);
                run(id, 5..=16, u8::is_ascii_digit) && run(rest, 34..=35, is_url_safe)
            })
        },
    },
    // A ULID behind the prefix: <https://upcloud.com/docs/guides/managing-api-tokens/>
    Form {
        vendor: b"upcloud",
        what: &[b"token"],
        fits: |value| prefixed(value, &["ucat_"], 26..=26, u8::is_ascii_alphanumeric),
    },
    // 20 random bytes in hexadecimal:
    // <https://github.com/go-gitea/gitea/blob/main/models/auth/access_token.go>
    Form {
        vendor: b"gitea",
        what: &[
            b"gitea_token",
            b"giteatoken",
            b"access_token",
            b"accesstoken",
        ],
        fits: |value| run(value, 40..=40, is_lower_hex),
    },
    // <https://developer.cisco.com/meraki/api-v1/authorization/>
    Form {
        vendor: b"meraki",
        what: &[b"key"],
        fits: |value| run(value, 40..=40, is_lower_hex),
    },
    // Documented is the prefix; published keys have 28 or 40 characters behind it, samples fewer:
    // <https://api-dashboard.search.brave.com/app/documentation>
    Form {
        vendor: b"brave",
        what: &[b"brave_search_api_key", b"brave_api_key", b"braveapikey"],
        fits: |value| prefixed(value, &["BSA"], 24..=44, is_url_safe),
    },
    // <https://authress.io/knowledge-base/docs/authorization/service-clients/secrets-scanning>
    Form {
        vendor: b"authress",
        what: &[b"key", b"secret"],
        fits: |value| {
            let parts: Vec<&[u8]> = value.splitn_str(4, ".").collect();
            let [id, key, account, secret] = parts[..] else {
                return false;
            };
            prefixed(
                id,
                &["sc_", "ext_", "scauth_", "authress_"],
                5..=30,
                u8::is_ascii_alphanumeric,
            ) && run(key, 4..=6, u8::is_ascii_alphanumeric)
                && (account.starts_with(b"acc-") || account.starts_with(b"acc_"))
                && (30..=120).contains(&secret.len())
        },
    },
    // 69 characters: <https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys>
    Form {
        vendor: b"sendgrid",
        what: &[b"api_key", b"apikey"],
        fits: |value| {
            prefixed(value, &["SG."], 66..=66, |byte| {
                is_url_safe(byte) || *byte == b'.'
            })
        },
    },
];

/// Tells whether the name of a value says which vendor issued it, and the value cannot be theirs.
pub(super) fn contradicts(name: &[u8], value: &[u8]) -> bool {
    let name = name.to_ascii_lowercase().replace("-", "_");
    FORMS.iter().any(|form| {
        name.find(form.vendor).is_some()
            && form.what.iter().any(|what| name.find(what).is_some())
            && !(form.fits)(value)
    })
}

/// Tells whether a value is the name of a key vault or of something in it, not what it keeps.
///
/// Names of Azure's vaults have 3 to 24 letters, digits and dashes and begin with a letter:
/// <https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates>.
pub(super) fn names_vault(name: &[u8], value: &[u8]) -> bool {
    let lower = name.to_ascii_lowercase();
    lower
        .find("keyvault")
        .or_else(|| lower.find("key_vault"))
        .is_some()
        && value.first().is_some_and(u8::is_ascii_lowercase)
        && value.contains(&b'-')
        && run(value, 3..=24, |byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-'
        })
}

fn run(value: &[u8], lengths: std::ops::RangeInclusive<usize>, of: fn(&u8) -> bool) -> bool {
    lengths.contains(&value.len()) && value.iter().all(of)
}

fn prefixed(
    value: &[u8],
    prefixes: &[&str],
    lengths: std::ops::RangeInclusive<usize>,
    of: fn(&u8) -> bool,
) -> bool {
    prefixes.iter().any(|prefix| {
        value
            .strip_prefix(prefix.as_bytes())
            .is_some_and(|rest| run(rest, lengths.clone(), of))
    })
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "as `u8::is_ascii_digit` is"
)]
fn is_url_safe(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "as `u8::is_ascii_digit` is"
)]
fn is_lower_hex(byte: &u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'a'..=b'f')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn a_value_of_the_vendors_form_stays() {
        let mut random = Random::seeded(5);
        let hex = random.pick("0123456789abcdef", 40);
        let letters = random.pick("ABCDEFGHIJabcdefghij0123456789", 35);
        for (name, value) in [
            ("GITEA_TOKEN", hex.clone()),
            ("X-Cisco-Meraki-API-Key", hex.clone()),
            ("telegram_bot_token", format!("123456789:{letters}")),
            ("UPCLOUD_TOKEN", format!("ucat_{}", &letters[..26])),
            (
                "authress_key",
                format!("sc_abcde.a1b2.acc-a1b2c3.{letters}"),
            ),
            (
                "SENDGRID_API_KEY",
                format!("SG.{}.{letters}{}", &letters[..22], &letters[..8]),
            ),
        ] {
            assert!(!contradicts(name.as_bytes(), value.as_bytes()), "{name}");
            assert!(
                contradicts(name.as_bytes(), &value.as_bytes()[..20]),
                "{name}"
            );
        }
    }

    #[test]
    fn other_names_and_other_values_of_the_vendor_are_not_judged() {
        for name in [
            "token",
            "TELEGRAM_API_HASH",
            "gitea_password",
            "brave_password",
        ] {
            assert!(!contradicts(name.as_bytes(), b"0a1b2c3d4e5f"), "{name}");
        }
    }

    #[test]
    fn names_of_vaults_are_no_secrets() {
        assert!(names_vault(b"keyVaultToStoreSecrets", b"abc2-prod-1234567"));
        assert!(!names_vault(b"vault_password", b"abc2-prod-1234567"));
        assert!(!names_vault(b"keyVaultSecret", b"aB3dE6gH9jK2mN5p"));
    }
}
