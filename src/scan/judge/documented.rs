//! Sample values of vendors' documentation, and keys that are public by design.
//!
//! Only hashes of them stand here, so that this repository holds no token itself: the first 8
//! bytes of the SHA-256 of the text, white space folded, `0x` and letter case of hexadecimal
//! dropped.
//!
//! Left out on purpose are sample passwords and sample secrets for signing one's own tokens
//! (`your-256-bit-secret` and the like): a service that runs with one has a hole, and the finding
//! is true.

use std::borrow::Cow;

use sha2::{Digest as _, Sha256};

use super::checksum::armored_body;

/// The longest text that is looked up: longer than any sample, with room for indentation.
const MAX_BYTES: usize = 16 * 1024;

/// Whether a secret is a sample that its vendor published.
#[must_use]
pub fn is_documented(secret: &[u8]) -> bool {
    if secret.len() > MAX_BYTES {
        return false;
    }
    let Ok(text) = std::str::from_utf8(secret) else {
        return false;
    };
    let text = text.trim();
    is_aws_example(text) || is_listed(&folded(text)) || {
        text.contains("-----BEGIN ") && armored_body(text).is_some_and(|body| is_listed(&body))
    }
}

/// Whether it is an access key id or secret key that ends in EXAMPLE, as AWS marks its samples.
///
/// Of random keys one in 30 billion ends so.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>
fn is_aws_example(text: &str) -> bool {
    match text.len() {
        20 => text.starts_with('A') && text.ends_with("EXAMPLE"),
        40 => text.ends_with("EXAMPLEKEY"),
        _ => false,
    }
}

fn is_listed(text: &str) -> bool {
    let digest: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    digest
        .first_chunk()
        .is_some_and(|first| TABLE.binary_search(&u64::from_be_bytes(*first)).is_ok())
}

/// Returns the form of a text that the hashes are made of.
fn folded(text: &str) -> Cow<'_, str> {
    let bare = text.strip_prefix("0x").unwrap_or(text);
    if bare.len() >= 32 && bare.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Cow::Owned(bare.to_ascii_lowercase());
    }
    if text.contains(char::is_whitespace) {
        return Cow::Owned(text.split_whitespace().collect::<Vec<_>>().join(" "));
    }
    Cow::Borrowed(text)
}

/// The hashes in ascending order, so that they can be searched; sorted when guard is compiled.
static TABLE: [u64; SAMPLES.len()] = sorted(SAMPLES);

const fn sorted<const N: usize>(mut hashes: [u64; N]) -> [u64; N] {
    let mut end = 1;
    while end < N {
        let mut at = end;
        while at > 0 && hashes[at - 1] > hashes[at] {
            hashes.swap(at - 1, at);
            at -= 1;
        }
        end += 1;
    }
    hashes
}

