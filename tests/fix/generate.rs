//! Random manifests in many styles of writing, the same ones every time.

/// xorshift64*.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % bound.max(1)
    }

    pub(crate) fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// How a text is written. Chances are percentages.
#[derive(Clone, Debug)]
struct Style {
    newline: &'static str,
    step: usize,
    list: usize,
    flow: usize,
    comments: usize,
    blanks: usize,
    anchors: usize,
    literals: usize,
    json: Option<&'static str>,
}

impl Style {
    fn new(r: &mut Random) -> Self {
        let step = *r.pick(&[2, 2, 2, 4, 3, 1]);
        Self {
            newline: *r.pick(&["\n", "\n", "\n", "\r\n", "\r\n", "\r"]),
            step,
            list: *r.pick(&[0, step, 2]),
            flow: *r.pick(&[0, 10, 30]),
            comments: *r.pick(&[0, 15, 40]),
            blanks: *r.pick(&[0, 10]),
            anchors: *r.pick(&[0, 0, 10]),
            literals: *r.pick(&[0, 10]),
            json: r.percent(15).then(|| *r.pick(&["", "compact", "  ", "    ", "\t"])),
        }
    }
}

/// A text and what its file is called.
pub(crate) struct Manifest {
    pub(crate) text: String,
    pub(crate) name: &'static str,
}

const WORDS: &[&str] = &["spec", "name", "kind", "featureGates", "kubernetes.io/arch", "x", "labels", "data", "true", "a b", "12", "é"];
const TEXTS: &[&str] =
    &["amd64", "a, b", "true", "12", "x: y", "it's", "- z", "", "ü # ä", "\"q\"", "null", "http://h:1/p?q=1", "two\nlines\n", "one\n"];

struct Writer<'r> {
    r: &'r mut Random,
    style: Style,
    out: String,
    comments: usize,
    anchors: Vec<(String, bool)>,
}

/// The manifest of a seed.
pub(crate) fn manifest(seed: u64) -> Manifest {
    let mut r = Random::new(seed);
    let style = Style::new(&mut r);
    let mut w = Writer { r: &mut r, style, out: String::new(), comments: 0, anchors: Vec::new() };
    if w.style.json.is_some() {
        w.json(0, "");
        if w.r.percent(80) {
            w.line();
        }
        return Manifest { text: w.out, name: "file.json" };
    }
    let documents = 1 + w.r.below(3) / 2 * w.r.below(3);
    for number in 0..documents {
        if number > 0 || w.r.percent(20) {
            w.out.push_str("---");
            w.comment_behind();
            w.line();
        }
        w.anchors.clear();
        w.map(0, 0, false);
    }
    let mut text = w.out;
    if w.r.percent(25) {
        text = embedded(&text, w.style.newline, w.r);
    }
    if w.r.percent(20) {
        text.truncate(text.trim_end_matches(['\n', '\r']).len());
    }
    if w.r.percent(10) {
        text.insert(0, '\u{feff}');
    }
    Manifest { text, name: "file.yaml" }
}

/// A kustomization with the text as an inline patch.
fn embedded(text: &str, newline: &str, r: &mut Random) -> String {
    let header = *r.pick(&["|-", "|", "|+", "|- # why"]);
    // The first line decides the indentation.
    let text = &format!("# top{newline}{text}");
    let lines: Vec<String> = text.split(newline).map(|l| if l.is_empty() { String::new() } else { format!("    {l}") }).collect();
    format!(
        "patches:{newline}- path: x{newline}- patch: {header}{newline}{}{newline}  target: {{}}{newline}",
        lines.join(newline).trim_end_matches(newline)
    )
}

