//! Tokens with a vendor's marks in them but no checksum.

use super::Outcome::{self, Proven, Public, Refuted, Unknown};
use super::codec::{
    BASE62, BASE64URL, all_in, base64, is_counted, is_filler, is_number, number, pick, to_base64url,
};
use crate::random::Random;

/// "`OpenAI`" in base 64.
const OPENAI: &str = "T3BlbkFJ";

/// `sk-`, for newer keys a kind such as `proj-`, then 20, 58 or 74 characters, "`OpenAI`" in
/// base 64 and as many again.
///
/// Keys of `sk-` without the marker belong to other vendors and are unknown.
///
/// Source: <https://platform.openai.com/docs/api-reference/authentication> for the prefixes
pub(super) fn openai(text: &str) -> Outcome {
    let halves = text
        .strip_prefix("sk-")
        .and_then(|key| key.split_once(OPENAI));
    let Some((first, second)) = halves.filter(|_| text.is_ascii()) else {
        return Unknown;
    };
    let Some(at) = first.len().checked_sub(second.len()) else {
        return Unknown;
    };
    let (kind, first) = first.split_at(at);
    let shaped = matches!(second.len(), 20 | 58 | 74)
        && (kind.is_empty() || kind.ends_with('-'))
        && all_in(first, BASE64URL)
        && all_in(second, BASE64URL);
    if shaped && !is_filler(first) && !is_filler(second) {
        Proven("OpenAI's marker stands in the middle of the key")
    } else {
        Unknown
    }
}

pub(super) fn openai_sample(random: &mut Random) -> String {
    let [first, second] = [(); 2].map(|()| pick(random, BASE62, 74));
    format!("sk-proj-{first}{OPENAI}{second}")
}

/// `sk-ant-api03-` or `sk-ant-admin01-`, 93 characters and `AA`.
///
/// Source: <https://docs.anthropic.com/en/api/admin-api/apikeys/get-api-key> for the prefix
pub(super) fn anthropic(text: &str) -> Outcome {
    let key = ["sk-ant-api03-", "sk-ant-admin01-"]
        .iter()
        .find_map(|start| text.strip_prefix(start));
    match key {
        Some(key) if key.len() == 95 && all_in(key, BASE64URL) && !is_filler(key) => {
            if key.ends_with("AA") {
                Proven("it has the length and the ending of an Anthropic key")
            } else {
                Refuted("an Anthropic key of this length ends in AA")
            }
        }
        _ => Unknown,
    }
}

pub(super) fn anthropic_sample(random: &mut Random) -> String {
    format!("sk-ant-api03-{}AA", pick(random, BASE64URL, 93))
}

/// Slack's tokens and webhooks: numbers and ids that were drawn, not typed.
///
/// Only rotating tokens have structure inside: `xoxe-1-` or `xoxe.xoxb-1-` and base 64 of numbers
/// joined by hyphens.
///
/// Source: <https://docs.slack.dev/authentication/tokens> and
/// <https://docs.slack.dev/authentication/using-token-rotation>
pub(super) fn slack(text: &str) -> Outcome {
    if let Some((_, ids)) = text.split_once("hooks.slack.com/") {
        let mut ids = ids
            .split('/')
            .filter(|id| id.starts_with(['T', 'B']) && id.len() >= 8);
        return if ids.any(|id| is_counted(&id[1..]) || is_filler_id(&id[1..])) {
            Refuted("the ids in the address are placeholders")
        } else {
            Unknown
        };
    }
    if text.starts_with("xoxe") {
        let payload = text
            .rsplit_once("-1-")
            .and_then(|(_, payload)| base64(payload));
        let payload = payload
            .and_then(|payload| String::from_utf8(payload).ok())
            .unwrap_or_default();
        let mut fields = payload.split('-');
        let mut is_field = |least| {
            fields
                .next()
                .is_some_and(|field| field.len() >= least && is_number(field))
        };
        return if is_field(1) && is_field(1) && is_field(9) {
            Proven("its payload decodes to the numbers of a rotating token")
        } else {
            Unknown
        };
    }
    if text.starts_with("xox")
        && text
            .split('-')
            .any(|field| field.len() >= 8 && is_number(field) && is_counted(field))
    {
        return Refuted("the numbers in it were typed, not drawn");
    }
    Unknown
}

/// Whether the rest of a webhook's id is one character over and over.
fn is_filler_id(id: &str) -> bool {
    let first = id.as_bytes().first();
    id.bytes().all(|byte| Some(&byte) == first)
}

pub(super) fn slack_sample(random: &mut Random) -> String {
    let (team, bot) = (number(random, 12), number(random, 13));
    format!("xoxb-{team}-{bot}-{}", pick(random, BASE62, 24))
}

/// Discord's first moment, the start of 2015, in milliseconds since 1970.
const DISCORD_EPOCH: u64 = 1_420_070_400_000;
/// The start of 2050: no snowflake of today points further.
const FAR_FUTURE: u64 = 2_524_608_000_000;

