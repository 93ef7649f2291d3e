//! Which lists of which kinds merge item by item: kustomize's built-in schema, or the one an `openapi` field names.

use crate::yaml::Node;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

/// Types and the kinds that have them.
#[derive(Debug, Default)]
pub(super) struct Schema {
    types: Vec<Type>,
    kinds: HashMap<(Box<str>, Box<str>), usize>,
}

#[derive(Debug, Default)]
struct Type {
    fields: HashMap<Box<str>, Field>,
    /// The type of every other key's value.
    values: Option<Box<Field>>,
}

#[derive(Debug, Default)]
struct Field {
    /// Set for a list whose items merge; the keys that match items, none for a set of scalars.
    keys: Option<Vec<Box<str>>>,
    /// The type of the map, or of the list's items.
    target: Option<usize>,
}

/// What a schema says about one value.
#[derive(Clone, Copy, Debug)]
pub(super) struct TypeRef<'s> {
    schema: &'s Schema,
    keys: Option<&'s [Box<str>]>,
    target: Option<usize>,
}

impl<'s> TypeRef<'s> {
    /// What it says about the value of a key; `None` when it says nothing.
    pub(super) fn field(self, name: &str) -> Option<TypeRef<'s>> {
        if self.keys.is_some() {
            return None;
        }
        let ty = self.schema.types.get(self.target?)?;
        let field = ty.fields.get(name).or(ty.values.as_deref())?;
        Some(TypeRef { schema: self.schema, keys: field.keys.as_deref(), target: field.target })
    }

    /// The keys that match the items of a merging list.
    pub(super) fn keys(self) -> Option<&'s [Box<str>]> {
        self.keys
    }

    /// What it says about the items.
    pub(super) fn items(self) -> Option<TypeRef<'s>> {
        self.target.map(|_| TypeRef { keys: None, ..self })
    }
}

impl Schema {
    /// What kustomize carries.
    pub(super) fn builtin() -> Arc<Schema> {
        static BUILTIN: LazyLock<Arc<Schema>> = LazyLock::new(|| Arc::new(Schema::read(include_str!("data/merge_keys.txt"))));
        BUILTIN.clone()
    }

