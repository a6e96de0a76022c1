//! How the LUKS container of a plan is formatted (spec 04, section 12).

use kiwi_ondisk::luks::options::{OptionError, Parsed, Request, parse};
use kiwi_ondisk::luks::{Luks, PayloadStart, Version};
use uuid::Uuid;

use crate::plan::layers::LuksPlan;

/// Room for the header of LUKS 2 with key slots for another key, as `cryptsetup` leaves it, in bytes.
const LUKS2_HEADER: u64 = 16 << 20;

/// Reads the options of the description.
///
/// # Errors
/// The first option that cannot be followed.
pub fn parsed(plan: &LuksPlan) -> Result<Parsed, OptionError> {
    let options: Vec<(&str, Option<&str>)> = plan
        .options
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_deref()))
        .collect();
    let mut parsed = parse(&Request {
        version: plan.version.as_deref(),
        options: &options,
        pbkdf: plan.key_derivation.as_deref(),
        operating_system: plan.compatible_with.as_deref(),
    })?;
    if plan.header_bytes > 0 {
        parsed.format.payload = PayloadStart::At(plan.header_bytes);
    }
    Ok(parsed)
}

/// Bytes in front of the content: what the options say, and not less than usual for a header that may be changed later.
///
/// Options that cannot be followed are reported by a check.
pub(crate) fn header_bytes(plan: &LuksPlan) -> u64 {
    let Ok(parsed) = parsed(plan) else {
        return LUKS2_HEADER;
    };
    let is_fixed = matches!(parsed.format.payload, PayloadStart::At(_));
    let version = parsed.format.version;
    let container = Luks {
        format: parsed.format,
        uuid: Uuid::nil(),
        keys: Vec::new(),
    };
    let bytes = container.payload_offset().unwrap_or(LUKS2_HEADER);
    match version {
        Version::Two if !is_fixed => bytes.max(LUKS2_HEADER),
        _ => bytes,
    }
}