/// What is published where.
const SAMPLES: [u64; 136] = [
    // AWS, beside the rule on EXAMPLE:
    // <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html>
    0x1a5d_44a2_dca1_9669, // access key id
    0x7831_4b11_be2e_5815, // its secret key
    0xc6ea_27c5_34f9_93d3, // second user's id
    0xe21b_597b_a6b9_cafa, // its secret key
    0xe8a0_614b_6747_a06f, // secret key of the signature test suite
    0xa95d_d93e_93ea_5a8f, // secret key, misprinted
    // Azure's emulators:
    // <https://learn.microsoft.com/azure/storage/common/storage-use-azurite#well-known-storage-account-and-key>,
    // <https://learn.microsoft.com/azure/cosmos-db/emulator>
    0x0011_cc25_eb43_2071, // Azurite's account key
    0xaa65_4743_9583_c3a2, // Cosmos DB emulator's key
    // Microsoft Entra: <https://github.com/microsoft/security-utilities>, the example of the
    // class that knows such secrets
    0x7c64_2fde_738c_a654, // client secret
    // UpCloud: <https://upcloud.com/docs/guides/managing-api-tokens/>
    0x5a42_1ee5_af74_6788, // API token
    // Stripe: <https://docs.stripe.com/api/authentication>
    0x2caf_c097_0149_a84f, // secret test key
    0xf2d6_ca16_5150_33e5, // secret test key
    0xb147_1f54_4cee_ea31, // publishable test key
    0x5895_b89c_8fb3_3402, // publishable test key
    // GitHub:
    // <https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens>
    0x82e7_4299_544e_0073, // user access token of an app
    0xbc3a_e723_f57c_6b9e, // the same for OAuth
    0x3543_c50b_0cb9_cea8, // the same as others quote it
    0x797c_0ce4_1458_6cc8, // the same for an installation
    0x6d7f_a4e6_4d4b_1f3e, // refresh token
    0x8600_7eb3_6769_6d32, // token of the older form
    0x17db_5ebb_eac2_c298, // its refresh token
    // GitLab: <https://docs.gitlab.com/api/rest/authentication/>
    0x91fa_4af8_1aa0_8ddd, // personal access token of the older form
    // Slack: <https://docs.slack.dev/authentication/installing-with-oauth>,
    // <https://docs.slack.dev/authentication/verifying-requests-from-slack>
    0x2ddc_147f_3a3b_5a17, // bot token
    0x60c2_276a_452d_bd12, // user token
    0xf5c3_8873_4d28_087b, // webhook
    0x6adb_fd17_8516_c8ef, // signing secret
    // Discord: <https://discord.com/developers/docs/reference#authentication>
    0x02f7_ce3c_263f_85c0, // bot token
    // Telegram: <https://core.telegram.org/bots/tutorial#obtain-your-bot-token>,
    // <https://core.telegram.org/bots/api#authorizing-your-bot>
    0x9766_3138_e666_9921, // bot token
    0x0b5d_d075_ccdd_03c4, // bot token, earlier text
    0x731f_a294_d036_e54f, // bot token of the API
    // Twilio: <https://www.twilio.com/docs/usage/security> and its helper libraries
    0xbf61_1d33_f83c_e5b0, // auth token that validates signatures
    // Google: <https://cloud.google.com/docs/authentication/api-keys>,
    // <https://firebase.google.com/docs/web/setup>,
    // <https://developers.google.com/identity/protocols/oauth2>,
    // <https://developers.google.com/recaptcha/docs/faq>,
    // <https://github.com/google/google-authenticator/wiki/Key-Uri-Format>
    0xac92_65e5_6c79_b234, // API key
    0x279a_2219_c238_8e7f, // Firebase API key
    0x95a4_db2d_d430_bb3f, // Firebase API key
    0xda2e_2b73_3b5b_5e24, // OAuth refresh token
    0x7031_5961_d7e8_721f, // OAuth access token
    0xf5e9_5c99_5463_5b65, // reCAPTCHA test secret
    0x03b9_70ed_8171_d73b, // reCAPTCHA test site key
    0x8be5_d113_c087_1ce1, // one-time password seed
    0xd387_3980_f248_ddeb, // one-time password seed
    // Cloudflare: <https://developers.cloudflare.com/turnstile/troubleshooting/testing/>,
    // <https://developers.cloudflare.com/fundamentals/api/how-to/make-api-calls/>
    0xfb8f_3512_9df8_7662, // Turnstile secret, always passes
    0x1e3e_5865_6012_d861, // Turnstile secret, always fails
    0x841b_4f5b_0b34_e19a, // Turnstile secret, token spent
    0x2cd1_f6f3_12c5_f208, // API token
    0x1c30_fa0a_edcd_4406, // API token
    // hCaptcha: <https://docs.hcaptcha.com/#integration-testing-test-keys>
    0x9692_e67b_8378_a6f6, // test secret
    // Supabase: <https://supabase.com/docs/guides/local-development/cli/getting-started>
    0xc85d_ebb5_5f2f_204d, // secret key of every local stack
    // MinIO: <https://min.io/docs/minio/linux/reference/minio-mc.html>, the public play server
    0x1bbb_9293_c38a_cc5e, // access key
    0xdf45_2eef_23e8_cf2c, // secret key
    // SendGrid:
    // <https://www.twilio.com/docs/sendgrid/for-developers/sending-email/authentication>
    0x0209_1175_c1ae_3023, // API key
    // Mailgun: <https://documentation.mailgun.com/>, earlier editions
    0x9c84_6fdf_0fa8_955c, // API key
    // X, earlier Twitter:
    // <https://developer.x.com/en/docs/authentication/oauth-1-0a/creating-a-signature>
    0x8e06_2830_0c16_fe38, // consumer key
    0x00b3_dc64_0c9c_99fc, // consumer secret
    0x0e04_efa6_bc7d_2d51, // token
    0x5aac_38e5_42b7_6b97, // token secret
    // Elastic:
    // <https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-security-create-api-key>
    0xbae4_305b_5588_c03f, // API key
    0xa0cc_17da_e750_0395, // the same, encoded
    // Confluent: <https://docs.confluent.io/cloud/current/client-apps/api-keys.html>
    0x5976_2139_900d_1e11, // API secret
    // Algolia: <https://www.algolia.com/doc/guides/building-search-ui/getting-started/js/>, the
    // public demo
    0xf7e7_8961_82dc_de5d, // search key
    // Shopify:
    // <https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant>
    0xbc60_f5c1_5647_6ff6, // access token
    // DigitalOcean: <https://docs.digitalocean.com/reference/api/>, earlier editions
    0xfcd1_f7d0_fa69_3e92, // API token
    // PagerDuty: <https://developer.pagerduty.com/docs/authentication>
    0x5d71_2ba7_28d8_1c07, // API token
    // Asana: <https://developers.asana.com/docs/personal-access-token>
    0x215c_ac4d_9c8c_452f, // personal access token
    // Kubernetes:
    // <https://kubernetes.io/docs/reference/access-authn-authz/kubelet-tls-bootstrapping/>,
    // <https://kubernetes.io/docs/reference/access-authn-authz/bootstrap-tokens/>
    0x3002_888f_967a_7086, // bootstrap token
    0xa4b8_b245_ab28_bc4f, // bootstrap token
    // OAuth: RFC 6749, RFC 7617 and RFC 7636
    0x6c96_130f_130a_b0d6, // access token
    0x00cf_4c78_1dc3_7003, // refresh token
    0xe997_4c50_7d2a_8021, // client secret
    0x584b_27d6_4ebc_1b33, // client's credentials
    0xca74_59e2_b267_76de, // client's credentials
    0xcf4d_418e_d3de_92d7, // basic credentials
    0x687d_a00b_09c8_3361, // basic credentials
    0x13d3_1e96_1a1a_d8ec, // code verifier
    // One-time passwords: RFC 4226, appendix D, in base 32
    0x549c_9390_539e_fcfa, // seed
    // JOSE: RFC 7515, appendix A, RFC 7517, appendix A, RFC 7519 and RFC 8037, appendix A
    0x8d4e_f653_6dc8_895f, // token
    0x8b1b_17a9_740c_068a, // symmetric key
    0x57af_c116_65be_b68d, // symmetric key
    0xecaa_6793_a637_4193, // RSA exponent
    0x2e4f_f57e_9c83_2eda, // RSA exponent
    0x5ccf_2edb_4f07_0f0b, // P-256 key
    0xa454_04ae_333d_d955, // P-256 key
    0x190e_df59_d573_6c3b, // Ed25519 key
    // Private keys, by the base 64 between their markers: RFC 8410, section 10.3; RFC 9500;
    // <https://github.com/hashicorp/vagrant/tree/main/keys>
    0x4ff9_6a60_9348_49a7, // Ed25519
    0xdd28_39ea_906d_9482, // RSA 2048 test key
    0xb4cc_96d0_e967_bc41, // P-256 test key
    0xb4ec_c419_c53a_5bbc, // Vagrant's insecure RSA key
    0x4fc4_cccd_13a5_0006, // Vagrant's insecure Ed25519 key
    // NATS:
    // <https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro/nkey_auth>
    0xf70c_753f_3bef_33a1, // user's seed
    // age: <https://github.com/C2SP/CCTV/tree/main/age>
    0xff44_ff8a_eba1_a929, // identity of the test vectors
    // Bitcoin: <https://en.bitcoin.it/wiki/Wallet_import_format>,
    // <https://en.bitcoin.it/wiki/Private_key>, BIP-32 and BIP-39, test vectors
    0x9d6a_2b9d_1f01_d457, // key
    0xcdfc_e497_13b0_b848, // key
    0x56e0_76c4_827c_2a0f, // key, hexadecimal
    0xc8fb_5c43_391e_7d41, // key, hexadecimal
    0x2243_ae4c_7301_4469, // extended key
    0xecb0_e7ba_498c_5920, // phrase
    0x3a64_bcd9_cea4_3c0a, // phrase
    0xc557_eec8_78df_d852, // phrase
    0x3c09_4943_5a7e_4277, // phrase
    // Development chains: <https://hardhat.org/hardhat-network/docs/reference#initial-state>,
    // <https://getfoundry.sh/anvil/overview>,
    // <https://archive.trufflesuite.com/docs/truffle/how-to/use-truffle-develop-and-the-console/>,
    // <https://docs.polkadot.com/>
    0xf79c_d64f_9cea_2378, // Hardhat's and Anvil's phrase
    0x9c5d_0a66_56e5_d3f3, // Ganache's phrase
    0xb83e_9641_7f61_cb14, // Truffle's phrase
    0xd16d_608f_ce74_3a04, // Substrate's phrase
    0xbc1a_5096_6c9e_6486, // Hardhat's account 0
    0x8335_c553_3482_1eef, // Hardhat's account 1
    0xb26a_b652_9d20_ebeb, // Hardhat's account 2
    0x6403_4b44_c579_b335, // Hardhat's account 3
    0x4d3e_46ee_c824_4d1d, // Hardhat's account 4
    0x0aed_ba9d_586f_34f9, // Hardhat's account 5
    0x28e5_43d3_753f_c9d1, // Hardhat's account 6
    0xf070_994a_8599_4785, // Hardhat's account 7
    0x38e6_9fdd_19ae_feb4, // Hardhat's account 8
    0x967f_2158_6cdf_1248, // Hardhat's account 9
    0x0b33_e013_2123_e78d, // Hardhat's account 10
    0x84bc_109b_3d59_b017, // Hardhat's account 11
    0x85bd_e548_053a_ab4b, // Hardhat's account 12
    0xf151_3114_f60e_5e95, // Hardhat's account 13
    0x5330_d388_af89_4c9e, // Hardhat's account 14
    0xa2e0_6155_cb1a_424f, // Hardhat's account 15
    0x4a67_d7a0_d8a1_6d6d, // Hardhat's account 16
    0xb08b_dfde_9930_d920, // Hardhat's account 17
    0xcf1f_c66f_8531_51a4, // Hardhat's account 18
    0x1005_46a8_b020_a55a, // Hardhat's account 19
    0x5785_9218_5588_730b, // Ganache's account 0
    0x30e5_5f54_63e2_2af0, // Ganache's account 1
    0x70b8_01af_ae94_d2e6, // Ganache's account 2
    0x0bc9_fde2_b028_e3b0, // Ganache's account 3
    0xf51c_2c79_5f78_2308, // Ganache's account 4
    0x6dea_34b6_6114_1091, // Ganache's account 5
    0xfaeb_1dab_5a32_6eef, // Ganache's account 6
    0x196f_badc_a8b7_eea6, // Ganache's account 7
    0xecd5_e9d0_b08a_8a9f, // Ganache's account 8
    0x3fd5_610e_e03a_3503, // Ganache's account 9
    // Digests of nothing: they stand where a hash belongs
    0xf215_faf9_d88b_7f0a, // MD5
    0x07e2_3ede_2756_aa3f, // SHA-1
    0xcd37_2fb8_5148_700f, // SHA-256
    0x2a50_49ed_45b4_7005, // SHA-512
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_has_nothing_twice() {
        assert!(TABLE.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn samples_are_known() {
        for sample in [
            concat!("AKIA", "IOSFODNN7EXAMPLE"),
            concat!("ASIA", "IOSFODNN7EXAMPLE"),
            concat!("wJalrXUtnFEMI", "/K7MDENG/bPxRfiCYEXAMPLEKEY"),
            concat!("sk_test_", "4eC39HqLyjWDarjtT1zdp7dc"),
            concat!(
                "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq",
                "/K1SZFPTOtr/KBHBeksoGMGw=="
            ),
            concat!("ghu_", "16C7e42F292c6912E7710c838347Ae178B4a"),
            concat!(
                "MTk4NjIyNDgzNDcxOTI1MjQ4",
                ".Cl2FMQ.",
                "ZnCjm1XVW7vRze4b7Cq4se7kKWs"
            ),
            concat!(
                "cflt",
                "T8d8RzkNseTMEDKcjNM1BZTFPHq",
                "Rn/dQm9q7w6SjzZ12wZfwjaJdipHZtDjw"
            ),
        ] {
            assert!(is_documented(sample.as_bytes()), "{sample}");
            assert!(is_documented(format!(" {sample}\n").as_bytes()), "{sample}");
            assert!(!is_documented(&sample.as_bytes()[1..]), "{sample}");
        }
    }

    #[test]
    fn hexadecimal_and_phrases_are_folded() {
        let key = concat!(
            "ac0974bec39a17e36ba4a6b4d238ff94",
            "4bacb478cbed5efcae784d7bf4f2ff80"
        );
        for text in [key.to_owned(), format!("0x{key}"), key.to_ascii_uppercase()] {
            assert!(is_documented(text.as_bytes()), "{text}");
        }
        let phrase =
            "legal winner thank year wave sausage\n  worth useful legal winner thank yellow";
        assert!(is_documented(phrase.as_bytes()));
    }

    #[test]
    fn keys_are_known_by_their_body() {
        let body = concat!(
            "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp",
            "+K06/nwoy/HU++CXqI9EdVhC"
        );
        for text in [
            format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----"),
            format!("  -----BEGIN PRIVATE KEY-----\\n{body}\\n-----END PRIVATE KEY-----\\n"),
        ] {
            assert!(is_documented(text.as_bytes()), "{text}");
            assert!(!is_documented(text.replace("MC4", "MC5").as_bytes()));
        }
    }

    #[test]
    fn other_input_is_not() {
        for input in [
            b"".as_slice(),
            b"\xff\xfe",
            b"EXAMPLE",
            b"0x",
            b"-----BEGIN PRIVATE KEY-----",
        ] {
            assert!(!is_documented(input));
        }
        assert!(!is_documented(&b"A".repeat(MAX_BYTES + 1)));
        assert!(!is_documented(&b"-----BEGIN ".repeat(1000)));
    }
}