/// A bot token: three parts, the first of them the bot's id in base 64, a decimal snowflake; or the
/// address of a webhook, in which the id stands as it is.
///
/// Source: <https://discord.com/developers/docs/reference#authentication> and
/// <https://discord.com/developers/docs/reference#snowflakes>
pub(super) fn discord(text: &str) -> Outcome {
    if let Some((_, rest)) = text.split_once("/webhooks/") {
        let id = rest.split('/').next().unwrap_or_default();
        return if is_counted(id) {
            Refuted("the Discord id in it was typed, not drawn")
        } else {
            Unknown
        };
    }
    let parts: Vec<&str> = text.split('.').collect();
    let [first, second, third] = parts[..] else {
        return Unknown;
    };
    let id = base64(first)
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .unwrap_or_default();
    let snowflake = Some(&id).filter(|id| is_number(id) && (17..=20).contains(&id.len()));
    let Some(snowflake) = snowflake.and_then(|id| id.parse::<u64>().ok()) else {
        return Refuted("its first part does not decode to a Discord id");
    };
    if is_counted(&id) || (snowflake >> 22) + DISCORD_EPOCH > FAR_FUTURE {
        return Refuted("the Discord id in it was typed, not drawn");
    }
    if second.len() >= 6 && third.len() >= 27 {
        Proven("its first part decodes to a Discord id")
    } else {
        Unknown
    }
}

pub(super) fn discord_sample(random: &mut Random) -> String {
    // An account made between 2017 and 2025.
    let milliseconds = 80_000_000_000 + random.next_u64() % 250_000_000_000;
    let id = ((milliseconds << 22) | (random.next_u64() % (1 << 22))).to_string();
    let (time, mac) = (pick(random, BASE62, 5), pick(random, BASE64URL, 38));
    format!("{}.G{time}.{mac}", to_base64url(id.as_bytes()))
}

/// `sk_` and `rk_` keys are secret, `pk_` keys are made for browsers.
///
/// Source: <https://docs.stripe.com/keys>
pub(super) fn stripe(text: &str) -> Outcome {
    if text.starts_with("pk_live_") || text.starts_with("pk_test_") {
        Public("it is a publishable key, which is made for browsers")
    } else {
        Unknown
    }
}

pub(super) fn stripe_sample(random: &mut Random) -> String {
    format!("sk_live_51{}", pick(random, BASE62, 97))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openai_keys_of_every_length_are_known() {
        let mut random = Random::seeded(1);
        for (kind, length) in [("", 20), ("proj-", 58), ("svcacct-", 74), ("admin-", 58)] {
            let [first, second] = [(); 2].map(|()| pick(&mut random, BASE62, length));
            let key = format!("sk-{kind}{first}{OPENAI}{second}");
            assert!(matches!(openai(&key), Proven(_)), "{key}");
            assert_eq!(openai(&format!("{key}x")), Unknown);
            assert_eq!(openai(&key.replace(OPENAI, "T3BlbkFK")), Unknown);
        }
        let x = "x".repeat(20);
        assert_eq!(openai(&format!("sk-{x}{OPENAI}{x}")), Unknown);
    }

    #[test]
    fn anthropic_keys_end_in_two_a() {
        let key = anthropic_sample(&mut Random::seeded(2));
        assert!(matches!(
            anthropic(&format!("{}AB", &key[..key.len() - 2])),
            Refuted(_)
        ));
        assert_eq!(anthropic(&key[..100]), Unknown);
        assert_eq!(
            anthropic(&format!("sk-ant-api03-{}AA", "x".repeat(93))),
            Unknown
        );
        assert_eq!(anthropic("sk-ant-oat01-abc"), Unknown);
    }

    #[test]
    fn slack_placeholders_are_refuted() {
        for text in [
            "xoxb-123456789012-1234567890123-abcdefghijklmnopqrstuvwx",
            "xoxp-000000000000-839201847362-abc",
            "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
            "https://hooks.slack.com/services/TXXXXXXXX/BXXXXXXXX/XXXXXXXXXXXXXXXXXXXXXXXX",
        ] {
            assert!(matches!(slack(text), Refuted(_)), "{text}");
        }
        let path = concat!("hooks.slack.com/services/T8A4", "KQ2PB/B93KD01LQ/x");
        assert_eq!(slack(&format!("https://{path}")), Unknown);
        let token = format!(
            "xoxe.xoxb-1-{}",
            to_base64url(b"2-2-839201847362-110293847561-ab12")
        );
        assert!(matches!(slack(&token), Proven(_)));
        assert_eq!(slack("xoxe-1-abcdefg"), Unknown);
    }

    #[test]
    fn discord_ids_must_be_snowflakes() {
        let token = |id: &str| {
            discord(&format!(
                "{}.Gabcde.{}",
                to_base64url(id.as_bytes()),
                "k".repeat(38)
            ))
        };
        assert!(
            matches!(token("198622483471925248"), Proven(_)),
            "the documentation's id"
        );
        assert!(matches!(token("123456789012345678"), Refuted(_)));
        assert!(matches!(token("18446744073709551615"), Refuted(_)));
        assert!(matches!(token("99999999999999999999"), Refuted(_)));
        assert!(matches!(token("hello"), Refuted(_)));
        assert_eq!(discord("mfa.abc"), Unknown);
        let webhook = |id: &str| discord(&format!("discord.com/api/webhooks/{id}/abc"));
        assert!(matches!(webhook("123456789012345678"), Refuted(_)));
        assert_eq!(webhook("198622483471925248"), Unknown);
    }

    #[test]
    fn publishable_keys_are_public() {
        assert!(matches!(stripe("pk_live_abc"), Public(_)));
        assert_eq!(stripe(&stripe_sample(&mut Random::seeded(3))), Unknown);
    }
}