    /// The type of a kind.
    pub(super) fn root(&self, api_version: &str, kind: &str) -> Option<TypeRef<'_>> {
        let target = *self.kinds.get(&(Box::from(api_version), Box::from(kind)))?;
        Some(TypeRef { schema: self, keys: None, target: Some(target) })
    }

    fn read(text: &str) -> Self {
        let lines = || text.lines().filter(|l| !l.is_empty() && !l.starts_with('#'));
        let is_type = |l: &&str| !l.starts_with("kinds ");
        let names: HashMap<&str, usize> =
            lines().filter(is_type).filter_map(|l| l.split(' ').next()).enumerate().map(|(n, name)| (name, n)).collect();
        let field = |word: &str| -> (Box<str>, Field) {
            let (left, target) = word.split_once('=').map_or((word, None), |(l, t)| (l, names.get(t).copied()));
            let (name, keys) = left.split_once('[').map_or((left, None), |(n, k)| (n, Some(k.trim_end_matches(']'))));
            let keys = keys.map(|k| k.split(',').filter(|k| !k.is_empty()).map(Box::from).collect());
            (name.into(), Field { keys, target })
        };
        let types = lines().filter(is_type).map(|l| Type { fields: l.split(' ').skip(1).map(field).collect(), values: None }).collect();
        let mut kinds = HashMap::new();
        for line in lines().filter(|l| !is_type(l)) {
            let mut words = line.split(' ').skip(1);
            let (Some(target), Some(versions)) = (words.next().and_then(|t| names.get(t)), words.next()) else { continue };
            for kind in words {
                kinds.extend(versions.split(',').map(|v| ((Box::from(v), Box::from(kind)), *target)));
            }
        }
        Schema { types, kinds }
    }

    /// The schema of an OpenAPI document as an `openapi` field names it: `definitions` with their patch extensions.
    pub(super) fn from_openapi(root: &Node) -> Self {
        let mut schema = Schema::default();
        let definitions = root.entries_at(&["definitions"]);
        let names: HashMap<&str, usize> = definitions.iter().filter_map(|e| e.key.text()).enumerate().map(|(n, name)| (name, n)).collect();
        schema.types.resize_with(names.len(), Type::default);
        for (n, definition) in definitions.iter().filter(|e| e.key.text().is_some()).enumerate() {
            let ty = schema.type_of(&definition.value, &names, 0);
            if let Some(place) = schema.types.get_mut(n) {
                *place = ty;
            }
            for gvk in definition.value.items_at(&["x-kubernetes-group-version-kind"]) {
                let (Some(version), Some(kind)) = (gvk.str_at(&["version"]), gvk.str_at(&["kind"])) else { continue };
                let api_version = match gvk.str_at(&["group"]) {
                    None | Some("") => version.to_owned(),
                    Some(group) => format!("{group}/{version}"),
                };
                schema.kinds.insert((api_version.into(), kind.into()), n);
            }
        }
        schema
    }

    fn type_of(&mut self, definition: &Node, names: &HashMap<&str, usize>, depth: usize) -> Type {
        let mut ty = Type::default();
        if depth > 100 {
            return ty;
        }
        for property in definition.entries_at(&["properties"]) {
            let Some(name) = property.key.text() else { continue };
            let field = self.field_of(&property.value, names, depth + 1);
            ty.fields.insert(name.into(), field);
        }
        if let Some(values) = definition.find(&["additionalProperties"]).filter(|v| v.as_mapping().is_some()) {
            ty.values = Some(Box::new(self.field_of(values, names, depth + 1)));
        }
        ty
    }

    fn field_of(&mut self, property: &Node, names: &HashMap<&str, usize>, depth: usize) -> Field {
        let text = |key: &str| property.str_at(&[key]);
        let merges = text("x-kubernetes-patch-strategy").is_some_and(|s| s.split(',').any(|s| s == "merge"));
        let keys = merges.then(|| {
            let listed: Vec<Box<str>> = property.items_at(&["x-kubernetes-list-map-keys"]).iter().filter_map(Node::text).map(Box::from).collect();
            if listed.is_empty() { text("x-kubernetes-patch-merge-key").map(Box::from).into_iter().collect() } else { listed }
        });
        let described = property.find(&["items"]).filter(|_| keys.is_some()).unwrap_or(property);
        let target = match described.str_at(&["$ref"]).and_then(|r| r.strip_prefix("#/definitions/")) {
            Some(name) => names.get(name).copied(),
            None => {
                let ty = self.type_of(described, names, depth);
                self.types.push(ty);
                Some(self.types.len() - 1)
            }
        };
        Field { keys, target }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_lists_have_their_keys() {
        let schema = Schema::builtin();
        let at = |kind: (&str, &str), path: &[&str]| {
            let mut here = schema.root(kind.0, kind.1);
            for key in path {
                here = here.and_then(|h| if *key == "[]" { h.items() } else { h.field(key) });
            }
            here.and_then(TypeRef::keys).map(|k| k.iter().map(|k| k.to_string()).collect::<Vec<_>>().join(","))
        };
        let deployment = ("apps/v1", "Deployment");
        let containers = ["spec", "template", "spec", "containers"];
        assert_eq!(at(deployment, &containers).as_deref(), Some("name"));
        assert_eq!(at(deployment, &["spec", "template", "spec", "containers", "[]", "ports"]).as_deref(), Some("containerPort,protocol"));
        assert_eq!(at(deployment, &["spec", "template", "spec", "tolerations"]), None);
        assert_eq!(at(("v1", "Node"), &["spec", "taints"]), None);
        assert_eq!(at(("v1", "Node"), &["spec", "podCIDRs"]).as_deref(), Some(""));
        assert_eq!(at(("batch/v1", "CronJob"), &["spec", "jobTemplate", "spec", "template", "spec", "volumes"]).as_deref(), Some("name"));
        assert_eq!(at(("v1", "Service"), &["spec", "ports"]).as_deref(), Some("port,protocol"));
        assert_eq!(at(("rbac.authorization.k8s.io/v1", "Role"), &["metadata", "finalizers"]).as_deref(), Some(""));
        assert_eq!(at(("hco.kubevirt.io/v1", "HyperConverged"), &["metadata", "finalizers"]), None);
    }
}
