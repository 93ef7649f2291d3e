//! `topology --render` where no version control says what the repository is: a base beside the root is still found.

use std::path::Path;
use std::process::Command;

/// Writes files below a directory that no repository holds.
fn tree(root: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        std::fs::write(path, text).expect("a file");
    }
}

#[test]
fn a_base_beside_the_root_is_found_without_version_control() {
    let root = std::env::temp_dir().join(format!("hco-lint-render-{}", std::process::id()));
    let base = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-base}\n";
    tree(
        &root,
        &[
            ("base/kustomization.yaml", "resources: [map.yaml]\n"),
            ("base/map.yaml", base),
            ("overlays/prod/kustomization.yaml", "resources: [../../base]\nnameSuffix: -prod\n"),
        ],
    );
    let mut program = Command::new(env!("CARGO_BIN_EXE_hco-lint"));
    let run = program.args(["topology", "--render", "overlays/prod"]).current_dir(&root).output().expect("a run");
    std::fs::remove_dir_all(&root).expect("a directory to remove");
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{said}");
    let objects: serde_json::Value = serde_json::from_slice(&run.stdout).expect("JSON");
    assert_eq!(objects[0]["metadata"]["name"], "from-base-prod", "{said}");
}