impl Writer<'_> {
    fn line(&mut self) {
        self.out.push_str(self.style.newline);
    }

    fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn new_comment(&mut self) -> String {
        self.comments += 1;
        format!("# c{}.", self.comments)
    }

    fn comment_behind(&mut self) {
        if self.r.percent(self.style.comments / 2) {
            let blank = *self.r.pick(&[" ", "  ", "\t"]);
            // go-yaml takes no tab behind the dash of a list.
            let blank = if self.out.ends_with('-') { " " } else { blank };
            let comment = self.new_comment();
            self.push(blank);
            self.push(&comment);
        }
    }

    fn comment_line(&mut self, indent: usize) {
        if self.r.percent(self.style.blanks) {
            self.line();
        }
        if self.r.percent(self.style.comments / 2) {
            let comment = self.new_comment();
            let indent = if self.r.percent(80) { indent } else { self.r.below(6) };
            self.push(&" ".repeat(indent));
            self.push(&comment);
            self.line();
        }
    }

    /// Entries at an indentation; `inline` when the first continues a line.
    fn map(&mut self, indent: usize, depth: usize, inline: bool) {
        let count = 1 + self.r.below(4);
        let mut keys: Vec<String> = Vec::new();
        while keys.len() < count {
            let key = (*self.r.pick(WORDS)).to_owned();
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        let maps: Vec<String> = self.anchors.iter().filter(|a| a.1).map(|a| a.0.clone()).collect();
        let merge = (!maps.is_empty() && self.r.percent(30)).then(|| (self.r.below(count + 1), self.r.pick(&maps).clone()));
        for (number, key) in keys.iter().enumerate() {
            if number > 0 || !inline {
                self.comment_line(indent);
                self.push(&" ".repeat(indent));
            }
            if let Some((at, name)) = &merge
                && *at == number
            {
                self.push(&format!("<<: *{name}"));
                self.line();
                self.push(&" ".repeat(indent));
            }
            let quoted = match self.r.below(8) {
                0 => format!("\"{key}\""),
                1 => format!("'{key}'"),
                _ => key.clone(),
            };
            self.push(&quoted);
            let colon = if self.r.percent(3) { " :" } else { ":" };
            self.push(colon);
            self.value(indent, depth + 1);
        }
    }

    /// What follows a colon, up to and with the line break.
    fn value(&mut self, indent: usize, depth: usize) {
        if !self.anchors.is_empty() && self.r.percent(self.style.anchors) {
            let name = self.r.pick(&self.anchors).0.clone();
            self.push(&format!(" *{name}"));
            self.comment_behind();
            return self.line();
        }
        let anchor = self.r.percent(self.style.anchors).then(|| format!("a{}", self.out.len()));
        let kind = self.r.below(if depth > 4 { 6 } else { 12 });
        let blank = if self.r.percent(5) { "   " } else { " " };
        if let Some(name) = &anchor {
            self.push(&format!("{blank}&{name}"));
        }
        let in_brackets = kind >= 6 && self.r.percent(self.style.flow);
        match kind {
            _ if in_brackets => {
                self.push(blank);
                let spread = self.r.percent(30);
                self.brackets(depth, spread.then_some(indent + 2));
                self.comment_behind();
                self.line();
            }
            0 if anchor.is_none() => {
                let word = *self.r.pick(&["", "", " null", " ~"]);
                self.push(word);
                self.comment_behind();
                self.line();
            }
            1 if self.r.percent(50) => {
                let empty = *self.r.pick(&["{}", "[]", "{ }"]);
                self.push(&format!("{blank}{empty}"));
                self.comment_behind();
                self.line();
            }
            2 if self.r.percent(self.style.literals * 5) => self.literal(indent + self.style.step),
            0..=5 => {
                self.push(blank);
                self.scalar(false);
                self.comment_behind();
                self.line();
            }
            6..=8 => {
                self.comment_behind();
                self.line();
                self.map(indent + self.style.step, depth, false);
            }
            _ => {
                self.comment_behind();
                self.line();
                self.list(indent + self.style.list, depth, false);
            }
        }
        if let Some(name) = anchor {
            self.anchors.push((name, !in_brackets && (6..=8).contains(&kind)));
        }
    }

    fn list(&mut self, indent: usize, depth: usize, inline: bool) {
        for number in 0..1 + self.r.below(3) {
            if number > 0 || !inline {
                self.comment_line(indent);
                self.push(&" ".repeat(indent));
            }
            match self.r.below(if depth > 4 { 3 } else { 6 }) {
                0..=2 => {
                    self.push("- ");
                    self.scalar(false);
                    self.comment_behind();
                    self.line();
                }
                3 => {
                    self.push("-");
                    self.comment_behind();
                    self.line();
                    self.map(indent + 2, depth + 1, false);
                }
                4 if depth < 3 => {
                    self.push("- ");
                    self.list(indent + 2, depth + 1, true);
                }
                _ => {
                    let more = self.r.below(2);
                    self.push("- ");
                    self.push(&" ".repeat(more));
                    self.map(indent + 2 + more, depth + 1, true);
                }
            }
        }
    }

    fn literal(&mut self, indent: usize) {
        let header = *self.r.pick(&["|", "|-", "|+", ">", ">-", ">+"]);
        self.push(&format!(" {header}"));
        self.comment_behind();
        self.line();
        for number in 0..1 + self.r.below(3) {
            let word = *self.r.pick(&["text", "# no comment", "key: value", "  deeper"]);
            // The first line decides the indentation.
            let word = if number == 0 { word.trim_start() } else { word };
            self.push(&format!("{}{word}", " ".repeat(indent)));
            self.line();
        }
        for _ in 0..self.r.below(3) / 2 * 2 {
            self.line();
        }
    }

    fn scalar(&mut self, in_brackets: bool) {
        let text = match self.r.below(4) {
            0 => self.r.pick(&["true", "false", "12", "0.5"]).to_string(),
            1 => self.r.pick(&["amd64", "plain-word", "v1.2.3", "quay.io/x"]).to_string(),
            _ => {
                let text = *self.r.pick(TEXTS);
                let single = !text.contains('\n') && self.r.percent(40);
                if single { format!("'{}'", text.replace('\'', "''")) } else { format!("{text:?}") }
            }
        };
        let _ = in_brackets;
        self.push(&text);
    }

    /// A collection in brackets, on one line or spread over lines.
    fn brackets(&mut self, depth: usize, spread: Option<usize>) {
        let map = self.r.percent(50);
        self.push(if map { "{" } else { "[" });
        let count = 1 + self.r.below(3);
        for number in 0..count {
            if let Some(indent) = spread {
                self.comment_behind();
                self.line();
                self.push(&" ".repeat(indent));
            } else if number > 0 {
                self.push(" ");
            }
            if map {
                let key = WORDS[(number * 5 + depth) % WORDS.len()];
                self.push(&format!("{key}: "));
            }
            if depth < 4 && self.r.percent(25) {
                self.brackets(depth + 1, spread.map(|i| i + 2));
            } else {
                self.scalar(true);
            }
            if number + 1 < count || self.r.percent(5) {
                self.push(",");
            }
        }
        if let Some(indent) = spread {
            self.line();
            self.push(&" ".repeat(indent));
        }
        self.push(if map { "}" } else { "]" });
    }

    fn json(&mut self, depth: usize, indent: &str) {
        let form = self.style.json.unwrap_or_default();
        let kind = if depth == 0 { 5 } else { self.r.below(if depth > 4 { 3 } else { 6 }) };
        if kind < 3 {
            let text = match kind {
                0 => self.r.pick(&["true", "false", "null", "12"]).to_string(),
                _ => serde_json::to_string(*self.r.pick(TEXTS)).expect("a string"),
            };
            return self.push(&text);
        }
        let map = kind > 3;
        self.push(if map { "{" } else { "[" });
        let count = if depth == 0 { 3 } else { self.r.below(4) };
        let inner = if form == "compact" { String::new() } else { format!("{indent}{form}") };
        for number in 0..count {
            if number > 0 {
                self.push(",");
            }
            self.break_json(form, &inner, number > 0);
            if map {
                let key = WORDS[(number * 5 + depth) % WORDS.len()];
                self.push(&format!("\"{key}\":{}", if form == "compact" { "" } else { " " }));
            }
            self.json(depth + 1, &inner);
        }
        if count > 0 {
            self.break_json(form, indent, false);
        }
        self.push(if map { "}" } else { "]" });
    }

    fn break_json(&mut self, form: &str, indent: &str, comma: bool) {
        match form {
            "compact" => {}
            "" if comma => self.push(" "),
            "" => {}
            _ => {
                self.line();
                self.push(indent);
            }
        }
    }
}
