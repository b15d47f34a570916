//! The names of the checks that prove or refute a secret. The checks themselves are in
//! `scan::judge::checksum`; only the names are needed to read a pattern file.

use super::names;

/// A check of a secret's own checksum or structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[allow(
    missing_docs,
    reason = "each is named after the token it checks; the check documents the format"
)]
pub enum Checksum {
    Github,
    GithubPat,
    Npm,
    GitlabRoutable,
    GrafanaSa,
    Atlassian,
    Cloudflare,
    Vercel,
    Zuplo,
    Confluent,
    Age,
    BitcoinWif,
    Nkey,
    AwsId,
    AzureStorage,
    AzureIdentifiable,
    Pypi,
    Jwt,
    Jwk,
    Pem,
    Putty,
    Openai,
    Anthropic,
    Slack,
    Discord,
    Stripe,
    BasicAuth,
    Base64Json,
    GoogleServiceAccount,
    Bip39,
    Jfrog,
}

names!(Checksum {
    Github = "github",
    GithubPat = "github-pat",
    Npm = "npm",
    GitlabRoutable = "gitlab-routable",
    GrafanaSa = "grafana-sa",
    Atlassian = "atlassian",
    Cloudflare = "cloudflare",
    Vercel = "vercel",
    Zuplo = "zuplo",
    Confluent = "confluent",
    Age = "age",
    BitcoinWif = "bitcoin-wif",
    Nkey = "nkey",
    AwsId = "aws-id",
    AzureStorage = "azure-storage",
    AzureIdentifiable = "azure-identifiable",
    Pypi = "pypi",
    Jwt = "jwt",
    Jwk = "jwk",
    Pem = "pem",
    Putty = "putty",
    Openai = "openai",
    Anthropic = "anthropic",
    Slack = "slack",
    Discord = "discord",
    Stripe = "stripe",
    BasicAuth = "basic-auth",
    Base64Json = "base64-json",
    GoogleServiceAccount = "google-service-account",
    Bip39 = "bip39",
    Jfrog = "jfrog",
});
