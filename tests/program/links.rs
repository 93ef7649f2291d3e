//! Links to directories: what they lead to is there once, under whichever name somebody refers to it.

use crate::scratch::Scratch;
use crate::support::hco_lint;
use serde_json::Value;
use std::os::unix::fs::symlink;

const BASE: [(&str, &str); 2] = [
    ("base/kustomization.yaml", "resources: [hyperconverged.yaml]\n"),
    (
        "base/hyperconverged.yaml",
        "apiVersion: hco.kubevirt.io/v1beta1\nkind: HyperConverged\nmetadata: {name: kubevirt-hyperconverged, namespace: openshift-cnv}\nspec: {}\n",
    ),
];

/// The clusters of a repository with a base, a link to a directory and these files, each with the file of its HyperConverged.
fn clusters(link: &str, directory: &str, files: &[(&str, &str)]) -> Vec<(String, String)> {
    let all = BASE.iter().chain(files).map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    let scratch = Scratch::new(&all);
    let link = scratch.root.join(link);
    std::fs::create_dir_all(link.parent().expect("a parent")).expect("a directory");
    symlink(directory, link).expect("a link");
    let ran = hco_lint(&scratch.root, &["--format", "json", "--fail-on", "never"]);
    let report: Value = serde_json::from_str(&ran.out).expect("a report");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let of = |c: &Value| (text(&c["name"]), text(&c["hyperconverged"]["location"]["file"]));
    report["clusters"].as_array().expect("clusters").iter().map(of).collect()
}

#[track_caller]
fn assert_clusters(link: &str, directory: &str, files: &[(&str, &str)], expected: &[(&str, &str)]) {
    let found = clusters(link, directory, files);
    assert_eq!(found.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect::<Vec<_>>(), expected);
}

#[test]
fn what_a_link_leads_to_is_no_second_cluster() {
    assert_clusters("alias", "base", &[], &[("(repository)", "base/hyperconverged.yaml")]);
    let by_link = ("clusters/prod/kustomization.yaml", "resources: [../../alias]\n");
    assert_clusters("alias", "base", &[by_link], &[("prod", "alias/hyperconverged.yaml")]);
    let by_name = ("clusters/prod/kustomization.yaml", "resources: [../../base]\n");
    assert_clusters("alias", "base", &[by_name], &[("prod", "base/hyperconverged.yaml")]);
    let deployed =
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: virt}\nspec:\n  source: {path: alias}\n  destination: {name: prod}\n";
    assert_clusters("alias", "base", &[("apps/virt.yaml", deployed)], &[("prod", "alias/hyperconverged.yaml")]);
}

#[test]
fn a_link_may_be_called_after_a_cluster() {
    let prod = ("clusters/prod/kustomization.yaml", "resources: [../../base]\n");
    let both = [("live", "base/hyperconverged.yaml"), ("prod", "base/hyperconverged.yaml")];
    assert_clusters("clusters/live", "prod", &[prod], &both);
}
