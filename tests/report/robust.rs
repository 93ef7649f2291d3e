//! No span and no text may end the program or leave the lines it speaks of, whatever a rule hands over.

use crate::github::commands;
use crate::junit::malformed;
use crate::support::{RULES, add, finding, label};
use hco_lint::finding::{Edit, Fix, Severity};
use hco_lint::outcome::{Outcome, Summary};
use hco_lint::report::{Format, Options};
use hco_lint::source::{FileId, Span};

/// A small generator (xorshift), so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % n as u64).expect("below n")
    }
}

const PIECES: &[&str] = &[
    "kind: X\n",
    "a: b\r\n",
    "é🚀",
    "\t",
    "\r",
    "\n",
    "\u{feff}",
    "\u{2028}",
    "\u{9b}",
    "e\u{301}",
    "---\n",
    "  - x: {y: z}",
    "\0",
    "中文",
    "\u{200d}",
    " ",
    "`",
    "::",
    "<&>",
    "\u{202e}",
];

fn text(random: &mut Random, pieces: usize) -> String {
    (0..pieces).map(|_| PIECES[random.below(PIECES.len())]).collect()
}

fn span(random: &mut Random, file: usize, len: usize) -> Span {
    let start = random.below(len + 4);
    let end = start + random.below(len + 4);
    Span::new(FileId(u32::try_from(file).expect("few")), start, end)
}

fn outcome(random: &mut Random) -> Outcome {
    let mut o = Outcome { summary: Summary { files: 3, parsed: 3, ..Summary::default() }, ..Outcome::default() };
    for i in 0..3 {
        let pieces = random.below(40);
        let mut content = text(random, pieces);
        if random.below(10) == 0 {
            content.push_str(&"long ünïcode line ".repeat(200));
        }
        if random.below(10) == 0 {
            content.push_str(&"key: value\n".repeat(4000));
        }
        add(&mut o, &format!("{i}{}", text(random, 2)), &content);
    }
    let lens: Vec<usize> = o.sources.values().map(|s| s.text.len()).collect();
    let place = |random: &mut Random| {
        // One file more than there are.
        let file = random.below(4);
        span(random, file, lens.get(file).copied().unwrap_or(3))
    };
    let mut f = finding("multi-arch-images-disabled", Severity::Warning, &text(random, 3), label(place(random), &text(random, 2)));
    for _ in 0..random.below(5) {
        f.related.push(label(place(random), &text(random, 2)));
    }
    for _ in 0..random.below(3) {
        let edits = (0..1 + random.below(3)).map(|_| Edit { span: place(random), text: text(random, 3) }).collect();
        f.fixes.push(Fix { title: text(random, 2), safe: random.below(2) == 0, edits });
    }
    o.findings.push(f);
    o
}

#[test]
fn every_format_survives_any_span() {
    let formats: Vec<Format> = <Format as clap::ValueEnum>::value_variants().to_vec();
    for seed in 1..400 {
        let mut random = Random(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed));
        let o = outcome(&mut random);
        for &format in &formats {
            let options = Options { rules: RULES, unicode: seed % 2 == 0, color: seed % 3 == 0, width: 40 + random.below(200), ..Options::default() };
            let mut out = Vec::new();
            format.write(&mut out, &o, &options).expect("memory can be written to");
            let out = String::from_utf8(out).unwrap_or_else(|e| panic!("seed {seed}: {format:?} is not UTF-8: {e}"));
            assert!(!out.is_empty(), "seed {seed}: {format:?} says nothing");
            match format {
                Format::Json | Format::Sarif | Format::Gitlab => {
                    serde_json::from_str::<serde_json::Value>(&out).unwrap_or_else(|e| panic!("seed {seed}: {format:?}: {e}"));
                }
                Format::Junit => assert_eq!(malformed(&out), Ok(()), "seed {seed}: {out}"),
                Format::Github => assert!(commands(&out).iter().all(|c| c.starts_with("::warning file=")), "seed {seed}: {out}"),
                _ => {}
            }
        }
    }
}

#[test]
fn human_and_concise_name_the_same_place() {
    for seed in 1..400 {
        let mut random = Random(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed));
        let mut o = Outcome::default();
        let content =
            text(&mut random, 60).replace('\u{feff}', "") + if seed % 5 == 0 { "ü: a line that goes on\n" } else { "" }.repeat(100).as_str();
        let file = add(&mut o, "dir/file.yaml", &content);
        let places: Vec<usize> = content.char_indices().filter(|(_, c)| !matches!(c, '\r' | '\n')).map(|(i, _)| i).collect();
        let start = places[random.below(places.len())];
        let end = start + random.below(30);
        o.findings.push(finding("syntax", Severity::Error, "m", label(Span::new(file, start, end), "here")));
        let run = |format: Format| {
            let mut out = Vec::new();
            format.write(&mut out, &o, &Options::default()).expect("memory can be written to");
            String::from_utf8(out).expect("UTF-8")
        };
        let (human, concise) = (run(Format::Human), run(Format::Concise));
        let place = concise.split(": error").next().expect("a first part");
        assert!(human.contains(&format!("--> {place}\n")), "seed {seed}: {place} is not in\n{human}");
    }
}
