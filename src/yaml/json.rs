//! Trees as JSON, and trees compared by what they mean.

use super::{Dialect, Node, Typed, Value};
use serde_json::{Map, Number};

impl Node {
    /// The value as JSON, typed as this reader types it: what `kubectl -o json` prints, for [`Dialect::Kubernetes`].
    ///
    /// What cannot be read is `null`, and so are infinities, which both readers refuse. Keys that are no strings become strings as
    /// kubectl makes them.
    #[must_use]
    pub fn to_json(&self, dialect: Dialect) -> serde_json::Value {
        match self.value() {
            Value::Scalar(scalar) => json(scalar.typed(self.tag(), dialect), dialect),
            Value::Sequence(list) => list.items.iter().map(|n| n.to_json(dialect)).collect(),
            Value::Mapping(map) => {
                let entries = map.entries.iter().map(|e| (key(&e.key, dialect), e.value.to_json(dialect)));
                serde_json::Value::Object(entries.collect::<Map<_, _>>())
            }
            Value::Opaque(_) => serde_json::Value::Null,
        }
    }

    /// Whether both mean the same to the API server, however they are written and wherever; maps in any order. What cannot be read
    /// equals only itself.
    #[must_use]
    pub fn eq_value(&self, other: &Node) -> bool {
        if self.same(other) {
            return true;
        }
        match (self.value(), other.value()) {
            (Value::Scalar(_), Value::Scalar(_)) => self.typed() == other.typed(),
            (Value::Sequence(a), Value::Sequence(b)) => a.items.len() == b.items.len() && a.items.iter().zip(&b.items).all(|(a, b)| a.eq_value(b)),
            (Value::Mapping(a), Value::Mapping(b)) => {
                let same = |key: &Node| key.text().and_then(|k| b.entry(k));
                let closed = a.open.is_none() && b.open.is_none();
                let found = |e: &super::Entry| same(&e.key).is_some_and(|other| e.value.eq_value(&other.value));
                closed && a.entries.len() == b.entries.len() && a.entries.iter().all(found)
            }
            _ => false,
        }
    }
}

fn key(node: &Node, dialect: Dialect) -> String {
    match node.as_scalar().map(|s| s.typed(node.tag(), dialect)) {
        Some(Typed::Bool(b)) => b.to_string(),
        Some(Typed::Int(i)) => i.to_string(),
        Some(Typed::Unsigned(u)) => u.to_string(),
        Some(Typed::Float(f)) => f.to_string(),
        _ => node.text().unwrap_or_default().to_owned(),
    }
}

fn json(typed: Typed<'_>, dialect: Dialect) -> serde_json::Value {
    match typed {
        Typed::Null => serde_json::Value::Null,
        Typed::Bool(b) => b.into(),
        Typed::Int(i) => i.into(),
        // kubectl reads JSON into signed integers and floats only.
        #[allow(clippy::cast_precision_loss)]
        Typed::Unsigned(u) if dialect == Dialect::Kubernetes => Number::from_f64(u as f64).into(),
        Typed::Unsigned(u) => u.into(),
        Typed::Float(f) => Number::from_f64(f).into(),
        Typed::Str(s) => s.into(),
    }
}

#[cfg(test)]
mod tests {
    use crate::source::FileId;
    use crate::yaml::{Dialect, Node, parse};

    fn root(text: &str) -> Node {
        parse(FileId(0), text).documents.remove(0).root
    }

    #[test]
    fn as_kubectl_prints_it() {
        let text = "a: 1.0\nb: [yes, 0755, 'x', ~, 18446744073709551615]\n0x10: {}\nyes: 1e3\n1.5: {{ .Values.x }}\n";
        let kubernetes = r#"{"1.5":null,"16":{},"a":1,"b":[true,493,"x",null,1.8446744073709552e+19],"true":1000}"#;
        assert_eq!(root(text).to_json(Dialect::Kubernetes).to_string(), kubernetes);
        let kustomize = r#"{"1.5":null,"16":{},"a":1,"b":["yes",493,"x",null,18446744073709551615],"yes":1000}"#;
        assert_eq!(root(text).to_json(Dialect::Kustomize).to_string(), kustomize);
    }

    #[test]
    fn equal_by_meaning() {
        let equal = |a: &str, b: &str| root(a).eq_value(&root(b));
        assert!(equal("{a: 1, b: [x, {c: yes}]}", "b:\n- 'x'\n- c: true\na: 1.0\n"));
        assert!(!equal("a: 1", "a: '1'"));
        assert!(!equal("a: 1", "a: 1\nb: 2"));
        assert!(!equal("[a, b]", "[b, a]"));
        assert!(!equal("a: {{ x }}", "a: {{ x }}"));
        let template = root("a: {{ x }}");
        assert!(template.eq_value(&template.clone()));
    }
}
