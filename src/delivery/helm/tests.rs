//! Templates with values: what comes out, what stays unknown, what is given up.

use super::*;
use crate::source::FileId;
use crate::yaml::{Dialect, parse};

const VALUES: &str = "on: true\noff: false\nname: virt\ngates: {a: true, b: false}\nlist: [x, z]\nempty: []\ntextual: 'true'\ncolon: 'a: b'\n";

/// A template's documents as JSON, unknown values as `?` and open maps with a `…`; `None` when it is given up.
fn rendered(template: &str) -> Option<Vec<String>> {
    let values = parse(FileId(1), VALUES).documents[0].root.clone();
    let namespace = parse(FileId(2), "cnv").documents[0].root.clone();
    let release = Release { namespace: Some(namespace), ..Release::default() };
    let scope = Scope { values: &values, release: &release, dot: Dot::Root, variables: BTreeMap::new() };
    let blanked = render::render(FileId(0), template, &scope)?;
    assert_eq!(blanked.text.len(), template.len());
    let parsed = parse(FileId(0), &blanked.text);
    assert!(parsed.problems.is_empty(), "{:?}\n{}", parsed.problems, blanked.text);
    Some(parsed.documents.iter().map(|d| shown(&fill::fill(&d.root, &blanked))).collect())
}

fn shown(node: &Node) -> String {
    match node.value() {
        Value::Opaque(_) => "?".to_owned(),
        Value::Scalar(_) => node.to_json(Dialect::Kubernetes).to_string(),
        Value::Sequence(s) => format!("[{}]", s.items.iter().map(shown).collect::<Vec<_>>().join(",")),
        Value::Mapping(m) => {
            let entries = m.entries.iter().map(|e| format!("{}:{}", e.key.text().unwrap_or("?"), shown(&e.value)));
            format!("{{{}}}", entries.chain(m.open.iter().map(|_| "…".to_owned())).collect::<Vec<_>>().join(","))
        }
    }
}

#[test]
fn what_follows_from_the_values() {
    for (template, want) in [
        ("a: {{ .Values.on }}\n", "{a:true}"),
        ("a: \"{{ .Values.on }}\"\n", "{a:\"true\"}"),
        ("a: {{ .Values.on | quote }}\n", "{a:\"true\"}"),
        // Printed bare, a string is what its text says.
        ("a: {{ .Values.textual }}\n", "{a:true}"),
        ("a: {{ .Values.gone }}\nb: 1\n", "{a:null,b:1}"),
        ("a: x-{{ .Values.name }}-{{ .Release.Namespace }}\n", "{a:\"x-virt-cnv\"}"),
        ("a: [{{ .Values.name }}, b]\n", "{a:[\"virt\",\"b\"]}"),
        ("{{- if .Values.on }}\na: 1\n{{- else }}\na: 2\n{{- end }}\n", "{a:1}"),
        ("{{ if .Values.off -}}\na: 1\n{{ else if eq .Values.name \"virt\" -}}\na: 2\n{{ else -}}\na: 3\n{{ end -}}\n", "{a:2}"),
        ("a:\n  x: 1\n  {{- if not .Values.off }}\n  y: 2\n  {{- end }}\n", "{a:{x:1,y:2}}"),
        ("a:\n{{ toYaml .Values.gates | indent 2 }}\n  c: 1\n", "{a:{a:true,b:false,c:1}}"),
        ("a:\n  {{- toYaml .Values.list | nindent 4 }}\n", "{a:[\"x\",\"z\"]}"),
        ("a: {{- toYaml .Values.gates | nindent 2 }}\nb: 1\n", "{a:{a:true,b:false},b:1}"),
        ("{{- with .Values.gates }}\na: {{ .a }}\nb: {{ $.Values.name }}\n{{- end }}\n", "{a:true,b:\"virt\"}"),
        ("{{- $gates := .Values.gates -}}\na: {{ $gates.b }}\n", "{a:false}"),
        ("a: 1\n{{- range .Values.empty }}\nb: {{ . }}\n{{- end }}\n", "{a:1}"),
        ("{{/* a\ncomment: {{ }} */}}\na: 1 # {{ .Values.on }}\n", "{a:1}"),
        ("{{- define \"x\" }}\nz: {{ .y }}\n{{- end }}\na: 1\n", "{a:1}"),
    ] {
        assert_eq!(rendered(template).expect(template).join(" "), want, "{template}");
    }
}

