//! Tokens whose base 64 decodes to fields and a secret, with a sign between them.

use super::Outcome::{self, Proven, Refuted, Unknown};
use super::codec::{BASE64, base64, is_number, number, pick, to_base64};
use crate::random::Random;

/// `ABSK` and base 64 of `BedrockAPIKey-`, an id, `-at-`, an account number of 12 digits, a colon
/// and a secret.
///
/// Source: <https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-how.html> and
/// <https://www.wiz.io/blog/a-new-type-of-long-lived-key-on-aws-bedrock-api-keys>
pub(super) fn bedrock(text: &str) -> Outcome {
    let Some(coded) = text.strip_prefix("ABSK") else {
        return Unknown;
    };
    let decoded = base64(coded).and_then(|bytes| String::from_utf8(bytes).ok());
    let account = decoded
        .as_deref()
        .and_then(|text| text.strip_prefix("BedrockAPIKey-"))
        .and_then(|text| text.split_once(':'))
        .filter(|(_, secret)| secret.len() >= 16)
        .and_then(|(name, _)| name.rsplit_once("-at-"))
        .map(|(_, account)| account);
    match account {
        Some(account) if account.len() == 12 && is_number(account) => {
            Proven("it decodes to a Bedrock key's name, account number and secret")
        }
        _ => Refuted("it does not decode to a Bedrock key's name, account number and secret"),
    }
}

pub(super) fn bedrock_sample(random: &mut Random) -> String {
    let id = random.pick("abcdefghijklmnopqrstuvwxyz0123456789", 4);
    let (account, secret) = (number(random, 12), pick(random, BASE64, 59));
    let text = format!("BedrockAPIKey-{id}-at-{account}:{secret}=");
    format!("ABSK{}", to_base64(text.as_bytes()))
}

/// 44 characters that decode to 12 digits, a colon and 20 random bytes; Bitbucket puts `BBDC-`
/// before them.
///
/// Source: <https://confluence.atlassian.com/enterprise/using-personal-access-tokens-1026032365.html>
/// and <https://confluence.atlassian.com/bitbucketserver/http-access-tokens-939515499.html>
pub(super) fn atlassian_data_center(text: &str) -> Outcome {
    let token = text.strip_prefix("BBDC-").unwrap_or(text);
    let Some(bytes) = Some(token)
        .filter(|token| token.len() == 44)
        .and_then(base64)
    else {
        return Unknown;
    };
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit());
    match digits.count() {
        at @ 6..=16 if bytes[at] == b':' && bytes.len() >= at + 17 => {
            Proven("it decodes to a number, a colon and a secret")
        }
        _ => Refuted("it does not decode to a number, a colon and a secret"),
    }
}

pub(super) fn atlassian_data_center_sample(random: &mut Random) -> String {
    let mut bytes = number(random, 12).into_bytes();
    bytes.push(b':');
    bytes.extend(random.bytes(20));
    to_base64(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bedrock_keys_hold_an_account_number() {
        let key = bedrock_sample(&mut Random::seeded(1));
        assert!(key.starts_with("ABSKQmVkcm9ja0FQSUtleS"), "{key}");
        for text in [
            "BedrockAPIKey-test-key-1234567890",
            "BedrockAPIKey-ab12-at-12345:0123456789abcdef",
            "BedrockAPIKey-ab12-at-123456789012:short",
        ] {
            let key = format!("ABSK{}", to_base64(text.as_bytes()));
            assert!(matches!(bedrock(&key), Refuted(_)), "{text}");
        }
        assert!(matches!(bedrock(&key[..60]), Refuted(_)));
        assert_eq!(bedrock("AKIA"), Unknown);
    }

    #[test]
    fn data_center_tokens_start_with_a_number() {
        let token = atlassian_data_center_sample(&mut Random::seeded(2));
        assert_eq!(token.len(), 44);
        assert!(matches!(
            atlassian_data_center(&format!("BBDC-{token}")),
            Proven(_)
        ));
        let other = to_base64(b"not a number of an account, though");
        assert!(matches!(atlassian_data_center(&other[..44]), Refuted(_)));
        assert_eq!(atlassian_data_center(&token[..40]), Unknown);
    }
}
