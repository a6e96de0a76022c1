//! Costs of the key derivation.

use super::assemble::Words;
use super::table::Field;
use super::{OptionError, WithoutEffect};
use crate::luks::{Argon2Cost, Format, Pbkdf, Version};

/// Milliseconds that the fixed costs stand for, cryptsetup's default.
const ITERATION_TIME: u64 = 2000;
/// Scaled down, Argon2 does not go below this, which is still more than OWASP's least (19 MiB).
const LEAST_SCALED_MEMORY_KIB: u32 = 32 * 1024;

/// Finds out how keys are made from passphrases.
pub(super) fn pbkdf(
    words: &Words<'_>,
    format: &Format,
    without_effect: &mut Vec<WithoutEffect>,
) -> Result<Pbkdf, OptionError> {
    let default = Pbkdf::pbkdf2(format.hash);
    let name = words.last(Field::Pbkdf);
    let wanted = match name.map(|word| (word, word.text().to_ascii_lowercase())) {
        None if format.version == Version::One => default,
        None => Pbkdf::Argon2id(argon2(words)?),
        Some((word, name)) => match name.as_str() {
            "pbkdf2" => default,
            "argon2i" | "argon2id" if format.version == Version::One => {
                without_effect.push(word.without_effect("LUKS1 knows only pbkdf2"));
                default
            }
            "argon2i" => Pbkdf::Argon2i(argon2(words)?),
            "argon2id" => Pbkdf::Argon2id(argon2(words)?),
            _ => return Err(word.bad_value("pbkdf2, argon2i and argon2id are possible")),
        },
    };
    let Pbkdf::Pbkdf2 { iterations } = wanted else {
        return Ok(wanted);
    };
    let argon2_only = [Field::PbkdfMemory, Field::PbkdfParallel];
    let argon2_only = argon2_only
        .into_iter()
        .filter_map(|field| words.last(field));
    without_effect.extend(argon2_only.map(|word| word.without_effect("pbkdf2 has no such cost")));
    let iterations = match forced(words, Pbkdf::MINIMUM_ITERATIONS)? {
        Some(iterations) => iterations,
        None => scaled(iterations, iteration_time(words)?).max(Pbkdf::MINIMUM_ITERATIONS),
    };
    Ok(Pbkdf::Pbkdf2 { iterations })
}

fn argon2(words: &Words<'_>) -> Result<Argon2Cost, OptionError> {
    let mut cost = Argon2Cost::default();
    let milliseconds = iteration_time(words)?;
    // Less time is less memory, more time is more passes: memory is what the guest may not have.
    if milliseconds < ITERATION_TIME {
        cost.memory_kib = scaled(cost.memory_kib, milliseconds).max(LEAST_SCALED_MEMORY_KIB);
    } else {
        cost.time = scaled(cost.time, milliseconds);
    }
    if let Some((word, memory)) = words.number(Field::PbkdfMemory)? {
        let range = Pbkdf::MINIMUM_MEMORY_KIB..=Pbkdf::MAXIMUM_MEMORY_KIB;
        if !range.contains(&memory) {
            let (least, most) = (range.start(), range.end());
            return Err(word.bad_value(format!("{least} to {most} KiB are possible")));
        }
        cost.memory_kib = memory;
    }
    if let Some((_, parallel)) = words.number::<u32>(Field::PbkdfParallel)? {
        // As in cryptsetup, which takes what it can.
        cost.parallel = parallel.min(Pbkdf::MAXIMUM_PARALLEL);
    }
    if let Some(time) = forced(words, Pbkdf::MINIMUM_TIME)? {
        cost.time = time;
    }
    Ok(cost)
}

/// Gives `--pbkdf-force-iterations`.
fn forced(words: &Words<'_>, least: u32) -> Result<Option<u32>, OptionError> {
    let Some((word, iterations)) = words.number(Field::PbkdfIterations)? else {
        return Ok(None);
    };
    if iterations < least {
        return Err(word.bad_value(format!("{least} or more are possible")));
    }
    if words.last(Field::IterationTime).is_some() {
        return Err(word.conflict("`--iter-time`"));
    }
    Ok(Some(iterations))
}

/// Gives `--iter-time`.
fn iteration_time(words: &Words<'_>) -> Result<u64, OptionError> {
    let given = words.number(Field::IterationTime)?;
    Ok(given.map_or(ITERATION_TIME, |(_, milliseconds)| milliseconds))
}

fn scaled(cost: u32, milliseconds: u64) -> u32 {
    let scaled = u64::from(cost).saturating_mul(milliseconds) / ITERATION_TIME;
    u32::try_from(scaled).unwrap_or(u32::MAX)
}
