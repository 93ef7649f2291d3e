//! Changes that keep much of what makes a text YAML: whole lines, indentation, and words that mean something.

use std::sync::OnceLock;

/// Random numbers from a seed.
#[derive(Debug)]
pub struct Random(u64);

impl Random {
    /// The numbers of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `n`; 0 for 0.
    pub fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 11) % (n.max(1) as u64)).unwrap_or(0)
    }

    /// One of a list that is not empty.
    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

/// What YAML and Kustomize give a meaning to.
const TOKENS: [&str; 44] = [
    "\n",
    " ",
    "  ",
    "---\n",
    "...\n",
    "- ",
    ": ",
    "? ",
    ",",
    "{",
    "}",
    "[",
    "]",
    "{}",
    "[]",
    "&a ",
    "*a",
    "<<: *a\n",
    "|\n",
    "|-\n",
    ">-\n",
    "|2\n",
    "\"",
    "'",
    "#",
    " # x\n",
    "\t",
    "\r\n",
    "\u{feff}",
    "é",
    "~",
    "null",
    "true",
    "0x1f",
    "1e3",
    "!!str ",
    "{{ .Values.x }}",
    "$patch: delete\n",
    "$patch: replace\n",
    "#@ base/kustomization.yaml\n",
    "#@ kustomization.yaml\n",
    "#@ .hco-lint.yaml\n",
    "resources: [.]\n",
    "# hco-lint: ignore\n",
];

/// The lines of the examples on the rules' pages: every field the program reads.
fn lines() -> &'static [String] {
    static LINES: OnceLock<Vec<String>> = OnceLock::new();
    LINES.get_or_init(|| {
        let files = hco_lint::rules::ALL.iter().flat_map(|rule| rule.page.examples()).flat_map(|e| e.files);
        let mut lines: Vec<String> = files.flat_map(|f| f.text.split_inclusive('\n').map(str::to_owned).collect::<Vec<_>>()).collect();
        lines.sort();
        lines.dedup();
        lines
    })
}

/// Words of those lines, for a dictionary.
#[must_use]
pub fn words() -> Vec<String> {
    let word = |c: char| !(c.is_ascii_alphanumeric() || "-_./$".contains(c));
    let mut words: Vec<String> = lines().iter().flat_map(|l| l.split(word)).filter(|w| (2..40).contains(&w.len())).map(str::to_owned).collect();
    words.extend(TOKENS.iter().map(|t| (*t).to_owned()));
    words.sort();
    words.dedup();
    words
}

/// One to four changes.
pub fn mutate(random: &mut Random, data: &mut Vec<u8>) {
    for _ in 0..=random.below(4) {
        once(random, data);
    }
}

fn once(random: &mut Random, data: &mut Vec<u8>) {
    let mut starts: Vec<usize> = vec![0];
    starts.extend(data.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at + 1));
    let line = random.below(starts.len());
    let (start, end) = (starts[line], starts.get(line + 1).copied().unwrap_or(data.len()));
    let other = random.below(starts.len());
    let run = starts[other]..starts.get(other + 1 + random.below(4)).copied().unwrap_or(data.len());
    let indent = data[start..end].iter().take_while(|b| **b == b' ').count();
    let at = start + random.below(end - start + 1);
    match random.below(12) {
        // A line or a few are gone, doubled, moved.
        0 => drop(data.drain(run)),
        1 => {
            let copy = data[run].to_vec();
            drop(data.splice(start..start, copy));
        }
        2 => {
            let copy = data[run].to_vec();
            drop(data.splice(start..end, copy));
        }
        // Deeper, or less deep.
        3 => drop(data.splice(start..start, *random.of(&[*b"  ", *b"- "]))),
        4 => drop(data.drain(start..start + indent.min(1 + random.below(2)))),
        // A line of an example, at the depth of this one or at its own.
        5 | 6 => {
            let new = random.of(lines());
            let new = if random.below(2) == 0 { format!("{}{}", " ".repeat(indent), new.trim_start()) } else { new.clone() };
            let end = if random.below(2) == 0 { start } else { end };
            drop(data.splice(start..end, new.into_bytes()));
        }
        // Another value.
        7 | 8 => {
            let text = String::from_utf8_lossy(&data[start..end]).into_owned();
            let value = random.of(lines());
            let value = value.split_once(": ").map_or(value.trim(), |(_, v)| v.trim());
            if let Some((key, _)) = text.split_once(':') {
                let new = format!("{key}: {value}\n");
                drop(data.splice(start..end, new.into_bytes()));
            }
        }
        9 | 10 => {
            let end = if random.below(2) == 0 { at } else { (at + random.below(8)).min(data.len()) };
            drop(data.splice(at..end, random.of(&TOKENS).bytes()));
        }
        _ => {
            if let Some(byte) = data.get_mut(at) {
                *byte = u8::try_from(random.below(256)).unwrap_or(0);
            }
        }
    }
}
