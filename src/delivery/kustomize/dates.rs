//! Bare dates, which go-yaml v3 reads as times and JSON prints in full.

use crate::text::is_day;

/// A bare date as kustomize writes it (go-yaml v3 reads it as a time, JSON prints RFC 3339), or `None` when it is none.
pub(super) fn timestamp(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    if bytes.len() < 8 || !bytes.iter().take(4).all(u8::is_ascii_digit) || bytes.get(4) != Some(&b'-') {
        return None;
    }
    let (date, rest) = match text.find(['T', 't', ' ']) {
        Some(i) => (text.get(..i)?, Some((bytes.get(i).copied()?, text.get(i + 1..)?))),
        None => (text, None),
    };
    let mut parts = date.split('-');
    let (year, month, day) = (parts.next()?, number(parts.next()?, 12)?, number(parts.next()?, 31)?);
    if parts.next().is_some() || year.len() != 4 || !is_day(year.parse().ok()?, month, day) {
        return None;
    }
    let Some((separator, time)) = rest else { return Some(format!("{year}-{month:02}-{day:02}T00:00:00Z")) };
    let zone_at = if separator == b' ' { None } else { Some(time.find(['Z', 'z', '+', '-'])?) };
    let (clock, zone) = zone_at.map_or((time, "Z"), |i| time.split_at(i));
    let (clock, fraction) = clock.split_once('.').map_or((clock, ""), |(c, f)| (c, f));
    let mut units = clock.split(':');
    let (hour, minute, second) = (number(units.next()?, 23)?, number(units.next()?, 59)?, number(units.next()?, 59)?);
    if units.next().is_some() || !fraction.bytes().all(|b| b.is_ascii_digit()) || fraction.len() > 9 {
        return None;
    }
    let zone = match zone {
        "Z" => "Z".to_owned(),
        _ => {
            let (hours, minutes) = zone.get(1..)?.split_once(':')?;
            if hours.len() != 2 || minutes.len() != 2 {
                return None;
            }
            format!("{}{:02}:{:02}", zone.get(..1)?, number(hours, 23)?, number(minutes, 59)?)
        }
    };
    let zone = if zone == "+00:00" || zone == "-00:00" { "Z".to_owned() } else { zone };
    let fraction = fraction.trim_end_matches('0');
    let dot = if fraction.is_empty() { "" } else { "." };
    Some(format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{dot}{fraction}{zone}"))
}

fn number(text: &str, max: u32) -> Option<u32> {
    if !(1..=2).contains(&text.len()) || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok().filter(|n| *n <= max)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_dates() {
        for text in ["2001-13-01", "2001-02-30", "20011214", "2001-12-14T10:00", "12:30", "2001-12-14x", "1.2.3-4"] {
            assert_eq!(timestamp(text), None, "{text}");
        }
        assert_eq!(timestamp("2001-12-14t21:59:43.10-05:00").as_deref(), Some("2001-12-14T21:59:43.1-05:00"));
    }
}
