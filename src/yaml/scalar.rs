//! What a scalar means: the types that Kubernetes and Kustomize give a bare word.
//!
//! Kubernetes reads manifests with go-yaml v2 and then passes the value through JSON, which turns `1.0` and `1e3` into integers.
//! Kustomize reads resources with go-yaml v3, which knows fewer boolean words. Truth: `resolve.go` of both.

use super::{Scalar, Style};

/// Who reads it. They differ on bare words such as `yes` and on dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// kubectl, the API server, JSON 6902 patches and kustomization files (YAML 1.1 words: `yes` is true).
    Kubernetes,
    /// Resources and strategic-merge patches inside Kustomize (YAML 1.2 words: `yes` is a string).
    Kustomize,
}

/// A scalar's type and value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Typed<'a> {
    /// `null`, `~`, nothing.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer that fits 64 bits.
    Int(i64),
    /// An integer above `i64::MAX`.
    Unsigned(u64),
    /// Any other number.
    Float(f64),
    /// A string.
    Str(&'a str),
}

/// The tag of a scalar that is written anew without a type: it counts as none, and tells that there was none.
pub const UNTYPED: &str = "";

const CORE: &str = "tag:yaml.org,2002:";

impl Scalar {
    /// The value under a dialect; `tag` is the resolved explicit tag, if there is one.
    ///
    /// A value that its tag forbids (`!!int x`), which both readers refuse, is given as a string. So is a date, though Kustomize
    /// rewrites a bare one to a full timestamp, and `!!binary`, which is not decoded.
    #[must_use]
    pub fn typed(&self, tag: Option<&str>, dialect: Dialect) -> Typed<'_> {
        let text = &*self.text;
        let Some(tag) = tag.filter(|t| *t != UNTYPED) else {
            return if self.style == Style::Plain { resolve(text, dialect) } else { Typed::Str(text) };
        };
        // An explicit core tag has even a quoted scalar resolved; any other tag makes it a string.
        let resolved = match tag.strip_prefix(CORE) {
            Some("bool" | "int" | "float" | "null") => resolve(text, dialect),
            _ => return Typed::Str(text),
        };
        match (tag.strip_prefix(CORE), resolved) {
            (Some("bool"), Typed::Bool(_))
            | (Some("null"), Typed::Null)
            | (Some("int"), Typed::Int(_) | Typed::Unsigned(_))
            | (Some("float"), Typed::Int(_) | Typed::Float(_)) => resolved,
            _ => Typed::Str(text),
        }
    }
}

/// What a bare word is.
fn resolve(text: &str, dialect: Dialect) -> Typed<'_> {
    let Some(first) = text.bytes().next() else {
        return Typed::Null;
    };
    match first {
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => word(text, dialect),
        b'.' => special_float(text).or_else(|| float(text)).unwrap_or(Typed::Str(text)),
        b'+' | b'-' | b'0'..=b'9' => special_float(text).or_else(|| number(text)).unwrap_or(Typed::Str(text)),
        _ => Typed::Str(text),
    }
}

fn word(text: &str, dialect: Dialect) -> Typed<'_> {
    match text {
        "~" | "null" | "Null" | "NULL" => Typed::Null,
        "true" | "True" | "TRUE" => Typed::Bool(true),
        "false" | "False" | "FALSE" => Typed::Bool(false),
        _ if dialect == Dialect::Kustomize => Typed::Str(text),
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Typed::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Typed::Bool(false),
        _ => Typed::Str(text),
    }
}

fn special_float(text: &str) -> Option<Typed<'_>> {
    match text {
        ".nan" | ".NaN" | ".NAN" => Some(Typed::Float(f64::NAN)),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Some(Typed::Float(f64::INFINITY)),
        "-.inf" | "-.Inf" | "-.INF" => Some(Typed::Float(f64::NEG_INFINITY)),
        _ => None,
    }
}

/// A number that begins with a sign or a digit; underscores are skipped wherever they stand.
fn number(text: &str) -> Option<Typed<'static>> {
    if text.contains('_') { plain_number(&text.replace('_', "")) } else { plain_number(text) }
}