#[test]
fn what_does_not() {
    for (template, want) in [
        ("a: {{ include \"x\" . }}\nb: 1\n", "{a:?,b:1}"),
        ("a: {{ .Values.name | upper }}\n", "{a:?}"),
        ("a: {{ .Values.colon }}\n", "{a:?}"),
        ("a: {{ .Values.gone.deeper }}\n", "{a:?}"),
        ("a: {{- .Values.on }}\n", "{a:?}"),
        ("a: {{ if .Values.on }}1{{ else }}2{{ end }}\n", "{a:?}"),
        ("{{ .Values.name }}: 1\nb: 2\n", "{b:2,…}"),
        ("a:\n  x: 1\n  {{- include \"labels\" . | nindent 2 }}\n", "{a:{x:1,…}}"),
        ("a:\n  x: 1\n  {{- if .Capabilities.x }}\n  y: 2\n  {{- end }}\n", "{a:{x:1,y:?}}"),
        ("a:\n  x: 1\n  {{- if lookup \"v1\" }}\n  y: 2\n  {{- else }}\n  z: 2\n  {{- end }}\n", "{a:{x:1,y:?,…}}"),
        ("a:\n- x\n{{- if .Capabilities.x }}\n- y\n{{- end }}\n", "{a:?}"),
        ("a:\n{{- range .Values.list }}\n- {{ . }}\n{{- end }}\nb: 1\n", "{a:?,b:1}"),
        ("a:\n  x: 1\n  {{- range $k, $v := .Values.gates }}\n  {{ $k }}: {{ $v }}\n  {{- end }}\n", "-"),
        ("a: |\n  x {{ .Values.on }}\n  {{- if .Values.on }}\n  y\n  {{- end }}\nb: 1\n", "{a:?,b:1}"),
        ("{{- $x := 1 }}\n{{- if .Values.on }}\n{{- $x = 2 }}\n{{- end }}\na: {{ $x }}\n", "{a:?}"),
        // The condition of everything decides nothing inside.
        ("{{- if .Capabilities.x }}\na: {{ .Values.on }}\n{{- end }}\n", "{a:true}"),
    ] {
        assert_eq!(rendered(template).map_or("-".to_owned(), |d| d.join(" ")), want, "{template}");
    }
    for given_up in
        ["a: 1\n{{- if .Values.on -}}\nb: 1\n{{- end }}\n", "{{ include \"x\" . }}\na: 1\n", "a: {{ if .Values.on }}\n  b: 1\n{{ end }}\n", "{{ a"]
    {
        assert_eq!(rendered(given_up), None, "{given_up}");
    }
}

#[test]
fn values_keep_their_places() {
    let values = parse(FileId(1), VALUES).documents[0].root.clone();
    let release = Release::default();
    let scope = Scope { values: &values, release: &release, dot: Dot::Root, variables: BTreeMap::new() };
    let template = "a: {{ .Values.off }}\nb: {{ .Values.gone | default false }}\nc:\n  {{- toYaml .Values.gates | nindent 2 }}\n";
    let blanked = render::render(FileId(0), template, &scope).expect("plain");
    let root = fill::fill(&parse(FileId(0), &blanked.text).documents[0].root, &blanked);
    let place = |path: &[&str]| root.find(path).map(|n| (n.span().file.0, n.span().range())).expect("it is there");
    let in_values = |text: &str| VALUES.find(text).map(|i| i + text.len()).expect("it is there");
    assert_eq!(place(&["a"]), (1, in_values("off: ")..in_values("off: false")));
    assert_eq!(place(&["b"]), (0, 24..58));
    assert_eq!(place(&["c", "b"]), (1, in_values("b: ")..in_values("b: false")));
}

#[test]
fn a_template_cut_anywhere_is_read_or_given_up() {
    let template = "{{- /* é */ -}}\n{{- with .Values.gates }}\na: {{ .a | default `x` | quote }}\n{{- $x := (($.Values).name) }}\nb: \"{{ $x }}-é\"\n\
        c:\n  {{- toYaml . | nindent 2 }}\n  {{- range .list }}\n  - {{ . }}\n  {{- else }}\n  - none\n  {{- end }}\nd: |\n  {{ .a }}\n{{- else if eq .x \"}}\" }}\ne: 1\n{{- end }}\n";
    let values = parse(FileId(1), VALUES).documents[0].root.clone();
    let release = Release::default();
    let scope = Scope { values: &values, release: &release, dot: Dot::Root, variables: BTreeMap::new() };
    let ends = (0..=template.len()).filter(|end| template.is_char_boundary(*end));
    for (start, end) in ends.flat_map(|end| [(0, end), (end, template.len())]) {
        let part = &template[start..end];
        let Some(blanked) = render::render(FileId(0), part, &scope) else { continue };
        assert_eq!(blanked.text.len(), part.len(), "{part}");
        for document in &parse(FileId(0), &blanked.text).documents {
            let _ = fill::fill(&document.root, &blanked);
        }
    }
}
