//! The page: self-contained, complete without scripts, and nothing from a repository is markup in it.

use crate::support::{awkward, clean, fleet, many, nothing};
use crate::{options, write};
use hco_lint::outcome::Outcome;
use hco_lint::report::Format;

/// The page without its style and script, which are files of their own.
fn body(outcome: &Outcome) -> String {
    let page = write(Format::Html, outcome, &options());
    let (_, rest) = page.split_once("<body>").expect("a body");
    let (body, _) = rest.split_once("<script>").expect("a script");
    body.to_owned()
}

#[test]
fn pages() {
    for (name, outcome) in [("fleet", fleet()), ("awkward", awkward()), ("clean", clean()), ("nothing", nothing())] {
        insta::assert_snapshot!(format!("html_{name}"), body(&outcome).replace(env!("CARGO_PKG_VERSION"), "[version]"));
    }
}

#[test]
fn it_asks_nothing_of_the_network() {
    let page = write(Format::Html, &fleet(), &options());
    assert!(page.contains("default-src 'none'"));
    for loader in ["<link", "<img", "<iframe", " src=", "url(", "@import", "fetch(", "import("] {
        assert!(!page.contains(loader), "{loader}");
    }
    // Links to the rules' pages are all there is of addresses.
    for (i, _) in page.match_indices("http") {
        let before = &page[..i];
        let known = before.ends_with("<a href=\"") || before.ends_with("base ") || before.ends_with("<meta ");
        assert!(known, "{}", &page[i.saturating_sub(40)..i + 40]);
    }
}

#[test]
fn nothing_from_a_repository_is_markup() {
    let page = body(&awkward());
    assert!(page.contains("&lt;b&gt;name&lt;/b&gt;") && !page.contains("<b>name"));
    assert!(page.contains("write &lt;plain&gt; letters"));
    assert!(!page.contains(['\u{1b}', '\u{202e}', '\u{feff}']), "no active characters");
    for name in ["</script><script>alert(1)</script>", "\" onclick=\"x", "{{style}}"] {
        let mut outcome = fleet();
        outcome.clusters[0].name = name.to_owned();
        outcome.findings[0].clusters.insert(name.to_owned());
        let page = write(Format::Html, &outcome, &options());
        assert_eq!(page.matches("<script>").count(), 1);
        assert!(!page.contains("\" onclick"));
        assert_eq!(page.matches("color-scheme: light dark").count(), 1, "a name is no placeholder");
    }
}

#[test]
fn every_element_is_closed() {
    for outcome in [fleet(), awkward(), clean(), nothing(), many(3), many(300)] {
        let page = body(&outcome);
        let tags = [
            "header", "main", "section", "details", "summary", "article", "div", "pre", "mark", "ins", "del", "ul", "li", "table", "tr", "a", "b",
            "i",
        ];
        for tag in tags {
            let opened = page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
            assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{tag}");
        }
    }
}

#[test]
fn every_cluster_and_every_place_is_there() {
    let outcome = many(300);
    let page = body(&outcome);
    for (i, cluster) in outcome.clusters.iter().enumerate() {
        assert!(page.contains(&format!("id=\"c{i}\"")) && page.contains(&format!("<b>{}</b>", cluster.name)));
    }
    for label in &outcome.findings[0].related {
        assert!(page.contains(&label.message), "folded, not left out");
    }
    let size = write(Format::Html, &outcome, &options()).len();
    assert!(size < 500_000, "{size} bytes");
}
