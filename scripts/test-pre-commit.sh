#!/usr/bin/env bash
# The hook as pre-commit runs it: builds the wheel, installs it through pre-commit into a real Git repository made from the example, and
# commits good and bad changes there. With --from-source it also lets pre-commit build this repository, as `repo: …/hco-lint` does.
# Needs Git, Python 3 with venv, and the Rust toolchain.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() { printf 'FAILED: %s\n' "$1" >&2; exit 1; }
ok() { printf 'ok: %s\n' "$1"; }

python3 -m venv "$work/venv"
export PATH="$work/venv/bin:$PATH"
pip install --quiet --disable-pip-version-check 'maturin>=1.9,<2' pre-commit
maturin build --quiet --locked --out "$work/wheels"
wheel=$(echo "$work"/wheels/hco_lint-*.whl)
[ -f "$wheel" ] || fail "no wheel"
ok "wheel: $(basename "$wheel"), $(du -k "$wheel" | cut -f1) KiB"

export PRE_COMMIT_HOME="$work/cache" GIT_CONFIG_GLOBAL=/dev/null
export GIT_AUTHOR_NAME=test GIT_AUTHOR_EMAIL=test@example.com GIT_COMMITTER_NAME=test GIT_COMMITTER_EMAIL=test@example.com
git init --quiet --initial-branch main "$work/fleet"
cd "$work/fleet"

# The published hook of an id, installed from the wheel; the second argument is what a user adds to it.
configure() {
  python3 - "$root/.pre-commit-hooks.yaml" "$wheel" "$@" >.pre-commit-config.yaml <<'PY'
import json, sys, yaml
hook = next(h for h in yaml.safe_load(open(sys.argv[1])) if h["id"] == sys.argv[3])
hook.update(language="python", additional_dependencies=[sys.argv[2]])
hook.update(json.loads(sys.argv[4]) if len(sys.argv) > 4 else {})
yaml.safe_dump({"repos": [{"repo": "local", "hooks": [hook]}]}, sys.stdout)
PY
}

commit() { git add --all && git commit --quiet --message "$1" >"$work/log" 2>&1; }
passes() {
  local before; before=$(git rev-parse --quiet --verify HEAD || true)
  commit "$1" || { cat "$work/log"; fail "$1: refused"; }
  [ "$(git rev-parse HEAD)" != "$before" ] || fail "$1: nothing was committed"
  ok "$1: committed ($(grep -oE '(Passed|Skipped)' "$work/log" | paste -sd ,))"
}
refused() {
  local before; before=$(git rev-parse HEAD)
  if commit "$1"; then fail "$1: committed"; fi
  [ "$(git rev-parse HEAD)" = "$before" ] || fail "$1: HEAD moved"
  grep -q "$2" "$work/log" || { cat "$work/log"; fail "$1: the log does not say $2"; }
  ok "$1: refused, names $2"
  git reset --quiet --hard
}

cp -R "$root"/fixtures/example/{clusters,components} .
base=components/virtualization/hyperconverged.yaml
prod_arm64() {
  cp "$root/fixtures/example/clusters/prod/workers-arm64.yaml" clusters/prod/
  echo "  - workers-arm64.yaml" >>clusters/prod/kustomization.yaml
}
switch() { sed -i.bak "s/enableMultiArchBootImageImport: .*/enableMultiArchBootImageImport: $1/" "$base" && rm "$base.bak"; }
rm -r clusters/edge clusters/prod/workers-arm64.yaml
sed -i.bak /workers-arm64/d clusters/prod/kustomization.yaml && rm clusters/prod/kustomization.yaml.bak
configure hco-lint
pre-commit install >/dev/null
passes "clusters of one architecture each"

prod_arm64
refused "arm64 nodes, and the HyperConverged untouched" "$base:9:5"

prod_arm64
switch true
passes "arm64 nodes together with the feature"

echo "kind: MachineSet: {" >>clusters/lab/workers-amd64.yaml
refused "a manifest that is no YAML" "clusters/lab/workers-amd64.yaml"