fn plain_number(text: &str) -> Option<Typed<'static>> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if let Some(magnitude) = magnitude(digits) {
        // Only an unsigned text may exceed the signed range.
        let signed = text.len() != digits.len();
        match (i64::try_from(magnitude), negative) {
            (Ok(value), false) => return Some(Typed::Int(value)),
            (Ok(value), true) => return Some(Typed::Int(-value)),
            (Err(_), true) if magnitude == i64::MIN.unsigned_abs() => return Some(Typed::Int(i64::MIN)),
            (Err(_), false) if !signed => return Some(Typed::Unsigned(magnitude)),
            _ => {}
        }
    }
    float(text)
}

/// Digits in the base their prefix names, as Go's `strconv.ParseInt(_, 0, 64)` reads them: `0x`, `0o`, `0b`, and `0` for octal.
fn magnitude(digits: &str) -> Option<u64> {
    let bytes = digits.as_bytes();
    let (radix, digits) = match (bytes.first()?, bytes.get(1)) {
        (b'0', Some(b'x' | b'X')) => (16, &digits[2..]),
        (b'0', Some(b'o' | b'O')) => (8, &digits[2..]),
        (b'0', Some(b'b' | b'B')) => (2, &digits[2..]),
        (b'0', Some(_)) => (8, &digits[1..]),
        _ => (10, digits),
    };
    // Rust's parser would take a second sign.
    if digits.starts_with(['+', '-']) {
        return None;
    }
    u64::from_str_radix(digits, radix).ok()
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, finite; an integral one becomes an integer, as it does on its way through JSON.
fn float(text: &str) -> Option<Typed<'static>> {
    if !text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E')) {
        return None;
    }
    // What is left of Rust's grammar after the check above is the pattern.
    let value: f64 = text.parse().ok()?;
    // Both bounds are exact as floats; the upper one is the first value that no longer fits.
    const LOW: f64 = i64::MIN as f64;
    const HIGH: f64 = -LOW;
    if !value.is_finite() {
        None
    } else if value.fract() == 0.0 && (LOW..HIGH).contains(&value) {
        #[allow(clippy::cast_possible_truncation)]
        Some(Typed::Int(value as i64))
    } else {
        Some(Typed::Float(value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str, style: Style, tag: Option<&str>, dialect: Dialect) -> String {
        let scalar = Scalar { text: text.into(), style };
        format!("{:?}", scalar.typed(tag.map(|t| format!("{CORE}{t}")).as_deref(), dialect))
    }

    /// Expected values: go-yaml v2 and v3 followed by JSON, as kubectl v1.32 and its kustomize print them.
    #[test]
    fn bare_words() {
        let both: &[(&str, &str)] = &[
            ("", "Null"),
            ("~", "Null"),
            ("null", "Null"),
            ("Null", "Null"),
            ("NULL", "Null"),
            ("nULL", "Str"),
            ("true", "Bool(true)"),
            ("True", "Bool(true)"),
            ("TRUE", "Bool(true)"),
            ("tRue", "Str"),
            ("false", "Bool(false)"),
            ("False", "Bool(false)"),
            ("FALSE", "Bool(false)"),
            ("0", "Int(0)"),
            ("-0", "Int(0)"),
            ("1", "Int(1)"),
            ("+1", "Int(1)"),
            ("-1", "Int(-1)"),
            ("--1", "Str"),
            ("+-1", "Str"),
            ("0755", "Int(493)"),
            ("-0755", "Int(-493)"),
            ("0o755", "Int(493)"),
            ("0O755", "Int(493)"),
            ("0o8", "Str"),
            ("0x1F", "Int(31)"),
            ("0X1f", "Int(31)"),
            ("-0x1F", "Int(-31)"),
            ("0x", "Str"),
            ("0x+1", "Str"),
            ("0b101", "Int(5)"),
            ("0B101", "Int(5)"),
            ("-0b101", "Int(-5)"),
            ("0b102", "Str"),
            ("1_000", "Int(1000)"),
            ("1__0", "Int(10)"),
            ("0_7", "Int(7)"),
            ("_1", "Str"),
            ("08", "Int(8)"),
            ("09.5", "Float(9.5)"),
            ("1e3", "Int(1000)"),
            ("1E+3", "Int(1000)"),
            ("1e-3", "Float(0.001)"),
            ("1e", "Str"),
            ("1.0", "Int(1)"),
            ("1.", "Int(1)"),
            (".5", "Float(0.5)"),
            ("-.5", "Float(-0.5)"),
            ("+.5", "Float(0.5)"),
            ("1.5", "Float(1.5)"),
            ("1.5.1", "Str"),
            (".", "Str"),
            ("..", "Str"),
            ("-", "Str"),
            ("+", "Str"),
            (".e3", "Str"),
            ("1e400", "Str"),
            ("-1e400", "Str"),
            ("1e19", "Float(1e19)"),
            ("9223372036854775807", "Int(9223372036854775807)"),
            ("9223372036854775808", "Unsigned(9223372036854775808)"),
            ("18446744073709551615", "Unsigned(18446744073709551615)"),
            ("18446744073709551616", "Float(1.8446744073709552e19)"),
            ("-9223372036854775808", "Int(-9223372036854775808)"),
            ("-9223372036854775809", "Int(-9223372036854775808)"),
            (".inf", "Float(inf)"),
            ("-.INF", "Float(-inf)"),
            ("+.Inf", "Float(inf)"),
            (".nan", "Float(NaN)"),
            ("inf", "Str"),
            ("NaN", "Str"),
            ("infinity", "Str"),
            ("12:30", "Str"),
            ("1:2", "Str"),
            ("2001-12-14", "Str"),
            ("2001-12-14T21:59:43.10-05:00", "Str"),
            ("10Gi", "Str"),
            ("100m", "Str"),
            ("1.2.3", "Str"),
            ("v1", "Str"),
            ("<<", "Str"),
            ("=", "Str"),
            ("é", "Str"),
            ("0é", "Str"),
        ];
        for (text, expected) in both {
            for dialect in [Dialect::Kubernetes, Dialect::Kustomize] {
                let expected = if *expected == "Str" { format!("Str({text:?})") } else { (*expected).to_owned() };
                assert_eq!(typed(text, Style::Plain, None, dialect), expected, "{text} {dialect:?}");
            }
        }
        for (text, value) in [("yes", true), ("Yes", true), ("YES", true), ("y", true), ("Y", true), ("on", true), ("On", true), ("ON", true)]
            .into_iter()
            .chain([("no", false), ("No", false), ("NO", false), ("n", false), ("N", false), ("off", false), ("Off", false), ("OFF", false)])
        {
            assert_eq!(typed(text, Style::Plain, None, Dialect::Kubernetes), format!("Bool({value})"));
            assert_eq!(typed(text, Style::Plain, None, Dialect::Kustomize), format!("Str({text:?})"));
        }
        assert_eq!(typed("yEs", Style::Plain, None, Dialect::Kubernetes), "Str(\"yEs\")");
    }

    #[test]
    fn quotes_and_tags() {
        use Dialect::{Kubernetes, Kustomize};
        for style in [Style::SingleQuoted, Style::DoubleQuoted, Style::Literal, Style::Folded] {
            assert_eq!(typed("true", style, None, Kubernetes), "Str(\"true\")");
            assert_eq!(typed("", style, None, Kubernetes), "Str(\"\")");
        }
        assert_eq!(typed("1", Style::Plain, Some("str"), Kubernetes), "Str(\"1\")");
        assert_eq!(typed("", Style::Plain, Some("str"), Kubernetes), "Str(\"\")");
        assert_eq!(typed("3", Style::DoubleQuoted, Some("int"), Kubernetes), "Int(3)");
        assert_eq!(typed("0x1F", Style::DoubleQuoted, Some("int"), Kubernetes), "Int(31)");
        assert_eq!(typed("x", Style::Plain, Some("int"), Kubernetes), "Str(\"x\")");
        assert_eq!(typed("yes", Style::DoubleQuoted, Some("bool"), Kubernetes), "Bool(true)");
        assert_eq!(typed("yes", Style::DoubleQuoted, Some("bool"), Kustomize), "Str(\"yes\")");
        assert_eq!(typed("1", Style::Plain, Some("float"), Kubernetes), "Int(1)");
        assert_eq!(typed("1.5", Style::Plain, Some("float"), Kubernetes), "Float(1.5)");
        assert_eq!(typed("", Style::SingleQuoted, Some("null"), Kubernetes), "Null");
        assert_eq!(typed("YWJj", Style::Plain, Some("binary"), Kubernetes), "Str(\"YWJj\")");
        let local = Scalar { text: "1".into(), style: Style::Plain };
        assert_eq!(local.typed(Some("!"), Kubernetes), Typed::Str("1"));
        assert_eq!(local.typed(Some("!custom"), Kubernetes), Typed::Str("1"));
    }
}
