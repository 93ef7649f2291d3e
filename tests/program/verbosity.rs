//! `--verbose` and `--quiet`.

use crate::repository::Repository;

const BASE: &str = "components/virtualization/hyperconverged.yaml";

#[test]
fn verbose_says_what_decided() {
    let repository = Repository::of("fixtures/example");
    repository.edit(BASE, "    enableMulti", "    # hco-lint: ignore[multi-arch-images-disabled] no images yet\n    enableMulti");
    let ignore = "ignore:\n  - rule: golden-image-no-architectures\n    reason: it is being rebuilt\n";
    repository.write(".hco-lint.yaml", &format!("rules:\n  latent-architecture: off\n{ignore}"));
    // Machines that say that they are another cluster's.
    let machines = std::fs::read_to_string(repository.root().join("clusters/prod/workers-arm64.yaml")).expect("a file");
    repository.write("clusters/lab/workers-arm64.yaml", &machines);
    repository.edit("clusters/lab/kustomization.yaml", "workers-amd64.yaml", "workers-amd64.yaml\n  - workers-arm64.yaml");

    let ran = repository.lint(&["--format", "human", "-v", "--ignore", "single-node-architecture"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    let has = |line: &str| assert!(ran.out.lines().any(|l| l == line), "{line}\n{}", ran.out);
    has("configuration: .hco-lint.yaml");
    has("off: latent-architecture (.hco-lint.yaml:2)");
    has("off: single-node-architecture (--ignore)");
    has("suppressed: clusters/edge/virtualization.yaml:11 golden-image-no-architectures by .hco-lint.yaml:4: it is being rebuilt");
    has(&format!("suppressed: {BASE}:10 multi-arch-images-disabled by {BASE}:9: no images yet"));
    has("  so golden images are imported for each of its architectures");
    assert!(ran.out.lines().any(|l| l.starts_with(&format!("confidence low: {BASE}:10 multi-arch-images-disabled: "))), "{}", ran.out);

    let normal = repository.lint(&["--format", "human"]).out;
    assert_eq!(ran.out.lines().last(), normal.lines().last());
    assert_eq!(normal.lines().count(), 2, "{normal}");
}

#[test]
fn quiet_says_nothing_but_findings() {
    let repository = Repository::of("fixtures/example");
    let clean = ["--ignore", "multi-arch-images-disabled,golden-image-no-architectures"];
    for format in ["human", "concise"] {
        let quiet = repository.lint(&["--format", format, "-q", clean[0], clean[1]]);
        assert_eq!((quiet.out.as_str(), quiet.err.as_str(), quiet.code), ("", "", 0), "{format}");
        let found = repository.lint(&["--format", format, "-q"]);
        assert!(found.code == 1 && !found.out.contains("2 warnings in"), "{}", found.out);
    }
    assert_eq!(repository.lint(&["-q", "-v"]).code, 2, "not both");
}