echo "notes" >NOTES.txt
passes "no manifest touched"

switch false
printf 'rules:\n  multi-arch-images-disabled: off\n' >.hco-lint.yaml
passes "the feature off, and so is the rule"
rm .hco-lint.yaml
passes "only a deletion: pre-commit runs no hook without always_run"
git reset --quiet --hard HEAD~1
configure hco-lint '{"always_run": true}'
passes "always_run"
rm .hco-lint.yaml
refused "only a deletion, with always_run" "$base:9:5"

# The other hook: an old finding elsewhere is no reason to refuse a commit.
configure hco-lint-changed
rm .hco-lint.yaml
commit=$(git rev-parse HEAD)
SKIP=hco-lint-changed passes "a finding that was there when the hook came"
echo "# lab" >>clusters/lab/workers-amd64.yaml
passes "a change elsewhere"
echo "# prod" >>clusters/prod/workers-arm64.yaml
refused "a change of what the old finding rests on" "$base:9:5"
echo "kind: MachineSet: {" >scratch.yaml
echo "notes" >>NOTES.txt
git add NOTES.txt
git commit --quiet --message "an untracked file is no part of it" >"$work/log" 2>&1 || { cat "$work/log"; fail "an untracked file"; }
ok "an untracked file is no part of the commit"
rm scratch.yaml
git reset --quiet --hard "$commit"
configure hco-lint-changed
passes "the rule is off"
git rm --quiet clusters/prod/workers-arm64.yaml
sed -i.bak /workers-arm64/d clusters/prod/kustomization.yaml && rm clusters/prod/kustomization.yaml.bak
rm .hco-lint.yaml
passes "the nodes are gone, and so may the configuration"
prod_arm64
refused "arm64 nodes, and the HyperConverged untouched" "$base:9:5"
printf 'rules:\n  multi-arch-images-disabled: off\n' >.hco-lint.yaml
prod_arm64
passes "arm64 nodes, and the rule is off"
rm .hco-lint.yaml
refused "only a deletion, without anything added to the hook" "$base:9:5"
mkdir many
for i in $(seq 3000); do echo "{}" >"many/a-rather-long-name-of-a-file-so-that-the-list-is-split-$i.yaml"; done
passes "3000 files, in several runs"
rm -r many
sed -i.bak "s/^/# edited\n/" clusters/prod/workers-amd64.yaml && rm clusters/prod/workers-amd64.yaml.bak
mkdir many
for i in $(seq 3000); do echo "[]" >"many/another-rather-long-name-of-a-file-so-that-the-list-is-split-$i.yaml"; done
rm .hco-lint.yaml
refused "3001 files, in several runs" "$base:9:5"
main=$(git rev-parse HEAD)
git checkout --quiet -b branch HEAD~1
rm .hco-lint.yaml
SKIP=hco-lint-changed passes "a branch"
code=0
pre-commit run --from-ref main --to-ref HEAD >"$work/log" 2>&1 || code=$?
[ "$code" = 1 ] && grep -q "$base:9:5" "$work/log" || { cat "$work/log"; fail "between two revisions: exit $code"; }
ok "between two revisions: refuses"
git checkout --quiet main
pre-commit run --from-ref branch --to-ref HEAD >"$work/log" 2>&1 || { cat "$work/log"; fail "between two revisions: refused"; }
ok "between two revisions: what the other one lacks is no matter"
[ "$(git rev-parse HEAD)" = "$main" ] || fail "HEAD moved"

if [ "${1:-}" = --from-source ]; then
  code=0
  rm .hco-lint.yaml && git add --all
  pre-commit try-repo "$root" hco-lint --ref "$(git -C "$root" rev-parse HEAD)" --all-files >"$work/log" 2>&1 || code=$?
  [ "$code" = 1 ] && grep -q "$base:9:5" "$work/log" || { cat "$work/log"; fail "from source: exit $code"; }
  ok "from source: built by pre-commit, refuses"
fi
echo "all passed"
