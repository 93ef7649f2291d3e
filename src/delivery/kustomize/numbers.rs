//! Numbers that went through JSON and into text, which Go prints in its shortest form.

/// A number as Go's `%v` prints it: with an exponent from a million on.
pub(super) fn printed(number: f64) -> String {
    let shortest = format!("{number:e}");
    let Some((digits, Ok(exponent))) = shortest.split_once('e').map(|(d, e)| (d, e.parse::<i32>())) else { return shortest };
    if (-4..6).contains(&exponent) {
        return format!("{number}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::printed;

    #[test]
    fn numbers_as_go_prints_them() {
        for (number, text) in [
            (1.0, "1"),
            (0.5, "0.5"),
            (100_000.0, "100000"),
            (1_234_567.0, "1.234567e+06"),
            (1e21, "1e+21"),
            (-1e6, "-1e+06"),
            (1.5e-7, "1.5e-07"),
            (0.0001, "0.0001"),
        ] {
            assert_eq!(printed(number), text);
        }
    }
}
