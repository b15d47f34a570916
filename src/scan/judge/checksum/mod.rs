//! Checks of a secret's own checksum or structure, one function a kind of secret.
//!
//! A check needs no network and no key: many vendors append a checksum to their tokens so that a
//! scanner can tell a real one from look-alikes, and others put readable structure in them. A right
//! checksum is as good as certainty; a wrong one says that the text is made up or cut. Where there
//! is no redundancy the answer is "unknown", never "proven".

mod armor;
mod aws;
mod azure;
mod card;
mod codec;
mod crc;
mod encoded;
mod fields;
mod fly;
mod github;
mod gitlab;
mod jose;
mod macaroon;
mod pem;
mod pgp;
mod putty;
mod vendor;
mod wallet;

#[cfg(test)]
mod tests;

use crate::random::Random;
use crate::spec::Checksum;

/// What a check says. The text is a short reason for a human.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The checksum is right, or the structure is one that chance does not make.
    Proven(&'static str),
    /// The checksum or structure is wrong: the text cannot work as a secret.
    Refuted(&'static str),
    /// It is what it looks like, but made to be public.
    Public(&'static str),
    /// It is a key that needs a passphrase as well.
    Encrypted(&'static str),
    /// The shape says nothing either way.
    Unknown,
}

/// The longest secret that is looked at, in bytes; the work of every check is bounded by it.
const MAX_BYTES: usize = 64 * 1024;

/// Checks a secret. Never fails: what is no text, or longer than 64 KiB, is unknown.
#[must_use]
pub fn verify(check: Checksum, secret: &[u8]) -> Outcome {
    if secret.len() > MAX_BYTES {
        return Outcome::Unknown;
    }
    let Ok(text) = std::str::from_utf8(secret) else {
        return Outcome::Unknown;
    };
    let text = text.trim();
    match check {
        Checksum::Github => github::classic(text),
        Checksum::GithubPat => github::fine_grained(text),
        Checksum::Npm => crc::npm(text),
        Checksum::GitlabRoutable => gitlab::routable(text),
        Checksum::GrafanaSa => crc::grafana(text),
        Checksum::Atlassian => crc::atlassian(text),
        Checksum::Cloudflare => crc::cloudflare(text),
        Checksum::Vercel => crc::vercel(text),
        Checksum::Zuplo => crc::zuplo(text),
        Checksum::Confluent => crc::confluent(text),
        Checksum::Age => wallet::age(text),
        Checksum::BitcoinWif => wallet::bitcoin(text),
        Checksum::Nkey => wallet::nkey(text),
        Checksum::AwsId => aws::id(text),
        Checksum::AzureStorage => azure::storage(text),
        Checksum::AzureIdentifiable => azure::identifiable(text),
        Checksum::Pypi => macaroon::pypi(text),
        Checksum::Jwt => jose::jwt(text),
        Checksum::Jwk => jose::jwk(text),
        Checksum::Pem => pem::verify(text),
        Checksum::Putty => putty::verify(text),
        Checksum::Openai => vendor::openai(text),
        Checksum::Anthropic => vendor::anthropic(text),
        Checksum::Slack => vendor::slack(text),
        Checksum::Discord => vendor::discord(text),
        Checksum::Stripe => vendor::stripe(text),
        Checksum::BasicAuth => encoded::basic_auth(text),
        Checksum::Base64Json
        | Checksum::CloudflareTunnel
        | Checksum::Mapbox
        | Checksum::Onepassword
        | Checksum::SentryOrg => encoded::base64_json(text),
        Checksum::GoogleServiceAccount => encoded::google_service_account(text),
        Checksum::Bip39 => wallet::bip39(text),
        Checksum::Jfrog => encoded::jfrog(text),
        Checksum::AadClientSecret => azure::client_secret(text),
        Checksum::AzureDevopsPat => azure::devops(text),
        Checksum::AwsBedrock => fields::bedrock(text),
        Checksum::AtlassianDataCenter => fields::atlassian_data_center(text),
        Checksum::Card => card::number(text),
        Checksum::Fly => fly::macaroons(text),
        Checksum::Nostr => wallet::nostr(text),
        Checksum::Stellar => wallet::stellar(text),
    }
}

/// Returns the base 64 between the markers of a private key, without padding and separators.
pub(super) fn armored_body(text: &str) -> Option<String> {
    armor::find(text)
        .filter(|armor| armor::is_private(&armor.label))
        .map(|armor| armor.coded())
}

/// Makes a valid secret of a kind, for examples and the demo. It belongs to nobody.
#[must_use]
pub fn sample(check: Checksum, random: &mut Random) -> String {
    match check {
        Checksum::Github => github::classic_sample(random),
        Checksum::GithubPat => github::fine_grained_sample(random),
        Checksum::Npm => crc::npm_sample(random),
        Checksum::GitlabRoutable => gitlab::routable_sample(random),
        Checksum::GrafanaSa => crc::grafana_sample(random),
        Checksum::Atlassian => crc::atlassian_sample(random),
        Checksum::Cloudflare => crc::cloudflare_sample(random),
        Checksum::Vercel => crc::vercel_sample(random),
        Checksum::Zuplo => crc::zuplo_sample(random),
        Checksum::Confluent => crc::confluent_sample(random),
        Checksum::Age => wallet::age_sample(random),
        Checksum::BitcoinWif => wallet::bitcoin_sample(random),
        Checksum::Nkey => wallet::nkey_sample(random),
        Checksum::AwsId => aws::id_sample(random),
        Checksum::AzureStorage => azure::storage_sample(random),
        Checksum::AzureIdentifiable => azure::identifiable_sample(random),
        Checksum::Pypi => macaroon::pypi_sample(random),
        Checksum::Jwt => jose::jwt_sample(random),
        Checksum::Jwk => jose::jwk_sample(random),
        Checksum::Pem => pem::sample(random),
        Checksum::Putty => putty::sample(random),
        Checksum::Openai => vendor::openai_sample(random),
        Checksum::Anthropic => vendor::anthropic_sample(random),
        Checksum::Slack => vendor::slack_sample(random),
        Checksum::Discord => vendor::discord_sample(random),
        Checksum::Stripe => vendor::stripe_sample(random),
        Checksum::BasicAuth => encoded::basic_auth_sample(random),
        Checksum::Base64Json => encoded::base64_json_sample(random),
        Checksum::GoogleServiceAccount => encoded::google_service_account_sample(random),
        Checksum::Bip39 => wallet::bip39_sample(random),
        Checksum::Jfrog => encoded::jfrog_sample(random),
        Checksum::AadClientSecret => azure::client_secret_sample(random),
        Checksum::AzureDevopsPat => azure::devops_sample(random),
        Checksum::AwsBedrock => fields::bedrock_sample(random),
        Checksum::AtlassianDataCenter => fields::atlassian_data_center_sample(random),
        Checksum::Card => card::number_sample(random),
        Checksum::CloudflareTunnel => encoded::cloudflare_tunnel_sample(random),
        Checksum::Fly => fly::sample(random),
        Checksum::Mapbox => encoded::mapbox_sample(random),
        Checksum::Nostr => wallet::nostr_sample(random),
        Checksum::Onepassword => encoded::onepassword_sample(random),
        Checksum::SentryOrg => encoded::sentry_sample(random),
        Checksum::Stellar => wallet::stellar_sample(random),
    }
}
